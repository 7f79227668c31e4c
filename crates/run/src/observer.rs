//! Who watches a server: the terminal, the event file, nobody.

use history::Event;

/// Is told of every event, by the worker that saw it: from several threads at once, or from several
/// processes that each hold a copy. What it prints or writes must therefore be whole lines.
pub trait Observer: Send + Sync {
    /// Whether it wants events at all; when not, none are made.
    fn watches(&self) -> bool;

    /// Whether it wants the text of requests and notes; copies of them are made only then.
    fn wants_text(&self) -> bool;

    /// Takes one event.
    fn on_event(&self, event: &Event);

    /// Hands on what it holds back: called when a connection ends, before a worker process exits.
    fn flush(&self) {}

    /// In a worker process, right after the fork: drops its copy of what the parent holds back, which
    /// would otherwise be handed on twice.
    fn leave_to_parent(&self) {}
}

/// Several watch.
pub struct Tee<'a>(pub Vec<&'a dyn Observer>);

impl Observer for Tee<'_> {
    fn watches(&self) -> bool {
        self.0.iter().any(|observer| observer.watches())
    }

    fn wants_text(&self) -> bool {
        self.0.iter().any(|observer| observer.wants_text())
    }

    fn on_event(&self, event: &Event) {
        for observer in &self.0 {
            observer.on_event(event);
        }
    }

    fn flush(&self) {
        for observer in &self.0 {
            observer.flush();
        }
    }

    fn leave_to_parent(&self) {
        for observer in &self.0 {
            observer.leave_to_parent();
        }
    }
}
