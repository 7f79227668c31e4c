//! Single names, and several with one request.

use std::sync::Arc;

use hyper::{HeaderMap, Response, StatusCode, body::Incoming, http::request::Parts};
use naming::{Done, Expect, Name, RecordSet, Request, Revision, Step, Value};

use crate::api::{Changed, Changes, Put};

use super::{
    body,
    desk::Desk,
    listing,
    payload::{self, Payload},
    percent::Query,
    rejection::Rejection,
};

/// What stands under a name.
pub(super) fn entry(
    desk: &Desk,
    name: &str,
    head: &Parts,
    body: &Incoming,
) -> Result<Response<Payload>, Rejection> {
    body::none(body)?;
    Query::read(head.uri.query(), &[])?;
    let name = desk.name(name)?;
    let node = desk
        .hub
        .registry()
        .find(name.wire())
        .map(|node| node.to_node());
    let Some(node) = node else {
        return Err(Rejection::new(
            StatusCode::NOT_FOUND,
            format!("{name} is not registered; /v1/names?within={name} lists what stands below it"),
        ));
    };
    let value = Value::from_sets(&desk.zone, &name, &node.sets);
    let entry = listing::entry(desk, &name, &node, value);
    Ok(payload::json(StatusCode::OK, &entry))
}

/// Registers or updates a name.
pub(super) async fn put(
    desk: &Desk,
    name: &str,
    head: &Parts,
    body: Incoming,
) -> Result<Response<Payload>, Rejection> {
    Query::read(head.uri.query(), &[])?;
    let name = desk.name(name)?;
    let put: Put = one(&head.headers, body).await?;
    let request = request_of(desk, name, &put)?;
    Ok(changed(&desk.decide(request).await?))
}

fn request_of(desk: &Desk, name: Name, put: &Put) -> Result<Request, Rejection> {
    let sets = put.value.to_sets(&desk.zone, &name)?;
    let expect = match (put.if_revision, put.replace) {
        (Some(_), true) => {
            return Err(Rejection::bad(
                "`if_revision` and `replace` contradict each other: give one of them",
            ));
        }
        (Some(revision), false) => Expect::Revision(revision),
        (None, true) => Expect::Anything,
        (None, false) => Expect::Absent,
    };
    match (put.lease, put.lease_ms) {
        (Some(_), Some(_)) => Err(Rejection::bad(
            "`lease` names one that is there, `lease_ms` asks for a new one: give one of them",
        )),
        (None, Some(ttl_ms)) => Ok(Request::Grant {
            ttl_ms,
            names: vec![(name, sets, expect)],
        }),
        (lease, None) => Ok(Request::Put {
            name,
            sets,
            lease,
            expect,
        }),
    }
}

/// Takes a name away.
pub(super) async fn remove(
    desk: &Desk,
    name: &str,
    head: &Parts,
    body: &Incoming,
) -> Result<Response<Payload>, Rejection> {
    body::none(body)?;
    let query = Query::read(head.uri.query(), &["if-revision"])?;
    let name = desk.name(name)?;
    let expect = match query.number("if-revision")? {
        Some(revision) => Expect::Revision(Revision(revision)),
        None => Expect::Anything,
    };
    let done = desk.decide(Request::Remove { name, expect }).await?;
    Ok(changed(&done))
}

/// Changes several names, all or none.
pub(super) async fn change(
    desk: &Arc<Desk>,
    head: &Parts,
    body: Incoming,
) -> Result<Response<Payload>, Rejection> {
    Query::read(head.uri.query(), &[])?;
    let bytes = body::bytes(&head.headers, body, body::MANY_BYTES_MAX).await?;
    let request = desk.long(move |desk| requests_of(desk, &bytes)).await?;
    Ok(changed(&desk.decide(request).await?))
}

fn requests_of(desk: &Desk, bytes: &[u8]) -> Result<Request, Rejection> {
    let changes: Changes = body::parse(bytes)?;
    if changes.names.len() > CHANGES_MAX {
        return Err(Rejection::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "{} changes at once; at most {CHANGES_MAX} are: send several requests",
                changes.names.len()
            ),
        ));
    }
    let is_replacing = changes.replace;
    let one = |(name, value): (String, Option<Value>)| {
        let told = |error: String| Rejection::bad(format!("`{name}`: {error}"));
        let parsed = desk
            .zone
            .name(&name)
            .map_err(|error| told(error.to_string()))?;
        let Some(value) = value else {
            return Ok(Request::Remove {
                name: parsed,
                expect: Expect::Anything,
            });
        };
        let sets: Vec<RecordSet> = value
            .to_sets(&desk.zone, &parsed)
            .map_err(|error| told(error.to_string()))?;
        Ok(Request::Put {
            name: parsed,
            sets,
            lease: None,
            expect: match is_replacing {
                true => Expect::Anything,
                false => Expect::AbsentOrSame,
            },
        })
    };
    let requests: Result<Vec<Request>, Rejection> = changes.names.into_iter().map(one).collect();
    Ok(Request::All(requests?))
}

/// Resolves a name to its end.
pub(super) fn resolve(
    desk: &Desk,
    name: &str,
    head: &Parts,
    body: &Incoming,
) -> Result<Response<Payload>, Rejection> {
    body::none(body)?;
    Query::read(head.uri.query(), &[])?;
    let name = desk.name(name)?;
    let now = desk.hub.now().lease;
    let resolution = desk.hub.registry().resolve(&name, now);
    let status = match resolution.value {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    Ok(payload::json(status, &resolution))
}

/// Resolves one label. What it leads to, nothing too, is the answer.
pub(super) fn step(
    desk: &Desk,
    head: &Parts,
    body: &Incoming,
) -> Result<Response<Payload>, Rejection> {
    body::none(body)?;
    let query = Query::read(head.uri.query(), &["at", "label"])?;
    let at = desk.name(query.one("at")?.unwrap_or("/"))?;
    let label = query
        .one("label")?
        .ok_or_else(|| Rejection::bad("say which label: /v1/step?at=region1&label=server1"))?;
    if Name::parse(label)?.labels().count() != 1 {
        return Err(Rejection::bad(format!(
            "`{label}` is not one label: ask label by label, or for the whole at /v1/resolve/"
        )));
    }
    let label = label.to_ascii_lowercase();
    let step: Step = desk.hub.registry().resolve_step(&at, &label);
    Ok(payload::json(StatusCode::OK, &step))
}

/// What was done, as an answer.
pub(super) fn changed(done: &Done) -> Response<Payload> {
    let changed = Changed {
        revision: done.revision,
        changed: done.changed,
        lease: done.lease,
    };
    payload::json(StatusCode::OK, &changed)
}

/// A body about one thing.
pub(super) async fn one<T: serde::de::DeserializeOwned>(
    headers: &HeaderMap,
    body: Incoming,
) -> Result<T, Rejection> {
    body::parse(&body::bytes(headers, body, body::ONE_BYTES_MAX).await?)
}

/// Changes of one request: they are decided in one go, and all others wait for it.
const CHANGES_MAX: usize = 10_000;
