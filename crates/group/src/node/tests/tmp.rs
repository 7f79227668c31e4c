//! tmp
use super::*;
use crate::*;
#[test]
fn kills() {
    for broken in BROKEN {
        let mut who = Vec::new();
        for order in ORDERS {
            for seed in 0..60u64 {
                let settings = Settings {
                    level: [Level::Agreed, Level::Safe][seed as usize % 2],
                    partitions: [Partitions::Primary, Partitions::Partitionable]
                        [seed as usize / 2 % 2],
                    broken: Some(broken),
                    ..Settings::new(order)
                };
                let r = std::panic::catch_unwind(|| {
                    let mut bench = mixture::mix(&settings, seed);
                    mixture::end(&mut bench, &settings, seed);
                });
                if let Err(e) = r {
                    let m = e.downcast_ref::<String>().cloned().unwrap_or_default();
                    who.push((order.name, seed, m.chars().take(90).collect::<String>()));
                    break;
                }
            }
        }
        eprintln!("KILL {}: {who:?}", broken.name);
    }
}
#[test]
fn many() {
    for order in ORDERS {
        let mut t = (0, 0, 0, 0, 0);
        for seed in 100..500u64 {
            let settings = Settings {
                level: [Level::Agreed, Level::Safe][seed as usize % 2],
                partitions: [Partitions::Primary, Partitions::Partitionable][seed as usize / 2 % 2],
                ..Settings::new(order)
            };
            let mut bench = mixture::mix(&settings, seed);
            let q = mixture::end(&mut bench, &settings, seed);
            t.0 += u64::from(q);
            for h in &bench.hosts {
                let y = h.node.tally();
                t.1 += y.views;
                t.2 += y.expulsions;
                t.3 += y.discarded;
                t.4 += y.delivered;
            }
        }
        eprintln!(
            "MANY {}: quiet {} views {} expelled {} discarded {} delivered {}",
            order.name, t.0, t.1, t.2, t.3, t.4
        );
    }
}
