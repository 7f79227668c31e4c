//! A benchmark of datagrams, with what its charts, tables and texts ask of it, and what follows from it.

use history::{CastPoint, CastReceiver, CastRun, CastSummary, Series};

use crate::{
    number::{self, count, counted, duration, figure},
    sweep::Spread,
};

/// The ways of calling, in the order in which they first occur: their places are their colours and
/// markers.
pub(crate) fn ways(cast: &CastSummary) -> Vec<&str> {
    let mut ways: Vec<&str> = Vec::new();
    for point in &cast.points {
        if !ways.contains(&point.way.as_str()) {
            ways.push(&point.way);
        }
    }
    ways
}

/// A point in full: `multicast, 64 B, 4 receivers, batch`.
pub(crate) fn name(point: &CastPoint) -> String {
    format!("{}, {}", row_name(point), point.way)
}

/// A point but for its way: `multicast, 64 B, 4 receivers`.
pub(crate) fn row_name(point: &CastPoint) -> String {
    format!("{}, {}", point.cast, load_name(point))
}

/// Size and receivers: `64 B, 4 receivers`.
pub(crate) fn load_name(point: &CastPoint) -> String {
    let (size, receivers) = (
        size(point.payload_bytes),
        counted(point.receivers, "receiver"),
    );
    format!("{size}, {receivers}")
}

/// A payload, in bytes as it was asked for: `64 B`, `1400 B`.
pub(crate) fn size(payload_bytes: u64) -> String {
    format!("{} B", count(payload_bytes))
}

/// A rate with three digits: `98.0 k`, `5.75 M`.
pub(crate) fn rate(hz: f64) -> String {
    match hz.abs() {
        size if size >= 999_500.0 => format!("{} M", figure(hz / 1e6)),
        size if size >= 9_999.5 => format!("{} k", figure(hz / 1e3)),
        _ => figure(hz),
    }
}

/// What a way is, in words.
pub(crate) fn way_in_words(way: &str) -> &str {
    match way {
        "one" => "one datagram a call",
        "batch" => "batch: many datagrams a call",
        "segments" => "segments: one block a call, cut by the kernel",
        other => other,
    }
}

/// Datagrams a second sent to each receiver, flat out.
pub(crate) fn sent(point: &CastPoint) -> Option<Spread> {
    Spread::over(point.flat.iter().filter_map(CastRun::sent_hz))
}

/// Datagrams a second that a receiver got, over all receivers and runs, flat out.
pub(crate) fn received(point: &CastPoint) -> Option<Spread> {
    let of = |run: &CastRun| {
        let receivers = run.receivers.iter();
        receivers
            .filter_map(|one| run.received_hz(one))
            .collect::<Vec<_>>()
    };
    Spread::over(point.flat.iter().flat_map(of))
}

/// The share of datagrams that did not arrive, flat out.
pub(crate) fn loss(point: &CastPoint) -> Option<Spread> {
    Spread::over(point.flat.iter().filter_map(CastRun::loss))
}

/// The same of paced runs that count.
pub(crate) fn paced_loss(point: &CastPoint) -> Option<Spread> {
    Spread::over(counted_runs(point).filter_map(CastRun::loss))
}

/// The sender's processor time for a datagram to one receiver, flat out.
pub(crate) fn sender_cpu(point: &CastPoint) -> Option<Spread> {
    let of = |run: &CastRun| {
        let deliveries = run.sent.saturating_mul(run.receivers.len() as u64);
        (deliveries > 0).then(|| run.sender_cpu_ns as f64 / deliveries as f64)
    };
    Spread::over(point.flat.iter().filter_map(of))
}

/// A receiver's processor time for a datagram that it got, flat out.
pub(crate) fn receiver_cpu(point: &CastPoint) -> Option<Spread> {
    let receivers = point.flat.iter().flat_map(|run| &run.receivers);
    let of =
        |one: &CastReceiver| (one.received > 0).then(|| one.cpu_ns as f64 / one.received as f64);
    Spread::over(receivers.filter_map(of))
}

