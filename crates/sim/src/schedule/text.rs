//! A schedule as text, a thing a line.
//!
//! ```text
//!   seed 17
//!   members 5
//!   link loss 0.1 duplicates 0.02 delay 100us..2ms turn 10us loops-back
//!   active 1.5s quiet 5s
//!   send 12.5ms 0 64                 when, which place, bytes
//!   cut 100ms..400ms 0,1>2           nothing from 0 and 1 arrives at 2
//!   pause 100ms..200ms 3
//!   crash 500ms 2                    crash 500ms..900ms 2: a new one begins at 900 ms
//!   leave 700ms 1
//!   join 300ms 5
//!   rate 0s..1s 4 20000              millionths by which the clock is fast
//!   jump 300ms 1 50ms
//! ```

use std::fmt;
use std::str::{FromStr, SplitWhitespace};
use std::time::Duration;

use super::{Fault, FaultKind, PLACES_MAX, Schedule, Sending};
use crate::{Link, instant};

/// Why a text is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the schedule, `{text}`, is {what}")]
pub struct ScheduleError {
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub text: String,
    /// What is wrong with it.
    pub what: &'static str,
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = instant::text;
        writeln!(
            f,
            "seed {}\nmembers {}\n{}",
            self.seed, self.members, self.link
        )?;
        writeln!(f, "active {} quiet {}", span(self.active), span(self.quiet))?;
        for Sending { at, place, bytes } in &self.sendings {
            writeln!(f, "send {} {place} {bytes}", span(*at))?;
        }
        self.faults
            .iter()
            .try_for_each(|fault| writeln!(f, "{fault}"))
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let turn = instant::text(self.turn);
        let loops_back = if self.loops_back { " loops-back" } else { "" };
        write!(
            f,
            "link loss {} duplicates {} delay {} turn {turn}{loops_back}",
            self.loss, self.duplicates, self.delay
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.kind {
            FaultKind::Cut(..) => "cut",
            FaultKind::Pause(_) => "pause",
            FaultKind::Crash(_) => "crash",
            FaultKind::Leave(_) => "leave",
            FaultKind::Join(_) => "join",
            FaultKind::Rate(..) => "rate",
            FaultKind::Jump(..) => "jump",
        };
        write!(f, "{name} {}", instant::text(self.at))?;
        if let Some(until) = self.until {
            write!(f, "..{}", instant::text(until))?;
        }
        match self.kind {
            FaultKind::Cut(from, to) => write!(f, " {from}>{to}"),
            FaultKind::Rate(place, fast_ppm) => write!(f, " {place} {fast_ppm}"),
            FaultKind::Jump(place, ahead) => write!(f, " {place} {}", instant::text(ahead)),
            FaultKind::Pause(place)
            | FaultKind::Crash(place)
            | FaultKind::Leave(place)
            | FaultKind::Join(place) => write!(f, " {place}"),
        }
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let mut schedule = Self {
            seed: 0,
            members: 0,
            link: Link::default(),
            sendings: Vec::new(),
            faults: Vec::new(),
            active: Duration::ZERO,
            quiet: Duration::ZERO,
        };
        for (text, line) in text.lines().zip(1..) {
            let error = |what| ScheduleError {
                line,
                text: text.chars().take(80).collect(),
                what,
            };
            let mut words = Words(text.split_whitespace());
            let Some(first) = words.0.next().filter(|word| !word.starts_with('#')) else {
                continue;
            };
            take_in(&mut schedule, first, &mut words).ok_or_else(|| error(NOT_READ))?;
            if words.0.next().is_some() {
                return Err(error("longer than such a line is"));
            }
        }
        match (1..=PLACES_MAX).contains(&schedule.members) {
            true => Ok(schedule),
            false => Err(ScheduleError {
                line: 1,
                text: format!("members {}", schedule.members),
                what: "no number of members from 1 to 64; write a line `members 5`",
            }),
        }
    }
}

