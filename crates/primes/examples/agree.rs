//! Whether two methods find the same primes in a range: for ranges too long for a test.
//!
//! ```text
//!   cargo run --release -p primes --example agree -- miller-rabin sieve 0 4294967295
//! ```
//!
//! That one, the proof that no composite number below 2^32 passes its one base, takes a minute.

use std::process::ExitCode;

use primes::{METHODS, Range, Search};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [one, other, first, last] = &arguments[..] else {
        eprintln!("two methods, the first and the last number");
        return ExitCode::from(3);
    };
    let number = |text: &str| text.parse().expect("a number below 2^64");
    let (first, last) = (number(first), number(last));
    let searches = [one, other].map(|name| prepare(name, last));
    let (mut rest, mut count) = (Range::new(first, last), 0);
    while let Some(left) = rest {
        let (piece, after) = left.split_at(1 << 26);
        let [found, expected] = searches.each_ref().map(|search| {
            let mut primes = Vec::new();
            search.find(piece, &mut primes);
            primes
        });
        if let Some(at) =
            (0..found.len().max(expected.len())).find(|at| found.get(*at) != expected.get(*at))
        {
            println!(
                "{one} says {:?}, {other} says {:?}",
                found.get(at),
                expected.get(at)
            );
            return ExitCode::from(1);
        }
        count += found.len();
        rest = after;
    }
    println!("{one} and {other} agree from {first} to {last}: {count} primes");
    ExitCode::SUCCESS
}

fn prepare(name: &str, greatest: u64) -> Box<dyn Search> {
    let method = METHODS.iter().find(|method| method.name == name);
    (method.expect("a method").prepare)(greatest)
}
