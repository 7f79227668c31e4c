//! Short runs: what was sent is what was received and lost, and the report shows it.

use std::fs;

use history::{CastPoint, CastReceiver, CastRun, CastSummary, Verdict};

use crate::support::{Ran, run, wharf};

/// A run that may have had a late sender, but was otherwise as it should be.
#[track_caller]
fn bench(flags: &[&str]) -> (Ran, CastSummary) {
    let ran = run(&[&["cast", "bench"], flags].concat());
    let summary = ran.summary();
    let status = match summary.verdict {
        Verdict::Valid => 0,
        Verdict::Invalid => 1,
        Verdict::Unknown => 2,
    };
    assert_eq!(ran.status, Some(status), "{}", ran.stderr);
    let grave = summary
        .findings
        .iter()
        .filter(|f| f.verdict != Verdict::Valid);
    for finding in grave {
        assert!(finding.text.contains("the sender was late"), "{finding:?}");
    }
    let cast = summary.cast.expect("datagrams");
    (ran, cast)
}

fn runs(point: &CastPoint) -> impl Iterator<Item = &CastRun> {
    point.flat.iter().chain(&point.paced)
}

fn receivers(cast: &CastSummary) -> impl Iterator<Item = (&CastRun, &CastReceiver)> {
    let runs = cast.points.iter().flat_map(runs);
    runs.flat_map(|run| run.receivers.iter().map(move |one| (run, one)))
}

#[test]
fn what_was_received_and_lost_is_what_was_sent_in_every_cast_and_way() {
    let flags = [
        "--for",
        "20ms",
        "-r",
        "2",
        "--payload",
        "64",
        "--receivers",
        "1,2",
        "--rate",
        "2000",
    ];
    let (ran, cast) = bench(&flags);
    assert_eq!(cast.points.len(), 3 * 2 * 3);
    assert_eq!(cast.interface, "lo");
    assert!(cast.is_loopback && cast.buffer_granted_bytes.is_some_and(|bytes| bytes > 0));
    for point in &cast.points {
        assert_eq!((point.flat.len(), &point.obstacle), (2, &None), "{point:?}");
        assert!(point.paced.len() >= 2, "{point:?}");
        for run in runs(point) {
            assert_eq!(run.receivers.len() as u64, point.receivers);
            assert!(run.sent > 0 && run.wall_ns > 0, "{run:?}");
        }
        for run in &point.paced {
            assert_eq!(run.sent, 40, "2000 a second for 20 ms");
            let lateness = run.lateness.as_ref().expect("on schedule");
            assert_eq!(lateness.count, run.sent);
            assert_eq!(run.is_late, lateness.p99_ns > Some(1e6));
            let arrived = run.receivers.iter().map(|one| one.received).sum();
            assert_eq!(run.latency.as_ref().map(|all| all.count), Some(arrived));
        }
        assert!(
            point
                .flat
                .iter()
                .all(|run| run.latency.is_none() && !run.is_late)
        );
    }
    for (run, one) in receivers(&cast) {
        assert_eq!(one.received + one.lost, run.sent, "{one:?}");
        assert_eq!((one.corrupt, one.duplicates), (0, 0), "{one:?}");
        assert!(
            one.calls > 0 && one.calls <= one.received + one.strays,
            "{one:?}"
        );
    }
    check_redrawn(&ran);
}

/// `wharf report` draws the same page from the folder, which has all that a reader needs.
#[track_caller]
fn check_redrawn(ran: &Ran) {
    let page = || fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    let before = page();
    let again = wharf(&ran.runs).arg("report").output().expect("starts");
    assert_eq!(again.status.code(), ran.status);
    assert_eq!(String::from_utf8_lossy(&again.stdout), ran.stdout);
    assert_eq!(page(), before);
    for part in [
        "How many datagrams a second?",
        "What was lost?",
        "How long does a datagram take?",
        "never cut",
    ] {
        assert!(before.contains(part), "{part}");
    }
}

#[test]
fn a_tiny_receive_buffer_loses_what_the_kernel_says_it_dropped() {
    let flags = [
        "--phase",
        "flat",
        "--buffer",
        "1",
        "--way",
        "one,batch",
        "--payload",
        "1400",
        "--receivers",
        "2",
        "--for",
        "100ms",
        "-r",
        "1",
    ];
    let (_, cast) = bench(&flags);
    assert_eq!(cast.points.len(), 3 * 2);
    assert_eq!(cast.buffer_asked_bytes, 1);
    // The kernel has a least size.
    assert!(cast.buffer_granted_bytes > Some(1), "{cast:?}");
    for (_, one) in receivers(&cast) {
        assert_eq!(one.lost, one.kernel_drops, "{one:?}");
    }
    let lost: u64 = receivers(&cast).map(|(_, one)| one.lost).sum();
    assert!(lost > 0, "room for a datagram or two lost nothing");
}

/// In a network namespace of its own. Needs `unshare` and `ip`.
#[test]
fn another_interface_is_measured_and_what_it_does_not_do_is_left_out() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let script = "ip link set lo up && ip link add v0 type veth peer name v1 && ip link set v0 up && \
                  ip link set v1 up && ip addr add 10.9.0.1/32 dev v0 && exec \"$@\"";
    let output = std::process::Command::new("unshare")
        .args(["--map-root-user", "--net", "sh", "-c", script, "sh"])
        .arg(env!("CARGO_BIN_EXE_wharf"))
        .args([
            "cast",
            "bench",
            "--interface",
            "v0",
            "--phase",
            "flat",
            "--payload",
            "64",
        ])
        .args(["--receivers", "2", "--for", "10ms", "-r", "1", "--runs"])
        .arg(runs.path())
        .output()
        .expect("unshare starts; `apt-get install util-linux iproute2` brings what is needed");
    let ran = Ran::new(output, runs);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    // An address without a subnet has no broadcast address.
    let expected = "broadcast is left out: interface `v0` has no IPv4 subnet";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("also over v0 a receiver gets the copy"),
        "{}",
        ran.stdout
    );
    let cast = ran.summary().cast.expect("datagrams");
    assert_eq!((cast.points.len(), cast.is_loopback), (2 * 3, false));
    assert!(receivers(&cast).all(|(_, one)| one.received > 0));
}

#[test]
fn one_phase_alone_is_measured_and_no_other() {
    let base = [
        "--cast",
        "multicast",
        "--payload",
        "24",
        "--receivers",
        "3",
        "--way",
        "segments",
        "--for",
        "20ms",
        "-r",
        "1",
        "--phase",
    ];
    let (_, flat) = bench(&[&base[..], &["flat"]].concat());
    assert_eq!(
        (flat.points[0].flat.len(), flat.points[0].paced.len()),
        (1, 0)
    );
    let (_, paced) = bench(&[&base[..], &["paced"]].concat());
    assert_eq!(paced.points[0].flat.len(), 0);
    assert!(!paced.points[0].paced.is_empty());
}
