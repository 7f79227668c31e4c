//! Services in virtual time: exact times for each model, and what holds whatever the plan.

use std::{sync::Arc, time::Duration};

use machine::ClientFactory;
use proptest::prelude::*;
use services::{Dialect, SERVICES, Script};
use sim::clients::{
    Arithmetic, Attends, Backlog, Ending, Figures, Load, Loop, Plan, REGIMES, Regime, WhenFull,
    simulate,
};
use stats::Law;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn law(name: &str, parameter: f64) -> Arc<dyn Law + Send + Sync> {
    let entry = stats::by_name(name).expect("a law");
    Arc::from((entry.build)(parameter).expect("in range"))
}

fn regime(name: &str) -> Regime {
    Regime::by_name(name).expect("a regime")
}

fn plan(name: &str, clients: u32) -> Plan {
    Plan::burst(regime(name), clients)
}

/// A service with clients whose requests wait so long, and the load that they are.
struct Setting {
    service: Box<dyn machine::Service>,
    factory: Box<dyn ClientFactory>,
    load: Load,
}

impl Setting {
    fn new(service: &str, wait: Duration) -> Self {
        let entry = services::by_name(service).expect("a service");
        let mut dialect = (entry.dialect)();
        dialect.task = wait;
        if ["tasks", "mean"].contains(&service) {
            dialect.terminator = "lf".parse().expect("a terminator");
        }
        let mut script = Script::seed(dialect.clone());
        (script.wait, script.steps, script.pause) = (wait, 3, Duration::ZERO);
        let factory = entry.clients(&script);
        let waits = ["slow-reverse", "work"].contains(&service);
        Self {
            load: Load {
                exchange: factory.exchange(),
                wait: if waits { wait } else { Duration::ZERO },
                works: u32::from(["work", "primes"].contains(&service)),
            },
            service: entry.service(&dialect),
            factory,
        }
    }

    fn run(&self, plan: &Plan) -> Figures {
        simulate(plan, &*self.service, &*self.factory).expect("in range")
    }
}

#[track_caller]
fn check(plan: &Plan, setting: &Setting, expected: Duration) {
    let figures = setting.run(plan);
    assert!(
        figures.is_whole(),
        "{:?} {:?}",
        figures.endings,
        figures.wrong
    );
    assert_eq!(figures.total, expected, "{}", plan.regime.name);
    if let Some(arithmetic) = Arithmetic::of(plan, &setting.load) {
        assert!(arithmetic.total <= expected, "{arithmetic:?}");
        assert!(!arithmetic.is_exact || arithmetic.total == expected);
    }
}

#[test]
fn a_wait_is_waited_as_often_as_the_model_says() {
    let slow = Setting::new("slow-reverse", ms(3000));
    for regime in REGIMES {
        let rounds = |clients: u32| match regime.at_once() {
            Some(at_once) => u64::from(clients).div_ceil(at_once),
            None => 1,
        };
        for clients in [1, 10, 64, 65, 100, 130] {
            let plan = Plan::burst(*regime, clients);
            check(&plan, &slow, ms(3000 * rounds(clients)));
        }
    }
}

#[test]
fn calculations_take_turns_and_waits_do_not() {
    let work = Setting::new("work", ms(10));
    let check = |name: &str, cores, expected| {
        let mut plan = plan(name, 12);
        plan.costs.work = ms(7);
        plan.cores = cores;
        if plan.regime.is_one_a_core() {
            plan.regime.workers = Some(cores);
        }
        check(&plan, &work, expected);
    };
    check("iterative", 4, ms(12 * 17));
    check("thread", 1, ms(10 + 12 * 7));
    check("thread", 4, ms(10 + 3 * 7));
    check("process", 6, ms(10 + 2 * 7));
    check("pool", 4, ms(10 + 3 * 7));
    check("prefork", 4, ms(10 + 3 * 7));
    check("reactor", 4, ms(10 + 12 * 7));
    check("percore", 4, ms(10 + 3 * 7));
    check("async", 4, ms(10 + 3 * 7));
    let mut plan = plan("reactor", 12);
    (plan.costs.work, plan.cores, plan.regime.offload) = (ms(7), 4, true);
    self::check(&plan, &work, ms(10 + 3 * 7));
}

