//! Members in a namespace each, who talk in rounds while one is killed and one sleeps; and what is to be true afterwards.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

use crate::{
    group::member::Member,
    support::{self, Ran, eventually, netns::Net},
};

/// Members who talk.
pub struct Crew {
    pub members: Vec<Member>,
    /// How many lines each was given.
    said: usize,
    /// Those who live and do not sleep.
    awake: Vec<usize>,
    shown: Vec<RefCell<Shown>>,
}

/// What a member's output was found to hold so far.
#[derive(Default)]
struct Shown {
    bytes: usize,
    /// Messages by the first word of their text, which is who said them.
    of: BTreeMap<String, usize>,
}

impl Crew {
    /// Members in the namespaces from the first on, each with the flags of all and its own; they are in one view.
    #[track_caller]
    pub fn start(net: &Net, flags: &[&str], own: impl Fn(usize) -> Vec<String>) -> Self {
        let start = |(name, index): (&str, usize)| {
            let own = own(index);
            let own = own.iter().map(String::as_str);
            let flags: Vec<&str> = flags.iter().copied().chain(own).collect();
            Member::start(net, index, name, &flags)
        };
        let members: Vec<Member> = NAMES.into_iter().zip(1..).map(start).collect();
        let crew = Self {
            said: 0,
            awake: (0..members.len()).collect(),
            shown: members.iter().map(|_| RefCell::default()).collect(),
            members,
        };
        crew.see(NAMES.len());
        crew
    }

    /// Waits until all who are awake are in a view of so many.
    #[track_caller]
    pub fn see(&self, count: usize) {
        for &at in &self.awake {
            self.members[at].sees(count);
        }
    }

    /// Who has that rank in the view of the first one who is awake.
    pub fn ranked(&self, rank: usize) -> usize {
        let view = self.members[self.awake[0]].views().pop().expect("a view");
        let of_rank = |name: &&str| **name == *view[rank];
        NAMES.iter().position(of_rank).expect("one of them")
    }

    /// All say so many rounds of lines, each when the group has delivered the last but one.
    #[track_caller]
    pub fn talk(&mut self, rounds: usize) {
        for _ in 0..rounds {
            let lines = self.said + 1..=self.said + LINES;
            for member in &mut self.members {
                let lines = lines.clone();
                let lines: Vec<String> = lines
                    .map(|line| format!("{} {line} {}", member.name, "-".repeat(line % 60)))
                    .collect();
                // Nobody hears whoever was killed.
                let _ = member.try_say(&lines.join("\n"));
            }
            self.said += LINES;
            let first = self.awake[0];
            let awaited = self.said.saturating_sub(LINES);
            self.wait_for(first, NAMES[first], awaited);
        }
    }

    /// Waits until one has delivered so much of what another said.
    #[track_caller]
    fn wait_for(&self, at: usize, name: &str, count: usize) {
        let member = &self.members[at];
        let what = || format!("{} delivers {count} of {name}", member.name);
        eventually(&what(), || {
            let mut shown = self.shown[at].borrow_mut();
            shown.read(member);
            (shown.of.get(name).copied().unwrap_or(0) >= count).then_some(())
        });
    }

    /// Kills one: when, since 1970.
    #[track_caller]
    pub fn kill(&mut self, at: usize) -> i64 {
        self.awake.retain(|other| *other != at);
        let now = unix_ns();
        self.members[at].signal("KILL");
        assert_eq!(self.members[at].wait(), None);
        now
    }

    /// One sleeps until the others do without it, and have talked meanwhile; then it is back among them.
    #[track_caller]
    pub fn oversleeps(&mut self, at: usize) {
        let before = self.awake.len();
        self.members[at].signal("STOP");
        self.awake.retain(|other| *other != at);
        self.talk(1);
        self.see(before - 1);
        self.talk(4);
        self.members[at].signal("CONT");
        self.see(before);
        self.awake.push(at);
        self.awake.sort_unstable();
        self.see(before);
    }

    /// All who live deliver all that those who live have said; then they are judged, and leave at the same time.
    #[track_caller]
    pub fn end(&mut self, sleeper: usize) {
        let stayed = self.awake.iter().filter(|at| **at != sleeper);
        for &at in stayed.clone() {
            for &of in &self.awake {
                self.wait_for(at, NAMES[of], self.said);
            }
            // Later it may be: when all leave at once, the last change is agreed on by whoever is left.
            let expelled = self.members[at].objects("expelled");
            assert!(expelled.is_empty(), "{}: {expelled:?}", NAMES[at]);
        }
        let last = stayed.map(|at| self.members[*at].positions().len()).max();
        let slept = &self.members[sleeper];
        eventually("the sleeper delivers what the others do", || {
            (slept.positions().last().copied() == last.map(|last| last as u64)).then_some(())
        });
        self.judge(&format!("{PROMISED},liveness"));
        self.members.iter_mut().for_each(Member::hang_up);
        for &at in &self.awake {
            let member = &mut self.members[at];
            let status = member.wait();
            assert_eq!(status, Some(0), "{}: {}", member.name, member.said());
        }
        self.judge(PROMISED);
    }

