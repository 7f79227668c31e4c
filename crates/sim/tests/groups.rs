//! Groups in virtual time: the same seed is the same run, and schedules that are replayed are too.

use group::{Level, ORDERS, Settings};
use sim::Knobs;
use sim::groups::{Trial, run};
use trace::{Account, FORMS, Log};

fn trial(order: usize, level: Level, seed: u64) -> Trial {
    let mut settings = Settings::new(&ORDERS[order]);
    settings.level = level;
    Trial {
        settings,
        schedule: Knobs::default().draw(seed),
    }
}

/// The log as a file has it.
fn written(log: &Log) -> String {
    let ids: Vec<_> = log.ids().collect();
    let own = FORMS.iter().find(|form| form.name == "wharf");
    let write = own
        .and_then(|form| form.write)
        .expect("our own form is written");
    write(&[Account {
        log,
        sequence: &ids,
        past: &|_| unreachable!("there are no vectors"),
    }])
}

#[test]
fn a_seed_is_the_same_run_to_the_byte() {
    for (order, seed) in (0..ORDERS.len()).zip(1..) {
        let trial = trial(order, Level::Safe, seed);
        let (one, other) = (run(&trial).unwrap(), run(&trial).unwrap());
        assert_eq!(written(&one.log), written(&other.log));
        assert_eq!(one.network, other.network);
        assert_eq!(one.own_ns, other.own_ns);
    }
}

#[test]
fn a_schedule_that_was_printed_is_the_same_run() {
    for (order, seed) in (0..ORDERS.len()).zip(11..) {
        let trial = trial(order, Level::Agreed, seed);
        let again: Trial = trial.to_string().parse().expect("it was printed");
        let (one, other) = (run(&trial).unwrap(), run(&again).unwrap());
        assert_eq!(written(&one.log), written(&other.log));
    }
}

#[test]
fn members_deliver_what_was_sent_and_see_who_is_there() {
    for order in 0..ORDERS.len() {
        let mut trial = trial(order, Level::Agreed, 1);
        trial.schedule.faults.clear();
        trial.schedule.sendings.retain(|one| one.place < 5);
        let outcome = run(&trial).unwrap();
        assert_eq!(outcome.flaws, []);
        let sent = trial.schedule.sendings.len();
        assert_eq!(outcome.totals.sent, sent as u64);
        assert_eq!(outcome.totals.delivered, 5 * sent as u64);
        assert_eq!((outcome.own_ns.len(), outcome.last_ns.len()), (sent, sent));
        assert_eq!(outcome.totals.views, 5);
    }
}
