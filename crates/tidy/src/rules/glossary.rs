//! The glossary: each word once, in order, with its source.
//!
//! An entry is one line, `- **word**: meaning. Source: where the word comes from.`; it may go on over
//! indented lines. The order is that of the words in lower case, by letters and digits alone.

use crate::breach::Breach;

/// Checks the glossary at `path`.
pub fn check(path: &str, text: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let entries = entries(text);
    if entries.is_empty() {
        breaches.push(Breach::new(
            path,
            1,
            "the glossary has no entries",
            "write `- **word**: meaning. Source: …`",
        ));
    }
    for entry in &entries {
        if !entry.body.contains("Source: ") {
            let rule = format!("`{}` has no source", entry.word);
            breaches.push(Breach::new(
                path,
                entry.line,
                rule,
                "end the entry with `Source: …`: a paper, an RFC, a tool, or wharf itself",
            ));
        }
    }
    for pair in entries.windows(2) {
        let (one, next) = (order(&pair[0].word), order(&pair[1].word));
        if one == next {
            let rule = format!("`{}` stands there twice", pair[1].word);
            breaches.push(Breach::new(path, pair[1].line, rule, "keep one entry"));
        } else if one > next {
            let rule = format!("`{}` stands behind `{}`", pair[1].word, pair[0].word);
            breaches.push(Breach::new(path, pair[1].line, rule, "sort the entries"));
        }
    }
    breaches
}

struct Entry {
    line: usize,
    word: String,
    body: String,
}

fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let opening = line
            .strip_prefix("- **")
            .and_then(|rest| rest.split_once("**"));
        if let Some((word, body)) = opening {
            entries.push(Entry {
                line: index + 1,
                word: word.to_owned(),
                body: body.to_owned(),
            });
        } else if let (true, Some(entry)) = (line.starts_with("  "), entries.last_mut()) {
            entry.body.push_str(line);
        }
    }
    entries
}

fn order(word: &str) -> String {
    word.to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ')
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn verify(text: &str, expected: &[&str]) {
        let found = check("G.md", text);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (breach, part) in found.iter().zip(expected) {
            assert!(breach.to_string().contains(part), "{breach}");
        }
    }

    #[test]
    fn a_sorted_glossary_is_accepted() {
        verify(
            "# G\n\n- **a b**: c. Source: d.\n- **Ab**: e\n  f. Source: g.\n",
            &[],
        );
    }

    #[test]
    fn disorder_and_repetition_are_refused() {
        verify(
            "- **b**: x. Source: y.\n- **a**: x. Source: y.\n",
            &["G.md:2: `a` stands behind `b`"],
        );
        verify(
            "- **a**: x. Source: y.\n- **A**: x. Source: y.\n",
            &["`A` stands there twice"],
        );
    }

    #[test]
    fn a_word_without_source_is_refused() {
        verify("- **a**: x.\n", &["`a` has no source"]);
    }

    #[test]
    fn an_empty_glossary_is_refused() {
        verify("# G\n", &["no entries"]);
    }
}
