//! Text in the form of zone files, made ready for the reader of the library.
//!
//! The reader stops at its errors, but three things it must not be given: a parenthesis or a quote that is never closed
//! (it reads on behind the end of the text), an `@` in data (it takes that for a label, where RFC 1035, section 5.1, means
//! the origin), and times with units, `1h30m`, which it does not know and which every other server writes.

/// Makes a text ready. Its lines stay what they are, but for comments, which go; one line feed is at its end.
///
/// # Errors
/// The line, from 1, of a quote or a parenthesis without its other half, or of a record without a name where none was
/// before it.
pub(crate) fn prepare(text: &str) -> Result<Vec<u8>, (usize, &'static str)> {
    let mut state = Preparation {
        rest: text.as_bytes(),
        out: Vec::with_capacity(text.len() + 64),
        line: 1,
        depth: 0,
        opened: 1,
        tokens: 0,
        has_name: false,
        part: Part::Head,
    };
    state.begin_entry();
    while let Some(&byte) = state.rest.first() {
        match byte {
            b'\n' => state.end_line(),
            b';' => state.rest = &state.rest[run(state.rest, |byte| byte != b'\n')..],
            b'"' => state.quoted()?,
            b'(' | b')' => state.parenthesis(byte)?,
            b' ' | b'\t' | b'\r' => state.copy(1),
            _ => state.token()?,
        }
    }
    match state.depth {
        0 => state.out.push(b'\n'),
        _ => return Err((state.opened, "a parenthesis is not closed")),
    }
    Ok(state.out)
}

struct Preparation<'a> {
    rest: &'a [u8],
    out: Vec<u8>,
    line: usize,
    depth: usize,
    /// The line of the outermost parenthesis that is open.
    opened: usize,
    /// Of the entry; the name counts where it is left out, too.
    tokens: usize,
    /// A record with a name was there.
    has_name: bool,
    part: Part,
}

/// What the next token of an entry may be.
#[derive(Clone, Copy)]
enum Part {
    /// Name, TTL, class and type.
    Head,
    /// Data in which names stand.
    Names,
    /// The data of a SOA: so many tokens of it were there.
    Soa(usize),
    /// The time of a `$TTL`.
    Time,
    /// Anything else.
    Other,
}

impl Preparation<'_> {
    fn begin_entry(&mut self) {
        let is_name_left_out = matches!(self.rest.first(), Some(b' ' | b'\t'));
        self.tokens = usize::from(is_name_left_out);
        self.part = Part::Head;
    }

    fn copy(&mut self, bytes: usize) {
        let (copied, rest) = self.rest.split_at(bytes);
        self.out.extend(copied);
        self.rest = rest;
    }

    fn end_line(&mut self) {
        self.copy(1);
        self.line += 1;
        if self.depth == 0 {
            self.begin_entry();
        }
    }

    fn parenthesis(&mut self, byte: u8) -> Result<(), (usize, &'static str)> {
        match (byte, self.depth) {
            (b'(', 0) => self.opened = self.line,
            (b')', 0) => return Err((self.line, "a parenthesis is closed and was not opened")),
            _ => (),
        }
        self.depth = match byte {
            b'(' => self.depth + 1,
            _ => self.depth - 1,
        };
        self.copy(1);
        Ok(())
    }

    fn quoted(&mut self) -> Result<(), (usize, &'static str)> {
        let mut length = 1;
        loop {
            match self.rest.get(length) {
                None | Some(b'\n') => return Err((self.line, "a quote is not closed")),
                Some(b'"') => break,
                Some(b'\\') => length += 2,
                Some(_) => length += 1,
            }
        }
        self.copy(length + 1);
        self.has_name |= self.tokens == 0;
        self.tokens += 1;
        Ok(())
    }

    fn token(&mut self) -> Result<(), (usize, &'static str)> {
        if self.tokens == 1 && matches!(self.part, Part::Head) && !self.has_name {
            return Err((self.line, "this record has no name, and none was before it"));
        }
        let mut length = 0;
        while let Some(&byte) = self.rest.get(length) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'"' | b'(' | b')' => break,
                b'\\' if !matches!(self.rest.get(length + 1), None | Some(b'\n')) => length += 2,
                _ => length += 1,
            }
        }
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        match self.meaning(token) {
            Meaning::Token => self.out.extend(token),
            // A name of no bytes, which is completed with the origin.
            Meaning::Origin => self.out.extend(b"\"\""),
            Meaning::Seconds(seconds) => self.out.extend(seconds.to_string().as_bytes()),
        }
        self.tokens += 1;
        Ok(())
    }

    fn meaning(&mut self, token: &[u8]) -> Meaning {
        let time = || seconds(token).map_or(Meaning::Token, Meaning::Seconds);
        match self.part {
            Part::Head if self.tokens == 0 => {
                if token.eq_ignore_ascii_case(b"$TTL") {
                    self.part = Part::Time;
                } else if token.starts_with(b"$") {
                    self.part = Part::Other;
                } else {
                    self.has_name = true;
                }
                Meaning::Token
            }
            Part::Head if token[0].is_ascii_digit() => time(),
            Part::Head => {
                self.part = part_after(token);
                Meaning::Token
            }
            Part::Names if token == b"@" => Meaning::Origin,
            Part::Soa(count) => {
                self.part = Part::Soa(count + 1);
                match token {
                    b"@" => Meaning::Origin,
                    _ if count >= 2 => time(),
                    _ => Meaning::Token,
                }
            }
            Part::Time => time(),
            Part::Names | Part::Other => Meaning::Token,
        }
    }
}

