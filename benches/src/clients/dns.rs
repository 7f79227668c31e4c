//! `dns-client`: questions by UDP from one thread: answers a second, and how long they took.
//!
//! A closed loop keeps `--in-flight` questions under way, and what comes back sends another. With `--rate` it is an open loop:
//! each question has an instant at which it is meant to leave, and its time is counted from that instant. **Every answer is
//! checked**: id, question, code, and the address where the questions say it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_recv_buffer_size_force};
use rustix::time::{ClockId, clock_gettime};

use super::dns_window::{Counts, Window};
use super::packets::Packets;
use super::questions::Questions;
use crate::flags::{Flags, wrong};

/// The flags that [`run`] knows.
pub const FLAGS: [&str; 9] = [
    "address",
    "questions",
    "pattern",
    "names",
    "sockets",
    "in-flight",
    "duration",
    "rate",
    "form",
];

/// Asks, and prints what came of it. What comes before, `WARM_UP` on top of the time that was asked for, is not counted:
/// it pays for pages and for what a server loses of the first burst.
///
/// # Errors
/// When the flags are wrong, or nobody listens there.
pub fn run(flags: &Flags) -> io::Result<()> {
    let questions = Questions::from_flags(flags)?;
    let address = flags.address()?;
    let (sockets, in_flight) = (flags.count("sockets", 4)?, flags.count("in-flight", 256)?);
    let rate: Option<f64> = match flags.number::<u32>("rate")? {
        Some(0) => return Err(wrong("--rate 0: expected at least 1".to_owned())),
        rate => rate.map(f64::from),
    };
    let duration = flags.duration("duration", Duration::from_secs(2))?;
    let is_json = match flags.text("form").unwrap_or("json") {
        "json" => true,
        "text" => false,
        other => return Err(wrong(format!("--form {other}: expected json or text"))),
    };
    // In an open loop the windows only bound what can be under way.
    let window = match rate {
        None => in_flight.div_ceil(sockets),
        Some(_) => Window::MAX,
    };
    if window > Window::MAX || sockets > SOCKETS_MAX {
        return Err(wrong(format!(
            "at most {SOCKETS_MAX} sockets, and {} questions under way on each",
            Window::MAX
        )));
    }
    let windows = (0..sockets).map(|_| Ok(Window::new(connect(address)?, window)));
    let mut asker = Asker {
        questions,
        windows: windows.collect::<io::Result<_>>()?,
        packets: Packets::new(),
        counts: Counts::new(),
        start: Instant::now(),
        next: 0,
        asked: 0,
        rate,
    };
    asker.go_on(WARM_UP)?;
    asker.counts.clear();
    let (began, busy) = (Instant::now(), processor_time());
    asker.go_on(duration)?;
    let figures = Figures {
        seconds: began.elapsed().as_secs_f64(),
        busy: (processor_time() - busy).as_secs_f64(),
    };
    asker.end()?;
    match is_json {
        true => println!("{}", figures.json(&asker.counts)),
        false => println!("{}", figures.text(&asker.counts)),
    }
    Ok(())
}

/// What asks.
struct Asker {
    questions: Questions,
    windows: Vec<Window>,
    packets: Packets,
    counts: Counts,
    /// From when an open loop counts its instants.
    start: Instant,
    /// The next question.
    next: usize,
    /// How many were asked, to know the instant of the next in an open loop.
    asked: u64,
    rate: Option<f64>,
}

impl Asker {
    /// Goes on asking for so long.
    fn go_on(&mut self, time: Duration) -> io::Result<()> {
        let end = self.now() + nanos(time);
        let mut swept = self.now();
        loop {
            let mut moved = 0;
            for index in 0..self.windows.len() {
                moved += self.receive(index)?;
                moved += self.send(index)?;
            }
            let now = self.now();
            if now >= end {
                return Ok(());
            }
            if now - swept >= SWEEP_NS {
                swept = now;
                self.give_up(now, PATIENCE_NS);
            }
            // An open loop turns without rest: a sleep would be its own lateness.
            if moved == 0 && self.rate.is_none() {
                self.wait()?;
            }
        }
    }

    /// Takes in what still comes; what does not is lost.
    fn end(&mut self) -> io::Result<()> {
        let end = self.now() + AFTER_THE_END_NS;
        while self.now() < end {
            for index in 0..self.windows.len() {
                self.receive(index)?;
            }
        }
        self.give_up(self.now(), AFTER_THE_END_NS);
        Ok(())
    }

    /// Counts what is under way for longer than that as lost. Whoever waits for it waits until he gives up, so among the
    /// latencies it is one of as long as that: a server that drops what it cannot answer in time is not the quicker one.
    fn give_up(&mut self, now: u64, patience: u64) {
        for window in &mut self.windows {
            for _ in 0..window.sweep(now, patience) {
                self.counts.lost += 1;
                self.counts.latency.add(PATIENCE_NS);
            }
        }
    }

