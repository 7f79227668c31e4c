//! What a benchmark is about: the kinds of experiment, and the quantities that they yield.

use serde::{Deserialize, Serialize};

use crate::Measured;

/// What the clients of a benchmark do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BenchKind {
    /// All connect at once and ask once.
    #[default]
    Burst,
    /// Each asks again as soon as it is answered, on one connection.
    Throughput,
    /// Each connects, asks, closes, and does so again.
    Churn,
    /// They connect and are silent.
    Idle,
    /// As `throughput`, with requests that wait and requests that calculate.
    Mixed,
}

impl BenchKind {
    /// All kinds, in the order in which a newcomer should meet them.
    pub const ALL: [Self; 5] = [
        Self::Burst,
        Self::Throughput,
        Self::Churn,
        Self::Idle,
        Self::Mixed,
    ];

    /// Its name in files, flags and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Burst => "burst",
            Self::Throughput => "throughput",
            Self::Churn => "churn",
            Self::Idle => "idle",
            Self::Mixed => "mixed",
        }
    }

    /// What is told of a point, the quantity that models are compared by first.
    pub const fn quantities(self) -> &'static [Quantity] {
        use Quantity as Q;
        match self {
            Self::Burst => &[
                Q::CompletionTime,
                Q::ResponseP50,
                Q::ResponseP99,
                Q::ServerCpuPerRequest,
                Q::SwitchesPerRequest,
            ],
            Self::Throughput => &[
                Q::AnswersPerSecond,
                Q::ResponseP50,
                Q::ResponseP99,
                Q::ResponseP999,
                Q::ServerCpuPerRequest,
                Q::SwitchesPerRequest,
            ],
            Self::Churn => &[
                Q::ConnectionsPerSecond,
                Q::ConnectP50,
                Q::ConnectP99,
                Q::ResponseP50,
                Q::ResponseP99,
                Q::ServerCpuPerRequest,
                Q::SwitchesPerRequest,
            ],
            Self::Idle => &[
                Q::IdlePss,
                Q::IdleRss,
                Q::IdleKernel,
                Q::IdleSlab,
                Q::IdleKernelStacks,
                Q::IdlePageTables,
            ],
            Self::Mixed => &[
                Q::AnswersPerSecond,
                Q::WaitingP50,
                Q::WaitingP99,
                Q::ResponseP50,
                Q::ResponseP99,
                Q::ServerCpuPerRequest,
                Q::SwitchesPerRequest,
            ],
        }
    }
}

/// Something that a run yields as one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// From the common start until the last answer.
    #[default]
    CompletionTime,
    /// Right answers a second.
    AnswersPerSecond,
    /// Connections that were opened, used and closed, a second.
    ConnectionsPerSecond,
    /// Median of the response time.
    ResponseP50,
    /// Its 99th percentile.
    ResponseP99,
    /// Its 99.9th percentile.
    ResponseP999,
    /// Median of the response time of requests that only wait.
    WaitingP50,
    /// Its 99th percentile.
    WaitingP99,
    /// Median of the time until a connection stood.
    ConnectP50,
    /// Its 99th percentile.
    ConnectP99,
    /// Processor time of the server for a request.
    ServerCpuPerRequest,
    /// Times that the server left the processor, by itself or not, for a request.
    SwitchesPerRequest,
    /// Proportional set size of the server for a silent connection.
    IdlePss,
    /// Resident set size of the server for a silent connection.
    IdleRss,
    /// The kernel's memory for a silent connection of the server.
    IdleKernel,
    /// Of it, the kernel's objects.
    IdleSlab,
    /// Of it, the stacks.
    IdleKernelStacks,
    /// Of it, the page tables.
    IdlePageTables,
}

/// What a quantity is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityUnit {
    /// Nanoseconds.
    Nanoseconds,
    /// Events a second.
    PerSecond,
    /// Bytes.
    Bytes,
    /// A bare count.
    Count,
}

/// Which way a quantity is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The more the better.
    More,
    /// The less the better.
    Less,
}

