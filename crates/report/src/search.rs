//! A search for primes, with what its charts, tables and texts ask of it.

use history::{PrimesFile, PrimesSummary, PrimesVariant};
use stats::{AMDAHL, GUSTAFSON, SerialFit, fit_serial};

use crate::{
    number::{DASH, count, figure},
    sweep::Spread,
};

/// The variants that differ only in how many workers they have, by rising number.
#[derive(Clone, Debug)]
pub(crate) struct Series<'a> {
    /// Who works, and where modes occur with several splits, how the range is shared out.
    pub(crate) name: String,
    /// Its place, which decides its colour and its marker.
    pub(crate) index: usize,
    /// Its variants.
    pub(crate) variants: Vec<&'a PrimesVariant>,
}

/// All series in the order in which they first occur, the baseline's first.
pub(crate) fn series(primes: &PrimesSummary) -> Vec<Series<'_>> {
    let mut all: Vec<Series<'_>> = Vec::new();
    for variant in &primes.variants {
        let is_of = |series: &&mut Series<'_>| {
            let first = series.variants[0];
            first.mode == variant.mode && first.split == variant.split
        };
        match all.iter_mut().find(is_of) {
            Some(series) => series.variants.push(variant),
            None => all.push(Series {
                name: series_name(primes, variant),
                index: all.len(),
                variants: vec![variant],
            }),
        }
    }
    for series in &mut all {
        series.variants.sort_by_key(|variant| variant.workers);
    }
    all
}

/// `threads, dynamic`; the split only where it tells variants of the mode apart.
fn series_name(primes: &PrimesSummary, variant: &PrimesVariant) -> String {
    let mut of_mode = primes.variants.iter().filter(|v| v.mode == variant.mode);
    let is_alone = of_mode.all(|other| other.split == variant.split);
    match &variant.split {
        Some(split) if !is_alone => format!("{}, {split}", variant.mode),
        _ => variant.mode.clone(),
    }
}

/// A variant in full: `8 threads, dynamic`, `single`.
pub(crate) fn name(variant: &PrimesVariant) -> String {
    match &variant.split {
        Some(split) => format!("{}, {split}", workers(variant)),
        None => workers(variant),
    }
}

/// A variant within a sentence: `8 threads (dynamic)`.
pub(crate) fn name_in_sentence(variant: &PrimesVariant) -> String {
    match &variant.split {
        Some(split) => format!("{} ({split})", workers(variant)),
        None => workers(variant),
    }
}

/// Its workers: `8 threads`, `1 process`, `single`.
pub(crate) fn workers(variant: &PrimesVariant) -> String {
    let number = count(variant.workers);
    match (variant.mode.as_str(), variant.workers) {
        ("threads", 1) => "1 thread".to_owned(),
        ("processes", 1) => "1 process".to_owned(),
        ("threads" | "processes", _) => format!("{number} {}", variant.mode),
        (mode, 1) => mode.to_owned(),
        (mode, _) => format!("{mode} × {number}"),
    }
}

/// The wall times of its runs, in nanoseconds.
pub(crate) fn wall(variant: &PrimesVariant) -> Option<Spread> {
    Spread::over(variant.runs.iter().map(|run| run.wall_ns as f64))
}

/// How many times as fast as the baseline, and between what the runs lie.
pub(crate) fn speed_up(variant: &PrimesVariant) -> Option<Spread> {
    let history::Spread { min, median, max } = variant.speed_up?;
    let is_sound = [min, median, max].iter().all(|value| value.is_finite());
    (is_sound && median > 0.0).then_some(Spread {
        median,
        min,
        max,
        count: variant.runs.len(),
    })
}

/// The speed-up over the number of workers: 1 when each does as much as the baseline did.
pub(crate) fn efficiency(variant: &PrimesVariant) -> Option<f64> {
    Some(speed_up(variant)?.median / variant.workers.max(1) as f64)
}

/// How many processors were busy on average: processor time over wall time, over the runs.
pub(crate) fn busy_processors(variant: &PrimesVariant) -> Option<Spread> {
    let timed = variant.runs.iter().filter(|run| run.wall_ns > 0);
    Spread::over(timed.map(|run| run.cpu_ns as f64 / run.wall_ns as f64))
}

/// Steps of the method a second of wall time, over the runs.
pub(crate) fn steps_per_s(variant: &PrimesVariant) -> Option<Spread> {
    let timed = variant.runs.iter().filter(|run| run.wall_ns > 0);
    Spread::over(timed.map(|run| run.steps as f64 * 1e9 / run.wall_ns as f64))
}

/// Pieces that were done again, over all runs.
pub(crate) fn redone(variant: &PrimesVariant) -> u64 {
    let all = variant.runs.iter();
    all.fold(0, |sum: u64, run| sum.saturating_add(run.redone))
}

