//! The store: names, leases and the log of changes, in one file (redb).
//!
//! | table | key | value |
//! |---|---|---|
//! | `names` | `Name::sort_key` | `Node::encode` |
//! | `leases` | lease u64 | ttl_ms u64, deadline u64 |
//! | `log` | revision u64, index u32 | a change ([`log_form`](crate::log_form)) |
//! | `state` | text | the form's number, the zone, where it stands, the clock of leases |
//!
//! A batch is one transaction and one `fdatasync`. After a crash redb walks through the file once to find out which of its
//! pages are free; its other way, to write that down with each commit (`set_quick_repair`), costs a second `fdatasync` each.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, RwLock},
};

use naming::{Batch, Change, Lease, LeaseId, LeaseTime, Registry, Revision, Zone};
use redb::{
    Builder, Database, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    Table, TableDefinition, backends::FileBackend,
};
use timing::BootClock;

use crate::{
    lease_clock::{LeaseClock, Saved},
    log_form, restoring,
};
pub use crate::{snapshot::Snapshot, store_error::StoreError};

/// The store.
#[derive(Debug)]
pub struct Store {
    file: PathBuf,
    log_max: u64,
    clock: LeaseClock,
    /// None while it cannot be used: see [`Store::mend`].
    database: RwLock<Option<Database>>,
    standing: Mutex<Standing>,
}

/// What became of a batch whose writing failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mended {
    /// Nothing of it is in the store.
    Unkept,
    /// It is in the store, whole: only the last step failed.
    Kept,
}

impl Store {
    /// Opens the store in a folder, which is made if it is not there, and fills a registry from it. The log keeps about so
    /// many changes.
    ///
    /// # Errors
    /// When it cannot be read or written, is in use by another process, or is of another zone.
    pub fn open(folder: &Path, zone: &Zone, log_max: u64) -> Result<(Self, Registry), StoreError> {
        make_folder(folder).map_err(|error| StoreError::io(folder, error))?;
        let file = folder.join(FILE);
        let database = open_file(&file)?;
        let begun = begin(&database, zone).map_err(|error| StoreError::redb(&file, error))?;
        if begun.zone != zone.to_string() {
            return Err(StoreError::Zone {
                file: file.display().to_string(),
                found: begun.zone,
                expected: zone.to_string(),
            });
        }
        // The entry of a new file in its folder is data of the folder.
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| StoreError::io(folder, error))?;
        let registry = fill(&file, &database, zone, begun.standing)?;
        let store = Self {
            file,
            log_max,
            clock: LeaseClock::go_on(BootClock::open(), Some(begun.clock)),
            database: RwLock::new(Some(database)),
            standing: Mutex::new(begun.standing),
        };
        Ok((store, registry))
    }

    /// Keeps a batch: when this returns it is on the disk, whole.
    ///
    /// # Errors
    /// When it could not be kept; then the store takes nothing until it is mended.
    pub fn keep(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut standing = self.standing();
        let kept = {
            let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
            let database = database.as_ref().ok_or_else(|| self.unusable())?;
            write(database, batch, &self.clock.save(), *standing, self.log_max)
        };
        match kept {
            Ok(after) => {
                *standing = after;
                Ok(())
            }
            Err(error) => {
                drop(standing);
                self.close();
                Err(StoreError::redb(&self.file, error))
            }
        }
    }

    /// All names as they are kept now.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let transaction = self.read()?;
        Snapshot::new(&self.file, transaction)
    }

    /// The changes after a revision, in order: at least so many, if there are, and then to the end of a revision; none
    /// where they are no longer kept.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn changes_after(
        &self,
        revision: Revision,
        limit: usize,
    ) -> Result<Option<Vec<Change>>, StoreError> {
        let transaction = self.read()?;
        let changes = changes_after(&transaction, revision, limit);
        changes.map_err(|error| StoreError::redb(&self.file, error))
    }

    /// The oldest revision after which all changes are kept, and the newest.
    pub fn span(&self) -> (Revision, Revision) {
        let standing = self.standing();
        (standing.log_floor, standing.revision)
    }

    /// The clock of leases, which the store keeps.
    pub(crate) fn clock(&self) -> &LeaseClock {
        &self.clock
    }

    /// Closes it, so that it need not be repaired when it is opened again. What was kept is kept anyway.
    pub(crate) fn close(&self) {
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // What it could say here is nothing that anybody could do something about: opening repairs.
        drop(database.take().map(Database::close));
    }

    /// Whether it has to be mended before it takes anything.
    pub(crate) fn is_broken(&self) -> bool {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        database.is_none()
    }

    /// Opens it again after a batch could not be kept, and says what became of that batch.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) fn mend(&self) -> Result<Mended, StoreError> {
        let mut standing = self.standing();
        let database = open_file(&self.file)?;
        let found = database.begin_read().map_err(redb::Error::from);
        let found = found.and_then(|transaction| stands(&transaction));
        let found = found.map_err(|error| StoreError::redb(&self.file, error))?;
        *self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(database);
        let mended = match found.batches == standing.batches {
            true => Mended::Unkept,
            false => Mended::Kept,
        };
        *standing = found;
        Ok(mended)
    }

    /// A registry filled from it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn registry(&self, zone: &Zone) -> Result<Registry, StoreError> {
        let standing = *self.standing();
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or_else(|| self.unusable())?;
        fill(&self.file, database, zone, standing)
    }

    fn read(&self) -> Result<ReadTransaction, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or_else(|| self.unusable())?;
        let transaction = database.begin_read();
        transaction.map_err(|error| StoreError::redb(&self.file, error.into()))
    }

    fn unusable(&self) -> StoreError {
        StoreError::Unusable {
            file: self.file.display().to_string(),
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a store stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The revision of the last change.
    pub revision: Revision,
    /// The number that the next lease gets.
    pub next_lease: u64,
    /// After which revision the log has all changes.
    pub log_floor: Revision,
    /// How many batches were kept, ever.
    pub batches: u64,
}

impl Standing {
    fn encode(self) -> [u8; 32] {
        let numbers = [
            self.revision.0,
            self.next_lease,
            self.log_floor.0,
            self.batches,
        ];
        let mut bytes = [0; 32];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 32] = bytes.try_into().ok()?;
        let number = |at: usize| {
            let eight = bytes[8 * at..8 * at + 8].try_into();
            u64::from_be_bytes(eight.expect("eight bytes"))
        };
        Some(Self {
            revision: Revision(number(0)),
            next_lease: number(1),
            log_floor: Revision(number(2)),
            batches: number(3),
        })
    }
}

