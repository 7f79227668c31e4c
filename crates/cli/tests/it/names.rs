//! The name service, asked by programs that nobody here wrote.
//!
//! Needs dig, nslookup and nsupdate (bind9-dnsutils), named-checkzone (bind9-utils), knotd, nsd, faketime, python3, curl,
//! iproute2, util-linux, and the right to make network namespaces.

mod clients;
mod crash;
mod elsewhere;
mod http;
mod leases;
mod libc;
mod secondaries;
mod service;
mod tools;
mod updates;
