//! `register-client`: a closed loop of registrations, each a name of its own: how many a second are on the disk.
//!
//! The same requests for wharf (`PUT /v1/names/NAME`) and etcd (`POST /v3/kv/put`, its gateway for JSON): one name, one
//! small value, one answer when it is kept.

use std::io;
use std::net::SocketAddr;
use std::process;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::runtime::Builder;

use super::http1::{Connection, base64};
use crate::flags::{Flags, wrong};
use crate::sockets;

/// Registers for a time and prints what came of it as JSON. What comes in the first fifth, on top of that time, is not
/// counted.
///
/// # Errors
/// When the flags are wrong, or an answer is none of success.
pub fn run(flags: &Flags) -> io::Result<()> {
    let api = Api::of(flags)?;
    let address = flags.address()?;
    let connections = flags.count("connections", 1)?;
    let duration = flags.duration("duration", Duration::from_secs(2))?;
    sockets::make_room(connections)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let times = Arc::new(Mutex::new(Vec::new()));
    let begin = Instant::now() + duration / 5;
    let end = begin + duration;
    runtime.block_on(async {
        let loops: Vec<_> = (0..connections)
            .map(|which| {
                let times = times.clone();
                tokio::spawn(register(api, address, which, begin, end, times))
            })
            .collect();
        for one in loops {
            one.await.map_err(io::Error::other)??;
        }
        Ok::<_, io::Error>(())
    })?;
    let mut times = times.lock().expect("no loop panics").clone();
    times.sort_unstable();
    let rate = times.len() as f64 / duration.as_secs_f64();
    println!(
        "{{\"registrations\":{},\"registrations_per_second\":{rate:.0},\"p50_us\":{},\"p99_us\":{}}}",
        times.len(),
        percentile(&times, 50),
        percentile(&times, 99)
    );
    Ok(())
}

async fn register(
    api: Api,
    address: SocketAddr,
    which: usize,
    begin: Instant,
    end: Instant,
    times: Arc<Mutex<Vec<u32>>>,
) -> io::Result<()> {
    let mut connection = Connection::open(address).await?;
    let mut own = Vec::new();
    for count in 0.. {
        let name = format!("bench/p{}-c{which}-{count}", process::id());
        let (method, path, body) = api.put(&name, count);
        let asked = Instant::now();
        connection.send(method, &path, &body).await?;
        connection.answer().await?;
        let answered = Instant::now();
        if answered >= end {
            break;
        }
        if answered >= begin {
            own.push(u32::try_from((answered - asked).as_micros()).unwrap_or(u32::MAX));
        }
    }
    times.lock().expect("no loop panics").extend(own);
    Ok(())
}

/// Whom it is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// `wharf name serve`.
    Wharf,
    /// `etcd`, by its gateway for JSON.
    Etcd,
}

impl Api {
    /// What `--api` says.
    ///
    /// # Errors
    /// `InvalidInput` for anything but `wharf` and `etcd`.
    pub fn of(flags: &Flags) -> io::Result<Self> {
        match flags.text("api").unwrap_or("wharf") {
            "wharf" => Ok(Api::Wharf),
            "etcd" => Ok(Api::Etcd),
            other => Err(wrong(format!("--api {other}: expected wharf or etcd"))),
        }
    }

    /// Method, path and body that put a name.
    pub fn put(self, name: &str, count: usize) -> (&'static str, String, String) {
        let port = count % 65_535 + 1;
        match self {
            Api::Wharf => {
                let value = format!(r#"{{"addresses":["192.0.2.1"],"port":{port}}}"#);
                let body = format!(r#"{{"value":{value},"replace":true}}"#);
                ("PUT", format!("/v1/names/{name}"), body)
            }
            Api::Etcd => {
                let (key, value) = (base64(name), base64(&format!("192.0.2.1:{port}")));
                let body = format!(r#"{{"key":"{key}","value":"{value}"}}"#);
                ("POST", "/v3/kv/put".to_owned(), body)
            }
        }
    }

    /// Method, path and body that watch a name and, where there is something, what is below it; and the word with which
    /// each event comes.
    pub fn watch(self, name: &str) -> (&'static str, String, String, &'static [u8]) {
        match self {
            Api::Wharf => {
                let path = format!("/v1/watch?within={name}");
                ("GET", path, String::new(), b"event: change")
            }
            Api::Etcd => {
                let body = format!(r#"{{"create_request":{{"key":"{}"}}}}"#, base64(name));
                ("POST", "/v3/watch".to_owned(), body, b"\"events\":")
            }
        }
    }

    /// What says that a watch has begun.
    pub fn begun(self) -> &'static [u8] {
        match self {
            Api::Wharf => b"event: watching",
            Api::Etcd => b"\"created\":true",
        }
    }
}

/// Of a sorted list; 0 of nothing.
pub fn percentile(sorted: &[u32], percent: usize) -> u32 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_list() {
        let list: Vec<u32> = (1..=200).collect();
        assert_eq!((percentile(&list, 50), percentile(&list, 99)), (100, 198));
        assert_eq!((percentile(&[7], 50), percentile(&[], 99)), (7, 0));
    }
}
