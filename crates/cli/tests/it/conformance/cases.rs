//! What each service must answer: the suite's knowledge of protocols, as data.

/// What is said to a service and what must come back.
pub struct Case {
    /// Flags that all its servers get.
    pub flags: &'static [&'static str],
    /// Comes unasked.
    pub greeting: &'static [u8],
    /// Requests sent whole. The last one of them serves as proof of life in other tests.
    pub whole: Vec<Talk>,
    /// Requests sent byte by byte.
    pub split: Vec<Talk>,
    /// Several requests in one write; none where a connection carries a single one.
    pub coalesced: Vec<Talk>,
    /// A request longer than any buffer.
    pub long: Talk,
    /// A request that is no text.
    pub not_utf8: Talk,
    /// The beginning of a request.
    pub beginning: &'static [u8],
}

/// One connection's requests and replies.
pub struct Talk {
    pub request: Vec<u8>,
    pub reply: Vec<u8>,
    pub count: Count,
    pub end: End,
}

/// How many requests the server must have counted.
#[derive(Clone, Copy)]
pub enum Count {
    /// So many that ended bare and so many that ended with a line feed.
    Endings { bare: u64, lf: u64 },
    /// So many, whichever way they ended.
    Requests(u64),
    /// As many as there were reads: of bare text without a form a read is a request.
    Reads,
}

/// Who closes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Server,
    Client,
}

/// The case of a service: **a service without a case here fails the suite.**
pub fn case(service: &str) -> Option<Case> {
    Some(match service {
        "hello" => hello(),
        "echo" => echo(),
        "tasks" => tasks(),
        "slow-reverse" => slow_reverse(),
        "mean" => mean(),
        "timestamps" => timestamps(),
        _ => return None,
    })
}

fn hello() -> Case {
    let ask = |request: &[u8], count| talk(request, b"Hello from server", count, End::Server);
    Case {
        flags: &["--quiet-time", "3s"],
        greeting: b"",
        whole: vec![
            talk(
                b"Hello server\n",
                b"Hello from server\n",
                lf(1),
                End::Server,
            ),
            ask(b"Hello server", bare(1)),
        ],
        split: vec![ask(b"Hello server", bare(1))],
        coalesced: Vec::new(),
        long: ask(&long_text("Hello server, "), bare(1)),
        not_utf8: ask(b"\xff\x00\xfe", bare(1)),
        beginning: b"Hello se",
    }
}

fn echo() -> Case {
    let same = |text: &[u8], count| talk(text, text, count, End::Client);
    Case {
        flags: &[],
        greeting: b"",
        whole: vec![same(b"abc", bare(1)), same(b"abc\n", lf(1))],
        split: vec![
            same(b"abc\ndef\n", Count::Reads),
            same(b"abcdef", Count::Reads),
        ],
        coalesced: vec![same(b"ab\ncd\nef\n", lf(3)), same(b"abcd", bare(1))],
        long: same(&long_text(""), Count::Reads),
        not_utf8: same(b"\xff\x00\xfe\n", lf(1)),
        beginning: b"ab\nhalf a li",
    }
}

fn tasks() -> Case {
    let text = long_text("");
    let backwards = long_text_backwards();
    Case {
        flags: &["--quiet-time", "400ms"],
        greeting: b"",
        whole: vec![
            talk(b"1:Hello", b"hELLO", bare(1), End::Client),
            talk(b"2:2+3*5/2\n", b"9.5\n", lf(1), End::Client),
            talk(
                b"2:1/0\n",
                b"Error processing task: division by zero\n",
                lf(1),
                End::Client,
            ),
            talk(b"5:x\n", b"Invalid choice.\n", lf(1), End::Client),
            talk("3:añb\n".as_bytes(), "bña\n".as_bytes(), lf(1), End::Client),
            talk(b"4:", b"Goodbye!", bare(1), End::Server),
            talk(b"3:abc\n", b"cba\n", lf(1), End::Client),
        ],
        split: vec![
            talk(
                "3:añb\n1:Cd\n4:\n".as_bytes(),
                "bña\ncD\nGoodbye!\n".as_bytes(),
                lf(3),
                End::Server,
            ),
            talk(b"2:7//2\n", b"3\n", lf(1), End::Client),
        ],
        coalesced: vec![
            talk(
                b"1:aB\n2:2**3\n3:xyz\n",
                b"Ab\n8\nzyx\n",
                lf(3),
                End::Client,
            ),
            talk(b"3:xyz\n4:\n", b"zyx\nGoodbye!\n", lf(2), End::Server),
        ],
        long: talk(
            &join(&[b"3:", &text, b"\n"]),
            &join(&[&backwards, b"\n"]),
            lf(1),
            End::Client,
        ),
        not_utf8: talk(b"3:\xff\x00\xfe\n", b"\xfe\x00\xff\n", lf(1), End::Client),
        beginning: b"3:half a li",
    }
}

