//! How long an answer takes without its way through the kernel: names that are there, that are not, and that have nothing of
//! the type. `cargo run --release -p dns --example answering [NAMES]...`; without numbers 10,000 and 1,000,000 names.

use std::{
    env,
    hint::black_box,
    time::{Duration, Instant},
};

use dns::{Handled, Keys, Now, Peer, Responder, Settings, Transport};
use naming::{LeaseTime, Node, RecordSet, RecordType, Registry, Revision, Zone};

fn main() {
    let counts: Vec<u32> = env::args()
        .skip(1)
        .map(|count| count.parse().expect("a number of names"))
        .collect();
    let counts = if counts.is_empty() {
        vec![10_000, 1_000_000]
    } else {
        counts
    };
    for count in counts {
        let registry = registry(count);
        for (kind, questions) in kinds(count) {
            println!(
                "{count:>9} names, {kind:<28} {}",
                rate(&registry, &questions)
            );
        }
    }
}

/// Names as a lab has them: half of them flat, half of them two deep.
fn name(number: u32) -> String {
    match number % 2 {
        0 => format!("host{number:07}"),
        _ => format!("host{number:07}.region{:03}", number / 2 % 500),
    }
}

fn registry(count: u32) -> Registry {
    let mut registry = Registry::new(Zone::parse("lab.test").expect("a zone"));
    for number in 0..count {
        let data = number.to_be_bytes().into();
        let node = Node {
            modified: Revision(1),
            lease: None,
            sets: vec![RecordSet::new(RecordType::A, 30, vec![data])],
        };
        let name = registry.zone().name(&name(number)).expect("a name");
        let bytes = node.encode();
        (registry.restore_name(name.wire(), &bytes)).expect("a name and a node");
    }
    registry
}

/// Questions in an order that no cache foresees.
fn kinds(count: u32) -> [(&'static str, Vec<Vec<u8>>); 5] {
    let question = |name: String, record_type: u16, has_edns: bool| {
        let mut message = vec![0; 12];
        (message[2], message[5], message[11]) = (1, 1, has_edns.into());
        for label in format!("{name}.lab.test").split('.') {
            message.push(label.len() as u8);
            message.extend(label.as_bytes());
        }
        message.extend([0, 0, record_type as u8, 0, 1]);
        if has_edns {
            message.extend([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
        }
        message
    };
    let numbers = || (0..QUESTIONS).map(move |at| at.wrapping_mul(2_654_435_761) % count);
    let all = |record_type, has_edns| {
        let of = move |number| question(name(number), record_type, has_edns);
        numbers().map(of).collect()
    };
    let missing = numbers().map(|number| question(format!("no-{}", name(number)), 1, false));
    let contexts = numbers().map(|number| question(format!("region{:03}", number % 500), 1, false));
    [
        ("A", all(1, false)),
        ("A with EDNS", all(1, true)),
        ("AAAA: no data", all(28, false)),
        ("no such name", missing.collect()),
        ("a context: no data", contexts.collect()),
    ]
}

/// What an answer takes in nanoseconds: the median of portions, and what a tenth of them stays below, for another program may
/// get the processor in the middle of one. The messages of a portion were just written, as by the kernel; the names were not
/// looked at for long.
fn rate(registry: &Registry, questions: &[Vec<u8>]) -> String {
    let responder = Responder::new(Settings {
        keys: Keys::default(),
        is_signed_only: false,
        udp_bytes_max: 1_232,
        secret: [7; 32],
    });
    let peer = Peer {
        address: [192, 0, 2, 1].into(),
        transport: Transport::Udp,
    };
    let now = Now {
        lease: LeaseTime(1),
        unix_s: 1,
    };
    let mut out = Vec::new();
    let mut received = vec![Vec::new(); PORTION];
    let mut times = Vec::new();
    for portion in questions.chunks_exact(PORTION) {
        for (place, question) in received.iter_mut().zip(portion) {
            place.clear();
            place.extend_from_slice(question);
        }
        let begin = Instant::now();
        for message in &received {
            let handled = responder.handle(registry, black_box(message), peer, now, &mut out);
            assert!(matches!(handled, Handled::Reply(_)));
            black_box(&out);
        }
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    let each = |time: Duration| time.as_nanos() as f64 / PORTION as f64;
    let (tenth, median) = (each(times[times.len() / 10]), each(times[times.len() / 2]));
    format!("median {median:6.1} ns, a tenth below {tenth:6.1} ns")
}

const QUESTIONS: u32 = 1 << 18;

/// As many messages as a server takes from the kernel at once.
const PORTION: usize = 64;
