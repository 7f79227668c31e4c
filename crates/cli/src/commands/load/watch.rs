//! Watches a load run: prints what the course's client prints, fills `samples.csv`, moves the
//! progress line.

use std::{
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::Result;
use history::{RunFolder, Sample, SampleWriter};
use indicatif::ProgressBar;
use load::{Plan, Watcher};
use machine::Answer;

use super::voice::Voice;
use crate::progress;

/// What the run's workers report to.
pub struct Watch {
    voice: Voice,
    bar: ProgressBar,
    table: Mutex<Table>,
}

struct Table {
    rows: Option<SampleWriter>,
    /// For the page: all of them up to a bound, which a heat map does not need to exceed.
    kept: Vec<Sample>,
    is_broken: bool,
}

impl Watch {
    /// A watch of a plan's run that fills the folder's table.
    ///
    /// # Errors
    /// When the table cannot be created.
    pub fn new(voice: Voice, folder: Option<&RunFolder>, plan: &Plan) -> Result<Self> {
        let rows = folder.map(|folder| SampleWriter::create(&folder.file("samples.csv")));
        Ok(Self {
            voice,
            bar: match plan.lasting {
                None => progress::line(plan.asked(), "load"),
                Some(_) => progress::count("load"),
            },
            table: Mutex::new(Table {
                rows: rows.transpose()?,
                kept: Vec::new(),
                is_broken: false,
            }),
        })
    }

    /// Closes the table: the samples for the page, and whether some could not be written.
    pub fn finish(self) -> (Vec<Sample>, bool) {
        self.bar.finish_and_clear();
        self.voice.all_done();
        let mut table = self.table();
        let flushed = table.rows.as_mut().map_or(Ok(()), SampleWriter::flush);
        let is_broken = table.is_broken || flushed.is_err();
        (std::mem::take(&mut table.kept), is_broken)
    }

    /// A panic while it is held leaves whole rows.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for Watch {
    fn on_start(&self, workers: u32, target: SocketAddr) {
        self.voice.start(workers, target);
    }

    fn on_note(&self, worker: u32, text: &str) {
        self.voice.note(worker, text);
    }

    fn on_sending(&self, worker: u32, _: u64, bytes: &[u8]) {
        self.voice.sending(worker, bytes);
    }

    fn on_answer(&self, worker: u32, _: u64, answer: &Answer) {
        self.voice.answer(worker, answer);
    }

    fn on_samples(&self, samples: &[Sample]) {
        let mut table = self.table();
        let room = KEPT_SAMPLES.saturating_sub(table.kept.len());
        table
            .kept
            .extend_from_slice(&samples[..samples.len().min(room)]);
        let Table {
            rows, is_broken, ..
        } = &mut *table;
        if let Some(rows) = rows.as_mut().filter(|_| !*is_broken) {
            *is_broken = samples
                .iter()
                .try_for_each(|sample| rows.write(sample))
                .is_err();
        }
    }

    fn on_worker_done(&self, worker: u32) {
        self.voice.worker_done(worker);
    }

    fn on_progress(&self, done: u64, _: u64) {
        self.bar.set_position(done);
    }
}

/// About 100 MB.
const KEPT_SAMPLES: usize = 1_000_000;
