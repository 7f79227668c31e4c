//! A small picture of each promise that a group broke: the sentence, and below it the events that show it.

use history::{Finding, Verdict};
use trace::{Log, MessageId};
use verdict::GroupJudgement;

use super::{Drawing, Witnessed, cut::Cut, names, picture, scene::Scene, views::Views};
use crate::{
    number::{count, counted},
    page::{Figure, Width},
};

/// A card for each of these judgements; of very many, for the first ones. Narrow ones stand side by side.
pub(crate) fn cards(log: &Log, broken: &[&GroupJudgement]) -> String {
    let cuts: Vec<(&GroupJudgement, Cut)> = broken
        .iter()
        .take(MOST)
        .map(|one| (*one, Cut::of(log, one)))
        .collect();
    let narrow: Vec<bool> = cuts.iter().map(|(one, cut)| cut.is_narrow(one)).collect();
    let mut html = String::new();
    let mut is_beside = false;
    for (at, (judgement, cut)) in cuts.iter().enumerate() {
        // A narrow one that would stand alone in its row takes all of it.
        let has_next = narrow.get(at + 1) == Some(&true);
        let is_half = narrow[at] && (is_beside || has_next);
        is_beside = is_half && !is_beside;
        let width = match is_half {
            true => Width::Half,
            false => Width::Full,
        };
        html += &cut.drawn(judgement, |scene| card(log, judgement, cut, scene, width));
    }
    html
}

impl Cut {
    /// Whether two such pictures fit side by side.
    fn is_narrow(&self, judgement: &GroupJudgement) -> bool {
        self.drawn(judgement, |scene| {
            picture::embedded_width(scene, FULL) <= HALF
        })
    }

    /// What is wrong, with messages called as they are in the picture.
    fn in_words(&self, judgement: &GroupJudgement) -> String {
        let messages = self.log.messages.iter().zip(0..);
        messages.fold(judgement.text.clone(), |text, (name, at)| {
            text.replace(name, &names::message(&self.log, MessageId(at)))
        })
    }

