//! Resolving a name step by step: what a person is shown, and what programs get.

use serde::{Deserialize, Serialize};

use crate::{LeaseTime, Name, Registry, Revision, Value};

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
    pub fn resolve(&self, _name: &Name, _now: LeaseTime) -> Resolution {
        unimplemented!()
    }

    /// Resolves one label, in the context `at`; what it leads to has to be asked next (iteratively).
    pub fn resolve_step(&self, _at: &Name, _label: &str) -> Step {
        unimplemented!()
    }
}
