//! Enough descriptors and ports for all connections, or a word about it before the run; and with that, which
//! threads there are and which workers each of them runs.

use machine::Exchange;
use run::make_room_for_descriptors;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    Client, LoadError, Loop, Plan,
    host::Seat,
    poller::FEW,
    sources::{self, Sources},
};

/// What there is for a run.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// Most connections that each worker may hold at once.
    pub(crate) share: usize,
    /// The threads, and what each is to be.
    pub(crate) seats: Vec<Seat>,
    /// Where connections come from.
    pub(crate) sources: Sources,
}

/// Raises this process's limit of descriptors as far as needed and allowed, and divides what there is.
///
/// # Errors
/// When there is not one descriptor and one port for each worker.
pub(crate) fn provide(plan: &Plan, exchange: Exchange, cores: u32) -> Result<Room, LoadError> {
    let wanted = wanted(plan, exchange);
    let limit = getrlimit(Resource::Nofile);
    let ports = sources::ports();
    let mut layout = match plan.client {
        Client::Threads => threads(plan.workers, wanted, limit.maximum)?,
        Client::EventLoops => {
            let needed = match plan.loop_kind == Loop::Open && plan.law.mean() == 0.0 {
                true => wanted,
                // What comes one after another is answered meanwhile.
                false => 1,
            };
            let loops = match plan.target.ip().is_loopback() {
                // The server needs cores, too.
                true => (cores / 2).max(1),
                false => cores,
            };
            event_loops(plan.workers, wanted, needed, loops, limit.maximum)?
        }
    };
    if !sources::can_be_chosen(plan.target) {
        layout.share = match ports / u64::from(plan.workers) {
            0 => {
                let workers = plan.workers;
                return Err(LoadError::Ports { workers, ports });
            }
            most => layout.share.min(most),
        };
    }
    raise(limit, layout.needed);
    let at_once = u64::from(plan.workers) * layout.share;
    let in_all = match (exchange, plan.per_connection) {
        (Exchange::OneShot, _) => plan.asked(),
        (Exchange::Session, Some(most)) => plan.asked() / most,
        (Exchange::Session, None) => 0,
    };
    Ok(Room {
        sources: Sources::for_connections(plan.target, at_once, in_all, ports / SHARE_OF_PORTS),
        seats: seats(plan.workers, &layout),
        share: usize::try_from(layout.share).expect("it is at most what a usize was"),
    })
}

/// How many connections a worker may have use for at once.
fn wanted(plan: &Plan, exchange: Exchange) -> u64 {
    let connections = match (exchange, plan.per_connection) {
        (Exchange::OneShot, _) => plan.intervals,
        (Exchange::Session, Some(most)) => plan.intervals.div_ceil(most),
        (Exchange::Session, None) => 1,
    };
    match plan.loop_kind {
        Loop::Open => connections.min(plan.open_limit as u64),
        Loop::Closed => 1,
    }
}

/// How workers are divided among threads and tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    hosts: u32,
    has_own_tables: bool,
    holds_many: bool,
    share: u64,
    /// Descriptors of each table.
    needed: u64,
}

/// A thread for each worker, all in one table.
fn threads(workers: u32, wanted: u64, limit: Option<u64>) -> Result<Layout, LoadError> {
    let most = limit.map_or(u64::MAX, |limit| limit.saturating_sub(RESERVE)) / u64::from(workers);
    if most == 0 {
        return Err(LoadError::Descriptors {
            workers,
            needed: u64::from(workers) + RESERVE,
            limit: limit.unwrap_or(u64::MAX),
        });
    }
    let share = most.min(wanted);
    let holds_many = share > FEW as u64;
    // A poller for many takes a descriptor itself.
    let share = match holds_many {
        true => share.min(most - 1),
        false => share,
    };
    Ok(Layout {
        hosts: workers,
        has_own_tables: false,
        holds_many,
        share,
        needed: u64::from(workers) * (share + u64::from(holds_many)) + RESERVE,
    })
}

/// `loops` threads with many workers each; as many more with tables of their own as it takes for `needed`
/// connections of each worker.
fn event_loops(
    workers: u32,
    wanted: u64,
    needed: u64,
    loops: u32,
    limit: Option<u64>,
) -> Result<Layout, LoadError> {
    let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(RESERVE));
    let in_all = u64::from(workers) * needed;
    let tables = in_all.div_ceil(room.max(1)).min(TABLES_MAX.into());
    let has_own_tables = tables > 1;
    let tables = u32::try_from(tables).expect("it is at most what a u32 was");
    let hosts = loops.max(tables).min(workers);
    let in_table = match has_own_tables {
        true => workers.div_ceil(hosts),
        false => workers,
    };
    match (room / u64::from(in_table)).min(wanted) {
        0 => Err(LoadError::Tables {
            workers,
            tables: TABLES_MAX,
            limit: limit.unwrap_or(u64::MAX),
        }),
        share => Ok(Layout {
            hosts,
            has_own_tables,
            holds_many: true,
            share,
            needed: u64::from(in_table) * share + RESERVE,
        }),
    }
}

