//! Messages made from other messages by damage, from a seed; and what must be true of every answer.

use dns::{Handled, Now, Peer, Responder, Transport, Why};
use domain::rdata::AllRecordData;
use naming::{Done, Name, Registry};

/// What was done, so that it can be seen that something was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    pub answered: u64,
    pub well: u64,
    pub silent: u64,
    pub updates: u64,
    pub transfers: u64,
}

impl Count {
    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            answered: self.answered + other.answered,
            well: self.well + other.well,
            silent: self.silent + other.silent,
            updates: self.updates + other.updates,
            transfers: self.transfers + other.transfers,
        }
    }
}

/// Sends `count` damaged messages, from a seed.
///
/// # Panics
/// When an answer breaks a rule. The message is in the panic's text.
pub fn send(
    responder: &Responder,
    registry: &Registry,
    seeds: &[Vec<u8>],
    seed: u64,
    count: u64,
) -> Count {
    let mut random = Random(seed);
    let mut done = Count::default();
    let mut message = Vec::new();
    let mut out = Vec::new();
    for _ in 0..count {
        message.clear();
        message.extend_from_slice(&seeds[random.below(seeds.len())]);
        for _ in 0..random.below(5) {
            damage(&mut message, seeds, &mut random);
        }
        let peer = peer(&mut random);
        one(responder, registry, &message, peer, &mut out, &mut done);
    }
    done
}

/// An instant at which nothing special happens.
const NOW: Now = Now {
    lease: naming::LeaseTime(97_500),
    unix_s: 1_800_000_000,
};

fn one(
    responder: &Responder,
    registry: &Registry,
    message: &[u8],
    peer: Peer,
    out: &mut Vec<u8>,
    done: &mut Count,
) {
    let must_be_silent = message.len() < 12 || message[2] & 0x80 != 0;
    match responder.handle(registry, message, peer, NOW, out) {
        Handled::Reply(outcome) => {
            done.answered += 1;
            done.well += u64::from(outcome.rcode == 0);
            assert!(!must_be_silent, "an answer to {message:02x?}");
            hold(message, peer, out, outcome.rcode);
        }
        Handled::Silent(why) => {
            done.silent += 1;
            let is_owed = matches!(why, Why::Short | Why::Answer) && !must_be_silent;
            assert!(!is_owed, "{why:?} to {message:02x?}");
        }
        Handled::Update(update) => {
            done.updates += 1;
            let outcome = match done.updates % 2 {
                0 => update.fail(NOW, out),
                _ => update.reply(&Ok(Done::default()), NOW, out),
            };
            hold(message, peer, out, outcome.rcode);
        }
        Handled::Transfer(mut transfer) => {
            done.transfers += 1;
            let mut names = registry.names().map(|(wire, node)| {
                let name = Name::from_wire(wire).expect("a name");
                (name, node.to_node())
            });
            let (zone, revision) = (registry.zone(), registry.revision());
            let mut count = 0;
            while transfer
                .next(zone, revision, &mut names, NOW, out)
                .is_some()
            {
                hold(message, peer, out, 0);
                count += 1;
            }
            assert!(count > 0, "{message:02x?}");
        }
    }
    if responder.cut(message, out) {
        assert!(!must_be_silent, "a cut answer to {message:02x?}");
        assert!(
            out.len() <= message.len() && out[2] & 0x82 == 0x82,
            "{message:02x?}"
        );
    }
}

/// What is true of every answer.
fn hold(message: &[u8], peer: Peer, out: &[u8], rcode: u16) {
    assert!(out.len() >= 12, "{out:02x?} to {message:02x?}");
    assert_eq!(out[..2], message[..2], "the asker's number, {message:02x?}");
    assert_eq!(out[2] & 0x80, 0x80, "an answer, {message:02x?}");
    assert_eq!(
        out[2] & 0x78,
        message[2] & 0x78,
        "the opcode, {message:02x?}"
    );
    assert_eq!(u16::from(out[3] & 0x0f), rcode & 0x0f, "{message:02x?}");
    match peer.transport {
        Transport::Udp => assert!(out.len() <= 1_232, "{message:02x?}"),
        Transport::Tcp => assert!(out.len() <= 65_535, "{message:02x?}"),
    }
    if peer.transport == Transport::Udp && !peer.is_local() {
        assert!(
            out.len() <= 3 * message.len(),
            "{} bytes to {message:02x?}",
            out.len()
        );
    }
    let parsed = domain::base::Message::from_octets(out).expect("a header");
    let (_, answer, authority, additional) = parsed.sections().expect("four sections");
    for section in [answer, authority, additional] {
        for record in section {
            let record = record.expect("a record");
            let record = record.to_any_record::<AllRecordData<_, _>>();
            record.expect("its data");
        }
    }
}

/// Something that goes wrong on the way, or that somebody tries.
fn damage(message: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let length = message.len();
    let at = random.below(length.max(1));
    match random.below(12) {
        0 | 1 if length > 0 => message[at] ^= 1 << random.below(8),
        2 if length > 0 => message[at] = random.below(256) as u8,
        // Of what the header says.
        3 if length >= 12 => message[2 + random.below(10)] = random.below(256) as u8,
        4 if length >= 12 => message[4 + random.below(8)] = random.below(3) as u8,
        5 => message.truncate(at),
        6 => message.extend((0..random.below(40)).map(|_| 0)),
        7 => message.insert(at, random.below(256) as u8),
        8 if length > 0 => {
            message.remove(at);
        }
        // Bytes that mean something: pointers, labels, types.
        9 if length > 0 => {
            message[at] = [0, 1, 63, 64, 0x80, 0xc0, 0xff, 12, 41, 250][random.below(10)];
        }
        10 => {
            let other = &seeds[random.below(seeds.len())];
            let from = random.below(other.len() + 1);
            message.extend_from_slice(&other[from..]);
        }
        _ if length > 0 => {
            let from = random.below(length);
            let copied = message[from..].to_vec();
            message.truncate(at);
            message.extend(copied);
        }
        _ => {}
    }
    message.truncate(4_096);
}

fn peer(random: &mut Random) -> Peer {
    let address = match random.below(3) {
        0 => [127, 0, 0, 1].into(),
        1 => [192, 0, 2, random.below(256) as u8].into(),
        _ => std::net::Ipv6Addr::from_bits(random.next().into()).into(),
    };
    let transport = match random.below(4) {
        0 => Transport::Tcp,
        _ => Transport::Udp,
    };
    Peer { address, transport }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
