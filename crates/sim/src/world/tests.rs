//! Worlds of hosts that only say what they were handed.

use super::*;
use crate::Delay;

/// Sends its own place to all at each beat, and writes down whom it hears, when by its own clock.
struct Beater {
    at: usize,
    beat: Duration,
    next: Tick,
}

/// Who heard whom when, by the hearer's clock.
type Heard = Vec<(usize, usize, u64)>;

impl Host for Beater {
    type Record = Heard;

    fn on_datagram(&mut self, turn: &mut Turn<'_, Heard>, from: usize, datagram: &[u8]) {
        assert_eq!(datagram, [from as u8]);
        turn.record.push((self.at, from, turn.now.as_nanos()));
    }

    fn on_time(&mut self, turn: &mut Turn<'_, Heard>) {
        turn.out.send(Whom::All, &[self.at as u8]);
        self.next = turn.now + self.beat;
    }

    fn drained(&mut self, _: &mut Turn<'_, Heard>) {}

    fn wake_at(&self) -> Tick {
        self.next
    }
}

const MS: u64 = 1_000_000;

fn tick(ms: u64) -> Tick {
    Tick::from_nanos(ms * MS)
}

/// Hosts that beat every 10 ms, from 10 ms on.
fn world(places: usize, link: &Link) -> World<Beater> {
    let mut world = World::new(1, places, link, Vec::new());
    for at in 0..places {
        let beater = Beater {
            at,
            beat: Duration::from_millis(10),
            next: tick(10),
        };
        world.place(at, beater, Tick::ZERO);
        world.poke(at);
    }
    world
}

/// Runs until then.
fn run(world: &mut World<Beater>, until_ms: u64) {
    world.mark(tick(until_ms), 7);
    assert_eq!(world.run(), Some(7));
}

fn one_millisecond() -> Link {
    Link {
        delay: Delay::Constant(Duration::from_millis(1)),
        turn: Duration::ZERO,
        ..Link::default()
    }
}

fn count(heard: &Heard, by: usize, from: usize) -> usize {
    heard
        .iter()
        .filter(|(to, of, _)| (*to, *of) == (by, from))
        .count()
}

#[test]
fn all_hear_each_other_and_nobody_itself() {
    let mut world = world(3, &one_millisecond());
    run(&mut world, 25);
    assert_eq!(world.record.len(), 12);
    assert_eq!(world.record[0], (1, 0, 11 * MS));
    assert!(world.record.iter().all(|(to, from, _)| to != from));
    assert_eq!(world.counts().sent, 6);
}

#[test]
fn what_is_sent_to_all_can_come_back() {
    let link = Link {
        loops_back: true,
        ..one_millisecond()
    };
    let mut world = world(2, &link);
    run(&mut world, 15);
    assert_eq!(count(&world.record, 0, 0), 1);
}

#[test]
fn a_cut_link_lets_nothing_through_in_its_direction() {
    let mut world = world(2, &one_millisecond());
    let (zero, one) = (Places::one(0), Places::one(1));
    world.cut(zero, one);
    world.cut(zero, one);
    run(&mut world, 25);
    world.heal(zero, one);
    run(&mut world, 35);
    assert_eq!(
        (count(&world.record, 1, 0), count(&world.record, 0, 1)),
        (0, 3)
    );
    world.heal(zero, one);
    run(&mut world, 45);
    assert_eq!(count(&world.record, 1, 0), 1);
    assert_eq!(world.counts().cut, 3);
}

#[test]
fn a_paused_host_is_handed_all_of_it_in_the_end() {
    let mut world = world(2, &one_millisecond());
    world.pause(1);
    run(&mut world, 55);
    assert_eq!(world.record.len(), 0);
    world.resume(1);
    run(&mut world, 56);
    let heard = world.record.clone();
    assert_eq!(heard, vec![(1, 0, 55 * MS); 5]);
}

#[test]
fn a_receive_buffer_is_bounded() {
    let mut world = world(2, &one_millisecond());
    world.pause(1);
    run(&mut world, 10 * (INBOX_MAX as u64 + 5) + 5);
    world.resume(1);
    run(&mut world, 10 * (INBOX_MAX as u64 + 5) + 6);
    assert_eq!(world.record.len(), INBOX_MAX);
    assert_eq!(world.counts().overflowed, 5);
}

#[test]
fn a_crashed_host_is_silent_and_its_place_can_be_taken() {
    let mut world = world(2, &one_millisecond());
    run(&mut world, 15);
    assert!(world.crash(0).is_some());
    assert!(world.host(0).is_none());
    run(&mut world, 35);
    assert_eq!(
        (count(&world.record, 1, 0), count(&world.record, 0, 1)),
        (1, 1)
    );
    let beater = Beater {
        at: 0,
        beat: Duration::from_millis(10),
        next: Tick::ZERO,
    };
    world.place(0, beater, tick(1_000));
    world.poke(0);
    run(&mut world, 45);
    assert_eq!(world.record.last(), Some(&(0, 1, 1_006 * MS)));
}

#[test]
fn a_fast_clock_beats_faster() {
    let mut world = world(2, &one_millisecond());
    world.set_rate(0, 1_000_000);
    run(&mut world, 104);
    assert_eq!(
        (count(&world.record, 1, 0), count(&world.record, 0, 1)),
        (20, 10)
    );
    world.jump(1, Duration::from_millis(8));
    run(&mut world, 106);
    assert_eq!(count(&world.record, 0, 1), 11);
}

#[test]
fn losses_and_copies_have_their_share() {
    let link = Link {
        loss: 0.2,
        duplicates: 0.1,
        delay: Delay::Uniform(Duration::ZERO, Duration::from_millis(30)),
        ..one_millisecond()
    };
    let mut world = world(2, &link);
    run(&mut world, 100_000);
    let heard = count(&world.record, 1, 0) as f64 / 10_000.0;
    assert!((heard - 0.8 * 1.1).abs() < 0.02, "{heard}");
}

#[test]
fn a_busy_host_is_handed_what_came_meanwhile_together() {
    let link = Link {
        turn: Duration::from_millis(3),
        ..one_millisecond()
    };
    // All three beat at 10 ms and are busy until 13 ms; then all hear the two others.
    let mut world = world(3, &link);
    run(&mut world, 14);
    assert!(world.record.iter().all(|(_, _, at)| *at == 13 * MS));
    assert_eq!(world.record.len(), 6);
}

#[test]
fn hosts_that_wake_without_end_are_given_up() {
    let mut world = world(1, &one_millisecond());
    world.act(0, |beater, _| {
        beater.beat = Duration::ZERO;
        beater.next = Tick::ZERO;
    });
    world.mark(tick(1_000_000), 0);
    assert_eq!(world.run(), None);
    assert!(world.is_exhausted());
}
