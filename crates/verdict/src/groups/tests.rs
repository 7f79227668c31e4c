//! Each condition against histories that it must accept and histories that it must refuse, told in words.

use history::Verdict::{self, Invalid, Unknown, Valid};
use trace::{FlawKind, Log, Place};

use super::GroupCondition;
use crate::GroupJudgement;
use crate::fixture::script;

fn judged(log: &Log, condition: &str) -> Option<GroupJudgement> {
    let condition = GroupCondition::named(condition).expect("a condition");
    GroupJudgement::all(log, &[condition]).pop()
}

#[track_caller]
fn check(condition: &str, text: &str, verdict: Verdict, words: &str) {
    check_log(condition, &script(text), verdict, words);
}

#[track_caller]
fn check_log(condition: &str, log: &Log, verdict: Verdict, words: &str) {
    let judgement = judged(log, condition).expect("it is about something");
    assert_eq!(judgement.verdict, verdict, "{judgement:?}");
    assert!(judgement.text.contains(words), "{judgement:?}");
    if verdict == Invalid {
        assert!(!judgement.hosts.is_empty(), "{judgement:?}");
        assert!(!judgement.events.is_empty(), "{judgement:?}");
    }
}

/// A script whose hosts all begin in one view of them.
fn in_view(members: &str, text: &str) -> String {
    let views = members
        .split('+')
        .map(|host| format!("{host} view 1={members}"));
    let views: Vec<String> = views.collect();
    format!("{}, {text}", views.join(", "))
}

#[test]
fn integrity_is_once_and_of_what_was_sent() {
    check(
        "integrity",
        "a send m, a deliver m, b deliver m",
        Valid,
        "2 deliveries",
    );
    let twice = "a send m, b deliver m, b deliver m";
    check("integrity", twice, Invalid, "b delivered m twice");
    let early = "a deliver m, a send m";
    check(
        "integrity",
        early,
        Invalid,
        "a delivered m before it sent it",
    );
    let invented = in_view("a+b", "a send m, b deliver m, b deliver n");
    check(
        "integrity",
        &invented,
        Invalid,
        "b delivered n, which nobody sent",
    );
}

#[test]
fn a_sender_whose_log_is_missing_is_not_held_against_anybody() {
    let words = "if its sender wrote a log, give that too";
    check(
        "integrity",
        "a send m, b deliver m, b deliver n",
        Unknown,
        words,
    );
    let missing = "a view 1=a+c, a deliver m";
    check("integrity", missing, Unknown, "of c there is no log");
    let twice = "a send m, b send m, c deliver m";
    check(
        "integrity",
        twice,
        Unknown,
        "each message needs a name of its own",
    );
}

#[test]
fn who_stays_delivers_its_own() {
    check("validity", "a send m, a deliver m", Valid, "1 message of");
    let lost = "a send m, a send n, a deliver n";
    check(
        "validity",
        lost,
        Invalid,
        "a sent m and stayed, but never delivered it itself",
    );
    check(
        "validity",
        "a send m, a send n, a deliver n, a crash",
        Valid,
        "0 messages",
    );
    // Without views all are in the group, those too that deliver nothing.
    let words = "a sent m and stayed, but never delivered it itself";
    check("validity", "a send m, b deliver m", Invalid, words);
    let left_behind = "a view 1=a+b, b view 1=a+b, a send m, b view 2=b";
    check("validity", left_behind, Valid, "0 messages");
}

#[test]
fn views_are_the_same_for_all() {
    let good = "a view 1=a+b, b view 1=b+a, a view 2=a+b, b view 2=a+b";
    check("views", good, Valid, "2 views of 2 hosts");
    let other = "a view 1=a+b, b view 1=b";
    check(
        "views",
        other,
        Invalid,
        "view 1 has the members a, b for a, b for b",
    );
    let outside = "a view 1=b, b view 1=b";
    check(
        "views",
        outside,
        Invalid,
        "a installed view 1, which it is not a member of",
    );
    let crossed = "a view 1=a+b, b view 2=a+b, a view 2=a+b, b view 1=a+b";
    check("views", crossed, Invalid, "installed view 1 before 2");
    let again = "a view 1=a, a view 1=a";
    check("views", again, Invalid, "a installed view 1 twice");
    assert_eq!(judged(&script("a send m"), "views"), None);
}

