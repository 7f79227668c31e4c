//! The systems, one line each: what is compiled, what is configured, what is started where.
//!
//! A system's member takes `SECONDS RATE RANK MEMBERS` and further words of its own, and does what `member.h` says.

use std::fs;
use std::process::{Command, Stdio};

use super::Scratch;
use super::namespaces::{Net, address};

/// A system as it is measured.
pub struct System {
    /// Its name in the table.
    pub name: &'static str,
    /// Which table.
    pub contest: Contest,
    kind: Kind,
}

/// A table: what is asked of all systems in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contest {
    /// All deliver all messages in one order.
    Total,
    /// All deliver each sender's messages in its order.
    Fifo,
    /// All deliver all messages in one order, over a network that loses.
    Lossy,
}

enum Kind {
    /// A daemon beside each member.
    Corosync,
    /// A library; further words for the member.
    Jgroups(&'static [&'static str]),
    /// One server.
    Nats,
    /// `wharf group load`, with this order.
    Wharf(&'static str, Way),
}

/// How a member of wharf reaches the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Multicast,
    /// By a list of addresses.
    Unicast,
}

impl Contest {
    /// The table's heading.
    pub fn title(self) -> &'static str {
        match self {
            Contest::Total => "Groups of 3 in total order",
            Contest::Fifo => "Groups of 3 in FIFO order",
            Contest::Lossy => "Groups of 3 in total order, 10 % of all datagrams lost",
        }
    }

    /// How long each measurement takes where so long was asked for: where datagrams are lost some deliver a few messages a second, and
    /// percentiles need more of all.
    pub fn seconds(self, asked: u64) -> u64 {
        match self {
            Contest::Total | Contest::Fifo => asked,
            Contest::Lossy => asked.max((5 * asked).min(60)),
        }
    }

    /// How many of a hundred datagrams each member loses of those that come to it.
    pub fn loss_percent(self) -> u32 {
        match self {
            Contest::Total | Contest::Fifo => 0,
            Contest::Lossy => 10,
        }
    }
}

impl System {
    /// Compiles the member and writes what is configured.
    ///
    /// # Errors
    /// What went wrong; the system is then left out.
    pub fn prepare(&self, scratch: &Scratch) -> Result<(), String> {
        match self.kind {
            Kind::Corosync => {
                write(scratch, "corosync.conf", &corosync_conf())?;
                compile_c(scratch, "corosync.c", COROSYNC_C, &["-lcpg"])
            }
            Kind::Jgroups(_) => {
                write(scratch, "Member.java", MEMBER_JAVA)?;
                let args = ["-nowarn", "-cp", JGROUPS_JAR, "-d", ".", "Member.java"];
                compile(scratch, "javac", &args)
            }
            Kind::Nats => compile_c(scratch, "nats.c", NATS_C, &[]),
            Kind::Wharf(..) => Ok(()),
        }
    }

    /// What runs beside the members: commands, before them.
    pub fn servers(&self, scratch: &Scratch, net: &Net) -> Vec<Command> {
        match self.kind {
            Kind::Corosync => (1..=super::members::COUNT)
                .map(|index| {
                    let mut command = net.command(index);
                    let conf = scratch.folder.join("corosync.conf");
                    // Each with a state and a lock file of its own.
                    command.args(["unshare", "--mount", "sh", "-c", COROSYNC_SH]);
                    command.arg(conf);
                    command
                })
                .collect(),
            Kind::Jgroups(_) | Kind::Wharf(..) => Vec::new(),
            Kind::Nats => {
                let mut command = net.command(SERVER_INDEX);
                command.args(["nats-server", "-a", &address(SERVER_INDEX), "-p", "4222"]);
                vec![command]
            }
        }
    }

