//! What clients, the system and the administrator can do to a server, under every model: nothing that
//! was counted is lost, memory stays bounded, and who did nothing wrong is served.
//!
//! `docs/reliability.md` says the same in words and names these tests.

mod document;
mod expected;
mod kills;
mod panics;
mod quiet;
mod refused;
mod scarce;
mod stops;
mod storms;
mod tardy;
