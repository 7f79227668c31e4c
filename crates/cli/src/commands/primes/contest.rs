//! The same search in several ways, in turns, and what each wrote against what the first wrote.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use history::{PrimesFile, PrimesRun, PrimesStint};
use parallel::{Control, Job, SearchError, Want};
use run::Stop;
use timing::Clock;

use super::{
    keeper::{Keeper, Mark},
    part,
    quest::{Quest, Way},
    runs,
    target::Target,
    watch::Watch,
};

/// A file that a comparison writes, under another name until the end.
pub struct Draft {
    file: File,
    part: PathBuf,
    whole: PathBuf,
    may_replace: bool,
}

impl Draft {
    /// Makes it.
    ///
    /// # Errors
    /// When the folder cannot be written to, or the file is there and must not be lost.
    pub fn new(folder: &Path, name: &str, may_replace: bool) -> Result<Self> {
        let whole = folder.join(name);
        ensure!(
            may_replace || fs::symlink_metadata(&whole).is_err(),
            "{} is there already; --force replaces it, --out-folder names another place",
            whole.display()
        );
        // Under `.part` an interrupted search may lie.
        let part = folder.join(format!("{name}.draft"));
        Ok(Self {
            file: part::create(&part)?,
            part,
            whole,
            may_replace,
        })
    }

    /// What it holds: size, digest, and the name that it will have.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn described(&mut self) -> Result<PrimesFile> {
        let shown = self.whole.display().to_string();
        let described = part::described(&mut self.file, &shown);
        described.with_context(|| format!("cannot read {} again", self.part.display()))
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// When somebody else has made a file of that name meanwhile.
    pub fn finish(self) -> Result<()> {
        part::rename(&self.part, &self.whole, self.may_replace)
            .with_context(|| format!("cannot write {}", self.whole.display()))
    }

    /// Empties it, to be written to.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn cleared(&mut self) -> Result<File> {
        let cleared = self.file.set_len(0).and_then(|()| {
            self.file.seek(SeekFrom::Start(0))?;
            self.file.try_clone()
        });
        cleared.with_context(|| format!("cannot write to {}", self.part.display()))
    }
}

impl Drop for Draft {
    /// Under its own name it is out of reach.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.part);
    }
}

/// What is the same in all turns.
pub struct Contest<'a> {
    pub quest: Quest,
    pub clock: &'a dyn Clock,
    pub stop: &'a Stop,
}

/// What one turn came to.
pub struct Turn {
    pub run: PrimesRun,
    pub stints: Vec<PrimesStint>,
    pub mark: Mark,
    pub is_whole: bool,
}

impl Contest<'_> {
    /// Searches in one way, into the draft if there is one.
    ///
    /// # Errors
    /// When what is found cannot be written.
    pub fn turn(&self, way: &Way, draft: Option<&mut Draft>, watch: &Watch<'_>) -> Result<Turn> {
        let name = draft.as_ref().map(|draft| draft.part.display().to_string());
        let target = match draft {
            Some(draft) => Target::Stream(draft.cleared()?),
            None => Target::Nowhere,
        };
        let mut keeper = Keeper::new(target, None, self.clock);
        let job = Job {
            range: self.quest.range,
            method: self.quest.method,
            workers: way.workers,
            split: way.split,
            want: self.quest.want,
        };
        let control = Control {
            clock: self.clock,
            stop: self.stop,
            progress: &|progress| watch.on_progress(progress),
        };
        let start = self.clock.now();
        let searched = (way.mode.search)(&job, &control, &mut keeper);
        let searched = searched.and_then(|outcome| {
            keeper.flush().map_err(SearchError::Sink)?;
            Ok(outcome)
        });
        let wall_ns = self.clock.now().nanos_since(start);
        let outcome = searched.map_err(|error| match (error, name) {
            (SearchError::Sink(error), Some(name)) => {
                anyhow::anyhow!("cannot write to {name}: {error}; make room, or name another place with --out-folder")
            }
            (other, _) => other.into(),
        })?;
        Ok(Turn {
            run: runs::run(&outcome, wall_ns),
            stints: runs::stints(&outcome, start),
            mark: keeper.mark(),
            is_whole: outcome.is_whole,
        })
    }
}

/// Where two drafts first differ: the line, and what stands there in each. None when they are the same.
///
/// # Errors
/// When one cannot be read.
pub fn difference(one: &Draft, other: &Draft) -> Result<Option<(u64, [String; 2])>> {
    let lines = |draft: &Draft| -> Result<_> {
        let file = File::open(&draft.part);
        let file = file.with_context(|| format!("cannot read {}", draft.part.display()))?;
        Ok(BufReader::with_capacity(1 << 16, file))
    };
    let (mut one, mut other) = (lines(one)?, lines(other)?);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for number in 1.. {
        first.clear();
        second.clear();
        let lengths = (
            one.read_until(b'\n', &mut first)?,
            other.read_until(b'\n', &mut second)?,
        );
        if first != second {
            let shown = [&first, &second].map(|line| match line.is_empty() {
                true => "the end".to_owned(),
                false => format!("{:?}", String::from_utf8_lossy(line)),
            });
            return Ok(Some((number, shown)));
        }
        if lengths == (0, 0) {
            break;
        }
    }
    Ok(None)
}

/// What can be compared of a turn that wrote nothing.
pub fn same_count(want: Want, one: &Mark, other: &Mark) -> bool {
    one.primes == other.primes && (want == Want::Count || one.greatest == other.greatest)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn draft(folder: &Path, name: &str, text: &str) -> Draft {
        let mut draft = Draft::new(folder, name, false).expect("made");
        draft.file.write_all(text.as_bytes()).expect("written");
        draft
    }

    #[track_caller]
    fn check(one: &str, other: &str, expected: Option<(u64, [&str; 2])>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (one, other) = (
            draft(folder.path(), "a", one),
            draft(folder.path(), "b", other),
        );
        let found = difference(&one, &other).expect("readable");
        let found = found
            .as_ref()
            .map(|(line, [a, b])| (*line, [a.as_str(), b.as_str()]));
        assert_eq!(found, expected);
        drop((one, other));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn the_first_line_that_differs_is_shown() {
        check("2\n3\n5", "2\n3\n5", None);
        check("", "", None);
        check("2\n3\n5", "2\n4\n5", Some((2, ["\"3\\n\"", "\"4\\n\""])));
        check("2\n3", "2\n3\n", Some((2, ["\"3\"", "\"3\\n\""])));
        check("2\n3\n5", "2\n3\n", Some((3, ["\"5\"", "the end"])));
    }

    #[test]
    fn a_file_that_is_there_is_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("a"), "mine").expect("written");
        let error = Draft::new(folder.path(), "a", false)
            .map(drop)
            .expect_err("refused");
        assert!(error.to_string().contains("--force"), "{error}");
        draft_over(folder.path()).finish().expect("allowed");
        assert_eq!(
            fs::read_to_string(folder.path().join("a")).expect("there"),
            "2"
        );
    }

    fn draft_over(folder: &Path) -> Draft {
        let mut draft = Draft::new(folder, "a", true).expect("made");
        draft.file.write_all(b"2").expect("written");
        draft
    }
}
