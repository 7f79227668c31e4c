//! A part of the server that panics ends all of it: the rest would wait for it for ever.

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::{address, open, put, register};

/// The committer's thread was gone, and nobody saw it: names were still answered, changes refused with "the server is
/// ending", leases never ended. Now each part says the end when it panics, and whoever runs the server hears it.
#[test]
fn a_committer_that_panics_ends_the_server_and_what_was_kept_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = open(folder.path());
    register(&server.hub, "kept", 1).expect("room");
    assert_eq!(server.failed(), None);
    server
        .hub
        .propose(put("last", 2, None), |_| panic!("as it should"));
    let bell = server.bell();
    let patience = Timespec {
        tv_sec: 60,
        tv_nsec: 0,
    };
    let rung = poll(&mut [PollFd::new(&bell, PollFlags::IN)], Some(&patience));
    assert_eq!(rung, Ok(1));
    assert_eq!(server.failed(), Some("the committer"));
    assert!(register(&server.hub, "more", 3).is_err());
    server.stop();
    let server = open(folder.path());
    assert_eq!(address(&server.hub, "kept"), Some(1));
    assert_eq!(address(&server.hub, "last"), Some(2));
    server.stop();
}
