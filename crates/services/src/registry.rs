//! The services there are.

use machine::{ClientFactory, Exchange, Service};

use crate::{
    Dialect, Script, echo::Echo, hello::Hello, mean::Mean, slow_reverse::SlowReverse, tasks::Tasks,
    timestamps::Timestamps,
};

/// One service: what it is called, what it does, and how to make either half of it.
#[derive(Clone, Copy, Debug)]
pub struct ServiceEntry {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// The port that the classic lab programs use for it.
    pub port: u16,
    /// What the classic lab programs do on the wire.
    pub dialect: fn() -> Dialect,
    /// The server's half.
    pub service: fn(&Dialect) -> Box<dyn Service>,
    /// The client's half.
    pub client: fn(&Script) -> Box<dyn ClientFactory>,
}

/// All services, in the order in which a newcomer should meet them.
pub const SERVICES: &[ServiceEntry] = &[
    ServiceEntry {
        name: "hello",
        about: "one greeting for one greeting, then close",
        port: 12345,
        dialect: || Dialect {
            exchange: Exchange::OneShot,
            ..Dialect::SEED
        },
        service: Hello::service,
        client: Hello::client,
    },
    ServiceEntry {
        name: "echo",
        about: "every byte comes back",
        port: 7777,
        dialect: || Dialect::SEED,
        service: Echo::service,
        client: Echo::client,
    },
    ServiceEntry {
        name: "tasks",
        about: "1:swap case, 2:evaluate, 3:reverse, 4:exit",
        port: 65432,
        dialect: || Dialect::SEED,
        service: Tasks::service,
        client: Tasks::client,
    },
    ServiceEntry {
        name: "slow-reverse",
        about: "waits 3 s, sends the text back reversed, closes",
        port: 65433,
        dialect: || Dialect {
            exchange: Exchange::OneShot,
            ..Dialect::SEED
        },
        service: SlowReverse::service,
        client: SlowReverse::client,
    },
    ServiceEntry {
        name: "mean",
        about: "numbers from all clients, their exact mean for each that is ready",
        port: 8081,
        dialect: || Dialect {
            exchange: Exchange::OneShot,
            ..Dialect::SEED
        },
        service: Mean::service,
        client: Mean::client,
    },
    ServiceEntry {
        name: "timestamps",
        about: "greets, sends every message back, measures the gaps between them",
        port: 55000,
        dialect: || Dialect {
            greeting: "Hello! You are connected to the server.".to_owned(),
            ..Dialect::SEED
        },
        service: Timestamps::service,
        client: Timestamps::client,
    },
];

/// The service of that name.
pub fn by_name(name: &str) -> Option<&'static ServiceEntry> {
    SERVICES.iter().find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_of_a_service_bear_its_name() {
        for entry in SERVICES {
            let dialect = (entry.dialect)();
            assert_eq!((entry.service)(&dialect).name(), entry.name);
            assert_eq!((entry.client)(&Script::seed(dialect)).name(), entry.name);
        }
    }

    #[test]
    fn names_are_distinct() {
        let mut names: Vec<_> = SERVICES.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SERVICES.len());
    }
}
