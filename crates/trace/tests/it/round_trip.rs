//! What is written is read back.

use proptest::prelude::*;
use trace::{EventKind, FORMS, Log, Options, Source, read};

use crate::made::Made;

/// An event as one can compare it between logs: names instead of places.
type Told = (String, EventKind, Option<String>, String, String, String);

fn told(log: &Log) -> Vec<Vec<Told>> {
    let mut hosts: Vec<(String, Vec<Told>)> = log
        .hosts
        .iter()
        .map(|name| (name.clone(), Vec::new()))
        .collect();
    for id in log.ids() {
        let event = log.event(id);
        if event.text == "Initialization Complete" {
            continue;
        }
        let view = log.view(id).map(|view| {
            let members = view.members.iter().map(|member| log.host_name(*member));
            (&view.name, members.collect::<Vec<_>>())
        });
        let stamps = &event.stamps;
        let vector = stamps.vector.iter().flatten();
        let mut vector: Vec<_> = vector
            .map(|(host, count)| (log.host_name(*host), count))
            .collect();
        vector.sort_unstable();
        let stamps = format!(
            "{vector:?} {:?} {:?} {:?}",
            stamps.lamport, stamps.hybrid, stamps.wall_ns
        );
        let message = event
            .message
            .map(|message| log.messages[message.0 as usize].clone());
        let host = event.host.0 as usize;
        let told = (
            hosts[host].0.clone(),
            event.kind,
            message,
            event.text.clone(),
            stamps,
            format!("{view:?}"),
        );
        hosts[host].1.push(told);
    }
    hosts.retain(|(_, events)| !events.is_empty());
    hosts.sort_by(|one, other| one.0.cmp(&other.0));
    hosts.into_iter().map(|(_, events)| events).collect()
}

fn read_one(text: &str) -> Log {
    let source = Source {
        name: "log",
        text: text.as_bytes(),
    };
    let mut logs = read(&[source], &Options::default()).expect("a log");
    assert_eq!(logs.len(), 1);
    logs.remove(0)
}

fn kind(choice: u8) -> EventKind {
    [
        EventKind::Local,
        EventKind::Send,
        EventKind::Receive,
        EventKind::Deliver,
        EventKind::View,
        EventKind::Leave,
        EventKind::Crash,
    ][usize::from(choice % 7)]
}

/// GoVector's first events, which [`told`] passes over, count in every clock.
fn uncount_first_events(log: &mut Log) {
    for event in &mut log.events {
        for (_, count) in event.stamps.vector.iter_mut().flatten() {
            *count -= 1;
        }
        let vector = event.stamps.vector.take().map(Vec::from);
        event.stamps.vector =
            vector.map(|vector| vector.into_iter().filter(|(_, count)| *count > 0).collect());
    }
}

fn made(hosts: &[String], events: &[(usize, u8, String, Option<i64>)]) -> Made {
    let mut made = Made::of(hosts);
    for (host, choice, text, wall) in events {
        made.happen(*host, kind(*choice), text, *wall);
    }
    made
}

/// Without `~`, behind which our own form leaves out what a name does not need.
fn hosts() -> impl Strategy<Value = Vec<String>> {
    let any = any::<String>().prop_map(|name| name.replace('~', "-"));
    let name = prop_oneof!["[a-z]{1,3}", any, Just("__proto__".to_owned())];
    proptest::collection::hash_set(name, 1..5).prop_map(|names| names.into_iter().collect())
}

fn events() -> impl Strategy<Value = Vec<(usize, u8, String, Option<i64>)>> {
    let text = prop_oneof![
        "[a-z ={}\"\\\\]{0,12}",
        any::<String>(),
        Just(" {\"a\":1} kind=send".to_owned())
    ];
    proptest::collection::vec((0usize..5, any::<u8>(), text, any::<Option<i64>>()), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_form_that_is_written_is_read_back(hosts in hosts(), events in events()) {
        let made = made(&hosts, &events);
        for form in FORMS.iter().filter(|form| form.write.is_some()) {
            let text = made.write(form.name);
            let mut log = read_one(&text);
            prop_assert_eq!(&log.flaws, &[], "{}", text);
            if form.name == "govector" {
                uncount_first_events(&mut log);
            }
            prop_assert_eq!(told(&log), told(&made.log), "{}: {}", form.name, text);
        }
    }

    #[test]
    fn leaving_events_out_leaves_no_holes(events in events(), every in 2usize..5) {
        let hosts = ["a", "b", "c"].map(str::to_owned);
        let mut made = made(&hosts, &events);
        // A message whose send is left out would be told of, which is right and another test's.
        for event in &mut made.log.events {
            event.message = None;
        }
        let some: Vec<_> = made.sequence.iter().copied().enumerate().filter(|(at, _)| at % every != 0).map(|(_, id)| id).collect();
        prop_assume!(!some.is_empty());
        for form in ["shiviz", "govector", "tsviz"] {
            let log = read_one(&made.write_some(form, &some));
            prop_assert_eq!(&log.flaws, &[]);
        }
    }
}

#[test]
fn several_executions_stand_in_one_file() {
    let hosts = ["a", "b"].map(str::to_owned);
    let mut runs = [Made::of(&hosts), Made::of(&hosts), Made::of(&hosts)];
    for (run, name) in runs.iter_mut().zip(["first", "first", ""]) {
        run.log.name = name.to_owned();
        run.happen(0, EventKind::Send, "=== no delimiter ===", None);
        run.happen(1, EventKind::Receive, "", None);
    }
    for form in FORMS
        .iter()
        .filter(|form| !matches!(form.name, "wharf" | "lamport"))
    {
        let pasts = [vec![1, 0], vec![1, 1]];
        let past = |event: trace::EventId| &pasts[event.0 as usize][..];
        let accounts = runs.each_ref().map(|run| trace::Account {
            log: &run.log,
            sequence: &run.sequence,
            past: &past,
        });
        let text = form.write.expect("written")(&accounts);
        let source = Source {
            name: "runs",
            text: text.as_bytes(),
        };
        let logs = read(&[source], &Options::default()).expect("logs");
        let names: Vec<&str> = logs.iter().map(|log| log.name.as_str()).collect();
        assert_eq!(names, ["first", "first (2)", "execution 3"], "{text}");
        assert!(logs.iter().all(|log| log.flaws.is_empty()), "{text}");
    }
}

#[test]
fn times_for_tsviz_rise_along_every_path() {
    let mut made = Made::of(&["a", "b"].map(str::to_owned));
    made.happen(0, EventKind::Local, "", Some(1_000));
    made.happen(0, EventKind::Send, "", None);
    made.happen(1, EventKind::Receive, "", Some(5));
    made.happen(1, EventKind::Local, "", Some(2_000));
    let text = made.write("tsviz");
    let times: Vec<&str> = text
        .lines()
        .skip(2)
        .step_by(2)
        .map(|line| line.split(' ').next().unwrap_or(""))
        .collect();
    assert_eq!(times, ["1000", "1001", "1002", "2000"]);
}
