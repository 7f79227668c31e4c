//! `wharf cast doctor`: why datagrams do not arrive here, and what to do about it.

use std::net::{SocketAddr, SocketAddrV4};

use anyhow::{Result, bail};
use cast::{
    Interface,
    doctor::{
        Diagnosis, Finding, INTERFACES_MAX, Loopback, Outcome, Question, Target, Tried, Weight,
        examine,
    },
    find, interfaces,
};
use history::Verdict;
use serde_json::{Value, json};

use super::diagnosis_text::text;
use crate::{args::DoctorArgs, say};

/// Runs the command.
///
/// # Errors
/// When a target is none of its kind, an interface is not there, or the kernel does not list them.
pub fn run(args: &DoctorArgs) -> Result<Verdict> {
    let mut all = Vec::new();
    for question in questions(args)? {
        let target = question.target;
        all.push((target, examine(&question)?));
    }
    let works = all.iter().all(|(_, diagnosis)| diagnosis.works);
    let printed = match args.json {
        true => {
            let all: Vec<Value> = all.iter().map(|(target, one)| json(target, one)).collect();
            serde_json::to_string_pretty(&json!({ "works": works, "examined": all }))? + "\n"
        }
        false => text(all.iter().map(|(_, diagnosis)| diagnosis)),
    };
    say::pass_on(printed.as_bytes())?;
    Ok(match works {
        true => Verdict::Valid,
        false => Verdict::Invalid,
    })
}

fn questions(args: &DoctorArgs) -> Result<Vec<Question>> {
    let interface = args.interface.as_deref().map(find).transpose()?;
    let question = |target, interface| Question {
        target,
        interface,
        ttl: args.ttl,
        loopback: match args.no_loop {
            true => Loopback::Off,
            false => Loopback::On,
        },
    };
    if let Some(given) = &args.multicast {
        let (group, interface) = scoped(given, interface)?;
        if !group.ip().is_multicast() {
            bail!("`{given}` is no group; groups are 224.0.0.0 to 239.255.255.255 and ff00::/8");
        }
        return Ok(vec![question(Target::Multicast(group), interface)]);
    }
    if let Some(given) = &args.unicast {
        let (address, interface) = scoped(given, interface)?;
        if address.ip().is_multicast() {
            bail!("`{given}` is a group; ask with --multicast");
        }
        if interface.is_some() && address.is_ipv4() {
            bail!("--interface means nothing to an IPv4 address: the routing table chooses");
        }
        return Ok(vec![question(Target::Unicast(address), interface)]);
    }
    if let Some(given) = &args.broadcast {
        let targets = broadcast_targets(given, interface.as_ref())?;
        return Ok(targets
            .into_iter()
            .map(|target| question(target, None))
            .collect());
    }
    let group = SocketAddr::from(([224, 1, 1, 1], PORT));
    let mut all = vec![question(Target::Multicast(group), interface.clone())];
    let subnets = subnets(PORT, interface.as_ref())?;
    all.extend(subnets.into_iter().map(|target| question(target, None)));
    Ok(all)
}

/// An address, and the interface that it or a flag names.
fn scoped(given: &str, asked: Option<Interface>) -> Result<(SocketAddr, Option<Interface>)> {
    let mut address = cast::address(given)?;
    if address.port() == 0 {
        bail!("`{given}`: nobody can be reached at port 0; take one from 1 to 65535");
    }
    let SocketAddr::V6(v6) = &mut address else {
        return Ok((address, asked));
    };
    let scope = v6.scope_id();
    v6.set_scope_id(0);
    let all = interfaces()?;
    let named = all.into_iter().find(|one| one.index == scope);
    match (named, asked) {
        (None, _) if scope != 0 => bail!("`{given}`: no interface has the number {scope}"),
        (Some(named), Some(asked)) if named.index != asked.index => bail!(
            "`{given}` is on {}, and --interface says {}; name it once",
            named.name,
            asked.name
        ),
        (named, asked) => Ok((address, asked.or(named))),
    }
}

fn broadcast_targets(given: &str, interface: Option<&Interface>) -> Result<Vec<Target>> {
    if let Ok(port) = given.parse::<u16>() {
        if port == 0 {
            bail!("nobody can be reached at port 0; take one from 1 to 65535");
        }
        let all = subnets(port, interface)?;
        if all.is_empty() {
            bail!(
                "no interface that is up has a broadcast address; `ip addr` shows those there are"
            );
        }
        return Ok(all);
    }
    match given.parse::<SocketAddrV4>() {
        Ok(_) if interface.is_some() => {
            bail!(
                "`{given}` says already which interface; leave out --interface, or give a port alone"
            )
        }
        Ok(address) if address.port() != 0 && !address.ip().is_multicast() => {
            Ok(vec![Target::Broadcast(address)])
        }
        _ => bail!(
            "`{given}` is neither a port nor a broadcast address and a port; write 5007 or 127.255.255.255:5007"
        ),
    }
}

/// The broadcast addresses of an interface, or of all that are up.
fn subnets(port: u16, asked: Option<&Interface>) -> Result<Vec<Target>> {
    let mut all = interfaces()?;
    all.retain(|one| one.is_up && asked.is_none_or(|asked| asked.index == one.index));
    let addresses = all.iter().flat_map(|one| &one.v4);
    let addresses = addresses.filter_map(|(.., broadcast)| *broadcast);
    let target = |address| Target::Broadcast(SocketAddrV4::new(address, port));
    Ok(addresses.take(INTERFACES_MAX).map(target).collect())
}

fn json(target: &Target, diagnosis: &Diagnosis) -> Value {
    let tried = |one: &Tried| {
        json!({
            "what": one.what,
            "works": one.outcome == Outcome::Done,
            "outcome": one.outcome.to_string(),
            "note": one.note,
        })
    };
    let finding = |one: &Finding| json!({ "check": one.check, "seen": one.seen, "means": one.means, "do": one.remedy });
    let of = |weight| {
        let all = diagnosis.findings.iter();
        let all = all.filter(|one| one.weight == weight);
        all.map(finding).collect::<Vec<_>>()
    };
    json!({
        "target": target.to_string(),
        "works": diagnosis.works,
        "verdict": diagnosis.verdict,
        "tried": diagnosis.tried.iter().map(tried).collect::<Vec<_>>(),
        "problems": of(Weight::Problem),
        "remarks": of(Weight::Remark),
    })
}

/// The port of the laboratory's group.
const PORT: u16 = 5007;
