//! A diagnosis for people: the verdict, what was tried, problems with what to do, remarks.

use cast::doctor::{Diagnosis, Finding, Outcome, Tried, Weight};

/// Diagnoses one below the other. A remark that an earlier one has made in the same words is not repeated.
pub fn text<'a>(all: impl IntoIterator<Item = &'a Diagnosis>) -> String {
    let mut said: Vec<&Finding> = Vec::new();
    let mut text = String::new();
    for diagnosis in all {
        if !text.is_empty() {
            text += "\n";
        }
        text += &wrapped("", "", &diagnosis.verdict);
        text += "\ntried:\n";
        text += &table(&diagnosis.tried);
        for (weight, title) in [(Weight::Problem, "problems"), (Weight::Remark, "remarks")] {
            let all = diagnosis.findings.iter();
            let new: Vec<&Finding> = all
                .filter(|one| one.weight == weight && !said.contains(one))
                .collect();
            if !new.is_empty() {
                text += &format!("\n{title}:\n");
            }
            for finding in new {
                text += &words(finding);
                said.push(finding);
            }
        }
    }
    text
}

fn words(finding: &Finding) -> String {
    let seen = wrapped("  - ", "    ", &format!("{}.", finding.seen));
    let means = wrapped("    ", "    ", &finding.means);
    let remedy = wrapped("    do: ", "        ", &finding.remedy);
    [seen, means, remedy].concat()
}

fn table(tried: &[Tried]) -> String {
    let width = tried.iter().map(|one| one.what.chars().count()).max();
    let width = width.unwrap_or(0);
    let line = |one: &Tried| {
        let outcome = match (one.outcome, one.note.as_str()) {
            (outcome, "") => outcome.to_string(),
            (Outcome::Done, note) => format!("works, {note}"),
            // The note says it, and more of it.
            (_, note) => note.to_owned(),
        };
        format!("  {:width$}  {outcome}\n", one.what)
    };
    tried.iter().map(line).collect()
}

/// Lines of at most [`WIDTH`] characters, if words allow.
fn wrapped(first: &str, others: &str, text: &str) -> String {
    let mut lines = String::new();
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in words_of(text) {
        let word = word.as_str();
        let is_full = line.chars().count() + 1 + word.chars().count() > WIDTH;
        if is_full && !is_empty {
            lines += &format!("{line}\n");
            line = others.to_owned();
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line += word;
        is_empty = false;
    }
    lines + &line + "\n"
}

/// The words; a command between backquotes is one, so that it can be copied.
fn words_of(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(open) if !open.matches('`').count().is_multiple_of(2) => {
                open.push(' ');
                open.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

const WIDTH: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnosis(verdict: &str) -> Diagnosis {
        let finding = |weight| Finding {
            check: "ttl",
            weight,
            seen: "seen".to_owned(),
            means: "It means.".to_owned(),
            remedy: "`do this`.".to_owned(),
        };
        Diagnosis {
            works: false,
            verdict: verdict.to_owned(),
            tried: vec![
                Tried {
                    what: "join".to_owned(),
                    outcome: Outcome::Done,
                    note: "from here".to_owned(),
                },
                Tried {
                    what: "receive it".to_owned(),
                    outcome: Outcome::Silent,
                    note: String::new(),
                },
            ],
            findings: vec![finding(Weight::Problem), finding(Weight::Remark)],
        }
    }

    #[test]
    fn a_diagnosis_reads_from_the_verdict_to_the_remarks() {
        let expected = "\
It does not work.

tried:
  join        works, from here
  receive it  nothing came within half a second

problems:
  - seen.
    It means.
    do: `do this`.

remarks:
  - seen.
    It means.
    do: `do this`.

Nor does it there.

tried:
  join        works, from here
  receive it  nothing came within half a second
";
        let all = [
            diagnosis("It does not work."),
            diagnosis("Nor does it there."),
        ];
        assert_eq!(text(&all), expected);
    }

    #[test]
    fn a_command_is_not_broken() {
        let text = format!(
            "{} `ip route replace 224.1.1.1/32 dev lo` for all.",
            "word ".repeat(17)
        );
        let lines = wrapped("", "", &text);
        assert!(
            lines.contains("\n`ip route replace 224.1.1.1/32 dev lo` for"),
            "{lines}"
        );
    }

    #[test]
    fn long_words_go_on_in_the_next_line() {
        let text = "word ".repeat(40);
        let lines = wrapped("  - ", "    ", &text);
        let mut lines = lines.lines();
        assert!(
            lines
                .next()
                .is_some_and(|line| line.starts_with("  - word") && line.len() <= WIDTH)
        );
        assert!(
            lines
                .next()
                .is_some_and(|line| line.starts_with("    word") && line.len() <= WIDTH)
        );
        let endless = "x".repeat(150);
        assert_eq!(wrapped("", "", &endless), format!("{endless}\n"));
    }
}
