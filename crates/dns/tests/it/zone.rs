//! A zone with something of everything, read by `domain` and put into a registry.

use domain::{
    base::{Name, Record, iana::Rtype, rdata::ComposeRecordData},
    dep::octseq::OctetsInto,
    zonefile::inplace::{Entry, Zonefile},
};
use naming::{Lease, LeaseId, LeaseTime, Node, RecordSet, RecordType, Registry, Revision, Zone};

/// A record of the zone, as text and as bytes.
#[derive(Clone, Debug)]
pub struct Line {
    /// Absolute, in lower case, without the dot at the end.
    pub owner: String,
    pub record_type: Rtype,
    pub ttl_s: u32,
    pub data: String,
    bytes: Box<[u8]>,
}

/// The zone's lines.
pub fn lines(text: &str) -> Vec<Line> {
    let mut file = Zonefile::from(text);
    file.set_origin(
        Name::vec_from_str("lab.test.")
            .expect("a name")
            .octets_into(),
    );
    let lines = file.map(|entry| match entry.expect("a line of a zone file") {
        Entry::Record(record) => line(&record),
        Entry::Include { .. } => panic!("nothing is included"),
    });
    lines.collect()
}

fn line<N: std::fmt::Display, D>(record: &Record<N, D>) -> Line
where
    D: ComposeRecordData + std::fmt::Display,
{
    let mut bytes = Vec::new();
    (record.data().compose_canonical_rdata(&mut bytes)).expect("a vector takes all");
    Line {
        owner: record.owner().to_string(),
        record_type: record.rtype(),
        ttl_s: record.ttl().as_secs(),
        data: record.data().to_string(),
        bytes: bytes.into(),
    }
}

/// A registry with these lines. Names that begin with `leased` have a lease that ends at [`LEASE_ENDS`].
pub fn registry(lines: &[Line]) -> Registry {
    let mut registry = Registry::new(Zone::parse(ZONE).expect("a zone"));
    let state = Lease {
        ttl_ms: 10_000,
        deadline: LEASE_ENDS,
    };
    registry.restore_lease(LeaseId(1), state);
    let mut owners: Vec<&str> = lines.iter().map(|line| &*line.owner).collect();
    owners.sort_unstable();
    owners.dedup();
    for owner in owners {
        let mut node = Node {
            modified: Revision(3),
            lease: owner.starts_with("leased").then_some(LeaseId(1)),
            sets: Vec::new(),
        };
        for line in lines.iter().filter(|line| line.owner == owner) {
            let record_type = RecordType(line.record_type.to_int());
            let set = node
                .sets
                .iter_mut()
                .find(|set| set.record_type == record_type);
            match set {
                Some(set) => set.data.push(line.bytes.clone()),
                None => node.sets.push(RecordSet::new(
                    record_type,
                    line.ttl_s,
                    vec![line.bytes.clone()],
                )),
            }
        }
        for set in &mut node.sets {
            set.data.sort_unstable();
            set.data.dedup();
        }
        node.sets.sort_by_key(|set| set.record_type);
        let name = registry.zone().name(&format!("{owner}.")).expect("a name");
        (registry.restore_name(name.wire(), &node.encode())).expect("a name and a node");
    }
    registry.restore_revision(REVISION, 2);
    registry
}

/// The zone's name.
pub const ZONE: &str = "lab.test";

/// The registry's revision.
pub const REVISION: Revision = Revision((1 << 32) + 77);

/// When the lease ends.
pub const LEASE_ENDS: LeaseTime = LeaseTime(100_000);

/// Something of everything.
pub const TEXT: &str = r#"
$TTL 30
@               IN NS    ns
@               IN NS    ns.elsewhere.example.
@               IN MX    10 mail
@               IN TXT   "about=this lab"
ns              IN A     127.0.0.1
server1         IN A     10.0.0.1
server1         IN A     10.0.0.2
server1         IN AAAA  fd00::1
server1         IN TXT   "role=mean" "zone=a"
server1         IN SRV   0 0 8080 server1
server2.region1 60 IN A  10.0.1.2
leased          IN A     10.0.2.1
leased-alias    IN CNAME server1
d.c.b.a         IN A     10.0.3.1
mail            IN MX    10 mx1
mail            IN MX    20 mx1
mail            IN MX    30 mx.elsewhere.example.
mx1             IN A     10.0.4.1
mx1             IN AAAA  fd00::4:1
alias           IN CNAME server1
alias2          IN CNAME alias
alias3.region1  IN CNAME alias2
outside         IN CNAME www.example.org.
nowhere         IN CNAME missing.region1
nothing         IN CNAME b.a
self            IN CNAME self
loop1           IN CNAME loop2
loop2           IN CNAME loop3
loop3           IN CNAME loop2
zero            0 IN A   10.0.5.1
*.wild          IN A     10.0.6.1
*.wild          IN TXT   "wild"
here.wild       IN A     10.0.6.2
x.deep.wild     IN A     10.0.6.3
*.wildalias     IN CNAME server1
x.*.odd         IN A     10.0.6.4
sub             IN NS    ns.sub
sub             IN NS    ns
sub             IN NS    ns.elsewhere.example.
ns.sub          IN A     10.0.7.1
ns.sub          IN AAAA  fd00::7:1
host.sub        IN A     10.0.7.2
intosub         IN CNAME host.sub
signed          IN NS    ns
signed          IN DS    12345 8 2 0101010101010101010101010101010101010101010101010101010101010101
_http._tcp      IN SRV   0 5 80 server1
_http._tcp      IN SRV   1 5 81 server1
_http._tcp      IN SRV   2 5 82 mx1
_http._tcp      IN SRV   3 5 83 alias
_http._tcp      IN SRV   4 5 84 www.example.org.
unknown         IN TYPE65280 \# 3 010203
one             IN PTR   server1
"#;
