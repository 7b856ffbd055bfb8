//! Messages that a migration raises: its own words are shown, what it puts into them is not.

use super::HIDDEN;

/// Stands for a message whose words no migration has.
const UNKNOWN: &str = "a message made at run time";

/// Longest distance of a format behind `RAISE`: a level is a short word.
const LEVEL: usize = 40;

/// The message with what stands for each `%` of its format left out, numbers aside: a count is what such
/// messages are for.
pub(super) fn message(message: &str, sql: &str) -> String {
    // A message without placeholders may be written anywhere, as after USING MESSAGE.
    if !message.is_empty() && sql.contains(&message.replace('\'', "''")) {
        return message.to_owned();
    }
    formats(sql).find_map(|format| fill(&format, message)).unwrap_or_else(|| UNKNOWN.to_owned())
}

/// The formats of the RAISE statements of a script.
fn formats(sql: &str) -> impl Iterator<Item = String> {
    sql.match_indices(['r', 'R']).filter_map(|(at, _)| {
        let rest = &sql[at..];
        let word = rest.get(..5)?;
        if !word.eq_ignore_ascii_case("raise") {
            return None;
        }
        let quote = rest.bytes().take(LEVEL).position(|byte| byte == b'\'')?;
        Some(literal(&rest[quote + 1..]))
    })
}

/// A literal's text up to the quotation mark that ends it.
fn literal(text: &str) -> String {
    let mut literal = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            if chars.peek() != Some(&'\'') {
                break;
            }
            chars.next();
        }
        literal.push(c);
    }
    literal
}

/// The format with the numbers that the message has in it; none where the message is not of this format.
fn fill(format: &str, message: &str) -> Option<String> {
    // Two of them are a percent sign.
    let format = format.replace("%%", "\0");
    let mut words = format.split('%').map(|words| words.replace('\0', "%"));
    let first = words.next()?;
    let mut rest = message.strip_prefix(first.as_str())?;
    let mut filled = first;
    let mut words = words.peekable();
    while let Some(after) = words.next() {
        let end = match (after.is_empty(), words.peek().is_none()) {
            (_, true) => {
                rest.len().checked_sub(after.len()).filter(|end| rest.get(*end..) == Some(&after))?
            }
            (true, false) => 0,
            (false, false) => rest.find(&after)?,
        };
        let value = &rest[..end];
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        filled.push_str(if is_number { value } else { HIDDEN });
        filled.push_str(&after);
        rest = &rest[end + after.len()..];
    }
    rest.is_empty().then_some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_of_a_migration_are_shown_and_what_it_puts_in_is_not() {
        let sql =
            "DO $$ BEGIN RAISE NOTICE '% rows of %: it''s 100%%', n, v; raise exception 'never'; END $$";
        assert_eq!(message("12 rows of secret: it's 100%", sql), "12 rows of …: it's 100%");
        assert_eq!(message("never", sql), "never");
        assert_eq!(message("secret", sql), UNKNOWN);
        assert_eq!(message("secret", ""), UNKNOWN);
    }

    #[test]
    fn placeholders_side_by_side_and_a_format_of_nothing_else_show_nothing() {
        let sql = "RAISE NOTICE '%%', a; RAISE WARNING '% % x', a, b; RAISE INFO '%%%', a;";
        assert_eq!(message("a b c x", sql), "… … x");
        assert_eq!(message("é", "RAISE NOTICE '%', x"), "…");
        assert_eq!(message("", "RAISE NOTICE '', x"), "");
    }
}
