//! One server that is being measured: started on its processor, stopped by its process number.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::names;
use super::subjects::{Launch, Ready};
use super::workplace::{SERVER_PROCESSOR, Workplace};

/// A server that accepts connections.
pub struct Server {
    child: Child,
    /// Where: `127.0.0.1:PORT`.
    pub address: String,
}

impl Server {
    /// Starts it and waits until it accepts.
    ///
    /// # Errors
    /// What it said before it ended, or that it said nothing in time.
    pub fn start(place: &Workplace, launch: &Launch) -> Result<Self, String> {
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let (command, ready) = launch.command(place, port)?;
        Self::run(place, port, &command, &ready)
    }

    /// The same of a server that is ready in another way, because it has nothing to serve yet.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_empty(place: &Workplace, launch: &Launch, ready: &Ready) -> Result<Self, String> {
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let (command, _) = launch.command(place, port)?;
        Self::run(place, port, &command, ready)
    }

    fn run(
        place: &Workplace,
        port: u16,
        command: &[String],
        ready: &Ready,
    ) -> Result<Self, String> {
        // The file of the server before this one.
        let _ = fs::remove_file(place.ready_file());
        let errors = File::create(place.error_file()).map_err(|error| error.to_string())?;
        let child = Command::new("taskset")
            .args(["-c", SERVER_PROCESSOR])
            .args(command)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("taskset could not be started: {error}"))?;
        let mut server = Server {
            child,
            address: format!("127.0.0.1:{port}"),
        };
        server.wait_until(place, ready)?;
        Ok(server)
    }

    /// Its process number: `taskset` turns into the server.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it as a person would, by SIGINT.
    pub fn stop(mut self) {
        let pid = self.pid().to_string();
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -INT \"$0\"", &pid]);
        if kill.status().is_ok_and(|status| status.success()) {
            self.wait_for_end();
        }
    }

    fn wait_until(&mut self, place: &Workplace, ready: &Ready) -> Result<(), String> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(last_words(place).unwrap_or_else(|| format!("ended with {status}")));
            }
            match *ready {
                Ready::Port(port) if TcpStream::connect(("127.0.0.1", port)).is_ok() => {
                    return Ok(());
                }
                Ready::File => {
                    let text = fs::read_to_string(place.ready_file()).unwrap_or_default();
                    if let Some(address) = address(&text) {
                        self.address = address.to_owned();
                        return Ok(());
                    }
                }
                Ready::Answers(port) if names::answers(port) => return Ok(()),
                Ready::Port(_) | Ready::Answers(_) => {}
            }
            thread::sleep(LOOK_AGAIN);
        }
        Err(format!("did not accept within {PATIENCE:?}"))
    }

    fn wait_for_end(&mut self) {
        let start = Instant::now();
        while start.elapsed() < PATIENCE && !matches!(self.child.try_wait(), Ok(Some(_))) {
            thread::sleep(LOOK_AGAIN);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended and was waited for is not met by this.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the JSON of a ready file; `None` while it is not there.
fn address(ready: &str) -> Option<&str> {
    let (_, rest) = ready.split_once("\"address\":")?;
    rest.trim_start().strip_prefix('"')?.split('"').next()
}

/// The first line that a server wrote to its error output.
fn last_words(place: &Workplace) -> Option<String> {
    let text = fs::read_to_string(place.error_file()).ok()?;
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    Some(line.trim_start_matches("error: ").to_owned())
}

/// A port that was free a moment ago, for servers that must be told one.
pub fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// For the start of a server, also of one that reads a million names, and for its end.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ready_file_holds_the_address() {
        let text = r#"{"address":"127.0.0.1:7","pid":1}"#;
        assert_eq!(address(text), Some("127.0.0.1:7"));
        assert_eq!(
            address(r#"{"pid":1, "address": "[::1]:7"}"#),
            Some("[::1]:7")
        );
        assert_eq!(address(""), None);
        assert_eq!(address(r#"{"pid":1}"#), None);
    }
}
