//! A file that is not there until it is whole.
//!
//! ```text
//!   FILE.part        what was found so far          ── when whole ──▶  FILE
//!   FILE.part.json   how much of it is vouched for  ── when whole ──▶  gone
//! ```
//!
//! Twice a second what was written is brought to the disk and then vouched for, in this order; so whatever
//! ends the process, the first so many bytes of the part are right, and `--resume` cuts off the rest and
//! goes on. A lock on the part keeps two searches from writing the same file.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use history::{PrimesFile, Sha256};
use primes::Range;
use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, fstatvfs, renameat_with};
use serde_json::{Value, json};
use timing::Tick;

use super::{estimate, keeper::Mark};
use crate::{args::FileArgs, say};

/// The part, open and locked.
pub struct Part {
    file: File,
    paths: Paths,
    range: Range,
    nth: Option<u64>,
    may_replace: bool,
    /// Whether the part is this search's own: one that is to be gone on with may turn out to be another's.
    is_own: bool,
    /// What the state beside it vouches for.
    vouched: Mark,
    due: Tick,
}

#[derive(Clone, Debug)]
struct Paths {
    whole: PathBuf,
    part: PathBuf,
    state: PathBuf,
}

impl Part {
    /// Opens the part beside `path`: a new one, or what there is where it is to be gone on with.
    ///
    /// # Errors
    /// When the file is there and may not be replaced, when its folder cannot be written to, when the disk
    /// has no room for it, and when what is to be gone on with was another search's.
    pub fn open(path: &Path, files: &FileArgs, range: Range, nth: Option<u64>) -> Result<Self> {
        let paths = Paths::of(path)?;
        let shown = path.display();
        if fs::symlink_metadata(path).is_ok() {
            ensure!(!path.is_dir(), "{shown} is a folder; name a file in it");
            ensure!(
                files.force,
                "{shown} is there already, which is what a search that came to its end leaves; --force replaces it, \
                 another name with --out leaves it"
            );
        }
        let had_part = paths.part.exists();
        ensure!(
            !had_part || files.force || files.resume,
            "{} is there: an earlier search did not come to its end, or another is at it. Go on with --resume, \
             or begin anew with --force",
            paths.part.display()
        );
        let mut part = Self {
            file: create(&paths.part)?,
            paths,
            range,
            nth,
            may_replace: files.force,
            is_own: !had_part,
            vouched: Mark::default(),
            due: Tick::ZERO + SAVE_EVERY,
        };
        if files.resume {
            match had_part {
                true => part.go_on()?,
                false => say::talk(&format!(
                    "there is no {}: begins anew",
                    part.paths.part.display()
                )),
            }
        }
        part.begin_at_mark(files.force)?;
        Ok(part)
    }

    /// What can be relied on.
    pub fn mark(&self) -> Mark {
        self.vouched
    }

    /// Appends.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Whether it is time to vouch again for what was written.
    pub fn is_due(&self, now: Tick) -> bool {
        now >= self.due
    }

    /// Brings all up to `mark` to the disk, and then says so beside it.
    ///
    /// # Errors
    /// When the disk is full or gone; what was vouched for before still holds.
    pub fn vouch_for(&mut self, mark: Mark, now: Tick) -> io::Result<()> {
        self.file.sync_data()?;
        let text = state(self.range, self.nth, mark).to_string() + "\n";
        let new = self.paths.state.with_extension("json.new");
        fs::write(&new, text)
            .and_then(|()| fs::rename(&new, &self.paths.state))
            .inspect_err(|_| drop(fs::remove_file(&new)))?;
        self.vouched = mark;
        self.due = now + SAVE_EVERY;
        Ok(())
    }

    /// Ends before it is whole: keeps what can be vouched for, and says what that is.
    pub fn leave(mut self, mark: Mark) -> Option<String> {
        // What does not fit is given back first: the state needs room too.
        let length = self.file.metadata().map_or(0, |found| found.len());
        let best = match length >= mark.bytes {
            true => mark,
            false => self.vouched,
        };
        let is_kept = best.reached.is_some()
            && self.file.set_len(best.bytes).is_ok()
            && self.vouch_for(best, Tick::ZERO).is_ok();
        let kept = match is_kept {
            true => best,
            false => self.vouched,
        };
        let part = self.paths.part.display();
        kept.reached.map(|reached| {
            format!(
                "{part} keeps the {} primes up to {}: go on with the same command and --resume",
                report::count(kept.primes),
                report::count(reached)
            )
        })
    }

