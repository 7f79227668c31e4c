//! A server under test, with an account of what its clients did to it, which its statistics must
//! agree with.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::TcpStream,
    rc::Rc,
    thread,
};

use serve::{Choice, MODELS, Model};
use services::{SERVICES, ServiceEntry};

use super::{
    cases::{Case, Count, End, Talk, case},
    client::{half_close, send_and_reset, while_sending},
    outside::{connections, descriptors, expects_clients, threads},
};
use crate::support::{Server, Stopped, WORKERS, eventually, read_exactly, read_to_end};

/// Runs `work` on every service under every model, the models side by side, and then looks at what
/// each server leaves and says.
#[track_caller]
pub fn for_every_pair(work: impl Fn(&mut Subject) + Sync) {
    for_every_model(|model| {
        for entry in SERVICES {
            let mut subject = Subject::start(entry, model);
            work(&mut subject);
            subject.finish();
        }
    });
}

/// Runs `work` under every model, side by side.
#[track_caller]
pub fn for_every_model(work: impl Fn(&'static Model) + Sync) {
    thread::scope(|scope| {
        let run = |model: &'static Model| {
            let _names = Names(format!("under the model {}", model.name));
            work(model);
        };
        let runs: Vec<_> = MODELS
            .iter()
            .map(|model| scope.spawn(move || run(model)))
            .collect();
        let failed = runs.into_iter().filter_map(|run| run.join().err()).count();
        assert_eq!(failed, 0, "failed under so many of {} models", MODELS.len());
    });
}

/// A server under test.
pub struct Subject {
    pub server: Server,
    pub case: Rc<Case>,
    /// What it held at the start.
    baseline: Option<Held>,
    /// Whether the model has a fixed number of workers, which stay.
    keeps_workers: bool,
    account: Account,
    _names: Names,
}

impl Subject {
    #[track_caller]
    pub fn start(entry: &ServiceEntry, model: &'static Model) -> Self {
        let names = Names(format!("{} under {}", entry.name, model.name));
        let case = case(entry.name).unwrap_or_else(|| {
            panic!(
                "the service `{}` has no case in conformance/cases.rs",
                entry.name
            )
        });
        let server = Server::start(entry.name, model.name, case.flags);
        expects_clients(&[vec![server.pid()], server.children()].concat());
        let mut subject = Self {
            server,
            case: Rc::new(case),
            baseline: None,
            keeps_workers: model.choices.contains(&Choice::Size),
            account: Account::default(),
            _names: names,
        };
        // Some of what a server holds it only makes once it accepts.
        subject.proves_life();
        subject.baseline = Some(subject.settled());
        subject
    }

    /// One connection, sent as so many pieces; the client waits for the replies before it closes.
    #[track_caller]
    pub fn talk(&mut self, talk: &Talk, pieces: Pieces) {
        let mut stream = self.server.connect();
        let expected = [self.case.greeting, &talk.reply].concat();
        let found = while_sending(
            &mut stream,
            &pieces.of(&talk.request),
            |stream| match talk.end {
                End::Server => read_to_end(stream),
                End::Client => read_exactly(stream, expected.len()),
            },
        );
        assert_same(&found, &expected);
        half_close(&stream);
        assert_same(&read_to_end(&mut stream), b"");
        self.account.talked(talk, expected.len());
    }

    /// One connection whose client says at once that no more will come, and then reads.
    #[track_caller]
    pub fn talk_half_closed(&mut self, talk: &Talk) {
        let mut stream = self.server.connect();
        let expected = [self.case.greeting, &talk.reply].concat();
        while_sending(&mut stream, &[&talk.request], |_| {});
        half_close(&stream);
        assert_same(&read_to_end(&mut stream), &expected);
        self.account.talked(talk, expected.len());
        // Which side was first to say so depends on when the server looked.
        self.account.ended_somehow();
    }