/// The share of a core that the sender had, flat out.
pub(crate) fn sender_share(point: &CastPoint) -> Option<Spread> {
    let share = |run: &CastRun| share(run.sender_cpu_ns, run.wall_ns);
    Spread::over(point.flat.iter().filter_map(share))
}

/// The share of a core that the busiest receiver of a run had, flat out.
pub(crate) fn receiver_share(point: &CastPoint) -> Option<Spread> {
    let busiest = |run: &CastRun| {
        let shares = run
            .receivers
            .iter()
            .filter_map(|one| share(one.cpu_ns, one.span_ns.max(run.wall_ns)));
        shares.max_by(f64::total_cmp)
    };
    Spread::over(point.flat.iter().filter_map(busiest))
}

fn share(cpu_ns: u64, wall_ns: u64) -> Option<f64> {
    (wall_ns > 0).then(|| cpu_ns as f64 / wall_ns as f64)
}

/// What the rate of a point is bounded by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bottleneck {
    /// The sender had a core of its own all the time.
    Sender,
    /// A receiver had, and was too slow: some was lost.
    Receiver,
    /// All processors were busy with sender and receivers together.
    Processors,
    /// None of them: processors were shared with others, or threads waited.
    Elsewhere,
}

impl Bottleneck {
    /// In a table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Receiver => "receiver",
            Self::Processors => "all cores",
            Self::Elsewhere => "none at 100 %",
        }
    }
}

/// What bounded the rate of a point; `None` where it was not measured flat out.
pub(crate) fn bottleneck(cast: &CastSummary, point: &CastPoint) -> Option<Bottleneck> {
    let (sender, receiver) = (sender_share(point)?.median, receiver_share(point)?.median);
    let total = |run: &CastRun| {
        let receivers: u64 = run.receivers.iter().map(|one| one.cpu_ns).sum();
        share(run.sender_cpu_ns.saturating_add(receivers), run.wall_ns)
    };
    let total = Spread::over(point.flat.iter().filter_map(total))?.median;
    let cores = cast.cores as f64;
    Some(match () {
        () if receiver >= FULLY && loss(point).is_some_and(|loss| loss.median > 0.0) => {
            Bottleneck::Receiver
        }
        () if sender >= FULLY => Bottleneck::Sender,
        () if cores > 0.0 && total >= FULLY * cores => Bottleneck::Processors,
        () => Bottleneck::Elsewhere,
    })
}

/// Paced runs whose sender was on time.
fn counted_runs(point: &CastPoint) -> impl Iterator<Item = &CastRun> {
    point.paced.iter().filter(|run| !run.is_late)
}

/// A quantile of the latency over the runs that count.
pub(crate) fn latency(point: &CastPoint, of: fn(&Series) -> Option<f64>) -> Option<Spread> {
    Spread::over(counted_runs(point).filter_map(|run| of(run.latency.as_ref()?)))
}

/// A quantile of the sender's lateness over the runs that count.
pub(crate) fn lateness(point: &CastPoint, of: fn(&Series) -> Option<f64>) -> Option<Spread> {
    Spread::over(counted_runs(point).filter_map(|run| of(run.lateness.as_ref()?)))
}

/// Whether it was paced, and no run counts.
pub(crate) fn is_doubted(point: &CastPoint) -> bool {
    !point.paced.is_empty() && point.paced.iter().all(|run| run.is_late)
}

/// What was measured: `unicast, multicast · 64 and 1400 B · 1 and 4 receivers · one, batch · on lo`.
pub(crate) fn subject(cast: &CastSummary) -> String {
    let mut casts: Vec<&str> = Vec::new();
    for point in &cast.points {
        if !casts.contains(&point.cast.as_str()) {
            casts.push(&point.cast);
        }
    }
    let sizes = numbers(cast, |point| point.payload_bytes);
    let receivers = numbers(cast, |point| point.receivers);
    let plural = if receivers == "1" { "" } else { "s" };
    format!(
        "{} · {sizes} B · {receivers} receiver{plural} · {} · on {} · {} of {} a point",
        casts.join(", "),
        ways(cast).join(", "),
        cast.interface,
        counted(cast.repeats, "run"),
        duration(cast.lasting_ns as f64),
    )
}

