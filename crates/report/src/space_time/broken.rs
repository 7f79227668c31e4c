//! A small picture of each promise that a group broke: the sentence, and below it the events that show it.

use history::{Finding, Verdict};
use trace::Log;
use verdict::GroupJudgement;

use super::{Drawing, Witnessed, cut::Cut, picture, scene::Scene};
use crate::{
    number::{count, counted},
    page::{Figure, Width},
};

/// A card for each of these judgements; of very many, for the first ones.
pub(crate) fn cards(log: &Log, broken: &[&GroupJudgement]) -> String {
    let cards = broken.iter().take(MOST).map(|one| card(log, one));
    cards.collect()
}

fn card(log: &Log, judgement: &GroupJudgement) -> String {
    let cut = Cut::of(log, judgement);
    let ends = cut.witnesses.iter().map(|event| Witnessed {
        finding: Finding::new(Verdict::Invalid, &judgement.text),
        pair: Some((*event, *event)),
        is_kept: false,
    });
    let findings: Vec<Witnessed> = ends.collect();
    let drawing = Drawing {
        findings: &findings,
        ..Drawing::new(&cut.log, &cut.order, judgement.condition)
    };
    let scene = Scene::of(&drawing);
    let heading = format!("What breaks “{}”?", judgement.condition);
    Figure::new(Width::Full, &heading)
        .caption(&format!("{}.", judgement.text))
        .caption(&format!("Promised: {}.", judgement.promise))
        .key(&scene.key(false))
        .picture(&picture::embedded(&scene, FULL))
        .notes(&notes(log, &cut))
        .html()
}

fn notes(log: &Log, cut: &Cut) -> Vec<String> {
    let drawn = counted(cut.log.events.len() as u64, "event");
    let all = count(log.events.len() as u64);
    let mut notes = vec![format!(
        "Drawn are {drawn} of {all}: those of the hosts and messages that show it, and the views around them."
    )];
    if cut.left_out > 0 {
        let more = counted(cut.left_out, "event");
        notes.push(format!(
            "{more} of them, further from what shows it, are not drawn."
        ));
    }
    notes
}

/// A card's width.
const FULL: u32 = 1150;

/// More broken promises have a sentence alone.
const MOST: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space_time::sample;
    use verdict::GROUP_CONDITIONS;

    #[test]
    fn a_broken_promise_is_drawn_below_its_sentence() {
        let log = sample::broken_order().log;
        let all: Vec<_> = GROUP_CONDITIONS.iter().collect();
        let judged = GroupJudgement::all(&log, &all);
        let total = judged.iter().find(|one| one.condition == "total");
        let total = total.expect("judged");
        let html = cards(&log, &[total]);
        for part in [
            "What breaks “total”?",
            "class=\"sp-witness\"",
            "class=\"sp-band sp-v0\"",
            "delivers alice:1",
            "<title>view A: alice, bob, carol</title>",
        ] {
            assert!(html.contains(part), "{part:?} is missing in {html}");
        }
        assert!(!html.contains("carol:1") && !html.contains("<script"));
        assert!(html.find(&total.text) < html.find("<svg"));
    }
}
