//! What a name service answered: a bar a question, its parts the answers' codes.

use super::shape;
use crate::{
    answers::{Answers, Asked},
    escape::shortened,
    number::{count, percent, tick_rate},
    svg::{Canvas, Margin, Scale, px, width_of},
};

/// The picture.
pub(crate) fn answers(answers: &Answers<'_>) -> String {
    let names: Vec<String> = answers
        .questions
        .iter()
        .map(|asked| shortened(asked.question, NAME_MAX))
        .collect();
    let widest = names.iter().map(|name| width_of(name)).fold(40.0, f64::max);
    let margin = Margin {
        left: widest + 14.0,
        right: 104.0,
        top: 8.0,
        bottom: 46.0,
    };
    let rows = answers.questions.len().max(1) as f64;
    let height = rows * ROW + margin.top + margin.bottom;
    let mut canvas = Canvas::new(shape::FULL, height, margin);
    let most = answers.questions.iter().map(|asked| asked.total).max();
    let x = Scale::linear((0.0, most.unwrap_or(0) as f64), canvas.across());
    let (bottom, top) = canvas.upward();
    let line = |value: &f64| format!("M{} {}V{}", px(x.at(*value)), px(top), px(bottom));
    canvas.path("grid", &x.ticks(8).iter().map(line).collect::<String>());
    canvas.x_axis(&x, 8, tick_rate, "answers by DNS");
    for (index, (asked, name)) in answers.questions.iter().zip(&names).enumerate() {
        let y = top + (index as f64 + 0.5) * ROW;
        canvas.text((margin.left - 10.0, y + 4.0), "name end", name);
        draw_row(&mut canvas, &x, y, answers, asked);
    }
    canvas.finish(
        "Answers by DNS, by what was asked for and by code",
        "One bar a question, cut into the answers' codes: each has a colour and a pattern of its own. The table \
         has the figures.",
    )
}

fn draw_row(canvas: &mut Canvas, x: &Scale, y: f64, answers: &Answers<'_>, asked: &Asked<'_>) {
    let mut before = 0.0;
    for (index, (code, number)) in answers.codes.iter().zip(&asked.counts).enumerate() {
        if *number == 0 {
            continue;
        }
        let (start, end) = (x.at(before), x.at(before + *number as f64));
        before += *number as f64;
        let end = end.max(start + THINNEST);
        let part = Part {
            index,
            across: (start, end),
            y,
        };
        let share = percent(*number as f64 / asked.total.max(1) as f64);
        let tip = format!("{}: {} {code}, {share}", asked.question, count(*number));
        part.draw(canvas, &tip);
        let name = shortened(code, NAME_MAX);
        if width_of(&name) + 12.0 < end - start {
            let class = match index {
                0 => "inside middle",
                _ => "value middle halo",
            };
            canvas.text(((start + end) / 2.0, y + 4.0), class, &name);
        }
    }
    let after = x.at(before) + THINNEST + 8.0;
    canvas.text((after, y + 4.0), "value", &count(asked.total));
}

/// A part of a bar.
struct Part {
    index: usize,
    across: (f64, f64),
    y: f64,
}

impl Part {
    fn draw(&self, canvas: &mut Canvas, tip: &str) {
        let (start, end) = self.across;
        let (top, bottom) = (self.y - HALF_BAR, self.y + HALF_BAR);
        let box_of = format!(
            "M{} {}H{}V{}H{}z",
            px(start),
            px(top),
            px(end),
            px(bottom),
            px(start)
        );
        canvas.told(&format!("answer{}", self.index), &box_of, tip);
        let lines: String = match self.index {
            1 => between(start, end, BETWEEN_LINES)
                .map(|x| format!("M{} {}V{}", px(x), px(top), px(bottom)))
                .collect(),
            3 => between(top, bottom, BETWEEN_LINES)
                .map(|y| format!("M{} {}H{}", px(start), px(y), px(end)))
                .collect(),
            _ => String::new(),
        };
        canvas.path(&format!("stripes{}", self.index), &lines);
    }
}

/// Places from one to another, `step` apart, the ends left out.
fn between(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let number = ((to - from) / step).max(0.0) as usize;
    let places = (1..=number).map(move |index| from + index as f64 * step);
    places.take_while(move |at| *at < to - 1.0)
}

/// The height of a row.
const ROW: f64 = 29.0;
/// Half of a bar's height.
const HALF_BAR: f64 = 9.0;
/// A part of a single answer is still seen.
const THINNEST: f64 = 1.5;
const BETWEEN_LINES: f64 = 5.0;
const NAME_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use history::{NamesAnswers, NamesSummary};

    use super::*;

    fn of(all: &[(&str, &str, u64)]) -> String {
        let one = |(question, code, count): &(&str, &str, u64)| NamesAnswers {
            question: (*question).to_owned(),
            code: (*code).to_owned(),
            count: *count,
        };
        let names = NamesSummary {
            answers: all.iter().map(one).collect(),
            ..NamesSummary::default()
        };
        answers(&Answers::of(&names))
    }

    #[test]
    fn every_code_has_its_part_and_says_its_count() {
        let svg = of(&[("A", "NOERROR", 900), ("A", "NXDOMAIN", 100)]);
        assert!(svg.contains("<title>A: 900 NOERROR, 90.0 %</title>"));
        assert!(svg.contains("<title>A: 100 NXDOMAIN, 10.0 %</title>"));
        assert!(svg.contains("class=\"answer0\"") && svg.contains("class=\"stripes1\""));
    }

    #[test]
    fn a_part_that_is_wide_enough_is_named_in_its_place() {
        let svg = of(&[("A", "NOERROR", 999), ("A", "NXDOMAIN", 1)]);
        assert!(svg.contains("class=\"inside middle\">NOERROR</text>"));
        assert!(!svg.contains(">NXDOMAIN</text>"));
    }

    #[test]
    fn no_answer_is_a_picture_too() {
        assert!(of(&[]).starts_with("<svg"));
    }
}
