//! Where a group meets: from flags to plans.

use anyhow::{Result, ensure};
use cast::{Plan, Side};

use super::super::cast::whom;
use crate::args::{MeetArgs, WhomArgs};

/// Where to send and where to receive. Without a word about it nothing leaves the machine.
///
/// # Errors
/// When an address is none, or no interface does.
pub fn plans(args: &MeetArgs) -> Result<(Plan, Plan)> {
    let is_unicast = !args.to.is_empty();
    ensure!(
        !is_unicast || args.ttl != Some(0),
        "--ttl 0 is for multicast groups: leave it out with --to"
    );
    let mut whom = WhomArgs {
        unicast: args.to.clone(),
        multicast: (!is_unicast).then(|| args.multicast.clone()),
        broadcast: None,
        interface: args.interface.clone(),
    };
    if !is_unicast && whom.interface.is_none() {
        whom.interface = Some(LOOPBACK.to_owned());
    }
    let (cast, mut wish) = whom::wish(&whom, Side::Send)?;
    wish.ttl = args.ttl;
    let sending = cast.plan(&wish)?;
    if let Some(listen) = &args.listen {
        whom.unicast = vec![listen.clone()];
    }
    let (cast, wish) = whom::wish(&whom, Side::Receive)?;
    Ok((sending, cast.plan(&wish)?))
}

const LOOPBACK: &str = "lo";
