//! What the clocks promise, on random executions, with the paths of messages as the oracle. Starts nothing.

use causality::{Hybrid, Lamport, Relation, Vector, VectorMap};
use proptest::prelude::*;

const HOSTS: usize = 4;
/// How far the hosts' wall clocks are apart at most, in milliseconds.
const SKEW_MS: u64 = 40;

/// One step of a host: something of its own, a message to all, or the receipt of an earlier message.
#[derive(Clone, Debug)]
struct Step {
    host: usize,
    /// Which of the messages sent so far comes in; none: nothing does, and a message is sent.
    message: Option<prop::sample::Index>,
    /// How far real time goes on before it.
    pause_ms: u64,
}

struct Happening {
    host: usize,
    now_ms: u64,
    lamport: Lamport,
    hybrid: Hybrid,
    vector: Vector,
    map: VectorMap,
    /// The events before it, by index, found by following program order and messages.
    past: Vec<bool>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..HOSTS, any::<Option<prop::sample::Index>>(), 0..4_u64);
    let step = step.prop_map(|(host, message, pause_ms)| Step {
        host,
        message,
        pause_ms,
    });
    prop::collection::vec(step, 1..60)
}

/// Runs the steps; every event is a send too, for a stamp that nobody hears of changes nothing.
fn run(steps: &[Step], skews_ms: &[u64]) -> Vec<Happening> {
    let mut lamports = [Lamport::new(); HOSTS];
    let mut hybrids = [Hybrid::new(); HOSTS];
    let mut vectors: Vec<Vector> = (0..HOSTS).map(|own| Vector::new(HOSTS, own)).collect();
    let member = |host: usize| 1000 - host as u64;
    let mut maps: Vec<VectorMap> = (0..HOSTS)
        .map(|own| VectorMap::new(member(own), HOSTS))
        .collect();
    let mut happenings: Vec<Happening> = Vec::new();
    let mut real_ms = 1_000_000;
    for step in steps {
        let host = step.host;
        real_ms += step.pause_ms;
        let now_ms = real_ms + skews_ms[host];
        let count = happenings.len();
        let source = step.message.as_ref().filter(|_| count > 0);
        let source = source.map(|message| &happenings[message.index(count)]);
        let mut past = vec![false; count + 1];
        let previous = happenings.iter().rposition(|other| other.host == host);
        let causes = previous.map(|at| &happenings[at]).into_iter().chain(source);
        for cause in causes {
            for (at, is_before) in cause.past.iter().enumerate() {
                past[at] |= is_before;
            }
        }
        past[count] = true;
        match source {
            Some(source) => {
                lamports[host].receive(source.lamport).expect("near");
                let received = hybrids[host].receive(now_ms, source.hybrid, SKEW_MS + 1);
                received.expect("near");
                vectors[host].receive(&source.vector).expect("one group");
                maps[host].receive(&source.map).expect("room for all");
            }
            None => {
                lamports[host].send().expect("not at the end");
                hybrids[host].send(now_ms).expect("not at the end");
                vectors[host].send().expect("not at the end");
                maps[host].send().expect("not at the end");
            }
        }
        happenings.push(Happening {
            host,
            now_ms,
            lamport: lamports[host],
            hybrid: hybrids[host],
            vector: vectors[host].clone(),
            map: maps[host].clone(),
            past,
        });
    }
    happenings
}

fn relation(all: &[Happening], a: usize, b: usize) -> Relation {
    let is_before = |a: usize, b: usize| all[b].past.get(a).is_some_and(|is_before| *is_before);
    match (is_before(a, b), is_before(b, a)) {
        (true, true) => Relation::Same,
        (true, false) => Relation::Before,
        (false, true) => Relation::After,
        (false, false) => Relation::Concurrent,
    }
}

proptest! {
    #[test]
    fn clocks_keep_their_conditions(
        steps in steps(), skews_ms in prop::collection::vec(0..=SKEW_MS, HOSTS),
    ) {
        let all = run(&steps, &skews_ms);
        for (a, one) in all.iter().enumerate() {
            for (b, other) in all.iter().enumerate() {
                let truth = relation(&all, a, b);
                prop_assert_eq!(one.vector.relation(&other.vector), Ok(truth));
                prop_assert_eq!(one.map.relation(&other.map), truth);
                if truth == Relation::Before {
                    prop_assert!(one.lamport < other.lamport);
                    prop_assert!(one.hybrid < other.hybrid);
                }
            }
        }
    }

    #[test]
    fn a_hybrid_clock_is_never_behind_its_wall_clock_nor_ahead_of_all_of_the_past(
        steps in steps(), skews_ms in prop::collection::vec(0..=SKEW_MS, HOSTS),
    ) {
        let all = run(&steps, &skews_ms);
        for event in &all {
            let past = event.past.iter().zip(&all).filter(|(is_before, _)| **is_before);
            let latest = past.map(|(_, cause)| cause.now_ms).max();
            prop_assert_eq!(Some(event.hybrid.physical_ms()), latest);
            prop_assert!(event.hybrid.physical_ms() - event.now_ms <= SKEW_MS);
        }
    }
}
