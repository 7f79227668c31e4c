//! Packets as they are made in place, read again and sent again.

use super::*;

fn settings(datagram_bytes: usize) -> Settings {
    Settings {
        datagram_bytes,
        ..Settings::new(&ORDERS[0])
    }
}

#[track_caller]
fn read(datagram: &[u8]) -> (u64, u64, Vec<Vec<u8>>, Vec<u8>) {
    let frame = Frame::decode(datagram).expect("a frame");
    assert_eq!(frame.header, header(view(3)));
    let Body::Data(data) = frame.body else {
        panic!("a packet")
    };
    assert_eq!(data_of(datagram), data);
    let messages = data.messages.iter().map(<[u8]>::to_vec).collect();
    (data.sequence, data.first, messages, data.stamp.to_vec())
}

#[test]
fn messages_leave_in_one_packet_and_the_next_begins_anew() {
    let mut packer = Packer::new(&settings(512));
    assert!(packer.is_empty() && packer.push(b"one") && packer.push(b""));
    assert!(!packer.is_empty());
    let datagram = packer.seal(&header(view(3)), 1, |out| out.extend(b"stamp"));
    let messages = vec![b"one".to_vec(), vec![]];
    assert_eq!(read(datagram), (1, 1, messages, b"stamp".to_vec()));
    // One without messages, for its stamp; then one with messages again.
    assert_eq!((packer.is_empty(), packer.first()), (true, 3));
    let datagram = packer.seal(&header(view(3)), 2, |out| out.push(9));
    assert_eq!(read(datagram), (2, 3, vec![], vec![9]));
    assert!(packer.push(b"three"));
    let datagram = packer.seal(&header(view(3)), 3, |_| {});
    assert_eq!(read(datagram), (3, 3, vec![b"three".to_vec()], vec![]));
    assert!(packer.push(b"lost"));
    packer.restart(1);
    assert_eq!((packer.is_empty(), packer.first()), (true, 1));
    let datagram = packer.seal(&header(view(3)), 1, |_| {});
    assert_eq!(read(datagram), (1, 1, vec![], vec![]));
}

#[test]
fn a_packet_is_full_before_its_datagram_is_too_long() {
    let settings = settings(512);
    let mut packer = Packer::new(&settings);
    let longest = vec![1; settings.message_bytes_max()];
    assert!(!packer.push(&[&longest[..], b"x"].concat()));
    assert!(packer.push(&longest) && !packer.push(b""));
    let stamp = [2; 28];
    assert_eq!(
        packer
            .seal(&header(view(3)), 1, |out| out.extend(stamp))
            .len(),
        512
    );
    // After a long stamp room is kept for another; a message of the longest kind leaves all the same.
    packer.seal(&header(view(3)), 2, |out| out.extend([2; 200]));
    let count = (0..100).take_while(|_| packer.push(&[3; 8])).count();
    let datagram = packer.seal(&header(view(3)), 3, |out| out.extend([2; 200]));
    assert!(datagram.len() <= 512 && datagram.len() + 10 > 512);
    assert_eq!(read(datagram).2.len(), count);
    assert!(packer.push(&longest));
}

#[test]
fn the_largest_packet_is_a_datagram() {
    let settings = settings(65_000);
    let mut packer = Packer::new(&settings);
    assert!(packer.push(&vec![1; settings.message_bytes_max()]));
    let stamp = [2; STAMP_BYTES_MAX];
    let datagram = packer.seal(&header(view(3)), 1, |out| out.extend(stamp));
    assert_eq!(read(datagram).3, stamp);
}

#[test]
fn a_packet_sent_again_is_the_same_but_for_its_kind() {
    let mut packer = Packer::new(&settings(512));
    assert!(packer.push(b"one") && packer.push(b"two"));
    let datagram = packer.seal(&header(view(3)), 4, |out| out.extend(b"stamp"));
    let mut once = b"before".to_vec();
    again_of(datagram, &mut once);
    let once = once.split_off(6);
    let frame = Frame::decode(&once).expect("a frame");
    assert_eq!(frame.header, header(view(3)));
    assert_eq!(frame.body, Body::Again(data_of(datagram)));
    // What came as such may be kept, and be sent again by others.
    let mut twice = Vec::new();
    again_of(&once, &mut twice);
    assert_eq!(twice, once);
}
