//! A card of the page: a heading, a sentence, pictures, tables.

use history::BenchSummary;

use crate::{
    chart::Room,
    escape::{escape, shortened},
    svg::SERIES,
    sweep::{self, ModelPoints},
};

/// How much of a row a card takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// One of two beside each other.
    Half,
    /// The row.
    Full,
}

/// A card under construction. Its parts are HTML whose texts were escaped by who made it.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    width: Width,
    heading: String,
    caption: String,
    parts: String,
}

impl Figure {
    /// A card with a heading, which is escaped here.
    pub(crate) fn new(width: Width, heading: &str) -> Self {
        let heading = escape(heading);
        Self {
            width,
            heading,
            caption: String::new(),
            parts: String::new(),
        }
    }

    /// A sentence below the heading, escaped here.
    pub(crate) fn caption(mut self, text: &str) -> Self {
        self.caption += &format!("<p>{}</p>", escape(text));
        self
    }

    /// A key of samples and their names, below the sentence.
    pub(crate) fn key(mut self, entries: &[(&str, &str)]) -> Self {
        let entry = |(class, name): &(&str, &str)| {
            format!(
                "<span><i class=\"sample {class}\"></i>{}</span>",
                escape(name)
            )
        };
        let entries: String = entries.iter().map(entry).collect();
        self.caption += &format!("<p class=\"key\">{entries}</p>");
        self
    }

    /// A key of the models, for screens on which the labels at the ends of curves are out of sight.
    pub(crate) fn models(mut self, bench: &BenchSummary) -> Self {
        let entry = |model: &ModelPoints<'_>| {
            format!(
                "<span><i class=\"sample s-model c{}\"></i>{}</span>",
                model.index % SERIES,
                escape(&shortened(model.name, 22))
            )
        };
        let entries: String = sweep::models(bench).iter().map(entry).collect();
        self.caption += &format!("<p class=\"key narrow\">{entries}</p>");
        self
    }

    /// A picture. On a narrow screen it scrolls within the card, also by keyboard.
    pub(crate) fn picture(mut self, svg: &str) -> Self {
        let (class, name) = (self.class(), &self.heading);
        self.parts += &format!(
            "<div class=\"picture {class}\" tabindex=\"0\" role=\"group\" aria-label=\"{name}\">{svg}</div>"
        );
        self
    }

    /// A picture that is drawn twice: for a page, and for a screen on which that would have to be scrolled.
    pub(crate) fn pictures(mut self, draw: impl Fn(Room) -> String) -> Self {
        let (class, name) = (self.class(), &self.heading);
        for (only, room) in [("page-only", Room::Page), ("phone-only", Room::Phone)] {
            self.parts += &format!(
                "<div class=\"picture {class} {only}\" tabindex=\"0\" role=\"group\" aria-label=\"{name}\">{}</div>",
                draw(room)
            );
        }
        self
    }

    /// Any other HTML.
    pub(crate) fn part(mut self, html: String) -> Self {
        self.parts += &html;
        self
    }

    /// Remarks below the picture, escaped here; nothing when there are none.
    pub(crate) fn notes(mut self, notes: &[String]) -> Self {
        if !notes.is_empty() {
            let notes: String = notes
                .iter()
                .map(|note| format!("<li>{}</li>", escape(note)))
                .collect();
            self.parts += &format!("<ul class=\"notes\">{notes}</ul>");
        }
        self
    }

    /// The card.
    pub(crate) fn html(&self) -> String {
        let Self {
            heading,
            caption,
            parts,
            ..
        } = self;
        let class = self.class();
        format!(
            "<figure class=\"{class}\"><figcaption><h2>{heading}</h2>{caption}</figcaption>{parts}</figure>\n"
        )
    }

    fn class(&self) -> &'static str {
        match self.width {
            Width::Half => "half",
            Width::Full => "full",
        }
    }
}
