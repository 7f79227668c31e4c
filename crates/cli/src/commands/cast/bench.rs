//! `wharf cast bench`: what each cast carries, loses and takes, by payload, receivers and way of calling.
//!
//! All points are measured in turns, round after round, so that the machine's moods are spread over all.

mod judge;

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use cast::{
    CASTS, Cast, Interface,
    trial::{self, Pace, Setting, Terms},
};
use history::{CastPoint, CastSummary, Kind, Series, Verdict};
use indicatif::ProgressBar;
use run::{Stop, stop_on_signals};
use serde_json::json;
use stats::Distribution;
use timing::SystemClock;

use crate::{
    args::{CastBenchArgs, Phase},
    progress,
    run_folder::Begun,
    say,
};

/// Runs the command.
///
/// # Errors
/// When it cannot begin: no such interface, a cast that it does not do.
pub fn run(args: &CastBenchArgs) -> Result<Verdict> {
    let interface = cast::find(&args.interface)?;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    let clock = SystemClock::start();
    let mut terms = Terms {
        interface: &interface,
        group: GROUP,
        buffer_bytes: args.buffer,
        lasting: Duration::ZERO,
        clock: &clock,
        stop: &stop,
    };
    let settings = settings(args, &possible(args, &terms)?);
    terms.lasting = lasting(args, settings.len());
    let mut begun = Begun::new(Kind::Cast, "cast bench", &args.folder, &clock)?;
    begun.write_plan(&plan(args, &interface, &settings, terms.lasting))?;
    say::talk(&announcement(
        args,
        &interface,
        settings.len(),
        terms.lasting,
    ));
    let mut sweep = Sweep::new(args, settings, &terms);
    let is_whole = sweep.go(&mut begun);
    let findings = judge::findings(&sweep.summary, is_whole);
    begun.summary.cast = Some(sweep.summary);
    Ok(begun.conclude(findings, &[], &clock))
}

/// The casts that were asked for, or all that the interface does.
fn possible(args: &CastBenchArgs, terms: &Terms<'_>) -> Result<Vec<&'static Cast>> {
    let mut possible = Vec::new();
    let asked = match args.cast.is_empty() {
        true => CASTS,
        false => &args.cast,
    };
    let mut refused = None;
    for &cast in asked {
        let setting = Setting {
            cast,
            payload_bytes: args.payload[0],
            receivers: 1,
            way: args.way[0],
        };
        match trial::check(&setting, terms) {
            Ok(()) => possible.push(cast),
            Err(error) if args.cast.is_empty() => {
                say::talk(&format!("{} is left out: {error}", cast.name));
                refused = Some(error);
            }
            Err(error) => {
                bail!("{} over {}: {error}", cast.name, terms.interface.name);
            }
        }
    }
    match refused.filter(|_| possible.is_empty()) {
        Some(error) => Err(error.into()),
        None => Ok(possible),
    }
}

fn settings(args: &CastBenchArgs, casts: &[&'static Cast]) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    for &cast in casts {
        for &payload_bytes in &args.payload {
            for &receivers in &args.receivers {
                settings.extend(args.way.iter().map(|&way| Setting {
                    cast,
                    payload_bytes,
                    receivers,
                    way,
                }));
            }
        }
    }
    let mut seen = Vec::new();
    settings.retain(|one| {
        let key = (one.cast.name, one.payload_bytes, one.receivers, one.way);
        let is_new = !seen.contains(&key);
        seen.push(key);
        is_new
    });
    settings
}

fn phases(args: &CastBenchArgs) -> Vec<Phase> {
    let is_asked = |phase: &Phase| args.phase.contains(phase);
    [Phase::Flat, Phase::Paced]
        .into_iter()
        .filter(is_asked)
        .collect()
}

fn runs(args: &CastBenchArgs, settings: usize) -> u64 {
    (settings * phases(args).len()) as u64 * u64::from(args.repeats)
}

/// As asked; else so that all together take no longer than is comfortable.
fn lasting(args: &CastBenchArgs, settings: usize) -> Duration {
    args.lasting.unwrap_or_else(|| {
        let each = COMFORTABLE.as_secs_f64() / runs(args, settings).max(1) as f64;
        // Whole centiseconds are easier to read.
        let centiseconds = (each * 100.0).floor().clamp(5.0, 50.0);
        Duration::from_millis(centiseconds as u64 * 10)
    })
}

fn plan(
    args: &CastBenchArgs,
    interface: &Interface,
    settings: &[Setting],
    lasting: Duration,
) -> serde_json::Value {
    let points: Vec<_> = settings
        .iter()
        .map(|setting| {
            json!({
                "cast": setting.cast.name,
                "payload_bytes": setting.payload_bytes,
                "receivers": setting.receivers,
                "way": setting.way.name(),
            })
        })
        .collect();
    json!({
        "command": "cast bench",
        "interface": interface.name,
        "phases": phases(args).iter().map(|phase| phase.name()).collect::<Vec<_>>(),
        "rate_hz": args.rate,
        "for_ms": lasting.as_secs_f64() * 1e3,
        "repeats": args.repeats,
        "buffer_bytes": args.buffer,
        "points": points,
    })
}

fn announcement(
    args: &CastBenchArgs,
    interface: &Interface,
    settings: usize,
    lasting: Duration,
) -> String {
    let phases: Vec<String> = phases(args)
        .into_iter()
        .map(|phase| match phase {
            Phase::Flat => "flat out".to_owned(),
            Phase::Paced => format!("at {} datagrams/s", args.rate),
        })
        .collect();
    let least = lasting.as_secs_f64() * runs(args, settings) as f64;
    format!(
        "{settings} points on {}, {}; {} runs a point, {} each; at least {}",
        interface.name,
        phases.join(" and "),
        args.repeats,
        report::duration(lasting.as_secs_f64() * 1e9),
        report::duration(least * 1e9),
    )
}

/// All points, and what came of them so far.
struct Sweep<'a> {
    settings: Vec<Setting>,
    phases: Vec<Phase>,
    terms: &'a Terms<'a>,
    summary: CastSummary,
    /// Of each point, over the runs that count.
    latencies: Vec<Distribution>,
    token: u32,
    /// So many runs more may be made again.
    again: u64,
    bar: ProgressBar,
}

