//! What a cast is: a line of data and three functions.

use std::{io, net::SocketAddr};

use socket2::Socket;

use crate::{CastError, Interface};

/// A cast: whom a datagram is for.
///
/// **Whatever the cast, a plan names every address and the interface before a socket is made, and says why
/// it is that one.**
#[derive(Debug)]
pub struct Cast {
    /// Its name.
    pub name: &'static str,
    /// In a few words, who receives.
    pub about: &'static str,
    /// Flags that choose it, with an example.
    pub example: &'static str,
    /// Makes a plan of a wish.
    pub(crate) plan: fn(&Wish) -> Result<Plan, CastError>,
    /// Sets what a sender's socket needs before it is connected to the address.
    pub(crate) prepare: fn(&Socket, &Plan, SocketAddr) -> io::Result<()>,
    /// Binds the socket of a receiver, shared or not, and has it join.
    pub(crate) listen: fn(&Socket, &Plan) -> Result<(), CastError>,
}

/// What is wished for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which side it is for.
    pub side: Side,
    /// The addresses: to send to, or to receive on. For broadcast, `0.0.0.0` is the interface's own.
    pub to: Vec<SocketAddr>,
    /// The interface's name or one of its addresses.
    pub interface: Option<String>,
    /// How many routers less one a datagram may pass; none is what is usual for the cast.
    pub ttl: Option<u8>,
    /// Whether members on this machine receive what is sent from here.
    pub loops: bool,
}

/// The two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It sends.
    Send,
    /// It receives.
    Receive,
}

/// A wish with everything decided.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The cast.
    pub cast: &'static Cast,
    /// The addresses, at least one; those of IPv6 groups with the interface's number as their scope.
    pub to: Vec<SocketAddr>,
    /// The interface; none where the routing table decides for each datagram, or where all are meant.
    pub interface: Option<Interface>,
    /// Why that one.
    pub why: Why,
    /// The time to live; none is the system's default.
    pub ttl: Option<u8>,
    /// Whether members on this machine receive what is sent from here.
    pub loops: bool,
}

/// Why an interface was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was asked for.
    Asked,
    /// The address names it, or is its subnet's.
    Address,
    /// The routing table names it.
    Route,
    /// The routing table names none that could be used, so it is the loopback.
    NoRoute,
    /// Nothing leaves the machine unasked, so it is the loopback.
    Unasked,
    /// There is nothing to choose.
    Any,
}

impl Why {
    /// In words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Asked => "as asked",
            Self::Address => "which the address names",
            Self::Route => {
                "which the routing table names: programs that choose no interface listen there too"
            }
            Self::NoRoute => "because the routing table names no interface that is up",
            Self::Unasked => "because no interface was asked for",
            Self::Any => "as the routing table decides",
        }
    }
}

impl Cast {
    /// Decides what the wish leaves open.
    ///
    /// # Errors
    /// When an address is not of this cast's kind, or no interface does.
    pub fn plan(&self, wish: &Wish) -> Result<Plan, CastError> {
        (self.plan)(wish)
    }
}

impl Plan {
    /// Whether what is sent stays on this machine.
    pub fn stays_here(&self) -> bool {
        let is_loopback = self.interface.as_ref().is_some_and(|one| one.is_loopback);
        is_loopback
            || self.ttl == Some(0)
            || self.to.iter().all(|address| address.ip().is_loopback())
    }
}

impl Wish {
    /// A wish for these addresses that leaves the rest to the cast.
    pub fn new(side: Side, to: Vec<SocketAddr>) -> Self {
        Self {
            side,
            to,
            interface: None,
            ttl: None,
            loops: true,
        }
    }
}
