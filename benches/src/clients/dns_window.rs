//! The questions that are under way on one socket.

use std::net::UdpSocket;

use super::latency::Latency;
use super::questions::{HEADER_BYTES, Questions, is_right};

/// What came of the questions.
pub struct Counts {
    /// Answers that are right.
    pub right: u64,
    /// Answers that are not.
    pub wrong: u64,
    /// Questions without an answer within a second.
    pub lost: u64,
    /// Messages that belong to no question that is under way: late, or there twice.
    pub stray: u64,
    /// From the instant at which a question was meant to leave to its answer.
    pub latency: Latency,
    /// From that instant until it left.
    pub late: Latency,
}

impl Counts {
    /// Nothing yet.
    pub fn new() -> Self {
        Counts {
            right: 0,
            wrong: 0,
            lost: 0,
            stray: 0,
            latency: Latency::new(),
            late: Latency::new(),
        }
    }

    /// Begins again.
    pub fn clear(&mut self) {
        (self.right, self.wrong, self.lost, self.stray) = (0, 0, 0, 0);
        self.latency.clear();
        self.late.clear();
    }
}

/// See the file's description.
pub struct Window {
    socket: UdpSocket,
    /// By the id, as far as there are slots.
    slots: Vec<Option<Asked>>,
    id: u16,
    under_way: usize,
    size: usize,
}

#[derive(Clone, Copy)]
struct Asked {
    id: u16,
    question: u32,
    at_ns: u64,
}

impl Window {
    /// The most questions under way on one socket.
    pub const MAX: usize = 8192;

    /// So many at once.
    pub fn new(socket: UdpSocket, size: usize) -> Self {
        Window {
            socket,
            slots: vec![None; (size * 2).next_power_of_two()],
            id: 0,
            under_way: 0,
            size,
        }
    }

    /// The socket.
    pub fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    /// How many more may be sent now.
    pub fn room(&self) -> usize {
        self.size - self.under_way
    }

    /// Takes note of a question and says its id; none where there is no room.
    pub fn put(&mut self, question: usize, at_ns: u64) -> Option<[u8; 2]> {
        if self.under_way == self.size {
            return None;
        }
        // Half of the slots are free: a few steps find one.
        loop {
            self.id = self.id.wrapping_add(1);
            let slot = usize::from(self.id) & (self.slots.len() - 1);
            if self.slots[slot].is_none() {
                self.slots[slot] = Some(Asked {
                    id: self.id,
                    question: question as u32,
                    at_ns,
                });
                self.under_way += 1;
                return Some(self.id.to_be_bytes());
            }
        }
    }

    /// Takes what came at `now`.
    pub fn take(&mut self, message: &[u8], now: u64, questions: &Questions, counts: &mut Counts) {
        let id = match message {
            [high, low, ..] if message.len() >= HEADER_BYTES => u16::from_be_bytes([*high, *low]),
            _ => return counts.wrong += 1,
        };
        let slot = usize::from(id) & (self.slots.len() - 1);
        let Some(asked) = self.slots[slot].filter(|asked| asked.id == id) else {
            return counts.stray += 1;
        };
        self.slots[slot] = None;
        self.under_way -= 1;
        let (question, expected) = questions.at(asked.question as usize);
        match is_right(message, question, expected) {
            true => counts.right += 1,
            false => counts.wrong += 1,
        }
        counts.latency.add(now.saturating_sub(asked.at_ns));
    }

    /// Gives up what has been under way for longer than `patience`, and says how many.
    pub fn sweep(&mut self, now: u64, patience: u64) -> u64 {
        let mut lost = 0;
        for slot in &mut self.slots {
            if slot.is_some_and(|asked| asked.at_ns + patience < now) {
                *slot = None;
                lost += 1;
            }
        }
        self.under_way -= lost;
        lost as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_has_one_answer_in_time() {
        let questions = Questions::read(["a A"].iter()).expect("right");
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        let mut window = Window::new(socket, 2);
        let mut counts = Counts::new();
        let ids = [0, 1].map(|at| window.put(0, at).expect("room"));
        assert_eq!((window.put(0, 2), window.room()), (None, 0));
        let answer = |id: [u8; 2]| {
            let header = [id[0], id[1], 0x84, 3, 0, 1, 0, 0, 0, 0, 0, 0];
            [&header[..], questions.at(0).0].concat()
        };
        window.take(&answer(ids[0]), 9, &questions, &mut counts);
        window.take(&answer(ids[0]), 9, &questions, &mut counts);
        assert_eq!((counts.right, counts.stray, window.room()), (1, 1, 1));
        assert_eq!((window.sweep(11, 10), window.sweep(12, 10)), (0, 1));
        window.take(&answer(ids[1]), 13, &questions, &mut counts);
        assert_eq!((counts.right, counts.stray, window.room()), (1, 2, 2));
        window.take(b"short", 13, &questions, &mut counts);
        assert_eq!(counts.wrong, 1);
    }
}
