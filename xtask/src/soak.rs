//! `cargo xtask soak`: every order and level of groups, simulated with ten thousand seeds each.

use std::path::Path;
use std::process::Command;

use crate::EXIT_ENVIRONMENT;

/// Builds wharf with optimisation and runs `wharf sim group` for each order, level and partition rule. `args`: `--seeds N`, and
/// `--first-seed N`. Returns 0 when every promise was kept, 1 when one was broken, 3 when nothing could begin.
pub fn run(root: &Path, args: &[&str]) -> u8 {
    let seeds = match args {
        [] => vec!["--seeds", SEEDS],
        ["--seeds", _] | ["--seeds", _, "--first-seed", _] => args.to_vec(),
        ["--first-seed", first] => vec!["--seeds", SEEDS, "--first-seed", first],
        _ => {
            eprintln!("error: `soak` takes --seeds N and --first-seed N, in this order");
            return EXIT_ENVIRONMENT;
        }
    };
    let build = Command::new("cargo")
        .args(["build", "--release", "--package", "wharf"])
        .current_dir(root)
        .status();
    if !build.is_ok_and(|status| status.success()) {
        eprintln!("error: wharf could not be built; `cargo build --release` says why");
        return EXIT_ENVIRONMENT;
    }
    let mut worst = 0;
    for group in GROUPS {
        println!("== wharf sim group {} {}", group.join(" "), seeds.join(" "));
        let status = Command::new("cargo")
            .args(["run", "--quiet", "--release", "--package", "wharf", "--"])
            .args(["sim", "group"])
            .args(*group)
            .args(&seeds)
            .current_dir(root)
            .status();
        let status = status.ok().and_then(|status| status.code());
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
