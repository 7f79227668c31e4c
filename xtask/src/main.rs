//! `cargo xtask`: set-up and checks for the people who work on wharf.
//!
//! ```text
//! cargo xtask setup    needs::missing ──▶ installer ──▶ needs::missing ──▶ 0 or 3
//! cargo xtask soak     build ──▶ every order and level of groups, simulated ──▶ 0 or 1
//! cargo xtask peers    build ──▶ peers (rounds over all servers) ──▶ one table an experiment
//! cargo xtask test     setup ──▶ format ──▶ lints ──▶ doc tests ──▶ tests ──▶ "N passed, N failed"
//! ```
//!
//! Only the standard library is used, so this builds in seconds on a machine that has nothing yet.
//! Exit status: 0 when all is well, 3 when the machine or the command line is at fault, else the status
//! of the step that failed.

mod peers;
mod setup;
mod soak;
mod steps;

mod installer;
mod needs;
mod tally;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The machine lacks something, or the command line was not understood.
const EXIT_ENVIRONMENT: u8 = 3;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let status = match args[..] {
        ["setup"] => setup::run(),
        ["test"] => match setup::run() {
            0 => steps::run(&root()),
            status => status,
        },
        ["peers", ref rest @ ..] => peers::run(&root(), rest),
        ["soak", ref rest @ ..] => soak::run(&root(), rest),
        [] | ["help" | "-h" | "--help"] => {
            print!("{HELP}");
            0
        }
        _ => {
            eprintln!(
                "error: `{}` is not a command of xtask\n\n{HELP}",
                args.join(" ")
            );
            EXIT_ENVIRONMENT
        }
    };
    ExitCode::from(status)
}

/// The root of the repository: the folder above this crate.
fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .parent()
        .expect("xtask lies below the root")
        .to_owned()
}

const HELP: &str = "\
Set-up and checks for the people who work on wharf.

  cargo xtask setup   look for the programs that the tests start; as root on Debian, install what
                      is missing; otherwise say what is missing and how to get it
  cargo xtask test    set up, then check the format, the lints and all tests, and stop at the first
                      step that fails; the last line counts the tests
  cargo xtask peers   measure wharf and its peers side by side (bare servers, redis-server, nginx, knot, nsd,
                      corosync, JGroups, nats-server; the last three as root):
                      [echo|pipeline|burst|memory|redis|http|names|groups]… [--runs 5] [--clients N,N…]
                      [--seconds 2] [--task 3s] [--models reactor,uring,…] [--names N,N…] [--rate N];
                      all eight without a name, which takes most of an hour; one Markdown table an
                      experiment on stdout
  cargo xtask soak    simulate groups of every order and level with 10,000 seeds each, everything going wrong:
                      [--fuzz] [--seeds N] [--first-seed N]; with --fuzz strangers send what they should not:
                      noise, what was said before, what another group said, and forgeries
  cargo xtask help    print this

While you work, one crate at a time is faster: `cargo test -p CRATE`. The house rules alone:
`cargo test -p tidy`.

Exit status: 0 all well; 3 something is missing on this machine, or the command is unknown;
else the status of the step that failed.
";
