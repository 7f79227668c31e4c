//! What is drawn of a log, as data: the window of events, their lanes and rows, and the messages.

use std::collections::HashSet;

use history::Verdict;
use trace::{EventId, EventKind, Log};

use super::{
    Drawing,
    claims::{self, Doubt},
    rows::{Rows, Window},
    sequence::Sequence,
    views::Views,
};

/// A picture before it is painted.
///
/// **Events are numbered lane by lane, in program order within a lane**; "number" means that one.
pub(super) struct Scene<'a> {
    /// What is drawn.
    pub(super) drawing: &'a Drawing<'a>,
    /// The hosts with an event in the window, in the log's order.
    pub(super) lanes: Vec<Lane>,
    /// The events of the window, by number.
    pub(super) marks: Vec<Mark>,
    /// Of each event of the log, its number, if it is in the window.
    number: Vec<Option<u32>>,
    /// The messages of which both ends are in the window.
    pub(super) lines: Vec<Line>,
    /// The rows.
    pub(super) rows: Rows,
    /// The views that hosts installed in the window.
    pub(super) views: Views<'a>,
    /// The sends of the whole log that nobody received.
    pub(super) lost: HashSet<EventId>,
    /// What all lengths and times are taken from.
    pub(super) sequence: Sequence,
    /// How many events of the log stand before the window.
    pub(super) before: usize,
    /// How many events of the log stand after it.
    pub(super) after: usize,
}

/// A host's lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    /// Whose: the host's place in the log.
    pub(super) host: usize,
    /// The number of its first event.
    pub(super) first: u32,
    /// How many events it has.
    pub(super) count: u32,
    /// Of these, sends, receipts, deliveries, and sends that nobody received.
    pub(super) tally: [u64; 4],
}

/// An event in the window.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Which event of the log.
    pub(super) event: EventId,
    /// In which lane.
    pub(super) lane: u32,
    /// In which row.
    pub(super) row: u32,
    /// What it is drawn as.
    pub(super) kind: EventKind,
    /// What became of its message, where this is worth a mark.
    pub(super) fate: Fate,
    /// It cannot have happened as the log has it: its message would close a circle of causes.
    pub(super) is_impossible: bool,
    /// What is wrong with its stamps.
    pub(super) doubt: Option<Doubt>,
    /// It is one of the two events that prove that a promise is broken.
    pub(super) is_witness: bool,
    /// It did not happen, and should have.
    pub(super) is_missing: bool,
}

/// What became of an event's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// There is no message, or a line shows where it went.
    Plain,
    /// Sent, and received by nobody.
    Lost,
    /// Received, and sent by nobody.
    FromNobody,
    /// Sent before the window, or received after it only.
    Beyond,
}

/// A message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The number of its sending.
    pub(super) from: u32,
    /// The number of its receipt.
    pub(super) to: u32,
    /// By how many nanoseconds the clocks say that it came before it was sent; 0 if they do not.
    pub(super) backwards: i64,
    /// It would have to go back in time: it closes a circle of causes.
    pub(super) is_impossible: bool,
}

impl<'a> Scene<'a> {
    /// Lays out a drawing.
    pub(super) fn of(drawing: &'a Drawing<'a>) -> Self {
        let (log, order) = (drawing.log, drawing.order);
        let sequence = Sequence::of(log, order);
        let (from, to) = window(drawing, &sequence.events);
        let events = &sequence.events[from..to];
        let mut place = vec![u32::MAX; log.events.len()];
        for (at, event) in events.iter().enumerate() {
            place[event.0 as usize] = at as u32;
        }
        let lanes = lanes(log, events);
        let mut lane_of = vec![0u32; log.hosts.len()];
        for (index, lane) in lanes.iter().enumerate() {
            lane_of[lane.host] = index as u32;
        }
        let in_lanes: Vec<u32> = events
            .iter()
            .map(|event| lane_of[log.event(*event).host.0 as usize])
            .collect();
        let times = (!sequence.times.is_empty()).then(|| {
            let times = events.iter().map(|event| sequence.times[event.0 as usize]);
            times.collect()
        });
        let window = Window {
            order,
            events,
            lanes: &in_lanes,
            times,
            place: &place,
        };
        let rows = Rows::of(&window, lanes.len());
        let marks = marks(drawing, &lanes, events, &in_lanes, &rows);
        let mut number = vec![None; log.events.len()];
        for (at, mark) in marks.iter().enumerate() {
            number[mark.event.0 as usize] = Some(at as u32);
        }
        let lost = order.lost(log).into_iter();
        let mut scene = Self {
            drawing,
            lanes,
            marks,
            number,
            lines: Vec::new(),
            rows,
            views: Views::of(log, events),
            before: from,
            after: log.events.len() - to,
            lost: lost
                .filter(|send| !drawing.received.contains(send))
                .collect(),
            sequence,
        };
        scene.tell_fates();
        scene
    }

