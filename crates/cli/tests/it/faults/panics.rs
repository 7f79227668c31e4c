//! A session that panics, under every model.
//!
//! No service of ours panics, so this one is made for it. The models run it in a process of its own: this
//! test program again, with one test that is otherwise ignored.

use std::{
    collections::BTreeMap,
    env, fs,
    io::Write as _,
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use machine::{Input, Machine, Outbox, Service, Shared, Standing, Work};
use run::{CloseReason, Counter, Crew, Limits, Run, Shards, Sharing, Stop, Tee, TurnedAway};
use serve::Terms;
use timing::{SystemClock, Tick};
use wire::Ending;

use crate::{
    conformance::{client::read_until_over, subject::for_every_model},
    support::{Guarded, connect, read_exactly, signal},
};

#[test]
fn a_session_that_panics_loses_its_own_connection_and_no_other() {
    for_every_model(|model| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut server = Fragile::start(model.name, folder.path());
        let kinds: [&[u8]; 2] = [b"panic\n", b"work\n"];
        if model.is_iterative() {
            for request in kinds {
                server.check_panics(request);
            }
            server.check_served(&mut connect(server.address));
        } else {
            let mut other = connect(server.address);
            server.check_served(&mut other);
            for request in kinds {
                server.check_panics(request);
                server.check_served(&mut other);
            }
        }
        let counts = server.stop(folder.path());
        let expected = [
            ("accepted", 3),
            ("panicked", 2),
            ("killed", 0),
            ("ended", 3),
        ];
        let expected = expected.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(counts, BTreeMap::from(expected));
    });
}

/// The server, in a process of its own.
struct Fragile {
    child: Guarded,
    address: SocketAddr,
}

impl Fragile {
    #[track_caller]
    fn start(model: &str, folder: &Path) -> Self {
        let program = env::current_exe().expect("Linux tells");
        let test = "faults::panics::serves_until_it_is_stopped";
        let child = Command::new(program)
            .args(["--exact", test, "--ignored", "--nocapture"])
            .env(MODEL, model)
            .env(FOLDER, folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it started before");
        let mut child = Guarded(child);
        let address = || {
            fs::read_to_string(folder.join("address"))
                .ok()?
                .parse()
                .ok()
        };
        let address = child.until_ready(|| "of this program".to_owned(), address);
        Self { child, address }
    }

    #[track_caller]
    fn check_panics(&self, request: &[u8]) {
        let mut stream = connect(self.address);
        stream.write_all(request).expect("sent");
        assert_eq!(read_until_over(&mut stream), b"");
    }

    #[track_caller]
    fn check_served(&self, stream: &mut TcpStream) {
        stream.write_all(b"x\n").expect("sent");
        assert_eq!(read_exactly(stream, 2), b"x\n");
    }

    #[track_caller]
    fn stop(&mut self, folder: &Path) -> BTreeMap<String, u64> {
        signal(self.child.pid(), "INT");
        let status = self.child.wait();
        assert!(status.success(), "{status}");
        let text = fs::read_to_string(folder.join("counts")).expect("written at the end");
        serde_json::from_str(&text).expect("counts")
    }
}

#[test]
#[ignore = "the server of the test above, which starts it in a process of its own"]
fn serves_until_it_is_stopped() {
    let model = env::var(MODEL).expect("started by the test above");
    let folder = env::var(FOLDER).expect("started by the test above");
    let model = serve::by_name(&model).expect("a model");
    let (clock, limits) = (SystemClock::start(), Limits::default());
    let crew = Crew {
        size: Some(2),
        ..Crew::default()
    };
    let stop = Arc::new(Stop::new().expect("descriptors"));
    run::stop_on_signals(&stop).expect("handlers");
    let shards = Shards::new((model.slots)(&limits, &crew), 0).expect("memory");
    let terms = Terms {
        backlog: 64,
        sharing: Sharing::Listener,
    };
    let bound = serve::bind("127.0.0.1", 0, &terms).expect("bound");
    let ready = Path::new(&folder).join("address");
    fs::write(ready, bound.address.to_string()).expect("written");
    let run = Run {
        clock: &clock,
        stop: &stop,
        limits: &limits,
        crew: &crew,
        shards: &shards,
        observer: &Tee(Vec::new()),
    };
    model.serve(bound.listener, &Nervous, &run).expect("served");
    let totals = shards.totals();
    let ended = |reason| totals.counter(Counter::Ended(reason));
    let turned_away: u64 = TurnedAway::ALL
        .map(|limit| totals.counter(Counter::TurnedAway(limit)))
        .iter()
        .sum();
    assert_eq!(turned_away, 0);
    let counts = serde_json::json!({
        "accepted": totals.counter(Counter::Accepted),
        "panicked": ended(CloseReason::Panicked),
        "killed": ended(CloseReason::Killed),
        "ended": CloseReason::ALL.map(ended).iter().sum::<u64>(),
    });
    fs::write(Path::new(&folder).join("counts"), counts.to_string()).expect("written");
}

/// Sends back what it gets, and panics when it is told to.
struct Nervous;

impl Service for Nervous {
    fn name(&self) -> &'static str {
        "nervous"
    }

    fn session<'a>(&'a self, _: &'a dyn Shared) -> Box<dyn Machine + 'a> {
        Box::new(Self)
    }
}

impl Machine for Nervous {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Received(b"panic\n") => panic!("as it was told"),
            Input::Received(b"work\n") => out.work(Work::new(|| panic!("as it was told"))),
            Input::Received(bytes) => {
                out.deliver(bytes, now, Ending::Lf);
                out.send(bytes);
            }
            Input::Ended => out.close(),
            Input::Start | Input::Timer(_) | Input::Worked(_) | Input::Ask { .. } => {}
        }
    }

    fn standing(&self) -> Standing {
        Standing::Idle
    }
}

const MODEL: &str = "WHARF_TEST_MODEL";
const FOLDER: &str = "WHARF_TEST_FOLDER";
