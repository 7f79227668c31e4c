//! All that an order owes, looked at by brute force.

use std::collections::BTreeSet;

use causality::Relation;

use super::world::{Broken, Packet, World};
use super::{Order, Ordering, PacketId};

impl<O: Ordering> World<O> {
    /// Looks at all that the order owes.
    pub fn check(&self, order: &Order) -> Result<(), Broken> {
        for (rank, member) in self.members.iter().enumerate() {
            let given: BTreeSet<PacketId> = member.given.iter().copied().collect();
            if given.len() < member.given.len() {
                return Err(format!("{rank} is given something twice"));
            }
            if order.is_fifo {
                self.check_fifo(rank)?;
            }
            if self.keeps_causes(order) {
                self.check_causal(rank)?;
            }
        }
        if order.is_total {
            self.check_total()?;
        }
        if self.is_cut {
            self.check_agreement(order)?;
            self.check_uniform(order)?;
        }
        Ok(())
    }

    /// A total order keeps causes first too, but through a cut only where nothing is delivered that may be lost.
    fn keeps_causes(&self, order: &Order) -> bool {
        let does = order.is_total && (!self.is_cut || self.nothing_is_lost());
        (does || order.name == "causal") && !self.is_made_up()
    }

    /// What was delivered waited until most had it, and most stay.
    fn nothing_is_lost(&self) -> bool {
        self.is_uniform() && 2 * self.staying().len() > self.members.len()
    }

    fn check_fifo(&self, rank: usize) -> Result<(), Broken> {
        for from in 0..self.members.len() {
            let given = self.members[rank].given.iter();
            let given = given.filter(|id| id.from == from);
            let sent = self.packets.iter().filter(|(id, packet)| {
                // All of a rank come in their order, and those that are refused are not given.
                id.from == from && !packet.is_refused
            });
            if !sent.zip(given).all(|((sent, _), given)| sent == given) {
                return Err(format!("{rank} is given those of {from} out of order"));
            }
        }
        Ok(())
    }

    fn check_causal(&self, rank: usize) -> Result<(), Broken> {
        let mut before: BTreeSet<PacketId> = BTreeSet::new();
        for id in self.delivered(rank) {
            for cause in self.causes(*id) {
                if !before.contains(&cause) {
                    return Err(format!("{rank} delivers {id:?} before {cause:?}"));
                }
            }
            before.insert(*id);
        }
        Ok(())
    }

    /// What may have caused a packet.
    fn causes(&self, id: PacketId) -> impl Iterator<Item = PacketId> {
        let of = self.packets[&id].past.as_ref();
        let is_cause = move |packet: &Packet| {
            let relation = packet.past.as_ref().zip(of).map(|(a, b)| a.relation(b));
            relation == Some(Ok(Relation::Before))
        };
        let causes = self.packets.iter();
        causes.filter_map(move |(id, packet)| is_cause(packet).then_some(*id))
    }

    /// Of two who have not parted, one is ahead of the other.
    fn check_total(&self) -> Result<(), Broken> {
        let ranks = if self.is_cut {
            self.staying()
        } else {
            let ranks = 0..self.members.len();
            ranks.filter(|rank| self.is_honest(*rank)).collect()
        };
        let given = |rank: &usize| &self.members[*rank].given;
        let Some(ahead) = ranks.iter().max_by_key(|rank| given(rank).len()) else {
            return Ok(());
        };
        for rank in &ranks {
            let (a, b) = (given(rank), given(ahead));
            if !b.starts_with(a) {
                return Err(format!("{rank} and {ahead} differ: {a:?} {b:?}"));
            }
        }
        Ok(())
    }

    /// Those who stay were given all of the cut, but for what follows from something that is not in it.
    fn check_agreement(&self, order: &Order) -> Result<(), Broken> {
        let cut = self.cut_now();
        let mut expected = cut.clone();
        expected.retain(|id| !self.packets[id].is_refused);
        // What waits to be safe is in stamps already, and in no past yet.
        let is_ahead = order.name == "causal" && self.is_uniform();
        let is_known = !(self.is_made_up() || is_ahead);
        if order.name == "causal" {
            expected.retain(|id| self.causes(*id).all(|cause| cut.contains(&cause)));
        }
        let staying = self.staying();
        for rank in &staying {
            let given: BTreeSet<PacketId> = self.members[*rank].given.iter().copied().collect();
            // Otherwise all must do the same, whatever it is.
            let other = self.members[staying[0]].given.iter().copied().collect();
            if given != if is_known { expected.clone() } else { other } {
                return Err(format!("{rank} is given another part of the cut"));
            }
        }
        Ok(())
    }

    /// Whatever anybody delivered that waited until most had it, those deliver who stay, if they are most of the members.
    fn check_uniform(&self, order: &Order) -> Result<(), Broken> {
        let staying = self.staying();
        if !self.nothing_is_lost() {
            return Ok(());
        }
        let final_ones = self.delivered(staying[0]);
        for rank in 0..self.members.len() {
            let delivered = self.delivered(rank);
            let is_uniform = match order.is_total {
                true => final_ones.starts_with(delivered),
                false => delivered.iter().all(|id| final_ones.contains(id)),
            };
            if !is_uniform {
                return Err(format!(
                    "{rank} delivers {delivered:?}, others {final_ones:?}"
                ));
            }
        }
        Ok(())
    }

    fn delivered(&self, rank: usize) -> &[PacketId] {
        let member = &self.members[rank];
        &member.given[..member.delivered]
    }

    /// Whether some stamp was made up: then nobody knows what its packet waits for.
    fn is_made_up(&self) -> bool {
        self.packets.values().any(|packet| packet.past.is_none())
    }
}
