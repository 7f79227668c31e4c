//! What both sides of a conversation can do (EDNS, RFC 6891): the record OPT.

use naming::RecordType;

use crate::cookie::Cookie;

/// What the asker's side can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edns {
    /// How many bytes of a datagram it takes; less than 512 means 512 (section 6.2.3).
    pub udp_bytes: u16,
    /// Which version it speaks; here 0 is spoken.
    pub version: u8,
    /// Its cookie.
    pub cookie: Option<Cookie>,
}

impl Edns {
    /// Reads the parts of an OPT record; none where its options are malformed.
    pub(crate) fn read(class: u16, ttl: u32, data: &[u8]) -> Option<Self> {
        let mut cookie = None;
        let mut rest = data;
        while !rest.is_empty() {
            let (head, behind) = rest.split_first_chunk::<4>()?;
            let length = u16::from_be_bytes([head[2], head[3]]);
            let (option, behind) = behind.split_at_checked(length.into())?;
            // Of several cookies the first counts (RFC 7873, section 5.2).
            if head[..2] == COOKIE.to_be_bytes() && cookie.is_none() {
                cookie = Some(Cookie::read(option)?);
            }
            rest = behind;
        }
        Some(Self {
            udp_bytes: class.max(UDP_BYTES_MIN),
            version: (ttl >> 16) as u8,
            cookie,
        })
    }

    /// Appends our own OPT record. DO is not copied: nothing here is signed.
    pub(crate) fn push(udp_bytes: u16, rcode: u16, cookie: Option<&[u8; 24]>, out: &mut Vec<u8>) {
        let mut fixed = [0; OPT_BYTES];
        fixed[1..3].copy_from_slice(&RecordType::OPT.0.to_be_bytes());
        fixed[3..5].copy_from_slice(&udp_bytes.to_be_bytes());
        fixed[5] = (rcode >> 4) as u8;
        if let Some(cookie) = cookie {
            fixed[10] = COOKIE_BYTES as u8;
            out.extend_from_slice(&fixed);
            out.extend_from_slice(&[0, COOKIE as u8, 0, cookie.len() as u8]);
            out.extend_from_slice(cookie);
        } else {
            out.extend_from_slice(&fixed);
        }
    }
}

/// What a datagram may have from and to anybody (RFC 1035, section 2.3.4).
pub(crate) const UDP_BYTES_MIN: u16 = 512;

/// Our OPT record without options.
pub(crate) const OPT_BYTES: usize = 11;

/// A cookie in it: four bytes before it, the asker's eight, our sixteen.
pub(crate) const COOKIE_BYTES: usize = 4 + 8 + 16;

/// The option's number (RFC 7873, section 4).
const COOKIE: u16 = 10;
