//! Resource records: what DNS says about a name.

use std::fmt;

use domain::base::iana::Rtype;

use crate::Node;

/// A record's type, by its number (RFC 1035, section 3.2.2, and later ones).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordType(pub u16);

impl RecordType {
    /// An IPv4 address.
    pub const A: Self = Self(1);
    /// A name server of a zone.
    pub const NS: Self = Self(2);
    /// An alias.
    pub const CNAME: Self = Self(5);
    /// The beginning of a zone.
    pub const SOA: Self = Self(6);
    /// A name for an address.
    pub const PTR: Self = Self(12);
    /// What the machine is; the answer to those who ask for everything (RFC 8482).
    pub const HINFO: Self = Self(13);
    /// Who takes mail.
    pub const MX: Self = Self(15);
    /// Text: attributes, as `key=value`.
    pub const TXT: Self = Self(16);
    /// An IPv6 address.
    pub const AAAA: Self = Self(28);
    /// A port and the name of a machine (RFC 2782).
    pub const SRV: Self = Self(33);
    /// Options of a message (RFC 6891).
    pub const OPT: Self = Self(41);
    /// A signature with a shared key (RFC 8945).
    pub const TSIG: Self = Self(250);
    /// The changes of a zone since a serial (RFC 1995).
    pub const IXFR: Self = Self(251);
    /// A whole zone (RFC 5936).
    pub const AXFR: Self = Self(252);
    /// All types.
    pub const ANY: Self = Self(255);

    /// Whether records of the type can stand under a name: not the types that are questions, or belong to a message.
    pub const fn is_data(self) -> bool {
        !matches!(self.0, 0 | 41 | 128..=255)
    }
}

/// `A`, `SRV`, `TYPE65280`.
impl fmt::Display for RecordType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", Rtype::from_int(self.0))
    }
}

/// The records of one type under a name: they have one TTL (RFC 2181, section 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordSet {
    /// The type.
    pub record_type: RecordType,
    /// For how many seconds an answer may be kept; at most 2^31 - 1.
    pub ttl_s: u32,
    /// What the records say, as on the wire and with all names in full (RFC 3597, section 4). At least one, sorted, no two
    /// the same.
    pub data: Vec<Box<[u8]>>,
}

impl RecordSet {
    /// A set of records, in any order.
    pub fn new(record_type: RecordType, ttl_s: u32, data: Vec<Box<[u8]>>) -> Self {
        let mut set = Self {
            record_type,
            ttl_s,
            data,
        };
        set.data.sort_unstable();
        set.data.dedup();
        set
    }

    /// How many bytes these sets take at most, wherever they stand: in an answer, where a record has twelve bytes besides
    /// its data, and in a node ([`Node::encode`]), where it has two.
    ///
    /// To count a node's bytes only would let 5,000 addresses under a name, which no answer has room for: it would be cut
    /// by a connection too, and whoever asks would come again for ever.
    pub(crate) fn bytes(sets: &[Self]) -> usize {
        let set_bytes = |set: &Self| 8 + set.data.iter().map(|data| 12 + data.len()).sum::<usize>();
        // Revision and lease take up to ten bytes each.
        20 + sets.iter().map(set_bytes).sum::<usize>()
    }

    /// Whether the sets fit a node.
    pub(crate) fn fit(sets: &[Self]) -> bool {
        Self::bytes(sets) <= Node::BYTES_MAX
    }
}
