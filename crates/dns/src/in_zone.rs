//! Answers from the zone.
//!
//! ```text
//!   name ─▶ below a cut? referral ─▶ there? ─▶ the set · or CNAME, and on with its target (at most 16) · or no data, SOA
//!                                      └ not ─▶ names below it: no data, SOA · a wildcard covers it · no such name, SOA
//! ```

use naming::{NodeView, RecordType, Registry, SetView};

use crate::{
    Now,
    answer::ttl_s,
    question::HEADER_BYTES,
    rcode,
    reply::{POINTED_MAX, RECORD_BYTES, Reply, Section},
};

/// What it takes to answer from the zone. Places (`at`) are offsets into the answer at which a name stands in full.
pub(crate) struct Answering<'a, 'b, 'c> {
    registry: &'a Registry,
    record_type: RecordType,
    now: Now,
    /// Where the zone's name stands.
    zone_at: usize,
    reply: &'b mut Reply<'c>,
}

/// The name that an alias leads to.
#[derive(Clone, Copy)]
struct Alias<'a> {
    at: usize,
    name: &'a [u8],
}

impl<'a, 'b, 'c> Answering<'a, 'b, 'c> {
    /// For a question about `relative`, the part of its name before the zone.
    pub(crate) fn new(
        registry: &'a Registry,
        record_type: RecordType,
        now: Now,
        relative: &[u8],
        reply: &'b mut Reply<'c>,
    ) -> Self {
        Self {
            registry,
            record_type,
            now,
            zone_at: HEADER_BYTES + relative.len(),
            reply,
        }
    }

    /// Answers. `asked` is the whole name.
    pub(crate) fn answer(&mut self, asked: &[u8], relative: &[u8]) {
        if let Some(alias) = self.step(relative, HEADER_BYTES) {
            self.follow(asked, alias);
        }
    }

