//! Trials on the loopback: every cast in every way, and what stops them.

use std::{net::Ipv4Addr, time::Duration};

use cast::{
    BROADCAST, CASTS, CastError, Interface, MULTICAST, UNICAST, Way, find,
    trial::{Measured, Pace, Setting, Terms, check, measure},
};
use run::Stop;
use timing::SystemClock;

const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 0, 2);

fn setting(cast: &'static cast::Cast, payload_bytes: usize, receivers: usize, way: Way) -> Setting {
    Setting {
        cast,
        payload_bytes,
        receivers,
        way,
    }
}

fn measured(
    interface: &Interface,
    setting: &Setting,
    pace: Pace,
    stop: &Stop,
) -> Result<Measured, CastError> {
    let terms = Terms {
        interface,
        group: GROUP,
        buffer_bytes: 4 << 20,
        lasting: Duration::from_millis(30),
        clock: &SystemClock::start(),
        stop,
    };
    measure(setting, &terms, pace, 0x0bad_cafe)
}

#[track_caller]
fn on_loopback(setting: &Setting, pace: Pace) -> Measured {
    let (lo, stop) = (find("lo").expect("a loopback"), Stop::new().expect("pipes"));
    let measured = measured(&lo, setting, pace, &stop).expect("measured");
    assert!(measured.is_whole && measured.buffer_bytes > 0);
    assert_eq!(measured.run.receivers.len(), setting.receivers);
    for one in &measured.run.receivers {
        assert_eq!(one.received + one.lost, measured.run.sent, "{one:?}");
        assert_eq!(
            (one.corrupt, one.duplicates, one.out_of_order),
            (0, 0, 0),
            "{one:?}"
        );
    }
    measured
}

#[test]
fn what_is_paced_arrives_at_every_receiver_in_every_cast_and_way() {
    for cast in CASTS {
        for way in Way::ALL {
            let run = on_loopback(&setting(cast, 333, 3, way), Pace::Hertz(1000.0)).run;
            assert_eq!(run.sent, 30);
            for one in &run.receivers {
                // A buffer of mebibytes holds all of it, whenever its receiver is given a processor.
                assert_eq!(
                    (one.received, one.kernel_drops),
                    (30, 0),
                    "{} {way:?}",
                    cast.name
                );
                assert_eq!(one.latency.as_ref().map(|all| all.count), Some(30));
            }
        }
    }
}

#[test]
fn the_longest_and_the_shortest_datagrams_arrive_whole() {
    for way in Way::ALL {
        for (cast, payload_bytes) in [(&UNICAST, 65_507), (&MULTICAST, 24), (&BROADCAST, 32_753)] {
            let measured = on_loopback(&setting(cast, payload_bytes, 1, way), Pace::Flat);
            assert!(measured.run.receivers[0].received > 0, "{way:?}");
            assert_eq!(measured.run.latency, None);
        }
    }
}

#[test]
fn batches_and_segments_take_many_datagrams_a_call() {
    for way in [Way::Batch, Way::Segments] {
        let run = on_loopback(&setting(&MULTICAST, 64, 1, way), Pace::Flat).run;
        let one = &run.receivers[0];
        assert!(
            one.calls > 0 && one.calls < one.received,
            "{way:?}: {one:?}"
        );
    }
    let run = on_loopback(&setting(&MULTICAST, 64, 1, Way::One), Pace::Flat).run;
    assert_eq!(run.receivers[0].calls, run.receivers[0].received);
}

#[test]
fn who_was_asked_to_stop_ends_and_says_that_it_is_not_whole() {
    let (lo, stop) = (find("lo").expect("a loopback"), Stop::new().expect("pipes"));
    stop.request();
    for pace in [Pace::Flat, Pace::Hertz(10.0)] {
        let setting = setting(&UNICAST, 64, 2, Way::Batch);
        let measured = measured(&lo, &setting, pace, &stop).expect("measured");
        assert_eq!((measured.is_whole, measured.run.sent), (false, 0));
    }
}

#[test]
fn an_interface_that_is_not_as_it_needs_to_be_is_an_error() {
    let mut interface = find("lo").expect("a loopback");
    interface.v4.clear();
    let stop = Stop::new().expect("pipes");
    let terms = Terms {
        interface: &interface,
        group: GROUP,
        buffer_bytes: 1 << 20,
        lasting: Duration::from_millis(10),
        clock: &SystemClock::start(),
        stop: &stop,
    };
    let error = check(&setting(&UNICAST, 64, 1, Way::One), &terms).expect_err("no address");
    assert!(error.to_string().contains("has no IPv4 address"), "{error}");
}
