//! Counting tests: what the lines `test result: …` of the test runner add up to.

use std::fmt;

/// Tests counted over all test programs of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed_count: u64,
    /// Tests that failed.
    pub failed_count: u64,
}

impl Tally {
    /// Adds one line of output; any line that is not a test result changes nothing.
    pub fn add_line(&mut self, line: &str) {
        if let Some((passed_count, failed_count)) = counts(line) {
            self.passed_count += passed_count;
            self.failed_count += failed_count;
        }
    }

    /// Adds the tests of another run.
    pub fn add(&mut self, other: Tally) {
        self.passed_count += other.passed_count;
        self.failed_count += other.failed_count;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed",
            self.passed_count, self.failed_count
        )
    }
}

/// Passed and failed of `test result: ok. 3 passed; 0 failed; 0 ignored; …` (libtest's last line).
/// The line must begin so: a test may print anything in the middle of one.
fn counts(line: &str) -> Option<(u64, u64)> {
    let (_, rest) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |what: &str| {
        let field = rest
            .split(';')
            .map(str::trim)
            .find_map(|field| field.strip_suffix(what));
        field?.trim().parse().ok()
    };
    Some((count(" passed")?, count(" failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], expected: &str) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.add_line(line));
        assert_eq!(tally.to_string(), expected);
    }

    const OK: &str = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s";
    const FAILED: &str = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.16s";

    #[test]
    fn results_of_all_programs_add_up() {
        check(
            &[OK, "", "running 5 tests", FAILED, OK],
            "27 passed, 2 failed",
        );
    }

    #[test]
    fn nothing_counts_as_zero() {
        check(&[], "0 passed, 0 failed");
    }

    #[test]
    fn other_lines_change_nothing() {
        check(
            &[
                "test a::b ... ok",
                " test result: ok. 1 passed; 0 failed;",
                "test result: ok",
            ],
            "0 passed, 0 failed",
        );
    }

    #[test]
    fn a_line_cut_short_changes_nothing() {
        check(
            &[
                "test result: ok. 12 passed; 0 fa",
                "test result: ok. x passed; 0 failed;",
            ],
            "0 passed, 0 failed",
        );
    }

    #[test]
    fn tallies_add() {
        let mut tally = Tally {
            passed_count: 1,
            failed_count: 2,
        };
        tally.add(Tally {
            passed_count: 10,
            failed_count: 0,
        });
        assert_eq!(
            tally,
            Tally {
                passed_count: 11,
                failed_count: 2
            }
        );
    }
}
