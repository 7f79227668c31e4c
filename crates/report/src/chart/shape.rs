//! The sizes of pictures, and the axis over numbers of clients.

use crate::{
    number,
    svg::{Canvas, Margin, Scale},
};

/// The width of a picture that shares its row with another.
pub(crate) const HALF: f64 = 560.0;

/// The width of a picture that has its row to itself.
pub(crate) const FULL: f64 = 1160.0;

/// The usual margin, with `right` for labels at the ends of curves.
pub(crate) const fn margin(right: f64) -> Margin {
    Margin {
        left: 58.0,
        right,
        top: 38.0,
        bottom: 46.0,
    }
}

/// The axis over `counts` of clients: linear, unless the largest is 200 times the least.
pub(crate) fn clients_scale(counts: &[u64], range: (f64, f64)) -> Scale {
    let least = counts.iter().copied().min().unwrap_or(1).max(1) as f64;
    let most = counts.iter().copied().max().unwrap_or(1) as f64;
    if is_wide(counts) {
        Scale::logarithmic((least, most), range)
    } else {
        Scale::linear((0.0, most), range)
    }
}

/// Whether the axis over `counts` is logarithmic.
pub(crate) fn is_wide(counts: &[u64]) -> bool {
    let least = counts.iter().copied().min().unwrap_or(1).max(1);
    counts.iter().any(|count| *count >= 200 * least)
}

/// Draws the axis over numbers of clients. On a logarithmic one the labels are the numbers that were
/// measured, as far as these have room.
pub(crate) fn clients_axis(canvas: &mut Canvas, scale: &Scale, counts: &[u64], title: &str) {
    if !is_wide(counts) {
        canvas.x_axis(scale, 6, number::tick, title);
        return;
    }
    let mut ticks: Vec<f64> = Vec::new();
    for count in counts.iter().rev().map(|count| *count as f64) {
        let room = ticks.last().map(|next| scale.at(*next) - scale.at(count));
        if room.is_none_or(|room| room >= BETWEEN_TICKS) {
            ticks.push(count);
        }
    }
    canvas.x_axis_at(scale, &ticks, number::tick, title);
}

/// Between the middles of two labels of five digits.
const BETWEEN_TICKS: f64 = 46.0;
