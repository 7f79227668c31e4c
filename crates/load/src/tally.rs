//! What all workers of a run have counted, in bounded memory.

use history::{Outcome, Outcomes, Sample};
use machine::Exchange;
use rustix::io::Errno;
use stats::Distribution;

use crate::{
    Plan,
    ledger::{Batch, WRONG_KEPT},
    request::Departure,
};

/// Counts and distributions of a run.
pub(crate) struct Tally {
    exchange: Exchange,
    pub(crate) outcomes: Outcomes,
    /// What was wrong with the first wrong answers.
    pub(crate) wrong: Vec<String>,
    /// Answers that nobody had asked for.
    pub(crate) unasked: u64,
    pub(crate) connect: Distribution,
    /// Of servers that greet.
    pub(crate) greeting: Distribution,
    pub(crate) service: Distribution,
    pub(crate) response: Distribution,
    pub(crate) lateness: Distribution,
    pub(crate) sent_gaps: Distribution,
    /// Requests that waited because their worker held as much as it may.
    pub(crate) held_back: u64,
    /// The first of the sent gaps, in seconds, for comparing them with their law.
    pub(crate) gaps: Vec<f64>,
    /// When the last request that was sent, or that was connected for, ended.
    pub(crate) last_done_ns: u64,
    /// What the system said to the first connection that it refused.
    pub(crate) refusal: Option<Errno>,
    /// When the first request ended as one does whose server goes away.
    pub(crate) first_lost_ns: Option<u64>,
    /// When the last of the rightly answered requests was sent.
    pub(crate) last_right_sent_ns: Option<u64>,
}

impl Tally {
    /// Nothing has happened.
    pub(crate) fn new(exchange: Exchange) -> Self {
        Self {
            exchange,
            outcomes: Outcomes::new(),
            wrong: Vec::new(),
            unasked: 0,
            connect: Distribution::new(),
            greeting: Distribution::new(),
            service: Distribution::new(),
            response: Distribution::new(),
            lateness: Distribution::new(),
            sent_gaps: Distribution::new(),
            held_back: 0,
            gaps: Vec::new(),
            last_done_ns: 0,
            refusal: None,
            first_lost_ns: None,
            last_right_sent_ns: None,
        }
    }

    /// How many requests ended so.
    pub(crate) fn count(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(outcome.name()).copied().unwrap_or(0)
    }

    /// How many requests were asked for: all of the plan, unless it was to last for a time.
    pub(crate) fn asked(&self, plan: &Plan) -> u64 {
        match plan.lasting {
            Some(_) => self.outcomes.values().sum(),
            None => plan.asked(),
        }
    }

    /// A connection came to nothing.
    pub(crate) fn refused_by(&mut self, error: Errno) {
        self.refusal.get_or_insert(error);
    }

    /// Takes a worker's batch into account.
    pub(crate) fn take(&mut self, batch: &Batch) {
        for (sample, departure) in batch.samples.iter().zip(&batch.departures) {
            self.take_sample(sample, departure.opens);
            self.take_departure(departure);
        }
        let room = WRONG_KEPT - self.wrong.len();
        self.wrong.extend(batch.wrong.iter().take(room).cloned());
        self.unasked += batch.unasked;
    }

