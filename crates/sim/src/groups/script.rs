//! A schedule's things to do, by their times.

use timing::Tick;

use crate::{FaultKind, Schedule};

/// Something to do in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A message is to be sent.
    Send(usize),
    /// A fault begins.
    Begin(usize),
    /// A fault is over.
    End(usize),
    /// Nothing is sent and nothing goes wrong any more; look whether all is well.
    Look,
    /// The quiet time is over.
    Stop,
}

/// All of it: at the same time in the order of this list.
pub(super) fn of(schedule: &Schedule) -> Vec<(Tick, Step)> {
    let tick = |span| Tick::ZERO + span;
    let active = schedule.active;
    let mut steps = Vec::new();
    for (at, fault) in schedule.faults.iter().enumerate() {
        steps.push((tick(fault.at.min(active)), Step::Begin(at)));
        let end = match fault.kind {
            FaultKind::Cut(..)
            | FaultKind::Pause(_)
            | FaultKind::Rate(..)
            | FaultKind::Meddle(..) => Some(fault.until.unwrap_or(active).min(active)),
            FaultKind::Crash(_) | FaultKind::Leave(_) => fault.until.map(|until| until.min(active)),
            FaultKind::Join(_) | FaultKind::Jump(..) => None,
        };
        steps.extend(end.map(|end| (tick(end), Step::End(at))));
    }
    let sendings = schedule.sendings.iter().enumerate();
    steps.extend(sendings.map(|(at, sending)| (tick(sending.at.min(active)), Step::Send(at))));
    steps.push((tick(active), Step::Look));
    steps.push((tick(active + schedule.quiet), Step::Stop));
    steps
}
