//! Leases go on while no server runs.

use std::{path::Path, thread, time::Duration};

use nameserver::{Hub, Watched};
use naming::{Cause, Expect, Filter, LeaseId, Request};

use crate::{address, child, name, open, sets};

/// Registers a name that ends soon and one that does not, and waits to be killed.
#[test]
#[ignore = "a part that is played by a child"]
fn leases_two_names_and_waits_to_be_killed() {
    let Some(folder) = child::folder() else {
        return;
    };
    let server = open(&folder);
    lease(&server.hub, "short", 1_000);
    lease(&server.hub, "long", 3_600_000);
    child::say("leased");
    thread::sleep(Duration::from_secs(60));
}

fn lease(hub: &Hub, text: &str, ttl_ms: u64) -> LeaseId {
    let request = Request::Grant {
        ttl_ms,
        names: vec![(name(text), sets(1), Expect::Absent)],
    };
    let done = hub.decide(request).expect("room");
    done.lease.expect("a lease was asked for")
}

#[test]
fn a_lease_that_ran_out_while_nobody_was_there_is_gone_and_the_other_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut part = child::Part::play(
        "leases::leases_two_names_and_waits_to_be_killed",
        folder.path(),
    );
    assert_eq!(part.said().next().as_deref(), Some("leased"));
    part.kill();
    thread::sleep(Duration::from_millis(1_100));
    gone_is_only("short", folder.path());
}

#[track_caller]
fn gone_is_only(short: &str, folder: &Path) {
    let server = open(folder);
    let mut watch = server
        .hub
        .watch(&all(), Some(naming::Revision(0)))
        .expect("the log is whole");
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let cause = runtime.expect("a runtime").block_on(async {
        loop {
            match watch.next().await {
                Some(Watched::Change(change)) if change.node.is_none() => {
                    return (change.name.to_string(), change.cause);
                }
                Some(_) => {}
                None => panic!("the watch has ended"),
            }
        }
    });
    assert_eq!(cause, (short.to_owned(), Cause::Expired));
    assert_eq!(address(&server.hub, short), None);
    assert_eq!(address(&server.hub, "long"), Some(1));
    assert_eq!(server.hub.registry().lease_count(), 1);
    let summary = server.stop();
    assert_eq!((summary.expired, summary.leases), (1, 1));
}

#[test]
fn a_sign_of_life_is_kept_over_a_restart_and_a_lease_given_back_stays_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    let kept = lease(&server.hub, "kept", 3_600_000);
    let given_back = lease(&server.hub, "back", 3_600_000);
    server
        .hub
        .decide(Request::Renew(kept))
        .expect("it is there");
    server
        .hub
        .decide(Request::Revoke(given_back))
        .expect("it is there");
    let before = server.hub.registry().lease(kept);
    server.stop();
    let server = open(folder.path());
    assert_eq!(server.hub.registry().lease(kept), before);
    assert_eq!(address(&server.hub, "kept"), Some(1));
    assert_eq!(address(&server.hub, "back"), None);
    assert!(lease(&server.hub, "new", 3_600_000) > given_back);
    server.stop();
}

fn all() -> Filter {
    Filter {
        within: name("/"),
        attributes: Vec::new(),
    }
}
