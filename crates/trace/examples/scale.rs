//! How long reading and writing take: a million events (or as many as told) in each form, on one core.
//!
//! ```text
//!   cargo run --release -p trace --example scale -- [events] [hosts] [folder]
//! ```
//!
//! Told is processor time, so that others on the machine do not matter (Linux; elsewhere nothing is told).
//!
//! In the folder, if one is named, each form's text is left, for other programs to read.

use trace::{EventKind, FORMS, Options, Source, read};

#[path = "../tests/it/made.rs"]
#[allow(dead_code)]
mod made;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |usual: usize| {
        let given = arguments.next();
        given.map_or(usual, |text| text.parse().expect("a number"))
    };
    let (events, hosts) = (number(1_000_000), number(5));
    let folder = arguments.next();
    let names: Vec<String> = (1..=hosts).map(|host| format!("host-{host}")).collect();
    let mut made = made::Made::of(&names);
    // A fixed sequence of choices (Knuth's MMIX generator), so that every run measures the same.
    let mut state: u64 = 1;
    for at in 0..events {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let kind = [
            EventKind::Send,
            EventKind::Receive,
            EventKind::Local,
            EventKind::Deliver,
        ][(state >> 60) as usize % 4];
        made.happen(
            (state >> 33) as usize,
            kind,
            "something happened",
            Some(at as i64),
        );
    }
    for form in FORMS.iter().filter(|form| form.write.is_some()) {
        let start = processor_ns();
        let text = made.write(form.name);
        tell(form.name, "written", &text, events, start);
        if let Some(folder) = &folder {
            let file = std::path::Path::new(folder).join(format!("{}.log", form.name));
            std::fs::write(file, &text).expect("a folder that can be written to");
        }
        time_reading(form.name, &text, events);
    }
    let lines = (1..=events).map(|at| format!("Something happened in {} ! (LAMPORT_TIME={at}, LOCAL_TIME=2019-05-30 12:00:00.000001)\n", at % hosts));
    time_reading("lamport", &lines.collect::<String>(), events);
}

fn time_reading(form: &str, text: &str, events: usize) {
    let start = processor_ns();
    let source = Source {
        name: form,
        text: text.as_bytes(),
    };
    let logs = read(&[source], &Options::default()).expect("a log");
    tell(form, "read", text, events, start);
    assert!(logs.iter().map(|log| log.events.len()).sum::<usize>() >= events);
}

fn tell(form: &str, what: &str, text: &str, events: usize, start_ns: u64) {
    let spent_ns = processor_ns() - start_ns;
    println!(
        "{form:9} {what:8} {:7.1} MB  {:6.0} ms  {:5.0} ns an event",
        text.len() as f64 / 1e6,
        spent_ns as f64 / 1e6,
        spent_ns as f64 / events.max(1) as f64,
    );
}

/// What this thread has had of a processor so far (the first number in `schedstat`).
fn processor_ns() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = told.split(' ').next().and_then(|text| text.parse().ok());
    first.unwrap_or(0)
}
