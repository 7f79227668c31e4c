//! How quick the clocks are: nanoseconds a receipt, which is a merge and a tick.
//!
//! ```text
//!   cargo run --release -p causality --example rates -- [rounds, 25 unless told]
//! ```
//!
//! All cases are measured in turn, and that is repeated: so what disturbs the machine for a while disturbs all of
//! them alike. Printed are the median, the least and the greatest.

use std::hint::black_box;
use std::time::Instant;

use causality::{Hybrid, Lamport, Vector, VectorMap};

struct Case {
    name: String,
    count: u64,
    run: Box<dyn FnMut(u64)>,
    times_ns: Vec<f64>,
}

fn main() {
    let rounds = std::env::args()
        .nth(1)
        .map_or(25, |text| text.parse().expect("rounds: a number"))
        .max(1);
    let mut cases = vec![lamport(), hybrid()];
    cases.extend([3, 64, 1000].map(vector));
    cases.extend([3, 64].map(vector_map));
    for _ in 0..rounds {
        for case in &mut cases {
            let start = Instant::now();
            (case.run)(case.count);
            let elapsed_ns = start.elapsed().as_nanos() as f64;
            case.times_ns.push(elapsed_ns / case.count as f64);
        }
    }
    println!(
        "{:24} {:>10} {:>10} {:>10}",
        "ns each", "median", "least", "greatest"
    );
    for case in &mut cases {
        case.times_ns.sort_by(f64::total_cmp);
        let [least, median, greatest] =
            [0, rounds / 2, rounds - 1].map(|index: usize| case.times_ns[index]);
        println!(
            "{:24} {median:>10.2} {least:>10.2} {greatest:>10.2}",
            case.name
        );
    }
}

fn lamport() -> Case {
    let mut clock = Lamport::new();
    case("Lamport".to_owned(), 4_000_000, move |count| {
        for turn in 0..count {
            let stamp = black_box(Lamport::at(clock.value() + (turn & 3)));
            clock.receive(stamp).expect("near");
        }
    })
}

fn hybrid() -> Case {
    let mut clock = Hybrid::new();
    case("hybrid".to_owned(), 4_000_000, move |count| {
        for turn in 0..count {
            let now_ms = black_box(1_700_000_000_000 + (turn >> 10));
            let stamp = black_box(Hybrid::unpack((now_ms << 16) + (turn & 3)));
            clock
                .receive(now_ms, stamp, Hybrid::MAX_AHEAD_MS)
                .expect("near");
        }
    })
}

/// Two stamps in turn: in each, every other entry is ahead of the other stamp.
fn vector(size: usize) -> Case {
    let stamps = [0, 1].map(|odd| {
        let entries: Vec<u64> = (0..size)
            .map(|at| {
                if at == 0 {
                    0
                } else {
                    (at % 2 == odd) as u64 + 5
                }
            })
            .collect();
        Vector::at(entries, 1)
    });
    let mut clock = Vector::new(size, 0);
    let name = format!("vector, {size} hosts");
    case(name, 40_000_000 / (size as u64 + 10), move |count| {
        for turn in 0..count {
            let stamp = black_box(&stamps[turn as usize & 1]);
            black_box(&mut clock).receive(stamp).expect("one group");
        }
    })
}

fn vector_map(size: u64) -> Case {
    let mut clock = VectorMap::new(0, size as usize);
    let mut stamp = VectorMap::new(1, size as usize);
    for member in 2..size {
        let mut other = VectorMap::new(member, 1);
        other.send().expect("its first");
        stamp.receive(&other).expect("room for all");
    }
    let name = format!("vector map, {size} members");
    case(name, 10_000_000 / (size + 10), move |count| {
        for _ in 0..count {
            let stamp = black_box(&stamp);
            black_box(&mut clock).receive(stamp).expect("room");
        }
    })
}

fn case(name: String, count: u64, run: impl FnMut(u64) + 'static) -> Case {
    Case {
        name,
        count,
        run: Box::new(run),
        times_ns: Vec::new(),
    }
}
