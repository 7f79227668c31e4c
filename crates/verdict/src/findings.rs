//! What a reader of a log should know before he reads what its clocks are worth.

use history::{Finding, Verdict};
use trace::{EventId, FlawKind, Log};

use crate::{Basis, Order};

impl Order {
    /// What the order was taken from, and what in the log does not fit: cycles, messages that nobody sent, that were
    /// sent or received twice, or lost. The log's own flaws, which are the reader's, are not among them.
    pub fn findings(&self, log: &Log) -> Vec<Finding> {
        let mut findings = vec![Finding::new(Verdict::Valid, self.basis().text())];
        self.tell_cycles(log, &mut findings);
        let doubts = &self.doubts;
        let unmatched = match self.basis() {
            Basis::LamportClocks => {
                "receipts that may be of no send, or of several, and so are not in the order"
            }
            _ => "receipts that do not say which message, or whose, and so are not in the order",
        };
        let told: [(Verdict, &str, &[EventId]); 6] = [
            (Verdict::Unknown, unmatched, &doubts.unmatched),
            (
                Verdict::Unknown,
                "receipts of messages that nobody sent, maybe because the sender's log is missing",
                &doubts.unsent,
            ),
            (
                Verdict::Invalid,
                "messages that two hosts sent under one name, so that their receipts are not in the order",
                &doubts.contested,
            ),
            (
                Verdict::Valid,
                "sends of a message that the host had sent before; receipts count as those of the first",
                &doubts.sent_twice,
            ),
            (
                Verdict::Valid,
                "receipts of a message that had come to the host before",
                &doubts.received_twice,
            ),
            (
                Verdict::Valid,
                "messages that were sent and came to nobody",
                &self.lost(log),
            ),
        ];
        for (verdict, text, events) in told {
            if !events.is_empty() {
                let text = format!("{text} ({}): {}", events.len(), self.names(log, events));
                findings.push(Finding::new(verdict, text));
            }
        }
        findings
    }

    /// What cannot have happened: messages that came before they were sent, by way of others.
    pub fn impossible(&self, log: &Log) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.tell_cycles(log, &mut findings);
        findings
    }

    fn tell_cycles(&self, log: &Log, findings: &mut Vec<Finding>) {
        for cycle in self.cycles().iter().take(FEW) {
            let mut text = "this cannot have happened, each comes before the next: ".to_owned();
            let shown = cycle.events.iter().take(LONG);
            for event in shown {
                text += &format!("{} -> ", self.name(log, *event));
            }
            if cycle.events.len() > LONG {
                text += &format!("({} more) -> ", cycle.events.len() - LONG);
            }
            text += &self.name(log, cycle.events[0]);
            findings.push(Finding::new(Verdict::Invalid, text));
        }
        if self.dropped_count() > 0 {
            let dropped = self.dropped_count();
            let text =
                format!("receipts that were taken out of the order to break cycles: {dropped}");
            findings.push(Finding::new(Verdict::Invalid, text));
        }
    }

    /// Why a path that is not in the order may have been there all the same; none if the log is whole.
    pub(crate) fn incomplete(&self, log: &Log) -> Option<String> {
        let doubts = &self.doubts;
        let unknown = doubts.unsent.len() + doubts.unmatched.len();
        if unknown > 0 {
            return Some(format!(
                "the sends of some receipts are not known ({unknown})"
            ));
        }
        if self.basis() == Basis::ProgramOrder && self.host_count() > 1 {
            return Some("the log tells of no messages".to_owned());
        }
        if self.dropped_count() > 0 {
            return Some("messages were taken out of the order to break cycles".to_owned());
        }
        self.gap(log)
    }

    /// What is missing from the log itself, as far as its reader saw that.
    pub(crate) fn gap(&self, log: &Log) -> Option<String> {
        let is_gap = |kind: FlawKind| {
            use FlawKind::{
                Ahead, Hole, HostGuessed, Message, Part, TornLoss, Truncated, UnknownHost,
                Unreadable,
            };
            matches!(
                kind,
                TornLoss
                    | Truncated
                    | Unreadable
                    | Part
                    | HostGuessed
                    | Hole
                    | UnknownHost
                    | Ahead
                    | Message
            )
        };
        let flaw = log.flaws.iter().find(|flaw| is_gap(flaw.kind))?;
        Some(flaw.text.clone())
    }
}

/// How many cycles are told.
const FEW: usize = 5;

