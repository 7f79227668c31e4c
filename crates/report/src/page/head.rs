//! The top of the page: what ran, where, what came of it, and the figures that matter most.

use history::{
    BenchKind, BenchSummary, Better, CastSummary, ChatSummary, Environment, LoadSummary,
    NamesSummary, PrimesSummary, ServeSummary, Summary, Verdict,
};

use crate::{
    answers::{Answers, requests},
    datagrams,
    escape::{escape, shortened},
    measure,
    number::{self, count, counted, duration, figure, maybe_duration},
    search,
    sweep::{self, ModelPoints},
    wording,
};

/// Name, place, verdict with its reason, and the button for light and dark.
pub(super) fn header(summary: &Summary) -> String {
    let (name, sentence) = (escape(&summary.name), escape(&subject(summary)));
    let (badge, _) = wording::verdict(summary.verdict);
    let reason = escape(&wording::reason(summary));
    let class = summary.verdict.name();
    let lasted = match summary.duration_ns {
        Some(ns) => format!(", took {}", duration(ns as f64)),
        None => ", has not ended".to_owned(),
    };
    format!(
        "<header>\n<div class=\"top\"><h1>{name}</h1>\
         <button id=\"theme\" type=\"button\" hidden>◐ light or dark</button></div>\n\
         <p class=\"subject\">{sentence}</p>\n\
         <p class=\"place\">{}{lasted} · {}</p>\n\
         <p class=\"verdict {class}\"><b>{badge}</b> <span>{reason}</span></p>\n</header>",
        escape(&summary.started),
        escape(&place(&summary.environment)),
    )
}

/// The row of large figures.
pub(super) fn key_figures(summary: &Summary) -> String {
    let mut figures = Vec::new();
    if let Some(bench) = &summary.bench {
        figures.extend(of_bench(bench));
    }
    if let Some(load) = &summary.load {
        figures.extend(of_load(load));
    }
    if let Some(serve) = &summary.serve {
        figures.extend(of_serve(serve));
    }
    if let Some(primes) = &summary.primes {
        figures.extend(of_primes(primes));
    }
    if let Some(cast) = &summary.cast {
        figures.extend(of_cast(cast));
    }
    if let Some(group) = &summary.group {
        let all = super::group::key_figures(group).into_iter();
        figures.extend(all.map(|(value, name)| KeyFigure::new(value, name)));
    }
    if let Some(chat) = &summary.chat {
        figures.extend(of_chat(chat));
    }
    if let Some(names) = &summary.names {
        figures.extend(of_names(names));
    }
    if figures.is_empty() {
        return String::new();
    }
    let all: String = figures.iter().map(KeyFigure::html).collect();
    format!("<section class=\"keys\" aria-label=\"Key figures\">{all}</section>")
}

/// A large figure with what it is.
struct KeyFigure {
    value: String,
    name: String,
    verdict: Option<Verdict>,
}

impl KeyFigure {
    fn new(value: String, name: String) -> Self {
        Self {
            value,
            name,
            verdict: None,
        }
    }

    /// A count that ought to be zero; what it is called then, and otherwise.
    fn ought_to_be_zero(value: u64, name: &str, otherwise: Verdict) -> Self {
        let (sign, verdict) = match value {
            0 => ("✓", Verdict::Valid),
            _ => ("▲", otherwise),
        };
        let (value, name) = (format!("{sign}\u{a0}{}", count(value)), name.to_owned());
        Self {
            value,
            name,
            verdict: Some(verdict),
        }
    }

    fn html(&self) -> String {
        let value = match self.value.split_once(' ') {
            Some((number, unit)) => format!("{} <i>{}</i>", escape(number), escape(unit)),
            None => escape(&self.value),
        };
        let class = self.verdict.map_or("", Verdict::name);
        format!(
            "<div class=\"{class}\"><b>{value}</b><span>{}</span></div>",
            escape(&self.name)
        )
    }
}

