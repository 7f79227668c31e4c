//! One sweep as a text that people write and keep: `experiment.toml`.
//!
//! ```text
//!   file ──┐
//!          ├─ over ─▶ Sheet ─▶ Experiment ─▶ Sheet, whole ─▶ experiment.toml of the run's folder
//!   flags ─┘
//! ```
//!
//! **What stands in a run's `experiment.toml` makes the same sweep again.** So it is written with every
//! default filled in, and a field that means nothing to the kind is left out, as it must be.

use history::BenchKind;
use serde::Deserialize;

use crate::{ClientChoice, Span};

/// The settings of a sweep, each as it was given or absent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// What the clients do.
    pub kind: Option<BenchKind>,
    /// What is served.
    pub service: Option<String>,
    /// The concurrency models to compare, by full or short name.
    pub models: Option<Vec<String>>,
    /// The numbers of clients at once.
    pub clients: Option<Vec<u64>>,
    /// How often each point is measured.
    pub runs: Option<u32>,
    /// How long a request occupies the server by its own nature.
    pub task: Option<Span>,
    /// How long a run asks.
    #[serde(rename = "for")]
    pub lasting: Option<Span>,
    /// Requests that a client has under way at once.
    pub pipeline: Option<u32>,
    /// Size of a request's text.
    pub payload_bytes: Option<u64>,
    /// The proportions of calculation.
    pub cpu_shares: Option<Vec<f64>>,
    /// How clients are driven.
    pub client: Option<ClientChoice>,
    /// A run whose least time is longer than this is not made.
    pub longest: Option<Span>,
    /// Whether the gaps between messages are measured, too.
    pub gaps: Option<bool>,
    /// Where random gaps come from, up to 2^63 - 1.
    pub seed: Option<u64>,
}

impl Sheet {
    /// Reads a file's text.
    ///
    /// # Errors
    /// When it is no TOML, has a field that is not listed here, or a value of the wrong kind; the text
    /// of the error shows the line.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// What `self` says, and where it says nothing what `other` does.
    pub fn over(self, other: Self) -> Self {
        Self {
            kind: self.kind.or(other.kind),
            service: self.service.or(other.service),
            models: self.models.or(other.models),
            clients: self.clients.or(other.clients),
            runs: self.runs.or(other.runs),
            task: self.task.or(other.task),
            lasting: self.lasting.or(other.lasting),
            pipeline: self.pipeline.or(other.pipeline),
            payload_bytes: self.payload_bytes.or(other.payload_bytes),
            cpu_shares: self.cpu_shares.or(other.cpu_shares),
            client: self.client.or(other.client),
            longest: self.longest.or(other.longest),
            gaps: self.gaps.or(other.gaps),
            seed: self.seed.or(other.seed),
        }
    }

    /// The text of a file that says the same, each field with what it means above it.
    pub fn to_text(&self) -> String {
        let fields = self.fields().into_iter();
        let given = fields.filter_map(|(key, about, value)| Some((key, about, value?)));
        let lines = given.map(|(key, about, value)| format!("\n# {about}\n{key} = {value}\n"));
        HEAD.to_owned() + &lines.collect::<String>()
    }

    fn fields(&self) -> [(&'static str, &'static str, Option<toml::Value>); 14] {
        use toml::Value;
        let whole = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        let text = |text: &str| Value::String(text.to_owned());
        let span = |span: Span| Value::String(span.to_string());
        let list = |values: Vec<Value>| Value::Array(values);
        [
            ("kind", KIND, self.kind.map(|kind| text(kind.name()))),
            ("service", SERVICE, self.service.as_deref().map(text)),
            (
                "models",
                MODELS,
                self.models
                    .as_ref()
                    .map(|names| list(names.iter().map(|name| text(name)).collect())),
            ),
            (
                "clients",
                CLIENTS,
                self.clients
                    .as_ref()
                    .map(|counts| list(counts.iter().copied().map(whole).collect())),
            ),
            ("runs", RUNS, self.runs.map(u64::from).map(whole)),
            ("task", TASK, self.task.map(span)),
            ("for", FOR, self.lasting.map(span)),
            (
                "pipeline",
                PIPELINE,
                self.pipeline.map(u64::from).map(whole),
            ),
            ("payload_bytes", PAYLOAD, self.payload_bytes.map(whole)),
            (
                "cpu_shares",
                SHARES,
                self.cpu_shares
                    .as_ref()
                    .map(|shares| list(shares.iter().copied().map(Value::Float).collect())),
            ),
            (
                "client",
                CLIENT,
                self.client.map(|client| text(client.name())),
            ),
            ("longest", LONGEST, self.longest.map(span)),
            ("gaps", GAPS, self.gaps.map(Value::Boolean)),
            ("seed", SEED, self.seed.map(whole)),
        ]
    }
}

