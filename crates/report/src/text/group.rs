//! What each order cost: a row an order.

use history::{GroupPoint, GroupRun, GroupSummary, Series};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    datagrams::rate,
    escape::{shortened, visible},
    number::{DASH, count, counted, duration, figure, maybe_duration},
    sweep::Spread,
};

/// What was measured, the tables, and how to read them.
pub(super) fn text(group: &GroupSummary) -> String {
    let mut out = paragraph("", &subject(group)) + "\n";
    let has = |runs: fn(&GroupPoint) -> bool| group.orders.iter().any(runs);
    if has(|point| !point.flat.is_empty()) {
        out += &full_load(group);
        out.push('\n');
    }
    if has(|point| !point.paced.is_empty() || !point.crashes.is_empty()) {
        out += &low_load(group);
        out.push('\n');
    }
    for sentence in sentences(group) {
        out += &paragraph("  - ", sentence);
    }
    out + "\n"
}

/// How to read the tables that are there.
fn sentences(group: &GroupSummary) -> Vec<&'static str> {
    let has = |what: fn(&GroupPoint) -> bool| group.orders.iter().any(what);
    let flat = [
        "delivered/s: messages a second that every member was given, the least of all; each: the least of one sender's. \
         Medians of the runs that count.",
        "processors: the members' share of all processors' time; waited: how long the member that was worst off was \
         ready to run and had none.",
    ];
    let paced = "own: from the instant at which a message was meant to be sent until its sender delivered it; last: until the last \
         member did.";
    let deaths = "new view: from the death of a member until the last of the others had installed the view without it.";
    let all = "The members are threads of one process: they share the machine's processors, and one clock.";
    let flat = flat.iter().filter(|_| has(|point| !point.flat.is_empty()));
    let paced = Some(paced).filter(|_| has(|point| !point.paced.is_empty()));
    let deaths = Some(deaths).filter(|_| has(|point| !point.crashes.is_empty()));
    flat.copied()
        .chain(paced)
        .chain(deaths)
        .chain([all])
        .collect()
}

fn subject(group: &GroupSummary) -> String {
    let senders = match group.senders == group.members {
        true => "all send".to_owned(),
        false => format!("{} of them send", group.senders),
    };
    format!(
        "{}, {senders}, {} B messages in datagrams of up to {} B, {}; {}; signs of life every {}, suspected after {}.",
        counted(group.members, "member"),
        group.payload_bytes,
        count(group.datagram_bytes),
        visible(&group.place),
        visible(&group.promises),
        duration(group.heartbeat_ns as f64),
        duration(group.suspect_after_ns as f64),
    )
}

fn name(point: &GroupPoint) -> String {
    shortened(&visible(&point.order), 16)
}

fn full_load(group: &GroupSummary) -> String {
    let heads = [
        "full load",
        "delivered/s",
        "each",
        "datagrams/msg",
        "sent again",
        "dropped",
        "processors",
        "waited",
    ];
    let mut table = Columns::new(heads.map(str::to_owned));
    for point in group.orders.iter().filter(|one| !one.flat.is_empty()) {
        let median = |of: &dyn Fn(&GroupRun) -> Option<f64>| spread(&point.flat, of);
        let senders = 0..group.senders as usize;
        let each = |run: &GroupRun| {
            let all = senders.clone().filter_map(|rank| run.delivered_of_hz(rank));
            all.reduce(f64::min)
        };
        let sum = |of: fn(&history::GroupMember) -> u64| -> u64 {
            point.flat.iter().map(|run| run.sum(of)).sum()
        };
        table.row([
            name(point),
            shown(median(&GroupRun::delivered_hz), rate),
            shown(median(&each), rate),
            shown(median(&GroupRun::datagrams_a_message), figure),
            count(sum(|one| one.repairs)),
            count(sum(|one| one.kernel_drops)),
            shown(median(&|run| Some(run.busy * 100.0)), |share| {
                format!("{share:.0} %")
            }),
            shown(median(&|run| Some(run.waited * 100.0)), |share| {
                format!("{share:.0} %")
            }),
        ]);
    }
    table.finish()
}

fn low_load(group: &GroupSummary) -> String {
    let head = format!("at {}/s", rate(group.rate_hz));
    let heads = [
        head.as_str(),
        "own p50",
        "p99",
        "max",
        "last p50",
        "p99",
        "max",
        "new view p50",
        "max",
    ];
    let mut table = Columns::new(heads.map(str::to_owned));
    for point in &group.orders {
        let three = |of: &Option<Series>| {
            let of = of.as_ref();
            [
                of.and_then(|series| series.p50_ns),
                of.and_then(|series| series.p99_ns),
                of.and_then(|series| series.max_ns),
            ]
        };
        let [view, _, view_max] = three(&point.view);
        let times = [three(&point.own), three(&point.last)].concat();
        let times = times.into_iter().chain([view, view_max]);
        table.row([name(point)].into_iter().chain(times.map(maybe_duration)));
    }
    table.finish()
}

/// Of the runs that count.
fn spread(runs: &[GroupRun], of: &dyn Fn(&GroupRun) -> Option<f64>) -> Option<f64> {
    let counting = runs.iter().filter(|run| run.counts());
    Spread::over(counting.filter_map(of)).map(|spread| spread.median)
}

fn shown(figure: Option<f64>, show: impl Fn(f64) -> String) -> String {
    figure.map_or_else(|| DASH.to_owned(), show)
}

#[cfg(test)]
mod tests {
    use history::GroupMember;

    use super::*;

    #[test]
    fn a_row_an_order_and_dashes_for_what_is_not_known() {
        let run = GroupRun {
            counted_ns: 1_000_000_000,
            sent: 10,
            busy: 0.5,
            members: vec![GroupMember {
                delivered: vec![250_000, 10_000],
                datagrams: 5,
                ..GroupMember::default()
            }],
            ..GroupRun::default()
        };
        let disturbed = GroupRun {
            disturbed: Some("asleep".to_owned()),
            ..run.clone()
        };
        let point = |order: &str, flat| GroupPoint {
            order: order.to_owned(),
            flat: vec![flat],
            ..GroupPoint::default()
        };
        let mut group = GroupSummary {
            members: 3,
            senders: 2,
            rate_hz: 1000.0,
            orders: vec![point("fifo", run), point("causal", disturbed)],
            ..GroupSummary::default()
        };
        let flat = text(&group);
        assert!(!flat.contains("at 1000/s"), "{flat}");
        let row = |name: &str| {
            let line = flat.lines().find(|line| line.trim().starts_with(name));
            line.expect("a row")
                .split_whitespace()
                .skip(1)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(row("fifo"), "260 k 10.0 k 0.500 0 0 50 % 0 %");
        assert!(row("causal").starts_with("– – –"), "{}", row("causal"));
        group.orders[0].paced.push(GroupRun::default());
        group.orders[0].own = Some(Series {
            p50_ns: Some(80_000.0),
            ..Series::default()
        });
        let both = text(&group);
        assert!(
            both.contains("80.0 µs") && both.contains("2 of them send"),
            "{both}"
        );
    }
}
