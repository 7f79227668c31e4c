//! Where an order was taken from.

use trace::{EventKind, Log};

/// Where an order's messages were taken from. Program order is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Basis {
    /// From nothing: the log tells of no messages, so each host stands alone.
    ProgramOrder,
    /// From the names of messages.
    Messages,
    /// From the vector clocks: who knows of an event has heard of it. Only their consistency can be judged.
    VectorClocks,
    /// From the hosts that receipts and sends name, and from Lamport's clocks: a receipt is of the only send that has a
    /// smaller stamp, or, if it jumped, the stamp before it.
    LamportClocks,
}

impl Basis {
    /// The best that the log has. One is taken for all of it, in this order: as soon as one event names its message,
    /// the others' messages are not guessed from clocks, which are to be judged; receipts without a name are then
    /// receipts of which the send is not known.
    pub(crate) fn of(log: &Log) -> Self {
        let any = |test: fn(&trace::Event) -> bool| log.events.iter().any(test);
        if any(|event| event.message.is_some() && event.kind != EventKind::Local) {
            Self::Messages
        } else if any(|event| event.stamps.vector.is_some()) {
            Self::VectorClocks
        } else if any(|event| event.kind == EventKind::Receive && event.stamps.lamport.is_some()) {
            Self::LamportClocks
        } else {
            Self::ProgramOrder
        }
    }

    /// Whether each message of the log is in the order, so that they can be counted. Otherwise there were at least as
    /// many: a message that told its receiver nothing new leaves no trace in the clocks, and a receipt that may be of
    /// several sends is not in the order.
    pub const fn counts_messages(self) -> bool {
        matches!(self, Self::Messages)
    }

    /// A sentence that says so.
    pub const fn text(self) -> &'static str {
        match self {
            Self::ProgramOrder => {
                "the log tells of no messages: each host's events have an order, and no others"
            }
            Self::Messages => {
                "the order is each host's own, and that of sends before receipts of the same message"
            }
            Self::VectorClocks => {
                "the log names no messages: the order was taken from the vector clocks themselves, so only their \
                 consistency is judged"
            }
            Self::LamportClocks => {
                "the log names no messages: which receipt is of which send was told by the hosts that they name and by \
                 the stamps, as they are if the clock is correct"
            }
        }
    }
}