fn numbers(cast: &CastSummary, of: fn(&CastPoint) -> u64) -> String {
    let mut all: Vec<u64> = cast.points.iter().map(of).collect();
    all.sort_unstable();
    all.dedup();
    let all: Vec<String> = all.into_iter().take(8).map(count).collect();
    all.join(", ")
}

/// The point with the greatest rate at its receivers.
pub(crate) fn fastest(cast: &CastSummary) -> Option<(&CastPoint, Spread)> {
    let known = cast.points.iter().filter_map(|p| Some((p, received(p)?)));
    known.max_by(|one, other| one.1.median.total_cmp(&other.1.median))
}

/// The point that lost the greatest share.
pub(crate) fn lossiest(cast: &CastSummary) -> Option<(&CastPoint, Spread)> {
    let known = cast.points.iter().filter_map(|p| Some((p, loss(p)?)));
    known.max_by(|one, other| one.1.median.total_cmp(&other.1.median))
}

/// The point whose datagrams took the least time, by the median.
pub(crate) fn quickest(cast: &CastSummary) -> Option<(&CastPoint, Spread)> {
    let known = cast
        .points
        .iter()
        .filter_map(|p| Some((p, latency(p, |series| series.p50_ns)?)));
    known.min_by(|one, other| one.1.median.total_cmp(&other.1.median))
}

/// How many times the rate of `one` a way has at each point where both were measured: least and greatest.
pub(crate) fn gain(cast: &CastSummary, way: &str) -> Option<(f64, f64)> {
    let is_beside = |point: &CastPoint, other: &CastPoint| {
        other.cast == point.cast
            && other.payload_bytes == point.payload_bytes
            && other.receivers == point.receivers
            && other.way == "one"
    };
    let of = |point: &CastPoint| {
        let base = cast.points.iter().find(|other| is_beside(point, other))?;
        let base = received(base)?.median;
        (base > 0.0).then_some(received(point)?.median / base)
    };
    let gains = cast.points.iter().filter(|point| point.way == way);
    let gains: Vec<f64> = gains.filter_map(of).filter(|g| g.is_finite()).collect();
    stats::range(&gains)
}

/// A loss: none at all is told from a little.
pub(crate) fn loss_in_words(loss: f64) -> String {
    match loss {
        0.0 => "0".to_owned(),
        little if little < 0.0001 => "< 0.01 %".to_owned(),
        _ => number::percent(loss),
    }
}

/// What follows, in sentences that the terminal and the page share.
pub(crate) fn rates(cast: &CastSummary) -> Vec<String> {
    let mut all = Vec::new();
    if let Some((point, most)) = fastest(cast) {
        let bytes = most.median * point.payload_bytes as f64;
        all.push(format!(
            "Most: {} carried {} datagrams/s to each receiver, {}/s of payload.",
            name(point),
            rate(most.median),
            number::bytes(bytes)
        ));
    }
    for way in ways(cast).into_iter().filter(|way| *way != "one") {
        if let Some((least, most)) = gain(cast, way) {
            all.push(format!(
                "The way {way} carried {} times what one datagram a call did.",
                range(least, most)
            ));
        }
    }
    all.extend(losses(cast));
    let told = |which| {
        let is_it = |point: &&CastPoint| bottleneck(cast, point) == Some(which);
        cast.points.iter().filter(is_it).count() as u64
    };
    let words: Vec<String> = [
        Bottleneck::Sender,
        Bottleneck::Receiver,
        Bottleneck::Processors,
        Bottleneck::Elsewhere,
    ]
    .into_iter()
    .filter(|which| told(*which) > 0)
    .map(|which| {
        let what = match which {
            Bottleneck::Sender => "the sender",
            Bottleneck::Receiver => "a receiver",
            Bottleneck::Processors => "all processors together",
            Bottleneck::Elsewhere => {
                "nobody at 100 % (threads waited, or others had the processors)"
            }
        };
        format!("{what} in {}", counted(told(which), "point"))
    })
    .collect();
    if !words.is_empty() {
        all.push(format!("The bottleneck, flat out: {}.", words.join("; ")));
    }
    all
}

