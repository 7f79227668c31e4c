//! What a split is: a line of data.

/// A way of sharing a range out among workers.
#[derive(Debug)]
pub struct Split {
    /// Its name.
    pub name: &'static str,
    /// In a few words, who gets what.
    pub about: &'static str,
    /// What it is bad at.
    pub bad_at: &'static str,
    /// The file to read.
    pub file: &'static str,
}
