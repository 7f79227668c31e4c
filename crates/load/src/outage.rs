//! Whether the server went away during a run, which is another matter than a server that fails.

use std::{
    io,
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use history::Outcome;
use timing::{Clock, sleep_until};

use crate::tally::Tally;

/// Whether requests were answered up to an instant and refused, reset or closed upon after it, and
/// nobody listens at `target` any more.
///
/// The samples alone cannot tell a server that was ended from one that breaks off sessions, so in
/// such a case one more connection is tried, up to three times: a server that is just ending may
/// close its listener last.
pub(crate) fn server_is_gone(tally: &Tally, target: SocketAddr, clock: &dyn Clock) -> bool {
    looks_like_one(tally) && nobody_listens(target, clock)
}

fn looks_like_one(tally: &Tally) -> bool {
    let Some(first_lost_ns) = tally.first_lost_ns else {
        return false;
    };
    tally.count(Outcome::Ok) > 0 && tally.last_right_sent_ns <= Some(first_lost_ns)
}

fn nobody_listens(target: SocketAddr, clock: &dyn Clock) -> bool {
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            sleep_until(clock, clock.now() + PAUSE);
        }
        match TcpStream::connect_timeout(&target, PATIENCE) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => return true,
            Err(_) => return false,
            Ok(_) => {}
        }
    }
    false
}

const ATTEMPTS: u32 = 3;
/// Longer than a process takes to close its descriptors.
const PAUSE: Duration = Duration::from_millis(30);
/// Only a refusal counts, and that comes at once.
const PATIENCE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;
    use machine::Exchange;

    #[track_caller]
    fn check(right: u64, last_right_sent_ns: u64, first_lost_ns: Option<u64>, expected: bool) {
        let mut tally = Tally::new(Exchange::Session);
        tally.outcomes.insert(Outcome::Ok.name().to_owned(), right);
        tally.last_right_sent_ns = Some(last_right_sent_ns);
        tally.first_lost_ns = first_lost_ns;
        assert_eq!(looks_like_one(&tally), expected);
    }

    #[test]
    fn an_outage_is_a_loss_after_which_nothing_is_answered() {
        check(10, 500, Some(600), true);
        check(10, 700, Some(600), false);
    }

    #[test]
    fn a_server_that_never_answered_did_not_go_away() {
        check(0, 0, Some(600), false);
        check(10, 500, None, false);
    }
}
