//! Groups in virtual time, each history judged by what was promised.

mod clocks;
mod strangers;

use group::{Level, ORDERS, Order, Settings};
use history::Verdict;
use sim::groups::{Outcome, Trial, run};
use sim::{Knobs, Schedule};
use verdict::{GroupJudgement, Promise, PromisedOrder};

/// Every order keeps its promises at that level with schedules that are drawn by these knobs and then changed. Gives what came of
/// the runs.
#[track_caller]
fn check_kept(level: Level, knobs: &Knobs, change: impl Fn(&mut Schedule)) -> Vec<Outcome> {
    let each = ORDERS
        .iter()
        .flat_map(|order| (0..SEEDS).map(move |seed| (order, seed)));
    let outcomes = each.map(|(order, seed)| {
        let outcome = ran(order, level, knobs, seed, &change);
        assert_eq!(outcome.flaws, [], "{}, seed {seed}", order.name);
        assert!(outcome.totals.delivered > 0, "{}, seed {seed}", order.name);
        let promised = promised(order, level).conditions();
        for GroupJudgement {
            condition,
            verdict,
            text,
            ..
        } in GroupJudgement::all(&outcome.judged(), &promised)
        {
            assert_eq!(
                verdict,
                Verdict::Valid,
                "{}, seed {seed}: {condition}: {text}",
                order.name
            );
        }
        outcome
    });
    outcomes.collect()
}

fn ran(
    order: &'static Order,
    level: Level,
    knobs: &Knobs,
    seed: u64,
    change: impl Fn(&mut Schedule),
) -> Outcome {
    let mut schedule = knobs.draw(seed);
    change(&mut schedule);
    let mut settings = Settings::new(order);
    settings.level = level;
    run(&Trial { settings, schedule }).expect("settings")
}

fn promised(order: &Order, level: Level) -> Promise {
    Promise {
        order: match order.name {
            "none" => PromisedOrder::None,
            "fifo" => PromisedOrder::Fifo,
            "causal" => PromisedOrder::Causal,
            _ => PromisedOrder::Total,
        },
        is_reliable: true,
        is_safe: level == Level::Safe,
        is_partitionable: false,
    }
}

/// Of each order.
const SEEDS: u64 = 20;
