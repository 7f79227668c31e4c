//! Runs made up for tests: like real ones in shape and size, the same on every machine.

use std::collections::BTreeMap;

use history::{
    ArrivalClocks, BenchSummary, Choice, Connections, Environment, Finding, FitSummary, GapPanel,
    Kind, Lane, LaneSet, LawSummary, LoadSummary, Measured, NotReached, Obstacle, Outcome,
    Outcomes, Point, Sample, Series, ServeSummary, Summary, Verdict,
};

pub(crate) use cast::{cast, cast_empty, cast_flat, cast_hostile, casts};
pub(crate) use chat::{chat, chats_at_the_edge};
pub(crate) use group::group;
pub(crate) use kinds::{nothing_of, of_kind};
pub(crate) use names::{names, names_at_the_edge};
pub(crate) use primes::{
    long_search, primes, primes_counted, primes_empty, primes_hostile, primes_pair, searches,
};

mod cast;
mod chat;
mod group;
mod kinds;
mod names;
mod primes;

/// A text that tries everything: markup, attributes, scripts, direction, a terminal's commands.
pub(crate) const HOSTILE: &str =
    "<script>alert(1)</script>\"'`><img src=x onerror=x>&\u{202e}\u{2066}\u{1b}[2J";

/// Numbers without a pattern (xorshift64, Marsaglia 2003).
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice that always fall the same way.
    pub(crate) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }
}

/// A series of these values, as a run would have summed it up.
pub(crate) fn series(values: &[f64]) -> Series {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    let mean = sorted.iter().sum::<f64>() / count as f64;
    let variance = sorted.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count as f64 - 1.0);
    let some = |value: f64| (count > 1).then_some(value);
    let at = |share: f64| {
        sorted
            .get(((count as f64 * share) as usize).min(count.max(1) - 1))
            .copied()
    };
    let mut buckets: BTreeMap<usize, u64> = BTreeMap::new();
    for value in &sorted {
        *buckets.entry(stats::bucket_of(*value as u64)).or_default() += 1;
    }
    let bucket = |(index, number): (usize, u64)| {
        let (low, high) = stats::bucket_bounds(index);
        (low, high, number)
    };
    Series {
        count: count as u64,
        mean_ns: some(mean),
        spread_ns: some(variance.sqrt()),
        min_ns: at(0.0),
        p50_ns: at(0.5),
        p90_ns: at(0.9),
        p99_ns: at(0.99),
        p999_ns: at(0.999),
        max_ns: at(1.0),
        cv: some(variance.sqrt() / mean),
        mean_half_width_ns: some(1.96 * (variance / count as f64).sqrt()),
        histogram_ns: buckets.into_iter().map(bucket).collect(),
    }
}

fn summary(kind: Kind, name: &str) -> Summary {
    let mut summary = Summary::begin(
        kind,
        name,
        &format!("wharf {name} --runs 5"),
        "2026-11-21T14:02:11Z",
    );
    summary.duration_ns = Some(48_300_000_000);
    summary.environment = Environment {
        wharf_version: "0.1.0".to_owned(),
        kernel: "6.12.8".to_owned(),
        processor: "AMD EPYC 7B13".to_owned(),
        cores: 2,
        memory_bytes: 8 << 30,
        backlog_limit: 4096,
        local_ports: "32768-60999".to_owned(),
    };
    summary
}

/// A model of the made-up bench: name, note, how many are served at once (0: all), nanoseconds a
/// further client, processes a client, threads a client.
type Model = (&'static str, &'static str, u64, f64, u64, u64);

const MODELS: [Model; 6] = [
    ("iterative", "one at a time", 1, 6e4, 0, 0),
    ("thread", "one thread a connection", 0, 5.2e4, 0, 1),
    ("process", "one process a connection", 0, 2.1e5, 1, 0),
    ("pool", "eight threads take turns", 8, 4e4, 0, 0),
    ("prefork", "eight processes take turns", 8, 4.4e4, 0, 0),
    ("event-loop", "one thread, all at once", 0, 1.9e4, 0, 0),
];

const TASK_NS: u64 = 25_000_000;

