//! DNS by real sockets of 127.0.0.0/8 on free ports: what a server answers, in what order, and what it survives.
//!
//! All traffic stays on the loopback interface; one test listens at 0.0.0.0 for a moment, to be asked at 127.0.0.2.

mod asker;

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use asker::{
    Running, answers, ask, ask_connected, connect, datagrams, framed, name, plan, question, rcode,
    read_message, receive, update,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const A: u16 = 1;
const SOA: u16 = 6;
const AXFR: u16 = 252;
const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);

#[test]
fn both_ways_give_the_same_answer() {
    let running = Running::start();
    running.register(&[("web", ADDRESS)]);
    for (about, code) in [("web", 0), ("wEb", 0), ("nobody", 3)] {
        let message = question(7, about, A);
        let answer = ask(running.dns(), &message);
        assert_eq!(
            (&answer[..2], rcode(&answer)),
            (&message[..2], code),
            "{about}"
        );
        assert!(answer[12..].starts_with(&message[12..]), "{about}");
        assert_eq!(ask_connected(running.dns(), &message), answer, "{about}");
        let found = answers(&answer);
        assert_eq!(found.len(), usize::from(code == 0), "{about}");
        assert!(found.iter().all(|record| record.data == ADDRESS.octets()));
    }
}

#[test]
fn a_batch_of_datagrams_is_answered_each_to_its_sender() {
    let running = Running::with(|plan| plan.workers = 2);
    running.register(&[("web", ADDRESS)]);
    let askers: Vec<UdpSocket> = (0..8).map(|_| datagrams(running.dns())).collect();
    for id in 0..50 {
        for (number, asker) in askers.iter().enumerate() {
            let id = id * 8 + u16::try_from(number).expect("few");
            asker.send(&question(id, "web", A)).expect("sent");
        }
    }
    for (number, asker) in askers.iter().enumerate() {
        let mut ids: Vec<u16> = (0..50)
            .map(|_| receive(asker))
            .inspect(|answer| assert_eq!(answers(answer)[0].data, ADDRESS.octets()))
            .map(|answer| u16::from_be_bytes([answer[0], answer[1]]))
            .collect();
        ids.sort_unstable();
        let expected = (0..50).map(|id| id * 8 + number as u16);
        assert_eq!(ids, expected.collect::<Vec<_>>());
    }
}

#[test]
fn what_is_no_question_gets_no_answer_and_hurts_nobody() {
    let running = Running::start();
    let socket = datagrams(running.dns());
    let mut response = question(1, "web", A);
    response[2] |= 0x80;
    for message in [&b""[..], b"x", &response, &[0xff; 4_500]] {
        socket.send(message).expect("sent");
    }
    socket.send(&question(2, "web", A)).expect("sent");
    // Of the others, what has a whole header and is no answer is told that it is malformed.
    let answer = receive(&socket);
    let answer = if answer[..2] == [0xff; 2] {
        receive(&socket)
    } else {
        answer
    };
    assert_eq!(answer[..2], [0, 2]);
}

#[test]
fn an_answer_leaves_from_the_address_that_was_asked() {
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let running = Running::with(|plan| plan.dns = vec![everywhere]);
    running.register(&[("web", ADDRESS)]);
    let port = running.dns().port();
    for own in [[127, 0, 0, 1], [127, 0, 0, 2]] {
        // A connected socket takes nothing from another address.
        let answer = ask((own, port).into(), &question(7, "web", A));
        assert_eq!(answers(&answer).len(), 1);
        let answer = ask((own, port).into(), &update(8, &[("late", ADDRESS)]));
        assert_eq!((answer[1], rcode(&answer)), (8, 0));
    }
}

#[test]
fn questions_of_a_connection_are_answered_in_their_order() {
    let running = Running::start();
    running.register(&[("web", ADDRESS)]);
    let mut stream = connect(running.dns());
    // Updates in between take longer than questions, and are not overtaken.
    let messages: Vec<Vec<u8>> = (0..500)
        .map(|id| match id % 100 {
            99 => framed(&update(id, &[("web", ADDRESS)])),
            _ => framed(&question(id, if id % 2 == 0 { "web" } else { "nobody" }, A)),
        })
        .collect();
    // In parts that end anywhere, also within a length.
    let mut writer = stream.try_clone().expect("a second handle");
    let bytes = messages.concat();
    let writing = thread::spawn(move || {
        for part in bytes.chunks(701) {
            writer.write_all(part).expect("sent");
        }
    });
    for id in 0..500_u16 {
        let answer = read_message(&mut stream);
        assert_eq!(answer[..2], id.to_be_bytes());
        let expected = if id % 100 != 99 && id % 2 == 1 { 3 } else { 0 };
        assert_eq!(rcode(&answer), expected, "{id}");
    }
    writing.join().expect("all was sent");
}

