//! A client of the simplest protocol, and a stage for running it.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::Mutex,
    time::Duration,
};

use history::{Outcome, Sample, Verdict};
use load::{LoadError, Loop, Plan, Report, Watcher, drive};
use machine::{Answer, ClientFactory, Exchange, Input, Machine, Outbox, Standing};
use run::Stop;
use timing::{SystemClock, Tick};

/// Sends `worker:number` and padding as a line, and expects the same back.
pub struct Echo {
    pub exchange: Exchange,
    /// Whether a line of the server comes before the first request.
    pub greeting: bool,
    pub padding: usize,
}

pub const SESSION: Echo = Echo {
    exchange: Exchange::Session,
    greeting: false,
    padding: 0,
};

pub const ONE_SHOT: Echo = Echo {
    exchange: Exchange::OneShot,
    ..SESSION
};

impl ClientFactory for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }

    fn exchange(&self) -> Exchange {
        self.exchange
    }

    fn client(&self, worker: u32, connection: u64) -> Box<dyn Machine> {
        Box::new(EchoClient {
            name: format!("{worker}:{connection}"),
            greeted: !self.greeting,
            padding: self.padding,
            expected: VecDeque::new(),
            received: Vec::new(),
        })
    }
}

struct EchoClient {
    name: String,
    greeted: bool,
    padding: usize,
    expected: VecDeque<Vec<u8>>,
    received: Vec<u8>,
}

impl EchoClient {
    fn take_line(&mut self, found: Vec<u8>, out: &mut Outbox) {
        if !self.greeted {
            self.greeted = true;
            out.note(&String::from_utf8_lossy(&found));
            out.ready();
            return;
        }
        let expected = self.expected.pop_front().unwrap_or_default();
        out.answered(match found == expected {
            true => Answer::Right {
                reply_bytes: found.len() as u64,
                text: String::new(),
            },
            false => Answer::Wrong { expected, found },
        });
    }
}

impl Machine for EchoClient {
    fn handle(&mut self, _: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Start if self.greeted => out.ready(),
            Input::Ask { number, .. } => {
                let padding = "x".repeat(self.padding);
                let line = format!("{}:{number}{padding}\n", self.name).into_bytes();
                out.send(&line);
                self.expected.push_back(line);
            }
            Input::Received(bytes) => {
                self.received.extend_from_slice(bytes);
                while let Some(end) = self.received.iter().position(|&byte| byte == b'\n') {
                    let line = self.received.drain(..=end).collect();
                    self.take_line(line, out);
                }
            }
            _ => {}
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(self.expected.is_empty())
    }
}

/// Keeps all samples and the last progress.
#[derive(Default)]
pub struct Recorder {
    pub samples: Mutex<Vec<Sample>>,
    pub progress: Mutex<(u64, u64)>,
}

impl Watcher for Recorder {
    fn on_samples(&self, samples: &[Sample]) {
        self.samples
            .lock()
            .expect("whole")
            .extend_from_slice(samples);
    }

    fn on_progress(&self, done: u64, asked: u64) {
        *self.progress.lock().expect("whole") = (done, asked);
    }
}

/// A plan of gaps of `gap_seconds` for `workers` workers with `intervals` requests each.
pub fn plan(target: SocketAddr, workers: u32, intervals: u64, gap_seconds: f64) -> Plan {
    let law = stats::by_name("deterministic").expect("a law");
    let plan = Plan::new(target, law, gap_seconds).expect("in range");
    Plan {
        workers,
        intervals,
        ..plan
    }
}

/// The same, in a closed loop and with little patience.
pub fn closed_plan(target: SocketAddr, workers: u32, intervals: u64) -> Plan {
    Plan {
        loop_kind: Loop::Closed,
        reply_timeout: Duration::from_millis(200),
        ..plan(target, workers, intervals, 0.001)
    }
}

/// What a run gave, with its samples by worker and number.
pub struct Played {
    pub result: Result<Report, LoadError>,
    pub samples: Vec<Sample>,
}

/// Runs `plan`, and sees to it that every request has exactly one sample.
#[track_caller]
pub fn play(plan: &Plan, echo: &Echo) -> Played {
    let (clock, stop) = (SystemClock::start(), Stop::new().expect("descriptors"));
    let recorder = Recorder::default();
    let result = drive(plan, echo, &clock, &stop, &recorder);
    let mut samples = recorder.samples.into_inner().expect("whole");
    samples.sort_by_key(|sample| (sample.worker, sample.number));
    let found: Vec<_> = samples.iter().map(|s| (s.worker, s.number)).collect();
    let numbers = |worker| (0..plan.intervals).map(move |number| (worker, number));
    let expected: Vec<_> = (0..plan.workers).flat_map(numbers).collect();
    assert_eq!(found, expected);
    let asked = plan.asked();
    assert_eq!(
        recorder.progress.into_inner().expect("whole"),
        (asked, asked)
    );
    Played { result, samples }
}

impl Played {
    /// Its report.
    #[track_caller]
    pub fn report(&self) -> &Report {
        self.result.as_ref().expect("the run took place")
    }

    /// How many requests ended in which way, by the samples and by the summary.
    #[track_caller]
    pub fn check_outcomes(&self, expected: &[(Outcome, u64)]) {
        let mut found = BTreeMap::new();
        for sample in &self.samples {
            *found.entry(sample.outcome).or_insert(0) += 1;
        }
        assert_eq!(found, expected.iter().copied().collect());
        let named = expected
            .iter()
            .map(|&(outcome, count)| (outcome.name().to_owned(), count));
        assert_eq!(self.report().summary.outcomes, named.collect());
    }

    /// The texts of the findings that are not remarks, lateness aside: that is the machine's.
    #[track_caller]
    pub fn grave(&self) -> Vec<(Verdict, String)> {
        let findings = self.report().findings.iter();
        let grave = findings.filter(|finding| finding.verdict != Verdict::Valid);
        grave
            .filter(|finding| !finding.text.starts_with("the generator was"))
            .map(|finding| (finding.verdict, finding.text.clone()))
            .collect()
    }
}
