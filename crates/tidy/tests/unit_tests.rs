//! Unit tests anywhere in the workspace: no sleeping, no clock, no other program, no fixed port.

use tidy::breach::{Breach, assert_none};
use tidy::rules::unit_tests;
use tidy::source::Source;
use tidy::tree::Tree;

#[test]
fn unit_tests_need_nothing_but_the_processor() {
    let tree = Tree::read();
    let breaches: Vec<Breach> = tree
        .rust()
        .flat_map(|file| unit_tests::check(&Source::new(&file.path, &file.text)))
        .collect();
    assert_none(&breaches);
}
