//! Lists of names, a page at a time, each page of one revision.

use std::sync::Arc;

use hyper::{Response, body::Incoming, http::request::Parts};
use naming::{Filter, Name, Node, Value};
use serde::Serialize;

use crate::api::Entry;

use super::{
    body,
    desk::Desk,
    payload::{self, Payload},
    percent::Query,
    rejection::Rejection,
};

/// Lists names.
pub(super) async fn list(
    desk: &Arc<Desk>,
    head: &Parts,
    body: &Incoming,
) -> Result<Response<Payload>, Rejection> {
    body::none(body)?;
    let query = Query::read(head.uri.query(), &["within", "where", "limit", "after"])?;
    let limit = query.number("limit")?.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Rejection::bad(format!(
            "limit={limit}: from 1 to {LIMIT_MAX} names are listed at once; go on with after="
        )));
    }
    let after = query
        .one("after")?
        .map(|after| desk.name(after))
        .transpose()?;
    let filter = filter(desk, &query)?;
    let text = desk
        .long(move |desk| page(desk, &filter, after.as_ref(), limit as usize))
        .await?;
    Ok(payload::json_text(text))
}

/// Which names are meant by `within=` and `where=`.
pub(super) fn filter(desk: &Desk, query: &Query) -> Result<Filter, Rejection> {
    let attribute = |text: &str| match text.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    };
    Ok(Filter {
        within: desk.name(query.one("within")?.unwrap_or("/"))?,
        attributes: query.all("where").map(attribute).collect(),
    })
}

/// A [`Listing`](crate::api::Listing) as text, written name by name: what it takes is what it says.
fn page(
    desk: &Desk,
    filter: &Filter,
    after: Option<&Name>,
    limit: usize,
) -> Result<Vec<u8>, Rejection> {
    let snapshot = desk.hub.snapshot()?;
    let mut text = format!(r#"{{"revision":{},"entries":["#, snapshot.revision()).into_bytes();
    let mut last: Option<Name> = None;
    let mut next = None;
    let mut count = 0;
    for named in snapshot.names(&filter.within, after) {
        let (name, node) = named?;
        let value = Value::from_sets(&desk.zone, &name, &node.sets);
        if !filter.takes(&name, &value) {
            continue;
        }
        if count == limit || text.len() > PAGE_BYTES {
            next = last;
            break;
        }
        if count > 0 {
            text.push(b',');
        }
        write(&mut text, &entry(desk, &name, &node, value));
        last = Some(name);
        count += 1;
    }
    text.push(b']');
    if let Some(next) = next {
        text.extend(br#","next":"#);
        write(&mut text, &next.to_string());
    }
    text.push(b'}');
    Ok(text)
}

/// A name with what stands under it, as it is told.
pub(super) fn entry(desk: &Desk, name: &Name, node: &Node, value: Value) -> Entry {
    Entry {
        name: name.to_string(),
        value,
        revision: node.modified,
        lease: node.lease,
        lease_left_ms: desk.lease_left_ms(node.lease),
    }
}

fn write(text: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(text, value).expect("what is answered has text for keys");
}

/// Names on a page where nothing is said.
const LIMIT: u64 = 1_000;
/// The most names on a page.
const LIMIT_MAX: u64 = 10_000;
/// A page that has grown so long ends, whatever was asked for; a name adds at most some 200 KiB. Whoever reads slowly keeps
/// one page in memory, and there are so many connections at most: 4 GiB if all did.
const PAGE_BYTES: usize = 256 << 10;
