//! In steady state a datagram that is sent or received allocates nothing: a counting allocator says so.

#[path = "../../services/tests/counting/allocator.rs"]
mod allocator;

use std::{cell::Cell, time::Duration};

use cast::{Receiver, Sender, Side, UNICAST, Way, Wish};
use run::Stop;

use allocator::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting(count);

thread_local! {
    // A plain cell, made without allocating and dropped without a destructor.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}

/// Sends and receives a hundred rounds; only what is opened before them may allocate.
#[track_caller]
fn check(way: Way) {
    let anywhere = "127.0.0.1:0".parse().expect("an address");
    let plan = UNICAST.plan(&Wish::new(Side::Receive, vec![anywhere]));
    let plan = plan.expect("a plan");
    let mut receiver = Receiver::open(&plan, way, Receiver::BUFFER_BYTES).expect("a receiver");
    let plan = UNICAST.plan(&Wish::new(Side::Send, vec![receiver.local()]));
    let mut sender = Sender::open(&plan.expect("a plan"), way).expect("a sender");
    let mut batch = receiver.batch(100);
    let stop = Stop::new().expect("descriptors");
    let datagrams = [&[b'x'; 64][..]; 70];
    let before = ALLOCATIONS.get();
    assert!(before > 0, "the allocator does not count");
    for _ in 0..100 {
        sender.send_many(&datagrams).expect("sent");
        let mut came = 0;
        // Short waits and long ones take different ways to the kernel.
        for left in [Duration::from_millis(50), Duration::from_secs(5)]
            .iter()
            .cycle()
            .take(500)
        {
            let brought = receiver.receive(&mut batch, &stop, Some(*left));
            brought.expect("received");
            came += batch
                .datagrams()
                .filter(|one| one.bytes.len() == 64)
                .count();
            if came == datagrams.len() {
                break;
            }
        }
        assert_eq!(came, datagrams.len(), "{}", way.name());
    }
    assert_eq!(ALLOCATIONS.get(), before, "{}", way.name());
}

#[test]
fn a_datagram_allocates_nothing_whatever_the_way() {
    for way in Way::ALL {
        check(way);
    }
}
