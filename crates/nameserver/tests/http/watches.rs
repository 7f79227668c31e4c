//! Watches: from a revision, over breaks, within a name, and for those who are too slow.

use std::{io::Write, thread};

use nameserver::{
    ClientError,
    api::{Changes, Event},
};
use naming::{Cause, Revision};

use crate::house::{House, put, value};

fn id(line: &str) -> u64 {
    let number = line.strip_prefix("id: ").expect("an id");
    number.parse().expect("a number")
}

#[test]
fn changes_come_as_events_in_order_within_a_name() {
    let house = House::new();
    let client = house.client();
    let (status, mut stream) = house.watch("/v1/watch?within=region1", "");
    assert_eq!(status, 200);
    let begun = stream.lines(3);
    assert_eq!(begun[0], "event: watching");
    client.put("region2/other", &put(1)).expect("it is put");
    let first = client.put("region1/server1", &put(2)).expect("it is put");
    let gone = client.remove("region1/server1", None).expect("it is gone");
    let lines = stream.lines(6);
    assert_eq!(lines[0], "event: change");
    assert!(lines[1].contains(r#""cause":"registered""#) && lines[1].contains(r#""port":2"#));
    assert_eq!(id(&lines[2]), first.revision.0);
    assert!(lines[4].contains(r#""cause":"deregistered""#) && !lines[4].contains("value"));
    assert_eq!(id(&lines[5]), gone.revision.0);
}

#[test]
fn who_comes_again_misses_nothing_and_gets_nothing_twice() {
    let house = House::new();
    let client = house.client();
    let begin = client.status().expect("a status").revision;
    let all: Vec<u64> = (0..20)
        .map(|at| {
            client
                .put(&format!("n{at}"), &put(1))
                .expect("it is put")
                .revision
                .0
        })
        .collect();
    let ids = |path: &str, fields: &str, count: usize| -> Vec<u64> {
        let (status, mut stream) = house.watch(path, fields);
        assert_eq!(status, 200);
        stream.lines(3);
        (0..count).map(|_| id(&stream.lines(3)[2])).collect()
    };
    assert_eq!(ids(&format!("/v1/watch?from={begin}"), "", 20), all);
    let middle = all[9];
    assert_eq!(ids(&format!("/v1/watch?from={middle}"), "", 10), all[10..]);
    // What a browser sends when it connects again: the old address, and where it was.
    let again = format!("Last-Event-ID: {middle}\r\n");
    assert_eq!(
        ids(&format!("/v1/watch?from={begin}"), &again, 10),
        all[10..]
    );
    let (status, _) = house.watch("/v1/watch", "Last-Event-ID: x\r\n");
    assert_eq!(status, 400);
}

#[test]
fn changes_of_one_revision_have_their_id_at_the_end() {
    let house = House::new();
    let client = house.client();
    let (_, mut stream) = house.watch("/v1/watch", "");
    stream.lines(3);
    let names = (0..5)
        .map(|at| (format!("n{at}"), Some(value(1))))
        .collect();
    let done = client
        .change(&Changes {
            names,
            replace: false,
        })
        .expect("it is done");
    let lines = stream.lines(11);
    let ids: Vec<usize> = (0..11).filter(|at| lines[*at].starts_with("id:")).collect();
    assert_eq!(ids, [10], "{lines:?}");
    assert_eq!(id(&lines[10]), done.revision.0);
}

#[test]
fn a_revision_that_is_no_longer_kept_is_gone() {
    let house = House::with_log(10);
    let client = house.client();
    let begin = client.status().expect("a status").revision;
    for at in 0..200 {
        client.put(&format!("n{at}"), &put(1)).expect("it is put");
    }
    let answer = house.get(&format!("/v1/watch?from={begin}"));
    answer.is_problem(410, "are not kept");
    let problem: nameserver::api::Problem = answer.json();
    let oldest = problem.revision.expect("the oldest");
    assert_eq!(client.status().expect("a status").oldest, oldest);
    let (status, mut stream) = house.watch(&format!("/v1/watch?from={oldest}"), "");
    assert_eq!(status, 200);
    assert!(id(&stream.lines(6)[5]) > oldest.0);
    let error = client
        .watch("/", Some(begin), &mut |_| true)
        .expect_err("it is gone");
    assert!(
        matches!(error, ClientError::Refused { status: 410, revision: Some(at), .. } if at == oldest),
        "{error:?}"
    );
}

#[test]
fn who_does_not_read_is_told_that_it_lagged_and_loses_nothing() {
    let house = House::new();
    let client = house.client();
    let begin = client.status().expect("a status").revision;
    let (_, mut stream) = house.watch("/v1/watch?within=big", "");
    stream.lines(3);
    // Far more than the kernel's buffers and the watch's queue of 1,024 revisions take together.
    thread::scope(|scope| {
        for writer in 0..8 {
            let house = &house;
            scope.spawn(move || {
                let client = house.client();
                let filler = (0..60).map(|at| (format!("k{at}"), "v".repeat(200)));
                let mut heavy = put(0);
                heavy.replace = true;
                heavy.value.attributes = filler.collect();
                for port in 1..=300 {
                    heavy.value.port = Some(port);
                    let name = format!("big/n{writer}");
                    client.put(&name, &heavy).expect("it is put");
                }
            });
        }
    });
    let changes = 8 * 300;
    let mut seen = 0;
    let mut last = begin.0;
    let mut has_lagged = false;
    while let Some(line) = stream.line() {
        has_lagged |= line == "event: lagged";
        seen += usize::from(line == "event: change");
        if line.starts_with("id:") {
            last = id(&line);
        }
    }
    assert!(has_lagged && seen < changes, "{seen} of {changes}");
    // From there on all is there: as many as were left out.
    let mut rest = 0;
    let end = client.status().expect("a status").revision;
    let mut on_event = |event| {
        let Event::Change { revision, .. } = event else {
            return true;
        };
        rest += 1;
        revision < end
    };
    client
        .watch("big", Some(Revision(last)), &mut on_event)
        .expect("a watch");
    assert_eq!(seen + rest, changes);
}

#[test]
fn the_end_of_the_server_ends_a_stream() {
    let mut house = House::new();
    let (_, mut stream) = house.watch("/v1/watch", "");
    stream.lines(3);
    house.stop();
    assert_eq!(stream.line(), None);
}

#[test]
fn a_client_hears_of_leases_that_run_out_and_stops_when_it_wants() {
    let house = House::new();
    let client = house.client();
    let mut brief = put(1);
    brief.lease_ms = Some(1_000);
    let done = client.put("brief", &brief).expect("it is put");
    let mut causes = Vec::new();
    let on = client
        .watch("brief", Some(Revision(done.revision.0 - 1)), &mut |event| {
            if let Event::Change { cause, .. } = event {
                causes.push(cause);
            }
            causes.len() < 2
        })
        .expect("a watch");
    assert_eq!(causes, [Cause::Registered, Cause::Expired]);
    assert!(on > done.revision);
}

#[test]
fn a_watcher_that_vanishes_is_forgotten() {
    let house = House::new();
    let client = house.client();
    let watchers = || client.status().expect("a status").watchers;
    let streams: Vec<_> = (0..20).map(|_| house.watch("/v1/watch", "").1).collect();
    assert_eq!(watchers(), 20);
    drop(streams);
    // The server sees it as soon as it looks: each answer here is such a look.
    let is_over = (0..10_000).any(|_| watchers() == 0);
    assert!(is_over, "{}", watchers());
    house.connect().write_all(b"\r\n").expect("it is sent");
}
