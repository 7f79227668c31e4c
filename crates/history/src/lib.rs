//! What happened, as data, and the folder it lies in.
//!
//! A run is a folder. Its files are the interface between what measures and what judges or draws:
//!
//! | file | what | type |
//! |---|---|---|
//! | `experiment.toml` | from `bench`: the sweep, for doing it again | any |
//! | `plan.json` | the effective settings, defaults filled in | any |
//! | `summary.json` | verdict, environment, results; written at once with verdict `unknown`, replaced at the end | [`Summary`] |
//! | `samples.csv` | one row a request | [`Sample`] |
//! | `events.jsonl` | one line an event of a server, with `--record` | [`Event`] |
//! | `trace.jsonl` | one line an event of a log: who did what, with which stamps | |
//! | `schedule.txt` | from `sim group`: the smallest schedule that broke a promise, or that of a single run | any |
//! | `latency.hgrm` | the response times' percentiles, in HdrHistogram's text form | |
//! | `report.html` | the page | |
//!
//! Every bare number carries its unit at the end of its name.

mod bench;
mod cast;
mod chat;
mod clock;
mod comparison;
mod environment;
mod event;
mod folder;
mod group;
mod load;
mod names;
mod primes;
mod quantity;
mod sample;
mod series;
mod serve;
mod sha256;
mod sim;
mod summary;

pub use bench::{
    BenchSummary, Choice, Figure, GapPanel, IdleMemory, Lane, LaneSet, Measured, NotReached,
    Obstacle, Point, TcpCounters,
};
pub use cast::{CastPoint, CastReceiver, CastRun, CastSummary};
pub use chat::{ChatPeer, ChatSummary};
pub use clock::{ClockSummary, ConditionSummary, Execution, FlawSummary, HostCount};
pub use comparison::{Change, Comparison, SettingChange, Tendency};
pub use environment::Environment;
pub use event::{Event, EventKind};
pub use folder::{FolderError, RunFolder};
pub use group::{GroupCrash, GroupMember, GroupPoint, GroupRun, GroupSummary};
pub use load::{FitSummary, LawSummary, LoadSummary, Outcomes};
pub use names::{NamesAnswers, NamesCommits, NamesCount, NamesSummary};
pub use primes::{
    Divider, PrimesFile, PrimesRun, PrimesStint, PrimesSummary, PrimesVariant, Spread,
};
pub use quantity::{BenchKind, Better, Quantity, QuantityUnit};
pub use sample::{Outcome, Sample, SampleReader, SampleWriter};
pub use series::Series;
pub use serve::{ArrivalClocks, Connections, ServeSummary};
pub use sha256::Sha256;
pub use sim::{SimCondition, SimCount, SimFailure, SimSummary, SimTimes};
pub use summary::{Finding, Kind, Summary, Verdict};
