//! Labels beside the ends of curves, instead of a legend.

/// A text that wants to stand at a height.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label {
    /// Where its curve ends, from the left.
    pub(crate) x: f64,
    /// Where the label stands: where its curve ends, until labels are pushed apart.
    pub(crate) y: f64,
    /// Where its curve ends, from the top.
    pub(crate) wanted: f64,
    /// What it says.
    pub(crate) text: String,
    /// Which colour and marker.
    pub(crate) index: usize,
    /// Its classes.
    pub(crate) class: String,
}

/// Moves labels up and down until `distance` lies between any two, each as little as it takes, and
/// keeps them within `bounds` (top, bottom) where these have room. Sorts them from top to bottom.
pub(crate) fn push_apart(labels: &mut [Label], distance: f64, bounds: (f64, f64)) {
    labels.sort_by(|one, other| one.y.total_cmp(&other.y));
    for _ in 0..ROUNDS {
        for index in 1..labels.len() {
            let lack = distance - (labels[index].y - labels[index - 1].y);
            if lack > 0.0 {
                labels[index - 1].y -= lack / 2.0;
                labels[index].y += lack / 2.0;
            }
        }
    }
    let mut highest = bounds.0;
    for label in labels.iter_mut() {
        label.y = label.y.max(highest);
        highest = label.y + distance;
    }
    let mut lowest = bounds.1;
    for label in labels.iter_mut().rev() {
        label.y = label.y.min(lowest);
        lowest = label.y - distance;
    }
}

/// About how wide a text of the page's chart font is, at its size and weight of labels.
pub(crate) fn width_of(text: &str) -> f64 {
    text.chars().count() as f64 * 8.4
}

/// Enough for a dozen labels at one place.
const ROUNDS: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(places: &[f64], expected: &[f64]) {
        let label = |y: &f64| Label {
            x: 0.0,
            y: *y,
            wanted: *y,
            text: String::new(),
            index: 0,
            class: String::new(),
        };
        let mut labels: Vec<Label> = places.iter().map(label).collect();
        push_apart(&mut labels, 10.0, (0.0, 100.0));
        for (label, wanted) in labels.iter().zip(expected) {
            assert!((label.y - wanted).abs() < 0.5, "{labels:?}");
        }
    }

    #[test]
    fn labels_with_room_stay() {
        check(&[10.0, 50.0], &[10.0, 50.0]);
    }

    #[test]
    fn labels_at_one_place_are_spread_about_it() {
        check(&[50.0, 50.0], &[45.0, 55.0]);
        check(&[50.0, 50.0, 50.0], &[40.0, 50.0, 60.0]);
    }

    #[test]
    fn labels_stay_within_bounds() {
        check(&[99.0, 99.0], &[90.0, 100.0]);
        check(&[0.0, 0.0], &[0.0, 10.0]);
        check(&[], &[]);
    }
}
