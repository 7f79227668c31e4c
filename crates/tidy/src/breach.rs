//! A breach: one place where a rule is broken, and what to do about it.

use std::fmt;

/// One place where a rule is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Path from the root of the repository, with `/` between its parts.
    pub file: String,
    /// 1-based line; 1 when the whole file is meant.
    pub line: usize,
    /// The rule that is broken, and by what.
    pub rule: String,
    /// What to do about it.
    pub remedy: String,
}

impl Breach {
    /// A breach of `rule` at `file:line`, mended by `remedy`.
    pub fn new(
        file: &str,
        line: usize,
        rule: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Breach {
            file: file.to_owned(),
            line,
            rule: rule.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}\n    do: {}",
            self.file, self.line, self.rule, self.remedy
        )
    }
}

/// Returns quietly when there is no breach.
///
/// # Panics
/// When there is one: the message lists them all.
#[track_caller]
pub fn assert_none(breaches: &[Breach]) {
    if breaches.is_empty() {
        return;
    }
    let list: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    let count = breaches.len();
    let noun = if count == 1 { "breach" } else { "breaches" };
    panic!(
        "{count} {noun} of the house rules (STYLE.md):\n\n{}\n",
        list.join("\n")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breach_names_file_line_rule_and_remedy() {
        let breach = Breach::new("crates/a/src/b.rs", 7, "too long", "split it");
        assert_eq!(
            breach.to_string(),
            "crates/a/src/b.rs:7: too long\n    do: split it"
        );
    }

    #[test]
    fn no_breach_is_no_panic() {
        assert_none(&[]);
    }

    #[test]
    #[should_panic(expected = "1 breach of the house rules")]
    fn a_breach_panics() {
        assert_none(&[Breach::new("a.rs", 1, "r", "d")]);
    }
}