/// Where a store stands that is being read.
pub(crate) fn stands(transaction: &ReadTransaction) -> Result<Standing, redb::Error> {
    let state = transaction.open_table(STATE)?;
    let standing = state.get(STANDING)?;
    let standing = standing.and_then(|bytes| Standing::decode(bytes.value()));
    standing.ok_or_else(|| redb::Error::Corrupted("it does not say where it stands".to_owned()))
}

/// What a store says of itself when it is opened.
struct Begun {
    zone: String,
    standing: Standing,
    clock: Saved,
}

fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        fs::create_dir_all(above)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

fn open_file(path: &Path) -> Result<Database, StoreError> {
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|error| StoreError::io(path, error))?;
    let opened = FileBackend::new(file).and_then(|file| {
        Builder::new()
            .set_cache_size(CACHE_BYTES)
            .create_with_backend(file)
    });
    opened.map_err(|error| StoreError::redb(path, error.into()))
}

/// Reads what a store says of itself; of a new one, writes it first.
fn begin(database: &Database, zone: &Zone) -> Result<Begun, redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut state = transaction.open_table(STATE)?;
        if state.is_empty()? {
            let clock = LeaseClock::go_on(BootClock::open(), None);
            let standing = Standing {
                revision: Revision(0),
                next_lease: 1,
                log_floor: Revision(0),
                batches: 0,
            };
            state.insert(FORM, FORM_NUMBER)?;
            state.insert(ZONE, zone.to_string().as_bytes())?;
            state.insert(STANDING, &standing.encode()[..])?;
            state.insert(CLOCK, &clock.save().encode()[..])?;
            transaction.open_table(NAMES)?;
            transaction.open_table(LEASES)?;
            transaction.open_table(LOG)?;
        } else {
            drop(state);
            transaction.abort()?;
            return begun(database);
        }
    }
    transaction.commit()?;
    begun(database)
}

fn begun(database: &Database) -> Result<Begun, redb::Error> {
    let damaged = |what: &str| redb::Error::Corrupted(what.to_owned());
    let transaction = database.begin_read()?;
    let state = transaction.open_table(STATE)?;
    match state.get(FORM)? {
        Some(form) if form.value() == FORM_NUMBER => {}
        _ => return Err(damaged("it has a form that this program does not know")),
    }
    let zone = state.get(ZONE)?;
    let zone = zone.ok_or_else(|| damaged("it does not say of which zone it is"))?;
    let clock = state.get(CLOCK)?;
    let clock = clock.and_then(|bytes| bytes.value().try_into().ok().map(Saved::decode));
    Ok(Begun {
        zone: String::from_utf8_lossy(zone.value()).into_owned(),
        standing: stands(&transaction)?,
        clock: clock.ok_or_else(|| damaged("it does not say what the clock showed"))?,
    })
}

