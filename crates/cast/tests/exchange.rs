//! Senders and receivers against each other, on the loopback only: every cast, every way.

use std::{net::SocketAddr, time::Duration};

use cast::{
    BROADCAST, Batch, Cast, CastError, MULTICAST, Receiver, Sender, Side, UNICAST, Way, Wish,
};
use run::Stop;

/// A receiver on a free port of the loopback, and a sender to it.
#[track_caller]
fn pair(cast: &'static Cast, address: &str, way: Way) -> (Receiver, Sender, SocketAddr) {
    let wish = |side, to: SocketAddr| Wish {
        interface: (cast.name == "multicast").then(|| "lo".to_owned()),
        ..Wish::new(side, vec![to])
    };
    let anywhere = address.parse().expect("an address");
    let plan = cast.plan(&wish(Side::Receive, anywhere)).expect("a plan");
    let receiver = Receiver::open(&plan, way, Receiver::BUFFER_BYTES).expect("a receiver");
    let to = SocketAddr::new(anywhere.ip(), receiver.local().port());
    let plan = cast.plan(&wish(Side::Send, to)).expect("a plan");
    assert!(plan.stays_here());
    let sender = Sender::open(&plan, way).expect("a sender");
    (receiver, sender, to)
}

/// What was received, until `count` came or nothing more does.
#[track_caller]
fn received(receiver: &mut Receiver, batch: &mut Batch, count: usize) -> Vec<Vec<u8>> {
    let stop = Stop::new().expect("descriptors");
    let mut all = Vec::new();
    // Each wait that brings nothing counts, so that a lost datagram fails the test and does not hang it.
    for _ in 0..1000 {
        let brought = receiver.receive(batch, &stop, Some(Duration::from_millis(20)));
        brought.expect("received");
        all.extend(batch.datagrams().map(|one| one.bytes.to_vec()));
        if all.len() >= count {
            break;
        }
    }
    all
}

#[track_caller]
fn check(cast: &'static Cast, address: &str, way: Way) {
    let (mut receiver, mut sender, to) = pair(cast, address, way);
    let lengths = [5, 5, 5, 3, 0, 0, 1400, 1400, 1400, 1400, 7, 8, 1, 30_000];
    let sent: Vec<Vec<u8>> = lengths.iter().map(|length| vec![b'x'; *length]).collect();
    let borrowed: Vec<&[u8]> = sent.iter().map(Vec::as_slice).collect();
    assert_eq!(sender.send_many(&borrowed).expect("sent"), sent.len());
    let mut batch = receiver.batch(65_535);
    let got = received(&mut receiver, &mut batch, sent.len());
    let got_lengths: Vec<usize> = got.iter().map(Vec::len).collect();
    assert_eq!(got_lengths, lengths, "{} {}", cast.name, way.name());
    assert_eq!(receiver.drops(), 0);
    sender.send(b"last").expect("sent");
    received(&mut receiver, &mut batch, 1);
    let last = batch.datagrams().next().expect("the last one");
    assert_eq!((last.bytes, last.is_truncated()), (&b"last"[..], false));
    assert_eq!(receiver.cast_of(&last), Some(cast.name));
    assert_eq!(receiver.interface_of(&last), Some("lo"));
    assert_eq!(last.from.port(), sender.from().expect("told")[0].port());
    if !to.ip().is_unspecified() {
        assert_eq!(last.to, Some(to.ip()));
    }
}

#[test]
fn every_cast_carries_every_length_in_order_by_every_way() {
    for way in Way::ALL {
        check(&UNICAST, "127.0.0.1:0", way);
        check(&UNICAST, "[::1]:0", way);
        check(&MULTICAST, "239.255.77.1:0", way);
        check(&BROADCAST, "127.255.255.255:0", way);
        check(&BROADCAST, "0.0.0.0:0", way);
    }
}

#[test]
fn segments_are_a_batch_of_hundreds() {
    let (mut receiver, mut sender, _) = pair(&UNICAST, "127.0.0.1:0", Way::Segments);
    let sent: Vec<[u8; 64]> = (0..500_u64)
        .map(|number| {
            let mut datagram = [0; 64];
            datagram[..8].copy_from_slice(&number.to_be_bytes());
            datagram
        })
        .collect();
    let borrowed: Vec<&[u8]> = sent.iter().map(|one| &one[..]).collect();
    sender.send_many(&borrowed).expect("sent");
    let mut batch = receiver.batch(64);
    let got = received(&mut receiver, &mut batch, 500);
    assert!(got.iter().eq(&sent), "{} came", got.len());
}

#[test]
fn datagrams_that_lie_side_by_side_are_cut_where_they_end() {
    for way in Way::ALL {
        for (all, each) in [
            (1000, 64),
            (64, 64),
            (10, 64),
            (100_000, 1400),
            (40_000, 33_000),
        ] {
            let (mut receiver, mut sender, _) = pair(&UNICAST, "127.0.0.1:0", way);
            let joined: Vec<u8> = (0..all).map(|number| number as u8).collect();
            let count = sender.send_joined(&joined, each).expect("sent");
            assert_eq!(count, joined.chunks(each).count());
            let mut batch = receiver.batch(65_535);
            let got = received(&mut receiver, &mut batch, count);
            assert!(
                got.iter().eq(joined.chunks(each)),
                "{} {all} {each}",
                way.name()
            );
        }
    }
}

