//! `docs/groups.md`: the tests that its table of failures names are there, and its table of broken rules is what comes out.

use std::{fs, path::PathBuf};

use crate::support::run;

fn document() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/groups.md"))
}

/// Every rule is noticed by the promise that it is needed for within 100 seeds, and the document says with which and how.
#[test]
fn every_rule_that_is_broken_is_noticed_and_the_document_has_the_table() {
    let ran = run(&["sim", "rules", "--markdown"]);
    let table = &ran.stdout;
    assert_eq!(ran.status, Some(0), "{table}{}", ran.stderr);
    for rule in group::BROKEN {
        let row = table
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` |", rule.name)));
        let row = row.unwrap_or_else(|| panic!("no row for {}", rule.name));
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert_eq!(cells[4], format!("`{}`", rule.caught_by), "{row}");
        let count: u64 = cells[5].parse().expect("a number of seeds");
        assert!((1..=100).contains(&count), "{row}");
    }
    let text = fs::read_to_string(document()).expect("the document");
    let (before, rest) = text.split_once(BEGIN).expect("a mark");
    let (told, after) = rest.split_once(END).expect("a mark");
    if std::env::var_os("UPDATE").is_some() {
        let text = [before, BEGIN, table, END, after].concat();
        fs::write(document(), text).expect("the document is written");
    } else {
        assert_eq!(
            told, table,
            "docs/groups.md has another table; `UPDATE=1 cargo test -p wharf --test it groups_document` writes this one"
        );
    }
}

#[test]
fn every_row_of_the_table_of_failures_names_tests_that_there_are() {
    let text = fs::read_to_string(document()).expect("the document");
    let (_, rest) = text
        .split_once("## What happens when something fails")
        .expect("a chapter");
    let rows = rest.lines().skip_while(|line| !line.starts_with("|---"));
    let rows = rows.skip(1).take_while(|line| line.starts_with('|'));
    let mut count = 0;
    for row in rows {
        let cell = row
            .trim_end_matches([' ', '|'])
            .rsplit('|')
            .next()
            .expect("a last cell");
        let names: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test in {row}");
        for name in names {
            assert!(
                is_there(name),
                "docs/groups.md names `{name}`, which there is not"
            );
        }
        count += 1;
    }
    assert!(count >= 15, "only {count} rows were found");
}

/// Whether there is such a test: a function in a module below `crates/group/src`, a module with tests, or `FILE.rs::FUNCTION`
/// from the root of the repository.
fn is_there(name: &str) -> bool {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let has = |source: &str, function: &str| source.contains(&format!("fn {function}("));
    if let Some((file, function)) = name.split_once(".rs::") {
        let source = fs::read_to_string(root.join(format!("{file}.rs"))).unwrap_or_default();
        return has(&source, function);
    }
    let parts: Vec<&str> = name.split("::").collect();
    // The file is a beginning of the path; what is left are modules in it, and a function.
    (1..=parts.len()).rev().any(|depth| {
        let (path, rest) = parts.split_at(depth);
        let file = root.join("crates/group/src").join(path.join("/"));
        let files = [file.with_extension("rs"), file.join("mod.rs")];
        let mut sources = files
            .iter()
            .filter_map(|file| fs::read_to_string(file).ok());
        let Some(source) = sources.next() else {
            return false;
        };
        match rest.split_last() {
            None => source.contains("#[test]") || source.contains("\nmod "),
            Some((function, modules)) => {
                let are_there = |module: &&str| source.contains(&format!("mod {module} {{"));
                modules.iter().all(are_there) && has(&source, function)
            }
        }
    })
}

const BEGIN: &str = "<!-- rules:begin -->\n";
const END: &str = "<!-- rules:end -->\n";
