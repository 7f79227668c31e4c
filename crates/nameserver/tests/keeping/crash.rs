//! SIGKILL at any moment loses nothing that was acknowledged, and leaves nothing half there.

use std::{collections::BTreeMap, sync::Arc, thread};

use nameserver::{Hub, Watched};
use naming::{Filter, Request};

use crate::{address, child, name, open, put};

/// Registers two names with each request until it is killed, several at a time, and says what was acknowledged.
#[test]
#[ignore = "a part that is played by a child"]
fn registers_until_it_is_killed() {
    let Some(folder) = child::folder() else {
        return;
    };
    let server = open(&folder);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let hub = Arc::clone(&server.hub);
            scope.spawn(move || register_pairs(&hub, thread));
        }
    });
}

fn register_pairs(hub: &Hub, thread: u32) {
    let begun = hub.registry().revision().0;
    for count in 0..PAIRS_MAX {
        let pair = format!("t{thread}/b{begun}n{count}");
        let request = Request::All(vec![
            put(&format!("{pair}/one"), count, None),
            put(&format!("{pair}/two"), count, None),
        ]);
        let done = hub.decide(request).expect("room on the disk");
        // In one piece, so that lines of several threads do not mix; of a line that is cut nothing is believed.
        child::say(&format!("{pair} {count} {} .", done.revision));
    }
}

#[test]
fn nothing_that_was_acknowledged_is_lost_and_nothing_is_half_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = BTreeMap::new();
    for round in 0..ROUNDS {
        let mut part = child::Part::play("crash::registers_until_it_is_killed", folder.path());
        // Another moment each time: in the first writes, and well after them.
        let enough = 1 + 97 * round * round;
        let mut count = 0;
        for line in part.said() {
            take(&mut acknowledged, &line);
            count += 1;
            if count == enough {
                break;
            }
        }
        assert_eq!(count, enough, "it ended before it was killed");
        part.kill();
        for line in part.said() {
            take(&mut acknowledged, &line);
        }
        drop(part);
        look(folder.path(), &acknowledged);
    }
}

fn take(acknowledged: &mut BTreeMap<String, (u32, u64)>, line: &str) {
    let words: Vec<&str> = line.split(' ').collect();
    if let [pair, count, revision, "."] = words[..] {
        let (count, revision) = (count.parse(), revision.parse());
        acknowledged.insert(
            pair.to_owned(),
            (count.expect("a number"), revision.expect("a number")),
        );
    }
}

#[track_caller]
fn look(folder: &std::path::Path, acknowledged: &BTreeMap<String, (u32, u64)>) {
    let server = open(folder);
    for (pair, (count, _)) in acknowledged {
        for half in ["one", "two"] {
            let found = address(&server.hub, &format!("{pair}/{half}"));
            assert_eq!(found, Some(*count), "{pair}/{half}");
        }
    }
    let mut halves: BTreeMap<String, u32> = BTreeMap::new();
    let snapshot = server.hub.snapshot().expect("a store that can be read");
    for entry in snapshot.names(&name("/"), None) {
        let (found, _) = entry.expect("a name");
        if let Some(pair) = found.parent().filter(|_| found.labels().count() == 3) {
            *halves.entry(pair.to_string()).or_default() += 1;
        }
    }
    assert!(halves.len() >= acknowledged.len());
    assert!(halves.values().all(|halves| *halves == 2));
    hears_all_again(&server.hub, acknowledged);
    server.stop();
}

/// A watch from any revision on has every acknowledged change after it, once, in order.
#[track_caller]
fn hears_all_again(hub: &Hub, acknowledged: &BTreeMap<String, (u32, u64)>) {
    let last = hub.registry().revision();
    let from = naming::Revision(last.0 / 2);
    let filter = Filter {
        within: name("/"),
        attributes: Vec::new(),
    };
    let mut watch = hub.watch(&filter, Some(from)).expect("a log that is kept");
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    let mut heard = BTreeMap::new();
    let mut before = from;
    while before < last || heard.values().sum::<u64>() % 2 == 1 {
        let Some(Watched::Change(change)) = runtime.block_on(watch.next()) else {
            panic!("the watch has ended");
        };
        assert!(change.revision >= before && change.revision.0 <= before.0 + 1);
        before = change.revision;
        let pair = change.name.parent().expect("a pair").to_string();
        *heard.entry(pair).or_default() += 1;
    }
    for (pair, (_, revision)) in acknowledged {
        let expected = (*revision > from.0).then_some(&2);
        assert_eq!(heard.get(pair), expected, "{pair} at {revision}");
    }
}

const THREADS: u32 = 4;
const ROUNDS: usize = 5;

/// A bound, should nobody kill it.
const PAIRS_MAX: u32 = 100_000;
