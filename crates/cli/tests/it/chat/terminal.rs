//! A member at a terminal: what comes in while somebody types.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use super::talker::Talker;
use crate::support::{Guarded, netns::Net, python3};

#[test]
fn what_comes_in_while_one_types_takes_the_row_and_not_the_text() {
    let net = Net::lonely();
    let mut bob = Talker::start(&net, 1, "bob", &["-i", "lo"]);
    let runs = tempfile::tempdir().expect("a temporary folder");
    let child = net
        .command(1, python3())
        .args(["-c", TYPIST, env!("CARGO_BIN_EXE_wharf")])
        .args(["cast", "chat", "-n", "alice", "-i", "lo", "--linger", "0"])
        .env("WHARF_RUNS", runs.path())
        .stdout(Stdio::piped())
        .spawn();
    let mut typist = Guarded(child.expect("python3 starts"));
    let stdout = typist.0.stdout.take().expect("piped");
    let mut lines = BufReader::new(stdout).lines();
    assert_eq!(lines.next().expect("a line").expect("read"), "typed");
    bob.say("\u{1b}[2J hi");
    let screen = lines.next().expect("a line").expect("read");
    assert!(typist.wait().success(), "{screen}");
    // The row with `hel` is cleared and given to bob; the line that is whole then has its name put before it.
    let expected =
        "hel\\r\\x1b[Kbob 1: \\\\u{1b}[2J hi\\r\\nlo\\r\\n\\x1b[1A\\r\\x1b[Kalice 1: hello\\r\\n";
    assert!(screen.contains(expected), "{screen}");
    assert!(
        screen.contains("\u{2713} valid"),
        "the result is printed: {screen}"
    );
    bob.shows("alice 1: hello\n");
    bob.hears("alice left");
    bob.end();
}

/// Types `hel`, then what is missing when something has come in, then ^D; says what was on the screen.
const TYPIST: &str = "\
import os, pty, select, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
screen = b''
def until(part):
    global screen
    while part not in screen:
        ready, _, _ = select.select([terminal], [], [], 30)
        assert ready, screen
        try:
            screen += os.read(terminal, 4096)
        except OSError:
            break
until(b'bob is here')
os.write(terminal, b'hel')
until(b'hel')
print('typed', flush=True)
until(b'bob 1')
os.write(terminal, b'lo\\n')
until(b'alice 1')
os.write(terminal, b'\\x04')
until(b'nothing ends it but its end')
_, status = os.waitpid(pid, 0)
text = screen.decode()
print(ascii(text).replace('\\\\u2713', '\\u2713'))
sys.exit(os.waitstatus_to_exitcode(status))
";
