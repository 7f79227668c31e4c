//! `docs/reliability.md` names tests that there are, and every test of this folder.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn the_document_names_tests_that_exist_and_all_of_these() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("../../docs/reliability.md")).expect("the document");
    let words = text.split('`').skip(1).step_by(2);
    let named: BTreeSet<&str> = words.filter(|word| word.contains("::")).collect();
    let tests = root.join("tests/it");
    for name in &named {
        let (module, test) = name.rsplit_once("::").expect("a module and a test");
        let file = tests.join(module.replace("::", "/") + ".rs");
        let source = fs::read_to_string(&file).unwrap_or_default();
        assert!(source.contains(&format!("\nfn {test}()")), "no test {name}");
    }
    for entry in fs::read_dir(tests.join("faults")).expect("this folder") {
        let path = entry.expect("readable").path();
        let module = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name");
        let source = fs::read_to_string(&path).expect("a source");
        for (_, rest) in source
            .match_indices("#[test]\nfn ")
            .map(|(at, found)| (at, &source[at + found.len()..]))
        {
            let test = rest.split('(').next().expect("a function");
            let name = format!("faults::{module}::{test}");
            assert!(
                module == "document" || named.contains(name.as_str()),
                "{name} is not in the document"
            );
        }
    }
}
