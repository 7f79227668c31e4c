//! How a group looks: for people and in pipes, and for machines.

use std::io::{IsTerminal as _, stdin, stdout};

use anyhow::Result;
use group::{Delivered, Name, Notice, View};
use report::visible;
use serde_json::{Value, json};

use crate::{args::Output, say};

/// Where messages and notices go. Messages are printed together, turn by turn.
pub struct Screen {
    form: Output,
    is_quiet: bool,
    /// Who came and who went is told by itself.
    is_chat: bool,
    /// What takes the place of the line that is being typed, where somebody types.
    clear: &'static str,
    held: Vec<u8>,
    /// The names of the view's members by rank; with their incarnations where two have the same.
    names: Vec<String>,
    /// Whether somebody still reads.
    is_read: bool,
}

impl Screen {
    /// Prints in that form.
    pub fn new(form: Output, is_quiet: bool) -> Self {
        Self {
            form,
            is_quiet,
            is_chat: false,
            clear: "",
            held: Vec::new(),
            names: Vec::new(),
            is_read: true,
        }
    }

    /// As a chat looks. What comes in takes the place of the line that is being typed, which the terminal keeps.
    pub fn of_chat(is_json: bool, is_quiet: bool) -> Self {
        let form = match is_json {
            true => Output::Json,
            false => Output::Text,
        };
        let is_typed = !is_json && stdin().is_terminal() && stdout().is_terminal();
        Self {
            is_chat: true,
            clear: if is_typed { CLEAR } else { "" },
            ..Self::new(form, is_quiet)
        }
    }

    /// A message was delivered, as the one of that position.
    pub fn delivered(&mut self, position: u64, is_own: bool, delivered: &Delivered<'_>) {
        let text = String::from_utf8_lossy(delivered.payload);
        let from = self.names.get(delivered.rank).map_or("?", String::as_str);
        let line = match self.form {
            Output::Text => format!("{position} {from} {}: {}", delivered.number, visible(&text)),
            Output::Json => json!({
                "what": "message",
                "position": position,
                "from": from,
                "member": delivered.from.to_string(),
                "number": delivered.number,
                "view": delivered.view.to_string(),
                "own": is_own,
                "text": text,
            })
            .to_string(),
        };
        self.print(&line);
    }

    /// A view began.
    pub fn installed(&mut self, view: &View, own: usize) {
        let before = std::mem::replace(&mut self.names, names(view));
        if self.is_chat {
            self.tell_changes(&before, own);
        }
        match self.form {
            Output::Text if self.is_chat => {}
            Output::Text => {
                let names = self.names.join(", ");
                self.tell(&format!(
                    "view {} of {}: {names}; this member is number {}",
                    view.id,
                    view.size(),
                    own + 1
                ));
            }
            Output::Json => {
                let members =
                    view.seats.iter().zip(&self.names).map(
                        |(seat, name)| json!({ "name": name, "member": seat.member.to_string() }),
                    );
                let members: Vec<Value> = members.collect();
                self.print(
                    &json!({
                        "what": "view",
                        "view": view.id.to_string(),
                        "members": members,
                        "rank": own,
                    })
                    .to_string(),
                );
            }
        }
    }

    fn tell_changes(&mut self, before: &[String], own: usize) {
        let names = self.names.clone();
        let gone = before.iter().filter(|name| !names.contains(name));
        for name in gone {
            self.named_event("left", name, &format!("{name} is gone"));
        }
        for (rank, name) in names.iter().enumerate() {
            if rank != own && !before.contains(name) {
                self.named_event("joined", name, &format!("{name} is here"));
            }
        }
    }

    fn named_event(&mut self, what: &str, name: &str, text: &str) {
        match self.form {
            Output::Text => self.tell(text),
            Output::Json => {
                self.print(&json!({ "what": what, "name": name, "text": text }).to_string());
            }
        }
    }

    /// Something that people should know.
    pub fn notice(&mut self, notice: &Notice, view: Option<&View>) {
        let what = match notice {
            Notice::Suspected { .. } => "suspected",
            Notice::Blocked => "blocked",
            Notice::GroupBlocked { .. } => "group-blocked",
            Notice::StateTooLong { .. } => "state-too-long",
            Notice::NotLetIn { .. } => "not-let-in",
            Notice::Expelled { .. } => "expelled",
            Notice::Fate { .. } => "fate",
            Notice::FateUnknown { .. } => "fate-unknown",
            Notice::Lost { .. } => "lost",
            Notice::Discarded { .. } => "discarded",
            Notice::Refused(_) => "refused",
        };
        self.event(what, &words(notice, view));
    }

