//! A server from its beginning to its end.

use std::{
    io::{self, Read},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket},
    os::fd::BorrowedFd,
    sync::Arc,
    thread::JoinHandle,
};

use dns::{Key, Keys, Responder, Settings};
use history::NamesSummary;
use naming::{Expect, Name, RecordSet, RecordType, Request, Revision, Value, Zone};

use crate::{
    Hub, Plan, ServerError, Store, committer, dns_tcp, dns_udp, http, secondaries, stop::Stop,
};

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    /// What its parts share.
    pub hub: Arc<Hub>,
    /// Where DNS is answered.
    pub dns: Vec<SocketAddr>,
    /// Where HTTP is answered.
    pub http: Vec<SocketAddr>,
    stop: Arc<Stop>,
    threads: Vec<JoinHandle<()>>,
    committer: JoinHandle<()>,
}

/// Starts a server; when this returns it answers.
///
/// # Errors
/// When the store or an address cannot be used.
pub fn start(plan: Plan) -> Result<Server, ServerError> {
    http::check(&plan.http, plan.token.as_deref())?;
    let secondaries = with_keys(&plan.secondaries, &plan.keys)?;
    let sockets = Sockets::bind(&plan)?;
    let (store, registry) = Store::open(&plan.folder, &plan.zone, plan.log_max)?;
    let (hub, wishes) = Hub::new(store, registry);
    let hub = Arc::new(hub);
    let stop = Arc::new(Stop::new().map_err(environment("a descriptor"))?);
    let committer =
        committer::start(Arc::clone(&hub), wishes, &stop).map_err(environment("the committer"))?;
    // From here on all that was started is ended, whatever fails.
    let mut server = Server {
        hub,
        dns: sockets.dns_addresses(),
        http: sockets.http_addresses(),
        stop,
        threads: Vec::new(),
        committer,
    };
    match server.begin(plan, sockets, secondaries) {
        Ok(()) => Ok(server),
        Err(error) => {
            server.stop();
            Err(error)
        }
    }
}

impl Server {
    /// Readable once a part of the server has panicked: then it answers no more, and is to be stopped.
    pub fn bell(&self) -> BorrowedFd<'_> {
        self.stop.bell()
    }

    /// The part that panicked, if one did.
    pub fn failed(&self) -> Option<&'static str> {
        self.stop.failed()
    }

    /// Ends it: what was proposed is decided, connections are closed, threads are waited for.
    pub fn stop(self) -> NamesSummary {
        self.stop.say();
        for thread in self.threads {
            // One that panicked has said so; the others are ended in any case.
            let _ = thread.join();
        }
        self.hub.end();
        let _ = self.committer.join();
        self.hub.store().close();
        let registry = self.hub.registry();
        let text = |addresses: &[SocketAddr]| addresses.iter().map(ToString::to_string).collect();
        NamesSummary {
            zone: self.hub.zone().to_string(),
            dns: text(&self.dns),
            http: text(&self.http),
            names: registry.len(),
            leases: registry.lease_count(),
            revision: registry.revision().0,
            ..self.hub.tally().summary()
        }
    }

    fn begin(
        &mut self,
        plan: Plan,
        sockets: Sockets,
        secondaries: Vec<Secondary>,
    ) -> Result<(), ServerError> {
        let is_new = self.hub.registry().revision() == Revision(0);
        if is_new {
            make_apex(&self.hub, self.dns.first().map(SocketAddr::ip))?;
        }
        let responder = Arc::new(Responder::new(Settings {
            keys: plan.keys,
            is_signed_only: plan.is_signed_only,
            udp_bytes_max: UDP_BYTES_MAX,
            secret: secret().map_err(environment("a random number"))?,
        }));
        for udp in sockets.udp {
            let (hub, responder) = (Arc::clone(&self.hub), Arc::clone(&responder));
            let stop = Arc::clone(&self.stop);
            let started = dns_udp::start(hub, responder, udp, plan.answers_per_s, stop);
            self.threads
                .extend(started.map_err(environment("a thread for datagrams"))?);
        }
        if !sockets.tcp.is_empty() {
            let (hub, stop) = (Arc::clone(&self.hub), Arc::clone(&self.stop));
            let started = dns_tcp::start(hub, responder, sockets.tcp, stop);
            self.threads
                .extend(started.map_err(environment("a thread for connections"))?);
        }
        if !sockets.http.is_empty() {
            let (hub, stop) = (Arc::clone(&self.hub), Arc::clone(&self.stop));
            let started = http::start(hub, sockets.http, self.dns.clone(), plan.token, stop);
            self.threads
                .extend(started.map_err(environment("a thread for HTTP"))?);
        }
        if !secondaries.is_empty() {
            let (hub, stop) = (Arc::clone(&self.hub), Arc::clone(&self.stop));
            let started = secondaries::start(hub, secondaries, stop);
            self.threads
                .extend(started.map_err(environment("a thread for secondaries"))?);
        }
        Ok(())
    }
}

