//! The page to look at: names as a tree, with leases that run down and changes as they come.
//!
//! Names and attributes are texts of strangers. The page builds what it shows out of text nodes, and its policy lets run
//! only the one script that stands in it, by its digest; it asks nobody but this server.

use std::sync::OnceLock;

use history::Sha256;
use hyper::{
    Response, StatusCode,
    body::{Bytes, Incoming},
    header::{CONTENT_SECURITY_POLICY, HeaderValue},
    http::request::Parts,
};

use super::{
    body,
    payload::{self, Payload},
    percent::Query,
    rejection::Rejection,
};

/// The page.
pub(super) fn show(head: &Parts, body: &Incoming) -> Result<Response<Payload>, Rejection> {
    body::none(body)?;
    Query::read(head.uri.query(), &[])?;
    let Page { text, policy } = PAGE.get_or_init(Page::make);
    let text = Bytes::from_static(text.as_bytes());
    let mut response = payload::whole(StatusCode::OK, "text/html; charset=utf-8", text);
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy.clone());
    Ok(response)
}

struct Page {
    text: String,
    policy: HeaderValue,
}

impl Page {
    fn make() -> Self {
        let policy = format!(
            "default-src 'none'; script-src '{}'; style-src '{}'; connect-src 'self'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'",
            source(SCRIPT),
            source(STYLE)
        );
        Self {
            text: FRAME.replace("{STYLE}", STYLE).replace("{SCRIPT}", SCRIPT),
            policy: HeaderValue::from_str(&policy).expect("a policy is ASCII"),
        }
    }
}

/// CSP 3, section 2.3.1: `sha256-` and the digest in base64.
fn source(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::of(text.as_bytes())))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            match at <= three.len() {
                true => text.push(DIGITS[(bits >> (18 - 6 * at)) as usize & 63].into()),
                false => text.push('='),
            }
        }
    }
    text
}

static PAGE: OnceLock<Page> = OnceLock::new();
const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let pairs = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in pairs {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn the_page_stands_alone_and_makes_no_markup_of_what_it_is_told() {
        let page = Page::make();
        assert_eq!(page.text.matches("<script>").count(), 1);
        assert!(page.text.contains(SCRIPT) && page.text.contains(STYLE));
        for word in [
            "http://",
            "https://",
            "src=",
            "innerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
        ] {
            assert!(!page.text.contains(word), "{word}");
        }
        // The end of the element must not come early.
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
    }
}
