//! Answers whose form matters, one by one.

use std::net::IpAddr;

use domain::base::iana::{Class, Rtype};
use naming::RecordType;

use crate::{
    asking::{self, CONNECTED, FOREIGN, LOCAL, Seen, question, question_of, with_opt},
    model::soa,
    zone::{self, TEXT},
};

fn ask(message: &[u8]) -> Seen {
    asking::ask(&zone::registry(&zone::lines(TEXT)), message, LOCAL)
}

#[track_caller]
fn check(name: &str, record_type: Rtype, rcode: u16, answer: &[&str]) {
    let seen = ask(&question(name, record_type));
    assert_eq!(
        (seen.rcode, &seen.answer[..]),
        (rcode, &answer.map_to_owned()[..]),
        "{name}"
    );
}

trait MapToOwned {
    fn map_to_owned(&self) -> Vec<String>;
}

impl MapToOwned for [&str] {
    fn map_to_owned(&self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

#[test]
fn the_case_of_the_question_comes_back() {
    let expected = ["SeRver1.LAB.tEst. 30 IN AAAA fd00::1"];
    check("SeRver1.LAB.tEst", Rtype::AAAA, 0, &expected);
    let message = question("NoT.Lab.TEST", Rtype::A);
    let registry = zone::registry(&zone::lines(TEXT));
    let (_, out) = asking::reply(&registry, &message, LOCAL);
    assert_eq!(
        out[12..message.len()],
        message[12..],
        "the question as it was"
    );
}

#[test]
fn flags_that_are_the_answer_s_are_not_the_asker_s_to_set() {
    let registry = zone::registry(&zone::lines(TEXT));
    for name in ["server1.lab.test", "example.org", "host.sub.lab.test"] {
        let plain = question(name, Rtype::A);
        let mut flagged = plain.clone();
        (flagged[2], flagged[3]) = (0x07, 0xff);
        let (_, expected) = asking::reply(&registry, &plain, LOCAL);
        assert_eq!(asking::reply(&registry, &flagged, LOCAL).1, expected);
    }
}

#[test]
fn an_answer_is_kept_no_longer_than_its_lease_lasts() {
    check(
        "leased.lab.test",
        Rtype::A,
        0,
        &["leased.lab.test. 3 IN A 10.0.2.1"],
    );
    let expected = [
        "leased-alias.lab.test. 3 IN CNAME server1.lab.test.",
        "server1.lab.test. 30 IN AAAA fd00::1",
    ];
    check("leased-alias.lab.test", Rtype::AAAA, 0, &expected);
    check(
        "zero.lab.test",
        Rtype::A,
        0,
        &["zero.lab.test. 0 IN A 10.0.5.1"],
    );
    let expected = ["leased.lab.test. 3 IN HINFO \"RFC8482\" \"\""];
    check("leased.lab.test", Rtype::ANY, 0, &expected);
    // An alias is all there is of its name, and is not followed: it is what was asked for.
    let expected = ["leased-alias.lab.test. 3 IN CNAME server1.lab.test."];
    check("leased-alias.lab.test", Rtype::ANY, 0, &expected);
    check(
        "1.2.0.10.in-addr.arpa",
        Rtype::PTR,
        0,
        &["1.2.0.10.in-addr.arpa. 3 IN PTR leased.lab.test."],
    );
}

#[test]
fn aliases_in_a_circle_end() {
    let expected = ["self.lab.test. 30 IN CNAME self.lab.test."];
    check("self.lab.test", Rtype::A, 0, &expected);
    let expected = [
        "loop1.lab.test. 30 IN CNAME loop2.lab.test.",
        "loop2.lab.test. 30 IN CNAME loop3.lab.test.",
        "loop3.lab.test. 30 IN CNAME loop2.lab.test.",
    ];
    check("loop1.lab.test", Rtype::A, 0, &expected);
}

#[test]
fn a_long_row_of_aliases_is_followed_sixteen_times() {
    let mut text = "$TTL 5\n".to_owned();
    for number in 0..40 {
        text += &format!("a{number} IN CNAME a{}\n", number + 1);
    }
    let registry = zone::registry(&zone::lines(&text));
    let seen = asking::ask(&registry, &question("a0.lab.test", Rtype::A), LOCAL);
    assert_eq!(
        (seen.rcode, seen.answer.len(), seen.authority.len()),
        (0, 17, 0)
    );
    let seen = asking::ask(&registry, &question("a24.lab.test", Rtype::A), LOCAL);
    assert_eq!(
        (seen.rcode, seen.answer.len(), seen.authority.len()),
        (3, 16, 1)
    );
}

#[test]
fn what_is_elsewhere_is_refused_and_nothing_is_said_of_it() {
    for (name, record_type, class) in [
        ("example.org", Rtype::A, Class::IN),
        ("test", Rtype::SOA, Class::IN),
        (".", Rtype::NS, Class::IN),
        ("1.0.0.11.in-addr.arpa", Rtype::PTR, Class::IN),
        ("in-addr.arpa", Rtype::PTR, Class::IN),
        ("version.bind", Rtype::TXT, Class::CH),
        ("server1.lab.test", Rtype::A, Class::HS),
    ] {
        let message = question_of(name, record_type, class);
        let expected = Seen {
            rcode: 5,
            ..Seen::default()
        };
        assert_eq!(ask(&message), expected, "{name}");
        let registry = zone::registry(&zone::lines(TEXT));
        assert!(
            asking::reply(&registry, &message, LOCAL)
                .0
                .refusal
                .is_some()
        );
    }
}

#[test]
fn types_that_are_none_are_not_looked_up() {
    for (number, rcode) in [
        (0, 1),
        (41, 1),
        (128, 1),
        (250, 1),
        (249, 4),
        (253, 4),
        (254, 4),
    ] {
        let seen = ask(&question("server1.lab.test", Rtype::from_int(number)));
        assert_eq!((seen.rcode, seen.answer.len()), (rcode, 0), "{number}");
    }
    let any_class = question_of("mx1.lab.test", Rtype::A, Class::ANY);
    assert_eq!(ask(&any_class).answer, ["mx1.lab.test. 30 IN A 10.0.4.1"]);
}

#[test]
fn an_address_leads_to_its_names() {
    let name = "1.1.0.10.in-addr.arpa";
    check(name, Rtype::PTR, 5, &[]);
    let name = "2.1.0.10.in-addr.arpa";
    let expected = ["2.1.0.10.in-addr.arpa. 60 IN PTR server2.region1.lab.test."];
    check(name, Rtype::PTR, 0, &expected);
    let seen = ask(&question(name, Rtype::A));
    let own_soa = soa().replacen("lab.test.", "2.1.0.10.in-addr.arpa.", 1);
    assert_eq!((seen.rcode, seen.is_authoritative), (0, true));
    assert_eq!(
        (seen.answer.len(), &seen.authority[..]),
        (0, &[own_soa.clone()][..])
    );
    assert_eq!(ask(&question(name, Rtype::SOA)).answer, [own_soa]);
    let zeros = "0.".repeat(27);
    let name = format!("1.{zeros}0.d.f.ip6.arpa").replacen("0.0.d.f", "0.0.d.f", 1);
    let name = name.replacen("1.0", "1.0.0", 1);
    let seen = ask(&question(&name, Rtype::PTR));
    assert_eq!(
        seen.answer,
        [format!("{name}. 30 IN PTR server1.lab.test.")]
    );
}

#[test]
fn of_many_names_of_an_address_sixteen_are_told() {
    let mut text = "$TTL 5\n".to_owned();
    for number in 0..200 {
        text += &format!("n{number} {number} IN A 10.0.0.9\n");
    }
    let registry = zone::registry(&zone::lines(&text));
    let message = question("9.0.0.10.in-addr.arpa", Rtype::PTR);
    let seen = asking::ask(&registry, &message, CONNECTED);
    assert_eq!((seen.answer.len(), seen.is_cut), (16, false));
    let ttls = seen.answer.iter().map(|text| text.split(' ').nth(1));
    let ttls: std::collections::BTreeSet<_> = ttls.collect();
    assert_eq!(ttls.len(), 1, "one TTL for all records of a set");
    let (_, out) = asking::reply(&registry, &message, CONNECTED);
    let zone = registry.zone().wire();
    let spelled = out.windows(zone.len()).filter(|bytes| *bytes == zone);
    assert_eq!(spelled.count(), 1, "the zone is spelled once");
    let seen = asking::ask(&registry, &message, FOREIGN);
    assert_eq!(
        (seen.answer.len(), seen.is_cut),
        (0, true),
        "all of them, or none"
    );
}

#[test]
fn what_is_asked_is_counted() {
    let registry = zone::registry(&zone::lines(TEXT));
    let message = question("server1.lab.test", Rtype::SRV);
    let (outcome, _) = asking::reply(&registry, &message, LOCAL);
    assert_eq!(outcome.record_type, Some(RecordType::SRV));
    assert_eq!(
        (outcome.rcode, outcome.is_cut, outcome.refusal),
        (0, false, None)
    );
}

#[test]
fn whoever_speaks_edns_is_answered_in_it() {
    let plain = question("server1.lab.test", Rtype::AAAA);
    assert_eq!(ask(&plain).opt, None);
    let seen = ask(&with_opt(plain.clone(), 4_096, 0, &[]));
    assert_eq!(seen.opt, Some((asking::UDP_BYTES_MAX, vec![])));
    assert_eq!(seen.answer.len(), 1);
    let unknown_option = [0, 3, 0, 2, 9, 9];
    let seen = ask(&with_opt(plain.clone(), 0, 0, &unknown_option));
    assert_eq!(
        (seen.opt, seen.answer.len()),
        (Some((asking::UDP_BYTES_MAX, vec![])), 1)
    );
    let seen = ask(&with_opt(plain, 4_096, 1, &[]));
    assert_eq!((seen.rcode, seen.answer.len()), (16, 0));
    assert_eq!(seen.opt, Some((asking::UDP_BYTES_MAX, vec![])));
}

#[test]
fn who_is_of_this_machine_is_known_by_the_address() {
    for (address, is_local) in [
        ("127.0.0.1", true),
        ("127.255.255.254", true),
        ("::1", true),
        ("::ffff:127.0.0.1", true),
        ("128.0.0.1", false),
        ("::2", false),
        ("::ffff:192.0.2.1", false),
    ] {
        let address: IpAddr = address.parse().expect("an address");
        assert_eq!(
            dns::Peer { address, ..LOCAL }.is_local(),
            is_local,
            "{address}"
        );
    }
}
