//! Network namespaces on a bridge, for one run.
//!
//! Needs root, `ip` (iproute2), `nft` (nftables) where datagrams are to be lost, `unshare`, `nsenter` and `setpriv` (util-linux). **Nothing outlives the process that made it:** a namespace
//! has no name and lives as long as a process in it reads a pipe whose other end is ours; programs inside are killed by the
//! kernel when the thread that started them ends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

/// Some namespaces on a bridge, with one address each and a route for groups.
pub struct Net {
    // Fields are dropped in their order: the members first.
    places: Vec<Holder>,
    _switch: Holder,
}

impl Net {
    /// So many, counted from 1.
    ///
    /// # Errors
    /// What the machine lacks.
    pub fn joined(count: usize) -> Result<Self, String> {
        let switch = Holder::start()?;
        let places: Result<Vec<_>, _> = (0..count).map(|_| Holder::start()).collect();
        let places = places?;
        let mut script = String::from("ip link add br0 type bridge; ip link set br0 up\n");
        for (place, index) in places.iter().zip(1..) {
            // Link events of a veth pair whose two ends have the same index wait for up to a second.
            script += &format!(
                "ip link add p{index} index {} type veth peer name veth0 netns {}\n\
                 ip link set p{index} master br0 up\n",
                PORT_INDEX_MIN + index,
                place.0.id()
            );
        }
        switch.shell(&script)?;
        for (place, index) in places.iter().zip(1..) {
            place.shell(&format!(
                "ip link set veth0 up; ip addr add {}/24 brd + dev veth0; ip route add 224.0.0.0/4 dev veth0",
                address(index)
            ))?;
        }
        Ok(Self {
            places,
            _switch: switch,
        })
    }

    /// From now on so many of a hundred datagrams that come to each of them are lost, whoever sent them.
    ///
    /// # Errors
    /// What the machine lacks.
    pub fn lose(&self, percent: u32) -> Result<(), String> {
        let rules = LOSE.replace("PERCENT", &percent.to_string());
        self.places.iter().try_for_each(|place| place.shell(&rules))
    }

    /// A command in one of them. It is killed when the thread that starts it ends.
    pub fn command(&self, index: usize) -> Command {
        let mut command = self.places[index - 1].entered();
        command.args(["setpriv", "--pdeathsig", "KILL", "--"]);
        command
    }
}

/// The address of a namespace, from 198.51.100.0/24 (TEST-NET-2, RFC 5737).
pub fn address(index: usize) -> String {
    format!("198.51.100.{index}")
}

/// The process that keeps a namespace alive.
struct Holder(Child);

impl Holder {
    fn start() -> Result<Self, String> {
        let child = Command::new("unshare")
            .args(["--net", "sh", "-c", HOLD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut holder = Self(child.map_err(|error| format!("`unshare`: {error}"))?);
        let mut line = String::new();
        let stdout = holder.0.stdout.take().expect("piped");
        let read = BufReader::new(stdout).read_line(&mut line);
        if read.is_ok() && line == "ready\n" {
            return Ok(holder);
        }
        let mut said = String::new();
        let mut stderr = holder.0.stderr.take().expect("piped");
        let _ = stderr.read_to_string(&mut said);
        Err(format!(
            "this machine does not make network namespaces (it takes root and iproute2): {}",
            said.trim()
        ))
    }

    fn entered(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.0.id().to_string(), "--net"]);
        command
    }

    fn shell(&self, script: &str) -> Result<(), String> {
        let mut command = self.entered();
        command.args(["sh", "-c", &format!("{SYSTEM_PATH}set -e\n{script}")]);
        let output = command.stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("`nsenter`: {error}"))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Some have no such folders in their path, but `ip` is there.
const SYSTEM_PATH: &str = "PATH=$PATH:/usr/sbin:/sbin\n";
const HOLD: &str =
    "PATH=$PATH:/usr/sbin:/sbin; set -e; ip link set lo up; echo ready; read -r _ || :";
const LOSE: &str = "\
nft -f - <<'END'
table ip faults {
    chain in {
        type filter hook input priority 0;
        iifname veth0 meta l4proto udp numgen random mod 100 < PERCENT counter drop
    }
}
END
";
/// Far from the indices that the kernel gives in a namespace of a few interfaces.
const PORT_INDEX_MIN: usize = 1000;
