//! Everything at once, drawn from seeds: loss, crashes, restarts, pauses, partitions of one and of two directions, leaving.

use super::bench::Bench;
use super::judge::{judge, judge_quiet};
use super::views::chatter;
use crate::{Level, ORDERS, Partitions, Settings};

/// How many seeds a run takes of each order.
const SEEDS: u64 = 40;

#[track_caller]
fn check(order: usize) {
    let order = &ORDERS[order];
    for seed in 0..SEEDS {
        let settings = Settings {
            level: [Level::Agreed, Level::Safe][seed as usize % 2],
            partitions: [Partitions::Primary, Partitions::Partitionable][seed as usize / 2 % 2],
            ..Settings::new(order)
        };
        let mut bench = mix(&settings, seed);
        end(&mut bench, &settings, seed);
    }
}

/// Everything is well again, and what was promised is looked for. Whether so many are left that they went on.
#[track_caller]
pub(super) fn end(bench: &mut Bench, settings: &Settings, seed: u64) -> bool {
    bench.part.fill(0);
    (bench.loss, bench.doubles) = (0, 0);
    bench.run(6000);
    judge(bench, settings.order, seed);
    let is_primary = settings.partitions == Partitions::Primary;
    let goes_on = !is_primary || !bench.up().iter().any(|at| bench.is_stuck(*at));
    if goes_on {
        judge_quiet(bench, settings.order, seed);
    }
    goes_on
}

pub(super) fn mix(settings: &Settings, seed: u64) -> Bench {
    let mut bench = Bench::new(5, settings, seed);
    bench.loss = bench.draw(100);
    bench.doubles = bench.draw(50);
    bench.delay = 20_000..100_000 + bench.draw(3_000_000);
    (0..3).for_each(|at| bench.start(at));
    bench.run(1000);
    for _ in 0..8 {
        chatter(&mut bench, 40);
        let at = bench.draw(5) as usize;
        match bench.draw(8) {
            0 if bench.up().len() > 3 => bench.crash(at),
            1 | 2 => {
                let millis = bench.draw(1000);
                bench.pause(at, millis);
            }
            3 | 4 => {
                for at in 0..5 {
                    bench.part[at] = bench.draw(2) as u32;
                }
            }
            5 => bench.part.fill(0),
            6 => bench.restart(at),
            _ => bench.start(at),
        }
        let pause = bench.draw(500);
        bench.run(pause);
    }
    for at in 0..5 {
        bench.part[at] = 0;
        bench.start(at);
    }
    bench
}

/// Nothing is promised where members forge what they say; and yet nobody falls over, or spins.
#[test]
fn forged_frames_fell_nobody() {
    for (seed, order) in (0..).zip(ORDERS.iter().chain(ORDERS)) {
        let settings = Settings {
            level: [Level::Agreed, Level::Safe][usize::from(seed >= 5 && order.needs_all)],
            ..Settings::new(order)
        };
        let mut bench = Bench::new(5, &settings, seed);
        (bench.loss, bench.forged) = (50, 200);
        (0..4).for_each(|at| bench.start(at));
        bench.run(1000);
        chatter(&mut bench, 100);
        bench.crash(0);
        bench.start(4);
        chatter(&mut bench, 200);
        bench.part[1] = 1;
        chatter(&mut bench, 100);
        bench.part[1] = 0;
        chatter(&mut bench, 100);
        bench.run(1000);
        let came = bench.hosts[1].node.tally();
        let refused = crate::Reason::ALL.map(|reason| came.refused(reason));
        assert!(refused.iter().sum::<u64>() > 0, "seed {seed}");
    }
}

#[test]
fn none_keeps_its_promises_whatever_happens() {
    check(0);
}

#[test]
fn fifo_keeps_its_promises_whatever_happens() {
    check(1);
}

#[test]
fn causal_keeps_its_promises_whatever_happens() {
    check(2);
}

#[test]
fn total_lamport_keeps_its_promises_whatever_happens() {
    check(3);
}

#[test]
fn total_sequencer_keeps_its_promises_whatever_happens() {
    check(4);
}
