//! Members of a group over sockets, a thread each, on the loopback only.

use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::Arc,
    thread,
    time::Duration,
};

use cast::{
    MULTICAST, Plan, Receiver, Side, UNICAST, Way, Wish,
    station::{Application, Post, Station},
};
use group::{
    Delivered, GroupId, MemberId, Name, Notice, ORDERS, Seat, SendError, Settings, View, ViewId,
};
use run::Stop;
use timing::{Clock as _, SystemClock, Tick};

/// Says so many messages when all are there, and leaves when it has delivered what all have said.
struct Talker {
    name: char,
    members: usize,
    messages: u64,
    said: u64,
    is_complete: bool,
    largest_view: usize,
    delivered: Vec<(MemberId, u64, Vec<u8>)>,
    notices: Vec<Notice>,
    /// Where messages come from, if they do not come from itself.
    post: Option<Post>,
    /// A talker that does not end by itself fails the test.
    until: Tick,
}

impl Application for Talker {
    fn next(&mut self, _: Tick, message: &mut Vec<u8>) -> bool {
        if !self.is_complete {
            return false;
        }
        if let Some(post) = &mut self.post {
            return post.next(message);
        }
        if self.said == self.messages {
            return false;
        }
        self.said += 1;
        message.extend_from_slice(format!("{}{}", self.name, self.said).as_bytes());
        true
    }

    fn sent(&mut self, _: Tick, _: &[u8], outcome: Result<u64, SendError>) {
        outcome.expect("taken");
    }

    fn deliver(&mut self, delivered: Delivered<'_>) {
        let payload = delivered.payload.to_vec();
        self.delivered
            .push((delivered.from, delivered.number, payload));
    }

    fn installed(&mut self, view: &View, _: usize) {
        self.largest_view = self.largest_view.max(view.size());
        self.is_complete |= view.size() == self.members;
    }

    fn notice(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    fn trouble(&mut self, error: &io::Error) {
        panic!("trouble: {error}");
    }

    fn leaves_at(&self) -> Tick {
        match self.delivered.len() as u64 >= self.messages * self.members as u64 {
            true => Tick::ZERO,
            false => self.until,
        }
    }
}

fn talker(name: char, members: usize, messages: u64, clock: SystemClock) -> Talker {
    Talker {
        name,
        members,
        messages,
        said: 0,
        is_complete: false,
        largest_view: 0,
        delivered: Vec::new(),
        notices: Vec::new(),
        post: None,
        until: clock.now() + Duration::from_secs(60),
    }
}

/// A plan to send and one to receive for each member.
fn unicast(members: usize) -> Vec<(Plan, Plan)> {
    let sockets: Vec<UdpSocket> = (0..members)
        .map(|_| UdpSocket::bind("127.0.0.1:0").expect("bound"))
        .collect();
    let all: Vec<SocketAddr> = sockets
        .iter()
        .map(|socket| socket.local_addr().expect("told"))
        .collect();
    drop(sockets);
    let plan = |side, to| UNICAST.plan(&Wish::new(side, to)).expect("a plan");
    all.iter()
        .map(|own| {
            (
                plan(Side::Send, all.clone()),
                plan(Side::Receive, vec![*own]),
            )
        })
        .collect()
}

fn multicast(members: usize) -> Vec<(Plan, Plan)> {
    let plan = |side, to: SocketAddr| {
        let wish = Wish {
            interface: Some("lo".to_owned()),
            ..Wish::new(side, vec![to])
        };
        MULTICAST.plan(&wish).expect("a plan")
    };
    let anywhere = plan(Side::Receive, ([239, 255, 7, 7], 0).into());
    let free = Receiver::open(&anywhere, Way::One, 65_536).expect("a receiver");
    let group = SocketAddr::new(anywhere.to[0].ip(), free.local().port());
    (0..members)
        .map(|_| (plan(Side::Send, group), plan(Side::Receive, group)))
        .collect()
}

/// How members come together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// They look for each other.
    Apart,
    /// In a view that they are given.
    Together,
}

fn view(stations: &[(char, Station)]) -> View {
    let seats = stations.iter().map(|(name, station)| Seat {
        member: station.node().member(),
        name: Name::new(&name.to_string()).expect("a name"),
    });
    let seats: Vec<Seat> = seats.collect();
    let id = ViewId {
        epoch: 1,
        by: seats[0].member,
    };
    View { id, seats }
}