impl Quantity {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CompletionTime => "completion time",
            Self::AnswersPerSecond => "answers/s",
            Self::ConnectionsPerSecond => "connections/s",
            Self::ResponseP50 => "response p50",
            Self::ResponseP99 => "response p99",
            Self::ResponseP999 => "response p99.9",
            Self::WaitingP50 => "waiting p50",
            Self::WaitingP99 => "waiting p99",
            Self::ConnectP50 => "connect p50",
            Self::ConnectP99 => "connect p99",
            Self::ServerCpuPerRequest => "server CPU a request",
            Self::SwitchesPerRequest => "switches a request",
            Self::IdlePss => "PSS a connection",
            Self::IdleRss => "RSS a connection",
            Self::IdleKernel => "kernel a connection",
            Self::IdleSlab => "kernel objects",
            Self::IdleKernelStacks => "kernel stacks",
            Self::IdlePageTables => "page tables",
        }
    }

    /// What it is counted in.
    pub const fn unit(self) -> QuantityUnit {
        match self {
            Self::AnswersPerSecond | Self::ConnectionsPerSecond => QuantityUnit::PerSecond,
            Self::SwitchesPerRequest => QuantityUnit::Count,
            Self::IdlePss
            | Self::IdleRss
            | Self::IdleKernel
            | Self::IdleSlab
            | Self::IdleKernelStacks
            | Self::IdlePageTables => QuantityUnit::Bytes,
            _ => QuantityUnit::Nanoseconds,
        }
    }

    /// Which way is better.
    pub const fn better(self) -> Better {
        match self {
            Self::AnswersPerSecond | Self::ConnectionsPerSecond => Better::More,
            _ => Better::Less,
        }
    }

    /// Its value in a run; `None` when the run does not have it.
    pub fn of(self, run: &Measured) -> Option<f64> {
        let right = run.outcomes.get("ok").copied().unwrap_or(0);
        let asked = || Some(right as f64).filter(|&count| count > 0.0);
        let per_second = || Some(asked()? * 1e9 / run.wall_ns as f64).filter(|_| run.wall_ns > 0);
        let switches = run.voluntary_switches + run.involuntary_switches;
        match self {
            Self::CompletionTime => Some(run.wall_ns as f64),
            Self::AnswersPerSecond | Self::ConnectionsPerSecond => per_second(),
            Self::ResponseP50 => run.response_time.p50_ns,
            Self::ResponseP99 => run.response_time.p99_ns,
            Self::ResponseP999 => run.response_time.p999_ns,
            Self::WaitingP50 => run.waiting_time.as_ref()?.p50_ns,
            Self::WaitingP99 => run.waiting_time.as_ref()?.p99_ns,
            Self::ConnectP50 => run.connect.p50_ns,
            Self::ConnectP99 => run.connect.p99_ns,
            Self::ServerCpuPerRequest => Some(run.server_cpu_ns as f64 / asked()?),
            Self::SwitchesPerRequest => Some(switches as f64 / asked()?),
            Self::IdlePss => Some(run.idle?.pss_bytes),
            Self::IdleRss => Some(run.idle?.rss_bytes),
            Self::IdleKernel => Some(run.idle?.kernel_bytes),
            Self::IdleSlab => Some(run.idle?.slab_bytes),
            Self::IdleKernelStacks => Some(run.idle?.kernel_stack_bytes),
            Self::IdlePageTables => Some(run.idle?.page_table_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_counts_right_answers_only() {
        let run = Measured {
            wall_ns: 500_000_000,
            outcomes: [("ok".to_owned(), 100), ("reset".to_owned(), 900)].into(),
            server_cpu_ns: 1000,
            ..Measured::default()
        };
        assert_eq!(Quantity::AnswersPerSecond.of(&run), Some(200.0));
        assert_eq!(Quantity::ServerCpuPerRequest.of(&run), Some(10.0));
        assert_eq!(Quantity::IdlePss.of(&run), None);
    }

    #[test]
    fn a_run_without_answers_has_nothing_a_request() {
        let run = Measured::default();
        assert_eq!(Quantity::AnswersPerSecond.of(&run), None);
        assert_eq!(Quantity::SwitchesPerRequest.of(&run), None);
    }

    #[test]
    fn kinds_are_written_as_they_are_named() {
        for kind in BenchKind::ALL {
            let text = serde_json::to_string(&kind).expect("JSON");
            assert_eq!(text, format!("\"{}\"", kind.name()));
        }
    }
}
