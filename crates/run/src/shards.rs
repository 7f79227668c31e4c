//! One slot a worker, in memory that threads and processes share; merged when asked.

use std::{
    io,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use machine::Shared;
use stats::{BUCKETS, Distribution, Histogram, bucket_of};

use crate::{
    Counter, Gap,
    board::Board,
    publication::Publication,
    region::Region,
    tallies::{Batch, Tallies},
};

/// Everything that workers count, each in a slot of its own.
///
/// **A slot has one writer at a time: it belongs to whoever claimed it until it is released.** A
/// slot keeps its contents when it is released, and the next owner counts on from there; so what a
/// killed worker had counted stays, once.
#[derive(Debug)]
pub struct Shards {
    region: Region,
    service_words: usize,
    slots: u32,
    /// Slots that nobody holds; only the process that made the shards hands them out.
    free: Mutex<Vec<u32>>,
}

impl Shards {
    /// Room for `slots` workers of a service that shares `service_words` words.
    ///
    /// # Errors
    /// When the memory cannot be mapped. Of a slot that is never used not one page is touched.
    pub fn new(slots: u32, service_words: usize) -> io::Result<Self> {
        let words = Board::WORDS.next_multiple_of(LINE_WORDS)
            + slots as usize * (Self::cell_words(service_words) + HISTOGRAM_WORDS);
        Ok(Self {
            region: Region::new(words)?,
            service_words,
            slots,
            // The last is handed out first: low slots are used again before high ones are touched.
            free: Mutex::new((0..slots).rev().collect()),
        })
    }

    /// Takes a slot, if one is free.
    pub fn claim(&self) -> Option<u32> {
        let slot = self.free().pop()?;
        self.board().used(slot);
        Some(slot)
    }

    /// Gives a slot back.
    ///
    /// # Panics
    /// When it is not one of these shards.
    pub fn release(&self, slot: u32) {
        assert!(slot < self.slots, "slot {slot} is of other shards");
        self.free().push(slot);
    }

    /// Brings the histograms of a slot up to its tallies: to be called when its owner was killed, which
    /// may have happened while it was doing so.
    pub fn mend(&self, slot: u32) {
        let mut tallies = self.tallies(slot);
        for gap in Gap::ALL {
            for (nanos, count) in self.missing(slot, gap, &tallies) {
                self.add_to_bucket(slot, gap, nanos, count);
            }
            tallies.last[gap as usize] = Batch::default();
        }
        self.publish_connections(slot, &tallies);
        self.publish_traffic(slot, &tallies);
    }

    /// How many connections the owners of a slot have reported as ended.
    pub fn ended_in(&self, slot: u32) -> u64 {
        let tallies = self.tallies(slot);
        ended(&tallies)
    }

    /// How many connections are open at the moment, with all workers.
    pub fn open(&self) -> u64 {
        self.board().open()
    }

    /// Everything counted so far by all workers, each thing once.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals {
            tallies: Tallies::default(),
            histograms: Gap::ALL.map(|_| Histogram::new()),
            open_max: self.board().open_max(),
        };
        for slot in 0..self.board().used_slots() {
            let tallies = self.tallies(slot);
            for gap in Gap::ALL {
                self.add_histogram(slot, gap, &tallies, &mut totals.histograms[gap as usize]);
            }
            totals.tallies.merge(&tallies);
        }
        totals
    }

    pub(crate) fn board(&self) -> Board<'_> {
        Board::new(self.region.words(0, Board::WORDS))
    }

    pub(crate) fn tallies(&self, slot: u32) -> Tallies {
        let mut traffic = [0; Tallies::TRAFFIC_WORDS];
        let mut connections = [0; Tallies::CONNECTION_WORDS];
        self.traffic_cell(slot).read(&mut traffic);
        self.connections_cell(slot).read(&mut connections);
        Tallies::from_words(&traffic, &connections)
    }

    pub(crate) fn publish_traffic(&self, slot: u32, tallies: &Tallies) {
        self.traffic_cell(slot).publish(&tallies.traffic());
    }

    pub(crate) fn publish_connections(&self, slot: u32, tallies: &Tallies) {
        self.connections_cell(slot).publish(&tallies.connections());
    }

    pub(crate) fn count_in_histogram(&self, slot: u32, gap: Gap, batch: Batch) {
        self.add_to_bucket(slot, gap, batch.nanos, batch.count.min(1));
        self.add_to_bucket(slot, gap, 0, batch.zeros());
    }

    fn add_to_bucket(&self, slot: u32, gap: Gap, nanos: u64, count: u64) {
        if count > 0 {
            let cell = &self.histogram(slot, gap)[bucket_of(nanos)];
            // One writer: a load and a store are an addition, and no other core is asked.
            cell.store(cell.load(Ordering::Relaxed) + count, Ordering::Release);
        }
    }

    pub(crate) fn service_cell(&self, slot: u32) -> Publication<'_> {
        self.cell(slot, TALLIES_WORDS, self.service_words)
    }

    fn traffic_cell(&self, slot: u32) -> Publication<'_> {
        self.cell(slot, 0, Tallies::TRAFFIC_WORDS)
    }

    fn connections_cell(&self, slot: u32) -> Publication<'_> {
        self.cell(slot, TRAFFIC_CELL_WORDS, Tallies::CONNECTION_WORDS)
    }

    /// The publication of so many words that begins there in the slot's cell.
    fn cell(&self, slot: u32, begin: usize, words: usize) -> Publication<'_> {
        let offset = self.cell_offset(slot) + begin;
        Publication::new(self.region.words(offset, Publication::words(words)))
    }

    fn histogram(&self, slot: u32, gap: Gap) -> &[AtomicU64] {
        let cells = self.slots as usize * Self::cell_words(self.service_words);
        let histograms = Board::WORDS.next_multiple_of(LINE_WORDS) + cells;
        let offset = histograms + slot as usize * HISTOGRAM_WORDS + gap as usize * BUCKETS;
        self.region.words(offset, BUCKETS)
    }

    fn add_histogram(&self, slot: u32, gap: Gap, tallies: &Tallies, into: &mut Histogram) {
        for (index, count) in self.counted_buckets(slot, gap, tallies) {
            into.record_bucket(index, count);
        }
        for (nanos, count) in self.missing(slot, gap, tallies) {
            into.record_bucket(bucket_of(nanos), count);
        }
    }

    /// What the histogram lacks of the last batch, as values and how many of each: all of it, its gaps of
    /// nothing, or nothing, because that is the order in which its owner counts them.
    fn missing(&self, slot: u32, gap: Gap, tallies: &Tallies) -> [(u64, u64); 2] {
        let counted: u64 = self
            .counted_buckets(slot, gap, tallies)
            .map(|(_, count)| count)
            .sum();
        let last = tallies.last[gap as usize];
        // A reader may come while the owner counts on, and then sees more than was published.
        let behind = tallies.moments[gap as usize]
            .count()
            .saturating_sub(counted);
        let (first, zeros) = match behind {
            0 => (0, 0),
            _ if behind == last.count => (1, last.zeros()),
            _ if behind == last.zeros() => (0, last.zeros()),
            _ => (0, 0),
        };
        [(last.nanos, first), (0, zeros)]
    }

    /// The buckets between the least and the greatest gap. The others are empty, and reading a page
    /// that nobody has touched would make the kernel provide it.
    fn counted_buckets<'a>(
        &'a self,
        slot: u32,
        gap: Gap,
        tallies: &Tallies,
    ) -> impl Iterator<Item = (usize, u64)> + 'a {
        let moments = &tallies.moments[gap as usize];
        let range = match (moments.min(), moments.max()) {
            (Some(min), Some(max)) => bucket_of(min)..bucket_of(max) + 1,
            _ => 0..0,
        };
        let histogram = self.histogram(slot, gap);
        range.map(|index| (index, histogram[index].load(Ordering::Acquire)))
    }

    /// The cells of all slots lie together and their histograms behind them, so that a new worker
    /// touches few pages that nobody has touched.
    fn cell_offset(&self, slot: u32) -> usize {
        assert!(slot < self.slots, "slot {slot} is of other shards");
        Board::WORDS.next_multiple_of(LINE_WORDS)
            + slot as usize * Self::cell_words(self.service_words)
    }

    const fn cell_words(service_words: usize) -> usize {
        let words = TALLIES_WORDS + Publication::words(service_words);
        words.next_multiple_of(LINE_WORDS)
    }

    /// A panic while the list is held cannot leave it half changed.
    fn free(&self) -> MutexGuard<'_, Vec<u32>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One worker's view of the service's words.
