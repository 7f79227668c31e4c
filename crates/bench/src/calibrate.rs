//! How many steps of `work` take as long as a task, on this machine.

use std::time::Duration;

use machine::{Input, Outbox, Output, PrivateWords};
use services::{Dialect, ServiceEntry};
use timing::Clock;

/// Has the service's own session hand out a calculation, does it, and scales its steps to `task`. The
/// fastest of a few tries counts: what else the machine does can only make one slower.
pub(crate) fn steps_of(
    service: &ServiceEntry,
    dialect: &Dialect,
    task: Duration,
    clock: &dyn Clock,
) -> u64 {
    let timed = |_| {
        let began = clock.now();
        let is_done = calculate(service, dialect, clock);
        is_done.then(|| clock.now().nanos_since(began).max(1))
    };
    let fastest = (0..TRIES).filter_map(timed).min();
    let per_step = fastest.map_or(1.0, |nanos| nanos as f64 / STEPS as f64);
    ((task.as_nanos() as f64 / per_step) as u64).max(1)
}

fn calculate(service: &ServiceEntry, dialect: &Dialect, clock: &dyn Clock) -> bool {
    let service = service.service(dialect);
    let words = PrivateWords::new(service.shared_words());
    let mut session = service.session(&words);
    let mut out = Outbox::new();
    session.handle(clock.now(), Input::Start, &mut out);
    let request = format!("0 {STEPS}\n");
    session.handle(clock.now(), Input::Received(request.as_bytes()), &mut out);
    let work = out.outputs().iter().find_map(|output| match output {
        Output::Work(work) => Some(work.clone()),
        _ => None,
    });
    work.is_some_and(|work| !work.run().is_empty())
}

/// Some milliseconds: long against reading the clock, short against a time slice.
const STEPS: u64 = 2_000_000;
const TRIES: u32 = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::WORK;

    #[test]
    fn a_service_hands_out_its_calculation_and_a_clock_that_stands_gives_a_step_a_nanosecond() {
        let service = services::by_name(WORK).expect("listed");
        let dialect = (service.dialect)();
        let clock = timing::ManualClock::new();
        assert!(calculate(service, &dialect, &clock));
        let steps = steps_of(service, &dialect, Duration::from_millis(2), &clock);
        // The least time that a clock can tell for all steps is a nanosecond.
        assert_eq!(steps, 2_000_000 * STEPS);
    }
}
