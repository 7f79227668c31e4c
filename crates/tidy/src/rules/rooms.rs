//! The table of rooms in `ARCHITECTURE.md`, held against every `Cargo.toml`.
//!
//! The table stands between two marker lines and has five columns; crates are named in backticks,
//! `may use` lists crates or holds a dash:
//!
//! ```text
//! <!-- rooms:begin -->
//! | floor | crate | purpose | may use | key types |
//! |--:|---|---|---|---|
//! | 1 | `timing` | the only source of physical time | – | `Tick`, `Clock` |
//! | 2 | `machine` | the contract | `timing` | `Machine` |
//! <!-- rooms:end -->
//! ```
//!
//! **An arrow between two crates exists in the table exactly if it exists in `[dependencies]`, and it
//! points to a lower floor.** An arrow of `[dev-dependencies]` needs no entry, only the lower floor.

use crate::breach::Breach;
use crate::manifest::{Dependency, Manifest, Purpose};

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// 1-based line in the document.
    pub line: usize,
    /// Its floor; a crate may use lower floors only.
    pub floor: u32,
    /// The name of the crate.
    pub name: String,
    /// The crates of this workspace that it uses.
    pub may_use: Vec<String>,
}

/// A crate of the workspace that should have a row.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its folder below `crates/`.
    pub folder: String,
    /// Its manifest.
    pub manifest: Manifest,
}

impl Member {
    /// The name of the crate: the folder's, where the manifest gives none.
    pub fn name(&self) -> &str {
        self.manifest.name().unwrap_or(&self.folder)
    }

    fn manifest_path(&self) -> String {
        format!("crates/{}/Cargo.toml", self.folder)
    }
}

/// Reads the rows out of the document at `path`. What cannot be read is a breach.
pub fn parse(path: &str, document: &str) -> (Vec<Row>, Vec<Breach>) {
    let (mut rows, mut breaches): (Vec<Row>, Vec<Breach>) = (Vec::new(), Vec::new());
    let position = |marker: &str| document.lines().position(|line| line.trim() == marker);
    let (Some(begin), Some(end)) = (position(BEGIN), position(END)) else {
        breaches.push(Breach::new(
            path,
            1,
            format!("the table of rooms is not between `{BEGIN}` and `{END}`"),
            MARKERS,
        ));
        return (rows, breaches);
    };
    let inside = document.lines().enumerate().take(end).skip(begin + 1);
    let table = inside
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| line.starts_with('|'));
    for (order, (line, text)) in table.enumerate() {
        let cells = cells(text);
        let is_rule = cells
            .iter()
            .all(|cell| cell.chars().all(|c| matches!(c, '-' | ':' | ' ')));
        if order == 0 && cells != HEADER {
            let header = HEADER.join(" | ");
            breaches.push(Breach::new(
                path,
                line,
                "the table of rooms has another header",
                format!("write `| {header} |`"),
            ));
        }
        if order == 0 || is_rule {
            continue;
        }
        match row(line, &cells) {
            // This crate and `xtask` may be shown in the table, but have no floor.
            Ok(row) if row.name == SELF => {}
            Ok(row) if rows.iter().any(|other| other.name == row.name) => {
                let rule = format!("`{}` has two rows", row.name);
                breaches.push(Breach::new(path, line, rule, "keep one"));
            }
            Ok(row) => rows.push(row),
            Err(_)
                if cells
                    .get(1)
                    .is_some_and(|name| name.trim_matches('`') == SELF) => {}
            Err(rule) => breaches.push(Breach::new(
                path,
                line,
                rule,
                "see the module docs of crates/tidy/src/rules/rooms.rs",
            )),
        }
    }
    if rows.is_empty() && breaches.is_empty() {
        breaches.push(Breach::new(
            path,
            begin + 1,
            "the table of rooms has no rows",
            "write one row a crate",
        ));
    }
    (rows, breaches)
}

