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
        "resp" => resp(),
        "http" => http(),
        "work" => work(),
        "primes" => primes(),
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
        // Bytes come one by one, and on a busy machine with pauses longer than the usual quiet time.
        flags: &["--quiet-time", "400ms"],
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

fn resp() -> Case {
    let ask = |request: &[u8], reply: &[u8], requests| {
        talk(request, reply, Count::Requests(requests), End::Client)
    };
    let bulk = |text: &[u8]| join(&[format!("${}\r\n", text.len()).as_bytes(), text, b"\r\n"]);
    let echo = |text: &[u8]| join(&[b"*2\r\n$4\r\nECHO\r\n", &bulk(text)]);
    let ping = b"*1\r\n$4\r\nPING\r\n";
    let quit = talk(b"QUIT\n", b"+OK\r\n", lf(1), End::Server);
    Case {
        flags: &[],
        greeting: b"",
        whole: vec![
            talk(b"PING\n", b"+PONG\r\n", lf(1), End::Client),
            ask(b"ping hello\r\n", b"$5\r\nhello\r\n", 1),
            ask(
                b"GET a\r\n",
                b"-ERR unknown command 'GET', with args beginning with: 'a' \r\n",
                1,
            ),
            talk(
                b"*1\r\n+4\r\n",
                b"-ERR Protocol error: expected '$', got '+'\r\n",
                Count::Requests(0),
                End::Server,
            ),
            quit,
            ask(ping, b"+PONG\r\n", 1),
        ],
        split: vec![ask(
            &join(&[ping, b"PING\r\n", &echo(b"a\r\nb")]),
            b"+PONG\r\n+PONG\r\n$4\r\na\r\nb\r\n",
            3,
        )],
        coalesced: vec![
            ask(&ping.repeat(500), &b"+PONG\r\n".repeat(500), 500),
            talk(b"PING\nQUIT\n", b"+PONG\r\n+OK\r\n", lf(2), End::Server),
        ],
        long: ask(&echo(&long_text("")), &bulk(&long_text("")), 1),
        not_utf8: ask(&echo(b"\xff\x00\xfe"), &bulk(b"\xff\x00\xfe"), 1),
        beginning: b"*1\r\n$4\r\nPI",
    }
}

fn http() -> Case {
    let reply = |start: &str, fields: &str, content: &str| {
        let length = content.len();
        let head = format!("HTTP/1.1 {start}\r\n{fields}Content-Length: {length}\r\n\r\n");
        (head + content).into_bytes()
    };
    let plain = "Content-Type: text/plain\r\n";
    let ok = reply("200 OK", plain, "Hello from wharf\n");
    let closing = reply(
        "200 OK",
        &format!("Connection: close\r\n{plain}"),
        "Hello from wharf\n",
    );
    let refused = reply("400 Bad Request", "Connection: close\r\n", "");
    let not_allowed = reply("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "");
    let get = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let ask = |request: &[u8], reply: &[u8], requests| {
        talk(request, reply, Count::Requests(requests), End::Client)
    };
    let with_body = |method: &str, body: &[u8]| {
        let length = body.len();
        let head = format!("{method} / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        join(&[head.as_bytes(), body])
    };
    Case {
        flags: &[],
        greeting: b"",
        whole: vec![
            talk(b"GET / HTTP/1.0\n\n", &closing, lf(1), End::Server),
            talk(
                b"GET / HTTP/1.1\r\n\r\n",
                &refused,
                Count::Requests(0),
                End::Server,
            ),
            talk(
                &with_body("POST", b"abc"),
                &not_allowed,
                bare(1),
                End::Client,
            ),
            ask(
                b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
                &ok[..ok.len() - 17],
                1,
            ),
            ask(get, &ok, 1),
        ],
        split: vec![ask(
            &join(&[get, &with_body("GET", b"GET / "), get]),
            &ok.repeat(3),
            3,
        )],
        coalesced: vec![ask(&get.repeat(200), &ok.repeat(200), 200)],
        long: talk(&with_body("GET", &long_text("")), &ok, bare(1), End::Client),
        not_utf8: talk(
            &with_body("GET", b"\xff\x00\xfe"),
            &ok,
            bare(1),
            End::Client,
        ),
        beginning: b"GET / HT",
    }
}

/// The states are those of a program of a few lines in another language.
fn work() -> Case {
    let ask = |request: &[u8], reply: &[u8], count| talk(request, reply, lf(count), End::Client);
    let unknown = "error: expected WAIT_MICROS STEPS and perhaps a SEED, found ";
    Case {
        flags: &[],
        greeting: b"",
        whole: vec![
            ask(b"0 0\n", b"1\n", 1),
            ask(b"0 100001\n", b"11565251020603461532\n", 1),
            ask(
                b"1 2 3 4\n",
                format!("{unknown}\"1 2 3 4\"\n").as_bytes(),
                1,
            ),
            ask(b"20000 5 7\n", b"4913833818393328094\n", 1),
        ],
        split: vec![ask(b"0 5 7\n1000 0\n", b"4913833818393328094\n1\n", 2)],
        coalesced: vec![
            ask(
                b"2000 5 7\n0 1 1\n1000 0 3\n",
                b"4913833818393328094\n7806831264735756412\n3\n",
                3,
            ),
            ask(&b"0 0\n".repeat(900), &b"1\n".repeat(900), 900),
        ],
        long: ask(
            &join(&[b"0 ", &vec![b'0'; LETTERS.len() * LONG_REPEATS], b"1\n"]),
            b"7806831264735756412\n",
            1,
        ),
        not_utf8: ask(
            b"\xff\x00\xfe\n",
            format!("{unknown}\"\u{fffd}\\0\u{fffd}\"\n").as_bytes(),
            1,
        ),
        beginning: b"0 1",
    }
}

fn primes() -> Case {
    let ask = |request: &[u8], reply: &[u8], count| talk(request, reply, lf(count), End::Client);
    let unknown = "error: expected NUMBER or FIRST-LAST up to 2^64-1, found ";
    Case {
        flags: &[],
        greeting: b"",
        whole: vec![
            ask(b"1-1000\n", b"168\n", 1),
            ask(b"1\n", b"neither\n", 1),
            ask(b"1-2-3\n", format!("{unknown}\"1-2-3\"\n").as_bytes(), 1),
            ask(b"999983\n", b"prime\n", 1),
        ],
        split: vec![ask(b"91\n90 100\n", b"composite\n1\n", 2)],
        coalesced: vec![
            ask(b"97\n1 100\n99\n", b"prime\n25\ncomposite\n", 3),
            ask(&b"7\n".repeat(900), &b"prime\n".repeat(900), 900),
        ],
        long: ask(
            &join(&[&vec![b'0'; LETTERS.len() * LONG_REPEATS], b"7\n"]),
            b"prime\n",
            1,
        ),
        not_utf8: ask(
            b"\xff\x00\xfe\n",
            format!("{unknown}\"\u{fffd}\\0\u{fffd}\"\n").as_bytes(),
            1,
        ),
        beginning: b"99",
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
