//! The experiments: what is loaded, by what, and which figures a run gives.

use std::thread;
use std::time::Duration;

use super::generator::{self, Holding, number};
use super::names;
use super::options::{Kind, Options};
use super::processes::{memory_kib, processor_seconds};
use super::server::Server;
use super::subjects::{Launch, Subject, models_and_bare, models_and_peer};
use super::table::Column;
use super::workplace::Workplace;

/// One table.
pub struct Experiment {
    /// Its heading.
    pub title: String,
    /// What a run gives, the figure that is compared first.
    pub columns: &'static [Column],
    /// In the order of a round.
    pub subjects: Vec<Subject>,
    /// One run against a server that has just been started: a figure for each column.
    pub measure: Box<Measure>,
}

type Measure = dyn Fn(&Workplace, &Server) -> Result<Vec<f64>, String>;

/// All experiments that `options` ask for, in order.
pub fn planned(options: &Options) -> Vec<Experiment> {
    let of_kind = |kind: &Kind| {
        let own: &[usize] = match kind {
            Kind::Burst => &[1_000, 10_000],
            Kind::Memory => &[1_000],
            Kind::Echo | Kind::Pipeline | Kind::Redis | Kind::Http => &[50],
            Kind::Names => &options.names,
            // They have no server to be loaded: see `groups`.
            Kind::Groups => &[],
        };
        let asked = match options.clients.is_empty() {
            true => own,
            false => &options.clients,
        };
        let one = |&clients: &usize| match kind {
            Kind::Echo => echo(options, clients, 1),
            Kind::Pipeline => echo(options, clients, PIPELINE),
            Kind::Burst => burst(options, clients),
            Kind::Memory => memory(options, clients),
            Kind::Redis => redis(options, clients),
            Kind::Http => http(options, clients),
            Kind::Names => names::experiment(options, clients),
            Kind::Groups => unreachable!("planned for no number of clients"),
        };
        asked.iter().map(one).collect::<Vec<_>>()
    };
    options.kinds.iter().flat_map(of_kind).collect()
}

/// The rate is that of server and generator together; the processor time is the server's alone.
fn echo(options: &Options, connections: usize, pipeline: usize) -> Experiment {
    let load = format!(
        "--duration {}s --connections {connections} --pipeline {pipeline} --after hold",
        options.seconds
    );
    let under_way = match pipeline {
        1 => "no pipelining".to_owned(),
        depth => format!("{depth} under way on each"),
    };
    Experiment {
        title: format!("64-byte echo, {connections} connections, {under_way}"),
        columns: &[
            Column {
                title: "messages/s, thousands",
                decimals: 1,
                is_compared: true,
            },
            Column {
                title: "server's processor, us a message",
                decimals: 2,
                is_compared: true,
            },
        ],
        subjects: models_and_bare(&options.models, &["echo"], &[]),
        measure: Box::new(move |place, server| {
            let program = place.yardsticks.display().to_string();
            let mut command = vec![&*program, "echo-client", "--address", &server.address];
            command.extend(load.split(' '));
            let before = processor_seconds(server.pid())?;
            let holding = Holding::start(&command)?;
            // While the connections stand: of processes that have ended nothing may be left to read.
            let used = processor_seconds(server.pid())? - before;
            let messages = number(&holding.line, "messages_with_warm_up")?;
            let rate = number(&holding.line, "messages_per_second")?;
            Ok(vec![rate / 1e3, used * 1e6 / messages])
        }),
    }
}

fn burst(options: &Options, clients: usize) -> Experiment {
    let task = options.task;
    let task_text = format!("{}ms", task.as_millis());
    let wharf = ["slow-reverse", "--task", &task_text];
    let bare = ["--service", "burst", "--task", &task_text];
    Experiment {
        title: format!("Burst of {clients} clients at once, a task of {task:?}"),
        columns: &[
            Column {
                title: "ms above the floor",
                decimals: 1,
                is_compared: true,
            },
            Column {
                title: "of these, until all were connected",
                decimals: 1,
                is_compared: false,
            },
            Column {
                title: "clients without a right answer",
                decimals: 0,
                is_compared: false,
            },
        ],
        subjects: models_and_bare(&options.models, &wharf, &bare),
        measure: Box::new(move |place, server| {
            let count = clients.to_string();
            let patience = format!("{}s", task.as_secs() + BURST_PATIENCE_SECONDS);
            let load = ["--clients", &count, "--patience", &patience];
            let result = own_client(place, "burst-client", server, &load)?;
            let above = number(&result, "last_answer_seconds")? - task.as_secs_f64();
            let connected = number(&result, "connected_seconds")?;
            let lost = number(&result, "wrong")? + number(&result, "failed")?;
            if number(&result, "answered")? == 0.0 {
                return Err("no client was answered".to_owned());
            }
            Ok(vec![above * 1e3, connected * 1e3, lost])
        }),
    }
}

