//! What all orders owe, held against schedules drawn from seeds; and the rules that are broken on purpose, each of which some
//! schedule must betray.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::world::{Broken, Delivery, Step, World};
use super::{ORDERS, Order, Ordering};
use crate::Settings;
use crate::broken::{BROKEN, Rule};

const SEEDS: u64 = 400;

/// What is drawn for a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stamps {
    /// They are those of the orders.
    Right,
    /// Some are made up.
    SomeMadeUp,
}

/// A schedule, drawn as it goes.
struct Schedule {
    random: Pcg64Mcg,
    order: &'static Order,
    stamps: Stamps,
    world: World<Box<dyn Ordering>>,
}

impl Schedule {
    fn new(seed: u64, settings: &Settings, stamps: Stamps, delivery: Delivery) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let size = 2 + below(&mut random, 4);
        let begin = |own| (settings.order.begin)(size, own, settings);
        let world = World::new(size, delivery, begin);
        Self {
            random,
            order: settings.order,
            stamps,
            world,
        }
    }

    fn run(mut self) -> Result<(), Broken> {
        for _ in 0..10 + below(&mut self.random, 60) {
            self.step()?;
            self.world.check(self.order)?;
        }
        if self.draw(4) == 0 && self.stamps == Stamps::Right && !self.someone_is_gone() {
            self.world.settle(self.order)?;
        } else {
            self.world.take(Step::Cut)?;
        }
        self.world.check(self.order)
    }

    fn step(&mut self) -> Result<(), Broken> {
        let running = self.world.running();
        let rank = running[self.draw(running.len())];
        match self.draw(20) {
            0..4 => {
                let made_up = self.made_up(rank);
                self.world.send(rank, made_up)
            }
            4..12 => {
                let ids = self.world.receivable(self.order, rank);
                self.one_of(ids, |id| Step::Receive(rank, id))
            }
            12..14 if self.world.is_honest(rank) => self.world.take(Step::Say(rank)),
            14..16 => {
                let ranks = self.world.hearable(rank);
                self.one_of(ranks, |from| Step::Hear(rank, from))
            }
            16..19 => {
                let mut ranks = running;
                ranks.retain(|from| self.world.is_ackable(rank, *from));
                self.one_of(ranks, |from| Step::Ack(rank, from))
            }
            _ if running.len() > self.least_running() && self.draw(8) == 0 => {
                self.world.take(Step::Crash(rank))
            }
            _ => Ok(()),
        }
    }

    /// Where what most have is safe, most stay.
    fn least_running(&self) -> usize {
        match self.world.is_uniform() {
            true => self.world.members.len() / 2 + 1,
            false => 1,
        }
    }

    fn one_of<T>(&mut self, mut choice: Vec<T>, step: impl Fn(T) -> Step) -> Result<(), Broken> {
        if choice.is_empty() {
            return Ok(());
        }
        let at = self.draw(choice.len());
        self.world.take(step(choice.swap_remove(at)))
    }

    /// Whoever has promised something keeps to it: nothing helps against a member that breaks its word.
    fn made_up(&mut self, rank: usize) -> Option<Vec<u8>> {
        let has_promised = self.world.members[rank].said.1 > 0;
        if self.stamps == Stamps::Right || has_promised || self.draw(4) > 0 {
            return None;
        }
        let length = self.draw(5);
        let highest = [3, 256][self.draw(2)];
        Some((0..length).map(|_| self.draw(highest) as u8).collect())
    }

    fn someone_is_gone(&self) -> bool {
        self.world.running().len() < self.world.members.len()
    }

    fn draw(&mut self, below_this: usize) -> usize {
        below(&mut self.random, below_this)
    }
}

fn below(random: &mut Pcg64Mcg, bound: usize) -> usize {
    (random.next_u64() >> 32) as usize % bound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stamps: Stamps, delivery: Delivery) {
        for order in ORDERS {
            let settings = Settings::new(order);
            for seed in 0..SEEDS {
                if let Err(broken) = Schedule::new(seed, &settings, stamps, delivery).run() {
                    panic!("{}, seed {seed}: {broken}", order.name);
                }
            }
        }
    }

    #[test]
    fn every_order_keeps_what_it_promises() {
        check(Stamps::Right, Delivery::Agreed);
    }

    #[test]
    fn what_is_delivered_as_safe_is_delivered_by_all_who_stay_in_the_same_order() {
        check(Stamps::Right, Delivery::Safe);
    }

    #[test]
    fn made_up_stamps_are_taken_or_refused_by_all_alike() {
        check(Stamps::SomeMadeUp, Delivery::Agreed);
    }

    #[track_caller]
    fn betrayed(rule: Rule, order: &str) {
        let order = ORDERS.iter().find(|known| known.name == order);
        let settings = Settings {
            broken: BROKEN.iter().find(|broken| broken.rule == rule),
            ..Settings::new(order.expect("an order's name"))
        };
        let schedule = |seed| Schedule::new(seed, &settings, Stamps::Right, Delivery::Agreed);
        let run = |seed| schedule(seed).run();
        assert!(
            (0..SEEDS).any(|seed| run(seed).is_err()),
            "{rule:?} is not noticed"
        );
    }

    #[test]
    fn every_broken_rule_of_an_order_is_noticed() {
        for (rule, order) in [
            (Rule::CausalNoWait, "causal"),
            (Rule::CausalCountsReceipts, "causal"),
            (Rule::LamportNoTieBreak, "total-lamport"),
            (Rule::LamportNoWait, "total-lamport"),
            (Rule::SequencerNoFlush, "total-sequencer"),
        ] {
            betrayed(rule, order);
        }
    }
}