fn range(least: f64, most: f64) -> String {
    match (figure(least), figure(most)) {
        (least, most) if least == most => least,
        (least, most) => format!("{least} to {most}"),
    }
}

fn losses(cast: &CastSummary) -> Option<String> {
    let (worst, most) = lossiest(cast)?;
    let known = || cast.points.iter().filter_map(loss);
    let without = known().filter(|loss| loss.max == 0.0).count() as u64;
    let all = counted(known().count() as u64, "point");
    Some(match most.max > 0.0 {
        false => format!("Nothing was lost, in any of {all}."),
        true => format!(
            "Nothing was lost in {} of {all}; {} lost most: {}. A sender that is not held back outruns \
             its receivers' buffers: loss is an outcome here, not an error.",
            count(without),
            name(worst),
            loss_in_words(most.median)
        ),
    })
}

/// What the paced runs showed.
pub(crate) fn latencies(cast: &CastSummary) -> Vec<String> {
    let quantile = |of: fn(&Series) -> Option<f64>| {
        let all: Vec<f64> = cast
            .points
            .iter()
            .filter_map(|point| latency(point, of).map(|spread| spread.median))
            .collect();
        stats::range(&all)
    };
    let mut all = Vec::new();
    let (p50, p99) = (quantile(|s| s.p50_ns), quantile(|s| s.p99_ns));
    if let (Some((least, most)), Some((low, high))) = (p50, p99) {
        all.push(format!(
            "At {}/s to each receiver half of the datagrams took at most {}, 99 % at most {}, by point.",
            number::tick_rate(cast.rate_hz),
            number::between(&duration(least), &duration(most)),
            number::between(&duration(low), &duration(high))
        ));
    }
    let lossy = cast.points.iter().filter_map(paced_loss);
    let lossy = lossy.filter(|loss| loss.max > 0.0).count() as u64;
    if lossy > 0 {
        all.push(format!(
            "Also on schedule some was lost in {}; the latencies are of what arrived.",
            counted(lossy, "point")
        ));
    }
    let late: usize = (cast.points.iter())
        .flat_map(|point| &point.paced)
        .filter(|run| run.is_late)
        .count();
    if late > 0 {
        all.push(format!(
            "{} not counted, because the sender itself was late.",
            counted(late as u64, "paced run")
        ));
    }
    all
}

/// What a reader of the rates should know.
pub(crate) fn caveats(cast: &CastSummary) -> Vec<String> {
    let mut all = Vec::new();
    if ways(cast).contains(&"segments") {
        all.push(
            "On the loopback, as everywhere within a machine, a block of segments is never cut: it goes from \
             the sender to the receiver as a whole. So these rates are the ceiling of the software, and no \
             figure of a wire."
                .to_owned(),
        );
    }
    if !cast.is_loopback {
        all.push(format!(
            "Sender and receivers are on one machine: also over {} a receiver gets the copy that the kernel \
             makes for its own, and unicast goes by the loopback. What the interface sends out besides is in \
             no receiver's figures.",
            cast.interface
        ));
    }
    all.push(
        "Within a machine the sender's call also puts the datagram into the receivers' buffers, so that work \
         is in the sender's processor time."
            .to_owned(),
    );
    all.push(
        "Processor times are of whole threads: the sender's also makes each datagram, a receiver's also checks \
         each of its bytes."
            .to_owned(),
    );
    if let Some(granted) = cast.buffer_granted_bytes {
        let (asked, granted) = (
            number::bytes(cast.buffer_asked_bytes as f64),
            number::bytes(granted as f64),
        );
        all.push(format!(
            "Receive buffers: {granted} granted, {asked} asked for. The kernel counts its own bookkeeping \
             into it, so a small datagram takes some hundreds of bytes."
        ));
    }
    all
}