/// What one more connection costs: the first pays for code that is loaded when it is first run.
fn memory(options: &Options, clients: usize) -> Experiment {
    Experiment {
        title: format!("Memory of {clients} idle connections, each after one message"),
        columns: &[
            Column {
                title: "PSS a connection, KiB",
                decimals: 2,
                is_compared: true,
            },
            Column {
                title: "PSS with one connection, KiB",
                decimals: 0,
                is_compared: false,
            },
        ],
        subjects: models_and_bare(&options.models, &["echo"], &[]),
        measure: Box::new(move |place, server| {
            let hold = |count: usize| {
                let count = count.to_string();
                let program = place.idle_client.display().to_string();
                let command = [&program, "idle-client", "--address", &server.address];
                let holding = Holding::start(&[&command[..], &["--clients", &count]].concat());
                thread::sleep(SETTLE);
                holding
            };
            let first = hold(1)?;
            let before = memory_kib(server.pid())?;
            // Never two clients at once: each is a sharer of the C library, which the server would seem
            // to shrink by.
            drop(first);
            let all = hold(clients + 1)?;
            let after = memory_kib(server.pid())?;
            drop(all);
            Ok(vec![(after - before) / clients as f64, before])
        }),
    }
}

fn redis(options: &Options, connections: usize) -> Experiment {
    let requests = (options.seconds * REDIS_REQUESTS_A_SECOND).to_string();
    Experiment {
        title: format!("PING by redis-benchmark, {connections} connections"),
        columns: &[
            Column {
                title: "PING_MBULK/s, thousands",
                decimals: 1,
                is_compared: true,
            },
            Column {
                title: "PING_INLINE/s, thousands",
                decimals: 1,
                is_compared: false,
            },
        ],
        subjects: models_and_peer(&options.models, "resp", "redis-server", Launch::Redis),
        measure: Box::new(move |_, server| {
            let (host, port) = host_and_port(server)?;
            let count = connections.to_string();
            let command = [
                "redis-benchmark",
                "-h",
                host,
                "-p",
                port,
                "-t",
                "ping",
                "-c",
                &count,
                "-n",
                &requests,
                "--csv",
            ];
            let csv = generator::run(&command)?;
            let rate = |test| generator::redis_rate(&csv, test);
            Ok(vec![rate("PING_MBULK")? / 1e3, rate("PING_INLINE")? / 1e3])
        }),
    }
}

fn http(options: &Options, connections: usize) -> Experiment {
    let seconds = options.seconds;
    Experiment {
        title: format!("A fixed HTTP answer by wrk, {connections} connections"),
        columns: &[Column {
            title: "requests/s, thousands",
            decimals: 1,
            is_compared: true,
        }],
        subjects: models_and_peer(&options.models, "http", "nginx", Launch::Nginx),
        measure: Box::new(move |_, server| {
            let connections = format!("-c{connections}");
            let duration = format!("-d{seconds}s");
            let page = format!("http://{}/", server.address);
            let text = generator::run(&["wrk", "-t1", &connections, &duration, &page])?;
            Ok(vec![generator::wrk_rate(&text)? / 1e3])
        }),
    }
}

fn own_client(
    place: &Workplace,
    client: &str,
    server: &Server,
    load: &[&str],
) -> Result<String, String> {
    let program = place.yardsticks.display().to_string();
    let command = [&[&program, client, "--address", &server.address], load].concat();
    generator::run(&command)
}

fn host_and_port(server: &Server) -> Result<(&str, &str), String> {
    let parts = server.address.rsplit_once(':');
    parts.ok_or_else(|| format!("`{}` is no address", server.address))
}

/// Messages under way on a connection in the experiment `pipeline`.
const PIPELINE: usize = 16;
/// How long the slowest client of a burst may take beyond its task.
const BURST_PATIENCE_SECONDS: u64 = 60;
/// Requests for one second of `redis-benchmark`, which takes a count: about what one processor serves.
const REDIS_REQUESTS_A_SECOND: u64 = 100_000;
/// Until threads and processes that have just answered are asleep again.
const SETTLE: Duration = Duration::from_millis(300);
