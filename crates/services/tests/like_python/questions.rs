//! Random expressions and floats, the same ones for the same seed.

/// Marsaglia's xorshift64* (G. Marsaglia, *Xorshift RNGs*, 2003; the multiplier is Vigna's, 2016).
pub struct Random(u64);

impl Random {
    /// `seed` must not be zero.
    pub fn new(seed: u64) -> Random {
        assert_ne!(seed, 0, "xorshift stays at zero");
        Random(seed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// 0 to `limit` - 1.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from((self.bits() >> 33) % limit as u64).expect("less than the limit")
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub fn digits(&mut self, count: usize) -> String {
        let mut digits = String::from(self.pick(&["1", "2", "5", "9"]));
        for _ in 1..count {
            digits.push(self.pick(b"0123456789") as char);
        }
        digits
    }
}

/// A well-formed expression, nested at most `depth` times.
pub fn expression(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.below(5) == 0 {
        return literal(random);
    }
    match random.below(8) {
        0 => format!("({})", expression(random, depth - 1)),
        1 => random.pick(&["-", "+", "- "]).to_owned() + &expression(random, depth - 1),
        2 => {
            let exponent = random.pick(&[
                "2", "3", "0", "-1", "-2", "0.5", "7", "-0.5", "1.", "64", "-3.0", "300", "2**3",
            ]);
            let base = expression(random, depth - 1);
            format!(
                "{}{}{exponent}",
                parenthesized(random, base),
                spaced(random, "**")
            )
        }
        _ => {
            let operator = random.pick(&["+", "-", "*", "/", "//", "%", "*", "/", "//", "%"]);
            let left = expression(random, depth - 1);
            let right = expression(random, depth - 1);
            let left = parenthesized(random, left);
            let operator = spaced(random, operator);
            let right = parenthesized(random, right);
            left + &operator + &right
        }
    }
}

/// An expression with a few characters removed, added or replaced; most are malformed.
pub fn damaged_expression(random: &mut Random) -> String {
    let mut text = expression(random, 2).into_bytes();
    for _ in 0..=random.below(3) {
        let at = random.below(text.len() + 1);
        let byte = random.pick(b"0011279..eE__++--**//%%(())() \tjxobXfa~<,=&");
        match random.below(3) {
            0 if at < text.len() => {
                text.remove(at);
            }
            1 if at < text.len() => text[at] = byte,
            _ => text.insert(at, byte),
        }
    }
    String::from_utf8(text).expect("expressions are ASCII")
}

/// A quotient of two ints at, just above or just below a tie between two floats, or far off.
pub fn int_quotient(random: &mut Random) -> String {
    let digit_count = 1 + random.below(60);
    let divisor = random.digits(digit_count);
    // 54 bits whose last is set lie half-way between two floats of 53 bits.
    let halfway = (1_u64 << 53) | (random.bits() >> 11) | 1;
    let nudge = random.pick(&["", "+1", "-1"]);
    let exponent = random.pick(&[
        0, 1, 70, 900, 970, 971, 1022, 1074, 1080, 1126, 1127, 1128, 1130,
    ]);
    match random.below(3) {
        0 => format!("({halfway}*{divisor}{nudge})/{divisor}"),
        1 => format!("({halfway}*{divisor}*2**{exponent}{nudge})/-{divisor}"),
        _ => format!("({halfway}*{divisor}{nudge})/({divisor}*2**{exponent})"),
    }
}

/// Every float there is, each bit pattern as likely as any other, or one of moderate size.
pub fn float(random: &mut Random) -> f64 {
    match random.below(4) {
        0 => f64::from_bits(random.bits()),
        1 => random.below(2000) as f64 / random.pick(&[-1.0, 1.0, 2.0, 3.0, 10.0, 1000.0]),
        2 => {
            let exponent = random.below(60) as i32 - 25;
            random.below(100_000) as f64 * 10.0_f64.powi(exponent)
        }
        _ => (random.bits() >> random.below(64)) as f64,
    }
}

fn literal(random: &mut Random) -> String {
    match random.below(14) {
        0 => "0".to_owned(),
        1 => random.digits(20),
        2 => {
            let digit_count = random.pick(&[40, 300, 320]);
            random.digits(digit_count)
        }
        3 => random
            .pick(&[
                "0.1", "1.", ".5", "1e3", "1_0.5", "0.0", "2.50", "1e-05", "012.5",
            ])
            .to_owned(),
        4 => random
            .pick(&[
                "1e308",
                "5e-324",
                "1e999",
                "1e16",
                "9007199254740993.",
                "1.5E-10",
            ])
            .to_owned(),
        5 => random
            .pick(&[
                "0x1F", "0o17", "0b101", "0X_ff", "1_000", "00", "0_0", "0B1_1",
            ])
            .to_owned(),
        6 => {
            let (whole, fraction) = (random.below(1000), random.below(1000));
            format!("{whole}.{fraction}")
        }
        _ => random.below(20).to_string(),
    }
}

fn parenthesized(random: &mut Random, text: String) -> String {
    match random.below(2) {
        0 => format!("({text})"),
        _ => text,
    }
}

fn spaced(random: &mut Random, operator: &str) -> String {
    random.pick(&["", "", " ", "\t", "  "]).to_owned() + operator + random.pick(&["", "", " "])
}