#[test]
fn a_calculation_holds_up_the_others_of_its_loop_and_nobody_elses() {
    // The first client calculates at once; the second has waited when that is half done.
    let mut plan = plan("reactor", 2);
    (plan.costs.work, plan.cores) = (ms(20), 2);
    plan.arrivals = law("deterministic", 0.0);
    let slow = Setting::new("work", Duration::ZERO);
    let greatest = |plan: &Plan| slow.run(plan).response.digest().max;
    assert_eq!(greatest(&plan), Some(40e6));
    plan.regime = regime("thread");
    assert_eq!(greatest(&plan), Some(20e6));
}

#[test]
fn a_free_worker_takes_what_waits_for_another_only_where_all_attend_to_all() {
    // They come at 8, 16 and 24 ms, and would calculate from 18, 26 and 34 on. The third is accepted by the worker of
    // the second, which then calculates until 41; the other is free from 33 on.
    let work = Setting::new("work", ms(10));
    let total = |name: &str| {
        let mut plan = plan(name, 3);
        plan.arrivals = law("deterministic", 0.008);
        (plan.cores, plan.regime.workers, plan.costs.work) = (2, Some(2), ms(15));
        work.run(&plan).total
    };
    assert_eq!(total("percore"), ms(41 + 15));
    assert_eq!(total("async"), ms(34 + 15));
}

#[test]
fn who_accepts_makes_one_worker_after_another() {
    let slow = Setting::new("slow-reverse", ms(3000));
    let mut plan = plan("process", 100);
    plan.costs.accept = ms(1);
    plan.costs.process = ms(10);
    check(&plan, &slow, ms(3000 + 100 * 11));
    plan.regime = regime("iterative");
    check(&plan, &slow, ms(100 * 3001));
    plan.regime = regime("reactor");
    check(&plan, &slow, ms(3000 + 100));
    let figures = slow.run(&plan);
    assert_eq!(figures.busy, ms(100));
    assert_eq!(figures.connection_gaps.digest().mean, Some(1e6));
}

#[test]
fn a_switch_costs_where_workers_alternate() {
    let work = Setting::new("work", Duration::ZERO);
    let mut plan = plan("thread", 2);
    plan.costs.work = ms(6);
    plan.slice = ms(3);
    plan.costs.switch = ms(1);
    let figures = work.run(&plan);
    // To the acceptor, to each worker twice; and to each once more, to hear of its client's end.
    assert_eq!(figures.total, ms(2 * 6 + 5));
    assert_eq!((figures.switches, figures.busy), (7, ms(2 * 6 + 7)));
}

#[test]
fn packets_travel() {
    // To connect takes a way there and one back; so does the request with its answer.
    let slow = Setting::new("slow-reverse", ms(30));
    let mut plan = plan("thread", 5);
    plan.latency = ms(10);
    let figures = slow.run(&plan);
    assert_eq!(figures.total, ms(20 + 10 + 30 + 10));
    assert_eq!(figures.connect.digest().max, Some(20e6));
    assert_eq!(figures.service.digest().max, Some(50e6));
}

#[test]
fn whoever_finds_the_backlog_full_tries_again_or_is_refused() {
    let slow = Setting::new("slow-reverse", ms(700));
    let mut plan = plan("iterative", 4);
    plan.backlog = Backlog::Places(1);
    // At once one is served and two wait; the fourth knocks again a second later.
    check(&plan, &slow, ms(4 * 700));
    let figures = slow.run(&plan);
    assert_eq!((figures.overflows, figures.backlog_max), (1, 2));
    plan.when_full = WhenFull::Refuse;
    let figures = slow.run(&plan);
    assert_eq!(figures.count(Ending::Refused), 1);
    assert_eq!(figures.count(Ending::Right), 3);
    plan.when_full = WhenFull::Retry;
    plan.connect_timeout = ms(600);
    assert_eq!(slow.run(&plan).count(Ending::TimedOut), 1);
}

