//! Streams of a view, driven by hand and over a network of a few lines.

use std::sync::Arc;
use std::time::Duration;

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use super::{Action, Arrival, Coming, Streams};
use crate::frame::{Holding, Nak, Status};
use crate::orders::PacketId;
use crate::{MemberId, Name, ORDERS, Seat, Settings, View, ViewId};

const FIRST: Coming = Coming::FirstHand;

fn view(size: u64) -> Arc<View> {
    let seat = |member| Seat {
        member: MemberId(member),
        name: Name::new("m").expect("a name"),
    };
    Arc::new(View {
        id: ViewId {
            epoch: 1,
            by: MemberId(1),
        },
        seats: (1..=size).map(seat).collect(),
    })
}

fn settings(order: &str) -> Settings {
    let order = ORDERS.iter().find(|one| one.name == order);
    let mut settings = Settings::new(order.expect("an order"));
    settings.window_packets = 16;
    settings
}

fn streams(size: u64, own: usize) -> Streams {
    Streams::new(view(size), own, &settings("fifo"), 1)
}

fn at(millis: u64) -> Tick {
    Tick::from_nanos(millis * 1_000_000)
}

fn packet(from: usize, sequence: u64) -> PacketId {
    PacketId { from, sequence }
}

fn due(streams: &mut Streams, now: Tick) -> Vec<Action> {
    let mut actions = Vec::new();
    streams.on_time(now, &mut actions);
    actions
}

fn ready(streams: &mut Streams) -> Vec<(usize, u64)> {
    std::iter::from_fn(|| streams.next_ready())
        .map(|packet| (packet.from, packet.sequence))
        .collect()
}

fn status(sent: u64, received: &[u64]) -> Status {
    Status {
        sent,
        received: received.to_vec(),
        ..Status::default()
    }
}

#[test]
fn a_later_packet_shows_a_gap_which_is_asked_for_again_and_again() {
    let mut streams = streams(3, 0);
    assert_eq!(
        streams.on_packet(at(0), packet(1, 2), b"two", FIRST),
        Arrival::New
    );
    assert_eq!(
        streams.on_packet(at(0), packet(1, 2), b"two", FIRST),
        Arrival::Duplicate
    );
    assert_eq!(ready(&mut streams), []);
    let first = streams.wake_at();
    assert!(first <= at(1));
    let asked = due(&mut streams, first);
    let has = Holding::default();
    assert_eq!(
        asked,
        [Action::Nak(Nak {
            of: 1,
            has,
            last: 1
        })]
    );
    let pauses: Vec<Duration> = (0..4)
        .map(|_| {
            let now = streams.wake_at();
            assert_eq!(due(&mut streams, now).len(), 1);
            streams.wake_at().since(now)
        })
        .collect();
    assert_eq!(pauses, [1, 2, 4, 8].map(Duration::from_millis));
    streams.on_packet(at(500), packet(1, 1), b"one", FIRST);
    assert_eq!(ready(&mut streams), [(1, 1), (1, 2)]);
    assert_eq!(due(&mut streams, at(900)), []);
    assert_eq!(streams.wake_at(), Tick::MAX);
}

#[test]
fn a_status_shows_that_the_last_packets_are_missing() {
    let mut streams = streams(2, 0);
    streams.on_status(at(0), 1, &status(3, &[0, 3]));
    assert_eq!(streams.wake_at(), at(0));
    assert_eq!(due(&mut streams, at(0)).len(), 1);
}

#[test]
fn who_hears_another_ask_waits_for_the_answer() {
    let mut streams = streams(3, 0);
    streams.on_packet(at(0), packet(1, 2), b"two", FIRST);
    let nak = Nak {
        of: 1,
        has: Holding::default(),
        last: 2,
    };
    streams.on_nak(at(0), 2, &nak);
    assert_eq!(due(&mut streams, Tick::from_nanos(999_999)), []);
    assert_eq!(due(&mut streams, at(1)).len(), 1);
}

#[test]
fn the_sender_answers_at_once_and_not_twice_in_a_millisecond() {
    let mut streams = streams(3, 0);
    streams.keep_own(at(0), b"one");
    let nak = Nak {
        of: 0,
        has: Holding::default(),
        last: 1,
    };
    for (now, answers) in [(5, 1), (5, 0), (6, 1)] {
        streams.on_nak(at(now), 1, &nak);
        assert_eq!(due(&mut streams, at(now)).len(), answers, "at {now}");
    }
}

