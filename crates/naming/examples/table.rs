//! What a table of names costs beside hash maps and radix trees: memory a name, and time a lookup.
//!
//! ```text
//!   cargo run --release -p naming --example table -- [--count 10000000] [--rounds 3]
//! ```
//!
//! Names are `host0000000` and so on, each with one IPv4 address. Each way is measured in a process of its own, one after
//! another, and then all again. Told are, as median (least to greatest) of the rounds:
//!
//! - memory: how much more of it the process has after all names were put (resident set), by name;
//! - hit and miss: processor time by lookup, over two million names in random order, which are read one after another from
//!   memory. A hit reads the address, too. A miss differs from a name that is there in the last letter only;
//! - longest put: the longest that a single name took, on the clock. Others on the machine make it longer, so the least counts.
//!
//! Linux only: what is told comes from `/proc`.

use std::{collections::HashMap, env, fs, net::Ipv4Addr, process::Command};

use blart::TreeMap;
use naming::{Node, NodeView, RecordSet, RecordType, Registry, Revision, Table, Zone};
use patricia_tree::PatriciaMap;
use timing::{Clock, SystemClock};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let number = |flag: &str, usual: usize| {
        let at = arguments.iter().position(|argument| argument == flag);
        let given = at.map(|at| arguments[at + 1].parse().expect("a number"));
        given.unwrap_or(usual)
    };
    let (count, rounds) = (number("--count", 10_000_000), number("--rounds", 3));
    match arguments.iter().position(|argument| argument == "--way") {
        Some(at) => measure_way(&arguments[at + 1], count),
        None => tell(count, rounds),
    }
}

/// Measures all ways, each in a process of its own, and prints what they took.
fn tell(count: usize, rounds: usize) {
    let mut figures: Vec<[Vec<f64>; 4]> = WAYS.iter().map(|_| Default::default()).collect();
    for _ in 0..rounds {
        for (way, figures) in WAYS.iter().zip(&mut figures) {
            let mut command = Command::new(env::current_exe().expect("this program"));
            command.args(["--way", way, "--count", &count.to_string()]);
            let output = command.output().expect("this program, again");
            assert!(
                output.status.success(),
                "{way}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            let text = String::from_utf8(output.stdout).expect("numbers");
            for (number, figures) in text.split_whitespace().zip(figures) {
                figures.push(number.parse().expect("a number"));
            }
        }
    }
    println!("{count} names, {rounds} rounds: median (least to greatest)\n");
    println!(
        "| way | memory, bytes a name | hit, ns | miss, ns | longest put, ms |\n|---|---|---|---|---|"
    );
    for (way, figures) in WAYS.iter().zip(figures) {
        let [bytes, hit, miss, longest] = figures.map(|mut values| {
            values.sort_by(f64::total_cmp);
            let (least, greatest) = (values[0], values[values.len() - 1]);
            format!(
                "{:.1} ({least:.1} to {greatest:.1})",
                values[values.len() / 2]
            )
        });
        println!("| {way} | {bytes} | {hit} | {miss} | {longest} |");
    }
}

fn measure_way(way: &str, count: usize) {
    match way {
        "Table" => measure(Table::default(), count),
        "Registry" => measure(
            Registry::new(Zone::parse("lab.test").expect("a zone")),
            count,
        ),
        "HashMap<String, Ipv4Addr>" => measure(HashMap::<String, Ipv4Addr>::new(), count),
        "HashMap<String, Vec<Ipv4Addr>>" => measure(HashMap::<String, Vec<Ipv4Addr>>::new(), count),
        "blart, an adaptive radix tree" => measure(TreeMap::<Box<[u8]>, Ipv4Addr>::new(), count),
        "patricia_tree" => measure(PatriciaMap::<Ipv4Addr>::new(), count),
        _ => panic!("{way} is none of {WAYS:?}"),
    }
}

/// Prints memory by name, hit, miss and longest put.
fn measure(mut way: impl Way, count: usize) {
    let clock = SystemClock::start();
    let before = resident_bytes();
    let mut longest_ns: u64 = 0;
    for number in 0..count {
        let name = name(number);
        let address = Ipv4Addr::from_bits(0x0a00_0000 + number as u32);
        let start = clock.now();
        way.put(&name, address);
        let spent = clock.now().since(start);
        longest_ns = longest_ns.max(spent.as_nanos() as u64);
    }
    let bytes = resident_bytes() - before;
    let hits = questions(count, |name| name);
    let hit_ns = lookups(&way, &hits, LOOKUPS);
    let misses = questions(count, |mut name| {
        name.pop();
        name + "x"
    });
    let miss_ns = lookups(&way, &misses, 0);
    println!(
        "{:.1} {hit_ns:.1} {miss_ns:.1} {:.2}",
        bytes as f64 / count as f64,
        longest_ns as f64 / 1e6
    );
}

/// Looks all of them up, and gives the time of one.
fn lookups(way: &impl Way, questions: &str, expected: usize) -> f64 {
    let start = processor_ns();
    let mut found = 0;
    for at in 0..LOOKUPS {
        let question = &questions[at * QUESTION_BYTES..][..QUESTION_BYTES];
        if let Some(address) = way.find(question) {
            found += usize::from(address.octets()[0] == 10);
        }
    }
    let spent = processor_ns() - start;
    assert_eq!(found, expected);
    spent as f64 / LOOKUPS as f64
}

/// Names one behind another, in random order; each has a byte with its length before it.
fn questions(count: usize, make: impl Fn(String) -> String) -> String {
    // A fixed sequence of choices (Knuth's MMIX generator), so that every run measures the same.
    let mut state: u64 = 1;
    let questions = (0..LOOKUPS).map(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        make(name((state >> 33) as usize % count))
    });
    questions.collect()
}

