//! Resolving a name step by step: what a person is shown, and what programs get.

use serde::{Deserialize, Serialize};

use crate::value::alias_text;
use crate::{LeaseTime, Name, NodeView, RecordType, Registry, Revision, SetView, Value};

/// A step on the way from the root of the names to a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// In the context `at` the label leads to another context, with so many names below it.
    Context {
        /// Where the label was looked up; `/` is the root.
        at: String,
        /// The label.
        label: String,
        /// How many names stand below it.
        below: u64,
    },
    /// In the context `at` the label leads to a value.
    Found {
        /// Where the label was looked up.
        at: String,
        /// The label.
        label: String,
    },
    /// The name is an alias: resolution begins again with another name.
    Alias {
        /// The name.
        name: String,
        /// What it stands for.
        to: String,
    },
    /// In the context `at` there is no such label: the end.
    Missing {
        /// Where the label was looked up.
        at: String,
        /// The label.
        label: String,
    },
    /// An alias leads to a name that was there before: the end.
    Loop {
        /// The name.
        name: String,
    },
    /// There were as many aliases in a row as are followed ([`Registry::ALIASES_MAX`]), and this is another: the end.
    TooLong {
        /// The name.
        name: String,
    },
    /// An alias leads out of the zone: somebody else knows more.
    Outside {
        /// The name.
        name: String,
    },
}

/// What became of resolving a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// What was asked for.
    pub name: String,
    /// The name at the end of all aliases.
    pub canonical: String,
    /// What stands there; none: the last step says why.
    pub value: Option<Value>,
    /// When that was last changed.
    pub revision: Option<Revision>,
    /// For how many milliseconds its lease still lasts, if it has one.
    pub lease_left_ms: Option<u64>,
    /// Each step.
    pub steps: Vec<Step>,
}

impl Registry {
    /// Resolves a name to the end (recursively), aliases too.
    ///
    /// Where the last step is [`Step::Context`], the name is there only because others stand below it. A name whose lease
    /// has run out by `now` is not there, even if nobody has taken it away yet.
    ///
    /// **A wildcard stands in for what is missing beside it**, as in DNS (RFC 4592): after the step in which `region1` has no
    /// `anything` comes one in which it has `*`, and that is what is resolved.
    pub fn resolve(&self, name: &Name, now: LeaseTime) -> Resolution {
        let mut resolution = Resolution {
            name: name.to_string(),
            canonical: name.to_string(),
            value: None,
            revision: None,
            lease_left_ms: None,
            steps: Vec::new(),
        };
        let mut name = name.clone();
        let mut before = Vec::new();
        while let Some((found, view)) = self.walk(&name, now, &mut resolution.steps) {
            name = found;
            let Some(target) = alias(view) else {
                self.fill(&mut resolution, &name, view, now);
                break;
            };
            let to = alias_text(self.zone(), target).unwrap_or_default();
            resolution.steps.push(Step::Alias {
                name: name.to_string(),
                to: to.clone(),
            });
            let inside = self.zone().relative(target).map(Name::from_wire);
            resolution.canonical.clone_from(&to);
            let Some(Ok(next)) = inside else {
                resolution.steps.push(Step::Outside { name: to });
                break;
            };
            before.push(name);
            if before.contains(&next) {
                resolution.steps.push(Step::Loop { name: to });
                break;
            }
            if before.len() > Self::ALIASES_MAX {
                resolution.steps.push(Step::TooLong { name: to });
                break;
            }
            name = next;
        }
        resolution
    }

    /// Resolves one label, in the context `at`; what it leads to has to be asked next (iteratively).
    ///
    /// A name with something under it and others below it is [`Step::Found`], or [`Step::Alias`]: an alias stands for the
    /// name alone, so whoever has more labels asks for the next of them in the name itself.
    pub fn resolve_step(&self, at: &Name, label: &str) -> Step {
        let Some(name) = child(at, label) else {
            return missing(at, label);
        };
        match (self.find(name.wire()), self.count_below(name.wire())) {
            (Some(view), _) => match alias(view) {
                Some(target) => Step::Alias {
                    name: name.to_string(),
                    to: alias_text(self.zone(), target).unwrap_or_default(),
                },
                None => Step::Found {
                    at: at.to_string(),
                    label: label.to_owned(),
                },
            },
            (None, 0) => missing(at, label),
            (None, below) => Step::Context {
                at: at.to_string(),
                label: label.to_owned(),
                below,
            },
        }
    }

    /// How many aliases are followed for one name.
    pub const ALIASES_MAX: usize = 16;

