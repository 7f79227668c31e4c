//! Text to postfix steps, by Dijkstra's shunting yard.
//!
//! E. W. Dijkstra, *Algol 60 translation*, Mathematisch Centrum MR 35/61: numbers go straight to
//! the output; an operator first sends out the waiting ones that bind more tightly, then waits
//! itself. The precedence is Python's (`power`, `factor`, `term` and `sum` in
//! `Grammar/python.gram`):
//!
//! ```text
//! loosest   + -      left to right
//!           * / // % left to right
//!           signs    -2**2 is -(2**2), 2**-1 is 2**(-1)
//! tightest  **       right to left
//! ```

use super::number;
use super::{Bounds, ExpressionError, Operator, Value};

/// One instruction for a stack of values.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// Put a value on the stack.
    Push(Value),
    /// Replace the top value by its negative.
    Negate,
    /// Replace the two top values, the right one uppermost, by the result.
    Apply(Operator),
}

/// Reads all of `text` into steps that leave exactly one value.
///
/// # Errors
///
/// What is outside the language, and what passes the bounds on depth, operations or the size of a
/// literal. The first problem from the left is reported.
pub(super) fn postfix(text: &str, bounds: &Bounds) -> Result<Vec<Step>, ExpressionError> {
    let mut yard = Yard::new(text, bounds);
    loop {
        yard.read_operand()?;
        if yard.read_operator()? == Reading::Over {
            return Ok(yard.steps);
        }
    }
}

struct Yard<'a> {
    text: &'a str,
    bounds: &'a Bounds,
    at_bytes: usize,
    waiting: Vec<Waiting>,
    open_count: usize,
    operation_count: usize,
    steps: Vec<Step>,
}

impl<'a> Yard<'a> {
    fn new(text: &'a str, bounds: &'a Bounds) -> Yard<'a> {
        Yard {
            text,
            bounds,
            at_bytes: 0,
            waiting: Vec::new(),
            open_count: 0,
            operation_count: 0,
            steps: Vec::new(),
        }
    }

    /// Reads signs and open parentheses up to and including the next number.
    fn read_operand(&mut self) -> Result<(), ExpressionError> {
        loop {
            self.skip_blanks();
            match self.rest().as_bytes() {
                [b'+', ..] => self.push_operation(Waiting::Plus)?,
                [b'-', ..] => self.push_operation(Waiting::Minus)?,
                [b'(', ..] => {
                    self.push(Waiting::Open)?;
                    self.open_count += 1;
                }
                [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..] => {
                    let (value, end_bytes) = number::read(self.text, self.at_bytes, self.bounds)?;
                    self.steps.push(Step::Push(value));
                    self.at_bytes = end_bytes;
                    return Ok(());
                }
                _ => return Err(self.syntax_error("a number, a sign or '('")),
            }
            self.at_bytes += 1;
        }
    }

    /// Reads closed parentheses up to and including the next operator, or the end.
    fn read_operator(&mut self) -> Result<Reading, ExpressionError> {
        loop {
            self.skip_blanks();
            let (operator, length_bytes) = match self.rest().as_bytes() {
                [] if self.open_count == 0 => {
                    self.settle(0);
                    return Ok(Reading::Over);
                }
                [b')', ..] if self.open_count > 0 => {
                    self.settle(0);
                    assert_eq!(self.waiting.pop(), Some(Waiting::Open));
                    self.open_count -= 1;
                    self.at_bytes += 1;
                    continue;
                }
                [b'*', b'*', ..] => (Operator::Power, 2),
                [b'/', b'/', ..] => (Operator::FloorDivide, 2),
                [b'+', ..] => (Operator::Add, 1),
                [b'-', ..] => (Operator::Subtract, 1),
                [b'*', ..] => (Operator::Multiply, 1),
                [b'/', ..] => (Operator::Divide, 1),
                [b'%', ..] => (Operator::Remainder, 1),
                _ if self.open_count > 0 => return Err(self.syntax_error("an operator or ')'")),
                _ => return Err(self.syntax_error("an operator or the end")),
            };
            // A power leaves an equal one waiting and so groups to the right; the others do not.
            let tightness = Waiting::Binary(operator).tightness();
            let right_to_left = operator == Operator::Power;
            self.settle(tightness + u8::from(right_to_left));
            self.push_operation(Waiting::Binary(operator))?;
            self.at_bytes += length_bytes;
            return Ok(Reading::Goes);
        }
    }

    /// Sends out the waiting operators that bind at least as tightly as `tightness`, back to the
    /// innermost open parenthesis.
    fn settle(&mut self, tightness: u8) {
        while let Some(&last) = self.waiting.last() {
            let step = match last {
                Waiting::Open => return,
                _ if last.tightness() < tightness => return,
                Waiting::Plus => None,
                Waiting::Minus => Some(Step::Negate),
                Waiting::Binary(operator) => Some(Step::Apply(operator)),
            };
            self.steps.extend(step);
            self.waiting.pop();
        }
    }

    fn push_operation(&mut self, waiting: Waiting) -> Result<(), ExpressionError> {
        if self.operation_count >= self.bounds.operation_count_max {
            return Err(ExpressionError::TooManyOperations {
                at_bytes: self.at_bytes,
                operation_count_max: self.bounds.operation_count_max,
            });
        }
        self.operation_count += 1;
        self.push(waiting)
    }

    fn push(&mut self, waiting: Waiting) -> Result<(), ExpressionError> {
        if self.waiting.len() >= self.bounds.depth_count_max {
            return Err(ExpressionError::TooDeep {
                at_bytes: self.at_bytes,
                depth_count_max: self.bounds.depth_count_max,
            });
        }
        self.waiting.push(waiting);
        Ok(())
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at_bytes += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at_bytes..]
    }

    fn syntax_error(&self, expected: &'static str) -> ExpressionError {
        ExpressionError::Syntax {
            at_bytes: self.at_bytes,
            expected,
            found: self.rest().chars().next(),
        }
    }
}

/// Whether an operand must follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Goes,
    Over,
}

/// What has been read and lacks its right operand, or its closing parenthesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    Open,
    Plus,
    Minus,
    Binary(Operator),
}

impl Waiting {
    fn tightness(self) -> u8 {
        match self {
            Waiting::Open => 0,
            Waiting::Binary(Operator::Add | Operator::Subtract) => 1,
            Waiting::Binary(
                Operator::Multiply | Operator::Divide | Operator::FloorDivide | Operator::Remainder,
            ) => 2,
            Waiting::Plus | Waiting::Minus => 3,
            Waiting::Binary(Operator::Power) => 4,
        }
    }
}
