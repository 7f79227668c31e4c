//! Boundaries in the code: who may read a clock, print, fork, be unsafe; and nothing left for later.

use tidy::breach::{Breach, assert_none};
use tidy::rules::{boundaries, leftovers, paths, safety};
use tidy::source::Source;
use tidy::tree::Tree;

#[track_caller]
fn check(rule: fn(&Source) -> Vec<Breach>) {
    let tree = Tree::read();
    let breaches: Vec<Breach> = tree
        .rust()
        .flat_map(|file| rule(&Source::new(&file.path, &file.text)))
        .collect();
    assert_none(&breaches);
}

#[test]
fn words_stay_where_they_belong() {
    check(boundaries::check);
}

#[test]
fn every_unsafe_says_why() {
    check(safety::check);
}

#[test]
fn no_code_is_left_unwritten() {
    check(leftovers::check_code);
}

#[test]
fn no_note_is_left_for_later() {
    let tree = Tree::read();
    let breaches: Vec<Breach> = tree
        .files
        .iter()
        .flat_map(|file| leftovers::check_text(&file.path, &file.text))
        .collect();
    assert_none(&breaches);
}

#[test]
fn no_rust_file_includes_one_from_outside() {
    check(|source| paths::check_inclusions(source.path, source.text));
}
