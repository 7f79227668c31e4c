//! Threads and event loops do the same, and what only many connections show.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use history::{Outcome, Verdict};
use load::{Client, LoadError, Loop, Plan, drive};
use machine::Exchange;
use run::Stop;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use timing::SystemClock;

use crate::{
    echo::{Echo, ONE_SHOT, Played, Recorder, SESSION, plan, play},
    server::{Peer, serve},
};

const CLIENTS: [Client; 2] = [Client::Threads, Client::EventLoops];

#[track_caller]
fn play_both(plan: &Plan, echo: &Echo) -> [Played; 2] {
    CLIENTS.map(|client| {
        let plan = Plan {
            client,
            ..plan.clone()
        };
        play(&plan, echo)
    })
}

/// Plays a plan whose number of samples is not known before.
fn play_for(plan: &Plan, echo: &Echo) -> (load::Report, Recorder) {
    let (clock, stop) = (SystemClock::start(), Stop::new().expect("descriptors"));
    let recorder = Recorder::default();
    let report = drive(plan, echo, &clock, &stop, &recorder).expect("the run took place");
    (report, recorder)
}

#[test]
fn both_clients_ask_the_same_and_count_the_same() {
    for echo in [&SESSION, &ONE_SHOT] {
        for loop_kind in [Loop::Open, Loop::Closed] {
            let address = serve(|mut peer| peer.echo(1000));
            let plan = Plan {
                loop_kind,
                ..plan(address, 7, 60, 0.0)
            };
            for played in play_both(&plan, echo) {
                played.check_outcomes(&[(Outcome::Ok, 420)]);
                assert_eq!(played.grave(), []);
                let summary = &played.report().summary;
                let connects = match echo.exchange {
                    Exchange::Session => 7,
                    Exchange::OneShot => 420,
                };
                assert_eq!(summary.connect.count, connects);
                assert_eq!(summary.sent_gaps.count, 420 - 7);
            }
        }
    }
}

#[test]
fn both_clients_intend_requests_at_the_same_instants() {
    let law = stats::by_name("exponential").expect("a law");
    let address = serve(|mut peer| peer.echo(1));
    let random = Plan {
        workers: 5,
        intervals: 20,
        ..Plan::new(address, law, 2000.0).expect("in range")
    };
    let instants = play_both(&random, &ONE_SHOT).map(|played| {
        let start_ns = played.report().start.as_nanos();
        let samples = played.samples.iter();
        let instants = samples.map(|sample| (sample.worker, sample.intended_ns - start_ns));
        instants.collect::<Vec<_>>()
    });
    assert_eq!(instants[0], instants[1]);
}

#[test]
fn failures_are_told_alike() {
    let curt = |mut peer: Peer| {
        peer.echo(3);
        peer.line();
    };
    let plan = Plan {
        loop_kind: Loop::Closed,
        ..plan(serve(curt), 4, 10, 0.0)
    };
    for played in play_both(&plan, &SESSION) {
        played.check_outcomes(&[
            (Outcome::Ok, 12),
            (Outcome::Closed, 4),
            (Outcome::Stopped, 24),
        ]);
    }
}

#[test]
fn silent_servers_time_out_in_event_loops_too() {
    let plan = Plan {
        client: Client::EventLoops,
        reply_timeout: Duration::from_millis(100),
        ..plan(serve(|mut peer| peer.outlast()), 20, 3, 0.0)
    };
    play(&plan, &ONE_SHOT).check_outcomes(&[(Outcome::Timeout, 60)]);
}

/// The server is in this process and needs a descriptor for every connection, too.
fn raise_descriptors() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("up to the hard limit");
}

