//! What a server keeps: over restarts, over SIGKILL, on a full disk. It listens nowhere here: names are registered through
//! its hub. What has to be killed is this program again, as a child that a test starts and ends by itself.

mod child;
mod crash;
mod full;
mod leases;
mod opening;
mod panics;
mod waiting;
mod watching;

use std::{net::Ipv4Addr, path::Path};

use nameserver::{Hub, Plan, Refused, Server, start};
use naming::{Done, Expect, LeaseId, Name, RecordSet, RecordType, Request, Zone};

/// A plan without sockets.
fn plan(folder: &Path) -> Plan {
    Plan {
        zone: Zone::parse("lab.test").expect("a zone"),
        folder: folder.to_owned(),
        dns: Vec::new(),
        http: Vec::new(),
        token: None,
        keys: dns::Keys::default(),
        is_signed_only: false,
        secondaries: Vec::new(),
        workers: 1,
        answers_per_s: None,
        log_max: 100_000,
    }
}

#[track_caller]
fn open(folder: &Path) -> Server {
    start(plan(folder)).expect("a server")
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

/// A name with an address, of which each is another.
fn put(text: &str, address: u32, lease: Option<LeaseId>) -> Request {
    Request::Put {
        name: name(text),
        sets: sets(address),
        lease,
        expect: Expect::Anything,
    }
}

fn sets(address: u32) -> Vec<RecordSet> {
    let address = Ipv4Addr::from_bits(address).octets();
    vec![RecordSet::new(RecordType::A, 30, vec![Box::from(address)])]
}

fn register(hub: &Hub, text: &str, address: u32) -> Result<Done, Refused> {
    hub.decide(put(text, address, None))
}

/// The address of a name, if it is there.
fn address(hub: &Hub, text: &str) -> Option<u32> {
    let registry = hub.registry();
    let node = registry.find(name(text).wire())?;
    let data: Vec<u8> = node.set(RecordType::A)?.data().next()?.to_vec();
    Some(u32::from_be_bytes(data.try_into().expect("an address")))
}
