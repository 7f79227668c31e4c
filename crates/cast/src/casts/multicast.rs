//! To a group: one datagram for all who have joined, copied where ways part (RFC 1112, RFC 4291).
//!
//! The interface is always named. A program that leaves it to the kernel is bound to whatever the routing
//! table says at that moment, and fails where it says nothing; two programs that leave it to different rules
//! do not hear each other on one machine.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
};

use socket2::Socket;

use crate::{
    Cast, CastError, Interface, Plan, Why, Wish, doctor, find,
    group::{join, send_by, set_choosy},
    interfaces, ipv6, route_to,
};

/// To all who have joined a group.
pub static MULTICAST: Cast = Cast {
    name: "multicast",
    about: "all who have joined the group, with one datagram; on this machine only, unless --ttl says more",
    example: "--multicast 224.1.1.1:5007",
    plan,
    prepare,
    listen,
};

fn plan(wish: &Wish) -> Result<Plan, CastError> {
    let group = match wish.to.as_slice() {
        [group] if group.ip().is_multicast() => *group,
        [other, ..] if !other.ip().is_multicast() => {
            return Err(CastError::Address {
                address: other.to_string(),
                expected: "multicast group (224.0.0.0 to 239.255.255.255, or ff00::/8)",
                example: "224.1.1.1:5007 or [ff02::114%eth0]:5007",
            });
        }
        _ => {
            return Err(CastError::Settings {
                what: "one group at a time".to_owned(),
                instead: "give --multicast once, and start another for another group",
            });
        }
    };
    let (interface, why) = choose(group, wish.interface.as_deref())?;
    let is_v4 = group.is_ipv4();
    let has_address = |one: &Interface| match is_v4 {
        true => !one.v4.is_empty(),
        false => !one.v6.is_empty(),
    };
    if !has_address(&interface) {
        return Err(without_address(interface, is_v4, has_address));
    }
    if !is_v4 && interface.is_loopback {
        carries(group.ip(), &interface)?;
    }
    let to = match group {
        SocketAddr::V4(_) => group,
        SocketAddr::V6(mut v6) => {
            v6.set_scope_id(interface.index);
            v6.into()
        }
    };
    Ok(Plan {
        cast: &MULTICAST,
        to: vec![to],
        interface: Some(interface),
        why,
        ttl: Some(wish.ttl.unwrap_or(0)),
        loops: wish.loops,
    })
}

/// Why it has none, with what to do.
fn without_address(
    interface: Interface,
    is_v4: bool,
    has_address: impl Fn(&Interface) -> bool,
) -> CastError {
    let Interface { name, is_up, .. } = interface;
    if !is_up {
        return CastError::Down { interface: name };
    }
    if !is_v4 && ipv6::is_off(&name) {
        return CastError::Ipv6Off { interface: name };
    }
    let mut those = interfaces().unwrap_or_default();
    those.retain(has_address);
    CastError::NoAddress {
        interface: name,
        missing: match is_v4 {
            true => "IPv4 address",
            false => "IPv6 address",
        },
        there: crate::interface::names(&those),
    }
}

/// Whether a loopback carries an IPv6 group is seen only by trying: without a route it refuses, and with one of
/// the wrong type it takes datagrams and delivers none.
fn carries(group: IpAddr, interface: &Interface) -> Result<(), CastError> {
    let trial = doctor::try_group(group, interface);
    match trial.is_good() {
        true => Ok(()),
        false => Err(CastError::Uncarried {
            interface: interface.name.clone(),
            troubles: trial.troubles(),
        }),
    }
}