    fn receive(&mut self, index: usize) -> io::Result<usize> {
        let window = &mut self.windows[index];
        self.packets.receive(window.socket())?;
        if self.packets.len() == 0 {
            return Ok(0);
        }
        let now = nanos(self.start.elapsed());
        for at in 0..self.packets.len() {
            window.take(self.packets.at(at), now, &self.questions, &mut self.counts);
        }
        Ok(self.packets.len())
    }

    fn send(&mut self, index: usize) -> io::Result<usize> {
        let now = self.now();
        let due = match self.rate {
            None => usize::MAX,
            Some(rate) => ((now as f64 * rate / 1e9) as u64 - self.asked) as usize,
        };
        let window = &mut self.windows[index];
        let count = due.min(window.room()).min(Packets::MAX);
        if count == 0 {
            return Ok(0);
        }
        self.packets.clear();
        for _ in 0..count {
            let intended = match self.rate {
                None => now,
                Some(rate) => (self.asked as f64 * 1e9 / rate) as u64,
            };
            let Some(id) = window.put(self.next, intended) else {
                break;
            };
            self.counts.late.add(now.saturating_sub(intended));
            let (question, _) = self.questions.at(self.next);
            let header = [id[0], id[1], 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
            self.packets.push(&[&header, question]);
            self.next = (self.next + 1) % self.questions.len();
            self.asked += 1;
        }
        // What the kernel does not take is lost, like what it loses later.
        match self.packets.send(window.socket()) {
            Ok(_) => Ok(self.packets.len()),
            Err(error) => Err(error),
        }
    }

    fn wait(&self) -> io::Result<()> {
        let sockets = self.windows.iter().map(Window::socket);
        let mut waits: Vec<PollFd<'_>> = sockets
            .map(|socket| PollFd::new(socket, PollFlags::IN))
            .collect();
        match poll(&mut waits, Some(&LOOK_AGAIN)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn now(&self) -> u64 {
        nanos(self.start.elapsed())
    }
}

/// What a run took.
struct Figures {
    seconds: f64,
    busy: f64,
}

impl Figures {
    fn json(&self, counts: &Counts) -> String {
        format!(
            "{{\"answers\":{},\"seconds\":{:.6},\"answers_per_second\":{:.0},\"wrong\":{},\"lost\":{},\"stray\":{},\
             \"latency_us_p50\":{:.1},\"latency_us_p99\":{:.1},\"latency_us_p999\":{:.1},\"lateness_us_p99\":{:.1},\
             \"own_processor_share\":{:.3}}}",
            counts.right,
            self.seconds,
            self.rate(counts),
            counts.wrong,
            counts.lost,
            counts.stray,
            counts.latency.per_mille_us(500),
            counts.latency.per_mille_us(990),
            counts.latency.per_mille_us(999),
            counts.late.per_mille_us(990),
            self.share()
        )
    }

    fn text(&self, counts: &Counts) -> String {
        let limit = match self.share() {
            share if share > 0.97 => ": the generator itself may be the limit",
            _ => "",
        };
        format!(
            "{:.0} answers/s in {:.2} s: {} right, {} wrong, {} lost, {} stray\nlatency p50 {:.1} us, p99 {:.1} us, \
             p99.9 {:.1} us; p99 of lateness {:.1} us\nown processor {:.0} %{limit}",
            self.rate(counts),
            self.seconds,
            counts.right,
            counts.wrong,
            counts.lost,
            counts.stray,
            counts.latency.per_mille_us(500),
            counts.latency.per_mille_us(990),
            counts.latency.per_mille_us(999),
            counts.late.per_mille_us(990),
            self.share() * 100.0
        )
    }

    fn rate(&self, counts: &Counts) -> f64 {
        counts.right as f64 / self.seconds
    }

    fn share(&self) -> f64 {
        self.busy / self.seconds
    }
}

fn connect(address: SocketAddr) -> io::Result<UdpSocket> {
    let own: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (std::net::Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own)?;
    socket.connect(address)?;
    // Beyond the limit of the machine only for the administrator.
    if set_socket_recv_buffer_size_force(&socket, BUFFER_BYTES).is_err() {
        set_socket_recv_buffer_size(&socket, BUFFER_BYTES)?;
    }
    Ok(socket)
}

/// What this process has taken of the processor.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Long enough that questions which are lost at the beginning are given up by then.
const WARM_UP: Duration = Duration::from_millis(1_200);
const SOCKETS_MAX: usize = 64;
const BUFFER_BYTES: usize = 4 << 20;
/// An answer that has not come by then never does.
const AFTER_THE_END_NS: u64 = 100_000_000;
const PATIENCE_NS: u64 = 1_000_000_000;
const SWEEP_NS: u64 = 100_000_000;
const LOOK_AGAIN: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 10_000_000,
};
