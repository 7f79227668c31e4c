//! Where members are: learnt from what they send.

use std::net::SocketAddr;

use group::MemberId;

/// Where members are.
#[derive(Debug)]
pub(super) struct Peers {
    known: Vec<(MemberId, SocketAddr)>,
    /// Only these are believed; none: any.
    only: Vec<SocketAddr>,
    /// Whose place the next one takes when all are taken.
    oldest: usize,
}

impl Peers {
    /// Nobody is known. Addresses are learnt of those only, where there are any: behind a relay nobody is where it seems to be.
    pub(super) fn new(only: Vec<SocketAddr>) -> Self {
        Self {
            known: Vec::with_capacity(PEERS_MAX),
            only,
            oldest: 0,
        }
    }

    /// A member sent from there. Forgers may say so of any: whoever is not reached there is sent to with all others, when it
    /// has been heard from another address.
    pub(super) fn learn(&mut self, member: MemberId, from: SocketAddr) {
        if let Some((_, address)) = self.known.iter_mut().find(|(known, _)| *known == member) {
            if *address != from && self.is_believed(from) {
                let at = self.known.iter().position(|(known, _)| *known == member);
                self.known[at.expect("it was found")].1 = from;
            }
            return;
        }
        if !self.is_believed(from) {
            return;
        }
        if self.known.len() < PEERS_MAX {
            return self.known.push((member, from));
        }
        self.known[self.oldest] = (member, from);
        self.oldest = (self.oldest + 1) % PEERS_MAX;
    }

    /// Where it is, if that is known.
    pub(super) fn find(&self, member: MemberId) -> Option<SocketAddr> {
        let found = self.known.iter().find(|(known, _)| *known == member);
        found.map(|(_, address)| *address)
    }

    fn is_believed(&self, from: SocketAddr) -> bool {
        self.only.is_empty() || self.only.contains(&from)
    }
}

/// Twice as many as a group has members: some come back under another number.
const PEERS_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(port: u16) -> SocketAddr {
        ([127, 0, 0, 1], port).into()
    }

    #[test]
    fn a_member_is_where_it_was_heard_last() {
        let mut peers = Peers::new(Vec::new());
        peers.learn(MemberId(1), at(1));
        peers.learn(MemberId(2), at(2));
        peers.learn(MemberId(1), at(3));
        assert_eq!(peers.find(MemberId(1)), Some(at(3)));
        assert_eq!(peers.find(MemberId(2)), Some(at(2)));
        assert_eq!(peers.find(MemberId(3)), None);
    }

    #[test]
    fn where_addresses_were_given_no_other_is_believed() {
        let mut peers = Peers::new(vec![at(1), at(2)]);
        peers.learn(MemberId(1), at(9));
        assert_eq!(peers.find(MemberId(1)), None);
        peers.learn(MemberId(1), at(2));
        peers.learn(MemberId(1), at(9));
        assert_eq!(peers.find(MemberId(1)), Some(at(2)));
    }

    #[test]
    fn strangers_push_out_the_oldest_and_fill_no_memory() {
        let mut peers = Peers::new(Vec::new());
        for number in 1..=1000 {
            peers.learn(MemberId(number), at(7));
        }
        assert_eq!(peers.known.len(), PEERS_MAX);
        assert_eq!(peers.find(MemberId(1)), None);
        assert_eq!(peers.find(MemberId(1000)), Some(at(7)));
    }
}