fn fill(
    file: &Path,
    database: &Database,
    zone: &Zone,
    standing: Standing,
) -> Result<Registry, StoreError> {
    let filled = || -> Result<Registry, redb::Error> {
        let mut registry = Registry::new(zone.clone());
        let transaction = database.begin_read()?;
        restoring::names(&transaction.open_table(NAMES)?, &mut registry)?;
        for entry in transaction.open_table(LEASES)?.iter()? {
            let (lease, state) = entry?;
            let (ttl_ms, deadline) = state.value();
            let deadline = LeaseTime(deadline);
            registry.restore_lease(LeaseId(lease.value()), Lease { ttl_ms, deadline });
        }
        registry.restore_revision(standing.revision, standing.next_lease);
        Ok(registry)
    };
    filled().map_err(|error| StoreError::redb(file, error))
}

fn write(
    database: &Database,
    batch: &Batch,
    clock: &Saved,
    before: Standing,
    log_max: u64,
) -> Result<Standing, redb::Error> {
    // Durability::Immediate is what a transaction has unless told otherwise.
    let transaction = database.begin_write()?;
    let mut after = Standing {
        revision: batch.revision,
        next_lease: batch.next_lease,
        batches: before.batches + 1,
        ..before
    };
    {
        let mut names = transaction.open_table(NAMES)?;
        let mut log = transaction.open_table(LOG)?;
        let (mut last, mut index) = (Revision(0), 0);
        let mut entry = Vec::new();
        for change in &batch.changes {
            let key = change.name.sort_key();
            let node = change.node.as_ref().map(naming::Node::encode);
            match &node {
                Some(node) => names.insert(&key[..], &node[..])?,
                None => names.remove(&key[..])?,
            };
            index = if change.revision == last {
                index + 1
            } else {
                0
            };
            last = change.revision;
            log_form::encode(change, node.as_deref(), &mut entry);
            log.insert((last.0, index), &entry[..])?;
        }
        prune(&mut log, log_max, &mut after)?;
        if !batch.leases.is_empty() {
            let mut leases = transaction.open_table(LEASES)?;
            for change in &batch.leases {
                match change.state {
                    Some(lease) => {
                        leases.insert(change.lease.0, (lease.ttl_ms, lease.deadline.0))?
                    }
                    None => leases.remove(change.lease.0)?,
                };
            }
        }
        let mut state = transaction.open_table(STATE)?;
        state.insert(STANDING, &after.encode()[..])?;
        state.insert(CLOCK, &clock.encode()[..])?;
    }
    transaction.commit()?;
    Ok(after)
}

/// Takes the oldest revisions out of the log, whole ones. Some at a time: each time touches a few pages more.
fn prune(
    log: &mut Table<'_, (u64, u32), &'static [u8]>,
    log_max: u64,
    after: &mut Standing,
) -> Result<(), redb::Error> {
    if log.len()? <= log_max + log_max / 16 {
        return Ok(());
    }
    while log.len()? > log_max {
        let Some((key, _)) = log.pop_first()? else {
            break;
        };
        after.log_floor = Revision(key.value().0);
    }
    while log
        .first()?
        .is_some_and(|(key, _)| key.value().0 == after.log_floor.0)
    {
        log.pop_first()?;
    }
    Ok(())
}

fn changes_after(
    transaction: &ReadTransaction,
    revision: Revision,
    limit: usize,
) -> Result<Option<Vec<Change>>, redb::Error> {
    if revision < stands(transaction)?.log_floor {
        return Ok(None);
    }
    let mut changes: Vec<Change> = Vec::new();
    let log = transaction.open_table(LOG)?;
    for entry in log.range((revision.0.saturating_add(1), 0)..)? {
        let (key, value) = entry?;
        let at = Revision(key.value().0);
        if changes.len() >= limit && changes.last().is_some_and(|last| last.revision != at) {
            break;
        }
        let change = log_form::decode(at, value.value());
        changes.push(change.ok_or_else(|| {
            redb::Error::Corrupted(format!("the log's revision {at} is no change"))
        })?);
    }
    Ok(Some(changes))
}

/// The store's file in its folder.
const FILE: &str = "names.redb";

/// What redb may keep in memory; names are answered from the registry, so this is for writing and for reading in order.
const CACHE_BYTES: usize = 128 << 20;

pub(crate) const NAMES: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("names");
const LEASES: TableDefinition<'_, u64, (u64, u64)> = TableDefinition::new("leases");
const LOG: TableDefinition<'_, (u64, u32), &[u8]> = TableDefinition::new("log");
const STATE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("state");

const FORM: &str = "form";
const FORM_NUMBER: &[u8] = b"1";
const ZONE: &str = "zone";
const STANDING: &str = "standing";
const CLOCK: &str = "clock";
