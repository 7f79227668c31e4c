//! What records say: as bytes, and as text in the form of zone files.
//!
//! Bytes are those of a message with all names in full, and in lower case where RFC 4034, section 6.2, has it so: two data
//! that mean the same are the same bytes. Text is that of RFC 1035, section 5.1, and of the RFC of each type; a type that
//! is not known here is written `\# 4 c0a80102` (RFC 3597, section 5), and any type may be.

use std::net::{Ipv4Addr, Ipv6Addr};

use domain::base::iana::{Class, Rtype};
use domain::base::rdata::ComposeRecordData;
use domain::base::zonefile_fmt::{DisplayKind, ZonefileFmt};
use domain::base::{Name as DnsName, ParseRecordData, ParsedName};
use domain::dep::octseq::Parser;
use domain::rdata::ZoneRecordData;
use domain::zonefile::inplace::{Entry, ScannedRecordData, Zonefile};

use crate::zone_text::prepare;
use crate::{RecordType, ValueError, Zone};

/// Reads a record without its name, TTL and class: `MX 10 mail`, `TYPE65280 \# 2 abcd`. Names in it that have no dot at
/// their end are completed with the zone.
///
/// # Errors
/// When it is none, or of a type that cannot stand under a name.
pub fn data_from_text(zone: &Zone, text: &str) -> Result<(RecordType, Vec<u8>), ValueError> {
    let wrong = |problem: &str| ValueError::Record {
        text: text.chars().take(SHOWN_CHARACTERS).collect(),
        problem: problem.to_owned(),
    };
    if text.len() > TEXT_BYTES_MAX {
        return Err(wrong("it is too long for a record"));
    }
    if text.contains(['\n', '\r']) {
        return Err(wrong("it has a line feed; a record is one line"));
    }
    let (record_type, data) = scanned(zone.wire(), text).map_err(|problem| wrong(&problem))?;
    match record_type {
        RecordType::SOA => Err(wrong(
            "the SOA is the server's own; its serial is the registry's revision",
        )),
        kind if !kind.is_data() => Err(wrong("no such records stand under a name")),
        kind => Ok((kind, data)),
    }
}

/// What a record says, as text without its type: `10 mail.lab.test.`. [`data_from_text`] reads it back as it was.
pub fn data_to_text(record_type: RecordType, data: &[u8]) -> String {
    if let (RecordType::A, Ok(octets)) = (record_type, <[u8; 4]>::try_from(data)) {
        return Ipv4Addr::from(octets).to_string();
    }
    if let (RecordType::AAAA, Ok(octets)) = (record_type, <[u8; 16]>::try_from(data)) {
        return Ipv6Addr::from(octets).to_string();
    }
    // What the text of a type cannot say (or its reader here does not take back) is said in bytes.
    parsed(record_type, data)
        .filter(|known| !matches!(known, ZoneRecordData::Unknown(_)))
        .map(|known| known.display_zonefile(DisplayKind::Simple).to_string())
        .filter(|text| is_same(record_type, data, text))
        .unwrap_or_else(|| in_bytes(data))
}

/// The data as they are kept here: names in full, and in lower case where the type has it so. None where they are no data
/// of that type. Of a type that is not known, all are.
pub fn canonical_data(record_type: RecordType, data: &[u8]) -> Option<Vec<u8>> {
    let known = parsed(record_type, data)?;
    let mut bytes = Vec::with_capacity(data.len());
    composed(&known, &mut bytes)?;
    Some(bytes)
}

/// The data that a zone file's reader found, as they are kept here.
pub(crate) fn scanned_data(record_type: RecordType, data: &ScannedRecordData) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(32);
    composed(data, &mut bytes)?;
    match data {
        ZoneRecordData::A(_) | ZoneRecordData::Aaaa(_) => Some(bytes),
        // Written in bytes: what the type says of them has not been looked at.
        ZoneRecordData::Unknown(_) => canonical_data(record_type, &bytes),
        // The reader lets an empty label through (`a..`), which makes a name that ends before its end.
        _ => parsed(record_type, &bytes).is_some().then_some(bytes),
    }
}

type Parsed<'a> = ZoneRecordData<&'a [u8], ParsedName<&'a [u8]>>;

fn parsed(record_type: RecordType, data: &[u8]) -> Option<Parsed<'_>> {
    let mut parser = Parser::from_ref(data);
    let known = Parsed::parse_rdata(Rtype::from_int(record_type.0), &mut parser).ok()??;
    (parser.remaining() == 0).then_some(known)
}

fn composed(data: &impl ComposeRecordData, bytes: &mut Vec<u8>) -> Option<()> {
    data.compose_canonical_rdata(bytes)
        .expect("memory takes all");
    (bytes.len() <= usize::from(u16::MAX)).then_some(())
}

