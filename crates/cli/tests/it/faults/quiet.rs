//! A server with nothing to do does nothing, and one that is full does little.

use std::{fs, net::TcpStream, thread, time::Duration};

use super::expected::{echo, for_every_concurrent_model, stop};
use crate::{
    conformance::subject::for_every_model,
    support::{Server, children},
};

/// Neither accepting nor serving is done by looking again and again.
#[test]
fn an_idle_server_sleeps() {
    for_every_model(|model| {
        let server = Server::start("echo", model.name, &[]);
        let mut stream = server.connect();
        echo(&mut stream);
        let wakes = fewest_wakes(&server);
        assert_eq!(wakes, 0, "with a client that is silent");
        drop(stream);
        let wakes = fewest_wakes(&server);
        assert_eq!(wakes, 0, "without a client");
        stop(server);
    });
}

/// Regression: the limit on idleness is a time-out of `accept` as well, so with a short one each of many
/// processes that wait in `accept` woke a thousand times a second.
#[test]
fn an_idle_server_with_a_short_limit_on_idleness_sleeps_nearly_as_well() {
    for_every_model(|model| {
        let server = Server::start("echo", model.name, &["--idle", "1ms"]);
        let wakes = fewest_wakes(&server);
        assert!(wakes <= 60, "{wakes} wakes in a fifth of a second");
        stop(server);
    });
}

/// Of those that may come from elsewhere, an event loop looks every 20 ms whether there is room.
#[test]
fn a_full_server_with_a_client_in_the_queue_nearly_sleeps() {
    for_every_concurrent_model(|model| {
        let server = Server::start(
            "echo",
            model.name,
            &["--max-connections", "2", "--when-full", "wait"],
        );
        let mut served = [server.connect(), server.connect()];
        served.iter_mut().for_each(echo);
        let waiting: Vec<TcpStream> = (0..3).map(|_| server.connect()).collect();
        let wakes = fewest_wakes(&server);
        assert!(wakes <= 60, "{wakes} wakes in a fifth of a second");
        drop((served, waiting));
        stop(server);
    });
}

/// How often the server or a worker of it was woken in a fifth of a second; the fewest of several times,
/// because a server may have something to finish.
fn fewest_wakes(server: &Server) -> u64 {
    let tries = (0..5).map(|_| {
        let before = switches(server.pid());
        thread::sleep(Duration::from_millis(200));
        // A worker that has ended takes its count along.
        switches(server.pid()).checked_sub(before)
    });
    tries.flatten().min().expect("one of so many")
}

/// How often all threads of a process and of its children have gone to sleep.
fn switches(pid: u32) -> u64 {
    let all = [vec![pid], children(pid)].concat();
    let threads = all.iter().flat_map(|pid| {
        let tasks = fs::read_dir(format!("/proc/{pid}/task"));
        tasks.into_iter().flatten().flatten()
    });
    threads
        .filter_map(|task| {
            let status = fs::read_to_string(task.path().join("status")).ok()?;
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            line?.trim().parse::<u64>().ok()
        })
        .sum()
}
