//! Watches: from the log, then as it happens, without a gap.

use std::{sync::Arc, thread};

use nameserver::{Refused, Watch, Watched, start};
use naming::{Filter, Request, Revision};

use crate::{name, open, plan, put, register};

fn within(text: &str) -> Filter {
    Filter {
        within: name(text),
        attributes: Vec::new(),
    }
}

/// The next so many changes, as their revisions.
#[track_caller]
fn revisions(watch: &mut Watch, count: u64) -> Vec<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    (0..count)
        .map(|_| match runtime.block_on(watch.next()) {
            Some(Watched::Change(change)) => change.revision.0,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_watch_that_begins_amid_changes_has_each_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    let begun = server.hub.registry().revision();
    thread::scope(|scope| {
        let hub = Arc::clone(&server.hub);
        let writer = scope.spawn(move || {
            for count in 0..600 {
                register(&hub, "a/x", count).expect("room");
            }
        });
        for _ in 0..20 {
            let middle = server.hub.registry().revision();
            let mut watch = server.hub.watch(&within("a"), Some(begun)).expect("room");
            let count = middle.0 - begun.0 + 20;
            let expected: Vec<u64> = (begun.0 + 1..).take(count.min(600) as usize).collect();
            assert_eq!(revisions(&mut watch, count.min(600)), expected);
        }
        writer.join().expect("all were registered");
    });
    assert_eq!(server.hub.watcher_count(), 0);
    server.stop();
}

#[test]
fn only_what_stands_within_is_told_and_the_end_is_an_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    let mut watch = server.hub.watch(&within("a"), None).expect("room");
    let from = watch.from();
    register(&server.hub, "b", 1).expect("room");
    register(&server.hub, "a/b", 1).expect("room");
    register(&server.hub, "ab", 1).expect("room");
    register(&server.hub, "a", 1).expect("room");
    assert_eq!(revisions(&mut watch, 2), [from.0 + 2, from.0 + 4]);
    let summary = server.stop();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    assert!(runtime.expect("a runtime").block_on(watch.next()).is_none());
    assert_eq!(summary.told, 2);
}

#[test]
fn a_log_is_bounded_and_says_from_where_it_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(nameserver::Plan {
        log_max: 10,
        ..plan(folder.path())
    });
    let server = server.expect("a server");
    for count in 0..40 {
        register(&server.hub, "a", count).expect("room");
    }
    let last = server.hub.registry().revision();
    let refused = server.hub.watch(&within("/"), Some(Revision(3)));
    let Err(Refused::Compacted { asked, oldest }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(asked, Revision(3));
    assert!(
        oldest.0 >= last.0 - 11 && oldest.0 <= last.0 - 10,
        "{oldest}"
    );
    assert_eq!(server.hub.oldest(), oldest);
    let mut watch = server
        .hub
        .watch(&within("/"), Some(oldest))
        .expect("that is there");
    let expected: Vec<u64> = (oldest.0 + 1..=last.0).collect();
    assert_eq!(revisions(&mut watch, last.0 - oldest.0), expected);
    let future = server.hub.watch(&within("/"), Some(Revision(last.0 + 1)));
    assert!(matches!(future, Err(Refused::Compacted { .. })));
    drop(watch);
    assert_eq!(server.hub.watcher_count(), 0);
    server.stop();
}

#[test]
fn a_revision_of_many_names_stays_whole_even_where_the_log_is_shorter() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(nameserver::Plan {
        log_max: 10,
        ..plan(folder.path())
    });
    let server = server.expect("a server");
    let many =
        |count: u32, from: u32| (0..count).map(move |at| put(&format!("n{at}"), from + at, None));
    server
        .hub
        .decide(Request::All(many(50, 0).collect()))
        .expect("room");
    assert_eq!(server.hub.oldest(), server.hub.registry().revision());
    let begun = server.hub.oldest();
    server
        .hub
        .decide(Request::All(many(9, 100).collect()))
        .expect("room");
    let mut watch = server.hub.watch(&within("/"), Some(begun)).expect("room");
    assert_eq!(revisions(&mut watch, 9), [begun.0 + 1; 9]);
    server.stop();
}

#[test]
fn who_does_not_read_lags_and_is_told_from_where_to_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    let mut watch = server.hub.watch(&within("/"), None).expect("room");
    let from = watch.from();
    let hub = &server.hub;
    thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for count in 0..150 {
                    register(hub, &format!("t{thread}"), count).expect("room");
                }
            });
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    // Of what fits the queue one may be from before the watch, which it leaves out.
    let mut heard = from.0;
    let last = loop {
        match runtime.block_on(watch.next()) {
            Some(Watched::Change(change)) => {
                assert_eq!(change.revision.0, heard + 1);
                heard += 1;
            }
            Some(Watched::Lagged(last)) => break last,
            None => panic!("it was too slow and was not told"),
        }
    };
    assert_eq!(last.0, heard);
    assert!(heard > from.0 && heard < from.0 + 1_200, "{heard}");
    assert!(runtime.block_on(watch.next()).is_none());
    let mut again = server.hub.watch(&within("/"), Some(last)).expect("room");
    let expected: Vec<u64> = (last.0 + 1..=from.0 + 1_200).collect();
    assert_eq!(revisions(&mut again, from.0 + 1_200 - last.0), expected);
    assert_eq!(server.stop().lagged, 1);
}

/// One poll read on through the whole log, however long, as long as nothing in it was meant: on the thread of all HTTP.
#[test]
fn a_long_log_in_which_nothing_is_meant_is_read_a_page_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    let begun = server.hub.registry().revision();
    for count in 0..1_500 {
        let reply = |_| {};
        server.hub.propose(put("a/x", count, None), reply);
    }
    register(&server.hub, "b", 1).expect("room");
    let mut watch = server.hub.watch(&within("b"), Some(begun)).expect("room");
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let polls = (1..).find(|_| watch.poll_next(&mut context).is_ready());
    assert!(polls > Some(1), "{polls:?}");
    server.stop();
}
