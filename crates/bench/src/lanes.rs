//! One run of a model, seen connection by connection: where each client's time went.

use std::{collections::BTreeMap, fs, path::Path};

use history::{Event, EventKind, Lane, LaneSet, Outcome, Sample};

use crate::{
    BenchError,
    measure::{Bench, Samples},
    place::Place,
};

impl Bench<'_> {
    /// A run of the clients of a place with the server's events beside the clients' samples. Both
    /// processes read the same monotonic clock, so their instants lie on one axis.
    pub(crate) fn lanes(&self, place: &Place<'_>) -> Result<LaneSet, BenchError> {
        let subject = place.subject;
        let server = self.server(subject, place.clients, self.experiment.task, true)?;
        let samples = Samples::default();
        let began = self.clock.now().as_nanos();
        let report = self.fire(&server, place, &samples)?;
        let ended = server.stop()?;
        let offset = ended
            .summary
            .map_or(0, |summary| self.offset_of(summary.origin_monotonic_ns));
        let served = served_by_port(&self.scratch.join("events.jsonl"), offset);
        let start = report.start.as_nanos().max(began);
        let mut lanes: Vec<Lane> = samples
            .into_vec()
            .iter()
            .filter_map(|sample| lane(sample, start, &served))
            .collect();
        lanes.sort_by_key(|lane| (lane.served_ns.unwrap_or(u64::MAX), lane.connect_ns));
        Ok(LaneSet {
            model: subject.model.clone(),
            note: subject.about.clone(),
            lanes,
        })
    }

    /// What to add to the server's instants to have this process's.
    fn offset_of(&self, origin_monotonic_ns: u64) -> i64 {
        let own = timing::SystemClock::start()
            .origin_nanos()
            .wrapping_sub(self.clock.now().as_nanos());
        origin_monotonic_ns.wrapping_sub(own).cast_signed()
    }
}

fn served_by_port(path: &Path, offset: i64) -> BTreeMap<u16, u64> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Event>(line).ok());
    let opened = events.filter(|event| matches!(event.kind, EventKind::Opened { .. }));
    opened
        .map(|event| (event.peer.port(), event.at_ns.saturating_add_signed(offset)))
        .collect()
}

fn lane(sample: &Sample, start: u64, served: &BTreeMap<u16, u64>) -> Option<Lane> {
    let connect = sample.connect_ns?;
    let served = sample
        .local_port
        .and_then(|port| served.get(&port))
        .copied();
    Some(Lane {
        connect_ns: connect.saturating_sub(start),
        served_ns: served.map(|served| served.max(connect).saturating_sub(start)),
        done_ns: sample.done_ns?.saturating_sub(start),
        ok: sample.outcome == Outcome::Ok,
    })
}
