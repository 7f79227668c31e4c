//! What is served, one file each: the server's half of a protocol and the client's, side by side.
//!
//! A service is listed in [`SERVICES`]; that gives the command line its names, the documentation its
//! table and the conformance suite its cases. How one course's programs differ from another's on the
//! wire (separator, terminator, greeting …) is data, a [`Dialect`], and no second copy of the code.

mod dialect;
mod echo;
mod expected;
mod hello;
mod http;
mod in_turn;
mod mean;
mod primes;
pub mod python_text;
mod registry;
mod remainder;
mod resp;
mod reverse;
mod script;
mod slow_reverse;
pub mod tasks;
mod timestamps;
pub mod work;

pub use dialect::{Dialect, ErrorStyle, Unit};
pub use registry::{SERVICES, ServiceEntry, by_name};
pub use script::Script;