    /// Those who were there all the time delivered the same sequence: all of those who live, in their order and once; of
    /// whoever was killed a beginning. The sleeper delivered some of it, each at the same position.
    #[track_caller]
    pub fn check(&self, killed: usize, sleeper: usize) {
        let stayed: Vec<usize> = (0..NAMES.len())
            .filter(|at| ![killed, sleeper].contains(at))
            .collect();
        let texts = self.members[stayed[0]].texts();
        for &at in &stayed {
            let member = &self.members[at];
            assert!(member.texts() == texts, "{} differs", member.name);
            let positions: Vec<u64> = (1..=texts.len() as u64).collect();
            assert!(member.positions() == positions, "{}", member.name);
        }
        for (at, name) in NAMES.iter().enumerate() {
            let of_it: Vec<usize> = texts.iter().filter_map(|text| number(text, name)).collect();
            let all: Vec<usize> = (1..=of_it.len()).collect();
            assert!(of_it == all, "what {name} said: {of_it:?}");
            assert!(
                at == killed || of_it.len() == self.said,
                "{name}: {}",
                of_it.len()
            );
        }
        let slept = &self.members[sleeper];
        for (position, text) in slept.positions().into_iter().zip(slept.texts()) {
            assert_eq!(texts[position as usize - 1], text, "at {position}");
        }
        assert!(!slept.objects("expelled").is_empty());
        assert!(!slept.objects("fate").is_empty(), "its fate was told");
    }

    /// `wharf verdict` finds that what was promised holds.
    #[track_caller]
    fn judge(&self, promised: &str) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut files: Vec<PathBuf> = Vec::new();
        for member in &self.members {
            let log = member.log();
            // Whoever was killed may have been writing.
            let whole = log.rfind('\n').map_or(0, |end| end + 1);
            let file = folder.path().join(format!("{}.jsonl", member.name));
            fs::write(&file, &log[..whole]).expect("written");
            files.push(file);
        }
        let runs = tempfile::tempdir().expect("a temporary folder");
        let mut command = support::wharf(&runs);
        command.arg("verdict").args(files);
        command.args(["--no-folder", "--expect", promised]);
        let ran = Ran::new(command.output().expect("wharf starts"), runs);
        assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    }

    /// How many milliseconds after an instant each of those who stayed began the view without it, by its log.
    pub fn views_after(&self, killed: usize, killed_at: i64) -> Vec<i64> {
        let began = |at: &usize| {
            let log = self.members[*at].log();
            let events = log.lines();
            let mut events =
                events.map(|line| serde_json::from_str::<Value>(line).expect("an object"));
            let killed = format!("\"{}~", NAMES[killed]);
            let view = events.find(|event| {
                let is_later = event["wall_ns"]
                    .as_i64()
                    .is_some_and(|wall| wall > killed_at);
                event["kind"] == "view"
                    && is_later
                    && !event["members"].to_string().contains(&killed)
            });
            let view = view.unwrap_or_else(|| panic!("{} has no view without it", NAMES[*at]));
            (view["wall_ns"].as_i64().expect("a number") - killed_at) / 1_000_000
        };
        self.awake.iter().map(began).collect()
    }

    /// What one counted when it ended.
    pub fn counted(&self, at: usize) -> Value {
        let ends = self.members[at].objects("end");
        ends.first().cloned().unwrap_or_default()
    }
}

impl Shown {
    /// Goes on where it ended.
    fn read(&mut self, member: &Member) {
        let fresh = member.shown_from(self.bytes);
        let whole = fresh.rfind('\n').map_or("", |end| &fresh[..=end]);
        self.bytes += whole.len();
        for line in whole.lines() {
            let text = line.split_once("\"text\":\"");
            let word = text.and_then(|(_, text)| text.split_once(' '));
            if let Some((name, _)) = word.filter(|_| line.contains("\"what\":\"message\"")) {
                *self.of.entry(name.to_owned()).or_default() += 1;
            }
        }
    }
}

/// Which of that member's lines it is.
fn number(text: &str, name: &str) -> Option<usize> {
    let mut words = text.split(' ');
    let number = words.next() == Some(name);
    number.then(|| words.next().expect("a number").parse().expect("a number"))
}

fn unix_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_nanos() as i64
}

pub const NAMES: [&str; 5] = ["alice", "bob", "carol", "dave", "eve"];

/// How many lines each says in a round.
const LINES: usize = 20;
/// What every total order promises.
const PROMISED: &str = "integrity,validity,views,agreement,fifo-order,fifo,total,primary";
