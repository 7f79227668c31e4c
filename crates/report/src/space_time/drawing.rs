//! What is to be drawn.

use history::Finding;
use trace::{EventId, Log, MessageId};
use verdict::{GroupJudgement, Order};

use super::Listed;

/// A log to draw, and what a reader should know of it.
#[derive(Clone, Copy, Debug)]
pub struct Drawing<'a> {
    /// What happened.
    pub log: &'a Log,
    /// Happened-before, rebuilt from `log`.
    pub order: &'a Order,
    /// What the page is called.
    pub title: &'a str,
    /// The command that made it, for the page's foot; empty where there is none.
    pub command: &'a str,
    /// What was found, in any order.
    pub findings: &'a [Witnessed],
    /// The promises of a group that it broke, each with a picture of its own.
    pub broken: &'a [&'a GroupJudgement],
    /// The names of its texts, by their places; empty where they are not known.
    pub files: &'a [String],
    /// All executions of the log, for a page that leads to the others; empty where this is the only one.
    pub executions: &'a [Listed],
    /// Whether the log has all that its hosts did, so that what ends in it has ended.
    pub is_whole: bool,
    /// Events of the log that did not happen, and should have.
    pub missing: &'a [EventId],
    /// Sends of the log that are received where it is not drawn.
    pub received: &'a [EventId],
    /// Messages that are told from each other and from all others.
    pub told_apart: &'a [MessageId],
    /// The event that is chosen at first, and about which a window lies when not all is drawn.
    pub around: Option<EventId>,
    /// At most so many events are drawn; what is left out is said on the page.
    pub most: usize,
}

impl<'a> Drawing<'a> {
    /// A drawing of as much as a browser bears, without findings.
    pub fn new(log: &'a Log, order: &'a Order, title: &'a str) -> Self {
        Self {
            log,
            order,
            title,
            command: "",
            findings: &[],
            broken: &[],
            files: &[],
            executions: &[],
            is_whole: true,
            missing: &[],
            received: &[],
            told_apart: &[],
            around: None,
            most: Self::MOST,
        }
    }

    /// So many events are drawn unless it is said otherwise: a page of about 2 MB, of which every move
    /// is still answered at once.
    pub const MOST: usize = 20_000;
}

/// A finding, and where it can be seen.
#[derive(Clone, Debug)]
pub struct Witnessed {
    /// The finding.
    pub finding: Finding,
    /// The two events that prove it, if there are such.
    pub pair: Option<(EventId, EventId)>,
    /// Whether it says that a clock kept its promise.
    pub is_kept: bool,
}

impl From<Finding> for Witnessed {
    fn from(finding: Finding) -> Self {
        Self {
            finding,
            pair: None,
            is_kept: false,
        }
    }
}