fn subject(summary: &Summary) -> String {
    if let Some(bench) = &summary.bench {
        let counts = sweep::client_counts(bench);
        let clients = match counts.as_slice() {
            [] => "no clients".to_owned(),
            [only] => counted(*only, "client"),
            [first, .., last] => format!("{first} to {last} clients"),
        };
        let models = counted(bench.models.len() as u64, "model");
        let runs = counted(bench.runs, "run");
        let scale = wording::subject(bench);
        format!("{models} · {clients} · {runs} a point · {scale}")
    } else if let Some(load) = &summary.load {
        let law = crate::curve::in_words(&load.law);
        let kind = &load.loop_kind;
        let workers = counted(load.workers, "worker");
        format!(
            "{workers} against {} · {kind} loop · gaps {law}",
            load.target
        )
    } else if let Some(serve) = &summary.serve {
        format!(
            "{} under the model {} at {}",
            serve.service, serve.model, serve.address
        )
    } else if let Some(primes) = &summary.primes {
        wording::search(primes)
    } else if let Some(chat) = &summary.chat {
        wording::chat(chat)
    } else if let Some(cast) = &summary.cast {
        datagrams::subject(cast)
    } else if let Some(names) = &summary.names {
        wording::names(names)
    } else if let Some(group) = &summary.group {
        super::group::subject(group)
    } else {
        summary.command.clone()
    }
}

fn place(environment: &Environment) -> String {
    let mut parts = Vec::new();
    if !environment.kernel.is_empty() {
        parts.push(format!("Linux {}", environment.kernel));
    }
    if environment.cores > 0 {
        parts.push(counted(environment.cores, "core"));
    }
    if !environment.processor.is_empty() {
        parts.push(environment.processor.clone());
    }
    if environment.memory_bytes > 0 {
        parts.push(format!(
            "{} of memory",
            number::bytes(environment.memory_bytes as f64)
        ));
    }
    match parts.is_empty() {
        true => "machine unknown".to_owned(),
        false => parts.join(" · "),
    }
}

/// The best and the worst of what models are compared by, where most of them can be compared.
fn extremes(bench: &BenchSummary) -> Vec<KeyFigure> {
    let quantity = bench.kind.quantities()[0];
    let clients = sweep::telling_clients(bench);
    let value = |model: &ModelPoints<'_>| {
        let point = model.at(clients).filter(|point| sweep::is_reached(point))?;
        let value = match bench.kind {
            BenchKind::Burst => point.wall_ns_median? as f64,
            _ => point.figure(quantity)?.median,
        };
        Some((value, model.name.to_owned()))
    };
    let models = sweep::models(bench);
    let share = models.iter().find_map(|model| model.at(clients)?.cpu_share);
    let calculation = share.map_or(String::new(), |share| {
        format!(", {} calculation", number::share(share))
    });
    let mut ends: Vec<(f64, String)> = models.iter().filter_map(value).collect();
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    if quantity.better() == Better::More {
        ends.reverse();
    }
    let (best, worst) = match bench.kind {
        BenchKind::Burst => ("fastest", "slowest"),
        BenchKind::Idle => ("least PSS a connection", "most"),
        _ => ("best", "least"),
    };
    let of = |(value, name): &(f64, String), what: &str| {
        let name = format!(
            "{what}: {name}, {}{calculation}",
            counted(clients, "client")
        );
        KeyFigure::new(measure::show(quantity, *value), name)
    };
    let mut figures = Vec::new();
    match ends.as_slice() {
        [] => {}
        [only] => figures.push(of(only, quantity.name())),
        [first, .., last] => {
            figures.push(of(last, worst));
            figures.push(of(first, best));
            let (low, high) = (first.0.min(last.0), first.0.max(last.0));
            if low > 0.0 {
                let name = format!("between {} and {}", first.1, last.1);
                figures.push(KeyFigure::new(format!("×{}", figure(high / low)), name));
            }
        }
    }
    figures
}

fn of_bench(bench: &BenchSummary) -> Vec<KeyFigure> {
    let mut figures = extremes(bench);
    let runs = || bench.points.iter().flat_map(|point| &point.runs);
    let requests = runs().flat_map(|run| run.outcomes.values()).sum();
    figures.push(KeyFigure::new(
        count(requests),
        match bench.kind {
            BenchKind::Idle => "connections in all".to_owned(),
            _ => "requests in all".to_owned(),
        },
    ));
    let failed = runs().map(|run| wording::failed(&run.outcomes)).sum();
    figures.push(KeyFigure::ought_to_be_zero(
        failed,
        "failed requests",
        Verdict::Invalid,
    ));
    let missed = bench
        .points
        .iter()
        .filter(|point| !sweep::is_reached(point));
    let missed = missed.count() as u64;
    let points = counted(bench.points.len() as u64, "point");
    if missed > 0 {
        let name = format!("of {points} not reached");
        figures.push(KeyFigure::ought_to_be_zero(missed, &name, Verdict::Unknown));
        return figures;
    }
    let doubted = bench
        .points
        .iter()
        .filter(|point| !point.doubts.is_empty())
        .count() as u64;
    let name = format!("of {points} in doubt");
    figures.push(KeyFigure::ought_to_be_zero(
        doubted,
        &name,
        Verdict::Unknown,
    ));
    figures
}

