//! `watch-client`: many watchers, each on a connection of its own, and how long after a change they have heard of it.
//!
//! With `--concerns one` every watcher watches a name of its own and a change concerns one of them; with `all` they watch
//! one name. Time counts **from the first byte of the request that makes the change**, so it has in it all that the server
//! does, keeping it on the disk too. `bare` is the floor: a thread that writes 200 bytes to each connection in a loop.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::http1::Connection;
use super::register::{Api, percentile};
use crate::flags::{Flags, wrong};
use crate::sockets;

/// Makes changes one after another and prints, in microseconds, how long the answer took and when the last of the
/// watchers that a change concerns had it.
///
/// # Errors
/// When the flags are wrong, or a stream ends.
pub fn run(flags: &Flags) -> io::Result<()> {
    let watchers = flags.count("watchers", 1_000)?;
    let changes = flags.count("changes", 500)?;
    let concerns = match flags.text("concerns").unwrap_or("one") {
        "one" => 1,
        "all" => watchers,
        other => return Err(wrong(format!("--concerns {other}: expected one or all"))),
    };
    // `bare` holds both ends.
    sockets::make_room(2 * watchers + 1)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let figures = match flags.text("api") {
        Some("bare") => runtime.block_on(bare(watchers, changes, concerns))?,
        _ => {
            let api = Api::of(flags)?;
            runtime.block_on(watched(api, flags.address()?, watchers, changes, concerns))?
        }
    };
    figures.print();
    Ok(())
}

/// In microseconds: from asking to the answer, to the last event, and from the answer to the last event.
#[derive(Default)]
struct Figures {
    answers: Vec<u32>,
    events: Vec<u32>,
    after: Vec<u32>,
}

impl Figures {
    fn add(&mut self, asked: Instant, answered: Option<Instant>, told: Instant) {
        let micros = |from: Instant, to: Instant| {
            u32::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(u32::MAX)
        };
        self.events.push(micros(asked, told));
        if let Some(answered) = answered {
            self.answers.push(micros(asked, answered));
            self.after.push(micros(answered, told));
        }
    }

    fn print(mut self) {
        let mut text = format!("{{\"changes\":{}", self.events.len());
        let lists = [
            ("answer", &mut self.answers),
            ("event", &mut self.events),
            ("after_answer", &mut self.after),
        ];
        for (name, list) in lists {
            list.sort_unstable();
            let (p50, p99) = (percentile(list, 50), percentile(list, 99));
            text += &format!(",\"{name}_p50_us\":{p50},\"{name}_p99_us\":{p99}");
        }
        println!("{text}}}");
    }
}

async fn watched(
    api: Api,
    address: SocketAddr,
    watchers: usize,
    changes: usize,
    concerns: usize,
) -> io::Result<Figures> {
    let (tell, mut heard) = unbounded_channel();
    for which in 0..watchers {
        let mut connection = Connection::open(address).await?;
        let (method, path, body, word) = api.watch(&name(which, concerns));
        connection.send(method, &path, &body).await?;
        connection.head().await?;
        connection.until(api.begun()).await?;
        tokio::spawn(listen(connection, word, tell.clone()));
    }
    let mut writer = Connection::open(address).await?;
    let mut figures = Figures::default();
    // What stands so already is no change: another run must not find what this one leaves.
    let first = std::process::id() as usize;
    for count in 0..changes {
        let (method, path, body) = api.put(&name(count % watchers, concerns), first + count);
        let asked = Instant::now();
        writer.send(method, &path, &body).await?;
        writer.answer().await?;
        let answered = Instant::now();
        let told = last(&mut heard, concerns).await?;
        figures.add(asked, Some(answered), told);
    }
    Ok(figures)
}

async fn bare(watchers: usize, changes: usize, concerns: usize) -> io::Result<Figures> {
    let listener: TcpListener = sockets::open_listener(0)?;
    let address = listener.local_addr()?;
    let (begin, begun) = mpsc::channel::<usize>();
    thread::spawn(move || {
        let accepted = listener
            .incoming()
            .take(watchers)
            .collect::<io::Result<Vec<_>>>();
        let mut sockets: Vec<TcpStream> = accepted.unwrap_or_default();
        for first in begun {
            for at in first..first + concerns {
                let at = at % watchers;
                // A peer that has gone is seen by the one who listens.
                let _ = sockets[at].write_all(&[b'x'; 200]);
            }
        }
    });
    let (tell, mut heard) = unbounded_channel();
    for _ in 0..watchers {
        let connection = Connection::open(address).await?;
        tokio::spawn(listen(connection, &[b'x'; 200], tell.clone()));
    }
    let mut figures = Figures::default();
    for count in 0..changes {
        let asked = Instant::now();
        begin.send(count % watchers).map_err(io::Error::other)?;
        figures.add(asked, None, last(&mut heard, concerns).await?);
    }
    Ok(figures)
}

/// Says when each event came.
async fn listen(
    mut connection: Connection,
    word: &'static [u8],
    tell: UnboundedSender<io::Result<Instant>>,
) {
    loop {
        let told = connection.until(word).await.map(|()| Instant::now());
        let is_over = told.is_err();
        if tell.send(told).is_err() || is_over {
            return;
        }
    }
}

async fn last(
    heard: &mut UnboundedReceiver<io::Result<Instant>>,
    count: usize,
) -> io::Result<Instant> {
    let mut last = None;
    for _ in 0..count {
        let told = timeout(PATIENCE, heard.recv()).await;
        let told =
            told.map_err(|_| io::Error::other("a change, and nobody was told of it for 10 s"))?;
        let told = told.unwrap_or_else(|| Err(io::Error::other("no watcher is left")))?;
        last = last.max(Some(told));
    }
    last.ok_or_else(|| io::Error::other("a change that concerns nobody"))
}

fn name(which: usize, concerns: usize) -> String {
    match concerns {
        1 => format!("watched/n{which}"),
        _ => "watched/all".to_owned(),
    }
}

const PATIENCE: Duration = Duration::from_secs(10);