fn seats(workers: u32, layout: &Layout) -> Vec<Seat> {
    let (each, more) = (workers / layout.hosts, workers % layout.hosts);
    let mut first = 0;
    let seat = |host| {
        let count = each + u32::from(host < more);
        first += count;
        Seat {
            workers: first - count..first,
            has_own_table: layout.has_own_tables,
            holds_many: layout.holds_many,
        }
    };
    (0..layout.hosts).map(seat).collect()
}

/// Raises the limit, and makes the table that threads share as large as they need it.
fn raise(limit: Rlimit, needed: u64) {
    let needed = limit.maximum.map_or(needed, |maximum| needed.min(maximum));
    if limit.current.is_some_and(|current| current < needed) {
        let raised = Rlimit {
            current: Some(needed),
            maximum: limit.maximum,
        };
        // Should it be refused, connections past the limit are counted as limits of this machine.
        let _ = setrlimit(Resource::Nofile, raised);
    }
    make_room_for_descriptors(needed);
}

/// For what else a process has open: terminal, files of the run, signals, libraries, pollers.
const RESERVE: u64 = 32;
/// Of the ports of one address so many in one are used: Linux looks for a free port among the even ones first,
/// one by one, so that a connection made when more than half are taken costs hundreds of microseconds.
const SHARE_OF_PORTS: u64 = 3;
/// With 20,000 descriptors in each, more than a million connections.
const TABLES_MAX: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(workers: u32, wanted: u64, limit: Option<u64>, expected: Option<u64>) {
        let layout = threads(workers, wanted, limit);
        assert_eq!(layout.ok().map(|layout| layout.share), expected);
    }

    #[test]
    fn threads_share_what_there_is() {
        check(10, 1000, Some(20_032), Some(1000));
        check(100, 1000, Some(20_032), Some(199));
        check(100, 1, Some(20_032), Some(1));
        check(100, 1000, None, Some(1000));
    }

    #[test]
    fn fewer_than_one_for_each_thread_is_refused_with_what_to_do() {
        check(1000, 1, Some(1031), None);
        check(1000, 1, Some(1032), Some(1));
        let error = threads(1000, 1, Some(256))
            .expect_err("too few")
            .to_string();
        assert!(
            error.contains("need 1032 descriptors") && error.contains("--client async"),
            "{error}"
        );
    }

    /// Hosts, whether each has its table, and the share.
    #[track_caller]
    fn check_loops(workers: u32, wanted: u64, needed: u64, expected: (u32, bool, u64)) {
        let layout = event_loops(workers, wanted, needed, 1, Some(20_000)).expect("room");
        let found = (layout.hosts, layout.has_own_tables, layout.share);
        assert_eq!(found, expected);
        assert!(layout.needed <= 20_000, "{layout:?}");
    }

    #[test]
    fn one_loop_is_enough_until_a_table_is_full() {
        check_loops(1, 1, 1, (1, false, 1));
        check_loops(19_968, 1, 1, (1, false, 1));
        check_loops(19_969, 1, 1, (2, true, 1));
        check_loops(50_000, 1, 1, (3, true, 1));
    }

    #[test]
    fn tables_are_added_for_what_comes_at_once_only() {
        check_loops(100, 1000, 1, (1, false, 199));
        check_loops(100, 1000, 1000, (6, true, 1000));
        check_loops(10_000, 1000, 1000, (64, true, 127));
    }

    #[test]
    fn more_than_all_tables_hold_is_refused_with_what_to_do() {
        let error = event_loops(3000, 1, 1, 1, Some(64)).expect_err("too few");
        let error = error.to_string();
        assert!(
            error.contains("3000 workers") && error.contains("ulimit"),
            "{error}"
        );
    }

    #[test]
    fn every_worker_has_one_seat() {
        let layout = event_loops(50_000, 1, 1, 1, Some(20_000)).expect("room");
        let seats = seats(50_000, &layout);
        let all: Vec<_> = seats.iter().flat_map(|seat| seat.workers.clone()).collect();
        assert_eq!(all, (0..50_000).collect::<Vec<_>>());
    }
}
