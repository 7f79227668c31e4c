//! In steady state an event loop allocates nothing for a request, from the read to the write, statistics
//! included: a counting allocator says so, in every process of the server.
//!
//! The test is its own server: it starts itself again, and the count lies in a file that both map.

#[path = "../../services/tests/counting/allocator.rs"]
mod allocator;

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command},
    ptr::null_mut,
    sync::{
        Arc,
        atomic::{AtomicPtr, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use run::{Crew, Limits, Run, Shards, Sharing, Stop, Tee, stop_on_signals};
use rustix::{
    mm::{MapFlags, ProtFlags, mmap},
    process::{Pid, Signal, kill_process},
};
use serve::{Choice, MODELS, Memory, Model, Terms};
use timing::SystemClock;

use allocator::Counting;

/// In memory that processes share.
static COUNT: AtomicPtr<AtomicU64> = AtomicPtr::new(null_mut());

fn count() {
    // SAFETY: null, or a word that is mapped for as long as the process lives.
    if let Some(count) = unsafe { COUNT.load(Ordering::Relaxed).as_ref() } {
        count.fetch_add(1, Ordering::SeqCst);
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting(count);

fn main() {
    if let (Ok(model), Ok(folder)) = (env::var(MODEL), env::var(FOLDER)) {
        return serve_echo(&model, Path::new(&folder));
    }
    let mut names = env::args().skip(1).filter(|word| !word.starts_with('-'));
    if names.next().is_some_and(|name| !"steady".contains(&name)) {
        return;
    }
    let mut checked = 0;
    for model in MODELS.iter().filter(|model| is_loop(model)) {
        check(model);
        println!("test steady::{} ... ok", model.name);
        checked += 1;
    }
    println!("\ntest result: ok. {checked} passed; 0 failed; 0 ignored");
}

/// Event loops of our own; what a runtime under `async` allocates is not ours to say.
fn is_loop(model: &Model) -> bool {
    model.choices.contains(&Choice::CpuWork) && model.memory != Memory::Shared
}

/// The server's part: until it is asked to stop.
fn serve_echo(model: &str, folder: &Path) {
    COUNT.store(map(folder), Ordering::Relaxed);
    let model = serve::by_name(model).expect("a model");
    let (limits, crew) = (Limits::default(), Crew::default());
    let entry = services::by_name("echo").expect("a service");
    let service = entry.service(&(entry.dialect)());
    let shards = Shards::new((model.slots)(&limits, &crew), 0).expect("memory");
    let stop = Arc::new(Stop::new().expect("descriptors"));
    stop_on_signals(&stop).expect("handlers");
    let terms = Terms {
        backlog: 128,
        sharing: Sharing::Listener,
    };
    let bound = serve::bind("127.0.0.1", 0, &terms).expect("a port");
    let run = Run {
        clock: &SystemClock::start(),
        stop: &stop,
        limits: &limits,
        crew: &crew,
        shards: &shards,
        observer: &Tee(Vec::new()),
    };
    let part = folder.join("address.part");
    fs::write(&part, bound.address.to_string()).expect("written");
    fs::rename(part, folder.join("address")).expect("renamed");
    model
        .serve(bound.listener, &*service, &run)
        .expect("served to the end");
}

/// The clients' part: after some rounds, which may allocate, many more do not.
fn check(model: &Model) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("count"), [0; 8]).expect("written");
    // SAFETY: the word is mapped for as long as the process lives.
    let count = unsafe { &*map(folder.path()) };
    let mut server = start(model, folder.path());
    let address = eventually(|| fs::read_to_string(folder.path().join("address")).ok());
    let mut clients: Vec<TcpStream> = (0..8)
        .map(|_| TcpStream::connect(&address).expect("a server"))
        .collect();
    talk(&mut clients, 50);
    let before = count.load(Ordering::SeqCst);
    assert!(before > 0, "{}: nothing was counted", model.name);
    talk(&mut clients, 500);
    let made = count.load(Ordering::SeqCst) - before;
    assert_eq!(made, 0, "{}: allocations for 68,000 requests", model.name);
    drop(clients);
    let pid = Pid::from_child(&server);
    kill_process(pid, Signal::INT).expect("it lives");
    let status = server.wait().expect("a child");
    assert!(status.success(), "{}: {status}", model.name);
}

fn start(model: &Model, folder: &Path) -> Child {
    Command::new(env::current_exe().expect("this program"))
        .env(MODEL, model.name)
        .env(FOLDER, folder)
        .spawn()
        .expect("it starts")
}

/// Rounds of a request alone and of sixteen at once, on each connection.
fn talk(clients: &mut [TcpStream], rounds: usize) {
    let line = [&[b'a'; 63][..], b"\n"].concat();
    for _ in 0..rounds {
        for client in &mut *clients {
            for request in [line.clone(), line.repeat(16)] {
                client.write_all(&request).expect("sent");
                let mut reply = vec![0; request.len()];
                client.read_exact(&mut reply).expect("an answer");
                assert_eq!(reply, request);
            }
        }
    }
}

/// The word that server and clients share.
fn map(folder: &Path) -> *mut AtomicU64 {
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(folder.join("count"))
        .expect("the count");
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a new mapping of a file of eight bytes, which nobody unmaps or cuts.
    let word = unsafe { mmap(null_mut(), 8, protection, MapFlags::SHARED, file, 0) };
    word.expect("mapped").cast()
}

fn eventually<T>(look: impl Fn() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "the server did not get ready");
        thread::sleep(Duration::from_millis(2));
    }
}

/// What tells the program that it is the server.
const MODEL: &str = "STEADY_MODEL";
const FOLDER: &str = "STEADY_FOLDER";
