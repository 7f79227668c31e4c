//! The documents: links, the glossary, and paths that only one machine has.

use tidy::breach::{Breach, assert_none};
use tidy::rules::{glossary, paths};
use tidy::tree::{self, Tree};

/// Documents that people read: those at the root, and those below `docs/`.
fn is_document(path: &str) -> bool {
    path.ends_with(".md") && (!path.contains('/') || path.starts_with("docs/"))
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let tree = Tree::read();
    let root = tree::root();
    let exists = |path: &str| root.join(path).exists();
    let documents = tree.files.iter().filter(|file| is_document(&file.path));
    let breaches: Vec<Breach> = documents
        .flat_map(|file| paths::check_links(&file.path, &file.text, exists))
        .collect();
    assert_none(&breaches);
}

#[test]
fn the_glossary_has_each_word_once_in_order_with_its_source() {
    let tree = Tree::read();
    match tree.text("GLOSSARY.md") {
        Some(text) => assert_none(&glossary::check("GLOSSARY.md", text)),
        None => assert_none(&[Breach::new(
            "GLOSSARY.md",
            1,
            "the file is missing",
            "write it",
        )]),
    }
}

#[test]
fn no_text_names_a_path_of_one_machine() {
    let tree = Tree::read();
    let breaches: Vec<Breach> = tree
        .files
        .iter()
        .flat_map(|file| paths::check_machine_paths(&file.path, &file.text))
        .collect();
    assert_none(&breaches);
}
