//! `wharf name status`: how a name service stands.

use anyhow::Result;
use history::Verdict;

use crate::{args::StatusArgs, names, say};

/// Runs the command.
///
/// # Errors
/// When no service answers.
pub fn run(args: &StatusArgs) -> Result<Verdict> {
    let status = names::client(&args.service)?.status()?;
    say::result(&match args.json {
        true => serde_json::to_string_pretty(&status)? + "\n",
        false => format!(
            "zone      {}\nnames     {}\nleases    {}\nwatchers  {}\nrevision  {} (watches may go on from {})\nDNS       {}\n",
            status.zone,
            report::count(status.names),
            report::count(status.leases),
            report::count(status.watchers),
            status.revision,
            status.oldest,
            status.dns,
        ),
    });
    Ok(Verdict::Valid)
}
