//! A client's check of answers that can be foretold to the byte.

use std::collections::VecDeque;

use machine::{Answer, Input, Outbox};

/// The answers that must come next, in order, and how much of the first has come.
///
/// Answers carry no length, so the first byte that differs is where the conversation is lost: what
/// follows cannot be told apart, so the client closes, and later answers count as never come.
#[derive(Debug)]
pub(crate) struct ExpectedReplies {
    greeting: Vec<u8>,
    greeting_seen: usize,
    expected: VecDeque<Vec<u8>>,
    matched: usize,
    answered: u64,
    lost: bool,
}

impl ExpectedReplies {
    /// Nothing is expected yet but a greeting, which may be empty.
    pub(crate) fn after(greeting: &[u8]) -> Self {
        Self {
            greeting: greeting.to_vec(),
            greeting_seen: 0,
            expected: VecDeque::new(),
            matched: 0,
            answered: 0,
            lost: false,
        }
    }

    /// The next request's answer will be `reply`.
    pub(crate) fn expect(&mut self, reply: &[u8]) {
        self.expected.push_back(reply.to_vec());
    }

    /// How many answers have come, right or wrong.
    pub(crate) const fn answered(&self) -> u64 {
        self.answered
    }

    /// Whether no answer is outstanding.
    pub(crate) fn is_empty(&self) -> bool {
        self.expected.is_empty()
    }

    /// Handles every input but [`Input::Ask`]: says when the client is ready (after the greeting),
    /// and judges what comes.
    pub(crate) fn handle(&mut self, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Start if self.greeting.is_empty() => out.ready(),
            Input::Received(bytes) if !self.lost => {
                let rest = self.greeting_part(bytes, out);
                self.judge(&bytes[rest..], out);
            }
            _ => {}
        }
    }

    /// Takes what belongs to the greeting; gives back how many bytes that were.
    ///
    /// Another greeting than the expected one is taken to be what one read brings: it is the server's
    /// own choice of words, and nothing tells where it ends.
    fn greeting_part(&mut self, bytes: &[u8], out: &mut Outbox) -> usize {
        let left = &self.greeting[self.greeting_seen..];
        if left.is_empty() {
            return 0;
        }
        let common = left.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        if common == bytes.len() && common < left.len() {
            self.greeting_seen += common;
            return common;
        }
        let taken = if common == left.len() {
            common
        } else {
            bytes.len()
        };
        let shown = [&self.greeting[..self.greeting_seen], &bytes[..taken]].concat();
        self.greeting_seen = self.greeting.len();
        out.note(&String::from_utf8_lossy(&shown));
        out.ready();
        taken
    }

    fn judge(&mut self, mut bytes: &[u8], out: &mut Outbox) {
        while let Some(expected) = self.expected.front() {
            let left = &expected[self.matched..];
            let common = left.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            if common == left.len() {
                bytes = &bytes[common..];
                self.matched = 0;
                self.answered += 1;
                out.answered(Answer::Right {
                    reply_bytes: expected.len() as u64,
                    text: String::new(),
                });
                self.expected.pop_front();
            } else if common == bytes.len() {
                self.matched += common;
                return;
            } else {
                let found = [&expected[..self.matched], bytes].concat();
                let differs_at = self.matched + common;
                let wrong = Answer::Wrong {
                    expected: excerpt(expected, differs_at),
                    found: excerpt(&found, differs_at),
                };
                self.lost = true;
                self.answered += 1;
                self.expected.pop_front();
                out.answered(wrong);
                out.close();
                return;
            }
        }
        if !bytes.is_empty() {
            // Nobody asked for these, and the next answer will not be where it is looked for.
            self.lost = true;
            out.answered(Answer::Wrong {
                expected: Vec::new(),
                found: excerpt(bytes, 0),
            });
            out.close();
        }
    }
}

/// The part of a long text in which the difference can be seen.
fn excerpt(text: &[u8], differs_at: usize) -> Vec<u8> {
    let from = differs_at.saturating_sub(EXCERPT_BYTES / 2).min(text.len());
    let to = (from + EXCERPT_BYTES).min(text.len());
    text[from..to].to_vec()
}

/// Shown of a wrong answer and of what it should have been.
const EXCERPT_BYTES: usize = 200;

#[cfg(test)]
mod tests {
    use machine::Output;

    use super::*;

    fn outputs(greeting: &[u8], expected: &[&[u8]], reads: &[&[u8]]) -> Vec<Output> {
        let mut replies = ExpectedReplies::after(greeting);
        let mut out = Outbox::watched(true);
        replies.handle(Input::Start, &mut out);
        for reply in expected {
            replies.expect(reply);
        }
        for read in reads {
            replies.handle(Input::Received(read), &mut out);
        }
        out.outputs().to_vec()
    }

    fn right(reply_bytes: u64) -> Output {
        Output::Answered(Answer::Right {
            reply_bytes,
            text: String::new(),
        })
    }

    #[test]
    fn answers_are_told_apart_however_they_are_cut_into_reads() {
        let reads: [&[u8]; 3] = [b"a", b"bcd", b"e"];
        let found = outputs(b"", &[b"ab", b"cde"], &reads);
        assert_eq!(found, [Output::Ready, right(2), right(3)]);
    }

    #[test]
    fn a_greeting_in_two_reads_is_followed_by_the_first_answer() {
        let found = outputs(b"Hi you", &[b"ok"], &[b"Hi ", b"youok"]);
        assert_eq!(found[1..], [Output::Ready, right(2)]);
    }

    #[test]
    fn another_greeting_is_a_greeting_too() {
        let found = outputs(b"Hi you", &[b"ok"], &[b"Welcome", b"ok"]);
        assert_eq!(found[1..], [Output::Ready, right(2)]);
    }

    #[test]
    fn after_a_wrong_answer_nothing_can_be_told() {
        let found = outputs(b"", &[b"ab", b"cd"], &[b"aXcd", b"cd"]);
        let wrong = Output::Answered(Answer::Wrong {
            expected: b"ab".to_vec(),
            found: b"aXcd".to_vec(),
        });
        let close = Output::Close(machine::Farewell::Done);
        assert_eq!(found, [Output::Ready, wrong, close]);
    }

    #[test]
    fn an_answer_that_nobody_asked_for_is_wrong() {
        let found = outputs(b"", &[b"ab"], &[b"abab"]);
        let surplus = Output::Answered(Answer::Wrong {
            expected: Vec::new(),
            found: b"ab".to_vec(),
        });
        assert_eq!(found[1..3], [right(2), surplus]);
    }

    #[test]
    fn a_difference_far_into_a_long_answer_is_shown() {
        let expected = [vec![b'a'; 5000], b"b".to_vec()].concat();
        let found = [vec![b'a'; 5000], b"c".to_vec()].concat();
        let outputs = outputs(b"", &[&expected], &[&found]);
        let shown = matches!(&outputs[1], Output::Answered(Answer::Wrong { expected, found })
            if expected.ends_with(b"ab") && found.ends_with(b"ac") && found.len() <= 200);
        assert!(shown, "{outputs:?}");
    }
}
