//! Which packets of the old view count: those that the members who promised have between them.

use crate::frame::Holding;

/// Of each rank, the packets that any of these members has: where a sender's packets are handed over in ascending order, those
/// before the first that nobody has; otherwise all, as far as a frame has room for them: leader and members must mean the
/// same by a cut.
///
/// Each list has a holding of each of the `size` ranks.
pub(super) fn cut_of(promised: &[&[Holding]], size: usize, is_fifo: bool) -> Vec<Holding> {
    let of = |rank: usize| -> Vec<&Holding> { promised.iter().map(|list| &list[rank]).collect() };
    let mut cut: Vec<Holding> = (0..size)
        .map(|rank| {
            let through = through(&of(rank));
            let beyond = match is_fifo {
                true => Vec::new(),
                false => beyond(&of(rank), through),
            };
            Holding { through, beyond }
        })
        .collect();
    Holding::fit(&mut cut);
    cut
}

/// The last packet before the first that none of them has.
fn through(holdings: &[&Holding]) -> u64 {
    let mut through = holdings.iter().map(|one| one.through).max().unwrap_or(0);
    while through < u64::MAX && holdings.iter().any(|one| one.has(through + 1)) {
        through += 1;
    }
    through
}

/// The bits of what they have behind `through + 1`, which none of them has.
fn beyond(holdings: &[&Holding], through: u64) -> Vec<u64> {
    let mut words = Vec::new();
    for holding in holdings {
        for (at, word) in holding.beyond.iter().enumerate() {
            for bit in (0..64).filter(|bit| word >> bit & 1 == 1) {
                let sequence = holding.through + 2 + 64 * at as u64 + bit;
                let Some(place) = sequence.checked_sub(through + 2) else {
                    continue;
                };
                let word = (place / 64) as usize;
                words.resize(words.len().max(word + 1), 0);
                words[word] |= 1 << (place % 64);
            }
        }
    }
    words
}

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
        let much = Holding {
            through: 3,
            beyond: vec![u64::MAX; 200],
        };
        let mut fitting = vec![much.clone()];
        Holding::fit(&mut fitting);
        check(&[much], false, fitting.remove(0));
    }
}