/// Holds the rows of the document at `path` against the crates of the workspace.
pub fn check(path: &str, rows: &[Row], members: &[Member]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for row in rows {
        let name = &row.name;
        match members.iter().find(|member| member.name() == name) {
            Some(member) => {
                breaches.extend(check_promises(path, row, rows, member));
                breaches.extend(check_arrows(path, row, rows, members, member));
            }
            None => {
                let remedy = format!("delete the row, or write crates/{name}");
                breaches.push(Breach::new(
                    path,
                    row.line,
                    format!("`{name}` has a row and no folder below crates/"),
                    remedy,
                ));
            }
        }
    }
    for member in members.iter().filter(|member| member.folder != SELF) {
        if !rows.iter().any(|row| row.name == member.name()) {
            let rule = format!("`{}` has no row in the table of rooms", member.name());
            breaches.push(Breach::new(
                &member.manifest_path(),
                1,
                rule,
                format!("add its row to {path}"),
            ));
        }
    }
    breaches
}

/// Every arrow that the table shows goes down, and the manifest has it.
fn check_promises(path: &str, row: &Row, rows: &[Row], member: &Member) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut refuse = |rule, remedy: &str| breaches.push(Breach::new(path, row.line, rule, remedy));
    let name = &row.name;
    let dependencies = member.manifest.dependencies();
    for used in &row.may_use {
        match floor_of(rows, used) {
            None => {
                let rule = format!("`{name}` may use `{used}`, which has no row");
                refuse(rule, "name a crate of the table");
            }
            Some(floor) if floor >= row.floor => {
                let rule = format!(
                    "`{name}` (floor {}) may use `{used}` (floor {floor})",
                    row.floor
                );
                refuse(
                    rule,
                    "use strictly lower floors only, or move one of the two",
                );
            }
            Some(_) => {}
        }
        let keeps = |found: &Dependency| found.purpose == Purpose::Crate && &found.package == used;
        if !dependencies.iter().any(keeps) {
            let manifest = member.manifest_path();
            let rule = format!(
                "`{name}` may use `{used}`, but {manifest} does not have it in [dependencies]"
            );
            refuse(
                rule,
                "take the arrow out of the table, or add the dependency",
            );
        }
    }
    breaches
}

/// Every arrow to a crate of ours that the manifest has is in the table; those of tests go down.
fn check_arrows(
    path: &str,
    row: &Row,
    rows: &[Row],
    members: &[Member],
    member: &Member,
) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let name = &row.name;
    for found in member.manifest.dependencies() {
        let used = &found.package;
        if !members.iter().any(|member| member.name() == used) && floor_of(rows, used).is_none() {
            continue;
        }
        let (rule, remedy) = match found.purpose {
            Purpose::Crate if !row.may_use.contains(used) => (
                format!("`{name}` uses `{used}`, which its row does not name"),
                format!(
                    "do without it, or (a design change) add it to the row of `{name}` in {path}"
                ),
            ),
            Purpose::Tests if floor_of(rows, used).is_none_or(|floor| floor >= row.floor) => (
                format!("the tests of `{name}` use `{used}`, which is not on a lower floor"),
                "move the test to the higher crate".to_owned(),
            ),
            _ => continue,
        };
        breaches.push(Breach::new(
            &member.manifest_path(),
            found.line,
            rule,
            remedy,
        ));
    }
    breaches
}

fn floor_of(rows: &[Row], name: &str) -> Option<u32> {
    rows.iter()
        .find(|row| row.name == name)
        .map(|row| row.floor)
}

/// The cells of a Markdown table row, trimmed; `\|` does not separate.
fn cells(line: &str) -> Vec<String> {
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    let line = line.replace("\\|", "\u{0}");
    line.split('|')
        .map(|cell| cell.trim().replace('\u{0}', "|"))
        .collect()
}