/// The interface, by the first of these that says one: the wish, the address, the routing table; else the
/// loopback, which does multicast although it does not say so (in IPv6 only with a route that delivers, see
/// [`carries`]).
fn choose(group: SocketAddr, asked: Option<&str>) -> Result<(Interface, Why), CastError> {
    let scope = match group {
        SocketAddr::V6(v6) => v6.scope_id(),
        SocketAddr::V4(_) => 0,
    };
    if let Some(asked) = asked {
        let interface = find(asked)?;
        return match scope == 0 || scope == interface.index {
            true => Ok((interface, Why::Asked)),
            false => Err(CastError::Settings {
                what: format!("--interface says {}, the address another", interface.name),
                instead: "name it once",
            }),
        };
    }
    let all = interfaces()?;
    let numbered = |index: u32| all.iter().find(|one| one.index == index);
    if scope != 0 {
        let found = numbered(scope).ok_or_else(|| crate::InterfaceError::Unknown {
            asked: scope.to_string(),
            there: crate::interface::names(&all),
        })?;
        return Ok((found.clone(), Why::Address));
    }
    let route = route_to(group.ip()).map_err(CastError::prepare("ask the routing table"))?;
    let routed = route.and_then(|route| numbered(route.interface));
    if let Some(routed) = routed.filter(|one| one.is_up) {
        return Ok((routed.clone(), Why::Route));
    }
    let loopback = all.iter().find(|one| one.is_loopback && one.is_up);
    match loopback {
        Some(loopback) => Ok((loopback.clone(), Why::NoRoute)),
        None => Err(CastError::NoInterface { group }),
    }
}

fn prepare(socket: &Socket, plan: &Plan, to: SocketAddr) -> io::Result<()> {
    let ttl = plan.ttl.unwrap_or(0);
    send_by(socket, to.ip(), Some(chosen(plan)), ttl, plan.loops)
}

/// Shared with whoever shares, by either option: Linux lets two sockets share a port when both have set
/// `SO_REUSEADDR`, and when both have set `SO_REUSEPORT` for one user. And bound to the group itself: bound to
/// every address it would be given what is sent to this machine's port by anybody.
fn listen(socket: &Socket, plan: &Plan) -> Result<(), CastError> {
    let (interface, group) = (chosen(plan), plan.to[0]);
    let shared = socket
        .set_reuse_address(true)
        .and_then(|()| socket.set_reuse_port(true));
    shared.map_err(CastError::prepare("share the port"))?;
    bind_to_interface(socket, interface, group.is_ipv4())
        .map_err(CastError::prepare(format!("receive on {}", interface.name)))?;
    socket
        .bind(&group.into())
        .map_err(|reason| CastError::Bind {
            address: group,
            hint: match reason.kind() {
                io::ErrorKind::AddrInUse => {
                    "; another program holds that port and shares it with nobody (`ss -lunp` tells which): have it \
                     set SO_REUSEADDR or SO_REUSEPORT before it binds, or choose another port"
                }
                _ => "",
            },
            reason,
        })?;
    let joined =
        set_choosy(socket, group.ip()).and_then(|()| join(socket, group.ip(), interface.index));
    let what = format!("join {group} on {}", interface.name);
    joined.map_err(CastError::prepare(what))
}

/// Membership of an IPv6 group is not one of an interface, so what comes by other interfaces is kept out in this way.
///
/// That of an IPv4 group is, but Linux 6.18 does not always mind it: sockets that share by `SO_REUSEPORT` are a set,
/// whatever interface each has joined on, and a datagram that has one receiver is given to any of the set, by its
/// source port (`udp_v4_early_demux`, `inet_steal_sock`). Sockets of different interfaces are no set. Kernels before 5.7 let
/// the administrator do this only, and do not mix sets up.
fn bind_to_interface(socket: &Socket, interface: &Interface, is_v4: bool) -> io::Result<()> {
    let index = NonZeroU32::new(interface.index);
    if !is_v4 {
        return socket.bind_device_by_index_v6(index);
    }
    match socket.bind_device_by_index_v4(index) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        bound => bound,
    }
}

fn chosen(plan: &Plan) -> &Interface {
    let interface = plan.interface.as_ref();
    interface.expect("a plan of multicast names its interface")
}
