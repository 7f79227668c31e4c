//! An SVG picture under construction.

use std::fmt::Write as _;

use super::Scale;
use crate::escape::escape;

/// Room around the plot, in the picture's units.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Margin {
    /// Left of it, for the labels of the y axis.
    pub(crate) left: f64,
    /// Right of it, for labels at the ends of curves.
    pub(crate) right: f64,
    /// Above it, for the title of the y axis.
    pub(crate) top: f64,
    /// Below it, for the x axis.
    pub(crate) bottom: f64,
}

/// A picture with a plot in it. Units are CSS pixels at full size.
#[derive(Clone, Debug)]
pub(crate) struct Canvas {
    /// Its whole width.
    pub(crate) width: f64,
    /// Its whole height.
    pub(crate) height: f64,
    margin: Margin,
    body: String,
}

impl Canvas {
    /// An empty picture.
    pub(crate) fn new(width: f64, height: f64, margin: Margin) -> Self {
        let body = String::new();
        Self {
            width,
            height,
            margin,
            body,
        }
    }

    /// Where the plot begins and ends, from left to right.
    pub(crate) fn across(&self) -> (f64, f64) {
        (self.margin.left, self.width - self.margin.right)
    }

    /// Where the plot begins and ends, from its bottom to its top.
    pub(crate) fn upward(&self) -> (f64, f64) {
        (self.height - self.margin.bottom, self.margin.top)
    }

    /// A text at a place, of these classes.
    pub(crate) fn text(&mut self, at: (f64, f64), class: &str, text: &str) {
        let (x, y) = (px(at.0), px(at.1));
        let text = escape(text);
        let _ = write!(
            self.body,
            "<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{text}</text>"
        );
    }

    /// A path of these classes; nothing when it is empty.
    pub(crate) fn path(&mut self, class: &str, d: &str) {
        if !d.is_empty() {
            let _ = write!(self.body, "<path class=\"{class}\" d=\"{d}\"/>");
        }
    }

    /// A path whose stroke has its own width.
    pub(crate) fn stroke(&mut self, class: &str, width: f64, d: &str) {
        if !d.is_empty() {
            let width = px(width);
            let _ = write!(
                self.body,
                "<path class=\"{class}\" stroke-width=\"{width}\" d=\"{d}\"/>"
            );
        }
    }

    /// A path that tells something when pointed at.
    pub(crate) fn told(&mut self, class: &str, d: &str, tip: &str) {
        let tip = escape(tip);
        let _ = write!(
            self.body,
            "<path class=\"{class}\" d=\"{d}\"><title>{tip}</title></path>"
        );
    }

    /// A straight line.
    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.path(class, &path(&[from, to]));
    }

    /// The x axis below the plot: about `count` labels and a title.
    pub(crate) fn x_axis(
        &mut self,
        scale: &Scale,
        count: usize,
        show: impl Fn(f64) -> String,
        title: &str,
    ) {
        self.x_axis_at(scale, &scale.ticks(count), show, title);
    }

    /// The x axis with labels at these values.
    pub(crate) fn x_axis_at(
        &mut self,
        scale: &Scale,
        ticks: &[f64],
        show: impl Fn(f64) -> String,
        title: &str,
    ) {
        let (left, right) = self.across();
        let (bottom, _) = self.upward();
        let mut d = format!("M{} {}H{}", px(left), px(bottom), px(right));
        for tick in ticks {
            let x = scale.at(*tick);
            let _ = write!(d, "M{} {}v5", px(x), px(bottom));
            self.text((x, bottom + 19.0), "tick middle", &show(*tick));
        }
        self.path("axis", &d);
        self.text(((left + right) / 2.0, bottom + 38.0), "title middle", title);
    }

    /// The y axis left of the plot: about `count` labels with lines across, and a title above.
    pub(crate) fn y_axis(
        &mut self,
        scale: &Scale,
        count: usize,
        show: impl Fn(f64) -> String,
        title: &str,
    ) {
        let (left, right) = self.across();
        let (_, top) = self.upward();
        let mut d = String::new();
        for tick in scale.ticks(count) {
            let y = scale.at(tick);
            let _ = write!(d, "M{} {}H{}", px(left), px(y), px(right));
            self.text((left - 8.0, y + 4.0), "tick end", &show(tick));
        }
        self.path("grid", &d);
        self.text((2.0, top - 14.0), "title", title);
    }

    /// The whole picture, with what it is (for who cannot see it) and what it shows.
    pub(crate) fn finish(self, title: &str, description: &str) -> String {
        let (width, height) = (px(self.width), px(self.height));
        let (title, description) = (escape(title), escape(description));
        format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\"><title>{title}</title>\
             <desc>{description}</desc>{}</svg>",
            self.body
        )
    }
}

/// A coordinate with one decimal at most, which is finer than a screen; 0 for what is no number.
pub(crate) fn px(value: f64) -> String {
    let tenths = (value * 10.0).round();
    if !tenths.is_finite() || tenths == 0.0 {
        "0".to_owned()
    } else if tenths % 10.0 == 0.0 {
        format!("{:.0}", tenths / 10.0)
    } else {
        format!("{:.1}", tenths / 10.0)
    }
}

/// The `d` of a path along these points.
pub(crate) fn path(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        let _ = write!(d, "{command}{} {}", px(*x), px(*y));
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_finite() {
        let shown = [1.0, 1.25, -0.04, 12.96, f64::NAN, f64::INFINITY].map(px);
        assert_eq!(shown, ["1", "1.3", "0", "13", "0", "0"]);
    }

    #[test]
    fn a_picture_says_what_it_is_and_escapes_it() {
        let margin = Margin {
            left: 1.0,
            right: 1.0,
            top: 1.0,
            bottom: 1.0,
        };
        let mut canvas = Canvas::new(10.0, 10.0, margin);
        canvas.text((1.0, 2.0), "note", "<b>");
        canvas.told("mark", "M0 0", "\"x\"");
        let svg = canvas.finish("a<b", "c&d");
        assert!(svg.contains("<title>a&lt;b</title><desc>c&amp;d</desc>"));
        assert!(svg.contains("&lt;b&gt;") && svg.contains("&quot;x&quot;"));
    }

    #[test]
    fn an_empty_path_is_no_path() {
        let margin = Margin {
            left: 1.0,
            right: 1.0,
            top: 1.0,
            bottom: 1.0,
        };
        let mut canvas = Canvas::new(10.0, 10.0, margin);
        canvas.path("line", "");
        canvas.stroke("line", 1.0, "");
        assert!(!canvas.finish("", "").contains("<path"));
    }
}
