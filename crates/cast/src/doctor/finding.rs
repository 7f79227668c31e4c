//! What a check has to say.

/// What a check has to say: what was seen, what it means, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check says it.
    pub check: &'static str,
    /// How much it matters.
    pub weight: Weight,
    /// What was seen, without a full stop.
    pub seen: String,
    /// What it means, as a sentence.
    pub means: String,
    /// What to do, with the exact command or flag, as a sentence.
    pub remedy: String,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// What was asked for does not work.
    Problem,
    /// It works, and here is what may surprise.
    Remark,
}

impl Finding {
    /// What was asked for does not work.
    pub(crate) fn problem(seen: impl Into<String>) -> Self {
        Self::new(Weight::Problem, seen.into())
    }

    /// It works, and here is what may surprise.
    pub(crate) fn remark(seen: impl Into<String>) -> Self {
        Self::new(Weight::Remark, seen.into())
    }

    fn new(weight: Weight, seen: String) -> Self {
        Self {
            check: "",
            weight,
            seen,
            means: String::new(),
            remedy: String::new(),
        }
    }

    pub(crate) fn means(mut self, means: impl Into<String>) -> Self {
        self.means = means.into();
        self
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}