const HEAD: &str = "\
# One sweep of `wharf bench`. Every field may be left out; `wharf bench FILE` makes the sweep, and flags
# given beside the file go before it. Durations are texts with a unit: \"25ms\", \"1.5s\", \"10m\".
";
const KIND: &str = "What the clients do: burst, throughput, churn, idle or mixed.";
const SERVICE: &str = "What is served; `wharf bench --help` says which kind takes which.";
const MODELS: &str = "The concurrency models to compare, by full or short name.";
const CLIENTS: &str = "The numbers of clients at once.";
const RUNS: &str = "How often each point is measured; runs go round all points.";
const TASK: &str = "How long a request waits (slow-reverse), or waits or calculates (work).";
const FOR: &str = "How long each run asks (throughput, churn, mixed).";
const PIPELINE: &str = "Requests that a client has under way at once (throughput).";
const PAYLOAD: &str = "Size of a request's text; 0: a text that numbers itself.";
const SHARES: &str = "The proportion of the requests' time that is calculation, 0 to 1 (mixed).";
const CLIENT: &str = "How clients are driven: threads, async, or auto (by their number).";
const LONGEST: &str =
    "A run that takes longer than this by arithmetic alone is not made, and the table says so.";
const GAPS: &str = "Whether gaps between messages are measured, too (burst).";
const SEED: &str = "Where random gaps come from.";

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Sheet {
        Sheet {
            kind: Some(BenchKind::Mixed),
            service: Some("work".to_owned()),
            models: Some(vec!["thr".to_owned(), "a \"quoted\" name".to_owned()]),
            clients: Some(vec![10, 50_000]),
            runs: Some(5),
            task: "2ms".parse().ok(),
            lasting: "1.5s".parse().ok(),
            pipeline: Some(16),
            payload_bytes: Some(64),
            cpu_shares: Some(vec![0.0, 0.1, 1.0]),
            client: Some(ClientChoice::Async),
            longest: "10m".parse().ok(),
            gaps: Some(false),
            seed: Some(42),
        }
    }

    #[test]
    fn what_is_written_is_read_back_as_it_was() {
        assert_eq!(Sheet::parse(&whole().to_text()), Ok(whole()));
        let nothing = Sheet::default();
        assert_eq!(Sheet::parse(&nothing.to_text()), Ok(nothing));
    }

    #[test]
    fn every_field_is_written_with_what_it_means() {
        let text = whole().to_text();
        for (key, about, _) in whole().fields() {
            let lines = format!("# {about}\n{key} = ");
            assert!(text.contains(&lines), "{key}: {text}");
        }
    }

    #[test]
    fn flags_go_before_the_file() {
        let flags = Sheet {
            runs: Some(1),
            ..Sheet::default()
        };
        let both = flags.over(whole());
        assert_eq!((both.runs, both.pipeline), (Some(1), Some(16)));
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let error = Sheet::parse(text).expect_err(text).to_string();
        for part in expected {
            assert!(error.contains(part), "{part} is missing in: {error}");
        }
    }

    #[test]
    fn what_is_wrong_is_shown_with_its_line() {
        check("runs = 3\nrunns = 4\n", &["line 2", "runns"]);
        check("kind = \"bursts\"\n", &["line 1", "bursts", "throughput"]);
        check(
            "\n\ntask = \"soon\"\n",
            &["line 3", "`soon` is no duration"],
        );
        check("task = 3\n", &["line 1", "string"]);
        check("clients = [1, -2]\n", &["line 1"]);
        check("clients = [1\n", &["line"]);
    }
}