    /// Something else that is told.
    pub fn event(&mut self, what: &str, text: &str) {
        match self.form {
            Output::Text => self.tell(text),
            Output::Json => {
                self.print(&json!({ "what": what, "text": text }).to_string());
            }
        }
    }

    /// A JSON object, for machines only.
    pub fn object(&mut self, object: &Value) {
        if self.form == Output::Json {
            self.print(&object.to_string());
        }
    }

    /// Prints what was gathered.
    ///
    /// # Errors
    /// When it cannot be written, and somebody may be waiting for it.
    pub fn settle(&mut self) -> Result<()> {
        if !self.held.is_empty() && self.is_read {
            self.is_read = say::pass_on(&self.held)?;
        }
        self.held.clear();
        Ok(())
    }

    /// Whether somebody still reads.
    pub fn is_read(&self) -> bool {
        self.is_read
    }

    fn print(&mut self, line: &str) {
        self.held.extend_from_slice(self.clear.as_bytes());
        self.held.extend_from_slice(line.as_bytes());
        self.held.push(b'\n');
    }

    fn tell(&self, text: &str) {
        if !self.is_quiet {
            say::talk(&format!("{}· {}", self.clear, visible(text)));
        }
    }
}

/// To the beginning of the row, and clears it.
const CLEAR: &str = "\r\u{1b}[K";

fn names(view: &View) -> Vec<String> {
    let is_twice = |name: &Name| view.seats.iter().filter(|seat| seat.name == *name).count() > 1;
    let seats = view.seats.iter();
    seats
        .map(|seat| match is_twice(&seat.name) {
            true => seat.name.host(seat.member.0),
            false => seat.name.to_string(),
        })
        .collect()
}

fn words(notice: &Notice, view: Option<&View>) -> String {
    let name = |member| {
        let rank = view.and_then(|view| view.rank(member));
        match (rank, view) {
            (Some(rank), Some(view)) => names(view).swap_remove(rank),
            _ => format!("the member {member}"),
        }
    };
    match notice {
        Notice::Suspected { member, silent } => {
            let silent = silent.as_millis();
            format!("{} is suspected; it was silent for {silent} ms", name(*member))
        }
        Notice::Blocked => {
            "blocked: too few members are left that hear each other; nothing is delivered until they do. \
             If the others are gone for good, end those who are left and start them again".to_owned()
        }
        Notice::GroupBlocked { size } => format!(
            "the group that is heard here cannot go on: too few of its {size} members are left that hear each other; \
             this member waits. If the others are gone for good, end those who are left and start them again"
        ),
        Notice::StateTooLong { bytes, most } => format!(
            "a newcomer cannot be let in: what it must know takes {bytes} bytes, and at most {most} are given"
        ),
        Notice::NotLetIn { bytes } => format!(
            "this member is not let in, and leaves: what it must know takes {bytes} bytes, more than is given"
        ),
        Notice::Expelled { was, now } if was == now => {
            "this member leaves without the others' word: what it delivered last they may not have".to_owned()
        }
        Notice::Expelled { was, now } => {
            format!("the others went on without this member ({was}); it comes back as {now}")
        }
        Notice::Fate { was, delivered: 0 } => {
            format!("of what this member said before, as {was}, the group delivered nothing")
        }
        Notice::Fate { was, delivered } => {
            format!("of what this member said before, as {was}, the group delivered the first {delivered}")
        }
        Notice::FateUnknown { was } => {
            format!("nobody knows any more what became of what this member said before, as {was}")
        }
        Notice::Lost { member, packets } => {
            let (first, last) = (packets.start(), packets.end());
            format!("packets of {} stay lost: {first} to {last}", name(*member))
        }
        Notice::Discarded { member, messages } => {
            let (first, last) = (messages.start(), messages.end());
            format!(
                "messages of {} are discarded by all, for what they answer is lost: {first} to {last}",
                name(*member)
            )
        }
        Notice::Refused(reason) => format!("{reason} (said once, then counted)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_is_told_what_to_do() {
        for notice in [Notice::Blocked, Notice::GroupBlocked { size: 3 }] {
            let told = words(&notice, None);
            let remedy = "end those who are left and start them again";
            assert!(told.ends_with(remedy) && !told.contains('\n'), "{told}");
        }
        assert!(words(&Notice::GroupBlocked { size: 3 }, None).contains("3 members"));
    }
}
