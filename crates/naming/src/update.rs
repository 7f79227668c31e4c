//! Updates of records (RFC 2136): prerequisites, and what is done if they hold.

use std::collections::HashMap;

use crate::draft::Trial;
use crate::{LeaseId, Name, Node, RecordSet, RecordType, Refusal, ValueError};

/// An update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// What has to hold, all of it, before anything is done (section 3.2).
    pub prerequisites: Vec<Prerequisite>,
    /// What is done, in this order (section 3.4.2).
    pub operations: Vec<Operation>,
    /// A lease for the names that records are added to, in milliseconds (RFC 9664); none: they stay as long as they would
    /// have without the update.
    ///
    /// A name that has a lease keeps it, with its own time, and the lease gets a new sign of life: of names that share one
    /// none is taken out of it. Names that are new, or whose records were all taken away before these were added, get one
    /// new lease together. A name that was there without a lease stays without one, and so does the zone itself.
    pub lease_ms: Option<u64>,
}

/// Something that has to hold (RFC 2136, section 2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prerequisite {
    /// The name has records of that type, whatever they say (2.4.1).
    SetExists(Name, RecordType),
    /// The name has exactly these records of that type (2.4.2): the data are sorted and no two the same.
    SetIs(Name, RecordType, Vec<Box<[u8]>>),
    /// The name has no records of that type (2.4.3).
    SetMissing(Name, RecordType),
    /// The name has records (2.4.4).
    NameInUse(Name),
    /// The name has none (2.4.5).
    NameFree(Name),
}

/// Something that is done (RFC 2136, section 2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Adds a record to a set, whose TTL it becomes (2.5.1). A CNAME replaces a CNAME, and is left out beside anything else;
    /// so is anything else beside a CNAME. A SOA is left out: the serial is the registry's revision.
    Add {
        /// Under which name.
        name: Name,
        /// Of which type.
        record_type: RecordType,
        /// For how many seconds an answer may be kept.
        ttl_s: u32,
        /// What it says, names in full.
        data: Box<[u8]>,
    },
    /// Takes away the records of a type (2.5.2); not the zone's SOA and NS.
    RemoveSet(Name, RecordType),
    /// Takes away all records of a name (2.5.3); not the zone's SOA and NS.
    RemoveName(Name),
    /// Takes away one record (2.5.4); not the zone's SOA, nor its last NS.
    RemoveRecord(Name, RecordType, Box<[u8]>),
}

/// Does an update, if its prerequisites hold.
///
/// # Errors
/// When they do not, or what it makes cannot stand there.
pub(crate) fn apply(trial: &mut Trial<'_, '_>, update: &Update) -> Result<(), Refusal> {
    // A message has thousands of prerequisites, and all may be about one name that has thousands of records.
    let mut nodes = HashMap::new();
    for prerequisite in &update.prerequisites {
        let name = prerequisite.name();
        let found = nodes.entry(name).or_insert_with(|| node(trial, name));
        hold(found.as_ref(), prerequisite)?;
    }
    let mut touched = Touched::default();
    for operation in &update.operations {
        let name = operation.name();
        let at = touched.index(trial, name);
        touched.places[at].1.operate(name.is_apex(), operation)?;
    }
    let mut new_lease = None;
    for (name, place) in touched.places {
        let is_renewed = place.is_added && update.lease_ms.is_some();
        let lease = match (update.lease_ms, place.lease) {
            (_, Some(lease)) if is_renewed && !place.sets.is_empty() => {
                trial.renew(lease)?;
                Some(lease)
            }
            // Where all was taken away again there is nothing to keep: nobody would know of the lease.
            (Some(ttl_ms), None)
                if is_renewed && place.is_new && !place.sets.is_empty() && !name.is_apex() =>
            {
                Some(match new_lease {
                    Some(lease) => lease,
                    None => *new_lease.insert(trial.grant(ttl_ms)?),
                })
            }
            (_, lease) => lease,
        };
        if place.was_there || !place.sets.is_empty() {
            trial.set(&name, place.sets, lease)?;
        }
    }
    Ok(())
}

