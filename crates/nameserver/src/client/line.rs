//! A connection of a client, and one request after another on it.

use std::{future::Future, io, net::SocketAddr, time::Duration};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use timing::{Clock, SystemClock, Tick};
use tokio::{
    net::TcpStream,
    runtime::{Builder, Runtime},
    task, time,
};

/// Whom to ask, and how.
#[derive(Debug)]
pub(super) struct Target {
    pub address: SocketAddr,
    pub timeout: Duration,
    pub token: Option<String>,
}

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub method: Method,
    pub path: String,
    pub body: Option<Bytes>,
}

impl Ask {
    /// One that changes nothing.
    pub fn read(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
        }
    }
}

/// A connection.
#[derive(Debug)]
pub(super) struct Line {
    runtime: Runtime,
    sender: SendRequest<Full<Bytes>>,
    /// What the request says for its target: the address that was reached, which may be another than was asked for.
    host: HeaderValue,
    authorization: Option<HeaderValue>,
    timeout: Duration,
    clock: SystemClock,
    used: Tick,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct LineError {
    pub problem: String,
    /// Nothing of the request has gone out.
    pub is_unsent: bool,
    /// The connection was gone before an answer came.
    pub is_gone: bool,
    /// Something answers, but not as HTTP.
    pub is_foreign: bool,
}

impl LineError {
    fn new(problem: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            is_unsent: false,
            is_gone: false,
            is_foreign: false,
        }
    }

    /// The connection ended.
    pub fn gone(problem: String) -> Self {
        Self {
            is_gone: true,
            ..Self::new(problem)
        }
    }

    /// Nothing came for so long.
    pub fn quiet(time: Duration) -> Self {
        Self::new(format!("nothing came for {time:?}"))
    }
}

impl Line {
    /// Connects.
    ///
    /// # Errors
    /// When nobody takes the connection in time.
    pub fn open(target: &Target) -> Result<Self, LineError> {
        let told = |error: io::Error| LineError::new(error.to_string());
        let authorization = target.token.as_ref().map(|token| {
            let value = HeaderValue::from_str(&format!("Bearer {}", token.trim()));
            value.map_err(|_| LineError::new("the token has characters that HTTP cannot carry"))
        });
        let authorization = authorization.transpose()?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(told)?;
        let opening = async {
            let socket = TcpStream::connect(target.address).await.map_err(told)?;
            socket.set_nodelay(true).map_err(told)?;
            let peer = socket.peer_addr().map_err(told)?;
            let (sender, connection) = http1::handshake(TokioIo::new(socket))
                .await
                .map_err(|error| LineError::new(error.to_string()))?;
            // What becomes of it is seen by the requests.
            task::spawn(connection);
            Ok((sender, peer))
        };
        let (sender, peer) = bounded(&runtime, target.timeout, opening)?;
        let host = SocketAddr::new(peer.ip(), peer.port()).to_string();
        let clock = SystemClock::start();
        Ok(Self {
            runtime,
            sender,
            host: HeaderValue::from_str(&host).expect("an address is ASCII"),
            authorization,
            timeout: target.timeout,
            used: clock.now(),
            clock,
        })
    }

    /// Whether the server is likely to hold it still: it closes connections that idle for three seconds.
    pub fn is_fresh(&self) -> bool {
        !self.sender.is_closed() && self.clock.now().since(self.used) < IDLE_MAX
    }

    /// Asks, and takes the whole answer. The connection comes back where it can be used again.
    ///
    /// # Errors
    /// When there is no answer in time.
    pub fn ask(mut self, ask: &Ask) -> Result<(Option<Self>, StatusCode, Bytes), LineError> {
        let request = self.request(ask);
        let sender = &mut self.sender;
        let asking = async move {
            let response = send(sender, request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect();
            let body = body
                .await
                .map_err(|error| match error.is::<LengthLimitError>() {
                    true => LineError {
                        is_foreign: true,
                        ..LineError::new("its answer is too long")
                    },
                    false => LineError::gone(format!("the answer broke off: {error}")),
                })?;
            Ok((status, body.to_bytes()))
        };
        let (status, body) = bounded(&self.runtime, self.timeout, asking)?;
        self.used = self.clock.now();
        let is_open = !self.sender.is_closed();
        Ok((is_open.then_some(self), status, body))
    }

    /// Asks for a stream: returns its body, and the runtime that moves it along.
    ///
    /// # Errors
    /// When there is no answer in time.
    pub fn stream(mut self, ask: &Ask) -> Result<(Runtime, Response<Incoming>), LineError> {
        let request = self.request(ask);
        let asking = send(&mut self.sender, request);
        let response = bounded(&self.runtime, self.timeout, asking)?;
        Ok((self.runtime, response))
    }

    fn request(&self, ask: &Ask) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(ask.body.clone().unwrap_or_default()));
        *request.method_mut() = ask.method.clone();
        *request.uri_mut() = ask.path.parse().expect("the path was encoded");
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        if ask.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        request
    }
}

async fn send(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, LineError> {
    // A turn for the connection: so it is seen if the server has closed it, before anything goes out.
    task::yield_now().await;
    let sent = sender.try_send_request(request).await;
    sent.map_err(|mut failure| {
        let is_unsent = failure.take_message().is_some();
        let error = failure.into_error();
        LineError {
            is_unsent,
            is_gone: error.is_incomplete_message() || error.is_closed() || error.is_canceled(),
            is_foreign: error.is_parse(),
            problem: match error.is_incomplete_message() {
                true => "the connection was closed before an answer came".to_owned(),
                false => with_sources(&error),
            },
        }
    })
}

/// Within a time: what has not come by then does not come.
pub(super) fn bounded<T>(
    runtime: &Runtime,
    timeout: Duration,
    work: impl Future<Output = Result<T, LineError>>,
) -> Result<T, LineError> {
    let in_time = runtime.block_on(async { time::timeout(timeout, work).await });
    in_time.unwrap_or_else(|_| {
        Err(LineError::new(format!(
            "no answer within {timeout:?}; what was asked may still be done"
        )))
    })
}

/// hyper's errors say what is wrong in their sources.
pub(super) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}

/// Less than the three seconds after which the server closes a connection that idles.
const IDLE_MAX: Duration = Duration::from_secs(2);
/// More than a server's longest page.
const ANSWER_BYTES_MAX: usize = 64 << 20;