#[test]
fn others_answer_when_the_sender_does_not() {
    let mut streams = streams(3, 0);
    streams.on_packet(at(0), packet(1, 1), b"one", FIRST);
    let nak = Nak {
        of: 1,
        has: Holding::default(),
        last: 1,
    };
    for _ in 0..2 {
        streams.on_nak(at(10), 2, &nak);
        assert_eq!(due(&mut streams, at(20)), []);
    }
    streams.on_nak(at(30), 2, &nak);
    assert!(streams.wake_at() <= at(32));
    // Somebody else was quicker.
    streams.on_packet(at(30), packet(1, 1), b"one", FIRST);
    assert_eq!(due(&mut streams, at(40)), []);
    for _ in 0..3 {
        streams.on_nak(at(50), 2, &nak);
    }
    assert_eq!(due(&mut streams, at(60)), [Action::Again(packet(1, 1))]);
}

#[test]
fn credit_is_what_the_slowest_has_room_for() {
    let mut streams = streams(3, 0);
    for sent in 0..16 {
        assert_eq!(streams.credit(), 16 - sent);
        streams.keep_own(at(sent), b"x");
    }
    streams.on_status(at(20), 1, &status(0, &[16, 0, 0]));
    assert_eq!(
        (streams.credit(), streams.holds_up()),
        (0, Some((2, at(15))))
    );
    streams.on_status(at(21), 2, &status(0, &[4, 0, 0]));
    assert_eq!((streams.credit(), streams.holds_up()), (4, None));
    streams.forget(2);
    assert_eq!(streams.credit(), 16);
}

/// Only the sender's own member was asked before: a slow one was never expelled where another member led.
#[test]
fn all_see_who_holds_up_a_sender() {
    let mut streams = streams(3, 0);
    for sequence in 1..=16 {
        streams.on_packet(at(0), packet(1, sequence), b"x", FIRST);
    }
    streams.on_status(at(1), 1, &status(16, &[0, 16, 0]));
    assert_eq!(streams.holds_up(), Some((2, at(1))));
    streams.on_status(at(5), 2, &status(0, &[0, 1, 0]));
    assert_eq!(streams.holds_up(), None);
}

#[test]
fn what_all_have_is_forgotten_once_it_was_delivered() {
    let mut streams = streams(2, 0);
    streams.keep_own(at(0), b"one");
    streams.on_status(at(1), 1, &status(0, &[1, 0]));
    assert_eq!(streams.datagram(packet(0, 1)), Some(&b"one"[..]));
    streams.delivered(packet(0, 1));
    assert_eq!(streams.datagram(packet(0, 1)), None);
    assert_eq!(streams.holdings()[0].through, 1);
}

#[test]
fn absurd_claims_change_nothing() {
    let mut streams = streams(2, 0);
    streams.on_status(at(0), 1, &status(u64::MAX, &[u64::MAX, u64::MAX]));
    streams.on_status(at(0), 1, &status(7, &[1, 2, 3]));
    assert_eq!(
        streams.on_packet(at(0), packet(1, u64::MAX), b"x", FIRST),
        Arrival::Beyond
    );
    assert_eq!(
        streams.on_packet(at(0), packet(1, 17), b"x", FIRST),
        Arrival::Beyond
    );
    let nak = Nak {
        of: 9,
        has: Holding::default(),
        last: u64::MAX,
    };
    streams.on_nak(at(0), 1, &nak);
    streams.on_nak(at(0), 1, &Nak { of: 0, ..nak });
    assert_eq!((streams.credit(), streams.wake_at()), (16, Tick::MAX));
}

#[test]
fn packets_beyond_a_cut_are_as_if_they_had_never_come() {
    let mut streams = streams(3, 0);
    for sequence in 1..=3 {
        streams.on_packet(at(0), packet(1, sequence), b"x", FIRST);
    }
    let through = |through| Holding {
        through,
        beyond: Vec::new(),
    };
    let cut = [through(0), through(2), through(1)];
    streams.aim_at(at(1), &cut);
    assert!(!streams.has_all_of(&cut));
    assert!(matches!(
        &due(&mut streams, at(1))[..],
        [Action::Nak(Nak { of: 2, last: 1, .. })]
    ));
    assert_eq!(
        streams.on_packet(at(2), packet(2, 2), b"x", FIRST),
        Arrival::Beyond
    );
    assert_eq!(
        streams.on_packet(at(2), packet(2, 1), b"x", FIRST),
        Arrival::New
    );
    assert!(streams.has_all_of(&cut));
    assert_eq!(ready(&mut streams), [(1, 1), (1, 2), (2, 1)]);
    assert_eq!(streams.holdings()[1].through, 3);
}