    /// Leaves nothing.
    pub fn discard(mut self) {
        self.vouched = Mark::default();
        let _ = fs::remove_file(&self.paths.state);
    }

    /// It is whole: brings it to the disk and gives it its name.
    ///
    /// # Errors
    /// When the disk is gone, or somebody else has made a file of that name meanwhile.
    pub fn finish(mut self, mark: Mark) -> Result<PrimesFile> {
        self.vouched = mark;
        let (whole, part) = (&self.paths.whole, &self.paths.part);
        let shown = whole.display().to_string();
        self.file
            .sync_all()
            .with_context(|| format!("cannot bring {shown} to the disk"))?;
        let file = described(&mut self.file, &shown)
            .with_context(|| format!("cannot read {} again", part.display()))?;
        rename(part, whole, self.may_replace).with_context(|| {
            format!(
                "the primes are in {}, but cannot be called {shown}; --resume --force replaces what is \
                 there",
                part.display()
            )
        })?;
        let _ = fs::remove_file(&self.paths.state);
        Ok(file)
    }

    /// Takes over what the state vouches for.
    fn go_on(&mut self) -> Result<()> {
        let shown = self.paths.state.display().to_string();
        let text = match fs::read_to_string(&self.paths.state) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                say::talk(&format!(
                    "there is no {shown}, so nothing can be relied on: begins anew"
                ));
                return Ok(());
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {shown}")),
        };
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let mark = mark_of(&value)
            .with_context(|| format!("{shown} is no state of wharf primes; {ANEW}"))?;
        if value != state(self.range, self.nth, mark) {
            bail!(
                "{shown} is of another search, from {} to {}{}: ask for that one, or {ANEW}",
                value["first"],
                value["last"],
                match (value["nth"].as_u64(), self.nth) {
                    (Some(nth), _) => format!(" with --nth {nth}"),
                    (None, Some(_)) => " without --nth".to_owned(),
                    (None, None) => String::new(),
                }
            );
        }
        ensure!(
            self.is_as_said(mark).unwrap_or(false),
            "{} is not what {shown} says it is; {ANEW}",
            self.paths.part.display()
        );
        self.vouched = mark;
        Ok(())
    }

    /// Whether the part has what its state says: so many lines, each with a greater number than the one before,
    /// from the range, and the last as it should be. That each is a prime is not searched anew.
    fn is_as_said(&mut self, mark: Mark) -> io::Result<bool> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut lines = BufReader::with_capacity(1 << 16, (&mut self.file).take(mark.bytes));
        let (mut line, mut bytes, mut count, mut before) = (String::new(), 0, 0, None);
        while lines.read_line(&mut line)? > 0 {
            bytes += line.len() as u64;
            let number = line.strip_suffix('\n').unwrap_or(&line).parse().ok();
            let is_next = number > before && number >= Some(self.range.first());
            if !is_next || !line.starts_with(|digit: char| ('1'..='9').contains(&digit)) {
                return Ok(false);
            }
            (count, before) = (count + 1, number);
            line.clear();
        }
        Ok(bytes == mark.bytes && count == mark.primes && before == mark.greatest)
    }

    /// Cuts off what nobody vouches for, and sees that there is room for the rest.
    fn begin_at_mark(&mut self, is_forced: bool) -> Result<()> {
        let shown = self.paths.part.display();
        self.is_own = true;
        self.file
            .set_len(self.vouched.bytes)
            .and_then(|()| self.file.seek(SeekFrom::End(0)))
            .with_context(|| format!("cannot write to {shown}"))?;
        if self.vouched.reached.is_none() {
            let _ = fs::remove_file(&self.paths.state);
        }
        let next = match self.vouched.reached {
            None => Some(self.range.first()),
            Some(reached) => reached.checked_add(1),
        };
        let rest = next.and_then(|next| Range::new(next, self.range.last()));
        let rest = rest.filter(|_| self.nth.is_none());
        let (needed, free) = (rest.map_or(0, estimate::bytes), self.free_bytes());
        ensure!(
            is_forced || free.is_none_or(|free| needed <= free),
            "{shown}: the primes need about {} bytes and the disk has {}; make room, name another place with \
             --out, or begin all the same with --force (a disk may compress)",
            report::count(needed),
            report::count(free.unwrap_or(0)),
        );
        Ok(())
    }

    fn free_bytes(&self) -> Option<u64> {
        let found = fstatvfs(&self.file).ok()?;
        found.f_bavail.checked_mul(found.f_frsize)
    }
}

