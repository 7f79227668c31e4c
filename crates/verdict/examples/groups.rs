//! How long the history of a large group takes to be judged: a million events of 5 and of 64 members in one view after the other,
//! right and with one pair of deliveries swapped.
//!
//! ```text
//!   cargo run --release -p verdict --example groups -- [events, 1000000 unless told] [members ...]
//! ```

use std::time::Instant;

use trace::{Event, EventId, EventKind, HostId, Log, Place, Stamps, View};
use verdict::{GROUP_CONDITIONS, GroupCondition, GroupJudgement};

fn main() {
    let numbers = std::env::args().skip(1);
    let mut numbers: Vec<usize> = numbers
        .map(|text| text.parse().expect("a number"))
        .collect();
    if numbers.is_empty() {
        numbers.push(1_000_000);
    }
    if numbers.len() == 1 {
        numbers.extend([5, 64]);
    }
    for members in &numbers[1..] {
        let mut log = made(numbers[0], (*members).max(2));
        println!("{} events of {members} members", log.events.len());
        judge(&log);
        swap(&mut log);
        println!("with two deliveries swapped");
        judge(&log);
    }
}

fn judge(log: &Log) {
    let all: Vec<&GroupCondition> = GROUP_CONDITIONS.iter().collect();
    let start = Instant::now();
    let judgements = GroupJudgement::all(log, &all);
    println!("  {:.3} s, all conditions", start.elapsed().as_secs_f64());
    for (condition, judgement) in all.iter().zip(&judgements) {
        let start = Instant::now();
        GroupJudgement::all(log, &[*condition]);
        let took = start.elapsed().as_secs_f64();
        let name = judgement.verdict.name();
        println!("    {:18} {took:.3} s alone, {name}", judgement.condition);
    }
}

/// Everybody sends in turn; everybody delivers everything, some messages behind; now and then there is a new view.
fn made(events: usize, members: usize) -> Log {
    let mut log = Log::new();
    let hosts: Vec<HostId> = (0..members).map(|at| log.host(&format!("h{at}"))).collect();
    let mut next = vec![0_usize; members];
    let mut sent = 0;
    let mut view = 0;
    while log.events.len() < events {
        if sent % VIEW_EVERY == 0 {
            view += 1;
            for (at, host) in hosts.iter().enumerate() {
                deliver(&mut log, *host, &mut next[at], sent);
                let id = push(&mut log, *host, EventKind::View, None);
                let (name, members) = (view.to_string(), hosts.clone());
                log.set_view(id, View { name, members });
            }
        }
        let sender = sent % members;
        push(&mut log, hosts[sender], EventKind::Send, Some(sent));
        sent += 1;
        // One member catches up with all that there is, so that each is up to a round behind.
        let behind = (sender * 7 + 3) % members;
        deliver(&mut log, hosts[behind], &mut next[behind], sent);
    }
    for (at, host) in hosts.iter().enumerate() {
        deliver(&mut log, *host, &mut next[at], sent);
    }
    log
}

fn deliver(log: &mut Log, host: HostId, next: &mut usize, to: usize) {
    for message in *next..to {
        push(log, host, EventKind::Deliver, Some(message));
    }
    *next = to;
}

fn push(log: &mut Log, host: HostId, kind: EventKind, message: Option<usize>) -> EventId {
    let message = message.map(|message| log.message(&format!("m{message}")));
    log.events.push(Event {
        host,
        kind,
        message,
        text: String::new(),
        stamps: Stamps::default(),
        place: Place::default(),
    });
    EventId(log.events.len() as u32 - 1)
}

/// Swaps two deliveries of one host in the middle.
fn swap(log: &mut Log) {
    let host = HostId(1);
    let half = log.events.len() / 2;
    let is_it = |event: &Event| event.host == host && event.kind == EventKind::Deliver;
    let mut found = (half..log.events.len()).filter(|at| is_it(&log.events[*at]));
    if let (Some(one), Some(other)) = (found.next(), found.next()) {
        let message = log.events[one].message;
        log.events[one].message = log.events[other].message;
        log.events[other].message = message;
    }
}

const VIEW_EVERY: usize = 10_000;