fn row(line: usize, cells: &[String]) -> Result<Row, String> {
    let [floor, name, _, may_use, _] = cells else {
        return Err(format!(
            "a row of the table of rooms has {} cells, not 5",
            cells.len()
        ));
    };
    let name = backticked(name)
        .ok_or_else(|| format!("the crate `{name}` is not one name in backticks"))?;
    let floor = floor
        .parse()
        .map_err(|_| format!("the floor `{floor}` of `{name}` is not a number"))?;
    let mut names = Vec::new();
    if !matches!(may_use.as_str(), "–" | "—" | "-" | "") {
        for used in may_use.split(',') {
            let used = used.trim();
            let used = backticked(used).ok_or_else(|| {
                format!("`may use` of `{name}`: `{used}` is not one name in backticks")
            })?;
            names.push(used.to_owned());
        }
    }
    Ok(Row {
        line,
        floor,
        name: name.to_owned(),
        may_use: names,
    })
}

fn backticked(cell: &str) -> Option<&str> {
    let name = cell.strip_prefix('`')?.strip_suffix('`')?;
    (!name.is_empty() && !name.contains(['`', ' '])).then_some(name)
}

const BEGIN: &str = "<!-- rooms:begin -->";
const END: &str = "<!-- rooms:end -->";
const HEADER: [&str; 5] = ["floor", "crate", "purpose", "may use", "key types"];
const MARKERS: &str = "put the table between these two lines, each alone on its line";
/// This crate stands outside the house: no crate may use it, and it uses none.
const SELF: &str = "tidy";

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# House\n\n<!-- rooms:begin -->\n\
        | floor | crate | purpose | may use | key types |\n|--:|---|---|---|---|\n\
        | 1 | `timing` | the clock | – | `Tick`, `Clock` |\n\
        | 2 | `machine` | either \\| or | `timing` | `Machine` |\n\
        | 3 | `wharf` | the command line | `timing`, `machine` | `Args` |\n\
        | – | `tidy` | the rules | – | |\n<!-- rooms:end -->\n";

    fn member(folder: &str, name: &str, rest: &str) -> Member {
        let manifest = Manifest::parse(&format!("[package]\nname = \"{name}\"\n{rest}"));
        Member {
            folder: folder.to_owned(),
            manifest,
        }
    }

    fn members() -> Vec<Member> {
        vec![
            member("timing", "timing", ""),
            member(
                "machine",
                "machine",
                "[dependencies]\ntiming.workspace = true\nserde.workspace = true\n",
            ),
            member(
                "cli",
                "wharf",
                "[dependencies]\ntiming.workspace = true\nmachine.workspace = true\n",
            ),
            member("tidy", "tidy", ""),
        ]
    }

    /// Both halves together; `expected` must be a part of the only breach, or "" for none.
    #[track_caller]
    fn verify(document: &str, members: &[Member], expected: &str) {
        let (rows, mut breaches) = parse("A.md", document);
        breaches.extend(check("A.md", &rows, members));
        let list: Vec<String> = breaches.iter().map(Breach::to_string).collect();
        if expected.is_empty() {
            assert_eq!(list, [""; 0]);
        } else {
            assert_eq!(list.len(), 1, "{list:?}");
            assert!(list[0].contains(expected), "{list:?}");
        }
    }

    #[test]
    fn a_table_that_agrees_is_accepted() {
        verify(DOCUMENT, &members(), "");
    }

    #[test]
    fn rows_are_read_with_floor_name_and_arrows() {
        let (rows, _) = parse("A.md", DOCUMENT);
        let timing_and_machine = vec!["timing".to_owned(), "machine".to_owned()];
        assert_eq!(
            rows[2],
            Row {
                line: 8,
                floor: 3,
                name: "wharf".to_owned(),
                may_use: timing_and_machine
            }
        );
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn missing_markers_are_refused() {
        let (rows, breaches) = parse("A.md", &DOCUMENT.replace(END, ""));
        assert_eq!(rows, []);
        assert!(breaches[0].rule.contains("not between"), "{breaches:?}");
    }

    #[test]
    fn an_empty_table_is_refused() {
        let (_, breaches) = parse("A.md", &format!("{BEGIN}\n{END}\n"));
        assert!(breaches[0].rule.contains("no rows"), "{breaches:?}");
    }

    #[test]
    fn another_header_is_refused() {
        verify(
            &DOCUMENT.replace("| floor |", "| level |"),
            &members(),
            "another header",
        );
    }

    #[test]
    fn a_row_with_missing_cells_is_refused() {
        let (_, breaches) = parse(
            "A.md",
            &DOCUMENT.replace("| the clock | – |", "| the clock |"),
        );
        assert!(breaches[0].rule.contains("has 4 cells"), "{breaches:?}");
    }

    #[test]
    fn a_floor_that_is_no_number_is_refused() {
        let (_, breaches) = parse("A.md", &DOCUMENT.replace("| 1 |", "| one |"));
        assert!(breaches[0].rule.contains("not a number"), "{breaches:?}");
    }

    #[test]
    fn a_name_without_backticks_is_refused() {
        let (_, breaches) = parse(
            "A.md",
            &DOCUMENT.replace("| `timing`, `machine` |", "| `timing`, machine |"),
        );
        assert!(
            breaches[0].rule.contains("not one name in backticks"),
            "{breaches:?}"
        );
    }

    #[test]
    fn a_second_row_is_refused() {
        let twice = DOCUMENT.replace(END, &format!("| 1 | `timing` | again | – | |\n{END}"));
        verify(&twice, &members(), "two rows");
    }

    #[test]
    fn a_folder_without_a_row_is_refused() {
        let mut members = members();
        members.push(member("load", "load", ""));
        verify(
            DOCUMENT,
            &members,
            "crates/load/Cargo.toml:1: `load` has no row",
        );
    }

    #[test]
    fn a_row_without_a_folder_is_refused() {
        let more = DOCUMENT.replace(END, &format!("| 1 | `load` | x | – | |\n{END}"));
        verify(&more, &members(), "`load` has a row and no folder");
    }

    #[test]
    fn an_arrow_that_the_table_does_not_name_is_refused() {
        let document = DOCUMENT.replace("`timing`, `machine`", "`machine`");
        verify(
            &document,
            &members(),
            "crates/cli/Cargo.toml:4: `wharf` uses `timing`",
        );
    }

    #[test]
    fn an_arrow_that_only_the_table_has_is_refused() {
        let mut members = members();
        members[1] = member("machine", "machine", "");
        verify(
            DOCUMENT,
            &members,
            "A.md:7: `machine` may use `timing`, but",
        );
    }

    #[test]
    fn an_arrow_of_the_tests_does_not_keep_a_promise_of_the_table() {
        let mut members = members();
        members[1] = member(
            "machine",
            "machine",
            "[dev-dependencies]\ntiming.workspace = true\n",
        );
        verify(DOCUMENT, &members, "does not have it in [dependencies]");
    }

    #[test]
    fn an_arrow_to_the_same_floor_is_refused() {
        verify(
            &DOCUMENT.replace("| 2 |", "| 1 |"),
            &members(),
            "`machine` (floor 1) may use `timing` (floor 1)",
        );
    }

    #[test]
    fn an_arrow_to_a_crate_without_a_row_is_refused() {
        let document = DOCUMENT.replace("| `timing` | `Machine`", "| `timing`, `load` | `Machine`");
        let (rows, _) = parse("A.md", &document);
        let breaches = check("A.md", &rows, &members());
        assert!(
            breaches[0].rule.contains("`load`, which has no row"),
            "{breaches:?}"
        );
    }

    #[test]
    fn tests_may_use_any_lower_floor_and_only_those() {
        let mut members = members();
        members[2] = member(
            "cli",
            "wharf",
            "[dependencies]\ntiming.workspace = true\nmachine.workspace = true\n[dev-dependencies]\ntiming.workspace = true\n",
        );
        verify(DOCUMENT, &members, "");
        members[0] = member(
            "timing",
            "timing",
            "[dev-dependencies]\nmachine.workspace = true\n",
        );
        verify(DOCUMENT, &members, "the tests of `timing` use `machine`");
    }
}