impl Drop for Part {
    /// What nobody vouches for is of no use to anybody.
    fn drop(&mut self) {
        if self.is_own && self.vouched.reached.is_none() {
            let _ = fs::remove_file(&self.paths.part);
        }
    }
}

impl Paths {
    fn of(whole: &Path) -> Result<Self> {
        let name = whole.file_name().with_context(|| {
            format!(
                "{} is no name of a file; name one with --out",
                whole.display()
            )
        })?;
        let beside = |more: &str| {
            let mut name = name.to_owned();
            name.push(more);
            whole.with_file_name(name)
        };
        Ok(Self {
            whole: whole.to_owned(),
            part: beside(".part"),
            state: beside(".part.json"),
        })
    }
}

/// Opens the part and locks it.
pub fn create(path: &Path) -> Result<File> {
    let shown = path.display();
    loop {
        let mut options = File::options();
        let opened = options.read(true).write(true).create(true).truncate(false);
        let file = opened.open(path).with_context(|| {
            format!("cannot create {shown}: make its folder, or make it writable, or choose another place")
        })?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => {
                bail!("another search is writing {shown}; wait for its end, or choose another name")
            }
            // Whoever had it before may have ended in between and given it its name: then it is not ours.
            Ok(()) if !is_at(&file, path) => {}
            // Some file systems have no locks; there it goes without.
            _ => return Ok(file),
        }
    }
}

/// Whether the file is still what is found under that name.
fn is_at(file: &File, path: &Path) -> bool {
    let (own, there) = (file.metadata(), fs::metadata(path));
    let (Ok(own), Ok(there)) = (own, there) else {
        return false;
    };
    (own.dev(), own.ino()) == (there.dev(), there.ino())
}

/// Gives the file its name, over another one only where that is allowed.
pub fn rename(part: &Path, whole: &Path, may_replace: bool) -> io::Result<()> {
    if may_replace {
        return fs::rename(part, whole);
    }
    match renameat_with(CWD, part, CWD, whole, RenameFlags::NOREPLACE) {
        // Some file systems cannot look and rename in one step.
        Err(rustix::io::Errno::INVAL) if !whole.exists() => fs::rename(part, whole),
        other => Ok(other?),
    }
}

/// Size and digest, read back.
pub fn described(file: &mut File, path: &str) -> io::Result<PrimesFile> {
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    file.seek(SeekFrom::Start(0))?;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => {
                digest.update(&buffer[..count]);
                bytes += count as u64;
            }
        }
    }
    Ok(PrimesFile {
        path: path.to_owned(),
        bytes,
        sha256: digest.finish_hex(),
    })
}

fn state(range: Range, nth: Option<u64>, mark: Mark) -> Value {
    json!({
        "form": FORM,
        "first": range.first(),
        "last": range.last(),
        "nth": nth,
        "reached": mark.reached,
        "primes": mark.primes,
        "greatest": mark.greatest,
        "bytes": mark.bytes,
    })
}

fn mark_of(value: &Value) -> Option<Mark> {
    (value["form"] == FORM).then_some(())?;
    Some(Mark {
        reached: Some(value["reached"].as_u64()?),
        primes: value["primes"].as_u64()?,
        greatest: value["greatest"].as_u64(),
        bytes: value["bytes"].as_u64()?,
    })
}

const ANEW: &str = "begin anew with --force in place of --resume";
const FORM: &str = "wharf primes 1";
/// So much is searched again after a kill.
const SAVE_EVERY: Duration = Duration::from_millis(500);
