//! What [`Streams`] owes its node, one claim a test.

mod lossy;

use std::sync::Arc;
use std::time::Duration;

use timing::Tick;

use super::{Action, Arrival, Streams};
use crate::frame::{Holding, Nak, Status};
use crate::orders::PacketId;
use crate::{BROKEN, MemberId, Name, Order, Reliability, Seat, Settings, View, ViewId};

/// Window 16, heartbeat 50 ms, Nak within 1 ms.
fn settings(order: &str) -> Settings {
    let mut orders = crate::ORDERS.iter();
    let order: &'static Order = orders.find(|known| known.name == order).expect("known");
    let mut settings = Settings::new(order);
    settings.window_packets = 16;
    settings
}

fn broken(name: &str) -> Settings {
    let mut settings = settings("fifo");
    settings.broken = BROKEN.iter().find(|rule| rule.name == name);
    settings
}

fn streams(size: usize, own: usize, settings: &Settings) -> Streams {
    let seat = |rank| Seat {
        member: MemberId(rank as u64 + 1),
        name: Name::new(&format!("m{rank}")).expect("short"),
    };
    let view = View {
        id: ViewId {
            epoch: 1,
            by: MemberId(1),
        },
        seats: (0..size).map(seat).collect(),
    };
    Streams::new(Arc::new(view), own, settings, 7)
}

fn at(micros: u64) -> Tick {
    Tick::from_nanos(micros * 1000)
}

fn id(from: usize, sequence: u64) -> PacketId {
    PacketId { from, sequence }
}

fn status(sent: u64, received: &[u64]) -> Status {
    Status {
        sent,
        received: received.to_vec(),
        ..Status::default()
    }
}

/// All through `through`, and those besides.
fn holding(through: u64, others: &[u64]) -> Holding {
    let last = others.iter().copied().max().unwrap_or(through);
    Holding::of(through, through + 2..=last, |sequence| {
        others.contains(&sequence)
    })
}

/// Asks for these: `last` is among them.
fn nak(of: u8, through: u64, held: &[u64], last: u64) -> Nak {
    Nak {
        of,
        has: holding(through, held),
        last,
    }
}

fn come(streams: &mut Streams, now: Tick, from: usize, sequences: &[u64]) -> Vec<Arrival> {
    let arrive = |sequence: &u64| {
        let bytes = sequence.to_be_bytes();
        streams.on_packet(now, id(from, *sequence), &bytes)
    };
    sequences.iter().map(arrive).collect()
}

fn handed(streams: &mut Streams) -> Vec<(usize, u64)> {
    std::iter::from_fn(|| streams.next_ready())
        .map(|packet| (packet.from, packet.sequence))
        .collect()
}

/// What it does until then, and when.
fn until(streams: &mut Streams, end: Tick) -> Vec<(Tick, Action)> {
    let mut done = Vec::new();
    for _ in 0..1000 {
        let now = streams.wake_at();
        if now > end {
            return done;
        }
        let mut actions = Vec::new();
        streams.on_time(now, &mut actions);
        done.extend(actions.into_iter().map(|action| (now, action)));
    }
    panic!("it wakes for ever");
}

fn actions(streams: &mut Streams, end: Tick) -> Vec<Action> {
    let done = until(streams, end).into_iter();
    done.map(|(_, action)| action).collect()
}

#[test]
fn a_gap_is_found_by_a_later_packet_and_asked_for_within_the_delay() {
    let mut streams = streams(3, 0, &settings("fifo"));
    come(&mut streams, at(0), 1, &[1, 4]);
    assert!(streams.wake_at() <= at(1000));
    let done = until(&mut streams, at(1000));
    assert_eq!(done[0].1, Action::Nak(nak(1, 1, &[], 3)));
    come(&mut streams, at(1001), 1, &[3, 2]);
    assert_eq!(until(&mut streams, at(1_000_000)), []);
    assert_eq!(streams.wake_at(), Tick::MAX);
}