#[test]
fn places_are_filled_from_the_inside_out() {
    let slow = Setting::new("slow-reverse", ms(700));
    let answered = |name: &str, change: fn(&mut Plan)| {
        let mut plan = plan(name, 20);
        (plan.backlog, plan.when_full) = (Backlog::Places(0), WhenFull::Refuse);
        change(&mut plan);
        slow.run(&plan).count(Ending::Right)
    };
    // Whoever is accepted at once leaves the place to the next.
    assert_eq!(answered("thread", |_| {}), 20);
    assert_eq!(answered("reactor", |_| {}), 20);
    assert_eq!(answered("iterative", |_| {}), 1 + 1);
    assert_eq!(
        answered("prefork", |plan| plan.regime.workers = Some(3)),
        3 + 1
    );
    let pool = |plan: &mut Plan| (plan.regime.workers, plan.regime.queue) = (Some(3), 4);
    assert_eq!(answered("pool", pool), 3 + 4 + 1);
}

#[test]
fn what_is_not_read_costs_nothing_to_read() {
    // Each is read once; that the client ends the connection is no reading.
    let slow = Setting::new("slow-reverse", ms(3));
    let mut plan = plan("reactor", 5);
    plan.costs.read = ms(10);
    let figures = slow.run(&plan);
    assert_eq!(figures.busy, ms(50));
    assert_eq!(figures.total, ms(50 + 3));
}

#[test]
fn a_schedule_is_kept_in_an_open_loop_and_yields_in_a_closed_one() {
    let echo = Setting::new("work", ms(30));
    let mut plan = plan("thread", 1);
    plan.requests = 4;
    plan.gaps = law("deterministic", 0.01);
    check(&plan, &echo, ms(4 * 40));
    plan.loop_kind = Loop::Open;
    // Each waits for the one before it, on the same connection: 10 + 4 · 30.
    check(&plan, &echo, ms(10 + 4 * 30));
    let response = echo.run(&plan).response.digest();
    assert_eq!((response.min, response.max), (Some(30e6), Some(90e6)));
}

#[test]
fn a_poisson_stream_has_the_gaps_of_its_law() {
    let slow = Setting::new("slow-reverse", ms(1));
    let mut plan = plan("reactor", 20_000);
    plan.arrivals = law("exponential", 1000.0);
    let figures = slow.run(&plan);
    assert!(figures.is_whole());
    let gaps = figures.connection_gaps.digest();
    let (mean, cv) = (gaps.mean.expect("gaps"), gaps.cv.expect("gaps"));
    assert!((mean / 1e6 - 1.0).abs() < 0.03, "{mean}");
    assert!((cv - 1.0).abs() < 0.05, "{cv}");
}

#[test]
fn all_services_are_answered_rightly_under_all_models() {
    for entry in SERVICES {
        let setting = Setting::new(entry.name, ms(20));
        for regime in REGIMES {
            let mut plan = Plan::burst(*regime, 9);
            plan.requests = 2;
            let figures = setting.run(&plan);
            let of = format!("{} {} {:?}", entry.name, regime.name, figures.wrong);
            assert_eq!(figures.count(Ending::Right), 18, "{of}");
            let arithmetic = Arithmetic::of(&plan, &setting.load).expect("all at once");
            assert!(arithmetic.is_exact, "{of}");
            assert_eq!(figures.total, arithmetic.total, "{of}");
        }
    }
}

#[test]
fn a_session_longer_than_the_server_lets_it_be_ends_as_closed() {
    let entry = services::by_name("tasks").expect("a service");
    let served = Dialect {
        exchange: machine::Exchange::OneShot,
        ..Dialect::SEED
    };
    let factory = entry.clients(&Script::seed(Dialect::SEED));
    let mut plan = plan("thread", 2);
    plan.requests = 5;
    let service = entry.service(&served);
    let figures = simulate(&plan, &*service, &*factory).expect("in range");
    assert_eq!(figures.count(Ending::Right), 2);
    assert_eq!(figures.count(Ending::Closed), 8);
}

#[test]
fn sessions_that_nobody_leaves_are_reached_in_rounds() {
    let work = Setting::new("work", ms(5));
    let mut plan = plan("prefork", 100);
    plan.requests = 3;
    check(&plan, &work, ms(2 * 3 * 5));
    assert_eq!(work.run(&plan).open_max, 100);
}

