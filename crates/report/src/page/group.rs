//! The figures of measured groups: the orders side by side, and one message's way in each.

use history::{GroupPoint, GroupRun, GroupSummary};
use trace::Log;

use super::{
    figure::{Figure, Width},
    table::Table,
};
use crate::{
    chart,
    number::{DASH, count, counted, duration, figure, maybe_duration, tick_rate},
    space_time,
    sweep::Spread,
};

/// One message's way through a group of an order.
pub struct Way {
    /// The order's name.
    pub order: String,
    /// What three members sent each other for it, every datagram as a message.
    pub log: Log,
}

/// What was measured, in a line.
pub(super) fn subject(group: &GroupSummary) -> String {
    format!(
        "{} · {} B messages · {} · {}",
        counted(group.members, "member"),
        count(group.payload_bytes),
        group.place,
        group.promises
    )
}

/// The best of each quantity, and which order it is.
pub(super) fn key_figures(group: &GroupSummary) -> Vec<(String, String)> {
    let best = |of: &dyn Fn(&GroupPoint) -> Option<f64>| {
        let all = group
            .orders
            .iter()
            .filter_map(|point| Some((of(point)?, point)));
        all.min_by(|one, other| one.0.total_cmp(&other.0))
    };
    let rate = |point: &GroupPoint| {
        let runs = point.flat.iter().filter(|run| run.counts());
        Some(-Spread::over(runs.filter_map(GroupRun::delivered_hz))?.median)
    };
    let view = |point: &GroupPoint| {
        let views = point.crashes.iter().filter_map(|crash| crash.view_ns());
        Some(Spread::over(views.map(|ns| ns as f64))?.median)
    };
    let mut figures = Vec::new();
    if let Some((hz, point)) = best(&rate) {
        let rate = crate::datagrams::rate(-hz);
        let unit = if rate.contains(' ') { "/s" } else { " /s" };
        figures.push((
            format!("{rate}{unit}"),
            format!("delivered at every member: order {}", point.order),
        ));
    }
    // What is best of all is not said again as the best of some.
    let fastest = best(&rate).map(|(_, point)| &point.order);
    let quickest = best(&|point| point.last.as_ref()?.p50_ns).map(|(_, point)| &point.order);
    if let Some((hz, point)) = best(&|point| rate(point).filter(|_| point.is_total))
        && fastest != Some(&point.order)
    {
        let rate = crate::datagrams::rate(-hz);
        let unit = if rate.contains(' ') { "/s" } else { " /s" };
        figures.push((
            format!("{rate}{unit}"),
            format!("most in one order: {}", point.order),
        ));
    }
    if let Some((ns, point)) = best(&|point| point.last.as_ref()?.p50_ns) {
        figures.push((
            duration(ns),
            format!("to the last delivery, p50: order {}", point.order),
        ));
    }
    if let Some((ns, point)) = best(&|point| point.last.as_ref()?.p50_ns.filter(|_| point.is_total))
        && quickest != Some(&point.order)
    {
        figures.push((
            duration(ns),
            format!("the same in one order: {}", point.order),
        ));
    }
    if let Some((ns, point)) = best(&view) {
        figures.push((
            duration(ns),
            format!("from a death to the new view: order {}", point.order),
        ));
    }
    figures
}

/// All figures.
pub(super) fn figures(group: &GroupSummary) -> String {
    let any = |is: fn(&GroupPoint) -> bool| group.orders.iter().any(is);
    let mut html = String::new();
    if any(|point| !point.flat.is_empty()) {
        html += &delivered(group);
    }
    if any(|point| point.own.is_some()) {
        html += &taken(group);
    }
    if any(|point| !point.crashes.is_empty()) {
        html += &new_view(group);
    }
    if any(|point| !point.flat.is_empty() || !point.paced.is_empty()) {
        html += &datagrams(group);
    }
    html + &obstacles(group)
}

