//! How quick the methods are, side by side: nanoseconds a number in a few places, the divider's limit, the crate
//! machine-prime, and counting to 10^10 next to the program `primesieve`, if that is installed.
//!
//! ```text
//!   cargo run --release -p primes --example rates -- [rounds, 9 unless told] [only what contains this]
//! ```
//!
//! All cases are measured in turn, and that is repeated: so what disturbs the machine for a while disturbs all of
//! them alike. Printed are the median, the least and the greatest.

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::Instant;

use primes::{METHODS, Range, Search, divide_many};

struct Case {
    name: String,
    /// What is counted: a time is given for each.
    count: u64,
    run: Box<dyn Fn() -> u64>,
    times_ns: Vec<u64>,
    result: Option<u64>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let rounds = arguments
        .next()
        .map_or(9, |text| text.parse().expect("rounds: a number"))
        .max(1);
    let filter = arguments.next().unwrap_or_default();
    let mut cases = cases();
    cases.retain(|case| case.name.contains(&filter));
    for _ in 0..rounds {
        for case in &mut cases {
            let start = Instant::now();
            let result = black_box((case.run)());
            case.times_ns.push(start.elapsed().as_nanos() as u64);
            assert_eq!(*case.result.get_or_insert(result), result, "{}", case.name);
        }
    }
    println!(
        "{:44} {:>10} {:>26} {:>12}",
        "", "ms", "ns each (least, greatest)", "result"
    );
    for case in &cases {
        let [least, median, greatest] = spread(case.times_ns.iter().map(|time| *time as f64));
        println!(
            "{:44} {:>10.3} {:>8.3} ({:>7.3}, {:>7.3}) {:>12}",
            case.name,
            median / 1e6,
            median / case.count as f64,
            least / case.count as f64,
            greatest / case.count as f64,
            case.result.unwrap_or_default()
        );
    }
    for (title, one, other) in QUOTIENTS {
        let [one, other] = [one, other].map(|name| cases.iter().find(|case| case.name == name));
        if let (Some(one), Some(other)) = (one, other) {
            let pairs = one.times_ns.iter().zip(&other.times_ns);
            let [least, median, greatest] =
                spread(pairs.map(|(one, other)| *one as f64 / *other as f64));
            println!("{title:55} {median:>8.3} ({least:>7.3}, {greatest:>7.3})");
        }
    }
}

/// What is compared: the quotient of times that were taken in the same round.
const QUOTIENTS: [(&str, &str, &str); 6] = [
    (
        "of the divider's limit trial reaches",
        "to 10^6: the divider, 20 bits, a division",
        "to 10^6: trial",
    ),
    (
        "trial-odd over trial-fast",
        "to 10^6: trial-odd",
        "to 10^6: trial-fast",
    ),
    (
        "2^20: machine-prime over miller-rabin",
        "2^20, an odd number: machine-prime",
        "2^20, an odd number: miller-rabin",
    ),
    (
        "2^40: machine-prime over miller-rabin",
        "2^40, an odd number: machine-prime",
        "2^40, an odd number: miller-rabin",
    ),
    (
        "2^63: machine-prime over miller-rabin",
        "2^63, an odd number: machine-prime",
        "2^63, an odd number: miller-rabin",
    ),
    (
        "sieve over primesieve",
        "10^10: sieve",
        "10^10: primesieve -t1, its start included",
    ),
];

/// The least, the median and the greatest.
fn spread(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    [0, values.len() / 2, values.len() - 1].map(|index| values[index])
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (bits, count) in [(20, 67_740_404), (40, 30_000_000), (63, 30_000_000)] {
        let run = move || divide_many(bits, count, 12_345);
        cases.push(case(
            format!("to 10^6: the divider, {bits} bits, a division"),
            count,
            run,
        ));
    }
    for name in [
        "trial",
        "trial-odd",
        "wheel",
        "trial-fast",
        "miller-rabin",
        "sieve",
    ] {
        let method = "to 10^6: ".to_owned() + name;
        cases.extend(counting(method, name, 1, 1_000_000, 1_000_000));
    }
    for bits in [20, 40, 63] {
        let first = (1_u64 << bits) + 1;
        let run = move || {
            (0..200_000)
                .filter(|index| machine_prime::is_prime(first + 2 * index))
                .count() as u64
        };
        cases.push(case(
            format!("2^{bits}, an odd number: machine-prime"),
            200_000,
            run,
        ));
        for name in ["miller-rabin", "trial-fast"] {
            let (last, slow) = (first + 399_999, name == "trial-fast" && bits > 20);
            let title = format!("2^{bits}, an odd number: {name}");
            if !slow {
                cases.extend(counting(title, name, first, last, 200_000));
            }
        }
    }
    let title = "2^40, a number: trial-".to_owned();
    for name in ["odd", "fast"] {
        let method = format!("trial-{name}");
        cases.extend(counting(
            title.clone() + name,
            &method,
            1 << 40,
            (1 << 40) + 2_000,
            2_000,
        ));
    }
    let e10 = 10_000_000_000;
    cases.extend(counting("10^10: sieve".to_owned(), "sieve", 0, e10, e10));
    if Command::new("primesieve").arg("--version").output().is_ok() {
        let run = || primesieve().expect("primesieve counts");
        cases.push(case(
            "10^10: primesieve -t1, its start included".to_owned(),
            e10,
            run,
        ));
    }
    let (first, last) = (u64::MAX - 1_000_000_000, u64::MAX);
    cases.extend(counting(
        "up to 2^64: sieve".to_owned(),
        "sieve",
        first,
        last,
        1_000_000_000,
    ));
    cases
}

fn counting(title: String, method: &str, first: u64, last: u64, count: u64) -> Option<Case> {
    let method = METHODS.iter().find(|listed| listed.name == method)?;
    let range = Range::new(first, last)?;
    let search: Box<dyn Search> = (method.prepare)(last);
    Some(case(title, count, move || search.count(range).0))
}

fn case(name: String, count: u64, run: impl Fn() -> u64 + 'static) -> Case {
    Case {
        name,
        count,
        run: Box::new(run),
        times_ns: Vec::new(),
        result: None,
    }
}

/// Counts to 10^10; none where the program is not installed.
fn primesieve() -> Option<u64> {
    let output = Command::new("primesieve")
        .args(["10000000000", "-c1", "-t1", "-q"])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout)
        .ok()?
        .split_whitespace()
        .last()?
        .parse()
        .ok()
}
