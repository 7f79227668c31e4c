//! The name service by HTTP, over real sockets: its routes, its watches, its clients, and what hostile peers send.
//!
//! Starts servers of its own on free ports of 127.0.0.1 with stores in temporary folders, and nothing else.

mod clients;
mod hostile;
mod house;
mod routes;
mod watches;