fn of_load(load: &LoadSummary) -> Vec<KeyFigure> {
    let (asked, reached) = wording::rates(load);
    let rate = |rate: Option<f64>| rate.map_or(number::DASH.to_owned(), figure);
    vec![
        KeyFigure::new(
            count(load.outcomes.values().sum()),
            format!("requests of {} asked", count(load.asked)),
        ),
        KeyFigure::new(
            format!("{} /s", rate(reached)),
            format!("reached; asked {}/s", rate(asked)),
        ),
        KeyFigure::new(
            maybe_duration(load.response_time.p50_ns),
            "response time, p50".to_owned(),
        ),
        KeyFigure::new(
            maybe_duration(load.response_time.p99_ns),
            "response time, p99".to_owned(),
        ),
        KeyFigure::new(
            maybe_duration(load.lateness.p99_ns),
            "lateness of sending, p99".to_owned(),
        ),
        KeyFigure::ought_to_be_zero(
            wording::failed(&load.outcomes),
            "not answered rightly",
            Verdict::Invalid,
        ),
    ]
}

fn of_serve(serve: &ServeSummary) -> Vec<KeyFigure> {
    let connections = &serve.connections;
    let turned_away = connections.turned_away.values().sum();
    let gap = &serve.connection_gaps.accept;
    vec![
        KeyFigure::new(count(connections.accepted), "connections".to_owned()),
        KeyFigure::new(
            count(connections.open_max),
            "open at once, at most".to_owned(),
        ),
        KeyFigure::new(count(serve.requests), "requests".to_owned()),
        KeyFigure::new(
            maybe_duration(gap.mean_ns),
            "between accepted connections, mean".to_owned(),
        ),
        KeyFigure::new(
            maybe_duration(serve.data_gaps.mean_ns),
            "between requests, mean".to_owned(),
        ),
        KeyFigure::ought_to_be_zero(turned_away, "connections turned away", Verdict::Unknown),
    ]
}

fn of_chat(chat: &ChatSummary) -> Vec<KeyFigure> {
    let refused = chat.refused.values().sum();
    vec![
        KeyFigure::new(count(chat.peers.len() as u64), "other members".to_owned()),
        KeyFigure::new(count(chat.sent), "messages said".to_owned()),
        KeyFigure::new(count(chat.shown), "messages shown".to_owned()),
        KeyFigure::ought_to_be_zero(chat.lost, "messages lost", Verdict::Unknown),
        KeyFigure::ought_to_be_zero(refused, "datagrams refused", Verdict::Unknown),
    ]
}

fn of_names(names: &NamesSummary) -> Vec<KeyFigure> {
    let stand = format!(
        "names at the end, {}, revision {}",
        counted(names.leases, "lease"),
        count(names.revision)
    );
    let mut figures = vec![
        KeyFigure::new(count(names.names), stand),
        KeyFigure::new(count(Answers::of(names).total), "answers by DNS".to_owned()),
        KeyFigure::new(count(requests(names)), "requests by HTTP".to_owned()),
    ];
    let known = wording::latencies(&names.commits);
    if let Some((_, ns)) = known.iter().find(|(name, _)| *name == "p99") {
        let name = format!(
            "to keep a change, p99 of {}",
            counted(names.commits.count, "write")
        );
        figures.push(KeyFigure::new(duration(*ns), name));
    }
    let lost = KeyFigure::ought_to_be_zero(
        names.lost,
        "datagrams dropped by the kernel",
        Verdict::Unknown,
    );
    let failed = "writes to the disk that failed";
    figures.push(lost);
    figures.push(KeyFigure::ought_to_be_zero(
        names.commits.failed,
        failed,
        Verdict::Unknown,
    ));
    figures
}

