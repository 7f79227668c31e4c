//! Bodies of answers, and the header fields that all answers have.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{
    Response, StatusCode,
    body::{Body, Bytes, Frame, SizeHint},
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use serde::Serialize;

use super::watching::Watching;

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Payload {
    /// All of it, at once; none when it is sent.
    Whole(Option<Bytes>),
    /// Events as they come.
    Events(Box<Watching>),
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response<Payload> {
    let bytes = serde_json::to_vec(value).expect("what is answered has text for keys");
    whole(status, "application/json", bytes.into())
}

/// An answer in JSON that is text already.
pub(super) fn json_text(text: Vec<u8>) -> Response<Payload> {
    whole(StatusCode::OK, "application/json", text.into())
}

/// An answer that is at hand.
pub(super) fn whole(status: StatusCode, kind: &'static str, bytes: Bytes) -> Response<Payload> {
    answer(status, kind, Payload::Whole(Some(bytes)))
}

/// An answer, with what all have: nothing may guess what it is, keep it, or show it inside of something else.
pub(super) fn answer(status: StatusCode, kind: &'static str, body: Payload) -> Response<Payload> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let fields = [
        (CONTENT_TYPE, kind),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in fields {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take()),
            Self::Events(watching) => watching.poll_bytes(context),
        };
        bytes.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Events(_) => SizeHint::default(),
        }
    }
}
