//! Other groups, and members who were promised something else, at the same address.

use crate::{
    group::member::Member,
    support::{eventually, netns::Net},
};

/// Waits until it has told of that.
#[track_caller]
fn tells(member: &Member, words: &str) {
    let what = format!("{} tells `{words}`: {}", member.name, member.said());
    eventually(&what, || {
        let told = member.objects("refused");
        let mut texts = told.iter().filter_map(|object| object["text"].as_str());
        texts.any(|text| text.contains(words)).then_some(())
    });
}

/// Two who are among themselves: each has delivered what both said, and has counted others' datagrams for that reason.
#[track_caller]
fn check_undisturbed(pair: &mut [Member], reason: &str) {
    for line in 1..=10 {
        for member in &mut *pair {
            let text = format!("{} {line}", member.name);
            member.say(&text);
        }
    }
    for member in &*pair {
        member.delivers(20);
    }
    pair.iter_mut().for_each(Member::end);
    assert_eq!(pair[0].texts(), pair[1].texts());
    for member in pair {
        assert_eq!(member.texts().len(), 20);
        assert!(member.objects("expelled").is_empty());
        let end = &member.objects("end")[0];
        assert!(end["refused"][reason].as_u64() > Some(0), "{end}");
    }
}

#[test]
fn two_groups_at_one_address_are_told_and_do_not_disturb_each_other() {
    let net = Net::lonely();
    let pair = |names: [&str; 2], group| names.map(|name| Member::start(&net, 1, name, &[group]));
    let mut lab = pair(["alice", "bob"], "lab");
    let mut other = pair(["carol", "dave"], "other");
    for member in lab.iter().chain(&other) {
        member.sees(2);
        tells(member, "another group");
        tells(member, "another port");
    }
    check_undisturbed(&mut lab, "group");
    check_undisturbed(&mut other, "group");
}

#[test]
fn whoever_was_promised_another_order_is_told_and_is_no_member() {
    let net = Net::lonely();
    let mut all = Member::start_all(&net, ["alice", "bob"], &[]);
    let mut carol = Member::start(&net, 1, "carol", &["--order", "causal"]);
    for member in all.iter().chain([&carol]) {
        tells(member, "start all members alike");
    }
    carol.sees(1);
    carol.say("alone");
    carol.delivers(1);
    check_undisturbed(&mut all, "settings");
    carol.end();
    assert_eq!(carol.texts(), ["alone"]);
}
