//! Datagrams to one, to a group, to everybody: the drivers of unicast, multicast and broadcast.

mod interface;

pub use interface::{Interface, InterfaceError, interfaces};
