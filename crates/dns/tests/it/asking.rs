//! Messages made and answers read by `domain`, the other codec.

use dns::{Handled, Keys, Now, Outcome, Peer, Responder, Settings, Transport};
use domain::{
    base::{
        Message, MessageBuilder, Name,
        iana::{Class, Rtype},
        message::RecordSection,
    },
    rdata::AllRecordData,
};
use naming::{LeaseTime, Registry};

/// An answer, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub rcode: u16,
    pub is_authoritative: bool,
    pub is_cut: bool,
    pub answer: Vec<String>,
    pub authority: Vec<String>,
    /// Without OPT.
    pub additional: Vec<String>,
    /// The bytes of datagrams that OPT says, and its options.
    pub opt: Option<(u16, Vec<u8>)>,
}

/// A question.
pub fn question(name: &str, record_type: Rtype) -> Vec<u8> {
    question_of(name, record_type, Class::IN)
}

/// A question of any class.
pub fn question_of(name: &str, record_type: Rtype, class: Class) -> Vec<u8> {
    let mut builder = MessageBuilder::new_vec().question();
    builder.header_mut().set_id(0x1234);
    builder.header_mut().set_rd(true);
    let name = Name::vec_from_str(name).expect("a name");
    builder.push((name, record_type, class)).expect("room");
    builder.finish()
}

/// A message with an OPT record behind it.
pub fn with_opt(mut message: Vec<u8>, udp_bytes: u16, version: u8, options: &[u8]) -> Vec<u8> {
    let length = options.len() as u16;
    message.extend([0, 0, 41]);
    message.extend(udp_bytes.to_be_bytes());
    message.extend([0, version, 0, 0]);
    message.extend(length.to_be_bytes());
    message.extend(options);
    message[11] += 1;
    message
}

/// A responder without keys.
pub fn responder() -> Responder {
    Responder::new(Settings {
        keys: Keys::default(),
        is_signed_only: false,
        udp_bytes_max: UDP_BYTES_MAX,
        secret: [7; 32],
    })
}

/// What the responder says, as bytes.
pub fn reply(registry: &Registry, message: &[u8], peer: Peer) -> (Outcome, Vec<u8>) {
    let mut out = vec![0xff; 3];
    match responder().handle(registry, message, peer, NOW, &mut out) {
        Handled::Reply(outcome) => (outcome, out),
        other => panic!("{other:?} to {message:02x?}"),
    }
}

/// What the responder says, as another codec understands it.
pub fn ask(registry: &Registry, message: &[u8], peer: Peer) -> Seen {
    let (outcome, out) = reply(registry, message, peer);
    let seen = read(&out);
    assert_eq!((seen.rcode, seen.is_cut), (outcome.rcode, outcome.is_cut));
    assert_eq!(out[..2], message[..2], "the asker's number");
    assert_eq!(out[2] & 0xf9, 0x80 | message[2] & 0x79, "QR, opcode and RD");
    assert_eq!(out[3] & 0xf0, 0, "neither RA, AD nor CD");
    seen
}

/// Reads an answer, all of it.
pub fn read(out: &[u8]) -> Seen {
    let message = Message::from_octets(out).expect("a header");
    let (_, answer, authority, additional) = message.sections().expect("four sections");
    let header = message.header();
    let mut seen = Seen {
        rcode: header.rcode().to_int().into(),
        is_authoritative: header.aa(),
        is_cut: header.tc(),
        answer: texts(answer),
        authority: texts(authority),
        additional: Vec::new(),
        opt: None,
    };
    for record in additional {
        let record = record.expect("a record");
        if record.rtype() != Rtype::OPT {
            let record = record
                .to_any_record::<AllRecordData<_, _>>()
                .expect("its data");
            seen.additional.push(record.to_string());
            continue;
        }
        let opt = message.opt().expect("an OPT record");
        seen.rcode = opt.rcode(header).to_int();
        assert_eq!(opt.version(), 0);
        let options = out[out.len() - opt.opt().len()..].to_vec();
        let end = message.as_slice().len() - 11 - options.len();
        assert_eq!(out[end..][..3], [0, 0, 41], "OPT is the last record");
        seen.opt = Some((opt.udp_payload_size(), options));
    }
    seen
}

fn texts(section: RecordSection<'_, &[u8]>) -> Vec<String> {
    let record = |record: Result<domain::base::ParsedRecord<'_, &[u8]>, _>| {
        let record = record.expect("a record");
        let record = record.to_any_record::<AllRecordData<_, _>>();
        record.expect("its data").to_string()
    };
    section.map(record).collect()
}

/// Somebody at this machine, by a datagram.
pub const LOCAL: Peer = Peer {
    address: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
    transport: Transport::Udp,
};

/// Somebody elsewhere, by a datagram.
pub const FOREIGN: Peer = Peer {
    address: std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)),
    transport: Transport::Udp,
};

/// Somebody elsewhere, by a connection.
pub const CONNECTED: Peer = Peer {
    address: FOREIGN.address,
    transport: Transport::Tcp,
};

/// What time it is: 2.5 s before the lease ends.
pub const NOW: Now = Now {
    lease: LeaseTime(97_500),
    unix_s: 1_800_000_000,
};

/// What a datagram may have.
pub const UDP_BYTES_MAX: u16 = 1_232;
