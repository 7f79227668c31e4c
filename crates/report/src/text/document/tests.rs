//! What every text promises, whatever the run.

use history::BenchKind;

use super::*;
use crate::fixture;
use crate::text::columns::WIDEST;

fn summaries() -> Vec<Summary> {
    let mut all = vec![
        fixture::bench(),
        fixture::load(&fixture::samples(2000)),
        fixture::serve(),
    ];
    all.extend(fixture::empty());
    all.extend([0, 1, 2].map(fixture::smallest));
    all.extend(BenchKind::ALL.map(fixture::of_kind));
    all.extend(BenchKind::ALL.map(fixture::nothing_of));
    all.extend(fixture::searches());
    all.push(fixture::chat());
    all.extend(fixture::chats_at_the_edge());
    all.extend(fixture::casts());
    all.push(fixture::names());
    all.extend(fixture::names_at_the_edge());
    all
}

#[track_caller]
fn check(summary: &Summary, wanted: &[&str]) {
    let text = text(summary);
    for part in wanted {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    for summary in summaries() {
        for line in text(&summary).lines() {
            assert!(line.chars().count() <= WIDEST, "{line:?}");
        }
    }
}

#[test]
fn no_number_is_none() {
    for summary in summaries() {
        let text = text(&summary);
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}

#[test]
fn a_terminal_is_sent_no_commands() {
    for summary in fixture::hostile()
        .into_iter()
        .chain([fixture::primes_hostile(), fixture::cast_hostile()])
        .chain(fixture::chats_at_the_edge())
        .chain(fixture::names_at_the_edge())
    {
        let text = text(&summary);
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}' || c == '\u{2066}';
        assert!(!text.contains(steers));
    }
}

#[test]
fn a_bench_says_scale_slopes_costs_and_verdict() {
    let wanted = [
        "1 : 120 of the seed",
        "A further client costs",
        "server CPU",
        "verdict  ? unknown",
    ];
    check(&fixture::bench(), &wanted);
}

#[test]
fn a_load_says_outcomes_durations_rates_and_law() {
    let wanted = [
        "timeout",
        "lateness",
        "asked 400/s",
        "Kolmogorov-Smirnov D",
        "verdict  ✗ invalid",
    ];
    check(&fixture::load(&fixture::samples(20_000)), &wanted);
}

#[test]
fn a_server_says_its_clocks_and_endings() {
    check(
        &fixture::serve(),
        &[
            "handshake",
            "first byte",
            "upper bounds",
            "7000 bare, 200 crlf, 800 lf",
        ],
    );
}

/// Whoever changes a text looks at it and puts the new one into the file that is named.
#[track_caller]
fn check_snapshot(summary: &Summary, file: &str, expected: &str) {
    let found = text(summary);
    assert_eq!(found, expected, "{file} should be:\n{found}");
}

#[test]
fn the_text_of_a_bench_is_as_it_was() {
    check_snapshot(&fixture::bench(), "bench.txt", include_str!("bench.txt"));
}

#[test]
fn a_bench_of_mixed_requests_says_who_blocks() {
    let wanted = ["64 clients: From 0 % to 90 % of calculation"];
    check(&fixture::of_kind(BenchKind::Mixed), &wanted);
}

#[test]
fn the_text_of_a_load_is_as_it_was() {
    let summary = fixture::load(&fixture::samples(20_000));
    check_snapshot(&summary, "load.txt", include_str!("load.txt"));
}

#[test]
fn the_text_of_a_server_is_as_it_was() {
    check_snapshot(&fixture::serve(), "serve.txt", include_str!("serve.txt"));
}

#[test]
fn the_text_of_a_search_is_as_it_was() {
    let summary = fixture::primes_pair();
    check_snapshot(&summary, "primes.txt", include_str!("primes.txt"));
}

#[test]
fn the_text_of_datagrams_is_as_it_was() {
    check_snapshot(&fixture::cast(), "cast.txt", include_str!("cast.txt"));
}

#[test]
fn the_text_of_a_name_service_is_as_it_was() {
    check_snapshot(&fixture::names(), "names.txt", include_str!("names.txt"));
}

#[test]
fn what_did_not_happen_at_a_name_service_is_left_out() {
    let [quiet, _, few] = fixture::names_at_the_edge();
    let text = text(&quiet);
    for word in [
        "expired", "changes", "refused", "by HTTP", "watches", "Answers",
    ] {
        assert!(!text.contains(word), "{word:?} is in\n{text}");
    }
    check(&few, &["Answers by DNS", "  A                1    1\n"]);
}

#[test]
fn a_paragraph_is_folded_below_its_own_beginning() {
    let long = "word ".repeat(40);
    let text = paragraph("name  ", &long);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() > 1 && lines[1].starts_with("      word"));
}