#[test]
fn three_thousand_connections_stand_at_once_in_event_loops() {
    raise_descriptors();
    let (standing, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let address = serve(move |mut peer| {
        let now = standing.fetch_add(1, Ordering::SeqCst) + 1;
        seen.fetch_max(now, Ordering::SeqCst);
        peer.echo(2);
        peer.outlast();
        standing.fetch_sub(1, Ordering::SeqCst);
    });
    let plan = Plan {
        client: Client::EventLoops,
        // Long enough for all to stand before the first has had its second answer.
        ..plan(address, 3000, 2, 2.0)
    };
    let played = play(&plan, &SESSION);
    played.check_outcomes(&[(Outcome::Ok, 6000)]);
    assert_eq!(most.load(Ordering::SeqCst), 3000);
    let summary = &played.report().summary;
    assert_eq!(
        (summary.connect.count, summary.client.as_str()),
        (3000, "async")
    );
    assert!(summary.threads < 3000, "{} threads", summary.threads);
}

#[test]
fn a_session_is_closed_after_its_share_and_the_next_is_made() {
    for loop_kind in [Loop::Open, Loop::Closed] {
        // A server that would be asked once more would be found out by its silence.
        let address = serve(|mut peer| {
            peer.echo(4);
            peer.outlast();
        });
        let plan = Plan {
            loop_kind,
            per_connection: Some(4),
            ..plan(address, 3, 10, 0.001)
        };
        for played in play_both(&plan, &SESSION) {
            played.check_outcomes(&[(Outcome::Ok, 30)]);
            assert_eq!(played.report().summary.connect.count, 9);
            let mut carried = BTreeMap::new();
            for sample in &played.samples {
                *carried
                    .entry((sample.worker, sample.connect_ns))
                    .or_insert(0) += 1;
            }
            let carried: Vec<_> = carried.into_values().collect();
            assert_eq!(carried, [4, 4, 2, 4, 4, 2, 4, 4, 2]);
        }
    }
}

#[test]
fn the_set_up_of_a_connection_is_part_of_the_request_that_waits_for_it() {
    const GREETING: Duration = Duration::from_millis(60);
    let slow = |mut peer: Peer| {
        std::thread::sleep(GREETING);
        peer.send(b"welcome\n");
        peer.echo(1);
    };
    let echo = Echo {
        greeting: true,
        ..SESSION
    };
    let plan = Plan {
        loop_kind: Loop::Closed,
        per_connection: Some(1),
        ..plan(serve(slow), 1, 3, 0.0)
    };
    for played in play_both(&plan, &echo) {
        played.check_outcomes(&[(Outcome::Ok, 3)]);
        // The first session is made before the schedule begins.
        for sample in &played.samples[1..] {
            assert!(sample.connect_ns >= Some(sample.intended_ns));
            assert!(sample.response_ns() >= Some(GREETING.as_nanos() as u64));
        }
    }
}

#[test]
fn a_pipeline_keeps_so_many_requests_outstanding() {
    // It answers when eight have come, and would wait for ever for a ninth.
    let greedy = |mut peer: Peer| {
        for _ in 0..5 {
            let lines: Vec<_> = (0..8).filter_map(|_| peer.line()).collect();
            assert_eq!(peer.waiting(), 0);
            peer.send(&lines.concat());
        }
    };
    let plan = Plan {
        loop_kind: Loop::Closed,
        pipeline: 8,
        ..plan(serve(greedy), 3, 40, 0.0)
    };
    for played in play_both(&plan, &SESSION) {
        played.check_outcomes(&[(Outcome::Ok, 120)]);
        assert_eq!(played.report().summary.lateness.count, 120);
        let sent = |sample: &history::Sample| sample.sent_ns.expect("sent") >= sample.intended_ns;
        assert!(played.samples.iter().all(sent));
    }
}

#[test]
fn nothing_is_taken_up_when_time_is_over_and_that_is_a_normal_end() {
    const LASTING: Duration = Duration::from_millis(200);
    for client in CLIENTS {
        for (loop_kind, echo) in [
            (Loop::Open, &SESSION),
            (Loop::Closed, &SESSION),
            (Loop::Open, &ONE_SHOT),
            (Loop::Closed, &ONE_SHOT),
        ] {
            let plan = Plan {
                client,
                loop_kind,
                lasting: Some(LASTING),
                ..plan(serve(|mut peer| peer.echo(1_000_000)), 3, 1_000_000, 0.005)
            };
            let (report, recorder) = play_for(&plan, echo);
            let samples = recorder.samples.into_inner().expect("whole");
            assert!(samples.len() > 3, "{}", samples.len());
            let end_ns = (report.start + LASTING).as_nanos();
            assert!(samples.iter().all(|sample| sample.outcome == Outcome::Ok));
            assert!(samples.iter().all(|sample| sample.intended_ns <= end_ns));
            assert_eq!(report.summary.asked, samples.len() as u64);
            let cut = report
                .findings
                .iter()
                .find(|f| f.text.contains("cut short"));
            assert_eq!(cut, None);
        }
    }
}

#[test]
fn answers_under_way_when_time_is_over_are_awaited() {
    let slow = |mut peer: Peer| {
        while let Some(line) = peer.line() {
            std::thread::sleep(Duration::from_millis(800));
            peer.send(&line);
        }
    };
    let plan = Plan {
        client: Client::EventLoops,
        loop_kind: Loop::Closed,
        lasting: Some(Duration::from_millis(500)),
        ..plan(serve(slow), 4, 1000, 0.0)
    };
    let (report, _) = play_for(&plan, &SESSION);
    assert_eq!(
        report.summary.outcomes,
        BTreeMap::from([("ok".to_owned(), 4)])
    );
}

#[test]
fn requests_that_waited_for_room_until_time_was_over_are_told() {
    for client in CLIENTS {
        let slow = |mut peer: Peer| {
            std::thread::sleep(Duration::from_millis(800));
            peer.echo(1);
        };
        let plan = Plan {
            client,
            open_limit: 2,
            lasting: Some(Duration::from_millis(500)),
            ..plan(serve(slow), 1, 1000, 0.005)
        };
        let (report, _) = play_for(&plan, &ONE_SHOT);
        let ok = BTreeMap::from([("ok".to_owned(), 2)]);
        assert_eq!(report.summary.outcomes, ok);
        let told = report.findings.iter().any(|finding| {
            finding.verdict == Verdict::Unknown
                && finding
                    .text
                    .starts_with("1 of 1 workers held requests back")
        });
        assert!(told, "{:?}", report.findings);
    }
}

#[test]
fn a_stop_before_time_is_over_is_said() {
    let meeting = Arc::new(Barrier::new(2));
    let here = Arc::clone(&meeting);
    let address = serve(move |mut peer| {
        peer.echo(5);
        here.wait();
        peer.echo(1_000_000);
    });
    let plan = Plan {
        client: Client::EventLoops,
        lasting: Some(Duration::from_secs(3600)),
        ..plan(address, 1, 1_000_000, 0.001)
    };
    let (clock, stop) = (SystemClock::start(), Stop::new().expect("descriptors"));
    let report = std::thread::scope(|scope| {
        scope.spawn(|| {
            meeting.wait();
            stop.request();
        });
        drive(&plan, &SESSION, &clock, &stop, &load::Unwatched).expect("the run took place")
    });
    let cut = report
        .findings
        .iter()
        .find(|f| f.text.contains("cut short"));
    let cut = cut.expect("it is said");
    assert_eq!(cut.verdict, Verdict::Unknown);
    assert!(cut.text.contains("was to last 3600 s"), "{}", cut.text);
    assert!(
        !report.summary.outcomes.contains_key("stopped"),
        "{:?}",
        report.summary.outcomes
    );
}

#[test]
fn settings_of_sessions_are_refused_for_one_shots() {
    let plan = Plan {
        per_connection: Some(2),
        ..plan(crate::server::nobody(), 1, 1, 0.0)
    };
    let (clock, stop) = (SystemClock::start(), Stop::new().expect("descriptors"));
    let error = drive(&plan, &ONE_SHOT, &clock, &stop, &load::Unwatched).expect_err("refused");
    assert!(matches!(error, LoadError::NoSession { .. }), "{error}");
}
