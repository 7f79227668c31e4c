//! What a name service answered, as a table: a row a question, a column a code.

use history::{NamesAnswers, NamesCommits, NamesSummary};

/// Answers by DNS: questions and codes, those that came most often first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answers<'a> {
    /// The codes of the answers.
    pub(crate) codes: Vec<&'a str>,
    /// The questions, at most [`MOST_QUESTIONS`]; what is beyond them is the last one, [`OTHERS`].
    pub(crate) questions: Vec<Asked<'a>>,
    /// All of them.
    pub(crate) total: u64,
}

/// What was answered to one question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked<'a> {
    /// What was asked for.
    pub(crate) question: &'a str,
    /// How many answers had each code, in the order of [`Answers::codes`].
    pub(crate) counts: Vec<u64>,
    /// All of them.
    pub(crate) total: u64,
}

impl<'a> Answers<'a> {
    /// The answers of a run.
    pub(crate) fn of(names: &'a NamesSummary) -> Self {
        let some = || names.answers.iter().filter(|answers| answers.count > 0);
        let codes = by_count(some().map(|a| (a.code.as_str(), a.count)));
        let (shown, others) = parted(&codes, MOST_CODES);
        let all = by_count(some().map(|a| (a.question.as_str(), a.count)));
        let (asked, rest) = parted(&all, MOST_QUESTIONS);
        let counts = |is_meant: &dyn Fn(&NamesAnswers) -> bool| -> Vec<u64> {
            let of = |is_code: &dyn Fn(&str) -> bool| {
                let fitting = some().filter(|a| is_meant(a) && is_code(&a.code));
                sum(fitting.map(|a| a.count))
            };
            let mut counts: Vec<u64> = shown.iter().map(|code| of(&|it| it == *code)).collect();
            if !others.is_empty() {
                counts.push(of(&|it| others.contains(&it)));
            }
            counts
        };
        let row = |question, counts: Vec<u64>| {
            let total = sum(counts.iter().copied());
            Asked {
                question,
                counts,
                total,
            }
        };
        let one = |question: &&'a str| row(*question, counts(&|a| a.question == *question));
        let mut questions: Vec<Asked<'a>> = asked.iter().map(one).collect();
        if !rest.is_empty() {
            let counts = counts(&|a| rest.contains(&a.question.as_str()));
            questions.push(row(OTHERS, counts));
        }
        let mut codes = shown;
        if !others.is_empty() {
            codes.push(OTHERS);
        }
        let total = sum(questions.iter().map(|asked| asked.total));
        Self {
            codes,
            questions,
            total,
        }
    }

    /// All answers of each code, in the order of the codes.
    pub(crate) fn of_codes(&self) -> Vec<u64> {
        let of = |index: usize| sum(self.questions.iter().map(|asked| asked.counts[index]));
        (0..self.codes.len()).map(of).collect()
    }
}

/// How many requests were kept with one write, on average; `None` without writes.
pub(crate) fn requests_a_write(commits: &NamesCommits) -> Option<f64> {
    (commits.count > 0).then(|| commits.requests as f64 / commits.count as f64)
}

/// Requests by HTTP, whatever their status.
pub(crate) fn requests(names: &NamesSummary) -> u64 {
    sum(names.requests.iter().map(|requests| requests.count))
}

fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

/// Each name once with the sum of its counts, the greatest first; equal ones by name.
fn by_count<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> Vec<&'a str> {
    let mut sums = std::collections::BTreeMap::<&str, u64>::new();
    for (name, count) in counts {
        let sum = sums.entry(name).or_default();
        *sum = sum.saturating_add(count);
    }
    let mut sums: Vec<(&str, u64)> = sums.into_iter().collect();
    sums.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sums.into_iter().map(|(name, _)| name).collect()
}

/// The first `most`, and the rest. A rest of one is none: a name of its own takes no more room.
fn parted<'a>(names: &[&'a str], most: usize) -> (Vec<&'a str>, Vec<&'a str>) {
    let at = match names.len() {
        few if few <= most + 1 => few,
        _ => most,
    };
    (names[..at].to_vec(), names[at..].to_vec())
}

/// What is beyond those that have a place of their own.
pub(crate) const OTHERS: &str = "the rest";
/// More rows than there are common types of records.
const MOST_QUESTIONS: usize = 14;
/// As many as are told apart without colour, with one for the others.
const MOST_CODES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(answers: &[(&str, &str, u64)]) -> NamesSummary {
        let one = |(question, code, count): &(&str, &str, u64)| NamesAnswers {
            question: (*question).to_owned(),
            code: (*code).to_owned(),
            count: *count,
        };
        NamesSummary {
            answers: answers.iter().map(one).collect(),
            ..NamesSummary::default()
        }
    }

    #[test]
    fn the_most_frequent_stand_first() {
        let names = names(&[
            ("AAAA", "NOERROR", 5),
            ("A", "NXDOMAIN", 4),
            ("A", "NOERROR", 7),
            ("TXT", "REFUSED", 0),
        ]);
        let answers = Answers::of(&names);
        assert_eq!(answers.codes, ["NOERROR", "NXDOMAIN"]);
        let rows: Vec<_> = answers
            .questions
            .iter()
            .map(|asked| (asked.question, asked.counts.clone(), asked.total))
            .collect();
        assert_eq!(rows, [("A", vec![7, 4], 11), ("AAAA", vec![5, 0], 5)]);
        assert_eq!((answers.of_codes(), answers.total), (vec![12, 4], 16));
    }

    #[test]
    fn what_is_too_much_is_counted_together() {
        let texts: Vec<String> = (0..30).map(|index| format!("TYPE{index}")).collect();
        let all: Vec<(&str, &str, u64)> = texts
            .iter()
            .enumerate()
            .map(|(index, text)| {
                let code = ["NOERROR", "NXDOMAIN", "REFUSED", "a", "b", "c"][index % 6];
                (text.as_str(), code, 10)
            })
            .collect();
        let names = names(&all);
        let answers = Answers::of(&names);
        assert_eq!(answers.questions.len(), MOST_QUESTIONS + 1);
        assert_eq!(answers.codes.len(), MOST_CODES + 1);
        assert_eq!(answers.codes.last(), Some(&OTHERS));
        assert_eq!((answers.total, answers.of_codes()[MOST_CODES]), (300, 100));
    }

    #[test]
    fn counts_that_are_too_great_to_add_are_no_panic() {
        let names = names(&[("A", "NOERROR", u64::MAX), ("A", "NXDOMAIN", u64::MAX)]);
        assert_eq!(Answers::of(&names).total, u64::MAX);
    }

    #[test]
    fn nothing_has_no_average() {
        let names = names(&[]);
        assert_eq!(Answers::of(&names).total, 0);
        assert_eq!(requests_a_write(&names.commits), None);
    }
}
