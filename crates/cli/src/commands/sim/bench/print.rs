//! What `sim bench` prints: a table for people, or everything for programs.

use std::time::Duration;

use history::Series;
use serde_json::json;
use sim::clients::{Ending, Figures, Load};
use stats::{Distribution, least_squares};

use super::Point;
use crate::args::SimBenchArgs;

/// Points as a table, with what they are about above and what was published below.
pub fn table(args: &SimBenchArgs, load: &Load, points: &[Point]) -> String {
    let has_published = points.iter().any(|point| point.published_ns.is_some());
    let mut rows = vec![heads(has_published)];
    rows.extend(points.iter().map(|point| row(point, has_published)));
    format!(
        "{}\n\n{}{}",
        subject(args, load),
        aligned(&rows),
        beyond_arithmetic(args, points)
    )
}

/// Everything there is, in nanoseconds where a name says so.
pub fn json(args: &SimBenchArgs, points: &[Point]) -> String {
    let points: Vec<_> = points.iter().map(point_as_json).collect();
    let all = json!({
        "command": "sim bench",
        "service": args.service,
        "requests": args.requests,
        "seed": args.seed,
        "points": points,
    });
    serde_json::to_string_pretty(&all).expect("it is JSON") + "\n"
}

/// A line a point.
pub fn csv(points: &[Point]) -> String {
    let head = "model,clients,total_ns,arithmetic_ns,arithmetic_is_exact,published_ns,ok,failed,\
                response_ns_mean,response_ns_p50,response_ns_p99,response_ns_max,service_ns_mean,connect_ns_max,\
                connection_gap_ns_mean,request_gap_ns_mean,busy_ns,switches,open_max,workers_max,backlog_max,events\n";
    let lines = points.iter().map(csv_line);
    head.to_owned() + &lines.collect::<String>()
}

/// How much there was to it: said, not printed, because it differs from run to run.
pub fn effort(points: &[Point], seconds: f64) -> String {
    let virtual_time: Duration = points.iter().map(|point| point.figures.total).sum();
    let events = points.iter().map(|point| point.figures.events).sum();
    format!(
        "{} of virtual time in {}: {}, {}",
        report::duration(virtual_time.as_nanos() as f64),
        report::duration(seconds * 1e9),
        report::counted(points.len() as u64, "point"),
        report::counted(events, "event"),
    )
}

fn subject(args: &SimBenchArgs, load: &Load) -> String {
    let mut parts = vec![format!("virtual time: {}", args.service)];
    if !load.wait.is_zero() {
        parts.push(format!("a wait of {} in the server", exact(load.wait)));
    }
    parts.push(match args.requests {
        1 => "a request of each client".to_owned(),
        count => format!("{count} requests of each client"),
    });
    parts.push(match &args.arrivals {
        None => "all begin at once".to_owned(),
        Some(arrivals) => {
            format!(
                "beginning with gaps {}:{}",
                arrivals.law.letter, arrivals.parameter
            )
        }
    });
    if let Some(parameter) = args.param {
        let law = &args.dist;
        let from = match args.closed {
            true => "the answer",
            false => "the request",
        };
        parts.push(format!("gaps {law}:{parameter} from {from} before"));
    }
    parts.push(report::counted(args.costs.cores.into(), "processor"));
    parts.join(", ")
}

fn heads(has_published: bool) -> Vec<String> {
    let mut heads = vec!["model", "clients", "simulated", "arithmetic", ""];
    if has_published {
        heads.extend(["published", "off by"]);
    }
    heads.extend(["response", "p50", "p99", "greatest", "gap", "processor"]);
    heads.into_iter().map(str::to_owned).collect()
}

fn row(point: &Point, has_published: bool) -> Vec<String> {
    let figures = &point.figures;
    let mut cells = vec![
        point.model.clone(),
        report::count(point.clients),
        exact(figures.total),
    ];
    cells.extend(match &point.arithmetic {
        // It is the arithmetic of an answer for everybody.
        _ if !figures.is_whole() => {
            let answered = report::count(figures.count(Ending::Right));
            [DASH.to_owned(), format!("{answered} answered")]
        }
        None => [DASH.to_owned(), String::new()],
        Some(arithmetic) => {
            let least = if arithmetic.is_exact { "" } else { "≥ " };
            let formula = spaced(&arithmetic.formula);
            [format!("{least}{}", exact(arithmetic.total)), formula]
        }
    });
    if has_published {
        cells.extend(match point.published_ns {
            None => [DASH.to_owned(), String::new()],
            Some(ns) => {
                let off = ns / figures.total.as_nanos() as f64 - 1.0;
                [
                    format!("{:.3} s", ns / 1e9),
                    format!("{:+.2} %", off * 100.0),
                ]
            }
        });
    }
    let response = figures.response.digest();
    let times = [
        response.mean,
        response.p50,
        response.p99,
        response.max,
        figures.connection_gaps.digest().mean,
        Some(figures.busy.as_nanos() as f64),
    ];
    cells.extend(times.map(|ns| ns.map_or_else(|| DASH.to_owned(), short)));
    cells
}

/// Columns side by side: names to the left, numbers to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let is_left = |column: usize| column == 0 || rows[0][column].is_empty();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, &width))| match is_left(column) {
            true => format!("{cell:<width$}"),
            false => format!("{cell:>width$}"),
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        text += line.trim_end();
        text += "\n";
    }
    text
}

