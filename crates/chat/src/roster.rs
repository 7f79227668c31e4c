//! The members that one has heard of. It never shrinks, and never grows beyond [`MEMBERS_MAX`].

use std::collections::BTreeMap;

use crate::{Frame, Known, MEMBERS_MAX, Name, Reason, window::Window};

/// Who is there.
#[derive(Debug)]
pub(crate) struct Roster {
    own: u64,
    name: Name,
    peers: BTreeMap<u64, Peer>,
}

/// Another member.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) name: Name,
    /// What of its messages has come.
    pub(crate) window: Window,
    /// The highest of its messages in one's own past: received, or in the past of one that was.
    pub(crate) past: u64,
    /// Up to which of its messages was said that they are missing.
    pub(crate) mentioned: u64,
    /// How many of its messages were shown.
    pub(crate) shown: u64,
    /// How many of its messages are lost.
    pub(crate) lost: u64,
    /// Whether it spoke itself; others know it from hearsay.
    pub(crate) is_heard: bool,
    /// Whether it said good-bye.
    pub(crate) is_gone: bool,
}

impl Roster {
    pub(crate) fn new(own: u64, name: Name) -> Self {
        Self {
            own,
            name,
            peers: BTreeMap::new(),
        }
    }

    pub(crate) fn peers(&self) -> impl Iterator<Item = (u64, &Peer)> {
        self.peers.iter().map(|(member, peer)| (*member, peer))
    }

    pub(crate) fn get(&self, member: u64) -> Option<&Peer> {
        self.peers.get(&member)
    }

    pub(crate) fn get_mut(&mut self, member: u64) -> Option<&mut Peer> {
        self.peers.get_mut(&member)
    }

    /// Whether all these members can be in the roster, under these names.
    pub(crate) fn admits<'a>(
        &self,
        members: impl Iterator<Item = (u64, &'a Name)>,
    ) -> Result<(), Reason> {
        let mut fresh: Vec<String> = Vec::new();
        for (member, name) in members {
            if let Some(known) = self.name(member) {
                match known == name {
                    true => continue,
                    false => return Err(Reason::Names),
                }
            }
            let host = name.host(member);
            let hosts = self
                .peers
                .iter()
                .map(|(member, peer)| peer.name.host(*member));
            if hosts
                .chain([self.name.host(self.own)])
                .any(|other| other == host)
                || fresh.contains(&host)
            {
                return Err(Reason::Names);
            }
            fresh.push(host);
        }
        match self.peers.len() + 1 + fresh.len() > MEMBERS_MAX {
            true => Err(Reason::Members),
            false => Ok(()),
        }
    }

    /// Enters a member that is not yet there: it has sent so many messages that nobody here listened to.
    pub(crate) fn enter(&mut self, member: u64, name: &Name, sent: u64) -> &mut Peer {
        self.peers.entry(member).or_insert_with(|| Peer {
            name: name.clone(),
            window: Window::from(sent),
            past: 0,
            mentioned: 0,
            shown: 0,
            lost: 0,
            is_heard: false,
            is_gone: false,
        })
    }

    /// The sender of a frame speaks for the first time, or again; whether for the first time.
    pub(crate) fn hear(&mut self, frame: &Frame, sent: u64) -> bool {
        let peer = self.enter(frame.incarnation, frame.body.name(), sent);
        !std::mem::replace(&mut peer.is_heard, true)
    }

    /// The name of a member, this one included.
    pub(crate) fn name(&self, member: u64) -> Option<&Name> {
        match member == self.own {
            true => Some(&self.name),
            false => self.peers.get(&member).map(|peer| &peer.name),
        }
    }

    /// A member's name in logs. Whoever is asked for has been entered.
    pub(crate) fn host(&self, member: u64) -> String {
        self.name(member)
            .map_or_else(String::new, |name| name.host(member))
    }

    /// A message's name in logs.
    pub(crate) fn message(&self, member: u64, sequence: u64) -> String {
        let name = self.name(member);
        name.map_or_else(String::new, |name| name.message(member, sequence))
    }

    /// What people call a member: its name, and its host's where another one has that name too.
    pub(crate) fn called(&self, member: u64) -> String {
        let Some(name) = self.name(member) else {
            return String::new();
        };
        let is_own_too = member != self.own && *name == self.name;
        let is_anothers = |(other, peer): (&u64, &Peer)| *other != member && peer.name == *name;
        match is_own_too || self.peers.iter().any(is_anothers) {
            true => name.host(member),
            false => name.to_string(),
        }
    }

    /// A message's short name: `carol 4`.
    pub(crate) fn short(&self, member: u64, sequence: u64) -> String {
        format!("{} {sequence}", self.called(member))
    }

    /// What this member knows of those members; those that it never heard of are left out.
    pub(crate) fn known(&self, members: impl Iterator<Item = u64>) -> Vec<(u64, Known)> {
        let known = members.filter_map(|member| {
            let peer = self.peers.get(&member)?;
            let known = Known {
                sequence: peer.past,
                name: peer.name.clone(),
            };
            Some((member, known))
        });
        known.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).expect("a name")
    }

    #[test]
    fn a_name_is_short_until_a_second_member_has_it() {
        let mut roster = Roster::new(1 << 32, name("alice"));
        roster.enter(2 << 32, &name("bob"), 0);
        assert_eq!(roster.short(2 << 32, 4), "bob 4");
        assert_eq!(roster.called(1 << 32), "alice");
        roster.enter(3 << 32, &name("alice"), 0);
        assert_eq!(roster.called(1 << 32), "alice~00000001");
        assert_eq!(roster.called(3 << 32), "alice~00000003");
        assert_eq!(roster.called(2 << 32), "bob");
    }

    #[test]
    fn nobody_takes_anothers_name_in_logs() {
        let mut roster = Roster::new(1 << 32, name("alice"));
        roster.enter(2 << 32, &name("bob"), 0);
        let (alice, bob, carol) = (name("alice"), name("bob"), name("carol"));
        let check = |members: &[(u64, &Name)], expected| {
            assert_eq!(roster.admits(members.iter().copied()), expected);
        };
        check(
            &[(2 << 32, &bob), (3 << 32, &alice), (4 << 32, &bob)],
            Ok(()),
        );
        check(&[(2 << 32, &carol)], Err(Reason::Names));
        check(&[(1 << 32, &carol)], Err(Reason::Names));
        check(&[((2 << 32) + 1, &bob)], Err(Reason::Names));
        check(&[((1 << 32) + 1, &alice)], Err(Reason::Names));
        check(
            &[(5 << 32, &carol), ((5 << 32) + 1, &carol)],
            Err(Reason::Names),
        );
    }

    #[test]
    fn a_full_roster_takes_nobody() {
        let mut roster = Roster::new(0, name("a"));
        for member in 1..MEMBERS_MAX as u64 {
            let other = name("b");
            assert_eq!(roster.admits([(member << 32, &other)].into_iter()), Ok(()));
            roster.enter(member << 32, &other, 0);
        }
        let last = name("c");
        assert_eq!(
            roster.admits([(1 << 62, &last)].into_iter()),
            Err(Reason::Members)
        );
        assert_eq!(roster.admits([(1 << 32, &name("b"))].into_iter()), Ok(()));
    }
}
