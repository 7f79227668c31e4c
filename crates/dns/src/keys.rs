//! Shared keys (RFC 8945), from files as `tsig-keygen` writes them and as `nsupdate -k` reads them.
//!
//! A secret is nowhere in what this file prints: neither in an error nor in `Debug`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use domain::{base::Name as DomainName, utils::base64};
use naming::Name;
use thiserror::Error;

use crate::{mac::Mac, replay::Recent};

/// A shared key, and what it is good for.
#[derive(Debug)]
pub struct Key {
    /// Within which name it may change what is there; the apex is everywhere.
    pub within: Name,
    name: String,
    wire: Box<[u8]>,
    algorithm: Algorithm,
    secret: Mac,
    recent: Mutex<Recent>,
}

/// The keys of a server, by name.
#[derive(Debug, Default)]
pub struct Keys {
    /// By name as in a message, in lower case.
    keys: BTreeMap<Box<[u8]>, Arc<Key>>,
}

/// What is wrong with a file of keys.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not in BIND's form.
    #[error(
        "line {line}: {problem}; expected: key \"NAME\" {{ algorithm hmac-sha256; secret \"BASE64\"; }};"
    )]
    Form {
        /// Where.
        line: usize,
        /// What.
        problem: String,
    },
    /// An algorithm that is not safe, or unknown. Which is not said: in its place may stand the secret.
    #[error("key {key}: this algorithm is not taken: use hmac-sha256, hmac-sha384 or hmac-sha512")]
    Algorithm {
        /// Whose.
        key: String,
    },
    /// A secret that is no Base64, or so short that it can be guessed.
    #[error("key {key}: its secret must be Base64 (RFC 4648) of at least {least} bytes")]
    Secret {
        /// Whose.
        key: String,
        /// How many bytes are enough.
        least: usize,
    },
    /// A name that is none in DNS.
    #[error("`{0}` is no name for a key: use letters, digits, `-`, `_` and dots")]
    Name(String),
    /// Two keys of one name.
    #[error("there are two keys named {0}: give one of them another name")]
    Twice(String),
}

impl Key {
    /// Its name: absolute, in lower case, with a dot at its end.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its name as in a message.
    pub(crate) fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// The name of its algorithm as in a message.
    pub(crate) fn algorithm(&self) -> &'static [u8] {
        self.algorithm.wire()
    }

    /// What its signatures are made with.
    pub(crate) fn secret(&self) -> &Mac {
        &self.secret
    }

    /// The updates that it signed of late.
    pub(crate) fn recent(&self) -> &Mutex<Recent> {
        &self.recent
    }
}

impl Keys {
    /// Reads keys in BIND's form: `key "NAME" { algorithm hmac-sha256; secret "BASE64"; };`, any number of them. A comment
    /// `# within region1` before a key says where it may change what is there, relative to the zone; without one it is
    /// everywhere.
    ///
    /// # Errors
    /// When the text has another form, an algorithm that is not safe, or a secret that can be guessed.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let mut reader = Reader::new(text);
        let mut keys = Self::default();
        let mut within = None;
        while let Some((token, line)) = reader.next()? {
            match token {
                Token::Within(_) if within.is_some() => {
                    return Err(form(line, "two `within` comments before one key"));
                }
                Token::Within(name) => within = Some(name),
                Token::Word(word) if word == "key" => {
                    let key = reader.key(within.take().unwrap_or_else(Name::apex))?;
                    if let Some(key) = keys.keys.insert(key.wire.clone(), Arc::new(key)) {
                        return Err(KeyError::Twice(key.name.clone()));
                    }
                }
                _ => return Err(form(line, "there is something before `key`")),
            }
        }
        match within {
            Some(_) => Err(form(reader.line, "no key follows a `within` comment")),
            None => Ok(keys),
        }
    }

    /// The text of a file with one key of that name, whose secret is those random bytes: what [`Keys::read`] reads, and
    /// `nsupdate -k` too.
    ///
    /// # Errors
    /// When the name is none in DNS.
    pub fn make(name: &str, random: [u8; 32]) -> Result<String, KeyError> {
        let (_, text) = absolute(name)?;
        let text = text.trim_end_matches('.');
        let secret = base64::encode_string(&random);
        Ok(format!(
            "key \"{text}\" {{\n\talgorithm hmac-sha256;\n\tsecret \"{secret}\";\n}};\n"
        ))
    }

    /// The key of that name, in any case, with or without the dot at its end.
    pub fn named(&self, name: &str) -> Option<&Arc<Key>> {
        self.keys.get(&*absolute(name).ok()?.0)
    }

    /// The key of that name as in a message, in lower case.
    pub(crate) fn at(&self, wire: &[u8]) -> Option<&Arc<Key>> {
        self.keys.get(wire)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// How a signature is made. Those of MD5 and SHA-1 (RFC 8945, section 6) are not taken: nobody needs them any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    fn named(text: &str) -> Option<Self> {
        match text.trim_end_matches('.').to_ascii_lowercase().as_str() {
            "hmac-sha256" => Some(Self::Sha256),
            "hmac-sha384" => Some(Self::Sha384),
            "hmac-sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    fn wire(self) -> &'static [u8] {
        match self {
            Self::Sha256 => b"\x0bhmac-sha256\0",
            Self::Sha384 => b"\x0bhmac-sha384\0",
            Self::Sha512 => b"\x0bhmac-sha512\0",
        }
    }

    fn mac(self, secret: &[u8]) -> Mac {
        match self {
            Self::Sha256 => Mac::sha256(secret),
            Self::Sha384 => Mac::sha384(secret),
            Self::Sha512 => Mac::sha512(secret),
        }
    }
}

