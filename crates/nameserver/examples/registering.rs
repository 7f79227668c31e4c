//! How many names a server registers a second, each on the disk before it is acknowledged, and how soon it is there again.
//!
//! ```text
//!   registering rate FOLDER IN-FLIGHT COUNT   COUNT new names, so many of them waiting for the disk at any time
//!   registering fill FOLDER COUNT             COUNT names, a thousand with each request; then it kills itself (SIGKILL)
//!   registering open FOLDER                   how long it takes to open the store
//! ```

use std::{
    net::Ipv4Addr,
    path::Path,
    sync::{Arc, mpsc},
};

use nameserver::{Hub, Plan, Server, start};
use naming::{Expect, Name, RecordSet, RecordType, Request, Zone};
use timing::{Clock, SystemClock};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u32>().expect("a number");
    match words[..] {
        ["rate", folder, in_flight, count] => rate(folder, number(in_flight), number(count)),
        ["fill", folder, count] => fill(folder, number(count)),
        ["open", folder] => drop(open(folder)),
        _ => panic!("see the first lines of this file"),
    }
}

fn open(folder: &str) -> Server {
    let clock = SystemClock::start();
    let server = start(Plan {
        zone: Zone::parse("lab.test").expect("a zone"),
        folder: Path::new(folder).to_owned(),
        dns: Vec::new(),
        http: Vec::new(),
        token: None,
        keys: dns::Keys::default(),
        is_signed_only: false,
        secondaries: Vec::new(),
        workers: 1,
        answers_per_s: None,
        log_max: 100_000,
    });
    let server = server.expect("a server");
    println!(
        "opened {} names in {:.3} s",
        server.hub.registry().len(),
        clock.now().as_secs_f64()
    );
    server
}

fn put(number: u32) -> Request {
    let address = Ipv4Addr::from_bits(0x0a00_0000 + number).octets();
    Request::Put {
        name: Name::parse(&format!("region{}/server{number}", number % 100)).expect("a name"),
        sets: vec![RecordSet::new(RecordType::A, 30, vec![Box::from(address)])],
        lease: None,
        expect: Expect::Anything,
    }
}

fn rate(folder: &str, in_flight: u32, count: u32) {
    let server = open(folder);
    let begun = server.hub.registry().len() as u32;
    let clock = SystemClock::start();
    let (sender, decided) = mpsc::channel();
    let propose = |hub: &Arc<Hub>, number| {
        let sender = sender.clone();
        hub.propose(put(begun + number), move |outcome| {
            outcome.expect("room");
            sender.send(()).expect("somebody waits");
        });
    };
    for number in 0..in_flight.min(count) {
        propose(&server.hub, number);
    }
    for number in in_flight..count + in_flight {
        decided.recv().expect("it is decided");
        if number < count {
            propose(&server.hub, number);
        }
    }
    let seconds = clock.now().as_secs_f64();
    let commits = server.stop().commits;
    println!(
        "{count} names, {in_flight} in flight: {:.0} a second; {} writes, half within {:.3} ms, 99 % within {:.3} ms",
        f64::from(count) / seconds,
        commits.count,
        commits.latency_ns_p50.unwrap_or(0) as f64 / 1e6,
        commits.latency_ns_p99.unwrap_or(0) as f64 / 1e6,
    );
    bytes(folder);
}

fn fill(folder: &str, count: u32) {
    let server = open(folder);
    for from in (0..count).step_by(1_000) {
        let thousand = (from..count.min(from + 1_000)).map(put);
        let decided = server.hub.decide(Request::All(thousand.collect()));
        decided.expect("room");
    }
    println!(
        "{} names take {} MB of memory",
        server.hub.registry().len(),
        server.hub.registry().memory_bytes() / 1_000_000
    );
    bytes(folder);
    let this = rustix::process::getpid();
    rustix::process::kill_process(this, rustix::process::Signal::KILL).expect("it is allowed");
}

fn bytes(folder: &str) {
    let file = Path::new(folder).join("names.redb");
    let bytes = file.metadata().expect("a store").len();
    println!("the store has {} MB", bytes / 1_000_000);
}
