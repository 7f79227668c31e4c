//! What a read left behind: the beginning of a request that is not whole yet.
//!
//! ```text
//!   reads:     "PING\r\nPI" | "NG\r\n" | …
//!   shown:     "PING\r\nPI"   "PING\r\n"
//!   used:       6              6
//!   left:      "PI"           ""
//! ```
//!
//! Requests that come whole are parsed where the driver has read them: nothing is copied, and a
//! connection between requests holds no memory for them.

/// The bytes that have come of a request that is not whole yet.
#[derive(Debug, Default)]
pub(crate) struct Remainder {
    bytes: Vec<u8>,
}

impl Remainder {
    /// Shows `parse` the bytes of `read` behind those that were left of earlier reads. It says how
    /// many it has used; the others are left for the next read.
    pub(crate) fn feed(&mut self, read: &[u8], parse: impl FnOnce(&[u8]) -> usize) {
        if self.bytes.is_empty() {
            let used = parse(read);
            self.bytes.extend_from_slice(&read[used..]);
            return;
        }
        self.bytes.extend_from_slice(read);
        let used = parse(&self.bytes);
        self.bytes.drain(..used);
        if self.bytes.is_empty() {
            self.bytes.shrink_to(KEPT_BYTES);
        }
    }

    /// Whether nothing is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// What an empty one may hold on to: enough that short requests which come in pieces allocate once
/// a connection, and little enough for a hundred thousand idle connections.
const KEPT_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds reads to a parser of messages that end with a full stop.
    fn messages(reads: &[&[u8]]) -> (Vec<Vec<u8>>, Remainder) {
        let (mut found, mut remainder) = (Vec::new(), Remainder::default());
        for read in reads {
            remainder.feed(read, |bytes| {
                let end = bytes
                    .iter()
                    .rposition(|&b| b == b'.')
                    .map_or(0, |at| at + 1);
                let whole = bytes[..end].split_inclusive(|&b| b == b'.');
                found.extend(whole.map(<[u8]>::to_vec));
                end
            });
        }
        (found, remainder)
    }

    #[test]
    fn what_is_not_whole_waits_for_the_next_read() {
        let (found, remainder) = messages(&[b"ab.c", b"d", b"e.f.", b"g"]);
        assert_eq!(found, [&b"ab."[..], b"cde.", b"f."]);
        assert_eq!(remainder.bytes, b"g");
    }

    #[test]
    fn whole_messages_are_never_stored() {
        let (found, remainder) = messages(&[b"ab.", b"cd.ef."]);
        assert_eq!((found.len(), remainder.bytes.capacity()), (3, 0));
    }

    #[test]
    fn a_long_message_does_not_pin_its_memory() {
        let (found, remainder) = messages(&[&[b'a'; 9000], b"."]);
        assert_eq!(found[0].len(), 9001);
        assert!(remainder.is_empty() && remainder.bytes.capacity() <= KEPT_BYTES);
    }
}
