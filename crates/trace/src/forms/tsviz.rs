//! TSViz's form, which is GoVector's with a time in front: nanoseconds since the Unix epoch.
//!
//! ```text
//!   (?<timestamp>\d+) (?<host>\S*) (?<clock>{.*})\n(?<event>.*)
//!
//!   1763766000000000000 alice {"alice":1}
//!   said hello
//! ```
//!
//! TSViz draws an event at its time and wants causes to lie before their effects. What is written here is an event's wall
//! time where it has one that is later than those of all events that it depends on; otherwise the latest of theirs and
//! one nanosecond more. The wall time itself is among the fields at the end of the words, so that it is read back.

use std::fmt::Write as _;

use crate::by_pattern::{DELIMITER, TIME_FIRST};
use crate::number::{Numbered, write_file};
use crate::{Account, Form};

use super::govector::read_together;
use super::shiviz::Beginning;

/// TSViz's form.
pub static FORM: Form = Form {
    name: "tsviz",
    about: "TSViz: time in nanoseconds, host and vector clock, then words",
    recognises,
    read: |texts, options| read_together(texts, options, "tsviz", TIME_FIRST),
    write: Some(write),
};

fn recognises(beginning: &str) -> bool {
    Beginning::of(beginning) == Beginning::Time
}

fn write(accounts: &[Account<'_>]) -> String {
    write_file(TIME_FIRST, DELIMITER, accounts, |numbered, out| {
        let mut times = vec![Vec::new(); numbered.log().hosts.len()];
        for &event in numbered.sequence() {
            let time = time_of(numbered, event, &times);
            times[numbered.log().event(event).host.0 as usize].push(time);
            write!(out, "{time} ").expect("a string takes all");
            numbered.write_clock(event, 0, out);
            out.push('\n');
            numbered.write_words(event, out);
            out.push('\n');
        }
    })
}

/// `times` holds, of each host, the times of its events that are written already.
fn time_of(numbered: &Numbered<'_>, event: crate::EventId, times: &[Vec<u64>]) -> u64 {
    let own = numbered.log().event(event);
    let mut latest = None;
    numbered.each_entry(event, |host, count| {
        let times = &times[host.0 as usize];
        let before = count as usize - usize::from(host == own.host);
        let last = before.checked_sub(1).and_then(|last| times.get(last));
        latest = latest.max(last.copied());
    });
    let wall = own
        .stamps
        .wall_ns
        .map_or(0, |wall| u64::try_from(wall).unwrap_or(0));
    latest.map_or(wall.max(1), |latest: u64| wall.max(latest + 1))
}