#[test]
fn who_goes_on_together_delivered_the_same() {
    let lost =
        "a send m, a deliver m, b deliver m, c deliver n, b deliver n, a deliver n, c send n";
    check("agreement", lost, Invalid, "a delivered m, c did not");
    let crashed = "a send m, a deliver m, b deliver m, c send n, c deliver n, c crash";
    check(
        "agreement",
        crashed,
        Valid,
        "2 hosts delivered the same messages",
    );
    let both = "a send m, a deliver m, b deliver m, a view 2=a+b, b view 2=a+b";
    check(
        "agreement",
        &in_view("a+b", both),
        Valid,
        "2 views compared",
    );
    let gap = "a send m, a deliver m, a view 2=a+b, b view 2=a+b";
    let words = "a delivered m, b did not in view 1, and both went on to view 2";
    check("agreement", &in_view("a+b", gap), Invalid, words);
    let apart = "a send m, a deliver m, a view 2=a, b view 3=b";
    check(
        "agreement",
        &in_view("a+b", apart),
        Valid,
        "nothing to compare",
    );
    let end = "a send m, a deliver m";
    check(
        "agreement",
        &in_view("a+b", end),
        Invalid,
        "both stayed in it",
    );
}

#[test]
fn a_message_is_delivered_in_one_view_its_senders() {
    let late = "a send m, a deliver m, a view 2=a+b, b view 2=a+b, b deliver m";
    let words = "a delivered m in view 1, b in view 2";
    check("agreement", &in_view("a+b", late), Invalid, words);
    let queued = "a send m, a view 2=a+b, b view 2=a+b, b deliver m, a deliver m";
    check("agreement", &in_view("a+b", queued), Valid, "");
    let stale = "a send m, b view 2=b+c, c view 2=b+c, b deliver m, c deliver m";
    let words = "b delivered m in view 2, which its sender a is not a member of";
    check("agreement", &in_view("a+b", stale), Invalid, words);
}

#[test]
fn fifo_is_each_senders_order_without_gaps() {
    let good = "a send m, a send n, b deliver m, b deliver n, c deliver m";
    check("fifo", good, Valid, "3 deliveries at 2 hosts");
    let crossed = "a send m, a send n, b deliver n, b deliver m";
    let words = "a sent m before n, but b delivered n before m";
    check("fifo", crossed, Invalid, words);
    check("fifo-order", crossed, Invalid, words);
    let gap = "a send m, a send n, b deliver n";
    check(
        "fifo",
        gap,
        Invalid,
        "a sent m before n, but b delivered n and never m",
    );
    check("fifo-order", gap, Valid, "");
    let own = "a send m, b deliver m, b send n, a deliver n, a send o, b deliver o";
    check("fifo", own, Valid, "");
}

#[test]
fn causes_are_delivered_before_effects() {
    let good = "a send m, b deliver m, b send n, c deliver m, c deliver n, a deliver n";
    check("causal", good, Valid, "");
    let crossed = "a send m, b deliver m, b send n, c deliver n, c deliver m";
    let words = "b delivered m before it sent n, but c delivered n before m";
    check("causal", crossed, Invalid, words);
    check("fifo", crossed, Valid, "");
    let missing = "a send m, b deliver m, b send n, c deliver n";
    check("causal", missing, Invalid, "c delivered n and never m");
    // What came to a host and was not handed over yet is no cause.
    let receipts = "a send m, b receive m, b send n, c deliver n, c deliver m, b deliver m";
    check("causal", receipts, Valid, "");
    let far = "a send m, b deliver m, b send n, c deliver n, c send o, d deliver o";
    check("causal", far, Invalid, "");
}

#[test]
fn a_newcomer_need_not_deliver_what_was_before_it() {
    let before = "a send m, a deliver m, b deliver m, a view 2=a+b+c, b view 2=a+b+c, c view 2=a+b+c, a send n, a deliver n, b deliver n";
    for condition in ["fifo", "causal", "liveness", "agreement"] {
        let whole = in_view("a+b", &format!("{before}, c deliver n"));
        check(condition, &whole, Valid, "");
    }
    let gap = format!("{before}, a send o, a deliver o, b deliver o, c deliver o");
    check(
        "fifo",
        &in_view("a+b", &gap),
        Invalid,
        "c delivered o and never n",
    );
}

