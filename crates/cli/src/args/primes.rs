//! Flags of `primes`.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use parallel::{MODES, Mode, SPLITS, Split};
use primes::{METHODS, Method};

use super::{FolderArgs, values::whole_number};

/// Flags of `primes`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct PrimesArgs {
    /// The greatest number to look at, up to 2^64-1: 1000000, 1_000_000, 1e6, 10^6, 2^32-1; default 1000000
    #[arg(short = 'N', long, value_name = "N", allow_hyphen_values = true, value_parser = whole_number)]
    pub up_to: Option<u64>,
    /// The least number to look at; default 1
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole_number)]
    pub from: Option<u64>,
    /// How a number is told to be prime; `trial` is the laboratory's way
    #[arg(long, value_name = "METHOD", default_value = LAB_METHOD, value_parser = methods())]
    pub method: &'static Method,
    /// naive: bound it at the square root, which makes it the method trial
    #[arg(long)]
    pub to_root: bool,
    /// Who works; with --compare a list: default all that have several workers
    #[arg(short, long, value_name = "MODE", value_delimiter = ',', value_parser = modes())]
    pub mode: Vec<&'static Mode>,
    /// How many workers; default one for each processor. With --compare a list, such as 1,2,4: the curve of
    /// speed-up against workers
    #[arg(short, long, value_name = "N", value_delimiter = ',', allow_hyphen_values = true, value_parser = workers)]
    pub workers: Vec<usize>,
    /// How the numbers are shared out among workers; with --compare a list
    #[arg(long, value_name = "SPLIT", value_delimiter = ',', value_parser = splits())]
    pub split: Vec<&'static Split>,
    /// Only count them
    #[arg(long, conflicts_with_all = ["out", "nth"])]
    pub count: bool,
    /// End with the N-th prime from --from on; without --up-to as far as that is
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = ordinal)]
    pub nth: Option<u64>,
    /// Print nothing but the number: how many there are, or with --nth the prime
    #[arg(short, long, conflicts_with = "compare")]
    pub quiet: bool,
    /// Compare one worker with several: the same search in each way, in turns; are the files the same, to
    /// the byte, and how much faster is it?
    #[arg(long, conflicts_with_all = ["out", "nth"], group = "written")]
    pub compare: bool,
    /// --compare: how often each way is measured; default 5
    #[arg(short, long, value_name = "N", requires = "compare", allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub repeats: Option<u32>,
    /// The files.
    #[command(flatten)]
    pub files: FileArgs,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// What is written, and over what.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Files")]
pub struct FileArgs {
    /// Write the primes there, one a line, no line end after the last; `-` is standard output. Until it is
    /// whole the file is called FILE.part, with FILE.part.json beside it
    #[arg(short, long, value_name = "FILE", group = "written")]
    pub out: Option<PathBuf>,
    /// Go on with a search that was stopped or killed, from what FILE.part.json vouches for
    #[arg(long, requires = "out")]
    pub resume: bool,
    /// Replace files that are there, also those that wharf wrote, and begin although the disk seems too
    /// small
    #[arg(long, requires = "written")]
    pub force: bool,
    /// --compare: where primes_nonoptimized.txt and primes_optimized.txt go; default the current folder
    #[arg(long, value_name = "DIR", requires = "compare")]
    pub out_folder: Option<PathBuf>,
}

fn methods() -> impl TypedValueParser<Value = &'static Method> {
    entries(METHODS, |method| (method.name, method.about))
}

fn modes() -> impl TypedValueParser<Value = &'static Mode> {
    entries(MODES, |mode| (mode.name, mode.about))
}

fn splits() -> impl TypedValueParser<Value = &'static Split> {
    entries(SPLITS, |split| (split.name, split.about))
}

/// Takes the names of a registry, and shows what stands behind each.
fn entries<T: Send + Sync>(
    all: &'static [T],
    of: fn(&T) -> (&'static str, &'static str),
) -> impl TypedValueParser<Value = &'static T> {
    let values = all.iter().map(of);
    let values = values.map(|(name, about)| PossibleValue::new(name).help(about));
    PossibleValuesParser::new(values).map(move |name| {
        let found = all.iter().find(|entry| of(entry).0 == name);
        found.expect("only names of the registry are taken")
    })
}

fn workers(text: &str) -> Result<usize, String> {
    let count = text.trim().parse::<usize>().ok();
    count.filter(|count| (1..=MOST_WORKERS).contains(count)).ok_or_else(|| {
        format!("`{text}` is no number of workers from 1 to {MOST_WORKERS}: write 4; with --compare also 1,2,4")
    })
}

fn ordinal(text: &str) -> Result<u64, String> {
    match whole_number(text)? {
        0 => Err("`0`: there is no such prime; the first is --nth 1".to_owned()),
        more if more > ALL_PRIMES => Err(format!(
            "`{text}`: below 2^64 there are {ALL_PRIMES} primes; ask for one of them"
        )),
        nth => Ok(nth),
    }
}

/// Square root and nothing cleverer: what the laboratory calls brute force.
const LAB_METHOD: &str = "trial";
const MOST_WORKERS: usize = 1024;
/// Below 2^64. Source: OEIS A007053, a(64).
const ALL_PRIMES: u64 = 425_656_284_035_217_743;

const EXAMPLES: &str = "\
Examples:
  wharf primes --up-to 1000000 --out primes.txt    the laboratory's file: one worker, square root
  wharf primes --compare                           one worker against threads and processes
  wharf primes --compare --workers 1,2,4 -N 1e7    speed-up against workers
  wharf primes --count --up-to 1e8 -q              how many there are, and nothing else
  wharf primes --nth 10001 -q                      the 10001st
  wharf primes --from 2^40 --up-to 2^40+1000 -o -  those between two numbers, to standard output
  wharf primes -N 1e9 -o big.txt --resume          go on where ^C, a kill or a full disk ended it

Comparing is fair where both sides do the same work: --method is one for all. A method that tries no \
divisors (a sieve, a theorem) is told in the report; the laboratory forbids it for its baseline.";

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        primes: PrimesArgs,
    }

    #[track_caller]
    fn refused(flags: &[&str], expected: &str) {
        let error = Line::try_parse_from([&["wharf"], flags].concat()).expect_err(expected);
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn every_name_of_a_registry_is_taken() {
        for (flag, names) in [
            (
                "--method",
                METHODS.iter().map(|m| m.name).collect::<Vec<_>>(),
            ),
            ("--mode", MODES.iter().map(|m| m.name).collect()),
            ("--split", SPLITS.iter().map(|s| s.name).collect()),
        ] {
            for name in names {
                Line::try_parse_from(["wharf", flag, name]).expect(name);
            }
            refused(&[flag, "no-such"], "possible values");
        }
    }

    #[test]
    fn values_out_of_range_are_told_with_what_would_do() {
        refused(
            &["--workers", "0"],
            "`0` is no number of workers from 1 to 1024",
        );
        refused(&["--workers", "2,x"], "`x` is no number of workers");
        refused(&["--nth", "0"], "the first is --nth 1");
        refused(
            &["--nth", "425656284035217744"],
            "there are 425656284035217743 primes",
        );
        refused(&["--repeats", "0", "--compare"], "1..=100");
        refused(&["--repeats", "3"], "--compare");
        refused(&["--resume"], "--out");
        refused(&["--count", "--out", "x"], "cannot be used with");
    }
}