    /// The member of a rank, counted from 0, without the words that all have: those stand behind the first part of its words.
    pub fn member(&self, scratch: &Scratch, net: &Net, rank: usize, common: &[String]) -> Command {
        let mut command = net.command(rank + 1);
        match self.kind {
            Kind::Corosync => command.arg(scratch.folder.join("corosync")).args(common),
            Kind::Nats => command
                .arg(scratch.folder.join("nats"))
                .args(common)
                .arg(address(SERVER_INDEX)),
            Kind::Jgroups(words) => command
                .args(["java", "-Xmx512m", "-Djava.net.preferIPv4Stack=true"])
                .arg(format!("-Djgroups.bind_addr={}", address(rank + 1)))
                .arg("-cp")
                .arg(format!("{JGROUPS_JAR}:{}", scratch.folder.display()))
                .arg("Member")
                .args(common)
                .args(words),
            Kind::Wharf(order, way) => command
                .arg(&scratch.wharf)
                .args(wharf(order, common))
                .args(way.flags(rank)),
        };
        command
    }
}

impl Way {
    /// What a member of that rank is told of where it meets the others.
    fn flags(self, rank: usize) -> Vec<String> {
        let place = |index: usize| format!("{}:{WHARF_PORT}", address(index));
        match self {
            Way::Multicast => ["--interface", "veth0", "--ttl", "1"]
                .map(str::to_owned)
                .to_vec(),
            Way::Unicast => {
                let all: Vec<String> = (1..=super::members::COUNT).map(place).collect();
                vec![
                    format!("--to={}", all.join(",")),
                    format!("--listen={}", place(rank + 1)),
                ]
            }
        }
    }
}

/// The words that all have, as flags; with the defaults of everything else.
fn wharf(order: &str, common: &[String]) -> Vec<String> {
    let [seconds, rate, rank, count] = common else {
        unreachable!("four words are common to all")
    };
    let words = ["group", "load"].map(str::to_owned);
    let flags = [
        format!("--order={order}"),
        format!("--name=m{rank}"),
        format!("--members={count}"),
        format!("--for={seconds}s"),
        format!("--rate={rate}"),
    ];
    words.into_iter().chain(flags).collect()
}

fn write(scratch: &Scratch, name: &str, text: &str) -> Result<(), String> {
    let path = scratch.folder.join(name);
    fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn compile_c(scratch: &Scratch, name: &str, text: &str, libraries: &[&str]) -> Result<(), String> {
    write(scratch, "member.h", MEMBER_H)?;
    write(scratch, name, text)?;
    let program = name.trim_end_matches(".c");
    compile(
        scratch,
        "gcc",
        &[&["-O2", "-o", program, name], libraries].concat(),
    )
}

fn compile(scratch: &Scratch, compiler: &str, args: &[&str]) -> Result<(), String> {
    let output = Command::new(compiler)
        .args(args)
        .current_dir(&scratch.folder)
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|error| format!("{compiler} could not be started: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!(
                "its member does not compile: {}",
                said.lines().next().unwrap_or_default()
            ))
        }
    }
}

fn corosync_conf() -> String {
    let node = |index| {
        format!(
            "    node {{ ring0_addr: {}\n        nodeid: {index}\n        name: n{index}\n    }}\n",
            address(index)
        )
        .replace("{ ring0", "{\n        ring0")
    };
    let nodes: String = (1..=super::members::COUNT).map(node).collect();
    format!(
        "totem {{\n    version: 2\n    cluster_name: bench\n}}\n\
         system {{\n    move_to_root_cgroup: no\n}}\n\
         logging {{\n    to_syslog: no\n    to_stderr: yes\n}}\n\
         nodelist {{\n{nodes}}}\n"
    )
}

