//! What no member sent: noise, damaged and cut frames, frames of yesterday, datagrams as long as they can be.

use std::{fs, io::Write as _, process::Stdio};

use crate::{
    group::member::Member,
    support::{Guarded, eventually, netns::Net, python3},
};

#[test]
fn what_no_member_sent_neither_ends_a_group_nor_changes_what_it_delivers() {
    let net = Net::lonely();
    let mut vandal = Vandal::start(&net);
    // Yesterday's group of that name: a smaller one, for a larger would be what the members look for when theirs falls apart.
    let mut before = Member::start_all(&net, ["alice", "bob"], &FLAGS);
    say(&mut before, 1..=100);
    for member in &before {
        member.delivers(200);
    }
    before.iter_mut().for_each(Member::end);

    let mut all = Member::start_all(&net, NAMES, &FLAGS);
    say(&mut all, 1..=100);
    for member in &all {
        member.delivers(300);
    }
    let resident =
        |all: &[Member]| -> Vec<u64> { all.iter().map(Member::resident_bytes).collect() };
    let bytes_before = resident(&all);
    vandal.begin();
    for round in 0..20 {
        let first = 101 + round * 10;
        say(&mut all, first..=first + 9);
        for member in &all {
            member.delivers(3 * (first + 9));
        }
    }
    vandal.is_done();
    say(&mut all, 301..=310);
    for member in &all {
        member.delivers(930);
    }
    let bytes_after = resident(&all);
    all.iter_mut().for_each(Member::end);
    println!("resident before {bytes_before:?} and after {bytes_after:?}");
    for member in &all {
        let end = &member.objects("end")[0];
        println!("{end}");
        assert_eq!(member.texts(), all[0].texts(), "{}", member.name);
        assert_eq!(member.texts().len(), 930);
        assert!(member.objects("expelled").is_empty(), "{}", member.name);
        for reason in ["foreign", "truncated", "oversized", "checksum", "view"] {
            assert!(
                end["refused"][reason].as_u64() > Some(0),
                "no {reason}: {end}"
            );
        }
        assert!(!member.objects("refused").is_empty(), "it is told");
    }
    for (before, after) in bytes_before.into_iter().zip(bytes_after) {
        assert!(after < before + GROWTH_BYTES_MAX, "{before} to {after}");
    }
}

#[track_caller]
fn say(all: &mut [Member], lines: std::ops::RangeInclusive<usize>) {
    for line in lines {
        for member in &mut *all {
            let text = format!("{} {line}", member.name);
            member.say(&text);
        }
    }
}

/// A program that records what members send and sends what none does.
struct Vandal {
    child: Guarded,
    folder: tempfile::TempDir,
}

impl Vandal {
    #[track_caller]
    fn start(net: &Net) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/grouplive/garbage.py");
        let stdout = fs::File::create(folder.path().join("stdout")).expect("created");
        let child = net
            .command(1, python3())
            .arg(script)
            .args(["239.255.0.1", "5009", "7"])
            .stdin(Stdio::piped())
            .stdout(stdout)
            .spawn()
            .expect("python3 starts");
        let vandal = Self {
            child: Guarded(child),
            folder,
        };
        vandal.prints("ready");
        vandal
    }

    /// It sends from now on what no member does.
    fn begin(&mut self) {
        let stdin = self.child.0.stdin.as_mut().expect("piped");
        stdin.write_all(b"begin\n").expect("told");
    }

    /// Waits until it has sent all that it sends.
    #[track_caller]
    fn is_done(&mut self) {
        self.prints("sent");
        assert!(self.child.wait().success());
    }

    #[track_caller]
    fn prints(&self, word: &str) {
        eventually(word, || {
            let printed =
                fs::read_to_string(self.folder.path().join("stdout")).expect("its output");
            printed
                .lines()
                .any(|line| line.starts_with(word))
                .then_some(())
        });
    }
}

const NAMES: [&str; 3] = ["alice", "bob", "carol"];
/// A machine that does much else may keep a member from its turn for some time.
const FLAGS: [&str; 2] = ["--suspect-after", "1s"];
/// Far less than what is sent to each.
const GROWTH_BYTES_MAX: u64 = 8 << 20;
