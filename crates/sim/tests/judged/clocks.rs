//! Clocks that are wrong: no promise rests on time.

use std::time::Duration;

use group::Level;
use sim::{Fault, FaultKind, Knobs, Schedule};

use crate::check_kept;

/// Clocks run at half and at double speed, and jump by up to seconds, while everything else goes wrong that can.
fn wrong_clocks(schedule: &mut Schedule) {
    for place in 0..schedule.places() {
        let fast_ppm = [-500_000, 1_000_000, 300_000, 0][(place + schedule.seed as usize) % 4];
        schedule.faults.push(Fault {
            at: Duration::ZERO,
            until: None,
            kind: FaultKind::Rate(place, fast_ppm),
        });
        for jump in 1..5 {
            let ahead = Duration::from_millis(100 << place);
            schedule.faults.push(Fault {
                at: Duration::from_millis(250 * jump + schedule.seed),
                until: None,
                kind: FaultKind::Jump(place, ahead),
            });
        }
    }
    schedule.faults.sort_by_key(|fault| fault.at);
}

#[test]
fn every_order_keeps_its_promises_whatever_clocks_show() {
    check_kept(Level::Agreed, &Knobs::default(), wrong_clocks);
}

#[test]
fn every_order_keeps_its_promises_whatever_clocks_show_when_only_safe_messages_are_delivered() {
    check_kept(Level::Safe, &Knobs::default(), wrong_clocks);
}