/// A piece of a file of keys.
#[derive(PartialEq, Eq)]
enum Token {
    Word(String),
    Open,
    Close,
    End,
    Within(Name),
}

/// Reads a file of keys, piece by piece. Its errors never repeat a word: any could be a secret.
struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            line: 1,
        }
    }

    /// What stands behind the word `key`.
    fn key(&mut self, within: Name) -> Result<Key, KeyError> {
        let name = self.word("a name is missing behind `key`")?;
        // Not as `absolute` says it: what stands there may be `hmac-sha256:NAME:SECRET`, as other programs take keys.
        let (wire, name) = absolute(&name).map_err(|_| {
            let problem = "what stands behind `key` is no name for a key: use letters, digits, `-`, `_` and dots";
            form(self.line, problem)
        })?;
        self.expect(Token::Open, "`{` is missing behind the name")?;
        let (mut algorithm, mut secret) = (None, None);
        loop {
            let (slot, problem) = match self.next()? {
                Some((Token::Close, _)) => break,
                Some((Token::Word(word), _)) if word == "algorithm" => {
                    (&mut algorithm, "algorithm")
                }
                Some((Token::Word(word), _)) if word == "secret" => (&mut secret, "secret"),
                _ => return Err(form(self.line, "a key has `algorithm`, `secret` and `}`")),
            };
            let word = self.word(&format!("nothing stands behind `{problem}`"))?;
            self.expect(Token::End, &format!("`;` is missing behind the {problem}"))?;
            if slot.replace(word).is_some() {
                return Err(form(self.line, "a key has each thing once"));
            }
        }
        self.expect(Token::End, "`;` is missing behind `}`")?;
        let missing = |what| form(self.line, &format!("the key has no {what}"));
        let algorithm = algorithm.ok_or_else(|| missing("algorithm"))?;
        let secret = secret.ok_or_else(|| missing("secret"))?;
        let algorithm = Algorithm::named(&algorithm)
            .ok_or_else(|| KeyError::Algorithm { key: name.clone() })?;
        let secret = base64::decode::<Vec<u8>>(&secret)
            .ok()
            .filter(|secret| secret.len() >= SECRET_BYTES_LEAST)
            .ok_or_else(|| KeyError::Secret {
                key: name.clone(),
                least: SECRET_BYTES_LEAST,
            })?;
        Ok(Key {
            within,
            name,
            wire,
            algorithm,
            secret: algorithm.mac(&secret),
            recent: Mutex::default(),
        })
    }

    fn word(&mut self, problem: &str) -> Result<String, KeyError> {
        match self.next()? {
            Some((Token::Word(word), _)) => Ok(word),
            _ => Err(form(self.line, problem)),
        }
    }

    fn expect(&mut self, token: Token, problem: &str) -> Result<(), KeyError> {
        match self.next()? {
            Some((found, _)) if found == token => Ok(()),
            _ => Err(form(self.line, problem)),
        }
    }

    /// The next piece, and the line where it stands.
    fn next(&mut self) -> Result<Option<(Token, usize)>, KeyError> {
        loop {
            self.skip(self.rest.len() - self.rest.trim_start().len());
            let line = self.line;
            let Some(first) = self.rest.chars().next() else {
                return Ok(None);
            };
            let token = match first {
                '#' => self.line_comment(1)?,
                '/' if self.rest.starts_with("//") => self.line_comment(2)?,
                '/' if self.rest.starts_with("/*") => {
                    let end = self.rest[2..].find("*/");
                    let end = end.ok_or_else(|| form(line, "a comment `/*` has no end"))?;
                    let token = comment(&self.rest[2..2 + end], line)?;
                    self.skip(end + 4);
                    token
                }
                '{' => self.take(1, Token::Open),
                '}' => self.take(1, Token::Close),
                ';' => self.take(1, Token::End),
                '"' => {
                    let end = self.rest[1..].find(['"', '\n']).map(|end| end + 1);
                    let end = end.filter(|end| self.rest[*end..].starts_with('"'));
                    let end = end.ok_or_else(|| form(line, "a quoted text has no end"))?;
                    let word = self.rest[1..end].to_owned();
                    self.take(end + 1, Token::Word(word))
                }
                _ => {
                    let is_end = |letter: char| letter.is_whitespace() || "{};\"#".contains(letter);
                    let end = self.rest.find(is_end).unwrap_or(self.rest.len());
                    let word = self.rest[..end].to_owned();
                    self.take(end, Token::Word(word))
                }
            };
            if let Some(token) = token {
                return Ok(Some((token, line)));
            }
        }
    }

    /// A comment to the end of its line.
    fn line_comment(&mut self, mark: usize) -> Result<Option<Token>, KeyError> {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let token = comment(&self.rest[mark..end], self.line)?;
        self.skip(end);
        Ok(token)
    }

    fn take(&mut self, bytes: usize, token: Token) -> Option<Token> {
        self.skip(bytes);
        Some(token)
    }

    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at(bytes);
        self.line += skipped.matches('\n').count();
        self.rest = rest;
    }
}

