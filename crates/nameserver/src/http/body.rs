//! Bodies of requests: JSON, of a bounded size, within a bounded time.

use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{
    HeaderMap, StatusCode,
    body::{Body, Bytes, Incoming},
    header::CONTENT_TYPE,
};
use serde::de::DeserializeOwned;
use tokio::time;

use super::rejection::Rejection;

/// The bytes of a body that says it is JSON.
///
/// # Errors
/// When it says something else, is too long or too slow, or breaks off.
pub(super) async fn bytes(
    headers: &HeaderMap,
    body: Incoming,
    bytes_max: usize,
) -> Result<Bytes, Rejection> {
    if !is_json(headers) {
        return Err(Rejection::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a body is JSON: send it with `Content-Type: application/json`",
        ));
    }
    let too_large = || {
        Rejection::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("a body here has at most {bytes_max} bytes: send several requests"),
        )
    };
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(too_large());
    }
    let collecting = Limited::new(body, bytes_max).collect();
    match time::timeout(TIME_MAX, collecting).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(error)) => Err(Rejection::bad(format!("the body broke off: {error}"))),
        Err(_) => Err(Rejection::new(
            StatusCode::REQUEST_TIMEOUT,
            format!(
                "the body took more than {} s; send it at once",
                TIME_MAX.as_secs()
            ),
        )),
    }
}

/// What a body says.
///
/// # Errors
/// When it is no JSON, or JSON of something else.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Rejection> {
    serde_json::from_slice(bytes)
        .map_err(|error| Rejection::bad(format!("the body is not what is expected here: {error}")))
}

/// A request without a body.
///
/// # Errors
/// When it has one.
pub(super) fn none(body: &Incoming) -> Result<(), Rejection> {
    match body.is_end_stream() {
        true => Ok(()),
        false => Err(Rejection::bad(
            "this request has no body; send it without one",
        )),
    }
}

/// `application/json`, whatever parameters stand behind it.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind.map(|kind| kind.split(';').next().unwrap_or(kind).trim());
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
}

/// The most bytes of a body that concerns one name.
pub(super) const ONE_BYTES_MAX: usize = 1 << 20;
/// The most bytes of a body with many changes.
pub(super) const MANY_BYTES_MAX: usize = 16 << 20;
/// From the head to the last byte of a body.
const TIME_MAX: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(kind: &'static str, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        assert_eq!(is_json(&headers), expected, "{kind}");
    }

    #[test]
    fn only_json_is_json() {
        check("application/json", true);
        check("Application/JSON; charset=utf-8", true);
        check("text/plain", false);
        check("application/jsonp", false);
        check("text/plain; application/json", false);
        assert!(!is_json(&HeaderMap::new()));
    }
}
