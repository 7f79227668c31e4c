//! Lines of standard input, from a thread that may wait for them, to a mailbox.

use std::{
    io::{self, ErrorKind, Read, stdin},
    thread,
};

use cast::station::Mailbox;

/// Reads lines and hands them over until there are no more, or nobody wants them. The thread ends with the process: nothing
/// wakes it from a terminal at which nobody types.
///
/// # Errors
/// When there is no thread to be had.
pub fn read_into(mailbox: Mailbox) -> io::Result<()> {
    let read = move || {
        // A terminal that is gone ends as a file does.
        let _ = pass_on(&mut stdin().lock(), |line| mailbox.push(line));
        mailbox.close();
    };
    thread::Builder::new()
        .name("standard input".to_owned())
        .spawn(read)
        .map(drop)
}

/// Cuts what comes into lines, without what ends them; empty ones are passed over. Of a line that is longer than any message
/// so much is kept as shows that.
fn pass_on(input: &mut impl Read, mut push: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    let mut room = vec![0; ROOM_BYTES];
    let mut begun: Vec<u8> = Vec::new();
    let mut hand = |line: &[u8]| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.is_empty() || push(line)
    };
    loop {
        let count = match input.read(&mut room) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for part in room[..count].split_inclusive(|byte| *byte == b'\n') {
            let (text, is_end) = match part.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (part, false),
            };
            if is_end && begun.is_empty() {
                if !hand(text) {
                    return Ok(());
                }
                continue;
            }
            let left = LINE_BYTES_MAX - begun.len();
            begun.extend_from_slice(&text[..text.len().min(left)]);
            if is_end {
                let is_wanted = hand(&begun);
                begun.clear();
                if !is_wanted {
                    return Ok(());
                }
            }
        }
    }
    hand(&begun);
    Ok(())
}

const ROOM_BYTES: usize = 1 << 16;
/// Longer than any message.
const LINE_BYTES_MAX: usize = 1 << 17;

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives so many bytes at a time.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(room.len());
            room[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[track_caller]
    fn check(text: &[u8], expected: &[&[u8]]) {
        for piece in [1, 2, 3, 7, 1000, 1 << 20] {
            let mut lines: Vec<Vec<u8>> = Vec::new();
            let pushed = pass_on(&mut Pieces(text, piece), |line| {
                lines.push(line.to_vec());
                true
            });
            pushed.expect("read");
            assert_eq!(lines, expected, "{piece} at a time");
        }
    }

    #[test]
    fn lines_are_whole_however_they_come() {
        check(b"a\nbc\r\n\n\xff d\nend", &[b"a", b"bc", b"\xff d", b"end"]);
        check(b"", &[]);
        check(b"\n\n", &[]);
    }

    #[test]
    fn an_endless_line_fills_no_memory() {
        let text = vec![b'x'; 3 * LINE_BYTES_MAX];
        let mut lengths = Vec::new();
        let text = [&text[..], b"\nnext"].concat();
        pass_on(&mut &text[..], |line| {
            lengths.push(line.len());
            true
        })
        .expect("read");
        assert_eq!(lengths, [LINE_BYTES_MAX, 4]);
    }

    #[test]
    fn nobody_reads_on_for_whom_nobody_waits() {
        let mut count = 0;
        pass_on(&mut &b"a\nb\nc\n"[..], |_| {
            count += 1;
            count < 2
        })
        .expect("read");
        assert_eq!(count, 2);
    }
}
