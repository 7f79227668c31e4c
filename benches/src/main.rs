//! The yardsticks: servers and generators written for nothing else, the physical limit of each model.
//!
//! What `wharf serve` does beside moving bytes (statistics, limits, checked requests, a stop that
//! drains) is left out of every one of them, so the distance between wharf and a yardstick is what
//! all that costs. `cargo xtask peers` measures both side by side.
//!
//! ```text
//! yardsticks serve thread|fork|epoll|tokio|uring   ◀── bytes ──▶   yardsticks echo-client|burst-client|idle-client|dns-client
//! ```
//!
//! Exit status: 0 when all is well, 1 when something failed on the way, 3 when the command line is at fault.

mod clients;
mod flags;
mod protocol;
mod servers;
mod sockets;

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use flags::Flags;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::InvalidInput => {
            eprintln!("error: {error}\n\n{HELP}");
            ExitCode::from(3)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> io::Result<()> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["serve", model, ref rest @ ..] => {
            let flags = Flags::parse(rest, &["service", "task", "port", "ready-file"])?;
            servers::start::run(model, &flags)
        }
        ["echo-client", ref rest @ ..] => {
            let names = [
                "address",
                "connections",
                "pipeline",
                "size",
                "duration",
                "messages",
                "after",
            ];
            clients::echo::run(&Flags::parse(rest, &names)?)
        }
        ["burst-client", ref rest @ ..] => {
            let flags = Flags::parse(rest, &["address", "clients", "patience"])?;
            clients::burst::run(&flags)
        }
        ["idle-client", ref rest @ ..] => {
            clients::idle::run(&Flags::parse(rest, &["address", "clients"])?)
        }
        ["dns-client", ref rest @ ..] => {
            clients::dns::run(&Flags::parse(rest, &clients::dns::FLAGS)?)
        }
        ["register-client", ref rest @ ..] => {
            let names = ["address", "api", "connections", "duration"];
            clients::register::run(&Flags::parse(rest, &names)?)
        }
        ["watch-client", ref rest @ ..] => {
            let names = ["address", "api", "watchers", "changes", "concerns"];
            clients::watch::run(&Flags::parse(rest, &names)?)
        }
        [] | ["help" | "-h" | "--help"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(flags::wrong(format!(
            "`{}` is not a command of yardsticks",
            args.join(" ")
        ))),
    }
}

const HELP: &str = "\
Bare servers and generators, to measure others against.

  yardsticks serve MODEL [--service echo|burst] [--task 3s] [--port 0] [--ready-file FILE]
      MODEL is thread, fork, epoll, tokio or uring. `echo` sends back what comes; `burst` waits the
      task time after the first read, sends it back reversed and closes. The address and process
      number go as JSON to stdout, or into FILE once connections are accepted. ^C ends it.
  yardsticks echo-client --address A [--connections 50] [--pipeline 1] [--size 64]
                         [--duration 2s | --messages N] [--after leave|hold]
      a closed loop over an echo server; prints messages a second as JSON; `hold` keeps the
      connections until stdin ends
  yardsticks burst-client --address A [--clients 1000] [--patience 60s]
      clients that come all at once; prints how long all took as JSON
  yardsticks idle-client --address A [--clients 1000]
      clients that exchange one message and then keep silent until stdin ends
  yardsticks dns-client --address A (--questions FILE | --pattern 'host####.lab.test A' --names N)
                        [--sockets 4] [--in-flight 256 | --rate N] [--duration 2s] [--form json|text]
      questions by UDP, each answer checked; FILE has lines `NAME TYPE [ADDRESS|RECORDS|NODATA|NXDOMAIN]`.
      A closed loop, or with --rate an open one, whose latency counts from the instant at which a
      question was meant to leave. A processor share near 1 says that the generator was the limit.
  yardsticks register-client --address A [--api wharf|etcd] [--connections 1] [--duration 2s]
      a closed loop of registrations by HTTP, each a name of its own; prints how many a second
  yardsticks watch-client --address A [--api wharf|etcd|bare] [--watchers 1000] [--changes 500]
                          [--concerns one|all]
      watchers on a connection each, and how long after a change those whom it concerns have it;
      `bare` writes to so many connections itself, and needs no address
";
