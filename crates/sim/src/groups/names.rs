//! What members are called.

use group::Name;

/// The name of the member in a place.
pub(super) fn name_of(place: usize) -> Name {
    let name = match NAMES.get(place) {
        Some(name) => Name::new(name),
        None => Name::new(&format!("member{place}")),
    };
    name.expect("letters and digits are a name")
}

const NAMES: [&str; 12] = [
    "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory",
    "oscar",
];
