//! Datagrams that no member sends, or that are no longer what it sent.

use proptest::prelude::*;

use super::*;

/// A member that takes in a datagram is then as it was before, but for a count and a word.
#[track_caller]
fn refused(datagram: &[u8], reason: Reason) {
    let mut group = Group::of(&["alice", "bob"]);
    let (log, told) = (group.logs[0].len(), group.told[0].len());
    let before = format!("{:?}", group.members[0].clocks);
    for _ in 0..3 {
        group.hear(0, datagram);
    }
    let refused: Vec<(Reason, u64)> = group.members[0].tally().refused().collect();
    assert_eq!(refused, [(reason, 3)]);
    assert_eq!(
        group.told[0][told..],
        [Notice::Refused(reason)],
        "told once"
    );
    assert_eq!(group.logs[0].len(), log);
    assert_eq!(group.shown[0], []);
    assert_eq!(format!("{:?}", group.members[0].clocks), before);
    assert_eq!(group.members[0].peers().len(), 1, "nobody was entered");
    let fine = group.say(1, "fine");
    group.hear(0, &fine);
    assert_eq!(group.shown[0].len(), 1, "and it goes on");
}

const MALLORY: u64 = 9 << 32;

fn said(change: impl FnOnce(&mut Say)) -> Vec<u8> {
    let mut say = say_of(MALLORY, "mallory", &[]);
    change(&mut say);
    forged(MALLORY, 1, Body::Say(Box::new(say)))
}

#[test]
fn an_honest_one_of_the_same_making_is_shown() {
    let mut group = Group::of(&["alice"]);
    group.hear(0, &said(|_| {}));
    assert_eq!(group.last(0).text, "mallory");
}

#[test]
fn what_is_no_frame_of_this_group_is_refused() {
    refused(b"a bare text from another program", Reason::Foreign);
    refused(&[], Reason::Foreign);
    let whole = said(|_| {});
    refused(&whole[..whole.len() - 1], Reason::Truncated);
    refused(&vec![0xf7; 65_507], Reason::Foreign);
    refused(&[&whole[..], &[0; 60_000]].concat(), Reason::Oversized);
    let mut damaged = whole.clone();
    damaged[50] ^= 0x10;
    refused(&damaged, Reason::Checksum);
    let mut other = Vec::new();
    Frame {
        group: GroupId::of("another"),
        incarnation: MALLORY,
        sequence: 0,
        body: Body::Hello { name: name("m") },
    }
    .encode(&mut other);
    refused(&other, Reason::Group);
}

#[test]
fn times_out_of_all_proportion_are_refused() {
    refused(
        &said(|say| say.lamport = Lamport::at(1 << 63)),
        Reason::Lamport,
    );
    refused(
        &said(|say| say.lamport = Lamport::at(u64::MAX)),
        Reason::Lamport,
    );
    refused(&said(|say| say.lamport = Lamport::at(0)), Reason::Malformed);
    let ahead = |ms: u64| said(|say| say.hybrid = Hybrid::unpack((NOW.wall_ms + ms) << 16));
    refused(&ahead(Hybrid::MAX_AHEAD_MS + 1), Reason::Hybrid);
    refused(
        &said(|say| say.hybrid = Hybrid::unpack(u64::MAX)),
        Reason::Hybrid,
    );
    let mut group = Group::of(&["alice"]);
    group.hear(0, &ahead(Hybrid::MAX_AHEAD_MS));
    assert_eq!(group.shown[0].len(), 1, "as far ahead as is believed");
}

#[test]
fn an_old_time_is_no_reason() {
    let mut group = Group::of(&["alice"]);
    group.hear(0, &said(|say| say.hybrid = Hybrid::unpack(1)));
    assert_eq!(group.shown[0].len(), 1);
}

#[test]
fn knowledge_of_what_did_not_happen_is_refused() {
    // Alice has had one event: she joined.
    let mut say = say_of(MALLORY, "mallory", &[(incarnation(0), 9)]);
    say.known[0].name = name("alice");
    say.known[0].sequence = 0;
    let claims = forged(MALLORY, 1, Body::Say(Box::new(say.clone())));
    refused(&claims, Reason::Claims);
    say.known[0].sequence = 5;
    refused(
        &forged(MALLORY, 1, Body::Say(Box::new(say.clone()))),
        Reason::Claims,
    );
    say.known[0].name = name("eve");
    refused(&forged(MALLORY, 1, Body::Say(Box::new(say))), Reason::Names);
    let high = say_of(MALLORY, "mallory", &[(5 << 32, u64::MAX)]);
    refused(
        &forged(MALLORY, 1, Body::Say(Box::new(high))),
        Reason::Sequence,
    );
}

