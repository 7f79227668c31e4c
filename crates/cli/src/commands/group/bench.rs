//! `wharf group bench`: what each order costs, live.
//!
//! All orders are measured in turns, round after round, so that the machine's moods are spread over all.

mod judge;

use std::{process, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use cast::{
    Interface,
    station::trial::{Group, crash, load},
    trial::Pace,
};
use group::{Order, Settings};
use history::{GroupPoint, GroupSummary, Kind, Series, Verdict};
use indicatif::ProgressBar;
use run::{Stop, stop_on_signals};
use serde_json::json;
use stats::Distribution;
use timing::{Clock as _, SystemClock};

use super::terms;
use crate::{
    args::{GroupBenchArgs, Phase, Printed},
    progress,
    run_folder::Begun,
    say,
};

/// Runs the command.
///
/// # Errors
/// When it cannot begin: no such interface, settings that make no sense, messages too long for them.
pub fn run(args: &GroupBenchArgs) -> Result<Verdict> {
    let interface = cast::find(&args.interface)?;
    ensure!(
        senders(args) <= usize::from(args.members),
        "--senders {}: there are {} members (--members)",
        senders(args),
        args.members
    );
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    let clock = SystemClock::start();
    let mut lanes = Vec::new();
    for order in args.orders() {
        let settings = terms::with_order(order, &args.promise)?;
        ensure!(
            args.bytes <= settings.message_bytes_max(),
            "--bytes {}: a message is at most {} bytes with --datagram {}",
            args.bytes,
            settings.message_bytes_max(),
            settings.datagram_bytes
        );
        lanes.push(Lane::new(order, settings));
    }
    let mut begun = Begun::new(Kind::Group, "group bench", &args.folder, &clock)?;
    let summary = summary(args, &interface, &lanes);
    begun.write_plan(&plan(args, &summary))?;
    say::talk(&announcement(args, &summary));
    let mut sweep = Sweep {
        args,
        interface: &interface,
        clock: &clock,
        stop: &stop,
        lanes,
        summary,
        // Of this run and none before it, as far as a clock can tell.
        token: clock.unix_millis().wrapping_mul(stats::GOLDEN) ^ u64::from(process::id()),
        bar: progress::line(runs(args), "group bench"),
    };
    let is_whole = sweep.go(&mut begun);
    let findings = judge::findings(&sweep.summary, is_whole);
    begun.summary.group = Some(sweep.summary);
    let is_json = args.format == Printed::Json;
    Ok(begun.conclude_with(findings, is_json, &clock, super::ways::page))
}

fn runs(args: &GroupBenchArgs) -> u64 {
    let loads = phases(args).len() as u64 * u64::from(args.repeats);
    args.orders().len() as u64 * (loads + u64::from(crashes(args)))
}

fn phases(args: &GroupBenchArgs) -> Vec<Phase> {
    let is_asked = |phase: &Phase| args.phase.contains(phase);
    [Phase::Flat, Phase::Paced]
        .into_iter()
        .filter(is_asked)
        .collect()
}

/// Nobody notices the death of the only one.
fn crashes(args: &GroupBenchArgs) -> u16 {
    match args.members {
        1 => 0,
        _ => args.crashes,
    }
}

fn senders(args: &GroupBenchArgs) -> usize {
    usize::from(args.senders.unwrap_or(args.members))
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn summary(args: &GroupBenchArgs, interface: &Interface, lanes: &[Lane]) -> GroupSummary {
    let settings = &lanes[0].settings;
    let to = match args.cast.name == cast::MULTICAST.name {
        true => format!("multicast to {}", args.group),
        false => "unicast to each".to_owned(),
    };
    GroupSummary {
        place: format!("{to} over {}", interface.name),
        promises: terms::promises(settings),
        members: u64::from(args.members),
        senders: senders(args) as u64,
        payload_bytes: args.bytes as u64,
        datagram_bytes: settings.datagram_bytes as u64,
        lasting_ns: nanos(args.lasting),
        rate_hz: args.rate,
        repeats: u64::from(args.repeats),
        crashes: u64::from(crashes(args)),
        heartbeat_ns: nanos(settings.heartbeat),
        suspect_after_ns: nanos(settings.suspect_after),
        cores: run::cores() as u64,
        orders: lanes
            .iter()
            .map(|lane| GroupPoint {
                order: lane.settings.order.name.to_owned(),
                promise: lane.settings.order.promise.to_owned(),
                is_total: lane.settings.order.is_total,
                ..GroupPoint::default()
            })
            .collect(),
    }
}

fn plan(args: &GroupBenchArgs, group: &GroupSummary) -> serde_json::Value {
    json!({
        "command": "group bench",
        "orders": group.orders.iter().map(|one| &one.order).collect::<Vec<_>>(),
        "place": group.place,
        "promises": group.promises,
        "members": group.members,
        "senders": group.senders,
        "payload_bytes": group.payload_bytes,
        "datagram_bytes": group.datagram_bytes,
        "window_packets": args.promise.window,
        "queue_bytes": args.promise.queue,
        "phases": phases(args).iter().map(|phase| phase.name()).collect::<Vec<_>>(),
        "rate_hz": group.rate_hz,
        "for_ms": args.lasting.as_secs_f64() * 1e3,
        "repeats": group.repeats,
        "crashes": group.crashes,
        "heartbeat_ms": args.promise.heartbeat.as_secs_f64() * 1e3,
        "suspect_after_ms": args.promise.suspect_after.as_secs_f64() * 1e3,
    })
}

fn announcement(args: &GroupBenchArgs, group: &GroupSummary) -> String {
    let loads = args.lasting.as_secs_f64() * phases(args).len() as f64 * f64::from(args.repeats);
    let deaths = 2.0 * args.promise.suspect_after.as_secs_f64() * f64::from(crashes(args));
    let least = (loads + deaths) * group.orders.len() as f64;
    format!(
        "{}, {} of {} B, {}; at least {}",
        report::counted(group.orders.len() as u64, "order"),
        report::counted(group.members, "member"),
        group.payload_bytes,
        group.place,
        report::duration(least * 1e9)
    )
}

/// An order, and the latencies of its runs that count.
struct Lane {
    settings: Settings,
    own: Distribution,
    last: Distribution,
    view: Distribution,
}

impl Lane {
    fn new(order: &'static Order, settings: Settings) -> Self {
        debug_assert_eq!(settings.order.name, order.name);
        Self {
            settings,
            own: Distribution::default(),
            last: Distribution::default(),
            view: Distribution::default(),
        }
    }
}

/// All orders, and what came of them so far.
struct Sweep<'a> {
    args: &'a GroupBenchArgs,
    interface: &'a Interface,
    clock: &'a SystemClock,
    stop: &'a Stop,
    lanes: Vec<Lane>,
    summary: GroupSummary,
    token: u64,
    bar: ProgressBar,
}

impl Sweep<'_> {
    /// All rounds; false when it was stopped.
    fn go(&mut self, begun: &mut Begun) -> bool {
        let mut is_whole = true;
        let rounds = self.args.repeats.max(crashes(self.args));
        for round in 0..rounds {
            for index in 0..self.lanes.len() {
                is_whole = is_whole && self.round_of(index, round);
            }
            begun.summary.group = Some(self.summary.clone());
            // A full disk is told at the end, when the whole is written.
            let _ = begun.write_so_far();
        }
        self.bar.finish_and_clear();
        is_whole
    }

    fn round_of(&mut self, index: usize, round: u16) -> bool {
        if round < self.args.repeats {
            for phase in phases(self.args) {
                if !self.load_well(index, phase) {
                    return false;
                }
                self.bar.inc(1);
            }
        }
        if round < crashes(self.args) {
            if !self.crash(index, round) {
                return false;
            }
            self.bar.inc(1);
        }
        true
    }

    /// One run, made again where the machine disturbed it; all are kept.
    fn load_well(&mut self, index: usize, phase: Phase) -> bool {
        for _ in 0..=AGAIN {
            if !self.load(index, phase) {
                return false;
            }
            let point = &self.summary.orders[index];
            let runs = match phase {
                Phase::Flat => &point.flat,
                Phase::Paced => &point.paced,
            };
            let is_spoilt = |run: &history::GroupRun| run.flaws.is_empty() && !run.counts();
            if point.obstacle.is_some() || !runs.last().is_some_and(is_spoilt) {
                return true;
            }
        }
        true
    }

    /// One run; false when it was stopped in the middle, and does not count.
    fn load(&mut self, index: usize, phase: Phase) -> bool {
        if self.begin(index, phase.name()) {
            return !self.stop.requested();
        }
        let pace = match phase {
            Phase::Flat => Pace::Flat,
            Phase::Paced => Pace::Hertz(self.args.rate),
        };
        let measured = load(&self.group(index), pace, self.args.lasting, self.token);
        let (lane, point) = (&mut self.lanes[index], &mut self.summary.orders[index]);
        let measured = match measured {
            Ok(Some(measured)) => measured,
            Ok(None) => return false,
            Err(error) => {
                point.obstacle = Some(error.to_string());
                return true;
            }
        };
        if phase == Phase::Paced && measured.run.counts() {
            lane.own.merge(&measured.own);
            lane.last.merge(&measured.last);
            point.own = Some(Series::with_histogram(&lane.own));
            point.last = Some(Series::with_histogram(&lane.last));
        }
        match phase {
            Phase::Flat => point.flat.push(measured.run),
            Phase::Paced => point.paced.push(measured.run),
        }
        true
    }

    /// One death: of each member in turn, at different times between two signs of life.
    fn crash(&mut self, index: usize, round: u16) -> bool {
        if self.begin(index, "a death") {
            return !self.stop.requested();
        }
        let members = usize::from(self.args.members);
        // Of two members the first alone may go on; the second one could not.
        let victim = match members {
            2 => 1,
            members => usize::from(round) % members,
        };
        let heartbeat = self.lanes[index].settings.heartbeat;
        let delay = heartbeat * u32::from(round % PARTS) / u32::from(PARTS);
        let pace = Pace::Hertz(self.args.rate);
        let crashed = crash(&self.group(index), (pace, victim), delay, self.token);
        let (lane, point) = (&mut self.lanes[index], &mut self.summary.orders[index]);
        match crashed {
            Ok(Some(crash)) => {
                if let Some(view_ns) = crash.view_ns() {
                    lane.view.record(view_ns);
                    point.view = Some(Series::with_histogram(&lane.view));
                }
                point.crashes.push(crash);
            }
            Ok(None) => return false,
            Err(error) => point.obstacle = Some(error.to_string()),
        }
        true
    }

    /// Says what is measured next. Whether it is not, after all.
    fn begin(&mut self, index: usize, what: &str) -> bool {
        let point = &self.summary.orders[index];
        self.bar.set_message(format!("{}, {what}", point.order));
        self.token = self.token.wrapping_add(1);
        self.stop.requested() || point.obstacle.is_some()
    }

    fn group(&self, index: usize) -> Group<'_> {
        Group {
            settings: &self.lanes[index].settings,
            members: usize::from(self.args.members),
            senders: senders(self.args),
            payload_bytes: self.args.bytes,
            cast: self.args.cast,
            address: self.args.group,
            interface: self.interface,
            clock: self.clock,
            stop: self.stop,
        }
    }
}

/// So often a run is made again.
const AGAIN: u32 = 2;
/// Deaths are spread over so many parts of the time between two signs of life.
const PARTS: u16 = 5;
