//! The results of measuring groups: `wharf group bench`.

use serde::{Deserialize, Serialize};

use crate::Series;

/// What each order costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupSummary {
    /// Where the group met: `multicast 239.255.0.1:41234 over lo`.
    pub place: String,
    /// Its promises beside the order, in words: `delivered when agreed, repaired, primary part`.
    pub promises: String,
    /// Members, each a thread with its own sockets.
    pub members: u64,
    /// How many of them send: the first ones.
    pub senders: u64,
    /// Bytes of a message.
    pub payload_bytes: u64,
    /// The largest datagram.
    pub datagram_bytes: u64,
    /// How long each run counts.
    pub lasting_ns: u64,
    /// Low load: messages a second, of all senders together.
    pub rate_hz: f64,
    /// How often each order is measured under each load.
    pub repeats: u64,
    /// How often a member of each order's group is stopped without a word.
    pub crashes: u64,
    /// The longest time between two signs of life.
    pub heartbeat_ns: u64,
    /// How long a member must be silent before it is suspected.
    pub suspect_after_ns: u64,
    /// Processors that this process may use.
    pub cores: u64,
    /// The orders, as they were asked for.
    pub orders: Vec<GroupPoint>,
}

/// One order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupPoint {
    /// Its name: `total-sequencer`.
    pub order: String,
    /// What it promises, in a few words.
    pub promise: String,
    /// Whether all members deliver all messages in one order.
    pub is_total: bool,
    /// Why it could not be measured, if it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<String>,
    /// Runs in which every sender sent as fast as the group took it.
    pub flat: Vec<GroupRun>,
    /// Runs on schedule.
    pub paced: Vec<GroupRun>,
    /// Of all paced runs that count: from the instant at which a message was meant to be sent until its sender delivered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Series>,
    /// The same until the last member delivered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Series>,
    /// From the death of a member until the last of the others had installed the view without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<Series>,
    /// Each time that a member was stopped.
    pub crashes: Vec<GroupCrash>,
}

/// One run under a load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupRun {
    /// How long it was counted.
    pub counted_ns: u64,
    /// Messages sent in the whole run, by all.
    pub sent: u64,
    /// What each member was given and what it cost it, by rank.
    pub members: Vec<GroupMember>,
    /// Processor time of all members' threads over that of the machine's processors, in the whole run.
    pub busy: f64,
    /// Of the time of the member that was worst off, the share in which it was ready to run and had no processor.
    #[serde(default)]
    pub waited: f64,
    /// How long after their instants messages were sent; of paced runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lateness: Option<Series>,
    /// Whether senders were too late for the latencies to be believed.
    #[serde(default)]
    pub is_late: bool,
    /// Until the sender delivered; of paced runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Series>,
    /// Until the last member delivered; of paced runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Series>,
    /// What the members were not to deliver, or not so: empty when all was right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flaws: Vec<String>,
    /// Why nothing is to be concluded from it: the group fell apart, or not all was delivered in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disturbed: Option<String>,
}

/// One member in a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupMember {
    /// Messages that it was given while it was counted, by the rank of their senders.
    pub delivered: Vec<u64>,
    /// Messages that it was given in the whole run.
    pub delivered_all: u64,
    /// Datagrams that it sent, each once for each address.
    pub datagrams: u64,
    /// The calls with which they left.
    pub calls: u64,
    /// Packets that it sent: datagrams with messages.
    pub packets: u64,
    /// Packets that it sent again.
    pub repairs: u64,
    /// Datagrams in which it asked for packets.
    pub naks: u64,
    /// Signs of life.
    pub statuses: u64,
    /// Packets that it was given again.
    pub duplicates: u64,
    /// Datagrams that the kernel dropped because its buffers were full.
    pub kernel_drops: u64,
    /// Messages of others that it never got: only where nothing is repaired.
    pub lost: u64,
    /// Processor time of its thread.
    pub cpu_ns: u64,
    /// How long its thread was ready to run and had no processor.
    #[serde(default)]
    pub waited_ns: u64,
}