    /// The event of that number in the log.
    pub(super) fn event(&self, number: u32) -> &'a trace::Event {
        self.drawing.log.event(self.marks[number as usize].event)
    }

    /// An event's number, if it is in the window.
    pub(super) fn number_of(&self, event: EventId) -> Option<u32> {
        self.number[event.0 as usize]
    }

    /// Which of the messages that are told apart an event is about.
    pub(super) fn told_apart(&self, number: u32) -> Option<usize> {
        let message = self.event(number).message?;
        let mut all = self.drawing.told_apart.iter();
        all.position(|one| *one == message)
    }

    /// How far down a number's event stands.
    pub(super) fn y(&self, number: u32) -> u32 {
        self.rows.y[self.marks[number as usize].row as usize]
    }

    /// The numbers of a lane's events.
    pub(super) fn numbers(lane: &Lane) -> std::ops::Range<u32> {
        lane.first..lane.first + lane.count
    }

    /// Finds the lines, and what became of messages without one.
    fn tell_fates(&mut self) {
        let (log, order) = (self.drawing.log, self.drawing.order);
        let sends = sends(log);
        for event in log.ids() {
            self.draw_lines(event);
            if let Some(send) = refused(self.drawing, event, &sends) {
                self.draw_refused(send, event);
            }
        }
        for mark in &mut self.marks {
            let event = log.event(mark.event);
            let sources = order.sources(mark.event);
            let is_in = |event: &EventId| self.number[event.0 as usize].is_some();
            mark.fate = match mark.kind {
                EventKind::Send if self.lost.contains(&mark.event) => Fate::Lost,
                EventKind::Receive | EventKind::Deliver
                    if event
                        .message
                        .is_some_and(|it| sends[it.0 as usize].is_none()) =>
                {
                    Fate::FromNobody
                }
                EventKind::Receive if !sources.iter().any(is_in) && !sources.is_empty() => {
                    Fate::Beyond
                }
                _ => Fate::Plain,
            };
            if mark.kind == EventKind::Local && !order.receivers(mark.event).is_empty() {
                mark.kind = EventKind::Send;
            }
            let tally = &mut self.lanes[mark.lane as usize].tally;
            match mark.kind {
                EventKind::Send => tally[0] += 1,
                EventKind::Receive => tally[1] += 1,
                EventKind::Deliver => tally[2] += 1,
                EventKind::Local
                | EventKind::View
                | EventKind::Blocked
                | EventKind::Leave
                | EventKind::Crash => {}
            }
            tally[3] += u64::from(mark.fate == Fate::Lost);
        }
        self.mark_sends_to_beyond();
    }

    /// The lines of the messages that an event received. A host's own messages need none, nor does a
    /// delivery of what the host has received before: the lane leads there.
    fn draw_lines(&mut self, event: EventId) {
        let (log, order) = (self.drawing.log, self.drawing.order);
        let Some(to) = self.number_of(event) else {
            return;
        };
        if is_handed_on(self.drawing, event) {
            return;
        }
        let is_others = |source: &&EventId| log.event(**source).host != log.event(event).host;
        for source in order.sources(event).iter().filter(is_others) {
            let Some(from) = self.number_of(*source) else {
                continue;
            };
            let clocks = self.sequence.clocks.as_ref();
            self.lines.push(Line {
                from,
                to,
                backwards: clocks
                    .and_then(|clocks| clocks.backwards(*source, event))
                    .unwrap_or(0),
                is_impossible: false,
            });
        }
    }

    /// The line of a message that is not part of the order, for it would close a circle of causes.
    fn draw_refused(&mut self, send: EventId, receipt: EventId) {
        let (from, to) = (self.number_of(send), self.number_of(receipt));
        for end in [from, to].into_iter().flatten() {
            self.marks[end as usize].is_impossible = true;
        }
        if let Some((from, to)) = from.zip(to) {
            self.lines.push(Line {
                from,
                to,
                backwards: 0,
                is_impossible: true,
            });
        }
    }

    /// A send that was received outside the window only is marked as such.
    fn mark_sends_to_beyond(&mut self) {
        if self.after == 0 {
            return;
        }
        let order = self.drawing.order;
        let mut beyond = vec![false; self.marks.len()];
        for event in self.drawing.log.ids() {
            for source in order.sources(event) {
                if let (Some(from), None) = (self.number_of(*source), self.number_of(event)) {
                    beyond[from as usize] = true;
                }
            }
        }
        for line in &self.lines {
            beyond[line.from as usize] = false;
        }
        for (mark, is_beyond) in self.marks.iter_mut().zip(beyond) {
            if is_beyond && mark.fate == Fate::Plain {
                mark.fate = Fate::Beyond;
            }
        }
    }
}