/// RFC 2136, section 3.2. A name under which only other names stand has no records: it is not in use.
fn hold(node: Option<&Node>, prerequisite: &Prerequisite) -> Result<(), Refusal> {
    let set = |kind| node.and_then(|node| node.set(kind));
    // The SOA is made, not stored; the zone always has one.
    let is_there =
        |name: &Name, kind| (name.is_apex() && kind == RecordType::SOA) || set(kind).is_some();
    let is_in_use = |name: &Name| name.is_apex() || node.is_some();
    let set_text = |name: &Name, kind: RecordType| format!("{kind} of {name}");
    match prerequisite {
        Prerequisite::SetExists(name, kind) if !is_there(name, *kind) => {
            Err(Refusal::SetNotThere(set_text(name, *kind)))
        }
        Prerequisite::SetIs(name, kind, data) if set(*kind).is_none_or(|set| set.data != *data) => {
            Err(Refusal::SetNotThere(set_text(name, *kind)))
        }
        Prerequisite::SetMissing(name, kind) if is_there(name, *kind) => {
            Err(Refusal::SetThere(set_text(name, *kind)))
        }
        Prerequisite::NameInUse(name) if !is_in_use(name) => {
            Err(Refusal::NameNotInUse(name.to_string()))
        }
        Prerequisite::NameFree(name) if is_in_use(name) => {
            Err(Refusal::NameInUse(name.to_string()))
        }
        _ => Ok(()),
    }
}

/// What stands under a name; what a lease kept that has run out does not, even if nobody has taken it away yet.
fn node(trial: &Trial<'_, '_>, name: &Name) -> Option<Node> {
    let is_alive = |node: &Node| node.lease.is_none_or(|lease| trial.lease(lease).is_some());
    trial.node(name).filter(is_alive)
}

/// The names that an update touches, in the order in which it does. All of a name's operations are done on a copy and
/// taken over once, so that an update that changes nothing in the end is none.
#[derive(Default)]
struct Touched {
    places: Vec<(Name, Place)>,
    indices: HashMap<Name, usize>,
}

/// What stands under a name, while it is changed.
struct Place {
    was_there: bool,
    /// Nothing stood there before the update, or at some point of it.
    is_new: bool,
    is_added: bool,
    lease: Option<LeaseId>,
    sets: Vec<RecordSet>,
}

impl Touched {
    fn index(&mut self, trial: &Trial<'_, '_>, name: &Name) -> usize {
        *self.indices.entry(name.clone()).or_insert_with(|| {
            let was_there = trial.node(name).is_some();
            let node = node(trial, name).unwrap_or_default();
            let place = Place {
                was_there,
                is_new: node.sets.is_empty(),
                is_added: false,
                lease: node.lease,
                sets: node.sets,
            };
            self.places.push((name.clone(), place));
            self.places.len() - 1
        })
    }
}

impl Prerequisite {
    /// The name that it is about.
    fn name(&self) -> &Name {
        match self {
            Self::SetExists(name, _)
            | Self::SetIs(name, ..)
            | Self::SetMissing(name, _)
            | Self::NameInUse(name)
            | Self::NameFree(name) => name,
        }
    }
}

impl Operation {
    /// The name that it changes.
    pub fn name(&self) -> &Name {
        match self {
            Self::Add { name, .. }
            | Self::RemoveSet(name, _)
            | Self::RemoveName(name)
            | Self::RemoveRecord(name, ..) => name,
        }
    }
}

impl Place {
    /// RFC 2136, section 3.4.2.
    fn operate(&mut self, is_apex: bool, operation: &Operation) -> Result<(), Refusal> {
        let is_kept = |kind| is_apex && matches!(kind, RecordType::SOA | RecordType::NS);
        match operation {
            Operation::Add {
                record_type,
                ttl_s,
                data,
                ..
            } => self.add(is_apex, *record_type, *ttl_s, data)?,
            Operation::RemoveSet(_, kind) if is_kept(*kind) => (),
            Operation::RemoveSet(_, kind) => self.sets.retain(|set| set.record_type != *kind),
            Operation::RemoveName(_) => self.sets.retain(|set| is_kept(set.record_type)),
            Operation::RemoveRecord(_, kind, data) => self.remove(is_kept(*kind), *kind, data),
        }
        self.is_new |= self.sets.is_empty();
        Ok(())
    }

