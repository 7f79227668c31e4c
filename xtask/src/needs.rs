//! What the steps need from the machine, how to see whether it is there, and what to say when not.

use std::path::Path;
use std::process::{Command, Stdio};

/// One thing the machine must have.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// The name a person knows it by.
    pub name: &'static str,
    /// Which step or tests need it, and for what.
    pub needed_by: &'static str,
    /// The Debian packages that bring it; empty when no package does.
    pub packages: &'static [&'static str],
    /// The command that brings it where packages do not; empty otherwise.
    pub command: &'static str,
    /// How to see that it is there.
    probe: Probe,
}

/// How to see that something is there.
#[derive(Clone, Copy, Debug)]
enum Probe {
    /// This command runs and succeeds.
    Succeeds(&'static [&'static str]),
    /// This command runs and its output holds a word. Its status is not asked: `nc -h` may fail.
    Says(&'static [&'static str], &'static str),
    /// There is a font in one of the folders where fonts are.
    Font,
}

/// What is missing on this machine of `needs`, in their order.
pub fn missing(needs: &[Need]) -> Vec<Need> {
    needs
        .iter()
        .filter(|need| !need.probe.is_met())
        .copied()
        .collect()
}

/// What a person must read when `lacking` could not be installed: what, for whom, how to get it.
/// `note` says why the installer was of no help.
pub fn missing_message(lacking: &[&Need], note: Option<&str>) -> String {
    let mut message = String::from("error: this machine lacks what the checks need\n");
    for need in lacking {
        message += &format!("  {} - needed by {}\n", need.name, need.needed_by);
    }
    if let Some(note) = note {
        message += &format!("setting up did not bring it: {note}\n");
    }
    let packages: Vec<&str> = lacking
        .iter()
        .flat_map(|need| need.packages)
        .copied()
        .collect();
    let mut commands = Vec::new();
    if !packages.is_empty() {
        commands.push(format!(
            "apt-get update && apt-get install -y --no-install-recommends {}    (as root, on Debian)",
            packages.join(" ")
        ));
    }
    for need in lacking.iter().filter(|need| !need.command.is_empty()) {
        commands.push(need.command.to_owned());
    }
    message += "do:\n";
    for command in commands {
        message += &format!("  {command}\n");
    }
    message += "then run this again\n";
    message
}

impl Probe {
    fn is_met(self) -> bool {
        match self {
            Probe::Succeeds(command) => output(command).is_some_and(|(success, _)| success),
            Probe::Says(command, word) => {
                output(command).is_some_and(|(_, text)| text.contains(word))
            }
            Probe::Font => FONT_FOLDERS
                .iter()
                .any(|folder| has_font(Path::new(folder), FONT_FOLDER_DEPTH_MAX)),
        }
    }
}

/// Whether the command succeeds, and what it prints; `None` when it cannot be started.
fn output(command: &[&str]) -> Option<(bool, String)> {
    let (program, args) = command.split_first()?;
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    ))
}

/// Whether a font lies in `folder`, or at most `depth` folders below it.
fn has_font(folder: &Path, depth: usize) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("ttf" | "otf" | "ttc"))
            || depth > 0 && path.is_dir() && has_font(&path, depth - 1)
    })
}

