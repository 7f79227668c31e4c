//! Small networks of network namespaces, in which tests may send to groups and to everybody.
//!
//! ```text
//!   1: veth0 198.51.100.1/24 ──p1─┐
//!   2: veth0 198.51.100.2/24 ──p2─┤ br0, in a namespace of its own: the switch
//!   3: veth0 198.51.100.3/24 ──p3─┘
//! ```
//!
//! Needs `ip` (iproute2), `unshare`, `nsenter` and `setpriv` (util-linux), and either root or a kernel that lets
//! everybody make user namespaces; a test on a machine with neither fails and says so.
//!
//! **Nothing outlives the process that made it.** No namespace has a name that others could meet: each lives as
//! long as the one process in it that reads a pipe to its end, and the pipe's other end is ours. Programs that run
//! inside are killed by the kernel when the thread that started them ends.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader},
    net::Ipv4Addr,
    process::{Child, Command, Stdio},
};

/// Namespaces, joined by a bridge or all alone.
pub struct Net {
    way: Way,
    switch: Option<Holder>,
    places: Vec<Holder>,
}

/// Whether the namespaces on a bridge have a route for groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routes {
    /// `224.0.0.0/4 dev veth0`.
    Multicast,
    /// Only what comes with the address: `198.51.100.0/24`.
    Subnet,
}

/// How namespaces are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As root, and so without a user namespace.
    Root,
    /// In a user namespace, in which one is root: as anybody.
    User,
}

impl Net {
    /// So many namespaces on a bridge, each with `veth0` and its [`address`]. Everything is up at once:
    /// IPv6 link-local addresses too, because nobody looks for duplicates of them.
    #[track_caller]
    pub fn joined(count: usize, routes: Routes) -> Self {
        Self::joined_by(Way::found(), count, routes).unwrap_or_else(|lack| panic!("{lack}"))
    }

    /// The same, made in a given way.
    ///
    /// # Errors
    /// What the machine lacks for it.
    pub fn joined_by(way: Way, count: usize, routes: Routes) -> Result<Self, String> {
        let switch = Holder::start(way, None)?;
        let places: Result<Vec<_>, _> = (0..count)
            .map(|_| Holder::start(way, Some(&switch)))
            .collect();
        let net = Self {
            way,
            switch: Some(switch),
            places: places?,
        };
        let mut script = String::from("set -e; ip link add br0 type bridge; ip link set br0 up\n");
        for (place, index) in net.places.iter().zip(1..) {
            // Link events of a veth pair whose two ends have the same index wait for up to a second.
            script += &format!(
                "ip link add p{index} index {} type veth peer name veth0 netns {}\n\
                 ip link set p{index} master br0 up\n",
                PORT_INDEX_MIN + index,
                place.pid()
            );
        }
        net.switch(&script);
        for index in 1..=count {
            let route = match routes {
                Routes::Multicast => "ip route add 224.0.0.0/4 dev veth0",
                Routes::Subnet => "",
            };
            net.sh(
                index,
                &format!(
                    "set -e; ip link set veth0 up; ip addr add {}/24 brd + dev veth0; {route}",
                    address(index)
                ),
            );
        }
        Ok(net)
    }

    /// One namespace that has nothing but `lo`, which is up.
    #[track_caller]
    pub fn lonely() -> Self {
        let way = Way::found();
        let place = Holder::start(way, None).unwrap_or_else(|lack| panic!("{lack}"));
        Self {
            way,
            switch: None,
            places: vec![place],
        }
    }

    /// One namespace that has nothing but `lo`, which is down.
    #[track_caller]
    pub fn lonely_down() -> Self {
        let net = Self::lonely();
        net.sh(1, "ip link set lo down");
        net
    }

    /// A command that runs a program in a namespace; they count from 1, as their addresses do, and [`SWITCH`] is
    /// that of the bridge. It is killed when the thread that starts it ends.
    pub fn command(&self, index: usize, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.place(index).entered(self.way);
        command
            .args(["setpriv", "--pdeathsig", "KILL", "--"])
            .arg(program)
            .stdin(Stdio::null());
        command
    }

    /// The executable under test in a namespace, with a folder of its own for runs.
    pub fn wharf(&self, index: usize, runs: &tempfile::TempDir) -> Command {
        let mut command = self.command(index, env!("CARGO_BIN_EXE_wharf"));
        command.env("WHARF_RUNS", runs.path()).env("NO_COLOR", "1");
        command
    }