enum Meaning {
    Token,
    Origin,
    Seconds(u32),
}

/// What follows a class or a type.
fn part_after(token: &[u8]) -> Part {
    let is = |other: &&str| token.eq_ignore_ascii_case(other.as_bytes());
    match () {
        () if CLASSES.iter().any(is) => Part::Head,
        () if is(&"SOA") => Part::Soa(0),
        () if WITH_NAMES.iter().any(is) => Part::Names,
        () => Part::Other,
    }
}

/// `1h30m`, or a number as it is.
fn seconds(token: &[u8]) -> Option<u32> {
    let (mut sum, mut number) = (0_u32, None::<u32>);
    for byte in token {
        let factor = match byte.to_ascii_lowercase() {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'w' => 604_800,
            b'0'..=b'9' => {
                let digit = u32::from(byte - b'0');
                number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
                continue;
            }
            _ => return None,
        };
        sum = sum.checked_add(number.take()?.checked_mul(factor)?)?;
    }
    sum.checked_add(number.unwrap_or(0))
}

fn run(bytes: &[u8], is_in: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !is_in(*byte));
    end.unwrap_or(bytes.len())
}

const CLASSES: [&str; 4] = ["IN", "CH", "HS", "CS"];

/// The types in whose data a name may stand, as the library knows them.
const WITH_NAMES: [&str; 16] = [
    "NS", "CNAME", "PTR", "MX", "SRV", "DNAME", "RP", "NAPTR", "SVCB", "HTTPS", "MINFO", "MB",
    "MD", "MF", "MG", "MR",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let prepared = prepare(text).expect("whole");
        assert_eq!(String::from_utf8_lossy(&prepared), format!("{expected}\n"));
    }

    #[test]
    fn what_the_reader_does_not_know_is_put_in_its_words() {
        check("@ 1h30m IN MX 10 @ ; mail", "@ 5400 IN MX 10 \"\" ");
        check(
            "a A 1.1.1.1\n\tIN 1D NS\t@",
            "a A 1.1.1.1\n\tIN 86400 NS\t\"\"",
        );
        check("$TTL 2w", "$TTL 1209600");
        check(
            "@ SOA @ h (\n 1 1h;x\n2m 3s 4)",
            "@ SOA \"\" h (\n 1 3600\n120 3 4)",
        );
        check("mx TXT @ 1h \"1h;\" \\;", "mx TXT @ 1h \"1h;\" \\;");
        check("1h A 1.2.3.4", "1h A 1.2.3.4");
        check("a 99999999999w A 1.2.3.4", "a 99999999999w A 1.2.3.4");
    }

    #[track_caller]
    fn refused(text: &str, line: usize, expected: &str) {
        let (found, problem) = prepare(text).expect_err("not whole");
        assert_eq!(
            (found, problem.contains(expected)),
            (line, true),
            "{problem}"
        );
    }

    #[test]
    fn halves_are_refused() {
        refused(
            "a A 1.2.3.4\nb TXT (\n( a )\n",
            2,
            "parenthesis is not closed",
        );
        refused("a TXT b)", 1, "was not opened");
        refused("\n\na TXT \"b\nc\"", 3, "quote is not closed");
        refused("a TXT \"b\\", 1, "quote is not closed");
        refused("$TTL 1h\n A 1.2.3.4", 2, "no name");
    }
}
