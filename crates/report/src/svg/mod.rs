//! The drawing kit: scales, a canvas, markers and labels that keep out of each other's way.
//!
//! Nothing here knows what is drawn. Colours are classes of the page's style sheet, so light, dark,
//! print and forced colours are decided there. The words used:
//!
//! | class | for |
//! |---|---|
//! | `c0` to `c9` | the colour of a model; its marker has the same number |
//! | `line`, `whisker`, `mark` | a curve, the range of its points, its points |
//! | `grid`, `axis`, `tick`, `title` | the axes |
//! | `label`, `note` | text at what it is about: bold, or muted |
//! | `start`, `middle`, `end` | how a text lies about its place |

mod canvas;
mod label;
mod mark;
mod scale;

pub(crate) use canvas::{Canvas, Margin, path, px};
pub(crate) use label::{Label, push_apart, width_of};
pub(crate) use mark::{Mark, SERIES};
pub(crate) use scale::Scale;
