//! What every member of the workspace has in common: settings, lints, the lock file.

use tidy::breach::{Breach, assert_none};
use tidy::manifest::Manifest;
use tidy::rules::{members, paths};
use tidy::tree::Tree;

#[test]
fn every_member_takes_its_settings_from_the_workspace() {
    let tree = Tree::read();
    let mut breaches = Vec::new();
    let crates = tree
        .crate_folders()
        .into_iter()
        .map(|folder| (format!("crates/{folder}/Cargo.toml"), folder));
    let beside = ["benches", "xtask"]
        .into_iter()
        .map(|folder| (format!("{folder}/Cargo.toml"), folder.to_owned()));
    for (path, folder) in crates.chain(beside) {
        match tree.text(&path) {
            Some(text) => breaches.extend(members::check(&path, &folder, &Manifest::parse(text))),
            None => breaches.push(Breach::new(
                &path,
                1,
                "a member without a manifest",
                "write it, or delete the folder",
            )),
        }
    }
    assert_none(&breaches);
}

#[test]
fn no_manifest_takes_a_crate_from_outside() {
    let tree = Tree::read();
    let manifests = tree
        .files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml"));
    let breaches: Vec<Breach> = manifests
        .flat_map(|file| paths::check_inclusions(&file.path, &file.text))
        .collect();
    assert_none(&breaches);
}

/// The tree leaves out what `.gitignore` names, so a lock file that is found is also committed.
#[test]
fn the_lock_file_is_part_of_the_repository() {
    let remedy = "run `cargo generate-lockfile`, take it out of .gitignore and commit it";
    if Tree::read().text("Cargo.lock").is_none() {
        assert_none(&[Breach::new(
            "Cargo.lock",
            1,
            "the file is missing or ignored",
            remedy,
        )]);
    }
}
