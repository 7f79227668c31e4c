//! `cargo xtask soak`: every order and level of groups, simulated with ten thousand seeds each; with `--fuzz` while strangers send
//! what they should not.

use std::path::Path;
use std::process::Command;

use crate::EXIT_ENVIRONMENT;

/// Builds wharf and runs `wharf sim group` for each order, level and partition rule. `args`: `--fuzz`, `--seeds N`, and
/// `--first-seed N`. Returns 0 when every promise was kept, 1 when one was broken, 3 when nothing could begin.
pub fn run(root: &Path, args: &[&str]) -> u8 {
    let (is_fuzz, args) = match args {
        ["--fuzz", rest @ ..] => (true, rest),
        _ => (false, args),
    };
    let seeds = match args {
        [] => vec!["--seeds", SEEDS],
        ["--seeds", _] | ["--seeds", _, "--first-seed", _] => args.to_vec(),
        ["--first-seed", first] => vec!["--seeds", SEEDS, "--first-seed", first],
        _ => {
            eprintln!("error: `soak` takes --fuzz, --seeds N and --first-seed N, in this order");
            return EXIT_ENVIRONMENT;
        }
    };
    // Who looks for panics wants what a build for development checks; the simulator is optimised in both.
    let (groups, profile) = match is_fuzz {
        true => (FUZZED, "dev"),
        false => (GROUPS, "release"),
    };
    let cargo = |command: &str| {
        let mut cargo = Command::new("cargo");
        cargo.args([
            command,
            "--quiet",
            "--profile",
            profile,
            "--package",
            "wharf",
        ]);
        cargo.current_dir(root);
        cargo
    };
    if !cargo("build").status().is_ok_and(|status| status.success()) {
        eprintln!("error: wharf could not be built; `cargo build` says why");
        return EXIT_ENVIRONMENT;
    }
    let mut worst = 0;
    for group in groups {
        println!("== wharf sim group {} {}", group.join(" "), seeds.join(" "));
        let mut run = cargo("run");
        run.args(["--", "sim", "group"]).args(*group).args(&seeds);
        let status = run.status().ok().and_then(|status| status.code());
        worst = worst.max(status.map_or(EXIT_ENVIRONMENT, |code| code as u8));
    }
    worst
}

const SEEDS: &str = "10000";

/// What is promised, each a group of its own.
const GROUPS: &[&[&str]] = &[
    &["--order", "none"],
    &["--order", "none", "--deliver", "safe"],
    &["--order", "none", "--reliability", "none"],
    &["--order", "fifo"],
    &["--order", "fifo", "--deliver", "safe"],
    &["--order", "fifo", "--reliability", "none"],
    &["--order", "causal"],
    &["--order", "causal", "--deliver", "safe"],
    &["--order", "causal", "--partitions", "partitionable"],
    &["--order", "total-lamport"],
    &["--order", "total-lamport", "--deliver", "safe"],
    &["--order", "total-lamport", "--partitions", "partitionable"],
    &["--order", "total-sequencer"],
    &["--order", "total-sequencer", "--deliver", "safe"],
    &[
        "--order",
        "total-sequencer",
        "--partitions",
        "partitionable",
    ],
    &["--order", "total-sequencer", "--window", "16"],
];

/// The same while strangers send: what must do no harm, and what members cannot tell from their own.
const FUZZED: &[&[&str]] = &[
    &[
        "--order",
        "none",
        "--garbled",
        "3",
        "--replayed",
        "3",
        "--ghosts",
        "2",
    ],
    &[
        "--order",
        "fifo",
        "--garbled",
        "3",
        "--replayed",
        "3",
        "--ghosts",
        "2",
    ],
    &[
        "--order",
        "causal",
        "--garbled",
        "3",
        "--replayed",
        "3",
        "--ghosts",
        "2",
    ],
    &[
        "--order",
        "total-lamport",
        "--garbled",
        "3",
        "--replayed",
        "3",
        "--ghosts",
        "2",
    ],
    &[
        "--order",
        "total-sequencer",
        "--garbled",
        "3",
        "--replayed",
        "3",
        "--ghosts",
        "2",
    ],
    &[
        "--order",
        "none",
        "--forged",
        "4",
        "--replayed",
        "1",
        "--deliver",
        "safe",
    ],
    &[
        "--order",
        "fifo",
        "--forged",
        "4",
        "--replayed",
        "1",
        "--reliability",
        "none",
    ],
    &["--order", "causal", "--forged", "4", "--replayed", "1"],
    &[
        "--order",
        "total-lamport",
        "--forged",
        "4",
        "--replayed",
        "1",
        "--deliver",
        "safe",
    ],
    &[
        "--order",
        "total-sequencer",
        "--forged",
        "4",
        "--replayed",
        "1",
    ],
    &[
        "--order",
        "causal",
        "--forged",
        "4",
        "--partitions",
        "partitionable",
        "--window",
        "16",
    ],
    &[
        "--order",
        "total-sequencer",
        "--forged",
        "4",
        "--partitions",
        "partitionable",
        "--slow",
        "expel",
    ],
];
