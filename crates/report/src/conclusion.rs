//! What a search for primes showed, in sentences that the terminal and the page share.

use history::{PrimesSummary, PrimesVariant};
use stats::{AMDAHL, GUSTAFSON};

use crate::{
    chart::idle_share,
    number::{bytes, count, counted, duration, figure, percent, tick_rate},
    search::{self, serial_part},
    stints::Shift,
};

/// A sentence in which no line end parts a number from its sign.
pub(crate) fn unbroken(sentence: &str) -> String {
    sentence.replace(" %", "\u{a0}%")
}

/// The conclusion: for each way of having several workers, how much it gained at its best.
pub(crate) fn gains(primes: &PrimesSummary) -> Vec<String> {
    let all = search::series(primes);
    let gain = |series: &search::Series<'_>| {
        let known = series
            .variants
            .iter()
            .filter_map(|v| Some((v, search::speed_up(v)?)));
        let (variant, speed) = known.max_by(|a, b| a.1.median.total_cmp(&b.1.median))?;
        let plural = if variant.workers == 1 { "is" } else { "are" };
        let told = match speed.count > 1 && speed.min <= 1.0 && speed.max >= 1.0 {
            true => "; the runs do not tell that apart from no gain",
            false => "",
        };
        let serial = match search::fits(primes, series).filter(|_| variant.workers > 1) {
            Some(fits) => format!(
                "; the serial part by Amdahl is {}",
                serial_part(&fits.amdahl)
            ),
            None => String::new(),
        };
        let base = search::baseline(primes).map_or("the baseline".to_owned(), the_one);
        Some(format!(
            "{} {plural} {} times as fast as {base}{told}{serial}.",
            search::name_in_sentence(variant),
            search::times(Some(speed))
        ))
    };
    all.iter().filter_map(gain).collect()
}

fn the_one(baseline: &PrimesVariant) -> String {
    match baseline.workers {
        1 => "one".to_owned(),
        _ => search::name_in_sentence(baseline),
    }
}

/// The laws fitted to the series that the picture shows, or why there is no fit.
pub(crate) fn laws(primes: &PrimesSummary) -> Vec<String> {
    let all = search::series(primes);
    let Some((series, fits)) = search::fitted(primes, &all) else {
        let cores = match primes.cores {
            0 => String::new(),
            cores => format!(" of at most {} workers, the number of cores", count(cores)),
        };
        return vec![format!(
            "Too few points to fit a law: that needs one worker as the baseline and at least one further \
             number{cores}."
        )];
    };
    let limit = match fits.amdahl.serial {
        serial if serial >= 0.0005 => format!(
            "; by it no number of processors gains more than {} times",
            figure(1.0 / serial)
        ),
        _ => String::new(),
    };
    vec![
        format!(
            "Amdahl's law, {}, fitted to {}: the serial part s is {}{limit}; {}.",
            whole(AMDAHL.formula),
            series.name,
            serial_part(&fits.amdahl),
            search::quality(&fits.amdahl)
        ),
        format!(
            "Gustafson's law, {}, fitted to the same: s is {}; {}.",
            whole(GUSTAFSON.formula),
            serial_part(&fits.gustafson),
            search::quality(&fits.gustafson)
        ),
    ]
}

/// A formula that no line end breaks.
fn whole(formula: &str) -> String {
    formula.replace(' ', "\u{a0}")
}

/// The arithmetic of the divider's limit; `None` where the method does not divide.
pub(crate) fn divider(primes: &PrimesSummary) -> Option<String> {
    let divider = primes.divider.as_ref()?;
    let cycles = divider.cycles.filter(|cycles| cycles.is_finite());
    let cycles = cycles.map_or(String::new(), |c| format!(", {} cycles each", figure(c)));
    let mut words = format!(
        "The divider's limit, measured in the same run: {} divisions/s of {} bits{cycles}.",
        tick_rate(divider.divisions_per_s),
        divider.bits
    );
    let base = primes.variants.first();
    let run = base.and_then(|base| base.runs.first());
    if let (Some(base), Some(run), Some(wall)) = (base, run, base.and_then(search::wall)) {
        words += &format!(
            " {} made {} {} in {}, which is {}/s",
            capital(&search::name(base)),
            count(run.steps),
            primes.step,
            duration(wall.median),
            tick_rate(run.steps as f64 * 1e9 / wall.median)
        );
        words += &match divider.share {
            Some(share) => format!(": {} of that.", percent(share)),
            None => ".".to_owned(),
        };
    }
    Some(words)
}