/// What the published times have that the arithmetic has not, model by model, as a line over the number of clients.
fn beyond_arithmetic(args: &SimBenchArgs, points: &[Point]) -> String {
    let mut models: Vec<&str> = points.iter().map(|point| point.model.as_str()).collect();
    models.dedup();
    let mut lines = Vec::new();
    for model in models {
        let of_model = points.iter().filter(|point| point.model == model);
        let beyond = of_model.filter_map(|point| {
            let total = point.figures.total.as_nanos() as f64;
            Some((point.clients as f64, point.published_ns? - total))
        });
        let beyond: Vec<(f64, f64)> = beyond.collect();
        if let Some(line) = least_squares(&beyond) {
            lines.push(format!(
                "  {model}: {} and {} for each client\n",
                report::duration(line.intercept),
                report::duration(line.slope)
            ));
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    let why = match args.arrivals {
        None => {
            "Its clients were interpreters, started one after another: --arrivals d:0.0114 is the processes' line, \
             d:0.00475 the threads'.\n"
        }
        Some(_) => "",
    };
    format!(
        "\nPublished is what the seed experiment printed, on a real machine; beyond what is simulated it has\n{}{why}",
        lines.concat(),
    )
}

fn point_as_json(point: &Point) -> serde_json::Value {
    let figures = &point.figures;
    let endings =
        Ending::ALL.map(|ending| (ending.name().to_owned(), figures.count(ending).into()));
    let endings: serde_json::Map<_, _> = endings.into_iter().collect();
    let arithmetic = point.arithmetic.as_ref().map(|arithmetic| {
        json!({
            "total_ns": nanos(arithmetic.total),
            "is_exact": arithmetic.is_exact,
            "formula": arithmetic.formula,
        })
    });
    json!({
        "model": point.model,
        "clients": point.clients,
        "total_ns": nanos(figures.total),
        "arithmetic": arithmetic,
        "published_ns": point.published_ns,
        "outcomes": endings,
        "response_time": series(&figures.response),
        "service_time": series(&figures.service),
        "connect": series(&figures.connect),
        "taken_up": series(&figures.taken_up),
        "connection_gaps": series(&figures.connection_gaps),
        "request_gaps": series(&figures.request_gaps),
        "busy_ns": nanos(figures.busy),
        "switches": figures.switches,
        "open_max": figures.open_max,
        "workers_max": figures.workers_max,
        "backlog_max": figures.backlog_max,
        "overflows": figures.overflows,
        "events": figures.events,
    })
}

fn series(distribution: &Distribution) -> serde_json::Value {
    json!(Series::with_histogram(distribution))
}

fn csv_line(point: &Point) -> String {
    let figures: &Figures = &point.figures;
    let [response, service, connect] =
        [&figures.response, &figures.service, &figures.connect].map(Distribution::digest);
    let connections = figures.connection_gaps.digest();
    let requests = figures.request_gaps.digest();
    let maybe = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let arithmetic = point.arithmetic.as_ref();
    let failed: u64 = figures.endings.iter().sum::<u64>() - figures.count(Ending::Right);
    let cells = [
        point.model.clone(),
        point.clients.to_string(),
        nanos(figures.total).to_string(),
        arithmetic.map_or_else(String::new, |a| nanos(a.total).to_string()),
        arithmetic.map_or_else(String::new, |a| a.is_exact.to_string()),
        maybe(point.published_ns),
        figures.count(Ending::Right).to_string(),
        failed.to_string(),
        maybe(response.mean),
        maybe(response.p50),
        maybe(response.p99),
        maybe(response.max),
        maybe(service.mean),
        maybe(connect.max),
        maybe(connections.mean),
        maybe(requests.mean),
        nanos(figures.busy).to_string(),
        figures.switches.to_string(),
        figures.open_max.to_string(),
        figures.workers_max.to_string(),
        figures.backlog_max.to_string(),
        figures.events.to_string(),
    ];
    cells.join(",") + "\n"
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Every digit, because the arithmetic is exact: `3 s`, `3.0114 s`, `200 ms`.
fn exact(duration: Duration) -> String {
    spaced(&format!("{duration:?}"))
}

/// With a space between a number and its unit.
fn spaced(text: &str) -> String {
    let mut spaced = String::new();
    for character in text.chars() {
        let is_unit = ['s', 'm', 'µ', 'n'].contains(&character);
        if is_unit && spaced.ends_with(|last: char| last.is_ascii_digit()) {
            spaced.push(' ');
        }
        spaced.push(character);
    }
    spaced
}

/// With three digits; nothing is nothing.
fn short(ns: f64) -> String {
    match ns == 0.0 {
        true => "0".to_owned(),
        false => report::duration(ns),
    }
}

const DASH: &str = "–";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_every_digit() {
        let texts = [3_000_000_000, 3_011_400_000, 200_000_000, 0, 1_500]
            .map(|nanos| exact(Duration::from_nanos(nanos)));
        assert_eq!(texts, ["3 s", "3.0114 s", "200 ms", "0 ns", "1.5 µs"]);
        assert_eq!(spaced("10 x 3s"), "10 x 3 s");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest() {
        let rows = [["model", "n", ""], ["a", "100", "x"], ["bcd", "7", ""]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(aligned(&rows), "model    n\na      100  x\nbcd      7\n");
    }
}
