//! The members of one run: started, told to go, asked for their figures.
//!
//! ```text
//!   member                       this
//!   "ready"       ──▶  when all are:
//!                 ◀──  "go"            few messages
//!   "latency …"   ──▶  when all did:
//!                 ◀──  "go"            as many as may be
//!   "rate …"      ──▶  when all did: the end of their input, and of them
//! ```

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Scratch;
use super::namespaces::Net;
use super::systems::{SERVER_INDEX, System};

/// All processes of one run, and where they run.
pub struct Members {
    inputs: Vec<ChildStdin>,
    lines: Receiver<(usize, String)>,
    errors: PathBuf,
    loss_percent: u32,
    // Processes end before their namespaces do.
    _members: Vec<Running>,
    _servers: Vec<Running>,
    net: Net,
}

/// What a run gave: of each figure that of the member for which it was worst.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Messages that a member was given in a second.
    pub rate_hz: f64,
    /// To the delivery of one's own messages: median and 99th percentile; of others' messages: the same.
    pub latency_ns: [f64; 4],
}

/// A process, until its end.
struct Running(Child);

impl Members {
    /// Starts them.
    ///
    /// # Errors
    /// Why one could not be started.
    pub fn start(scratch: &Scratch, system: &System, seconds: u64) -> Result<Self, String> {
        let net = Net::joined(SERVER_INDEX)?;
        let errors = scratch.folder.join("stderr.txt");
        let file = File::create(&errors).map_err(|error| error.to_string())?;
        let log = || file.try_clone().map_err(|error| error.to_string());
        let mut servers = Vec::new();
        for mut command in system.servers(scratch, &net) {
            let child = command.stdin(Stdio::null()).stdout(Stdio::null());
            let child = child.stderr(log()?).spawn();
            servers.push(Running(child.map_err(|error| error.to_string())?));
        }
        let (says, lines) = channel();
        let (mut members, mut inputs) = (Vec::new(), Vec::new());
        for rank in 0..COUNT {
            let rate = RATE_HZ / COUNT as f64;
            let common = [
                seconds.to_string(),
                rate.to_string(),
                rank.to_string(),
                COUNT.to_string(),
            ];
            let mut command = system.member(scratch, &net, rank, &common);
            let child = command.stdin(Stdio::piped()).stdout(Stdio::piped());
            let child = child.stderr(log()?).spawn();
            let mut child = child.map_err(|error| error.to_string())?;
            inputs.push(child.stdin.take().expect("piped"));
            listen(rank, &mut child, says.clone());
            members.push(Running(child));
        }
        Ok(Self {
            inputs,
            lines,
            errors,
            loss_percent: system.contest.loss_percent(),
            _members: members,
            _servers: servers,
            net,
        })
    }

    /// Both measurements.
    ///
    /// # Errors
    /// When a member ended early or was silent for too long.
    pub fn measure(&mut self, seconds: u64) -> Result<Figures, String> {
        self.hear("ready", 0, START_PATIENCE)?;
        // How they find each other is not what is measured.
        if self.loss_percent > 0 {
            self.net.lose(self.loss_percent)?;
        }
        let patience = Duration::from_secs(3 * seconds) + PATIENCE;
        self.go()?;
        let latencies = self.hear("latency", 4, patience)?;
        self.go()?;
        let rates = self.hear("rate", 1, patience)?;
        let worst = |at: usize| latencies.iter().map(|all| all[at]).fold(0.0, f64::max);
        Ok(Figures {
            rate_hz: rates.iter().map(|all| all[0]).fold(f64::INFINITY, f64::min),
            latency_ns: [0, 1, 2, 3].map(worst),
        })
    }

    fn go(&mut self) -> Result<(), String> {
        let go = |mut input: &ChildStdin| input.write_all(b"go\n");
        let told = self.inputs.iter().try_for_each(go);
        told.map_err(|error| self.why(&format!("a member is gone: {error}")))
    }

    /// Waits until each has said that word, with so many numbers behind it.
    fn hear(
        &self,
        word: &str,
        numbers: usize,
        patience: Duration,
    ) -> Result<Vec<Vec<f64>>, String> {
        let until = Instant::now() + patience;
        let mut heard: Vec<Option<Vec<f64>>> = vec![None; COUNT];
        while heard.iter().any(Option::is_none) {
            let left = until.saturating_duration_since(Instant::now());
            let (rank, line) = self.lines.recv_timeout(left).map_err(|error| match error {
                RecvTimeoutError::Timeout => self.why(&format!("no `{word}` within {patience:?}")),
                RecvTimeoutError::Disconnected => self.why("all members have ended"),
            })?;
            let said = figures(&line, word).filter(|said| said.len() == numbers);
            heard[rank] =
                Some(said.ok_or_else(|| self.why(&format!("not `{word}` but `{line}`")))?);
        }
        Ok(heard.into_iter().flatten().collect())
    }

    /// With the last line of all that was written to the error output; those of a backtrace are indented.
    fn why(&self, what: &str) -> String {
        let text = std::fs::read_to_string(&self.errors).unwrap_or_default();
        match text
            .lines()
            .rfind(|line| line.starts_with(|first: char| !first.is_whitespace()))
        {
            Some(line) => format!("{what} ({})", line.trim()),
            None => what.to_owned(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Passes on what a member says; at its end, that it ended.
fn listen(rank: usize, child: &mut Child, says: Sender<(usize, String)>) {
    let stdout = child.stdout.take().expect("piped");
    thread::spawn(move || {
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        for line in lines.chain(["the end of its output".to_owned()]) {
            if says.send((rank, line)).is_err() {
                return;
            }
        }
    });
}

/// The numbers behind a word, if the line begins with it.
fn figures(line: &str, word: &str) -> Option<Vec<f64>> {
    let mut words = line.split_whitespace();
    (words.next()? == word)
        .then(|| words.map(|word| word.parse().ok()).collect())
        .flatten()
}

/// How many members there are.
pub const COUNT: usize = 3;
/// Low load: messages a second, of all members together.
const RATE_HZ: f64 = 1000.0;
/// JGroups looks for others for seconds; so does corosync.
const START_PATIENCE: Duration = Duration::from_secs(40);
const PATIENCE: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_behind_their_word() {
        assert_eq!(figures("latency 1 2.5", "latency"), Some(vec![1.0, 2.5]));
        assert_eq!(figures("ready", "ready"), Some(Vec::new()));
        assert_eq!(figures("rate x", "rate"), None);
        assert_eq!(figures("rate 1", "latency"), None);
        assert_eq!(figures("", "rate"), None);
    }
}
