//! One worker against several, run in turn: `cargo run --release -p parallel --example speed -- 10000000 2 7 trial`
//! (the last number, workers, rounds, method); medians of what is made next to each other.

use std::{env, io, io::Write as _, ops::ControlFlow};

use parallel::{Control, Job, MODES, Mode, SPLITS, Sink, Split, Want};
use primes::{METHODS, Range};
use run::Stop;
use timing::SystemClock;

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let number = |index: usize, usual: u64| {
        let text = arguments.get(index);
        text.map_or(usual, |text| text.parse().expect("a number"))
    };
    let (last, workers, rounds) = (number(1, 1_000_000), number(2, 2), number(3, 5));
    let name = arguments.get(4).map_or("trial", String::as_str);
    let method = METHODS.iter().find(|method| method.name == name);
    let method = method.expect("a method of that name");
    let want = match arguments.get(5).map(String::as_str) {
        Some("count") => Want::Count,
        _ => Want::Primes,
    };
    let job = |split| Job {
        range: Range::new(1, last).expect("numbers"),
        method,
        workers: workers as usize,
        split,
        want,
    };
    let variants: Vec<(&Mode, &Split)> = MODES[1..]
        .iter()
        .flat_map(|mode| SPLITS.iter().map(move |split| (mode, split)))
        .filter(|(mode, split)| split.in_processes || mode.name != "processes")
        .collect();
    let mut ratios = vec![Vec::new(); variants.len()];
    let mut walls = ratios.clone();
    let mut costs = ratios.clone();
    let mut singles = Vec::new();
    for _ in 0..rounds {
        for (index, (mode, split)) in variants.iter().enumerate() {
            let (single, single_cpu) = wall(&MODES[0], &job(&SPLITS[0]));
            let (several, cpu) = wall(mode, &job(split));
            singles.push(single);
            walls[index].push(several);
            ratios[index].push(single / several);
            costs[index].push(cpu / single_cpu);
        }
    }
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "single {:.2} ms", median(&mut singles));
    for (index, (mode, split)) in variants.iter().enumerate() {
        let (wall, ratio) = (median(&mut walls[index]), median(&mut ratios[index]));
        let cost = median(&mut costs[index]);
        let _ = writeln!(
            out,
            "{:<10} {:<12} {wall:>10.2} ms   {ratio:.3} times as fast, {cost:.3} of the processor time",
            mode.name, split.name
        );
    }
}

fn wall(mode: &Mode, job: &Job) -> (f64, f64) {
    let stop = Stop::new().expect("descriptors");
    let control = Control {
        clock: &SystemClock::start(),
        stop: &stop,
        progress: &|_| {},
    };
    let outcome = (mode.search)(job, &control, &mut Nowhere).expect("a search");
    assert!(outcome.is_whole);
    (outcome.wall_ns as f64 / 1e6, outcome.cpu_ns as f64 / 1e6)
}

struct Nowhere;

impl Sink for Nowhere {
    fn take(&mut self, _: Range, _: u64, _: &[u64]) -> io::Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
