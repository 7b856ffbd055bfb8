//! Texts of others (a database, a file, Neon) as they may be printed.

use std::borrow::Cow;

/// A text in which characters that are not seen are seen: those that control a terminal, those that turn the
/// text around them, behind which a statement can pass for another (CVE-2021-42574), and those that take no
/// place.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| if is_hidden(c) { c.escape_unicode().to_string() } else { c.into() }).collect()
}

/// The same beside colours and weights of our own, which a terminal takes as `ESC [ … m`.
#[must_use]
pub fn visible_beside_styles(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        shown.push_str(&visible(&rest[..at]));
        let length = style(&rest[at..]).unwrap_or(0);
        shown.push_str(&rest[at..at + length]);
        rest = &rest[at + length..];
        if length == 0 {
            shown.push_str("\\u{1b}");
            rest = &rest[1..];
        }
    }
    shown.push_str(&visible(rest));
    shown.into()
}

/// The length of the style that a text begins with.
fn style(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    parameters[end..].starts_with('m').then_some(end + 3)
}

fn is_hidden(c: char) -> bool {
    let turns =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // Joiners (200c, 200d) are letters' business in some scripts, and stay.
    let takes_no_place = matches!(
        c,
        '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    );
    turns || takes_no_place || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// A text in which no line is a command to a pipeline that reads it: GitHub's runner obeys a line that begins
/// with `::`, blanks aside, and `##[…]` wherever it stands (`ActionCommand.cs` of actions/runner).
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    let is_command = |line: &str| line.trim_start().starts_with("::");
    if !text.contains("##[") && !text.split('\n').any(is_command) {
        return Cow::Borrowed(text);
    }
    let lines = text.split('\n').map(|line| {
        let line = line.replace("##[", "##\\[");
        if is_command(&line) { line.replacen("::", "\\::", 1) } else { line }
    });
    lines.collect::<Vec<_>>().join("\n").into()
}

/// The same of a JSON document, where it stays the same value.
#[must_use]
pub fn inert_json(json: &str) -> Cow<'_, str> {
    // Outside of a string there is no such sign, and within one no line begins.
    if json.contains("##[") { json.replace("##[", "##\\u005b").into() } else { Cow::Borrowed(json) }
}

/// A name as a shell takes it: as it is where it is plain, else in quotation marks. In prose it shows where a
/// name ends.
#[must_use]
pub fn quoted(name: &str) -> Cow<'_, str> {
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | '+' | ':' | ',');
    if !name.is_empty() && !name.starts_with('-') && name.chars().all(is_plain) {
        return Cow::Borrowed(name);
    }
    format!("'{}'", visible(name).replace('\'', "'\\''")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_or_a_page_would_not_show_is_seen() {
        assert_eq!(visible("a\u{202e}b\u{1b}[2Jc\u{2069}\r"), r"a\u{202e}b\u{1b}[2Jc\u{2069}\u{d}");
        assert_eq!(visible("a\u{200b}b\u{feff}\u{e0041}"), r"a\u{200b}b\u{feff}\u{e0041}");
        assert_eq!(visible("SELECT 'שלום'\n\tFROM t"), "SELECT 'שלום'\n\tFROM t");
    }

    #[test]
    fn a_style_stays_and_another_sequence_is_seen() {
        assert_eq!(visible_beside_styles("\u{1b}[1;31mred\u{1b}[0m"), "\u{1b}[1;31mred\u{1b}[0m");
        assert_eq!(visible_beside_styles("\u{1b}[2Jx\u{1b}"), r"\u{1b}[2Jx\u{1b}");
        assert_eq!(visible_beside_styles("a\u{202e}"), r"a\u{202e}");
    }

    #[test]
    fn no_line_is_a_command_to_a_pipeline() {
        assert_eq!(inert("a\n  ::error::b\n##[error]c d::e"), "a\n  \\::error::b\n##\\[error]c d::e");
        assert_eq!(inert("::stop-commands::x"), "\\::stop-commands::x");
        assert!(matches!(inert("a::b\n# [x]"), Cow::Borrowed(_)));
        let json = inert_json("{\"a\": \"##[error]x\"}").into_owned();
        assert!(!json.contains("##["), "{json}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["a"], "##[error]x");
    }

    #[test]
    fn a_name_that_is_not_plain_is_quoted_for_a_shell() {
        assert_eq!(quoted("preview-12/a.b"), "preview-12/a.b");
        assert_eq!(quoted("it's mine"), r"'it'\''s mine'");
        assert_eq!(quoted("-x"), "'-x'");
        assert_eq!(quoted(""), "''");
    }
}