/// A name with its length before it, as a label is written on the wire.
fn name(number: usize) -> String {
    assert!(number < 10_000_000, "a name has seven digits");
    format!("\x0bhost{number:07}")
}

trait Way {
    /// A name comes as [`name`] makes it.
    fn put(&mut self, name: &str, address: Ipv4Addr);
    fn find(&self, name: &str) -> Option<Ipv4Addr>;
}

impl Way for Table {
    fn put(&mut self, name: &str, address: Ipv4Addr) {
        self.put(name.as_bytes(), &node(self.len(), address));
    }

    fn find(&self, name: &str) -> Option<Ipv4Addr> {
        first(self.find(name.as_bytes())?)
    }
}

impl Way for Registry {
    fn put(&mut self, name: &str, address: Ipv4Addr) {
        let node = node(self.len(), address);
        self.restore_name(name.as_bytes(), &node).expect("a name");
    }

    fn find(&self, name: &str) -> Option<Ipv4Addr> {
        first(self.find(name.as_bytes())?)
    }
}

impl Way for HashMap<String, Ipv4Addr> {
    fn put(&mut self, name: &str, address: Ipv4Addr) {
        self.insert(name[1..].to_owned(), address);
    }

    fn find(&self, name: &str) -> Option<Ipv4Addr> {
        self.get(&name[1..]).copied()
    }
}

impl Way for HashMap<String, Vec<Ipv4Addr>> {
    fn put(&mut self, name: &str, address: Ipv4Addr) {
        self.insert(name[1..].to_owned(), vec![address]);
    }

    fn find(&self, name: &str) -> Option<Ipv4Addr> {
        self.get(&name[1..])?.first().copied()
    }
}

impl Way for TreeMap<Box<[u8]>, Ipv4Addr> {
    fn put(&mut self, name: &str, address: Ipv4Addr) {
        let key = Box::from(&name.as_bytes()[1..]);
        self.try_insert(key, address)
            .expect("no name begins with another");
    }

    fn find(&self, name: &str) -> Option<Ipv4Addr> {
        self.get(&name.as_bytes()[1..]).copied()
    }
}

impl Way for PatriciaMap<Ipv4Addr> {
    fn put(&mut self, name: &str, address: Ipv4Addr) {
        self.insert(&name[1..], address);
    }

    fn find(&self, name: &str) -> Option<Ipv4Addr> {
        self.get(&name[1..]).copied()
    }
}

fn node(revision: u64, address: Ipv4Addr) -> Vec<u8> {
    let data = vec![Box::from(address.octets())];
    let node = Node {
        modified: Revision(revision + 1),
        lease: None,
        sets: vec![RecordSet::new(RecordType::A, 30, data)],
    };
    node.encode()
}

fn first(node: NodeView<'_>) -> Option<Ipv4Addr> {
    let octets: [u8; 4] = node.set(RecordType::A)?.data().next()?.try_into().ok()?;
    Some(Ipv4Addr::from(octets))
}

/// How much memory this process has: the second number in `statm`, in pages.
fn resident_bytes() -> u64 {
    let told = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = told.split(' ').nth(1).expect("the second number");
    pages.parse::<u64>().expect("a number") * 4096
}

/// What this thread has had of a processor so far (the first number in `schedstat`).
fn processor_ns() -> u64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let first = told.split(' ').next().expect("the first number");
    first.parse().expect("a number")
}

const WAYS: [&str; 6] = [
    "Table",
    "Registry",
    "HashMap<String, Ipv4Addr>",
    "HashMap<String, Vec<Ipv4Addr>>",
    "blart, an adaptive radix tree",
    "patricia_tree",
];
const LOOKUPS: usize = 2_000_000;
const QUESTION_BYTES: usize = 12;