/// The variant with the greatest speed-up.
pub(crate) fn best(primes: &PrimesSummary) -> Option<(&PrimesVariant, Spread)> {
    let known = |variant| Some((variant, speed_up(variant)?));
    let all = primes.variants.iter().filter_map(known);
    all.max_by(|one, other| one.1.median.total_cmp(&other.1.median))
}

/// The variant that the others are compared with.
pub(crate) fn baseline(primes: &PrimesSummary) -> Option<&PrimesVariant> {
    let first = primes.variants.first();
    first.filter(|variant| variant.speed_up.is_none())
}

/// A speed-up, or how many processors were busy: `1.93`, with its range where there are several runs.
pub(crate) fn times(spread: Option<Spread>) -> String {
    spread.map_or(DASH.to_owned(), |spread| spread.in_words(figure))
}

/// The files that were written, each path once, in the order of the variants.
pub(crate) fn files(primes: &PrimesSummary) -> Vec<&PrimesFile> {
    let mut all: Vec<&PrimesFile> = Vec::new();
    for file in primes.variants.iter().filter_map(|v| v.output.as_ref()) {
        if !all.contains(&file) {
            all.push(file);
        }
    }
    all
}

/// Whether all files hold the same bytes; `None` where there are fewer than two.
pub(crate) fn files_agree(primes: &PrimesSummary) -> Option<bool> {
    let all = files(primes);
    let first = all.first().filter(|_| all.len() > 1)?;
    let is_same = |file: &&PrimesFile| file.sha256 == first.sha256 && file.bytes == first.bytes;
    Some(all.iter().all(is_same))
}

/// Both laws fitted to one series.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fits {
    /// Amdahl's, of fixed work.
    pub(crate) amdahl: SerialFit,
    /// Gustafson's, of fixed time.
    pub(crate) gustafson: SerialFit,
}

/// The laws fitted to a series and the baseline. Only variants with at most as many workers as there are
/// cores are looked at, since the laws give each worker a processor. `None` where that leaves none but
/// one worker, or where the baseline itself has several.
pub(crate) fn fits(primes: &PrimesSummary, series: &Series<'_>) -> Option<Fits> {
    if baseline(primes)?.workers != 1 {
        return None;
    }
    let has_cores = |v: &&&PrimesVariant| primes.cores == 0 || v.workers <= primes.cores;
    let of = |v: &&PrimesVariant| Some((v.workers as f64, speed_up(v)?.median));
    let points = series.variants.iter().filter(has_cores).filter_map(of);
    let points: Vec<(f64, f64)> = std::iter::once((1.0, 1.0)).chain(points).collect();
    Some(Fits {
        amdahl: fit_serial(&points, &AMDAHL)?,
        gustafson: fit_serial(&points, &GUSTAFSON)?,
    })
}

/// The series whose fits a picture shows: the one fitted to the most numbers of workers; of several,
/// the fastest.
pub(crate) fn fitted<'s, 'a>(
    primes: &PrimesSummary,
    all: &'s [Series<'a>],
) -> Option<(&'s Series<'a>, Fits)> {
    let known = all.iter().filter_map(|one| Some((one, fits(primes, one)?)));
    let most = |series: &Series<'_>| {
        let speeds = series.variants.iter().filter_map(|v| speed_up(v));
        speeds.map(|speed| speed.median).fold(0.0, f64::max)
    };
    known.max_by(|(one, its), (other, others)| {
        let by_count = its.amdahl.count.cmp(&others.amdahl.count);
        by_count.then(most(one).total_cmp(&most(other)))
    })
}

/// How well a law fits: `R² 0.998, residual 0.02 over 3 numbers of workers beside one`.
pub(crate) fn quality(fit: &SerialFit) -> String {
    match fit.r_squared {
        Some(r_squared) if fit.count > 1 => format!(
            "R² {}, residual {} (root mean square) over {} numbers of workers beside one",
            r_squared_in_words(r_squared),
            figure(fit.residual),
            count(fit.count as u64)
        ),
        _ => "decided by a single number of workers, which cannot test the law".to_owned(),
    }
}

