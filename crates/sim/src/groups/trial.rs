//! A trial: a group's settings, and what happens to it. As text, the settings stand before the schedule.
//!
//! ```text
//!   order total-lamport
//!   deliver safe
//!   partitions partitionable
//!   break causal-no-wait
//!   # 0 alice, 1 bob, 2 carol
//!   seed 17
//!   …
//! ```

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use group::{BROKEN, Level, ORDERS, Partitions, Quorum, Reliability, Settings, Slow};

use super::names::name_of;
use crate::schedule::ScheduleError;
use crate::{Schedule, instant};

/// A group's settings, and what happens to it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What the group promises.
    pub settings: Settings,
    /// What happens to it.
    pub schedule: Schedule,
}

/// Why a text is no trial.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrialError {
    /// A line of the settings.
    #[error("line {line}, `{text}`, is no setting of a group; `wharf sim group --help` lists them")]
    Setting {
        /// The line, from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// No order.
    #[error("no line says the order; write `order fifo`, or another that `wharf list` has")]
    Order,
    /// The rest.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        writeln!(f, "order {}", settings.order.name)?;
        if settings.level == Level::Safe {
            writeln!(f, "deliver safe")?;
        }
        if settings.reliability == Reliability::None {
            writeln!(f, "reliability none")?;
        }
        if settings.partitions == Partitions::Partitionable {
            writeln!(f, "partitions partitionable")?;
        }
        if let Quorum::Of(number) = settings.quorum {
            writeln!(f, "quorum {number}")?;
        }
        match settings.slow {
            Slow::Block => {}
            Slow::Shed => writeln!(f, "slow shed")?,
            Slow::Expel => writeln!(f, "slow expel")?,
        }
        let usual = Settings::new(settings.order);
        for (key, number) in numbers(settings) {
            if numbers(&usual).iter().all(|usual| *usual != (key, number)) {
                writeln!(f, "{key} {number}")?;
            }
        }
        for (key, span) in spans(settings) {
            if spans(&usual).iter().all(|usual| *usual != (key, span)) {
                writeln!(f, "{key} {}", instant::text(span))?;
            }
        }
        if let Some(broken) = settings.broken {
            writeln!(f, "break {}", broken.name)?;
        }
        let names = (0..self.schedule.places()).map(|place| format!("{place} {}", name_of(place)));
        writeln!(f, "# {}", names.collect::<Vec<_>>().join(", "))?;
        self.schedule.fmt(f)
    }
}

impl FromStr for Trial {
    type Err = TrialError;

    fn from_str(text: &str) -> Result<Self, TrialError> {
        let mut lines = text.lines().zip(1..);
        let order = lines.find(|(text, _)| text.split_whitespace().next() == Some("order"));
        let (said, line) = order.ok_or(TrialError::Order)?;
        let name = said
            .trim()
            .split_once(' ')
            .map_or("", |(_, name)| name.trim());
        let order = ORDERS.iter().find(|order| order.name == name);
        let mut settings = Settings::new(order.ok_or_else(|| TrialError::Setting {
            line,
            text: said.chars().take(80).collect(),
        })?);
        let mut rest = String::with_capacity(text.len());
        for (text, line) in text.lines().zip(1..) {
            match text.trim().split_once(' ') {
                Some((key, value)) if KEYS.contains(&key) => {
                    set(&mut settings, key, value.trim()).ok_or_else(|| TrialError::Setting {
                        line,
                        text: text.chars().take(80).collect(),
                    })?;
                }
                _ => rest.push_str(text),
            }
            rest.push('\n');
        }
        Ok(Self {
            settings,
            schedule: rest.parse()?,
        })
    }
}

fn set(settings: &mut Settings, key: &str, value: &str) -> Option<()> {
    match (key, value) {
        ("order", name) => settings.order = ORDERS.iter().find(|order| order.name == name)?,
        ("deliver", "agreed") => settings.level = Level::Agreed,
        ("deliver", "safe") => settings.level = Level::Safe,
        ("reliability", "nak") => settings.reliability = Reliability::Nak,
        ("reliability", "none") => settings.reliability = Reliability::None,
        ("partitions", "primary") => settings.partitions = Partitions::Primary,
        ("partitions", "partitionable") => settings.partitions = Partitions::Partitionable,
        ("quorum", number) => settings.quorum = Quorum::Of(number.parse().ok()?),
        ("slow", "block") => settings.slow = Slow::Block,
        ("slow", "shed") => settings.slow = Slow::Shed,
        ("slow", "expel") => settings.slow = Slow::Expel,
        ("window", number) => settings.window_packets = number.parse().ok()?,
        ("datagram", number) => settings.datagram_bytes = number.parse().ok()?,
        ("queue", number) => settings.queue_bytes = number.parse().ok()?,
        ("heartbeat", span) => settings.heartbeat = instant::read(span)?,
        ("suspect-after", span) => settings.suspect_after = instant::read(span)?,
        ("nak-delay", span) => settings.nak_delay = instant::read(span)?,
        ("found-after", span) => settings.found_after = instant::read(span)?,
        ("break", name) => {
            settings.broken = Some(BROKEN.iter().find(|broken| broken.name == name)?);
        }
        _ => return None,
    }
    Some(())
}

fn numbers(settings: &Settings) -> [(&'static str, usize); 3] {
    [
        ("window", settings.window_packets),
        ("datagram", settings.datagram_bytes),
        ("queue", settings.queue_bytes),
    ]
}

fn spans(settings: &Settings) -> [(&'static str, Duration); 4] {
    [
        ("heartbeat", settings.heartbeat),
        ("suspect-after", settings.suspect_after),
        ("nak-delay", settings.nak_delay),
        ("found-after", settings.found_after),
    ]
}

const KEYS: [&str; 14] = [
    "order",
    "deliver",
    "reliability",
    "partitions",
    "quorum",
    "slow",
    "window",
    "datagram",
    "queue",
    "heartbeat",
    "suspect-after",
    "nak-delay",
    "found-after",
    "break",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Knobs;

    #[test]
    fn a_trial_is_read_back() {
        for order in ORDERS {
            let mut settings = Settings::new(order);
            settings.level = Level::Safe;
            settings.partitions = Partitions::Partitionable;
            settings.quorum = Quorum::Of(3);
            settings.slow = Slow::Expel;
            settings.window_packets = 16;
            settings.heartbeat = Duration::from_millis(20);
            settings.broken = BROKEN.first();
            let trial = Trial {
                settings,
                schedule: Knobs::default().draw(1),
            };
            let text = trial.to_string();
            let again: Trial = text.parse().expect("it was printed");
            assert_eq!(again.to_string(), text);
            assert_eq!(again.schedule, trial.schedule);
        }
    }

    #[test]
    fn what_is_no_trial_is_refused() {
        let read = |text: &str| text.parse::<Trial>().map(|_| ()).unwrap_err();
        assert_eq!(read("members 2"), TrialError::Order);
        let error = read("order causal fifo\nmembers 2").to_string();
        assert!(error.starts_with("line 1, `order causal fifo`"), "{error}");
        let error = read("order fifo\ndeliver late\nmembers 2").to_string();
        assert!(error.starts_with("line 2, `deliver late`"), "{error}");
        assert!(matches!(
            read("order fifo\nmembers x"),
            TrialError::Schedule(_)
        ));
    }
}
