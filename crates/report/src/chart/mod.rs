//! The charts, one file each: a function from results to one SVG picture.
//!
//! A chart owes its caller a picture for every input, an empty one included, and the same number of
//! marks whatever the number of requests. [`trace`], [`missed`] and [`shape`] are what several of them
//! share.

mod missed;
mod shape;
mod trace;

mod completion;
mod overhead;
mod seed;
mod zoom;

mod against;
mod idle;

mod lanes;

mod gaps;
mod survival;

mod answers;
mod latencies;

mod costs;
mod dots;
mod heat;
mod orders;
mod percentiles;

mod shifts;
mod speed_up;
mod walls;

pub(crate) use against::{Over, View, against};
pub(crate) use answers::answers;
pub(crate) use completion::completion;
pub(crate) use costs::{COSTS, Cost, costs};
pub(crate) use dots::{COSTS_OF_SENDING, LATENCIES, LOSSES, RATES, dots};
pub(crate) use gaps::{GapChart, gaps};
pub(crate) use heat::{Heat, heat};
pub(crate) use idle::idle;
pub(crate) use lanes::{MOST_LANES, lanes};
pub(crate) use latencies::latencies;
pub(crate) use orders::{DATAGRAMS, DELIVERED, NEW_VIEW, Room, TAKEN, orders};
pub(crate) use overhead::overhead;
pub(crate) use percentiles::percentiles;
pub(crate) use seed::seed;
pub(crate) use shape::{FULL, HALF, is_wide};
pub(crate) use shifts::{MOST_BLOCKS, idle as idle_share, shifts};
pub(crate) use speed_up::{FORETOLD, key_of, speed_up};
pub(crate) use survival::survival;
pub(crate) use walls::walls;
pub(crate) use zoom::zoom;
