//! `wharf name export`: writes names into a file.

use std::cell::RefCell;

use anyhow::{Context as _, Result};
use history::Verdict;
use nameserver::{Client, ClientError, api::Entry};
use naming::{Name, Node, Revision, Zone};

use super::import;
use crate::{args::ExportNamesArgs, names, say, whole_file};

/// Runs the command.
///
/// # Errors
/// When no service answers, or the file cannot be written.
pub fn run(args: &ExportNamesArgs) -> Result<Verdict> {
    let client = names::client(&args.service)?;
    let status = client.status()?;
    let zone = Zone::parse(&status.zone)?;
    let form = match (&args.form, &args.out) {
        (Some(name), _) => import::form(name)?,
        (None, Some(file)) => {
            import::by_file_name(file).map_or_else(|| import::form("zone"), Ok)?
        }
        (None, None) => import::form("zone")?,
    };
    let mut entries = Entries::begin(&client, &args.within)?;
    let error = RefCell::new(None);
    let revision = entries.revision;
    let mut nodes = std::iter::from_fn(|| match entries.next(&zone) {
        Ok(node) => node,
        Err(problem) => {
            *error.borrow_mut() = Some(problem);
            None
        }
    });
    let mut text = Vec::new();
    form.write(&zone, revision, &mut nodes, &mut text)?;
    if let Some(error) = error.into_inner() {
        return Err(error);
    }
    match &args.out {
        Some(file) => {
            let text = String::from_utf8(text).expect("forms are text");
            whole_file::write(file, &text, args.force)?;
            say::talk(&format!("written to {}", file.display()));
        }
        None => {
            say::pass_on(&text)?;
        }
    }
    Ok(Verdict::Valid)
}

/// All names within one, page by page, of one revision.
struct Entries<'a> {
    client: &'a Client,
    within: &'a str,
    revision: Revision,
    page: std::vec::IntoIter<Entry>,
    next: Option<String>,
}

impl<'a> Entries<'a> {
    fn begin(client: &'a Client, within: &'a str) -> Result<Self, ClientError> {
        let page = client.list(within, &[], PAGE, None)?;
        Ok(Self {
            client,
            within,
            revision: page.revision,
            page: page.entries.into_iter(),
            next: page.next,
        })
    }

    fn next(&mut self, zone: &Zone) -> Result<Option<(Name, Node)>> {
        loop {
            if let Some(entry) = self.page.next() {
                let name = zone.name(&entry.name)?;
                let sets = entry
                    .value
                    .to_sets(zone, &name)
                    .with_context(|| entry.name.clone())?;
                let node = Node {
                    modified: entry.revision,
                    lease: entry.lease,
                    sets,
                };
                return Ok(Some((name, node)));
            }
            let Some(after) = self.next.take() else {
                return Ok(None);
            };
            let page = self.client.list(self.within, &[], PAGE, Some(&after))?;
            if page.revision != self.revision {
                say::talk(&format!(
                    "note: names changed while they were read: from here on as of revision {}",
                    page.revision
                ));
                self.revision = page.revision;
            }
            (self.page, self.next) = (page.entries.into_iter(), page.next);
        }
    }
}

const PAGE: u32 = 10_000;
