//! What a worker does, be it a thread or a process: takes shares, searches them piece by piece, hands over.

use std::{
    io::{self, Write},
    sync::atomic::Ordering,
};

use primes::{Range, Steps};

use crate::{
    Want,
    frame::{HEADER, Header, pack},
    pace::Pace,
    plan::Plan,
};

/// Where a worker begins: at the start, or where one that died has left off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Begin {
    /// The share that was finished last.
    pub(crate) finished: Option<u64>,
    /// One that was not, and its numbers that are left.
    pub(crate) unfinished: Option<(u64, Range)>,
}

/// Lives a worker's life; returns when there is nothing left for it, or when it is to end.
///
/// # Errors
/// When nobody takes what it finds.
pub(crate) fn work(plan: &Plan, worker: u32, begin: Begin, out: &mut dyn Write) -> io::Result<()> {
    let mut taker = plan.hand.sit_down(worker);
    let mut desk = Desk {
        plan,
        pace: plan.pace(),
        primes: Vec::new(),
        frame: Vec::new(),
        out,
    };
    let mut finished = begin.finished;
    if let Some((share, rest)) = begin.unfinished {
        desk.search(share, rest)?;
        finished = Some(share);
    }
    while let Some(share) = taker.next(finished) {
        plan.begin(worker, share);
        if let Some(range) = plan.cut.share(share) {
            desk.search(share, range)?;
        }
        finished = Some(share);
    }
    Ok(())
}

/// What a worker has at hand from piece to piece.
struct Desk<'a> {
    plan: &'a Plan,
    pace: Pace,
    primes: Vec<u64>,
    frame: Vec<u8>,
    out: &'a mut dyn Write,
}

impl Desk<'_> {
    fn search(&mut self, share: u64, range: Range) -> io::Result<()> {
        let mut rest = Some(range);
        while let Some(left) = rest {
            if self.plan.is_over.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let (piece, after) = left.split_at(self.pace.numbers());
            let header = self.piece(share, piece);
            let numbers = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            self.pace
                .took(numbers, header.end.nanos_since(header.begin));
            self.out.write_all(&self.frame)?;
            rest = after;
        }
        Ok(())
    }

    /// Searches a piece and makes the frame for it.
    fn piece(&mut self, share: u64, piece: Range) -> Header {
        self.primes.clear();
        self.frame.clear();
        self.frame.resize(HEADER, 0);
        let begin = self.plan.now();
        let (count, steps) = match self.plan.want {
            Want::Count => self.plan.search.count(piece),
            Want::Primes => self.find(piece),
        };
        let end = self.plan.now();
        pack(piece, &self.primes, &mut self.frame);
        let header = Header {
            share,
            piece,
            count,
            steps,
            begin,
            end,
            bytes: self.frame.len() - HEADER,
        };
        let place = self.frame.first_chunk_mut().expect("a header's room");
        header.write(place);
        header
    }

    fn find(&mut self, piece: Range) -> (u64, Steps) {
        let steps = self.plan.search.find(piece, &mut self.primes);
        (self.primes.len() as u64, steps)
    }
}