/// How many events of a cycle are told.
const LONG: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Judgement;
    use crate::fixture::script;

    /// The findings after the first, which says where the order was taken from.
    #[track_caller]
    fn check(text: &str, expected: &[(Verdict, &str)]) {
        let log = script(text);
        let findings = Order::of(&log).findings(&log);
        let findings: Vec<_> = findings[1..]
            .iter()
            .map(|finding| (finding.verdict, finding.text.as_str()))
            .collect();
        assert_eq!(findings, expected);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        check("a send m, b receive m", &[]);
        let unsent = "receipts of messages that nobody sent, maybe because the sender's log is missing (1): b:1";
        check("b receive m", &[(Verdict::Unknown, unsent)]);
        let twice = "sends of a message that the host had sent before; receipts count as those of the first (1): a:2";
        check(
            "a send m, a send m, b receive m",
            &[(Verdict::Valid, twice)],
        );
        let twice = "receipts of a message that had come to the host before (1): b:2";
        check(
            "a send m, b receive m, b receive m, b deliver m, c receive m",
            &[(Verdict::Valid, twice)],
        );
        let lost = "messages that were sent and came to nobody (1): a:1";
        check("a send m", &[(Verdict::Valid, lost)]);
    }

    #[test]
    fn two_senders_of_one_message_are_not_believed() {
        let unmatched = "receipts that do not say which message, or whose, and so are not in the order (1): c:1";
        let contested = "messages that two hosts sent under one name, so that their receipts are not in the order (1): b:1";
        let expected = [(Verdict::Unknown, unmatched), (Verdict::Invalid, contested)];
        check("a send m, b send m, c receive m", &expected);
    }

    #[test]
    fn mutual_causality_is_named_and_broken() {
        let cycle = "this cannot have happened, each comes before the next: b:1 -> a:1 -> b:1";
        let broken = "receipts that were taken out of the order to break cycles: 2";
        let expected = [(Verdict::Invalid, cycle), (Verdict::Invalid, broken)];
        check("a local a:1 b:1, b local a:1 b:1", &expected);
    }

    /// Without messages the order of hosts lacks what may have been in a stamp's past, and yet a stamp ahead of all that
    /// was left was called wrong. It is now not known.
    #[test]
    fn a_hybrid_stamp_that_may_have_come_by_a_message_is_not_wrong() {
        let check = |text, verdict, words| judged(&script(text), "hybrid", verdict, words);
        let unknown = "the sends of some receipts are not known (1)";
        check("a send W9 H9, b receive W1 H9", Verdict::Unknown, unknown);
        let unknown = "the log tells of no messages";
        check("a local W9 H9, b local W1 H9", Verdict::Unknown, unknown);
        check(
            "b local W1 H9",
            Verdict::Invalid,
            "ahead of every wall clock",
        );
    }

    #[track_caller]
    fn judged(log: &Log, condition: &str, expected: Verdict, words: &str) {
        let judgements = Judgement::all(log, &Order::of(log));
        let judgement = judgements
            .iter()
            .find(|judgement| judgement.condition == condition);
        let judgement = judgement.expect("it has the stamps");
        assert_eq!(judgement.verdict, expected, "{judgement:?}");
        assert!(judgement.text.contains(words), "{judgement:?}");
    }

    #[test]
    fn a_path_that_may_be_missing_leaves_vectors_unknown() {
        let words = "the sends of some receipts are not known (1)";
        let log = script("a local a:1, b receive m a:1 b:1");
        judged(&log, "vector", Verdict::Unknown, words);
        let log = script("a local a:1, b send m a:1 b:1");
        let words =
            "a:1 {a:1} is not greater than b:1 {a:1, b:1}, but no chain of messages leads there";
        judged(&log, "vector", Verdict::Invalid, words);
    }

    #[test]
    fn a_violation_is_shown_with_its_path() {
        let log = script("alice send m1 L7, bob receive m1 L5");
        let words = "alice:1 is stamped 7 and comes before bob:1, stamped 5: alice:1 sent m1, which bob received at bob:1";
        judged(&log, "lamport", Verdict::Invalid, words);
        let judgement = &Judgement::all(&log, &Order::of(&log))[0];
        assert_eq!(judgement.pair, Some((EventId(0), EventId(1))));
        assert_eq!(judgement.path, [EventId(0), EventId(1)]);
        assert!(judgement.finding().text.starts_with("lamport: alice:1"));
    }

    #[test]
    fn receipts_that_lamport_stamps_do_not_match_leave_it_unknown() {
        let two = script("a send L3, c send L3, b receive L4");
        let words = "some receipts were could not be told (1)";
        judged(&two, "lamport", Verdict::Unknown, words);
        let no_jump = script("a send L3, c send L1, b local L6, b receive L7");
        judged(&no_jump, "lamport", Verdict::Unknown, words);
        let of_its_own = script("b send L3, b local L2, b receive L4");
        judged(&of_its_own, "lamport", Verdict::Invalid, "b:1 is stamped 3");
    }

    #[test]
    fn receipts_that_forget_the_senders_stamp_are_invalid_whichever_message_they_were() {
        let only = script("a local L1, a send L2, b receive L1");
        let words = "a:2 sent a message, which b received at b:1";
        judged(&only, "lamport", Verdict::Invalid, words);
        let several = script("a send L2, c send L3, b receive L2");
        let words =
            "no send that it may be of has a smaller stamp; a:1, stamped 2, is the earliest";
        judged(&several, "lamport", Verdict::Invalid, words);
        let mut torn = several.clone();
        torn.blame(
            FlawKind::TornLoss,
            trace::Place::default(),
            "Torn.".to_owned(),
        );
        judged(
            &torn,
            "lamport",
            Verdict::Unknown,
            "unless its send is missing",
        );
    }

    #[test]
    fn receipts_matched_by_stamps_are_consistent_and_no_more() {
        let log = script("a send L1, c send L4, b receive L5");
        let words =
            "consistent with a correct clock: which message was which was told by the stamps";
        judged(&log, "lamport", Verdict::Valid, words);
        let order = Order::of(&log);
        let why = order.explain(&log, EventId(1), EventId(2));
        assert_eq!(
            why,
            "c:1 sent a message, which, by the stamps, b received at b:1"
        );
    }

    #[test]
    fn a_vector_clock_that_does_not_count_its_own_event_is_invalid() {
        let log = script("a local a:1, b local b:1, b local a:1 b:1, b local a:1 b:2");
        let words = "b did not count the second";
        judged(&log, "vector-consistency", Verdict::Invalid, words);
        let named = script("a send m a:1, b local b:1, b receive m a:1 b:1");
        judged(&named, "vector", Verdict::Invalid, words);
    }

    #[test]
    fn a_broken_vector_says_what_it_lacks_and_one_hosts_events_need_no_path() {
        let log =
            script("a send m a:1, b receive m a:1 b:1, b send n a:1 b:2, c receive n b:2 c:1");
        judged(
            &log,
            "vector",
            Verdict::Invalid,
            "for c:1 lacks a:1: b:2 sent n",
        );
        let log = script("a local L3, a local L3");
        let words =
            "a:1 is stamped 3 and comes before a:2, stamped 3: both at host a, in this order";
        judged(&log, "lamport", Verdict::Invalid, words);
    }

    #[test]
    fn wall_clocks_that_contradict_the_order_are_a_note() {
        let is_note = |text: &str| {
            let log = script(text);
            let judgements = Judgement::all(&log, &Order::of(&log));
            let wall = judgements.iter().find(|one| one.condition == "wall");
            let wall = wall.expect("it has wall clocks");
            (wall.verdict, wall.is_note)
        };
        assert_eq!(
            is_note("a send m W5, b receive m W3"),
            (Verdict::Valid, true)
        );
        assert_eq!(is_note("a local W5, a local W3"), (Verdict::Valid, true));
        assert_eq!(
            is_note("a send m W5, b receive m W6"),
            (Verdict::Valid, false)
        );
    }

    #[test]
    fn equal_pairs_of_stamp_and_host_are_no_order() {
        let log = script("a local L1, a local L1, b local L1");
        judged(
            &log,
            "lamport-total",
            Verdict::Invalid,
            "a:1 and a:2 are both stamped 1",
        );
    }

    #[test]
    fn hybrid_stamps_are_held_against_wall_clocks() {
        let words = "the stamp of a:1 is 2 ms behind the wall clock";
        judged(&script("a local H5 W7"), "hybrid", Verdict::Invalid, words);
        let words = "the stamp of a:1 is 3 ms ahead of every wall clock in its past";
        judged(&script("a local H10 W7"), "hybrid", Verdict::Invalid, words);
        let heard = "a send m H10 W10, b receive m H11 W2";
        judged(
            &script(heard),
            "hybrid",
            Verdict::Invalid,
            "b:1 is 1 ms ahead",
        );
        let without = "a send m H10, b receive m H11 W2";
        judged(
            &script(without),
            "hybrid",
            Verdict::Valid,
            "not every event has a wall clock",
        );
        let missing = "c receive n H10 W10, a receive m H11 W2";
        judged(
            &script(missing),
            "hybrid",
            Verdict::Unknown,
            "events may be missing",
        );
    }

    #[test]
    fn skew_is_told_and_is_no_fault() {
        let log = script("a send m W20, b receive m W5, b local W1");
        let words = "1 of 1 messages came in before they were sent, by the wall clocks (pairs of hosts: 1), by \
                     15.000 ms at most, from a:1 to b:1";
        judged(&log, "wall", Verdict::Valid, words);
        judged(
            &log,
            "wall",
            Verdict::Valid,
            "the clock of b went back by 4.000 ms between b:1 and b:2",
        );
    }

    #[test]
    fn a_clock_that_ticks_at_sends_only_is_compared_in_full() {
        // Counting sends only does not tell b:1 from b:2, so the clocks are not the order.
        let log = script("a send m a:1, b receive m a:1, b local a:1");
        judged(&log, "vector", Verdict::Invalid, "is not less");
    }

    #[test]
    fn vectors_that_contradict_each_other_are_inconsistent() {
        // c knows of b:1 but not of a:1, of which b:1 knows.
        let log = script("a local a:1, b local a:1 b:1, c local b:1 c:1");
        judged(
            &log,
            "vector-consistency",
            Verdict::Invalid,
            "b:1 {a:1, b:1} comes before c:1 {b:1, c:1}",
        );
    }

    #[test]
    fn a_log_without_stamps_is_not_judged() {
        let log = script("a send m, b receive m");
        assert_eq!(Judgement::all(&log, &Order::of(&log)), []);
    }
}
