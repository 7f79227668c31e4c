//! The record with which the zone begins. It is not stored: it follows from the zone and the registry's revision.

use naming::{Revision, Zone};

/// For how many seconds it may be kept, and so may an answer that there is no such name (RFC 2308, section 5): names here
/// come and go.
pub(crate) const TTL_S: u32 = 5;

/// The zone's serial (RFC 1982): the low 32 bits of the revision.
pub(crate) fn serial(revision: Revision) -> u32 {
    revision.0 as u32
}

/// Appends what the record says, all names in full.
pub(crate) fn push_data(zone: &Zone, revision: Revision, out: &mut Vec<u8>) {
    push_with(zone.wire(), revision, out);
}

/// Appends what the record says, in an answer in which the zone's name stands already, at `zone_at`.
pub(crate) fn push_short_data(zone_at: u16, revision: Revision, out: &mut Vec<u8>) {
    push_with(&(POINTER | zone_at).to_be_bytes(), revision, out);
}

/// How long [`push_data`] is.
pub(crate) fn data_bytes(zone: &Zone) -> usize {
    SHORT_BYTES - 4 + 2 * zone.wire().len()
}

/// How long [`push_short_data`] is.
pub(crate) const SHORT_BYTES: usize = SERVER_LABEL.len() + 2 + MAILBOX_LABEL.len() + 2 + 20;

/// A name goes on at another place (RFC 1035, section 4.1.4).
pub(crate) const POINTER: u16 = 0xc000;

fn push_with(zone: &[u8], revision: Revision, out: &mut Vec<u8>) {
    out.extend_from_slice(SERVER_LABEL);
    out.extend_from_slice(zone);
    out.extend_from_slice(MAILBOX_LABEL);
    out.extend_from_slice(zone);
    let mut numbers = [0; 20];
    let values = [serial(revision), REFRESH_S, RETRY_S, EXPIRE_S, TTL_S];
    for (place, value) in numbers.chunks_exact_mut(4).zip(values) {
        place.copy_from_slice(&value.to_be_bytes());
    }
    out.extend_from_slice(&numbers);
}

/// The server's own name, which stands in the zone.
const SERVER_LABEL: &[u8] = b"\x02ns";

/// Whoever looks after the zone (RFC 2142, section 7).
const MAILBOX_LABEL: &[u8] = b"\x0ahostmaster";

/// How often a secondary looks whether there is something new, where no notice reached it.
const REFRESH_S: u32 = 60;

/// How soon it looks again where that failed.
const RETRY_S: u32 = 10;

/// How long it goes on without having reached us.
const EXPIRE_S: u32 = 86_400;
