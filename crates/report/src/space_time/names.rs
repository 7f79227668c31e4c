//! Hosts' names above narrow lanes: what tells them apart must be seen.

use trace::{Log, MessageId, Name};

use super::scene::Scene;
use crate::escape::{abridged, visible};

/// A short name for each lane, in the order of the lanes.
pub(super) fn short(scene: &Scene<'_>) -> Vec<String> {
    let names = scene.lanes.iter();
    let names: Vec<String> = names
        .map(|lane| visible(&scene.drawing.log.hosts[lane.host]))
        .collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    told_apart(&all)
}

/// A message's name. One of ours (`alice#0badcafe:7`) without what tells its sender from others that are called so
/// (`alice:7`) where the log has no message that is of one of them.
pub(super) fn message(log: &Log, id: MessageId) -> String {
    let name = &log.messages[id.0 as usize];
    let Some((host, number)) = Name::of_message(name) else {
        return name.clone();
    };
    let called = |host: &str| {
        host.rsplit_once('~')
            .map_or("", |(name, _)| name)
            .to_owned()
    };
    let short = called(&host);
    let others = log.messages.iter().filter_map(|one| Name::of_message(one));
    let mut namesakes = others.filter(|(other, _)| *other != host && called(other) == short);
    match namesakes.next() {
        None => format!("{short}:{number}"),
        Some(_) => name.clone(),
    }
}

/// Long names without what all of them begin or end with, and then without their middle.
fn told_apart(names: &[&str]) -> Vec<String> {
    let begin = common(names, |name| Box::new(name.chars()));
    let end = common(names, |name| Box::new(name.chars().rev()));
    let short = |name: &&str| {
        let length = name.chars().count();
        if length <= FITS {
            return (*name).to_owned();
        }
        let mut name = (*name).to_owned();
        if begin >= WORTH && begin < length {
            name = format!("…{}", name.chars().skip(begin).collect::<String>());
        }
        let length = name.chars().count();
        if length > FITS && end >= WORTH && end + WORTH < length {
            name = name.chars().take(length - end).collect::<String>() + "…";
        }
        abridged(&name, FITS)
    };
    names.iter().map(short).collect()
}

/// How many characters all names share; none when there is but one name.
fn common<'a>(
    names: &[&'a str],
    characters: fn(&'a str) -> Box<dyn Iterator<Item = char> + 'a>,
) -> usize {
    let Some((first, others)) = names.split_first() else {
        return 0;
    };
    let shared = |other: &&'a str| {
        let pairs = characters(first).zip(characters(other));
        pairs.take_while(|(one, two)| one == two).count()
    };
    others.iter().map(shared).min().unwrap_or(0)
}

/// So many characters fit into four lines above the narrowest lane.
const FITS: usize = 20;

/// Fewer characters in common are not worth the ellipsis.
const WORTH: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: &[&str]) {
        assert_eq!(told_apart(names), expected);
    }

    #[test]
    fn a_message_of_ours_is_called_by_its_sender_and_number() {
        let mut log = Log::new();
        let all = ["alice#0000000a:7", "m1", "bob#0000000b:2", "bob#0000000c:2"];
        let called = all
            .map(|name| log.message(name))
            .map(|id| message(&log, id));
        assert_eq!(
            called,
            ["alice:7", "m1", "bob#0000000b:2", "bob#0000000c:2"]
        );
    }

    #[test]
    fn short_names_stay() {
        check(&["kv-node-10", "kv-node-30"], &["kv-node-10", "kv-node-30"]);
        check(&[], &[]);
    }

    #[test]
    fn what_all_names_share_is_left_out_of_long_ones() {
        check(
            &[
                "cluster-of-europe-node-10.example.org",
                "cluster-of-europe-node-30.example.org",
            ],
            &["…10.example.org", "…30.example.org"],
        );
        check(
            &[
                "warehouse-1-of-the-northern-branch",
                "shop-22-of-the-northern-branch",
            ],
            &["warehouse-1…", "shop-22…"],
        );
    }

    #[test]
    fn one_long_name_keeps_both_its_ends() {
        check(&["abcdefghijklmnopqrstuvwxyz"], &["abcdefghi…qrstuvwxyz"]);
    }
}