    /// Answers for a name. If it is an alias: where that leads.
    fn step(&mut self, relative: &[u8], at: usize) -> Option<Alias<'a>> {
        let registry = self.registry;
        if registry.has_delegations()
            && let Some((cut, node, set)) = self.cut(relative)
        {
            self.refer(&relative[cut..], at + cut, node, set);
            return None;
        }
        if self.record_type == RecordType::SOA && relative.is_empty() {
            self.push_soa(Section::Answer);
            return None;
        }
        if let Some(node) = registry.find(relative) {
            return self.found(node, at);
        }
        if relative.is_empty() || registry.count_below(relative) > 0 {
            self.push_soa(Section::Authority);
            return None;
        }
        if registry.has_wildcards() {
            return self.covered(relative, at);
        }
        self.missing();
        None
    }

    /// Answers with what stands under a name.
    fn found(&mut self, node: NodeView<'a>, at: usize) -> Option<Alias<'a>> {
        if let Some(set) = node.set(self.record_type) {
            match self.push_set(Section::Answer, at, node, set) {
                None => self.reply.set_cut(),
                Some(start) => self.add_targets(set, start, None),
            }
            return None;
        }
        let alias = node.set(RecordType::CNAME);
        if self.record_type == RecordType::ANY {
            // Beside an alias nothing stands, so nothing may be made up there (RFC 8482, section 4.2): it is all there is.
            if let Some(alias) = alias {
                if self.push_set(Section::Answer, at, node, alias).is_none() {
                    self.reply.set_cut();
                }
                return None;
            }
            let ttl_s = ttl_s(self.registry, node.lease, MINIMAL_ANY_TTL_S, self.now);
            let section = Section::Answer;
            if !(self.reply).push(section, at, RecordType::HINFO, ttl_s, MINIMAL_ANY) {
                self.reply.set_cut();
            }
            return None;
        }
        let Some(alias) = alias else {
            self.push_soa(Section::Authority);
            return None;
        };
        let Some(start) = self.push_set(Section::Answer, at, node, alias) else {
            self.reply.set_cut();
            return None;
        };
        Some(Alias {
            at: start + RECORD_BYTES,
            name: alias.data().next()?,
        })
    }

    /// Answers for the names that aliases lead to, one after another. Whoever goes in a circle gets what there is of it.
    #[cold]
    fn follow(&mut self, asked: &[u8], first: Alias<'a>) {
        let mut seen = [first.name; ALIASES_MAX];
        let mut alias = first;
        for count in 0..ALIASES_MAX {
            if alias.name == asked || (count > 0 && seen[..count].contains(&alias.name)) {
                return;
            }
            seen[count] = alias.name;
            let Some(relative) = self.registry.zone().relative(alias.name) else {
                return;
            };
            match self.step(relative, alias.at) {
                Some(next) => alias = next,
                None => return,
            }
        }
    }

    /// Answers for a name that is not there, where wildcards are (RFC 4592, section 3.3.1).
    #[cold]
    fn covered(&mut self, relative: &[u8], at: usize) -> Option<Alias<'a>> {
        let registry = self.registry;
        let mut encloser = parent(relative);
        while !encloser.is_empty()
            && registry.find(encloser).is_none()
            && registry.count_below(encloser) == 0
        {
            encloser = parent(encloser);
        }
        let mut buffer = [0; 256];
        let source = &mut buffer[..2 + encloser.len()];
        source[..2].copy_from_slice(b"\x01*");
        source[2..].copy_from_slice(encloser);
        if let Some(node) = registry.find(source) {
            return self.found(node, at);
        }
        match registry.count_below(source) {
            0 => self.missing(),
            _ => self.push_soa(Section::Authority),
        }
        None
    }

    /// The highest name on the way that belongs to somebody else, as an offset into `relative`, and its name servers. What
    /// is asked about the cut itself, and known above it only (DS), is answered here.
    #[cold]
    fn cut(&self, relative: &[u8]) -> Option<(usize, NodeView<'a>, SetView<'a>)> {
        let mut starts = [0_u8; 128];
        let (mut count, mut at) = (0, 0);
        while at < relative.len() {
            starts[count] = at as u8;
            count += 1;
            at += 1 + usize::from(relative[at]);
        }
        let from_above = starts[..count]
            .iter()
            .rev()
            .map(|start| usize::from(*start));
        for start in from_above {
            let Some(node) = self.registry.find(&relative[start..]) else {
                continue;
            };
            if let Some(set) = node.set(RecordType::NS) {
                let is_above = start == 0 && self.record_type == DS;
                return (!is_above).then_some((start, node, set));
            }
        }
        None
    }

    /// Says who knows more (RFC 1034, section 4.3.2), and where they are.
    #[cold]
    fn refer(&mut self, cut: &[u8], cut_at: usize, node: NodeView<'a>, set: SetView<'a>) {
        // What stands before it, aliases, is ours.
        (self.reply).set_authoritative(self.reply.has_answers());
        match self.push_set(Section::Authority, cut_at, node, set) {
            None => self.reply.set_cut(),
            Some(start) => self.add_targets(set, start, Some(cut)),
        }
    }

    /// Adds the addresses of the names that records lead to. Those within `cut` are known from here only (RFC 9471); the
    /// others are added where there is room.
    fn add_targets(&mut self, set: SetView<'a>, start: usize, cut: Option<&[u8]>) {
        let before = match set.record_type {
            RecordType::NS => 0,
            RecordType::MX => 2,
            RecordType::SRV => 6,
            _ => return,
        };
        let mut at = start;
        for (count, data) in set.data().take(TARGETS_MAX).enumerate() {
            let target_at = at + RECORD_BYTES + before;
            at += RECORD_BYTES + data.len();
            let mut earlier = set.data().take(count);
            let Some(target) = data.get(before..) else {
                continue;
            };
            if target_at >= POINTED_MAX || earlier.any(|data| data.get(before..) == Some(target)) {
                continue;
            }
            if let Some(relative) = self.registry.zone().relative(target) {
                let is_owed = cut.is_some_and(|cut| is_within(relative, cut));
                self.add_addresses(relative, target_at, is_owed);
            }
        }
    }

    fn add_addresses(&mut self, relative: &[u8], at: usize, is_owed: bool) {
        let Some(node) = self.registry.find(relative) else {
            return;
        };
        for record_type in [RecordType::A, RecordType::AAAA] {
            if let Some(set) = node.set(record_type)
                && self.push_set(Section::Additional, at, node, set).is_none()
                && is_owed
            {
                self.reply.set_cut();
            }
        }
    }

    /// Says that there is no such name.
    fn missing(&mut self) {
        self.reply.set_rcode(rcode::NO_NAME);
        self.push_soa(Section::Authority);
    }

    fn push_soa(&mut self, section: Section) {
        let revision = self.registry.revision();
        (self.reply).push_soa(section, self.zone_at, self.zone_at, revision);
    }

    fn push_set(
        &mut self,
        section: Section,
        at: usize,
        node: NodeView<'a>,
        set: SetView<'a>,
    ) -> Option<usize> {
        let ttl_s = ttl_s(self.registry, node.lease, set.ttl_s, self.now);
        self.reply.push_set(section, at, set, ttl_s)
    }
}

/// A name without its first label.
fn parent(name: &[u8]) -> &[u8] {
    &name[1 + usize::from(name[0])..]
}

/// Whether a name is `above`, or stands below it.
fn is_within(mut name: &[u8], above: &[u8]) -> bool {
    while name.len() > above.len() {
        name = parent(name);
    }
    name == above
}

/// As many as BIND follows.
const ALIASES_MAX: usize = 16;

/// So many names that records lead to are looked up.
const TARGETS_MAX: usize = 32;

/// The digest of a zone's key, which stands above the cut (RFC 4035, section 3.1.4.1).
const DS: RecordType = RecordType(43);

/// The answer to those who ask for everything (RFC 8482, section 4.2): the machine is "RFC8482".
pub(crate) const MINIMAL_ANY: &[u8] = b"\x07RFC8482\0";

/// For how many seconds that may be kept.
pub(crate) const MINIMAL_ANY_TTL_S: u32 = naming::Value::TTL_S;
