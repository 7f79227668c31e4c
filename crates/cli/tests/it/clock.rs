//! `wharf clock`: logs of programs that others wrote are judged, explained, drawn and handed on.

mod broken;
mod demo;
mod exports;
mod guessed;
mod impossible;
mod processes;
mod refused;
mod scale;
mod several;
mod written;

use std::{fs, path::PathBuf};

use crate::support::{self, Ran};

/// Files for a test, and wharf run on them.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    }

    /// Runs `wharf clock …` in the folder, so that files go by their names.
    fn clock(&self, args: &[&str]) -> Ran {
        let runs = tempfile::tempdir().expect("a temporary folder");
        let mut command = support::wharf(&runs);
        command
            .current_dir(self.folder.path())
            .arg("clock")
            .args(args);
        Ran::new(command.output().expect("wharf starts"), runs)
    }
}

/// Judges one log: the exit status, and words that must be in the result.
#[track_caller]
fn judged(log: &str, status: i32, wanted: &[&str]) -> Ran {
    let desk = Desk::new();
    desk.file("the.log", log);
    let ran = desk.clock(&["order", "the.log"]);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.status, Some(status), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    // The terminal's lines are folded anywhere.
    let unfolded = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in wanted {
        assert!(unfolded.contains(words), "no `{words}` in {said}");
    }
    let page = fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    assert!(page.contains("<svg"), "no picture in the page");
    ran
}