/// Runs the members to their end.
fn run(
    (plans, begins): (Vec<(Plan, Plan)>, Begins),
    order: &str,
    change: impl Fn(&mut Settings),
    prepare: impl Fn(&Station, &mut Talker),
    messages: u64,
) -> Vec<Talker> {
    let order = ORDERS.iter().find(|one| one.name == order);
    let mut settings = Settings::new(order.expect("an order"));
    change(&mut settings);
    let (clock, members) = (SystemClock::start(), plans.len());
    let stop = Arc::new(Stop::new().expect("descriptors"));
    let opened = ('a'..).zip(&plans).map(|(name, (sending, receiving))| {
        let seed = 7 * u64::from(u32::from(name)) + u64::from(receiving.to[0].port());
        let place = (GroupId::of("test"), Name::new(&name.to_string()));
        let place = (place.0, place.1.expect("a name"));
        let opened = Station::open((sending, receiving), settings.clone(), place, seed, clock);
        (name, opened.expect("a station"))
    });
    let mut stations: Vec<(char, Station)> = opened.collect();
    if begins == Begins::Together {
        let view = view(&stations);
        for (_, station) in &mut stations {
            station.begin_in(view.clone());
        }
    }
    let started = stations.into_iter().map(|(name, mut station)| {
        let mut talker = talker(name, members, messages, clock);
        prepare(&station, &mut talker);
        let stop = Arc::clone(&stop);
        thread::spawn(move || {
            station.run(&mut talker, &stop).expect("run");
            assert!(station.node().is_gone(), "{name} has left");
            assert_eq!(station.kernel_drops(), 0);
            talker
        })
    });
    let threads: Vec<_> = started.collect();
    threads
        .into_iter()
        .map(|thread| thread.join().expect("a talker"))
        .collect()
}

#[track_caller]
fn check(
    (plans, begins): (Vec<(Plan, Plan)>, Begins),
    order: &str,
    change: impl Fn(&mut Settings),
) {
    let (members, messages) = (plans.len(), 300);
    let is_total = order.starts_with("total");
    let talkers = run((plans, begins), order, change, |_, _| {}, messages);
    for talker in &talkers {
        assert_eq!(talker.largest_view, members, "{:?}", talker.notices);
        assert_eq!(talker.delivered.len() as u64, messages * members as u64);
        for name in ('a'..).take(members) {
            let of = talker.delivered.iter();
            let of: Vec<&[u8]> = of
                .map(|(.., payload)| payload.as_slice())
                .filter(|payload| payload[0] == name as u8)
                .collect();
            let expected: Vec<String> = (1..=messages).map(|at| format!("{name}{at}")).collect();
            let expected: Vec<&[u8]> = expected.iter().map(|text| text.as_bytes()).collect();
            assert_eq!(of, expected, "what {name} said, at {}", talker.name);
        }
        if is_total {
            assert_eq!(talker.delivered, talkers[0].delivered, "{order}");
        }
    }
}

#[test]
fn members_deliver_what_all_say_in_the_order_that_was_chosen() {
    for order in ["fifo", "causal", "total-lamport", "total-sequencer"] {
        check((unicast(3), Begins::Together), order, |_| {});
        check((multicast(3), Begins::Together), order, |_| {});
    }
}

#[test]
fn members_find_each_other() {
    check((unicast(3), Begins::Apart), "total-sequencer", |_| {});
    check((multicast(3), Begins::Apart), "causal", |_| {});
}

#[test]
fn members_deliver_what_is_safe() {
    for order in ["total-lamport", "total-sequencer"] {
        check((multicast(3), Begins::Together), order, |settings| {
            settings.level = group::Level::Safe;
        });
    }
}

#[test]
fn datagrams_may_be_longer_than_the_network_carries_in_one_piece() {
    check(
        (unicast(2), Begins::Together),
        "total-sequencer",
        |settings| {
            settings.datagram_bytes = 60_000;
        },
    );
}

#[test]
fn messages_come_from_another_thread_by_a_mailbox_with_little_room() {
    let (messages, members) = (2000, 2);
    let prepare = |station: &Station, talker: &mut Talker| {
        let (mailbox, post) = station.mailbox(256);
        talker.post = Some(post);
        let name = talker.name;
        thread::spawn(move || {
            for at in 1..=messages {
                assert!(mailbox.push(format!("{name}{at}").as_bytes()));
            }
            mailbox.close();
        });
    };
    let talkers = run(
        (multicast(members), Begins::Together),
        "fifo",
        |_| {},
        prepare,
        messages,
    );
    for talker in talkers {
        assert_eq!(talker.delivered.len() as u64, messages * members as u64);
    }
}
