//! Views that nobody leaves and nobody enters.

use std::time::Duration;

use super::bench::{Bench, Event};
use super::judge::{judge, judge_quiet};
use crate::{Level, ORDERS, Settings};

/// Everybody sends, at times drawn at random, while a tenth of all datagrams is lost; at the end everybody has everything.
fn check(members: usize, level: Level, loss: u64, seed: u64) {
    for order in ORDERS {
        let settings = Settings {
            level,
            // So long that nobody is suspected because its signs of life were lost.
            suspect_after: Duration::from_secs(1),
            ..Settings::new(order)
        };
        let mut bench = Bench::together(members, &settings, seed);
        (bench.loss, bench.doubles) = (loss, 50);
        let mut sent = 0;
        for _ in 0..200 {
            let at = bench.draw(members as u64) as usize;
            for _ in 0..1 + bench.draw(5) {
                sent += u64::from(bench.send(at).is_ok());
            }
            let pause = bench.draw(3);
            bench.run(pause);
        }
        bench.run(3000);
        judge(&bench, order, seed);
        judge_quiet(&bench, order, seed);
        for (at, host) in bench.hosts.iter().enumerate() {
            let all = host.seen.events.iter();
            let delivered = all.filter(|event| matches!(event, Event::Delivered { .. }));
            let name = order.name;
            assert_eq!(
                delivered.count() as u64,
                sent,
                "seed {seed}: {name}: host {at}"
            );
            assert_eq!(host.node.tally().views, 1, "seed {seed}: {name}: host {at}");
        }
    }
}

#[test]
fn all_orders_deliver_everything_to_all() {
    check(3, Level::Agreed, 0, 1);
    check(1, Level::Agreed, 0, 2);
    check(1, Level::Safe, 0, 3);
    check(5, Level::Safe, 0, 4);
}

#[test]
fn what_is_lost_is_repaired() {
    for seed in 0..4 {
        check(4, Level::Agreed, 100, seed);
        check(3, Level::Safe, 100, seed);
        check(2, Level::Agreed, 200, seed);
    }
}
