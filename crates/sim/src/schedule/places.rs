//! Sets of places.

use std::fmt;
use std::str::FromStr;

/// A set of places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Places(u64);

impl Places {
    /// None.
    pub const NONE: Self = Self(0);
    /// Every place there may be.
    pub const ALL: Self = Self(u64::MAX);

    /// That one.
    ///
    /// # Panics
    /// When there may be no such place.
    pub fn one(place: usize) -> Self {
        assert!(place < PLACES_MAX, "place {place} is beyond the last");
        Self(1 << place)
    }

    /// Those of either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Them where a place is no more; those behind it have the places before theirs.
    #[must_use]
    pub fn without(self, place: usize) -> Self {
        let behind = u32::try_from(place + 1)
            .ok()
            .and_then(|place| self.0.checked_shr(place));
        Self(self.below(place).0 | behind.unwrap_or(0).checked_shl(place as u32).unwrap_or(0))
    }

    /// All but these.
    #[must_use]
    pub fn others(self) -> Self {
        Self(!self.0)
    }

    /// Whether a place is among them.
    pub fn contains(self, place: usize) -> bool {
        place < PLACES_MAX && self.0 >> place & 1 == 1
    }

    /// Them, in ascending order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..PLACES_MAX).filter(move |place| self.contains(*place))
    }

    /// Those below that place.
    #[must_use]
    pub fn below(self, place: usize) -> Self {
        match place {
            0..PLACES_MAX => Self(self.0 & ((1 << place) - 1)),
            _ => self,
        }
    }
}

impl FromIterator<usize> for Places {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        let all = places.into_iter();
        all.fold(Self::NONE, |set, place| set.union(Self::one(place)))
    }
}

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str("all");
        }
        for (index, place) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{place}")?;
        }
        Ok(())
    }
}

impl FromStr for Places {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "all" {
            return Ok(Self::ALL);
        }
        let places = text.split(',').map(|place| match place.parse() {
            Ok(place) if place < PLACES_MAX => Ok(place),
            _ => Err(()),
        });
        places.collect()
    }
}

/// The most places of a world.
pub const PLACES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_read_back() {
        for text in ["0", "1,3,63", "all"] {
            assert_eq!(text.parse::<Places>().unwrap().to_string(), text);
        }
        for text in ["", "64", "1,", "-1", "1-2"] {
            assert!(text.parse::<Places>().is_err(), "{text}");
        }
    }

    #[test]
    fn others_are_all_but_these() {
        let one = Places::one(1);
        assert!(!one.others().contains(1) && one.others().contains(63));
        assert_eq!(one.others().below(3).to_string(), "0,2");
        assert_eq!(Places::ALL.below(64), Places::ALL);
        assert_eq!(Places::ALL.below(0), Places::NONE);
    }
}
