//! Boundaries that show in the text: words that production code may say in certain places only.

use crate::breach::Breach;
use crate::source::{Part, Source, find_word, part, room};

/// Words that only some places may say.
struct Boundary {
    words: &'static [&'static str],
    /// Whether the file at this path may say them.
    allows: fn(path: &str) -> bool,
    rule: &'static str,
    remedy: &'static str,
}

/// Checks the production code of one Rust file; tests, benchmarks and tooling are free.
pub fn check(source: &Source) -> Vec<Breach> {
    if part(source.path) != Part::Production {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    for boundary in BOUNDARIES
        .iter()
        .filter(|boundary| !(boundary.allows)(source.path))
    {
        for word in boundary.words {
            for offset in find_word(source.production(), word) {
                let rule = format!("`{word}`: {}", boundary.rule);
                breaches.push(Breach::new(
                    source.path,
                    source.line_of(offset),
                    rule,
                    boundary.remedy,
                ));
            }
        }
    }
    breaches.sort_by_key(|breach| breach.line);
    breaches
}

const BOUNDARIES: &[Boundary] = &[
    Boundary {
        words: &["Instant::now", "SystemTime::now", "clock_gettime"],
        allows: |path| room(path) == Some("timing"),
        rule: "clocks are read in crates/timing only",
        remedy: "take `now` as an argument, or a `timing::Clock` where a driver needs one",
    },
    Boundary {
        words: &["println!", "eprintln!", "print!", "eprint!", "dbg!"],
        allows: |path| room(path) == Some("cli"),
        rule: "only crates/cli prints",
        remedy: "return it, record it as a finding, or write to a `Write` you are handed",
    },
    Boundary {
        words: &["anyhow", "clap"],
        allows: |path| room(path) == Some("cli"),
        rule: "only crates/cli parses flags and erases errors",
        remedy: "use the error enum of the crate; parse flags in crates/cli",
    },
    Boundary {
        words: &["process::exit"],
        allows: |path| room(path) == Some("cli"),
        rule: "only crates/cli ends the process",
        remedy: "return an error; `exit` runs no destructor and loses what was recorded",
    },
    Boundary {
        words: &["libc::fork", "libc::vfork"],
        allows: |path| path.contains("proc") || path.contains("fork"),
        rule: "forks happen only in files with `proc` or `fork` in their path",
        remedy: "move it to such a file: whoever forks must know that no second thread exists",
    },
    Boundary {
        words: &[
            "std::fs",
            "std::thread",
            "TcpListener",
            "TcpStream",
            "UdpSocket",
        ],
        allows: |path| !PURE_ROOMS.contains(&room(path).unwrap_or_default()),
        rule: "this crate is pure: it touches no file, thread or socket",
        remedy: "take bytes and `now` as arguments and leave the rest to a driver",
    },
];

/// Crates that are handed bytes and `now`, and do nothing to the world.
const PURE_ROOMS: [&str; 4] = ["wire", "stats", "machine", "services"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn verify(path: &str, line: &str, expected: Option<&str>) {
        let text = format!("//! A.\n{line}\n");
        let found = check(&Source::new(path, &text));
        let found: Vec<String> = found.iter().map(Breach::to_string).collect();
        match expected {
            None => assert_eq!(found, [""; 0]),
            Some(part) => {
                assert_eq!(found.len(), 1, "{found:?}");
                assert!(
                    found[0].contains(":2: ") && found[0].contains(part),
                    "{found:?}"
                );
            }
        }
    }

    #[test]
    fn clocks_are_read_in_timing_only() {
        verify("crates/timing/src/a.rs", "let a = Instant::now();", None);
        verify(
            "crates/load/src/a.rs",
            "let a = Instant::now();",
            Some("`Instant::now`: clocks"),
        );
        verify(
            "crates/load/src/a.rs",
            "let a = std::time::SystemTime::now();",
            Some("clocks"),
        );
        verify(
            "crates/load/src/a.rs",
            "rustix::time::clock_gettime(x)",
            Some("clocks"),
        );
        verify(
            "crates/load/src/a.rs",
            "let a: Instant = clock.now();",
            None,
        );
    }

    #[test]
    fn only_the_command_line_prints() {
        verify("crates/cli/src/main.rs", "println!(\"a\");", None);
        verify(
            "crates/run/src/a.rs",
            "println!(\"a\");",
            Some("`println!`"),
        );
        verify("crates/run/src/a.rs", "eprint!(\"a\");", Some("`eprint!`"));
        verify("crates/run/src/a.rs", "dbg!(a);", Some("`dbg!`"));
        verify("crates/run/src/a.rs", "pprint!(a); // println!(a)", None);
    }

    #[test]
    fn only_the_command_line_parses_flags_and_erases_errors() {
        verify("crates/cli/src/args.rs", "use clap::Parser;", None);
        verify("crates/load/src/a.rs", "use clap::Parser;", Some("`clap`"));
        verify(
            "crates/load/src/a.rs",
            "fn a() -> anyhow::Result<()>;",
            Some("`anyhow`"),
        );
    }

    #[test]
    fn only_the_command_line_ends_the_process() {
        verify("crates/cli/src/main.rs", "std::process::exit(3);", None);
        verify(
            "crates/run/src/a.rs",
            "process::exit(3);",
            Some("`process::exit`"),
        );
        verify("crates/run/src/a.rs", "use std::process::ExitCode;", None);
    }

    #[test]
    fn forks_happen_where_the_path_says_so() {
        verify("crates/serve/src/process.rs", "libc::fork()", None);
        verify("crates/serve/src/prefork/a.rs", "libc::fork()", None);
        verify(
            "crates/serve/src/thread.rs",
            "libc::fork()",
            Some("`libc::fork`"),
        );
    }

    #[test]
    fn pure_crates_touch_nothing() {
        verify(
            "crates/wire/src/a.rs",
            "use std::fs::File;",
            Some("`std::fs`"),
        );
        verify(
            "crates/services/src/a.rs",
            "std::thread::spawn(a)",
            Some("`std::thread`"),
        );
        verify("crates/machine/src/a.rs", "use std::net::SocketAddr;", None);
        verify("crates/serve/src/a.rs", "use std::net::TcpListener;", None);
    }

    #[test]
    fn tests_and_tooling_are_free() {
        verify("crates/run/tests/a.rs", "println!(\"a\");", None);
        verify(
            "xtask/src/main.rs",
            "println!(\"a\"); Instant::now(); std::process::exit(1)",
            None,
        );
        verify(
            "crates/run/src/a.rs",
            "#[cfg(test)]\nmod tests { fn a() { println!(\"a\"); } }",
            None,
        );
    }
}
