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
//!   meddle 0s..1s replayed 50000     for each datagram 50,000 millionths of one that was overheard before
//! ```

use std::fmt;
use std::str::{FromStr, SplitWhitespace};
use std::time::Duration;

use super::{Fault, FaultKind, Meddling, PLACES_MAX, Places, Schedule, Sending};
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
            FaultKind::Meddle(..) => "meddle",
        };
        write!(f, "{name} {}", instant::text(self.at))?;
        if let Some(until) = self.until {
            write!(f, "..{}", instant::text(until))?;
        }
        match self.kind {
            FaultKind::Cut(from, to) => write!(f, " {from}>{to}"),
            FaultKind::Rate(place, fast_ppm) => write!(f, " {place} {fast_ppm}"),
            FaultKind::Jump(place, ahead) => write!(f, " {place} {}", instant::text(ahead)),
            FaultKind::Meddle(meddling, share_ppm) => write!(f, " {} {share_ppm}", meddling.name()),
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
        // Of each message, and of each fault, the line.
        let mut lines = [Vec::new(), Vec::new()];
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
            lines[0].resize(schedule.sendings.len(), line);
            lines[1].resize(schedule.faults.len(), line);
        }
        if let Some(line) = about_nobody(&schedule, &lines) {
            return Err(ScheduleError {
                line,
                text: text.lines().nth(line - 1).unwrap_or_default().to_owned(),
                what: NOBODY,
            });
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

/// The first line that is about a place in which there is never a host.
fn about_nobody(schedule: &Schedule, [sendings, faults]: &[Vec<usize>; 2]) -> Option<usize> {
    let is_there = |place: usize| schedule.begins(place);
    let of_sendings = schedule.sendings.iter().zip(sendings);
    let of_sendings = of_sendings.filter(|(sending, _)| !is_there(sending.place));
    let of_faults = schedule.faults.iter().zip(faults);
    let of_faults = of_faults.filter(|(fault, _)| match fault.kind {
        FaultKind::Cut(from, to) => {
            let mut named = [from, to]
                .into_iter()
                .filter(|places| *places != Places::ALL);
            named.any(|places| places.iter().any(|place| !is_there(place)))
        }
        kind => kind.place().is_some_and(|place| !is_there(place)),
    });
    let of_sendings = of_sendings.map(|(_, line)| *line);
    of_sendings.chain(of_faults.map(|(_, line)| *line)).min()
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
        "meddle" => {
            let name = words.0.next()?;
            let meddling = Meddling::ALL.into_iter().find(|one| one.name() == name)?;
            FaultKind::Meddle(meddling, words.number().filter(|ppm| *ppm <= MEDDLING_MAX)?)
        }
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

/// The most that is sent as well, in millionths: eight for each.
const MEDDLING_MAX: u32 = 8_000_000;

const NOBODY: &str = "about a member that there never is: they are counted from 0, and `join 300ms 5` brings number 5";

const NOT_READ: &str = "nothing that a schedule says; `wharf sim group --help` shows one";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Knobs;

    #[test]
    fn a_schedule_is_read_back() {
        let knobs = Knobs {
            meddlers: [1; 4],
            ..Knobs::default()
        };
        for seed in 0..200 {
            let schedule = knobs.draw(seed);
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
            "crash 1s..2s 3",
            "join 1s 3\ncrash 2s 3\nsend 2s 3 1",
            "cut 1s..2s 0>all",
            "rate 0s..1s 1 -5",
            "jump 1s 1 5ms",
            "meddle 1s..2s forged 8000000",
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
            "meddle 1s forged 8000001",
            "meddle 1s nicely 1",
            "crash 1s 3",
            "send 1s 9 0",
            "cut 1s 0>2",
        ] {
            check(text, false);
        }
        let error = "seed 1\nseed x".parse::<Schedule>().unwrap_err();
        assert!(error.to_string().starts_with("line 2 "), "{error}");
        assert!("".parse::<Schedule>().is_err());
    }
}
