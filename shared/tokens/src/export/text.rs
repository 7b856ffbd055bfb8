//! Numbers, strings and comments as they stand in a style sheet or in JSON.

use crate::json::Json;

/// A number as CSS takes it: no exponent, and no minus before a zero.
pub(super) fn number(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

/// A number that has been computed, without the last digits, which are noise.
pub(super) fn rounded(value: f64) -> String {
    number((value * 1e6).round() / 1e6)
}

/// A string of CSS in quotation marks. Nothing within ends it, the style sheet or an HTML element around
/// that.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '<' => quoted.push_str("\\3c "),
            // An escape of a character is its number in hexadecimal and a blank.
            control if control.is_control() => quoted.push_str(&format!("\\{:x} ", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A text for a comment: one line that does not end the comment, nor an HTML element around the style sheet.
pub(super) fn comment(text: &str) -> String {
    let line: Vec<&str> =
        text.split(|character: char| character.is_whitespace() || character.is_control()).collect();
    let line = line.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    format!("/* {} */", line.replace("*/", "* /").replace('<', "‹"))
}

/// JSON of two blanks a level, with a newline at its end.
pub(super) fn indented(json: &Json) -> String {
    serde_json::to_string_pretty(json).map(|text| text + "\n").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{comment, number, rounded, string};

    #[test]
    fn numbers_have_no_exponent() {
        assert_eq!(number(1e-7), "0.0000001");
        assert_eq!(number(1e21), "1000000000000000000000");
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(-0.5), "-0.5");
        assert_eq!(rounded(0.07 * 100.0), "7");
    }

    #[test]
    fn strings_and_comments_end_where_they_should() {
        assert_eq!(string("A\"; } \\ \n</style>"), "\"A\\\"; } \\\\ \\a \\3c /style>\"");
        assert_eq!(comment("ends */ here\n** / </style>"), "/* ends * / here ** / ‹/style> */");
        assert_eq!(comment("**//"), "/* ** // */");
    }
}
