//! Rules broken on purpose, one at a time: to see what each is for, and to see that the judges notice.

use crate::{Level, Partitions, Reliability, Settings};

/// A rule, broken.
#[derive(Debug)]
pub struct Broken {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// What goes wrong.
    pub about: &'static str,
    /// The condition that must notice, by its name.
    pub caught_by: &'static str,
    /// What it is simulated with where nothing else is said, in words of `wharf sim group`: a promise that the rule is needed for,
    /// and as much going wrong as it takes.
    pub with: &'static str,
    pub(crate) rule: Rule,
}

impl Broken {
    /// The flag that a group of those settings lacks for the rule to matter to it, in words of `wharf sim group`. None where
    /// it matters.
    pub fn lacks(&self, settings: &Settings) -> Option<&'static str> {
        let order = settings.order.name;
        let (is_given, flag) = match self.rule {
            Rule::CausalNoWait | Rule::CausalCountsReceipts => {
                (order == "causal", "--order causal")
            }
            Rule::LamportNoTieBreak | Rule::LamportNoWait => {
                (order == "total-lamport", "--order total-lamport")
            }
            Rule::SequencerNoFlush => (order == "total-sequencer", "--order total-sequencer"),
            Rule::FifoByArrival => (settings.order.is_fifo, "--order fifo"),
            // Where packets have their turn, none has it twice.
            Rule::ForgetsDuplicates => (!settings.order.is_fifo, "--order none"),
            Rule::NoPeerRepair | Rule::NoCut => (
                settings.reliability == Reliability::Nak,
                "--reliability nak",
            ),
            Rule::SafeEarly => (settings.level == Level::Safe, "--deliver safe"),
            Rule::TwoPrimaries => (
                settings.partitions == Partitions::Primary,
                "--partitions primary",
            ),
            Rule::StaleIncarnation => (true, ""),
        };
        (!is_given).then_some(flag)
    }
}

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Causal order does not wait for what came before.
    CausalNoWait,
    /// Causal order takes what was received for delivered.
    CausalCountsReceipts,
    /// Messages of the same Lamport time are delivered in an order of each member's own.
    LamportNoTieBreak,
    /// A Lamport order does not wait for those who are silent.
    LamportNoWait,
    /// At a cut what has no place yet is delivered in an order of each member's own.
    SequencerNoFlush,
    /// FIFO hands over whatever comes.
    FifoByArrival,
    /// Only the sender repairs.
    NoPeerRepair,
    /// A packet that comes again is a new one.
    ForgetsDuplicates,
    /// Safe is what one other has.
    SafeEarly,
    /// A view is installed without what is missing of the last.
    NoCut,
    /// Half of the members may decide, whichever.
    TwoPrimaries,
    /// Packets of earlier incarnations count.
    StaleIncarnation,
}

/// All of them.
pub const BROKEN: &[Broken] = &[
    broken(
        "causal-no-wait",
        "a message does not wait for those that may have caused it",
        "causal",
        "--order causal",
        Rule::CausalNoWait,
    ),
    broken(
        "causal-counts-receipts",
        "a message waits for its causes to come, and not for their being delivered",
        "causal",
        "--order causal",
        Rule::CausalCountsReceipts,
    ),
    broken(
        "lamport-no-tie-break",
        "messages of the same time are delivered as each member likes",
        "total",
        "--order total-lamport",
        Rule::LamportNoTieBreak,
    ),
    broken(
        "lamport-no-wait",
        "nobody waits for the times of members that are silent",
        "total",
        "--order total-lamport",
        Rule::LamportNoWait,
    ),
    broken(
        "sequencer-no-flush",
        "when a view ends, what has no place yet is delivered as each member likes",
        "total",
        "--order total-sequencer",
        Rule::SequencerNoFlush,
    ),
    broken(
        "fifo-by-arrival",
        "packets are handed over as they come",
        "fifo",
        "--order fifo",
        Rule::FifoByArrival,
    ),
    broken(
        "no-peer-repair",
        "only the sender sends again: what a crashed one sent to some is not passed on",
        "agreement",
        "--order fifo --loss 0.2 --crashes 4 --cuts 0 --nak-delay 400ms",
        Rule::NoPeerRepair,
    ),
    broken(
        "forgets-duplicates",
        "a packet that comes again is a new one",
        "integrity",
        "--order none",
        Rule::ForgetsDuplicates,
    ),
    broken(
        "safe-early",
        "safe is what one member has: the one that delivers",
        "uniform-agreement",
        "--order fifo --deliver safe",
        Rule::SafeEarly,
    ),
    broken(
        "no-cut",
        "the next view is installed without what is missing of the last",
        "agreement",
        "--order fifo --loss 0.2 --crashes 4 --cuts 0 --nak-delay 400ms",
        Rule::NoCut,
    ),
    broken(
        "two-primaries",
        "any half may go on",
        "primary",
        "--order total-sequencer --deliver safe --members 2 --joins 0 --crashes 0 --cuts 12",
        Rule::TwoPrimaries,
    ),
    broken(
        "stale-incarnation",
        "packets of an earlier view count in the next",
        "integrity",
        "--order fifo --replayed 3",
        Rule::StaleIncarnation,
    ),
];

const fn broken(
    name: &'static str,
    about: &'static str,
    caught_by: &'static str,
    with: &'static str,
    rule: Rule,
) -> Broken {
    Broken {
        name,
        about,
        caught_by,
        with,
        rule,
    }
}
