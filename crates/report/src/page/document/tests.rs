//! What every page promises, whatever the run.

use super::*;
use crate::fixture::{self, HOSTILE};

/// Every page that the fixtures can make.
fn pages() -> Vec<String> {
    let rows = fixture::samples(2000);
    let mut summaries = vec![fixture::bench(), fixture::load(&rows), fixture::serve()];
    summaries.extend(fixture::empty());
    summaries.extend(fixture::hostile());
    summaries.extend([0, 1, 2].map(fixture::smallest));
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
    for summary in &fixture::hostile() {
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
fn a_page_is_the_same_whenever_it_is_made() {
    assert_eq!(html(&fixture::bench(), &[]), html(&fixture::bench(), &[]));
}
