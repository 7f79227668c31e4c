//! `wharf clock demo`: what the laboratory's Lamport clock prints.

use anyhow::Result;
use causality::Lamport;
use history::Verdict;

use crate::say;

/// One process sends, another receives.
///
/// # Errors
/// Never: both clocks are new.
pub fn run() -> Result<Verdict> {
    let (mut first, mut second) = (Lamport::new(), Lamport::new());
    let sent = first.send()?;
    let received = second.receive(sent)?;
    say::result(&format!(
        "Clock1 Time after sending: {}\nClock2 Time after receiving: {}\n",
        sent.value(),
        received.value()
    ));
    Ok(Verdict::Valid)
}
