//! `wharf name deregister`: takes a name away.

use anyhow::Result;
use history::Verdict;
use naming::Revision;

use crate::{args::DeregisterArgs, names, say};

/// Runs the command.
///
/// # Errors
/// When no service answers.
pub fn run(args: &DeregisterArgs) -> Result<Verdict> {
    let client = names::client(&args.service)?;
    match client.remove(&args.name, args.if_revision.map(Revision)) {
        Ok(changed) => {
            say::talk(&format!(
                "{} is no longer registered (revision {})",
                args.name, changed.revision
            ));
            Ok(Verdict::Valid)
        }
        Err(error) if names::is_answer(&error) => {
            say::talk(&format!("refused: {error}"));
            Ok(Verdict::Invalid)
        }
        Err(error) => Err(error.into()),
    }
}
