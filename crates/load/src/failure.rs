//! What an error of the system means for a request.

use history::Outcome;
use rustix::io::Errno;

/// While connecting.
pub(crate) fn of_connecting(error: Errno) -> Outcome {
    match error {
        Errno::TIMEDOUT => Outcome::ConnectTimeout,
        // To TCP on Linux this says that no local port is free.
        Errno::AGAIN => Outcome::LocalLimit,
        other => of_talking(other),
    }
}

/// On a connection that stands.
pub(crate) fn of_talking(error: Errno) -> Outcome {
    match error {
        Errno::CONNREFUSED => Outcome::Refused,
        Errno::CONNRESET | Errno::PIPE | Errno::CONNABORTED => Outcome::Reset,
        Errno::TIMEDOUT => Outcome::Timeout,
        Errno::MFILE | Errno::NFILE | Errno::ADDRNOTAVAIL | Errno::NOBUFS | Errno::NOMEM => {
            Outcome::LocalLimit
        }
        // What may be waited for is limited by user (`fs.epoll.max_user_watches`).
        Errno::NOSPC => Outcome::LocalLimit,
        _ => Outcome::Network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: Errno, connecting: Outcome, talking: Outcome) {
        assert_eq!(
            (of_connecting(error), of_talking(error)),
            (connecting, talking)
        );
    }

    #[test]
    fn limits_of_this_machine_are_not_the_servers_fault() {
        for error in [
            Errno::MFILE,
            Errno::NFILE,
            Errno::ADDRNOTAVAIL,
            Errno::NOBUFS,
            Errno::NOMEM,
            Errno::NOSPC,
        ] {
            check(error, Outcome::LocalLimit, Outcome::LocalLimit);
        }
        check(Errno::AGAIN, Outcome::LocalLimit, Outcome::Network);
    }

    #[test]
    fn the_kernels_own_time_out_is_one() {
        check(Errno::TIMEDOUT, Outcome::ConnectTimeout, Outcome::Timeout);
    }

    #[test]
    fn a_broken_pipe_is_a_reset() {
        check(Errno::PIPE, Outcome::Reset, Outcome::Reset);
        check(Errno::HOSTUNREACH, Outcome::Network, Outcome::Network);
    }
}