#[test]
fn a_lost_tail_is_found_by_a_status_and_a_wrong_claim_is_mended_by_the_next() {
    let mut streams = streams(2, 0, &settings("fifo"));
    come(&mut streams, at(0), 1, &[1]);
    streams.on_status(at(5), 1, &status(3, &[0, 3]));
    assert_eq!(
        actions(&mut streams, at(5)),
        [Action::Nak(nak(1, 1, &[], 3))]
    );
    streams.on_status(at(6), 1, &status(1, &[0, 1]));
    assert_eq!(actions(&mut streams, at(1_000_000)), []);
    streams.on_status(at(7), 1, &status(u64::MAX, &[0, u64::MAX]));
    assert_eq!(streams.wake_at(), Tick::MAX);
}

#[test]
fn what_is_not_answered_is_asked_for_again_ever_more_slowly() {
    let mut streams = streams(2, 0, &settings("fifo"));
    come(&mut streams, at(0), 1, &[2]);
    let asked: Vec<u64> = until(&mut streams, at(200_000))
        .into_iter()
        .map(|(now, _)| now.as_nanos() / 1_000_000)
        .collect();
    assert_eq!(asked, [0, 1, 2, 4, 8, 16, 32, 64, 114, 164]);
}

#[test]
fn who_hears_another_ask_for_the_same_waits() {
    let mut streams = streams(3, 0, &settings("fifo"));
    come(&mut streams, at(0), 1, &[1, 3]);
    streams.on_nak(at(0), 2, &nak(1, 1, &[], 2));
    assert_eq!(actions(&mut streams, at(999)), []);
    let mut less = self::streams(3, 0, &settings("fifo"));
    come(&mut less, at(0), 1, &[1, 3, 5]);
    less.on_nak(at(0), 2, &nak(1, 1, &[], 2));
    assert_eq!(actions(&mut less, at(1000)).len(), 1, "4 was not asked for");
}

#[test]
fn the_sender_repairs_at_once_and_not_twice_in_a_moment() {
    let mut streams = streams(3, 0, &settings("fifo"));
    for _ in 0..4 {
        streams.keep_own(at(0), b"own");
    }
    let ask = nak(0, 0, &[2], 3);
    streams.on_nak(at(10), 1, &ask);
    streams.on_nak(at(11), 2, &ask);
    let again = [Action::Again(id(0, 1)), Action::Again(id(0, 3))];
    assert_eq!(actions(&mut streams, at(12)), again);
    streams.on_nak(at(400), 2, &ask);
    assert_eq!(actions(&mut streams, at(2000)), []);
    streams.on_nak(at(2001), 2, &ask);
    assert_eq!(actions(&mut streams, at(2001)), again);
    streams.on_nak(
        at(9000),
        1,
        &Nak {
            of: 0,
            has: Holding {
                through: u64::MAX - 1,
                beyond: vec![1],
            },
            last: u64::MAX,
        },
    );
    streams.on_nak(at(9000), 1, &nak(9, 0, &[], 5));
    assert_eq!(actions(&mut streams, at(9000)), []);
}

#[test]
fn another_holder_answers_the_third_question_unless_it_hears_the_answer() {
    let ask = nak(1, 0, &[], 1);
    let asked = |times: u64| {
        let mut streams = streams(3, 0, &settings("fifo"));
        come(&mut streams, at(0), 1, &[1]);
        for time in 0..times {
            streams.on_nak(at(1000 * time), 2, &ask);
        }
        streams
    };
    assert_eq!(actions(&mut asked(2), at(9000)), []);
    let mut streams = asked(3);
    let done = until(&mut streams, at(9000));
    assert_eq!(done[0].1, Action::Again(id(1, 1)));
    assert!(done[0].0 <= at(4000));
    let mut streams = asked(3);
    come(&mut streams, at(2000), 1, &[1]);
    assert_eq!(actions(&mut streams, at(9000)), []);
}

#[test]
fn where_the_sender_is_gone_or_a_cut_is_aimed_at_holders_answer_the_first_question() {
    let ask = nak(1, 0, &[], 1);
    let check = |settings: &Settings, prepare: &dyn Fn(&mut Streams), expected: &[Action]| {
        let mut streams = streams(3, 0, settings);
        come(&mut streams, at(0), 1, &[1]);
        prepare(&mut streams);
        streams.on_nak(at(0), 2, &ask);
        assert_eq!(actions(&mut streams, at(2000)), expected);
    };
    let cut = [holding(0, &[]), holding(1, &[]), holding(0, &[])];
    let less = vec![Holding::default(); 3];
    let again = [Action::Again(id(1, 1))];
    check(&settings("fifo"), &|streams| streams.forget(1), &again);
    check(&settings("fifo"), &|s| s.aim_at(at(0), &cut), &again);
    check(&settings("fifo"), &|s| s.aim_at(at(0), &less), &[]);
    check(&settings("fifo"), &|_| {}, &[]);
    check(&broken("no-peer-repair"), &|s| s.aim_at(at(0), &cut), &[]);
}

