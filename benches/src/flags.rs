//! Flags of the form `--name value`: what is not known, or given twice, is refused.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

/// The flags of one command.
#[derive(Debug)]
pub struct Flags(Vec<(String, String)>);

impl Flags {
    /// Reads `args`; `names` are those that the command knows, without dashes.
    ///
    /// # Errors
    /// `InvalidInput` for anything else.
    pub fn parse(args: &[&str], names: &[&str]) -> io::Result<Self> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut words = args.iter();
        while let Some(word) = words.next() {
            let name = word.strip_prefix("--").unwrap_or_default();
            if !names.contains(&name) || found.iter().any(|(other, _)| other == name) {
                return Err(wrong(format!("`{word}` is unknown here or given twice")));
            }
            let value = words
                .next()
                .ok_or_else(|| wrong(format!("`{word}` needs a value")))?;
            found.push((name.to_owned(), (*value).to_owned()));
        }
        Ok(Flags(found))
    }

    /// The text given for `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The number given for `name`.
    ///
    /// # Errors
    /// `InvalidInput` when it is not one of that type.
    pub fn number<N: FromStr>(&self, name: &str) -> io::Result<Option<N>> {
        let parse = |text: &str| {
            text.parse()
                .map_err(|_| wrong(format!("--{name} {text}: expected a whole number")))
        };
        self.text(name).map(parse).transpose()
    }

    /// How many were asked for: at least one.
    ///
    /// # Errors
    /// `InvalidInput` for zero, and for what is no number.
    pub fn count(&self, name: &str, default: usize) -> io::Result<usize> {
        match self.number(name)?.unwrap_or(default) {
            0 => Err(wrong(format!("--{name} 0: expected at least 1"))),
            count => Ok(count),
        }
    }

    /// The time given for `name`: a number with `s` or `ms` behind it.
    ///
    /// # Errors
    /// `InvalidInput` when it is not one.
    pub fn duration(&self, name: &str, default: Duration) -> io::Result<Duration> {
        let Some(text) = self.text(name) else {
            return Ok(default);
        };
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, 0.001),
            None => (text.strip_suffix('s').unwrap_or_default(), 1.0),
        };
        let seconds = number.parse::<f64>().map(|number| number * unit).ok();
        seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .ok_or_else(|| {
                wrong(format!(
                    "--{name} {text}: expected a time such as 3s or 20ms"
                ))
            })
    }

    /// The address of the server to talk to.
    ///
    /// # Errors
    /// `InvalidInput` when there is none.
    pub fn address(&self) -> io::Result<SocketAddr> {
        let text = self.text("address").unwrap_or_default();
        text.parse().map_err(|_| {
            wrong(format!(
                "--address {text}: expected one such as 127.0.0.1:7"
            ))
        })
    }
}

/// An error of the command line.
pub fn wrong(text: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(args: &[&str], part: &str) {
        let refused = Flags::parse(args, &["task", "clients"])
            .and_then(|flags| {
                flags.count("clients", 1)?;
                flags.duration("task", Duration::ZERO)
            })
            .expect_err("the flags are wrong");
        assert!(refused.to_string().contains(part), "{refused}");
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        refuses(&["--what", "1"], "`--what` is unknown");
        refuses(&["task", "1s"], "`task` is unknown");
        refuses(&["--task", "1s", "--task", "1s"], "given twice");
        refuses(&["--task"], "needs a value");
        refuses(&["--task", "3"], "expected a time");
        refuses(&["--task", "-3s"], "expected a time");
        refuses(&["--clients", "x"], "whole number");
        refuses(&["--clients", "0"], "at least 1");
    }

    #[test]
    fn times_have_units() {
        let flags = Flags::parse(&["--a", "3s", "--b", "20ms"], &["a", "b"]).expect("right");
        let time = |name| flags.duration(name, Duration::ZERO).expect("a time");
        assert_eq!(time("a"), Duration::from_secs(3));
        assert_eq!(time("b"), Duration::from_millis(20));
        assert_eq!(time("c"), Duration::ZERO);
    }
}
