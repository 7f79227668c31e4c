//! To one: a datagram for each address. Several addresses are sent to one after another, which costs the
//! sender as many datagrams as there are receivers.

use std::{io, net::SocketAddr};

use socket2::Socket;

use crate::{Cast, CastError, Plan, Why, Wish, cast::Side, find};

/// To one or several addresses, each by itself.
pub static UNICAST: Cast = Cast {
    name: "unicast",
    about: "one receiver for each datagram; several addresses cost several datagrams",
    example: "--unicast 127.0.0.1:5007",
    plan,
    prepare,
    listen,
};

fn plan(wish: &Wish) -> Result<Plan, CastError> {
    if let Some(address) = wish.to.iter().find(|address| !is_unicast(**address)) {
        return Err(CastError::Address {
            address: address.to_string(),
            expected: "address of one receiver (a group is sent to with --multicast, everybody with --broadcast)",
            example: "127.0.0.1:5007",
        });
    }
    if wish.side == Side::Receive && wish.to.len() > 1 {
        return Err(CastError::Settings {
            what: "a receiver has one address of its own".to_owned(),
            instead: "give --unicast once, with the address at which it is to be reached",
        });
    }
    if wish.ttl == Some(0) {
        return Err(CastError::Settings {
            what: "a datagram to one receiver needs a time to live of 1 at least".to_owned(),
            instead: "leave --ttl out",
        });
    }
    let interface = wish.interface.as_deref().map(find).transpose()?;
    Ok(Plan {
        cast: &UNICAST,
        to: wish.to.clone(),
        why: match interface {
            Some(_) => Why::Asked,
            None => Why::Any,
        },
        interface,
        ttl: wish.ttl,
        loops: wish.loops,
    })
}

fn is_unicast(address: SocketAddr) -> bool {
    let ip = address.ip();
    let is_everybody = matches!(ip, std::net::IpAddr::V4(v4) if v4.is_broadcast());
    !ip.is_multicast() && !is_everybody
}

fn prepare(socket: &Socket, plan: &Plan, to: SocketAddr) -> io::Result<()> {
    if let Some(ttl) = plan.ttl {
        match to {
            SocketAddr::V4(_) => socket.set_ttl_v4(ttl.into())?,
            SocketAddr::V6(_) => socket.set_unicast_hops_v6(ttl.into())?,
        }
    }
    bind_to_interface(socket, plan)
}

/// Not shared: of the sockets that share a port each datagram to one receiver is given to one only, and which
/// one is nothing that a user could know.
fn listen(socket: &Socket, plan: &Plan) -> Result<(), CastError> {
    let address = plan.to[0];
    bind_to_interface(socket, plan)
        .and_then(|()| socket.bind(&address.into()))
        .map_err(|reason| CastError::Bind {
            address,
            hint: match reason.kind() {
                io::ErrorKind::AddrInUse => {
                    "; another program receives there (`ss -lunp` tells which), and only one of them would be \
                     given each datagram: stop it, or choose another port"
                }
                io::ErrorKind::AddrNotAvailable => {
                    "; this machine does not have that address: 127.0.0.1 is this machine only, 0.0.0.0 all of \
                     its addresses"
                }
                io::ErrorKind::PermissionDenied => {
                    "; ports below 1024 are for the administrator: choose a higher one"
                }
                _ => "",
            },
            reason,
        })
}

fn bind_to_interface(socket: &Socket, plan: &Plan) -> io::Result<()> {
    match &plan.interface {
        Some(interface) => socket.bind_device(Some(interface.name.as_bytes())),
        None => Ok(()),
    }
}
