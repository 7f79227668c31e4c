//! Members in a namespace each, who talk in rounds while one is killed and one sleeps; and what is to be true afterwards.

use std::{
    cell::{RefCell, RefMut},
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

/// What a member's output was found to hold so far. There is much of it, so each line is looked at once.
#[derive(Default)]
struct Shown {
    bytes: usize,
    /// Messages in their order: the position and the text.
    messages: Vec<(u64, String)>,
    /// How many there are by the first word of their text, which is who said them.
    of: BTreeMap<String, usize>,
    /// Who is in the view.
    view: Vec<String>,
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
            let what = format!("{} sees {count}", NAMES[at]);
            eventually(&what, || (self.shown(at).view.len() == count).then_some(()));
        }
    }

    /// What one has printed so far.
    fn shown(&self, at: usize) -> RefMut<'_, Shown> {
        let mut shown = self.shown[at].borrow_mut();
        shown.read(&self.members[at]);
        shown
    }

    /// Who has that rank in the view of the first one who is awake.
    pub fn ranked(&self, rank: usize) -> usize {
        let shown = self.shown(self.awake[0]);
        let of_rank = |name: &&str| **name == *shown.view[rank];
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
        let what = format!("{} delivers {count} of {name}", NAMES[at]);
        eventually(&what, || {
            let delivered = self.shown(at).of.get(name).copied();
            (delivered.unwrap_or(0) >= count).then_some(())
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
        // What it is given in its sleep is to fit into the pipe.
        self.members[at].has_read();
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
        let last = stayed.map(|at| self.shown(*at).messages.len() as u64).max();
        eventually("the sleeper delivers what the others do", || {
            let shown = self.shown(sleeper);
            let (position, _) = shown.messages.last()?;
            (Some(*position) == last).then_some(())
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
        let messages = &self.shown(stayed[0]).messages;
        let positions = messages.iter().map(|(position, _)| *position);
        assert!(positions.eq(1..=messages.len() as u64), "positions");
        for &at in &stayed[1..] {
            let is_same = self.shown(at).messages == *messages;
            assert!(is_same, "{} differs", NAMES[at]);
        }
        for (at, name) in NAMES.iter().enumerate() {
            let of_it = messages.iter().filter_map(|(_, text)| number(text, name));
            let of_it: Vec<usize> = of_it.collect();
            let all: Vec<usize> = (1..=of_it.len()).collect();
            assert!(of_it == all, "what {name} said: {of_it:?}");
            assert!(
                at == killed || of_it.len() == self.said,
                "{name}: {}",
                of_it.len()
            );
        }
        for (position, text) in &self.shown(sleeper).messages {
            assert_eq!(messages[*position as usize - 1].1, *text, "at {position}");
        }
        let slept = &self.members[sleeper];
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
            let views = log.lines().filter(|line| line.contains("\"view\""));
            let mut events =
                views.map(|line| serde_json::from_str::<Value>(line).expect("an object"));
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
            if line.contains("\"what\":\"message\"") {
                // None of the texts has anything that would be written otherwise.
                let text = field(line, "\"text\":\"", '"');
                let position = field(line, "\"position\":", ',');
                let name = text.split(' ').next().unwrap_or(text);
                *self.of.entry(name.to_owned()).or_default() += 1;
                let position = position.parse().expect("a number");
                self.messages.push((position, text.to_owned()));
            } else if line.contains("\"what\":\"view\"") {
                let view: Value = serde_json::from_str(line).expect("an object");
                let members = view["members"].as_array().expect("members");
                let names = members.iter().map(|member| member["name"].as_str());
                self.view = names.map(|name| name.expect("a name").to_owned()).collect();
            }
        }
    }
}

/// What is in a line from behind a beginning to an end.
#[track_caller]
fn field<'a>(line: &'a str, beginning: &str, end: char) -> &'a str {
    let from = line.split_once(beginning).map(|(_, from)| from);
    let (field, _) = from.and_then(|it| it.split_once(end)).expect("a field");
    field
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
const LINES: usize = 100;
/// What every total order promises.
const PROMISED: &str = "integrity,validity,views,agreement,fifo-order,fifo,total,primary";