    /// Runs lines of a shell in a namespace, which must succeed; what they print.
    #[track_caller]
    pub fn sh(&self, index: usize, script: &str) -> String {
        shell(self.place(index).entered(self.way), script)
    }

    /// The same in the namespace of the bridge.
    #[track_caller]
    pub fn switch(&self, script: &str) -> String {
        self.sh(SWITCH, script)
    }

    fn place(&self, index: usize) -> &Holder {
        match index {
            SWITCH => self.switch.as_ref().expect("a net with a switch"),
            index => &self.places[index - 1],
        }
    }
}

/// The namespace of the bridge.
pub const SWITCH: usize = 0;

/// The address of a namespace on the bridge, from 198.51.100.0/24 (TEST-NET-2, RFC 5737).
pub fn address(index: usize) -> Ipv4Addr {
    Ipv4Addr::new(198, 51, 100, u8::try_from(index).expect("few namespaces"))
}

/// The address with which one of them reaches all of them.
pub const BROADCAST: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 255);

impl Way {
    /// The way that works on this machine.
    #[track_caller]
    pub fn found() -> Self {
        let mut lacks = Vec::new();
        for way in [Self::Root, Self::User] {
            match Holder::start(way, None) {
                Ok(_) => return way,
                Err(lack) => lacks.push(lack),
            }
        }
        panic!("{}", lacks.join("\n"));
    }
}

/// The process that keeps a namespace alive.
struct Holder(Child);

impl Holder {
    /// Starts it: beside another one, which is to be of the same user namespace, or by itself.
    fn start(way: Way, beside: Option<&Holder>) -> Result<Self, String> {
        let mut command = match beside {
            Some(other) => other.entered(way),
            None => Command::new("env"),
        };
        command.args(["unshare", "--net"]);
        if way == Way::User && beside.is_none() {
            command.args(["--user", "--map-root-user"]);
        }
        let child = command
            .args(["sh", "-c", HOLD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let child = child.map_err(|error| lack(way, &format!("`unshare`: {error}")))?;
        let mut holder = Self(child);
        let mut line = String::new();
        let stdout = holder.0.stdout.take().expect("piped");
        let read = BufReader::new(stdout).read_line(&mut line);
        read.map_err(|error| lack(way, &error.to_string()))?;
        match line.as_str() {
            "ready\n" => Ok(holder),
            _ => {
                let stderr = holder.0.stderr.take().expect("piped");
                let said = std::io::read_to_string(stderr).unwrap_or_default();
                Err(lack(way, said.trim()))
            }
        }
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }

    /// A command that goes on in its namespaces.
    fn entered(&self, way: Way) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.pid().to_string(), "--net"]);
        if way == Way::User {
            command.args(["--user", "--preserve-credentials"]);
        }
        command
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn lack(way: Way, said: &str) -> String {
    let (who, what) = match way {
        Way::Root => ("as root", "the right to make them (CAP_SYS_ADMIN)"),
        Way::User => (
            "without root",
            "user namespaces for everybody (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, \
             kernel.apparmor_restrict_unprivileged_userns)",
        ),
    };
    format!(
        "this machine does not make network namespaces {who}: {said}\n\
         it needs iproute2, util-linux and {what}"
    )
}

#[track_caller]
fn shell(mut command: Command, script: &str) -> String {
    let output = command
        .args(["sh", "-c", &format!("{SYSTEM_PATH}\n{script}")])
        .stdin(Stdio::null())
        .output()
        .expect("nsenter starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Some have no such folders in their path, but `ip` and `nft` are there.
const SYSTEM_PATH: &str = "PATH=$PATH:/usr/sbin:/sbin";

/// What holds a namespace, until its input ends. `accept_dad`: an IPv6 address that is being looked for elsewhere
/// cannot be used for a second.
const HOLD: &str = "\
PATH=$PATH:/usr/sbin:/sbin
set -e
ip link set lo up
if [ -d /proc/sys/net/ipv6 ]; then
    echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad
    echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
fi
echo ready
read -r _ || :
";

/// Far from the indices that the kernel gives in a namespace of a few interfaces.
const PORT_INDEX_MIN: usize = 1000;
