//! The application of a member: all it does with messages is to remember which, and where the order is the same for all, in
//! which order.

use std::collections::BTreeMap;

use group::MemberId;

/// What a member's application has seen, or was told by others that have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Application {
    /// Of each sender the last message's number.
    pub delivered: BTreeMap<MemberId, u64>,
    /// Of the messages in their order, or of their set.
    pub digest: u64,
}

impl Application {
    /// A message.
    pub fn deliver(&mut self, from: MemberId, number: u64, is_total: bool) {
        let last = self.delivered.entry(from).or_default();
        *last = number.max(*last);
        let hash = mixed(from.0 ^ mixed(number));
        self.digest = match is_total {
            true => mixed(self.digest ^ hash),
            // A sum has no order.
            false => self.digest.wrapping_add(hash),
        };
    }

    /// What a newcomer is given; where nothing happened yet, nothing.
    pub fn snapshot(&self) -> Vec<u8> {
        if self.delivered.is_empty() {
            return Vec::new();
        }
        let mut bytes = self.digest.to_be_bytes().to_vec();
        for (member, number) in &self.delivered {
            bytes.extend(member.0.to_be_bytes());
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// What a newcomer was given; none where it was mutilated.
    pub fn restored(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        let (words, []) = bytes.as_chunks::<8>() else {
            return None;
        };
        let (digest, pairs) = words.split_first()?;
        let (pairs, []) = pairs.as_chunks::<2>() else {
            return None;
        };
        let pairs = pairs.iter().map(|pair| pair.map(u64::from_be_bytes));
        Some(Self {
            delivered: pairs
                .map(|[member, number]| (MemberId(member), number))
                .collect(),
            digest: u64::from_be_bytes(*digest),
        })
    }
}

/// The bits, well mixed.
pub(super) const fn mixed(bits: u64) -> u64 {
    stats::split_mix(bits, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(messages: &[(u64, u64)], is_total: bool) -> Application {
        let mut application = Application::default();
        for (from, number) in messages {
            application.deliver(MemberId(*from), *number, is_total);
        }
        application
    }

    #[test]
    fn only_a_total_order_makes_a_difference() {
        let (one, other) = ([(1, 1), (2, 1), (1, 2)], [(1, 1), (1, 2), (2, 1)]);
        assert_eq!(application(&one, false), application(&other, false));
        assert_ne!(application(&one, true), application(&other, true));
        assert_ne!(application(&one, false), application(&one[..2], false));
    }

    #[test]
    fn a_state_is_restored() {
        let whole = application(&[(1, 1), (2, 7)], true);
        let bytes = whole.snapshot();
        assert_eq!(Application::restored(&bytes), Some(whole));
        assert_eq!(Application::restored(&bytes[1..]), None);
        assert_eq!(Application::restored(&bytes[..16]), None);
        let empty = Application::default();
        assert_eq!(Application::restored(&empty.snapshot()), Some(empty));
    }
}
