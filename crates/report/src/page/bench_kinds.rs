//! The figures of the kinds of benchmark that are not a burst, each in the order of its question.

use history::{BenchKind, BenchSummary, Quantity};

use super::{
    bench::reservations,
    figure::{Figure, Width},
};
use crate::{
    chart::{self, FULL, HALF, Over, View},
    head_of_line,
    number::counted,
    sweep, wording,
};

/// The pictures of a benchmark of that kind; empty when nothing was measured.
pub(super) fn figures(bench: &BenchSummary) -> String {
    if bench.points.is_empty() {
        return String::new();
    }
    match bench.kind {
        BenchKind::Burst => String::new(),
        BenchKind::Throughput => throughput(bench),
        BenchKind::Churn => churn(bench),
        BenchKind::Idle => idle(bench),
        BenchKind::Mixed => mixed(bench),
    }
}

fn throughput(bench: &BenchSummary) -> String {
    let about = "Each client asks again as soon as it is answered, on one connection";
    let first = (
        Quantity::AnswersPerSecond,
        "Answers a second against clients",
    );
    main_card(bench, first, about)
        + &cards(
            bench,
            Over::Clients,
            &[
                (Quantity::ResponseP50, "Response time, median", ALL_ANSWERS),
                (
                    Quantity::ResponseP99,
                    "Response time, 99th percentile",
                    ALL_ANSWERS,
                ),
                (Quantity::ServerCpuPerRequest, "Server CPU a request", CPU),
                (
                    Quantity::SwitchesPerRequest,
                    "Context switches a request",
                    SWITCHES,
                ),
            ],
        )
}

fn churn(bench: &BenchSummary) -> String {
    let about = "Each client connects, asks once, closes, and does so again";
    let first = (
        Quantity::ConnectionsPerSecond,
        "Connections a second against clients",
    );
    let connect = "From beginning to connect until the connection stood, over connections.";
    main_card(bench, first, about)
        + &cards(
            bench,
            Over::Clients,
            &[
                (Quantity::ConnectP50, "Time to connect, median", connect),
                (
                    Quantity::ConnectP99,
                    "Time to connect, 99th percentile",
                    connect,
                ),
                (
                    Quantity::ResponseP99,
                    "Response time, 99th percentile",
                    ALL_ANSWERS,
                ),
                (
                    Quantity::ServerCpuPerRequest,
                    "Server CPU a connection",
                    CPU,
                ),
            ],
        )
}

fn idle(bench: &BenchSummary) -> String {
    let caption = format!(
        "The same server with silent connections less without them, over their number; each model at \
         the most connections that it reached. Marks: median of {}. RSS counts a shared page in each \
         process, PSS once; the kernel's share is sockets, descriptors, stacks and page tables.",
        counted(bench.runs, "run")
    );
    let card = Figure::new(Width::Full, "Memory an idle connection")
        .caption(&caption)
        .key(&[
            ("s-pss", "PSS, the server's own"),
            ("s-kernel", "the kernel's share"),
            ("s-rss", "RSS, to compare"),
        ])
        .picture(&chart::idle(bench))
        .notes(&reservations(bench));
    let share = "A connection's cost should not depend on their number; it falls where a fixed cost \
                 is spread over more of them.";
    card.html()
        + &cards(
            bench,
            Over::Clients,
            &[
                (
                    Quantity::IdlePss,
                    "PSS a connection, against connections",
                    share,
                ),
                (
                    Quantity::IdleKernel,
                    "The kernel's share, against connections",
                    share,
                ),
            ],
        )
}

fn mixed(bench: &BenchSummary) -> String {
    let mut html = String::new();
    for clients in sweep::client_counts(bench) {
        let over = Over::CpuShare(clients);
        let load = counted(clients, "client");
        let rate = Figure::new(Width::Half, &format!("Answers a second, {load}"))
            .caption(&format!("{}. {}", wording::subject(bench), marks(bench)))
            .models(bench)
            .picture(&first(bench, Quantity::AnswersPerSecond, over, HALF));
        let told = head_of_line::sentence(bench, clients);
        let waiting = Figure::new(Width::Half, &format!("Those that only wait: p99, {load}"))
            .caption(told.as_deref().unwrap_or(WAITING))
            .models(bench)
            .picture(&first(bench, Quantity::WaitingP99, over, HALF));
        html += &(rate.html() + &waiting.html());
        let others = [
            (
                Quantity::WaitingP50,
                "Those that only wait: median",
                WAITING,
            ),
            (Quantity::ServerCpuPerRequest, "Server CPU a request", CPU),
        ];
        html += &cards(bench, over, &others);
    }
    let notes = reservations(bench);
    if !notes.is_empty() {
        let card = Figure::new(Width::Full, "Points to read with care").notes(&notes);
        html += &card.html();
    }
    html
}

/// The quantity that models are compared by, over the whole width.
fn main_card(bench: &BenchSummary, (quantity, heading): (Quantity, &str), about: &str) -> String {
    let caption = format!("{about}: {}. {}", wording::subject(bench), marks(bench));
    Figure::new(Width::Full, heading)
        .caption(&caption)
        .models(bench)
        .picture(&first(bench, quantity, Over::Clients, FULL))
        .notes(&reservations(bench))
        .html()
}

/// Two pictures a row, of the quantities that some run has; the last alone in its row is as wide as it.
fn cards(bench: &BenchSummary, over: Over, all: &[(Quantity, &str, &str)]) -> String {
    let is_known = |quantity: Quantity| {
        let mut points = bench.points.iter();
        points.any(|point| point.figure(quantity).is_some())
    };
    let known: Vec<_> = all.iter().filter(|card| is_known(card.0)).collect();
    let card = |(index, (quantity, heading, caption)): (usize, &&(Quantity, &str, &str))| {
        let is_alone = index + 1 == known.len() && known.len() % 2 == 1;
        let (width, units) = match is_alone {
            true => (Width::Full, FULL),
            false => (Width::Half, HALF),
        };
        Figure::new(width, heading)
            .caption(caption)
            .models(bench)
            .picture(&further(bench, *quantity, over, units))
            .html()
    };
    known.iter().enumerate().map(card).collect()
}

/// The picture with what was not reached.
fn first(bench: &BenchSummary, quantity: Quantity, over: Over, width: f64) -> String {
    let has_strip = true;
    chart::against(
        bench,
        View {
            quantity,
            over,
            width,
            has_strip,
        },
    )
}

/// A picture of the same points in another light.
fn further(bench: &BenchSummary, quantity: Quantity, over: Over, width: f64) -> String {
    let has_strip = false;
    chart::against(
        bench,
        View {
            quantity,
            over,
            width,
            has_strip,
        },
    )
}

fn marks(bench: &BenchSummary) -> String {
    format!(
        "Marks: median of {}; whiskers: least and greatest.",
        counted(bench.runs, "run")
    )
}

const ALL_ANSWERS: &str = "From sending a request to its answer, over all requests.";
const WAITING: &str = "Over the requests that do not calculate.";
const CPU: &str =
    "Processor time of the server with its children, its share of the kernel's included.";
const SWITCHES: &str =
    "Times that a thread of the server left the processor, by itself or not; 0 when always busy.";
