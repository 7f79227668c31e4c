//! Words of the sentences that are read: what is no host's name, and what is a message's.

/// Whether a word is one of a sentence's own, and so no host and no message.
pub(super) fn is_common(word: &str) -> bool {
    let small = word.to_lowercase();
    is_verb(&small) || COMMON.contains(&small.as_str())
}

/// Whether a word says what somebody does.
fn is_verb(small: &str) -> bool {
    SENDS.contains(&small) || RECEIVES.contains(&small) || DOES.contains(&small)
}

/// Verbs of sending.
const SENDS: &[&str] = &[
    "send",
    "sends",
    "sent",
    "sending",
    "broadcast",
    "broadcasts",
    "broadcasting",
    "multicast",
    "multicasts",
    "transmits",
    "transmitted",
    "publishes",
    "published",
    "envia",
    "envio",
];

/// Verbs of receiving.
const RECEIVES: &[&str] = &[
    "receive",
    "receives",
    "received",
    "receiving",
    "recv",
    "recvs",
    "recvd",
    "rcv",
    "gets",
    "got",
    "recibe",
    "recibio",
    "recebe",
    "recebeu",
];

/// Whether a word says that somebody sends or receives, or something else that a host does.
pub(super) fn is_deed(word: &str) -> bool {
    is_verb(&word.to_lowercase())
}

/// Other verbs that a host's name may stand in front of.
const DOES: &[&str] = &[
    "does",
    "did",
    "is",
    "was",
    "has",
    "had",
    "do",
    "computes",
    "executes",
    "performs",
    "updates",
    "ticks",
    "happened",
    "happens",
    "delivers",
    "delivered",
    "starts",
    "started",
    "stops",
    "stopped",
];

/// Words that stand where a name may stand.
const COMMON: &[&str] = &[
    "ack",
    "all",
    "an",
    "and",
    "another",
    "any",
    "clock",
    "data",
    "debug",
    "el",
    "error",
    "event",
    "evento",
    "everybody",
    "everyone",
    "execution",
    "from",
    "host",
    "in",
    "info",
    "internal",
    "it",
    "its",
    "itself",
    "la",
    "local",
    "los",
    "mensagem",
    "mensaje",
    "message",
    "messages",
    "msg",
    "new",
    "node",
    "of",
    "on",
    "order",
    "others",
    "own",
    "packet",
    "pid",
    "proc",
    "process",
    "processes",
    "progress",
    "reply",
    "request",
    "response",
    "self",
    "something",
    "that",
    "the",
    "there",
    "this",
    "thread",
    "time",
    "to",
    "un",
    "una",
    "warn",
    "warning",
    "we",
    "with",
];
