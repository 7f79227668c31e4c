//! `wharf name watch`: each change of names as it happens.

use anyhow::{Result, bail};
use history::Verdict;
use nameserver::{ClientError, api::Event};
use naming::{Cause, Revision};

use super::list::value_in_words;
use crate::{args::WatchArgs, names, say};

/// Runs the command.
///
/// # Errors
/// When no service answers, or it went away.
pub fn run(args: &WatchArgs) -> Result<Verdict> {
    let client = names::client(&args.service)?;
    let mut watching = Watching {
        args,
        seen: 0,
        last: args.since.map(Revision),
        error: None,
    };
    let ended = client.watch(&args.within, watching.last, &mut |event| {
        watching.take(event)
    });
    if let Some(error) = watching.error {
        return Err(error);
    }
    if args.count.is_some_and(|count| watching.seen >= count) || watching.is_read_by_nobody() {
        return Ok(Verdict::Valid);
    }
    let again = watching
        .last
        .map_or(String::new(), |last| format!("; go on with --since {last}"));
    match ended {
        Ok(_) => bail!("the name service ended the watch{again}"),
        Err(error @ ClientError::Refused { .. }) => Err(error.into()),
        Err(error) => bail!("{error}{again}"),
    }
}

struct Watching<'a> {
    args: &'a WatchArgs,
    seen: u64,
    last: Option<Revision>,
    error: Option<anyhow::Error>,
}

impl Watching<'_> {
    /// Prints an event; whether to go on.
    fn take(&mut self, event: Event) -> bool {
        if let Event::Watching { revision } = event {
            self.last.get_or_insert(revision);
            say::talk(&format!(
                "watching from revision {revision} on (^C ends it)"
            ));
            return true;
        }
        if let Event::Lagged { revision } = event {
            say::talk(&format!(
                "this reader was too slow: changes after revision {revision} were left out; go on with --since {revision}"
            ));
            return false;
        }
        let text = match self.args.json {
            true => serde_json::to_string(&event).expect("an event is JSON"),
            false => line(&event),
        };
        if let Event::Change { revision, .. } = event {
            self.last = Some(revision);
        }
        match say::pass_on(format!("{text}\n").as_bytes()) {
            Ok(true) => {}
            Ok(false) => {
                self.seen = u64::MAX;
                return false;
            }
            Err(error) => {
                self.error = Some(error);
                return false;
            }
        }
        self.seen += 1;
        self.args.count.is_none_or(|count| self.seen < count)
    }

    fn is_read_by_nobody(&self) -> bool {
        self.seen == u64::MAX
    }
}

fn line(event: &Event) -> String {
    let Event::Change {
        revision,
        name,
        cause,
        value,
    } = event
    else {
        return String::new();
    };
    let cause = match cause {
        Cause::Registered => "registered",
        Cause::Updated => "updated",
        Cause::Deregistered => "deregistered",
        Cause::Expired => "expired",
        Cause::Revoked => "revoked",
    };
    let value = value.as_ref().map_or(String::new(), value_in_words);
    format!("{revision:>8}  {cause:<12}  {name:<30}  {value}")
        .trim_end()
        .to_owned()
}