/// What the steps of `cargo xtask test` need.
pub const NEEDS: &[Need] = &[
    Need {
        name: "rustfmt",
        needed_by: "the format step",
        packages: &[],
        command: "rustup component add rustfmt",
        probe: Probe::Succeeds(&["cargo", "fmt", "--version"]),
    },
    Need {
        name: "clippy",
        needed_by: "the lints step",
        packages: &[],
        command: "rustup component add clippy",
        probe: Probe::Succeeds(&["cargo", "clippy", "--version"]),
    },
    Need {
        name: "python3 (3.11 or later)",
        needed_by: "the tests of crates/services and crates/cli that hold wharf against Python",
        packages: &["python3"],
        command: "",
        probe: Probe::Succeeds(&[
            "python3",
            "-c",
            "import sys; sys.exit(sys.version_info < (3, 11))",
        ]),
    },
    Need {
        name: "nc (the OpenBSD one)",
        needed_by: "the tests of crates/cli that talk to wharf by hand",
        packages: &["netcat-openbsd"],
        command: "",
        probe: Probe::Says(&["nc", "-h"], "OpenBSD"),
    },
    Need {
        name: "socat",
        needed_by: "the tests of crates/cli that compare wharf with other servers and clients",
        packages: &["socat"],
        command: "",
        probe: Probe::Succeeds(&["socat", "-V"]),
    },
    Need {
        name: "redis-cli and redis-benchmark",
        needed_by: "the tests of crates/cli that load wharf with other generators",
        packages: &["redis-tools"],
        command: "",
        probe: Probe::Succeeds(&["redis-benchmark", "--version"]),
    },
    Need {
        name: "wrk",
        needed_by: "the tests of crates/cli that load wharf with other generators",
        packages: &["wrk"],
        command: "",
        probe: Probe::Says(&["wrk", "-v"], "wrk"),
    },
    Need {
        name: "curl",
        needed_by: "the tests of crates/cli that load wharf with other generators",
        packages: &["curl"],
        command: "",
        probe: Probe::Succeeds(&["curl", "--version"]),
    },
    Need {
        name: "ip",
        needed_by: "the tests of crates/cli that send datagrams in network namespaces of their own",
        packages: &["iproute2"],
        command: "",
        probe: Probe::Succeeds(&["ip", "-V"]),
    },
    Need {
        name: "unshare, nsenter and setpriv",
        needed_by: "the tests of crates/cli that send datagrams in network namespaces of their own",
        packages: &["util-linux"],
        command: "",
        probe: Probe::Says(&["setpriv", "--help"], "--pdeathsig"),
    },
    Need {
        name: "nft",
        needed_by: "the tests of crates/cli that lose datagrams in network namespaces of their own",
        packages: &["nftables"],
        command: "",
        probe: Probe::Succeeds(&["nft", "--version"]),
    },
    Need {
        name: "dig, nslookup and nsupdate",
        needed_by: "the tests of crates/cli that ask the name service as other programs do",
        packages: &["bind9-dnsutils"],
        command: "",
        probe: Probe::Succeeds(&["nsupdate", "-V"]),
    },
    Need {
        name: "named-checkzone",
        needed_by: "the tests of crates/cli that export zone files",
        packages: &["bind9-utils"],
        command: "",
        probe: Probe::Succeeds(&["named-checkzone", "-v"]),
    },
    Need {
        name: "knotd",
        needed_by: "the tests of crates/cli in which a secondary follows the name service",
        packages: &["knot"],
        command: "",
        probe: Probe::Succeeds(&["knotd", "-V"]),
    },
    Need {
        name: "nsd",
        needed_by: "the tests of crates/cli in which a secondary follows the name service",
        packages: &["nsd"],
        command: "",
        probe: Probe::Says(&["nsd", "-v"], "NSD"),
    },
    Need {
        name: "nats-server",
        needed_by: "the tests of crates/cli that judge the order in which others deliver",
        packages: &["nats-server"],
        command: "",
        probe: Probe::Succeeds(&["nats-server", "--version"]),
    },
    Need {
        name: "faketime",
        needed_by: "the tests of crates/cli that set a program's date",
        packages: &["faketime"],
        command: "",
        probe: Probe::Succeeds(&["faketime", "--version"]),
    },
    Need {
        name: "node",
        needed_by: "the tests of crates/cli that hold exported logs against ShiViz's rules",
        packages: &["nodejs"],
        command: "",
        probe: Probe::Succeeds(&["node", "--version"]),
    },
    Need {
        name: "chromium",
        needed_by: "the tests of crates/cli that open report pages in a browser",
        packages: &["chromium"],
        command: "",
        probe: Probe::Succeeds(&["chromium", "--version"]),
    },
    Need {
        name: "a font",
        needed_by: "the tests of crates/cli that open report pages in a browser",
        packages: &["fonts-dejavu-core"],
        command: "",
        probe: Probe::Font,
    },
];

/// What every experiment of `cargo xtask peers` needs.
pub const PINNING: &[Need] = &[Need {
    name: "taskset",
    needed_by: "all experiments: server and generator on a processor each",
    packages: &["util-linux"],
    command: "",
    probe: Probe::Succeeds(&["taskset", "--version"]),
}];

/// What the experiment `redis` needs beside.
pub const REDIS: &[Need] = &[
    Need {
        name: "redis-server",
        needed_by: "the experiment `redis`, as wharf's peer",
        packages: &["redis-server"],
        command: "",
        probe: Probe::Succeeds(&["redis-server", "--version"]),
    },
    Need {
        name: "redis-benchmark",
        needed_by: "the experiment `redis`, as its generator",
        packages: &["redis-tools"],
        command: "",
        probe: Probe::Succeeds(&["redis-benchmark", "--version"]),
    },
];

/// What the experiment `http` needs beside.
pub const HTTP: &[Need] = &[
    Need {
        name: "nginx",
        needed_by: "the experiment `http`, as wharf's peer",
        packages: &["nginx-light"],
        command: "",
        probe: Probe::Succeeds(&["nginx", "-v"]),
    },
    Need {
        name: "wrk",
        needed_by: "the experiment `http`, as its generator",
        packages: &["wrk"],
        command: "",
        probe: Probe::Says(&["wrk", "-v"], "Copyright"),
    },
];

