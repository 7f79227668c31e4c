//! Every way in which a few members and messages can go, by a model checker: whatever comes in whatever order, promises said and heard,
//! members that stop, a cut. It finds what no drawn schedule happens to try, and that there is nothing to be found.
//!
//! A promise may be said whenever others wait for it, and one more time: with any number of them there are four times as many states,
//! in which nothing else was found.

use std::hash::Hash;

use stateright::{Model, Property};

use super::world::{Broken, Delivery, Step, World};
use super::{Order, Ordering};
use crate::Settings;

/// Some members who send some messages.
struct Ways<O> {
    settings: Settings,
    size: usize,
    messages: usize,
    /// How many promises are said that nobody waits for.
    heartbeats: usize,
    delivery: Delivery,
    begin: fn(usize, usize, &Settings) -> O,
}

/// How far they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State<O> {
    world: World<O>,
    messages: usize,
    heartbeats: usize,
    broken: Option<Broken>,
}

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Action {
    /// A member sends a message.
    Message(usize),
    /// Those stop, bit by bit, and the others cut.
    Cut(u32),
    /// Something else; packets that are sent are without messages.
    Other(Step),
}

impl<O: Ordering + Clone> Ways<O> {
    fn order(&self) -> &'static Order {
        self.settings.order
    }

    fn member_actions(&self, state: &State<O>, rank: usize, actions: &mut Vec<Action>) {
        let world = &state.world;
        let ordering = &world.members[rank].ordering;
        if state.messages < self.messages {
            actions.push(Action::Message(rank));
        }
        if ordering.has_something_to_stamp() {
            actions.push(Action::Other(Step::Send(rank)));
        }
        let says_more = || ordering.clone().promise() > world.members[rank].said.1;
        if ordering.owes() || (state.heartbeats < self.heartbeats && says_more()) {
            actions.push(Action::Other(Step::Say(rank)));
        }
        let packets = world.receivable(self.order(), rank).into_iter();
        actions.extend(packets.map(|id| Action::Other(Step::Receive(rank, id))));
        let heard = world.hearable(rank).into_iter();
        actions.extend(heard.map(|from| Action::Other(Step::Hear(rank, from))));
        let acks = (0..self.size).filter(|from| world.is_ackable(rank, *from));
        actions.extend(acks.map(|from| Action::Other(Step::Ack(rank, from))));
    }

    /// What was promised and is not so.
    fn wrong(&self, state: &State<O>) -> Option<Broken> {
        let check = || state.world.check(self.order()).err();
        state.broken.clone().or_else(check)
    }

    /// Whether nothing is on its way, and nobody has to say anything.
    fn is_quiet(&self, world: &World<O>) -> bool {
        let is_done = |rank: usize| {
            let ordering = &world.members[rank].ordering;
            let is_waited_for = ordering.owes() || ordering.has_something_to_stamp();
            !is_waited_for
                && world.receivable(self.order(), rank).is_empty()
                && world.hearable(rank).is_empty()
        };
        (0..self.size).all(is_done)
    }
}

impl<O: Ordering + Clone + Eq + Hash + 'static> Model for Ways<O> {
    type State = State<O>;
    type Action = Action;

    fn init_states(&self) -> Vec<State<O>> {
        let begin = |own| (self.begin)(self.size, own, &self.settings);
        vec![State {
            world: World::new(self.size, self.delivery, begin),
            messages: 0,
            heartbeats: 0,
            broken: None,
        }]
    }

    fn actions(&self, state: &State<O>, actions: &mut Vec<Action>) {
        if state.world.is_cut || state.broken.is_some() {
            return;
        }
        for rank in 0..self.size {
            self.member_actions(state, rank, actions);
        }
        // Somebody who stops and somebody to whom nothing happens any more are alike until the others cut.
        actions.extend((0..(1 << self.size) - 1).map(Action::Cut));
    }

    fn next_state(&self, last: &State<O>, action: Action) -> Option<State<O>> {
        let mut state = last.clone();
        let world = &mut state.world;
        let done = match action {
            Action::Message(rank) => {
                state.messages += 1;
                world.take(Step::Send(rank))
            }
            Action::Cut(gone) => {
                let stops = (0..self.size).filter(|rank| gone >> rank & 1 == 1);
                let mut stopped = stops.map(|rank| world.take(Step::Crash(rank)));
                let stopped = stopped.find(Result::is_err);
                stopped.unwrap_or_else(|| world.take(Step::Cut))
            }
            Action::Other(step) => {
                let is_heartbeat = |rank: usize| !last.world.members[rank].ordering.owes();
                let says = matches!(step, Step::Say(rank) if is_heartbeat(rank));
                state.heartbeats += usize::from(says);
                world.take(step)
            }
        };
        state.broken = done.err();
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(KEPT, |ways: &Self, state| ways.wrong(state).is_none()),
            Property::always(LIVE, |ways: &Self, state: &State<O>| {
                let world = &state.world;
                let is_whole = !world.is_cut && world.running().len() == ways.size;
                let all = world.packets.len();
                let mut members = world.members.iter();
                !is_whole
                    || members.all(|member| member.given.len() == all)
                    || !ways.is_quiet(world)
            }),
            Property::sometimes(ALL, |ways: &Self, state: &State<O>| {
                let is_full = |given: usize| given >= ways.messages && given > 0;
                let mut members = state.world.members.iter();
                members.all(|member| is_full(member.given.len()))
            }),
            Property::sometimes(LESS, |_, state: &State<O>| {
                let all = state.world.packets.len();
                let rank = state.world.staying()[0];
                state.world.is_cut && state.world.members[rank].given.len() < all
            }),
        ]
    }
}

