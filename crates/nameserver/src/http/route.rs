//! From method and path to the file that answers.

use std::sync::Arc;

use hyper::{Method, Request, Response, StatusCode, body::Incoming};
use naming::LeaseId;

use super::{
    desk::{Caller, Desk},
    gate, leases, listing, names, page,
    payload::Payload,
    percent,
    rejection::Rejection,
    watching,
};

/// Answers a request.
///
/// # Errors
/// When it is not done.
pub(super) async fn answer(
    desk: &Arc<Desk>,
    caller: Caller,
    request: Request<Incoming>,
) -> Result<Response<Payload>, Rejection> {
    let (head, body) = request.into_parts();
    gate::pass(desk, caller, &head.method, &head.uri, &head.headers)?;
    let route = Route::of(head.uri.path())?;
    let method = match head.method {
        // hyper leaves the body out.
        Method::HEAD if route != Route::Watch => &Method::GET,
        ref method => method,
    };
    match (route, method) {
        (Route::Page, &Method::GET) => page::show(&head, &body),
        (Route::Name(name), &Method::GET) => names::entry(desk, &name, &head, &body),
        (Route::Name(name), &Method::PUT) => names::put(desk, &name, &head, body).await,
        (Route::Name(name), &Method::DELETE) => names::remove(desk, &name, &head, &body).await,
        (Route::Names, &Method::GET) => listing::list(desk, &head, &body).await,
        (Route::Resolve(name), &Method::GET) => names::resolve(desk, &name, &head, &body),
        (Route::Step, &Method::GET) => names::step(desk, &head, &body),
        (Route::Watch, &Method::GET) => watching::watch(desk, &head, &body).await,
        (Route::Changes, &Method::POST) => names::change(desk, &head, body).await,
        (Route::Leases, &Method::POST) => leases::grant(desk, &head, body).await,
        (Route::Lease(lease), &Method::POST) => leases::renew(desk, lease, &head, &body).await,
        (Route::Lease(lease), &Method::DELETE) => leases::revoke(desk, lease, &head, &body).await,
        (Route::Status, &Method::GET) => leases::status(desk, &head, &body),
        (route, _) => Err(Rejection::method(route.methods())),
    }
}

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
enum Route {
    Page,
    Names,
    Name(String),
    Resolve(String),
    Step,
    Watch,
    Changes,
    Leases,
    Lease(LeaseId),
    Status,
}

impl Route {
    fn of(path: &str) -> Result<Self, Rejection> {
        match path {
            "/" => return Ok(Self::Page),
            "/v1/names" => return Ok(Self::Names),
            "/v1/step" => return Ok(Self::Step),
            "/v1/watch" => return Ok(Self::Watch),
            "/v1/changes" => return Ok(Self::Changes),
            "/v1/leases" => return Ok(Self::Leases),
            "/v1/status" => return Ok(Self::Status),
            _ => {}
        }
        if let Some(name) = path.strip_prefix("/v1/names/") {
            return Ok(Self::Name(percent::path(name)?));
        }
        if let Some(name) = path.strip_prefix("/v1/resolve/") {
            return Ok(Self::Resolve(percent::path(name)?));
        }
        if let Some(lease) = path.strip_prefix("/v1/leases/") {
            let number = percent::number(lease)
                .ok_or_else(|| Rejection::bad("a lease is a whole number: /v1/leases/7"))?;
            return Ok(Self::Lease(LeaseId(number)));
        }
        Err(Rejection::new(
            StatusCode::NOT_FOUND,
            "there is nothing at this address: names are at /v1/names, a page to look at is at /",
        ))
    }

    fn methods(&self) -> &'static str {
        match self {
            Self::Page | Self::Names | Self::Resolve(_) | Self::Step | Self::Status => "GET, HEAD",
            Self::Watch => "GET",
            Self::Name(_) => "GET, HEAD, PUT, DELETE",
            Self::Changes | Self::Leases => "POST",
            Self::Lease(_) => "POST, DELETE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<Route>) {
        assert_eq!(Route::of(path).ok(), expected, "{path}");
    }

    #[test]
    fn paths_lead_where_the_table_says() {
        let name = |name: &str| Some(Route::Name(name.to_owned()));
        check("/", Some(Route::Page));
        check("/v1/names", Some(Route::Names));
        check("/v1/names/region1/server1", name("region1/server1"));
        check("/v1/names/region1%2Fserver1", name("region1/server1"));
        check("/v1/names/%2F", name("/"));
        check("/v1/names/", name(""));
        check("/v1/leases/7", Some(Route::Lease(LeaseId(7))));
        check("/v1/leases/-7", None);
        check("/v1/leases/7/x", None);
        check("/v1/names/%zz", None);
        check("/v2/names", None);
        check("//v1/names", None);
        check("/v1/", None);
    }
}