/// All that are measured, in the order of a round.
pub const SYSTEMS: [System; 16] = [
    System {
        name: YARDSTICK,
        contest: Contest::Total,
        kind: Kind::Wharf("total-sequencer", Way::Multicast),
    },
    System {
        name: "wharf, total-lamport",
        contest: Contest::Total,
        kind: Kind::Wharf("total-lamport", Way::Multicast),
    },
    System {
        name: YARDSTICK,
        contest: Contest::Fifo,
        kind: Kind::Wharf("fifo", Way::Multicast),
    },
    System {
        name: "corosync (agreed)",
        contest: Contest::Total,
        kind: Kind::Corosync,
    },
    System {
        name: "JGroups SEQUENCER, bundling",
        contest: Contest::Total,
        kind: Kind::Jgroups(&["total", "bundling"]),
    },
    System {
        name: "JGroups SEQUENCER, no bundling",
        contest: Contest::Total,
        kind: Kind::Jgroups(&["total", "plain"]),
    },
    System {
        name: "JGroups NAKACK, bundling",
        contest: Contest::Fifo,
        kind: Kind::Jgroups(&["fifo", "bundling"]),
    },
    System {
        name: "JGroups NAKACK, no bundling",
        contest: Contest::Fifo,
        kind: Kind::Jgroups(&["fifo", "plain"]),
    },
    System {
        name: "nats-server",
        contest: Contest::Fifo,
        kind: Kind::Nats,
    },
    System {
        name: YARDSTICK,
        contest: Contest::Lossy,
        kind: Kind::Wharf("total-sequencer", Way::Multicast),
    },
    System {
        name: "wharf, unicast",
        contest: Contest::Lossy,
        kind: Kind::Wharf("total-sequencer", Way::Unicast),
    },
    System {
        name: "wharf, total-lamport",
        contest: Contest::Lossy,
        kind: Kind::Wharf("total-lamport", Way::Multicast),
    },
    System {
        name: "wharf, total-lamport, unicast",
        contest: Contest::Lossy,
        kind: Kind::Wharf("total-lamport", Way::Unicast),
    },
    System {
        name: "corosync (agreed)",
        contest: Contest::Lossy,
        kind: Kind::Corosync,
    },
    System {
        name: "JGroups SEQUENCER, bundling",
        contest: Contest::Lossy,
        kind: Kind::Jgroups(&["total", "bundling"]),
    },
    System {
        name: "JGroups SEQUENCER, no bundling",
        contest: Contest::Lossy,
        kind: Kind::Jgroups(&["total", "plain"]),
    },
];

/// The row that others are compared with, in each table.
pub const YARDSTICK: &str = "wharf";
/// The namespace of a server that all members share.
pub const SERVER_INDEX: usize = 4;
const WHARF_PORT: u16 = 5009;
const MEMBER_H: &str = include_str!("member.h");
const COROSYNC_C: &str = include_str!("corosync.c");
const NATS_C: &str = include_str!("nats.c");
const MEMBER_JAVA: &str = include_str!("Member.java");
const JGROUPS_JAR: &str = "/usr/share/java/jgroups.jar";
const COROSYNC_SH: &str = "set -e; mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /var/lib/corosync; \
     exec /usr/sbin/corosync -f -c \"$0\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_has_systems_and_each_system_a_name_of_its_own() {
        for contest in [Contest::Total, Contest::Fifo, Contest::Lossy] {
            assert!(SYSTEMS.iter().any(|system| system.contest == contest));
        }
        for (index, system) in SYSTEMS.iter().enumerate() {
            let is_other =
                |other: &System| other.name != system.name || other.contest != system.contest;
            assert!(SYSTEMS[..index].iter().all(is_other));
        }
    }

    #[test]
    fn what_all_have_in_common_is_told_in_flags() {
        let flags = wharf("fifo", &["3", "333.3", "0", "3"].map(str::to_owned));
        for expected in ["--order=fifo", "--for=3s", "--rate=333.3", "--name=m0"] {
            assert!(flags.iter().any(|flag| flag == expected), "{flags:?}");
        }
    }

    #[test]
    fn who_is_reached_one_by_one_is_told_all_addresses_and_its_own() {
        let flags = Way::Unicast.flags(1);
        assert_eq!(
            flags,
            [
                "--to=198.51.100.1:5009,198.51.100.2:5009,198.51.100.3:5009",
                "--listen=198.51.100.2:5009"
            ]
        );
    }

    #[test]
    fn all_nodes_are_configured() {
        let conf = corosync_conf();
        for index in 1..=3 {
            assert!(conf.contains(&format!("ring0_addr: 198.51.100.{index}\n")));
        }
        assert_eq!(conf.matches('{').count(), conf.matches('}').count());
    }
}
