//! `dynamic`: whoever is free takes the next piece from a counter that all share.

use crate::Split;

pub(super) const SPLIT: Split = Split {
    name: "dynamic",
    about: "whoever is free takes the next piece from a shared counter",
    bad_at: "pieces so small that taking them costs more than searching them",
    file: file!(),
};