fn take_in(schedule: &mut Schedule, first: &str, words: &mut Words<'_>) -> Option<()> {
    match first {
        "seed" => schedule.seed = words.number()?,
        "members" => schedule.members = words.number()?,
        "link" => schedule.link = link(words)?,
        "active" => {
            schedule.active = words.span()?;
            words.after("quiet")?;
            schedule.quiet = words.span()?;
        }
        "send" => {
            let (at, place) = (words.span()?, words.place()?);
            let bytes = words.number().filter(|bytes| *bytes <= BYTES_MAX)?;
            schedule.sendings.push(Sending { at, place, bytes });
        }
        _ => schedule.faults.push(fault(first, words)?),
    }
    Some(())
}

fn link(words: &mut Words<'_>) -> Option<Link> {
    let share = |share: f64| (0.0..=1.0).contains(&share).then_some(share);
    let mut link = Link::default();
    while let Some(word) = words.0.next() {
        match word {
            "loss" => link.loss = share(words.number()?)?,
            "duplicates" => link.duplicates = share(words.number()?)?,
            "delay" => link.delay = words.number()?,
            "turn" => link.turn = words.span()?,
            "loops-back" => link.loops_back = true,
            _ => return None,
        }
    }
    Some(link)
}

fn fault(name: &str, words: &mut Words<'_>) -> Option<Fault> {
    let (at, until) = match words.0.next()? {
        text if text.contains("..") => {
            let (at, until) = text.split_once("..")?;
            let (at, until) = (instant::read(at)?, instant::read(until)?);
            (at, Some(until).filter(|until| *until >= at)?.into())
        }
        text => (instant::read(text)?, None),
    };
    let kind = match name {
        "cut" => {
            let (from, to) = words.0.next()?.split_once('>')?;
            FaultKind::Cut(from.parse().ok()?, to.parse().ok()?)
        }
        "pause" => FaultKind::Pause(words.place()?),
        "crash" => FaultKind::Crash(words.place()?),
        "leave" => FaultKind::Leave(words.place()?),
        "join" => FaultKind::Join(words.place()?),
        "rate" => FaultKind::Rate(words.place()?, words.number()?),
        "jump" => FaultKind::Jump(words.place()?, words.span()?),
        _ => return None,
    };
    Some(Fault { at, until, kind })
}

struct Words<'a>(SplitWhitespace<'a>);

impl Words<'_> {
    fn number<T: FromStr>(&mut self) -> Option<T> {
        self.0.next()?.parse().ok()
    }

    fn place(&mut self) -> Option<usize> {
        self.number().filter(|place| *place < PLACES_MAX)
    }

    fn span(&mut self) -> Option<Duration> {
        instant::read(self.0.next()?)
    }

    fn after(&mut self, word: &str) -> Option<()> {
        (self.0.next()? == word).then_some(())
    }
}

/// The longest message that a schedule may send; groups may take less.
const BYTES_MAX: usize = 65_000;

const NOT_READ: &str = "nothing that a schedule says; `wharf sim group --help` shows one";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Knobs;

    #[test]
    fn a_schedule_is_read_back() {
        for seed in 0..200 {
            let schedule = Knobs::default().draw(seed);
            let text = schedule.to_string();
            assert_eq!(text.parse(), Ok(schedule), "{text}");
        }
    }

    #[track_caller]
    fn check(text: &str, is_read: bool) {
        let text = format!("members 2\n{text}");
        assert_eq!(text.parse::<Schedule>().is_ok(), is_read, "{text}");
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "",
            "# words",
            "crash 1s 3",
            "cut 1s..2s 0>all",
            "rate 0s..1s 1 -5",
            "jump 1s 1 5ms",
        ] {
            check(text, true);
        }
        for text in [
            "crash 1s",
            "crash 1s 64",
            "crash 2s..1s 1",
            "crash 1s 1 1",
            "explode 1s 1",
            "link loss 1.5",
            "link loss nan",
            "cut 1s 0",
            "send 1s 1 65001",
            "active 1s",
        ] {
            check(text, false);
        }
        let error = "seed 1\nseed x".parse::<Schedule>().unwrap_err();
        assert!(error.to_string().starts_with("line 2 "), "{error}");
        assert!("".parse::<Schedule>().is_err());
    }
}
