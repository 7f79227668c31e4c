//! Servers that tests start beside the usual ones: how they are waited for, reached and ended.

use std::{
    fs,
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, ExitStatus},
};

use super::{PATIENCE, eventually};

/// A child process that ends with its owner.
pub struct Guarded(pub Child);

impl Guarded {
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits until a look finds what there is when the server is ready; if it ends before, `said` is what
    /// it has said.
    #[track_caller]
    pub fn until_ready<T>(&mut self, said: impl Fn() -> String, look: impl Fn() -> Option<T>) -> T {
        eventually("the server gets ready", || {
            let ended = self.0.try_wait().expect("a child");
            assert!(ended.is_none(), "it ended: {}", said());
            look()
        })
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        eventually("the server ends", || self.0.try_wait().expect("a child"))
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// The address in the file that `--ready-file` names, once it is there.
#[track_caller]
pub fn ready_address(file: &Path) -> Option<SocketAddr> {
    let text = fs::read_to_string(file).ok()?;
    let ready: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let address = ready["address"].as_str().expect("text");
    Some(address.parse().expect("an address"))
}

/// A client's connection, with time-outs so that a test cannot hang.
#[track_caller]
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    stream.set_write_timeout(Some(PATIENCE)).expect("set");
    stream.set_nodelay(true).expect("set");
    stream
}