#[derive(Debug)]
pub(crate) struct ServiceWords<'a> {
    pub(crate) shards: &'a Shards,
    pub(crate) slot: u32,
}

impl Shared for ServiceWords<'_> {
    fn own(&self, words: &mut [u64]) {
        self.shards.service_cell(self.slot).read(words);
    }

    fn publish(&self, words: &[u64]) {
        self.shards.service_cell(self.slot).publish(words);
    }

    fn fold(&self, visit: &mut dyn FnMut(&[u64])) {
        let mut words = vec![0; self.shards.service_words];
        for slot in 0..self.shards.board().used_slots() {
            self.shards.service_cell(slot).read(&mut words);
            visit(&words);
        }
    }
}

/// What all workers counted, merged.
#[derive(Debug)]
pub struct Totals {
    tallies: Tallies,
    histograms: [Histogram; Gap::COUNT],
    open_max: u64,
}

impl Totals {
    /// One counter's total.
    pub fn counter(&self, counter: Counter) -> u64 {
        self.tallies.counter(counter)
    }

    /// Most connections open at once.
    pub const fn open_max(&self) -> u64 {
        self.open_max
    }

    /// The gaps of one kind, over all workers.
    pub fn gaps(&self, gap: Gap) -> Distribution {
        let moments = self.tallies.moments[gap as usize].clone();
        Distribution::from_parts(moments, self.histograms[gap as usize].clone())
    }
}