/// What a comment means that begins on that line. One whose first word is `within`, in any case and with anything behind
/// it (`Within:`), must say where: a slip of the pen there would make a key good for everything.
fn comment(text: &str, line: usize) -> Result<Option<Token>, KeyError> {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let is_meant = first
        .get(..WITHIN.len())
        .is_some_and(|word| word.eq_ignore_ascii_case(WITHIN));
    match (first, words.next(), words.next()) {
        (WITHIN, Some(name), None) => {
            let name = Name::parse(name).map_err(|error| form(line, &error.to_string()))?;
            Ok(Some(Token::Within(name)))
        }
        _ if is_meant => {
            let problem = "a comment `within` names one name: # within region1";
            Err(form(line, problem))
        }
        _ => Ok(None),
    }
}

/// A name of a key, as in a message and as text, in lower case.
fn absolute(text: &str) -> Result<(Box<[u8]>, String), KeyError> {
    let wrong = || KeyError::Name(text.to_owned());
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if !text.chars().all(is_allowed) {
        return Err(wrong());
    }
    let name = DomainName::<Vec<u8>>::from_chars(text.to_ascii_lowercase().chars());
    let name = name.map_err(|_| wrong())?;
    match name.is_root() {
        true => Err(wrong()),
        false => Ok((name.as_slice().into(), name.fmt_with_dot().to_string())),
    }
}

fn form(line: usize, problem: &str) -> KeyError {
    KeyError::Form {
        line,
        problem: problem.to_owned(),
    }
}

