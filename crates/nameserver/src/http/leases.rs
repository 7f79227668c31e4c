//! Leases, and how the server stands.

use hyper::{Response, StatusCode, body::Incoming, http::request::Parts};
use naming::{LeaseId, Request};

use crate::api::{Grant, Granted, Status};

use super::{
    body,
    desk::Desk,
    names,
    payload::{self, Payload},
    percent::Query,
    rejection::Rejection,
};

/// A new lease.
pub(super) async fn grant(
    desk: &Desk,
    head: &Parts,
    body: Incoming,
) -> Result<Response<Payload>, Rejection> {
    Query::read(head.uri.query(), &[])?;
    let Grant { ttl_ms } = names::one(&head.headers, body).await?;
    let request = Request::Grant {
        ttl_ms,
        names: Vec::new(),
    };
    let done = desk.decide(request).await?;
    let lease = done.lease.expect("a grant that is done gives a lease");
    Ok(payload::json(StatusCode::OK, &Granted { lease, ttl_ms }))
}

/// A sign of life.
pub(super) async fn renew(
    desk: &Desk,
    lease: LeaseId,
    head: &Parts,
    body: &Incoming,
) -> Result<Response<Payload>, Rejection> {
    body::none(body)?;
    Query::read(head.uri.query(), &[])?;
    desk.decide(Request::Renew(lease)).await?;
    let state = desk.hub.registry().lease(lease);
    // It may have been given back by somebody else since.
    let state = state.ok_or(naming::Refusal::NoLease(lease));
    let ttl_ms = state.map_err(crate::Refused::from)?.ttl_ms;
    Ok(payload::json(StatusCode::OK, &Granted { lease, ttl_ms }))
}

/// Gives a lease back.
pub(super) async fn revoke(
    desk: &Desk,
    lease: LeaseId,
    head: &Parts,
    body: &Incoming,
) -> Result<Response<Payload>, Rejection> {
    body::none(body)?;
    Query::read(head.uri.query(), &[])?;
    Ok(names::changed(&desk.decide(Request::Revoke(lease)).await?))
}

/// How the server stands.
pub(super) fn status(
    desk: &Desk,
    head: &Parts,
    body: &Incoming,
) -> Result<Response<Payload>, Rejection> {
    body::none(body)?;
    Query::read(head.uri.query(), &[])?;
    let (revision, names, leases) = {
        let registry = desk.hub.registry();
        (registry.revision(), registry.len(), registry.lease_count())
    };
    let status = Status {
        zone: desk.zone.to_string(),
        revision,
        oldest: desk.hub.oldest(),
        names,
        leases,
        watchers: desk.hub.watcher_count() as u64,
        dns: desk.dns.clone(),
    };
    Ok(payload::json(StatusCode::OK, &status))
}