#[test]
fn total_is_one_order_for_those_who_go_on() {
    let same = "a send m, b send n, a deliver m, a deliver n, b deliver m, b deliver n";
    check("total", same, Valid, "4 deliveries compared");
    let crossed = "a send m, b send n, a deliver m, a deliver n, b deliver n, b deliver m";
    let words = "a delivered m before n, b n before m";
    check("total", crossed, Invalid, words);
    check("fifo", crossed, Valid, "");
    check(
        "total",
        &format!("{crossed}, b crash"),
        Valid,
        "nothing to compare",
    );
    check("total", &format!("{crossed}, b leave"), Invalid, words);
    check(
        "uniform-total",
        &format!("{crossed}, b crash"),
        Invalid,
        words,
    );
    let split = format!("{crossed}, a view 2=a, b view 3=b");
    check(
        "total",
        &in_view("a+b", &split),
        Valid,
        "nothing to compare",
    );
    let ring = "a deliver m, a deliver n, b deliver n, b deliver o, c deliver o, c deliver m";
    check("total", ring, Invalid, "no one order fits: ");
    let left = format!("{crossed}, b leave, a view 2=a+c, c view 2=a+c");
    check("total", &in_view("a+b+c", &left), Invalid, "in view 1");
}

#[test]
fn a_witness_names_two_messages_and_two_hosts() {
    let crossed = "a send m, b send n, a deliver m, a deliver n, b deliver n, b deliver m";
    let log = script(crossed);
    let judgement = judged(&log, "total").expect("deliveries");
    assert_eq!((judgement.messages.len(), judgement.hosts.len()), (2, 2));
    let events: Vec<u32> = judgement.events.iter().map(|event| event.0).collect();
    assert_eq!(events, [2, 3, 4, 5]);
    assert!(judgement.finding().text.starts_with("total: "));
}

#[test]
fn uniform_is_what_the_crashed_delivered_too() {
    let crashed = "a send m, a deliver m, a crash, b view 2=b";
    let words = "a delivered m in view 1, b went on without it";
    check(
        "uniform-agreement",
        &in_view("a+b", crashed),
        Invalid,
        words,
    );
    check("agreement", &in_view("a+b", crashed), Valid, "");
    let held = "a send m, a deliver m, a crash, b deliver m, b view 2=b";
    check("uniform-agreement", &in_view("a+b", held), Valid, "");
    let beginning =
        "a send m, b send n, a deliver m, a crash, b deliver m, b deliver n, b view 2=b";
    check(
        "uniform-total",
        &in_view("a+b", beginning),
        Valid,
        "3 deliveries",
    );
    let gap = "a send m, b send n, a deliver n, a crash, b deliver m, b deliver n, b view 2=b";
    let words = "a delivered n and never m, which b delivered before it";
    check("uniform-total", &in_view("a+b", gap), Invalid, words);
    let parted = "a send m, b send n, a deliver m, a crash, b deliver n, b view 2=b";
    let words = "neither delivered the other's";
    check("uniform-total", &in_view("a+b", parted), Invalid, words);
}

#[test]
fn two_primaries_are_seen() {
    let split = in_view("a+b", "a view 2=a, b view 3=b");
    check(
        "primary",
        &split,
        Invalid,
        "view 1 was followed by 2 at a and by 3 at b",
    );
    let one = in_view("a+b", "a view 2=a+b, b view 2=a+b");
    check("primary", &one, Valid, "2 views");
    assert_eq!(judged(&script("a send m, b deliver m"), "primary"), None);
}

#[test]
fn after_quiet_all_is_there() {
    let good = "a send m, a deliver m, b deliver m";
    check("liveness", good, Valid, "1 message of 2 hosts");
    let lost = "a send m, a deliver m, b send n, b deliver n, a deliver n";
    check(
        "liveness",
        lost,
        Invalid,
        "a sent m, and b never delivered it",
    );
    let nobody = in_view("a+b", "a send m");
    check(
        "liveness",
        &nobody,
        Invalid,
        "a sent m and stayed, but never delivered it",
    );
    let apart = in_view("a+b", "a view 2=a, b view 3=b");
    check("liveness", &apart, Unknown, "a in view 2; b in view 3");
    let gone = in_view("a", "a send m, a leave");
    check(
        "liveness",
        &gone,
        Valid,
        "nothing to judge: all members left",
    );
    let crashed = in_view("a", "a send m, a crash");
    check("liveness", &crashed, Valid, "no member stayed to the end");
}

