//! What every manifest of the workspace has in common.

use crate::breach::Breach;
use crate::manifest::Manifest;
use crate::rules::shape::VAGUE_NAMES;

/// Checks the manifest at `path`, which lies in `folder`.
pub fn check(path: &str, folder: &str, manifest: &Manifest) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let name = manifest.name().unwrap_or_default();
    // The command line carries the name of the product; `benches` is where readers look for yardsticks.
    let exceptions = [("cli", "wharf"), ("benches", "yardsticks")];
    if name != folder && !exceptions.contains(&(folder, name)) {
        let rule = format!("the crate in folder `{folder}` is called `{name}`");
        breaches.push(Breach::new(path, 1, rule, "give both one name"));
    }
    if VAGUE_NAMES.contains(&name) {
        let rule = format!("`{name}` says nothing about what the crate is for");
        breaches.push(Breach::new(
            path,
            1,
            rule,
            "name the crate after its purpose",
        ));
    }
    for key in ["edition", "rust-version", "license", "publish"] {
        if !manifest.inherits(key) {
            let rule = format!("[package] does not take `{key}` from the workspace");
            breaches.push(Breach::new(
                path,
                1,
                rule,
                format!("write `{key}.workspace = true`"),
            ));
        }
    }
    if manifest.value("lints", "workspace") != Some("true") {
        let rule = "the lints of the workspace are not taken over";
        breaches.push(Breach::new(
            path,
            1,
            rule,
            "write `[lints]` and below it `workspace = true`",
        ));
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nedition.workspace = true\nrust-version.workspace = true\n\
        license.workspace = true\npublish.workspace = true\n[lints]\nworkspace = true\n";

    #[track_caller]
    fn verify(folder: &str, text: &str, expected: &[&str]) {
        let found = check("x/Cargo.toml", folder, &Manifest::parse(text));
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (breach, part) in found.iter().zip(expected) {
            assert!(breach.rule.contains(part), "{breach}");
        }
    }

    #[test]
    fn a_manifest_that_inherits_is_accepted() {
        verify("a", GOOD, &[]);
        verify("cli", &GOOD.replace("\"a\"", "\"wharf\""), &[]);
    }

    #[test]
    fn a_folder_of_another_name_is_refused() {
        verify("b", GOOD, &["folder `b` is called `a`"]);
        verify(
            "core",
            &GOOD.replace("\"a\"", "\"core\""),
            &["says nothing"],
        );
    }

    #[test]
    fn own_settings_are_refused() {
        verify(
            "a",
            &GOOD.replace("edition.workspace = true", "edition = \"2021\""),
            &["`edition`"],
        );
        verify(
            "a",
            &GOOD.replace("publish.workspace = true\n", ""),
            &["`publish`"],
        );
        verify(
            "a",
            &GOOD.replace("[lints]\nworkspace = true", ""),
            &["lints"],
        );
    }
}
