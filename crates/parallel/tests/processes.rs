//! `processes`: the same result also when workers are killed, and nobody is left behind.
//!
//! What forks must have a single thread, which the usual test program has not; so this one runs its cases one
//! after another by itself. It signals only its own children and those of its children.

mod support;

use std::{
    env,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use parallel::{SPLITS, SearchError, Split, Want};
use primes::{Method, Range, Search, Steps};
use run::{Region, Stop};
use support::{Answer, Kept, check_same, job, method, range, search, split};

fn main() {
    let wanted: Vec<String> = env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    for (name, case) in CASES {
        if wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str())) {
            eprintln!("test {name} ...");
            case();
            assert_nobody_is_left();
        }
    }
}

const CASES: &[(&str, fn())] = &[
    (
        "processes_give_what_one_worker_gives",
        processes_give_what_one_worker_gives,
    ),
    (
        "stealing_is_refused_by_processes",
        stealing_is_refused_by_processes,
    ),
    (
        "a_killed_worker_is_replaced_and_the_result_exact",
        a_killed_worker_is_replaced_and_the_result_exact,
    ),
    (
        "a_worker_that_panics_is_replaced",
        a_worker_that_panics_is_replaced,
    ),
    (
        "workers_that_die_again_and_again_end_the_search",
        workers_that_die_again_and_again_end_the_search,
    ),
    (
        "workers_leave_ctrl_c_to_the_leader",
        workers_leave_ctrl_c_to_the_leader,
    ),
    (
        "a_sink_that_fails_ends_the_workers",
        a_sink_that_fails_ends_the_workers,
    ),
    (
        "a_sink_that_has_enough_ends_the_workers",
        a_sink_that_has_enough_ends_the_workers,
    ),
    (
        "a_stop_ends_workers_in_the_middle_of_a_number",
        a_stop_ends_workers_in_the_middle_of_a_number,
    ),
    (
        "workers_end_with_a_leader_that_is_killed",
        workers_end_with_a_leader_that_is_killed,
    ),
];

fn processes_give_what_one_worker_gives() {
    check_same("processes", |split| split.in_processes);
}

fn stealing_is_refused_by_processes() {
    let stop = Stop::new().expect("descriptors");
    let job = job(range(1, 100), 2, split("stealing"), Want::Primes);
    let error = search("processes", &job, &stop, &mut Kept::new()).expect_err("a refusal");
    assert!(matches!(error, SearchError::Split { .. }));
    assert!(error.to_string().contains("--split"), "{error}");
}

fn a_killed_worker_is_replaced_and_the_result_exact() {
    let kill = || raise(libc::SIGKILL);
    check_troubled(kill, |redone| assert!(redone > 0, "somebody was killed"));
}

fn a_worker_that_panics_is_replaced() {
    check_troubled(
        || panic!("a panic on purpose"),
        |redone| assert!(redone > 0),
    );
}

fn workers_leave_ctrl_c_to_the_leader() {
    let interrupt = || {
        raise(libc::SIGINT);
        raise(libc::SIGTERM);
    };
    check_troubled(interrupt, |redone| assert_eq!(redone, 0));
}

/// One worker has a trouble, once, at a number in the middle.
#[track_caller]
fn check_troubled(trouble: fn(), is_fine: fn(u64)) {
    for split in SPLITS.iter().filter(|split| split.in_processes) {
        for at in [1, 30_000, 77_777, 120_000] {
            let stop = Stop::new().expect("descriptors");
            let numbers = range(1, 120_000);
            let (mut kept, mut expected) = (Kept::new(), Kept::new());
            let plain = job(numbers, 1, &SPLITS[0], Want::Primes);
            let baseline = search("single", &plain, &stop, &mut expected).expect("a search");
            arm(at, 1, trouble);
            let outcome = search("processes", &troubled(numbers, split), &stop, &mut kept);
            let outcome = outcome.expect("a search");
            assert_eq!(kept.primes, expected.primes, "{} {at}", split.name);
            assert_eq!(outcome.steps, baseline.steps, "{} {at}", split.name);
            assert_eq!(
                state(TROUBLES).load(Ordering::SeqCst),
                1,
                "one had its trouble"
            );
            assert!(outcome.is_whole);
            is_fine(outcome.redone);
        }
    }
}

fn workers_that_die_again_and_again_end_the_search() {
    for split in SPLITS.iter().filter(|split| split.in_processes) {
        let stop = Stop::new().expect("descriptors");
        let mut kept = Kept::new();
        arm(77_777, u64::MAX, || raise(libc::SIGKILL));
        let result = search(
            "processes",
            &troubled(range(1, 120_000), split),
            &stop,
            &mut kept,
        );
        match result.expect_err("nobody gets past that number") {
            SearchError::Died {
                numbers,
                how,
                reached,
            } => {
                assert!(
                    numbers.first() <= 77_777 && 77_777 <= numbers.last(),
                    "{numbers:?}"
                );
                assert_eq!(how, "killed by signal 9");
                assert_eq!(reached, kept.next.map(|next| next - 1));
                assert!(reached.is_none_or(|reached| reached < 77_777));
            }
            other => panic!("{other}"),
        }
        // The last three without a piece between them; whoever comes before those gets nearer to the number.
        let deaths = state(TROUBLES).load(Ordering::SeqCst);
        assert!((3..50).contains(&deaths), "{} {deaths}", split.name);
        let mut expected = Kept::new();
        if let Some(next) = kept.next {
            let plain = job(range(1, next - 1), 1, &SPLITS[0], Want::Primes);
            search("single", &plain, &stop, &mut expected).expect("a search");
        }
        assert_eq!(kept.primes, expected.primes);
    }
}

