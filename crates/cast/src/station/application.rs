//! What a station works for.

use std::io;

use group::{Delivered, Notice, SendError, View};
use timing::Tick;

/// What a station works for: it says things, and is told what the group delivers.
///
/// **All is called from the thread that runs the station, between two sleeps; whatever waits in here holds up the member, and
/// with it the group.**
pub trait Application {
    /// The next message, if there is one now: appends it to what is empty, and says so. Asked for only while the group takes
    /// messages. What is given is the station's: it is [sent](Application::sent) sooner or later.
    fn next(&mut self, now: Tick, message: &mut Vec<u8>) -> bool;

    /// When to ask for the next message again, if nothing else happens before.
    fn next_at(&self) -> Tick {
        Tick::MAX
    }

    /// What became of the message that was given last: its number among this incarnation's, or why it was not taken. It has
    /// not left yet.
    fn sent(&mut self, now: Tick, message: &[u8], outcome: Result<u64, SendError>);

    /// A message of the group's, this member's own among them.
    fn deliver(&mut self, delivered: Delivered<'_>);

    /// A view begins. `own` is this member's rank in it.
    fn installed(&mut self, view: &View, own: usize);

    /// What a newcomer must know of what was delivered before.
    fn snapshot(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// This member is a newcomer: that is what was delivered before.
    fn restore(&mut self, _state: &[u8]) {}

    /// Something that people should know of the group.
    fn notice(&mut self, notice: Notice);

    /// Something that the sockets refuse, the first time that they refuse it for that reason.
    fn trouble(&mut self, error: &io::Error);

    /// Datagrams are about to leave, or the station to sleep: what is to be written before that is to be written now.
    fn settle(&mut self) {}

    /// When this member is to leave; that may be said anew at any time.
    fn leaves_at(&self) -> Tick {
        Tick::MAX
    }
}
