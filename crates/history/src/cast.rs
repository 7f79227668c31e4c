//! The results of a benchmark of datagrams.

use serde::{Deserialize, Serialize};

use crate::Series;

/// What was sent to whom in which ways, and what arrived.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CastSummary {
    /// The network interface, the loopback included.
    pub interface: String,
    /// Whether it is the loopback.
    pub is_loopback: bool,
    /// Datagrams a second that a paced run is to send to each receiver.
    pub rate_hz: f64,
    /// How long each run sends.
    pub lasting_ns: u64,
    /// How often each point is measured in each phase.
    pub repeats: u64,
    /// The receive buffer that was asked for, in bytes of payload and bookkeeping together.
    pub buffer_asked_bytes: u64,
    /// The least that a receiver was granted; the kernel doubles what it grants, and this is before that.
    pub buffer_granted_bytes: Option<u64>,
    /// Processors that this process may use.
    pub cores: u64,
    /// What was measured, in the order in which it was asked for.
    pub points: Vec<CastPoint>,
}

/// One cast, size of payload, number of receivers and way of calling.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CastPoint {
    /// `unicast`, `multicast`, `broadcast`.
    pub cast: String,
    /// Bytes of a datagram without its headers.
    pub payload_bytes: u64,
    /// How many receive it, each with a socket and a thread.
    pub receivers: u64,
    /// How the kernel is called: `one`, `batch`, `segments`.
    pub way: String,
    /// So many datagrams at most go with a call.
    pub most_a_call: u64,
    /// Why it could not be measured, if it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<String>,
    /// Runs as fast as the sender could, in the order in which they were made.
    pub flat: Vec<CastRun>,
    /// Runs on schedule.
    pub paced: Vec<CastRun>,
    /// Of all receivers in all paced runs whose sender was on time, with its histogram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Series>,
}

/// One run of a point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CastRun {
    /// From the first call of the sender until its last returned.
    pub wall_ns: u64,
    /// Datagrams sent to each receiver: the number of sequence numbers.
    pub sent: u64,
    /// Processor time of the sender's thread; on the loopback the delivery into the receivers' buffers is
    /// part of it.
    pub sender_cpu_ns: u64,
    /// How long after their intended instants datagrams were handed to the kernel; of paced runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lateness: Option<Series>,
    /// Whether the sender was too late for the latencies to be believed.
    #[serde(default)]
    pub is_late: bool,
    /// From the intended instants until the receivers' calls returned, all receivers together; of paced
    /// runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Series>,
    /// Each receiver.
    pub receivers: Vec<CastReceiver>,
}

/// What one receiver saw in a run: `received + lost = sent`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CastReceiver {
    /// Sequence numbers that arrived, each counted once.
    pub received: u64,
    /// Those that did not.
    pub lost: u64,
    /// What the kernel threw away because the socket's buffer was full, in its own count: several
    /// segments that it holds together are one.
    pub kernel_drops: u64,
    /// Arrivals of what had arrived already.
    pub duplicates: u64,
    /// Arrivals behind a greater sequence number.
    pub out_of_order: u64,
    /// Arrivals whose bytes were not those that were sent.
    pub corrupt: u64,
    /// Datagrams of somebody else.
    pub strays: u64,
    /// The receiver's calls of the kernel.
    pub calls: u64,
    /// Processor time of its thread.
    pub cpu_ns: u64,
    /// From the sender's first call until the last arrival.
    pub span_ns: u64,
    /// From the intended instants until its calls returned; of paced runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Series>,
}

impl CastRun {
    /// Of what was sent to all receivers together, the share that did not arrive; `None` when nothing was
    /// sent.
    pub fn loss(&self) -> Option<f64> {
        let lost: u64 = self.receivers.iter().map(|receiver| receiver.lost).sum();
        let all = self.sent.saturating_mul(self.receivers.len() as u64);
        (all > 0).then(|| lost as f64 / all as f64)
    }

    /// Datagrams a second to each receiver; `None` when it took no time.
    pub fn sent_hz(&self) -> Option<f64> {
        (self.wall_ns > 0).then(|| self.sent as f64 * 1e9 / self.wall_ns as f64)
    }

    /// Datagrams a second that one of its receivers got, until its last arrival or the sender's end,
    /// whichever was later: so nobody gets more a second than was sent.
    pub fn received_hz(&self, receiver: &CastReceiver) -> Option<f64> {
        let span_ns = receiver.span_ns.max(self.wall_ns);
        (span_ns > 0).then(|| receiver.received as f64 * 1e9 / span_ns as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_is_over_all_receivers() {
        let receiver = |lost| CastReceiver {
            lost,
            received: 100 - lost,
            span_ns: 1_000_000_000,
            ..CastReceiver::default()
        };
        let run = CastRun {
            sent: 100,
            wall_ns: 500_000_000,
            receivers: vec![receiver(0), receiver(50)],
            ..CastRun::default()
        };
        assert_eq!(run.loss(), Some(0.25));
        assert_eq!(run.sent_hz(), Some(200.0));
        assert_eq!(run.received_hz(&run.receivers[1]), Some(50.0));
        let early = CastReceiver {
            received: 100,
            span_ns: 1,
            ..CastReceiver::default()
        };
        assert_eq!(run.received_hz(&early), run.sent_hz());
    }

    #[test]
    fn a_run_of_nothing_has_no_rates() {
        let run = CastRun::default();
        assert_eq!((run.loss(), run.sent_hz()), (None, None));
        assert_eq!(run.received_hz(&CastReceiver::default()), None);
    }

    #[test]
    fn what_is_absent_is_not_written() {
        let point = CastPoint {
            flat: vec![CastRun::default()],
            ..CastPoint::default()
        };
        let text = serde_json::to_string(&point).expect("JSON");
        assert!(!text.contains("latency") && !text.contains("obstacle"));
        let read: CastPoint = serde_json::from_str(&text).expect("its own form");
        assert_eq!(read, point);
    }
}