/// From this share of a core on, it had the core to itself.
const FULLY: f64 = 0.9;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn cast() -> CastSummary {
        fixture::cast().cast.expect("datagrams")
    }

    #[test]
    fn ways_are_told_in_the_order_in_which_they_occur() {
        assert_eq!(ways(&cast()), ["one", "batch", "segments"]);
        assert_eq!(name(&cast().points[0]), "unicast, 64 B, 1 receiver, one");
    }

    #[test]
    fn a_gain_is_over_the_same_point_with_one_datagram_a_call() {
        let cast = cast();
        let (least, most) = gain(&cast, "segments").expect("both were measured");
        assert!(least > 5.0 && most > least, "{least} {most}");
        assert_eq!(gain(&cast, "one"), Some((1.0, 1.0)));
        assert_eq!(gain(&cast, "other"), None);
        assert_eq!(gain(&CastSummary::default(), "batch"), None);
    }

    fn busy(sender_cpu_ns: u64, receiver_cpu_ns: u64, lost: u64) -> Option<Bottleneck> {
        let receiver = CastReceiver {
            received: 100 - lost,
            lost,
            cpu_ns: receiver_cpu_ns,
            span_ns: 1000,
            ..CastReceiver::default()
        };
        let run = CastRun {
            wall_ns: 1000,
            sent: 100,
            sender_cpu_ns,
            receivers: vec![receiver],
            ..CastRun::default()
        };
        let point = CastPoint {
            flat: vec![run],
            ..CastPoint::default()
        };
        let cast = CastSummary {
            cores: 2,
            ..CastSummary::default()
        };
        bottleneck(&cast, &point)
    }

    #[test]
    fn the_bottleneck_is_who_had_a_core_to_himself() {
        assert_eq!(busy(990, 500, 0), Some(Bottleneck::Sender));
        assert_eq!(busy(990, 990, 0), Some(Bottleneck::Sender));
        assert_eq!(busy(990, 990, 40), Some(Bottleneck::Receiver));
        assert_eq!(busy(880, 960, 0), Some(Bottleneck::Processors));
        assert_eq!(busy(500, 500, 0), Some(Bottleneck::Elsewhere));
        let nothing = bottleneck(&CastSummary::default(), &CastPoint::default());
        assert_eq!(nothing, None);
    }

    #[test]
    fn runs_of_a_late_sender_are_not_counted() {
        let mut cast = cast();
        let point = &mut cast.points[0];
        let before = latency(point, |series| series.p50_ns).expect("paced");
        point.paced[0].is_late = true;
        let after = latency(point, |series| series.p50_ns).expect("paced");
        assert_eq!(after.count + 1, before.count);
        point.paced.iter_mut().for_each(|run| run.is_late = true);
        assert!(is_doubted(point) && latency(point, |series| series.p50_ns).is_none());
        assert!(latencies(&cast)[1].contains("3 paced runs not counted"));
    }

    #[test]
    fn a_small_loss_is_not_none() {
        let shown = [0.0, 0.000_01, 0.0005, 0.5].map(loss_in_words);
        assert_eq!(shown, ["0", "< 0.01 %", "0.0500 %", "50.0 %"]);
    }

    #[test]
    fn a_rate_has_three_digits() {
        let shown = [0.0, 98.0, 9_999.0, 38_000.0, 999_600.0, 5.75e6].map(rate);
        assert_eq!(shown, ["0", "98.0", "9999", "38.0 k", "1.00 M", "5.75 M"]);
    }

    #[test]
    fn what_another_interface_means_is_said() {
        let mut cast = cast();
        assert_eq!(caveats(&cast).len(), 4);
        cast.is_loopback = false;
        cast.interface = "veth0".to_owned();
        assert!(caveats(&cast)[1].contains("also over veth0 a receiver gets the copy"));
        cast.points.retain(|point| point.way == "one");
        assert!(!caveats(&cast)[0].contains("segments"));
    }
}