fn ended(tallies: &Tallies) -> u64 {
    let reasons = crate::CloseReason::ALL;
    reasons
        .iter()
        .map(|&reason| tallies.counter(Counter::Ended(reason)))
        .sum()
}

/// Words of a slot's tallies: its traffic, and its connections behind it.
const TRAFFIC_CELL_WORDS: usize = Publication::words(Tallies::TRAFFIC_WORDS);
const TALLIES_WORDS: usize = TRAFFIC_CELL_WORDS + Publication::words(Tallies::CONNECTION_WORDS);

/// Words of a slot's histograms; a multiple of a line.
const HISTOGRAM_WORDS: usize = Gap::COUNT * BUCKETS;

/// Words in a cache line: slots begin on a line of their own, so that workers do not share one.
const LINE_WORDS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn shards() -> Shards {
        Shards::new(3, 2).expect("mapped")
    }

    /// As a recorder does: the batch before goes into the histogram.
    fn record(shards: &Shards, slot: u32, batch: Batch) {
        let mut tallies = shards.tallies(slot);
        shards.count_in_histogram(slot, Gap::Data, tallies.last[Gap::Data as usize]);
        tallies.record(Gap::Data, batch);
        shards.publish_traffic(slot, &tallies);
    }

    fn counts(shards: &Shards) -> (u64, u64) {
        let gaps = shards.totals().gaps(Gap::Data);
        (gaps.count(), gaps.histogram().count())
    }

    #[test]
    fn totals_are_over_all_slots_and_over_all_owners_of_a_slot() {
        let shards = shards();
        let (first, second) = (shards.claim().expect("free"), shards.claim().expect("free"));
        record(&shards, first, Batch::of(100));
        record(&shards, second, Batch::of(200));
        shards.release(first);
        let again = shards.claim().expect("free");
        assert_eq!(again, first);
        record(&shards, again, Batch::of(300));
        let gaps = shards.totals().gaps(Gap::Data);
        assert_eq!(gaps.count(), 3);
        assert_eq!(gaps.digest().mean, Some(200.0));
        assert_eq!(gaps.histogram().count(), 3);
    }

    #[test]
    fn a_worker_killed_while_it_counts_loses_nothing_and_counts_nothing_twice() {
        let batch = Batch {
            nanos: 7_000,
            count: 6,
        };
        // How far it had come with the batch before when it was killed.
        for counted in [(0, 0), (1, 0), (1, 5)] {
            let shards = shards();
            let slot = shards.claim().expect("free");
            record(&shards, slot, Batch::of(100));
            record(&shards, slot, batch);
            assert_eq!(counts(&shards), (7, 7));
            shards.add_to_bucket(slot, Gap::Data, batch.nanos, counted.0);
            shards.add_to_bucket(slot, Gap::Data, 0, counted.1);
            assert_eq!(counts(&shards), (7, 7), "{counted:?}");
            shards.mend(slot);
            record(&shards, slot, Batch::of(50));
            record(&shards, slot, Batch::of(51));
            assert_eq!(counts(&shards), (9, 9), "{counted:?}");
        }
    }

    #[test]
    fn mending_what_is_whole_changes_nothing() {
        let shards = shards();
        let slot = shards.claim().expect("free");
        record(&shards, slot, Batch::of(100));
        shards.mend(slot);
        shards.mend(slot);
        assert_eq!(counts(&shards), (1, 1));
    }

    #[test]
    fn there_are_as_many_slots_as_asked_for() {
        let shards = shards();
        let slots: Vec<_> = (0..4).map(|_| shards.claim()).collect();
        assert_eq!(slots, [Some(0), Some(1), Some(2), None]);
    }

    #[test]
    fn every_worker_sees_the_words_of_all() {
        let shards = shards();
        let views: Vec<_> = (0..2)
            .map(|_| ServiceWords {
                shards: &shards,
                slot: shards.claim().expect("free"),
            })
            .collect();
        views[0].publish(&[1, 10]);
        views[1].publish(&[2, 20]);
        let mut sum = [0, 0];
        views[0].fold(&mut |words| sum = [sum[0] + words[0], sum[1] + words[1]]);
        assert_eq!(sum, [3, 30]);
        let mut own = [0; 2];
        views[1].own(&mut own);
        assert_eq!(own, [2, 20]);
    }
}
