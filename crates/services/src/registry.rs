//! The services there are.

use machine::{ClientFactory, Exchange, Machine, Service, Shared};

use crate::{
    Dialect, Script, echo, hello, http, mean, primes, resp, slow_reverse, tasks, timestamps, work,
};

/// One service: what it is called, what it does, and how to make either half of a connection.
#[derive(Clone, Copy, Debug)]
pub struct ServiceEntry {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// The port that the classic lab programs use for it; where there are none, one of our choice.
    pub port: u16,
    /// What the classic lab programs do on the wire.
    pub dialect: fn() -> Dialect,
    /// How many requests a connection carries.
    exchange: fn(&Dialect) -> Exchange,
    /// How many 64-bit words its workers share.
    shared_words: usize,
    session: SessionMaker,
    client: fn(&Script, u32, u64) -> Box<dyn Machine>,
}

type SessionMaker = for<'a> fn(&'a Dialect, &'a dyn Shared) -> Box<dyn Machine + 'a>;

/// All services, in the order in which a newcomer should meet them.
pub const SERVICES: &[ServiceEntry] = &[
    ServiceEntry {
        name: "hello",
        about: "one greeting for one greeting, then close",
        port: 12345,
        dialect: || Dialect::SEED,
        exchange: |_| Exchange::OneShot,
        shared_words: 0,
        session: hello::session,
        client: hello::client,
    },
    ServiceEntry {
        name: "echo",
        about: "every byte comes back",
        port: 7777,
        dialect: || Dialect::SEED,
        exchange: |_| Exchange::Session,
        shared_words: 0,
        session: echo::session,
        client: echo::client,
    },
    ServiceEntry {
        name: "tasks",
        about: "1:swap case, 2:evaluate, 3:reverse, 4:exit",
        port: 65432,
        dialect: || Dialect::SEED,
        exchange: |dialect| dialect.exchange,
        shared_words: 0,
        session: tasks::session,
        client: tasks::client,
    },
    ServiceEntry {
        name: "slow-reverse",
        about: "waits 3 s, sends the text back reversed, closes",
        port: 65433,
        dialect: || Dialect::SEED,
        exchange: |_| Exchange::OneShot,
        shared_words: 0,
        session: slow_reverse::session,
        client: slow_reverse::client,
    },
    ServiceEntry {
        name: "mean",
        about: "numbers from all clients, their exact mean for each that is ready",
        port: 8081,
        dialect: || Dialect::SEED,
        exchange: |_| Exchange::OneShot,
        shared_words: mean::SHARED_WORDS,
        session: mean::session,
        client: mean::client,
    },
    ServiceEntry {
        name: "timestamps",
        about: "greets, sends every message back, measures the gaps between them",
        port: 55000,
        dialect: || Dialect {
            greeting: "Hello! You are connected to the server.".to_owned(),
            ..Dialect::SEED
        },
        exchange: |_| Exchange::Session,
        shared_words: 0,
        session: timestamps::session,
        client: timestamps::client,
    },
    ServiceEntry {
        name: "resp",
        about: "PING and ECHO of the Redis protocol, for redis-cli and redis-benchmark",
        port: resp::PORT,
        dialect: || Dialect::SEED,
        exchange: |_| Exchange::Session,
        shared_words: 0,
        session: resp::session,
        client: resp::client,
    },
    ServiceEntry {
        name: "http",
        about: "one fixed answer to every GET and HEAD, for wrk, ab and curl",
        port: 8080,
        dialect: || Dialect::SEED,
        exchange: |_| Exchange::Session,
        shared_words: 0,
        session: http::session,
        client: http::client,
    },
    ServiceEntry {
        name: "work",
        about: "waits and calculates as long as each request says",
        port: 7780,
        dialect: || Dialect::SEED,
        exchange: |_| Exchange::Session,
        shared_words: 0,
        session: work::session,
        client: work::client,
    },
    ServiceEntry {
        name: "primes",
        about: "tells whether a number is prime, or how many primes a range has, by trial division",
        port: 7781,
        dialect: || Dialect::SEED,
        exchange: |_| Exchange::Session,
        shared_words: 0,
        session: primes::session,
        client: primes::client,
    },
];

impl ServiceEntry {
    /// The server's half, speaking `dialect`.
    pub fn service(&self, dialect: &Dialect) -> Box<dyn Service> {
        Box::new(Served {
            entry: *self,
            dialect: dialect.clone(),
        })
    }

    /// The clients' half, saying what `script` says.
    pub fn clients(&self, script: &Script) -> Box<dyn ClientFactory> {
        Box::new(Clients {
            entry: *self,
            script: script.clone(),
        })
    }
}

struct Served {
    entry: ServiceEntry,
    dialect: Dialect,
}

impl Service for Served {
    fn name(&self) -> &'static str {
        self.entry.name
    }

    fn shared_words(&self) -> usize {
        self.entry.shared_words
    }

    fn session<'a>(&'a self, shared: &'a dyn Shared) -> Box<dyn Machine + 'a> {
        (self.entry.session)(&self.dialect, shared)
    }
}

struct Clients {
    entry: ServiceEntry,
    script: Script,
}

impl ClientFactory for Clients {
    fn name(&self) -> &'static str {
        self.entry.name
    }

    fn exchange(&self) -> Exchange {
        (self.entry.exchange)(&self.script.dialect)
    }

    fn client(&self, worker: u32, connection: u64) -> Box<dyn Machine> {
        (self.entry.client)(&self.script, worker, connection)
    }
}

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
            assert_eq!(entry.service(&dialect).name(), entry.name);
            assert_eq!(entry.clients(&Script::seed(dialect)).name(), entry.name);
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
