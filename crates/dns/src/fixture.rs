//! Messages, keys and times for the tests of signatures, updates and transfers.

use std::sync::Arc;

use domain::tsig;
use naming::{LeaseTime, Registry, Zone};

use crate::{Keys, Now, Peer, Settings, Transport, head::Section, signature::wire};

/// A message that is put together by hand, so that it may be wrong.
#[derive(Clone)]
pub(crate) struct Raw(pub Vec<u8>);

impl Raw {
    /// An update of the zone.
    pub(crate) fn update() -> Self {
        Self::new(5 << 3, "lab.test.", 6)
    }

    /// A question for the zone or a name.
    pub(crate) fn query(name: &str, record_type: u16) -> Self {
        Self::new(1, name, record_type)
    }

    fn new(flags: u8, name: &str, record_type: u16) -> Self {
        let mut bytes = vec![0x12, 0x34, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        bytes.extend(named(name));
        bytes.extend(record_type.to_be_bytes());
        bytes.extend([0, 1]);
        Self(bytes)
    }

    /// A record of prerequisites.
    pub(crate) fn when(self, name: &str, record_type: u16, class: u16, data: &[u8]) -> Self {
        self.record(6, name, record_type, class, 0, data)
    }

    /// A record that is added.
    pub(crate) fn add(self, name: &str, record_type: u16, ttl_s: u32, data: &[u8]) -> Self {
        self.record(8, name, record_type, 1, ttl_s, data)
    }

    /// A record that says what is taken away.
    pub(crate) fn remove(self, name: &str, record_type: u16, class: u16, data: &[u8]) -> Self {
        self.record(8, name, record_type, class, 0, data)
    }

    /// EDNS with options.
    pub(crate) fn edns(self, options: &[u8]) -> Self {
        self.record(Section::Additional as usize, ".", 41, 1232, 0, options)
    }

    /// Any record; sections must be filled in their order.
    pub(crate) fn record(
        mut self,
        section: usize,
        name: &str,
        record_type: u16,
        class: u16,
        ttl_s: u32,
        data: &[u8],
    ) -> Self {
        let bytes = &mut self.0;
        bytes[section + 1] += 1;
        bytes.extend(named(name));
        bytes.extend(record_type.to_be_bytes());
        bytes.extend(class.to_be_bytes());
        bytes.extend(ttl_s.to_be_bytes());
        bytes.extend((data.len() as u16).to_be_bytes());
        bytes.extend(data);
        self
    }

    /// The bytes, signed with a key of [`settings`].
    pub(crate) fn signed(mut self, settings: &Settings, key: &str, unix_s: u64) -> Vec<u8> {
        let key = settings.keys.named(key).expect("a key");
        crate::signature::Signature::request(key, at(unix_s), &mut self.0);
        self.0
    }
}

/// A name on the wire, as it is written.
pub(crate) fn named(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        bytes.push(label.len() as u8);
        bytes.extend(label.bytes());
    }
    bytes.push(0);
    bytes
}

/// The secret of all keys here, as text.
const SECRET: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// Keys `all`, `all384`, `all512`, and `one` that is good within `region1`.
pub(crate) fn settings() -> Settings {
    let file = format!(
        "key all {{ algorithm hmac-sha256; secret {SECRET}; }};\n\
         key all384 {{ algorithm hmac-sha384; secret {SECRET}; }};\n\
         key all512 {{ algorithm hmac-sha512; secret {SECRET}; }};\n\
         # within region1\n key one {{ algorithm hmac-sha256; secret {SECRET}; }};\n"
    );
    Settings {
        keys: Keys::read(&file).expect("keys"),
        is_signed_only: false,
        udp_bytes_max: 1232,
        secret: [7; 32],
    }
}

/// The same key for `domain`, of another secret where it is to be wrong.
pub(crate) fn their_key(name: &str, is_right: bool) -> Arc<tsig::Key> {
    let algorithm = match name {
        "all384" => tsig::Algorithm::Sha384,
        "all512" => tsig::Algorithm::Sha512,
        _ => tsig::Algorithm::Sha256,
    };
    let secret: &[u8] = if is_right {
        b"0123456789abcdef0123456789abcdef"
    } else {
        &[1; 32]
    };
    let name = name.parse().expect("a name");
    Arc::new(tsig::Key::new(algorithm, secret, name, None, None).expect("a key"))
}

pub(crate) fn registry() -> Registry {
    Registry::new(Zone::parse("lab.test").expect("a zone"))
}

pub(crate) fn at(unix_s: u64) -> Now {
    Now {
        lease: LeaseTime(unix_s * 1_000),
        unix_s,
    }
}

/// When all this happens.
pub(crate) const NOW_S: u64 = 1_790_000_000;

pub(crate) const NOW: Now = Now {
    lease: LeaseTime(NOW_S * 1_000),
    unix_s: NOW_S,
};

pub(crate) fn local(transport: Transport) -> Peer {
    Peer {
        address: [127, 0, 0, 1].into(),
        transport,
    }
}

pub(crate) fn remote(transport: Transport) -> Peer {
    Peer {
        address: [192, 0, 2, 1].into(),
        transport,
    }
}

/// The code of a reply's header, and the error of its TSIG if it has one.
#[track_caller]
pub(crate) fn codes(reply: &[u8]) -> (u8, Option<u16>) {
    let message = domain::base::Message::from_slice(reply).expect("a message");
    let mut tsig = None;
    for record in message.additional().expect("sections") {
        let record = record
            .expect("a record")
            .into_record::<domain::rdata::Tsig<_, _>>();
        if let Some(record) = record.expect("a record") {
            assert!(!wire(record.owner()).is_empty());
            tsig = Some(record.data().error().to_int());
        }
    }
    (reply[3] & 0xf, tsig)
}

/// Numbers that look random, the same ones each time (Steele and others 2014, SplitMix64).
pub(crate) struct Numbers(pub u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below that.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// A message with something wrong: bytes changed, cut off, put in or doubled.
    pub(crate) fn spoil(&mut self, message: &[u8]) -> Vec<u8> {
        let mut spoiled = message.to_vec();
        for _ in 0..1 + self.below(4) {
            let at = self.below(spoiled.len());
            match self.below(5) {
                0 => spoiled[at] = self.next() as u8,
                1 => spoiled[at] ^= 1 << self.below(8),
                2 => spoiled.truncate(at.max(13)),
                3 => spoiled.insert(at, self.next() as u8),
                _ => {
                    let piece = spoiled[at..].to_vec();
                    spoiled.extend(piece);
                }
            }
        }
        spoiled
    }
}