fn a_sink_that_fails_ends_the_workers() {
    for split in SPLITS.iter().filter(|split| split.in_processes) {
        let stop = Stop::new().expect("descriptors");
        let mut kept = Kept::answering(|_| Answer::Full);
        let job = job(range(1, 1 << 40), 3, split, Want::Primes);
        let result = search("processes", &job, &stop, &mut kept);
        assert!(matches!(result, Err(SearchError::Sink(_))), "{result:?}");
        assert_nobody_is_left();
    }
}

fn a_sink_that_has_enough_ends_the_workers() {
    let stop = Stop::new().expect("descriptors");
    let mut kept = Kept::answering(|piece| match piece.last() > 10_000 {
        true => Answer::Enough,
        false => Answer::Go,
    });
    let job = job(range(1, 1 << 40), 3, split("dynamic"), Want::Count);
    let outcome = search("processes", &job, &stop, &mut kept).expect("a search");
    assert!(outcome.is_whole && outcome.reached >= Some(10_000));
}

fn a_stop_ends_workers_in_the_middle_of_a_number() {
    let stop = Arc::new(Stop::new().expect("descriptors"));
    let bell = Arc::clone(&stop);
    let mut kept = Kept::answering(move |_| {
        bell.request();
        Answer::Go
    });
    // Whoever comes to that number stays there; the first block ends, and the sink asks to stop.
    arm(77_777, u64::MAX, || {
        loop {
            std::thread::park();
        }
    });
    let job = troubled(range(1, 120_000), split("static"));
    let outcome = search("processes", &job, &stop, &mut kept).expect("a search");
    assert!(!outcome.is_whole && outcome.reached.is_some());
    assert_eq!(outcome.count, kept.count);
}

fn workers_end_with_a_leader_that_is_killed() {
    // So that orphans become children of this process, which then can wait for their end.
    // SAFETY: sets a property of this process.
    unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
    arm(1, u64::MAX, || {
        loop {
            std::thread::park();
        }
    });
    // SAFETY: this process has a single thread.
    let leader = unsafe { libc::fork() };
    if leader == 0 {
        let stop = Stop::new().expect("descriptors");
        arm(1, u64::MAX, || {
            loop {
                std::thread::park();
            }
        });
        let mut job = troubled(range(1, 2), split("static"));
        job.workers = 2;
        let _ = search("processes", &job, &stop, &mut Kept::new());
        // SAFETY: ends the child.
        unsafe { libc::_exit(1) };
    }
    // The first worker has come to its number and stays there.
    while state(TROUBLES).load(Ordering::SeqCst) == 0 {
        std::thread::yield_now();
    }
    // SAFETY: our own child.
    unsafe { libc::kill(leader, libc::SIGKILL) };
    let mut ended = 0;
    // SAFETY: waits for children of this process only.
    while unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) } > 0 {
        ended += 1;
    }
    assert!(ended >= 2, "the leader and its workers: {ended}");
}

/// No child of this process is at work, and none is a zombie.
#[track_caller]
fn assert_nobody_is_left() {
    // SAFETY: asks for children of this process only, and does not wait.
    let found = unsafe { libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG) };
    assert_eq!(found, -1, "a child is left");
}

fn raise(signal: i32) {
    // SAFETY: a signal to the calling worker itself.
    unsafe { libc::raise(signal) };
}

/// From now on a search with [`TROUBLED`] has this trouble at a number, so many times in all.
fn arm(at: u64, times: u64, trouble: fn()) {
    state(AT).store(at, Ordering::SeqCst);
    state(LEFT).store(times, Ordering::SeqCst);
    state(TROUBLES).store(0, Ordering::SeqCst);
    state(TROUBLE).store(trouble as usize as u64, Ordering::SeqCst);
}

/// Shared with all workers.
fn state(index: usize) -> &'static AtomicU64 {
    static STATE: OnceLock<Region> = OnceLock::new();
    let state = STATE.get_or_init(|| Region::new(4).expect("memory"));
    &state.words(index, 1)[0]
}

fn troubled(numbers: Range, split: &'static Split) -> parallel::Job {
    parallel::Job {
        method: &TROUBLED,
        ..job(numbers, 3, split, Want::Primes)
    }
}

/// `trial`, with a trouble.
const TROUBLED: Method = Method {
    name: "troubled",
    about: "a test",
    is_brute_force: true,
    step: "divisions",
    file: file!(),
    prepare: |last| Box::new(Troubled((method("trial").prepare)(last))),
    weight: |number| (method("trial").weight)(number),
    least_piece: |_| 1,
};

struct Troubled(Box<dyn Search>);

impl Search for Troubled {
    fn find(&self, piece: Range, primes: &mut Vec<u64>) -> Steps {
        let at = state(AT).load(Ordering::SeqCst);
        if piece.first() <= at && at <= piece.last() {
            let less = |left: u64| left.checked_sub(1);
            let left = state(LEFT).fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
            if left.is_ok() {
                state(TROUBLES).fetch_add(1, Ordering::SeqCst);
                let trouble = state(TROUBLE).load(Ordering::SeqCst) as usize as *const ();
                // SAFETY: it was stored by `arm`, from a function of this type.
                let trouble = unsafe { std::mem::transmute::<*const (), fn()>(trouble) };
                trouble();
            }
        }
        self.0.find(piece, primes)
    }

    /// Without trouble: the leader takes its sample so.
    fn count(&self, piece: Range) -> (u64, Steps) {
        self.0.count(piece)
    }
}

const AT: usize = 0;
const LEFT: usize = 1;
const TROUBLES: usize = 2;
const TROUBLE: usize = 3;
