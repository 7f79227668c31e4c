//! Members of whom the logs do not tell what they did, so that what the others say proves nothing kept.

use trace::HostId;

use super::record::{End, Record};

impl Record<'_> {
    /// Why what looks kept may be broken, if it may.
    pub(super) fn find_doubt(&self) -> Option<String> {
        if let Some((host, by)) = self
            .members()
            .find_map(|host| Some((host, self.misser(host)?)))
        {
            let [who, whom] = [host, by].map(|host| self.host(host));
            return Some(format!(
                "the log of {who} just ends, and {whom} missed somebody there: if {who} was killed, say --crashed {who}"
            ));
        }
        let is_kept = self.kept_views();
        let mut views = self.views.iter().zip(is_kept).enumerate();
        views.find_map(|(at, (seen, is_kept))| {
            if seen.view.members.is_empty() {
                let view = self.view(at);
                return Some(format!("no log says who is in view {view}"));
            }
            // Who is missing from the next view was left behind and owes nothing.
            if !seen.nexts.is_empty() {
                return None;
            }
            let mut members = seen.view.members.iter().copied();
            let untold = members.find(|host| self.is_untold(*host, is_kept))?;
            Some(self.tell_untold(untold, at))
        })
    }

    /// Of each view, whether somebody was in it to its own end, other than by a crash.
    fn kept_views(&self) -> Vec<bool> {
        let mut is_kept = vec![false; self.views.len()];
        for lane in &self.lanes {
            let last = lane.stays.last().and_then(|stay| stay.view);
            let is_crashed = matches!(lane.end, End::Crashed(_));
            if let Some(view) = last.filter(|_| !is_crashed) {
                is_kept[view] = true;
            }
        }
        is_kept
    }

    /// Whether a host installed no view and did not end, though it is a member of a view that nobody followed by another. Where
    /// all who installed that view crashed, it may never have heard of it; where it has no log, that is missing all the same.
    fn is_untold(&self, host: HostId, is_kept: bool) -> bool {
        let lane = self.lane(host);
        let is_excused = lane.is_there && !is_kept;
        lane.end == End::Open && !self.is_member(host) && !is_excused
    }

    fn tell_untold(&self, host: HostId, view: usize) -> String {
        let (who, view) = (self.host(host), self.view(view));
        match self.lane(host).is_there {
            true => format!(
                "{who} is a member of view {view}, but its log tells of no view, so it is not known whether it was in it"
            ),
            false => format!(
                "of {who}, a member of view {view}, there is no log; if it wrote one, give that too"
            ),
        }
    }
}
