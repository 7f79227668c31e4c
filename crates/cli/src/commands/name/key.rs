//! `wharf name key`: makes a key that signs updates by DNS.

use std::{fs::File, io::Read as _};

use anyhow::{Context as _, Result};
use history::Verdict;
use naming::Name;

use crate::{args::KeyArgs, say};

/// Runs the command.
///
/// # Errors
/// When the names are none, or the kernel has no random bytes.
pub fn run(args: &KeyArgs) -> Result<Verdict> {
    let within = args.within.as_deref().map(Name::parse).transpose()?;
    let mut secret = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut secret))
        .context("cannot read random bytes from /dev/urandom")?;
    let text = dns::Keys::make(&args.name, secret)?;
    let (line, flag) = within.map_or_else(Default::default, |name| {
        (format!("# within {name}\n"), format!(" --within {name}"))
    });
    say::result(&(line + &text));
    say::talk(&format!(
        "keep it in a file that only you can read: `umask 077; wharf name key {}{flag} > names.key`; then `wharf name serve --keys \
         names.key` and `nsupdate -k names.key`",
        args.name
    ));
    Ok(Verdict::Valid)
}
