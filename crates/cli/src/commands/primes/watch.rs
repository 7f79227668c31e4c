//! The progress line of a search: share of the work, numbers a second, time left.

use indicatif::ProgressBar;
use parallel::Progress;
use timing::{Clock, Tick};

use crate::progress::{self, WHOLE};

/// A line on a terminal.
pub struct Watch<'a> {
    bar: ProgressBar,
    clock: &'a dyn Clock,
    begin: Tick,
    /// So many primes are the whole work.
    nth: Option<u64>,
    /// Primes that were there when it began.
    had: u64,
    /// Which of several searches this is, and of how many.
    turn: (u64, u64),
    /// What is searched just now, where there are several.
    what: String,
}

impl<'a> Watch<'a> {
    /// A line that begins now.
    pub fn new(nth: Option<u64>, had: u64, clock: &'a dyn Clock) -> Self {
        Self {
            bar: progress::share("primes"),
            clock,
            begin: clock.now(),
            nth,
            had,
            turn: (0, 1),
            what: String::new(),
        }
    }

    /// The next of several searches begins.
    pub fn next(&mut self, turn: (u64, u64), what: &str) {
        self.begin = self.clock.now();
        (self.turn, self.what) = (turn, format!("{what}: "));
    }

    /// Moves the line.
    pub fn on_progress(&self, progress: Progress) {
        if self.bar.is_hidden() {
            return;
        }
        let seconds = self.clock.now().nanos_since(self.begin) as f64 / 1e9;
        let share = match self.nth {
            Some(nth) => progress.primes as f64 / nth.saturating_sub(self.had).max(1) as f64,
            None => progress.share,
        };
        let (index, all) = (self.turn.0 as f64, self.turn.1 as f64);
        let whole = (index + share.clamp(0.0, 1.0)) / all * WHOLE as f64;
        self.bar.set_position(whole as u64);
        let message = message(progress, seconds, self.had);
        self.bar.set_message(format!("{}{message}", self.what));
    }

    /// Takes the line away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

fn message(progress: Progress, seconds: f64, had: u64) -> String {
    let primes = report::count(progress.primes.saturating_add(had));
    match seconds > 0.0 {
        false => format!("{primes} primes"),
        true => {
            let rate = report::count((progress.numbers as f64 / seconds) as u64);
            format!("{rate} numbers/s, {primes} primes")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_has_rate_and_primes() {
        let progress = Progress {
            share: 0.5,
            numbers: 3_000_000,
            primes: 1200,
        };
        assert_eq!(
            message(progress, 2.0, 34),
            "1\u{202f}500\u{202f}000 numbers/s, 1234 primes"
        );
        assert_eq!(message(progress, 0.0, 0), "1200 primes");
    }
}