/// Nobody told of the last packets of a sender that is gone, but the cut: they are asked for whatever else comes before that.
#[test]
fn the_end_of_a_cut_is_asked_for_though_what_was_known_before_it_comes() {
    let mut streams = streams(3, 0);
    streams.on_packet(at(0), packet(1, 1), b"x", FIRST);
    let through = |through| Holding {
        through,
        beyond: Vec::new(),
    };
    streams.aim_at(at(1), &[through(0), through(3), through(0)]);
    streams.on_packet(at(1), packet(1, 2), b"x", FIRST);
    assert!(matches!(
        &due(&mut streams, at(1))[..],
        [Action::Nak(Nak { of: 1, last: 3, .. })]
    ));
}

#[test]
fn without_repair_gaps_are_told_and_passed_over() {
    let mut settings = settings("fifo");
    settings.reliability = crate::Reliability::None;
    let mut streams = Streams::new(view(3), 0, &settings, 1);
    for sequence in [1, 4, 6] {
        streams.on_packet(at(0), packet(1, sequence), b"x", FIRST);
    }
    assert_eq!(ready(&mut streams), [(1, 1)]);
    let lost = due(&mut streams, at(1));
    assert_eq!(lost, [Action::Lost(1, 2..=3), Action::Lost(1, 5..=5)]);
    assert_eq!(ready(&mut streams), [(1, 4), (1, 6)]);
    assert_eq!(
        streams.on_packet(at(2), packet(1, 2), b"x", FIRST),
        Arrival::Duplicate
    );
}

#[test]
fn the_order_none_hands_over_what_comes() {
    let mut streams = Streams::new(view(2), 0, &settings("none"), 1);
    for sequence in [2, 1] {
        streams.on_packet(at(0), packet(1, sequence), b"x", FIRST);
    }
    assert_eq!(ready(&mut streams), [(1, 2), (1, 1)]);
}

fn micros(micros: u64) -> Tick {
    Tick::from_nanos(micros * 1000)
}

/// Lets time pass in steps of 100 us; which packets of rank 1 were asked for, and when.
fn asked(streams: &mut Streams, micros_from: u64, micros_to: u64) -> Vec<(u64, u64)> {
    let mut all = Vec::new();
    for now in (micros_from..micros_to).step_by(100) {
        for action in due(streams, micros(now)) {
            let Action::Nak(Nak { has, last, .. }) = action else {
                panic!("nothing is asked of this one: {action:?}");
            };
            let wanted = (1..=last).filter(|sequence| !has.has(*sequence));
            all.extend(wanted.map(|sequence| (now, sequence)));
        }
    }
    all
}

#[test]
fn only_what_is_due_is_asked_for() {
    let mut streams = streams(3, 0);
    streams.on_packet(micros(0), packet(1, 2), b"x", FIRST);
    assert_eq!(asked(&mut streams, 0, 200), [(100, 1)]);
    streams.on_packet(micros(200), packet(1, 4), b"x", FIRST);
    // Some time after the last question, and without what that was about.
    assert_eq!(asked(&mut streams, 200, 1000), [(300, 3)]);
    assert_eq!(asked(&mut streams, 1000, 1400), [(1100, 1), (1300, 3)]);
}

/// Repairs were six to nine times what was lost where datagrams overtook each other by milliseconds: everything late was asked for.
#[test]
fn what_uses_to_be_late_is_waited_for() {
    let (mut streams, mut naks) = (streams(3, 0), Vec::new());
    for round in 0..40 {
        let (now, first) = (round * 10_000, 2 * round + 1);
        streams.on_packet(micros(now), packet(1, first + 1), b"x", FIRST);
        naks.push(asked(&mut streams, now, now + 3000).len());
        streams.on_packet(micros(now + 3000), packet(1, first), b"x", FIRST);
        assert_eq!(ready(&mut streams), [(1, first), (1, first + 1)]);
        for sequence in [first, first + 1] {
            streams.delivered(packet(1, sequence));
        }
        streams.on_status(micros(now + 3500), 2, &status(0, &[0, first + 1, 0]));
        streams.on_status(
            micros(now + 3500),
            1,
            &status(first + 1, &[0, first + 1, 0]),
        );
    }
    assert!(naks[0] > 0, "nothing is known yet");
    assert!(naks[1..].iter().all(|naks| *naks == 0), "{naks:?}");
    // One that does not come is asked for all the same, and in time.
    streams.on_packet(micros(500_000), packet(1, 82), b"x", FIRST);
    let (at, sequence) = asked(&mut streams, 500_000, 510_000)[0];
    assert_eq!(sequence, 81);
    assert!((503_000..504_000).contains(&at), "{at}");
}

