//! What every diagram promises, whatever the log.

use super::*;
use crate::space_time::sample::{self, Script};
use trace::{EventId, EventKind, Log};
use verdict::Order;

const HOSTILE: &str = "</script><script>alert(1)</script>\"'`><img src=x>\u{202e}\u{1b}";

fn page_of(log: &Log) -> String {
    let order = Order::of(log);
    space_time(&Drawing::new(log, &order, "a log"))
}

#[track_caller]
fn check(log: &Log, wanted: &[&str]) -> String {
    let page = page_of(log);
    for part in wanted {
        assert!(page.contains(part), "{part:?} is missing");
    }
    assert!(!page.contains("NaN"));
    page
}

/// The table in a page.
#[track_caller]
fn data(page: &str) -> &str {
    let (_, rest) = page.split_once("id=\"sp-data\">").expect("a table");
    rest.split_once("</script>").expect("its end").0
}

fn burst_and_quiet() -> Script {
    let mut script = Script::new(&["a", "b"]);
    for burst in 0..4 {
        for at in 0..20 {
            let now = burst * 12_300_000_000 + at * 40_000;
            let (from, to) = ((at % 2) as u32, (1 - at % 2) as u32);
            let name = format!("{burst}.{at}");
            script
                .send(from, &name, now)
                .receive(to, &name, now + 9_000);
        }
    }
    script
}

#[test]
fn a_small_log_has_lanes_marks_a_loss_and_numbers() {
    let wanted = [
        "3 hosts · 12 events · 4 messages received · 1 lost · 21.0 ms",
        "<span title=\"alice\">alice</span>",
        "class=\"sp-lost\"",
        "\"kinds\":\"lssrlrsrslrs\"",
        "received by nobody",
        "<th scope=\"row\">bob</th>",
    ];
    let page = check(&sample::small().log, &wanted[..3]);
    for part in [wanted[4], wanted[5]] {
        assert!(page.contains(part));
    }
    assert!(page.contains(wanted[0]), "{}", subject_of(&page));
    assert!(!page.contains("sent by nobody</span>") && !page.contains("class=\"sp-deliver\""));
}

#[test]
fn views_and_ends_of_hosts_are_marks_of_their_own() {
    let wanted = [
        "\"kinds\":\"vsdvsdvdvevdx\"",
        "\"letters\":[\"A\",\"B\"]",
        "class=\"sp-band sp-v1\"",
        "<title>view A: alice, bob, carol</title>",
        ">B</text>",
        "class=\"sp-crash\"",
        "class=\"sp-leave\"",
        "s-sp-view\"></i>view: who is in it; one letter, one view",
        "<th scope=\"row\">B</th><td>2 by alice</td><td>alice, bob</td><td>2 hosts</td>",
    ];
    check(&sample::group().log, &wanted);
    let page = page_of(&sample::small().log);
    for absent in ["class=\"sp-band", "\"views\"", "every view", "s-sp-view\">"] {
        assert!(!page.contains(absent), "{absent}");
    }
}

fn subject_of(page: &str) -> &str {
    let (_, rest) = page.split_once("class=\"subject\">").expect("a subject");
    rest.split_once('<').expect("its end").0
}

#[test]
fn a_hostile_text_reaches_neither_page_nor_table_raw() {
    let mut script = Script::new(&[HOSTILE, "b"]);
    script.event(0, EventKind::Send, Some(HOSTILE), HOSTILE, None);
    script.event(1, EventKind::Receive, Some(HOSTILE), HOSTILE, None);
    let order = Order::of(&script.log);
    let findings = [Finding::new(Verdict::Invalid, HOSTILE).into()];
    let drawing = Drawing {
        findings: &findings,
        command: HOSTILE,
        ..Drawing::new(&script.log, &order, HOSTILE)
    };
    for page in [space_time(&drawing), super::super::space_time_svg(&drawing)] {
        assert!(!page.contains("<script>alert") && !page.contains("<img"));
        assert!(!page.contains(['\u{202e}', '\u{1b}']));
        assert!(page.contains("&lt;script&gt;alert(1)"));
    }
    let page = space_time(&drawing);
    // The table, the one script; and their ends.
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!data(&page).contains('<'));
}

