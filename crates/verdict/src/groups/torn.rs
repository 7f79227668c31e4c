//! The log of a member that was killed, cut off at each of its bytes: nothing is refused for what is missing there.

use history::Verdict;
use trace::{Log, Options, Source};

use crate::{GROUP_CONDITIONS, GroupJudgement};

/// Three members; bob is killed, and the others go on in a second view.
struct Group {
    alice: String,
    bob: String,
    carol: String,
}

/// A member's log, from its head and its lines; messages are called as wharf's are, or as other programs may call them.
fn log(host: &str, lines: &[&str], is_ours: bool) -> String {
    let mut log =
        format!("{{\"log\":\"wharf events\",\"version\":1,\"host\":\"{host}~0000000b\"}}\n");
    for (line, n) in lines.iter().zip(1..) {
        let (kind, what) = line.split_once(' ').expect("a kind and what of it");
        let what = match what.split_once('=') {
            Some((view, members)) => {
                let members = members
                    .split('+')
                    .map(|name| format!("\"{name}~0000000b\""));
                let members: Vec<String> = members.collect();
                format!("\"view\":\"{view}\",\"members\":[{}]", members.join(","))
            }
            None => {
                let (name, number) = what.split_once(':').expect("a sender and a number");
                match is_ours {
                    true => {
                        format!("\"message\":\"{name}#0000000b:{number}\",\"text\":\"gr\u{fc}n\"")
                    }
                    false => format!("\"message\":\"of {name}, {number}\""),
                }
            }
        };
        log += &format!("{{\"host\":\"{host}~0000000b\",\"n\":{n},\"kind\":\"{kind}\",{what}}}\n");
    }
    log
}

fn group(is_ours: bool) -> Group {
    let bob = [
        "view 1=alice+bob+carol",
        "send bob:1",
        "deliver bob:1",
        "deliver alice:1",
        "send bob:2",
        "deliver bob:2",
        "send bob:3",
    ];
    let common = [
        "deliver bob:1",
        "deliver alice:1",
        "deliver bob:2",
        "deliver bob:3",
        "view 2=alice+carol",
        "deliver alice:2",
    ];
    let with = |first: &[&'static str]| [first, &common].concat();
    Group {
        alice: log(
            "alice",
            &with(&["view 1=alice+bob+carol", "send alice:1", "send alice:2"]),
            is_ours,
        ),
        bob: log("bob", &bob, is_ours),
        carol: log("carol", &with(&["view 1=alice+bob+carol"]), is_ours),
    }
}

fn read(texts: [&[u8]; 3]) -> Log {
    let sources = texts.map(|text| Source { name: "log", text });
    let mut logs = trace::read(&sources, &Options::default()).expect("logs");
    let mut log = logs.remove(0);
    log.end_torn();
    log
}

#[track_caller]
fn check(is_ours: bool) {
    let all: Vec<_> = GROUP_CONDITIONS.iter().collect();
    let Group { alice, bob, carol } = group(is_ours);
    let lines: Vec<usize> = bob.match_indices('\n').map(|(at, _)| at).collect();
    // A head that is not whole is whole enough once it says whose it is; and what ends with a line is no tear.
    for cut in 9..bob.len() {
        let is_between = lines.iter().any(|line| *line == cut || line + 1 == cut);
        if is_between {
            continue;
        }
        let log = read([alice.as_bytes(), &bob.as_bytes()[..cut], carol.as_bytes()]);
        for judged in GroupJudgement::all(&log, &all) {
            let says = |words| judged.text.contains(words);
            let is_excused = judged.condition == "integrity"
                && (says("as far as the logs go") || says("of bob there is no log"));
            assert!(
                judged.verdict == Verdict::Valid
                    || is_excused && judged.verdict == Verdict::Unknown,
                "cut at {cut}: {judged:?}"
            );
        }
    }
}

#[test]
fn a_log_of_ours_may_end_at_any_byte() {
    check(true);
}

#[test]
fn so_may_a_log_of_others() {
    check(false);
}
