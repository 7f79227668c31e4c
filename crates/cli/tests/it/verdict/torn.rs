//! The log of a process that was killed ends in the middle of a line: the rest is judged as if it had crashed there.

use std::{fs, path::Path};

use history::Verdict;

use super::{condition, judged};
use crate::{
    group::member::Member,
    support::{Ran, netns::Net},
};

/// The log, cut off so many bytes before its end.
fn cut(path: &Path, to: &Path, bytes: usize) -> Vec<u8> {
    let mut text = fs::read(path).expect("a log");
    text.truncate(text.len() - bytes);
    fs::write(to, &text).expect("written");
    text
}

#[track_caller]
fn check_told(ran: &Ran, status: i32, words: &[&str]) {
    assert_eq!(ran.status, Some(status), "{}{}", ran.stdout, ran.stderr);
    let unfolded = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in words {
        assert!(unfolded.contains(words), "no `{words}` in {}", ran.stdout);
    }
}

/// A real member that is killed; then whatever it had written last may be cut off.
#[test]
fn a_killed_members_log_may_end_anywhere_in_its_last_lines() {
    let net = Net::lonely();
    let mut all = Member::start_all(&net, ["alice", "bob", "carol"], &[]);
    for line in 1..=5 {
        all[0].say(&line.to_string());
    }
    all.iter().for_each(|member| member.delivers(5));
    all[0].signal("KILL");
    assert_eq!(all[0].wait(), None);
    for member in &mut all[1..] {
        member.sees(2);
        member.say("still here");
    }
    all[1..].iter().for_each(|member| member.delivers(7));
    all[1..].iter_mut().for_each(Member::end);
    let folder = tempfile::tempdir().expect("a temporary folder");
    for member in &all[1..] {
        let to = folder.path().join(format!("{}.jsonl", member.name));
        fs::copy(member.log_path(), to).expect("copied");
    }
    let torn = folder.path().join("alice.jsonl");
    let last = member_line_bytes(&all[0]);
    for bytes in [1, 2, 9, last / 2, last - 2] {
        // One byte less is the line without its line feed, which is whole.
        let is_torn = bytes > 1;
        let left = cut(&all[0].log_path(), &torn, bytes);
        let ran = judged(folder.path(), &[]);
        let count = left.iter().rev().take_while(|byte| **byte != b'\n').count();
        let told = format!("the last {count} bytes were left out, and alice crashed there");
        let words = match is_torn {
            true => vec!["alice.jsonl ends in the middle of line", told.as_str()],
            false => Vec::new(),
        };
        check_told(&ran, 0, &words);
        assert_eq!(condition(&ran, "total").verdict, Verdict::Valid);
    }
}

/// How many bytes its log's last line has, with the line feed.
fn member_line_bytes(member: &Member) -> usize {
    let log = member.log();
    let last = log.lines().last().expect("a line");
    last.len() + 1
}

const WHOLE: &str = r#"{"host":"alice","kind":"view","view":1,"members":["alice","bob"]}
{"host":"alice","kind":"deliver","message":"b1"}
{"host":"alice","kind":"view","view":2,"members":["alice"]}
"#;

const TORN: &str = r#"{"host":"bob","kind":"view","view":1,"members":["alice","bob"]}
{"host":"bob","kind":"send","mess"#;

/// What the others have of it and it did not come to write is not made up.
#[test]
fn what_a_killed_member_sent_last_is_not_made_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("a.jsonl"), WHOLE).expect("written");
    fs::write(folder.path().join("b.jsonl"), TORN).expect("written");
    let ran = judged(folder.path(), &[]);
    check_told(
        &ran,
        2,
        &[
            "that of bob ends in the middle of a line",
            "the last 33 bytes",
        ],
    );
    assert_eq!(condition(&ran, "integrity").verdict, Verdict::Unknown);
    let kept = ran.folder();
    let again = judged_kept(&kept);
    assert_eq!(condition(&again, "integrity").verdict, Verdict::Unknown);
    assert_eq!(again.status, Some(2), "{}{}", again.stdout, again.stderr);
}

/// Judges what a verdict kept.
fn judged_kept(folder: &Path) -> Ran {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let mut command = crate::support::wharf(&runs);
    command.arg("verdict").arg(folder);
    Ran::new(command.output().expect("wharf starts"), runs)
}

/// A line in the middle that is no event may have been anything.
#[test]
fn a_broken_line_in_the_middle_stays_an_open_question() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let middle = format!("{TORN}\n{{\"host\":\"bob\",\"kind\":\"deliver\",\"message\":\"b1\"}}\n");
    fs::write(folder.path().join("a.jsonl"), WHOLE).expect("written");
    fs::write(folder.path().join("b.jsonl"), middle).expect("written");
    let ran = judged(folder.path(), &[]);
    check_told(&ran, 2, &["lines that should be events and are none"]);
}
