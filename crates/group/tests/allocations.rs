//! In the steady state a message costs no allocation: what is counted is that of three nodes together, their signs of life included.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use group::{
    Delivered, Effects, GroupId, Name, Node, Notice, ORDERS, Order, Seat, Settings, To, View,
    ViewId,
};
use timing::Tick;

/// The system's allocator, which counts.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: all calls go to the system's allocator as they came.
unsafe impl GlobalAlloc for Counting {
    // SAFETY: asked of the caller as the trait asks it.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: asked of the caller as the trait asks it.
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` above, which is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What a node did since its datagrams were carried last: they stand one behind another in memory that is used again.
#[derive(Default)]
struct Seen {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    delivered: u64,
}

impl Effects for Seen {
    fn send(&mut self, _: To, datagram: &[u8]) {
        self.bytes.extend_from_slice(datagram);
        self.ends.push(self.bytes.len());
    }

    fn deliver(&mut self, _: Delivered<'_>) {
        self.delivered += 1;
    }

    fn installed(&mut self, _: &View, _: usize) {}

    fn snapshot(&mut self) -> Vec<u8> {
        Vec::new()
    }

    fn restore(&mut self, _: &[u8]) {}

    fn notice(&mut self, notice: Notice) {
        panic!("nothing is worth a notice here: {notice:?}");
    }
}

/// Three nodes in a view, and what they did.
fn nodes(order: &'static Order, now: Tick) -> Vec<(Node, Seen)> {
    let names = ["a", "b", "c"].map(|name| Name::new(name).expect("a name"));
    let begun = |(seed, name): (u64, &Name)| {
        let settings = Settings::new(order);
        Node::new(GroupId::of("steady"), name.clone(), settings, seed).expect("settings")
    };
    let mut nodes: Vec<_> = (1..).zip(&names).map(begun).collect();
    let seats = nodes.iter().zip(&names).map(|(node, name)| Seat {
        member: node.member(),
        name: name.clone(),
    });
    let seats: Vec<_> = seats.collect();
    let id = ViewId {
        epoch: 1,
        by: seats[0].member,
    };
    let begin = |mut node: Node| {
        let (mut seen, seats) = (Seen::default(), seats.clone());
        node.start_in(now, View { id, seats }, &mut seen);
        (node, seen)
    };
    nodes.drain(..).map(begin).collect()
}

/// A turn of all: each sends so many messages, and gets what the others sent.
fn turn(nodes: &mut [(Node, Seen)], now: Tick, messages: usize) {
    for (node, seen) in &mut *nodes {
        for _ in 0..messages {
            node.send(now, &[7; 64], seen).expect("there is room");
        }
    }
    for from in 0..nodes.len() {
        let sent = &mut nodes[from].1;
        let (mut bytes, mut ends) = (
            std::mem::take(&mut sent.bytes),
            std::mem::take(&mut sent.ends),
        );
        let mut start = 0;
        for end in ends.drain(..) {
            for (at, (node, seen)) in nodes.iter_mut().enumerate() {
                if at != from {
                    node.on_datagram(now, &bytes[start..end], seen);
                }
            }
            start = end;
        }
        bytes.clear();
        let sent = &mut nodes[from].1;
        assert!(sent.ends.is_empty(), "a sender hears nothing of its own");
        (sent.bytes, sent.ends) = (bytes, ends);
    }
    for (node, seen) in &mut *nodes {
        if node.wake_at() <= now {
            node.on_time(now, seen);
        }
        node.drained(now, seen);
    }
}

#[test]
fn a_message_costs_no_allocation() {
    for order in ORDERS {
        let mut now = Tick::ZERO + Duration::from_secs(1);
        let mut nodes = nodes(order, now);
        let mut count = 0;
        for round in 0..3000 {
            if round == 1000 {
                count = ALLOCATIONS.load(Ordering::Relaxed);
            }
            now += Duration::from_micros(200);
            turn(&mut nodes, now, 16);
        }
        let count = ALLOCATIONS.load(Ordering::Relaxed) - count;
        for _ in 0..1000 {
            now += Duration::from_micros(200);
            turn(&mut nodes, now, 0);
        }
        for (node, seen) in &nodes {
            assert_eq!(seen.delivered, 3 * 16 * 3000, "{}", order.name);
            assert_eq!(node.tally().delivered, seen.delivered);
        }
        let messages = 3 * 16 * 2000;
        println!(
            "{}: {count} allocations for {messages} messages",
            order.name
        );
        assert!(count < messages / 10, "{}: {count}", order.name);
    }
}
