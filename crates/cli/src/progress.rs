//! A line that shows how far a run is: on a terminal only.

use std::{io::IsTerminal as _, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A progress line on standard error; nothing when that is no terminal.
pub fn line(total: u64, what: &str) -> ProgressBar {
    drawn(
        Some(total),
        what,
        "{prefix} {bar:30} {pos}/{len} {elapsed} (left {eta}) {msg}",
    )
}

/// The same where nobody knows how many there will be.
pub fn count(what: &str) -> ProgressBar {
    drawn(None, what, "{prefix} {pos} {elapsed} {msg}")
}

/// The same for work that is measured by its share, in [`WHOLE`] parts. It moves only when it is told
/// to: a thread that moved it would be one thread too many in a process that is about to fork.
pub fn share(what: &str) -> ProgressBar {
    still(
        Some(WHOLE),
        what,
        "{prefix} {bar:30} {percent} % {elapsed} (left {eta}) {msg}",
    )
}

/// All parts of a work.
pub const WHOLE: u64 = 1_000_000;

fn drawn(total: Option<u64>, what: &str, template: &str) -> ProgressBar {
    let bar = still(total, what, template);
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    bar
}

fn still(total: Option<u64>, what: &str, template: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(10));
    bar.set_style(ProgressStyle::with_template(template).expect("the template is well formed"));
    bar.set_prefix(what.to_owned());
    bar
}
