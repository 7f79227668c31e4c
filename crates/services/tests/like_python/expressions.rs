//! Values, refusals and messages of expressions.

use services::python_text::float_text;
use services::tasks::expression::{Bounds, ExpressionError, evaluate};

use crate::interpreter;
use crate::questions::{self, Random};

/// Asks Python about each text and lists what it answers otherwise than we do.
#[track_caller]
fn check(seed: u64, texts: &[String]) {
    let expected: Vec<Expected> = texts.iter().map(|text| expected(text)).collect();
    let input = expected
        .iter()
        .map(|one| one.question.clone() + "\n")
        .collect();
    let mut answers = interpreter::answers(include_str!("expressions.py"), input).into_iter();
    let same_words = answers.next().expect("the version comes first") == "True";
    let answers: Vec<String> = answers.collect();
    assert_eq!(
        answers.len(),
        expected.len(),
        "one answer for each question"
    );
    let differing: Vec<String> = texts
        .iter()
        .zip(expected.iter().zip(&answers))
        .filter(|(_, (expected, answer))| !expected.agrees_with(answer, same_words))
        .map(|(text, (expected, answer))| {
            format!("{text:?}: python {answer:?}, ours {:?}", expected.answer)
        })
        .take(10)
        .collect();
    assert!(differing.is_empty(), "seed {seed}: {differing:#?}");
}

/// What to ask Python about a text, and what it should say.
struct Expected {
    question: String,
    answer: String,
}

impl Expected {
    /// Other versions than 3.11 word some messages differently, so only their class is compared.
    fn agrees_with(&self, answer: &str, same_words: bool) -> bool {
        let is_message = self.answer.contains("Error: ");
        if is_message && !same_words {
            return answer.split(':').next() == self.answer.split(':').next();
        }
        self.answer == answer
    }
}

fn expected(text: &str) -> Expected {
    use ExpressionError as E;

    let asked = |question: &str, text: &str, answer: String| Expected {
        question: format!("{question} {text}"),
        answer,
    };
    match evaluate(text, &Bounds::default()) {
        Ok(value) => asked("value", text, format!("value {value}")),
        Err(E::Syntax { .. } | E::InvalidNumber { .. }) => {
            asked("read", text, "refused".to_owned())
        }
        // Python would go on for hours, or for ever.
        Err(
            E::IntTooLarge { .. }
            | E::TextTooLong { .. }
            | E::TooDeep { .. }
            | E::TooManyOperations { .. },
        ) => asked("read", text, "read".to_owned()),
        // Python would go on with the complex number, so only this operation is asked for.
        Err(E::Complex { base, exponent }) => {
            let operation = format!("({base})**({exponent})");
            asked("value", &operation, "complex".to_owned())
        }
        Err(E::TooManyDigits { .. }) => asked(
            "value",
            text,
            "ValueError: Exceeds the limit (4300 digits) for integer string conversion; \
             use sys.set_int_max_str_digits() to increase the limit"
                .to_owned(),
        ),
        Err(error @ (E::DivisionByZero { .. } | E::ZeroToNegativePower)) => {
            asked("value", text, format!("ZeroDivisionError: {error}"))
        }
        Err(error @ (E::IntTooLargeForFloat | E::QuotientTooLarge | E::PowerOutOfRange)) => {
            asked("value", text, format!("OverflowError: {error}"))
        }
    }
}

#[track_caller]
fn check_random(seed: u64, text_count: usize, mut text: impl FnMut(&mut Random) -> String) {
    let mut random = Random::new(seed);
    let texts: Vec<String> = (0..text_count).map(|_| text(&mut random)).collect();
    check(seed, &texts);
}

#[test]
fn random_expressions_have_python_values_or_errors() {
    for seed in [1, 2, 3] {
        check_random(seed, 5000, |random| {
            let depth = 1 + random.below(5);
            questions::expression(random, depth)
        });
    }
}

#[test]
fn damaged_expressions_are_refused_when_python_refuses_them() {
    check_random(4, 12_000, questions::damaged_expression);
}

