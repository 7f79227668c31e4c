//! The table of rooms in `ARCHITECTURE.md` against the crates that are there.

use tidy::breach::{Breach, assert_none};
use tidy::manifest::Manifest;
use tidy::rules::rooms::{self, Member};
use tidy::tree::Tree;

const DOCUMENT: &str = "ARCHITECTURE.md";

#[test]
fn the_table_of_rooms_shows_exactly_the_arrows_that_exist() {
    let tree = Tree::read();
    let Some(document) = tree.text(DOCUMENT) else {
        let remedy = "write it, with the table of rooms between its markers (crates/tidy/src/rules/rooms.rs)";
        return assert_none(&[Breach::new(DOCUMENT, 1, "the file is missing", remedy)]);
    };
    let (rows, mut breaches) = rooms::parse(DOCUMENT, document);
    if breaches.is_empty() {
        breaches.extend(rooms::check(DOCUMENT, &rows, &members(&tree)));
    }
    assert_none(&breaches);
}

fn members(tree: &Tree) -> Vec<Member> {
    let member = |folder: String| {
        let text = tree
            .text(&format!("crates/{folder}/Cargo.toml"))
            .unwrap_or_default();
        Member {
            manifest: Manifest::parse(text),
            folder,
        }
    };
    tree.crate_folders().into_iter().map(member).collect()
}