fn any_plan() -> impl Strategy<Value = (Plan, &'static str)> {
    let regimes = proptest::sample::select(REGIMES.to_vec());
    let names = proptest::sample::select(vec!["slow-reverse", "work", "echo"]);
    let costs = proptest::collection::vec(0_u64..3, 4);
    let flags = any::<[bool; 2]>();
    (regimes, 1_u32..40, 1_u32..4, 1_u32..4, costs, names, flags).prop_map(
        |(mut regime, clients, requests, cores, costs, name, [offload, is_open])| {
            regime.offload = offload && regime.attends != Attends::One;
            if regime.is_one_a_core() {
                regime.workers = Some(cores);
            }
            let mut plan = Plan::burst(regime, clients);
            (plan.requests, plan.cores) = (requests, cores);
            plan.costs.accept = ms(costs[0]);
            plan.costs.thread = ms(costs[1]);
            plan.costs.read = ms(costs[2]);
            plan.costs.work = ms(costs[3]);
            plan.slice = ms(2);
            if is_open {
                plan.loop_kind = Loop::Open;
            }
            (plan, name)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_arithmetic_holds((plan, name) in any_plan()) {
        let setting = Setting::new(name, ms(7));
        let figures = setting.run(&plan);
        prop_assert!(figures.is_whole(), "{:?}", figures.endings);
        let arithmetic = Arithmetic::of(&plan, &setting.load).expect("all at once");
        prop_assert!(figures.total >= arithmetic.total, "{:?} < {arithmetic:?}", figures.total);
        if arithmetic.is_exact {
            prop_assert_eq!(figures.total, arithmetic.total);
        }
        // All that was to be done was done, once, and never more at a time than there are processors.
        let connections = figures.connect.count() as u32;
        let start = if plan.regime.name == "thread" { plan.costs.thread } else { Duration::ZERO };
        let least = (plan.costs.accept + start) * connections
            + plan.costs.work * setting.load.works * plan.asked() as u32;
        prop_assert!(figures.busy >= least);
        prop_assert!(figures.busy <= figures.total * plan.cores);
    }

    #[test]
    fn no_processor_is_idle_while_anybody_wants_one(clients in 1_u32..60, cores in 1_u32..5) {
        // Threads that all calculate from the beginning: the processors are busy until too few are left.
        let work = Setting::new("work", Duration::ZERO);
        let mut plan = plan("thread", clients);
        (plan.cores, plan.costs.work, plan.slice) = (cores, ms(5), ms(2));
        let figures = work.run(&plan);
        prop_assert_eq!(figures.busy, ms(5) * clients);
        let idle = figures.total * cores - figures.busy;
        prop_assert!(idle <= ms(5) * (cores - 1), "{idle:?}");
    }

    #[test]
    fn the_same_plan_gives_the_same_figures(
        (mut plan, name) in any_plan(),
        seed: u64,
        is_open: bool,
    ) {
        plan.gaps = law("exponential", 100.0);
        plan.arrivals = law("uniform", 0.05);
        (plan.seed, plan.backlog) = (seed, Backlog::Places(3));
        plan.loop_kind = if is_open { Loop::Open } else { Loop::Closed };
        let setting = Setting::new(name, ms(7));
        let figures = setting.run(&plan);
        prop_assert_eq!(figures.endings.iter().sum::<u64>(), plan.asked());
        prop_assert_eq!(&figures, &setting.run(&plan));
    }

    #[test]
    fn whoever_knocks_first_is_accepted_first(clients in 2_u32..50, gap_ms in 0_u32..20) {
        // One at a time, 10 ms each: a client waits for all before it, so the k-th is answered at the greater of
        // its own coming and the end of the one before, plus 10 ms.
        let slow = Setting::new("slow-reverse", ms(10));
        let mut plan = plan("iterative", clients);
        plan.arrivals = law("deterministic", f64::from(gap_ms) / 1000.0);
        let figures = slow.run(&plan);
        let (mut end, mut most) = (Duration::ZERO, Duration::ZERO);
        for number in 1..=clients {
            let comes = ms(u64::from(gap_ms)) * number;
            end = end.max(comes) + ms(10);
            most = most.max(end - comes);
        }
        prop_assert_eq!(figures.total, end);
        prop_assert_eq!(figures.response.digest().max, Some(most.as_nanos() as f64));
    }
}
