//! Each bare server echoes a message and answers a burst, and each generator counts what it should.
//!
//! Starts servers of this crate on free ports of 127.0.0.1 and ends each by its process number.
//! `uring` needs a kernel that allows io_uring; where it does not, the server says so and the test fails.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = env!("CARGO_BIN_EXE_yardsticks");
const MODELS: [&str; 5] = ["thread", "fork", "epoll", "tokio", "uring"];

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.arg("serve").args(args).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        read.expect("the server says where it listens");
        let address = line.split('"').nth(3).unwrap_or_default().to_owned();
        assert!(address.starts_with("127.0.0.1:"), "{args:?}: {line}");
        Server { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("the server accepts");
        let patience = Some(Duration::from_secs(10));
        stream.set_read_timeout(patience).expect("not zero");
        stream
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
fn client(args: &[&str]) -> String {
    let output = Command::new(PROGRAM)
        .args(args)
        .stdin(Stdio::null())
        .output();
    let output = output.expect("the program starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {error}");
    String::from_utf8(output.stdout).expect("JSON is text")
}

#[test]
fn every_server_echoes_until_the_client_closes() {
    for model in MODELS {
        let server = Server::start(&[model]);
        let mut stream = server.connect();
        for message in [&b"hello\n"[..], b"again"] {
            stream.write_all(message).expect("sent");
            let mut answer = vec![0; message.len()];
            stream.read_exact(&mut answer).expect(model);
            assert_eq!(answer, message, "{model}");
        }
        stream
            .shutdown(std::net::Shutdown::Write)
            .expect("half-closed");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect(model);
        assert_eq!(rest, b"", "{model}");
    }
}

#[test]
fn every_server_answers_every_client_of_a_burst() {
    for model in MODELS {
        let server = Server::start(&[model, "--service", "burst", "--task", "20ms"]);
        let args = [
            "burst-client",
            "--address",
            &server.address,
            "--clients",
            "40",
        ];
        let result = client(&args);
        let expected = "{\"clients\":40,\"answered\":40,\"wrong\":0,\"failed\":0,";
        assert!(result.starts_with(expected), "{model}: {result}");
    }
}

#[test]
fn pipelined_messages_are_counted_by_their_bytes() {
    for model in MODELS {
        let server = Server::start(&[model]);
        let load = [
            "--connections",
            "3",
            "--pipeline",
            "16",
            "--messages",
            "300",
            "--after",
            "hold",
        ];
        let args = [&["echo-client", "--address", &server.address], &load[..]].concat();
        let result = client(&args);
        let count = result.split([':', ',']).nth(1).unwrap_or_default();
        let count: u64 = count.parse().expect("messages come first");
        // The loop ends with the round in which the count is reached.
        assert!((300..300 + 3 * 16).contains(&count), "{model}: {result}");
    }
}

#[test]
fn idle_clients_wait_for_the_end_of_stdin() {
    let server = Server::start(&["epoll"]);
    let args = [
        "idle-client",
        "--address",
        &server.address,
        "--clients",
        "5",
    ];
    assert_eq!(client(&args), "{\"connected\":5}\n");
}

#[test]
fn a_server_that_closes_without_an_answer_is_seen() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    let closing = std::thread::spawn(move || {
        for stream in listener.incoming().take(3) {
            drop(stream);
        }
    });
    let result = client(&["burst-client", "--address", &address, "--clients", "3"]);
    closing.join().expect("three came");
    let expected = "{\"clients\":3,\"answered\":0,\"wrong\":0,\"failed\":3,";
    assert!(result.starts_with(expected), "{result}");
}

#[test]
fn answers_of_dns_are_counted_and_held_against_what_is_expected() {
    let server = std::net::UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = server.local_addr().expect("bound").to_string();
    // There is no name; and every hundredth question is lost.
    std::thread::spawn(move || {
        let mut message = [0; 512];
        for number in 1_u64.. {
            let Ok((count, from)) = server.recv_from(&mut message) else {
                return;
            };
            message[2..4].copy_from_slice(&[0x84, 3]);
            if !number.is_multiple_of(100) {
                let _ = server.send_to(&message[..count], from);
            }
        }
    });
    for (answer, is_right) in [("NXDOMAIN", true), ("10.0.0.1", false)] {
        let pattern = format!("host###.lab.test A {answer}");
        let asked = ["--names", "500", "--pattern", &pattern, "--in-flight", "16"];
        let command = [&["dns-client", "--address", &address][..], &asked].concat();
        let result = client(&[&command[..], &["--duration", "1200ms"]].concat());
        let number = |name: &str| {
            let (_, rest) = result.split_once(&format!("\"{name}\":")).expect(name);
            let text = rest.split([',', '}']).next().unwrap_or_default();
            text.parse::<f64>().expect(name)
        };
        assert_eq!(number("answers") > 0.0, is_right, "{result}");
        assert_eq!(number("wrong") > 0.0, !is_right, "{result}");
        assert!(number("lost") > 0.0, "{result}");
        assert!(number("latency_us_p99") >= number("latency_us_p50"));
        // On schedule.
        let paced = ["--rate", "200", "--duration", "500ms", "--form", "text"];
        let command = [&command[..7], &paced].concat();
        let text = client(&command);
        assert!(text.contains(" answers/s in "), "{text}");
    }
}

#[test]
fn what_is_not_understood_ends_with_3() {
    for args in [
        &["serve", "what"][..],
        &["serve", "epoll", "--task", "1s"],
        &[
            "echo-client",
            "--address",
            "127.0.0.1:1",
            "--pipeline",
            "9999",
        ],
        &["dns-client", "--address", "127.0.0.1:1"],
        &[
            "dns-client",
            "--address",
            "127.0.0.1:1",
            "--pattern",
            "a WHAT",
        ],
    ] {
        let output = Command::new(PROGRAM).args(args).output().expect("started");
        assert_eq!(output.status.code(), Some(3), "{args:?}");
    }
}
