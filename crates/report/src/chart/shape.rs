//! The sizes of pictures, and the axis over numbers of clients.

use crate::svg::{Margin, Scale};

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
    if most >= 200.0 * least {
        Scale::logarithmic((least, most), range)
    } else {
        Scale::linear((0.0, most), range)
    }
}
