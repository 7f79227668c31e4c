//! Numbers from samples.
//!
//! This crate is pure: it reads no clock, opens no file and prints nothing. It is handed numbers
//! and gives back numbers, the same ones on every machine.
//!
//! ```text
//!  exact, and merged in any order           read once, at the end
//!  ------------------------------           ---------------------
//!  ExactSum    f64, never rounded     -->   value, mean
//!  Moments     u64, sums of powers    --+
//!  Histogram   u64, 5248 buckets      --+-> Digest, .hgrm text
//!  Law         the gaps one asked for --+
//!  samples     the gaps one measured  --+-> Fit
//!  few figures one per repetition     -->   median, mean_interval, least_squares, fit_serial
//! ```
//!
//! [`ExactSum`] and [`Moments`] turn into a fixed number of `u64` words and back, and the
//! buckets of a [`Histogram`] are numbered by [`bucket_of`], so that all three can live in memory
//! which several processes share. Words that are all zero mean "nothing recorded yet".

mod exact_sum;
mod quotient;

mod buckets;
mod hgrm;
mod histogram;
mod moments;
mod summary;

mod interval;
mod line;
mod sample;
mod speedup;
mod student_t;

mod fit;
mod kolmogorov;
mod law;
mod split_mix;

pub use buckets::{BUCKETS, LARGEST_VALUE, bucket_bounds, bucket_of};
pub use exact_sum::ExactSum;
pub use fit::{AtomTest, Fit, fit};
pub use histogram::Histogram;
pub use interval::{Interval, mean_interval};
pub use kolmogorov::{BinnedKs, KsTest, binned_ks, ks_statistic};
pub use law::{LAWS, Law, LawEntry, LawError, by_name, gap_from, nanos_of, unit_from};
pub use line::{Line, least_squares};
pub use moments::Moments;
pub use sample::{median, quantile, range};
pub use speedup::{AMDAHL, GUSTAFSON, SerialFit, SpeedUpLaw, fit_serial};
pub use split_mix::{GOLDEN, mixed, split_mix};
pub use summary::{Digest, Distribution};