#[test]
fn what_is_lost_and_never_late_is_asked_for_at_once() {
    let mut streams = streams(3, 0);
    // One was late, once.
    streams.on_packet(micros(0), packet(1, 2), b"x", FIRST);
    streams.on_packet(micros(5000), packet(1, 1), b"x", FIRST);
    for round in 1..=100 {
        let (now, lost) = (round * 10_000, 2 * round + 1);
        streams.on_packet(micros(now), packet(1, lost + 1), b"x", FIRST);
        let first = streams.wake_at().since(micros(now)).as_micros();
        assert!(round < 100 || first < 100, "{first}");
        let count = asked(&mut streams, now, now + 8000).len();
        assert!(count > 0, "round {round}");
        streams.on_packet(micros(now + 8000), packet(1, lost), b"x", Coming::Again);
        while let Some(packet) = streams.next_ready() {
            streams.delivered(packet);
        }
        for rank in [1, 2] {
            let status = status(0, &[0, lost + 1, 0]);
            streams.on_status(micros(now + 9000), rank, &status);
        }
    }
}

/// Every question is answered, after five milliseconds: more questions than one lead to doubles, which show that the first was answered.
#[test]
fn an_answer_that_uses_to_take_long_is_waited_for() {
    let (mut streams, mut questions) = (streams(2, 0), Vec::new());
    for round in 0..20 {
        let (now, lost) = (round * 100_000, 2 * round + 1);
        streams.on_packet(micros(now), packet(1, lost + 1), b"x", FIRST);
        let asks = asked(&mut streams, now, now + 5000);
        let mut last = now;
        for (at, sequence) in &asks {
            assert_eq!(*sequence, lost);
            last = at + 5000;
            streams.on_packet(micros(last), packet(1, lost), b"x", Coming::Again);
        }
        questions.push(asks.len());
        while let Some(packet) = streams.next_ready() {
            streams.delivered(packet);
        }
        streams.on_status(micros(last + 100), 1, &status(lost + 1, &[0, lost + 1]));
    }
    assert!(questions[0] > 1, "{questions:?}");
    assert!(
        questions[1..].iter().all(|count| *count == 1),
        "{questions:?}"
    );
}

/// Three members over a network that loses, doubles and delays: all have all, each sender's in its order, whatever the seed.
#[test]
fn what_is_lost_is_repaired() {
    for seed in 0..200 {
        repaired(seed);
    }
}

#[track_caller]
fn repaired(seed: u64) {
    const PACKETS: u64 = 40;
    let mut random = Pcg64Mcg::new(u128::from(seed));
    let mut members: Vec<Streams> = (0..3)
        .map(|own| Streams::new(view(3), own, &settings("fifo"), seed + own as u64))
        .collect();
    let mut handed = vec![Vec::new(); 3];
    let mut wires: Vec<(u64, usize, usize, Wire)> = Vec::new();
    for millis in 0..4000 {
        for own in 0..3 {
            let mut sent = Vec::new();
            let streams = &mut members[own];
            if streams.sent() < PACKETS
                && streams.credit() > 0
                && random.next_u32().is_multiple_of(2)
            {
                streams.keep_own(at(millis), &[own as u8]);
                sent.push(Wire::Packet(packet(own, streams.sent()), FIRST));
            }
            if millis % 10 == own as u64 {
                sent.push(Wire::Status(status(streams.sent(), &streams.received())));
            }
            sent.extend(
                due(streams, at(millis))
                    .into_iter()
                    .map(|action| match action {
                        Action::Nak(nak) => Wire::Nak(nak),
                        Action::Again(packet) => Wire::Packet(packet, Coming::Again),
                        Action::Lost(..) => panic!("seed {seed}: given up"),
                    }),
            );
            while let Some(packet) = streams.next_ready() {
                handed[own].push(packet);
                streams.delivered(packet);
            }
            for wire in sent {
                for to in (0..3).filter(|to| *to != own) {
                    for _ in 0..[0, 1, 1, 2][random.next_u32() as usize % 4] {
                        let delay = u64::from(random.next_u32() % 5);
                        wires.push((millis + delay, own, to, wire.clone()));
                    }
                }
            }
        }
        for (_, from, to, wire) in wires.extract_if(.., |wire| wire.0 <= millis) {
            match wire {
                Wire::Packet(packet, coming) => {
                    members[to].on_packet(at(millis), packet, b"x", coming);
                }
                Wire::Status(status) => members[to].on_status(at(millis), from, &status),
                Wire::Nak(nak) => members[to].on_nak(at(millis), from, &nak),
            }
        }
    }
    for (own, handed) in handed.iter().enumerate() {
        for from in 0..3 {
            let of = handed.iter().filter(|packet| packet.from == from);
            let sequences: Vec<u64> = of.map(|packet| packet.sequence).collect();
            let all: Vec<u64> = (1..=PACKETS).collect();
            assert_eq!(sequences, all, "seed {seed}, at {own} from {from}");
        }
    }
}

#[derive(Clone)]
enum Wire {
    Packet(PacketId, Coming),
    Status(Status),
    Nak(Nak),
}
