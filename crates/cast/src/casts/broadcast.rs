//! To everybody on a network: one datagram that each machine of the subnet receives, asked or not (RFC 919).
//! IPv4 only; IPv6 has groups in its place.
//!
//! The address is the subnet's, not 255.255.255.255: that one needs a default route, and names no network on
//! a machine with several.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use socket2::Socket;

use crate::{Cast, CastError, Interface, Plan, Why, Wish, cast::Side, find, interfaces};

/// To everybody on a network.
pub static BROADCAST: Cast = Cast {
    name: "broadcast",
    about: "every machine of a subnet, asked or not; this machine's own (127.255.255.255), unless --interface names another",
    example: "--broadcast 5007 --interface eth0",
    plan,
    prepare,
    listen,
};

fn plan(wish: &Wish) -> Result<Plan, CastError> {
    let [SocketAddr::V4(to)] = wish.to.as_slice() else {
        return Err(CastError::Settings {
            what: "broadcast is to one IPv4 network".to_owned(),
            instead: "give --broadcast a port or one subnet's address, as in 192.168.1.255:5007; in IPv6, send to \
                      the group ff02::1 with --multicast",
        });
    };
    if wish.ttl == Some(0) {
        return Err(CastError::Settings {
            what: "a broadcast needs a time to live of 1 at least".to_owned(),
            instead: "leave --ttl and --interface out and it stays on this machine",
        });
    }
    let (address, interface, why) = choose(*to.ip(), wish)?;
    Ok(Plan {
        cast: &BROADCAST,
        to: vec![SocketAddr::from((address, to.port()))],
        interface,
        why,
        ttl: wish.ttl,
        loops: wish.loops,
    })
}

type Choice = (Ipv4Addr, Option<Interface>, Why);

fn choose(address: Ipv4Addr, wish: &Wish) -> Result<Choice, CastError> {
    let asked = wish.interface.as_deref().map(find).transpose()?;
    match (address.is_unspecified(), asked) {
        (true, Some(interface)) => Ok((own(&interface)?, Some(interface), Why::Asked)),
        // A receiver lets nothing leave, so it may as well hear all networks.
        (true, None) if wish.side == Side::Receive => Ok((Ipv4Addr::UNSPECIFIED, None, Why::Any)),
        (true, None) => {
            let mut all = interfaces()?;
            let loopback = all.iter().position(|one| one.is_loopback && one.is_up);
            match loopback.map(|at| all.swap_remove(at)) {
                Some(loopback) => Ok((own(&loopback)?, Some(loopback), Why::Unasked)),
                None => Err(CastError::Settings {
                    what: "there is no loopback that is up".to_owned(),
                    instead: "bring it up (`ip link set lo up`), or name another with --interface",
                }),
            }
        }
        (false, asked) if address.is_broadcast() => Ok((
            address,
            asked.clone(),
            match asked {
                Some(_) => Why::Asked,
                None => Why::Any,
            },
        )),
        (false, asked) => {
            let mut all = interfaces()?;
            all.retain(|one| asked.as_ref().is_none_or(|asked| asked == one));
            let is_its = |one: &Interface| one.v4.iter().any(|(.., its)| *its == Some(address));
            match all.iter().position(is_its) {
                Some(at) => Ok((address, Some(all.swap_remove(at)), Why::Address)),
                None => Err(CastError::Settings {
                    what: format!(
                        "{address} is no broadcast address here; there {}",
                        told(&all)
                    ),
                    instead: "give --broadcast the port only, and --interface NAME",
                }),
            }
        }
    }
}

fn own(interface: &Interface) -> Result<Ipv4Addr, CastError> {
    let found = interface.v4.iter().find_map(|(.., broadcast)| *broadcast);
    found.ok_or_else(|| {
        if !interface.is_up {
            let interface = interface.name.clone();
            return CastError::Down { interface };
        }
        let mut those = interfaces().unwrap_or_default();
        those.retain(|one| one.v4.iter().any(|(.., broadcast)| broadcast.is_some()));
        CastError::NoAddress {
            interface: interface.name.clone(),
            missing: "IPv4 subnet with a broadcast address",
            there: crate::interface::names(&those),
        }
    })
}

/// Those there are: `is 127.255.255.255 (lo)`.
fn told(all: &[Interface]) -> String {
    let addresses = all.iter().flat_map(|one| {
        let own = one.v4.iter().filter_map(|(.., broadcast)| *broadcast);
        own.map(move |address| format!("{address} ({})", one.name))
    });
    let addresses: Vec<String> = addresses.collect();
    match addresses.len() {
        0 => "is none".to_owned(),
        1 => format!("is {}", addresses[0]),
        _ => format!("are {}", addresses.join(", ")),
    }
}

fn prepare(socket: &Socket, plan: &Plan, to: SocketAddr) -> io::Result<()> {
    socket.set_broadcast(true)?;
    if let Some(ttl) = plan.ttl {
        socket.set_ttl_v4(ttl.into())?;
    }
    // 255.255.255.255 names no network, and a subnet may be on several interfaces.
    let is_everybody = to.ip() == IpAddr::V4(Ipv4Addr::BROADCAST);
    match &plan.interface {
        Some(one) if is_everybody || plan.why == Why::Asked => {
            socket.bind_device(Some(one.name.as_bytes()))
        }
        _ => Ok(()),
    }
}

/// Shared as a group's is. Bound to the subnet's broadcast address it is given broadcasts only; bound to every
/// address, where no network was chosen, also what is for this machine alone, and it is told which is which.
fn listen(socket: &Socket, plan: &Plan) -> Result<(), CastError> {
    let address = plan.to[0];
    let shared = socket
        .set_reuse_address(true)
        .and_then(|()| socket.set_reuse_port(true))
        .and_then(|()| socket.set_multicast_all_v4(false));
    shared.map_err(CastError::prepare("share the port"))?;
    socket
        .bind(&address.into())
        .map_err(|reason| CastError::Bind {
            address,
            hint: match reason.kind() {
                io::ErrorKind::AddrInUse => {
                    "; another program holds that port and shares it with nobody (`ss -lunp` tells which): have it \
                     set SO_REUSEADDR or SO_REUSEPORT before it binds, or choose another port"
                }
                io::ErrorKind::AddrNotAvailable => {
                    "; no interface of this machine has that subnet: give --broadcast the port only"
                }
                _ => "",
            },
            reason,
        })
}
