//! Members that talk to each other over a network in a test's hand.

use causality::{ClockError, Hybrid, Lamport, VectorMap};

use super::*;
use crate::MEMBERS_MAX;

mod forged;
mod orders;

const NOW: Now = Now {
    wall_ms: 1_700_000_000_000,
};

/// The members, what each was shown and told, and its log.
#[derive(Default)]
struct Group {
    members: Vec<Member>,
    shown: Vec<Vec<Shown>>,
    told: Vec<Vec<Notice>>,
    logs: Vec<Vec<Happening>>,
}

fn incarnation(at: usize) -> u64 {
    (at as u64 + 1) << 32
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

impl Group {
    /// Members of these names, who have all heard each other.
    fn of(names: &[&str]) -> Self {
        let mut group = Self::default();
        for name in names {
            let at = group.enter(name);
            let mut datagrams = group.give(at, Input::Start);
            while let Some((from, datagram)) = datagrams.pop() {
                for to in (0..group.members.len()).filter(|to| *to != from) {
                    datagrams.extend(group.give(to, Input::Datagram(&datagram)));
                }
            }
        }
        group
    }

    fn enter(&mut self, text: &str) -> usize {
        let at = self.members.len();
        self.members
            .push(Member::new("lab", name(text), incarnation(at)));
        self.shown.push(Vec::new());
        self.told.push(Vec::new());
        self.logs.push(Vec::new());
        at
    }

    /// Gives back what it sends.
    fn give(&mut self, at: usize, input: Input<'_>) -> Vec<(usize, Vec<u8>)> {
        self.give_at(NOW, at, input)
    }

    fn give_at(&mut self, now: Now, at: usize, input: Input<'_>) -> Vec<(usize, Vec<u8>)> {
        let mut out = Vec::new();
        self.members[at].handle(now, input, &mut out);
        let mut sent = Vec::new();
        for output in out {
            match output {
                Output::Log(happening) => self.logs[at].push(happening),
                Output::Send(bytes) => sent.push((at, bytes)),
                Output::Show(shown) => self.shown[at].push(shown),
                Output::Tell(notice) => self.told[at].push(notice),
            }
        }
        sent
    }

    /// What the member says, as a datagram that nobody has yet.
    fn say(&mut self, at: usize, text: &str) -> Vec<u8> {
        self.give(at, Input::Say(text)).pop().expect("a datagram").1
    }

    fn hear(&mut self, at: usize, datagram: &[u8]) {
        self.give(at, Input::Datagram(datagram));
    }

    fn last(&self, at: usize) -> &Shown {
        self.shown[at].last().expect("shown")
    }

    #[track_caller]
    fn check_told(&self, at: usize, expected: &str) {
        let told = self.told[at].last().map(ToString::to_string);
        assert_eq!(told.as_deref(), Some(expected));
    }
}

#[test]
fn members_hear_of_each_other_and_say_so_once() {
    let group = Group::of(&["alice", "bob", "carol"]);
    for told in &group.told {
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told.iter()
                .all(|notice| matches!(notice, Notice::Joined { .. }))
        );
    }
    assert_eq!(group.members[0].peers().len(), 2);
}

#[test]
fn everybody_shows_everything_with_its_short_name() {
    let mut group = Group::of(&["alice", "bob", "carol"]);
    let lunch = group.say(1, "lunch?");
    for at in [0, 1, 2] {
        group.hear(at, &lunch);
        let shown = group.last(at);
        assert_eq!(
            (shown.short().as_str(), shown.text.as_str()),
            ("bob 1", "lunch?")
        );
        assert_eq!(shown.is_own, at == 1);
        assert_eq!(shown.message, "bob#00000002:1");
        assert_eq!(
            group.shown[at].len(),
            1,
            "its own came back and was dropped"
        );
    }
    assert_eq!(group.members[1].tally().own, 1);
}