const KEPT: &str = "what the order promises is kept";
const LIVE: &str = "nothing waits for ever";
const ALL: &str = "all is delivered by all";
const LESS: &str = "something goes with who stopped";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broken::{BROKEN, Rule};
    use crate::orders::queue::Queue;
    use crate::orders::{causal, fifo, none, total_lamport, total_sequencer};
    use causal::Causal;
    use stateright::{Checker, HasDiscoveries};
    use total_lamport::TotalLamport;
    use total_sequencer::TotalSequencer;

    /// Members and messages.
    const FEW: [[usize; 2]; 2] = [[3, 2], [2, 3]];
    /// For orders without promises, which can go in fewer ways.
    const MANY: [[usize; 2]; 3] = [[3, 2], [2, 3], [3, 3]];

    type Begin<O> = fn(usize, usize, &Settings) -> O;

    fn ways<O>(order: &'static Order, [size, messages]: [usize; 2], begin: Begin<O>) -> Ways<O> {
        Ways {
            settings: Settings::new(order),
            size,
            messages,
            heartbeats: 1,
            delivery: Delivery::Agreed,
            begin,
        }
    }

    #[track_caller]
    fn check<O: Ordering + Clone + Eq + Hash + Sync + 'static>(ways: Ways<O>) {
        let name = ways.order().name;
        let about = format!(
            "{name}, {:?}: {} members, {} messages",
            ways.delivery, ways.size, ways.messages
        );
        let checker = ways.checker().spawn_bfs().join();
        println!("{about}: {} states", checker.unique_state_count());
        if let Some(path) = checker.discovery(KEPT) {
            let wrong = checker.model().wrong(path.last_state());
            panic!("{about}: {wrong:?} by {:?}", path.into_actions());
        }
        checker.assert_no_discovery(LIVE);
        for property in [ALL, LESS] {
            assert!(checker.discovery(property).is_some(), "{about}: {property}");
        }
    }

    #[track_caller]
    fn check_sizes<O: Ordering + Clone + Eq + Hash + Sync + 'static>(
        order: &'static Order,
        begin: Begin<O>,
        sizes: &[[usize; 2]],
    ) {
        for size in sizes {
            check(ways(order, *size, begin));
        }
    }

    #[test]
    fn none_is_kept_whatever_happens() {
        check_sizes(&none::ORDER, |_, _, _| Queue::default(), &MANY);
    }

    #[test]
    fn fifo_is_kept_whatever_happens() {
        check_sizes(&fifo::ORDER, |_, _, _| Queue::default(), &MANY);
    }

    #[test]
    fn causal_is_kept_whatever_happens() {
        check_sizes(&causal::ORDER, Causal::new, &MANY);
    }

    #[test]
    fn total_lamport_is_kept_whatever_happens() {
        check_sizes(&total_lamport::ORDER, TotalLamport::new, &FEW);
    }

    #[test]
    fn total_sequencer_is_kept_whatever_happens() {
        check_sizes(&total_sequencer::ORDER, TotalSequencer::new, &MANY);
    }

    #[track_caller]
    fn check_safe<O: Ordering + Clone + Eq + Hash + Sync + 'static>(
        order: &'static Order,
        begin: Begin<O>,
    ) {
        check(Ways {
            heartbeats: 0,
            delivery: Delivery::Safe,
            ..ways(order, [3, 2], begin)
        });
    }

    #[test]
    fn what_most_have_is_kept_whoever_delivers_it() {
        check_safe(&none::ORDER, |_, _, _| Queue::default());
        check_safe(&fifo::ORDER, |_, _, _| Queue::default());
        check_safe(&causal::ORDER, Causal::new);
        check_safe(&total_lamport::ORDER, TotalLamport::new);
        check_safe(&total_sequencer::ORDER, TotalSequencer::new);
    }

    #[track_caller]
    fn betrayed<O: Ordering + Clone + Eq + Hash + Sync + 'static>(rule: Rule, mut ways: Ways<O>) {
        ways.settings.broken = BROKEN.iter().find(|broken| broken.rule == rule);
        let checker = ways.checker().finish_when(HasDiscoveries::AnyFailures);
        let checker = checker.spawn_bfs().join();
        assert!(checker.discovery(KEPT).is_some(), "{rule:?}");
    }

    #[test]
    fn a_broken_rule_is_found_where_two_or_three_messages_can_show_it() {
        let causal = |messages| ways(&causal::ORDER, [3, messages], Causal::new);
        let lamport = || ways(&total_lamport::ORDER, [3, 2], TotalLamport::new);
        let sequencer = ways(&total_sequencer::ORDER, [3, 2], TotalSequencer::new);
        betrayed(Rule::CausalNoWait, causal(2));
        betrayed(Rule::CausalCountsReceipts, causal(3));
        betrayed(Rule::LamportNoTieBreak, lamport());
        betrayed(Rule::LamportNoWait, lamport());
        betrayed(Rule::SequencerNoFlush, sequencer);
    }

    #[test]
    fn a_packet_that_is_safe_and_whose_record_is_not_may_get_another_place() {
        let ways = Ways {
            delivery: Delivery::SafeWithoutRecord,
            ..ways(&total_sequencer::ORDER, [3, 2], TotalSequencer::new)
        };
        let checker = ways.checker().finish_when(HasDiscoveries::AnyFailures);
        let checker = checker.spawn_bfs().join();
        assert!(checker.discovery(KEPT).is_some());
    }
}
