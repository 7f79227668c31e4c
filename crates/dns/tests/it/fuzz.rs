//! Damaged messages, as many as a few seconds take. More: `DAMAGED_MESSAGES=100000000 cargo test --release -p dns --test it
//! damage`.

use domain::base::iana::{Class, Rtype};

use crate::{
    asking::{self, question, question_of, with_opt},
    malformed,
    mutations::{self, Count},
    zone::{self, TEXT},
};

/// Messages of all kinds: what is damaged is often nearly right.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = malformed::corpus()
        .into_iter()
        .map(|(_, message, _)| message)
        .collect();
    let types = [
        Rtype::A,
        Rtype::AAAA,
        Rtype::SRV,
        Rtype::ANY,
        Rtype::NS,
        Rtype::SOA,
        Rtype::DS,
    ];
    for line in zone::lines(TEXT) {
        for record_type in types {
            let message = question(&line.owner, record_type);
            seeds.push(with_opt(message.clone(), 1_400, 0, b"\0\x0a\0\x0812345678"));
            seeds.push(message);
        }
    }
    let records: [&[u8]; 5] = [ADDRESS, NONE, ANY, TSIG, SIGNED];
    for (at, record) in records.iter().enumerate() {
        seeds.push(update(&records[..=at]));
        seeds.push(update(&[record, TSIG]));
        seeds.push(update(&[record, SIGNED]));
    }
    for record_type in [Rtype::AXFR, Rtype::IXFR, Rtype::SOA, Rtype::A] {
        let mut message = question("lab.test", record_type);
        seeds.push(message.clone());
        message.extend(TSIG);
        message[11] = 1;
        seeds.push(message);
    }
    seeds.push(question("1.0.0.10.in-addr.arpa", Rtype::PTR));
    seeds.push(question_of("version.bind", Rtype::TXT, Class::CH));
    seeds
}

/// An update of the zone with these records in its update section; of the last TSIG in the additional one.
fn update(records: &[&[u8]]) -> Vec<u8> {
    let mut message = question("lab.test", Rtype::SOA);
    message[2] = 5 << 3;
    let (mut updates, mut additional) = (0, 0);
    for record in records {
        message.extend_from_slice(record);
        match record[..] == *TSIG || record[..] == *SIGNED {
            true => additional += 1,
            false => updates += 1,
        }
    }
    (message[9], message[11]) = (updates, additional);
    message
}

/// `new.lab.test. 30 IN A 10.0.0.9`
const ADDRESS: &[u8] = b"\x03new\xc0\x0c\0\x01\0\x01\0\0\0\x1e\0\x04\x0a\0\0\x09";

/// One record of a set goes.
const NONE: &[u8] = b"\x07server1\xc0\x0c\0\x01\0\xfe\0\0\0\0\0\x04\x0a\0\0\x01";

/// A whole set goes.
const ANY: &[u8] = b"\x07server1\xc0\x0c\0\x10\0\xff\0\0\0\0\0\0";

/// A signature without anything in it.
const TSIG: &[u8] = b"\0\0\xfa\0\xff\0\0\0\0\0\0";

/// A whole signature, of a key that is not there.
const SIGNED: &[u8] = b"\x03key\0\0\xfa\0\xff\0\0\0\0\0\x3d\x0bhmac-sha256\0\
\0\0\x6b\x49\xd2\0\x01\x2c\0\x20AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\x12\x34\0\0\0\0";

#[test]
fn no_damage_breaks_a_rule() {
    let registry = zone::registry(&zone::lines(TEXT));
    let responder = asking::responder();
    let wanted = std::env::var("DAMAGED_MESSAGES").ok();
    let wanted: u64 = wanted.map_or(PORTION, |count| count.parse().expect("a number"));
    let mut all = Count::default();
    for seed in 1..=wanted.div_ceil(PORTION) {
        let count = mutations::send(&responder, &registry, &seeds(), seed, PORTION);
        assert!(count.answered > PORTION / 2, "seed {seed}: {count:?}");
        assert!(count.well > PORTION / 10, "seed {seed}: {count:?}");
        assert!(count.silent > PORTION / 40, "seed {seed}: {count:?}");
        assert!(
            count.updates > 0 && count.transfers > 0,
            "seed {seed}: {count:?}"
        );
        all = all.and(count);
    }
    println!("{all:?}");
}

/// Messages from one seed.
const PORTION: u64 = 200_000;
