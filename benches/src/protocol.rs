//! The two protocols of the bare servers, as small as they can be.

use std::time::Duration;

/// What a server does with what it reads.
#[derive(Clone, Copy, Debug)]
pub enum Protocol {
    /// Bytes go back as they come, until the client closes.
    Echo,
    /// What the first read brings goes back reversed when the task is over, then the server closes.
    /// What comes after the first read is left unread, so closing may then send a reset.
    Burst {
        /// How long the task takes: a wait and no work.
        task: Duration,
    },
}

/// Reverses `text` in place by bytes; a line feed at its end stays there.
pub fn reverse_line(text: &mut [u8]) {
    let count = text.len() - usize::from(text.last() == Some(&b'\n'));
    text[..count].reverse();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut bytes = text.as_bytes().to_vec();
        reverse_line(&mut bytes);
        assert_eq!(bytes, expected.as_bytes());
    }

    #[test]
    fn a_line_feed_stays_at_the_end() {
        check("abc\n", "cba\n");
        check("abc", "cba");
        check("\n", "\n");
        check("", "");
    }
}