    fn take_sample(&mut self, sample: &Sample, opens: bool) {
        match self.outcomes.get_mut(sample.outcome.name()) {
            Some(count) => *count += 1,
            None => drop(self.outcomes.insert(sample.outcome.name().to_owned(), 1)),
        }
        // All samples of a session say when it connected, and it did so once.
        if opens || self.exchange == Exchange::OneShot || sample.number == 0 {
            record(&mut self.connect, sample.connect_duration_ns());
            // A client that is not greeted is ready in the turn in which its connection stands.
            record(
                &mut self.greeting,
                sample.greeting_ns().filter(|&ns| ns > A_TURN_NS),
            );
        }
        record(&mut self.service, sample.service_ns());
        record(&mut self.response, sample.response_ns());
        if sample.sent_ns.is_some() || sample.connect_ns.is_some() {
            self.last_done_ns = self.last_done_ns.max(sample.done_ns.unwrap_or(0));
        }
        match sample.outcome {
            Outcome::Ok => self.last_right_sent_ns = self.last_right_sent_ns.max(sample.sent_ns),
            Outcome::Refused | Outcome::Reset | Outcome::Closed => {
                let earlier = [self.first_lost_ns, sample.done_ns]
                    .into_iter()
                    .flatten()
                    .min();
                self.first_lost_ns = earlier;
            }
            _ => {}
        }
    }

    fn take_departure(&mut self, departure: &Departure) {
        record(&mut self.lateness, departure.late_ns);
        record(&mut self.sent_gaps, departure.gap_ns);
        self.held_back += u64::from(departure.held_back);
        if let Some(gap_ns) = departure.gap_ns
            && self.gaps.len() < GAPS_KEPT
        {
            self.gaps.push(gap_ns as f64 / 1e9);
        }
    }
}

fn record(distribution: &mut Distribution, value: Option<u64>) {
    if let Some(value) = value {
        distribution.record(value);
    }
}

/// 800 KB. The test of Kolmogorov and Smirnov on as many gaps refuses a distance of 0.0043.
const GAPS_KEPT: usize = 100_000;

/// A greeting comes over a network; what takes less is no greeting.
const A_TURN_NS: u64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(number: u64, outcome: Outcome) -> Sample {
        Sample {
            worker: 0,
            number,
            intended_ns: 100,
            connect_ns: Some(10),
            connected_ns: Some(30),
            ready_ns: None,
            sent_ns: Some(130 + number),
            done_ns: Some(230 + number),
            outcome,
            request_bytes: 1,
            reply_bytes: 1,
            local_port: None,
        }
    }

    fn tally(exchange: Exchange, samples: Vec<Sample>) -> Tally {
        let mut tally = Tally::new(exchange);
        let departures = vec![Departure::default(); samples.len()];
        tally.take(&Batch {
            samples,
            departures,
            ..Batch::default()
        });
        tally
    }

    #[test]
    fn a_session_connects_once() {
        let samples = || (0..5).map(|number| sample(number, Outcome::Ok)).collect();
        assert_eq!(tally(Exchange::Session, samples()).connect.count(), 1);
        assert_eq!(tally(Exchange::OneShot, samples()).connect.count(), 5);
    }

    #[test]
    fn only_right_answers_have_times() {
        let tally = tally(
            Exchange::Session,
            vec![
                sample(0, Outcome::Ok),
                sample(1, Outcome::Wrong),
                sample(2, Outcome::Timeout),
            ],
        );
        assert_eq!((tally.service.count(), tally.response.count()), (1, 1));
        assert_eq!(tally.count(Outcome::Wrong), 1);
        assert_eq!(tally.count(Outcome::Reset), 0);
    }

    #[test]
    fn the_first_loss_and_the_last_success_are_kept_in_any_order() {
        let lost = [5, 3, 4].map(|number| sample(number, Outcome::Reset));
        let right = [1, 2, 0].map(|number| sample(number, Outcome::Ok));
        let tally = tally(Exchange::Session, lost.into_iter().chain(right).collect());
        assert_eq!(tally.first_lost_ns, Some(233));
        assert_eq!(tally.last_right_sent_ns, Some(132));
    }

    #[test]
    fn no_more_than_a_few_wrong_answers_are_kept() {
        let mut tally = Tally::new(Exchange::Session);
        for _ in 0..3 {
            let wrong = vec!["wrong".to_owned(); 4];
            tally.take(&Batch {
                wrong,
                ..Batch::default()
            });
        }
        assert_eq!(tally.wrong.len(), WRONG_KEPT);
    }
}