    /// The cut as a picture, for whoever paints it.
    fn drawn<R>(&self, judgement: &GroupJudgement, paint: impl FnOnce(&Scene<'_>) -> R) -> R {
        let ends = self.witnesses.iter().map(|event| Witnessed {
            finding: Finding::new(Verdict::Invalid, &judgement.text),
            pair: Some((*event, *event)),
            is_kept: false,
        });
        let findings: Vec<Witnessed> = ends.collect();
        let drawing = Drawing {
            findings: &findings,
            is_whole: false,
            missing: &self.missing,
            received: &self.received,
            told_apart: &self.messages,
            ..Drawing::new(&self.log, &self.order, judgement.condition)
        };
        paint(&Scene::of(&drawing))
    }
}

fn card(
    log: &Log,
    judgement: &GroupJudgement,
    cut: &Cut,
    scene: &Scene<'_>,
    width: Width,
) -> String {
    let heading = format!("What breaks “{}”?", judgement.condition);
    Figure::new(width, &heading)
        .caption(&format!("{}.", cut.in_words(judgement)))
        .caption(&format!("Promised: {}.", judgement.promise))
        .key(&scene.key(false))
        .picture(&picture::embedded(scene, FULL))
        .notes(&notes(log, cut, scene))
        .html()
}

fn notes(log: &Log, cut: &Cut, scene: &Scene<'_>) -> Vec<String> {
    let mut notes: Vec<String> = scene
        .views
        .all
        .iter()
        .zip(0..)
        .take(MOST)
        .map(|(view, at)| {
            format!(
                "View {} is {}: {}.",
                Views::letter(at),
                view.name,
                scene.views.members(&cut.log, at)
            )
        })
        .collect();
    let drawn = counted((cut.log.events.len() - cut.missing.len()) as u64, "event");
    let all = count(log.events.len() as u64);
    notes.push(format!(
        "Drawn are {drawn} of {all}: those of the hosts and messages that show it, and the views around them."
    ));
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

/// That of one of two side by side.
const HALF: u32 = 560;

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

    /// A log from words, an event between commas, all in the view 1 of a, b and c first.
    fn told(text: &str) -> Log {
        let views = ["a", "b", "c"].map(|host| format!("{host} view 1=a+b+c"));
        let text = format!("{}, {text}", views.join(", "));
        let mut lines = String::new();
        for words in text.split(", ") {
            let words: Vec<&str> = words.split(' ').collect();
            let what = match words.get(2).map(|what| (what, what.split_once('='))) {
                Some((_, Some((view, members)))) => {
                    let members = members.replace('+', "\",\"");
                    format!(",\"view\":\"{view}\",\"members\":[\"{members}\"]")
                }
                Some((message, None)) => format!(",\"message\":\"{message}\""),
                None => String::new(),
            };
            let (host, kind) = (words[0], words[1]);
            lines += &format!("{{\"host\":\"{host}\",\"kind\":\"{kind}\"{what}}}\n");
        }
        let source = trace::Source {
            name: "told",
            text: lines.as_bytes(),
        };
        let mut logs = trace::read(&[source], &trace::Options::default()).expect("a log");
        logs.remove(0)
    }

    /// For each promise a history that breaks it, and what its picture has to show.
    const BREACHES: &[(&str, &str, &str)] = &[
        (
            "integrity",
            "a send m, b deliver m, b deliver m",
            "delivers m",
        ),
        ("validity", "a send m, b deliver m", "never delivers m"),
        ("views", "a view 2=a+b, b view 2=a+b+c", "view C"),
        (
            "agreement",
            "a send m, a deliver m, a view 2=a+b, b view 2=a+b",
            "lacks m",
        ),
        (
            "fifo-order",
            "a send m, a send n, b deliver n, b deliver m",
            "sends n",
        ),
        ("fifo", "a send m, a send n, b deliver n", "lacks m"),
        (
            "causal",
            "a send m, b deliver m, b send n, c deliver n",
            "lacks m",
        ),
        (
            "total",
            "a send m, b send n, a deliver m, a deliver n, b deliver n, b deliver m",
            "delivers n",
        ),
        (
            "uniform-agreement",
            "c send m, c deliver m, c crash, a view 2=a+b, b view 2=a+b",
            "lacks m",
        ),
        (
            "uniform-total",
            "c send m, b send n, c deliver m, c crash, a deliver n, b deliver n, a view 2=a+b, b view 2=a+b",
            "lacks n",
        ),
        (
            "primary",
            "a view 2=a+b, b view 2=a+b, c view 3=c",
            "view C",
        ),
        (
            "liveness",
            "a send m, a deliver m, b deliver m",
            "never delivers m",
        ),
    ];

    #[test]
    fn every_promise_has_a_picture_of_how_it_is_broken() {
        let named = BREACHES.iter().map(|(name, ..)| *name);
        let all = GROUP_CONDITIONS.iter().map(|one| one.name);
        assert_eq!(named.collect::<Vec<_>>(), all.collect::<Vec<_>>());
        for (name, text, shown) in BREACHES {
            let log = told(text);
            let condition: Vec<_> = GROUP_CONDITIONS
                .iter()
                .filter(|one| one.name == *name)
                .collect();
            let judged = GroupJudgement::all(&log, &condition);
            assert_eq!(judged[0].verdict, Verdict::Invalid, "{:?}", judged[0]);
            let html = cards(&log, &[&judged[0]]);
            assert!(html.contains(shown), "{name}: no `{shown}` in {html}");
            assert!(html.contains("class=\"sp-witness\""), "{name}: {html}");
            let is_missing = html.contains("class=\"sp-missing\"");
            let is_wanted = shown.contains("lacks") || shown.contains("never");
            assert_eq!(is_missing, is_wanted, "{name}: {html}");
        }
    }
}
