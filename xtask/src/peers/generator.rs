//! One run of a generator on its processor, and the figures in what it prints.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::workplace::GENERATOR_PROCESSOR;

/// Runs a generator to its end and returns what it printed.
///
/// # Errors
/// What it said before it failed.
pub fn run(command: &[&str]) -> Result<String, String> {
    let output = pinned(command)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("the generator could not be started: {error}"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        let line = error.lines().next().unwrap_or("no word of why");
        let program = command[0].rsplit('/').next().unwrap_or(command[0]);
        return Err(format!("{program}: {}", line.trim_start_matches("error: ")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A generator that holds its connections until this is dropped.
pub struct Holding {
    child: Child,
    /// What it printed.
    pub line: String,
}

impl Holding {
    /// Starts it and waits for the line that it prints when its load is done.
    ///
    /// # Errors
    /// When it ends without that line; why stands on stderr.
    pub fn start(command: &[&str]) -> Result<Self, String> {
        let mut child = pinned(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the generator could not be started: {error}"))?;
        let stdout = child.stdout.take().expect("stdout was asked to be a pipe");
        let line = String::new();
        let mut holding = Holding { child, line };
        match BufReader::new(stdout).read_line(&mut holding.line) {
            Ok(count) if count > 0 => Ok(holding),
            _ => Err("the generator ended early; its reason stands above".to_owned()),
        }
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        // The end of its stdin is what it waits for.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn pinned(command: &[&str]) -> Command {
    let mut pinned = Command::new("timeout");
    pinned
        .args([TIME_MAX_SECONDS, "taskset", "-c", GENERATOR_PROCESSOR])
        .args(command);
    pinned
}

/// The number behind `"name":` in a flat JSON object.
///
/// # Errors
/// When there is none.
pub fn number(json: &str, name: &str) -> Result<f64, String> {
    let found = json.split_once(&format!("\"{name}\":"));
    let text = found.map(|(_, rest)| rest.split([',', '}']).next().unwrap_or_default());
    text.and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| format!("no `{name}` in `{}`", json.trim()))
}

/// Requests a second of one test, out of `redis-benchmark --csv`.
///
/// # Errors
/// When there is none.
pub fn redis_rate(csv: &str, test: &str) -> Result<f64, String> {
    let start = format!("\"{test}\",\"");
    let line = csv.lines().find_map(|line| line.strip_prefix(&start));
    line.and_then(|rest| rest.split('"').next()?.parse().ok())
        .ok_or_else(|| format!("no `{test}` in what redis-benchmark printed"))
}

/// Requests a second out of what `wrk` prints.
///
/// # Errors
/// When there is none, or when some answers were errors: then the rate is that of something else.
pub fn wrk_rate(text: &str) -> Result<f64, String> {
    let trouble = |line: &&str| line.contains("Non-2xx") || line.contains("Socket errors");
    if let Some(line) = text.lines().find(trouble) {
        return Err(format!("wrk: {}", line.trim()));
    }
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"));
    rate.and_then(|rate| rate.trim().parse().ok())
        .ok_or_else(|| "no rate in what wrk printed".to_owned())
}

/// No run takes so long; a generator whose server has vanished may.
const TIME_MAX_SECONDS: &str = "600";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_name() {
        let json = "{\"clients\":40,\"answered\":39,\"last_answer_seconds\":3.012345}\n";
        assert_eq!(number(json, "answered"), Ok(39.0));
        assert_eq!(number(json, "last_answer_seconds"), Ok(3.012_345));
        assert!(number(json, "wrong").is_err());
        assert!(number("", "wrong").is_err());
    }

    #[test]
    fn the_csv_of_redis_is_read_by_test() {
        let csv = "\"test\",\"rps\",\"avg_latency_ms\"\n\"PING_INLINE\",\"11.5\",\"0.1\"\n\"PING_MBULK\",\"12.5\",\"0.1\"\n";
        assert_eq!(redis_rate(csv, "PING_MBULK"), Ok(12.5));
        assert!(redis_rate(csv, "GET").is_err());
    }

    #[test]
    fn wrk_with_errors_has_no_rate() {
        let text =
            "  20 requests in 2.00s, 3.00MB read\nRequests/sec:  79012.34\nTransfer/sec: 1MB\n";
        assert_eq!(wrk_rate(text), Ok(79_012.34));
        assert!(wrk_rate(&format!("  Non-2xx or 3xx responses: 20\n{text}")).is_err());
        assert!(wrk_rate(&format!("  Socket errors: connect 0, read 3\n{text}")).is_err());
        assert!(wrk_rate("").is_err());
    }
}