fn slow_reverse() -> Case {
    let text = long_text("");
    let backwards = long_text_backwards();
    let ask = |request: &[u8], reply: &[u8], count| talk(request, reply, count, End::Server);
    Case {
        flags: &["--task", "150ms", "--quiet-time", "150ms"],
        greeting: b"",
        whole: vec![
            ask(b"Hello, Server!\n", b"!revreS ,olleH\n", lf(1)),
            ask(b"Hello, Server!", b"!revreS ,olleH", bare(1)),
        ],
        split: vec![ask("añb".as_bytes(), "bña".as_bytes(), bare(1))],
        coalesced: Vec::new(),
        long: ask(&text, &backwards, bare(1)),
        not_utf8: ask(b"\xff\x00\xfe", b"\xfe\x00\xff", bare(1)),
        beginning: b"Hello, Ser",
    }
}

/// Every number here is 2, so that the mean is 2 whoever else has sent what.
fn mean() -> Case {
    let ask = |request: &[u8], reply: &[u8], count| talk(request, reply, count, End::Server);
    let many = format!("2.{}\n", "0".repeat(997)).repeat(LONG_NUMBERS);
    let refused = "error: not a finite number: \"\u{fffd}\\0\u{fffd}\"\n2.0\n";
    Case {
        flags: &[],
        greeting: b"",
        whole: vec![
            ask(b"2ready", b"2.0", bare(2)),
            ask(b"2\nready\n", b"2.0\n", lf(2)),
        ],
        split: vec![
            ask(b"2.0ready", b"2.0", bare(2)),
            ask(b"+2e0\nready", b"2.0", Count::Requests(2)),
        ],
        coalesced: vec![ask(b"2\n2\n2\nready\n", b"2.0\n", lf(4))],
        long: ask(
            &join(&[many.as_bytes(), b"ready\n"]),
            b"2.0\n",
            Count::Requests(LONG_NUMBERS as u64 + 1),
        ),
        not_utf8: ask(b"2\n\xff\x00\xfe\nready\n", refused.as_bytes(), lf(3)),
        beginning: b"2",
    }
}

fn timestamps() -> Case {
    let same = |text: &[u8], count| talk(text, text, count, End::Client);
    let first = b"Worker 1, Event 1, Timestamp 1768823258707";
    let second = b"Worker 1, Event 2, Timestamp 1768823258999";
    let lines = join(&[first, b"\n", second, b"\n"]);
    Case {
        flags: &["--quiet-time", "3s"],
        greeting: b"Hello! You are connected to the server.",
        whole: vec![same(&join(&[first, b"\n"]), lf(1)), same(first, bare(1))],
        split: vec![
            same(&join(&[first, second]), bare(2)),
            same(&lines, Count::Requests(2)),
        ],
        coalesced: vec![
            same(&lines, lf(2)),
            same(&join(&[first, second, first]), bare(3)),
        ],
        long: same(&long_text(""), Count::Reads),
        not_utf8: same(b"\xff\x00\xfe\n", lf(1)),
        beginning: b"Worker 1, Event 1, Time",
    }
}

fn talk(request: &[u8], reply: &[u8], count: Count, end: End) -> Talk {
    Talk {
        request: request.to_vec(),
        reply: reply.to_vec(),
        count,
        end,
    }
}

const fn bare(bare: u64) -> Count {
    Count::Endings { bare, lf: 0 }
}

const fn lf(lf: u64) -> Count {
    Count::Endings { bare: 0, lf }
}

fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn long_text(start: &str) -> Vec<u8> {
    (start.to_owned() + &LETTERS.repeat(LONG_REPEATS)).into_bytes()
}

fn long_text_backwards() -> Vec<u8> {
    let letters: String = LETTERS.chars().rev().collect();
    letters.repeat(LONG_REPEATS).into_bytes()
}

/// Numbers of a thousand bytes each.
const LONG_NUMBERS: usize = 300;
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
/// Makes 300 kB, which is over what a read or a segment takes.
const LONG_REPEATS: usize = 11_500;
