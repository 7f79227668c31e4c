//! The views of a group, as a picture tells them apart: a letter and a colour each, the same on all lanes.
//!
//! Two installations are of one view when name and members are the same. Where two hosts disagree about the members of
//! a view of one name, it has two letters, so that it is seen.

use std::collections::HashMap;

use trace::{EventId, EventKind, Log, View};

use super::scene::{Lane, Scene};
use crate::escape::{shortened, visible};

/// The views of a window of events.
#[derive(Default)]
pub(super) struct Views<'a> {
    /// Each once, in the order in which they are drawn.
    pub(super) all: Vec<&'a View>,
    /// Which of them an event installed.
    of: HashMap<EventId, u32>,
}

/// A stretch of a lane in which its host is in one view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stay {
    /// Which view.
    pub(super) view: u32,
    /// From how far down.
    pub(super) from: u32,
    /// To how far down.
    pub(super) to: u32,
}

impl<'a> Views<'a> {
    /// The views that these events install.
    pub(super) fn of(log: &'a Log, events: &[EventId]) -> Self {
        let mut views = Self::default();
        let mut known: HashMap<(&str, Vec<u32>), u32> = HashMap::new();
        for event in events {
            let Some(view) = log.view(*event) else {
                continue;
            };
            let mut members: Vec<u32> = view.members.iter().map(|host| host.0).collect();
            members.sort_unstable();
            let index = known.entry((&view.name, members)).or_insert_with(|| {
                views.all.push(view);
                views.all.len() as u32 - 1
            });
            views.of.insert(*event, *index);
        }
        views
    }

    /// Which view an event installed.
    pub(super) fn installed(&self, event: EventId) -> Option<u32> {
        self.of.get(&event).copied()
    }

    /// How a picture calls a view: `A` to `Z`, `AA` and so on.
    pub(super) fn letter(view: u32) -> String {
        let last = char::from(b'A' + (view % 26) as u8);
        match view / 26 {
            0 => last.to_string(),
            more => Self::letter(more - 1) + &last.to_string(),
        }
    }

    /// The class that gives a view its colour.
    pub(super) fn class(view: u32) -> String {
        format!("sp-v{}", view % COLOURS)
    }

    /// A view's members, as far as they fit.
    pub(super) fn members(&self, log: &Log, view: u32) -> String {
        let members = &self.all[view as usize].members;
        let names: Vec<&str> = members.iter().map(|host| log.host_name(*host)).collect();
        shortened(&visible(&names.join(", ")), MOST_MEMBERS)
    }

    /// A view in words: `view B: alice, bob`.
    pub(super) fn words(&self, log: &Log, view: u32) -> String {
        format!("view {}: {}", Self::letter(view), self.members(log, view))
    }
}

/// From where to where a host's lane is drawn: where the log tells of views, not before its first event; and not behind
/// its end, nor that of its log.
pub(super) fn extent(scene: &Scene<'_>, lane: &Lane) -> (u32, u32) {
    let (first, last) = (lane.first, lane.first + lane.count - 1);
    let from = match scene.before == 0 && !scene.views.all.is_empty() {
        true => scene.y(first),
        false => 8,
    };
    let height = scene.rows.height - 8;
    let to = match log_end(scene, lane) {
        Some(end) => end.min(height),
        None if is_end(scene.marks[last as usize].kind) => scene.y(last),
        None => height,
    };
    (from, to)
}

/// How far down the log of a member ends that did not end itself.
pub(super) fn log_end(scene: &Scene<'_>, lane: &Lane) -> Option<u32> {
    let last = lane.first + lane.count - 1;
    let is_seen = scene.drawing.is_whole && scene.after == 0 && !scene.views.all.is_empty();
    let is_open = !is_end(scene.marks[last as usize].kind);
    (is_seen && is_open).then(|| scene.y(last) + PAST_LAST)
}

/// When a host is in which view.
pub(super) fn stays(scene: &Scene<'_>, lane: &Lane) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    let mut is_in = false;
    for number in Scene::numbers(lane) {
        let (mark, y) = (&scene.marks[number as usize], scene.y(number));
        let view = scene.views.installed(mark.event);
        if (view.is_some() || is_end(mark.kind)) && is_in {
            stays.last_mut().expect("it is in one").to = y;
        }
        is_in = (is_in || view.is_some()) && !is_end(mark.kind);
        if let Some(view) = view {
            stays.push(Stay {
                view,
                from: y,
                to: y,
            });
        }
    }
    if is_in {
        let (_, end) = extent(scene, lane);
        stays.last_mut().expect("it is in one").to = end;
    }
    stays
}

const fn is_end(kind: EventKind) -> bool {
    matches!(kind, EventKind::Leave | EventKind::Crash)
}

/// So far a lane is drawn behind the last event of its log.
const PAST_LAST: u32 = 12;

/// So many colours are told apart; letters tell the rest.
const COLOURS: u32 = 6;

/// Members are named up to so many characters.
const MOST_MEMBERS: usize = 240;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space_time::{Drawing, sample};
    use verdict::Order;

    #[test]
    fn letters_go_on_after_the_last() {
        let letters = [0, 25, 26, 51, 52, 702].map(Views::letter);
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "AAA"]);
    }

    #[test]
    fn the_same_view_has_one_letter_and_a_lane_ends_with_its_host() {
        let log = sample::group().log;
        let order = Order::of(&log);
        let drawing = Drawing::new(&log, &order, "");
        let scene = Scene::of(&drawing);
        let of_lane = |lane: usize| {
            let stays = stays(&scene, &scene.lanes[lane]);
            stays.iter().map(|stay| stay.view).collect::<Vec<_>>()
        };
        assert_eq!([0, 1, 2].map(of_lane), [vec![0, 1], vec![0, 1], vec![0]]);
        let (from, to) = extent(&scene, &scene.lanes[2]);
        let crash = scene.lanes[2].first + scene.lanes[2].count - 1;
        assert_eq!((from, to), (scene.y(scene.lanes[2].first), scene.y(crash)));
        assert_eq!(stays(&scene, &scene.lanes[2])[0].to, to);
        let (_, to) = extent(&scene, &scene.lanes[0]);
        let last = scene.lanes[0].first + scene.lanes[0].count - 1;
        let end = (scene.y(last) + PAST_LAST).min(scene.rows.height - 8);
        assert_eq!(
            (to, log_end(&scene, &scene.lanes[0]).is_some()),
            (end, true)
        );
        let ended = [1, 2].map(|lane| log_end(&scene, &scene.lanes[lane]));
        assert_eq!(ended, [None, None]);
        let drawing = Drawing {
            is_whole: false,
            ..drawing
        };
        let scene = Scene::of(&drawing);
        let (_, to) = extent(&scene, &scene.lanes[0]);
        assert_eq!(to, scene.rows.height - 8);
        assert_eq!(scene.views.words(&log, 1), "view B: alice, bob");
    }

    #[test]
    fn hosts_that_disagree_about_members_are_in_two_views() {
        let mut log = sample::group().log;
        let views: Vec<EventId> = log.ids().filter(|id| log.view(*id).is_some()).collect();
        let mut other = log.view(views[1]).expect("a view").clone();
        other.members.pop();
        log.set_view(views[1], other);
        assert_eq!(Views::of(&log, &views).all.len(), 3);
    }
}
