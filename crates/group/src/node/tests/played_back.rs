//! What a whole group said at another time, played back to another one of the same name.

use super::bench::Bench;
use super::judge::{judge, judge_quiet};
use super::views::chatter;
use crate::frame::Frame;
use crate::{ORDERS, Order, Settings};

/// Two seconds of a group of so many, one of which is stopped for a while, is told that it is out, and comes back: datagrams,
/// each with the millisecond.
fn recorded(members: usize, settings: &Settings, seed: u64) -> Vec<(u64, Vec<u8>)> {
    let mut bench = Bench::together(members, settings, seed);
    bench.recording = Some(Vec::new());
    let begun = bench.now;
    chatter(&mut bench, 50);
    bench.pause(1, 600);
    chatter(&mut bench, 100);
    bench.run(1700);
    assert!(bench.hosts[1].node.tally().expulsions > 0, "it was out");
    let recording = bench.recording.take().expect("it was set");
    let datagrams = recording.into_iter();
    datagrams
        .map(|(at, datagram)| (at.since(begun).as_millis() as u64, datagram))
        .collect()
}

/// Lets so much time pass while the recording is played to everybody, again and again.
fn play(bench: &mut Bench, recording: &[(u64, Vec<u8>)], millis: u64) {
    let (mut passed, mut offset) = (0, 0);
    loop {
        for (at, datagram) in recording {
            let wait = (offset + at).saturating_sub(passed);
            if wait > 0 {
                bench.run(wait);
                passed += wait;
            }
            if passed >= millis {
                return;
            }
            for host in bench.up() {
                bench.arrive(host, datagram.clone());
            }
        }
        offset = passed + 1;
    }
}

fn each(act: impl Fn(&Settings, &'static Order)) {
    for order in [&ORDERS[1], &ORDERS[3], &ORDERS[4]] {
        act(&Settings::new(order), order);
    }
}

#[test]
fn a_live_group_stays_whatever_is_played_back() {
    each(|settings, order| {
        // A larger group, and one of the same size: of two views founded like that, one is the lower one.
        for (members, seed) in [(4, 1), (3, 2), (3, 3), (3, 4)] {
            let recording = recorded(members, settings, seed);
            let mut bench = Bench::together(3, settings, 9);
            for _ in 0..3 {
                chatter(&mut bench, 20);
                play(&mut bench, &recording, 1000);
            }
            bench.run(1000);
            for host in &bench.hosts {
                let tally = host.node.tally();
                assert_eq!((tally.expulsions, tally.views), (0, 1), "{}", order.name);
            }
            judge(&bench, order, seed);
            judge_quiet(&bench, order, seed);
        }
    });
}

#[test]
fn a_newcomer_founds_a_group_and_finds_one_whatever_is_played_back() {
    each(|settings, order| {
        let recording = recorded(4, settings, 5);
        let mut bench = Bench::new(3, settings, 9);
        bench.start(0);
        play(&mut bench, &recording, 1000);
        assert_eq!(bench.size(0), 1, "{}", order.name);
        bench.start(1);
        play(&mut bench, &recording, 1000);
        assert_eq!(bench.size(1), 2, "{}", order.name);
        bench.start(2);
        play(&mut bench, &recording, 1000);
        assert_eq!(bench.size(2), 3, "{}", order.name);
        judge(&bench, order, 9);
    });
}

#[test]
fn a_group_s_own_past_does_no_harm() {
    each(|settings, order| {
        let mut bench = Bench::together(3, settings, 9);
        bench.recording = Some(Vec::new());
        let begun = bench.now;
        chatter(&mut bench, 50);
        bench.pause(1, 600);
        chatter(&mut bench, 100);
        bench.run(1700);
        let now = bench.hosts[0].node.view().expect("it is in one").id;
        let recording = bench.recording.take().expect("it was set").into_iter();
        let past = recording.filter(|(_, datagram)| {
            let frame = Frame::decode(datagram).expect("a member wrote it");
            frame.header.view != now
        });
        let past: Vec<_> = past
            .map(|(at, datagram)| (at.since(begun).as_millis() as u64, datagram))
            .collect();
        assert!(past.len() > 200, "{}", past.len());
        chatter(&mut bench, 20);
        play(&mut bench, &past, 3000);
        bench.run(1000);
        for at in 0..3 {
            let view = bench.hosts[at].node.view();
            assert_eq!(view.map(|view| view.id), Some(now), "{}", order.name);
        }
        judge(&bench, order, 9);
        judge_quiet(&bench, order, 9);
    });
}

/// The price of it: a bounded number of questions, and nothing is kept of whom nobody answers for.
#[test]
fn what_is_played_back_is_asked_for_at_a_bounded_rate() {
    let settings = Settings::new(&ORDERS[1]);
    let recording = recorded(4, &settings, 6);
    let mut bench = Bench::together(1, &settings, 9);
    bench.recording = Some(Vec::new());
    play(&mut bench, &recording, 2000);
    let said = bench.recording.take().expect("it was set").len() as u64;
    // In two seconds 40 signs of life; of two views with four members, one question of each every half heartbeat.
    assert!(said <= 41 + 2 * 4 * 80, "{said}");
    assert_eq!(bench.hosts[0].node.tally().views, 1);
}
