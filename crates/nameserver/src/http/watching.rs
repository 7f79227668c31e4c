//! Watches as event streams (the HTML standard, section 9.2).
//!
//! ```text
//!   event: watching            event: change                                            : (every 15 s)
//!   data: {"revision":7,…}     data: {"revision":8,"name":"region1/server1",…}
//!   id: 7                      id: 8
//! ```
//!
//! **`id` is a revision all of whose changes have come**: of several with one revision only the last has it. So whoever
//! comes again with `Last-Event-ID` misses nothing, wherever the stream broke off.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::{
    HeaderMap, Response, StatusCode,
    body::{Bytes, Incoming},
    http::request::Parts,
};
use naming::{Change, Revision};
use tokio::time::{Sleep, sleep};

use crate::{Watch, Watched, api::Event};

use super::{
    body,
    desk::Desk,
    events, listing,
    payload::{self, Payload},
    percent::{self, Query},
    rejection::Rejection,
};

/// Begins a watch.
pub(super) async fn watch(
    desk: &Arc<Desk>,
    head: &Parts,
    body: &Incoming,
) -> Result<Response<Payload>, Rejection> {
    body::none(body)?;
    let query = Query::read(head.uri.query(), &["within", "from"])?;
    let filter = listing::filter(desk, &query)?;
    let from = match last_event(&head.headers)? {
        Some(revision) => Some(revision),
        None => query.number("from")?.map(Revision),
    };
    let watch = match from {
        None => desk.hub.watch(&filter, None)?,
        // What happened since is read from the disk.
        Some(_) => {
            let begin = move |desk: &Desk| Ok(desk.hub.watch(&filter, from)?);
            desk.long(begin).await?
        }
    };
    let stream = Payload::Events(Box::new(Watching::new(desk.clone(), watch)));
    Ok(payload::answer(StatusCode::OK, "text/event-stream", stream))
}

/// Where a stream that broke off is to go on: it counts more than the address, which says where the first one began.
fn last_event(headers: &HeaderMap) -> Result<Option<Revision>, Rejection> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(None);
    };
    match value.to_str().ok().map(str::trim) {
        Some("") => Ok(None),
        text => match text.and_then(percent::number) {
            Some(revision) => Ok(Some(Revision(revision))),
            None => Err(Rejection::bad(
                "`Last-Event-ID` is no revision: send the last `id` of the stream",
            )),
        },
    }
}

/// A watch as a stream of bytes.
pub(super) struct Watching {
    desk: Arc<Desk>,
    watch: Watch,
    /// The beginning is still to be told.
    is_new: bool,
    /// A change that came, held back until it is known whether others of its revision follow.
    held: Option<Arc<Change>>,
    has_ended: bool,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
    heartbeat: Pin<Box<Sleep>>,
}

impl Watching {
    fn new(desk: Arc<Desk>, watch: Watch) -> Self {
        let stop = desk.stop.clone();
        Self {
            desk,
            watch,
            is_new: true,
            held: None,
            has_ended: false,
            end: Box::pin(async move { stop.heard().await }),
            heartbeat: Box::pin(sleep(HEARTBEAT)),
        }
    }

    /// The next bytes of the stream: as many events as are there, up to some size; none at the end.
    pub fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        if self.is_new {
            self.is_new = false;
            let revision = self.watch.from();
            let lines = events::lines(&Event::Watching { revision });
            return Poll::Ready(Some(events::event(&lines, Some(revision))));
        }
        match self.poll_event(context) {
            Poll::Ready(Some(first)) => Poll::Ready(Some(self.more(first, context))),
            Poll::Ready(None) => {
                self.has_ended = true;
                Poll::Ready(None)
            }
            Poll::Pending => self.poll_quiet(context),
        }
    }

    /// Events that are there already go along in the same write.
    fn more(&mut self, first: Bytes, context: &mut Context<'_>) -> Bytes {
        let Poll::Ready(Some(second)) = self.poll_event(context) else {
            return first;
        };
        let mut joined = [first, second].concat();
        while joined.len() < WRITE_BYTES {
            let Poll::Ready(Some(next)) = self.poll_event(context) else {
                break;
            };
            joined.extend(next);
        }
        Bytes::from(joined)
    }

    /// The next event; none when there will be no other.
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        let held = match self.held.take() {
            Some(change) => change,
            None => match ready!(self.watch.poll_next(context)) {
                Some(Watched::Change(change)) => change,
                Some(Watched::Lagged(revision)) => return Poll::Ready(Some(self.lagged(revision))),
                None => return Poll::Ready(None),
            },
        };
        let lines = self.desk.events.change(&held);
        // A watch shows all changes of a revision at once, so if none follows now this is the last.
        let mut id = Some(held.revision);
        match self.watch.poll_next(context) {
            Poll::Ready(Some(Watched::Change(next))) => {
                if next.revision == held.revision {
                    id = None;
                }
                self.held = Some(next);
            }
            Poll::Ready(Some(Watched::Lagged(revision))) => {
                let told =
                    events::event(&lines, (held.revision <= revision).then_some(held.revision));
                return Poll::Ready(Some([told, self.lagged(revision)].concat().into()));
            }
            Poll::Ready(None) => self.has_ended = true,
            Poll::Pending => {}
        }
        Poll::Ready(Some(events::event(&lines, id)))
    }

    /// The last event of a watch that was too slow.
    fn lagged(&mut self, revision: Revision) -> Bytes {
        self.has_ended = true;
        events::event(&events::lines(&Event::Lagged { revision }), None)
    }

    /// While nothing happens: the end of the server, or a comment so that both sides see whether the other is there.
    fn poll_quiet(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.end.as_mut().poll(context).is_ready() {
            self.has_ended = true;
            return Poll::Ready(None);
        }
        ready!(self.heartbeat.as_mut().poll(context));
        self.heartbeat.set(sleep(HEARTBEAT));
        Poll::Ready(Some(Bytes::from_static(b":\n\n")))
    }
}

impl fmt::Debug for Watching {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Watching")
            .field("watch", &self.watch)
            .finish_non_exhaustive()
    }
}

/// Between two comments; proxies end streams that are silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events go together up to about so many bytes.
const WRITE_BYTES: usize = 32 * 1024;
