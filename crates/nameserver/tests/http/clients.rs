//! Clients: races for a name, errors that say what to do, connections that the server has closed.

use std::{
    io::Write,
    net::{SocketAddr, TcpListener},
    thread,
    time::Duration,
};

use nameserver::{Client, ClientError, api::Put};
use naming::Revision;

use crate::house::{House, PATIENCE, put};

#[test]
fn of_many_who_want_a_name_one_gets_it() {
    let house = House::new();
    for round in 0..20 {
        let name = format!("wanted{round}");
        let won = thread::scope(|scope| {
            let tries: Vec<_> = (0..4)
                .map(|port| {
                    let (house, name) = (&house, &name);
                    scope.spawn(move || house.client().put(name, &put(port)).is_ok())
                })
                .collect();
            tries
                .into_iter()
                .map(|one| one.join().expect("a result"))
                .filter(|won| *won)
                .count()
        });
        assert_eq!(won, 1, "{name}");
    }
}

#[test]
fn counting_with_compare_and_set_loses_no_step() {
    let house = House::new();
    house.client().put("counter", &put(0)).expect("it is put");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let client = house.client();
                let mut steps = 0;
                while steps < 25 {
                    let entry = client.entry("counter").expect("it is there");
                    let next = Put {
                        value: crate::house::value(entry.value.port.expect("a port") + 1),
                        if_revision: Some(entry.revision),
                        ..Put::default()
                    };
                    match client.put("counter", &next) {
                        Ok(_) => steps += 1,
                        Err(ClientError::Refused {
                            status: 409,
                            revision: Some(found),
                            ..
                        }) => {
                            assert!(found > entry.revision);
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    assert_eq!(
        house
            .client()
            .entry("counter")
            .expect("it is there")
            .value
            .port,
        Some(100)
    );
}

#[test]
fn a_client_does_all_that_there_is() {
    let house = House::new();
    let client = house.client();
    let done = client.put("region1/server1", &put(80)).expect("it is put");
    assert_eq!(
        client
            .entry("server1.region1")
            .expect("it is there")
            .revision,
        done.revision
    );
    assert_eq!(
        client.locate("region1/server1").expect("addresses"),
        ["192.0.2.1:80".parse().expect("an address")]
    );
    let listing = client.list("region1", &[], 10, None).expect("a list");
    assert_eq!(listing.entries.len(), 1);
    assert_eq!(
        client
            .list("/", &["role=a & b".to_owned()], 10, Some("a"))
            .expect("a list")
            .entries,
        []
    );
    let lease = client.grant(5_000).expect("a lease");
    assert_eq!(client.renew(lease.lease).expect("a sign of life"), lease);
    assert_eq!(client.revoke(lease.lease).expect("it is gone").changed, 0);
    client.step("region1", "server1").expect("a step");
    assert_eq!(client.resolve("nowhere").expect("a resolution").value, None);
    let wrong = client
        .remove("region1/server1", Some(Revision(9_999)))
        .expect_err("another revision");
    assert!(
        matches!(wrong, ClientError::Refused { status: 409, .. }),
        "{wrong:?}"
    );
    client
        .remove("region1/server1", Some(done.revision))
        .expect("it is gone");
}

#[track_caller]
fn says(error: &ClientError, part: &str) {
    assert!(error.to_string().contains(part), "{error}");
}

#[test]
fn errors_say_what_to_do_next() {
    let house = House::new();
    let client = house.client();
    says(
        &client.entry("nobody").expect_err("nobody has it"),
        "is not registered",
    );
    says(
        &client.locate("nobody").expect_err("nobody has it"),
        "wharf name list",
    );
    let mut bare = put(1);
    bare.value.port = None;
    client.put("bare", &bare).expect("it is put");
    says(
        &client.locate("bare").expect_err("no port"),
        "it has no port",
    );
    let free = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    let nobody = Client::new(free, PATIENCE, None);
    says(
        &nobody.status().expect_err("nobody is there"),
        "wharf name serve",
    );
    says(
        &nobody
            .watch("/", None, &mut |_| true)
            .expect_err("nobody is there"),
        "wharf name serve",
    );
    let bad_token = Client::new(house.address, PATIENCE, Some("a\nb".to_owned()));
    says(&bad_token.status().expect_err("no token"), "token");
}

/// Something that answers each connection with these bytes.
fn answering(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for socket in listener.incoming().take(1) {
            let mut socket = socket.expect("a connection");
            let mut head = [0; 1024];
            let _ = std::io::Read::read(&mut socket, &mut head);
            let _ = socket.write_all(bytes);
        }
    });
    address
}

#[track_caller]
fn is_foreign(bytes: &'static [u8]) {
    let client = Client::new(answering(bytes), PATIENCE, None);
    let error = client.status().expect_err("it is none of ours");
    assert!(matches!(error, ClientError::Foreign { .. }), "{error:?}");
}

#[test]
fn what_is_no_name_service_is_called_so() {
    is_foreign(b"SSH-2.0-OpenSSH_9.6\r\n\r\n");
    is_foreign(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    is_foreign(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    is_foreign(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops");
}

#[test]
fn a_server_that_hangs_up_or_keeps_silent_is_unreachable() {
    let short = Client::new(
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
        PATIENCE,
        None,
    );
    let error = short.status().expect_err("it broke off");
    assert!(
        matches!(error, ClientError::Unreachable { .. }),
        "{error:?}"
    );
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = Client::new(
        listener.local_addr().expect("an address"),
        Duration::from_millis(50),
        None,
    );
    says(
        &silent.status().expect_err("nothing comes"),
        "no answer within 50ms",
    );
}

#[test]
fn a_connection_that_the_server_closed_is_opened_again() {
    let house = House::new();
    let client = house.client();
    client.put("a", &put(1)).expect("it is put");
    let address = house.address;
    let house = house.restart();
    // Another port, most likely; but the client of the old one must fail in words, not hang.
    match house.address == address {
        true => drop(client.entry("a").expect("it is there")),
        false => says(
            &client.entry("a").expect_err("nobody is there"),
            "wharf name serve",
        ),
    }
}
