//! What is printed: results to standard output, talk to standard error. A reader that has gone away
//! (`| head -1`) or a full disk is no reason to lose a run, so what cannot be printed is dropped.

use std::io::{Write as _, stderr, stdout};

/// Prints results, as they are.
pub fn result(text: &str) {
    let _ = stdout().write_all(text.as_bytes());
    let _ = stdout().flush();
}

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
