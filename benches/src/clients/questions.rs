//! What is asked: questions as bytes, with what the answer has to be where that is known.

use std::fs;
use std::io;
use std::net::Ipv4Addr;

use crate::flags::{Flags, wrong};

/// Questions, in the order in which they are asked.
pub struct Questions {
    /// Name, type and class of each, one behind another.
    bytes: Vec<u8>,
    /// Where each ends, and what is expected.
    each: Vec<(u32, Expected)>,
}

/// What an answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// There is an answer, or there is no such name.
    Either,
    /// This address, among others or alone.
    Address(Ipv4Addr),
    /// Records, whatever they are.
    Records,
    /// The name is there, without records of that type.
    NoData,
    /// There is no such name.
    NoName,
}

impl Questions {
    /// Those of `--questions FILE`, or of `--pattern 'host####.lab.test A' --names 10000`.
    ///
    /// # Errors
    /// When neither or both are given, the file cannot be read, or a line is not understood.
    pub fn from_flags(flags: &Flags) -> io::Result<Self> {
        match (flags.text("questions"), flags.text("pattern")) {
            (Some(file), None) => {
                let text = fs::read_to_string(file)
                    .map_err(|error| io::Error::new(error.kind(), format!("{file}: {error}")))?;
                Self::read(text.lines())
            }
            (None, Some(pattern)) => {
                let count = flags.count("names", 1)?;
                let lines = (0..count).map(|number| numbered(pattern, number));
                Self::read(lines)
            }
            _ => Err(wrong("expected either --questions or --pattern".to_owned())),
        }
    }

    /// Reads lines `name type [ADDRESS|RECORDS|NODATA|NXDOMAIN]`: dnsperf's form, and what is expected behind it.
    ///
    /// # Errors
    /// When one is not understood, or there is none.
    pub fn read(lines: impl Iterator<Item = impl AsRef<str>>) -> io::Result<Self> {
        let mut questions = Questions {
            bytes: Vec::new(),
            each: Vec::new(),
        };
        for line in lines {
            let line = line.as_ref().trim();
            if !line.is_empty() && !line.starts_with([';', '#']) {
                let added = questions.add(line);
                added.ok_or_else(|| wrong(format!("`{line}`: expected NAME TYPE [ANSWER]")))?;
            }
        }
        match questions.each.is_empty() {
            true => Err(wrong("there is no question to ask".to_owned())),
            false => Ok(questions),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.each.len()
    }

    /// Name, type and class of one, and what is expected.
    pub fn at(&self, index: usize) -> (&[u8], Expected) {
        let start = match index {
            0 => 0,
            _ => self.each[index - 1].0,
        };
        let (end, expected) = self.each[index];
        (&self.bytes[start as usize..end as usize], expected)
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let mut words = line.split_whitespace();
        let (name, kind) = (words.next()?, words.next()?);
        let expected = match words.next() {
            None => Expected::Either,
            Some("RECORDS") => Expected::Records,
            Some("NODATA") => Expected::NoData,
            Some("NXDOMAIN") => Expected::NoName,
            Some(address) => Expected::Address(address.parse().ok()?),
        };
        let number = TYPES.iter().find(|(text, _)| *text == kind)?.1;
        for label in name.trim_end_matches('.').split('.') {
            let length = u8::try_from(label.len())
                .ok()
                .filter(|l| (1..=63).contains(l))?;
            self.bytes.push(length);
            self.bytes.extend_from_slice(label.as_bytes());
        }
        self.bytes.push(0);
        self.bytes.extend_from_slice(&number.to_be_bytes());
        self.bytes.extend_from_slice(&CLASS_IN.to_be_bytes());
        let end = u32::try_from(self.bytes.len()).ok()?;
        self.each.push((end, expected));
        Some(())
    }
}

/// Whether `message` is the answer to a question, and right. The sender has found the question by the message's id.
pub fn is_right(message: &[u8], question: &[u8], expected: Expected) -> bool {
    let Some((header, rest)) = message.split_at_checked(HEADER_BYTES) else {
        return false;
    };
    let (rcode, answers) = (header[3] & 15, u16::from_be_bytes([header[6], header[7]]));
    let is_whole = header[2] & (RESPONSE | CUT) == RESPONSE && header[4..6] == [0, 1];
    if !is_whole || !rest.starts_with(question) {
        return false;
    }
    match expected {
        Expected::Either => rcode == 0 || rcode == NO_NAME,
        Expected::Records => rcode == 0 && answers > 0,
        Expected::NoData => rcode == 0 && answers == 0,
        Expected::NoName => rcode == NO_NAME && answers == 0,
        Expected::Address(address) => {
            rcode == 0 && holds(&rest[question.len()..], answers, address).unwrap_or(false)
        }
    }
}

/// Whether one of so many records has that address; none where they are cut short.
fn holds(mut records: &[u8], count: u16, address: Ipv4Addr) -> Option<bool> {
    for _ in 0..count {
        let mut at = 0;
        loop {
            match *records.get(at)? {
                0 => break at += 1,
                length if length >= 0xc0 => break at += 2,
                length => at += 1 + usize::from(length),
            }
        }
        let fixed = records.get(at..at + 10)?;
        let length = usize::from(u16::from_be_bytes([fixed[8], fixed[9]]));
        let data = records.get(at + 10..at + 10 + length)?;
        if fixed[..4] == [0, 1, 0, 1] && *data == address.octets() {
            return Some(true);
        }
        records = &records[at + 10 + length..];
    }
    Some(false)
}

/// A pattern with its first run of `#` replaced by a number with as many digits.
fn numbered(pattern: &str, number: usize) -> String {
    let Some(start) = pattern.find('#') else {
        return pattern.to_owned();
    };
    let rest = &pattern[start..];
    let width = rest.len() - rest.trim_start_matches('#').len();
    format!("{}{number:0width$}{}", &pattern[..start], &rest[width..])
}

/// Of a message's header.
pub const HEADER_BYTES: usize = 12;
const RESPONSE: u8 = 0x80;
const CUT: u8 = 0x02;
const NO_NAME: u8 = 3;
const CLASS_IN: u16 = 1;
const TYPES: [(&str, u16); 9] = [
    ("A", 1),
    ("NS", 2),
    ("CNAME", 5),
    ("SOA", 6),
    ("PTR", 12),
    ("TXT", 16),
    ("AAAA", 28),
    ("SRV", 33),
    ("ANY", 255),
];

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: &[u8] = b"\x01a\x00\x00\x01\x00\x01";

