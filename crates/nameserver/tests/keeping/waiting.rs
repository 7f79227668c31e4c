//! What waits for the disk is bounded, and decided together.

use std::sync::{Arc, Condvar, Mutex, mpsc};

use nameserver::Refused;
use naming::{Expect, Refusal, Request};

use crate::{address, name, open, put, register, sets};

#[test]
fn what_cannot_wait_is_told_at_once_that_the_server_is_busy() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    // The committer calls what it replies with, so a reply that waits holds it up.
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let (held, is_held) = mpsc::channel();
    let theirs = Arc::clone(&gate);
    server.hub.propose(put("first", 1, None), move |_| {
        held.send(()).expect("the test waits");
        let (is_open, opened) = &*theirs;
        let is_open = is_open.lock().expect("a gate");
        drop(opened.wait_while(is_open, |is_open| !*is_open));
    });
    is_held.recv().expect("the committer has come there");
    let (sender, outcomes) = mpsc::channel();
    for count in 0..5_000 {
        let sender = sender.clone();
        server.hub.propose(put("a", count, None), move |outcome| {
            sender.send(outcome.map(drop)).expect("the test waits");
        });
    }
    drop(sender);
    let busy = outcomes.try_iter().collect::<Vec<_>>();
    assert_eq!(busy.len(), 5_000 - 4_096);
    assert!(
        busy.iter()
            .all(|outcome| matches!(outcome, Err(Refused::Busy)))
    );
    *gate.0.lock().expect("a gate") = true;
    gate.1.notify_all();
    let decided = outcomes.iter().collect::<Vec<_>>();
    assert_eq!(decided.len(), 4_096);
    assert!(decided.iter().all(Result::is_ok));
    assert_eq!(address(&server.hub, "a"), Some(4_095));
    let commits = server.stop().commits;
    assert_eq!(commits.requests_max, 1_024);
    assert!(commits.count < 10, "{commits:?}");
}

#[test]
fn one_that_is_refused_does_not_touch_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    register(&server.hub, "taken", 1).expect("room");
    let refused = server.hub.decide(Request::All(vec![
        put("half", 1, None),
        Request::Put {
            name: name("taken"),
            sets: sets(2),
            lease: None,
            expect: Expect::Absent,
        },
    ]));
    assert!(matches!(
        refused,
        Err(Refused::Refusal(Refusal::Taken { .. }))
    ));
    register(&server.hub, "other", 1).expect("room");
    assert_eq!(address(&server.hub, "half"), None);
    assert_eq!(address(&server.hub, "taken"), Some(1));
    assert_eq!(address(&server.hub, "other"), Some(1));
    let hub = Arc::clone(&server.hub);
    let summary = server.stop();
    assert_eq!(summary.refusals.len(), 1);
    assert!(matches!(register(&hub, "late", 1), Err(Refused::Ending)));
}
