//! Bounds of the registry, and leases at their ends.

use std::net::{IpAddr, Ipv4Addr};

use naming::{
    Cause, Done, Draft, Expect, Lease, LeaseId, LeaseTime, Name, RecordSet, RecordType, Refusal,
    Registry, Request, Revision, Table, Zone,
};

fn registry() -> Registry {
    Registry::new(Zone::parse("lab.test").expect("a zone"))
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn address(last: u8) -> Vec<RecordSet> {
    let data = vec![Box::from([10, 0, 0, last])];
    vec![RecordSet::new(RecordType::A, 30, data)]
}

fn put(text: &str, lease: Option<LeaseId>, expect: Expect) -> Request {
    Request::Put {
        name: name(text),
        sets: address(1),
        lease,
        expect,
    }
}

fn grant(ttl_ms: u64, names: &[&str]) -> Request {
    let names = names
        .iter()
        .map(|text| (name(text), address(1), Expect::Anything));
    Request::Grant {
        ttl_ms,
        names: names.collect(),
    }
}

/// Decides about a request, and publishes what was decided.
fn decide(registry: &mut Registry, now: u64, request: &Request) -> Result<Done, Refusal> {
    let mut draft = registry.draft(LeaseTime(now));
    let done = draft.decide(request);
    let batch = draft.finish();
    assert!(
        done.is_ok() || batch.is_empty(),
        "nothing of what is refused is kept"
    );
    registry.publish(&batch);
    done
}

#[test]
fn of_two_that_want_a_name_one_gets_it() {
    let registry = registry();
    let mut draft = registry.draft(LeaseTime(0));
    let request = put("a", None, Expect::Absent);
    assert_eq!(draft.decide(&request).expect("free").revision, Revision(1));
    let refused = draft.decide(&request);
    assert!(matches!(
        refused,
        Err(Refusal::Taken {
            revision: Revision(1),
            ..
        })
    ));
    assert_eq!(draft.finish().changes.len(), 1);
}

#[test]
fn several_are_done_whole_or_not_at_all() {
    let mut registry = registry();
    decide(&mut registry, 0, &put("b", None, Expect::Absent)).expect("free");
    let all = |last| {
        Request::All(vec![
            put("a", None, Expect::Absent),
            grant(1_000, &["c"]),
            last,
        ])
    };
    let refused = decide(&mut registry, 0, &all(put("b", None, Expect::Absent)));
    assert!(matches!(refused, Err(Refusal::Taken { .. })));
    assert_eq!((registry.len(), registry.lease_count()), (1, 0));
    let done = decide(&mut registry, 0, &all(put("d", None, Expect::Absent))).expect("all free");
    assert_eq!((done.revision, done.changed), (Revision(2), 3));
    assert_eq!(
        done.lease,
        Some(LeaseId(1)),
        "the one that was refused took no number"
    );
    for text in ["a", "c", "d"] {
        let node = registry.find(name(text).wire()).expect("registered");
        assert_eq!(node.modified, Revision(2), "one request, one revision");
    }
}

#[test]
fn what_says_the_same_is_no_change() {
    let mut registry = registry();
    decide(&mut registry, 0, &put("a", None, Expect::Anything)).expect("free");
    let done = decide(&mut registry, 0, &put("a", None, Expect::Anything)).expect("the same");
    assert_eq!((done.revision, done.changed), (Revision(1), 0));
    assert!(done.before.is_some());
    let there_and_back = Request::All(vec![
        Request::Remove {
            name: name("a"),
            expect: Expect::Anything,
        },
        put("a", None, Expect::Absent),
    ]);
    let done = decide(&mut registry, 0, &there_and_back).expect("both may be done");
    assert_eq!((done.revision, done.changed), (Revision(1), 0));
}

#[test]
fn a_lease_ends_at_its_deadline_and_not_before() {
    let mut registry = registry();
    let done = decide(&mut registry, 100, &grant(1_000, &["a"])).expect("free");
    let lease = done.lease.expect("a lease was given");
    assert_eq!(registry.next_expiry(), Some(LeaseTime(1_100)));
    decide(&mut registry, 1_099, &Request::Expire).expect("nothing is due");
    assert_eq!(registry.len(), 1);
    decide(&mut registry, 1_099, &Request::Renew(lease)).expect("it is still there");
    assert_eq!(registry.next_expiry(), Some(LeaseTime(2_099)));
    assert_eq!(
        registry.revision(),
        Revision(1),
        "a sign of life changes no name"
    );
    for request in [
        Request::Renew(lease),
        Request::Revoke(lease),
        put("b", Some(lease), Expect::Anything),
    ] {
        assert_eq!(
            decide(&mut registry, 2_099, &request),
            Err(Refusal::NoLease(lease))
        );
    }
    assert_eq!(registry.len(), 1, "its name stays until it is taken away");
    let mut draft = registry.draft(LeaseTime(2_099));
    draft.decide(&Request::Expire).expect("always");
    let batch = draft.finish();
    assert_eq!(batch.changes[0].cause, Cause::Expired);
    registry.publish(&batch);
    assert!(registry.is_empty() && registry.next_expiry().is_none());
}

#[test]
fn a_name_that_goes_to_another_lease_outlives_the_first() {
    let mut registry = registry();
    decide(&mut registry, 0, &grant(1_000, &["a", "b"])).expect("free");
    decide(&mut registry, 0, &grant(2_000, &["a"])).expect("anybody may");
    decide(&mut registry, 1_000, &Request::Expire).expect("always");
    assert_eq!(registry.names_of(LeaseId(2)).count(), 1);
    assert!(registry.find(name("a").wire()).is_some());
    assert!(registry.find(name("b").wire()).is_none());
    decide(&mut registry, 1_000, &put("a", None, Expect::Present)).expect("it is there");
    assert_eq!(registry.lease_count(), 1, "a lease without names stays");
    decide(&mut registry, 2_000, &Request::Expire).expect("always");
    assert_eq!((registry.len(), registry.lease_count()), (1, 0));
}

#[test]
fn only_so_much_expires_at_once() {
    let most = Draft::EXPIRED_MAX;
    let mut registry = registry();
    let names: Vec<String> = (0..most).map(|number| format!("a{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    decide(&mut registry, 0, &grant(1_000, &["first"])).expect("free");
    decide(&mut registry, 0, &grant(1_001, &names)).expect("free");
    let done = decide(&mut registry, 2_000, &Request::Expire).expect("always");
    assert_eq!(done.changed, most as u64);
    assert_eq!(
        registry.next_expiry(),
        Some(LeaseTime(1_001)),
        "there is more to do"
    );
    let done = decide(&mut registry, 2_000, &Request::Expire).expect("always");
    assert_eq!(done.changed, 1);
    assert!(registry.is_empty() && registry.next_expiry().is_none());
}

#[test]
fn leases_are_neither_too_short_nor_too_long() {
    let mut registry = registry();
    for ttl_ms in [0, 999, 86_400_001, u64::MAX] {
        let refused = decide(&mut registry, 0, &grant(ttl_ms, &[]));
        let refused = matches!(refused, Err(Refusal::LeaseTime { .. }));
        assert!(refused && registry.lease_count() == 0, "{ttl_ms}");
    }
    for ttl_ms in [1_000, 86_400_000] {
        decide(&mut registry, 0, &grant(ttl_ms, &[])).expect("a lease");
    }
}

#[track_caller]
fn refused(request: &Request, expected: &str) {
    let error = decide(&mut registry(), 0, request).expect_err("refused");
    assert!(error.to_string().contains(expected), "{error}");
}

/// What was held against the limit were the bytes of a node, in which an address has six; in an answer it has sixteen, so
/// 5,000 addresses under a name were taken and fitted no answer.
#[test]
fn a_name_has_as_many_records_as_fit_an_answer() {
    let addresses = |count: u32| {
        let data = (0..count).map(|number| Box::from(number.to_be_bytes()));
        Request::Put {
            name: name("a"),
            sets: vec![RecordSet::new(RecordType::A, 30, data.collect())],
            lease: None,
            expect: Expect::Anything,
        }
    };
    decide(&mut registry(), 0, &addresses(2_000)).expect("they fit");
    refused(&addresses(2_047), "at most 32768");
}

#[test]
fn what_cannot_stand_under_a_name_is_refused() {
    let put = |text: &str, sets: Vec<RecordSet>| Request::Put {
        name: name(text),
        sets,
        lease: None,
        expect: Expect::Anything,
    };
    let alias = RecordSet::new(RecordType::CNAME, 30, vec![Box::from(*b"\x01a\0")]);
    let large = vec![Box::from(vec![0; 40_000])];
    let mut beside = address(1);
    beside.push(alias.clone());
    refused(&put("a", beside), "alias stands alone");
    refused(&put("/", vec![alias]), "alias stands alone");
    refused(&put("a", vec![]), "a value needs");
    refused(
        &put("a", vec![RecordSet::new(RecordType::TXT, 30, large)]),
        "at most 32768",
    );
    refused(
        &put(
            "a",
            vec![RecordSet::new(
                RecordType::A,
                1 << 31,
                address(1)[0].data.clone(),
            )],
        ),
        "TTL",
    );
    refused(
        &put(
            "a",
            vec![RecordSet::new(RecordType::SOA, 30, vec![Box::default()])],
        ),
        "SOA",
    );
    let long = [
        "x".repeat(60),
        "y".repeat(60),
        "z".repeat(60),
        "w".repeat(60),
    ]
    .join(".");
    refused(&put(&format!("{long}.abcdef"), address(1)), "255");
    refused(&grant(1_000, &["/"]), "zone itself");
    let remove = |text: &str| Request::Remove {
        name: name(text),
        expect: Expect::Anything,
    };
    refused(&remove("a"), "not registered");
    refused(
        &Request::All(vec![put("/", address(1)), remove("/")]),
        "zone itself",
    );
}

#[test]
fn sets_are_put_in_order_whatever_their_order() {
    let mut registry = registry();
    let sets = vec![
        RecordSet::new(RecordType::TXT, 30, vec![Box::from(*b"\x01a")]),
        RecordSet {
            record_type: RecordType::A,
            ttl_s: 60,
            data: vec![Box::from([10, 0, 0, 2])],
        },
        RecordSet {
            record_type: RecordType::A,
            ttl_s: 30,
            data: vec![Box::from([10, 0, 0, 1])],
        },
    ];
    let request = Request::Put {
        name: name("a"),
        sets,
        lease: None,
        expect: Expect::Anything,
    };
    decide(&mut registry, 0, &request).expect("free");
    let node = registry
        .find(name("a").wire())
        .expect("registered")
        .to_node();
    let types: Vec<RecordType> = node.sets.iter().map(|set| set.record_type).collect();
    assert_eq!(types, [RecordType::A, RecordType::TXT]);
    assert_eq!((node.sets[0].data.len(), node.sets[0].ttl_s), (2, 30));
    assert!(node.sets[0].data.is_sorted());
}

#[test]
fn many_names_may_have_one_address() {
    let mut registry = registry();
    let mut draft = registry.draft(LeaseTime(0));
    for number in 0..3_000 {
        draft
            .decide(&put(&format!("a{number}"), None, Expect::Absent))
            .expect("free");
    }
    let batch = draft.finish();
    registry.publish(&batch);
    let shared = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    assert_eq!(registry.names_at(shared).count(), 3_000);
    let before = registry.memory_bytes();
    for number in 0..2_999 {
        let remove = Request::Remove {
            name: name(&format!("a{number}")),
            expect: Expect::Anything,
        };
        decide(&mut registry, 0, &remove).expect("it is there");
    }
    let left: Vec<&[u8]> = registry.names_at(shared).collect();
    assert_eq!(left, [name("a2999").wire()]);
    assert!(registry.memory_bytes() <= before);
}

#[test]
fn what_is_damaged_is_not_taken_in() {
    let mut registry = registry();
    let node = [1, 0];
    for (wire, node) in [
        (&b"\x01a"[..], &b"\x01\0\0"[..]),
        (b"\x02a", &node),
        (b"\x01A", &node),
        (b"\x01 ", &node),
    ] {
        registry.restore_name(wire, node).expect_err("damaged");
    }
    assert!(registry.is_empty());
}

#[test]
fn a_table_holds_names() {
    let mut table = Table::default();
    let node = |revision: u8| [revision, 0];
    assert!(table.is_empty() && table.find(b"\x01a").is_none());
    table.put(b"\x01a", &node(1));
    table.put(b"\x01b", &node(2));
    table.put(b"\x01a", &node(3));
    assert_eq!(table.find(b"\x01a").expect("put").modified, Revision(3));
    assert!(table.remove(b"\x01a") && !table.remove(b"\x01a"));
    let names: Vec<&[u8]> = table.iter().map(|(wire, _)| wire).collect();
    assert_eq!((table.len(), names), (1, vec![&b"\x01b"[..]]));
    assert!(table.memory_bytes() > 0);
}

#[test]
fn what_stands_exactly_so_already_is_no_change_and_no_refusal() {
    let mut registry = registry();
    let again = || put("a", None, Expect::AbsentOrSame);
    decide(&mut registry, 0, &again()).expect("nobody has it");
    let done = decide(&mut registry, 0, &again()).expect("it stands so");
    assert_eq!((done.changed, done.revision), (0, Revision(1)));
    let grant = Request::Grant {
        ttl_ms: 1_000,
        names: Vec::new(),
    };
    let lease = decide(&mut registry, 0, &grant).expect("room").lease;
    let leased = put("a", lease, Expect::AbsentOrSame);
    assert!(matches!(
        decide(&mut registry, 0, &leased),
        Err(Refusal::Taken { .. })
    ));
}

#[test]
fn a_lease_keeps_so_many_names_and_no_more() {
    let mut registry = registry();
    let grant = Request::Grant {
        ttl_ms: 1_000,
        names: Vec::new(),
    };
    let lease = decide(&mut registry, 0, &grant).expect("room").lease;
    let named = |number: usize| put(&format!("n{number}"), lease, Expect::Anything);
    let most = Lease::NAMES_MAX;
    let half = Request::All((0..most / 2).map(named).collect());
    decide(&mut registry, 0, &half).expect("room");
    let all = |count: usize| Request::All((0..count).map(named).collect());
    assert!(matches!(
        decide(&mut registry, 0, &all(most + 1)),
        Err(Refusal::Full { .. })
    ));
    decide(&mut registry, 0, &all(most)).expect("room");
    assert!(decide(&mut registry, 0, &named(most)).is_err());
    let done = decide(&mut registry, 0, &Request::Revoke(lease.expect("given")));
    assert_eq!(done.expect("it is there").changed, most as u64);
}
