//! Members that go: crashes, pauses, partitions.

use super::bench::{Bench, Event};
use super::judge::{judge, judge_quiet};
use crate::{Level, Notice, ORDERS, Order, Partitions, Settings};

/// Everybody who is up sends now and then, for so many rounds of about 2 ms.
pub(super) fn chatter(bench: &mut Bench, rounds: usize) {
    for _ in 0..rounds {
        let at = bench.draw(bench.hosts.len() as u64) as usize;
        if bench.hosts[at].is_up && bench.hosts[at].asleep <= bench.now {
            for _ in 0..1 + bench.draw(3) {
                let _ = bench.send(at);
            }
        }
        let pause = bench.draw(4);
        bench.run(pause);
    }
}

#[track_caller]
fn each(members: usize, act: impl Fn(&mut Bench, &'static Order, u64)) {
    for order in ORDERS {
        for level in [Level::Agreed, Level::Safe] {
            for seed in 0..3 {
                let settings = Settings {
                    level,
                    ..Settings::new(order)
                };
                let mut bench = Bench::together(members, &settings, seed);
                (bench.loss, bench.doubles) = (30, 20);
                chatter(&mut bench, 30);
                act(&mut bench, order, seed);
            }
        }
    }
}

#[test]
fn after_a_crash_the_survivors_go_on_with_the_same() {
    each(4, |bench, order, seed| {
        bench.crash(2);
        chatter(bench, 300);
        bench.run(2000);
        judge(bench, order, seed);
        judge_quiet(bench, order, seed);
        assert_eq!(bench.hosts[0].node.tally().views, 2, "seed {seed}");
    });
}

#[test]
fn the_leader_may_crash() {
    each(3, |bench, order, seed| {
        bench.crash(0);
        chatter(bench, 300);
        bench.run(2000);
        judge(bench, order, seed);
        judge_quiet(bench, order, seed);
    });
}

#[test]
fn two_may_crash_one_while_the_other_is_being_removed() {
    each(5, |bench, order, seed| {
        bench.crash(4);
        let until = bench.draw(320);
        bench.run(until);
        bench.crash(0);
        chatter(bench, 200);
        bench.run(3000);
        judge(bench, order, seed);
        judge_quiet(bench, order, seed);
    });
}

#[test]
fn without_a_quorum_nobody_goes_on() {
    each(3, |bench, order, seed| {
        bench.crash(0);
        bench.crash(1);
        chatter(bench, 200);
        bench.run(2000);
        judge(bench, order, seed);
        let host = &bench.hosts[2];
        assert_eq!(host.node.tally().views, 1, "seed {seed}");
        let blocked = host.seen.events.iter();
        let blocked = blocked.filter(|event| matches!(event, Event::Notice(Notice::Blocked)));
        assert_eq!(blocked.count(), 1, "seed {seed}");
    });
}

#[test]
fn a_partition_without_a_quorum_waits_and_both_go_on_when_it_heals() {
    each(4, |bench, order, seed| {
        // Half without rank 0 is a minority, half with it is not.
        bench.part = vec![0, 1, 1, 0];
        chatter(bench, 60);
        judge(bench, order, seed);
    });
}

#[test]
fn every_part_goes_on_where_it_may() {
    for order in ORDERS {
        let settings = Settings {
            partitions: Partitions::Partitionable,
            ..Settings::new(order)
        };
        let mut bench = Bench::together(5, &settings, 7);
        chatter(&mut bench, 50);
        bench.part = vec![0, 0, 1, 1, 1];
        chatter(&mut bench, 300);
        bench.run(1000);
        judge(&bench, order, 7);
        for (at, host) in bench.hosts.iter().enumerate() {
            let size = host.node.view().map(crate::View::size);
            assert_eq!(size, Some([2, 2, 3, 3, 3][at]));
        }
    }
}
