//! Questions to a [`Holding`].

use crate::frame::Holding;

impl Holding {
    /// Whether that packet is among them.
    pub fn holds(&self, sequence: u64) -> bool {
        if sequence <= self.through {
            return true;
        }
        let Some(bit) = sequence.checked_sub(self.through.saturating_add(2)) else {
            return false;
        };
        usize::try_from(bit / 64)
            .ok()
            .and_then(|word| self.beyond.get(word))
            .is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// The last packet among them; 0 where there is none.
    pub fn last(&self) -> u64 {
        match self.beyond.iter().rposition(|word| *word != 0) {
            None => self.through,
            Some(word) => {
                let bit = 64 * word as u64 + u64::from(self.beyond[word].ilog2());
                self.through.saturating_add(2).saturating_add(bit)
            }
        }
    }

    /// All through that packet, and those of `range` (which begins behind `through + 1`) that are wanted.
    pub fn of(
        through: u64,
        range: std::ops::RangeInclusive<u64>,
        is_held: impl Fn(u64) -> bool,
    ) -> Self {
        let mut beyond = Vec::new();
        for sequence in range.filter(|sequence| is_held(*sequence)) {
            let bit = sequence - (through + 2);
            let word = (bit / 64) as usize;
            if beyond.len() <= word {
                beyond.resize(word + 1, 0);
            }
            beyond[word] |= 1 << (bit % 64);
        }
        Self { through, beyond }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holding_holds_what_it_was_made_of() {
        let held = [1, 2, 3, 5, 69, 70, 133];
        let holding = Holding::of(3, 5..=140, |sequence| held.contains(&sequence));
        assert_eq!(holding.beyond.len(), 3);
        assert_eq!(holding.last(), 133);
        for sequence in 1..300 {
            assert_eq!(
                holding.holds(sequence),
                held.contains(&sequence),
                "{sequence}"
            );
        }
    }

    #[test]
    fn numbers_near_the_end_are_no_trouble() {
        let holding = Holding {
            through: u64::MAX - 1,
            beyond: vec![u64::MAX],
        };
        assert!(holding.holds(u64::MAX - 1));
        assert_eq!(holding.last(), u64::MAX);
        let all = Holding {
            through: u64::MAX,
            beyond: Vec::new(),
        };
        assert!(all.holds(u64::MAX));
        assert_eq!(Holding::default().last(), 0);
    }
}
