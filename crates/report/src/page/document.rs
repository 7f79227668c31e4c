//! The shell around every page.

use history::{Sample, Summary};

use super::{bench, choices, findings, head, load, primes, serve};
use crate::{escape::escape, sha256::sha256_base64};

/// The page of a run as one self-contained HTML file: pictures, tables, findings, in light and dark.
///
/// `samples` are the rows of `samples.csv`, in any order; they are looked at for a load run only, and
/// may be empty, then the picture over time is left out. The size of the page does not depend on
/// their number. Every text from outside is escaped.
pub fn html(summary: &Summary, samples: &[Sample]) -> String {
    let (mut main, mut choice) = (String::new(), String::new());
    if let Some(results) = &summary.bench {
        choice = choices::choices(results);
        main += &bench::figures(results);
    }
    if let Some(results) = &summary.load {
        main += &load::figures(results, samples);
    }
    if let Some(results) = &summary.serve {
        main += &serve::figures(results);
    }
    if let Some(results) = &summary.primes {
        main += &primes::figures(results);
    }
    let (style, script) = (STYLE.trim(), SCRIPT.trim());
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; \
         base-uri 'none'; form-action 'none'",
        sha256_base64(script.as_bytes())
    );
    let title = escape(&summary.name);
    let (header, key_figures) = (head::header(summary), head::key_figures(summary));
    let findings = findings::findings(&summary.findings);
    let footer = footer(summary);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <title>{title} · wharf</title>\n<style>{style}</style>\n</head>\n<body>\n\
         {header}\n<main>\n{key_figures}\n{choice}{findings}\n{main}</main>\n{footer}\n\
         <script>{script}</script>\n</body>\n</html>\n"
    )
}

fn footer(summary: &Summary) -> String {
    let version = match summary.environment.wharf_version.as_str() {
        "" => String::new(),
        version => format!(" {}", escape(version)),
    };
    format!(
        "<footer><p>Made by <code>{}</code> with wharf{version}.</p>\
         <p>This page is whole: no network, no library. The figures lie beside it in \
         <code>summary.json</code>, the settings in <code>plan.json</code>.</p></footer>",
        escape(&summary.command)
    )
}

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("theme.js");

#[cfg(test)]
mod tests;
