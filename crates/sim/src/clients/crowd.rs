//! When each client begins, and when each of its requests is intended.
//!
//! As the workers of `load` have it, gap by gap and with the same random numbers for the same seed: a gap precedes every
//! request, the first included, and counts from the request intended before (an open loop) or from the end of that
//! (a closed one).

use std::{sync::Arc, time::Duration};

use rand_core::SeedableRng as _;
use rand_pcg::Pcg64;
use stats::{Law, gap_from, nanos_of, split_mix};
use timing::Tick;

use super::{connection::Key, plan::Plan};

/// All clients there are.
pub(super) struct Crowd {
    pub(super) clients: Vec<Client>,
    gaps: Gaps,
    arrivals: Gaps,
}

/// What is kept of a client, whether it is connected or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    /// How many requests have been taken up.
    pub(super) taken: u32,
    /// When the next is intended.
    pub(super) intended: Tick,
    /// Its session, if it has one.
    pub(super) session: Key,
}

impl Crowd {
    pub(super) fn new(plan: &Plan) -> Self {
        let nobody = Client {
            taken: 0,
            intended: Tick::ZERO,
            session: Key::NONE,
        };
        Self {
            clients: vec![nobody; plan.clients as usize],
            gaps: Gaps::new(&plan.gaps, plan.seed, 0..plan.clients),
            arrivals: Gaps::new(&plan.arrivals, plan.seed, u32::MAX - 1..u32::MAX),
        }
    }

    /// Between the beginning of one client and that of the next.
    pub(super) fn arrival(&mut self) -> Duration {
        self.arrivals.next(0)
    }

    /// Before a request of this client.
    pub(super) fn gap(&mut self, client: u32) -> Duration {
        self.gaps.next(client as usize)
    }
}

/// Gaps of one law, with random numbers of their own for each of some workers.
struct Gaps {
    law: Arc<dyn Law + Send + Sync>,
    /// Empty where the law has one gap only: then nobody needs any.
    random: Vec<Pcg64>,
}

impl Gaps {
    fn new(law: &Arc<dyn Law + Send + Sync>, seed: u64, workers: std::ops::Range<u32>) -> Self {
        let is_random = law.density(0.0).is_some();
        let workers = workers.filter(|_| is_random);
        Self {
            law: law.clone(),
            random: workers
                .map(|worker| Pcg64::seed_from_u64(split_mix(seed, worker)))
                .collect(),
        }
    }

    fn next(&mut self, place: usize) -> Duration {
        let seconds = match self.random.get_mut(place) {
            Some(random) => gap_from(&*self.law, random),
            None => self.law.gap(0.0),
        };
        Duration::from_nanos(nanos_of(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Regime;

    fn crowd(law: &str, parameter: f64, seed: u64) -> Crowd {
        let mut plan = Plan::burst(Regime::by_name("thread").expect("listed"), 3);
        let law = stats::by_name(law).expect("a law").build;
        plan.gaps = Arc::from(law(parameter).expect("in range"));
        plan.seed = seed;
        Crowd::new(&plan)
    }

    #[test]
    fn clients_differ_and_the_same_seed_gives_the_same() {
        let gaps = |seed| {
            let mut crowd = crowd("exponential", 10.0, seed);
            [0, 1, 2, 0].map(|client| crowd.gap(client))
        };
        assert_eq!(gaps(4), gaps(4));
        assert_ne!(gaps(4), gaps(5));
        let [a, b, c, d] = gaps(4);
        assert!(a != b && b != c && a != d);
    }

    #[test]
    fn a_law_of_one_gap_keeps_no_random_numbers() {
        let mut crowd = crowd("deterministic", 0.25, 1);
        assert!(crowd.gaps.random.is_empty());
        assert_eq!(crowd.gap(2), Duration::from_millis(250));
        assert_eq!(crowd.arrival(), Duration::ZERO);
    }
}
