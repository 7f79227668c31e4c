//! A client of the mean, in the test's own hands.

use std::{io::Write as _, net::TcpStream};

use crate::support::{Server, eventually, read_to_end};

/// The models that serve several clients at once.
pub fn concurrent_models() -> Vec<&'static str> {
    let concurrent = serve::MODELS.iter().filter(|model| !model.is_iterative());
    concurrent.map(|model| model.name).collect()
}

/// A client that is connected.
pub struct Client(TcpStream);

impl Client {
    #[track_caller]
    pub fn connect(server: &Server) -> Self {
        Self(server.connect())
    }

    #[track_caller]
    pub fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).expect("sent");
    }

    /// What comes until the server closes.
    #[track_caller]
    pub fn answer(&mut self) -> String {
        String::from_utf8(read_to_end(&mut self.0)).expect("text")
    }

    /// The stream itself, when it may end in another way.
    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.0
    }
}

/// Waits until the server says that it has received `number` so many times.
#[track_caller]
pub fn await_received(server: &Server, number: &str, times: usize) {
    let line = format!("Server: received {number} from ");
    eventually(&format!("{number} is received"), || {
        (server.stdout().matches(&line).count() >= times).then_some(())
    });
}
