//! What is told of lines that are read in part, or not at all.

use super::Found;
use crate::decoded::quoted;
use crate::{FlawKind, Log, Place};

/// Tells of the first event whose host may be another.
pub(super) fn guesses(found: &[Found], log: &mut Log) {
    let mut guesses = found.iter().filter(|event| event.phrase.is_guess);
    let Some(Found { phrase, place, .. }) = guesses.next() else {
        return;
    };
    let more = match guesses.count() {
        0 => String::new(),
        more => format!(" So are those of {more} more."),
    };
    let text = format!(
        "Whose event this is was guessed: `{}` may be the other end of the message. Write `{}` in front of its lines, or \
         `at` and the host.{more}",
        quoted(&phrase.host),
        "[host]",
    );
    log.blame(FlawKind::HostGuessed, *place, text);
}

/// Tells of a line that no program means for a person to read: it is not searched for events.
pub(super) fn is_too_long(line: &str, place: Place, log: &mut Log) -> bool {
    let is_too_long = line.len() > LINE_BYTES_MAX;
    if is_too_long {
        let text = format!(
            "This line is {} bytes long, too long for an event, and was left out: `{}`.",
            line.len(),
            quoted(line)
        );
        log.blame(FlawKind::Unreadable, place, text);
    }
    is_too_long
}

/// The longest line that is searched for events.
pub(super) const LINE_BYTES_MAX: usize = 256 << 10;
