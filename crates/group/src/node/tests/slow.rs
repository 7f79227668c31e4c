//! A member that does not keep up: it is there and says so, and what others send does not come to it.

use super::bench::{Bench, Event};
use super::judge::{judge, judge_quiet};
use crate::{Level, ORDERS, Order, SendError, Settings, Slow};

const SLOW: usize = 2;

/// Each order and level, three members, windows and queues that are soon full.
#[track_caller]
fn each(slow: Slow, act: impl Fn(&mut Bench, &'static Order, &str)) {
    for order in ORDERS {
        for (seed, level) in [(1, Level::Agreed), (2, Level::Safe)] {
            let settings = Settings {
                level,
                slow,
                window_packets: 16,
                queue_bytes: 2000,
                ..Settings::new(order)
            };
            let mut bench = Bench::together(3, &settings, seed);
            act(&mut bench, order, &format!("{} {level:?}", order.name));
            judge(&bench, order, seed);
            judge_quiet(&bench, order, seed);
        }
    }
}

/// Sends as many from one host, some time between two; how many were taken, and what the others were told.
fn send(bench: &mut Bench, at: usize, count: usize) -> (u64, Vec<SendError>) {
    let mut refused = Vec::new();
    for _ in 0..count {
        refused.extend(bench.send(at).err());
        bench.run(1);
    }
    ((count - refused.len()) as u64, refused)
}

/// How many messages of a host were delivered at another one, whatever the incarnation.
fn delivered(bench: &Bench, at: usize, of: usize) -> u64 {
    let of = bench.hosts[of].node.member();
    let all = bench.hosts[at].seen.events.iter();
    let theirs = all.filter(|event| matches!(event, Event::Delivered { from, .. } if *from == of));
    theirs.count() as u64
}

#[test]
fn what_finds_the_queue_full_is_dropped_and_counted_and_the_rest_is_delivered() {
    each(Slow::Shed, |bench, _, name| {
        bench.slow = Some(SLOW);
        let (taken, refused) = send(bench, 0, 400);
        let shed = refused.len() as u64;
        assert!(shed > 100, "{name}: {shed}");
        assert!(refused.iter().all(|error| *error == SendError::Shed));
        assert_eq!(bench.hosts[0].node.tally().shed, shed, "{name}");
        bench.slow = None;
        bench.run(1000);
        // Nobody had to go, and there is room again.
        assert_eq!(send(bench, 0, 10), (10, Vec::new()), "{name}");
        bench.run(1000);
        for at in 0..3 {
            assert_eq!(delivered(bench, at, 0), taken + 10, "{name}: host {at}");
            assert_eq!(bench.hosts[at].node.tally().views, 1, "{name}: host {at}");
        }
    });
}

#[test]
fn where_others_wait_they_are_told_and_nothing_is_dropped() {
    each(Slow::Block, |bench, _, name| {
        bench.slow = Some(SLOW);
        let (taken, refused) = send(bench, 0, 400);
        assert!(refused.len() > 100, "{name}");
        assert!(refused.iter().all(|error| *error == SendError::Busy));
        bench.run(2000);
        assert_eq!(bench.hosts[1].node.tally().views, 1, "{name}");
        bench.slow = None;
        bench.run(2000);
        for at in 0..3 {
            assert_eq!(delivered(bench, at, 0), taken, "{name}: host {at}");
            assert_eq!(bench.hosts[at].node.tally().shed, 0, "{name}");
        }
    });
}

#[test]
fn who_holds_others_up_has_to_go_and_comes_back() {
    each(Slow::Expel, |bench, _, name| {
        bench.slow = Some(SLOW);
        let mut taken = 0;
        for _ in 0..3 {
            taken += send(bench, 0, 100).0;
            bench.run(1000);
            for at in 0..2 {
                assert_eq!(delivered(bench, at, 0), taken, "{name}: host {at}");
            }
        }
        let expulsions = bench.hosts[SLOW].node.tally().expulsions;
        assert!(expulsions >= 2, "{name}: as often as it was back");
        bench.slow = None;
        bench.run(3000);
        assert_eq!(send(bench, SLOW, 10).0, 10, "{name}: it is back");
        bench.run(1000);
        for at in 0..3 {
            let view = bench.hosts[at].node.view().expect("it is in a view");
            assert_eq!(view.size(), 3, "{name}: host {at}");
            assert_eq!(delivered(bench, at, SLOW), 10, "{name}: host {at}");
        }
        for at in 0..2 {
            assert_eq!(bench.hosts[at].node.tally().expulsions, 0, "{name}: {at}");
        }
    });
}
