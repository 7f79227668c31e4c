//! A log, put together from events as they were read, and looked over for what cannot be.
//!
//! Most forms number a host's events: by the host's own entry in its vector clock, or by a number of their own. Going by
//! that, events are put back in order where it is clear which order that is, and holes are told.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{Event, EventId, EventKind, Field, FlawKind, HostId, Log, Place, Tear, View, messages};

/// A log that is being read.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    pub log: Log,
    drafts: Vec<Draft>,
    /// Which drafts, by place, say again what an earlier one said.
    copies: HashSet<usize>,
}

/// An event as it was read.
#[derive(Debug)]
pub(crate) struct Draft {
    pub event: Event,
    /// Its number among its host's events, from 1, if the log gives one.
    pub own: Option<u64>,
    /// The other end of its message, if its line names it.
    pub peer: Option<HostId>,
    /// The view that it installed, if it did.
    pub view: Option<View>,
    /// Further fields: names' places in [`Log::field_names`], and values.
    pub fields: Vec<(u32, String)>,
}

impl Assembly {
    /// Takes in the next event of the text.
    pub fn push(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.drafts.len()
    }

    /// The place of a field's name, which is entered when it is new.
    pub fn field_name(&mut self, name: &str) -> u32 {
        let names = &mut self.log.field_names;
        let at = names.iter().position(|known| known == name);
        let at = at.unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        u32::try_from(at).expect("fewer than 2^32 names")
    }

    /// Notes whose log a text is that ends in the middle of a line: that of the only host in it that has not ended. `member` is
    /// whose log its last head says it is. Where several could be meant, nothing is noted.
    pub fn tear(&mut self, place: Place, bytes: u64, member: Option<HostId>) {
        let mut last: BTreeMap<HostId, EventKind> = BTreeMap::new();
        let drafts = self.drafts.iter().map(|draft| &draft.event);
        for event in drafts.filter(|event| event.place.source == place.source) {
            last.insert(event.host, event.kind);
        }
        if let Some(member) = member {
            last.entry(member).or_default();
        }
        let is_open = |kind: &EventKind| !matches!(kind, EventKind::Leave | EventKind::Crash);
        let open: Vec<HostId> = last
            .iter()
            .filter(|(_, kind)| is_open(kind))
            .map(|(host, _)| *host)
            .collect();
        let host = match (&open[..], last.len()) {
            ([host], _) => *host,
            ([], 1..) => *last.last_entry().expect("one").key(),
            _ => return,
        };
        self.log.torn.push(Tear { host, place, bytes });
    }

    /// Puts each host's events in order and tells what cannot be.
    pub fn finish(mut self) -> Log {
        let mut slots: Vec<Vec<usize>> = vec![Vec::new(); self.log.hosts.len()];
        for (at, draft) in self.drafts.iter().enumerate() {
            slots[draft.event.host.0 as usize].push(at);
        }
        for (host, slots) in slots.iter_mut().enumerate() {
            self.put_in_order(host, slots);
            self.tell_holes(host, slots);
        }
        self.hold_clocks_against_events(&slots);
        let mut log = self.log;
        for (at, draft) in self.drafts.into_iter().enumerate() {
            if self.copies.contains(&at) {
                continue;
            }
            let event = EventId(u32::try_from(log.events.len()).expect("fewer than 2^32 events"));
            if let Some(peer) = draft.peer {
                log.set_peer(event, peer);
            }
            if let Some(view) = draft.view {
                log.set_view(event, view);
            }
            let fields = draft.fields.into_iter();
            log.fields
                .extend(fields.map(|(name, value)| Field { event, name, value }));
            log.events.push(draft.event);
        }
        messages::tell(&mut log);
        log.flaws.sort_by_key(|flaw| flaw.place);
        log
    }

    /// Sorts a host's events by their numbers where all have one and no two the same.
    fn put_in_order(&mut self, host: usize, slots: &mut Vec<usize>) {
        let rises = |drafts: &[Draft], slots: &[usize]| {
            let owns = slots.iter().filter_map(|at| drafts[*at].own);
            owns.is_sorted_by(|one, next| one < next)
        };
        if rises(&self.drafts, slots) {
            return;
        }
        self.leave_copies_out(host, slots);
        if rises(&self.drafts, slots) {
            return;
        }
        let mut numbers: Vec<Option<u64>> = slots.iter().map(|at| self.drafts[*at].own).collect();
        numbers.sort_unstable();
        let is_clear = numbers[0].is_some() && numbers.is_sorted_by(|one, next| one < next);
        let name = self.log.hosts[host].clone();
        let mut greatest = 0;
        let mut back = 0;
        let mut first = None;
        for at in &*slots {
            let draft = &self.drafts[*at];
            let Some(own) = draft.own else { continue };
            if own <= greatest {
                back += 1;
                first.get_or_insert((draft.event.place, own, greatest));
            }
            greatest = greatest.max(own);
        }
        let (place, own, before) = first.expect("numbers that do not rise go back somewhere");
        let what = match own == before {
            true => format!(
                "`{name}` has two events with the same own count, {own}: the later one did not count itself (did it forget to tick, \
                 as on a receipt?), or `{name}` was started twice; {back} of its events stand so."
            ),
            false => {
                format!("`{name}` {own} stands after {before}; {back} of its events stand so.")
            }
        };
        let then = match (is_clear, own == before) {
            (true, _) => "They were put in the order of their numbers.",
            (false, true) => "They stand as in the text.",
            (false, false) => {
                "Some have no number, or the same one, so they stand as in the text: the host may have been started twice."
            }
        };
        self.log
            .blame(FlawKind::Backwards, place, format!("{what} {then}"));
        if is_clear {
            self.sort(slots);
        }
    }