/// One death of a member.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupCrash {
    /// The rank of the one that was stopped.
    pub rank: u64,
    /// Until each of the others had installed a view without it, in the order in which they did; fewer where some did not.
    pub installed_ns: Vec<u64>,
    /// The longest time in which one of the others was given no message, around the death.
    pub silence_ns: u64,
    /// As in [`GroupRun::flaws`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flaws: Vec<String>,
    /// As in [`GroupRun::disturbed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disturbed: Option<String>,
}

impl GroupRun {
    /// Messages a second that every member was given: that of the one that was given fewest. `None` where nothing was counted.
    pub fn delivered_hz(&self) -> Option<f64> {
        let least = self.members.iter().map(|one| one.delivered.iter().sum());
        self.a_second(least.min()?)
    }

    /// The same of one sender's messages.
    pub fn delivered_of_hz(&self, sender: usize) -> Option<f64> {
        let least = self.members.iter().map(|one| one.delivered.get(sender));
        self.a_second(least.min()?.copied()?)
    }

    /// Datagrams that were sent for each message; each counts once for each address.
    pub fn datagrams_a_message(&self) -> Option<f64> {
        let datagrams: u64 = self.members.iter().map(|one| one.datagrams).sum();
        (self.sent > 0).then(|| datagrams as f64 / self.sent as f64)
    }

    /// A figure of all members together.
    pub fn sum(&self, of: fn(&GroupMember) -> u64) -> u64 {
        self.members.iter().map(of).sum()
    }

    /// Whether its figures count.
    pub fn counts(&self) -> bool {
        self.flaws.is_empty() && self.disturbed.is_none() && !self.is_late
    }

    fn a_second(&self, count: u64) -> Option<f64> {
        (self.counted_ns > 0).then(|| count as f64 * 1e9 / self.counted_ns as f64)
    }
}

impl GroupCrash {
    /// Until the last of the others had installed a view without it.
    pub fn view_ns(&self) -> Option<u64> {
        let counts = self.flaws.is_empty() && self.disturbed.is_none();
        self.installed_ns.iter().max().copied().filter(|_| counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(delivered: &[u64]) -> GroupMember {
        GroupMember {
            delivered: delivered.to_vec(),
            datagrams: 10,
            repairs: 2,
            ..GroupMember::default()
        }
    }

    #[test]
    fn a_group_is_as_fast_as_its_slowest_member() {
        let run = GroupRun {
            counted_ns: 500_000_000,
            sent: 40,
            members: vec![member(&[10, 30]), member(&[20, 10])],
            ..GroupRun::default()
        };
        assert_eq!(run.delivered_hz(), Some(60.0));
        assert_eq!(run.delivered_of_hz(0), Some(20.0));
        assert_eq!(run.delivered_of_hz(1), Some(20.0));
        assert_eq!(run.delivered_of_hz(2), None);
        assert_eq!(run.datagrams_a_message(), Some(0.5));
        assert_eq!(run.sum(|one| one.repairs), 4);
    }

    #[test]
    fn a_run_of_nothing_has_no_rates() {
        let run = GroupRun::default();
        assert_eq!(
            (run.delivered_hz(), run.datagrams_a_message()),
            (None, None)
        );
        assert_eq!(GroupCrash::default().view_ns(), None);
    }

    #[test]
    fn what_is_absent_is_not_written() {
        let point = GroupPoint {
            flat: vec![GroupRun::default()],
            crashes: vec![GroupCrash::default()],
            ..GroupPoint::default()
        };
        let text = serde_json::to_string(&point).expect("JSON");
        for absent in ["obstacle", "own", "flaws", "disturbed", "lateness"] {
            assert!(!text.contains(absent), "{absent}");
        }
        let read: GroupPoint = serde_json::from_str(&text).expect("its own form");
        assert_eq!(read, point);
    }
}