#[test]
fn what_there_is_no_room_for_is_told_with_its_length() {
    for way in [Way::One, Way::Batch] {
        let (mut receiver, mut sender, _) = pair(&UNICAST, "127.0.0.1:0", way);
        sender.send(&[b'x'; 2000]).expect("sent");
        let mut batch = receiver.batch(1024);
        received(&mut receiver, &mut batch, 1);
        let cut = batch.datagrams().next().expect("one");
        assert_eq!((cut.bytes.len(), cut.whole_bytes), (1024, 2000));
        assert!(cut.is_truncated());
    }
}

#[test]
fn a_full_buffer_is_counted() {
    let plan = UNICAST.plan(&Wish::new(
        Side::Receive,
        vec!["127.0.0.1:0".parse().expect("an address")],
    ));
    let mut receiver = Receiver::open(&plan.expect("a plan"), Way::One, 4096).expect("open");
    let plan = UNICAST.plan(&Wish::new(Side::Send, vec![receiver.local()]));
    let mut sender = Sender::open(&plan.expect("a plan"), Way::One).expect("open");
    for _ in 0..200 {
        sender.send(&[0; 1000]).expect("sent");
    }
    let mut batch = receiver.batch(2000);
    let stop = Stop::new().expect("descriptors");
    let mut got = 0;
    while receiver
        .receive(&mut batch, &stop, Some(Duration::from_millis(1)))
        .expect("received")
        > 0
    {
        got += 1;
    }
    assert!(receiver.drops() > 0);
    assert_eq!(got + receiver.drops(), 200);
}

#[test]
fn a_refusal_is_counted_and_does_not_keep_others_from_their_datagrams() {
    let (mut receiver, _, here) = pair(&UNICAST, "127.0.0.1:0", Way::One);
    let (gone, _, nowhere) = pair(&UNICAST, "127.0.0.1:0", Way::One);
    drop(gone);
    let plan = UNICAST.plan(&Wish::new(Side::Send, vec![nowhere, here]));
    let mut sender = Sender::open(&plan.expect("a plan"), Way::One).expect("open");
    for _ in 0..3 {
        sender.send(b"x").expect("sent");
    }
    let mut batch = receiver.batch(100);
    assert_eq!(received(&mut receiver, &mut batch, 3).len(), 3);
    let refusals: Vec<_> = sender.refusals().collect();
    assert_eq!(refusals, [(nowhere, 3)]);
}

#[test]
fn a_stop_ends_a_wait() {
    let (mut receiver, _, _) = pair(&UNICAST, "127.0.0.1:0", Way::One);
    let stop = Stop::new().expect("descriptors");
    stop.request();
    let mut batch = receiver.batch(100);
    let brought = receiver.receive(&mut batch, &stop, None).expect("waited");
    assert_eq!(brought, 0);
}

#[test]
fn groups_share_a_port_and_each_hears_its_own_only() {
    let (mut first, mut sender, to) = pair(&MULTICAST, "239.255.77.1:0", Way::One);
    let other = SocketAddr::new("239.255.77.2".parse().expect("an address"), to.port());
    let wish = Wish {
        interface: Some("lo".to_owned()),
        ..Wish::new(Side::Receive, vec![other])
    };
    let plan = MULTICAST.plan(&wish).expect("a plan");
    let mut second = Receiver::open(&plan, Way::One, Receiver::BUFFER_BYTES).expect("open");
    let mut to_second = Sender::open(&plan, Way::One).expect("open");
    sender.send(b"for the first").expect("sent");
    to_second.send(b"for the second").expect("sent");
    let mut batch = first.batch(100);
    // What comes after it shows that nothing foreign came before.
    sender.send(b"end").expect("sent");
    to_second.send(b"end").expect("sent");
    let got = received(&mut first, &mut batch, 2);
    assert_eq!(got, [b"for the first".to_vec(), b"end".to_vec()]);
    let got = received(&mut second, &mut batch, 2);
    assert_eq!(got, [b"for the second".to_vec(), b"end".to_vec()]);
}

#[test]
fn what_is_not_of_the_casts_kind_is_refused_with_the_cast_that_it_is_of() {
    let refused = |cast: &'static Cast, address: &str, ttl| {
        let to = vec![address.parse().expect("an address")];
        let wish = Wish {
            ttl,
            ..Wish::new(Side::Send, to)
        };
        let error = cast.plan(&wish).expect_err(address);
        assert!(
            matches!(
                error,
                CastError::Address { .. } | CastError::Settings { .. }
            ),
            "{error}"
        );
        error.to_string()
    };
    assert!(refused(&UNICAST, "224.1.1.1:5007", None).contains("--multicast"));
    assert!(refused(&UNICAST, "255.255.255.255:5007", None).contains("--broadcast"));
    assert!(refused(&UNICAST, "127.0.0.1:5007", Some(0)).contains("--ttl"));
    assert!(refused(&MULTICAST, "127.0.0.1:5007", None).contains("224.1.1.1"));
    assert!(refused(&BROADCAST, "[::1]:5007", None).contains("ff02::1"));
    assert!(refused(&BROADCAST, "10.9.8.7:5007", None).contains("127.255.255.255 (lo)"));
    assert!(refused(&BROADCAST, "0.0.0.0:5007", Some(0)).contains("--ttl"));
}
