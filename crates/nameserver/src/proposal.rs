//! What waits for the committer.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use naming::{Done, Name, Operation, Prerequisite, RecordSet, Request, Update};

use crate::Refused;

/// What the committer is asked.
pub(crate) enum Wish {
    /// To decide about a request.
    Proposal(Proposal),
    /// To end, after what was asked before.
    End,
}

/// A request that waits, with who is told what became of it. Whatever becomes of it, he is told once.
pub(crate) struct Proposal {
    request: Request,
    bytes: usize,
    waiting: Arc<AtomicUsize>,
    reply: Option<Reply>,
}

type Reply = Box<dyn FnOnce(Result<Done, Refused>) + Send>;

impl Proposal {
    /// A request, which counts among the bytes that wait as long as it is there.
    pub fn new(request: Request, waiting: &Arc<AtomicUsize>, reply: Reply) -> Self {
        let bytes = request_bytes(&request);
        waiting.fetch_add(bytes, Ordering::Relaxed);
        Self {
            request,
            bytes,
            waiting: Arc::clone(waiting),
            reply: Some(reply),
        }
    }

    /// What is asked for.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Says what became of it.
    pub fn reply(mut self, decided: Result<Done, Refused>) {
        if let Some(reply) = self.reply.take() {
            reply(decided);
        }
    }
}

impl Drop for Proposal {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.bytes, Ordering::Relaxed);
        // It came after the end.
        if let Some(reply) = self.reply.take() {
            reply(Err(Refused::Ending));
        }
    }
}

fn request_bytes(request: &Request) -> usize {
    let own = match request {
        Request::Put { name, sets, .. } => entry_bytes(name, sets),
        Request::Remove { name, .. } => name.wire().len(),
        Request::Update(update) => update_bytes(update),
        Request::Grant { names, .. } => names
            .iter()
            .map(|(name, sets, _)| entry_bytes(name, sets))
            .sum(),
        Request::Renew(_) | Request::Revoke(_) | Request::Expire => 0,
        Request::All(requests) => requests.iter().map(request_bytes).sum(),
    };
    own + EACH_BYTES
}

fn entry_bytes(name: &Name, sets: &[RecordSet]) -> usize {
    let records = sets.iter().flat_map(|set| &set.data);
    let data: usize = records.map(|data| data.len() + EACH_BYTES).sum();
    name.wire().len() + data + EACH_BYTES * sets.len()
}

fn update_bytes(update: &Update) -> usize {
    let prerequisites = update.prerequisites.iter().map(|held| match held {
        Prerequisite::SetIs(_, _, data) => data.iter().map(|data| data.len() + EACH_BYTES).sum(),
        _ => EACH_BYTES,
    });
    let operations = update.operations.iter().map(|done| match done {
        Operation::Add { data, .. } | Operation::RemoveRecord(_, _, data) => data.len(),
        _ => 0,
    });
    // Each has a name beside it.
    prerequisites
        .map(|bytes: usize| bytes + EACH_BYTES)
        .sum::<usize>()
        + operations
            .map(|bytes| bytes + 2 * EACH_BYTES)
            .sum::<usize>()
}

/// What a part takes beside its bytes, about.
const EACH_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn who_asked_is_told_once_and_the_bytes_are_given_back() {
        let waiting = Arc::new(AtomicUsize::new(0));
        let (sender, told) = mpsc::channel();
        let propose = || {
            let sender = sender.clone();
            let request = Request::All(vec![Request::Expire, Request::Expire]);
            Proposal::new(
                request,
                &waiting,
                Box::new(move |decided| sender.send(decided).expect("somebody listens")),
            )
        };
        let (first, second) = (propose(), propose());
        assert_eq!(waiting.load(Ordering::Relaxed), 2 * 3 * EACH_BYTES);
        first.reply(Ok(Done::default()));
        drop(second);
        assert_eq!(waiting.load(Ordering::Relaxed), 0);
        assert!(matches!(told.try_recv(), Ok(Ok(_))));
        assert!(matches!(told.try_recv(), Ok(Err(Refused::Ending))));
        assert!(told.try_recv().is_err());
    }
}