/// The first send of a message.
#[derive(Clone, Copy)]
struct Sent {
    by: EventId,
    /// Whether another host says that it sent it: then it is not told whose send was received.
    is_contested: bool,
}

/// Of each message, its first send.
fn sends(log: &Log) -> Vec<Option<Sent>> {
    let mut sends: Vec<Option<Sent>> = vec![None; log.messages.len()];
    for id in log.ids() {
        let event = log.event(id);
        if let Some(message) = event.message.filter(|_| event.kind == EventKind::Send) {
            let sent = sends[message.0 as usize].get_or_insert(Sent {
                by: id,
                is_contested: false,
            });
            sent.is_contested |= log.event(sent.by).host != event.host;
        }
    }
    sends
}

/// The sending of a received message, when the order does not have it as a cause of the receipt because that would
/// close a circle.
fn refused(drawing: &Drawing<'_>, event: EventId, sends: &[Option<Sent>]) -> Option<EventId> {
    let is_arrival = matches!(
        drawing.log.event(event).kind,
        EventKind::Receive | EventKind::Deliver
    );
    let message = drawing.log.event(event).message?;
    let is_without = is_arrival && drawing.order.sources(event).is_empty();
    let sent = sends[message.0 as usize].filter(|sent| is_without && !sent.is_contested);
    sent.map(|sent| sent.by)
}

/// Which part of the sequence is drawn: the first events, or those about the chosen one.
fn window(drawing: &Drawing<'_>, events: &[EventId]) -> (usize, usize) {
    let most = drawing.most.max(1).min(events.len());
    let chosen = drawing
        .around
        .and_then(|chosen| events.iter().position(|event| *event == chosen));
    let from = chosen.map_or(0, |at| at.saturating_sub(most / 2));
    let from = from.min(events.len() - most);
    (from, from + most)
}

fn lanes(log: &Log, events: &[EventId]) -> Vec<Lane> {
    let mut counts = vec![0; log.hosts.len()];
    for event in events {
        counts[log.event(*event).host.0 as usize] += 1;
    }
    let mut first = 0;
    let mut lanes = Vec::new();
    for (host, count) in counts
        .into_iter()
        .enumerate()
        .filter(|(_, count)| *count > 0)
    {
        lanes.push(Lane {
            host,
            first,
            count,
            ..Lane::default()
        });
        first += count;
    }
    lanes
}

fn marks(
    drawing: &Drawing<'_>,
    lanes: &[Lane],
    events: &[EventId],
    in_lanes: &[u32],
    rows: &Rows,
) -> Vec<Mark> {
    let (log, order) = (drawing.log, drawing.order);
    let mut marks: Vec<Option<Mark>> = vec![None; events.len()];
    let mut next: Vec<u32> = lanes.iter().map(|lane| lane.first).collect();
    let witnesses = witnesses(drawing);
    let convention = claims::Convention::of(log, order, events);
    for (at, event) in events.iter().enumerate() {
        let kind = match log.event(*event).kind {
            EventKind::Local if !order.sources(*event).is_empty() => EventKind::Receive,
            kind => kind,
        };
        let lane = in_lanes[at];
        let number = &mut next[lane as usize];
        marks[*number as usize] = Some(Mark {
            event: *event,
            lane,
            row: rows.of[at],
            kind,
            fate: Fate::Plain,
            is_impossible: false,
            doubt: claims::doubt(drawing, *event, convention),
            is_witness: witnesses.contains(event),
            is_missing: drawing.missing.contains(event),
        });
        *number += 1;
    }
    marks.into_iter().flatten().collect()
}

/// The events that prove what is wrong.
fn witnesses(drawing: &Drawing<'_>) -> Vec<EventId> {
    let found = drawing.findings.iter();
    let broken = found.filter(|found| found.finding.verdict == Verdict::Invalid);
    let pairs = broken.filter_map(|found| found.pair);
    pairs.flat_map(|(one, other)| [one, other]).collect()
}

/// Whether an event delivers a message that its host has received before.
fn is_handed_on(drawing: &Drawing<'_>, event: EventId) -> bool {
    let delivery = drawing.log.event(event);
    if delivery.kind != EventKind::Deliver || delivery.message.is_none() {
        return false;
    }
    let mut at = drawing.order.previous(event);
    // A receipt further back than this is found to be one of its own, and drawn as one.
    for _ in 0..LOOK_BACK {
        let Some(earlier) = at else { return false };
        let before = drawing.log.event(earlier);
        if before.kind == EventKind::Receive && before.message == delivery.message {
            return true;
        }
        at = drawing.order.previous(earlier);
    }
    false
}

/// How many events of a host are looked at for the receipt of what it delivers.
const LOOK_BACK: usize = 256;