    fn add(
        &mut self,
        is_apex: bool,
        kind: RecordType,
        ttl_s: u32,
        data: &[u8],
    ) -> Result<(), Refusal> {
        if !kind.is_data() {
            let text = kind.to_string();
            let problem = "no such records stand under a name".to_owned();
            return Err(ValueError::Record { text, problem }.into());
        }
        let is_alias = kind == RecordType::CNAME;
        let has_alias = |set: &RecordSet| set.record_type == RecordType::CNAME;
        let is_left_out = match is_alias {
            // The zone itself has a SOA always.
            true => is_apex || self.sets.iter().any(|set| !has_alias(set)),
            false => kind == RecordType::SOA || self.sets.iter().any(has_alias),
        };
        if is_left_out {
            return Ok(());
        }
        self.is_added = true;
        let same_type = self.sets.iter_mut().find(|set| set.record_type == kind);
        let Some(set) = same_type else {
            self.sets
                .push(RecordSet::new(kind, ttl_s, vec![data.into()]));
            return Ok(());
        };
        set.ttl_s = ttl_s;
        if is_alias {
            set.data.clear();
        }
        if let Err(at) = set.data.binary_search_by(|other| (**other).cmp(data)) {
            set.data.insert(at, data.into());
        }
        Ok(())
    }

