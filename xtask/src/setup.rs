//! Set-up: everything the steps need is there, or the reader knows how to get it.

use crate::EXIT_ENVIRONMENT;
use crate::installer::{Installer, install};
use crate::needs::{NEEDS, Need, missing, missing_message};

/// Looks for every need and installs what is missing where that is possible. Doing it twice does nothing.
/// Returns the exit status: 0, or 3 when something is still missing.
pub fn run() -> u8 {
    println!("== set-up: cargo xtask setup");
    let mut lacking = missing(NEEDS);
    let mut installer_note = None;
    if lacking.iter().any(|need| !need.packages.is_empty()) {
        match Installer::find() {
            Ok(installer) => {
                let installed = install(&installer, &lacking);
                lacking = missing(NEEDS);
                installer_note = Some(installed.err().unwrap_or_else(|| SHADOWED.to_owned()));
            }
            Err(reason) => installer_note = Some(reason),
        }
    }
    if lacking.is_empty() {
        println!("everything the tests need is here");
        return 0;
    }
    let references: Vec<&Need> = lacking.iter().collect();
    eprint!(
        "{}",
        missing_message(&references, installer_note.as_deref())
    );
    EXIT_ENVIRONMENT
}

/// What is left to suppose when the package is there and the program is not.
const SHADOWED: &str = "apt-get succeeded, so another program of that name may come first in PATH";
