//! Rules broken on purpose, one at a time: to see what each is for, and to see that the judges notice.

/// A rule, broken.
#[derive(Debug)]
pub struct Broken {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// What goes wrong.
    pub about: &'static str,
    /// The condition that must notice, by its name.
    pub caught_by: &'static str,
    pub(crate) rule: Rule,
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
        Rule::CausalNoWait,
    ),
    broken(
        "causal-counts-receipts",
        "a message waits for its causes to come, and not for their being delivered",
        "causal",
        Rule::CausalCountsReceipts,
    ),
    broken(
        "lamport-no-tie-break",
        "messages of the same time are delivered as each member likes",
        "total",
        Rule::LamportNoTieBreak,
    ),
    broken(
        "lamport-no-wait",
        "nobody waits for the times of members that are silent",
        "total",
        Rule::LamportNoWait,
    ),
    broken(
        "sequencer-no-flush",
        "when a view ends, what has no place yet is delivered as each member likes",
        "total",
        Rule::SequencerNoFlush,
    ),
    broken(
        "fifo-by-arrival",
        "packets are handed over as they come",
        "fifo",
        Rule::FifoByArrival,
    ),
    broken(
        "no-peer-repair",
        "only the sender sends again: what a crashed one sent to some is not passed on",
        "agreement",
        Rule::NoPeerRepair,
    ),
    broken(
        "forgets-duplicates",
        "a packet that comes again is a new one",
        "integrity",
        Rule::ForgetsDuplicates,
    ),
    broken(
        "safe-early",
        "safe is what one member has: the one that delivers",
        "uniform-agreement",
        Rule::SafeEarly,
    ),
    broken(
        "no-cut",
        "the next view is installed without what is missing of the last",
        "agreement",
        Rule::NoCut,
    ),
    broken(
        "two-primaries",
        "any half may go on",
        "uniform-total",
        Rule::TwoPrimaries,
    ),
    broken(
        "stale-incarnation",
        "packets of an earlier view count in the next",
        "integrity",
        Rule::StaleIncarnation,
    ),
];

const fn broken(
    name: &'static str,
    about: &'static str,
    caught_by: &'static str,
    rule: Rule,
) -> Broken {
    Broken {
        name,
        about,
        caught_by,
        rule,
    }
}