/// The word with which a comment begins that says where a key is good.
const WITHIN: &str = "within";
/// 128 bits: fewer could be searched through.
const SECRET_BYTES_LEAST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    fn file(algorithm: &str, secret: &str) -> String {
        format!("key \"lab-key\" {{\n\talgorithm {algorithm};\n\tsecret \"{secret}\";\n}};\n")
    }

    #[test]
    fn what_tsig_keygen_writes_is_read() {
        for algorithm in ["hmac-sha256", "hmac-sha384", "\"HMAC-SHA512\""] {
            let keys = Keys::read(&file(algorithm, SECRET)).expect("a key");
            let key = keys.named("LAB-key").expect("the key");
            assert_eq!((key.name(), keys.len()), ("lab-key.", 1));
            assert!(key.within.is_apex());
            assert!(keys.named("lab-key.").is_some() && keys.named("other").is_none());
        }
    }

    #[test]
    fn what_is_made_is_read() {
        let text = Keys::make("Region1.Lab", [7; 32]).expect("a file");
        let keys = Keys::read(&text).expect("a key");
        assert!(keys.named("region1.lab.").is_some(), "{text}");
        for name in ["", ".", "a b", "a\"b", "a..b", &"x".repeat(64)] {
            assert!(Keys::make(name, [7; 32]).is_err(), "{name}");
        }
    }

    #[test]
    fn comments_say_within_what_a_key_is_good() {
        let text = format!(
            "# The keys of the lab.\n/* two\nlines */ # within region1\nkey a {{ algorithm hmac-sha256; secret {SECRET}; }};\n\
             /* within region2/web */\nkey \"b\" {{ secret \"{SECRET}\"; // here too\n algorithm hmac-sha512; }};\n\
             key c. {{ algorithm hmac-sha256; secret \"{SECRET}\"; }};"
        );
        let keys = Keys::read(&text).expect("keys");
        let within = |name: &str| keys.named(name).expect("the key").within.to_string();
        assert_eq!(within("a"), "region1");
        assert_eq!(within("b"), "region2/web");
        assert_eq!(within("c"), "/");
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = Keys::read(text).expect_err("no keys").to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains(SECRET), "{error}");
    }

    #[test]
    fn what_is_no_key_is_refused_without_its_secret() {
        refused(&file("hmac-md5", SECRET), "use hmac-sha256");
        refused(&file("hmac-sha1", SECRET), "use hmac-sha256");
        refused(&file("hmac-sha256", "c2hvcnQ="), "at least 16 bytes");
        refused(&file("hmac-sha256", "!!!"), "Base64");
        refused(&file("hmac-sha256", SECRET).repeat(2), "two keys");
        refused(SECRET, "before `key`");
        refused(&format!("key {{ secret {SECRET}; }};"), "name is missing");
        refused(&format!("key a {{ secret {SECRET}; }};"), "no algorithm");
        refused("key a { algorithm hmac-sha256; };", "no secret");
        refused(
            &format!("key a {{ algorithm hmac-sha256; {SECRET}; }};"),
            "line 1",
        );
        refused(&format!("key a {{ secret {SECRET} }};"), "`;` is missing");
        refused(
            &format!("key a {{ secret {SECRET}; secret {SECRET}; }};"),
            "once",
        );
        refused("key \"a\n\" {", "no end");
        refused("/* key", "no end");
        refused("key \"a b\" {};", "no name for a key");
        refused(
            &format!("{}# within a", file("hmac-sha256", SECRET)),
            "no key follows",
        );
        refused("# within\n", "names one name");
        refused("# within a b\n", "names one name");
        refused("# within a..b\n", "empty label");
        for slip in ["# Within a", "# within: a", "// WITHIN=a", "/* Within a */"] {
            let text = format!("{slip}\n{}", file("hmac-sha256", SECRET));
            refused(&text, "names one name");
        }
        refused("/*/ within a\n", "no end");
        // What stands in a wrong place is not repeated: it may be the secret.
        refused(&file(SECRET, "hmac-sha256"), "use hmac-sha256");
        refused(
            &format!("key hmac-sha256:a:{SECRET} {{"),
            "no name for a key",
        );
        refused("\n\nkey a {\n# within b\n", "line 4");
    }

    #[test]
    fn a_key_shows_no_secret() {
        let keys = Keys::read(&file("hmac-sha256", SECRET)).expect("a key");
        let shown = format!("{keys:?} {keys:#?}");
        // The secret is the text 0123…: neither it, nor its Base64, nor its bytes as a list.
        for secret in [SECRET, "0123456789abcdef", "48, 49, 50, 51"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn no_text_makes_the_reader_fail() {
        let text = file("hmac-sha256", SECRET);
        for end in 0..text.len() {
            assert!(Keys::read(&text[..end]).is_ok_and(|keys| keys.is_empty()) == (end == 0));
        }
        assert!(Keys::read("ä \u{2028} key ü").is_err());
    }
}
