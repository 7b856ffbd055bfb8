//! Character references (`&amp;`, `&#233;`), by the rules of the WHATWG HTML standard, section 13.2.5.72 and
//! on.

use std::cmp::Ordering;

/// The standard's named character references, one a line: the name, a space, its code points in hexadecimal.
/// Sorted by name. Names that may stand without a semicolon are listed both ways.
const ENTITIES: &str = include_str!("entities.txt");

/// The longest name is `CounterClockwiseContourIntegral;`.
const LONGEST_NAME: usize = 32;

/// Of the names that may stand without a semicolon, the longest have six letters, as `Aacute` has.
const LONGEST_BARE_NAME: usize = 6;

/// Appends the character that the reference at the start of `raw` stands for, and gives the reference's
/// length in bytes: 0 if there is none, and the `&` is just that.
pub(super) fn push(raw: &[u8], in_attribute: bool, out: &mut String) -> usize {
    let length = match raw.get(1) {
        Some(b'#') => return numeric(raw, out),
        Some(byte) if byte.is_ascii_alphanumeric() => {
            let name = &raw[1..raw.len().min(1 + LONGEST_NAME)];
            1 + name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
        }
        _ => return 0,
    };
    let next = raw.get(length);
    if next == Some(&b';') {
        let whole = &raw[1..=length];
        if let Some(character) = common(whole) {
            out.push(character);
            return length + 1;
        }
        if push_named(whole, out) {
            return length + 1;
        }
    }
    if in_attribute {
        // In a URL such as `?a=1&copy=2` or `&notit`, what looks like a name without semicolon is none.
        let stands_alone = next != Some(&b'=') && length <= 1 + LONGEST_BARE_NAME;
        return if stands_alone && push_named(&raw[1..length], out) { length } else { 0 };
    }
    let longest = length.min(1 + LONGEST_BARE_NAME);
    (3..=longest).rev().find(|&end| push_named(&raw[1..end], out)).unwrap_or(0)
}

/// The names that nearly all files keep to.
fn common(name: &[u8]) -> Option<char> {
    Some(match name {
        b"amp;" => '&',
        b"quot;" => '"',
        b"lt;" => '<',
        b"gt;" => '>',
        b"apos;" => '\'',
        _ => return None,
    })
}

fn push_named(name: &[u8], out: &mut String) -> bool {
    let Some(code_points) = look_up(name) else { return false };
    let number = |hex| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    out.extend(code_points.split(' ').filter_map(number));
    true
}

/// Binary search among the lines of [`ENTITIES`].
fn look_up(name: &[u8]) -> Option<&'static str> {
    let mut lines = ENTITIES;
    while !lines.is_empty() {
        let middle = lines.len() / 2;
        let start = lines.as_bytes()[..middle].iter().rposition(|&byte| byte == b'\n').map_or(0, |lf| lf + 1);
        let end = start + lines[start..].find('\n')?;
        let (entry, code_points) = lines[start..end].split_once(' ')?;
        match name.cmp(entry.as_bytes()) {
            Ordering::Equal => return Some(code_points),
            Ordering::Less => lines = &lines[..start],
            Ordering::Greater => lines = &lines[end + 1..],
        }
    }
    None
}

/// `&#38;` or `&#x26;`, the semicolon optional.
fn numeric(raw: &[u8], out: &mut String) -> usize {
    let (radix, start) = if matches!(raw.get(2), Some(b'x' | b'X')) { (16, 3) } else { (10, 2) };
    let digit = |byte: &u8| char::from(*byte).to_digit(radix);
    let digits = raw[start..].iter().map_while(digit);
    let length = digits.clone().count();
    if length == 0 {
        return 0;
    }
    let number = digits.fold(0u32, |sum, digit| sum.saturating_mul(radix).saturating_add(digit));
    out.push(match number {
        0 => char::REPLACEMENT_CHARACTER,
        0x80..=0x9F => windows_1252(number as u8),
        _ => char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER),
    });
    let end = start + length;
    end + usize::from(raw.get(end) == Some(&b';'))
}

/// The standard reads numbers of C1 controls as bytes of windows-1252, which is what their writers meant.
fn windows_1252(byte: u8) -> char {
    let bytes = [byte];
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes);
    text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_text(raw: &str) -> (usize, String) {
        let mut out = String::new();
        (push(raw.as_bytes(), false, &mut out), out)
    }

    fn in_attribute(raw: &str) -> (usize, String) {
        let mut out = String::new();
        (push(raw.as_bytes(), true, &mut out), out)
    }

    fn is(length: usize, text: &str) -> (usize, String) {
        (length, text.to_owned())
    }

    #[test]
    fn the_table_is_sorted_and_every_name_is_found() {
        let names: Vec<&str> = ENTITIES.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(names.len(), 2_231);
        assert!(names.is_sorted());
        assert!(names.iter().all(|name| look_up(name.as_bytes()).is_some()));
        assert_eq!(names.iter().map(|name| name.len()).max(), Some(LONGEST_NAME));
        let bare = names.iter().filter(|name| !name.ends_with(';'));
        assert_eq!(bare.map(|name| name.len()).max(), Some(LONGEST_BARE_NAME));
    }

    #[test]
    fn named_references_are_read_with_their_semicolon() {
        assert_eq!(in_text("&eacute;s"), is(8, "é"));
        assert_eq!(in_attribute("&CounterClockwiseContourIntegral;"), is(33, "\u{2233}"));
        assert_eq!(in_text("&nGt;"), is(5, "\u{226B}\u{20D2}"));
        assert_eq!(in_text("&NoSuch;"), is(0, ""));
    }

    #[test]
    fn in_text_the_longest_bare_name_counts() {
        assert_eq!(in_text("&copy=1"), is(5, "©"));
        assert_eq!(in_text("&notit;"), is(4, "¬"));
        assert_eq!(in_text("&notin;"), is(7, "∉"));
        assert_eq!(in_text("&ampx"), is(4, "&"));
    }

    #[test]
    fn in_an_attribute_a_bare_name_before_a_letter_or_equals_sign_is_literal() {
        assert_eq!(in_attribute("&copy=1"), is(0, ""));
        assert_eq!(in_attribute("&copying"), is(0, ""));
        assert_eq!(in_attribute("&copy/1"), is(5, "©"));
        assert_eq!(in_attribute("&copy"), is(5, "©"));
        assert_eq!(in_attribute("&copy;=1"), is(6, "©"));
    }

    #[test]
    fn numbers_are_code_points_except_where_the_standard_mends_them() {
        assert_eq!(in_text("&#233;"), is(6, "é"));
        assert_eq!(in_attribute("&#X1f600x"), is(8, "😀"));
        assert_eq!(in_text("&#146;"), is(6, "’"));
        assert_eq!(in_text("&#x81;"), is(6, "\u{81}"));
        for bad in ["&#0;", "&#xD800;", "&#1114112;", "&#99999999999999999999;"] {
            assert_eq!(in_text(bad), is(bad.len(), "\u{FFFD}"));
        }
    }
}