    /// So many clients at once, each with the same talk.
    #[track_caller]
    pub fn crowd(&mut self, talk: &Talk, clients: usize) {
        let expected = [self.case.greeting, &talk.reply].concat();
        let mut streams: Vec<_> = (0..clients).map(|_| self.server.connect()).collect();
        for stream in &mut streams {
            ask(stream, talk);
        }
        for mut stream in streams {
            assert_same(&read_exactly(&mut stream, expected.len()), &expected);
            half_close(&stream);
            assert_same(&read_to_end(&mut stream), b"");
            self.account.talked(talk, expected.len());
        }
    }

    /// A client that goes away in the middle of a request.
    #[track_caller]
    pub fn vanish(&mut self, how: Vanish) {
        match how {
            Vanish::Reset => send_and_reset(self.server.address, self.case.beginning),
            Vanish::Close => {
                let mut stream = self.server.connect();
                read_exactly(&mut stream, self.case.greeting.len());
                while_sending(&mut stream, &[self.case.beginning], |_| {});
            }
        }
        self.account.vanished();
    }

    /// A client that leaves behind what it should have read: its close is a reset.
    #[track_caller]
    pub fn vanish_with_reply_unread(&mut self) {
        let mut stream = self.server.connect();
        ask(&mut stream, self.case.whole.last().expect("a request"));
        let _ = stream.peek(&mut [0]);
        drop(stream);
        self.account.vanished();
    }

    /// Another client is served.
    #[track_caller]
    pub fn proves_life(&mut self) {
        let case = Rc::clone(&self.case);
        self.talk(case.whole.last().expect("a request"), Pieces::One);
    }

    /// Waits until nothing is left of the clients, stops the server, and compares its statistics with
    /// the account.
    #[track_caller]
    pub fn finish(self) -> Stopped {
        let baseline = self.baseline.as_ref().expect("taken at the start");
        eventually("threads and descriptors are as at the start", || {
            (self.settled() == *baseline).then_some(())
        });
        let stopped = self.server.stop();
        assert_eq!(stopped.status, Some(0), "{}", stopped.stderr);
        assert!(!stopped.stderr.contains("panic"), "{}", stopped.stderr);
        self.account.check(&stopped.summary);
        stopped
    }

    /// What it holds once no client is left, and no worker beyond those that the model keeps; zombies
    /// included: `/proc` lists them among the children until they are waited for.
    #[track_caller]
    fn settled(&self) -> Held {
        eventually("all connections and their workers are gone", || {
            let pid = self.server.pid();
            let workers = self.server.children();
            let all = [vec![pid], workers.clone()].concat();
            let is_left = connections(&all) == 0;
            let held = Held {
                processes: all.len(),
                threads: all.iter().map(|&pid| threads(pid)).sum(),
                descriptors: descriptors(pid),
            };
            // A herd or a pool is all there, beside the one that accepts.
            let staff = if self.keeps_workers { WORKERS } else { 0 };
            // Of a zombie there is a process and no thread.
            let is_whole = held.processes == 1 || held.processes == held.threads;
            let may_stay = is_whole && held.threads == 1 + staff;
            // Which of them had how many clients is chance: one that leaks differs from the others.
            let each: BTreeSet<usize> = workers.into_iter().map(descriptors).collect();
            (is_left && may_stay && each.len() <= 1).then_some(held)
        })
    }
}

/// What a server with its workers holds.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    processes: usize,
    threads: usize,
    /// Of the process that was started; workers that stay must be alike.
    descriptors: usize,
}

/// How a request is cut into segments.
#[derive(Clone, Copy)]
pub enum Pieces {
    One,
    Bytes,
}

impl Pieces {
    fn of(self, request: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::One => vec![request],
            Self::Bytes => request.chunks(1).collect(),
        }
    }
}

/// How a client goes away.
#[derive(Clone, Copy)]
pub enum Vanish {
    Close,
    Reset,
}

