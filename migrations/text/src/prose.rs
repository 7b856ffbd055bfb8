//! Prose in lines that fit.
//!
//! These are 25 lines of our own: textwrap would be another dependency for one loop, and would break quoted
//! lines, too.

/// The columns of a line on a terminal or in a log.
pub const COLUMNS: usize = 80;

/// Breaks prose between words. Lines that begin with a space are quoted and stay as they are.
#[must_use]
pub fn wrap(text: &str) -> String {
    text.lines()
        .map(|line| if line.starts_with(' ') { line.to_owned() } else { wrap_to(line, COLUMNS) })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Breaks a line between words, so that no part is longer than so many columns, a longer word aside.
#[must_use]
pub fn wrap_to(line: &str, columns: usize) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for word in line.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > columns {
            wrapped.push('\n');
            column = 0;
        } else if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += width;
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_and_quoted_lines_are_not() {
        let words = ["word"; 20].join(" ");
        let first = ["word"; 16].join(" ");
        assert_eq!(wrap(&words), format!("{first}\n{}", ["word"; 4].join(" ")));
        assert_eq!(wrap(&format!("    {words}")), format!("    {words}"));
        assert_eq!(wrap(&"x".repeat(90)), "x".repeat(90));
    }
}
