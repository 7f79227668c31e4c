//! The functions of a file: where each begins, how many lines it has, how deep it lies.

use crate::blank::is_name_byte;
use crate::source::{closing_brace, find_word, line_of};

/// One function with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// 1-based line of the word `fn`.
    pub line: usize,
    /// Lines from the word `fn` to the closing brace, both included.
    pub line_count: usize,
    /// Open braces around it: 0 for a free function of the file, 1 inside an `impl` or `mod`.
    pub depth: usize,
}

/// All functions with a body in blanked `code`, nested ones too, in the order of their beginnings.
/// Types such as `fn(u8) -> u8` and declarations without a body are not functions here.
pub fn functions(code: &str) -> Vec<Function> {
    find_word(code, "fn")
        .into_iter()
        .filter_map(|start| function_at(code, start))
        .collect()
}

fn function_at(code: &str, start: usize) -> Option<Function> {
    let after = code[start + 2..].trim_start();
    let name = after.strip_prefix("r#").unwrap_or(after);
    let name: String = name
        .chars()
        .take_while(|c| *c == '_' || c.is_alphanumeric())
        .collect();
    if name.is_empty() {
        return None;
    }
    let end = closing_brace(code, body_start(code, start)?)?;
    let line = line_of(code, start);
    let depth = code[..start]
        .bytes()
        .fold(0usize, |depth, byte| match byte {
            b'{' => depth + 1,
            b'}' => depth.saturating_sub(1),
            _ => depth,
        });
    Some(Function {
        name,
        line,
        line_count: line_of(code, end - 1) - line + 1,
        depth,
    })
}

/// Offset of the brace that opens the body; `None` for a declaration that ends with `;`.
fn body_start(code: &str, start: usize) -> Option<usize> {
    let mut nesting = 0usize;
    let mut last = b' ';
    let mut at = start;
    let bytes = code.as_bytes();
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'(' | b'[' => nesting += 1,
            b')' | b']' => nesting = nesting.saturating_sub(1),
            // `Array<{ N + 1 }>`: a constant argument, not the body.
            b'{' if nesting == 0 && last == b'<' => at = closing_brace(code, at)? - 1,
            b'{' if nesting == 0 => return Some(at),
            b';' if nesting == 0 => return None,
            _ => {}
        }
        if is_name_byte(byte) || !byte.is_ascii_whitespace() {
            last = byte;
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blank::blank;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, usize, usize, usize)]) {
        let found = functions(&blank(text));
        let found: Vec<_> = found
            .iter()
            .map(|f| (f.name.as_str(), f.line, f.line_count, f.depth))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_are_counted_from_fn_to_the_closing_brace() {
        check(
            "/// Doc.\n#[x]\npub fn a(\n    b: u8,\n) -> u8 {\n    b\n}\n",
            &[("a", 3, 5, 0)],
        );
    }

    #[test]
    fn a_function_on_one_line_has_one_line() {
        check(
            "fn a() {}\nfn b() { c() }\n",
            &[("a", 1, 1, 0), ("b", 2, 1, 0)],
        );
    }

    #[test]
    fn braces_in_strings_characters_and_comments_do_not_count() {
        check(
            "fn a() {\n    // }\n    \"}\"; '}'; r#\"}\"#; /* } */\n}\nfn b() {}\n",
            &[("a", 1, 4, 0), ("b", 5, 1, 0)],
        );
    }

    #[test]
    fn lifetimes_do_not_hide_the_body() {
        check(
            "fn a<'a>(x: &'a str) -> &'a str {\n    x\n}\n",
            &[("a", 1, 3, 0)],
        );
    }

    #[test]
    fn methods_and_nested_functions_know_their_depth() {
        check(
            "impl A {\n    fn b() {\n        fn c() {}\n    }\n}\n",
            &[("b", 2, 3, 1), ("c", 3, 1, 2)],
        );
    }

    #[test]
    fn types_and_declarations_are_not_functions() {
        check(
            "const A: fn(u8) -> u8 = b;\ntrait T {\n    fn c(x: [u8; 3]);\n}\n",
            &[],
        );
    }

    #[test]
    fn a_default_method_is_a_function() {
        check(
            "trait T {\n    fn a(&self) -> [u8; 2] {\n        [0; 2]\n    }\n}\n",
            &[("a", 2, 3, 1)],
        );
    }

    #[test]
    fn constant_arguments_and_where_clauses_are_not_the_body() {
        check(
            "fn a() -> B<{ N }>\nwhere\n    C: D,\n{\n    e\n}\n",
            &[("a", 1, 6, 0)],
        );
    }

    #[test]
    fn an_unfinished_function_is_none() {
        check("fn a() {", &[]);
        check("fn", &[]);
    }
}
