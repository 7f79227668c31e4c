//! `wharf name list`: names, by where they stand and by their attributes.

use anyhow::Result;
use history::Verdict;
use nameserver::api::Entry;
use naming::Value;

use crate::{args::ListArgs, names, say};

/// Runs the command.
///
/// # Errors
/// When no service answers.
pub fn run(args: &ListArgs) -> Result<Verdict> {
    let client = names::client(&args.service)?;
    let (mut after, mut count) = (None::<String>, 0_u64);
    loop {
        let page = client.list(&args.within, &args.attributes, PAGE, after.as_deref())?;
        count += page.entries.len() as u64;
        for entry in &page.entries {
            let line = match args.json {
                true => serde_json::to_string(entry)?,
                false => line(entry),
            };
            if !say::pass_on(format!("{line}\n").as_bytes())? {
                return Ok(Verdict::Valid);
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    if count == 0 {
        say::talk("no such names; `wharf name list` lists all");
    }
    Ok(Verdict::Valid)
}

fn line(entry: &Entry) -> String {
    let left = entry.lease_left_ms.map_or(String::new(), |left| {
        format!("  (its lease lasts {} s more)", left.div_ceil(1000))
    });
    format!("{:<30}  {}{left}", entry.name, value_in_words(&entry.value))
}

/// A value on a line.
pub fn value_in_words(value: &Value) -> String {
    let mut words: Vec<String> = super::resolve::places(value);
    if value.addresses.is_empty() {
        words.extend(value.port.map(|port| format!("port {port}")));
    }
    words.extend(value.alias.iter().map(|alias| format!("-> {alias}")));
    words.extend(
        value
            .attributes
            .iter()
            .map(|(key, text)| match text.is_empty() {
                true => report::visible(key),
                false => report::visible(&format!("{key}={text}")),
            }),
    );
    words.extend(value.records.iter().map(|record| report::visible(record)));
    words.join(" ")
}

const PAGE: u32 = 1_000;