#[test]
fn repairs_are_bounded_in_number_a_call() {
    let mut settings = settings("fifo");
    settings.window_packets = 512;
    let mut streams = streams(2, 0, &settings);
    for _ in 0..100 {
        streams.keep_own(at(0), b"own");
    }
    streams.on_nak(at(1), 1, &nak(0, 0, &[], 100));
    let mut counts = Vec::new();
    while streams.wake_at() <= at(1) {
        let mut actions = Vec::new();
        streams.on_time(at(1), &mut actions);
        counts.push(actions.len());
    }
    assert_eq!(counts, [64, 36]);
}

#[test]
fn credit_is_a_window_beyond_the_slowest_who_is_waited_for() {
    let mut streams = streams(3, 0, &settings("fifo"));
    assert_eq!(streams.credit(), 16);
    for sent in 1..=16 {
        streams.keep_own(at(sent), b"own");
    }
    assert_eq!((streams.credit(), streams.sent()), (0, 16));
    assert_eq!(streams.holds_up(), Some((1, at(16))));
    streams.on_status(at(20), 1, &status(0, &[12, 0, 0]));
    assert_eq!(
        (streams.credit(), streams.holds_up()),
        (0, Some((2, at(16))))
    );
    streams.on_status(at(21), 2, &status(0, &[3, 0, 0]));
    assert_eq!((streams.credit(), streams.holds_up()), (3, None));
    streams.on_status(at(22), 2, &status(0, &[1, 0, 0]));
    assert_eq!(streams.credit(), 3, "an old status comes late");
    streams.forget(2);
    assert_eq!(streams.credit(), 12);
    streams.forget(1);
    assert_eq!(streams.credit(), 16);
}

#[test]
fn what_is_not_delivered_here_holds_the_credit_back_but_nobody_else_is_to_blame() {
    let mut streams = streams(2, 0, &settings("fifo"));
    for sent in 1..=32 {
        streams.keep_own(at(sent), b"own");
        streams.on_status(at(sent), 1, &status(0, &[sent, 0]));
    }
    assert_eq!((streams.credit(), streams.holds_up()), (0, None));
    streams.next_ready();
    streams.delivered(id(0, 1));
    assert_eq!(streams.credit(), 1);
}

#[test]
fn statuses_that_cannot_be_do_no_lasting_harm() {
    let mut streams = streams(3, 0, &settings("fifo"));
    for _ in 0..16 {
        streams.keep_own(at(0), b"own");
    }
    for (from, received) in [(0, &[16, 0, 0][..]), (9, &[16, 0, 0]), (1, &[16, 0])] {
        streams.on_status(at(1), from, &status(0, received));
    }
    assert_eq!(streams.credit(), 0);
    streams.on_status(at(1), 1, &status(0, &[u64::MAX; 3]));
    streams.on_status(at(1), 2, &status(0, &[u64::MAX; 3]));
    assert_eq!(streams.credit(), 16, "as if all were there, and no more");
    for _ in 0..16 {
        streams.keep_own(at(2), b"own");
    }
    assert_eq!(streams.credit(), 0);
    for (from, received) in [(1, [32, 0, 0]), (2, [31, 0, 0])] {
        streams.on_status(at(3), from, &status(0, &received));
    }
    handed(&mut streams);
    (1..=32).for_each(|sequence| streams.delivered(id(0, sequence)));
    assert_eq!(streams.credit(), 15);
}

