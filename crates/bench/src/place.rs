//! A point of a sweep, before it is measured.

use std::time::Duration;

use history::{BenchKind, Point};

use crate::{Experiment, Subject, experiment::ClientChoice, floor::floor};

/// Which model, how many clients, which proportion of calculation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) clients: u64,
    pub(crate) cpu_share: Option<f64>,
    pub(crate) client: ClientChoice,
    pub(crate) floor: Duration,
}

impl<'a> Place<'a> {
    /// The places of an experiment: client count by client count, within it proportion by proportion,
    /// within that model by model.
    pub(crate) fn all(experiment: &'a Experiment) -> Vec<Self> {
        let mut places = Vec::new();
        for &clients in &experiment.clients {
            for &cpu_share in &experiment.cpu_shares {
                for subject in &experiment.subjects {
                    places.push(Self {
                        subject,
                        clients,
                        cpu_share,
                        client: experiment.client.settled(experiment.kind, clients),
                        floor: of_kind(experiment, clients, subject.at_once),
                    });
                }
            }
        }
        places
    }

    /// The point without runs.
    pub(crate) fn point(&self) -> Point {
        Point {
            model: self.subject.model.clone(),
            clients: self.clients,
            cpu_share: self.cpu_share,
            at_once: self.subject.at_once,
            client: self.client.name().to_owned(),
            floor_ns: u64::try_from(self.floor.as_nanos()).unwrap_or(u64::MAX),
            ..Point::default()
        }
    }

    /// In words, for people who wait.
    pub(crate) fn in_words(&self) -> String {
        let share = match self.cpu_share {
            Some(share) => format!(", {:.0} % calculation", share * 100.0),
            None => String::new(),
        };
        format!("{} {}{share}", self.subject.model, self.clients)
    }
}

/// Only a burst asks a number of requests whose time adds up; the other kinds ask for a time.
fn of_kind(experiment: &Experiment, clients: u64, at_once: Option<u64>) -> Duration {
    match experiment.kind {
        BenchKind::Burst => floor(experiment.task, clients, at_once),
        _ => Duration::ZERO,
    }
}
