//! The registry held against a plain model of it, over random requests.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use naming::{
    Batch, Cause, Change, Expect, Lease, LeaseId, LeaseTime, Name, Node, RecordSet, RecordType,
    Registry, Request, Revision, Zone,
};
use proptest::{prelude::*, sample::select};

/// What a registry is, without anything that makes it quick.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    revision: u64,
    next_lease: u64,
    names: BTreeMap<String, Node>,
    leases: BTreeMap<u64, Lease>,
}

impl Model {
    fn new() -> Self {
        Self {
            next_lease: 1,
            ..Self::default()
        }
    }

    /// Does a request, or says that it is refused; then it is as it was.
    fn request(&mut self, now: u64, request: &Request) -> bool {
        let mut trial = self.clone();
        if !trial.apply(now, self.revision + 1, request) {
            return false;
        }
        // What says the same as before was not changed.
        for (name, node) in &mut trial.names {
            if let Some(before) = self.names.get(name)
                && (before.lease, &before.sets) == (node.lease, &node.sets)
            {
                *node = before.clone();
            }
        }
        trial.revision = self.revision + u64::from(trial.names != self.names);
        *self = trial;
        true
    }

    fn apply(&mut self, now: u64, revision: u64, request: &Request) -> bool {
        match request {
            Request::Put {
                name,
                sets,
                lease,
                expect,
            } => self.put(now, revision, name, sets, *lease, *expect),
            Request::Remove { name, expect } => {
                let is_there = self.names.contains_key(&name.to_string());
                let may_go = is_there && !name.is_apex() && self.expects(name, *expect);
                may_go && self.names.remove(&name.to_string()).is_some()
            }
            Request::Update(_) => unreachable!("updates have tests of their own"),
            Request::Grant { ttl_ms, names } => {
                if !(1_000..=86_400_000).contains(ttl_ms) {
                    return false;
                }
                let lease = self.next_lease;
                self.next_lease += 1;
                let deadline = LeaseTime(now + ttl_ms);
                let ttl_ms = *ttl_ms;
                self.leases.insert(lease, Lease { ttl_ms, deadline });
                names.iter().all(|(name, sets, expect)| {
                    self.put(now, revision, name, sets, Some(LeaseId(lease)), *expect)
                })
            }
            Request::Renew(lease) => {
                let is_there = self.is_there(now, *lease);
                if let Some(state) = self.leases.get_mut(&lease.0).filter(|_| is_there) {
                    state.deadline = LeaseTime(now + state.ttl_ms);
                }
                is_there
            }
            Request::Revoke(lease) => {
                let is_there = self.is_there(now, *lease);
                if is_there {
                    self.end(lease.0);
                }
                is_there
            }
            Request::Expire => {
                let due = self
                    .leases
                    .iter()
                    .filter(|(_, state)| state.deadline.0 <= now);
                for lease in due.map(|(lease, _)| *lease).collect::<Vec<_>>() {
                    self.end(lease);
                }
                true
            }
            Request::All(requests) => requests
                .iter()
                .all(|request| self.apply(now, revision, request)),
        }
    }

    fn put(
        &mut self,
        now: u64,
        revision: u64,
        name: &Name,
        sets: &[RecordSet],
        lease: Option<LeaseId>,
        expect: Expect,
    ) -> bool {
        let is_alias = sets.iter().any(|set| set.record_type == RecordType::CNAME);
        let may_stand = !sets.is_empty()
            && !(is_alias && (sets.len() > 1 || name.is_apex()))
            && lease.is_none_or(|lease| self.is_there(now, lease) && !name.is_apex())
            && self.expects(name, expect);
        if may_stand {
            let mut sets = sets.to_vec();
            sets.sort_by_key(|set| set.record_type);
            let node = Node {
                modified: Revision(revision),
                lease,
                sets,
            };
            let before = self.names.get(&name.to_string());
            if before.is_none_or(|before| (before.lease, &before.sets) != (lease, &node.sets)) {
                self.names.insert(name.to_string(), node);
            }
        }
        may_stand
    }

    fn expects(&self, name: &Name, expect: Expect) -> bool {
        let found = self.names.get(&name.to_string()).map(|node| node.modified);
        match expect {
            Expect::Anything => true,
            // What is there so already is a case by itself: see `edges`.
            Expect::Absent | Expect::AbsentOrSame => found.is_none(),
            Expect::Present => found.is_some(),
            Expect::Revision(revision) => found == Some(revision),
        }
    }

    fn is_there(&self, now: u64, lease: LeaseId) -> bool {
        let state = self.leases.get(&lease.0);
        state.is_some_and(|state| state.deadline.0 > now)
    }

    fn end(&mut self, lease: u64) {
        self.leases.remove(&lease);
        self.names
            .retain(|_, node| node.lease != Some(LeaseId(lease)));
    }
}

