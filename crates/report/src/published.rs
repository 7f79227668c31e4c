//! What the experiment that a bench repeats had published: the seed experiment.
//!
//! Source: the README of "CS331 Tutorial1: Socket Programming", section "Results". Its servers are
//! Python programs and each client is an interpreter of its own; a request waits 3 s in the server
//! and comes back reversed. The single-process server was measured once, the others three times.

/// How long one request waited in the server of the experiment.
pub(crate) const TASK_NS: u64 = 3_000_000_000;

/// The numbers of clients that were measured.
pub(crate) const CLIENTS: [u64; 10] = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

/// One of the published servers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Published {
    /// The README's name for it.
    pub(crate) name: &'static str,
    /// Its marker: see [`crate::svg::Mark`].
    pub(crate) index: usize,
    /// Whether it serves one client after the other.
    pub(crate) is_serial: bool,
    /// Completion times in seconds, run by run, one for each of [`CLIENTS`].
    pub(crate) runs_s: &'static [[f64; 10]],
}

impl Published {
    /// Least, median and greatest completion time of a number of clients, in nanoseconds.
    ///
    /// # Panics
    /// When `place` is not a place in [`CLIENTS`].
    pub(crate) fn completion_ns(&self, place: usize) -> (f64, f64, f64) {
        let mut values: Vec<f64> = self.runs_s.iter().map(|run| run[place] * 1e9).collect();
        values.sort_by(f64::total_cmp);
        (
            values[0],
            values[values.len() / 2],
            values[values.len() - 1],
        )
    }

    /// The least time that the arithmetic allows, in nanoseconds.
    pub(crate) fn floor_ns(&self, place: usize) -> f64 {
        let tasks = if self.is_serial { CLIENTS[place] } else { 1 };
        (TASK_NS * tasks) as f64
    }
}

/// The completion time in nanoseconds that the experiment published for its server of this model of `serve`: the median
/// where it was measured several times. None for other models and numbers of clients.
pub fn published_completion_ns(model: &str, clients: u64) -> Option<f64> {
    let servers = ["iterative", "process", "thread"];
    let index = servers.iter().position(|name| *name == model)?;
    let place = CLIENTS.iter().position(|count| *count == clients)?;
    Some(PUBLISHED[index].completion_ns(place).1)
}

/// The published servers.
pub(crate) const PUBLISHED: [Published; 3] = [
    Published {
        name: "single-process",
        index: 0,
        is_serial: true,
        runs_s: &[[
            30.107380, 60.168934, 90.212209, 120.242131, 150.286684, 180.355433, 210.392723,
            240.437711, 270.443304, 300.446261,
        ]],
    },
    Published {
        name: "multi-process",
        index: 1,
        is_serial: false,
        runs_s: &[
            [
                3.165042, 3.265307, 3.366160, 3.463547, 3.593423, 3.704624, 3.814901, 3.920916,
                4.030464, 4.150824,
            ],
            [
                3.158274, 3.262588, 3.371035, 3.498016, 3.613633, 3.741437, 3.857643, 3.965433,
                4.075619, 4.166602,
            ],
            [
                3.164919, 3.261594, 3.369247, 3.484277, 3.594287, 3.727424, 3.841962, 3.958121,
                4.079759, 4.203419,
            ],
        ],
    },
    Published {
        name: "multi-threaded",
        index: 2,
        is_serial: false,
        runs_s: &[
            [
                3.079222, 3.131812, 3.173668, 3.209009, 3.273532, 3.309823, 3.373803, 3.407952,
                3.460488, 3.498707,
            ],
            [
                3.091435, 3.140113, 3.184711, 3.220513, 3.264540, 3.312111, 3.370179, 3.416331,
                3.470950, 3.524193,
            ],
            [
                3.077185, 3.125844, 3.179028, 3.221829, 3.275605, 3.319528, 3.365879, 3.421557,
                3.469652, 3.502062,
            ],
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_was_of_a_model() {
        let median = |model| published_completion_ns(model, 100).map(|ns| (ns / 1e3).round());
        assert_eq!(median("iterative"), Some(300_446_261.0));
        assert_eq!(median("process"), Some(4_166_602.0));
        assert_eq!(median("thread"), Some(3_502_062.0));
        assert_eq!(median("pool"), None);
        assert_eq!(published_completion_ns("thread", 15), None);
    }

    #[test]
    fn no_published_time_is_below_its_floor() {
        for published in PUBLISHED {
            for place in 0..CLIENTS.len() {
                let (min, median, max) = published.completion_ns(place);
                assert!(published.floor_ns(place) < min && min <= median && median <= max);
            }
        }
    }

    #[test]
    fn the_median_of_three_runs_is_the_middle_one() {
        let (min, median, max) = PUBLISHED[1].completion_ns(9);
        let micros = [min, median, max].map(|ns| (ns / 1e3).round());
        assert_eq!(micros, [4_150_824.0, 4_166_602.0, 4_203_419.0]);
    }
}