/// A host that delivered nothing was no member where a log has no views, and owed nothing; it is in the group as all are.
#[test]
fn without_views_all_hosts_are_in_the_group() {
    let deaf = "a send m1, b send m2, b deliver m2, a send m3";
    let words = "a sent m1 and stayed, but never delivered it itself";
    check("validity", deaf, Invalid, words);
    check("liveness", deaf, Invalid, "a sent m1");
    // It may be one that only sends to the group.
    check("agreement", deaf, Valid, "nothing to compare");
    let mute = "a send m1, a deliver m1, b receive m1";
    check("liveness", mute, Invalid, "b never delivered it");
    // Nothing says that this log tells of deliveries at all.
    let words = "tells of no delivery at all";
    check("validity", "a send m1, b send m2", Unknown, words);
}

/// The log of a member that the views name was missing, or told of no view, and all was taken for kept.
#[test]
fn what_a_member_did_that_told_nothing_is_not_known() {
    let missing = "a view 1=a+b+c, b view 1=a+b+c, a send m, a deliver m, b deliver m";
    let mute = "a view 1=a+b, a send m, a deliver m, b send n, b deliver n";
    for condition in [
        "validity",
        "agreement",
        "total",
        "uniform-agreement",
        "liveness",
    ] {
        let words = "of c, a member of view 1, there is no log";
        check(condition, missing, Unknown, words);
        check(
            condition,
            mute,
            Unknown,
            "b is a member of view 1, but its log tells of no view",
        );
        check(
            condition,
            &format!("{missing}, a view 2=a+b, b view 2=a+b"),
            Valid,
            "",
        );
        check(
            condition,
            &format!("{missing}, a leave, b leave"),
            Unknown,
            words,
        );
        check(condition, &format!("{mute}, b crash"), Valid, "");
    }
    let twice = format!("{missing}, a deliver m");
    check("integrity", &twice, Invalid, "a delivered m twice");
}

/// Who is in no view at all was taken for a member of each.
#[test]
fn who_is_in_no_view_sends_to_none() {
    let text = in_view("a+b", "z send m, a deliver m, b deliver m");
    let words = "a delivered m in view 1, which its sender z is not a member of";
    check("agreement", &text, Invalid, words);
}

/// A view without members was taken for one that its member is not in.
#[test]
fn a_view_that_does_not_say_who_is_in_it_proves_nothing() {
    let one = "a view 1=a+b, b view 1=, a send m, a deliver m, b deliver m";
    check("views", one, Unknown, "b does not say who is in view 1");
    check("agreement", one, Valid, "");
    let none = "a view 1=, b view 1=, a send m, a deliver m, b deliver m";
    for condition in ["views", "agreement", "liveness", "primary"] {
        check(condition, none, Unknown, "who is in view 1");
    }
}

/// A member that was blocked when its log ended owed what nobody could deliver any more.
#[test]
fn who_is_blocked_owes_nothing_until_it_goes_on() {
    let text = "a send m, a deliver m, b deliver m, a crash, b blocked, b send n";
    let blocked = in_view("a+b", text);
    for condition in ["validity", "liveness", "agreement"] {
        check(condition, &blocked, Valid, "");
    }
    let on = format!("{blocked}, b view 2=b");
    check("validity", &on, Invalid, "b sent n and stayed");
}

/// Killed between two lines: whoever was blocked then missed somebody, and only whoever started them knows whom.
#[test]
fn whose_log_just_ends_where_another_was_blocked_may_have_been_killed() {
    let text = in_view("a+b", "a send m, b blocked, b send n");
    for condition in ["validity", "liveness"] {
        check(condition, &text, Unknown, "say --crashed a");
    }
    let killed = format!("{text}, a crash");
    check("validity", &killed, Valid, "");
}

