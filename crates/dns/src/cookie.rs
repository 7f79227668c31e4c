//! Cookies (RFC 7873): proof that an asker is where it says.
//!
//! ```text
//!   client's cookie 8 bytes · version 1 · reserved 3 · made at u32 (seconds since 1970) · SipHash-2-4 of all this and the address
//! ```
//!
//! The form is that of RFC 9018, so servers that share a secret take each other's cookies.

use std::net::IpAddr;

use domain::base::{
    Serial,
    opt::cookie::{ClientCookie, StandardServerCookie},
};

/// A cookie as an asker sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    client: [u8; 8],
    /// What it was given before, if that may be ours.
    server: Option<[u8; 16]>,
}

/// What is left of a cookie after it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    /// Whether it proves that the asker is where it says.
    pub is_good: bool,
    /// What is sent back.
    pub reply: [u8; 24],
}

impl Cookie {
    /// Reads the option; none where its length is none of a cookie (section 5.2.2).
    pub(crate) fn read(option: &[u8]) -> Option<Self> {
        let (client, server) = option.split_first_chunk::<8>()?;
        match server.len() {
            0 | 8..=32 => Some(Self {
                client: *client,
                // Of another length it is not ours: as if it were forged (section 5.2.4).
                server: server.try_into().ok(),
            }),
            _ => None,
        }
    }

    /// Looks whether it is one of ours, made for that address and not too old, and makes the one to send back: the same
    /// again, or a fresh one. `unix_s` is the time now.
    pub(crate) fn check(self, secret: &[u8; 32], address: IpAddr, unix_s: u64) -> Checked {
        let address = address.to_canonical();
        let key = secret.first_chunk().expect("it is longer");
        // 32 bits, which wrap in 2106 (RFC 9018, section 4.3).
        let now = unix_s as u32;
        let client = ClientCookie::from_octets(self.client);
        if let Some(server) = self.server {
            let made_at = u32::from_be_bytes([server[4], server[5], server[6], server[7]]);
            let age = now.wrapping_sub(made_at) as i32;
            let is_good = server[0] == VERSION
                && (-AHEAD_S_MAX..=AGE_S_MAX).contains(&age)
                && standard(&server).check_hash(client, address, key);
            if is_good && age <= RENEWED_AFTER_S {
                return Checked::new(true, self.client, server);
            }
            let fresh = StandardServerCookie::calculate(client, Serial(now), address, key);
            return Checked::new(is_good, self.client, bytes(fresh));
        }
        let fresh = StandardServerCookie::calculate(client, Serial(now), address, key);
        Checked::new(false, self.client, bytes(fresh))
    }
}

impl Checked {
    fn new(is_good: bool, client: [u8; 8], server: [u8; 16]) -> Self {
        let mut reply = [0; 24];
        reply[..8].copy_from_slice(&client);
        reply[8..].copy_from_slice(&server);
        Self { is_good, reply }
    }
}

fn standard(server: &[u8; 16]) -> StandardServerCookie {
    let [version, r1, r2, r3, t1, t2, t3, t4, hash @ ..] = *server;
    let made_at = Serial(u32::from_be_bytes([t1, t2, t3, t4]));
    StandardServerCookie::new(version, [r1, r2, r3], made_at, hash)
}

fn bytes(server: StandardServerCookie) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[0] = server.version();
    bytes[1..4].copy_from_slice(&server.reserved());
    bytes[4..8].copy_from_slice(&server.timestamp().into_int().to_be_bytes());
    bytes[8..].copy_from_slice(&server.hash());
    bytes
}

/// RFC 9018, section 4.1.
const VERSION: u8 = 1;

/// RFC 9018, section 4.3: an hour.
const AGE_S_MAX: i32 = 3_600;

/// RFC 9018, section 4.3: clocks of several servers may differ by five minutes.
const AHEAD_S_MAX: i32 = 300;

/// RFC 9018, section 4.3: half an hour.
const RENEWED_AFTER_S: i32 = 1_800;

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        let digit = |byte: u8| (byte as char).to_digit(16).expect("a digit") as u8;
        let pairs = text.as_bytes().chunks(2);
        pairs
            .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
            .collect()
    }

    fn secret(text: &str) -> [u8; 32] {
        let mut secret = [0xee; 32];
        secret[..16].copy_from_slice(&unhex(text));
        secret
    }

    #[track_caller]
    fn check(secret_text: &str, address: &str, unix_s: u64, sent: &str, good: bool, reply: &str) {
        let cookie = Cookie::read(&unhex(sent)).expect("a cookie");
        let address = address.parse().expect("an address");
        let checked = cookie.check(&secret(secret_text), address, unix_s);
        assert_eq!(
            (checked.is_good, &checked.reply[..]),
            (good, &unhex(reply)[..])
        );
    }

    const FIRST: &str = "e5e973e5a6b2a43f48e7dc849e37bfcf";

    #[test]
    fn cookies_are_those_of_rfc_9018_appendix_a() {
        let fresh = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
        let later = "2464c4abcf10c957010000005cf7a871d4a564a1442aca77";
        check(
            FIRST,
            "198.51.100.100",
            1_559_731_985,
            "2464c4abcf10c957",
            false,
            fresh,
        );
        check(FIRST, "198.51.100.100", 1_559_734_385, fresh, true, later);
        check(
            FIRST,
            "203.0.113.203",
            1_559_734_700,
            "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
            false,
            "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e",
        );
        check(
            "445536bcd2513298075a5d379663c962",
            "2001:db8:220:1:59de:d0f4:8769:82b8",
            1_559_741_961,
            "22681ab97d52c298010000005cf7c57926556bd0934c72f8",
            false,
            "22681ab97d52c298010000005cf7c609a6bb79d16625507a",
        );
    }

    #[test]
    fn a_cookie_is_kept_for_half_an_hour_and_good_for_an_hour() {
        let cookie = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
        let sent = Cookie::read(&unhex(cookie)).expect("a cookie");
        let address = "198.51.100.100".parse().expect("an address");
        let look = |unix_s| sent.check(&secret(FIRST), address, unix_s);
        let made_at = 1_559_731_985;
        for (unix_s, is_good, is_kept) in [
            (made_at - 301, false, false),
            (made_at - 300, true, true),
            (made_at + 1_800, true, true),
            (made_at + 1_801, true, false),
            (made_at + 3_600, true, false),
            (made_at + 3_601, false, false),
        ] {
            let checked = look(unix_s);
            assert_eq!(checked.is_good, is_good, "{unix_s}");
            assert_eq!(checked.reply[..] == unhex(cookie), is_kept, "{unix_s}");
        }
        let elsewhere = "198.51.100.101".parse().expect("an address");
        assert!(!sent.check(&secret(FIRST), elsewhere, made_at).is_good);
        let mapped = "::ffff:198.51.100.100".parse().expect("an address");
        assert!(sent.check(&secret(FIRST), mapped, made_at).is_good);
    }

    #[test]
    fn an_option_of_another_length_is_malformed() {
        for length in 0..64 {
            let is_cookie = length == 8 || (16..=40).contains(&length);
            assert_eq!(
                Cookie::read(&vec![7; length]).is_some(),
                is_cookie,
                "{length}"
            );
        }
    }
}
