//! What `cargo xtask peers` was asked for.

use std::time::Duration;

use super::subjects::MODELS;

/// One kind of experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Messages a second, one under way on each connection.
    Echo,
    /// Messages a second, sixteen under way on each connection.
    Pipeline,
    /// All clients at once, each with one task.
    Burst,
    /// Memory of a connection that is silent.
    Memory,
    /// PING, measured by redis-benchmark.
    Redis,
    /// A fixed answer, measured by wrk.
    Http,
    /// Questions of DNS about one zone.
    Names,
    /// Groups of three members.
    Groups,
}

/// The command line, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// In the order in which they are made.
    pub kinds: Vec<Kind>,
    /// Rounds over all servers.
    pub runs: usize,
    /// Connections, one experiment for each number; empty for those of the kind.
    pub clients: Vec<usize>,
    /// How long one run of a closed loop takes.
    pub seconds: u64,
    /// How long the task of a burst takes.
    pub task: Duration,
    /// wharf's models to measure, with the bare server of each.
    pub models: Vec<String>,
    /// Names in a zone, one experiment for each number.
    pub names: Vec<usize>,
    /// Questions a second where the time of answers is measured.
    pub rate: u32,
}

impl Options {
    /// Reads the words after `peers`.
    ///
    /// # Errors
    /// In words, when one is not understood.
    pub fn parse(args: &[&str]) -> Result<Self, String> {
        let mut options = Options {
            kinds: Vec::new(),
            runs: RUNS,
            clients: Vec::new(),
            seconds: SECONDS,
            task: TASK,
            models: MODELS
                .iter()
                .map(|(model, _)| (*model).to_owned())
                .collect(),
            names: NAMES.to_vec(),
            rate: RATE,
        };
        let mut words = args.iter().copied();
        while let Some(word) = words.next() {
            if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == word) {
                options.kinds.push(*kind);
                continue;
            }
            let value = words.next();
            match (word, value) {
                ("--runs", Some(text)) => options.runs = count(word, text)?,
                ("--seconds", Some(text)) => options.seconds = count(word, text)? as u64,
                ("--task", Some(text)) => options.task = time(word, text)?,
                ("--clients", Some(text)) => options.clients = counts(word, text)?,
                ("--models", Some(text)) => options.models = models(text)?,
                ("--names", Some(text)) => options.names = counts(word, text)?,
                ("--rate", Some(text)) => options.rate = rate(word, text)?,
                (_, None) if FLAGS.contains(&word) => {
                    return Err(format!("`{word}` needs a value"));
                }
                _ => {
                    return Err(format!(
                        "`{word}` is not known here; see `cargo xtask help`"
                    ));
                }
            }
        }
        if options.kinds.is_empty() {
            options.kinds = KINDS.iter().map(|(_, kind)| *kind).collect();
        }
        if !options.clients.is_empty() && options.kinds == [Kind::Names] {
            return Err("`names` has no --clients: say --names".to_owned());
        }
        if !options.clients.is_empty() && options.kinds == [Kind::Groups] {
            return Err("`groups` has no --clients: groups have three members".to_owned());
        }
        if !options.clients.is_empty() && options.kinds.len() > 1 {
            return Err(
                "--clients needs one experiment by name: each has its own default".to_owned(),
            );
        }
        Ok(options)
    }
}

fn count(name: &str, text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..) => Ok(count),
        _ => Err(format!(
            "{name} {text}: expected a whole number of at least 1"
        )),
    }
}

fn rate(name: &str, text: &str) -> Result<u32, String> {
    u32::try_from(count(name, text)?).map_err(|_| format!("{name} {text}: that is too many"))
}

fn counts(name: &str, text: &str) -> Result<Vec<usize>, String> {
    text.split(',').map(|text| count(name, text)).collect()
}

fn time(name: &str, text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, Duration::from_millis(1)),
        None => (
            text.strip_suffix('s').unwrap_or_default(),
            Duration::from_secs(1),
        ),
    };
    match number.parse() {
        Ok(number @ 1..=3600) => Ok(unit * number),
        _ => Err(format!(
            "{name} {text}: expected a time such as 3s or 500ms"
        )),
    }
}

fn models(text: &str) -> Result<Vec<String>, String> {
    let known: Vec<&str> = MODELS.iter().map(|(model, _)| *model).collect();
    let check = |model: &str| match known.contains(&model) {
        true => Ok(model.to_owned()),
        false => Err(format!(
            "no bare server is known for `{model}`: expected {}",
            known.join(", ")
        )),
    };
    text.split(',').map(check).collect()
}

const FLAGS: [&str; 7] = [
    "--runs",
    "--seconds",
    "--task",
    "--clients",
    "--models",
    "--names",
    "--rate",
];
const KINDS: [(&str, Kind); 8] = [
    ("echo", Kind::Echo),
    ("pipeline", Kind::Pipeline),
    ("burst", Kind::Burst),
    ("memory", Kind::Memory),
    ("redis", Kind::Redis),
    ("http", Kind::Http),
    ("names", Kind::Names),
    ("groups", Kind::Groups),
];
const RUNS: usize = 5;
const SECONDS: u64 = 2;
const NAMES: [usize; 2] = [10_000, 1_000_000];
/// About half of what a processor answers.
const RATE: u32 = 100_000;
/// That of the classic experiment.
const TASK: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(args: &[&str], part: &str) {
        let refused = Options::parse(args).expect_err("the words are wrong");
        assert!(refused.contains(part), "{refused}");
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        refuses(&["ecco"], "`ecco` is not known");
        refuses(&["--runs"], "needs a value");
        refuses(&["--runs", "0"], "at least 1");
        refuses(&["burst", "--clients", "1,x"], "whole number");
        refuses(&["--clients", "100"], "one experiment by name");
        refuses(&["names", "--clients", "100"], "say --names");
        refuses(&["groups", "--clients", "9"], "three members");
        refuses(&["names", "--rate", "9999999999"], "too many");
        refuses(&["--task", "3"], "such as 3s");
        refuses(&["--models", "thr,iter"], "`iter`");
    }

    #[test]
    fn nothing_said_means_everything() {
        let options = Options::parse(&[]).expect("right");
        assert_eq!(options.kinds.len(), KINDS.len());
        assert_eq!((options.runs, options.task), (RUNS, TASK));
        assert_eq!(options.models.len(), MODELS.len());
    }

    #[test]
    fn what_is_said_is_kept() {
        let args = [
            "burst",
            "--clients",
            "10,20",
            "--task",
            "500ms",
            "--models",
            "proc",
        ];
        let options = Options::parse(&args).expect("right");
        assert_eq!(options.kinds, [Kind::Burst]);
        assert_eq!(options.clients, [10, 20]);
        assert_eq!(options.task, Duration::from_millis(500));
        assert_eq!(options.models, ["proc"]);
    }
}