#[test]
fn who_does_not_take_his_answers_holds_up_nobody_else() {
    let running = Running::start();
    running.register(&[("web", ADDRESS)]);
    let mut greedy = connect(running.dns());
    greedy.set_nonblocking(true).expect("set");
    let many = framed(&question(7, "web", A)).repeat(1_000);
    // Until the server reads no more, at the latest when all buffers between are full.
    let stuck = (0..2_000).any(|_| {
        let written = greedy.write(&many);
        let is_full = written.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        is_full && {
            thread::sleep(std::time::Duration::from_millis(50));
            greedy.write(&many).is_err()
        }
    });
    assert!(stuck, "the server takes questions without end");
    let answer = ask_connected(running.dns(), &question(8, "web", A));
    assert_eq!((answer[1], rcode(&answer)), (8, 0));
}

#[test]
fn half_a_message_and_then_silence_ends_the_connection() {
    let running = Running::start();
    let message = framed(&question(7, "web", A));
    let mut halves: Vec<TcpStream> = [1, 2, 9, message.len() - 1]
        .into_iter()
        .map(|count| {
            let mut stream = connect(running.dns());
            stream.write_all(&message[..count]).expect("sent");
            stream
        })
        .collect();
    assert_eq!(rcode(&ask_connected(running.dns(), &message[2..])), 3);
    for stream in &mut halves {
        assert_eq!(stream.read(&mut [0]).expect("the end"), 0);
    }
}

#[test]
fn there_is_room_for_a_thousand_connections_and_then_for_those_that_come_after() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("the own limit may be raised");
    let running = Running::start();
    let mut all: Vec<TcpStream> = (0..1_000).map(|_| connect(running.dns())).collect();
    let message = framed(&question(7, "nobody", A));
    let last = all.last_mut().expect("a thousand");
    last.write_all(&message).expect("sent");
    assert_eq!(rcode(&read_message(last)), 3);
    // The next is closed at once; writing to it may find that out first.
    let mut next = connect(running.dns());
    let _ = next.write_all(&message);
    let end = next.read(&mut [0; 2]);
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    drop(all.pop());
    // That a place is free is seen by the server when it reads the end.
    let is_served = (0..200).any(|_| {
        thread::sleep(std::time::Duration::from_millis(20));
        let mut stream = connect(running.dns());
        stream.write_all(&message).is_ok() && stream.read_exact(&mut [0; 14]).is_ok()
    });
    assert!(is_served, "no place became free");
}

#[test]
fn an_update_is_on_the_disk_before_its_answer() {
    for by_connection in [false, true] {
        let running = Running::start();
        let message = update(7, &[("web", ADDRESS)]);
        let answer = match by_connection {
            true => ask_connected(running.dns(), &message),
            false => ask(running.dns(), &message),
        };
        assert_eq!((answer[2] & 0x80, rcode(&answer)), (0x80, 0));
        // What the file holds at this moment is what a power loss would leave.
        let copy = tempfile::tempdir().expect("a folder");
        let other = plan(&copy);
        std::fs::create_dir(&other.folder).expect("made");
        for file in std::fs::read_dir(running.folder.path().join("names")).expect("read") {
            let file = file.expect("an entry");
            std::fs::copy(file.path(), other.folder.join(file.file_name())).expect("copied");
        }
        let other = Running {
            server: Some(nameserver::start(other).expect("it opens")),
            folder: copy,
        };
        let answer = ask(other.dns(), &question(8, "web", A));
        assert_eq!(
            answers(&answer)[0].data,
            ADDRESS.octets(),
            "{by_connection}"
        );
    }
}

#[test]
fn an_update_that_is_refused_says_so() {
    let running = Running::start();
    // For another zone: the name of the zone section is changed.
    let mut message = update(7, &[]);
    message[13] = b'x';
    for answer in [
        ask(running.dns(), &message),
        ask_connected(running.dns(), &message),
    ] {
        assert_eq!((answer[1], rcode(&answer)), (7, 9));
    }
}