/// `3.6 %`: two digits, as a third is noise.
pub(crate) fn serial_part(fit: &SerialFit) -> String {
    let percent = fit.serial * 100.0;
    match percent {
        p if p < 0.05 => "0 %".to_owned(),
        p if p < 9.95 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

/// Three decimals, and never 1.000 for what is not.
pub(crate) fn r_squared_in_words(value: f64) -> String {
    match value {
        v if v < 1.0 && v > 0.9995 => "above 0.999".to_owned(),
        v => format!("{v:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn variant(mode: &str, split: Option<&str>, workers: u64, speed: Option<f64>) -> PrimesVariant {
        PrimesVariant {
            mode: mode.to_owned(),
            split: split.map(str::to_owned),
            workers,
            speed_up: speed.map(|median| history::Spread {
                min: median,
                median,
                max: median,
            }),
            ..PrimesVariant::default()
        }
    }

    fn primes(variants: Vec<PrimesVariant>) -> PrimesSummary {
        PrimesSummary {
            cores: 4,
            variants,
            ..PrimesSummary::default()
        }
    }

    #[test]
    fn variants_of_one_mode_and_split_are_a_series() {
        let primes = primes(vec![
            variant("single", None, 1, None),
            variant("threads", Some("static"), 4, Some(2.0)),
            variant("threads", Some("static"), 2, Some(1.5)),
            variant("threads", Some("dynamic"), 2, Some(1.9)),
            variant("processes", Some("dynamic"), 2, Some(1.8)),
        ]);
        let all = series(&primes);
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        let expected = ["single", "threads, static", "threads, dynamic", "processes"];
        assert_eq!(names, expected);
        let workers: Vec<u64> = all[1].variants.iter().map(|v| v.workers).collect();
        assert_eq!(workers, [2, 4]);
        assert_eq!(
            best(&primes).map(|(v, _)| name(v)).as_deref(),
            Some("4 threads, static")
        );
    }

    #[test]
    fn one_worker_is_no_plural() {
        let named = |mode, number| workers(&variant(mode, None, number, None));
        assert_eq!(named("threads", 1), "1 thread");
        assert_eq!(named("processes", 1), "1 process");
        assert_eq!(named("single", 1), "single");
        assert_eq!(named("cluster", 3), "cluster × 3");
    }

    #[test]
    fn more_workers_than_cores_are_not_fitted() {
        let with = |last: f64| {
            let primes = primes(vec![
                variant("single", None, 1, None),
                variant("threads", None, 2, Some(1.9)),
                variant("threads", None, 8, Some(last)),
            ]);
            let all = series(&primes);
            fits(&primes, &all[1]).map(|fits| (fits.amdahl.serial, fits.amdahl.count))
        };
        assert_eq!(with(2.0), with(7.0));
        assert_eq!(with(2.0).map(|(_, count)| count), Some(1));
    }

    #[test]
    fn too_few_numbers_of_workers_have_no_fit() {
        let lone = primes(vec![variant("single", None, 1, None)]);
        assert!(fitted(&lone, &series(&lone)).is_none());
        let crowd = primes(vec![
            variant("single", None, 1, None),
            variant("threads", None, 8, Some(1.9)),
        ]);
        assert!(fitted(&crowd, &series(&crowd)).is_none());
        let skewed = primes(vec![
            variant("threads", None, 2, None),
            variant("processes", None, 4, Some(1.9)),
        ]);
        assert!(fitted(&skewed, &series(&skewed)).is_none());
        assert!(fitted(&PrimesSummary::default(), &[]).is_none());
    }

    #[test]
    fn the_series_with_the_most_numbers_of_workers_is_drawn() {
        let summary = fixture::primes();
        let primes = summary.primes.as_ref().expect("a search");
        let all = series(primes);
        let (one, fits) = fitted(primes, &all).expect("a fit");
        assert_eq!(
            (one.name.as_str(), fits.amdahl.count),
            ("threads, dynamic", 3)
        );
    }

    #[test]
    fn files_agree_when_their_bytes_do() {
        let mut summary = fixture::primes().primes.expect("a search");
        assert_eq!(
            (files(&summary).len(), files_agree(&summary)),
            (2, Some(true))
        );
        let last = summary.variants.last_mut().expect("a variant");
        last.output.as_mut().expect("a file").sha256.push('0');
        assert_eq!(
            (files(&summary).len(), files_agree(&summary)),
            (3, Some(false))
        );
        summary.variants.truncate(1);
        assert_eq!(files_agree(&summary), None);
    }

    #[test]
    fn a_fit_says_how_good_it_is() {
        let mut fit = SerialFit {
            serial: 0.0363,
            count: 1,
            residual: 0.0,
            r_squared: None,
        };
        assert!(quality(&fit).starts_with("decided by a single number"));
        fit.count = 3;
        fit.residual = 0.12;
        fit.r_squared = Some(0.99999);
        assert!(quality(&fit).starts_with("R² above 0.999, residual 0.120"));
        assert_eq!(serial_part(&fit), "3.6 %");
        fit.serial = 0.0;
        assert_eq!(serial_part(&fit), "0 %");
    }

    #[test]
    fn figures_of_no_runs_are_absent() {
        let empty = variant("threads", None, 0, None);
        assert!(wall(&empty).is_none() && busy_processors(&empty).is_none());
        assert!(steps_per_s(&empty).is_none() && efficiency(&empty).is_none());
        assert_eq!((times(None).as_str(), redone(&empty)), (DASH, 0));
        let broken = variant("threads", None, 2, Some(f64::NAN));
        assert!(speed_up(&broken).is_none());
    }
}
