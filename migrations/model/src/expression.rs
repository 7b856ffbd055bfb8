//! Expressions as the server prints them, where the same one has two forms.

mod chains;

use std::borrow::Cow;

use chains::flattened;

/// An expression in one form: lists of `varchar` values, and chains of AND and OR.
///
/// `v IN ('a', 'b')` over a varchar is printed as
/// `(v)::text = ANY ((ARRAY['a'::character varying, …])::text[])`. Read again, as by pg_restore, it is
/// printed as `ANY (ARRAY[('a'::character varying)::text, …])`. Both become
/// `ANY (ARRAY['a'::character varying, …])`, which the server reads as the first.
#[must_use]
pub fn canonical_expression(text: &str) -> Cow<'_, str> {
    let has_chain = text.contains("((") && (text.contains(" AND ") || text.contains(" OR "));
    let text = match has_chain.then(|| flattened(text)).flatten() {
        Some(flat) if flat != text => Cow::Owned(flat),
        _ => Cow::Borrowed(text),
    };
    if !text.contains("ARRAY[") || !text.contains("'::character varying") {
        return text;
    }
    Cow::Owned(without_casts_of_arrays(&without_casts_of_elements(&text)))
}

/// `('a'::character varying)::text` becomes `'a'::character varying`.
fn without_casts_of_elements(text: &str) -> String {
    const CAST: &str = "::character varying)::text";
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\'') {
        let Some(length) = literal(&rest[start..]) else { break };
        let (end, is_in_parentheses) = (start + length, rest[..start].ends_with('('));
        let after = rest[end..].strip_prefix(CAST).filter(|after| !after.starts_with('['));
        match after {
            Some(after) if is_in_parentheses => {
                written.push_str(&rest[..start - 1]);
                written.push_str(&rest[start..end]);
                written.push_str("::character varying");
                rest = after;
            }
            _ => {
                written.push_str(&rest[..end]);
                rest = &rest[end..];
            }
        }
    }
    written.push_str(rest);
    written
}

/// `(ARRAY['a'::character varying])::text[]` becomes `ARRAY['a'::character varying]`.
fn without_casts_of_arrays(text: &str) -> String {
    const CAST: &str = "])::text[]";
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("(ARRAY[") {
        let inner = start + "(ARRAY[".len();
        written.push_str(&rest[..start]);
        let end = end_of_array(&rest[inner..]).map(|length| inner + length);
        match end.and_then(|end| Some((end, rest[end..].strip_prefix(CAST)?))) {
            Some((end, after)) => {
                written.push_str(&format!("ARRAY[{}]", &rest[inner..end]));
                rest = after;
            }
            None => {
                written.push_str(&rest[start..inner]);
                rest = &rest[inner..];
            }
        }
    }
    written.push_str(rest);
    written
}

/// Returns the length of a literal, from its first quote to its last.
fn literal(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\'' && bytes.next_if(|(_, next)| *next == b'\'').is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// Returns the position at which the bracket of an array closes.
fn end_of_array(text: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'\'' => {
                at += literal(&text[at..])?;
                continue;
            }
            b'[' => depth += 1,
            b']' if depth == 0 => return Some(at),
            b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::canonical_expression;

    #[test]
    fn both_forms_of_a_list_become_one() {
        let first = "CHECK (((v)::text = ANY ((ARRAY['a''[]'::character varying, 'b)'::character \
                     varying])::text[])))";
        let again = "CHECK (((v)::text = ANY (ARRAY[('a''[]'::character varying)::text, ('b)'::character \
                     varying)::text])))";
        let one = "CHECK (((v)::text = ANY (ARRAY['a''[]'::character varying, 'b)'::character varying])))";
        assert_eq!(canonical_expression(first), one);
        assert_eq!(canonical_expression(again), one);
        assert_eq!(canonical_expression(one), one);
    }

    #[test]
    fn other_expressions_stay_as_they_are() {
        for text in [
            "CHECK ((a = ANY (ARRAY[1, 2])))",
            "('a'::character varying)::text",
            "ARRAY[('a'::character varying)::text[]]",
            "(ARRAY['a'::character varying])::name[]",
            "it's an open quote ARRAY['::character varying",
        ] {
            assert_eq!(canonical_expression(text), text);
        }
    }
}
