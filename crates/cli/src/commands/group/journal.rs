//! A member's log: what it sent, what it delivered and who was there, in the form that verdicts read.

use std::{fs::File, io::Write as _, path::Path};

use anyhow::{Context as _, Result};
use group::{Delivered, MemberId, Name, Settings, View};
use timing::{Clock as _, SystemClock};
use trace::{Entry, EventKind, Journal};

use super::terms;

/// The log. What was gathered is with the system before anything leaves that follows from it ([`LogFile::settle`]).
pub struct LogFile {
    file: File,
    name: Name,
    /// What the group promises: names of conditions.
    promises: Vec<&'static str>,
    clock: SystemClock,
    unix_ns: i64,
    /// The incarnation that it tells of; each is a host of its own.
    incarnation: MemberId,
    journal: Journal,
    held: Vec<u8>,
    /// The members of the view by rank, each with its name.
    members: Vec<(MemberId, Name)>,
    /// Whether nothing can come any more: it was leaving, and the others went on without it.
    is_over: bool,
    is_broken: bool,
}

impl LogFile {
    /// A log of that incarnation, which says what a group of these settings promises.
    ///
    /// # Errors
    /// When the file is there already, or cannot be written.
    pub fn create(
        path: &Path,
        (name, incarnation): (&Name, MemberId),
        settings: &Settings,
        clock: SystemClock,
    ) -> Result<Self> {
        let file = File::create_new(path);
        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
        let promises = terms::conditions(settings).into_iter().map(|one| one.name);
        let promises: Vec<&str> = promises.collect();
        let journal = Journal::new(&name.host(incarnation.0)).promising(promises.iter().copied());
        let unix_ns = i64::try_from(clock.unix_nanos()).unwrap_or(0);
        let since = i64::try_from(clock.now().as_nanos()).unwrap_or(0);
        let mut log = Self {
            file,
            name: name.clone(),
            promises,
            clock,
            unix_ns: unix_ns - since,
            incarnation,
            held: journal.head().into_bytes(),
            journal,
            members: Vec::new(),
            is_over: false,
            is_broken: false,
        };
        log.settle();
        Ok(log)
    }

    /// A message was taken.
    pub fn sent(&mut self, number: u64, message: &[u8]) {
        let name = self.name.message(self.incarnation.0, number);
        self.write(Entry {
            kind: EventKind::Send,
            message: Some(&name),
            text: &String::from_utf8_lossy(message),
            ..Entry::default()
        });
    }

    /// A message was delivered.
    pub fn delivered(&mut self, delivered: &Delivered<'_>) {
        let Some((member, name)) = self.members.get(delivered.rank) else {
            return;
        };
        let name = name.message(member.0, delivered.number);
        self.write(Entry {
            kind: EventKind::Deliver,
            message: Some(&name),
            text: &String::from_utf8_lossy(delivered.payload),
            ..Entry::default()
        });
    }

    /// A view began.
    pub fn installed(&mut self, view: &View) {
        let seats = view.seats.iter();
        self.members = seats.map(|seat| (seat.member, seat.name.clone())).collect();
        let hosts: Vec<String> = self
            .members
            .iter()
            .map(|(member, name)| name.host(member.0))
            .collect();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        self.write(Entry {
            kind: EventKind::View,
            view: Some(&view.id.to_string()),
            members: &hosts,
            ..Entry::default()
        });
    }

    /// Too few members are left; since then it owes nothing, until the next view.
    pub fn blocked(&mut self) {
        self.write(Entry {
            kind: EventKind::Blocked,
            text: "blocked",
            ..Entry::default()
        });
    }

    /// This member is another incarnation from now on, or gone; the last one has crashed, as far as the group is concerned.
    pub fn expelled(&mut self, now: MemberId) {
        self.write(Entry {
            kind: EventKind::Crash,
            text: "expelled",
            ..Entry::default()
        });
        self.is_over = now == self.incarnation;
        if self.is_over {
            return;
        }
        self.incarnation = now;
        let promises = self.promises.iter().copied();
        self.journal = Journal::new(&self.name.host(now.0)).promising(promises);
        self.held.extend_from_slice(self.journal.head().as_bytes());
    }

    /// It has left, if the others did not go on without it before.
    pub fn left(&mut self) {
        if self.is_over {
            return;
        }
        self.write(Entry {
            kind: EventKind::Leave,
            ..Entry::default()
        });
    }

    /// Writes what was gathered. What cannot be written is no reason not to be a member.
    pub fn settle(&mut self) {
        if !self.held.is_empty() {
            self.is_broken |= self.file.write_all(&self.held).is_err();
            self.held.clear();
        }
    }

    /// How many events this incarnation has written.
    pub fn count(&self) -> u64 {
        self.journal.count()
    }

    /// Whether some of it could not be written.
    pub fn is_broken(&self) -> bool {
        self.is_broken
    }

    fn write(&mut self, entry: Entry<'_>) {
        let since = i64::try_from(self.clock.now().as_nanos()).unwrap_or(0);
        let line = self.journal.line(&Entry {
            wall_ns: Some(self.unix_ns + since),
            ..entry
        });
        self.held.extend_from_slice(line.as_bytes());
    }
}
