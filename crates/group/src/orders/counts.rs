//! Stamps that say of some ranks how many more of their packets: a rank in 1 byte and the count in LEB128, again and again, the ranks
//! in ascending order.

use std::ops::Range;

use causality::varint;

use super::BadStamp;

/// Appends a rank and a count.
pub(super) fn write(rank: usize, more: u64, out: &mut Vec<u8>) {
    out.push(u8::try_from(rank).expect("a view has at most 64 ranks"));
    varint::write(more, out);
}

/// Whether all of it could have been written: about those ranks, and 1 to so many packets of each.
pub(super) fn check(mut stamp: &[u8], mut ranks: Range<usize>, most: u64) -> Result<(), BadStamp> {
    while let Some((rank, more)) = take(&mut stamp)? {
        if !ranks.contains(&rank) || !(1..=most).contains(&more) {
            return Err(BadStamp);
        }
        ranks.start = rank + 1;
    }
    Ok(())
}

/// The ranks and counts of a stamp that was checked.
pub(super) fn read(mut stamp: &[u8]) -> impl Iterator<Item = (usize, u64)> {
    std::iter::from_fn(move || take(&mut stamp).ok().flatten())
}

fn take(stamp: &mut &[u8]) -> Result<Option<(usize, u64)>, BadStamp> {
    let Some((rank, rest)) = stamp.split_first() else {
        return Ok(None);
    };
    *stamp = rest;
    let more = varint::read(stamp).map_err(|_| BadStamp)?;
    Ok(Some((usize::from(*rank), more)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let entries = [(1, 3), (2, 300), (63, 1)];
        let mut stamp = Vec::new();
        for (rank, more) in entries {
            write(rank, more, &mut stamp);
        }
        assert_eq!(check(&stamp, 1..64, 300), Ok(()));
        assert!(read(&stamp).eq(entries));
    }

    #[track_caller]
    fn refused(stamp: &[u8]) {
        assert_eq!(check(stamp, 1..3, 200), Err(BadStamp), "{stamp:?}");
    }

    #[test]
    fn what_nobody_writes_is_refused() {
        refused(&[0, 1]);
        refused(&[3, 1]);
        refused(&[1, 0]);
        refused(&[1, 0xc9, 1]);
        refused(&[2, 1, 1, 1]);
        refused(&[1, 1, 1, 1]);
        refused(&[1]);
        refused(&[1, 0x80]);
        refused(&[1, 0x81, 0]);
        assert_eq!(check(&[1, 1, 2, 0xc8, 1], 1..3, 200), Ok(()));
    }
}
