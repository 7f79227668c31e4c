//! How many answers a network may be sent (response-rate limiting).
//!
//! ```text
//!   network ─ hash, with a random seed ─▶ a row of 4 buckets ─▶ its own, or the fullest, with what is left in that
//! ```
//!
//! Each network has a bucket that holds the answers of a second and fills evenly; an answer takes one out. The buckets are a
//! table of a fixed size: **it never grows, and whoever forges many sources gets at most what all buckets give.** A network
//! that takes over another's bucket takes over what is left in it, so forging a new source for each question yields no more.

use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
};

/// Counts answers by datagram, by the network that they go to (a /24, or a /56 of IPv6).
#[derive(Debug)]
pub struct Limiter {
    /// As many as a power of two.
    rows: Box<[[Bucket; WAYS]]>,
    /// Nobody outside can tell which networks share a row.
    hasher: RandomState,
    answers_per_s: u64,
}

/// What a network may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The answer.
    Answer,
    /// A cut answer: whoever asks in earnest comes again by a connection.
    Cut,
    /// Nothing.
    Drop,
}

impl Limiter {
    /// A limiter: so many answers a second for a network (0: none at all), at most so many networks at once are kept in mind,
    /// rounded up to four times a power of two.
    pub fn new(answers_per_s: u32, networks_max: usize) -> Self {
        let answers_per_s = u64::from(answers_per_s);
        let bucket = Bucket {
            network: NOBODY,
            filled_at_ms: 0,
            thousandths: answers_per_s * WHOLE,
            was_cut: false,
        };
        let rows = networks_max.div_ceil(WAYS).next_power_of_two();
        Self {
            rows: vec![[bucket; WAYS]; rows].into(),
            hasher: RandomState::new(),
            answers_per_s,
        }
    }

    /// What may be sent there now, by a clock that begins anywhere. Of what is too much, every second one is cut, beginning
    /// with the first; the others are nothing.
    pub fn ask(&mut self, address: IpAddr, now_ms: u64) -> Limit {
        let network = network(address);
        let row = self.hasher.hash_one(network) as usize & (self.rows.len() - 1);
        let row = &mut self.rows[row];
        let own = row.iter().position(|bucket| bucket.network == network);
        let own = own.unwrap_or_else(|| {
            let left = |bucket: &Bucket| bucket.level(self.answers_per_s, now_ms);
            let fullest = (0..WAYS).max_by_key(|at| left(&row[*at]));
            fullest.expect("a row has buckets")
        });
        row[own].take(network, self.answers_per_s, now_ms)
    }
}

/// What a network may still be sent.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    network: u64,
    filled_at_ms: u64,
    /// Of answers.
    thousandths: u64,
    /// Whether the last that was too much was cut, rather than nothing.
    was_cut: bool,
}

impl Bucket {
    /// How many thousandths of answers are in it now. A clock that goes back adds nothing.
    fn level(&self, answers_per_s: u64, now_ms: u64) -> u64 {
        let gained = now_ms
            .saturating_sub(self.filled_at_ms)
            .saturating_mul(answers_per_s);
        let most = answers_per_s * WHOLE;
        self.thousandths.saturating_add(gained).min(most)
    }

    fn take(&mut self, network: u64, answers_per_s: u64, now_ms: u64) -> Limit {
        self.thousandths = self.level(answers_per_s, now_ms);
        self.filled_at_ms = self.filled_at_ms.max(now_ms);
        if self.network != network {
            self.network = network;
            self.was_cut = false;
        }
        if let Some(rest) = self.thousandths.checked_sub(WHOLE) {
            self.thousandths = rest;
            return Limit::Answer;
        }
        self.was_cut = !self.was_cut;
        if self.was_cut {
            Limit::Cut
        } else {
            Limit::Drop
        }
    }
}

/// The network that an address belongs to: of IPv4 the first 24 bits, of IPv6 the first 56, told apart by a bit.
fn network(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => u64::from(address.to_bits() >> 8),
        IpAddr::V6(address) => 1 << 63 | (address.to_bits() >> 72) as u64,
    }
}

/// How many buckets a row has: a network that shares its row with up to three others has one of its own.
const WAYS: usize = 4;

/// An answer, in thousandths: one comes in a millisecond where there are a thousand a second.
const WHOLE: u64 = 1_000;

/// No network has that number.
const NOBODY: u64 = u64::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[track_caller]
    fn check(limiter: &mut Limiter, from: &str, now_ms: u64, expected: &[Limit]) {
        let found: Vec<Limit> = expected
            .iter()
            .map(|_| limiter.ask(address(from), now_ms))
            .collect();
        assert_eq!(found, expected, "{from} at {now_ms} ms");
    }

    use Limit::{Answer, Cut, Drop};

    #[test]
    fn a_network_gets_a_second_s_answers_at_once_and_then_as_many_as_come_in() {
        let mut limiter = Limiter::new(3, 64);
        check(&mut limiter, "192.0.2.1", 1_000, &[Answer; 3]);
        check(
            &mut limiter,
            "192.0.2.77",
            1_000,
            &[Cut, Drop, Cut, Drop, Cut],
        );
        check(&mut limiter, "192.0.2.1", 1_333, &[Drop]);
        check(&mut limiter, "192.0.2.1", 1_334, &[Answer, Cut]);
        check(
            &mut limiter,
            "192.0.2.1",
            9_000,
            &[Answer, Answer, Answer, Drop],
        );
    }

    #[test]
    fn networks_do_not_take_from_each_other() {
        let mut limiter = Limiter::new(1, 64);
        for from in ["192.0.2.1", "192.0.3.1", "2001:db8::1", "2001:db8:0:100::1"] {
            check(&mut limiter, from, 5, &[Answer, Cut, Drop]);
        }
        check(&mut limiter, "::ffff:192.0.2.9", 5, &[Cut]);
        check(&mut limiter, "2001:db8:0:ff::9", 5, &[Cut]);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut limiter = Limiter::new(1, 4);
        check(&mut limiter, "192.0.2.1", 10_000, &[Answer]);
        check(&mut limiter, "192.0.2.1", 5_000, &[Cut]);
        check(&mut limiter, "192.0.2.1", 10_500, &[Drop]);
        check(&mut limiter, "192.0.2.1", 11_000, &[Answer]);
    }

    #[test]
    fn none_a_second_is_none() {
        let mut limiter = Limiter::new(0, 0);
        check(&mut limiter, "192.0.2.1", u64::MAX, &[Cut, Drop, Cut]);
    }

    #[test]
    fn forged_sources_get_no_more_than_the_table_gives() {
        let (rate, slots) = (2_u64, 16);
        let mut limiter = Limiter::new(rate as u32, slots);
        let mut answers = 0;
        for number in 0..200_000_u32 {
            let from = IpAddr::V4(std::net::Ipv4Addr::from_bits(number << 8));
            let limit = limiter.ask(from, u64::from(number) / 20);
            answers += u64::from(limit == Answer);
        }
        // Ten seconds, and the second that was in the buckets.
        assert!(answers <= slots as u64 * rate * 11, "{answers}");
        assert!(answers >= rate * 10, "{answers}");
    }
}
