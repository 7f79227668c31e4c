//! Markers: the second channel beside colour, so that no two models differ by colour alone.

use super::px;

/// How many models can be told apart: each has a colour, a marker and a kind of line of its own.
pub(crate) const SERIES: usize = 10;

/// How a point is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Measured, and to be believed: filled.
    Sure,
    /// Measured, with doubts: hollow.
    Doubted,
    /// Requests failed: a cross.
    Failed,
}

impl Mark {
    /// The path of the marker at a place; `index` picks among [`SERIES`] shapes, those of the colours.
    pub(crate) fn path(self, at: (f64, f64), index: usize) -> String {
        let (x, y) = at;
        if self == Self::Failed {
            return format!("M{} {}l9 9m0 -9l-9 9", px(x - 4.5), px(y - 4.5));
        }
        let begin = |dx: f64, dy: f64| format!("M{} {}", px(x + dx), px(y + dy));
        match index % SERIES {
            0 => begin(-4.2, 0.0) + "a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0 -8.4 0",
            1 => begin(-3.7, -3.7) + "h7.4v7.4h-7.4z",
            2 => begin(0.0, -5.2) + "l4.8 8.4h-9.6z",
            3 => begin(0.0, -5.4) + "l5.4 5.4l-5.4 5.4l-5.4 -5.4z",
            4 => begin(0.0, 5.2) + "l4.8 -8.4h-9.6z",
            5 => begin(-1.7, -5.0) + "h3.4v3.3h3.3v3.4h-3.3v3.3h-3.4v-3.3h-3.3v-3.4h3.3z",
            6 => begin(0.0, -5.0) + "l4.8 3.5l-1.8 5.6h-6l-1.8 -5.6z",
            7 => begin(-5.0, -3.0) + "h10v6h-10z",
            8 => begin(-2.8, -5.2) + "h5.6v10.4h-5.6z",
            _ => begin(-4.8, -4.8) + "h9.6l-9.6 9.6h9.6z",
        }
    }

    /// The classes of the marker of model `index`.
    pub(crate) fn class(self, index: usize) -> String {
        let color = index % SERIES;
        match self {
            Self::Sure => format!("mark c{color}"),
            Self::Doubted => format!("mark hollow c{color}"),
            Self::Failed => format!("cross c{color}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_has_a_shape_of_its_own() {
        let shapes: Vec<String> = (0..SERIES)
            .map(|i| Mark::Sure.path((0.0, 0.0), i))
            .collect();
        for (index, shape) in shapes.iter().enumerate() {
            assert!(!shapes[..index].contains(shape));
        }
    }

    #[test]
    fn a_doubt_shows_without_colour() {
        assert_ne!(Mark::Sure.class(1), Mark::Doubted.class(1));
        assert_ne!(
            Mark::Sure.path((0.0, 0.0), 1),
            Mark::Failed.path((0.0, 0.0), 1)
        );
    }
}
