//! Logs of twenty thousand events, which is where ShiViz takes three quarters of a minute.

use std::fmt::Write as _;

use super::Desk;

/// Eight hosts in a ring, each telling the next: every receipt is the cause of the next send.
fn ring(events: usize) -> String {
    let mut log = String::from("\n\n");
    let mut clocks = [[0_u32; 8]; 8];
    for at in 0..events / 2 {
        let (from, to) = (at % 8, (at + 1) % 8);
        clocks[from][from] += 1;
        write_event(&mut log, "sends", from, &clocks[from]);
        let told = clocks[from];
        for (own, known) in clocks[to].iter_mut().zip(told) {
            *own = known.max(*own);
        }
        clocks[to][to] += 1;
        write_event(&mut log, "receives", to, &clocks[to]);
    }
    log
}

fn write_event(log: &mut String, what: &str, host: usize, clock: &[u32; 8]) {
    let entries = clock.iter().enumerate().filter(|(_, count)| **count > 0);
    let entries: Vec<String> = entries
        .map(|(host, count)| format!("\"h{host}\":{count}"))
        .collect();
    writeln!(log, "{what}\nh{host} {{{}}}", entries.join(",")).expect("a string");
}

#[test]
fn twenty_thousand_events_are_judged_and_drawn() {
    let desk = Desk::new();
    desk.file("ring.log", &ring(20_000));
    let ran = desk.clock(&["order", "ring.log", "--svg", "ring.svg"]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let summary = ran.summary().clock.expect("results");
    let execution = &summary.executions[0];
    assert_eq!((execution.events, execution.matched), (20_000, 10_000));
    let svg = std::fs::read_to_string(desk.folder.path().join("ring.svg")).expect("a picture");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    let why = desk.clock(&["why", "h0:1", "h7:2500", "ring.log"]);
    assert!(why.stdout.starts_with("h0:1 "), "{}", why.stdout);
    assert!(!why.stdout.contains("concurrent"), "{}", why.stdout);
}

#[test]
fn ten_thousand_events_make_a_page_of_less_than_a_megabyte() {
    let desk = Desk::new();
    desk.file("ring.log", &ring(10_000));
    let ran = desk.clock(&["order", "ring.log"]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let page = std::fs::metadata(ran.folder().join("report.html")).expect("a page");
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
}
