//! Hosts of whom whoever asks for a verdict knows that they crashed, where their logs just end.

use anyhow::{Result, bail};
use trace::Log;

/// Lets these hosts crash after the last event that each has.
///
/// # Errors
/// When no log has an event of one.
pub fn by_word(logs: &mut [Log], names: &[String]) -> Result<()> {
    for name in names {
        let mut is_known = false;
        for log in &mut *logs {
            let Some(host) = log.host_named(name) else {
                continue;
            };
            if log.events.iter().any(|event| event.host == host) {
                log.end_by_word(host);
                is_known = true;
            }
        }
        if !is_known {
            let hosts = logs.iter().flat_map(|log| &log.hosts).take(SHOWN_MAX);
            let hosts: Vec<String> = hosts.map(|host| report::shown(host, NAME_MAX)).collect();
            bail!(
                "--crashed {}: the logs have no event of it; their hosts are {}",
                report::shown(name, NAME_MAX),
                hosts.join(", ")
            );
        }
    }
    Ok(())
}

/// Hosts that an error lists.
const SHOWN_MAX: usize = 20;
/// Characters of a name that it shows.
const NAME_MAX: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use trace::{EventKind, Options, Source};

    fn log() -> Log {
        let text = b"{\"host\":\"a~1\",\"kind\":\"view\",\"view\":1,\"members\":[\"a~1\",\"b\"]}\n";
        let source = Source { name: "log", text };
        let mut logs = trace::read(&[source], &Options::default()).expect("a log");
        logs.remove(0)
    }

    #[test]
    fn a_host_crashes_once_after_its_last_event() {
        let mut logs = [log()];
        by_word(&mut logs, &["a".to_owned(), "a".to_owned()]).expect("it is there");
        let kinds: Vec<EventKind> = logs[0].events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::View, EventKind::Crash]);
    }

    #[test]
    fn of_whom_there_is_no_log_nothing_is_known() {
        for name in ["b", "c"] {
            let error = by_word(&mut [log()], &[name.to_owned()]).expect_err("no event");
            assert!(
                error.to_string().contains("their hosts are a, b"),
                "{error}"
            );
        }
    }
}
