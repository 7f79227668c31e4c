//! The numbers of many runs, as the summary has them.

use ::group::Reason;
use history::{SimCondition, SimCount, SimFailure, SimSummary, SimTimes};
use stats::Distribution;

use super::{
    promises,
    sweep::{Source, Sweep},
};

/// What came of all runs.
pub fn summary(source: &Source, sweep: &Sweep, failure: Option<SimFailure>) -> SimSummary {
    let settings = source.settings();
    let conditions = sweep.conditions().map(|one| SimCondition {
        name: one.name.to_owned(),
        kept: sweep.runs - one.broken - one.unknown,
        broken: one.broken,
        unknown: one.unknown,
        first_seed: one.first_seed,
    });
    SimSummary {
        order: settings.order.name.to_owned(),
        promises: promises(settings),
        broken: settings.broken.map(|broken| broken.name.to_owned()),
        members: source.trial(0).schedule.members as u64,
        runs: sweep.runs,
        first_seed: source.seed(0).unwrap_or(0),
        blocked: sweep.blocked,
        conditions: conditions.collect(),
        counts: counts(sweep),
        datagrams_a_message: (sweep.totals.sent > 0)
            .then(|| sweep.network.sent as f64 / sweep.totals.sent as f64),
        times: vec![
            times("message to its sender's delivery", &sweep.own),
            times("message to the last delivery", &sweep.last),
            times("crash to the next view of all", &sweep.new_view),
        ],
        virtual_ns: sweep.virtual_ns,
        failure,
    }
}

fn counts(sweep: &Sweep) -> Vec<SimCount> {
    let (totals, network) = (&sweep.totals, &sweep.network);
    let counts = [
        ("messages sent", totals.sent),
        ("messages delivered, at each member", totals.delivered),
        ("datagrams sent", network.sent),
        ("of them packets with messages or stamps", totals.packets),
        ("packets sent again", totals.repairs),
        ("signs of life", totals.statuses),
        ("asking for packets", totals.naks),
        ("copies that arrived", network.arrived),
        ("copies lost", network.lost),
        ("copies doubled", network.doubled),
        ("copies that a cut stopped", network.cut),
        ("copies that found a full buffer", network.overflowed),
        ("views, at each member", totals.views),
        ("members expelled and back", totals.expulsions),
        ("packets discarded at a cut", totals.discarded),
        ("packets that stayed lost", totals.lost),
        ("datagrams refused", totals.refused),
    ];
    let counts = counts.into_iter().map(|(what, count)| SimCount {
        what: what.to_owned(),
        count,
    });
    counts.chain(of_strangers(sweep)).collect()
}

/// What a stranger sent, and for which reasons members refused it: where there was one.
fn of_strangers(sweep: &Sweep) -> impl Iterator<Item = SimCount> {
    let strewn = sweep.network.strewn;
    let reasons = Reason::ALL.into_iter().zip(sweep.totals.refused_for);
    let refused =
        reasons.map(|(reason, count)| (format!("datagrams refused: {}", reason.name()), count));
    let sent = [("datagrams of a stranger".to_owned(), strewn)];
    let all = sent.into_iter().chain(refused);
    all.filter(move |(_, count)| strewn > 0 && *count > 0)
        .map(|(what, count)| SimCount { what, count })
}

fn times(what: &str, distribution: &Distribution) -> SimTimes {
    let digest = distribution.digest();
    SimTimes {
        what: what.to_owned(),
        count: digest.count,
        p50_ns: digest.p50,
        p99_ns: digest.p99,
        max_ns: digest.max,
    }
}