#[test]
fn a_packet_is_forgotten_when_all_have_it_and_it_was_delivered_here() {
    let mut streams = streams(3, 0, &settings("fifo"));
    come(&mut streams, at(0), 1, &[1, 2]);
    assert_eq!(handed(&mut streams), [(1, 1), (1, 2)]);
    streams.on_status(at(1), 2, &status(0, &[0, 2, 0]));
    assert_eq!(streams.datagram(id(1, 2)), Some(&2u64.to_be_bytes()[..]));
    streams.delivered(id(1, 1));
    assert_eq!(streams.datagram(id(1, 1)), None);
    assert!(streams.datagram(id(1, 2)).is_some());
    streams.delivered(id(1, 2));
    assert_eq!(streams.datagram(id(1, 2)), None);
    assert_eq!(
        come(&mut streams, at(2), 1, &[1, 2, 3]),
        [Arrival::Duplicate, Arrival::Duplicate, Arrival::New]
    );
    streams.delivered(id(1, 3));
    assert!(streams.datagram(id(1, 3)).is_some(), "2 does not have it");
    streams.forget(2);
    assert_eq!(streams.datagram(id(1, 3)), None);
}

#[test]
fn numbers_beyond_the_window_are_refused() {
    let mut streams = streams(3, 0, &settings("fifo"));
    let arrivals = come(&mut streams, at(0), 1, &[0, 16, 17, u64::MAX, u64::MAX - 1]);
    use Arrival::{Beyond, New};
    assert_eq!(arrivals, [Beyond, New, Beyond, Beyond, Beyond]);
    assert_eq!(come(&mut streams, at(0), 0, &[1, u64::MAX]), [Beyond; 2]);
    assert_eq!(come(&mut streams, at(0), 3, &[1]), [Beyond]);
    assert_eq!(streams.datagram(id(3, 1)), None);
    assert_eq!(streams.received(), [0, 0, 0]);
}

#[test]
fn what_waits_to_be_delivered_is_bounded_too() {
    let mut streams = streams(2, 0, &settings("fifo"));
    let all: Vec<u64> = (1..=40).collect();
    let arrivals = come(&mut streams, at(0), 1, &all);
    let new = arrivals.iter().filter(|arrival| **arrival == Arrival::New);
    assert_eq!(new.count(), 32);
}

#[test]
fn a_steady_stream_uses_its_buffers_again() {
    let mut streams = streams(2, 0, &settings("fifo"));
    for sequence in 1..=1000 {
        come(&mut streams, at(sequence), 1, &[sequence]);
        streams.keep_own(at(sequence), &[0; 100]);
        for (from, sequence) in handed(&mut streams) {
            streams.delivered(id(from, sequence));
        }
        streams.on_status(at(sequence), 1, &status(sequence, &[sequence, sequence]));
        assert_eq!(streams.pooled(), 2);
    }
}

#[test]
fn packets_of_an_order_that_is_not_fifo_are_handed_over_as_they_come() {
    let mut streams = streams(3, 0, &settings("none"));
    come(&mut streams, at(0), 1, &[3, 1]);
    come(&mut streams, at(0), 2, &[1]);
    streams.keep_own(at(0), b"own");
    come(&mut streams, at(0), 1, &[2]);
    let expected = [(1, 3), (1, 1), (2, 1), (0, 1), (1, 2)];
    assert_eq!(handed(&mut streams), expected);
    assert_eq!(streams.received(), [1, 3, 1]);
}

#[test]
fn rules_may_be_broken() {
    let mut streams = streams(3, 0, &broken("fifo-by-arrival"));
    come(&mut streams, at(0), 1, &[2, 1]);
    assert_eq!(handed(&mut streams), [(1, 2), (1, 1)]);

    let mut streams = self::streams(2, 0, &broken("forgets-duplicates"));
    assert_eq!(come(&mut streams, at(0), 1, &[1, 1]), [Arrival::New; 2]);
    assert_eq!(handed(&mut streams), [(1, 1), (1, 1)]);
    streams.delivered(id(1, 1));
    assert!(streams.datagram(id(1, 1)).is_some());
    streams.delivered(id(1, 1));
    assert_eq!(streams.datagram(id(1, 1)), None);
}

#[test]
fn without_repair_by_others_what_a_gone_member_left_is_given_up() {
    let mut streams = streams(3, 0, &broken("no-peer-repair"));
    let cut = [holding(0, &[]), holding(2, &[]), holding(0, &[])];
    come(&mut streams, at(0), 1, &[1]);
    streams.aim_at(at(0), &cut);
    assert!(!streams.has_all_of(&cut));
    assert!(!actions(&mut streams, at(50_000)).is_empty());
    assert!(streams.has_all_of(&cut));
    assert_eq!(handed(&mut streams), [(1, 1)]);
}

