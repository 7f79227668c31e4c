//! Every name of a zone, and names around them, asked for every type: held against the model.

use domain::base::iana::Rtype;

use crate::{
    asking::{self, CONNECTED, Seen, question},
    model,
    zone::{self, Line, TEXT, ZONE},
};

/// Sorted, and without dots at the ends of names: what order records have is nobody's business.
fn plain(mut seen: Seen) -> Seen {
    for section in [&mut seen.answer, &mut seen.authority, &mut seen.additional] {
        for text in section.iter_mut() {
            *text = text.replace(". ", " ").trim_end_matches('.').to_owned();
        }
        section.sort();
    }
    seen
}

#[track_caller]
fn check(lines: &[Line], names: &[String]) -> usize {
    let registry = zone::registry(lines);
    let mut count = 0;
    for name in names {
        for record_type in TYPES {
            let seen = asking::ask(&registry, &question(name, record_type), CONNECTED);
            let expected = plain(model::answer(lines, name, record_type));
            assert_eq!(plain(seen), expected, "{name} {record_type}");
            count += 1;
        }
    }
    count
}

/// All names of the zone, those above them, and some beside and below them.
fn names(lines: &[Line]) -> Vec<String> {
    let mut names = vec![
        "example.org".to_owned(),
        "test".to_owned(),
        "xlab.test".to_owned(),
    ];
    for line in lines {
        let mut name = &*line.owner;
        while name.len() >= ZONE.len() {
            names.push(name.to_owned());
            names.push(format!("x.{name}"));
            names.push(format!("y.x.{name}"));
            names.push(format!("*.{name}"));
            name = name.split_once('.').expect("names end in the zone").1;
        }
    }
    names.sort();
    names.dedup();
    names
}

#[test]
fn every_answer_is_what_the_model_says() {
    let lines = zone::lines(TEXT);
    let count = check(&lines, &names(&lines));
    assert!(count > 2_000, "{count} questions");
}

#[test]
fn answers_from_random_zones_are_what_the_model_says() {
    for seed in 1..=60 {
        let lines = zone::lines(&random_zone(seed));
        check(&lines, &names(&lines));
    }
}

/// A zone of a few labels, so that names, wildcards, cuts and aliases meet.
fn random_zone(seed: u64) -> String {
    let mut state = seed;
    let mut pick = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut text = "$TTL 30\n@ IN NS ns\n".to_owned();
    let mut aliases = Vec::new();
    let mut others = Vec::new();
    for number in 0..14 {
        let depth = 1 + pick(3);
        let labels: Vec<&str> = (0..depth)
            .map(|at| match (at, pick(8)) {
                (0, 7) => "*",
                (_, at) => ["a", "b", "c", "ns"][at as usize % 4],
            })
            .collect();
        let name = labels.join(".");
        let target = ["a", "b.a", "c.b.a", "ns", "x.b", "a.example."][pick(6) as usize];
        let (alias, line) = match pick(8) {
            0 | 1 => (true, format!("{name} IN CNAME {target}\n")),
            2 => (false, format!("{name} IN NS {target}\n")),
            3 => (false, format!("{name} IN MX {number} {target}\n")),
            4 => (false, format!("{name} IN SRV 1 2 {number} {target}\n")),
            _ => (false, format!("{name} IN A 10.0.0.{number}\n")),
        };
        // An alias stands alone.
        let is_free = match alias {
            true => !aliases.contains(&name) && !others.contains(&name),
            false => !aliases.contains(&name),
        };
        if is_free {
            text += &line;
            if alias {
                aliases.push(name)
            } else {
                others.push(name)
            }
        }
    }
    text
}

const TYPES: [Rtype; 14] = [
    Rtype::A,
    Rtype::NS,
    Rtype::CNAME,
    Rtype::SOA,
    Rtype::PTR,
    Rtype::HINFO,
    Rtype::MX,
    Rtype::TXT,
    Rtype::AAAA,
    Rtype::SRV,
    Rtype::DS,
    Rtype::ANY,
    Rtype::HTTPS,
    Rtype::from_int(65_280),
];
