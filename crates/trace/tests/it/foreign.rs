//! Logs as other programs write them, whole and damaged. All samples are our own.

use trace::{EventKind, FlawKind, Log, Options, Place, ReadError, Source, read};

fn source<'a>(name: &'a str, text: &'a str) -> Source<'a> {
    Source {
        name,
        text: text.as_bytes(),
    }
}

fn one(text: &str) -> Log {
    let mut logs = read(&[source("log", text)], &Options::default()).expect("a log");
    assert_eq!(logs.len(), 1);
    logs.remove(0)
}

fn texts(log: &Log) -> Vec<&str> {
    log.events.iter().map(|event| event.text.as_str()).collect()
}

/// The flaws' kinds and lines.
#[track_caller]
fn check_flaws(text: &str, events: usize, expected: &[(FlawKind, u32)]) {
    let log = one(text);
    let found: Vec<(FlawKind, u32)> = log
        .flaws
        .iter()
        .map(|flaw| (flaw.kind, flaw.place.line))
        .collect();
    assert_eq!(found, expected, "{:?}", log.flaws);
    assert_eq!(log.events.len(), events);
}

#[track_caller]
fn check_error(sources: &[Source<'_>], options: &Options, expected: &str) -> ReadError {
    let error = read(sources, options).expect_err("no log");
    assert!(error.to_string().contains(expected), "{error}");
    error
}

#[test]
fn shiviz_without_a_header_is_words_then_clock() {
    let log = one("asks\na {\"a\":1}\nanswers\nb {\"b\":1, \"a\":1, \"c\":0}\n");
    assert_eq!(texts(&log), ["asks", "answers"]);
    assert_eq!(log.hosts, ["a", "b"]);
    assert_eq!(log.events[1].place, Place { source: 0, line: 3 });
    assert_eq!(
        log.events[1]
            .stamps
            .vector
            .as_ref()
            .map(|vector| vector.len()),
        Some(2)
    );
    assert_eq!(log.flaws, []);
}

#[test]
fn a_header_says_how_events_look_and_what_is_between_executions() {
    let text = "(?<host>\\w+) (?<clock>{.*}) \\[(?<priority>INFO|WARN)\\] (?<kind>\\w+) (?<message>\\S*) (?<event>.*)\n# (?<trace>.*)\n\
                # one\na {\"a\":1} [INFO] send m1 hello\nb {\"b\":1,\"a\":1} [WARN] receive m1 \n\n# two\na {\"a\":1} [INFO] local - alone\n";
    let logs = read(&[source("log", text)], &Options::default()).expect("logs");
    let [one, two] = &logs[..] else {
        panic!("two logs")
    };
    assert_eq!((one.name.as_str(), two.name.as_str()), ("one", "two"));
    assert_eq!(one.events[0].kind, EventKind::Send);
    assert_eq!(one.events[0].message, one.events[1].message);
    let fields: Vec<_> = one.fields_of(trace::EventId(1)).collect();
    assert_eq!(fields, [("priority", "WARN")]);
    assert_eq!(two.events[0].place.line, 8);
    assert!(logs.iter().all(|log| log.flaws.is_empty()));
}

#[test]
fn a_header_may_be_empty_and_a_delimiter_needs_none() {
    let text = "\n=(?<trace>.*)\n=x\none\na {\"a\":1}\n=y\ntwo\na {\"a\":1}\n";
    let logs = read(&[source("log", text)], &Options::default()).expect("logs");
    assert_eq!(
        logs.iter().map(|log| log.name.as_str()).collect::<Vec<_>>(),
        ["x", "y"]
    );
    let text = "=== x ===\none\na {\"a\":1}\n=== x ===\ntwo\na {\"a\":1}\n";
    let logs = read(&[source("log", text)], &Options::default()).expect("logs");
    assert_eq!(
        logs.iter().map(|log| log.name.as_str()).collect::<Vec<_>>(),
        ["x", "x (2)"]
    );
}

#[test]
fn a_parser_may_be_given_and_clocks_may_be_escaped() {
    let options = Options {
        parser: Some(r#"<(?<event>\w*)> (?<host>\w+) "(?<clock>.*)""#.to_owned()),
        ..Options::default()
    };
    let text = "junk\n<Init> w1 \"{\\\"w1\\\":1}\"\n<Next> w1 \"{\\\"w1\\\":\\\"2\\\"}\"\n";
    let logs = read(&[source("log", text)], &options).expect("a log");
    assert_eq!(texts(&logs[0]), ["Init", "Next"]);
    assert_eq!(
        logs[0]
            .flaws
            .iter()
            .map(|flaw| flaw.kind)
            .collect::<Vec<_>>(),
        [FlawKind::LeftOut]
    );
}

#[test]
fn govector_files_of_one_host_each_are_one_execution() {
    let a = "a {\"a\":1}\nInitialization Complete\na {\"a\":2}\nINFO sending\n";
    let b = "b {\"b\":1}\nInitialization Complete\nb {\"a\":2, \"b\":2}\nINFO got it\n";
    let logs = read(
        &[source("a-Log.txt", a), source("b-Log.txt", b)],
        &Options::default(),
    )
    .expect("a log");
    let [log] = &logs[..] else { panic!("one log") };
    assert_eq!((log.hosts.len(), log.events.len()), (2, 4));
    assert_eq!(log.events[3].place, Place { source: 1, line: 3 });
    assert_eq!(log.flaws, []);
    // Alone, it counts events of a host that wrote nothing here.
    assert_eq!(one(b).flaws[0].kind, FlawKind::UnknownHost);
}

#[test]
fn a_text_that_is_there_twice_is_read_once() {
    let text = "Message sent from a (LAMPORT_TIME=1)\nMessage received at b (LAMPORT_TIME=2)\n";
    for (name, words) in [
        ("one", "`one` was given twice"),
        ("two", "`two` holds the same as `one`"),
    ] {
        let logs = read(
            &[source("one", text), source(name, text)],
            &Options::default(),
        );
        let log = logs.expect("a log").remove(0);
        assert_eq!(log.events.len(), 2);
        let [flaw] = &log.flaws[..] else {
            panic!("{:?}", log.flaws)
        };
        assert_eq!((flaw.kind, flaw.place.source), (FlawKind::LeftOut, 1));
        assert!(flaw.text.starts_with(words), "{}", flaw.text);
    }
}

#[test]
fn govector_files_that_were_added_to_are_several_executions() {
    let runs = |host: &str| {
        let run = format!("{host} {{\"{host}\":1}}\nInitialization Complete\n");
        format!(" \n=== Execution #Mon  ===\n{run} \n=== Execution #Tue  ===\n{run}")
    };
    let (a, b) = (runs("a"), runs("b"));
    let logs = read(&[source("a", &a), source("b", &b)], &Options::default()).expect("logs");
    assert_eq!(
        logs.iter().map(|log| log.events.len()).collect::<Vec<_>>(),
        [2, 2]
    );
}

#[test]
fn tsviz_has_times_in_front() {
    let log = one("12 a {\"a\":1}\nInitialization Complete\n34 a {\"a\":2}\nnext\n");
    assert_eq!(
        log.events
            .iter()
            .map(|event| event.stamps.wall_ns)
            .collect::<Vec<_>>(),
        [Some(12), Some(34)]
    );
    assert_eq!(log.flaws, []);
}

#[test]
fn impossible_clocks_are_read_and_named() {
    use FlawKind::{Ahead, Backwards, Hole, OwnEntryMissing, Part, UnknownHost};
    check_flaws("x\na {\"a\":1}\nx\na {\"a\":4}\n", 2, &[(Hole, 3)]);
    check_flaws("x\na {\"a\":2}\n", 1, &[(Hole, 1)]);
    check_flaws(
        "x\na {\"b\":1}\nx\nb {\"b\":1}\n",
        2,
        &[(OwnEntryMissing, 1)],
    );
    check_flaws("x\na {\"a\":0}\n", 1, &[(OwnEntryMissing, 1)]);
    check_flaws("x\na {\"a\":1, \"z\":2}\n", 1, &[(UnknownHost, 1)]);
    check_flaws(
        "x\na {\"a\":1, \"b\":3}\ny\nb {\"b\":1}\n",
        2,
        &[(Ahead, 1)],
    );
    check_flaws("x\na {\"a\":2}\ny\na {\"a\":1}\n", 2, &[(Backwards, 3)]);
    check_flaws("x\na {\"a\":1}\ny\na {\"a\":1}\n", 2, &[(Backwards, 3)]);
    check_flaws("x\na {\"a\":1}\nx\na {\"a\":1}\n", 1, &[(Backwards, 3)]);
    check_flaws("x\na {\"a\":1}\ny\na {\"a\":-2}\n", 2, &[(Part, 3)]);
    check_flaws("x\na {\"a\":1}\ny\na {oops}\n", 2, &[(Part, 3)]);
    // Mutual causality: no flaw of the text; whoever judges the order finds it.
    check_flaws("x\na {\"a\":1, \"b\":1}\ny\nb {\"a\":1, \"b\":1}\n", 2, &[]);
}

#[test]
fn a_text_that_is_cut_off_says_so() {
    check_flaws(
        "x\na {\"a\":1}\ny\na {\"a",
        1,
        &[(FlawKind::LeftOut, 3), (FlawKind::Truncated, 4)],
    );
    let head = "{\"log\":\"wharf events\",\"version\":1,\"host\":\"a\"}\n";
    let line = "{\"host\":\"a\",\"n\":1,\"kind\":\"local\"}\n";
    check_flaws(
        &format!("{head}{line}{{\"host\":\"a\",\"n\":2,\"ki"),
        1,
        &[(FlawKind::Truncated, 3)],
    );
}

#[test]
fn our_own_lines_are_told_when_they_are_damaged() {
    use FlawKind::{Backwards, Hole, Message, Part, TornLoss, Unreadable};
    let head = "{\"log\":\"wharf events\",\"version\":1,\"host\":\"a\",\"more\":[1]}\n";
    let line =
        |n: u32, more: &str| format!("{{\"n\":{n},\"host\":\"a\",\"kind\":\"local\"{more}}}\n");
    check_flaws(
        &format!("{head}{}{}", line(1, ""), line(3, "")),
        2,
        &[(Hole, 3)],
    );
    check_flaws(
        &format!("{head}{}{}", line(2, ""), line(1, "")),
        2,
        &[(Backwards, 3)],
    );
    check_flaws(
        &format!("{head}{}oops\n", line(1, "")),
        1,
        &[(Unreadable, 3)],
    );
    let whole = "{\"host\":\"a\",\"n\":2,\"kind\":\"local\"}";
    check_flaws(
        &format!("{head}{}{{\"host\":\"a\",\"n\":{whole}\n", line(1, "")),
        2,
        &[(TornLoss, 3)],
    );
    let got = "{\"host\":\"a\",\"n\":1,\"kind\":\"receive\",\"message\":\"m\"}\n";
    check_flaws(&format!("{head}{got}"), 1, &[(Message, 2)]);
    check_flaws(
        &format!("{head}{{\"n\":1,\"kind\":\"dance\"}}\n"),
        1,
        &[(Part, 2)],
    );
}

#[test]
fn windows_line_ends_marks_and_other_bytes_are_no_obstacle() {
    let log = one("\u{feff}x\r\na {\"a\":1}\r\ny\r\na {\"a\":2}\r\n");
    assert_eq!(texts(&log), ["x", "y"]);
    assert_eq!(log.flaws, []);
    let source = Source {
        name: "log",
        text: b"x\xff\na {\"a\":1}\n",
    };
    let logs = read(&[source], &Options::default()).expect("a log");
    assert_eq!(texts(&logs[0]), ["x\u{fffd}"]);
    assert_eq!(logs[0].flaws[0].kind, FlawKind::Altered);
}

#[test]
fn long_words_are_cut_and_many_flaws_are_counted() {
    let text = format!("{}\na {{\"a\":1}}\n", "x".repeat(1 << 20));
    // The first line alone is more than what is looked at to tell the form.
    let options = Options {
        parser: Some(r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})".to_owned()),
        ..Options::default()
    };
    let logs = read(&[source("log", &text)], &options).expect("a log");
    assert_eq!(logs[0].events[0].text.len(), 64 << 10);
    assert_eq!(logs[0].flaws.len(), 1);
    let text = "x\na {\"b\":1}\n".repeat(5000);
    let log = one(&text);
    assert_eq!(log.events.len(), 5000);
    assert_eq!(log.flaws.len(), trace::FLAWS_MAX);
    assert!(log.flaws_left_out >= 4000, "{}", log.flaws_left_out);
}

#[test]
fn what_is_no_log_is_refused_with_advice() {
    let usual = Options::default();
    check_error(&[], &usual, "no log was given");
    check_error(
        &[source("empty.log", " \n")],
        &usual,
        "`empty.log` is empty",
    );
    check_error(
        &[source("poem.txt", "roses are red\n")],
        &usual,
        "a log of no form that is known (wharf, lamport,",
    );
    let lamport = source("b.txt", "in 0 (LAMPORT_TIME=1)\n");
    let shiviz = source("a.log", "x\na {\"a\":1}\n");
    check_error(
        &[shiviz, lamport],
        &usual,
        "`a.log` is shiviz, `b.txt` is lamport",
    );
    let with = |parser: &str| Options {
        parser: Some(parser.to_owned()),
        ..Options::default()
    };
    check_error(
        &[shiviz],
        &with("(?<host>a)(?<clock>b)"),
        "has no group `event`",
    );
    check_error(
        &[shiviz],
        &with("(?<host>a)(?<clock>b)(?<event>c)"),
        "matches nowhere",
    );
    check_error(
        &[shiviz],
        &with("(?=x)(?<host>a)(?<clock>b)(?<event>c)"),
        "look-ahead",
    );
    check_error(
        &[shiviz],
        &with("(?<host>a)(?<clock>b)(?<event>c"),
        "unclosed group",
    );
    let newer = source("a", "{\"log\":\"wharf events\",\"version\":2}\n");
    check_error(&[newer], &usual, "version 2");
}