#[test]
fn a_transfer_is_of_one_revision_while_names_change() {
    let running = Running::start();
    let names: Vec<String> = (0..3_000).map(|number| format!("host{number}")).collect();
    let at = |number: u32| Ipv4Addr::from_bits(0x0a00_0000 | number);
    let registered: Vec<(&str, Ipv4Addr)> =
        names.iter().map(|name| (name.as_str(), at(1))).collect();
    running.register(&registered);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        // The first and the last in the order of the zone always have the same address.
        let writing = scope.spawn(|| {
            let mut number = 1;
            while !stop.load(Ordering::Relaxed) {
                number += 1;
                running.register(&[("aaa", at(number)), ("zzz", at(number))]);
            }
            number
        });
        for _ in 0..5 {
            check_transfer(&running, names.len());
        }
        stop.store(true, Ordering::Relaxed);
        assert!(writing.join().expect("it ends") > 5);
    });
}

#[track_caller]
fn check_transfer(running: &Running, least: usize) {
    let mut stream = connect(running.dns());
    let message = question(9, "", AXFR);
    stream.write_all(&framed(&message)).expect("sent");
    let mut records = Vec::new();
    let mut messages = 0;
    while records
        .iter()
        .filter(|record: &&asker::Record| record.record_type == SOA)
        .count()
        < 2
    {
        let answer = read_message(&mut stream);
        assert_eq!((answer[1], rcode(&answer)), (9, 0));
        records.extend(answers(&answer));
        messages += 1;
    }
    assert!(
        messages > 1 && records.len() > least,
        "{messages} {}",
        records.len()
    );
    assert_eq!(records.first(), records.last());
    let address = |about: &str| {
        let mut found = records.iter().filter(|record| record.name == name(about));
        found.next().map(|record| record.data.clone())
    };
    assert_eq!(address("aaa"), address("zzz"));
    // And the connection goes on.
    stream
        .write_all(&framed(&question(10, "host7", A)))
        .expect("sent");
    assert_eq!(read_message(&mut stream)[1], 10);
}

#[test]
fn a_secondary_is_told_until_it_has_heard() {
    let secondary = UdpSocket::bind("127.0.0.1:0").expect("bound");
    secondary
        .set_read_timeout(Some(std::time::Duration::from_secs(20)))
        .expect("set");
    let address = secondary.local_addr().expect("bound");
    let running = Running::with(|plan| plan.secondaries = vec![(address, None)]);
    let hear = || {
        let mut message = vec![0; 512];
        let (count, from) = secondary.recv_from(&mut message).expect("a notice");
        message.truncate(count);
        // A notice (opcode 4) about the zone's SOA.
        assert_eq!(message[2] & 0xf8, 0x20);
        let soa = [&name("")[..], &[0, 6, 0, 1]].concat();
        assert!(message[12..].starts_with(&soa));
        (message, from)
    };
    let answer = |(mut message, from): (Vec<u8>, SocketAddr)| {
        message[2] |= 0x80;
        // The question alone.
        message[6..12].fill(0);
        message.truncate(12 + name("").len() + 4);
        secondary.send_to(&message, from).expect("sent");
    };
    // At the start; the first notice is not answered, so there is another.
    let (first, _) = hear();
    let second = hear();
    assert_eq!(first[12..], second.0[12..]);
    answer(second);
    // A change is told of; a hundred at once are told of with a few notices.
    running.register(&[("web", ADDRESS)]);
    answer(hear());
    for number in 0..100 {
        running.register(&[("web", Ipv4Addr::new(10, 0, 1, number))]);
    }
    let mut notices = 0;
    secondary
        .set_read_timeout(Some(std::time::Duration::from_millis(700)))
        .expect("set");
    let mut message = vec![0; 512];
    while let Ok((count, from)) = secondary.recv_from(&mut message) {
        notices += 1;
        answer((message[..count].to_vec(), from));
    }
    assert!((1..100).contains(&notices), "{notices}");
}

#[test]
fn a_server_ends_while_it_is_asked_and_waited_for() {
    let mut running = Running::start();
    running.register(&[("web", ADDRESS)]);
    let silent = connect(running.dns());
    let socket = datagrams(running.dns());
    socket.set_nonblocking(true).expect("set");
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                // Whether it is there still or not.
                let _ = socket.send(&question(7, "web", A));
                let _ = socket.recv(&mut [0; 512]);
            }
        });
        let summary = running.server.take().expect("it runs").stop();
        stop.store(true, Ordering::Relaxed);
        assert_eq!(summary.names, 3);
    });
    drop(silent);
}

/// The empty datagram by which the socket's shutdown wakes its worker was said to be counted as a message.
#[test]
fn the_end_is_not_counted_as_a_message() {
    for workers in [1, 3] {
        let mut running = Running::with(|plan| plan.workers = workers);
        ask(running.dns(), &question(7, "web", A));
        let server = running.server.take().expect("it runs");
        assert_eq!(server.stop().silent, 0, "{workers} workers");
    }
}
