//! The results of a benchmark of concurrency models.

use serde::{Deserialize, Serialize};

use crate::{BenchKind, FitSummary, LawSummary, Outcomes, Quantity, Series};

/// What a sweep over models and numbers of clients measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchSummary {
    /// What the clients do.
    #[serde(default)]
    pub kind: BenchKind,
    /// The service's name.
    pub service: String,
    /// How long one request occupies the server by its own nature: the wait of `slow-reverse`, the wait
    /// and the calculation of `work`; 0 where a request is answered at once.
    pub task_ns: u64,
    /// The task of the experiment that this one is a scale model of (3 s), over `task_ns`; 0 where
    /// there is no such task.
    pub scale: f64,
    /// Requests that a client has under way at once in a closed loop.
    #[serde(default)]
    pub pipeline: u64,
    /// Size of the text of a request; 0 for one that numbers itself.
    #[serde(default)]
    pub payload_bytes: u64,
    /// How long a run asks, for kinds that ask for a time and not for a number of requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasting_ns: Option<u64>,
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
    /// Which model for this load: at the smallest and at the largest number of clients, for `mixed` at
    /// each proportion.
    #[serde(default)]
    pub choices: Vec<Choice>,
}

/// One model under one number of clients, measured several times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The model's name.
    pub model: String,
    /// How many clients at once.
    pub clients: u64,
    /// The proportion of the requests' time that is calculation, from 0 to 1; for `mixed` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_share: Option<f64>,
    /// How many sessions the model serves at once; absent when nothing but memory bounds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u64>,
    /// How the clients were driven: `threads` or `async`.
    #[serde(default)]
    pub client: String,
    /// The least time that the arithmetic allows: the task times the clients over how many sessions the
    /// model serves at once, rounded up. 0 where there is no task.
    pub floor_ns: u64,
    /// Median of the wall times of the runs that count: every client rightly answered, the clients on
    /// time.
    pub wall_ns_median: Option<u64>,
    /// Least of them.
    pub wall_ns_min: Option<u64>,
    /// Greatest of them.
    pub wall_ns_max: Option<u64>,
    /// What the kind of experiment is about, over the runs that count; the first is what models are
    /// compared by. A quantity that no run has is left out.
    #[serde(default)]
    pub figures: Vec<Figure>,
    /// What kept the model from this point; absent when it was reached. Such a point has no figures,
    /// and may have runs: those that show the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_reached: Option<NotReached>,
    /// Why the point cannot be trusted; empty when it can.
    pub doubts: Vec<String>,
    /// The runs.
    pub runs: Vec<Measured>,
}

impl Point {
    /// The figure of that quantity, when there is one.
    pub fn figure(&self, quantity: Quantity) -> Option<&Figure> {
        self.figures
            .iter()
            .find(|figure| figure.quantity == quantity)
    }
}

/// A quantity over the runs of a point that count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Which; it knows its unit and which way is better.
    pub quantity: Quantity,
    /// How many runs have it.
    pub count: u64,
    /// The median of the runs, in the quantity's unit.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

/// Why a model has no figures at a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotReached {
    /// What stood in the way.
    pub obstacle: Obstacle,
    /// In a sentence, with figures.
    pub text: String,
}

/// What stood in the way of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// Connections were refused or reset.
    Refused,
    /// Connections or answers did not come in time.
    Dropped,
    /// The system would start no further process or thread, or had no memory for it.
    OutOfProcesses,
    /// The server or the clients may not open that many descriptors, or ran out of ports.
    OutOfDescriptors,
    /// It would take, or took, longer than was allowed.
    TooLong,
    /// The server did not start, or went away.
    ServerGone,
    /// The model takes something that this kernel does not give.
    Unavailable,
}

impl Obstacle {
    /// Its name in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Dropped => "dropped",
            Self::OutOfProcesses => "out of processes",
            Self::OutOfDescriptors => "out of descriptors",
            Self::TooLong => "too long",
            Self::ServerGone => "server gone",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Which model for a load, as measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// How many clients at once.
    pub clients: u64,
    /// The proportion of calculation; for `mixed` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_share: Option<f64>,
    /// The best model first; more than one when their ranges overlap, which is a tie; none when no
    /// model reached the point.
    pub models: Vec<String>,
    /// What they were compared by.
    pub quantity: Quantity,
    /// The best model's median, in the quantity's unit.
    pub median: Option<f64>,
    /// Why, in a sentence made of what was measured.
    pub reason: String,
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
    /// From the intended instant to the answer: in a burst from the common start, over clients; in a
    /// closed loop over all requests.
    pub response_time: Series,
    /// The same over those requests that only wait; for `mixed` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_time: Option<Series>,
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
    /// Most connections that the server had open at once; absent when it did not get to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_open_max: Option<u64>,
    /// What the kernel's TCP counted meanwhile, on the whole machine.
    #[serde(default)]
    pub tcp: TcpCounters,
    /// What the connections that stand and are silent take up; for `idle` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<IdleMemory>,
}

impl Measured {
    /// Whether the run counts: every request rightly answered, and the clients on time.
    pub fn counts(&self) -> bool {
        !self.generator_late && self.is_whole()
    }

    /// Whether every request was rightly answered.
    pub fn is_whole(&self) -> bool {
        let asked = self.outcomes.iter().filter(|(_, count)| **count > 0);
        asked.into_iter().all(|(outcome, _)| outcome == "ok")
    }
}

/// What the kernel's TCP counted during a run, on the whole machine: `/proc/net/netstat` and
/// `/proc/net/snmp` after it less before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TcpCounters {
    /// Connections that came when a listener's queue was full (`TcpExt: ListenOverflows`).
    pub listen_overflows: u64,
    /// Connections that a listener lost for any reason, the former included (`TcpExt: ListenDrops`).
    pub listen_drops: u64,
    /// Retransmission timers that ran out (`TcpExt: TCPTimeouts`).
    pub timeouts: u64,
    /// Requests for a connection that were sent again (`TcpExt: TCPSynRetrans`): a second each.
    pub syn_retransmits: u64,
    /// Segments sent again (`Tcp: RetransSegs`).
    pub retransmitted_segments: u64,
}

/// What connections that stand and are silent take up: the same server with them less without them,
/// over their number. Bytes a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IdleMemory {
    /// How many stood when it was looked at.
    pub connections: u64,
    /// Resident set of the server with its children: a shared page counts in each process.
    pub rss_bytes: f64,
    /// Proportional set: a shared page counts once, in parts.
    pub pss_bytes: f64,
    /// The kernel's share for the server: the three below, as far as they are the server's.
    pub kernel_bytes: f64,
    /// The kernel's objects (sockets, descriptors, tasks; `/proc/meminfo: Slab`) less what the clients'
    /// ends take, which is measured on connections both of whose ends stand in one process.
    pub slab_bytes: f64,
    /// The kernel's stacks of the server's threads (`/proc/meminfo: KernelStack`).
    pub kernel_stack_bytes: f64,
    /// The server's page tables (`/proc/PID/status: VmPTE`).
    pub page_table_bytes: f64,
    /// What sockets hold in their buffers, both ends (`/proc/net/sockstat: TCP mem`).
    pub socket_buffer_bytes: f64,
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