/// Where a secondary is, and with which key it is told of changes.
type Secondary = (SocketAddr, Option<Arc<Key>>);

/// All sockets that are listened at.
struct Sockets {
    /// For each address, one for each worker.
    udp: Vec<Vec<UdpSocket>>,
    tcp: Vec<TcpListener>,
    http: Vec<TcpListener>,
}

impl Sockets {
    fn bind(plan: &Plan) -> Result<Self, ServerError> {
        let mut sockets = Self {
            udp: Vec::new(),
            tcp: Vec::new(),
            http: Vec::new(),
        };
        for address in &plan.dns {
            let (tcp, udp) = bind_dns(*address, plan.workers)?;
            sockets.tcp.push(tcp);
            sockets.udp.push(udp);
        }
        for address in &plan.http {
            let listener = TcpListener::bind(address);
            sockets.http.push(listener.map_err(bind(*address, "HTTP"))?);
        }
        Ok(sockets)
    }

    fn dns_addresses(&self) -> Vec<SocketAddr> {
        addresses(&self.tcp)
    }

    fn http_addresses(&self) -> Vec<SocketAddr> {
        addresses(&self.http)
    }
}

/// One port for both; where any will do, one that is free for both.
fn bind_dns(
    address: SocketAddr,
    workers: usize,
) -> Result<(TcpListener, Vec<UdpSocket>), ServerError> {
    let mut tries = if address.port() == 0 { PORT_TRIES } else { 1 };
    loop {
        let tcp = dns_tcp::bind(address).map_err(bind(address, "DNS over TCP"))?;
        let bound = tcp.local_addr().map_err(bind(address, "DNS over TCP"))?;
        tries -= 1;
        match dns_udp::bind(bound, workers) {
            Ok(udp) => return Ok((tcp, udp)),
            Err(error) if tries == 0 => return Err(bind(bound, "DNS over UDP")(error)),
            Err(_) => {}
        }
    }
}

fn addresses(listeners: &[TcpListener]) -> Vec<SocketAddr> {
    let bound = listeners.iter().map(TcpListener::local_addr);
    bound.map(|bound| bound.expect("a bound socket")).collect()
}

fn bind(address: SocketAddr, by: &'static str) -> impl FnOnce(io::Error) -> ServerError {
    move |error| ServerError::Bind { address, by, error }
}

fn environment(what: &'static str) -> impl FnOnce(io::Error) -> ServerError {
    move |error| ServerError::Environment { what, error }
}

fn with_keys(
    secondaries: &[(SocketAddr, Option<String>)],
    keys: &Keys,
) -> Result<Vec<Secondary>, ServerError> {
    let with_key = |(address, key): &(SocketAddr, Option<String>)| {
        let key = key.as_ref().map(|name| {
            let key = keys.named(name).cloned();
            key.ok_or_else(|| ServerError::NoKey(name.clone()))
        });
        Ok((*address, key.transpose()?))
    };
    secondaries.iter().map(with_key).collect()
}

/// What every zone has: who serves it, and where that is. An address that stands for all is none; the machine's own is then
/// as good as any.
fn make_apex(hub: &Hub, address: Option<IpAddr>) -> Result<(), ServerError> {
    let address = match address {
        Some(address) if !address.is_unspecified() => address,
        _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let made = hub.decide(apex(hub.zone(), address));
    made.map(drop).map_err(|refused| match refused {
        crate::Refused::Kept(error) => ServerError::Environment {
            what: "the zone's beginning could not be kept",
            error: io::Error::other(error),
        },
        other => ServerError::Environment {
            what: "the zone's beginning could not be made",
            error: io::Error::other(other),
        },
    })
}

fn apex(zone: &Zone, address: IpAddr) -> Request {
    let server = Name::parse("ns").expect("a name");
    let put = |name: &Name, record_type: RecordType, data: Vec<u8>| Request::Put {
        name: name.clone(),
        sets: vec![RecordSet::new(record_type, Value::TTL_S, vec![data.into()])],
        lease: None,
        expect: Expect::Absent,
    };
    let (record_type, data) = match address {
        IpAddr::V4(address) => (RecordType::A, address.octets().to_vec()),
        IpAddr::V6(address) => (RecordType::AAAA, address.octets().to_vec()),
    };
    Request::All(vec![
        put(&Name::apex(), RecordType::NS, zone.absolute(&server)),
        put(&server, record_type, data),
    ])
}

fn secret() -> io::Result<[u8; 32]> {
    let mut secret = [0; 32];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut secret)?;
    Ok(secret)
}

/// The most bytes of an answer by datagram (DNS flag day 2020).
const UDP_BYTES_MAX: u16 = 1_232;

/// How often another port is tried where the kernel's choice for TCP is taken for UDP.
const PORT_TRIES: usize = 16;
