//! What was taken and has not left: the open packet, and behind it the messages that wait.

use crate::Settings;
use crate::frame::Packer;

/// Messages that have a number and have not left, in their order: first those in the open packet, then those in the queue.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub packer: Packer,
    taken: u64,
    queue: Queue,
}

impl Outgoing {
    pub fn new(settings: &Settings) -> Self {
        Self {
            packer: Packer::new(settings),
            taken: 0,
            queue: Queue::default(),
        }
    }

    /// Gives a message its number.
    pub fn number(&mut self) -> u64 {
        self.taken += 1;
        self.taken
    }

    /// Whether nothing waits behind the open packet.
    pub fn has_no_queue(&self) -> bool {
        self.queue.length() == 0
    }

    /// Whether everything has left.
    pub fn is_empty(&self) -> bool {
        self.packer.is_empty() && self.has_no_queue()
    }

    /// How many bytes wait behind the open packet.
    pub fn queued_bytes(&self) -> usize {
        self.queue.length()
    }

    /// Puts a message behind all others.
    pub fn queue(&mut self, message: &[u8]) {
        push(&mut self.queue.bytes, message);
    }

    /// Moves the first message of the queue into the open packet. False when it does not fit, or when there is none.
    pub fn move_up(&mut self) -> bool {
        let fits = self
            .queue
            .first()
            .is_some_and(|first| self.packer.push(first));
        if fits {
            self.queue.pop();
        }
        fits
    }

    /// Forgets everything: another incarnation begins.
    pub fn restart(&mut self) {
        self.packer.restart(1);
        self.taken = 0;
        self.queue.bytes.clear();
        self.queue.from = 0;
    }
}

/// Messages, each behind its length. What was taken from the front is given back when it is more than half of the whole, so that a
/// byte is moved once at the most.
#[derive(Debug, Default)]
struct Queue {
    bytes: Vec<u8>,
    from: usize,
}

impl Queue {
    fn length(&self) -> usize {
        self.bytes.len() - self.from
    }

    fn first(&self) -> Option<&[u8]> {
        let (length, rest) = self.bytes[self.from..].split_first_chunk::<LENGTH_BYTES>()?;
        Some(&rest[..usize::from(u16::from_be_bytes(*length))])
    }

    fn pop(&mut self) {
        self.from += self.first().map_or(0, |first| LENGTH_BYTES + first.len());
        if 2 * self.from >= self.bytes.len() {
            self.bytes.drain(..self.from);
            self.from = 0;
        }
    }
}

fn push(bytes: &mut Vec<u8>, message: &[u8]) {
    let length = u16::try_from(message.len()).expect("messages are shorter than datagrams");
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(message);
}

/// A message's length takes two bytes.
const LENGTH_BYTES: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing() -> Outgoing {
        Outgoing::new(&Settings::new(&crate::ORDERS[0]))
    }

    #[test]
    fn what_waits_moves_into_the_packet_in_its_order() {
        let mut outgoing = outgoing();
        for text in ["one", "two", "three"] {
            outgoing.number();
            outgoing.queue(text.as_bytes());
        }
        assert_eq!(outgoing.queued_bytes(), 17);
        assert!(outgoing.move_up() && outgoing.move_up() && outgoing.move_up());
        assert!(!outgoing.move_up(), "there is no fourth");
        assert_eq!(outgoing.packer.first(), 1);
        assert!(outgoing.has_no_queue() && !outgoing.is_empty());
        outgoing.restart();
        assert!(outgoing.is_empty());
        assert_eq!(outgoing.number(), 1);
    }

    #[test]
    fn the_queue_gives_back_what_was_taken() {
        let mut queue = Queue::default();
        for round in 0..1000_u32 {
            push(&mut queue.bytes, &round.to_be_bytes());
            push(&mut queue.bytes, &[0; 60]);
            if round >= 10 {
                queue.pop();
                assert_eq!(queue.first(), Some(&[0; 60][..]));
                queue.pop();
                assert_eq!(queue.first(), Some(&(round - 9).to_be_bytes()[..]));
            }
        }
        assert!(queue.bytes.len() < 2000);
    }
}