#[test]
fn the_policy_names_the_one_script_that_runs() {
    let page = page_of(&sample::small().log);
    let (_, rest) = page.split_once("<script>").expect("a script");
    let (script, _) = rest.split_once("</script>").expect("its end");
    let hash = crate::sha256::sha256_base64(script.as_bytes());
    assert!(page.contains(&format!("script-src 'sha256-{hash}'")));
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("url("));
    assert!(!page.contains(" src=\"") && !page.contains("innerHTML"));
}

#[test]
fn ten_thousand_events_make_less_than_a_megabyte() {
    for (members, messages) in [(3, 3800), (30, 400)] {
        let log = sample::chat(members, messages).log;
        assert!(log.events.len() >= 10_000, "{}", log.events.len());
        let page = page_of(&log);
        assert!(page.len() < 1_000_000, "{members}: {}", page.len());
    }
}

#[test]
fn what_is_beyond_the_limit_is_left_out_and_said() {
    let log = sample::chat(4, 500).log;
    let order = Order::of(&log);
    let drawing = Drawing {
        most: 102,
        around: Some(EventId(900)),
        ..Drawing::new(&log, &order, "")
    };
    let page = space_time(&drawing);
    let all = count(log.events.len() as u64);
    assert!(page.contains(&format!("Drawn are 102 events of {all}: ")));
    assert!(page.contains(&format!("102 of {all} events drawn · ")));
    let received: usize = log.ids().map(|event| order.sources(event).len()).sum();
    let received = count(received as u64);
    assert!(page.contains(&format!(" · {received} messages received")));
    assert!(page.contains("class=\"sp-away\""), "{}", data(&page));
    assert!(page.contains("\"entries\":[["), "{}", data(&page));
    assert!(!page.contains("\"chosen\":-1"));
    assert!(page.len() < 90_000, "{}", page.len());
}

#[test]
fn quiet_stretches_are_folded_and_say_how_long_they_were() {
    let wanted = [
        "12.3 s of quiet</text>",
        "3 quiet stretches folded, together 36.9 s.",
    ];
    check(&burst_and_quiet().log, &wanted);
}

#[test]
fn a_clock_that_is_behind_is_moved_and_marked() {
    let mut script = Script::new(&["a", "b"]);
    script.send(0, "m", 5_000_000).receive(1, "m", 1_800_000);
    let wanted = [
        "b by 3.20 ms",
        "sp-line sp-skewed",
        "b<small>clock +3.20 ms</small></span>",
        "\"skewed\":[1,3200000]",
    ];
    check(&script.log, &wanted);
}

#[test]
fn a_circle_of_causes_is_drawn_as_impossible() {
    let wanted = ["sp-line sp-turned", "class=\"sp-wrong\""];
    let page = check(&sample::circle().log, &wanted);
    assert!(!data(&page).contains("\"impossible\":[]"));
    assert!(!page.contains("received by nobody</span>") && !page.contains("sent by nobody</span>"));
}

/// A receipt outside of the order was taken for one that would close a circle, and a send that no receipt is matched
/// with for one that was lost. Two hosts that use one name are neither.
#[test]
fn a_message_that_two_hosts_sent_is_in_no_circle_and_not_lost() {
    let mut script = Script::new(&["a", "b", "c"]);
    script.send(0, "m", 1).send(1, "m", 2).receive(2, "m", 3);
    let none = [
        "\"impossible\":[]",
        "\"turned\":[]",
        "\"lost\":[]",
        "\"unsent\":[]",
    ];
    check(&script.log, &none);
}

/// A receipt counts as that of the first send, and so the second was drawn as lost, which the order does not say.
#[test]
fn a_message_that_was_sent_again_is_not_lost() {
    let mut script = Script::new(&["a", "b"]);
    script.send(0, "m", 1).send(0, "m", 2).receive(1, "m", 3);
    check(&script.log, &["\"edges\":[0,2]", "\"lost\":[]"]);
}

#[test]
fn what_only_its_sender_delivers_is_lost() {
    let mut script = Script::new(&["a", "b"]);
    script.send(0, "m", 1).local(1, "waits");
    script.event(0, EventKind::Deliver, Some("m"), "", Some(2));
    check(&script.log, &["received by nobody</span>", "\"lost\":[0]"]);
}

#[test]
fn an_event_that_nobody_sent_is_marked() {
    let mut script = Script::new(&["a"]);
    script.receive(0, "m", 1);
    check(&script.log, &["sent by nobody</span>", "\"unsent\":[0]"]);
}

