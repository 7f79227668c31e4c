//! Flags of `compare`.

use std::path::PathBuf;

/// Flags of `compare`.
#[derive(Debug, clap::Args)]
#[command(after_help = RULE)]
pub struct CompareArgs {
    /// The folder of the run to compare with
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The folder of the run to judge, of the same kind
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// Fail when a point got worse by more than this: 10% or 10
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub fail_if: Option<f64>,
    /// Print the comparison as JSON
    #[arg(long)]
    pub json: bool,
}

/// Parses `10%` or `10`.
///
/// # Errors
/// When the text is no number, negative, or no finite one.
fn percent(text: &str) -> Result<f64, String> {
    let digits = text.trim().strip_suffix('%').unwrap_or(text).trim();
    match digits.parse::<f64>() {
        Ok(percent) if percent.is_finite() && percent >= 0.0 => Ok(percent),
        _ => Err(format!("`{text}` is no percentage: write 10% or 2.5%")),
    }
}

const RULE: &str = "\
The change of a point is the median of the ratios of every run after to every run before, and its interval \
is the one that goes with it (Hodges and Lehmann 1963; exact, with 90 % confidence or more). It needs at \
least three runs of each side; `wharf bench -r 10` makes more. A run of `load` is one, and has none.

Judged is the first quantity of each kind: completion time (burst), answers a second (throughput, mixed), \
connections a second (churn), proportional set size a connection (idle). A point fails when the change is \
for the worse by more than --fail-if and the interval excludes no change. More answers are better, more \
time or memory is worse.

Exit status: 0 no point failed, or no --fail-if was given; 1 a point failed; 2 that cannot be said: a point \
has too few runs or was not reached, or its change for the worse may be chance; 3 not comparable.

Examples:
  wharf compare runs/before runs/latest
  wharf compare runs/before runs/latest --fail-if 10%";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_with_and_without_its_sign() {
        assert_eq!(percent("10%"), Ok(10.0));
        assert_eq!(percent("2.5"), Ok(2.5));
        for text in ["-1%", "%", "ten", "nan", "inf%", ""] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