    fn remove(&mut self, is_kept: bool, kind: RecordType, data: &[u8]) {
        let found = self.sets.iter().position(|set| set.record_type == kind);
        let Some(index) = found else { return };
        let set = &mut self.sets[index];
        if is_kept && set.data.len() == 1 {
            return;
        }
        set.data.retain(|other| **other != *data);
        if set.data.is_empty() {
            self.sets.remove(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{LeaseTime, Registry, Request, Zone};

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    fn add(text: &str, record_type: RecordType, ttl_s: u32, data: &[u8]) -> Operation {
        Operation::Add {
            name: name(text),
            record_type,
            ttl_s,
            data: data.into(),
        }
    }

    /// A registry with `ns` as the server of its zone, and a clock.
    struct Lab {
        registry: Registry,
        now: LeaseTime,
    }

    impl Lab {
        fn new() -> Self {
            let mut lab = Self {
                registry: Registry::new(Zone::parse("lab.test").expect("a zone")),
                now: LeaseTime(1_000),
            };
            lab.apply(&[], &[add("/", RecordType::NS, 30, NS)], None)
                .expect("done");
            lab
        }

        fn apply(
            &mut self,
            prerequisites: &[Prerequisite],
            operations: &[Operation],
            lease_ms: Option<u64>,
        ) -> Result<u64, Refusal> {
            let mut draft = self.registry.draft(self.now);
            let done = draft.decide(&Request::Update(Update {
                prerequisites: prerequisites.to_vec(),
                operations: operations.to_vec(),
                lease_ms,
            }))?;
            let batch = draft.finish();
            self.registry.publish(&batch);
            Ok(done.changed)
        }

        fn node(&self, text: &str) -> Option<Node> {
            let view = self.registry.find(name(text).wire())?;
            Some(view.to_node())
        }

        fn lease(&self, text: &str) -> Option<LeaseId> {
            self.node(text).expect("a node").lease
        }
    }

    const NS: &[u8] = b"\x02ns\x03lab\x04test\0";

    #[test]
    fn prerequisites_are_held_against_what_is_there() {
        let mut lab = Lab::new();
        let a = || name("a/b");
        let record = add("a/b", RecordType::A, 30, &[1, 2, 3, 4]);
        lab.apply(&[], &[record], None).expect("done");
        let data = |last: u8| vec![Box::from([1, 2, 3, last])];
        let holding = [
            Prerequisite::SetExists(a(), RecordType::A),
            Prerequisite::SetExists(Name::apex(), RecordType::SOA),
            Prerequisite::SetIs(a(), RecordType::A, data(4)),
            Prerequisite::SetMissing(a(), RecordType::TXT),
            Prerequisite::NameInUse(a()),
            Prerequisite::NameInUse(Name::apex()),
            // Only other names stand there.
            Prerequisite::NameFree(name("a")),
        ];
        assert_eq!(lab.apply(&holding, &[], None), Ok(0));
        let set = |kind: &str| format!("{kind} of a/b");
        for (prerequisite, refusal) in [
            (
                Prerequisite::SetExists(a(), RecordType::TXT),
                Refusal::SetNotThere(set("TXT")),
            ),
            (
                Prerequisite::SetIs(a(), RecordType::A, data(5)),
                Refusal::SetNotThere(set("A")),
            ),
            (
                Prerequisite::SetMissing(a(), RecordType::A),
                Refusal::SetThere(set("A")),
            ),
            (
                Prerequisite::SetMissing(Name::apex(), RecordType::SOA),
                Refusal::SetThere("SOA of /".to_owned()),
            ),
            (
                Prerequisite::NameInUse(name("a")),
                Refusal::NameNotInUse("a".to_owned()),
            ),
            (
                Prerequisite::NameFree(a()),
                Refusal::NameInUse("a/b".to_owned()),
            ),
        ] {
            let removal = [Operation::RemoveName(a())];
            assert_eq!(lab.apply(&[prerequisite], &removal, None), Err(refusal));
            assert!(lab.node("a/b").is_some());
        }
    }

    /// Each prerequisite took a copy of all records of its name, so a message with 5,000 of them about one name with 5,000
    /// records took 25,000,000 copies, for seconds in which nothing else was decided. Now a name is looked at once.
    #[test]
    fn a_name_of_many_prerequisites_is_looked_at_once() {
        let mut lab = Lab::new();
        let records: Vec<Operation> = (0..2_000_u16)
            .map(|number| add("a", RecordType(65_280), 30, &number.to_be_bytes()))
            .collect();
        lab.apply(&[], &records, None).expect("done");
        let there = Prerequisite::SetExists(name("a"), RecordType(65_280));
        let not_there = Prerequisite::SetMissing(name("a"), RecordType(65_280));
        let mut all = vec![there; 5_000];
        assert_eq!(lab.apply(&all, &[], None), Ok(0));
        all.push(not_there);
        assert!(matches!(
            lab.apply(&all, &[], None),
            Err(Refusal::SetThere(_))
        ));
    }

    /// A name that was added and taken away again in one update got a lease of its own, which kept nothing, was told to
    /// nobody, and lasted up to a day.
    #[test]
    fn what_is_taken_away_again_gets_no_lease() {
        let mut lab = Lab::new();
        let gone = [
            add("a", RecordType::A, 30, &[1, 2, 3, 4]),
            Operation::RemoveName(name("a")),
        ];
        assert_eq!(lab.apply(&[], &gone, Some(5_000)), Ok(0));
        assert_eq!(lab.registry.lease_count(), 0);
    }

    #[test]
    fn names_of_an_update_share_a_new_lease_and_keep_an_old_one() {
        let mut lab = Lab::new();
        let a = |text| add(text, RecordType::A, 30, &[1, 2, 3, 4]);
        lab.apply(&[], &[a("stays")], None).expect("done");
        let both = [a("one"), a("two"), a("stays"), a("/")];
        lab.apply(&[], &both, Some(5_000)).expect("done");
        let lease = lab.lease("one").expect("a lease");
        assert_eq!(lab.lease("two"), Some(lease));
        assert_eq!((lab.lease("stays"), lab.lease("/")), (None, None));

        // The same again changes no name and is a sign of life.
        lab.now = LeaseTime(4_000);
        let again = [a("two"), a("three")];
        assert_eq!(lab.apply(&[], &again, Some(9_000)), Ok(1));
        assert_eq!(lab.lease("two"), Some(lease));
        assert_ne!(lab.lease("three"), Some(lease));
        let state = lab.registry.lease(lease).expect("there");
        assert_eq!((state.ttl_ms, state.deadline), (5_000, LeaseTime(9_000)));

        // What was taken away and added again is new, unless it has a lease.
        let anew = [Operation::RemoveName(name("stays")), a("stays")];
        lab.apply(&[], &anew, Some(9_000)).expect("done");
        assert!(lab.lease("stays").is_some());
        let anew = [Operation::RemoveName(name("one")), a("one")];
        assert_eq!(lab.apply(&[], &anew, Some(9_000)), Ok(0));
        assert_eq!(lab.lease("one"), Some(lease));

        // Without a lease in the update, a name keeps the one it has; and what ran out is not there.
        lab.apply(&[], &[add("one", RecordType::TXT, 30, b"\0")], None)
            .expect("done");
        assert_eq!(lab.lease("one"), Some(lease));
        lab.now = LeaseTime(100_000);
        let free = [Prerequisite::NameFree(name("one"))];
        lab.apply(&free, &[a("one")], None).expect("done");
        let node = lab.node("one").expect("a node");
        assert_eq!((node.lease, node.sets.len()), (None, 1));
    }

    #[test]
    fn a_lease_that_cannot_be_given_is_refused_and_nothing_done() {
        let mut lab = Lab::new();
        let record = add("a", RecordType::A, 30, &[1, 2, 3, 4]);
        let refused = lab.apply(&[], std::slice::from_ref(&record), Some(1));
        assert!(matches!(refused, Err(Refusal::LeaseTime { .. })));
        let refused = lab.apply(&[], &[record, add("a", RecordType::ANY, 30, &[])], None);
        assert!(matches!(refused, Err(Refusal::Value(_))));
        assert_eq!(lab.node("a"), None);
    }

    /// The records of a zone, as RFC 2136, section 3.4.2.7, goes through them.
    #[derive(Default)]
    struct Model(Vec<(Name, RecordType, u32, Box<[u8]>)>);

    impl Model {
        fn has(&self, name: &Name, is_meant: impl Fn(RecordType) -> bool) -> bool {
            let mut records = self.0.iter();
            records.any(|record| record.0 == *name && is_meant(record.1))
        }

        fn operate(&mut self, operation: &Operation) {
            let name = operation.name().clone();
            let is_kept = |kind| name.is_apex() && matches!(kind, RecordType::SOA | RecordType::NS);
            match operation {
                Operation::Add {
                    record_type: kind,
                    ttl_s,
                    data,
                    ..
                } => {
                    let is_alias = *kind == RecordType::CNAME;
                    let beside = |other| (other == RecordType::CNAME) != is_alias;
                    let is_soa = *kind == RecordType::SOA;
                    if is_soa || (is_alias && name.is_apex()) || self.has(&name, beside) {
                        return;
                    }
                    self.0.retain(|record| {
                        record.0 != name || record.1 != *kind || (!is_alias && record.3 != *data)
                    });
                    self.0.push((name.clone(), *kind, *ttl_s, data.clone()));
                    for record in &mut self.0 {
                        if record.0 == name && record.1 == *kind {
                            record.2 = *ttl_s;
                        }
                    }
                }
                Operation::RemoveSet(_, kind) => {
                    let kind = *kind;
                    self.0
                        .retain(|one| one.0 != name || one.1 != kind || is_kept(kind));
                }
                Operation::RemoveName(_) => self.0.retain(|one| one.0 != name || is_kept(one.1)),
                Operation::RemoveRecord(_, kind, data) => {
                    let same =
                        |one: &&(Name, RecordType, u32, Box<[u8]>)| one.0 == name && one.1 == *kind;
                    if is_kept(*kind) && self.0.iter().filter(same).count() == 1 {
                        return;
                    }
                    self.0
                        .retain(|one| one.0 != name || one.1 != *kind || one.3 != *data);
                }
            }
        }

        fn sorted(mut self) -> Self {
            self.0
                .sort_by_key(|one| (one.0.sort_key(), one.1, one.3.clone()));
            self
        }
    }

    fn operations() -> impl Strategy<Value = Operation> {
        let names = prop::sample::select(vec!["/", "a", "b", "a/b"]).prop_map(name);
        let kinds = prop::sample::select(vec![
            RecordType::A,
            RecordType::NS,
            RecordType::CNAME,
            RecordType::SOA,
            RecordType::TXT,
        ]);
        let data = prop::sample::select(vec![NS, b"\x01a\0", b"\x01b\0"]).prop_map(Box::from);
        (names, kinds, data, 0..3_u32, 0..6).prop_map(
            |(name, kind, data, ttl_s, which)| match which {
                0 => Operation::RemoveSet(name, kind),
                1 => Operation::RemoveName(name),
                2 => Operation::RemoveRecord(name, kind, data),
                _ => Operation::Add {
                    name,
                    record_type: kind,
                    ttl_s,
                    data,
                },
            },
        )
    }

    proptest! {
        #[test]
        fn updates_do_what_the_rfc_says(
            updates in prop::collection::vec(prop::collection::vec(operations(), 1..8), 1..8),
        ) {
            let mut lab = Lab::new();
            let mut model = Model::default();
            model.operate(&add("/", RecordType::NS, 30, NS));
            for update in &updates {
                lab.apply(&[], update, None).expect("done");
                update.iter().for_each(|operation| model.operate(operation));
            }
            let mut found = Model::default();
            for (wire, view) in lab.registry.names() {
                let name = Name::from_wire(wire).expect("a name");
                for set in view.sets() {
                    for data in set.data() {
                        found.0.push((name.clone(), set.record_type, set.ttl_s, data.into()));
                    }
                }
            }
            prop_assert_eq!(found.sorted().0, model.sorted().0);
        }
    }
}