impl<'a> Sweep<'a> {
    fn new(args: &CastBenchArgs, settings: Vec<Setting>, terms: &'a Terms<'a>) -> Self {
        let point = |setting: &Setting| CastPoint {
            cast: setting.cast.name.to_owned(),
            payload_bytes: setting.payload_bytes as u64,
            receivers: setting.receivers as u64,
            way: setting.way.name().to_owned(),
            most_a_call: setting.most_a_call() as u64,
            ..CastPoint::default()
        };
        Self {
            summary: CastSummary {
                interface: terms.interface.name.clone(),
                is_loopback: terms.interface.is_loopback,
                rate_hz: args.rate,
                lasting_ns: u64::try_from(terms.lasting.as_nanos()).unwrap_or(u64::MAX),
                repeats: u64::from(args.repeats),
                buffer_asked_bytes: args.buffer as u64,
                buffer_granted_bytes: None,
                cores: run::cores() as u64,
                points: settings.iter().map(point).collect(),
            },
            latencies: vec![Distribution::default(); settings.len()],
            phases: phases(args),
            terms,
            // Of this run and none before it, as far as a clock can tell.
            token: (terms.clock.unix_millis() as u32).wrapping_mul(0x9e37_79b1)
                ^ std::process::id(),
            again: match args.phase.contains(&Phase::Paced) {
                true => settings.len() as u64 * u64::from(args.repeats) / AGAIN,
                false => 0,
            },
            bar: progress::line(runs(args, settings.len()), "cast bench"),
            settings,
        }
    }

    /// All rounds; false when it was stopped.
    fn go(&mut self, begun: &mut Begun) -> bool {
        for _ in 0..self.summary.repeats {
            for index in 0..self.settings.len() {
                for phase in self.phases.clone() {
                    if !self.measure_well(index, phase) {
                        self.bar.finish_and_clear();
                        return false;
                    }
                    self.bar.inc(1);
                }
            }
            begun.summary.cast = Some(self.summary.clone());
            // A full disk is told at the end, when the whole is written.
            let _ = begun.write_so_far();
        }
        self.bar.finish_and_clear();
        true
    }

    /// One run, made again while its sender is late, as in `bench`; all are kept.
    fn measure_well(&mut self, index: usize, phase: Phase) -> bool {
        loop {
            if !self.measure(index, phase) {
                return false;
            }
            let last = self.summary.points[index].paced.last();
            let is_late = last.is_some_and(|run| run.is_late);
            if phase == Phase::Flat || !is_late || self.again == 0 {
                return true;
            }
            self.again -= 1;
        }
    }

    /// One run; false when it was stopped in the middle, and does not count.
    fn measure(&mut self, index: usize, phase: Phase) -> bool {
        let (setting, point) = (self.settings[index], &mut self.summary.points[index]);
        let what = format!("{}, {}", judge::name(point), phase.name());
        self.bar.set_message(what);
        if self.terms.stop.requested() {
            return false;
        }
        if point.obstacle.is_some() {
            return true;
        }
        let pace = match phase {
            Phase::Flat => Pace::Flat,
            Phase::Paced => Pace::Hertz(self.summary.rate_hz),
        };
        self.token = self.token.wrapping_add(1);
        let measured = match trial::measure(&setting, self.terms, pace, self.token) {
            Ok(measured) => measured,
            Err(error) => {
                point.obstacle = Some(error.to_string());
                return true;
            }
        };
        if !measured.is_whole {
            return false;
        }
        let granted = measured.buffer_bytes as u64;
        let least = self.summary.buffer_granted_bytes.unwrap_or(granted);
        self.summary.buffer_granted_bytes = Some(least.min(granted));
        match phase {
            Phase::Flat => point.flat.push(measured.run),
            Phase::Paced => {
                let pooled = &mut self.latencies[index];
                if !measured.run.is_late {
                    pooled.merge(&measured.latency);
                    point.latency = Some(Series::with_histogram(pooled));
                }
                point.paced.push(measured.run);
            }
        }
        true
    }
}

/// In the range that each organisation may use as it likes (RFC 2365).
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 0, 1);
/// Of so many paced runs one may be made again.
const AGAIN: u64 = 5;
/// All runs together, without what lies between them.
const COMFORTABLE: Duration = Duration::from_secs(30);