/// What the statistics must come to.
#[derive(Default)]
struct Account {
    clients: u64,
    ended: BTreeMap<String, u64>,
    /// Connections of which it is not certain why they ended.
    ended_somehow: u64,
    endings: BTreeMap<String, u64>,
    requests: u64,
    data_gaps: u64,
    sent_bytes: u64,
    /// Whether some requests were of a kind that has no certain count, or ending.
    is_count_open: bool,
    is_ending_open: bool,
}

impl Account {
    fn talked(&mut self, talk: &Talk, reply_bytes: usize) {
        self.clients += 1;
        self.sent_bytes += reply_bytes as u64;
        let reason = match talk.end {
            End::Server => "done",
            End::Client => "peer",
        };
        *self.ended.entry(reason.to_owned()).or_default() += 1;
        let requests = match talk.count {
            Count::Endings { bare, lf } => {
                for (ending, count) in [("bare", bare), ("lf", lf)] {
                    *self.endings.entry(ending.to_owned()).or_default() += count;
                }
                bare + lf
            }
            Count::Requests(count) => {
                self.is_ending_open = true;
                count
            }
            Count::Reads => {
                self.is_count_open = true;
                1
            }
        };
        self.requests += requests;
        self.data_gaps += requests.saturating_sub(1);
    }

    fn ended_somehow(&mut self) {
        self.ended_somehow += 1;
    }

    fn vanished(&mut self) {
        self.clients += 1;
        self.ended_somehow += 1;
        self.is_count_open = true;
    }

    #[track_caller]
    fn check(&self, found: &history::ServeSummary) {
        let connections = &found.connections;
        let ended: u64 = connections.ended.values().sum();
        assert_eq!((connections.accepted, ended), (self.clients, self.clients));
        assert!(
            connections.turned_away.is_empty(),
            "{:?}",
            connections.turned_away
        );
        for reason in connections.ended.keys() {
            assert!(
                ["done", "peer", "reset"].contains(&reason.as_str()),
                "{connections:?}"
            );
        }
        if self.ended_somehow == 0 {
            assert_eq!(connections.ended, self.ended);
        }
        assert_eq!(found.connection_gaps.accept.count, self.clients - 1);
        let endings: u64 = found.endings.values().sum();
        assert_eq!(endings, found.requests);
        if self.is_count_open {
            assert!(
                found.requests >= self.requests,
                "{} < {}",
                found.requests,
                self.requests
            );
            return;
        }
        assert_eq!(found.requests, self.requests);
        assert_eq!(found.data_gaps.count, self.data_gaps);
        assert_eq!(found.sent_bytes, self.sent_bytes);
        if !self.is_ending_open {
            let mut expected = self.endings.clone();
            expected.retain(|_, count| *count > 0);
            assert_eq!(found.endings, expected);
        }
    }
}

/// Says of what a test failed.
struct Names(String);

impl Drop for Names {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("failed: {}", self.0);
        }
    }
}

/// Equal, said briefly when they are long and not.
#[track_caller]
pub fn assert_same(found: &[u8], expected: &[u8]) {
    if found == expected {
        return;
    }
    let parts_at = found.iter().zip(expected).position(|(a, b)| a != b);
    let at = parts_at.unwrap_or(found.len().min(expected.len()));
    let shown = |bytes: &[u8]| {
        let end = bytes.len().min(at + 60);
        String::from_utf8_lossy(&bytes[at.saturating_sub(20).min(end)..end]).into_owned()
    };
    panic!(
        "{} bytes in place of {}, differing from byte {at} on: {:?} in place of {:?}",
        found.len(),
        expected.len(),
        shown(found),
        shown(expected),
    );
}

/// Sends the whole of a talk and gives the connection back unread.
#[track_caller]
pub fn ask(stream: &mut TcpStream, talk: &Talk) {
    while_sending(stream, &[&talk.request], |_| {});
}
