//! The shell around every page.

use history::{Sample, Summary};
use trace::Log;
use verdict::GroupJudgement;

use super::{
    Way, bench, cast, chat, choices, findings, group, head, load, names, primes, serve, sim,
};
use crate::{escape::escape, sha256::sha256_base64, space_time};

/// The page of a run as one self-contained HTML file: pictures, tables, findings, in light and dark.
///
/// `samples` are the rows of `samples.csv`, in any order; they are looked at for a load run only, and
/// may be empty, then the picture over time is left out. The size of the page does not depend on
/// their number. Every text from outside is escaped.
pub fn html(summary: &Summary, samples: &[Sample]) -> String {
    page(summary, &figures(summary, samples), "")
}

/// The same for groups, with a small space-time diagram of each promise that was broken in this log.
pub fn html_of_groups(summary: &Summary, log: &Log, broken: &[&GroupJudgement]) -> String {
    let main = space_time::cards(log, broken) + &figures(summary, &[]);
    page(summary, &main, space_time::STYLE)
}

/// The same for measured groups, with a sketch of one message's way in each order.
pub fn html_of_ways(summary: &Summary, ways: &[Way]) -> String {
    let group = summary.group.iter();
    let main =
        group.map(|group| group::figures(group) + &group::ways(ways) + &group::numbers(group));
    let main: String = main.collect();
    page(summary, &main, space_time::STYLE)
}

/// What a run of each kind shows.
fn figures(summary: &Summary, samples: &[Sample]) -> String {
    let mut main = String::new();
    if let Some(results) = &summary.bench {
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
    if let Some(results) = &summary.cast {
        main += &cast::figures(results);
    }
    if let Some(results) = &summary.chat {
        main += &chat::figures(results);
    }
    if let Some(results) = &summary.names {
        main += &names::figures(results);
    }
    if let Some(results) = &summary.sim {
        main += &sim::figures(results);
    }
    if let Some(results) = &summary.group {
        main += &group::figures(results);
        main += &group::numbers(results);
    }
    main
}

/// A page with these figures, and the style that they want beside that of every page.
fn page(summary: &Summary, main: &str, style: &str) -> String {
    let choice = summary
        .bench
        .as_ref()
        .map_or(String::new(), choices::choices);
    let key_figures = head::key_figures(summary);
    let findings = findings::findings(&summary.findings);
    let shell = Shell {
        title: &summary.name,
        header: head::header(summary),
        main: format!("{key_figures}\n{choice}{findings}\n{main}"),
        footer: footer(summary),
        style,
        script: "",
    };
    shell.html()
}

/// What stands in a page's shell. All but the title is HTML whose texts were escaped by who made it.
pub(crate) struct Shell<'a> {
    /// The page's name, escaped here.
    pub(crate) title: &'a str,
    /// The `header` element.
    pub(crate) header: String,
    /// What stands in `main`.
    pub(crate) main: String,
    /// The `footer` element.
    pub(crate) footer: String,
    /// More style than every page has.
    pub(crate) style: &'a str,
    /// More script than every page has.
    pub(crate) script: &'a str,
}

impl Shell<'_> {
    /// The whole document. Its policy names its one script by hash and forbids every load.
    pub(crate) fn html(&self) -> String {
        let (title, header, main, footer) =
            (escape(self.title), &self.header, &self.main, &self.footer);
        let style = format!("{STYLE}{}", self.style);
        let script = format!("{SCRIPT}{}", self.script);
        let (style, script) = (style.trim(), script.trim());
        let policy = format!(
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; \
             base-uri 'none'; form-action 'none'",
            sha256_base64(script.as_bytes())
        );
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <title>{title} · wharf</title>\n<style>{style}</style>\n</head>\n<body>\n\
             {header}\n<main>\n{main}</main>\n{footer}\n\
             <script>{script}</script>\n</body>\n</html>\n"
        )
    }
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
