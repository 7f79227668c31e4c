//! The shape of every Rust file, and white space in every text.

use tidy::breach::{Breach, assert_none};
use tidy::rules::{shape, white_space};
use tidy::source::Source;
use tidy::tree::Tree;

#[test]
fn every_rust_file_has_the_shape_of_the_house() {
    let tree = Tree::read();
    let breaches: Vec<Breach> = tree
        .rust()
        .flat_map(|file| shape::check(&Source::new(&file.path, &file.text)))
        .collect();
    assert_none(&breaches);
}

#[test]
fn white_space_is_clean() {
    let tree = Tree::read();
    let breaches: Vec<Breach> = tree
        .files
        .iter()
        .flat_map(|file| white_space::check(&file.path, &file.text))
        .collect();
    assert_none(&breaches);
}

/// A walk that finds nothing would accept everything.
#[test]
fn the_walk_finds_the_house() {
    let tree = Tree::read();
    assert!(
        tree.rust()
            .any(|file| file.path == "crates/tidy/tests/files.rs")
    );
    assert!(tree.crate_folders().contains(&"cli".to_owned()));
    assert!(tree.text("Cargo.toml").is_some());
    assert!(
        !tree
            .files
            .iter()
            .any(|file| file.path.starts_with("target/") || file.path.starts_with(".git/"))
    );
}