    /// Puts the events of some slots into them in the order of their numbers.
    fn sort(&mut self, slots: &[usize]) {
        let mut sorted: Vec<usize> = slots.to_vec();
        sorted.sort_by_key(|at| self.drafts[*at].own);
        let taken: Vec<Draft> = sorted
            .iter()
            .map(|at| std::mem::replace(&mut self.drafts[*at], Draft::nothing()))
            .collect();
        for (at, draft) in slots.iter().zip(taken) {
            self.drafts[*at] = draft;
        }
    }

    /// An event that is there twice, word for word and clock for clock, is one.
    fn leave_copies_out(&mut self, host: usize, slots: &mut Vec<usize>) {
        let mut first: HashMap<u64, usize> = HashMap::new();
        let mut copies = Vec::new();
        slots.retain(|&at| {
            let Some(own) = self.drafts[at].own else {
                return true;
            };
            let earlier = *first.entry(own).or_insert(at);
            let is_same = earlier != at && self.drafts[at].is_same_as(&self.drafts[earlier]);
            if is_same {
                copies.push((at, earlier, own));
            }
            !is_same
        });
        for (at, earlier, own) in copies {
            self.copies.insert(at);
            let Place { source, line } = self.drafts[earlier].event.place;
            let name = &self.log.hosts[host];
            let text = format!(
                "`{name}` {own} is there a second time, after line {line} of file {}; it was left out here.",
                source + 1
            );
            let place = self.drafts[at].event.place;
            self.log.blame(FlawKind::Backwards, place, text);
        }
    }

    fn tell_holes(&mut self, host: usize, slots: &[usize]) {
        let mut last = 0;
        for at in slots {
            let draft = &self.drafts[*at];
            let Some(own) = draft.own else { continue };
            // A number that is there twice, or goes back, leaves no hole; and the last of all has none after it.
            let missing = own.saturating_sub(last).saturating_sub(1);
            if missing > 0 {
                let name = &self.log.hosts[host];
                let events = if missing == 1 {
                    "event is"
                } else {
                    "events are"
                };
                let text = match last {
                    0 => {
                        format!(
                            "`{name}` begins with its event {own}: {missing} {events} missing, or its clock ticks more than once an event."
                        )
                    }
                    _ => format!(
                        "`{name}` goes from {last} to {own}: {missing} {events} missing, or its clock ticks more than once an event."
                    ),
                };
                let place = draft.event.place;
                self.log.blame(FlawKind::Hole, place, text);
            }
            last = own;
        }
    }

    /// Tells of clocks that name hosts without events, or count more events than there are.
    fn hold_clocks_against_events(&mut self, slots: &[Vec<usize>]) {
        let counted: Vec<Option<u64>> = slots.iter().map(|slots| self.counted(slots)).collect();
        let mut beyond: BTreeMap<usize, Beyond> = BTreeMap::new();
        for draft in &self.drafts {
            for &(named, entry) in draft.event.stamps.entries() {
                let host = named.0 as usize;
                let is_beyond =
                    slots[host].is_empty() || counted[host].is_some_and(|count| entry > count);
                if is_beyond && named != draft.event.host {
                    let seen = beyond.entry(host).or_insert(Beyond {
                        place: draft.event.place,
                        entry,
                        clocks: 0,
                    });
                    seen.clocks += 1;
                    seen.entry = seen.entry.max(entry);
                }
            }
        }
        for (
            host,
            Beyond {
                place,
                entry,
                clocks,
            },
        ) in beyond
        {
            let name = &self.log.hosts[host];
            let clocks = match clocks {
                1 => "1 clock counts".to_owned(),
                many => format!("{many} clocks count"),
            };
            let (kind, text) = match counted[host].filter(|_| !slots[host].is_empty()) {
                None => (
                    FlawKind::UnknownHost,
                    format!(
                        "{clocks} events of `{name}`, of which there is none; if it wrote a log, give that too."
                    ),
                ),
                Some(count) => (
                    FlawKind::Ahead,
                    format!(
                        "{clocks} up to {entry} events of `{name}`, whose last one is {count}; its log may be cut off."
                    ),
                ),
            };
            self.log.blame(kind, place, text);
        }
    }

