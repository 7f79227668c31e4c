//! Which packets of the old view count: those that the members who promised have between them.

use crate::frame::Holding;

/// Of each rank, the packets that any of these members has: where a sender's packets are handed over in ascending order, those
/// before the first that nobody has; otherwise all.
///
/// Each list has a holding of each of the `size` ranks.
pub(super) fn cut_of(promised: &[&[Holding]], size: usize, is_fifo: bool) -> Vec<Holding> {
    let mut words_left = WORDS_MAX;
    let of = |rank: usize| -> Vec<&Holding> { promised.iter().map(|list| &list[rank]).collect() };
    (0..size)
        .map(|rank| {
            let through = through(&of(rank));
            let beyond = match is_fifo {
                true => Vec::new(),
                false => beyond(&of(rank), through, words_left.min(WORDS_RANK_MAX)),
            };
            words_left -= beyond.len();
            Holding { through, beyond }
        })
        .collect()
}

/// Whether that packet is among them.
pub(super) fn has(holding: &Holding, sequence: u64) -> bool {
    if sequence <= holding.through {
        return true;
    }
    let Some(bit) = sequence.checked_sub(holding.through.saturating_add(2)) else {
        return false;
    };
    usize::try_from(bit / 64)
        .ok()
        .and_then(|word| holding.beyond.get(word))
        .is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

/// The last packet before the first that none of them has.
fn through(holdings: &[&Holding]) -> u64 {
    let mut through = holdings.iter().map(|one| one.through).max().unwrap_or(0);
    while through < u64::MAX && holdings.iter().any(|one| has(one, through + 1)) {
        through += 1;
    }
    through
}

/// The bits of what they have behind `through + 1`, which none of them has.
fn beyond(holdings: &[&Holding], through: u64, words_max: usize) -> Vec<u64> {
    let mut words = vec![0u64; words_max];
    for holding in holdings {
        for (at, word) in holding.beyond.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                let bit = 64 * at as u64 + u64::from(left.trailing_zeros());
                left &= left - 1;
                let sequence = holding.through.saturating_add(2).saturating_add(bit);
                let Some(place) = sequence.checked_sub(through.saturating_add(2)) else {
                    continue;
                };
                if let Some(word) = words.get_mut((place / 64) as usize) {
                    *word |= 1 << (place % 64);
                }
            }
        }
    }
    let used = words.iter().rposition(|word| *word != 0);
    words.truncate(used.map_or(0, |last| last + 1));
    words
}

/// What a frame has room for, of a rank and of all: leader and members must mean the same by a cut.
const WORDS_RANK_MAX: usize = 128;
const WORDS_MAX: usize = 3072;

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(through: u64, others: &[u64]) -> Holding {
        let mut beyond = Vec::new();
        for sequence in others {
            let bit = (sequence - through - 2) as usize;
            beyond.resize(beyond.len().max(bit / 64 + 1), 0);
            beyond[bit / 64] |= 1 << (bit % 64);
        }
        Holding { through, beyond }
    }

    #[track_caller]
    fn check(holdings: &[Holding], is_fifo: bool, expected: Holding) {
        let lists: Vec<&[Holding]> = holdings.iter().map(std::slice::from_ref).collect();
        assert_eq!(cut_of(&lists, 1, is_fifo), [expected]);
    }

    #[test]
    fn what_one_lacks_another_has() {
        check(
            &[holding(3, &[6, 80]), holding(4, &[]), holding(2, &[5])],
            true,
            holding(6, &[]),
        );
    }

    #[test]
    fn what_nobody_has_ends_a_fifo_cut_and_is_a_hole_in_another() {
        let all = [holding(3, &[5, 200]), holding(1, &[3, 7])];
        check(&all, true, holding(3, &[]));
        check(&all, false, holding(3, &[5, 7, 200]));
    }

    #[test]
    fn who_has_nothing_takes_nothing_away() {
        check(&[holding(0, &[]), holding(9, &[])], true, holding(9, &[]));
        check(&[holding(0, &[2])], true, holding(0, &[]));
        check(&[holding(0, &[2])], false, holding(0, &[2]));
    }

    #[test]
    fn a_cut_is_never_longer_than_a_frame_can_say() {
        let made_up = Holding {
            through: u64::MAX - 3,
            beyond: vec![u64::MAX; 200],
        };
        let cut = cut_of(&[&[made_up.clone()], &[holding(0, &[2])]], 1, false);
        assert!(cut[0].beyond.len() <= WORDS_RANK_MAX);
        assert!(!has(&holding(0, &[]), u64::MAX));
    }
}
