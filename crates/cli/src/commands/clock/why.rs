//! `wharf clock why`: the way from one event to another, or that there is none.

use anyhow::Result;
use history::Verdict;

use super::{judged::Judged, logs};
use crate::{args::WhyArgs, say};

/// Runs the command. What the answer rests on is part of it.
///
/// # Errors
/// When a log cannot be read or has no such event.
pub fn run(args: &WhyArgs) -> Result<Verdict> {
    let judged = Judged::new(logs::read_one(&args.logs)?, &[]);
    let cause = logs::event(&judged, &args.cause)?;
    let effect = logs::event(&judged, &args.effect)?;
    let (log, order) = (&judged.log, &judged.order);
    let (answer, basis) = (order.explain(log, cause, effect), order.basis().text());
    say::result(&format!("{}\norder: {basis}\n", report::visible(&answer)));
    Ok(Verdict::Valid)
}
