//! The limit of every method that divides: what the processor's divider does in a second.

use history::Divider;
use timing::Clock;

use std::{fs, hint::black_box};

use super::quest::Quest;

/// Measures it, for numbers as great as the search's; None where the method does not divide.
pub fn limit(quest: &Quest, clock: &dyn Clock) -> Option<Divider> {
    if quest.method.step != "divisions" {
        return None;
    }
    let bits = match u32::try_from(quest.range.last()) {
        Ok(_) => 32,
        Err(_) => 64,
    };
    let times = (0..TRIES).map(|_| {
        let begin = clock.now();
        black_box(divide(bits, DIVISIONS));
        clock.now().nanos_since(begin).max(1)
    });
    let best_ns = times.min().unwrap_or(1);
    let divisions_per_s = DIVISIONS as f64 * 1e9 / best_ns as f64;
    Some(Divider {
        bits,
        divisions_per_s,
        cycles: cycles_per_s().map(|cycles| cycles / divisions_per_s),
        share: None,
    })
}

/// So many divisions, none of which waits for another.
fn divide(bits: u32, count: u64) -> u64 {
    let mut sum = 0_u64;
    match bits {
        32 => {
            let number = black_box(0xffff_fffb_u32);
            for divisor in 0..count as u32 {
                sum = sum.wrapping_add(u64::from(number / (divisor | 1)));
            }
        }
        _ => {
            let number = black_box(0xffff_ffff_ffff_ffc5_u64);
            for divisor in 0..count {
                sum = sum.wrapping_add(number / (divisor | 1));
            }
        }
    }
    sum
}

/// Of the quickest processor just now, as the kernel tells it.
fn cycles_per_s() -> Option<f64> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let speeds = text.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let mhz = value.trim().parse::<f64>().ok()?;
        (name.trim() == "cpu MHz").then_some(mhz * 1e6)
    });
    speeds.max_by(f64::total_cmp).filter(|speed| *speed > 0.0)
}

/// Some 20 ms each.
const DIVISIONS: u64 = 10_000_000;
const TRIES: u32 = 5;
