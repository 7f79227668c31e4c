//! `wharf cast doctor`: in each situation the programs fail just as it says, and it says what to do.
//!
//! The receivers and senders are Python's, as the laboratory's are. Needs python3, iproute2, util-linux, nftables and
//! the right to make network namespaces; nothing leaves those. That nothing was received is not told by waiting: the
//! last datagram of each test is broadcast on the receiver's loopback, behind whatever came before it.

mod broadcast;
mod elsewhere;
mod groups;
mod ipv6;
mod kernel;
mod ports;
mod probing;

use std::{
    io::{BufRead as _, BufReader, Lines},
    process::{ChildStdout, Stdio},
};

use serde_json::{Value, json};

use super::support::{Guarded, Ran, check_refused, netns::Net, python3};

/// The doctor's words in a namespace.
#[track_caller]
fn doctor(net: &Net, index: usize, args: &[&str]) -> Ran {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let mut wharf = net.wharf(index, &runs);
    wharf.args(["cast", "doctor"]).args(args);
    Ran::new(wharf.output().expect("wharf starts"), runs)
}

/// It ends with that status and says those words, which may go over a line's end, and which are `not` said.
#[track_caller]
fn check_said(net: &Net, index: usize, args: &[&str], status: i32, words: &[&str], not: &[&str]) {
    let ran = doctor(net, index, args);
    let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(ran.status, Some(status), "{said}{}", ran.stderr);
    for word in words {
        assert!(said.contains(word), "no `{word}` in {}", ran.stdout);
    }
    for word in not {
        assert!(!said.contains(word), "`{word}` in {}", ran.stdout);
    }
}

