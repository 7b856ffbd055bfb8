//! Names of tables and columns as people write them: `users`, `app.users.email`, `public."Odd one"`.

/// The name of a table as the catalog holds it, without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    /// Its schema. Without one a loss is of that table in any schema, and a move of the one in public.
    pub schema: Option<String>,
    /// Its own name.
    pub name: String,
}

impl TableName {
    /// The name that has these pieces; none if they are not one or two.
    pub(crate) fn new(mut pieces: Vec<String>) -> Option<Self> {
        let name = pieces.pop()?;
        let schema = pieces.pop();
        pieces.is_empty().then_some(Self { schema, name })
    }

    /// Returns whether it is the name of a table in a schema.
    #[must_use]
    pub fn is(&self, schema: &str, table: &str) -> bool {
        self.name == table && self.schema.as_deref().is_none_or(|own| own == schema)
    }
}

/// The pieces of a name at the beginning of a text, without their quotes, and the rest. A piece without
/// quotes ends at a dot, a colon, a quote or a blank. Capitals in it stay, unlike in SQL.
#[must_use]
pub fn pieces(text: &str) -> Option<(Vec<String>, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let (piece, after) = piece(rest)?;
        pieces.push(piece);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return Some((pieces, after)),
        }
    }
}

/// The name that an identifier is in SQL: without its quotes, or with its A to Z in small letters.
///
/// ```
/// assert_eq!(branchline_files::identifier("Users"), "users");
/// assert_eq!(branchline_files::identifier("\"Odd \"\"one\"\"\""), "Odd \"one\"");
/// ```
#[must_use]
pub fn identifier(text: &str) -> String {
    match text.strip_prefix('"').map(|text| text.strip_suffix('"').unwrap_or(text)) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => text.to_ascii_lowercase(),
    }
}

fn piece(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let ends = |c: char| c.is_whitespace() || matches!(c, '.' | ':' | '"');
        let end = text.find(ends).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let (mut name, mut rest) = (String::new(), quoted);
    loop {
        let (before, after) = rest.split_once('"')?;
        name.push_str(before);
        match after.strip_prefix('"') {
            Some(further) => {
                name.push('"');
                rest = further;
            }
            None => return (!name.is_empty()).then_some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_in_its_pieces_with_quotes_or_without() {
        let cases: [(&str, &[&str], &str); 7] = [
            ("users", &["users"], ""),
            ("app.users.email: why", &["app", "users", "email"], ": why"),
            ("t.userId: why", &["t", "userId"], ": why"),
            ("t.*: why", &["t", "*"], ": why"),
            ("public.\"Odd one\".\"a.b: c\" : why", &["public", "Odd one", "a.b: c"], " : why"),
            ("\"a\"\"b\".c", &["a\"b", "c"], ""),
            ("t.größe", &["t", "größe"], ""),
        ];
        for (text, expected, rest) in cases {
            let (found, after) = pieces(text).unwrap();
            let found: Vec<&str> = found.iter().map(String::as_str).collect();
            assert_eq!((found.as_slice(), after), (expected, rest), "{text}");
        }
        for text in ["", ".a", "a..b", "\"a", "\"\".a"] {
            assert_eq!(pieces(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_without_a_schema_is_one_in_any() {
        let name = |text: &str| TableName::new(pieces(text).unwrap().0);
        assert!(name("t").unwrap().is("app", "t") && name("app.t").unwrap().is("app", "t"));
        assert!(!name("public.t").unwrap().is("app", "t") && !name("t").unwrap().is("app", "u"));
        assert!(name("a.b.c").is_none());
    }
}