/// A bench of six models under ten numbers of clients, five runs each.
pub(crate) fn bench() -> Summary {
    let mut dice = Dice::new();
    let mut summary = summary(Kind::Bench, "bench slow-reverse");
    let counts: Vec<u64> = (1..=10).map(|i| i * 10).collect();
    let mut points: Vec<Point> = MODELS
        .iter()
        .flat_map(|model| counts.iter().map(move |clients| (model, *clients)))
        .map(|(model, clients)| point(&mut dice, model, clients))
        .collect();
    points[17]
        .doubts
        .push("the clients' own processor time was 91 % of both cores".to_owned());
    points[29].runs[0].outcomes = Outcomes::from([("ok".to_owned(), 97), ("reset".to_owned(), 3)]);
    summary.bench = Some(BenchSummary {
        service: "slow-reverse".to_owned(),
        task_ns: TASK_NS,
        scale: 120.0,
        runs: 5,
        models: MODELS.iter().map(|model| model.0.to_owned()).collect(),
        points,
        lanes: MODELS
            .iter()
            .map(|model| lane_set(&mut dice, model, 24))
            .collect(),
        gaps: ["iterative", "thread"]
            .map(|name| gap_panel(&mut dice, name))
            .to_vec(),
        ..BenchSummary::default()
    });
    summary.conclude(vec![
        Finding::new(
            Verdict::Valid,
            "3 of 5000 requests under process were reset by the peer",
        ),
        Finding::new(
            Verdict::Unknown,
            "one point is in doubt: thread, 80 clients",
        ),
    ]);
    summary
}

fn point(dice: &mut Dice, model: &Model, clients: u64) -> Point {
    let (name, _, at_once, slope, processes, threads) = *model;
    let rounds = if at_once == 0 {
        1
    } else {
        clients.div_ceil(at_once)
    };
    let floor_ns = rounds * TASK_NS;
    let mut runs: Vec<Measured> = (0..5)
        .map(|_| {
            let above = 9e5 + slope * clients as f64 * (0.95 + 0.12 * dice.unit());
            let wall_ns = floor_ns + above as u64;
            let times: Vec<f64> = (0..clients)
                .map(|i| {
                    (wall_ns as f64)
                        * if rounds == 1 {
                            0.9 + 0.1 * dice.unit()
                        } else {
                            (i + 1) as f64 / clients as f64
                        }
                })
                .collect();
            Measured {
                wall_ns,
                outcomes: Outcomes::from([("ok".to_owned(), clients)]),
                response_time: series(&times),
                connect: series(&times.iter().map(|t| t / 900.0).collect::<Vec<_>>()),
                lateness: series(&times.iter().map(|t| t / 4000.0).collect::<Vec<_>>()),
                server_cpu_ns: (clients as f64 * slope * (0.6 + 0.1 * dice.unit())) as u64,
                client_cpu_ns: clients * 41_000,
                server_memory_bytes: Some(
                    2_600_000 + clients * (processes * 310_000 + threads * 21_000),
                ),
                server_threads: Some(2 + (processes + threads) * clients),
                server_processes: Some(1 + processes * clients),
                voluntary_switches: clients * (2 + (dice.unit() * 2.0) as u64),
                involuntary_switches: (dice.unit() * 30.0) as u64,
                ..Measured::default()
            }
        })
        .collect();
    runs.sort_by_key(|run| run.wall_ns);
    Point {
        model: name.to_owned(),
        clients,
        floor_ns,
        wall_ns_median: Some(runs[2].wall_ns),
        wall_ns_min: Some(runs[0].wall_ns),
        wall_ns_max: Some(runs[4].wall_ns),
        doubts: Vec::new(),
        runs,
        ..Point::default()
    }
}

/// The lanes of a made-up model.
pub(crate) fn lane_set(dice: &mut Dice, model: &Model, clients: u64) -> LaneSet {
    let at_once = if model.2 == 0 { clients } else { model.2 };
    let mut free = vec![0u64; at_once as usize];
    let lane = |index: u64| {
        let connect_ns = (dice.unit() * 4e5) as u64 + index * 20_000;
        let worker = (index % at_once) as usize;
        let served = free[worker].max(connect_ns) + 150_000;
        let done_ns = served + TASK_NS + (dice.unit() * 9e5) as u64;
        free[worker] = done_ns;
        Lane {
            connect_ns,
            served_ns: Some(served),
            done_ns,
            ok: true,
        }
    };
    LaneSet {
        model: model.0.to_owned(),
        note: model.1.to_owned(),
        lanes: (0..clients).map(lane).collect(),
    }
}

fn law() -> LawSummary {
    LawSummary {
        name: "exponential".to_owned(),
        parameter: 50.0,
        mean_ns: 2e7,
    }
}

fn fit(count: u64, statistic: f64) -> FitSummary {
    let limit = 1.358 / (count as f64).sqrt();
    FitSummary {
        test: "kolmogorov-smirnov".to_owned(),
        count,
        statistic,
        limit: Some(limit),
        p_value: Some(0.34),
        accepted: Some(statistic <= limit),
    }
}

