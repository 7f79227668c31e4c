//! A disk that is full refuses changes and nothing else; when there is room again they are taken.

use std::process::Command;

use nameserver::{Hub, Refused, StoreError};
use naming::Request;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{address, child, open, put, register};

#[test]
fn a_file_that_may_not_grow_refuses_changes_until_it_may() {
    let folder = tempfile::tempdir().expect("a folder");
    let part = child::Part::play("full::meets_a_limit_of_its_file", folder.path());
    assert!(part.end());
    let server = open(folder.path());
    assert_eq!(address(&server.hub, "again"), Some(2));
    server.stop();
}

#[test]
#[ignore = "a part that is played by a child"]
fn meets_a_limit_of_its_file() {
    let Some(folder) = child::folder() else {
        return;
    };
    let server = open(&folder);
    register(&server.hub, "early", 1).expect("room");
    let file = folder.join("names.redb");
    let bytes = file.metadata().expect("a store").len();
    let limit = getrlimit(Resource::Fsize);
    let low = Rlimit {
        current: Some(bytes),
        ..limit
    };
    setrlimit(Resource::Fsize, low).expect("a limit may be lowered");
    let count = fill(&server.hub);
    assert_eq!(address(&server.hub, "early"), Some(1));
    setrlimit(Resource::Fsize, limit).expect("a limit may be raised to what it was");
    goes_on(&server.hub, count);
    assert!(server.stop().commits.failed > 0);
    look_again(&folder, count);
}

#[test]
fn a_full_disk_refuses_changes_until_there_is_room() {
    let place = tempfile::tempdir().expect("a folder");
    let script = "mount -t tmpfs -o size=2M none \"$1\" || exit 77
        NAMESERVER_TEST_FOLDER=\"$1\" \"$0\" --exact full::meets_a_full_disk --nocapture --ignored";
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", script])
        .arg(std::env::current_exe().expect("this program"))
        .arg(place.path())
        .output()
        .expect("util-linux");
    let stderr = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) || stderr.contains("unshare failed") {
        eprintln!("not run: only the administrator can mount a small disk: {stderr}");
        return;
    }
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}{stderr}");
}

#[test]
#[ignore = "a part that is played by a child"]
fn meets_a_full_disk() {
    let Some(folder) = child::folder() else {
        return;
    };
    let server = open(&folder);
    let count = fill(&server.hub);
    let remounted = Command::new("mount")
        .args(["-o", "remount,size=64M"])
        .arg(&folder)
        .status();
    assert!(remounted.expect("util-linux").success());
    goes_on(&server.hub, count);
    assert!(server.stop().commits.failed > 0);
    look_again(&folder, count);
}

/// Registers names until there is no room; how many there was room for.
fn fill(hub: &Hub) -> u32 {
    for count in (0..100_000).step_by(AT_ONCE) {
        let names = (count..).take(AT_ONCE);
        let names = names.map(|at| put(&format!("n{at}"), at, None)).collect();
        match hub.decide(Request::All(names)) {
            Ok(_) => {}
            Err(Refused::Kept(error)) => {
                assert!(matches!(*error, StoreError::Full { .. }), "{error}");
                let before = (hub.registry().len(), hub.registry().revision());
                for _ in 0..3 {
                    let again = register(hub, "again", 1);
                    assert!(matches!(again, Err(Refused::Kept(_))), "{again:?}");
                }
                assert_eq!(before, (hub.registry().len(), hub.registry().revision()));
                assert_eq!(address(hub, "again"), None);
                return count;
            }
            Err(other) => panic!("{other}"),
        }
    }
    panic!("there was room for all");
}

/// One by one they would take a commit each.
const AT_ONCE: usize = 16;

fn goes_on(hub: &Hub, count: u32) {
    let before = hub.registry().revision();
    let done = register(hub, "again", 2).expect("there is room again");
    assert_eq!(done.revision.0, before.0 + 1);
    for at in 0..count {
        assert_eq!(address(hub, &format!("n{at}")), Some(at));
    }
}

fn look_again(folder: &std::path::Path, count: u32) {
    let server = open(folder);
    for at in 0..count {
        assert_eq!(address(&server.hub, &format!("n{at}")), Some(at));
    }
    assert_eq!(address(&server.hub, &format!("n{count}")), None);
    assert_eq!(address(&server.hub, "again"), Some(2));
    server.stop();
}
