//! Names of what is there for a while, and definitions in which a column has another name.

use model::{Ident, QualifiedName};

use crate::side::Side;

/// Bytes of a name that are kept before a suffix; Postgres keeps 63 of all.
const STEM: usize = 50;

/// A name with something after it, written as Postgres writes it.
pub(crate) fn suffixed(name: &Ident, suffix: &str) -> Ident {
    let whole = name.unquoted();
    let mut end = whole.len().min(STEM);
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    let text = format!("{}{suffix}", &whole[..end]);
    let is_plain = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    match is_plain {
        true => Ident::new(&text),
        false => Ident::new(&format!("\"{}\"", text.replace('"', "\"\""))),
    }
}

/// A definition in which columns have other names. What follows a point or a cast, or is called, is no
/// column; nor is anything in a text.
pub(crate) fn renamed_in(definition: &str, renames: &[(&Ident, &Ident)]) -> String {
    let mut out = String::with_capacity(definition.len());
    let mut rest = definition;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => quoted_end(rest, '"'),
            '\'' => quoted_end(rest, '\''),
            _ if first.is_alphabetic() || first == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(end);
        let is_name = !out.ends_with('.') && !out.ends_with("::") && !after.starts_with(['(', '.']);
        let other = renames.iter().find(|(from, _)| from.as_str() == token).filter(|_| is_name);
        out.push_str(other.map_or(token, |(_, to)| to.as_str()));
        rest = after;
    }
    out
}

/// A text cut at a separator, wherever that stands in no quotes and no parentheses.
pub(crate) fn items<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let mut items = Vec::new();
    let (mut begin, mut at, mut depth) = (0, 0, 0_usize);
    while let Some(first) = text[at..].chars().next() {
        if depth == 0 && text[at..].starts_with(separator) {
            items.push(&text[begin..at]);
            at += separator.len();
            begin = at;
            continue;
        }
        match first {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += match first {
            '"' | '\'' => quoted_end(&text[at..], first),
            _ => first.len_utf8(),
        };
    }
    items.push(&text[begin..]);
    items
}

/// The end of a quoted text at the beginning, whose quotes are doubled inside.
fn quoted_end(text: &str, quote: char) -> usize {
    let mut end = 1;
    while let Some(at) = text[end..].find(quote) {
        end += at + 1;
        if !text[end..].starts_with(quote) {
            return end;
        }
        end += 1;
    }
    text.len()
}

/// A name for an object that keeps another meanwhile: one that nothing has on either side.
pub(crate) fn meanwhile(sides: (&Side<'_>, &Side<'_>), name: &QualifiedName) -> QualifiedName {
    let is_taken = |other: &QualifiedName| sides.0.is_named(other) || sides.1.is_named(other);
    let mut nth = 0;
    loop {
        let end = if nth == 0 { "_before".to_owned() } else { format!("_before_{nth}") };
        let other = QualifiedName { schema: name.schema.clone(), name: suffixed(&name.name, &end) };
        if !is_taken(&other) {
            return other;
        }
        nth += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_renamed_and_nothing_else_of_that_name() {
        let (from, to) = (Ident::new("a"), Ident::new("a_new"));
        let renamed = |text: &str| renamed_in(text, &[(&from, &to)]);
        assert_eq!(
            renamed("btree (a, b DESC) INCLUDE (a) WHERE (a > 0)"),
            "btree (a_new, b DESC) INCLUDE (a_new) WHERE (a_new > 0)"
        );
        assert_eq!(
            renamed("btree (a(b), \"a\", s.a, 'a''a', b::a)"),
            "btree (a(b), \"a\", s.a, 'a''a', b::a)"
        );
        let (odd, new) = (Ident::new("\"A b\""), Ident::new("\"A b_new\""));
        assert_eq!(renamed_in("gin (\"A b\")", &[(&odd, &new)]), "gin (\"A b_new\")");
    }

    #[test]
    fn a_list_is_cut_outside_of_quotes_and_parentheses() {
        assert_eq!(
            items("a, f(b, c), 'd, ''e', \"f, g\"[1, 2]", ", "),
            ["a", "f(b, c)", "'d, ''e'", "\"f, g\"[1, 2]"]
        );
        assert_eq!(items("f(a)) rest", ")"), ["f(a)", " rest"]);
        assert_eq!(items("", ","), [""]);
    }

    #[test]
    fn a_name_is_quoted_where_it_must_be_and_cut_where_it_is_long() {
        assert_eq!(suffixed(&Ident::new("\"order\""), "_old").as_str(), "order_old");
        assert_eq!(suffixed(&Ident::new("\"A\"\"b\""), "_old").as_str(), "\"A\"\"b_old\"");
        let long = suffixed(&Ident::new(&format!("\"{}\"", "é".repeat(30))), "_not_null");
        assert_eq!(long.unquoted(), format!("{}_not_null", "é".repeat(25)));
    }
}
