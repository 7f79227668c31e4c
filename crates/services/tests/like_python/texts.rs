//! Floats as text, and words with their case swapped.

use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};

use services::python_text::{float_text, swap_case};

use crate::interpreter;
use crate::questions::{self, Random};

#[track_caller]
fn check_floats(values: &[f64]) {
    let input = values
        .iter()
        .map(|value| format!("{:016x}\n", value.to_bits()));
    let answers = interpreter::answers(include_str!("floats.py"), input.collect());
    assert_eq!(answers.len(), values.len(), "one answer for each float");
    for (value, answer) in values.iter().zip(answers) {
        assert_eq!(float_text(*value), answer, "bits {:016x}", value.to_bits());
    }
}

/// Texts with code points, before or after, that Python's Unicode tables do not know are left out.
#[track_caller]
fn check_swapped(seed: u64, texts: &[String]) {
    let input = texts
        .iter()
        .map(|text| format!("{}|{}\n", code_points(text), code_points(&swap_case(text))));
    let answers = interpreter::answers(include_str!("swapcase.py"), input.collect());
    assert_eq!(answers.len(), texts.len(), "one answer for each text");
    let known: Vec<(&String, String)> = texts
        .iter()
        .zip(answers)
        .filter(|(_, answer)| answer != "new")
        .collect();
    assert!(known.len() > texts.len() / 2, "too few texts are compared");
    for (text, answer) in known {
        assert_eq!(
            code_points(&swap_case(text)),
            answer,
            "seed {seed}: {text:?}"
        );
    }
}

fn code_points(text: &str) -> String {
    let points: Vec<String> = text
        .chars()
        .map(|point| format!("{:x}", point as u32))
        .collect();
    points.join(" ")
}

fn code_point(hexadecimal: &str) -> char {
    let point = u32::from_str_radix(hexadecimal, 16).expect("the script prints hexadecimal");
    char::from_u32(point).expect("the script leaves surrogates out")
}

fn any_char(random: &mut Random, code_points: Range<u32>) -> char {
    let offset = random.below(code_points.len()) as u32;
    char::from_u32(code_points.start + offset).expect("no range reaches the surrogates")
}

#[test]
fn random_floats_are_written_like_python() {
    let mut random = Random::new(8);
    let values: Vec<f64> = (0..40_000).map(|_| questions::float(&mut random)).collect();
    check_floats(&values);
}

#[test]
fn powers_of_ten_and_two_are_written_like_python() {
    let tens = (-330..310).map(|exponent| format!("1e{exponent}").parse().expect("a float"));
    let twos = (-1074..1024).map(|exponent| 2.0_f64.powi(exponent));
    let powers: Vec<f64> = tens.chain(twos).collect();
    let around = powers
        .iter()
        .flat_map(|power| [power.next_down(), *power, -power, power.next_up()]);
    check_floats(&around.collect::<Vec<f64>>());
}

/// The Unicode tables of Rust and Python are of different years. Left out is what Python's do not
/// know: code points that are unassigned there, and those whose counterpart is.
#[test]
fn every_code_point_swaps_its_case_like_python() {
    let mut unknown: Vec<RangeInclusive<char>> = Vec::new();
    let mut changed: HashMap<char, String> = HashMap::new();
    for line in interpreter::answers(include_str!("case_table.py"), String::new()) {
        let columns: Vec<&str> = line.split(' ').collect();
        match columns[..] {
            ["new", first, last] => unknown.push(code_point(first)..=code_point(last)),
            [original, ..] => {
                let swapped = columns[1..].join(" ");
                changed.insert(code_point(original), swapped);
            }
            [] => unreachable!("splitting gives at least one column"),
        }
    }
    let is_unknown = |point: char| unknown.iter().any(|run| run.contains(&point));
    assert!(changed.len() > 2000, "python knows {} pairs", changed.len());
    for original in '\0'..=char::MAX {
        let original_text = original.to_string();
        let ours = swap_case(&original_text);
        match changed.get(&original) {
            Some(swapped) => assert_eq!(code_points(&ours), *swapped, "{original:?}"),
            None if ours == original_text => {}
            None => assert!(
                is_unknown(original) || ours.chars().any(is_unknown),
                "{original:?} becomes {ours:?}"
            ),
        }
    }
}

#[test]
fn sigmas_in_random_words_are_final_where_python_s_are() {
    let seed = 9;
    let mut random = Random::new(seed);
    let letters: Vec<char> = "ΣΣΣΣσςaAßİıǅΐ .:'-_7\u{ad}\u{301}\u{345}\u{2019}漢ªⅣ𐐀"
        .chars()
        .collect();
    let mut words = Vec::new();
    for _ in 0..10_000 {
        let mut word = String::new();
        for _ in 0..=random.below(6) {
            // Latin, then Greek to Cyrillic; between them Unicode has since changed its mind about
            // whether some letters of phonetic alphabets have case.
            word.push(match random.below(10) {
                0 => any_char(&mut random, 0..0x250),
                1 => any_char(&mut random, 0x370..0x530),
                _ => random.pick(&letters),
            });
        }
        words.push(word);
    }
    check_swapped(seed, &words);
}