fn gap_panel(dice: &mut Dice, model: &str) -> GapPanel {
    let sent: Vec<f64> = (0..4000).map(|_| dice.exponential(2e7)).collect();
    let received: Vec<f64> = match model {
        "iterative" => sent
            .iter()
            .map(|gap| gap.max(2.5e7) + dice.unit() * 1e6)
            .collect(),
        _ => sent
            .iter()
            .map(|gap| (gap + (dice.unit() - 0.5) * 2e5).max(0.0))
            .collect(),
    };
    GapPanel {
        model: model.to_owned(),
        law: law(),
        workers: 8,
        sent_fit: Some(fit(4000, 0.0111)),
        received_fit: Some(fit(4000, if model == "iterative" { 0.71 } else { 0.0143 })),
        sent: series(&sent),
        received: series(&received),
    }
}

/// The rows of a load run: a slow stretch in the middle, some failures.
pub(crate) fn samples(number: u64) -> Vec<Sample> {
    let mut dice = Dice::new();
    let sample = |index: u64| {
        let intended_ns = index * 400_000;
        let slow = (index * 100 / number.max(1)).abs_diff(60) < 5;
        let mean = if slow { 1.8e7 } else { 1.3e6 };
        let late = dice.exponential(4e4) as u64;
        let took = 400_000 + dice.exponential(mean) as u64;
        let outcome = if slow && dice.unit() < 0.01 {
            Outcome::Timeout
        } else {
            Outcome::Ok
        };
        Sample {
            worker: (index % 8) as u32,
            number: index / 8,
            intended_ns,
            connect_ns: Some(intended_ns),
            connected_ns: Some(intended_ns + 90_000),
            ready_ns: None,
            sent_ns: Some(intended_ns + late),
            done_ns: Some(intended_ns + late + took),
            outcome,
            request_bytes: 12,
            reply_bytes: 12,
            local_port: None,
        }
    };
    (0..number).map(sample).collect()
}

/// The load run of these rows.
pub(crate) fn load(samples: &[Sample]) -> Summary {
    let mut dice = Dice::new();
    let mut summary = summary(Kind::Load, "load slow-reverse");
    let over = |of: fn(&Sample) -> Option<u64>| {
        series(
            &samples
                .iter()
                .filter_map(|s| Some(of(s)? as f64))
                .collect::<Vec<_>>(),
        )
    };
    let mut outcomes = Outcomes::new();
    for sample in samples {
        *outcomes
            .entry(sample.outcome.name().to_owned())
            .or_default() += 1;
    }
    let gaps: Vec<f64> = samples.iter().map(|_| dice.exponential(2e7)).collect();
    summary.load = Some(LoadSummary {
        service: "slow-reverse".to_owned(),
        target: "127.0.0.1:7007".to_owned(),
        workers: 8,
        asked: samples.len() as u64,
        loop_kind: "open".to_owned(),
        law: law(),
        seed: 42,
        outcomes,
        wrong: vec!["sent \"hello\", expected \"olleh\", received \"ol\\u{0}eh\"".to_owned()],
        connect: over(Sample::connect_duration_ns),
        greeting: Series::default(),
        service_time: over(Sample::service_ns),
        response_time: over(Sample::response_ns),
        lateness: over(Sample::lateness_ns),
        sent_gaps: series(&gaps),
        fit: Some(fit(gaps.len() as u64, 0.006)),
        cpu_ns: 812_000_000,
        wall_ns: samples.len() as u64 * 400_000,
        ..LoadSummary::default()
    });
    summary.conclude(vec![
        Finding::new(
            Verdict::Invalid,
            "12 requests were not answered within 1.00 s (timeout)",
        ),
        Finding::new(
            Verdict::Valid,
            "the generator's own delay stayed below 1.00 ms at p99",
        ),
    ]);
    summary
}