/// Holds all that a registry tells against the model.
fn check(registry: &Registry, model: &Model) {
    assert_eq!(registry.revision(), Revision(model.revision));
    let names: BTreeMap<String, Node> = registry
        .names()
        .map(|(wire, node)| (text(wire), node.to_node()))
        .collect();
    assert_eq!(names, model.names);
    assert_eq!(registry.len(), model.names.len() as u64);
    for name in NAMES.map(name) {
        let found = registry.find(name.wire()).map(|node| node.to_node());
        assert_eq!(found.as_ref(), model.names.get(&name.to_string()));
        let is_below = |other: &&Name| **other != name && other.is_within(&name);
        let all: Vec<Name> = model.names.keys().map(|text| self::name(text)).collect();
        let below = all.iter().filter(is_below).count();
        assert_eq!(registry.count_below(name.wire()), below as u64, "{name}");
    }
    for address in ADDRESSES {
        let mut found: Vec<String> = registry.names_at(address).map(text).collect();
        found.sort();
        let has = |node: &Node| node.sets.iter().any(|set| has_address(set, address));
        let expected = model.names.iter().filter(|(_, node)| has(node));
        let expected: Vec<String> = expected.map(|(name, _)| name.clone()).collect();
        assert_eq!(found, expected, "{address}");
    }
    check_leases(registry, model);
    let is_wildcard = |name: &String| name.rsplit('/').next() == Some("*");
    assert_eq!(
        registry.has_wildcards(),
        model.names.keys().any(is_wildcard)
    );
    let is_delegation =
        |(name, node): (&String, &Node)| name != "/" && node.set(RecordType::NS).is_some();
    assert_eq!(
        registry.has_delegations(),
        model.names.iter().any(is_delegation)
    );
}

fn check_leases(registry: &Registry, model: &Model) {
    for lease in 0..model.next_lease + 2 {
        let id = LeaseId(lease);
        assert_eq!(registry.lease(id), model.leases.get(&lease).copied());
        let kept: BTreeSet<String> = registry.names_of(id).map(text).collect();
        let expected = model
            .names
            .iter()
            .filter(|(_, node)| node.lease == Some(id));
        assert_eq!(kept, expected.map(|(name, _)| name.clone()).collect());
    }
    assert_eq!(registry.lease_count(), model.leases.len() as u64);
    let next = model.leases.values().map(|state| state.deadline).min();
    assert_eq!(registry.next_expiry(), next);
}

/// Holds what a batch says against the states before and after it, and makes both registries from it.
fn check_batch(before: &Model, after: &Model, batch: &Batch) {
    let mut last: BTreeMap<String, &Change> = BTreeMap::new();
    for change in &batch.changes {
        assert!(change.revision.0 > before.revision && change.revision <= batch.revision);
        let node = change.node.as_ref();
        assert!(node.is_none_or(|node| node.modified == change.revision));
        let text = change.name.to_string();
        let was_there = match last.get(&text) {
            Some(earlier) => earlier.node.is_some(),
            None => before.names.contains_key(&text),
        };
        let expected: &[Cause] = match (was_there, node) {
            (false, _) => &[Cause::Registered],
            (true, Some(_)) => &[Cause::Updated],
            (true, None) => &[Cause::Deregistered, Cause::Expired, Cause::Revoked],
        };
        assert!(expected.contains(&change.cause), "{change:?}");
        last.insert(text, change);
    }
    assert!(batch.changes.is_sorted_by_key(|change| change.revision));
    let mut names = before.names.clone();
    for (name, change) in last {
        match &change.node {
            Some(node) => names.insert(name, node.clone()),
            None => names.remove(&name),
        };
    }
    assert_eq!(names, after.names);
    let mut leases = before.leases.clone();
    for change in &batch.leases {
        match change.state {
            Some(state) => leases.insert(change.lease.0, state),
            None => leases.remove(&change.lease.0),
        };
    }
    assert_eq!(leases, after.leases);
    assert_eq!(
        (batch.revision.0, batch.next_lease),
        (after.revision, after.next_lease)
    );
}

/// A registry as it is after a restart.
fn restored(registry: &Registry, model: &Model) -> Registry {
    let mut again = Registry::new(registry.zone().clone());
    for (wire, node) in registry.names() {
        let node = node.to_node().encode();
        again.restore_name(wire, &node).expect("it was a name");
    }
    for (lease, state) in &model.leases {
        again.restore_lease(LeaseId(*lease), *state);
    }
    again.restore_revision(registry.revision(), model.next_lease);
    again
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn text(wire: &[u8]) -> String {
    Name::from_wire(wire).expect("a name").to_string()
}

fn has_address(set: &RecordSet, address: IpAddr) -> bool {
    let data: &[u8] = match &address {
        IpAddr::V4(address) => &address.octets(),
        IpAddr::V6(address) => &address.octets(),
    };
    let is_address = [RecordType::A, RecordType::AAAA].contains(&set.record_type);
    is_address && set.data.iter().any(|known| **known == *data)
}

const NAMES: [&str; 14] = [
    "/", "a", "b", "c", "a/a", "a/b", "a/b/c", "a/b/c/d", "b/*", "*", "b/a", "b/c", "x/y/z",
    "x/y/w",
];

const ADDRESSES: [IpAddr; 6] = [
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)),
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)),
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, 3)),
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, 4)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2)),
];

