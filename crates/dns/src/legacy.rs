//! Record data with names in it of types that `domain` does not know: RFC 3597, section 4, wants a reader to follow their
//! pointers all the same.

use domain::{
    base::{
        ParsedName, ParsedRecord, Rtype,
        rdata::{ParseAnyRecordData, RecordData},
        wire::ParseError,
    },
    dep::octseq::Parser,
};

use crate::signature;

/// Whether it is a type of that kind: AFSDB, RT and KX (a number and a name) or PX (a number and two).
pub(crate) fn has_names(record_type: Rtype) -> bool {
    names(record_type) > 0
}

/// Appends what a record of such a type says, names in full and in lower case.
///
/// # Errors
/// When it is malformed.
pub(crate) fn push(record: &ParsedRecord<'_, [u8]>, out: &mut Vec<u8>) -> Result<(), ParseError> {
    let parsed = record.to_any_record::<Numbered>()?;
    out.extend(&parsed.data().bytes);
    Ok(())
}

fn names(record_type: Rtype) -> usize {
    match record_type.to_int() {
        18 | 21 | 36 => 1,
        26 => 2,
        _ => 0,
    }
}

/// A number of two bytes, and names.
struct Numbered {
    record_type: Rtype,
    bytes: Vec<u8>,
}

impl RecordData for Numbered {
    fn rtype(&self) -> Rtype {
        self.record_type
    }
}

impl<'a> ParseAnyRecordData<'a, [u8]> for Numbered {
    fn parse_any_rdata(
        record_type: Rtype,
        parser: &mut Parser<'a, [u8]>,
    ) -> Result<Self, ParseError> {
        let number = parser.parse_u16_be()?;
        let mut bytes = number.to_be_bytes().to_vec();
        for _ in 0..names(record_type) {
            bytes.extend(signature::wire(&ParsedName::parse(parser)?));
        }
        Ok(Self { record_type, bytes })
    }
}