/// A server that saw 2 000 connections.
pub(crate) fn serve() -> Summary {
    let mut dice = Dice::new();
    let mut summary = summary(Kind::Serve, "serve slow-reverse");
    let arrivals: Vec<f64> = (0..2000).map(|_| dice.exponential(3e7)).collect();
    let accepted: Vec<f64> = arrivals.iter().map(|gap| gap.max(2.5e7)).collect();
    let data: Vec<f64> = (0..6000).map(|_| 1e9 + dice.unit() * 4e5).collect();
    let numbers = |pairs: &[(&str, u64)]| -> BTreeMap<String, u64> {
        pairs
            .iter()
            .map(|(name, number)| ((*name).to_owned(), *number))
            .collect()
    };
    summary.serve = Some(ServeSummary {
        service: "slow-reverse".to_owned(),
        model: "iterative".to_owned(),
        address: "127.0.0.1:7007".to_owned(),
        connections: Connections {
            accepted: 2001,
            ended: numbers(&[("done", 1990), ("idle", 4), ("reset", 7)]),
            turned_away: numbers(&[("descriptors", 2)]),
            open_max: 31,
        },
        requests: 8000,
        received_bytes: 96_000,
        sent_bytes: 96_000,
        endings: numbers(&[("bare", 7000), ("crlf", 200), ("lf", 800)]),
        connection_gaps: ArrivalClocks {
            connect: series(&arrivals),
            connect_note: "from TCP_INFO, resolution 1 ms; 14 of 2001 instants are upper bounds"
                .to_owned(),
            accept: series(&accepted),
            first_byte: series(&accepted),
        },
        data_gaps: series(&data),
        origin_monotonic_ns: 0,
    });
    summary.conclude(Vec::new());
    summary
}

/// Every kind of run with nothing in it.
pub(crate) fn empty() -> [Summary; 3] {
    let mut all = [Kind::Bench, Kind::Load, Kind::Serve].map(|kind| summary(kind, "nothing"));
    all[0].bench = Some(BenchSummary::default());
    all[1].load = Some(LoadSummary::default());
    all[2].serve = Some(ServeSummary::default());
    all
}

/// A bench of one model under one number of clients, of which one run counts, or none.
pub(crate) fn smallest(runs: usize) -> Summary {
    let mut summary = bench();
    let bench = summary.bench.as_mut().expect("a bench");
    bench.models.truncate(1);
    bench.points.truncate(1);
    bench.points[0].runs.truncate(runs);
    if runs == 0 {
        bench.points[0].wall_ns_median = None;
        bench.points[0].wall_ns_min = None;
        bench.points[0].wall_ns_max = None;
    }
    bench.lanes = vec![LaneSet {
        model: "iterative".to_owned(),
        ..LaneSet::default()
    }];
    bench.gaps = vec![GapPanel::default()];
    summary
}

/// Every text of every kind of run replaced by [`HOSTILE`].
pub(crate) fn hostile() -> [Summary; 3] {
    let hostile = || HOSTILE.to_owned();
    let mut all = [bench(), load(&samples(300)), serve()];
    for summary in &mut all {
        summary.name = hostile();
        summary.command = hostile();
        summary.started = hostile();
        summary.environment.kernel = hostile();
        summary.environment.processor = hostile();
        summary.environment.wharf_version = hostile();
        summary.findings = vec![Finding::new(Verdict::Invalid, HOSTILE)];
        summary.verdict = Verdict::Invalid;
    }
    let of_bench = all[0].bench.as_mut().expect("a bench");
    of_bench.models[0] = hostile();
    of_bench.service = hostile();
    of_bench.points[0].model = hostile();
    of_bench.points[0].doubts = vec![hostile()];
    of_bench.points[0].runs[0].outcomes = Outcomes::from([(hostile(), 1)]);
    of_bench.points[1].not_reached = Some(NotReached {
        obstacle: Obstacle::Refused,
        text: hostile(),
    });
    of_bench.points[1].client = hostile();
    of_bench.choices = vec![Choice {
        models: vec![hostile()],
        reason: hostile(),
        ..Choice::default()
    }];
    of_bench.lanes[0].model = hostile();
    of_bench.lanes[0].note = hostile();
    of_bench.gaps[0].model = hostile();
    of_bench.gaps[0].law.name = hostile();
    let of_load = all[1].load.as_mut().expect("a load");
    of_load.target = hostile();
    of_load.service = hostile();
    of_load.loop_kind = hostile();
    of_load.law.name = hostile();
    of_load.outcomes = Outcomes::from([(hostile(), 1)]);
    of_load.wrong = vec![hostile()];
    let of_serve = all[2].serve.as_mut().expect("a server");
    of_serve.service = hostile();
    of_serve.model = hostile();
    of_serve.address = hostile();
    of_serve.connections.ended = BTreeMap::from([(hostile(), 1)]);
    of_serve.connections.turned_away = BTreeMap::from([(hostile(), 1)]);
    of_serve.endings = BTreeMap::from([(hostile(), 1)]);
    of_serve.connection_gaps.connect_note = hostile();
    all
}