fn scanned(origin: &[u8], text: &str) -> Result<(RecordType, Vec<u8>), String> {
    // A name, a TTL and a class stand there already, so that the text cannot bring its own, nor be a directive.
    let ready = prepare(&format!("@ 0 IN {text}")).map_err(|(_, problem)| problem)?;
    let mut file = Zonefile::from(&*ready);
    file.set_origin(
        DnsName::from_octets(origin.to_vec().into()).expect("a zone's name has its root"),
    );
    file.set_default_class(Class::IN);
    let entry = file.next_entry().map_err(|error| problem(&error))?;
    let Some(Entry::Record(record)) = entry else {
        return Err("there is no record in it".to_owned());
    };
    let record_type = RecordType(record.rtype().to_int());
    scanned_data(record_type, record.data())
        .map(|data| (record_type, data))
        .ok_or_else(|| format!("these are no data of the type {record_type}"))
}

/// What is wrong, without the place: the reader's line is the next one where it has read to the end of a line.
pub(crate) fn problem(error: &domain::zonefile::inplace::Error) -> String {
    let text = error.to_string();
    let problem = text.splitn(3, ':').nth(2).unwrap_or(&text).trim();
    // The reader's own words for a type that it does not know say little.
    match problem.contains("unknown record type") {
        true => {
            "records of this type are written in bytes here: `\\# 2 abcd` (RFC 3597)".to_owned()
        }
        false => problem.to_owned(),
    }
}

fn is_same(record_type: RecordType, data: &[u8], text: &str) -> bool {
    let read = scanned(&[0], &format!("{record_type} {text}"));
    read.is_ok_and(|(kind, read)| kind == record_type && read == data)
}

/// RFC 3597, section 5.
fn in_bytes(data: &[u8]) -> String {
    let mut text = format!("\\# {}", data.len());
    for (at, byte) in data.iter().enumerate() {
        text.push_str(if at == 0 { " " } else { "" });
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// 32 KiB of data in which each byte is written `\ddd`, and something around them.
const TEXT_BYTES_MAX: usize = 4 * 32 * 1024 + 1024;
const SHOWN_CHARACTERS: usize = 100;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone() -> Zone {
        Zone::parse("lab.test").expect("a zone")
    }

    #[track_caller]
    fn check(text: &str, written: &str) {
        let (record_type, data) = data_from_text(&zone(), text).expect("a record");
        let again = format!("{record_type} {}", data_to_text(record_type, &data));
        assert_eq!(again, written);
        assert_eq!(data_from_text(&zone(), &again), Ok((record_type, data)));
    }

    #[test]
    fn records_are_read_and_written() {
        check("A 192.168.1.2", "A 192.168.1.2");
        check("AAAA 2001:DB8::1", "AAAA 2001:db8::1");
        check("MX 10 Mail", "MX 10 mail.lab.test.");
        check("NS ns.example.ORG.", "NS ns.example.org.");
        check("SRV 1 2 80 @", "SRV 1 2 80 lab.test.");
        check("TXT \"two words\" plain", "TXT \"two words\" \"plain\"");
        check(
            "TXT \"a \\\"b\\\" \\000\\255\"",
            "TXT \"a \\\"b\\\" \\000\\255\"",
        );
        check("HINFO \"PC AT\" Linux", "HINFO \"PC AT\" \"Linux\"");
        check("CAA 0 issue \"ca.example\"", "CAA 0 issue \"ca.example\"");
        check("TYPE65280 \\# 2 ABCD", "TYPE65280 \\# 2 abcd");
        check("TYPE65280 \\# 0", "TYPE65280 \\# 0");
        check("A \\# 4 c0a80102", "A 192.168.1.2");
        check("TXT (one) ; a comment (", "TXT \"one\"");
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = data_from_text(&zone(), text).expect_err("no record");
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn what_is_no_record_is_refused_and_said_why() {
        refused("", "record");
        refused("A", "record");
        refused("A 1.2.3", "1.2.3");
        refused("A 1.2.3.4 5.6.7.8", "trailing");
        refused("A \\# 3 c0a801", "no data of the type A");
        refused("300 A 1.2.3.4", "rtype");
        refused("CH A 1.2.3.4", "rtype");
        refused("A 1.2.3.4\nb A 1.2.3.5", "line feed");
        refused("SOA a. b. 1 2 3 4 5", "server's own");
        refused("ANY \\# 0", "no such records");
        refused("TYPE65280 abcd", "RFC 3597");
        refused("LOC 51 30 12 N 0 7 39 W 0m", "in bytes");
        refused("NS 0..", "no data of the type NS");
        refused("TXT (a", "parenthesis is not closed");
        refused("TXT a)", "was not opened");
        refused("TXT \"a", "quote is not closed");
    }

    proptest! {
        #[test]
        fn what_is_written_of_any_data_is_read_back(
            record_type in 1..64u16,
            data in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let record_type = RecordType(record_type);
            prop_assume!(record_type.is_data() && record_type != RecordType::SOA);
            if let Some(data) = canonical_data(record_type, &data) {
                let text = format!("{record_type} {}", data_to_text(record_type, &data));
                prop_assert_eq!(data_from_text(&zone(), &text), Ok((record_type, data)));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(A|TXT|MX|NS|CAA|NAPTR|TYPE9) [ -~]{0,40}") {
            if let Ok((record_type, data)) = data_from_text(&zone(), &text) {
                prop_assert_eq!(canonical_data(record_type, &data), Some(data));
            }
        }
    }
}
