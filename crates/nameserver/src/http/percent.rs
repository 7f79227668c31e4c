//! Percent-encoding (RFC 3986, section 2.1), undone once, and the queries of addresses.

use super::rejection::Rejection;

/// Text as it was before it was encoded for a path.
///
/// # Errors
/// When a `%` has no two hexadecimal digits behind it, or the bytes are no UTF-8.
pub(super) fn path(encoded: &str) -> Result<String, Rejection> {
    decode(encoded.as_bytes(), false).ok_or_else(|| unclear(encoded))
}

/// The parts of a query, in which `+` is a space.
#[derive(Debug)]
pub(super) struct Query {
    parts: Vec<(String, String)>,
}

impl Query {
    /// Reads a query whose parts have these keys.
    ///
    /// # Errors
    /// When it cannot be read, has other keys, or more parts than anybody needs.
    pub fn read(encoded: Option<&str>, keys: &[&str]) -> Result<Self, Rejection> {
        let encoded = encoded.unwrap_or_default();
        let mut parts = Vec::new();
        for part in encoded.split('&').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let decoded = |text: &str| decode(text.as_bytes(), true).ok_or_else(|| unclear(text));
            let (key, value) = (decoded(key)?, decoded(value)?);
            if !keys.contains(&&*key) {
                let known = match keys {
                    [] => "there is none here".to_owned(),
                    keys => format!("there are: {}", keys.join(", ")),
                };
                return Err(Rejection::bad(format!("no parameter `{key}`; {known}")));
            }
            parts.push((key, value));
        }
        match parts.len() {
            0..=PARTS_MAX => Ok(Self { parts }),
            _ => Err(Rejection::bad(format!(
                "more than {PARTS_MAX} parameters; ask for less at a time"
            ))),
        }
    }

    /// The value of a key that may be there once.
    ///
    /// # Errors
    /// When it is there more than once.
    pub fn one<'a>(&'a self, key: &'a str) -> Result<Option<&'a str>, Rejection> {
        let mut values = self.all(key);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(Rejection::bad(format!(
                "`{key}` is there more than once; give it once"
            ))),
        }
    }

    /// The number under a key that may be there once.
    ///
    /// # Errors
    /// When it is there more than once, or no whole number.
    pub fn number(&self, key: &str) -> Result<Option<u64>, Rejection> {
        let Some(text) = self.one(key)? else {
            return Ok(None);
        };
        number(text)
            .map(Some)
            .ok_or_else(|| Rejection::bad(format!("{key}=`{text}`: give a whole number")))
    }

    /// All values of a key.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let of_key = move |(own, value): &'a (String, String)| (own == key).then_some(&**value);
        self.parts.iter().filter_map(of_key)
    }
}

/// A whole number in digits alone: no sign.
pub(super) fn number(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

fn decode(encoded: &[u8], is_query: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'%' => {
                let (digits, behind) = rest.split_at_checked(2)?;
                let digit = |byte: u8| char::from(byte).to_digit(16);
                bytes.push((digit(digits[0])? * 16 + digit(digits[1])?) as u8);
                rest = behind;
            }
            b'+' if is_query => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

fn unclear(encoded: &str) -> Rejection {
    Rejection::bad(format!(
        "`{encoded}` is not percent-encoded text: write `%` as %25"
    ))
}

/// `where=` is the only key that is there more than once.
const PARTS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(encoded: &str, expected: Option<&str>) {
        assert_eq!(path(encoded).ok().as_deref(), expected, "{encoded}");
    }

    #[test]
    fn encoding_is_undone_once() {
        check("region1/server1", Some("region1/server1"));
        check("region1%2fserver1", Some("region1/server1"));
        check("%252F", Some("%2F"));
        check("a+b", Some("a+b"));
        check("%C3%A4", Some("ä"));
        check("%", None);
        check("%4", None);
        check("%zz", None);
        check("%+1", None);
        check("%ff", None);
    }

    #[test]
    fn queries_are_read_strictly() {
        let read = |text| Query::read(Some(text), &["where", "limit"]);
        let query = read("where=role%3Dmean&where=a+b&limit=12").expect("a query");
        assert_eq!(query.all("where").collect::<Vec<_>>(), ["role=mean", "a b"]);
        assert_eq!(query.number("limit").expect("a number"), Some(12));
        assert!(query.one("where").is_err());
        assert!(read("limit=+1").expect("a query").number("limit").is_err());
        assert!(
            read("limit=99999999999999999999")
                .expect("a query")
                .number("limit")
                .is_err()
        );
        assert!(read("other=1").is_err());
        let many = "where=a&".repeat(33);
        assert!(Query::read(Some(&many), &["where"]).is_err());
        assert!(
            read("")
                .expect("a query")
                .one("limit")
                .expect("at most one")
                .is_none()
        );
    }
}
