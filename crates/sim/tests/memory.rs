//! What strangers send costs members no more memory the longer it goes on.

use std::alloc::{GlobalAlloc, Layout, System};
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use group::{
    Delivered, Effects, GroupId, Level, MemberId, Name, Node, Notice, ORDERS, Seat, Settings, To,
    View, ViewId,
};
use sim::groups::Meddler;
use sim::{Host, Link, Meddling, Outbox, Strewn, Turn, Whom, World};
use timing::Tick;

/// The system's allocator, which knows how much is in use.
struct Weighing;

static IN_USE: AtomicI64 = AtomicI64::new(0);

// SAFETY: all calls go to the system's allocator as they came.
unsafe impl GlobalAlloc for Weighing {
    // SAFETY: asked of the caller as the trait asks it.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size() as i64, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: asked of the caller as the trait asks it.
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        // SAFETY: the pointer came from `alloc` above, which is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static WEIGHING: Weighing = Weighing;

/// A member that says something in each turn, and remembers nothing of what it is told.
struct Member {
    node: Node,
    delivered: u64,
}

struct Hands<'a>(&'a mut Outbox, &'a mut u64);

impl Effects for Hands<'_> {
    fn send(&mut self, _: To, datagram: &[u8]) {
        self.0.send(Whom::All, datagram);
    }
    fn deliver(&mut self, _: Delivered<'_>) {
        *self.1 += 1;
    }
    fn installed(&mut self, _: &View, _: usize) {}
    fn snapshot(&mut self) -> Vec<u8> {
        vec![7; 10_000]
    }
    fn restore(&mut self, _: &[u8]) {}
    fn notice(&mut self, _: Notice) {}
}

impl Host for Member {
    type Record = Meddler;

    fn on_datagram(&mut self, turn: &mut Turn<'_, Meddler>, _: usize, datagram: &[u8]) {
        let mut hands = Hands(turn.out, &mut self.delivered);
        self.node.on_datagram(turn.now, datagram, &mut hands);
    }

    fn on_time(&mut self, turn: &mut Turn<'_, Meddler>) {
        let mut hands = Hands(turn.out, &mut self.delivered);
        self.node.on_time(turn.now, &mut hands);
    }

    fn drained(&mut self, turn: &mut Turn<'_, Meddler>) {
        let mut hands = Hands(turn.out, &mut self.delivered);
        // It may be refused: then others do not keep up.
        let _ = self.node.send(turn.now, &[7; 40], &mut hands);
        self.node.drained(turn.now, &mut hands);
    }

    fn wake_at(&self) -> Tick {
        self.node.wake_at()
    }

    fn overheard(
        meddler: &mut Meddler,
        from: usize,
        datagram: &Rc<[u8]>,
        strewn: &mut Vec<Strewn>,
    ) {
        meddler.listen(from, datagram, strewn);
    }
}

fn world(settings: &Settings) -> World<Member> {
    let link = Link {
        loss: 0.02,
        turn: Duration::from_millis(1),
        ..Link::default()
    };
    let mut world = World::new(3, MEMBERS, &link, Meddler::new(3, Vec::new(), u64::MAX));
    world.allow_turns(u64::MAX);
    let name = |at: usize| Name::new(&format!("m{at}")).expect("a name");
    let member = |at: usize| {
        let group = GroupId::of("lab");
        let node = Node::new(group, name(at), settings.clone(), at as u64 + 1).expect("settings");
        Member { node, delivered: 0 }
    };
    let members: Vec<Member> = (0..MEMBERS).map(member).collect();
    let seats = members.iter().enumerate();
    let seats: Vec<Seat> = seats
        .map(|(at, member)| Seat {
            member: member.node.member(),
            name: name(at),
        })
        .collect();
    let by: MemberId = seats[0].member;
    let id = ViewId { epoch: 1, by };
    for (at, member) in members.into_iter().enumerate() {
        world.place(at, member, Tick::ZERO + Duration::from_secs(1));
        let seats = seats.clone();
        world.act(at, |member, turn| {
            let mut hands = Hands(turn.out, &mut member.delivered);
            let view = View { id, seats };
            member.node.start_in(turn.now, view, &mut hands);
        });
    }
    world
}

/// What is in use at the end of each of so many seconds, after the first, is never that much more.
#[track_caller]
fn check(settings: &Settings, meddling: Meddling, seconds: u64, most: i64) {
    let mut world = world(settings);
    world.record.begin(0, meddling, 300_000);
    let mut in_use = Vec::new();
    for second in 1..=seconds {
        world.mark(Tick::ZERO + Duration::from_secs(second), 0);
        assert_eq!(world.run(), Some(0), "there is always something to do");
        in_use.push(IN_USE.load(Ordering::Relaxed));
    }
    let strewn = world.counts().strewn;
    assert!(
        strewn > 100 * seconds,
        "only {strewn} datagrams of a stranger"
    );
    let delivered = |at: usize| world.host(at).map_or(0, |member| member.delivered);
    assert!((0..MEMBERS).all(|at| delivered(at) > 0));
    let growth = in_use.iter().max().expect("some seconds") - in_use[0];
    let what = format!("{}, {}", settings.order.name, meddling.name());
    assert!(
        growth < most,
        "{what}, {strewn} datagrams of a stranger: {in_use:?}"
    );
}

#[track_caller]
fn check_all(meddling: Meddling, seconds: u64, most: i64) {
    for order in ORDERS {
        let mut settings = Settings::new(order);
        settings.window_packets = 32;
        settings.queue_bytes = 65_536;
        if order.needs_all {
            settings.level = Level::Safe;
        }
        check(&settings, meddling, seconds, most);
    }
}

/// One test: what is in use is that of the whole program.
#[test]
fn what_strangers_send_is_not_heaped_up() {
    check_all(Meddling::Garbled, 10, MIB);
    check_all(Meddling::Replayed, 10, 2 * MIB);
    // Packets of their own, which stay in the rings until a view ends: of four members, of each at four, twice the window, each
    // of up to 9,000 bytes.
    check_all(Meddling::Forged, 40, 10 * MIB);
}

const MEMBERS: usize = 4;

const MIB: i64 = 1 << 20;
