//! A connection: limits of time and size, and one request after another.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::TcpStream;

use super::{
    desk::{Caller, Desk},
    payload::Payload,
    route,
};

/// Serves a connection to its end, or until the server ends: then the request that is under way is still answered.
pub(super) async fn serve(desk: Arc<Desk>, socket: TcpStream, peer: SocketAddr) {
    let Ok(local) = socket.local_addr() else {
        return;
    };
    let options = SockRef::from(&socket);
    // An event must leave at once, and whoever takes nothing must go: a peer that keeps its window shut, too.
    if options.set_tcp_nodelay(true).is_err()
        || options.set_tcp_user_timeout(Some(UNTAKEN_MAX)).is_err()
    {
        return;
    }
    let caller = Caller { peer, local };
    let answering = desk.clone();
    let service = service_fn(move |request| answer(answering.clone(), caller, request));
    let mut protocol = http1::Builder::new();
    protocol
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_header_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_BYTES_MAX);
    let mut connection = pin!(protocol.serve_connection(TokioIo::new(socket), service));
    let mut end = pin!(desk.stop.heard());
    let mut is_ending = false;
    poll_fn(|context| {
        if !is_ending && end.as_mut().poll(context).is_ready() {
            is_ending = true;
            connection.as_mut().graceful_shutdown();
        }
        // What goes wrong on a connection is its peer's doing, and is over with it.
        match connection.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(()),
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
}

async fn answer(
    desk: Arc<Desk>,
    caller: Caller,
    request: Request<Incoming>,
) -> Result<Response<Payload>, Infallible> {
    let answer = route::answer(&desk, caller, request)
        .await
        .unwrap_or_else(|rejection| rejection.into_response());
    desk.hub.tally().requested(answer.status().as_u16());
    Ok(answer)
}

/// From the end of a request until the head of the next is whole: also how long a connection may idle.
const HEAD_TIME_MAX: Duration = Duration::from_secs(3);
/// The request line and all header fields.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Header fields; a browser sends some 15.
const HEADERS_MAX: usize = 64;
/// What hyper keeps of what came, and of what has to go, beyond a body's own pieces.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// How long the kernel keeps what the peer does not take.
const UNTAKEN_MAX: Duration = Duration::from_secs(30);