/// What the experiment `names` needs beside.
pub const NAMES: &[Need] = &[
    Need {
        name: "knotd",
        needed_by: "the experiment `names`, as wharf's peer",
        packages: &["knot"],
        command: "",
        probe: Probe::Says(&["knotd", "--version"], "Knot DNS"),
    },
    Need {
        name: "nsd",
        needed_by: "the experiment `names`, as wharf's peer",
        packages: &["nsd"],
        command: "",
        probe: Probe::Says(&["nsd", "-v"], "NSD"),
    },
    Need {
        name: "dnsperf",
        needed_by: "the experiment `names`, as a second generator",
        packages: &["dnsperf"],
        command: "",
        probe: Probe::Says(&["dnsperf", "-h"], "Usage"),
    },
];

/// What the experiment `groups` needs.
pub const GROUPS: &[Need] = &[
    Need {
        name: "ip",
        needed_by: "the experiment `groups`, for its namespaces",
        packages: &["iproute2"],
        command: "",
        probe: Probe::Succeeds(&["ip", "-V"]),
    },
    Need {
        name: "nft",
        needed_by: "the experiment `groups`, for its network that loses",
        packages: &["nftables"],
        command: "",
        probe: Probe::Succeeds(&["nft", "--version"]),
    },
    Need {
        name: "gcc",
        needed_by: "the experiment `groups`, for the members of corosync and nats-server",
        packages: &["gcc", "libc6-dev"],
        command: "",
        probe: Probe::Succeeds(&["gcc", "--version"]),
    },
    Need {
        name: "corosync",
        needed_by: "the experiment `groups`, as wharf's peer",
        packages: &["corosync"],
        command: "",
        probe: Probe::Succeeds(&["/usr/sbin/corosync", "-v"]),
    },
    Need {
        name: "the headers of corosync's process groups",
        needed_by: "the experiment `groups`, for the members of corosync",
        packages: &["libcpg-dev"],
        command: "",
        probe: Probe::Succeeds(&["test", "-e", "/usr/include/corosync/cpg.h"]),
    },
    Need {
        name: "JGroups",
        needed_by: "the experiment `groups`, as wharf's peer",
        packages: &["libjgroups-java"],
        command: "",
        probe: Probe::Succeeds(&["test", "-e", "/usr/share/java/jgroups.jar"]),
    },
    Need {
        name: "javac",
        needed_by: "the experiment `groups`, for the members of JGroups",
        packages: &["default-jdk-headless"],
        command: "",
        probe: Probe::Succeeds(&["javac", "-version"]),
    },
    Need {
        name: "nats-server",
        needed_by: "the experiment `groups`, as wharf's peer",
        packages: &["nats-server"],
        command: "",
        probe: Probe::Succeeds(&["nats-server", "--version"]),
    },
];

/// Where fontconfig looks for fonts of the whole machine.
const FONT_FOLDERS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];
/// `/usr/share/fonts/truetype/dejavu` is two below; one more for good measure.
const FONT_FOLDER_DEPTH_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn need(name: &'static str) -> &'static Need {
        NEEDS
            .iter()
            .find(|need| need.name.starts_with(name))
            .expect("the need is listed")
    }

    #[track_caller]
    fn check(lacking: &[&Need], note: Option<&str>, expected: &str) {
        assert_eq!(missing_message(lacking, note), expected);
    }

    #[test]
    fn missing_programs_are_named_with_their_tests_and_one_command() {
        let expected = "\
error: this machine lacks what the checks need
  nc (the OpenBSD one) - needed by the tests of crates/cli that talk to wharf by hand
  socat - needed by the tests of crates/cli that compare wharf with other servers and clients
setting up did not bring it: only root can install packages
do:
  apt-get update && apt-get install -y --no-install-recommends netcat-openbsd socat    (as root, on Debian)
then run this again
";
        check(
            &[need("nc"), need("socat")],
            Some("only root can install packages"),
            expected,
        );
    }

    #[test]
    fn missing_components_name_the_rustup_command() {
        let expected = "\
error: this machine lacks what the checks need
  clippy - needed by the lints step
do:
  rustup component add clippy
then run this again
";
        check(&[need("clippy")], None, expected);
    }

    #[test]
    fn every_need_says_how_to_get_it() {
        for need in [NEEDS, PINNING, REDIS, HTTP, NAMES, GROUPS].concat() {
            assert!(
                need.packages.is_empty() != need.command.is_empty(),
                "{}",
                need.name
            );
            assert!(!need.needed_by.is_empty(), "{}", need.name);
        }
    }
}
