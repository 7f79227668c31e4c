//! What there is, by name: looked up, or listed.

use std::path::Path;

use anyhow::{Result, anyhow};
use cast::CASTS;
use history::Verdict;
use parallel::{MODES, SPLITS};
use primes::METHODS;
use serve::{MODELS, Model};
use services::{SERVICES, ServiceEntry};
use stats::{LAWS, LawEntry};
use trace::{FORMS, Form};
use verdict::{GROUP_CONDITIONS, GroupCondition};

use crate::say;

/// The service of that name.
///
/// # Errors
/// When there is none; the message lists those there are and the nearest.
pub fn service(name: &str) -> Result<&'static ServiceEntry> {
    let names: Vec<_> = SERVICES.iter().map(|entry| entry.name).collect();
    services::by_name(name).ok_or_else(|| unknown("service", name, &names))
}

/// The concurrency model of that full or short name.
///
/// # Errors
/// As [`service`].
pub fn model(name: &str) -> Result<&'static Model> {
    let mut names = MODELS
        .iter()
        .flat_map(|model| [model.short_name, model.name])
        .collect::<Vec<_>>();
    names.dedup();
    serve::by_name(name).ok_or_else(|| unknown("concurrency model", name, &names))
}

/// The arrival law of that name or letter.
///
/// # Errors
/// As [`service`].
pub fn law(name: &str) -> Result<&'static LawEntry> {
    let letters: Vec<String> = LAWS.iter().map(|law| law.letter.to_string()).collect();
    let names: Vec<&str> = LAWS
        .iter()
        .zip(&letters)
        .flat_map(|(law, letter)| [letter.as_str(), law.name])
        .collect();
    stats::by_name(name).ok_or_else(|| unknown("distribution", name, &names))
}

/// The form of logs of that name.
///
/// # Errors
/// As [`service`].
pub fn form(name: &str) -> Result<&'static Form> {
    let names: Vec<_> = FORMS.iter().map(|form| form.name).collect();
    let form = FORMS.iter().copied().find(|form| form.name == name);
    form.ok_or_else(|| unknown("form of logs", name, &names))
}

/// The condition of groups of that name.
///
/// # Errors
/// As [`service`].
pub fn group_condition(name: &str) -> Result<&'static GroupCondition> {
    let names: Vec<_> = GROUP_CONDITIONS.iter().map(|one| one.name).collect();
    GroupCondition::named(name).ok_or_else(|| unknown("condition", name, &names))
}

/// Prints what there is to know of the concurrency models.
///
/// # Errors
/// Never; it has the form of a command.
pub fn models(as_markdown: bool) -> Result<Verdict> {
    say::result(&match as_markdown {
        true => table_of_models(),
        false => MODELS.iter().map(paragraph).collect::<Vec<_>>().join("\n"),
    });
    Ok(Verdict::Valid)
}

/// Both names, where there are two.
fn names(model: &Model) -> String {
    match model.short_name == model.name {
        true => model.name.to_owned(),
        false => format!("{} ({})", model.name, model.short_name),
    }
}

fn paragraph(model: &Model) -> String {
    let choices: Vec<&str> = model.choices.iter().map(|choice| choice.flag()).collect();
    let choices = match choices.is_empty() {
        true => "none".to_owned(),
        false => choices.join(", "),
    };
    format!(
        "{}: {}\n  connections  {}\n  memory       {}\n  good at      {}\n  bad at       {}\n  \
         choices      {choices}\n  read         {}\n",
        names(model),
        model.about,
        model.execution,
        model.memory.name(),
        model.good_at,
        model.bad_at,
        model.file,
    )
}

/// The table of the README.
fn table_of_models() -> String {
    let rows = MODELS.iter().map(|model| {
        format!(
            "| `{}` | {} | {} | {} | {} | [{}]({}) |\n",
            names(model),
            model.execution,
            model.memory.name(),
            model.good_at,
            model.bad_at,
            Path::new(model.file)
                .file_name()
                .map_or_else(Default::default, |name| name.to_string_lossy()),
            model.file,
        )
    });
    format!(
        "| model | how connections map to execution | memory | good at | bad at | read |\n\
         |---|---|---|---|---|---|\n{}",
        rows.collect::<String>()
    )
}

/// Prints everything there is.
///
/// # Errors
/// Never; it has the form of a command.
pub fn print() -> Result<Verdict> {
    let services = SERVICES.iter().map(|entry| {
        let ServiceEntry {
            name, port, about, ..
        } = entry;
        format!("  {name:<14}port {port:<7}{about}\n")
    });
    let models = MODELS.iter().map(|model| {
        format!(
            "  {:<14}{:<15}{}\n",
            model.short_name, model.name, model.about
        )
    });
    let laws = LAWS
        .iter()
        .map(|law| format!("  {:<6}{:<14}{}\n", law.letter, law.name, law.parameter));
    let row = |name: &str, about: &str| format!("  {name:<14}{about}\n");
    let methods = METHODS.iter().map(|method| row(method.name, method.about));
    let modes = MODES.iter().map(|mode| row(mode.name, mode.about));
    let splits = SPLITS.iter().map(|split| row(split.name, split.about));
    let forms = FORMS.iter().map(|form| row(form.name, form.about));
    let casts = CASTS.iter().map(|cast| row(cast.name, cast.about));
    say::result(&format!(
        "Services (wharf serve NAME, wharf load NAME)\n{}\n\
         Concurrency models (-m, --model, --concurrency-mode)\n{}\n\
         Arrival laws (-d, --dist, with the parameter -p, --param)\n{}\n\
         Ways to find primes (wharf primes --method)\n{}\n\
         Who searches (wharf primes --mode)\n{}\n\
         How numbers are shared out (wharf primes --split)\n{}\n\
         Forms of logs (wharf clock order --form, wharf clock export --as)\n{}\n\
         Whom a datagram is for (wharf cast send, wharf cast recv)\n{}",
        services.collect::<String>(),
        models.collect::<String>(),
        laws.collect::<String>(),
        methods.collect::<String>(),
        modes.collect::<String>(),
        splits.collect::<String>(),
        forms.collect::<String>(),
        casts.collect::<String>(),
    ));
    Ok(Verdict::Valid)
}

fn unknown(what: &str, name: &str, names: &[&str]) -> anyhow::Error {
    let nearest = names.iter().min_by_key(|known| distance(name, known));
    let hint = match nearest.filter(|known| distance(name, known) <= 2 && name.len() > 2) {
        Some(nearest) => format!("; did you mean `{nearest}`?"),
        None => String::new(),
    };
    anyhow!(
        "unknown {what} `{name}`{hint} (there is: {})",
        names.join(", ")
    )
}

/// Edits that turn one word into the other (Levenshtein 1965).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_slip_is_answered_with_the_word_that_was_meant() {
        let error = service("timestamp").expect_err("unknown").to_string();
        assert!(error.contains("did you mean `timestamps`?"), "{error}");
        let error = model("thread-pool").expect_err("unknown").to_string();
        assert!(error.contains("iter, iterative, thr, thread"), "{error}");
    }

    #[test]
    fn a_law_is_found_by_its_letter_and_its_name() {
        assert!(law("e").is_ok() && law("exponential").is_ok());
        let error = law("uniforn").expect_err("unknown").to_string();
        assert!(error.contains("did you mean `uniform`?"), "{error}");
    }
}