    #[test]
    fn lines_are_questions() {
        let lines = ["; a comment", "", "a A", "b.lab.test. AAAA NODATA"];
        let questions = Questions::read(lines.iter()).expect("right");
        assert_eq!(questions.len(), 2);
        assert_eq!(questions.at(0), (QUESTION, Expected::Either));
        let (bytes, expected) = questions.at(1);
        assert_eq!(bytes, b"\x01b\x03lab\x04test\x00\x00\x1c\x00\x01");
        assert_eq!(expected, Expected::NoData);
        for wrong in ["a", "a WHAT", "a..b A", "a A 1.2.3"] {
            assert!(Questions::read([wrong].iter()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pattern_counts() {
        assert_eq!(numbered("h###.lab A", 7), "h007.lab A");
        assert_eq!(numbered("h.lab A", 7), "h.lab A");
    }

    #[track_caller]
    fn check(flags: [u8; 2], records: &[&[u8]], expected: Expected, is_good: bool) {
        let count = u8::try_from(records.len()).expect("few");
        let header = [0, 7, flags[0], flags[1], 0, 1, 0, count, 0, 0, 0, 0];
        let message = [&header[..], QUESTION, &records.concat()].concat();
        assert_eq!(is_right(&message, QUESTION, expected), is_good);
        assert!(!is_right(&message, b"\x01b\x00\x00\x01\x00\x01", expected));
    }

    #[test]
    fn answers_are_held_against_what_is_expected() {
        let record: &[u8] = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x05\x00\x04\x0a\x00\x00\x01";
        let right = Expected::Address(Ipv4Addr::new(10, 0, 0, 1));
        let other = Expected::Address(Ipv4Addr::new(10, 0, 0, 2));
        check([0x84, 0], &[record], right, true);
        check([0x84, 0], &[record], other, false);
        check([0x84, 0], &[record], Expected::Records, true);
        check([0x84, 0], &[record], Expected::NoData, false);
        check([0x84, 0], &[], right, false);
        check([0x84, 0], &[&record[..9]], right, false);
        check([0x84, 0], &[], Expected::NoData, true);
        check([0x84, 3], &[], Expected::NoName, true);
        check([0x84, 2], &[], Expected::Either, false);
        // No response, and one that was cut.
        check([0x04, 0], &[record], right, false);
        check([0x86, 0], &[record], right, false);
    }
}