#[test]
fn a_delivery_of_what_was_received_has_no_line_of_its_own() {
    let mut script = Script::new(&["a", "b"]);
    script.send(0, "m", 1).receive(1, "m", 2);
    script.event(1, EventKind::Deliver, Some("m"), "", Some(3));
    script.event(0, EventKind::Deliver, Some("m"), "", Some(4));
    check(&script.log, &["\"edges\":[0,2]", "class=\"sp-deliver\""]);
}

#[test]
fn only_claims_that_differ_are_in_the_table() {
    let mut log = sample::small().log;
    let page = check(&log, &["\"vectors\":[]"]);
    assert!(data(&page).contains("\"claims\":\"111111111111\""));
    log.events[0].stamps.lamport = Some(u64::MAX);
    check(&log, &["\"18446744073709551615\"", "class=\"sp-doubt\""]);
}

#[test]
fn a_long_text_is_cut_with_a_mark() {
    let mut script = Script::new(&["a"]);
    script.local(0, &"x".repeat(3000));
    let page = check(
        &script.log,
        &["xxx…\"", "1 text longer than 2000 characters"],
    );
    assert!(page.len() < 60_000);
}

#[test]
fn a_finding_with_a_witness_has_a_button_for_it() {
    let log = sample::small().log;
    let order = Order::of(&log);
    let findings = [
        Finding::new(Verdict::Valid, "a remark").into(),
        Witnessed {
            finding: Finding::new(Verdict::Invalid, "a breach"),
            pair: Some((EventId(1), EventId(2))),
            is_kept: false,
        },
    ];
    let drawing = Drawing {
        findings: &findings,
        ..Drawing::new(&log, &order, "")
    };
    let page = space_time(&drawing);
    assert!(page.contains("a breach <button type=\"button\" class=\"sp-show\" data-pair=\"1 5\""));
    assert!(page.contains("<p class=\"verdict invalid\">"));
    assert!(page.find("a breach") < page.find("a remark"));
}

#[test]
fn a_kept_promise_is_no_note_and_the_basis_is_told() {
    let log = sample::small().log;
    let order = Order::of(&log);
    let kept = Witnessed {
        is_kept: true,
        ..Finding::new(Verdict::Valid, "kept it").into()
    };
    let findings = [Finding::new(Verdict::Valid, "a remark").into(), kept];
    let drawing = Drawing {
        findings: &findings,
        ..Drawing::new(&log, &order, "")
    };
    let page = space_time(&drawing);
    assert!(page.contains("<b>✓ kept</b> kept it</li><li class=\"remark\"><b>· note</b> a remark"));
    let basis = escape(order.basis().text());
    assert!(page.contains(&format!("<b>order:</b> {basis}</p>")));
}

#[test]
fn the_ends_of_a_broken_promise_are_marked() {
    let log = sample::small().log;
    let order = Order::of(&log);
    let findings = [Witnessed {
        finding: Finding::new(Verdict::Invalid, "a breach"),
        pair: Some((EventId(1), EventId(2))),
        is_kept: false,
    }];
    let drawing = Drawing {
        findings: &findings,
        ..Drawing::new(&log, &order, "")
    };
    let page = space_time(&drawing);
    assert_eq!(page.matches("class=\"sp-witness\"").count(), 2);
    assert!(data(&page).contains("\"witnesses\":[1,0,5,0],\"broken\":[\"a breach\"]"));
    assert!(page.contains("the two ends of a broken promise"));
    assert!(!page_of(&log).contains("class=\"sp-witness\""));
}

#[test]
fn messages_told_by_clocks_are_at_least_so_many() {
    let mut log = sample::small().log;
    for event in &mut log.events {
        event.message = None;
    }
    check(&log, &["at least 4 messages received, as the clocks show"]);
}

#[test]
fn an_empty_log_is_a_page() {
    check(&Log::new(), &["0 hosts · 0 events"]);
}

#[test]
fn a_hostile_clock_breaks_nothing() {
    let mut script = Script::new(&["a", "b"]);
    script.send(0, "m", i64::MAX).receive(1, "m", i64::MIN);
    script.send(1, "n", i64::MIN).receive(0, "n", i64::MAX);
    check(&script.log, &[]);
}
