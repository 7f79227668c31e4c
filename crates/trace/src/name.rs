//! What members of a group are called: by people, and in logs.

use std::fmt;

/// A member's name: 1 to 32 bytes of letters, digits, `.`, `_` and `-`, so that it needs no quoting in any log form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Box<str>);

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no name: write 1 to {NAME_BYTES_MAX} bytes of letters, digits, `.`, `_` and `-`"
)]
pub struct NameError {
    /// The text, characters that would steer a terminal spelled out.
    pub text: String,
}

impl Name {
    /// The name.
    ///
    /// # Errors
    /// When it is empty, too long or has other characters.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let is_short = (1..=NAME_BYTES_MAX).contains(&text.len());
        match is_short && text.chars().all(is_allowed) {
            true => Ok(Self(text.into())),
            false => Err(NameError {
                text: text.escape_debug().take(3 * NAME_BYTES_MAX).collect(),
            }),
        }
    }

    /// The nearest name to any text: other characters become `-`, what is too long is cut. None for an empty text.
    pub fn near(text: &str) -> Option<Self> {
        let mut near = String::new();
        for character in text.trim().chars() {
            let character = if is_allowed(character) {
                character
            } else {
                '-'
            };
            if near.len() + character.len_utf8() > NAME_BYTES_MAX {
                break;
            }
            near.push(character);
        }
        Self::new(&near).ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The member's name in logs: `alice~0badcafe`, with the upper half of its incarnation.
    ///
    /// Always with it, also where no other member has that name: whether one will come is not known when a member
    /// writes its first line, and a name that changed in the middle of a log would be two hosts.
    pub fn host(&self, incarnation: u64) -> String {
        format!("{self}~{:08x}", incarnation >> 32)
    }

    /// A message's name in logs: `alice#0badcafe:1`.
    pub fn message(&self, incarnation: u64, sequence: u64) -> String {
        format!("{self}#{:08x}:{sequence}", incarnation >> 32)
    }

    /// Whose message that is, as its host is called in logs, and which one, if it is called as [`Name::message`] calls one.
    pub fn of_message(message: &str) -> Option<(String, u64)> {
        let (name, rest) = message.rsplit_once('#')?;
        let (incarnation, sequence) = rest.split_once(':')?;
        let upper = u32::from_str_radix(incarnation, 16).ok()?;
        let (name, sequence) = (Self::new(name).ok()?, sequence.parse().ok()?);
        let incarnation = u64::from(upper) << 32;
        let is_ours = name.message(incarnation, sequence) == message;
        is_ours.then(|| (name.host(incarnation), sequence))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_allowed(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '.' | '_' | '-')
}

/// The longest name.
pub const NAME_BYTES_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_tells_whose_it_is_if_it_is_called_as_ours_are() {
        let name = Name::new("alice").expect("a name");
        let (host, message) = (name.host(7 << 32), name.message(7 << 32, 12));
        assert_eq!(Name::of_message(&message), Some((host, 12)));
        for other in [
            "m1",
            "alice#7:12",
            "alice#00000007:012",
            "#00000007:1",
            "alice#00000007:",
        ] {
            assert_eq!(Name::of_message(other), None, "{other}");
        }
    }

    #[track_caller]
    fn check(text: &str, is_name: bool) {
        assert_eq!(Name::new(text).is_ok(), is_name, "{text:?}");
    }

    #[test]
    fn a_name_needs_no_quoting_anywhere() {
        check("alice", true);
        check("Zoë.2_b-c", true);
        check(&"x".repeat(32), true);
        check(&"x".repeat(33), false);
        for text in [
            "",
            "a b",
            "a\n",
            "a:1",
            "a~1",
            "a#1",
            "{",
            "\"",
            "\u{1b}[2J",
            "\u{202e}",
        ] {
            check(text, false);
        }
    }

    #[test]
    fn a_refusal_spells_out_what_would_steer_a_terminal() {
        let error = Name::new("\u{1b}[2J").expect_err("refused").to_string();
        assert!(
            error.contains("\\u{1b}[2J") && !error.contains('\u{1b}'),
            "{error}"
        );
    }

    #[test]
    fn any_text_is_near_a_name() {
        let near = |text: &str| Name::near(text).map(|name| name.to_string());
        assert_eq!(near(" a b:c "), Some("a-b-c".to_owned()));
        assert_eq!(near(&"é".repeat(40)), Some("é".repeat(16)));
        assert_eq!(near("  "), None);
    }

    #[test]
    fn two_members_of_one_name_are_two_hosts() {
        let alice = Name::new("alice").expect("a name");
        assert_eq!(alice.host(0x0bad_cafe_0000_0001), "alice~0badcafe");
        assert_eq!(alice.message(0x0bad_cafe_0000_0001, 7), "alice#0badcafe:7");
        assert_ne!(alice.host(1 << 32), alice.host(2 << 32));
    }
}
