//! Requests under way on a connection, and what becomes of them.

use std::{collections::VecDeque, net::SocketAddr};

use history::{Outcome, Sample};
use rustix::{fd::OwnedFd, net::getsockname};
use timing::Tick;

/// A request that a worker has taken up.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Its number within its worker, from 0.
    pub(crate) number: u64,
    /// When the schedule intended it.
    pub(crate) intended: Tick,
    /// When the machine was asked for it; the intended instant until then.
    pub(crate) asked: Tick,
    /// When its first byte was handed to the kernel.
    pub(crate) sent: Option<Tick>,
    /// Where its first byte lies in the stream of all bytes sent on its connection.
    pub(crate) first_byte: u64,
    /// Its size on the wire.
    pub(crate) bytes: u64,
    /// What is measured of its departure.
    pub(crate) departure: Departure,
}

impl Request {
    /// A request that has not been asked for.
    pub(crate) fn new(number: u64, intended: Tick) -> Self {
        Self {
            number,
            intended,
            asked: intended,
            sent: None,
            first_byte: 0,
            bytes: 0,
            departure: Departure::default(),
        }
    }

    /// What happened to it.
    pub(crate) fn sample(&self, worker: u32, facts: &Facts, ending: &Ending) -> Sample {
        Sample {
            worker,
            number: self.number,
            intended_ns: self.intended.as_nanos(),
            connect_ns: facts.begun.map(Tick::as_nanos),
            connected_ns: facts.stood.map(Tick::as_nanos),
            ready_ns: facts.ready.map(Tick::as_nanos),
            sent_ns: self.sent.map(Tick::as_nanos),
            done_ns: Some(ending.at.as_nanos()),
            outcome: ending.outcome,
            request_bytes: self.bytes,
            reply_bytes: ending.reply_bytes,
            local_port: facts.local_port,
        }
    }
}

/// A request departs when it is sent on its session, or when the worker begins to connect for it:
/// that is the generator's part; how long the connection takes is the server's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Departure {
    /// From the intended instant; none when it never departed.
    pub(crate) late_ns: Option<u64>,
    /// From the departure of the same worker before; none for the first.
    pub(crate) gap_ns: Option<u64>,
    /// Whether it waited because its worker held as much as it may.
    pub(crate) held_back: bool,
    /// Whether it is the first on its connection, and tells what that took.
    pub(crate) opens: bool,
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    pub(crate) at: Tick,
    pub(crate) reply_bytes: u64,
}

/// What is known of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Facts {
    /// When the worker began to connect.
    pub(crate) begun: Option<Tick>,
    /// When the connection stood.
    pub(crate) stood: Option<Tick>,
    /// When its client could be asked.
    pub(crate) ready: Option<Tick>,
    pub(crate) local_port: Option<u16>,
}

impl Facts {
    /// The connection on `socket` stands since `at`.
    pub(crate) fn stands(&mut self, socket: &OwnedFd, at: Tick) {
        self.stood = Some(at);
        let address = getsockname(socket).ok();
        let address = address.and_then(|address| SocketAddr::try_from(address).ok());
        self.local_port = address.map(|address| address.port());
    }
}

/// The requests of one connection that are not answered, the oldest first.
///
/// ```text
///   front                                back
///   │ sent  sent  sent │ not sent  not sent │
///   └── sent_count ────┘
/// ```
#[derive(Debug, Default)]
pub(crate) struct Requests {
    queue: VecDeque<Request>,
    sent_count: usize,
}

impl Requests {
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(crate) fn push(&mut self, request: Request) {
        self.queue.push_back(request);
    }

    pub(crate) fn pop(&mut self) -> Option<Request> {
        let request = self.queue.pop_front()?;
        self.sent_count = self.sent_count.saturating_sub(1);
        Some(request)
    }

    pub(crate) fn oldest(&self) -> Option<&Request> {
        self.queue.front()
    }

    pub(crate) fn newest_mut(&mut self) -> Option<&mut Request> {
        self.queue.back_mut()
    }

    /// The next request of which a byte is among the first `handed` of the stream, marked as sent.
    pub(crate) fn next_sent(&mut self, handed: u64, at: Tick) -> Option<&mut Request> {
        let request = self.queue.get_mut(self.sent_count)?;
        if request.first_byte >= handed {
            return None;
        }
        self.sent_count += 1;
        request.sent = Some(at);
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Tick = Tick::from_nanos(9);

    fn requests(first_bytes: &[u64]) -> Requests {
        let mut requests = Requests::default();
        for (&first_byte, number) in first_bytes.iter().zip(0..) {
            let request = Request::new(number, Tick::ZERO);
            requests.push(Request {
                first_byte,
                ..request
            });
        }
        requests
    }

    fn sent(requests: &mut Requests, handed: u64) -> Vec<u64> {
        let next = || Some(requests.next_sent(handed, AT)?.number);
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn a_request_is_sent_when_its_first_byte_is() {
        let mut requests = requests(&[0, 10, 20]);
        assert_eq!(sent(&mut requests, 0), [0; 0]);
        assert_eq!(sent(&mut requests, 11), [0, 1]);
        assert_eq!(sent(&mut requests, 20), [0; 0]);
        assert_eq!(sent(&mut requests, 21), [2]);
    }

    #[test]
    fn answers_take_the_oldest_and_leave_the_rest_in_place() {
        let mut requests = requests(&[0, 10, 20]);
        assert_eq!(sent(&mut requests, 15), [0, 1]);
        let oldest = requests.pop().expect("three requests");
        assert_eq!((oldest.number, oldest.sent), (0, Some(AT)));
        assert_eq!(sent(&mut requests, 25), [2]);
    }
}