fn sets() -> impl Strategy<Value = Vec<RecordSet>> {
    let addresses = prop::collection::vec(select(&ADDRESSES[..]), 0..5);
    let text = prop::option::of("[a-z]{0,40}");
    (addresses, text, 0..20_u8).prop_map(|(addresses, text, kind)| {
        let octets = |address: &IpAddr| -> Box<[u8]> {
            match address {
                IpAddr::V4(address) => address.octets().into(),
                IpAddr::V6(address) => address.octets().into(),
            }
        };
        let of = |is_v4: bool| -> Vec<Box<[u8]>> {
            let addresses = addresses
                .iter()
                .filter(|address| address.is_ipv4() == is_v4);
            addresses.map(octets).collect()
        };
        let mut sets = vec![
            RecordSet::new(RecordType::AAAA, 30, of(false)),
            RecordSet::new(RecordType::A, 30, of(true)),
        ];
        let text = text.map(|text| text.into_bytes().into_boxed_slice());
        sets.push(RecordSet::new(
            RecordType::TXT,
            30,
            text.into_iter().collect(),
        ));
        let other: Box<[u8]> = Box::from(*b"\x01a\0");
        match kind {
            0 => sets.push(RecordSet::new(RecordType::NS, 60, vec![other])),
            1 => sets.push(RecordSet::new(RecordType::CNAME, 60, vec![other])),
            2 => sets = vec![RecordSet::new(RecordType::CNAME, 60, vec![other])],
            _ => {}
        }
        sets.retain(|set| !set.data.is_empty());
        sets
    })
}

fn expects() -> impl Strategy<Value = Expect> {
    prop_oneof![
        6 => Just(Expect::Anything),
        2 => Just(Expect::Absent),
        1 => Just(Expect::Present),
        1 => (0..40_u64).prop_map(|revision| Expect::Revision(Revision(revision))),
    ]
}

fn requests() -> impl Strategy<Value = Request> {
    let names = || select(&NAMES[..]).prop_map(name);
    let leases = || (1..12_u64).prop_map(LeaseId);
    let put = (names(), sets(), prop::option::of(leases()), expects()).prop_map(
        |(name, sets, lease, expect)| Request::Put {
            name,
            sets,
            lease,
            expect,
        },
    );
    let kept = prop::collection::vec((names(), sets(), expects()), 0..4);
    let grant = (900..6_000_u64, kept).prop_map(|(ttl_ms, names)| Request::Grant { ttl_ms, names });
    let remove = (names(), expects()).prop_map(|(name, expect)| Request::Remove { name, expect });
    let one = prop_oneof![
        10 => put,
        3 => remove,
        3 => grant,
        3 => leases().prop_map(Request::Renew),
        1 => leases().prop_map(Request::Revoke),
        2 => Just(Request::Expire),
    ];
    let one = one.boxed();
    prop_oneof![
        5 => one.clone(),
        1 => prop::collection::vec(one, 0..5).prop_map(Request::All),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn it_does_what_the_model_does(
        batches in prop::collection::vec(
            (0..1_500_u64, prop::collection::vec(requests(), 1..7)),
            1..40,
        )
    ) {
        let mut registry = Registry::new(Zone::parse("lab.test").expect("a zone"));
        let mut model = Model::new();
        let mut now = 0;
        for (later, requests) in batches {
            now += later;
            let before = model.clone();
            let mut draft = registry.draft(LeaseTime(now));
            for request in &requests {
                let revision = model.revision;
                let done = draft.decide(request);
                prop_assert_eq!(done.is_ok(), model.request(now, request), "{:?}", done);
                if let Ok(done) = done {
                    prop_assert_eq!(done.revision.0, model.revision);
                    prop_assert_eq!(done.changed > 0, model.revision > revision);
                }
                for name in NAMES.map(name) {
                    let node = draft.node(&name);
                    prop_assert_eq!(node.as_ref(), model.names.get(&name.to_string()));
                }
            }
            let batch = draft.finish();
            check_batch(&before, &model, &batch);
            registry.publish(&batch);
            check(&registry, &model);
        }
        check(&restored(&registry, &model), &model);
    }
}
