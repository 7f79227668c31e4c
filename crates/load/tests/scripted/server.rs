//! A server that plays a script on every connection.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

/// Serves every connection by `script`, in a thread of its own, until the test process ends.
pub fn serve(script: impl Fn(Peer) + Send + Sync + 'static) -> SocketAddr {
    let listener = listener();
    let address = listener.local_addr().expect("bound");
    let script = Arc::new(script);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let script = Arc::clone(&script);
            let builder = thread::Builder::new().stack_size(128 * 1024);
            builder
                .spawn(move || script(Peer::new(stream)))
                .expect("threads");
        }
    });
    address
}

/// Serves one connection by `script`, and does not listen any more by the time that it is called.
pub fn serve_once(script: impl FnOnce(Peer) + Send + 'static) -> SocketAddr {
    let listener = listener();
    let address = listener.local_addr().expect("bound");
    thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        drop(listener);
        script(Peer::new(stream));
    });
    address
}

/// An address where nobody listens.
pub fn nobody() -> SocketAddr {
    listener().local_addr().expect("bound")
}

/// One client, as the server sees it.
pub struct Peer {
    reader: BufReader<TcpStream>,
}

impl Peer {
    fn new(stream: TcpStream) -> Self {
        stream.set_nodelay(true).expect("a socket");
        Self {
            reader: BufReader::new(stream),
        }
    }

    /// The next line with its ending; none when the client has closed.
    pub fn line(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        let count = self.reader.read_until(b'\n', &mut line).ok()?;
        (count > 0).then_some(line)
    }

    pub fn send(&mut self, bytes: &[u8]) {
        // The client may have gone.
        let _ = self.reader.get_mut().write_all(bytes);
    }

    /// Echoes so many lines.
    pub fn echo(&mut self, count: usize) {
        for _ in 0..count {
            match self.line() {
                Some(line) => self.send(&line),
                None => return,
            }
        }
    }

    /// Waits until the client closes.
    pub fn outlast(&mut self) {
        while self.line().is_some() {}
    }

    /// How many lines wait to be read.
    pub fn waiting(&mut self) -> usize {
        self.nonblocking(true);
        let mut count = 0;
        let mut seen = self.reader.buffer().to_vec();
        let mut part = [0; 65_536];
        if let Ok(more) = self.reader.get_ref().peek(&mut part) {
            seen.extend_from_slice(&part[..more]);
        }
        count += seen.iter().filter(|&&byte| byte == b'\n').count();
        self.nonblocking(false);
        count
    }

    /// Closes such that the client sees a reset.
    pub fn reset(self) {
        let stream = self.reader.into_inner();
        let at_once = Some(Duration::ZERO);
        rustix::net::sockopt::set_socket_linger(&stream, at_once).expect("a socket");
    }

    fn nonblocking(&self, nonblocking: bool) {
        let stream = self.reader.get_ref();
        stream.set_nonblocking(nonblocking).expect("a socket");
    }
}

fn listener() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    // The queue of the standard library is too short for a thousand clients at once.
    rustix::net::listen(&listener, 4096).expect("a listener");
    listener
}