#[test]
fn anothers_incarnation_under_another_name_is_refused() {
    let body = |text| Body::Say(Box::new(say_of(incarnation(1), text, &[])));
    refused(&forged(incarnation(1), 1, body("eve")), Reason::Names);
    refused(
        &forged(incarnation(1), 1 << 40, body("bob")),
        Reason::Sequence,
    );
    let half = incarnation(1) + 1;
    refused(
        &forged(half, 0, Body::Hello { name: name("bob") }),
        Reason::Names,
    );
}

#[test]
fn a_flood_of_members_fills_the_group_and_no_more() {
    let mut group = Group::of(&["alice", "bob"]);
    for n in 0..2 * MEMBERS_MAX as u64 {
        let hello = Body::Hello { name: name("eve") };
        group.hear(0, &forged((1000 + n) << 32, 0, hello));
    }
    assert_eq!(group.members[0].peers().len(), MEMBERS_MAX - 1);
    let refused: Vec<(Reason, u64)> = group.members[0].tally().refused().collect();
    assert_eq!(refused, [(Reason::Members, MEMBERS_MAX as u64 + 2)]);
    let fine = group.say(1, "fine");
    group.hear(0, &fine);
    assert_eq!(group.last(0).text, "fine");
    let answer = group.say(0, "fine here, too");
    assert!(
        answer.len() < 200,
        "only those that spoke are in the vector"
    );
}

#[test]
fn hearsay_of_members_fills_the_group_and_no_more() {
    let mut group = Group::of(&["alice"]);
    for sender in 0..8_u64 {
        let others: Vec<(u64, u64)> = (0..100)
            .map(|n| ((10_000 + 1000 * sender + n) << 32, 1 << 48))
            .collect();
        let say = say_of((100 + sender) << 32, "eve", &others);
        group.hear(
            0,
            &forged((100 + sender) << 32, 1, Body::Say(Box::new(say))),
        );
    }
    assert_eq!(group.shown[0].len(), 2);
    // The greatest clocks that are believed still fit into a frame.
    group.say(0, &"x".repeat(TEXT_BYTES_MAX));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Datagrams of true members, each with some bytes changed and its checksum mended, in any order.
    #[test]
    fn mutated_frames_never_break_a_member(
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(),
             prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)),
            0..60,
        ),
    ) {
        let mut group = Group::of(&["alice", "bob", "carol"]);
        let first = group.say(1, "one");
        group.hear(2, &first);
        let mut sources = vec![first, group.say(2, "two"), group.say(1, "three")];
        let hello = forged(MALLORY, 0, Body::Hello { name: name("mallory") });
        let answers = group.give(1, Input::Datagram(&hello));
        sources.extend(answers.into_iter().map(|(_, bytes)| bytes));
        sources.push(hello);
        sources.extend(group.give(2, Input::Leave).into_iter().map(|(_, bytes)| bytes));
        for (which, bytes) in changes {
            let mut datagram = sources[which.index(sources.len())].clone();
            for (at, byte) in bytes {
                let at = at.index(datagram.len());
                datagram[at] = byte;
            }
            group.hear(0, &crate::frame::tests::seal(datagram));
            let reply = group.say(0, "x");
            prop_assert!(Frame::decode(&reply).is_ok());
        }
        check_log(&group.logs[0]);
        prop_assert!(group.members[0].roster.peers().count() < MEMBERS_MAX);
    }
}

/// Whatever came, the own clocks went forward, one tick an event.
#[track_caller]
fn check_log(log: &[Happening]) {
    for (happening, index) in log.iter().zip(1..) {
        assert_eq!(happening.index, index);
    }
    for pair in log.windows(2) {
        assert!(pair[0].stamp.lamport < pair[1].stamp.lamport);
        assert!(pair[0].stamp.hybrid < pair[1].stamp.hybrid);
    }
}
