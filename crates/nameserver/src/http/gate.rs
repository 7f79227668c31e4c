//! Who may ask: against pages of other origins, names that were bent to this machine, and changes from elsewhere.
//!
//! A browser on this machine carries out what any page tells it to. It cannot lie about `Host` and `Origin`: a page
//! elsewhere that had its own name answered with 127.0.0.1 (DNS rebinding) still says that name as `Host`, and what it
//! sends to other origins says its own as `Origin`. So both are held against what this server is called, part by part.

use std::net::IpAddr;

use history::Sha256;
use hyper::{
    HeaderMap, Method, StatusCode, Uri,
    header::{AUTHORIZATION, GetAll, HOST, HeaderValue, ORIGIN},
};
use naming::Zone;

use super::{
    desk::{Caller, Desk},
    rejection::Rejection,
};

/// Whether a request may pass.
///
/// # Errors
/// When it may not: 421, 403, or for a change from elsewhere without the token 401 or 403.
pub(super) fn pass(
    desk: &Desk,
    caller: Caller,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(), Rejection> {
    check_host(&desk.zone, caller, uri, headers)?;
    check_origin(&desk.zone, caller, headers)?;
    match *method {
        Method::GET | Method::HEAD => Ok(()),
        _ => check_token(desk.token.as_ref(), caller, headers),
    }
}

fn check_host(
    zone: &Zone,
    caller: Caller,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(), Rejection> {
    let host = only(headers.get_all(HOST))
        .ok_or_else(|| Rejection::bad("one `Host` field is needed; send exactly one"))?;
    // A request to a proxy names its target in the first line too.
    let target = uri.authority().map(|authority| authority.as_str());
    let is_own = |authority: &str| is_own(zone, caller, authority);
    match is_own(host) && target.is_none_or(is_own) {
        true => Ok(()),
        false => Err(Rejection::new(
            StatusCode::MISDIRECTED_REQUEST,
            format!(
                "this server is not what `Host` says: ask http://{}, or a name in {zone} at that port",
                caller.local
            ),
        )),
    }
}

fn check_origin(zone: &Zone, caller: Caller, headers: &HeaderMap) -> Result<(), Rejection> {
    let origins = headers.get_all(ORIGIN);
    if origins.iter().next().is_none() {
        return Ok(());
    }
    let own = only(origins)
        .and_then(|origin| origin.strip_prefix("http://"))
        .is_some_and(|authority| is_own(zone, caller, authority));
    match own {
        true => Ok(()),
        false => Err(Rejection::new(
            StatusCode::FORBIDDEN,
            "pages of other origins may not ask here: ask from this server's own page, or without a browser",
        )),
    }
}

fn check_token(
    token: Option<&[u8; 32]>,
    caller: Caller,
    headers: &HeaderMap,
) -> Result<(), Rejection> {
    if caller.peer.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    let given = only(headers.get_all(AUTHORIZATION)).and_then(bearer);
    let given = given.ok_or_else(Rejection::no_token)?;
    // Digests have one length, and all of it is looked at: the time taken says nothing of where they differ.
    let given = Sha256::of(given.as_bytes());
    let differ = |token: &[u8; 32]| {
        let bytes = token.iter().zip(given);
        bytes.fold(0, |differ, (own, given)| differ | (own ^ given)) != 0
    };
    match token.is_none_or(differ) {
        false => Ok(()),
        true => Err(Rejection::new(
            StatusCode::FORBIDDEN,
            "this is not the server's token: see the file that it was started with (--token-file)",
        )),
    }
}

/// RFC 6750, section 2.1; the scheme in any case.
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn only(values: GetAll<'_, HeaderValue>) -> Option<&str> {
    let mut values = values.iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Whether `host:port` is this server: the address that the connection came to, `localhost`, or a name in the zone.
fn is_own(zone: &Zone, caller: Caller, authority: &str) -> bool {
    let Some((host, port)) = split(authority) else {
        return false;
    };
    if port.unwrap_or(80) != caller.local.port() {
        return false;
    }
    let local = caller.local.ip().to_canonical();
    let literal = match host.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .and_then(|v6| v6.parse().ok())
            .map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    };
    if let Some(address) = literal {
        return address.to_canonical() == local;
    }
    let is_name = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let relative = host.strip_suffix('.').unwrap_or(host);
    is_name
        && (relative.eq_ignore_ascii_case("localhost") && local.is_loopback()
            || zone.name(&format!("{relative}.")).is_ok())
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`.
fn split(authority: &str) -> Option<(&str, Option<u16>)> {
    let end = match authority.starts_with('[') {
        true => authority.find(']')? + 1,
        false => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, rest) = authority.split_at(end);
    match rest.strip_prefix(':') {
        None => rest.is_empty().then_some((host, None)),
        Some(digits) => {
            let port = super::percent::number(digits)?;
            Some((host, Some(u16::try_from(port).ok()?)))
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderName;

    use super::*;

    fn caller(peer: &str, local: &str) -> Caller {
        Caller {
            peer: peer.parse().expect("an address"),
            local: local.parse().expect("an address"),
        }
    }

    fn zone() -> Zone {
        Zone::parse("lab.test.").expect("a zone")
    }

    fn headers(fields: &[(HeaderName, &'static str)]) -> HeaderMap {
        let value = |(name, value): &(HeaderName, &'static str)| {
            (name.clone(), HeaderValue::from_static(value))
        };
        let mut headers = HeaderMap::new();
        for (name, value) in fields.iter().map(value) {
            headers.append(name, value);
        }
        headers
    }

    #[track_caller]
    fn check_own(local: &str, authority: &str, expected: bool) {
        let caller = caller(local, local);
        assert_eq!(is_own(&zone(), caller, authority), expected, "{authority}");
    }

    #[test]
    fn a_server_is_called_by_its_address_localhost_or_a_name_of_its_zone() {
        for own in [
            "127.0.0.1:8053",
            "localhost:8053",
            "LocalHost:8053",
            "localhost.:8053",
            "lab.test:8053",
            "ns.lab.test:8053",
            "Server1.Region1.LAB.test.:8053",
        ] {
            check_own("127.0.0.1:8053", own, true);
        }
        for other in [
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:08053x",
            "127.0.0.1:8053:8053",
            "127.0.0.2:8053",
            "0177.0.0.1:8053",
            "2130706433:8053",
            "evil.example:8053",
            "localhost.evil.example:8053",
            "lab.test.evil.example:8053",
            "evillab.test:8053",
            "evil.example/lab.test:8053",
            "a/b.lab.test:8053",
            "evil@localhost:8053",
            "localhost@evil.example:8053",
            "*.lab.test:8053",
            "a..lab.test:8053",
            "[::1]:8053",
            "[127.0.0.1]:8053",
            "",
            ":8053",
        ] {
            check_own("127.0.0.1:8053", other, false);
        }
        check_own("127.0.0.1:80", "127.0.0.1", true);
        check_own("[::1]:8053", "[::1]:8053", true);
        check_own("[::1]:8053", "[0:0::1]:8053", true);
        check_own("[::1]:8053", "::1:8053", false);
        check_own("[::ffff:192.0.2.1]:8053", "192.0.2.1:8053", true);
        check_own("192.0.2.1:8053", "localhost:8053", false);
    }

    #[track_caller]
    fn check_request(uri: &'static str, fields: &[(HeaderName, &'static str)], status: u16) {
        let caller = caller("127.0.0.1:40000", "127.0.0.1:8053");
        let headers = headers(fields);
        let host = check_host(&zone(), caller, &Uri::from_static(uri), &headers);
        let both = host.and_then(|()| check_origin(&zone(), caller, &headers));
        assert_eq!(
            both.map_or_else(|rejection| rejection.status(), |()| 200),
            status
        );
    }

    #[test]
    fn hosts_and_origins_of_others_are_refused() {
        const OWN: (HeaderName, &str) = (HOST, "127.0.0.1:8053");
        check_request("/", &[OWN], 200);
        check_request("/", &[], 400);
        check_request("/", &[OWN, OWN], 400);
        check_request("/", &[(HOST, "evil.example:8053")], 421);
        check_request("http://127.0.0.1:8053/", &[OWN], 200);
        check_request("http://evil.example:8053/", &[OWN], 421);
        check_request("/", &[OWN, (ORIGIN, "http://127.0.0.1:8053")], 200);
        check_request("/", &[OWN, (ORIGIN, "http://localhost:8053")], 200);
        for origin in [
            "null",
            "",
            "https://127.0.0.1:8053",
            "http://127.0.0.1",
            "http://evil.example",
        ] {
            check_request("/", &[OWN, (ORIGIN, origin)], 403);
        }
        let origin = (ORIGIN, "http://127.0.0.1:8053");
        check_request("/", &[OWN, origin.clone(), origin], 403);
    }

    #[track_caller]
    fn check_change(peer: &str, authorization: Option<&'static str>, status: u16) {
        let token = Sha256::of(b"a secret");
        let fields = authorization.map(|text| (AUTHORIZATION, text));
        let headers = headers(&Vec::from_iter(fields));
        let result = check_token(Some(&token), caller(peer, "192.0.2.1:80"), &headers);
        assert_eq!(
            result.map_or_else(|rejection| rejection.status(), |()| 200),
            status
        );
    }

    #[test]
    fn changes_from_elsewhere_need_the_token() {
        check_change("127.0.0.1:1", None, 200);
        check_change("[::1]:1", Some("Bearer wrong"), 200);
        check_change("192.0.2.7:1", None, 401);
        check_change("[2001:db8::1]:1", Some("Basic YTpi"), 401);
        check_change("192.0.2.7:1", Some("Bearer"), 401);
        check_change("192.0.2.7:1", Some("Bearer a secre"), 403);
        check_change("192.0.2.7:1", Some("Bearer a secret and more"), 403);
        check_change("192.0.2.7:1", Some("Bearer a secret"), 200);
        check_change("192.0.2.7:1", Some("bearer a secret"), 200);
    }

    #[test]
    fn without_a_token_of_the_server_none_is_right() {
        let elsewhere = caller("192.0.2.7:1", "192.0.2.1:80");
        let headers = headers(&[(AUTHORIZATION, "Bearer a secret")]);
        let refused = check_token(None, elsewhere, &headers).expect_err("no token is right");
        assert_eq!(refused.status(), 403);
    }
}