#[test]
fn where_nothing_was_looked_at_nothing_is_proven() {
    let is_idle = |condition, text: &str| judged(&script(text), condition).expect("judged").is_idle;
    let left = in_view("a", "a send m, a deliver m, a leave");
    for condition in ["validity", "agreement", "total", "liveness"] {
        assert!(is_idle(condition, &left), "{condition}");
        assert!(
            !is_idle(condition, "a send m, a deliver m, b deliver m"),
            "{condition}"
        );
    }
    assert!(!is_idle("integrity", &left));
}

#[test]
fn what_the_log_lacks_proves_nothing_missing() {
    let lost = in_view(
        "a+b",
        "a send m, a send n, a deliver m, a deliver n, b deliver n",
    );
    let mut log = script(&lost);
    let text = "`b` goes from 1 to 3: 1 event is missing.".to_owned();
    log.blame(FlawKind::Hole, Place::default(), text);
    for condition in [
        "fifo",
        "causal",
        "agreement",
        "uniform-agreement",
        "uniform-total",
        "liveness",
    ] {
        check_log(condition, &script(&lost), Invalid, "");
        check_log(condition, &log, Unknown, "1 event is missing");
    }
    let mut log = script("a send m, a send n, b deliver n, b deliver m");
    log.blame(FlawKind::Hole, Place::default(), String::new());
    check_log("fifo", &log, Invalid, "");
}

#[test]
fn whoever_comes_back_under_its_old_name_is_not_believed() {
    let back = "a send m, a deliver m, a crash, a send n, b deliver n, b deliver m";
    check(
        "agreement",
        &in_view("a+b", "a crash, a send n, b deliver n"),
        Valid,
        "",
    );
    check("liveness", &format!("{back}, c deliver m"), Valid, "");
    check(
        "fifo",
        &format!("{back}, c deliver n"),
        Invalid,
        "b delivered n before m",
    );
    let gap = "a send m, a crash, a send n, b deliver n";
    check("fifo", gap, Unknown, "a goes on after its end");
}

/// Receipts stand for deliveries where a log tells of none.
#[test]
fn a_log_that_tells_of_receipts_only_is_judged_by_them() {
    let crossed = "a send m, a send n, b receive n, b receive m";
    check("fifo", crossed, Invalid, "b delivered n before m");
}

/// The log of a host of this script ends in the middle of a line.
fn torn(text: &str, host: &str) -> Log {
    let mut log = script(text);
    let place = Place { source: 1, line: 9 };
    let host = log.host_named(host).expect("a host");
    log.torn.push(trace::Tear {
        host,
        place,
        bytes: 30,
    });
    log.blame(FlawKind::Truncated, place, "The text ends.".to_owned());
    log
}

/// b was killed while it wrote that it sent m2, which the others have: it stayed for nobody, and m2 is not made up.
#[test]
fn who_was_killed_in_the_middle_of_a_line_has_crashed() {
    let text = in_view(
        "a+b+c",
        "a send m1, a deliver m1, c deliver m1, a deliver m2, c deliver m2",
    );
    let mut log = torn(&text, "b");
    check_log(
        "liveness",
        &log,
        Unknown,
        "unless that is what the log lacks",
    );
    log.end_torn();
    check_log("integrity", &log, Unknown, "b ends in the middle of a line");
    for kept in [
        "validity",
        "views",
        "agreement",
        "fifo",
        "causal",
        "total",
        "liveness",
    ] {
        check_log(kept, &log, Valid, "");
    }
    let mut doubled = torn(&(text + ", c deliver m1"), "b");
    doubled.end_torn();
    check_log("integrity", &doubled, Invalid, "c delivered m1 twice");
}

/// Names such as ours say whose message it is, and whether its sending may be what is lost.
#[test]
fn only_what_a_killed_member_sent_last_may_be_lost() {
    let check = |delivered: &str, verdict, words| {
        let text = "a send one, a deliver one, b deliver one, b deliver other";
        let mut log = torn(&in_view("a+b", text), "a");
        log.messages = vec!["a#00000001:1".to_owned(), delivered.to_owned()];
        log.end_torn();
        check_log("integrity", &log, verdict, words);
    };
    check("a#00000001:2", Unknown, "so it may have sent it last");
    check("m", Unknown, "so it may have sent it last");
    check("a#00000001:0", Invalid, "which nobody sent");
    check("b#00000002:1", Invalid, "which nobody sent");
}