#[test]
fn concurrent_messages_are_named_and_others_are_not() {
    let mut group = Group::of(&["alice", "bob", "carol"]);
    let lunch = group.say(0, "lunch?");
    group.hear(1, &lunch);
    let yes = group.say(1, "yes");
    let rain = group.say(2, "it rains");
    group.hear(2, &lunch);
    group.hear(2, &yes);
    assert_eq!(group.shown[2][1].concurrent, ["carol 1"]);
    assert_eq!(group.last(2).concurrent, ["carol 1"]);
    group.hear(0, &yes);
    assert_eq!(group.last(0).concurrent, [""; 0]);
    group.hear(0, &rain);
    assert_eq!(group.last(0).concurrent, ["alice 1", "bob 1"]);
}

#[test]
fn a_gap_is_told_and_what_comes_late_is_shown_as_such() {
    let mut group = Group::of(&["alice", "bob"]);
    let said: Vec<Vec<u8>> = (0..4).map(|_| group.say(1, "x")).collect();
    group.hear(0, &said[0]);
    group.hear(0, &said[3]);
    let lost = group.told[0].last().expect("told").to_string();
    assert_eq!(lost, "2 messages of bob were lost: bob 2 to 3");
    group.hear(0, &said[1]);
    assert!(group.last(0).is_late);
    assert_eq!(group.last(0).known_to, ["bob 4"]);
    let tally = group.members[0].tally();
    assert_eq!((tally.shown, tally.late, tally.lost), (3, 1, 1));
    assert_eq!(group.members[0].peers()[0].lost, 1);
}

#[test]
fn a_message_that_comes_twice_is_shown_once() {
    let mut group = Group::of(&["alice", "bob"]);
    let said = group.say(1, "x");
    for _ in 0..3 {
        group.hear(0, &said);
    }
    assert_eq!(group.shown[0].len(), 1);
    assert_eq!(group.members[0].tally().duplicates, 2);
    assert_eq!(group.logs[0].len(), 2, "joined, and one receipt");
}

#[test]
fn an_answer_to_what_has_not_come_is_shown_at_once_with_what_is_missing() {
    let mut group = Group::of(&["alice", "bob", "carol"]);
    let lunch = group.say(0, "lunch?");
    group.hear(1, &lunch);
    let yes = group.say(1, "yes");
    let when = group.say(1, "when?");
    group.hear(2, &yes);
    assert_eq!(group.last(2).missing, ["alice 1"]);
    group.hear(2, &when);
    assert_eq!(group.last(2).missing, [""; 0], "said once");
    group.hear(2, &lunch);
    assert_eq!(group.last(2).known_to, ["bob 1", "bob 2"]);
    assert!(!group.last(2).is_late, "alice's messages are in order");
    assert_eq!(group.members[2].tally().lost, 0);
}

#[test]
fn the_last_messages_are_missed_at_the_farewell() {
    let mut group = Group::of(&["alice", "bob"]);
    group.say(1, "x");
    let bye = group.give(1, Input::Leave).pop().expect("a datagram").1;
    group.hear(0, &bye);
    let told: Vec<String> = group.told[0].iter().map(ToString::to_string).collect();
    assert_eq!(told[1..], ["1 message of bob was lost: bob 1", "bob left"]);
    assert!(group.members[0].peers()[0].is_gone);
    assert_eq!(group.give(1, Input::Say("again")), []);
}

#[test]
fn a_newcomer_misses_nothing_that_was_said_before() {
    let mut group = Group::of(&["alice", "bob"]);
    let first = group.say(0, "one");
    group.hear(1, &first);
    let carol = group.enter("carol");
    let hello = group.give(carol, Input::Start).pop().expect("a datagram").1;
    // The answer of alice is lost; bob tells of her.
    let here = group
        .give(1, Input::Datagram(&hello))
        .pop()
        .expect("an answer")
        .1;
    group.hear(carol, &here);
    let two = group.say(1, "two");
    group.hear(carol, &two);
    assert_eq!(group.last(carol).missing, [""; 0]);
    let three = group.say(0, "three");
    group.hear(carol, &three);
    assert_eq!(group.members[carol].tally().lost, 0);
    assert_eq!(
        group.told[carol].len(),
        2,
        "two members are here, and nothing else"
    );
}