/// A small space-time diagram of each order; those in which a message goes the same way share one.
pub(super) fn ways(ways: &[Way]) -> String {
    let mut kinds: Vec<Vec<&Way>> = Vec::new();
    for way in ways {
        match kinds.iter_mut().find(|kind| kind[0].is_like(way)) {
            Some(kind) => kind.push(way),
            None => kinds.push(vec![way]),
        }
    }
    let Some(first) = kinds.first() else {
        return String::new();
    };
    // With an odd number of sketches beside it, none stands alone.
    let width = match kinds.len() % 2 {
        0 => Width::Full,
        _ => Width::Half,
    };
    let lead = Figure::new(width, "How does a message get there?")
        .caption(
            "One message of bob's in a group that is otherwise idle, simulated: three members, each datagram takes 1 ms, and all \
             that it takes until everybody has delivered the message is drawn.",
        )
        .caption(
            "Hops: how many datagrams had to come, one after the other, before the last member delivered. They are what an order \
             costs where the network is slow and the members are not.",
        )
        .key(&space_time::way(&first[0].log, "").key);
    kinds
        .iter()
        .fold(lead.html(), |html, kind| html + &sketch(kind))
}

fn sketch(kind: &[&Way]) -> String {
    let orders: Vec<&str> = kind.iter().map(|way| way.order.as_str()).collect();
    let (orders, log) = (orders.join(", "), &kind[0].log);
    let sketch = space_time::way(log, &orders);
    let heading = format!("{orders}: {}", counted(u64::from(sketch.hops), "hop"));
    Figure::new(Width::Half, &heading)
        .caption(waits(log, u64::from(sketch.hops)))
        .picture(&sketch.picture)
        .html()
}

impl Way {
    /// Whether a message goes the same way in another order.
    fn is_like(&self, other: &Self) -> bool {
        let (one, other) = (&self.log, &other.log);
        (&one.hosts, &one.messages, &one.events) == (&other.hosts, &other.messages, &other.events)
    }
}

/// What the last delivery waited for. A status that comes after the one hop of the data was waited for by nobody.
fn waits(log: &Log, hops: u64) -> &'static str {
    let is = |kind: &str| log.messages.iter().any(|name| name.starts_with(kind));
    match (is("order"), is("status") && hops > 1) {
        (true, _) => "All but the sequencer wait for its order: a second datagram, after the data.",
        (false, true) => {
            "A member delivers when every other has said that it sends nothing earlier; the last do so in a status, after the data."
        }
        (false, false) => {
            "Each delivers the data when it is there: nothing was sent before it that it would have to come after."
        }
    }
}

fn delivered(group: &GroupSummary) -> String {
    let senders = counted(group.senders, "member");
    Figure::new(Width::Full, "How many messages a second?")
        .caption(&format!(
            "Full load: {senders} of {} send messages of {} B as fast as the group takes them. A mark is what every member was \
             given, that is the slowest: the median over the runs, whiskers the least and the greatest.",
            count(group.members),
            count(group.payload_bytes),
        ))
        .pictures(|room| chart::orders(group, &chart::DELIVERED, room))
        .html()
}

fn taken(group: &GroupSummary) -> String {
    Figure::new(Width::Full, "How long does a message take?")
        .caption(&format!(
            "On schedule: {} messages a second of all senders together, each with an intended instant. Marks: medians of all runs \
             that count, thin lines: to the 99th percentile. Above the sender's own delivery, below it that of the last member.",
            tick_rate(group.rate_hz)
        ))
        .pictures(|room| chart::orders(group, &chart::TAKEN, room))
        .html()
}

fn new_view(group: &GroupSummary) -> String {
    let suspected = duration(group.suspect_after_ns as f64);
    Figure::new(Width::Half, "How long does a death stop the group?")
        .caption(&format!(
            "A member is stopped without a word, until the last of the others has the view without it. A member is suspected after \
             {suspected} of silence; the rest is the change itself. A mark is the median over {} each.",
            counted(group.crashes, "death")
        ))
        .pictures(|room| chart::orders(group, &chart::NEW_VIEW, room))
        .html()
}

fn datagrams(group: &GroupSummary) -> String {
    Figure::new(Width::Half, "What does a message cost the network?")
        .caption(
            "All that members sent, signs of life and repairs too, for each message. Below 1 under full load: many messages share a \
             datagram.",
        )
        .pictures(|room| chart::orders(group, &chart::DATAGRAMS, room))
        .html()
}

