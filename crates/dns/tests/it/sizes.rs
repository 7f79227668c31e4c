//! How large answers are: what the asker takes, what a datagram may have, and never much more than was asked with.

use dns::{Peer, Transport};
use domain::base::iana::Rtype;
use naming::Registry;

use crate::{
    asking::{self, CONNECTED, FOREIGN, LOCAL, UDP_BYTES_MAX, question, with_opt},
    zone::{self, TEXT},
};

fn registry() -> Registry {
    let mut text = TEXT.to_owned();
    for number in 0..250 {
        text += &format!("many IN A 10.9.0.{number}\n");
        text += &format!("many IN TXT \"{number:0>100}\"\n");
    }
    for number in 0..30 {
        text += &format!("some IN AAAA fd00::9:{number}\n");
        text += &format!("led IN SRV 0 0 {number} some\n");
    }
    text += "tomany IN CNAME many\n";
    text += "deep IN NS ns.deep\n";
    for number in 0..30 {
        text += &format!("ns.deep IN AAAA fd00::7:{number}\n");
    }
    zone::registry(&zone::lines(&text))
}

#[track_caller]
fn check(message: &[u8], peer: Peer, limit: usize, expected: (bool, usize)) {
    let (outcome, out) = asking::reply(&registry(), message, peer);
    let seen = asking::read(&out);
    assert!(out.len() <= limit, "{} of {limit} bytes", out.len());
    assert_eq!((outcome.is_cut, seen.answer.len()), expected);
}

#[test]
fn a_datagram_has_what_the_asker_takes() {
    let some = question("some.lab.test", Rtype::AAAA);
    check(&some, LOCAL, 512, (true, 0));
    check(&with_opt(some.clone(), 100, 0, &[]), LOCAL, 512, (true, 0));
    check(&with_opt(some.clone(), 800, 0, &[]), LOCAL, 800, (true, 0));
    check(
        &with_opt(some.clone(), 1_000, 0, &[]),
        LOCAL,
        1_000,
        (false, 30),
    );
    check(
        &with_opt(some, 65_535, 0, &[]),
        LOCAL,
        UDP_BYTES_MAX.into(),
        (false, 30),
    );
    let many = question("many.lab.test", Rtype::A);
    check(
        &with_opt(many.clone(), 65_535, 0, &[]),
        LOCAL,
        UDP_BYTES_MAX.into(),
        (true, 0),
    );
    check(&many, CONNECTED, 65_535, (false, 250));
    let texts = question("many.lab.test", Rtype::TXT);
    check(&texts, LOCAL, 512, (true, 0));
    check(&texts, CONNECTED, 65_535, (false, 250));
}

#[test]
fn what_is_cut_has_whole_sets_only() {
    let message = question("tomany.lab.test", Rtype::A);
    check(&message, LOCAL, 512, (true, 1));
    check(&message, CONNECTED, 65_535, (false, 251));
}

#[test]
fn what_was_not_asked_for_is_left_out_where_there_is_no_room() {
    let message = with_opt(question("led.lab.test", Rtype::SRV), 1_200, 0, &[]);
    let (outcome, out) = asking::reply(&registry(), &message, LOCAL);
    let seen = asking::read(&out);
    assert_eq!(
        (outcome.is_cut, seen.answer.len(), seen.additional.len()),
        (false, 30, 0)
    );
    let seen = asking::ask(&registry(), &message, CONNECTED);
    assert_eq!((seen.answer.len(), seen.additional.len()), (30, 30));
}

#[test]
fn a_referral_without_the_addresses_that_it_needs_is_cut() {
    let message = question("x.deep.lab.test", Rtype::A);
    let seen = asking::ask(&registry(), &message, LOCAL);
    assert_eq!(
        (seen.is_cut, seen.authority.len(), seen.additional.len()),
        (true, 1, 0)
    );
    let seen = asking::ask(&registry(), &message, CONNECTED);
    assert_eq!(
        (seen.is_cut, seen.authority.len(), seen.additional.len()),
        (false, 1, 30)
    );
}

/// All names of the zone and some more, for all types, with and without EDNS and a cookie's first half.
fn all_questions() -> Vec<Vec<u8>> {
    let cookie = b"\0\x0a\0\x0812345678";
    let reverse = [
        "1.0.0.10.in-addr.arpa",
        "2.1.0.10.in-addr.arpa",
        ".",
        "a.example",
    ];
    let made = [
        "many.lab.test",
        "some.lab.test",
        "led.lab.test",
        "tomany.lab.test",
        "x.deep.lab.test",
    ];
    let mut names: Vec<String> = reverse
        .iter()
        .chain(&made)
        .map(|name| (*name).to_owned())
        .collect();
    for line in zone::lines(TEXT) {
        names.push(format!("x.{}", line.owner));
        names.push(line.owner);
    }
    names.sort();
    names.dedup();
    let mut questions = Vec::new();
    for name in &names {
        for number in (0..=66).chain(249..=257).chain([65_280]) {
            if matches!(number, 251 | 252) {
                continue;
            }
            let plain = question(name, Rtype::from_int(number));
            questions.push(with_opt(plain.clone(), 65_535, 0, &[]));
            questions.push(with_opt(plain.clone(), 65_535, 0, cookie));
            questions.push(plain);
        }
    }
    questions
}

#[test]
fn whoever_may_be_forged_is_sent_at_most_three_times_what_was_asked_with() {
    let registry = registry();
    let responder = asking::responder();
    let questions = all_questions();
    assert!(questions.len() > 10_000, "{} questions", questions.len());
    let (mut most, mut most_cut) = (0.0_f64, 0.0_f64);
    let mut out = Vec::new();
    for message in questions {
        let dns::Handled::Reply(outcome) =
            responder.handle(&registry, &message, FOREIGN, asking::NOW, &mut out)
        else {
            panic!("a question is answered");
        };
        let ratio = out.len() as f64 / message.len() as f64;
        assert!(out.len() <= 3 * message.len(), "{ratio} for {message:02x?}");
        most = most.max(ratio);
        if outcome.is_cut && out[6..10] == [0; 4] {
            most_cut = most_cut.max(ratio);
        }
        assert!(responder.cut(&message, &mut out));
        assert!(
            out.len() <= message.len(),
            "a cut answer is no longer than its question"
        );
    }
    assert!(most > 2.5, "the limit is used: {most}");
    assert!(most_cut < 1.5, "what is cut is short: {most_cut}");
}

#[test]
fn whoever_is_where_they_say_gets_the_whole_answer() {
    let message = with_opt(question("some.lab.test", Rtype::AAAA), 4_096, 0, &[]);
    check(&message, FOREIGN, 3 * message.len(), (true, 0));
    for (address, transport) in [
        ("127.0.0.1", Transport::Udp),
        ("127.9.9.9", Transport::Udp),
        ("::1", Transport::Udp),
        ("::ffff:127.0.0.1", Transport::Udp),
        ("192.0.2.1", Transport::Tcp),
    ] {
        let address = address.parse().expect("an address");
        check(&message, Peer { address, transport }, 1_232, (false, 30));
    }
}
