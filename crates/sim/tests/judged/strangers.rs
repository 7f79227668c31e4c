//! Strangers on the group's network: what they send is refused or does no harm; and where they forge what members say, nobody
//! falls over.

use group::{Level, ORDERS, Reason};
use sim::Knobs;
use sim::groups::Outcome;

use crate::{SEEDS, check_kept, ran};

/// Noise, damage and other groups; what was said before; what was said when another group of that name met.
fn strangers() -> Knobs {
    Knobs {
        meddlers: [3, 3, 3, 0],
        ..Knobs::default()
    }
}

/// Nothing else goes wrong.
fn only(meddlers: [usize; 4]) -> Knobs {
    Knobs {
        loss: 0.0,
        crashes: 0,
        pauses: 0,
        partitions: 0,
        joins: 0,
        leaves: 0,
        skews: 0,
        meddlers,
        ..Knobs::default()
    }
}

fn refused(outcomes: &[Outcome], reason: Reason) -> u64 {
    let counts = outcomes
        .iter()
        .map(|outcome| outcome.totals.refused_for[reason as usize]);
    counts.sum()
}

#[test]
fn they_break_no_promise() {
    let outcomes = check_kept(Level::Agreed, &strangers(), |_| {});
    let strewn: u64 = outcomes.iter().map(|outcome| outcome.network.strewn).sum();
    assert!(strewn > 10_000, "only {strewn} datagrams");
}

#[test]
fn they_break_no_promise_when_only_safe_messages_are_delivered() {
    check_kept(Level::Safe, &strangers(), |_| {});
}

#[test]
fn what_is_no_frame_of_the_group_is_refused_by_its_reason_and_nothing_comes_of_it() {
    let outcomes = check_kept(Level::Agreed, &only([3, 0, 0, 0]), |_| {});
    for reason in [
        Reason::Foreign,
        Reason::Version,
        Reason::Truncated,
        Reason::Oversized,
        Reason::Checksum,
        Reason::Group,
        Reason::Settings,
        Reason::Kind,
    ] {
        let count = refused(&outcomes, reason);
        assert!(count > 0, "nothing was refused as {}", reason.name());
    }
    check_undisturbed(&outcomes);
}

#[test]
fn what_was_said_before_disturbs_nobody() {
    check_undisturbed(&check_kept(Level::Agreed, &only([0, 3, 0, 0]), |_| {}));
}

#[track_caller]
fn check_undisturbed(outcomes: &[Outcome]) {
    for outcome in outcomes {
        let totals = &outcome.totals;
        assert_eq!((totals.views, totals.expulsions), (5, 0));
    }
}

/// Members trust each other, so nothing is promised; and yet nobody panics, and nobody is busy without end.
#[test]
fn forgeries_fell_nobody() {
    let knobs = Knobs {
        meddlers: [1, 1, 0, 4],
        ..Knobs::default()
    };
    for order in ORDERS {
        for (seed, level) in (0..SEEDS).zip([Level::Agreed, Level::Safe].into_iter().cycle()) {
            let outcome = ran(order, level, &knobs, seed, |_| {});
            let mut flaws = outcome.flaws.iter();
            let fallen = flaws.find(|flaw| ["panic", "livelock"].contains(&flaw.condition));
            assert_eq!(fallen, None, "{}, seed {seed}", order.name);
        }
    }
}

/// A recording of an old group was once taken for a better group of the same name, which ended the live one.
#[test]
fn what_another_group_of_that_name_said_disturbs_nobody() {
    check_undisturbed(&check_kept(Level::Agreed, &only([0, 0, 3, 0]), |_| {}));
}