/// Why orders are missing.
fn obstacles(group: &GroupSummary) -> String {
    let obstacle = |point: &GroupPoint| {
        let why = point.obstacle.as_ref()?;
        Some(format!("{}: {why}", point.order))
    };
    let notes: Vec<String> = group.orders.iter().filter_map(obstacle).collect();
    match notes.is_empty() {
        true => String::new(),
        false => Figure::new(Width::Full, "What could not be measured")
            .notes(&notes)
            .html(),
    }
}

/// All figures as numbers.
pub(super) fn numbers(group: &GroupSummary) -> String {
    let mut table = Table::new([
        "order",
        "delivered/s",
        "datagrams/message",
        "own p50",
        "own p99",
        "last p50",
        "last p99",
        "new view",
        "repairs",
        "runs that count",
    ]);
    for point in &group.orders {
        let runs = || point.flat.iter().chain(&point.paced);
        let (own, last) = (point.own.as_ref(), point.last.as_ref());
        let views = point.crashes.iter().filter_map(|crash| crash.view_ns());
        let repairs: u64 = runs().map(|run| run.sum(|one| one.repairs)).sum();
        let counting = runs().filter(|run| run.counts()).count() as u64;
        let cells = [
            over(&point.flat, GroupRun::delivered_hz, crate::datagrams::rate),
            over(&point.flat, GroupRun::datagrams_a_message, figure),
            maybe_duration(own.and_then(|one| one.p50_ns)),
            maybe_duration(own.and_then(|one| one.p99_ns)),
            maybe_duration(last.and_then(|one| one.p50_ns)),
            maybe_duration(last.and_then(|one| one.p99_ns)),
            maybe_duration(Spread::over(views.map(|ns| ns as f64)).map(|one| one.median)),
            count(repairs),
            format!("{counting} of {}", runs().count()),
        ];
        table.row(&point.order, cells);
    }
    table.details("Numbers: every order")
}

fn over(
    runs: &[GroupRun],
    of: fn(&GroupRun) -> Option<f64>,
    show: impl Fn(f64) -> String,
) -> String {
    let values = runs.iter().filter(|run| run.counts()).filter_map(of);
    Spread::over(values).map_or_else(|| DASH.to_owned(), |spread| spread.in_words(show))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn orders_stand_side_by_side_with_their_figures() {
        let summary = fixture::group();
        let page = crate::html(&summary, &[]);
        for part in [
            "How many messages a second?",
            "How long does a death stop the group?",
            "most in one order: total-sequencer",
            "3 members · 64 B messages · multicast 239.255.0.1:41234 over lo",
            "<th scope=\"row\">total-lamport</th>",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }

    /// Three orders, of which two go the same way.
    #[test]
    fn a_way_is_drawn_with_its_hops_and_once_for_all_orders_that_go_it() {
        let mut log = Log::new();
        let event = |log: &mut Log, host: &str, kind| {
            let (host, message) = (log.host(host), Some(log.message("data 1")));
            log.events.push(trace::Event {
                host,
                kind,
                message,
                text: String::new(),
                stamps: trace::Stamps::default(),
                place: trace::Place::default(),
            });
        };
        event(&mut log, "bob", trace::EventKind::Send);
        event(&mut log, "alice", trace::EventKind::Receive);
        event(&mut log, "alice", trace::EventKind::Deliver);
        let mut other = log.clone();
        event(&mut other, "carol", trace::EventKind::Receive);
        let way = |order: &str, log| Way {
            order: order.to_owned(),
            log,
        };
        let ways = [
            way("none", log.clone()),
            way("fifo", log),
            way("causal", other),
        ];
        let page = crate::html_of_ways(&fixture::group(), &ways);
        for part in [
            "How does a message get there?",
            "none, fifo: 1 hop<",
            "causal: 1 hop<",
            "sends data 1",
            "Each delivers the data when it is there",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn a_group_of_which_nothing_was_measured_has_no_pictures() {
        assert!(!figures(&GroupSummary::default()).contains("<svg"));
    }
}
