//! How late packets come by themselves, and how long answers take, going by those so far.

use std::time::Duration;

/// What is known of one sender's packets, or of all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Habits {
    late: Late,
    answer: Answer,
}

/// How long after others have shown that it was sent a packet comes by itself: nearly the longest of late, in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Late {
    most_ns: u64,
    count: u8,
}

/// How long after it was asked for a packet comes, in nanoseconds: mean and mean deviation, each moved by an eighth of the difference
/// (Jacobson 1988).
#[derive(Clone, Copy, Debug, Default)]
struct Answer {
    mean_ns: u64,
    deviation_ns: u64,
    count: u8,
}

impl Habits {
    /// A packet that was missed came by itself, so much later.
    pub(super) fn was_late(&mut self, time: Duration) {
        let (most, time) = (self.late.most_ns, nanos(time.min(LATE_MAX)));
        self.late.most_ns = match time > most {
            true => time,
            false => most - (most - time) / 64,
        };
        self.late.count = self.late.count.saturating_add(1);
    }

    /// A packet that was missed was lost: it was waited for in vain.
    pub(super) fn was_lost(&mut self) {
        self.late.most_ns -= self.late.most_ns.div_ceil(8);
        self.late.count = self.late.count.saturating_add(1);
    }

    /// An answer took so long.
    pub(super) fn was_answered(&mut self, time: Duration) {
        let (one, time) = (&mut self.answer, nanos(time));
        if one.count == 0 {
            (one.mean_ns, one.deviation_ns) = (time, time / 4);
        } else {
            let apart = one.mean_ns.abs_diff(time);
            one.mean_ns = moved(one.mean_ns, time);
            one.deviation_ns = moved(one.deviation_ns, apart);
        }
        one.count = one.count.saturating_add(1);
    }

    /// How long a packet may be waited for before it is asked for; what is known of all counts while little is known of this one.
    pub(super) fn late(&self, all: &Self) -> Duration {
        let most = match self.late.count >= KNOWN {
            true => self.late.most_ns,
            false => self.late.most_ns.max(all.late.most_ns),
        };
        // One loss makes it an eighth less, and is not to have all the others asked for that are late.
        Duration::from_nanos(most + most / 8).min(LATE_MAX)
    }

    /// How long an answer hardly takes; nothing where none was seen.
    pub(super) fn answer(&self, all: &Self) -> Option<Duration> {
        let one = match self.answer.count {
            0 => all.answer,
            _ => self.answer,
        };
        let most = one.deviation_ns.saturating_mul(2);
        (one.count > 0).then(|| Duration::from_nanos(most.saturating_add(one.mean_ns)))
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn moved(from: u64, towards: u64) -> u64 {
    let sum = u128::from(from) * 7 + u128::from(towards);
    u64::try_from(sum / 8).unwrap_or(u64::MAX)
}

/// Later than this is as bad as this: a single packet is not to keep all others waiting for long.
const LATE_MAX: Duration = Duration::from_millis(20);
/// How many missing packets of a sender say enough about it.
const KNOWN: u8 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Habits = Habits {
        late: Late {
            most_ns: 0,
            count: 0,
        },
        answer: Answer {
            mean_ns: 0,
            deviation_ns: 0,
            count: 0,
        },
    };

    #[test]
    fn the_longest_of_late_is_waited_for_and_forgotten_where_packets_are_lost() {
        let mut habits = NOTHING;
        assert_eq!(habits.late(&NOTHING), Duration::ZERO);
        for millis in [1, 5, 2] {
            habits.was_late(Duration::from_millis(millis));
        }
        let late = habits.late(&NOTHING).as_micros();
        assert!((5_500..=5_625).contains(&late), "{late}");
        habits.was_late(Duration::MAX);
        assert_eq!(habits.late(&NOTHING), LATE_MAX);
        for _ in 0..200 {
            habits.was_lost();
        }
        assert_eq!(habits.late(&NOTHING), Duration::ZERO);
    }

    #[test]
    fn others_say_what_is_to_be_expected_of_one_that_is_new() {
        let (mut one, mut all) = (NOTHING, NOTHING);
        all.was_late(Duration::from_millis(3));
        all.was_answered(Duration::from_millis(4));
        assert_eq!(one.late(&all), Duration::from_micros(3375));
        assert_eq!(one.answer(&all), Some(Duration::from_millis(6)));
        for _ in 0..KNOWN {
            one.was_lost();
        }
        one.was_answered(Duration::from_millis(1));
        assert_eq!(one.late(&all), Duration::ZERO);
        assert_eq!(one.answer(&all), Some(Duration::from_micros(1500)));
        assert_eq!(NOTHING.answer(&NOTHING), None);
    }

    #[test]
    fn answers_that_always_take_the_same_are_expected_then() {
        let mut habits = NOTHING;
        for _ in 0..100 {
            habits.was_answered(Duration::from_millis(5));
        }
        let most = habits.answer(&NOTHING).expect("some were seen").as_micros();
        assert!((5_000..5_100).contains(&most), "{most}");
        for _ in 0..3 {
            habits.was_answered(Duration::MAX);
        }
        assert!(habits.answer(&NOTHING) > Some(Duration::from_secs(1)));
    }
}