#[test]
fn two_members_of_one_name_are_told_apart() {
    let mut group = Group::of(&["alice", "alice"]);
    group.check_told(0, "another member of that name is here: alice~00000002");
    let said = group.say(1, "x");
    group.hear(0, &said);
    assert_eq!(group.last(0).short(), "alice~00000002 1");
    let hosts: Vec<&str> = group
        .last(0)
        .stamp
        .vector
        .iter()
        .map(|(host, _)| &**host)
        .collect();
    assert_eq!(hosts, ["alice~00000002"]);
    assert_ne!(group.members[0].host(), group.members[1].host());
}

/// The same name, the same address, another incarnation.
#[test]
fn who_begins_again_is_a_new_member() {
    let mut group = Group::of(&["alice", "bob"]);
    let before = group.say(1, "before");
    group.hear(0, &before);
    let again = group.enter("bob");
    group.give(again, Input::Start);
    let after = group.say(again, "after");
    group.hear(0, &after);
    let shown: Vec<String> = group.shown[0].iter().map(Shown::short).collect();
    assert_eq!(shown, ["bob 1", "bob~00000003 1"]);
    assert_eq!(group.members[0].tally().lost, 0);
}

#[test]
fn what_is_too_long_is_not_sent_and_costs_no_number() {
    let mut group = Group::of(&["alice", "bob"]);
    let long = "x".repeat(TEXT_BYTES_MAX + 1);
    assert_eq!(group.give(0, Input::Say(&long)), []);
    let told = group.told[0].last().expect("told").to_string();
    assert!(told.starts_with("not sent: 1025 bytes"), "{told}");
    let longest = group.say(0, &long[1..]);
    group.hear(1, &longest);
    assert_eq!(group.last(1).short(), "alice 1");
    assert_eq!(group.last(1).text.len(), TEXT_BYTES_MAX);
}

#[test]
fn a_wall_clock_beyond_the_hybrid_clock_sends_nothing_and_breaks_nothing() {
    let mut group = Group::of(&["alice"]);
    let late = Now {
        wall_ms: Hybrid::LAST_MS + 1,
    };
    assert_eq!(group.give_at(late, 0, Input::Say("x")), []);
    let stuck = group.told[0].last();
    assert!(
        matches!(stuck, Some(Notice::Stuck(ClockError::WallClock { .. }))),
        "{stuck:?}"
    );
    group.say(0, "y");
    let indices: Vec<u64> = group.logs[0]
        .iter()
        .map(|happening| happening.index)
        .collect();
    assert_eq!(indices, [1, 2]);
}

/// A frame of somebody who is no `Member`.
fn forged(incarnation: u64, sequence: u64, body: Body) -> Vec<u8> {
    let frame = Frame {
        group: GroupId::of("lab"),
        incarnation,
        sequence,
        body,
    };
    let mut bytes = Vec::new();
    frame.encode(&mut bytes);
    bytes
}

/// A message of somebody whose vector has these entries beside its own, which is 1.
fn say_of(sender: u64, text: &str, others: &[(u64, u64)]) -> Say {
    let mut bytes = vec![others.len() as u8 + 1];
    let mut entries = others.to_vec();
    entries.push((sender, 1));
    entries.sort_unstable();
    leb128(sender, &mut bytes);
    for (member, count) in entries {
        leb128(member, &mut bytes);
        leb128(count, &mut bytes);
    }
    let known = |(member, _): &(u64, u64)| Known {
        sequence: 1,
        name: name(&format!("m{member}")),
    };
    let mut others = others.to_vec();
    others.sort_unstable();
    Say {
        name: name(text),
        lamport: Lamport::at(1),
        hybrid: Hybrid::unpack(NOW.wall_ms << 16),
        vector: VectorMap::decode(&bytes, MEMBERS_MAX).expect("a vector"),
        known: others.iter().map(known).collect(),
        text: text.to_owned(),
    }
}

fn leb128(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