#[test]
fn quotients_of_large_ints_are_rounded_like_python() {
    check_random(5, 8000, questions::int_quotient);
}

#[test]
fn float_operations_have_python_values_or_errors() {
    check_random(6, 12_000, |random| {
        let (left, right) = (questions::float(random), questions::float(random));
        // Python reads infinity as a number too large, and NaN not at all.
        let text = |value: f64| {
            float_text(value)
                .replace("inf", "1e999")
                .replace("nan", "0.5")
        };
        let operator = random.pick(&["+", "-", "*", "/", "//", "%", "**"]);
        format!("({}){operator}({})", text(left), text(right))
    });
}

#[test]
fn powers_at_the_edges_of_the_floats_have_python_values_or_errors() {
    check_random(7, 4000, |random| {
        let base = random.pick(&["2.0", "0.5", "10.0", "-2.0", "1e-5", "7.3", "-.1"]);
        let exponent = random.below(2400) as f64 - 1200.0 + random.pick(&[0.0, 0.0, 0.5, 1e-9]);
        format!("({base})**({})", float_text(exponent))
    });
}

#[test]
fn special_values_have_python_values_or_errors() {
    let operands = [
        "0",
        "1",
        "-1",
        "2",
        "-3",
        "0.0",
        "-0.0",
        "1.0",
        "-1.0",
        "0.5",
        "-0.5",
        "3.0",
        "-2.5",
        "1e999",
        "-1e999",
        "(1e999-1e999)",
        "10**400",
        "-10**400",
        "5e-324",
        "1e308",
        "2**53+1",
    ];
    let operators = ["+", "-", "*", "/", "//", "%", "**"];
    let mut texts = Vec::new();
    for left in operands {
        for right in operands {
            for operator in operators {
                texts.push(format!("({left}){operator}({right})"));
            }
        }
    }
    check(0, &texts);
}

#[test]
fn the_digit_limit_is_python_s() {
    let texts = [
        "10**4300",
        "10**4300-1",
        "-10**4300",
        "1-10**4300",
        "10**5000%10**4300",
    ];
    check(0, &texts.map(str::to_owned));
}

#[test]
fn borderline_syntax_is_refused_when_python_refuses_it() {
    check(0, &BORDERLINE_TEXTS.map(str::to_owned));
}

const BORDERLINE_TEXTS: [&str; 99] = [
    "",
    " ",
    "\t1",
    " 1 ",
    "()",
    "(1)",
    "1__0",
    "1_",
    "_1",
    "0_0",
    "0_1",
    "0_e0",
    "0_0.0",
    "0777",
    "0_7.0",
    "0e0",
    "1._5",
    "1_.5",
    "1.5.2",
    "1..2",
    "1. .2",
    ".",
    "..",
    "...",
    "0xg",
    "0x",
    "0x_",
    "0x_f_f_",
    "0b2",
    "0o8",
    "0b1_",
    "1e",
    "1e+",
    "1e_1",
    "1e1_0",
    "1.e5",
    "1j",
    "1 .real",
    "1.real",
    "1 2",
    "1 / / 2",
    "1* *2",
    "1***2",
    "1**-2",
    "1*-+-2",
    "--2",
    "~1",
    "1<2",
    "1;2",
    "(1,)",
    "[1]",
    "{1}",
    "'1'",
    "1if 1else 2",
    "1and 2",
    "0or 1",
    "not 1",
    "True",
    "None",
    "1:=2",
    "1=2",
    "1==2",
    "1!",
    "1@2",
    "1|2",
    "1^2",
    "1&2",
    "1<<2",
    "a",
    "1a",
    "(1",
    "1)",
    ")1(",
    "2**",
    "**2",
    "+",
    "-",
    "*1",
    "1+",
    "é",
    "1é",
    "１",
    "1\u{a0}+1",
    "$",
    "?",
    "`1`",
    "0b",
    "0B1.0",
    "0x1.8",
    "0x1e+2",
    "0x1e2",
    "09",
    "09.5",
    "00012.",
    "1E5",
    "(1)(2)",
    "2(3)",
    "(2)3",
    "1+(2*)3",
];
