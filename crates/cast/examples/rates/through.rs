//! Through `cast`.

use cast::{Batch, Receiver, Sender, Side, UNICAST, Way, Wish};
use run::Stop;

use crate::{BUFFER_BYTES, Ends, QUIET, Receives, Sends};

/// A sender and a receiver, connected on the loopback.
pub fn ends(way: Way, bytes: usize) -> Ends {
    let anywhere = "127.0.0.1:0".parse().expect("an address");
    let plan = UNICAST.plan(&Wish::new(Side::Receive, vec![anywhere]));
    let receiver = Receiver::open(&plan.expect("a plan"), way, BUFFER_BYTES).expect("a receiver");
    let plan = UNICAST.plan(&Wish::new(Side::Send, vec![receiver.local()]));
    let sender = Sender::open(&plan.expect("a plan"), way).expect("a sender");
    let inlet = Inlet {
        batch: receiver.batch(2048.max(bytes)),
        receiver,
        stop: Stop::new().expect("descriptors"),
    };
    let outlet = Outlet {
        sender,
        bytes,
        memory: vec![b'x'; bytes * Way::BATCH],
    };
    (Box::new(outlet), Box::new(inlet))
}

struct Outlet {
    sender: Sender,
    bytes: usize,
    memory: Vec<u8>,
}

impl Sends for Outlet {
    fn send(&mut self, count: usize) {
        let mut left = count;
        while left > 0 {
            let now = left.min(Way::BATCH);
            let joined = &self.memory[..now * self.bytes];
            left -= self.sender.send_joined(joined, self.bytes).expect("sent");
        }
    }
}

struct Inlet {
    receiver: Receiver,
    batch: Batch,
    stop: Stop,
}

impl Receives for Inlet {
    fn receive(&mut self) -> u64 {
        let brought = self
            .receiver
            .receive(&mut self.batch, &self.stop, Some(QUIET));
        brought.expect("received");
        self.batch.datagrams().count() as u64
    }
}
