//! Durations by percentile: each nine to the right is a tenth of the requests.

use history::Series;

use super::{shape, trace::label_room};
use crate::{
    bins::survival,
    number::tick_duration,
    svg::{Canvas, Label, Scale, path, push_apart},
};

/// The picture of several series, each with its name; their order decides their colours. `of` is what took
/// so long: requests, datagrams.
pub(crate) fn percentiles(series: &[(&str, &Series)], of: &str) -> String {
    let room = label_room(series.iter().map(|(name, _)| *name));
    let mut canvas = Canvas::new(shape::HALF, 330.0, shape::margin(room));
    // The x of a duration is how many nines of the requests are at most as long.
    let nines = |(ns, share): (f64, f64)| (-share.log10(), ns);
    let curves: Vec<Vec<(f64, f64)>> = series
        .iter()
        .map(|(_, one)| {
            // Of n values the longest is the quantile of all but 1/n.
            let end = one
                .histogram_ns
                .last()
                .map(|last| (last.1 as f64, 1.0 / one.count as f64));
            survival(one, 120)
                .into_iter()
                .skip(1)
                .chain(end)
                .map(nines)
                .collect()
        })
        .collect();
    let all = || curves.iter().flatten();
    let most = all().map(|point| point.0).fold(1.0, f64::max);
    let positive = all().map(|point| point.1).filter(|ns| *ns > 0.0);
    let least = positive.fold(f64::INFINITY, f64::min);
    let longest = all().map(|point| point.1).fold(0.0, f64::max);
    let x = Scale::linear((0.0, most), canvas.across());
    let y = Scale::logarithmic((least * 0.8, longest * 1.2), canvas.upward());
    canvas.y_axis(&y, 0, tick_duration, "duration (log scale)");
    draw_x_axis(&mut canvas, &x, of);
    let mut labels = Vec::new();
    for (index, ((name, _), curve)) in series.iter().zip(&curves).enumerate() {
        let places: Vec<_> = curve
            .iter()
            .map(|point| (x.at(point.0), y.at(point.1)))
            .collect();
        canvas.path(&format!("line c{index} dash{index}"), &path(&places));
        if let Some(end) = places.last() {
            let class = format!("label c{index}");
            labels.push(Label {
                x: end.0,
                y: end.1,
                wanted: end.1,
                text: (*name).to_owned(),
                index,
                class,
            });
        }
    }
    let (bottom, top) = canvas.upward();
    push_apart(&mut labels, 16.0, (top, bottom));
    let (_, right) = canvas.across();
    for label in labels {
        canvas.text((right + 10.0, label.y + 4.0), &label.class, &label.text);
    }
    canvas.finish(
        "Durations by percentile",
        &format!(
            "Each curve rises from the median to the slowest {of}. The table has the figures."
        ),
    )
}

fn draw_x_axis(canvas: &mut Canvas, x: &Scale, of: &str) {
    let names = [
        (0.0, "p0"),
        (0.5, ""),
        (0.9, ""),
        (0.99, ""),
        (0.999, ""),
        (0.9999, ""),
        (0.99999, ""),
    ];
    let (left, right) = canvas.across();
    let (bottom, top) = canvas.upward();
    let mut grid = String::new();
    for (share, name) in names {
        let nines = -f64::log10(1.0 - share);
        if nines > x.domain().1 * 1.001 {
            break;
        }
        let place = x.at(nines);
        grid += &path(&[(place, bottom), (place, top)]);
        let text = match name {
            "" => format!("p{}", (share * 1e7).round() / 1e5),
            name => name.to_owned(),
        };
        canvas.text((place, bottom + 19.0), "tick middle", &text);
    }
    canvas.path("grid", &grid);
    canvas.line("axis", (left, bottom), (right, bottom));
    let middle = (left + right) / 2.0;
    canvas.text(
        (middle, bottom + 38.0),
        "title middle",
        &format!("percentile of {of}"),
    );
}
