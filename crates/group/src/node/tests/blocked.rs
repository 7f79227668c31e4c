//! Groups that cannot go on, and those that nearly cannot.

use super::bench::{Bench, Event};
use super::judge::{judge, judge_quiet};
use super::views::chatter;
use crate::frame::{Ballot, Body, Change, Header, Holding, Proposal, encode};
use crate::{GroupId, Notice, ORDERS, Quorum, Settings, View, ViewId};

fn of_five() -> Settings {
    Settings {
        quorum: Quorum::Of(5),
        ..Settings::new(&ORDERS[4])
    }
}

/// Five members where five are configured; all but two leave, one after another.
fn two_of_five(seed: u64) -> Bench {
    let mut bench = Bench::new(6, &of_five(), seed);
    bench.loss = 20;
    (0..5).for_each(|at| bench.start(at));
    bench.run(2000);
    for at in [1, 3, 0] {
        chatter(&mut bench, 20);
        bench.with(at, |node, now, seen| node.leave(now, seen));
        bench.run(1000);
        assert!(bench.hosts[at].node.is_gone(), "seed {seed}: host {at}");
        bench.crash(at);
    }
    assert_eq!((bench.size(2), bench.size(4)), (2, 2), "seed {seed}");
    bench
}

#[test]
fn leaving_shrinks_a_view_below_the_quorum_and_it_can_still_change() {
    for seed in 0..5 {
        let mut bench = two_of_five(seed);
        bench.start(5);
        chatter(&mut bench, 200);
        bench.run(2000);
        assert_eq!(bench.size(5), 3, "seed {seed}: a newcomer is let in");
        bench.with(2, |node, now, seen| node.leave(now, seen));
        bench.run(1000);
        bench.crash(2);
        assert_eq!(bench.size(5), 2, "seed {seed}");
        let order = bench.settings.order;
        judge(&bench, order, seed);
        judge_quiet(&bench, order, seed);
    }
}

#[test]
fn below_the_quorum_nobody_is_given_up() {
    for seed in 0..5 {
        let mut bench = two_of_five(seed);
        bench.crash(2);
        bench.run(2000);
        assert_eq!(bench.size(4), 2, "seed {seed}");
        assert_eq!(bench.told(4, &Notice::Blocked), 1, "seed {seed}");
        assert!(bench.hosts[4].node.is_blocked(), "seed {seed}");
    }
}

#[test]
fn whoever_finds_only_a_group_that_cannot_go_on_waits_and_says_so() {
    let settings = Settings::new(&ORDERS[4]);
    for seed in 0..5 {
        let mut bench = Bench::new(5, &settings, seed);
        bench.put_together(3);
        chatter(&mut bench, 20);
        bench.crash(0);
        bench.crash(1);
        bench.run(1000);
        bench.start(3);
        bench.start(4);
        bench.run(4000);
        for at in [3, 4] {
            assert_eq!(bench.size(at), 0, "seed {seed}: nobody founds another");
            let told = bench.told(at, &Notice::GroupBlocked { size: 3 });
            assert_eq!(told, 1, "seed {seed}: host {at}");
        }
        // What it says to do: end those who are left.
        bench.crash(2);
        bench.run(2000);
        assert_eq!((bench.size(3), bench.size(4)), (2, 2), "seed {seed}");
    }
}

/// The first three hosts go on together, and the third lacks a packet of the cut that only the others have, who crash.
fn lacks_a_packet(seed: u64) -> Bench {
    let settings = Settings::new(&ORDERS[4]);
    let mut bench = Bench::new(5, &settings, seed);
    bench.put_together(3);
    bench.part = vec![0, 0, 1, 2, 2];
    bench.start(3);
    bench.start(4);
    bench.send(0).expect("it is taken");
    bench.run(100);
    let old = bench.hosts[0].node.view().expect("it is in one").clone();
    let by = old.seats[0].member;
    let through = |through| Holding {
        through,
        beyond: Vec::new(),
    };
    let proposal = Proposal {
        ballot: Ballot { round: 1, by },
        next: View {
            id: ViewId { epoch: 2, by },
            seats: old.seats,
        },
        cut: vec![through(1), through(0), through(0)],
        gives_up: false,
    };
    let header = Header {
        group: GroupId::of("bench"),
        promises: settings.promises(),
        sender: by,
        view: old.id,
    };
    let mut commit = Vec::new();
    let body = Body::Change(Change::Commit(proposal));
    encode(&header, &body, &mut commit);
    bench.crash(0);
    bench.crash(1);
    bench.arrive(2, commit);
    bench
}

#[test]
fn what_was_decided_and_cannot_be_filled_is_blocked_and_comes_back_elsewhere() {
    for seed in 0..5 {
        let mut bench = lacks_a_packet(seed);
        bench.run(2000);
        assert_eq!(bench.told(2, &Notice::Blocked), 1, "seed {seed}");
        let epoch = |bench: &Bench| bench.hosts[2].node.view().map(|view| view.id.epoch);
        assert_eq!(epoch(&bench), Some(1), "seed {seed}: it did not go on");
        assert_eq!(bench.size(3), 2, "seed {seed}: others founded a group");
        bench.part = vec![0; 5];
        bench.run(2000);
        assert_eq!(bench.size(2), 3, "seed {seed}: it is with them");
        assert_eq!(bench.hosts[2].node.tally().expulsions, 1, "seed {seed}");
        let order = bench.settings.order;
        judge(&bench, order, seed);
        judge_quiet(&bench, order, seed);
    }
}

#[test]
fn a_state_that_is_too_long_is_not_given_and_the_newcomer_leaves() {
    for order in ORDERS {
        let settings = Settings {
            state_bytes: 16,
            ..Settings::new(order)
        };
        let mut bench = Bench::new(3, &settings, 7);
        bench.start(0);
        bench.run(1000);
        bench.start(1);
        bench.run(1000);
        assert_eq!(bench.size(1), 2, "{}: there is no state yet", order.name);
        assert!(bench.send(0).is_ok() && bench.send(1).is_ok());
        bench.run(100);
        bench.start(2);
        bench.run(2000);
        assert!(bench.hosts[2].node.is_gone(), "{}", order.name);
        let not_let_in = Notice::NotLetIn { bytes: 32 };
        assert_eq!(bench.told(2, &not_let_in), 1, "{}", order.name);
        let events = &bench.hosts[2].seen.events;
        let got = |event: &Event| matches!(event, Event::Restored(_) | Event::Delivered { .. });
        assert!(!events.iter().any(got), "{}", order.name);
        for at in [0, 1] {
            assert_eq!(bench.size(at), 2, "{}", order.name);
            let too_long = Notice::StateTooLong {
                bytes: 32,
                most: 16,
            };
            assert_eq!(bench.told(at, &too_long), 1, "{}", order.name);
        }
    }
}

#[test]
fn the_state_for_newcomers_is_not_kept_for_ever() {
    let mut bench = Bench::new(2, &Settings::new(&ORDERS[1]), 3);
    bench.start(0);
    bench.run(1000);
    bench.start(1);
    while bench.size(0) < 2 {
        bench.run(1);
    }
    bench.crash(1);
    assert_eq!(bench.hosts[0].node.rest.giving.len(), 1);
    bench.run(12_000);
    assert_eq!(bench.hosts[0].node.rest.giving.len(), 0);
}
