//! What every page promises, whatever the run.

use history::{BenchKind, Finding, Verdict};

use super::*;
use crate::fixture::{self, HOSTILE};

/// Every page that the fixtures can make.
fn pages() -> Vec<String> {
    let rows = fixture::samples(2000);
    let mut summaries = vec![fixture::bench(), fixture::load(&rows), fixture::serve()];
    summaries.extend(fixture::empty());
    summaries.extend(fixture::hostile());
    summaries.extend([0, 1, 2].map(fixture::smallest));
    summaries.extend(BenchKind::ALL.map(fixture::of_kind));
    summaries.extend(BenchKind::ALL.map(fixture::nothing_of));
    summaries.extend(fixture::searches());
    summaries.push(fixture::chat());
    summaries.extend(fixture::chats_at_the_edge());
    summaries.extend(fixture::casts());
    summaries.push(fixture::names());
    summaries.extend(fixture::names_at_the_edge());
    summaries.push(fixture::group());
    let mut pages: Vec<String> = summaries.iter().map(|summary| html(summary, &[])).collect();
    pages.push(html(&summaries[1], &rows));
    pages
}

#[track_caller]
fn check(page: &str, claim: &str, holds: impl Fn(&str) -> bool) {
    assert!(
        holds(page),
        "{claim}, which fails in: {}",
        &page[page.len().saturating_sub(300)..]
    );
}

#[test]
fn no_number_is_none() {
    for page in pages() {
        check(&page, "no NaN and no infinity", |page| {
            !page.contains("NaN") && !page.contains("inf")
        });
    }
}

#[test]
fn a_hostile_text_never_reaches_the_page_raw() {
    for summary in fixture::hostile().iter().chain([
        &fixture::primes_hostile(),
        &fixture::cast_hostile(),
        &fixture::chats_at_the_edge()[0],
        &fixture::names_at_the_edge()[1],
    ]) {
        let page = html(summary, &[]);
        check(&page, "no markup from outside", |page| {
            !page.contains("<script>alert")
                && !page.contains("<img")
                && !page.contains("alert(1)</script>")
        });
        check(&page, "no sign that steers text", |page| {
            !page.contains(['\u{202e}', '\u{2066}', '\u{1b}', '\u{7}'])
        });
        check(&page, "the text is there, escaped", |page| {
            page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&#96;&gt;&lt;img")
        });
    }
    assert!(HOSTILE.contains('\u{202e}'));
}

