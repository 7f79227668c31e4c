//! How fast datagrams pass through [`cast`] on the loopback, beside bare loops of the same system calls.
//!
//! ```text
//! cargo run --release -p cast --example rates [-- PAYLOAD_BYTES [ROUNDS [MILLISECONDS]]]
//! ```
//!
//! Each way is measured with one thread that sends flat out and one that receives, bare and through `cast` in
//! turns within one process, so that whatever else the machine does falls on both. What is printed: thousands
//! of datagrams a second sent and received, median [least..most] of the rounds; what was lost; the median of
//! the rounds' quotients of `cast` to the bare loop, and of each way to one datagram a call. Ratios travel from
//! one machine to another, rates do not: on a loopback nothing is ever cut or joined for a wire.

mod bare;
mod through;

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use cast::Way;

/// One end that sends.
pub trait Sends {
    /// Sends so many datagrams.
    fn send(&mut self, count: usize);
}

/// One end that receives.
pub trait Receives: Send {
    /// Waits for datagrams; how many came, 0 when none did for [`QUIET`].
    fn receive(&mut self) -> u64;
}

/// Both ends of a connection.
pub type Ends = (Box<dyn Sends>, Box<dyn Receives>);

fn main() {
    let mut numbers = env::args().skip(1).map(|text| {
        let number: usize = text.parse().expect("numbers: bytes, rounds, milliseconds");
        number
    });
    let bytes = numbers.next().unwrap_or(64);
    let rounds = numbers.next().unwrap_or(7).max(1);
    let time = Duration::from_millis(numbers.next().unwrap_or(400) as u64);
    println!(
        "{bytes} bytes, {rounds} rounds of {time:?}; k/s sent, k/s received, lost, processor time each"
    );
    let mut first: Option<Vec<Rates>> = None;
    for way in Way::ALL {
        let (mut bare, mut through) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            // Whoever comes second finds warm caches and the other's noise: each is second as often.
            for turn in 0..2 {
                match (round + turn) % 2 {
                    0 => bare.push(measure(bare::ends(way, bytes), way, time)),
                    _ => through.push(measure(through::ends(way, bytes), way, time)),
                }
            }
        }
        print("bare", way, &bare);
        print("cast", way, &through);
        let to_bare = quotients(&through, &bare);
        println!("  {:<9} cast / bare  {}", way.name(), spread(to_bare, 1.0));
        let costs = through.iter().zip(&bare);
        let costs = costs.map(|(through, bare)| through.cost_ns / bare.cost_ns);
        let costs = spread(costs.collect(), 1.0);
        println!("  {:<9} cast / bare  {costs} in processor time", way.name());
        match &first {
            None => first = Some(through),
            Some(one) => {
                let to_one = quotients(&through, one);
                println!("  {:<9} cast / one   {}", way.name(), spread(to_one, 1.0));
            }
        }
    }
}

/// What a round found.
struct Rates {
    sent_hz: f64,
    received_hz: f64,
    lost: f64,
    /// Processor time for each datagram, of both threads together, in nanoseconds. On a machine that does other
    /// things too it says more than the rates.
    cost_ns: f64,
}

fn measure((mut sender, mut receiver): Ends, way: Way, time: Duration) -> Rates {
    let (ready, is_ready) = mpsc::channel();
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    let receiving = thread::spawn(move || {
        ready.send(()).expect("the other thread waits");
        let (mut count, mut begun, mut last) = (0, None, Instant::now());
        let idle = processor_time();
        loop {
            let came = receiver.receive();
            if came == 0 && over.load(Ordering::Acquire) {
                let begun: Instant = begun.expect("something came");
                return (count, last.duration_since(begun), processor_time() - idle);
            }
            if came > 0 {
                last = Instant::now();
                begun.get_or_insert(last);
                count += came;
            }
        }
    });
    is_ready.recv().expect("the receiver's thread");
    let begun = Instant::now();
    let mut sent = 0_u64;
    let idle = processor_time();
    // A look at the clock for many datagrams: it costs a hundredth of what one does.
    while begun.elapsed() < time {
        sender.send(CHUNK);
        sent += CHUNK as u64;
    }
    let sending = begun.elapsed();
    is_over.store(true, Ordering::Release);
    let cost = processor_time() - idle;
    let (received, receiving, cost_too) = receiving.join().expect("the receiver's thread");
    assert!(received <= sent, "{}: more came than was sent", way.name());
    Rates {
        sent_hz: sent as f64 / sending.as_secs_f64(),
        received_hz: received as f64 / receiving.as_secs_f64().max(1e-9),
        lost: (sent - received) as f64 / sent as f64,
        cost_ns: (cost + cost_too).as_nanos() as f64 / sent as f64,
    }
}

/// Of this thread, with what the kernel did for it.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn print(who: &str, way: Way, rates: &[Rates]) {
    let of = |number: fn(&Rates) -> f64| rates.iter().map(number).collect::<Vec<_>>();
    println!(
        "  {:<9} {who}  {}  {}  {} %  {} ns",
        way.name(),
        spread(of(|rates| rates.sent_hz), 1e-3),
        spread(of(|rates| rates.received_hz), 1e-3),
        spread(of(|rates| rates.lost), 1e2),
        spread(of(|rates| rates.cost_ns), 1.0),
    );
}

fn quotients(above: &[Rates], below: &[Rates]) -> Vec<f64> {
    let pairs = above.iter().zip(below);
    pairs
        .map(|(above, below)| above.received_hz / below.received_hz)
        .collect()
}

fn spread(mut all: Vec<f64>, scale: f64) -> String {
    all.sort_by(f64::total_cmp);
    let [least, middle, most] =
        [0, all.len() / 2, all.len() - 1].map(|at| format!("{:.2}", all[at] * scale));
    format!("{middle} [{least}..{most}]")
}

/// How many datagrams are sent between two looks at the clock.
const CHUNK: usize = 512;
/// When nothing more is sent and so long nothing came, the last has come.
pub const QUIET: Duration = Duration::from_millis(100);
/// The receive buffer of both.
pub const BUFFER_BYTES: usize = cast::Receiver::BUFFER_BYTES;