fn of_primes(primes: &PrimesSummary) -> Vec<KeyFigure> {
    let range = format!(
        "primes from {} to {}",
        count(primes.first),
        count(primes.last)
    );
    let found = match primes.count {
        Some(number) => KeyFigure::new(count(number), range),
        None => KeyFigure {
            value: number::DASH.to_owned(),
            name: format!("{range}: not searched to the end"),
            verdict: Some(Verdict::Unknown),
        },
    };
    let steps = primes.variants.first().and_then(|first| first.runs.first());
    let steps = steps
        .filter(|run| run.steps > 0)
        .map_or(String::new(), |run| {
            format!(": {} {}", number::tick_rate(run.steps as f64), primes.step)
        });
    let method = KeyFigure::new(shortened(&primes.method, 14), format!("method{steps}"));
    let mut figures = vec![found, method];
    if let Some(wall) = primes.variants.first().and_then(search::wall) {
        let what = search::name(&primes.variants[0]);
        figures.push(KeyFigure::new(
            duration(wall.median),
            format!("wall time, {what}"),
        ));
    }
    if let Some((variant, speed)) = search::best(primes) {
        let name = format!("best speed-up: {}", search::name(variant));
        figures.push(KeyFigure::new(format!("×{}", figure(speed.median)), name));
    }
    if let Some(share) = primes.divider.as_ref().and_then(|divider| divider.share) {
        let name = "of the divider's limit, baseline".to_owned();
        figures.push(KeyFigure::new(number::percent(share), name));
    }
    figures.extend(of_files(primes));
    figures
}

/// Whether the files are the same; of a single one, its size.
fn of_files(primes: &PrimesSummary) -> Option<KeyFigure> {
    let files = search::files(primes);
    let first = files.first()?;
    let sha = shortened(&first.sha256, 12);
    let Some(same) = search::files_agree(primes) else {
        let size = number::bytes(first.bytes as f64);
        return Some(KeyFigure::new(size, format!("file, sha256 {sha}")));
    };
    let (sign, name, verdict) = match same {
        true => (
            "✓",
            format!("files, the same bytes: sha256 {sha}"),
            Verdict::Valid,
        ),
        false => (
            "▲",
            "files that are not the same bytes".to_owned(),
            Verdict::Invalid,
        ),
    };
    Some(KeyFigure {
        value: format!("{sign}\u{a0}{}", count(files.len() as u64)),
        name,
        verdict: Some(verdict),
    })
}

fn of_cast(cast: &CastSummary) -> Vec<KeyFigure> {
    let mut figures = Vec::new();
    if let Some((point, rate)) = datagrams::fastest(cast) {
        let name = format!("most a receiver got: {}", datagrams::name(point));
        let rate = datagrams::rate(rate.median);
        figures.push(KeyFigure::new(joined(&rate, "/s"), name));
    }
    for way in ["batch", "segments"] {
        if let Some((_, most)) = datagrams::gain(cast, way) {
            let name = format!("{way} over one datagram a call, at most");
            figures.push(KeyFigure::new(format!("×{}", figure(most)), name));
        }
    }
    if let Some((point, loss)) = datagrams::lossiest(cast) {
        let name = format!("lost at worst: {}", datagrams::name(point));
        let loss = datagrams::loss_in_words(loss.median);
        figures.push(KeyFigure::new(loss, name));
    }
    if let Some((point, latency)) = datagrams::quickest(cast) {
        let name = format!("latency p50: {}", datagrams::name(point));
        figures.push(KeyFigure::new(duration(latency.median), name));
    }
    let runs = cast
        .points
        .iter()
        .flat_map(|p| p.flat.iter().chain(&p.paced));
    let receivers = runs.flat_map(|run| &run.receivers);
    let corrupt = receivers.fold(0u64, |sum, one| sum.saturating_add(one.corrupt));
    let name = "datagrams with other bytes than were sent";
    figures.push(KeyFigure::ought_to_be_zero(corrupt, name, Verdict::Invalid));
    figures
}

/// A number that may have a unit's prefix, and its unit: `5.75 M/s`, `98 /s`.
fn joined(number: &str, unit: &str) -> String {
    match number.contains(' ') {
        true => format!("{number}{unit}"),
        false => format!("{number} {unit}"),
    }
}
