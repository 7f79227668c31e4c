//! Which position of a vector belongs to which host.
//!
//! A program that prints `[1, 0, 2]` knows; its log does not say. Numbers as names say it: `0` is the first. Otherwise a
//! host's own position rises at each of its events; where that leaves one position for each host, that is it.

/// A host's vectors, in the order of its events.
pub(super) type Vectors<'a> = Vec<&'a [u64]>;

/// Of each host, its position, if it is clear.
pub(super) fn positions(names: &[&str], vectors: &[Vectors<'_>]) -> Option<Vec<usize>> {
    let length = vectors.iter().flatten().next()?.len();
    if vectors
        .iter()
        .flatten()
        .any(|vector| vector.len() != length)
    {
        return None;
    }
    let may_be: Vec<Vec<bool>> = vectors.iter().map(|own| rising(own, length)).collect();
    let numbers: Option<Vec<usize>> = names.iter().map(|name| name.parse().ok()).collect();
    for first in [0, 1] {
        let Some(numbers) = &numbers else { break };
        let shifted: Option<Vec<usize>> = numbers
            .iter()
            .map(|number| number.checked_sub(first))
            .collect();
        let fits = |shifted: &Vec<usize>| {
            let mut hosts = shifted.iter().zip(&may_be);
            hosts.all(|(at, may_be)| may_be.get(*at) == Some(&true))
        };
        if let Some(shifted) = shifted.filter(fits) {
            return Some(shifted);
        }
    }
    eliminate(may_be)
}

/// The positions that rise from each of a host's events to the next, beginning above 0.
fn rising(own: &[&[u64]], length: usize) -> Vec<bool> {
    let rises = |at: usize| {
        let values = own.iter().map(|vector| vector[at]);
        own.first().is_some_and(|first| first[at] > 0)
            && values.is_sorted_by(|one, next| one < next)
    };
    (0..length).map(rises).collect()
}

/// Gives a host that can only have one position that one, takes it from the others, and so on.
fn eliminate(mut may_be: Vec<Vec<bool>>) -> Option<Vec<usize>> {
    let mut found = vec![None; may_be.len()];
    while found.contains(&None) {
        let only = |host: usize| {
            let mut left = (0..may_be[host].len()).filter(|at| may_be[host][*at]);
            let first = left.next()?;
            left.next().is_none().then_some((host, first))
        };
        let (host, at) = (0..found.len())
            .filter(|host| found[*host].is_none())
            .find_map(only)?;
        found[host] = Some(at);
        for others in &mut may_be {
            others[at] = false;
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], vectors: &[&[&[u64]]], expected: Option<&[usize]>) {
        let vectors: Vec<Vectors<'_>> = vectors.iter().map(|own| own.to_vec()).collect();
        assert_eq!(positions(names, &vectors).as_deref(), expected);
    }

    #[test]
    fn numbers_are_positions_from_0_or_from_1() {
        check(
            &["1", "0"],
            &[&[&[0, 1, 0]], &[&[1, 0, 0], &[2, 1, 0]]],
            Some(&[1, 0]),
        );
        check(&["1", "2"], &[&[&[1, 0]], &[&[1, 1]]], Some(&[0, 1]));
    }

    #[test]
    fn other_names_get_the_position_that_rises() {
        check(
            &["b", "a"],
            &[&[&[1, 0], &[2, 0]], &[&[1, 1], &[1, 2]]],
            Some(&[0, 1]),
        );
        check(
            &["4711", "99"],
            &[&[&[1, 0]], &[&[1, 1], &[1, 2]]],
            Some(&[0, 1]),
        );
    }

    #[test]
    fn what_is_not_clear_is_left_open() {
        check(&["a", "b"], &[&[&[1, 1]], &[&[1, 1]]], None);
        check(&["a", "b"], &[&[&[1, 0]], &[&[1]]], None);
        check(&["a"], &[&[&[0, 0]]], None);
    }
}
