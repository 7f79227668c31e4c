//! Members that come, come back and leave, and groups that meet.

use super::bench::{Bench, Event};
use super::judge::{judge, judge_quiet};
use super::views::chatter;
use crate::{Level, Notice, ORDERS, Order, Partitions, Quorum, Settings};

#[track_caller]
fn each(members: usize, act: impl Fn(&mut Bench, &'static Order, u64)) {
    for order in ORDERS {
        for (seed, level) in [(1, Level::Agreed), (2, Level::Safe)] {
            let settings = Settings {
                level,
                ..Settings::new(order)
            };
            let mut bench = Bench::new(members, &settings, seed);
            (bench.loss, bench.doubles) = (30, 20);
            act(&mut bench, order, seed);
        }
    }
}

#[track_caller]
fn check_end(bench: &mut Bench, order: &Order, seed: u64) {
    bench.run(3000);
    judge(bench, order, seed);
    judge_quiet(bench, order, seed);
    // Whoever came was given what it needed: all applications are in the same state.
    let up = bench.up();
    for at in &up {
        let name = order.name;
        let (one, other) = (&bench.hosts[up[0]].seen.state, &bench.hosts[*at].seen.state);
        assert_eq!(one, other, "seed {seed}: {name}: hosts {} and {at}", up[0]);
    }
}

#[test]
fn all_who_begin_at_once_find_each_other() {
    each(4, |bench, order, seed| {
        (0..4).for_each(|at| bench.start(at));
        bench.run(2000);
        chatter(bench, 50);
        check_end(bench, order, seed);
    });
}

#[test]
fn who_comes_later_gets_the_state() {
    each(4, |bench, order, seed| {
        bench.start(0);
        bench.run(1000);
        assert_eq!(bench.hosts[0].node.tally().views, 1, "it founds a view");
        for at in 1..4 {
            chatter(bench, 40);
            bench.start(at);
            chatter(bench, 100);
        }
        check_end(bench, order, seed);
        for host in &bench.hosts[1..] {
            let restored = host.seen.events.iter();
            let restored = restored.filter(|event| matches!(event, Event::Restored(_)));
            assert_eq!(restored.count(), 1, "seed {seed}: {}", order.name);
        }
    });
}

#[test]
fn who_leaves_loses_nothing() {
    each(3, |bench, order, seed| {
        (0..3).for_each(|at| bench.start(at));
        bench.run(2000);
        chatter(bench, 30);
        let (mut sent, at) = (0, bench.draw(3) as usize);
        let before = bench.hosts[at].node.tally().sent;
        for _ in 0..20 {
            sent += u64::from(bench.send(at).is_ok());
        }
        let member = bench.hosts[at].node.member();
        bench.with(at, |node, now, seen| node.leave(now, seen));
        bench.run(1500);
        assert!(
            bench.hosts[at].node.is_gone(),
            "seed {seed}: {}",
            order.name
        );
        assert!(bench.send(at).is_err());
        bench.crash(at);
        check_end(bench, order, seed);
        let state = &bench.hosts[bench.up()[0]].seen.state;
        assert_eq!(state.get(&member.0), Some(&(before + sent)), "seed {seed}");
    });
}

#[test]
fn the_last_to_leave_is_gone_at_once() {
    let mut bench = Bench::new(1, &Settings::new(&ORDERS[3]), 1);
    bench.start(0);
    bench.run(1000);
    assert!(bench.send(0).is_ok());
    bench.with(0, |node, now, seen| node.leave(now, seen));
    assert!(bench.hosts[0].node.is_gone());
}

#[test]
fn who_was_stopped_for_too_long_comes_back_and_hears_what_became_of_its_messages() {
    each(4, |bench, order, seed| {
        (0..4).for_each(|at| bench.start(at));
        bench.run(2000);
        chatter(bench, 50);
        let was = bench.hosts[2].node.member();
        bench.pause(2, 1500);
        chatter(bench, 1000);
        check_end(bench, order, seed);
        let host = &bench.hosts[2];
        assert_ne!(host.node.member(), was, "seed {seed}: {}", order.name);
        let delivered = bench.hosts[0].seen.state.get(&was.0).copied().unwrap_or(0);
        // Where packets are passed over, one number does not tell what was delivered.
        let told = Event::Notice(match order.is_fifo {
            true => Notice::Fate { was, delivered },
            false => Notice::FateUnknown { was },
        });
        let times = host.seen.events.iter().filter(|event| **event == told);
        assert_eq!(times.count(), 1, "seed {seed}: {}", order.name);
    });
}

#[test]
fn a_minority_waits_and_comes_back() {
    each(5, |bench, order, seed| {
        (0..5).for_each(|at| bench.start(at));
        bench.run(2000);
        chatter(bench, 50);
        bench.part = vec![0, 0, 1, 1, 1];
        chatter(bench, 400);
        bench.part = vec![0; 5];
        chatter(bench, 200);
        check_end(bench, order, seed);
        let expulsions: u64 = bench
            .hosts
            .iter()
            .map(|host| host.node.tally().expulsions)
            .sum();
        assert_eq!(expulsions, 2, "seed {seed}: {}", order.name);
    });
}

#[test]
fn parts_that_went_on_meet_again_as_one() {
    for order in ORDERS {
        let settings = Settings {
            partitions: Partitions::Partitionable,
            ..Settings::new(order)
        };
        let mut bench = Bench::together(5, &settings, 5);
        chatter(&mut bench, 50);
        bench.part = vec![0, 0, 1, 1, 1];
        chatter(&mut bench, 400);
        bench.part = vec![0; 5];
        chatter(&mut bench, 200);
        bench.run(3000);
        judge(&bench, order, 5);
        judge_quiet(&bench, order, 5);
        let expulsions = bench.hosts.iter().map(|host| host.node.tally().expulsions);
        assert_eq!(expulsions.sum::<u64>(), 2, "{}", order.name);
    }
}

#[test]
fn a_quorum_of_a_number_is_there_before_anything_begins() {
    for order in ORDERS {
        let settings = Settings {
            quorum: Quorum::Of(3),
            ..Settings::new(order)
        };
        let mut bench = Bench::new(3, &settings, 5);
        bench.start(0);
        bench.run(2000);
        assert_eq!(bench.hosts[0].node.view(), None, "alone it is no quorum");
        bench.start(1);
        bench.start(2);
        bench.run(2000);
        chatter(&mut bench, 50);
        check_end(&mut bench, order, 5);
    }
}