/// A receiver on port 5007 in Python.
struct Receiver {
    child: Guarded,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Receiver {
    /// Starts one with what it is to do (see [`RECEIVER`]), and waits until it is ready.
    #[track_caller]
    fn start(net: &Net, index: usize, what: &Value) -> Self {
        let mut receiver = Self::start_any(net, index, what);
        assert_eq!(receiver.line(), "ready");
        receiver
    }

    #[track_caller]
    fn start_any(net: &Net, index: usize, what: &Value) -> Self {
        let child = net
            .command(index, python3())
            .args(["-c", RECEIVER, &what.to_string()])
            .stdout(Stdio::piped())
            .spawn();
        let mut child = Guarded(child.expect("python3 starts"));
        let stdout = child.0.stdout.take().expect("piped");
        Self {
            child,
            lines: BufReader::new(stdout).lines(),
        }
    }

    #[track_caller]
    fn line(&mut self) -> String {
        self.lines.next().expect("a line").expect("text")
    }

    fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// All that it has heard before the end.
    #[track_caller]
    fn heard(mut self) -> Vec<String> {
        let lines = self.lines.by_ref().map(|line| line.expect("text"));
        let heard = lines.collect();
        assert!(self.child.wait().success());
        heard
    }
}

/// What Python says of a receiver that cannot start.
#[track_caller]
fn refused(net: &Net, index: usize, what: &Value) -> String {
    Receiver::start_any(net, index, what).line()
}

/// Sends from Python (see [`SENDER`]): `sent`, or the name of the error.
#[track_caller]
fn send(net: &Net, index: usize, what: &Value) -> String {
    let output = net
        .command(index, python3())
        .args(["-c", SENDER, &what.to_string()])
        .output()
        .expect("python3 starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}

/// Tells all receivers of a namespace that are bound to all addresses that this was all.
#[track_caller]
fn end(net: &Net, index: usize) {
    let what = json!({ "to": "127.255.255.255", "broadcast": true, "text": "end" });
    assert_eq!(send(net, index, &what), "sent");
}

#[test]
fn what_cannot_be_asked_is_refused() {
    for (args, words) in [
        (
            &["--multicast", "10.0.0.1:5007"][..],
            &["`10.0.0.1:5007`", "224.0.0.0"][..],
        ),
        (
            &["--multicast", "224.1.1.1"],
            &["`224.1.1.1`", "127.0.0.1:5007"],
        ),
        (&["--multicast", "224.1.1.1:0"], &["port 0"]),
        (&["--unicast", "224.1.1.1:5007"], &["--multicast"]),
        (
            &["--unicast", "127.0.0.1:5007", "-i", "lo"],
            &["--interface"],
        ),
        (&["--unicast", "127.0.0.1:5007", "--ttl", "1"], &["--ttl"]),
        (
            &["--broadcast", "224.1.1.1:5007"],
            &["`224.1.1.1:5007`", "127.255.255.255:5007"],
        ),
        (
            &["--broadcast", "127.255.255.255:5007", "-i", "lo"],
            &["--interface"],
        ),
        (&["--broadcast", "0"], &["port 0"]),
        (&["--broadcast", "5007", "--no-loop"], &["--no-loop"]),
        (&["-i", "nowhere0"], &["`nowhere0`", "lo"]),
        (
            &["--multicast", "[ff02::1%nowhere0]:5007"],
            &["`nowhere0`", "lo"],
        ),
        (&["--ttl", "256"], &["256"]),
    ] {
        check_refused(&[&["cast", "doctor"], args].concat(), words);
    }
}

/// What the doctor sends to a port that is shared is passed over. `bind`: the address; `join`: groups, each with an interface's address (IPv6: its name); `sharing`: none, `address`
/// or `port`; `choosy`: only its own groups; `reads`: whether it reads what comes.
const RECEIVER: &str = r"
import errno, json, socket, struct, sys
o = json.loads(sys.argv[1])
v6 = o.get('v6', False)
s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(30)
try:
    sharing = o.get('sharing', 'address')
    if sharing == 'address':
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sharing == 'port':
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if o.get('choosy'):
        s.setsockopt(socket.IPPROTO_IP, 49, 0)
    s.bind((o.get('bind', ''), 5007))
    for group, interface in o.get('join', []):
        if v6:
            index = socket.if_nametoindex(interface) if interface else 0
            group = struct.pack('16sI', socket.inet_pton(socket.AF_INET6, group), index)
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
        else:
            group = socket.inet_aton(group) + socket.inet_aton(interface)
            s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
except OSError as error:
    print(errno.errorcode[error.errno])
    sys.exit()
print('ready', flush=True)
if not o.get('reads', True):
    import time
    time.sleep(30)
while True:
    data, peer = s.recvfrom(1024)
    if data == b'end':
        break
    if data.startswith(b'wharf cast doctor '):
        continue
    print(data.decode(), 'from', peer[0], flush=True)
";

/// `to`: the address; `text`; `interface`: for groups, an address of it (IPv6: its name); `ttl`, `loop`; `broadcast`:
/// whether it may; `from`: the source; `count`: how often.
const SENDER: &str = r"
import errno, json, socket, struct, sys
o = json.loads(sys.argv[1])
to = o['to']
v6 = ':' in to
s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
try:
    if 'interface' in o and v6:
        index = socket.if_nametoindex(o['interface'])
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    elif 'interface' in o:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(o['interface']))
    if 'ttl' in o:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, o['ttl'])
    if 'loop' in o:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, o['loop'])
    if o.get('broadcast'):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if 'from' in o:
        s.bind((o['from'], 0))
    for _ in range(o.get('count', 1)):
        host, _, scope = to.partition('%')
        scope = socket.if_nametoindex(scope) if scope else 0
        s.sendto(o.get('text', 'hello').encode(), (host, 5007, 0, scope) if v6 else (host, 5007))
    print('sent')
except OSError as error:
    print(errno.errorcode[error.errno])
";

/// The laboratory's group.
const GROUP: &str = "224.1.1.1";
/// The same with its port.
const GROUP_PORT: &str = "224.1.1.1:5007";