#[test]
fn the_policy_names_the_one_script_by_its_hash() {
    let page = html(&fixture::serve(), &[]);
    let (_, rest) = page.split_once("<script>").expect("a script");
    let (script, end) = rest.split_once("</script>").expect("its end");
    assert!(!end.contains("<script") && !script.contains("</"));
    let hash = sha256_base64(script.as_bytes());
    assert!(page.contains(&format!("script-src 'sha256-{hash}'")));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_page_asks_nobody_for_anything() {
    for page in pages() {
        check(&page, "no address", |page| {
            !page.contains("http:") && !page.contains("https:")
        });
        check(&page, "no source", |page| {
            !page.contains(" src=\"") && !page.contains("url(") && !page.contains("<link")
        });
    }
}

#[test]
fn every_picture_says_what_it_is() {
    for page in pages() {
        let pictures = page.matches("<svg ").count();
        assert_eq!(page.matches("role=\"img\"><title>").count(), pictures);
        assert_eq!(page.matches("</title><desc>").count(), pictures);
    }
}

#[test]
fn a_million_requests_make_no_larger_page_than_a_thousand() {
    let (few, many) = (fixture::samples(10_000), fixture::samples(1_000_000));
    let summary = fixture::load(&few);
    let (short, long) = (html(&summary, &few), html(&summary, &many));
    assert!(
        long.len() < 300_000 && long.len() < short.len() * 2,
        "{}",
        long.len()
    );
}

#[test]
fn a_large_bench_stays_below_300_kilobytes() {
    let page = html(&fixture::bench(), &[]);
    assert!(page.len() < 300_000, "{}", page.len());
}

#[test]
fn a_point_with_doubts_or_failures_is_marked_and_listed() {
    let page = html(&fixture::bench(), &[]);
    assert!(page.contains("class=\"mark hollow c1\"") && page.contains("class=\"cross c2\""));
    assert!(
        page.contains("<li>○ thread, 80 clients: ")
            && page.contains("<li>× process, 100 clients: 3 reset")
    );
}

#[test]
fn a_page_of_every_kind_stays_below_300_kilobytes() {
    for kind in BenchKind::ALL {
        let page = html(&fixture::of_kind(kind), &[]);
        assert!(page.len() < 300_000, "{}: {}", kind.name(), page.len());
    }
}

#[test]
fn a_page_of_a_search_stays_below_300_kilobytes() {
    for summary in fixture::searches() {
        let page = html(&summary, &[]);
        assert!(page.len() < 300_000, "{}: {}", summary.name, page.len());
    }
}

#[test]
fn a_page_of_datagrams_stays_below_300_kilobytes() {
    for summary in fixture::casts() {
        let page = html(&summary, &[]);
        assert!(page.len() < 300_000, "{}: {}", summary.name, page.len());
    }
}

#[test]
fn a_name_service_has_its_pictures_and_tables_where_there_is_something_to_see() {
    let page = html(&fixture::names(), &[]);
    assert!(page.len() < 100_000, "{}", page.len());
    for wanted in [
        "<title>Answers by DNS, by what was asked for and by code</title>",
        "<title>How long a write to the disk took</title>",
        "<h2>Requests by HTTP</h2>",
        "<h2>What was refused, and why?</h2>",
        "<summary>Numbers: answers by DNS</summary>",
        "<li>Datagrams: 1312 answers cut",
        "names in lab.test. · DNS at 127.0.0.1:5300",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    let quiet = html(&fixture::names_at_the_edge()[0], &[]);
    assert!(!quiet.contains("<svg ") && !quiet.contains("Requests by HTTP</h2>"));
}

#[test]
fn a_page_of_tens_of_thousands_of_stints_stays_below_a_megabyte() {
    let page = html(&fixture::long_search(), &[]);
    assert!(page.len() < 1_000_000, "{}", page.len());
    check(&page, "many pieces are joined", |page| {
        page.contains(" pieces): ")
    });
}

#[test]
fn every_kind_has_its_pictures() {
    let titles: [(BenchKind, &[&str]); 5] = [
        (
            BenchKind::Burst,
            &["Completion time against number of clients"],
        ),
        (
            BenchKind::Throughput,
            &[
                "right answers a second against number of clients",
                "response time, median against",
                "response time, 99th percentile against",
                "server CPU a request against",
                "context switches a request against",
            ],
        ),
        (
            BenchKind::Churn,
            &[
                "connections opened, used and closed a second against",
                "time to connect, 99th percentile against",
            ],
        ),
        (
            BenchKind::Idle,
            &[
                "Memory an idle connection",
                "PSS an idle connection against number",
            ],
        ),
        (
            BenchKind::Mixed,
            &[
                "right answers a second against share of calculation, 64 clients",
                "response time of waiting requests, 99th percentile against share",
            ],
        ),
    ];
    for (kind, wanted) in titles {
        let page = html(&fixture::of_kind(kind), &[]);
        for title in wanted {
            assert!(page.contains(&format!("<title>{title}")), "{title}");
        }
        // Ten models, each with a colour of its own.
        assert!(page.contains("c9\""), "{}", kind.name());
    }
}

#[test]
fn which_model_to_choose_stands_above_the_findings() {
    for kind in BenchKind::ALL {
        let page = html(&fixture::of_kind(kind), &[]);
        let (above, below) = page.split_once("<h2>Findings").expect("findings");
        assert!(above.contains("<h2>Which model for this load</h2>"));
        assert!(above.contains("(a tie)") && !below.contains("Which model"));
    }
    let page = html(&fixture::nothing_of(BenchKind::Throughput), &[]);
    assert!(page.contains("<b>none reached it</b>"));
}

#[test]
fn a_point_that_was_not_reached_is_in_the_picture_and_in_a_table() {
    let page = html(&fixture::of_kind(BenchKind::Churn), &[]);
    assert!(
        page.contains("<title>process, 10\u{202f}000 clients, out of processes: 1000 of 10000")
    );
    assert!(page.contains(">out of processes</text>") && page.contains("class=\"strip\""));
    let (_, table) = page
        .split_once("Points that were not reached")
        .expect("a table");
    assert!(table.contains("<td>out of processes</td><td class=\"words\">1000 of 10000"));
}

#[test]
fn what_the_kernel_counted_has_a_table_where_it_counted() {
    let page = html(&fixture::of_kind(BenchKind::Burst), &[]);
    assert!(page.contains("SYN sent again") && page.contains("listen overflows"));
    let quiet = html(&fixture::of_kind(BenchKind::Throughput), &[]);
    assert!(!quiet.contains("SYN sent again"));
}

#[test]
fn mixed_requests_are_told_of_head_of_line_blocking() {
    let page = html(&fixture::of_kind(BenchKind::Mixed), &[]);
    assert!(
        page.contains("grew most under iterative (×")
            && page.contains("and ended lowest under thread")
    );
}

#[test]
fn many_remarks_are_folded_and_graver_findings_are_not() {
    let mut summary = fixture::serve();
    let remark = |n| Finding::new(Verdict::Valid, format!("remark {n}"));
    let mut all: Vec<Finding> = (0..60).map(remark).collect();
    all.push(Finding::new(Verdict::Unknown, "a doubt"));
    summary.conclude(all);
    let page = html(&summary, &[]);
    let (shown, folded) = page
        .split_once("<details class=\"more\">")
        .expect("folded remarks");
    assert!(shown.contains("</b> a doubt") && shown.contains("remark 2<"));
    assert!(folded.contains("<summary>57 more") && folded.contains("21 more in"));
}

/// The relative luminance of a colour such as `#1a1f26` (WCAG 2.2).
fn luminance(text: &str) -> f64 {
    let hex = |at: usize| {
        let digits = u8::from_str_radix(&text[at..at + 2], 16).expect("two digits");
        let share = f64::from(digits) / 255.0;
        match share <= 0.040_45 {
            true => share / 12.92,
            false => ((share + 0.055) / 1.055).powf(2.4),
        }
    };
    let [red, green, blue] = [1, 3, 5].map(hex);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The contrast of two colours (WCAG 2.2).
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// A colour of the style sheet, in light and in dark.
fn colours(name: &str) -> (&'static str, &'static str) {
    let name = format!("--{name}: light-dark(");
    let (_, rest) = STYLE.split_once(&name).expect("a colour");
    (&rest[..7], &rest[9..16])
}

const CARDS: (&str, &str) = ("#ffffff", "#1a1f26");

#[test]
fn the_colour_of_every_model_can_be_read_in_light_and_dark() {
    for index in 0..crate::svg::SERIES {
        let (light, dark) = colours(&format!("c{index}"));
        // WCAG 2.2, success criterion 1.4.3, against the card of each theme.
        let (on_white, on_dark) = (contrast(light, CARDS.0), contrast(dark, CARDS.1));
        assert!(
            on_white >= 4.5 && on_dark >= 4.5,
            "{light} {on_white}, {dark} {on_dark}"
        );
    }
}

#[test]
fn shades_of_a_range_are_told_apart_by_lightness_alone() {
    let (early, late) = (colours("early"), colours("late"));
    for (early, late, card) in [(early.0, late.0, CARDS.0), (early.1, late.1, CARDS.1)] {
        let apart = contrast(early, late);
        let least = contrast(early, card).min(contrast(late, card));
        assert!(
            apart >= 4.5 && least >= 1.8,
            "{early} to {late}: {apart}, {least}"
        );
    }
}

#[test]
fn a_page_is_the_same_whenever_it_is_made() {
    assert_eq!(html(&fixture::bench(), &[]), html(&fixture::bench(), &[]));
}
