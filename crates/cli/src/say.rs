//! What is printed: results to standard output, talk to standard error. A reader that has gone away
//! (`| head -1`) or a full disk is no reason to lose a run, so what cannot be printed is dropped. A reader that has gone
//! away wanted no more; of a full disk nobody knows, so that is remembered, told at the end, and changes the exit
//! status ([`unprinted`]).

use std::{
    io::{self, ErrorKind, Write, stderr, stdout},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context as _, Result};

/// Prints results, as they are. That they could not be printed is remembered for the command's end.
pub fn result(text: &str) {
    if let Err(error) = write_to(&mut stdout(), text.as_bytes()) {
        let _ = UNPRINTED.set(error);
    }
}

/// The same for who has to know at once. Says whether there is still somebody who reads them: that a reader has gone
/// away is no error.
///
/// # Errors
/// When standard output takes no more, and somebody may be waiting for it: the disk is full.
pub fn pass_on(data: &[u8]) -> Result<bool> {
    write_to(&mut stdout(), data).context("cannot write to standard output")
}

/// Why a result could not be printed, if one could not.
pub fn unprinted() -> Option<&'static io::Error> {
    UNPRINTED.get()
}

/// Notes in which folder the results are kept as well.
pub fn kept_in(folder: &Path) {
    let _ = KEPT.set(folder.to_owned());
}

/// What to do where a result could not be printed.
pub fn reprint_advice() -> String {
    match KEPT.get() {
        Some(folder) => format!("`wharf report {}` prints it again", folder.display()),
        None => {
            "nothing else has it; do it again with room for it, for example `> FILE`".to_owned()
        }
    }
}

fn write_to(out: &mut impl Write, data: &[u8]) -> io::Result<bool> {
    match out.write_all(data).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}

/// The first reason for which a result could not be printed.
static UNPRINTED: OnceLock<io::Error> = OnceLock::new();

/// Where the results are kept.
static KEPT: OnceLock<PathBuf> = OnceLock::new();

/// Prints a line of talk.
pub fn talk(line: &str) {
    let _ = stderr().write_all(format!("{line}\n").as_bytes());
}

/// Says that flags were given which mean nothing to a service or a model.
pub fn without_effect(to: &str, flags: &[&str]) {
    if !flags.is_empty() {
        let flags = flags.join(", ");
        talk(&format!(
            "warning: {flags}: without effect on {to}; see --help"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes nothing.
    struct Closed(ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_a_reader_that_has_gone_away_is_no_error() {
        assert!(write_to(&mut Closed(ErrorKind::BrokenPipe), b"x").is_ok());
        let full = write_to(&mut Closed(ErrorKind::StorageFull), b"x");
        assert_eq!(full.expect_err("full").kind(), ErrorKind::StorageFull);
    }
}