#[test]
fn a_cut_that_is_smaller_hides_what_is_beyond_until_it_is_given_up() {
    for order in ["fifo", "none"] {
        let mut streams = streams(3, 0, &settings(order));
        come(&mut streams, at(0), 1, &[1, 2, 3]);
        assert_eq!(streams.next_ready(), Some(id(1, 1)));
        let cut = [holding(0, &[]), holding(2, &[]), holding(0, &[])];
        streams.aim_at(at(0), &cut);
        assert!(streams.has_all_of(&cut));
        assert_eq!(handed(&mut streams), [(1, 2)]);
        assert_eq!(streams.datagram(id(1, 3)), None);
        assert_eq!(come(&mut streams, at(1), 1, &[4]), [Arrival::Beyond]);
        assert_eq!(
            streams.holdings()[1],
            holding(3, &[]),
            "a promise tells all"
        );
        streams.on_nak(at(1), 2, &nak(1, 0, &[], 3));
        let again = actions(&mut streams, at(9000));
        assert!(again.contains(&Action::Again(id(1, 2))) && again.len() == 2);
        streams.aim_at_nothing();
        assert_eq!(handed(&mut streams), [(1, 3)]);
    }
}

#[test]
fn a_cut_that_is_larger_is_asked_for_at_once() {
    let mut streams = streams(3, 0, &settings("none"));
    come(&mut streams, at(0), 1, &[1, 3]);
    let cut = [holding(0, &[]), holding(1, &[3, 5]), holding(1, &[])];
    streams.aim_at(at(7), &cut);
    assert!(!streams.has_all_of(&cut) && streams.wake_at() == at(7));
    let asked = actions(&mut streams, at(7));
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0], Action::Nak(nak(1, 4, &[], 5)));
    come(&mut streams, at(8), 1, &[5]);
    come(&mut streams, at(8), 2, &[1]);
    assert!(streams.has_all_of(&cut));
    assert_eq!(actions(&mut streams, at(1_000_000)), []);
    assert_eq!(come(&mut streams, at(9), 1, &[2]), [Arrival::Beyond]);
    assert!(!streams.has_all_of(&cut[..2]));
}

#[test]
fn without_repair_gaps_are_passed_over_by_distance_or_by_a_status() {
    for (order, expected) in [
        ("fifo", [(1, 1), (1, 4), (1, 7)]),
        ("none", [(1, 1), (1, 4), (1, 7)]),
    ] {
        let mut settings = settings(order);
        settings.reliability = Reliability::None;
        let mut streams = streams(3, 0, &settings);
        come(&mut streams, at(0), 1, &[1, 4]);
        assert_eq!(actions(&mut streams, at(9000)), [], "it may still come");
        come(&mut streams, at(9000), 1, &[7]);
        assert_eq!(
            handed(&mut streams),
            expected[..if order == "fifo" { 2 } else { 3 }]
        );
        assert_eq!(
            actions(&mut streams, at(9000)),
            [Action::Lost(1, 2..=3)],
            "{order}"
        );
        streams.on_status(at(9000), 1, &status(8, &[0, 8, 0]));
        let lost = actions(&mut streams, at(9000) + Duration::from_millis(1));
        assert_eq!(lost, [Action::Lost(1, 5..=6), Action::Lost(1, 8..=8)]);
        assert_eq!(streams.received()[1], 8);
        assert_eq!(
            come(&mut streams, at(20_000), 1, &[5]),
            [Arrival::Duplicate]
        );
        assert!(streams.has_all_of(&[]));
    }
}

#[test]
fn what_came_is_unreported_until_it_was_told() {
    let mut streams = streams(3, 0, &settings("fifo"));
    come(&mut streams, at(0), 1, &[1, 1, 3]);
    streams.keep_own(at(0), b"own");
    assert_eq!(streams.unreported(), 2);
    assert_eq!(streams.received(), [1, 1, 0]);
    streams.reported();
    assert_eq!(streams.unreported(), 0);
    streams.on_status(at(1), 2, &status(0, &[1, 1, 0]));
    let had = [1, 2, 3].map(|count| (streams.had_by(0, count), streams.had_by(1, count)));
    assert_eq!(had, [(1, 3), (1, 1), (0, 1)]);
}
