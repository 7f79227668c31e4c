//! The results of a benchmark of concurrency models.

use serde::{Deserialize, Serialize};

use crate::{FitSummary, LawSummary, Outcomes, Series};

/// What a sweep over models and numbers of clients measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchSummary {
    /// The service's name.
    pub service: String,
    /// How long one request waits in the server.
    pub task_ns: u64,
    /// The task of the experiment that this one is a scale model of (3 s), over `task_ns`.
    pub scale: f64,
    /// How often each point was measured.
    pub runs: u64,
    /// The models, in the order in which they were asked for.
    pub models: Vec<String>,
    /// One entry for each model and number of clients.
    pub points: Vec<Point>,
    /// One run of each model, connection by connection.
    pub lanes: Vec<LaneSet>,
    /// How gaps between requests were sent and received under each model.
    pub gaps: Vec<GapPanel>,
}

/// One model under one number of clients, measured several times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The model's name.
    pub model: String,
    /// How many clients at once.
    pub clients: u64,
    /// The least time that the arithmetic allows: the task once for a concurrent model, once for
    /// each client for an iterative one.
    pub floor_ns: u64,
    /// Median of the wall times of the runs that count: every client rightly answered, the clients on
    /// time.
    pub wall_ns_median: Option<u64>,
    /// Least of them.
    pub wall_ns_min: Option<u64>,
    /// Greatest of them.
    pub wall_ns_max: Option<u64>,
    /// Why the point cannot be trusted; empty when it can.
    pub doubts: Vec<String>,
    /// The runs.
    pub runs: Vec<Measured>,
}

/// One run of a point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// From the instant at which all clients were to start until the last was answered.
    pub wall_ns: u64,
    /// Whether the clients themselves were late by more than a share of the floor: such a run says
    /// more about the generator than about the server, is kept, made again, and not counted.
    #[serde(default)]
    pub generator_late: bool,
    /// How the requests ended.
    pub outcomes: Outcomes,
    /// From the common start to the answer, over clients.
    pub response_time: Series,
    /// From beginning to connect until the connection stood, over clients.
    pub connect: Series,
    /// The clients' own delay in starting.
    pub lateness: Series,
    /// Processor time of the server with its children.
    pub server_cpu_ns: u64,
    /// Processor time of the clients.
    pub client_cpu_ns: u64,
    /// Greatest proportional set size of the server with its children, looked at several times in an
    /// untimed run of the same point (looking costs time); absent where there was none.
    pub server_memory_bytes: Option<u64>,
    /// Most threads of the server with its children at once, seen in the same way.
    pub server_threads: Option<u64>,
    /// Most processes of the server at once, itself included, seen in the same way.
    pub server_processes: Option<u64>,
    /// Times that the server gave up the processor by itself.
    pub voluntary_switches: u64,
    /// Times that the kernel took it away.
    pub involuntary_switches: u64,
}

/// One run of a model, connection by connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LaneSet {
    /// The model's name.
    pub model: String,
    /// In words, how its connections map to execution: `one at a time`.
    pub note: String,
    /// In the order in which they connected.
    pub lanes: Vec<Lane>,
}

/// The life of one connection: it waits in the backlog, is served, is closed. Instants are
/// nanoseconds since the common start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// The client began to connect.
    pub connect_ns: u64,
    /// The server's worker took it up; absent when it never did.
    pub served_ns: Option<u64>,
    /// The client had its whole answer, or gave up.
    pub done_ns: u64,
    /// Whether the answer was right.
    pub ok: bool,
}

/// Gaps between requests of one connection, as sent and as received.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GapPanel {
    /// The model's name.
    pub model: String,
    /// The law asked for.
    pub law: LawSummary,
    /// How many connections.
    pub workers: u64,
    /// As the generator sent them.
    pub sent: Series,
    /// Whether they follow the law.
    pub sent_fit: Option<FitSummary>,
    /// As the server's workers received them.
    pub received: Series,
    /// Whether they follow the law, from the server's histogram.
    pub received_fit: Option<FitSummary>,
}
