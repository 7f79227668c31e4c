//! The key of a picture: only what occurs in it.

use super::{
    scene::{Fate, Mark, Scene},
    views::log_end,
};

impl Scene<'_> {
    /// Samples and their names; `is_live` where a script lights the past and the future of events.
    pub(super) fn key(&self, is_live: bool) -> Vec<(&'static str, &'static str)> {
        use trace::EventKind::{Blocked, Crash, Deliver, Leave, Local, Receive, Send, View};
        let any = |is: &dyn Fn(&Mark) -> bool| self.marks.iter().any(is);
        let all = [
            (
                any(&|mark| matches!(mark.kind, Local | Blocked) && !mark.is_missing),
                "s-sp-local",
                "local",
            ),
            (any(&|mark| mark.kind == Send), "s-sp-send", "send"),
            (any(&|mark| mark.kind == Receive), "s-sp-receive", "receive"),
            (any(&|mark| mark.kind == Deliver), "s-sp-deliver", "deliver"),
            (
                any(&|mark| mark.is_missing),
                "s-sp-missing",
                "a delivery that is missing",
            ),
            (
                any(&|mark| mark.kind == View),
                "s-sp-view",
                "view: who is in it; one letter, one view",
            ),
            (any(&|mark| mark.kind == Leave), "s-sp-leave", "leaves"),
            (self.has_log_end(), "s-sp-ends", "log ends"),
            (any(&|mark| mark.kind == Crash), "s-sp-crash", "crashes"),
            (
                any(&|mark| mark.fate == Fate::Lost),
                "s-sp-lost",
                "received by nobody",
            ),
            (
                any(&|mark| mark.fate == Fate::FromNobody),
                "s-sp-lost s-sp-unsent",
                "sent by nobody",
            ),
            (
                any(&|mark| mark.fate == Fate::Beyond),
                "s-sp-away",
                "to or from outside",
            ),
            (
                self.lines.iter().any(|line| line.backwards > 0),
                "s-sp-skewed",
                "clocks say it came before it was sent",
            ),
            (
                any(&|mark| mark.is_impossible),
                "s-sp-wrong",
                "cannot have happened so",
            ),
            (
                any(&|mark| mark.doubt.is_some()),
                "s-sp-doubt",
                "its stamp cannot be right",
            ),
            (
                any(&|mark| mark.is_witness),
                "s-sp-witness",
                match is_live {
                    true => "the two ends of a broken promise",
                    false => "shows it",
                },
            ),
            (is_live, "s-sp-past", "causal past"),
            (is_live, "s-sp-future", "causal future"),
            (is_live, "s-sp-pale", "concurrent: pale"),
        ];
        let occurs = all.into_iter().filter(|(is, _, _)| *is);
        occurs.map(|(_, class, name)| (class, name)).collect()
    }

    /// Whether a lane ends with its log.
    fn has_log_end(&self) -> bool {
        let mut lanes = self.lanes.iter();
        lanes.any(|lane| log_end(self, lane).is_some())
    }
}