    /// Walks from the root to a name, a label a step, and gives what stands under it, or under the wildcard beside it.
    fn walk(
        &self,
        name: &Name,
        now: LeaseTime,
        steps: &mut Vec<Step>,
    ) -> Option<(Name, NodeView<'_>)> {
        let labels: Vec<&str> = name.labels().collect();
        let mut at = Name::apex();
        let mut last = self.find(at.wire());
        for (index, label) in labels.iter().enumerate().rev() {
            let next = child(&at, label).expect("a label of a name");
            let below = self.count_below(next.wire());
            last = self
                .find(next.wire())
                .filter(|view| self.is_alive(*view, now));
            let (at_text, label) = (at.to_string(), (*label).to_owned());
            steps.push(match (last, below) {
                (Some(_), 0) => Step::Found { at: at_text, label },
                (Some(_), _) if index == 0 => Step::Found { at: at_text, label },
                (None, 0) => Step::Missing { at: at_text, label },
                (_, below) => Step::Context {
                    at: at_text,
                    label,
                    below,
                },
            });
            if (last.is_none(), below) == (true, 0) {
                let wildcard = child(&at, "*").filter(|_| self.has_wildcards())?;
                let view = self.find(wildcard.wire())?;
                let view = Some(view).filter(|view| self.is_alive(*view, now))?;
                let (at, label) = (at.to_string(), "*".to_owned());
                steps.push(Step::Found { at, label });
                return Some((wildcard, view));
            }
            at = next;
        }
        Some((at, last?))
    }

    fn fill(&self, into: &mut Resolution, name: &Name, view: NodeView<'_>, now: LeaseTime) {
        let lease = view.lease.and_then(|lease| self.lease(lease));
        into.canonical = name.to_string();
        into.value = Some(Value::from_sets(
            self.zone(),
            name,
            view.sets().map(SetView::to_set),
        ));
        into.revision = Some(view.modified);
        into.lease_left_ms = lease.map(|lease| lease.deadline.0.saturating_sub(now.0));
    }

    fn is_alive(&self, view: NodeView<'_>, now: LeaseTime) -> bool {
        view.lease
            .is_none_or(|lease| self.lease(lease).is_some_and(|lease| lease.deadline > now))
    }
}

fn child(at: &Name, label: &str) -> Option<Name> {
    let length = u8::try_from(label.len()).ok()?;
    Name::from_wire(&[&[length], label.as_bytes(), at.wire()].concat()).ok()
}

fn missing(at: &Name, label: &str) -> Step {
    Step::Missing {
        at: at.to_string(),
        label: label.to_owned(),
    }
}

