//! Whom datagrams are for: from flags to a wish, and from a plan to a sentence.

use anyhow::{Result, ensure};
use cast::{BROADCAST, Cast, MULTICAST, Plan, Side, UNICAST, Why, Wish, address};

use crate::{args::WhomArgs, names};

/// The cast and the wish that the flags say.
///
/// # Errors
/// When an address is none.
pub fn wish(args: &WhomArgs, side: Side) -> Result<(&'static Cast, Wish)> {
    let (cast, to) = if let Some(broadcast) = &args.broadcast {
        let to = match broadcast.parse::<u16>() {
            Ok(port) => ([0, 0, 0, 0], port).into(),
            Err(_) => address(broadcast)?,
        };
        (&BROADCAST, vec![to])
    } else if !args.unicast.is_empty() {
        let to = args
            .unicast
            .iter()
            .map(|text| Ok(address(&names::located(text)?)?));
        (&UNICAST, to.collect::<Result<_>>()?)
    } else {
        let group = args.multicast.as_deref().unwrap_or(CLASSIC);
        (&MULTICAST, vec![address(group)?])
    };
    let no_port = to.iter().find(|to| to.port() == 0);
    ensure!(
        no_port.is_none(),
        "port 0 is nobody's; give the port on which the others send and receive, as in {CLASSIC}"
    );
    let mut wish = Wish::new(side, to);
    wish.interface = args.interface.clone();
    Ok((cast, wish))
}

/// Where datagrams go, by which interface, why by that one, and how far.
pub fn sending(plan: &Plan) -> String {
    let to: Vec<String> = plan.to.iter().map(ToString::to_string).collect();
    let way = by(plan, " by ");
    let is_loopback = plan.interface.as_ref().is_some_and(|one| one.is_loopback);
    let reach = match (plan.stays_here(), plan.ttl) {
        (true, Some(0)) if !is_loopback => {
            "; stays on this machine (TTL 0): --ttl 1 reaches the network".to_owned()
        }
        (true, _) if plan.why == Why::Unasked => {
            "; stays on this machine: --interface NAME reaches a network".to_owned()
        }
        (true, _) => "; stays on this machine".to_owned(),
        (false, Some(ttl)) => format!("; leaves this machine (TTL {ttl})"),
        (false, None) => "; leaves this machine".to_owned(),
    };
    format!(
        "sending by {} to {}{way}{reach}",
        plan.cast.name,
        to.join(", ")
    )
}

/// What is received, on which interface, why on that one.
pub fn receiving(plan: &Plan) -> String {
    let way = match &plan.interface {
        None if plan.to[0].ip().is_unspecified() => " on all interfaces".to_owned(),
        _ => by(plan, " on "),
    };
    format!("receiving by {} at {}{way}", plan.cast.name, plan.to[0])
}

fn by(plan: &Plan, word: &str) -> String {
    let Some(interface) = &plan.interface else {
        return String::new();
    };
    let down = match interface.is_up {
        true => "",
        false => " (which is down, or has no carrier)",
    };
    format!("{word}{}{down}, {}", interface.name, plan.why.text())
}

/// The group and port of the classic programs.
const CLASSIC: &str = "224.1.1.1:5007";

#[cfg(test)]
mod tests {
    use super::*;

    fn args() -> WhomArgs {
        WhomArgs {
            unicast: Vec::new(),
            multicast: None,
            broadcast: None,
            interface: None,
        }
    }

    #[test]
    fn without_a_flag_it_is_the_classic_group() {
        let (cast, wish) = wish(&args(), Side::Send).expect("a wish");
        assert_eq!(cast.name, "multicast");
        assert_eq!(wish.to, ["224.1.1.1:5007".parse().expect("an address")]);
    }

    #[test]
    fn a_broadcast_is_a_port_or_an_address() {
        let said = |text: &str| {
            let args = WhomArgs {
                broadcast: Some(text.to_owned()),
                ..args()
            };
            let (cast, wish) = wish(&args, Side::Send).expect("a wish");
            assert_eq!(cast.name, "broadcast");
            wish.to[0].to_string()
        };
        assert_eq!(said("5007"), "0.0.0.0:5007");
        assert_eq!(said("127.255.255.255:5007"), "127.255.255.255:5007");
    }

    #[test]
    fn what_stays_here_is_said_with_what_would_not() {
        let args = WhomArgs {
            broadcast: Some("5007".to_owned()),
            ..args()
        };
        let (cast, wish) = wish(&args, Side::Send).expect("a wish");
        let text = sending(&cast.plan(&wish).expect("a plan"));
        assert!(text.contains("127.255.255.255:5007 by lo"), "{text}");
        assert!(text.contains("--interface NAME"), "{text}");
    }
}
