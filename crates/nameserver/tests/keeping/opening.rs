//! A store that cannot be used is said to be so, and why.

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use nameserver::{Plan, ServerError, StoreError, start};
use naming::{Name, Zone};

use crate::{address, name, open, plan, register};

#[track_caller]
fn refused(plan: Plan, expected: &str) -> StoreError {
    match start(plan) {
        Err(ServerError::Store(error)) => {
            assert!(error.to_string().contains(expected), "{error}");
            error
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_store_is_for_one_process_and_one_zone() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    let error = refused(plan(folder.path()), "in use by another process");
    assert!(matches!(error, StoreError::InUse { .. }));
    server.stop();
    let other = Plan {
        zone: Zone::parse("other.test").expect("a zone"),
        ..plan(folder.path())
    };
    let error = refused(other, "has the names of lab.test. and not of other.test.");
    assert!(matches!(error, StoreError::Zone { .. }));
    open(folder.path()).stop();
}

#[test]
fn only_its_owner_may_look_into_it() {
    let above = tempfile::tempdir().expect("a folder");
    let folder = above.path().join("a/names");
    open(&folder).stop();
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
    };
    assert_eq!(mode(&folder) & 0o777, 0o700);
    assert_eq!(mode(&folder.join("names.redb")) & 0o777, 0o600);
}

#[test]
fn what_is_no_store_is_not_taken_for_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("names.redb");
    fs::write(&file, vec![7; 100_000]).expect("a file");
    let error = refused(plan(folder.path()), "damaged or no store");
    assert!(matches!(error, StoreError::Damaged { .. }));
    assert_eq!(fs::read(&file).expect("a file"), vec![7; 100_000]);
    fs::remove_file(&file).expect("a file");
    fs::create_dir(&file).expect("a folder");
    refused(plan(folder.path()), "names.redb");
    let under_a_file = folder.path().join("plain/names");
    fs::write(folder.path().join("plain"), "text").expect("a file");
    refused(plan(&under_a_file), "plain/names");
}

/// Whatever was overwritten, it opens or it says that it is damaged; it does not panic.
#[test]
fn a_store_that_was_overwritten_somewhere_is_said_to_be_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    for count in 0..200 {
        register(&server.hub, &format!("n{count}"), count).expect("room");
    }
    server.stop();
    let file = folder.path().join("names.redb");
    let whole = fs::read(&file).expect("a store");
    let mut damaged = 0;
    for place in (0..whole.len()).step_by(whole.len() / 40) {
        fs::write(&file, &whole).expect("a store");
        let mut handle = File::options().write(true).open(&file).expect("a store");
        handle.seek(SeekFrom::Start(place as u64)).expect("a place");
        handle.write_all(&[0xa5; 600]).expect("a store");
        drop(handle);
        match start(plan(folder.path())) {
            Ok(server) => drop(server.stop()),
            Err(ServerError::Store(StoreError::Damaged { .. })) => damaged += 1,
            Err(other) => panic!("at {place}: {other:?}"),
        }
    }
    assert!(damaged > 0);
    fs::write(&file, &whole[..whole.len() / 2]).expect("a store");
    refused(plan(folder.path()), "damaged");
}

#[test]
fn names_come_in_the_order_of_a_tree_and_go_on_behind_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    for text in ["b", "a/b", "a-b", "a/b/c", "ab", "a/a"] {
        register(&server.hub, text, 1).expect("room");
    }
    let snapshot = server.hub.snapshot().expect("a store");
    // What comes later is not in it.
    register(&server.hub, "a/later", 1).expect("room");
    let list = |within: &str, after: Option<&str>| -> Vec<String> {
        let after: Option<Name> = after.map(name);
        snapshot
            .names(&name(within), after.as_ref())
            .map(|entry| entry.expect("a name").0.to_string())
            .collect()
    };
    assert_eq!(
        list("/", None),
        ["/", "a/a", "a/b", "a/b/c", "a-b", "ab", "b", "ns"]
    );
    assert_eq!(list("a", None), ["a/a", "a/b", "a/b/c"]);
    assert_eq!(list("a", Some("a/a")), ["a/b", "a/b/c"]);
    assert_eq!(list("a/b", Some("a")), ["a/b", "a/b/c"]);
    assert!(list("a", Some("b")).is_empty());
    assert_eq!(list("/", Some("ab")), ["b", "ns"]);
    assert_eq!(
        snapshot.revision().0,
        server.hub.registry().revision().0 - 1
    );
    assert_eq!(address(&server.hub, "ns"), Some(0x7f00_0001));
    drop(snapshot);
    server.stop();
}