fn alias(view: NodeView<'_>) -> Option<&[u8]> {
    view.set(RecordType::CNAME)?.data().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expect, RecordSet, Request, Zone};

    /// Names as in the course's dictionary, and some aliases.
    fn registry() -> Registry {
        let mut registry = Registry::new(Zone::parse("lab.test").expect("a zone"));
        let mut draft = registry.draft(LeaseTime(0));
        for (name, text) in [
            ("server1", "A 192.168.1.2"),
            ("region1/server1", "A 192.168.1.2"),
            ("region1/server2", "A 192.168.1.3"),
            ("region2/server4", "A 192.168.2.2"),
            ("region2", "TXT about=two"),
            ("near", "CNAME server1.region1"),
            ("nearer", "CNAME near"),
            ("away", "CNAME example.org."),
            ("a", "CNAME b"),
            ("b", "CNAME a"),
            ("lost", "CNAME nowhere"),
            ("region1/*", "A 192.168.1.9"),
        ] {
            put(&mut draft, name, text, None);
        }
        for hop in 0..18 {
            let target = format!("CNAME hop{}", hop + 1);
            put(&mut draft, &format!("hop{hop}"), &target, None);
        }
        put(&mut draft, "hop18", "A 192.168.1.2", None);
        let lease = draft.decide(&Request::Grant {
            ttl_ms: 5_000,
            names: Vec::new(),
        });
        let lease = lease.expect("granted").lease;
        put(&mut draft, "leased", "A 192.168.1.5", lease);
        let batch = draft.finish();
        registry.publish(&batch);
        registry
    }

    fn put(draft: &mut crate::Draft<'_>, name: &str, text: &str, lease: Option<crate::LeaseId>) {
        let zone = Zone::parse("lab.test").expect("a zone");
        let (kind, data) = crate::data_from_text(&zone, text).expect("a record");
        let request = Request::Put {
            name: Name::parse(name).expect("a name"),
            sets: vec![RecordSet::new(kind, 30, vec![data.into()])],
            lease,
            expect: Expect::Absent,
        };
        draft.decide(&request).expect("put");
    }

    /// The steps, in few words.
    fn words(step: &Step) -> String {
        match step {
            Step::Context { at, label, below } => format!("{at} {label} context {below}"),
            Step::Found { at, label } => format!("{at} {label} found"),
            Step::Alias { name, to } => format!("{name} is {to}"),
            Step::Missing { at, label } => format!("{at} {label} missing"),
            Step::Loop { name } => format!("loop {name}"),
            Step::TooLong { name } => format!("too long {name}"),
            Step::Outside { name } => format!("outside {name}"),
        }
    }

    #[track_caller]
    fn check(name: &str, address: Option<&str>, steps: &[&str]) -> Resolution {
        let parsed = Name::parse(name).expect("a name");
        let resolution = registry().resolve(&parsed, LeaseTime(1_000));
        let found: Vec<String> = resolution.steps.iter().map(words).collect();
        assert_eq!(found, steps);
        let value = resolution.value.as_ref();
        let addresses: Option<Vec<String>> =
            value.map(|value| value.addresses.iter().map(ToString::to_string).collect());
        let expected = address.map(|address| vec![address.to_owned()]);
        assert_eq!(addresses.filter(|all| !all.is_empty()), expected);
        resolution
    }

    #[test]
    fn flat_and_structured_names_are_resolved_step_by_step() {
        check("server1", Some("192.168.1.2"), &["/ server1 found"]);
        let steps = ["/ region1 context 3", "region1 server1 found"];
        check("region1/server1", Some("192.168.1.2"), &steps);
        let steps = ["/ region2 context 1", "region2 server4 found"];
        check("server4.region2", Some("192.168.2.2"), &steps);
    }

    #[test]
    fn what_is_missing_is_said_and_no_crash() {
        check("region3/server1", None, &["/ region3 missing"]);
        let steps = ["/ region2 found", "region2 server9 missing"];
        check("region2/server9", None, &["/ region2 context 1", steps[1]]);
        check("server1/x", None, &["/ server1 found", "server1 x missing"]);
        let context = check("region1", None, &["/ region1 context 3"]);
        assert_eq!(context.value, None);
        let both = check("region2", None, &["/ region2 found"]);
        assert!(
            both.value
                .expect("a value")
                .attributes
                .contains_key("about")
        );
        check("/", None, &[]);
    }

    #[test]
    fn aliases_are_followed_as_far_as_they_lead() {
        let steps = [
            "/ nearer found",
            "nearer is near",
            "/ near found",
            "near is region1/server1",
            "/ region1 context 3",
            "region1 server1 found",
        ];
        let resolution = check("nearer", Some("192.168.1.2"), &steps);
        assert_eq!(resolution.canonical, "region1/server1");
        let steps = [
            "/ away found",
            "away is example.org.",
            "outside example.org.",
        ];
        check("away", None, &steps);
        let steps = ["/ a found", "a is b", "/ b found", "b is a", "loop a"];
        check("a", None, &steps);
        let steps = ["/ lost found", "lost is nowhere", "/ nowhere missing"];
        check("lost", None, &steps);
    }

    #[test]
    fn sixteen_aliases_are_followed_and_not_one_more() {
        let resolve = |name| {
            let name = Name::parse(name).expect("a name");
            registry().resolve(&name, LeaseTime(0))
        };
        let whole = resolve("hop2");
        assert_eq!(whole.canonical, "hop18");
        assert!(whole.value.is_some());
        let cut = resolve("hop1");
        let last = Step::TooLong {
            name: "hop18".to_owned(),
        };
        assert_eq!((cut.steps.last(), cut.value), (Some(&last), None));
    }

    #[test]
    fn a_lease_is_told_and_ends() {
        let resolution = check("leased", Some("192.168.1.5"), &["/ leased found"]);
        assert_eq!(resolution.lease_left_ms, Some(4_000));
        let name = Name::parse("leased").expect("a name");
        let ended = registry().resolve(&name, LeaseTime(5_000));
        assert_eq!(words(&ended.steps[0]), "/ leased missing");
        assert_eq!((ended.value, ended.lease_left_ms), (None, None));
    }

    #[test]
    fn a_wildcard_stands_in_for_what_is_missing_beside_it() {
        let steps = ["/ region1 context 3", "region1 * found"];
        check("*.region1", Some("192.168.1.9"), &steps);
        let steps = [
            "/ region1 context 3",
            "region1 any missing",
            "region1 * found",
        ];
        let any = check("any.region1", Some("192.168.1.9"), &steps);
        assert_eq!(any.canonical, "region1/*");
        check("below.any.region1", Some("192.168.1.9"), &steps);
    }

    #[track_caller]
    fn check_step(at: &str, label: &str, expected: &str) {
        let step = registry().resolve_step(&Name::parse(at).expect("a name"), label);
        assert_eq!(words(&step), expected);
    }

    #[test]
    fn one_label_is_resolved_at_a_time() {
        check_step("/", "region1", "/ region1 context 3");
        check_step("region1", "SERVER1", "region1 SERVER1 found");
        check_step("/", "region2", "/ region2 found");
        check_step("/", "near", "near is region1/server1");
        check_step("/", "region3", "/ region3 missing");
        check_step("/", "no label", "/ no label missing");
        check_step("/", "", "/  missing");
        check_step(
            "/",
            &"x".repeat(300),
            &format!("/ {} missing", "x".repeat(300)),
        );
    }
}
