//! What DNS says about a zone, as plainly as can be: by walking through all its lines (RFC 1034, section 4.3.2; RFC 4592;
//! RFC 6604; RFC 8020; RFC 8482).

use std::collections::BTreeSet;

use domain::base::iana::Rtype;

use crate::{
    asking::Seen,
    zone::{Line, REVISION, ZONE},
};

/// The answer to a question that has all the room it needs.
pub fn answer(lines: &[Line], name: &str, record_type: Rtype) -> Seen {
    let mut seen = Seen {
        is_authoritative: true,
        ..Seen::default()
    };
    if !is_within(name, ZONE) {
        seen.rcode = 5;
        seen.is_authoritative = false;
        return seen;
    }
    let mut name = name.to_owned();
    let mut were = BTreeSet::new();
    while is_within(&name, ZONE) && were.len() < 17 && were.insert(name.clone()) {
        match step(lines, &name, record_type, &mut seen) {
            Some(next) => name = next,
            None => break,
        }
    }
    seen.additional.sort();
    seen.additional.dedup();
    seen
}

/// Answers for a name; where it leads, if it is an alias.
fn step(lines: &[Line], name: &str, record_type: Rtype, seen: &mut Seen) -> Option<String> {
    if let Some(cut) = cut(lines, name)
        && !(cut == name && record_type == Rtype::DS)
    {
        seen.is_authoritative = !seen.answer.is_empty();
        let servers = set(lines, &cut, Rtype::NS);
        seen.authority = texts(&servers, &cut);
        seen.additional = addresses(lines, &servers);
        return None;
    }
    if record_type == Rtype::SOA && name == ZONE {
        seen.answer.push(soa());
        return None;
    }
    let Some(source) = source(lines, name) else {
        seen.rcode = 3;
        seen.authority.push(soa());
        return None;
    };
    let found = set(lines, &source, record_type);
    if !found.is_empty() {
        seen.answer.extend(texts(&found, name));
        seen.additional = addresses(lines, &found);
        return None;
    }
    let alias = set(lines, &source, Rtype::CNAME);
    if record_type == Rtype::ANY && !alias.is_empty() {
        seen.answer.extend(texts(&alias, name));
        return None;
    }
    if record_type == Rtype::ANY && lines.iter().any(|line| line.owner == source) {
        let ttl_s = ttl_s(&source, 30);
        seen.answer
            .push(format!("{name}. {ttl_s} IN HINFO \"RFC8482\" \"\""));
        return None;
    }
    if alias.is_empty() {
        seen.authority.push(soa());
        return None;
    }
    seen.answer.extend(texts(&alias, name));
    Some(alias[0].data.trim_end_matches('.').to_owned())
}

/// The lines of a type under a name.
fn set<'a>(lines: &'a [Line], name: &str, record_type: Rtype) -> Vec<&'a Line> {
    let is_in = |line: &&Line| line.owner == name && line.record_type == record_type;
    lines.iter().filter(is_in).collect()
}

/// The name whose lines count for a name: itself, or a wildcard; none where there is no such name.
fn source(lines: &[Line], name: &str) -> Option<String> {
    let exists = |name: &str| name == ZONE || lines.iter().any(|line| is_within(&line.owner, name));
    if exists(name) {
        return Some(name.to_owned());
    }
    let mut encloser = name;
    while !exists(encloser) {
        encloser = encloser.split_once('.').expect("the zone exists").1;
    }
    Some(format!("*.{encloser}")).filter(|source| exists(source))
}

/// The highest name above a name, or itself, that is somebody else's.
fn cut(lines: &[Line], name: &str) -> Option<String> {
    let cuts = lines.iter().filter(|line| line.record_type == Rtype::NS);
    let cuts = cuts.map(|line| &line.owner);
    let cuts = cuts.filter(|owner| *owner != ZONE && is_within(name, owner));
    cuts.min_by_key(|owner| owner.len()).cloned()
}

/// The addresses of the names that records lead to.
fn addresses(lines: &[Line], records: &[&Line]) -> Vec<String> {
    let leading = records
        .iter()
        .filter(|line| matches!(line.record_type, Rtype::NS | Rtype::MX | Rtype::SRV));
    let targets = leading.map(|line| line.data.rsplit(' ').next().expect("a name"));
    let targets: BTreeSet<&str> = targets.map(|target| target.trim_end_matches('.')).collect();
    let mut texts_of_all = Vec::new();
    for target in targets {
        for record_type in [Rtype::A, Rtype::AAAA] {
            texts_of_all.extend(texts(&set(lines, target, record_type), target));
        }
    }
    texts_of_all
}

fn texts(records: &[&Line], owner: &str) -> Vec<String> {
    let text = |line: &&Line| {
        let ttl_s = ttl_s(&line.owner, line.ttl_s);
        format!("{owner}. {ttl_s} IN {} {}", line.record_type, line.data)
    };
    records.iter().map(text).collect()
}

/// Of the lease 2.5 s are left.
fn ttl_s(source: &str, ttl_s: u32) -> u32 {
    if source.starts_with("leased") {
        ttl_s.min(3)
    } else {
        ttl_s
    }
}

/// The zone's first record.
pub fn soa() -> String {
    let serial = REVISION.0 as u32;
    format!("{ZONE}. 5 IN SOA ns.{ZONE}. hostmaster.{ZONE}. {serial} 60 10 86400 5")
}

fn is_within(name: &str, above: &str) -> bool {
    name.strip_suffix(above)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