    /// The number of a host's last event, where clocks count by such numbers.
    fn counted(&self, slots: &[usize]) -> Option<u64> {
        let mut last = None;
        for at in slots {
            let draft = &self.drafts[*at];
            let Event { host, stamps, .. } = &draft.event;
            let (Some(own), Some(_)) = (draft.own, &stamps.vector) else {
                continue;
            };
            if stamps.entry(*host) != own {
                return None;
            }
            last = last.max(Some(own));
        }
        last
    }
}

/// Clocks that count more than there is.
struct Beyond {
    place: Place,
    entry: u64,
    clocks: u64,
}

impl Draft {
    fn nothing() -> Self {
        Self {
            event: Event {
                host: HostId(0),
                kind: EventKind::Local,
                message: None,
                text: String::new(),
                stamps: crate::Stamps::default(),
                place: Place::default(),
            },
            own: None,
            peer: None,
            view: None,
            fields: Vec::new(),
        }
    }

    fn is_same_as(&self, other: &Self) -> bool {
        let is_same_view = self.view == other.view;
        let (one, other) = (&self.event, &other.event);
        is_same_view
            && (one.kind, one.message, &one.text, &one.stamps)
                == (other.kind, other.message, &other.text, &other.stamps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Events of host `a` by their numbers, one a line.
    fn assembled(owns: &[(Option<u64>, &str)]) -> Log {
        let mut assembly = Assembly::default();
        let host = assembly.log.host("a");
        for (line, (own, text)) in owns.iter().enumerate() {
            let mut draft = Draft::nothing();
            draft.event.host = host;
            draft.event.text = (*text).to_owned();
            draft.event.place.line = line as u32 + 1;
            draft.own = *own;
            assembly.push(draft);
        }
        assembly.finish()
    }

    #[track_caller]
    fn check(owns: &[(Option<u64>, &str)], expected: &[&str], kinds: &[FlawKind]) {
        let log = assembled(owns);
        let texts: Vec<&str> = log.events.iter().map(|event| event.text.as_str()).collect();
        assert_eq!(texts, expected);
        let found: Vec<FlawKind> = log.flaws.iter().map(|flaw| flaw.kind).collect();
        assert_eq!(found, kinds, "{:?}", log.flaws);
    }

    #[test]
    fn events_out_of_order_are_put_in_order() {
        let owns = [
            (Some(1), "1"),
            (Some(3), "3"),
            (Some(2), "2"),
            (Some(4), "4"),
        ];
        check(&owns, &["1", "2", "3", "4"], &[FlawKind::Backwards]);
    }

    #[test]
    fn a_host_that_was_started_twice_stands_as_it_was_written() {
        let owns = [
            (Some(1), "1"),
            (Some(2), "2"),
            (Some(1), "new 1"),
            (Some(2), "new 2"),
        ];
        check(&owns, &["1", "2", "new 1", "new 2"], &[FlawKind::Backwards]);
    }

    #[test]
    fn the_same_event_twice_is_one_event() {
        let owns = [(Some(1), "1"), (Some(2), "2"), (Some(2), "2")];
        check(&owns, &["1", "2"], &[FlawKind::Backwards]);
    }

    #[test]
    fn holes_are_told_and_read_over() {
        let owns = [(Some(2), "2"), (None, "?"), (Some(3), "3"), (Some(7), "7")];
        check(
            &owns,
            &["2", "?", "3", "7"],
            &[FlawKind::Hole, FlawKind::Hole],
        );
        assert!(
            assembled(&owns).flaws[1]
                .text
                .contains("from 3 to 7: 3 events")
        );
    }

    /// The hole behind a number was looked for by adding to it, which overflowed at the last number of all. It is now
    /// taken from the next one.
    #[test]
    fn the_last_number_of_all_has_no_hole_behind_it() {
        let most = Some(u64::MAX);
        let kinds = [FlawKind::Hole, FlawKind::Backwards];
        check(&[(most, "one"), (most, "other")], &["one", "other"], &kinds);
    }

    #[test]
    fn clocks_beyond_the_events_are_told_once_a_host() {
        let mut assembly = Assembly::default();
        let hosts = ["a", "b", "c"].map(|name| assembly.log.host(name));
        for (host, own, vector) in [
            (hosts[0], 1, vec![(hosts[0], 1)]),
            (
                hosts[1],
                1,
                vec![(hosts[0], 3), (hosts[1], 1), (hosts[2], 1)],
            ),
            (
                hosts[1],
                2,
                vec![(hosts[0], 4), (hosts[1], 2), (hosts[2], 1)],
            ),
        ] {
            let mut draft = Draft::nothing();
            draft.event.host = host;
            draft.event.stamps.vector = Some(vector.into());
            draft.own = Some(own);
            assembly.push(draft);
        }
        let log = assembly.finish();
        let kinds: Vec<FlawKind> = log.flaws.iter().map(|flaw| flaw.kind).collect();
        assert_eq!(kinds, [FlawKind::Ahead, FlawKind::UnknownHost]);
        assert!(
            log.flaws[0]
                .text
                .contains("2 clocks count up to 4 events of `a`, whose last one is 1")
        );
    }
}
