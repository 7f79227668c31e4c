//! How long a large log takes to be judged: a million events of 8 and of 100 hosts, step by step.
//!
//! ```text
//!   cargo run --release -p verdict --example scale -- [events, 1000000 unless told] [hosts ...]
//! ```
//!
//! Given are the time that went by and the processor time of it, which is less where others want the processor too.

use std::time::Instant;

use causality::{Hybrid, Lamport, Vector};
use trace::{Event, EventId, EventKind, HostId, Log, Place, Stamps};
use verdict::{CONDITIONS, Judgement, Order};

fn main() {
    let mut numbers = std::env::args().skip(1);
    let numbers = numbers.by_ref().map(|text| text.parse().expect("a number"));
    let mut numbers: Vec<usize> = numbers.collect();
    if numbers.is_empty() {
        numbers.push(1_000_000);
    }
    if numbers.len() == 1 {
        numbers.extend([8, 100]);
    }
    let events = numbers[0].max(1);
    for hosts in &numbers[1..] {
        measure(events, (*hosts).max(2));
    }
}

fn measure(events: usize, hosts: usize) {
    for is_named in [true, false] {
        let log = timed("making it", || made(events, hosts, is_named));
        println!(
            "{events} events of {hosts} hosts, messages {}",
            if is_named {
                "named"
            } else {
                "taken from vectors"
            }
        );
        let (order, judgements) = timed("all of it", || {
            let order = timed("the order", || Order::of(&log));
            timed("what does not fit", || order.findings(&log));
            let judgements = timed("the conditions", || Judgement::all(&log, &order));
            (order, judgements)
        });
        let last = EventId(u32::try_from(events - 1).expect("fewer than 2^32"));
        timed("a path", || order.path(EventId(0), last));
        for judgement in &judgements {
            println!("  {:24} {:?}", judgement.condition, judgement.verdict);
        }
        println!("  of {} conditions", CONDITIONS.len());
    }
}

fn timed<T>(name: &str, run: impl FnOnce() -> T) -> T {
    let (start, processor) = (Instant::now(), processor_s());
    let result = run();
    let (elapsed, used) = (start.elapsed().as_secs_f64(), processor_s() - processor);
    println!("  {name:24} {elapsed:>10.3} s {used:>10.3} s");
    result
}

/// The processor time of this thread so far; 0 where the kernel does not tell.
fn processor_s() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split_whitespace().next();
    first.map_or(0.0, |ns| ns.parse().unwrap_or(0.0) / 1e9)
}

/// An execution with right stamps: of ten events four are sends to one host, four receipts, two local.
fn made(events: usize, hosts: usize, is_named: bool) -> Log {
    let mut log = Log::new();
    let names: Vec<String> = (0..hosts).map(|host| format!("h{host}")).collect();
    for name in &names {
        log.host(name);
    }
    let mut clocks: Vec<(Lamport, Hybrid, Vector)> = (0..hosts)
        .map(|own| (Lamport::new(), Hybrid::new(), Vector::new(hosts, own)))
        .collect();
    let mut inboxes: Vec<Vec<(usize, Lamport, Hybrid, Vector)>> = vec![Vec::new(); hosts];
    let mut random = 12_345_u64;
    let mut below = |limit: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % limit
    };
    for at in 0..events {
        let host = below(hosts);
        let now_ms = 1_700_000_000_000 + (at / 100) as u64;
        let kind = match below(10) {
            0..4 => EventKind::Send,
            4..8 if !inboxes[host].is_empty() => EventKind::Receive,
            _ => EventKind::Local,
        };
        let (lamport, hybrid, vector) = &mut clocks[host];
        let mut message = None;
        if kind == EventKind::Receive {
            let (name, l, h, v) = inboxes[host].swap_remove(0);
            lamport.receive(l).expect("near");
            hybrid
                .receive(now_ms, h, Hybrid::MAX_AHEAD_MS)
                .expect("near");
            vector.receive(&v).expect("one group");
            message = Some(name);
        } else {
            lamport.local().expect("not at the end");
            hybrid.local(now_ms).expect("not at the end");
            vector.local().expect("not at the end");
        }
        let entries = (0..).map(HostId).zip(vector.entries().iter().copied());
        let stamps = Stamps {
            lamport: Some(lamport.value()),
            vector: Some(entries.filter(|entry| entry.1 > 0).collect()),
            hybrid: Some(hybrid.packed()),
            wall_ns: Some(now_ms as i64 * 1_000_000),
        };
        if kind == EventKind::Send {
            message = Some(at);
            let stamp = (at, *lamport, *hybrid, vector.clone());
            inboxes[(host + 1 + below(hosts - 1)) % hosts].push(stamp);
        }
        let message = message
            .filter(|_| is_named)
            .map(|at| log.message(&format!("m{at}")));
        log.events.push(Event {
            host: HostId(u32::try_from(host).expect("few hosts")),
            kind: if is_named { kind } else { EventKind::Local },
            message,
            text: String::new(),
            stamps,
            place: Place::default(),
        });
    }
    log
}
