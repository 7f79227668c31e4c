//! Executions made up for the tests: a sequence of choices becomes events, messages and true clocks.

use trace::{Account, Event, EventId, EventKind, HostId, Log, MessageId, Place, Stamps, View};

/// An execution and its true order.
pub struct Made {
    pub log: Log,
    pub sequence: Vec<EventId>,
    past: Vec<Vec<u32>>,
    /// The message that is under way to a host: its name and its sender's past.
    under_way: Vec<(MessageId, Vec<u32>)>,
}

impl Made {
    /// An execution without events, of these hosts.
    pub fn of(hosts: &[String]) -> Self {
        let mut log = Log::new();
        for host in hosts {
            log.host(host);
        }
        Self {
            log,
            sequence: Vec::new(),
            past: Vec::new(),
            under_way: Vec::new(),
        }
    }

    /// The next event, of one of the hosts: local, a send, the receipt of a message that is under way, a view of those
    /// that it knows of, or the host's end.
    pub fn happen(&mut self, host: usize, kind: EventKind, text: &str, wall_ns: Option<i64>) {
        let id = HostId((host % self.log.hosts.len()) as u32);
        let last = self.log.events.iter().rposition(|event| event.host == id);
        let mut past = last.map_or_else(
            || vec![0; self.log.hosts.len()],
            |last| self.past[last].clone(),
        );
        self.step(id, kind, text, wall_ns, &mut past);
        self.past.push(past);
    }

    fn step(
        &mut self,
        host: HostId,
        kind: EventKind,
        text: &str,
        wall_ns: Option<i64>,
        past: &mut [u32],
    ) {
        past[host.0 as usize] += 1;
        let mut message = None;
        let mut kind = kind;
        match kind {
            EventKind::Local
            | EventKind::View
            | EventKind::Blocked
            | EventKind::Leave
            | EventKind::Crash => {}
            EventKind::Send => {
                let name = format!("{}#{}", self.log.host_name(host), past[host.0 as usize]);
                message = Some(self.log.message(&name));
            }
            EventKind::Receive | EventKind::Deliver => match self.under_way.pop() {
                Some((id, sent)) => {
                    message = Some(id);
                    for (own, sent) in past.iter_mut().zip(sent) {
                        *own = sent.max(*own);
                    }
                }
                None => kind = EventKind::Local,
            },
        }
        if let (EventKind::Send, Some(id)) = (kind, message) {
            self.under_way.push((id, past.to_vec()));
        }
        let vector = past.iter().enumerate().filter(|(_, count)| **count > 0);
        let vector = vector.map(|(host, count)| (HostId(host as u32), u64::from(*count)));
        let event = EventId(self.log.events.len() as u32);
        self.sequence.push(event);
        if kind == EventKind::View {
            let members = (0..self.log.hosts.len() as u32).map(HostId);
            let members = members.filter(|member| past[member.0 as usize] > 0);
            let view = View {
                name: text.to_owned(),
                members: members.collect(),
            };
            self.log.set_view(event, view);
        }
        self.log.events.push(Event {
            host,
            kind,
            message,
            text: text.to_owned(),
            stamps: Stamps {
                lamport: Some(past.iter().copied().max().unwrap_or(0).into()),
                vector: Some(vector.collect()),
                hybrid: wall_ns.map(|wall| wall as u64),
                wall_ns,
            },
            place: Place::default(),
        });
    }

    /// The execution, for a writer.
    pub fn write(&self, form: &str) -> String {
        self.write_some(form, &self.sequence)
    }

    /// Some of the execution's events, for a writer.
    pub fn write_some(&self, form: &str, sequence: &[EventId]) -> String {
        let past = |event: EventId| &self.past[event.0 as usize][..];
        let form = trace::FORMS
            .iter()
            .find(|one| one.name == form)
            .expect("a form");
        let write = form.write.expect("a form that is written");
        write(&[Account {
            log: &self.log,
            sequence,
            past: &past,
        }])
    }
}