/// What became of the files; nothing when none was written.
pub(crate) fn files(primes: &PrimesSummary) -> Option<String> {
    let all = search::files(primes);
    let first = all.first()?;
    let whole = format!(
        "{} B ({}), sha256 {}",
        count(first.bytes),
        bytes(first.bytes as f64),
        first.sha256
    );
    Some(match search::files_agree(primes) {
        None => format!("{}: {whole}.", first.path),
        Some(true) => format!(
            "{} are the same to the byte: {whole}.",
            counted(all.len() as u64, "file")
        ),
        Some(false) => format!(
            "The files are not the same: {}.",
            all.iter()
                .take(MOST_FILES)
                .map(|file| format!(
                    "{} has {} B, sha256 {}",
                    file.path,
                    count(file.bytes),
                    file.sha256
                ))
                .collect::<Vec<_>>()
                .join("; ")
        ),
    })
}

/// How long workers waited for each other: the most and the least idle of the variants with several.
pub(crate) fn idleness(primes: &PrimesSummary) -> Option<String> {
    let several = primes.variants.iter().filter(|variant| variant.workers > 1);
    let known = several.filter_map(|v| Some((v, Shift::of(v)?.idle)));
    let mut known: Vec<(&PrimesVariant, f64)> = known.collect();
    known.sort_by(|one, other| one.1.total_cmp(&other.1));
    let of = |(variant, idle): &(&PrimesVariant, f64)| {
        let name = search::name_in_sentence(variant);
        format!("{} of the time under {name}", idle_share(*idle))
    };
    match known.as_slice() {
        [] => None,
        [only] => Some(format!("Workers were idle for {}.", of(only))),
        [least, .., most] => Some(format!(
            "Workers were idle for {}, for {}.",
            of(least),
            of(most)
        )),
    }
}

fn capital(text: &str) -> String {
    crate::wording::sentence(text, &[])
        .trim_end_matches('.')
        .to_owned()
}

/// The page has all in a table.
const MOST_FILES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn pair() -> PrimesSummary {
        fixture::primes_pair().primes.expect("a search")
    }

    #[test]
    fn the_conclusion_is_a_sentence() {
        let mut primes = pair();
        primes.variants.truncate(2);
        primes.variants[1].mode = "processes".to_owned();
        primes.variants[1].split = None;
        primes.variants[1].runs.truncate(1);
        primes.variants[1].speed_up = Some(history::Spread {
            min: 1.93,
            median: 1.93,
            max: 1.93,
        });
        let sentence =
            "2 processes are 1.93 times as fast as one; the serial part by Amdahl is 3.6 %.";
        assert_eq!(gains(&primes), [sentence]);
    }

    #[test]
    fn a_gain_that_may_be_none_is_called_so() {
        let mut primes = pair();
        primes.variants[1].speed_up = Some(history::Spread {
            min: 0.98,
            median: 1.01,
            max: 1.1,
        });
        let told =
            "1.01 (0.980–1.10) times as fast as one; the runs do not tell that apart from no gain";
        assert!(gains(&primes)[0].contains(told), "{:?}", gains(&primes));
    }

    #[test]
    fn too_few_points_are_called_so() {
        let mut primes = pair();
        primes.variants.truncate(1);
        assert!(laws(&primes)[0].starts_with("Too few points"));
        assert!(gains(&primes).is_empty() && idleness(&primes).is_none());
    }

    #[test]
    fn the_limit_is_arithmetic() {
        let words = divider(&pair()).expect("a divider");
        assert!(words.contains("608 M divisions/s of 32 bits, 5.98 cycles each."));
        assert!(
            words.contains("Single made 67\u{202f}740\u{202f}404 divisions in 11"),
            "{words}"
        );
        assert!(divider(&PrimesSummary::default()).is_none());
    }

    #[test]
    fn files_that_differ_are_listed() {
        let mut primes = pair();
        assert!(
            files(&primes)
                .expect("files")
                .starts_with("2 files are the same to the byte: 538")
        );
        let last = primes.variants.last_mut().expect("a variant");
        last.output.as_mut().expect("a file").bytes = 1;
        assert!(
            files(&primes)
                .expect("files")
                .contains("primes_optimized.txt has 1 B, sha256 76cb")
        );
        primes.variants.truncate(1);
        assert!(
            files(&primes)
                .expect("a file")
                .starts_with("primes_nonoptimized.txt: 538")
        );
        primes.variants[0].output = None;
        assert_eq!(files(&primes), None);
    }

    #[test]
    fn static_blocks_are_seen_to_be_unfair() {
        let words = idleness(&pair()).expect("idleness");
        let end = " % of the time under 2 processes (static).";
        assert!(words.ends_with(end), "{words}");
    }
}
