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

fn drawn(total: Option<u64>, what: &str, template: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(10));
    bar.set_style(ProgressStyle::with_template(template).expect("the template is well formed"));
    bar.set_prefix(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
