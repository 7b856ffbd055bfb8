//! The names by which objects are identified, in pieces. Each piece is as SQL writes it, quoted where it has
//! to be, so that the text of a name is one and can be taken apart again.

use std::fmt;
use std::sync::Arc;

/// One name as SQL writes it: `bookmarks`, `"Odd one"`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(Arc<str>);

/// Name of an object in a schema: `public.bookmarks`. Without one it is found by the path, as what
/// `pg_catalog` holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QualifiedName {
    /// Its schema.
    pub schema: Option<Ident>,
    /// Its own name.
    pub name: Ident,
}

/// A part of a table, a view, a type: `public.bookmarks.url`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartName {
    /// The object that it is a part of.
    pub whole: QualifiedName,
    /// Its own name.
    pub name: Ident,
}

/// A routine or an operator with its arguments: `public.f(integer, text)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    /// Its name; an operator's is of signs.
    pub name: QualifiedName,
    /// The types that tell it from others of its name, as Postgres lists them.
    pub arguments: Arc<str>,
}

/// An operator class or family: `public.pair_hash USING hash`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MethodName {
    /// Its name.
    pub name: QualifiedName,
    /// The access method that it is for.
    pub method: Ident,
}

/// A cast: `(public.mood AS text)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CastName {
    /// The type from which it casts.
    pub source: Arc<str>,
    /// The type to which it casts.
    pub target: Arc<str>,
}

/// A transform: `for public.pair language plpgsql`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransformName {
    /// The type.
    pub of_type: Arc<str>,
    /// The language.
    pub language: Ident,
}

/// A user mapping: `app SERVER away`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MappingName {
    /// The role, or `PUBLIC`.
    pub user: Ident,
    /// The server.
    pub server: Ident,
}

/// A table in a publication: `everything: public.bookmarks`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublishedTableName {
    /// The publication.
    pub publication: Ident,
    /// The table.
    pub table: QualifiedName,
}

/// A schema in a publication: `everything: public`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublishedSchemaName {
    /// The publication.
    pub publication: Ident,
    /// The schema.
    pub schema: Ident,
}

/// Name of default privileges, which a role's new objects grant: `FOR ROLE owner IN SCHEMA public ON TABLES
/// TO app`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefaultPrivilegesName {
    /// The role whose objects they are.
    pub role: Ident,
    /// The schema, where they are for one.
    pub schema: Option<Ident>,
    /// The kind of objects: `TABLES`, `SEQUENCES`, `FUNCTIONS`, `TYPES`, `SCHEMAS`, `LARGE OBJECTS`.
    pub objects: Arc<str>,
    /// The role that may use them, or `PUBLIC`.
    pub grantee: Ident,
}

/// A setting of the database: `work_mem`, `search_path of role app`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettingName {
    /// The setting.
    pub setting: Arc<str>,
    /// The role, where it is for one.
    pub role: Option<Ident>,
}

/// Something with no pieces that matter here, such as the identity of one of the system's objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlainName(Arc<str>);

/// A name that is read from its text and written as that text.
pub(super) trait Name: Sized + fmt::Display {
    /// The name that a text is, if it is one.
    fn parse(text: &str) -> Option<Self>;
}

impl Ident {
    /// A name that SQL writes so.
    #[must_use]
    pub fn new(sql: &str) -> Self {
        Self(sql.into())
    }

    /// As SQL writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As the catalog holds it, without quotes.
    #[must_use]
    pub fn unquoted(&self) -> String {
        match self.0.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => self.0.to_string(),
        }
    }

    /// The name at the beginning of a text, and the rest.
    fn take(text: &str) -> Option<(Self, &str)> {
        let end = match text.strip_prefix('"') {
            // A quote within a quoted name is doubled.
            Some(quoted) => {
                let mut end = 0;
                loop {
                    end += quoted[end..].find('"')? + 1;
                    if !quoted[end..].starts_with('"') {
                        break end + 1;
                    }
                    end += 1;
                }
            }
            None => text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(text.len()),
        };
        (end > 0).then(|| (Self::new(&text[..end]), &text[end..]))
    }
}

impl QualifiedName {
    /// A name in a schema.
    #[must_use]
    pub fn new(schema: &str, name: &str) -> Self {
        Self { schema: Some(Ident::new(schema)), name: Ident::new(name) }
    }

    /// The name that a text is, if it is one: `public."Odd one"`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Name::parse(text)
    }

    /// A name of one or two pieces at the beginning of a text, and the rest.
    fn take(text: &str) -> Option<(Self, &str)> {
        let (first, rest) = Ident::take(text)?;
        match rest.strip_prefix('.') {
            None => Some((Self { schema: None, name: first }, rest)),
            Some(rest) => {
                let (name, rest) = Ident::take(rest)?;
                Some((Self { schema: Some(first), name }, rest))
            }
        }
    }
}

impl PartName {
    /// A part of something.
    #[must_use]
    pub fn new(whole: &QualifiedName, name: &Ident) -> Self {
        Self { whole: whole.clone(), name: name.clone() }
    }

    /// The name that a text is, if it is one: `public.bookmarks.url`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Name::parse(text)
    }
}

impl PlainName {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The rest of a text after a name, which is another name.
fn after<'a>(rest: &'a str, between: &str) -> Option<(Ident, &'a str)> {
    Ident::take(rest.strip_prefix(between)?)
}

fn complete<T>((name, rest): (T, &str)) -> Option<T> {
    rest.is_empty().then_some(name)
}

/// Finds a word in a text outside quotes.
fn find_unquoted(text: &str, word: &str) -> Option<usize> {
    let mut places = text.match_indices(word).map(|(place, _)| place);
    places.find(|place| text[..*place].matches('"').count().is_multiple_of(2))
}

impl Name for Ident {
    fn parse(text: &str) -> Option<Self> {
        complete(Self::take(text)?)
    }
}

impl Name for QualifiedName {
    fn parse(text: &str) -> Option<Self> {
        complete(Self::take(text)?)
    }
}

impl Name for PartName {
    fn parse(text: &str) -> Option<Self> {
        let (first, rest) = QualifiedName::take(text)?;
        match (rest.strip_prefix('.'), first) {
            (Some(rest), whole) => Some(Self { whole, name: complete(Ident::take(rest)?)? }),
            (None, QualifiedName { schema: Some(whole), name }) if rest.is_empty() => {
                Some(Self { whole: QualifiedName { schema: None, name: whole }, name })
            }
            _ => None,
        }
    }
}

impl Name for Signature {
    fn parse(text: &str) -> Option<Self> {
        // An operator's name is of signs; neither it nor a plain name holds a parenthesis.
        let (schema, rest) = match Ident::take(text) {
            Some((schema, rest)) if rest.starts_with('.') => (Some(schema), &rest[1..]),
            _ => (None, text),
        };
        let (name, rest) = match Ident::take(rest) {
            Some((name, rest)) if rest.starts_with('(') => (name, rest),
            _ => {
                let end = rest.find('(').filter(|end| *end > 0)?;
                (Ident::new(&rest[..end]), &rest[end..])
            }
        };
        let arguments = rest.strip_prefix('(')?.strip_suffix(')')?;
        Some(Self { name: QualifiedName { schema, name }, arguments: arguments.into() })
    }
}

impl Name for MethodName {
    fn parse(text: &str) -> Option<Self> {
        let (name, rest) = QualifiedName::take(text)?;
        Some(Self { name, method: complete(after(rest, " USING ")?)? })
    }
}

impl Name for CastName {
    fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('(')?.strip_suffix(')')?;
        let end = find_unquoted(inner, " AS ")?;
        Some(Self { source: inner[..end].into(), target: inner[end + " AS ".len()..].into() })
    }
}

impl Name for TransformName {
    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("for ")?;
        let end = find_unquoted(rest, " language ")?;
        Some(Self { of_type: rest[..end].into(), language: complete(after(&rest[end..], " language ")?)? })
    }
}

impl Name for MappingName {
    fn parse(text: &str) -> Option<Self> {
        let (user, rest) = Ident::take(text)?;
        Some(Self { user, server: complete(after(rest, " SERVER ")?)? })
    }
}

impl Name for PublishedTableName {
    fn parse(text: &str) -> Option<Self> {
        let (publication, rest) = Ident::take(text)?;
        Some(Self { publication, table: Name::parse(rest.strip_prefix(": ")?)? })
    }
}

impl Name for PublishedSchemaName {
    fn parse(text: &str) -> Option<Self> {
        let (publication, rest) = Ident::take(text)?;
        Some(Self { publication, schema: complete(after(rest, ": ")?)? })
    }
}

impl Name for DefaultPrivilegesName {
    fn parse(text: &str) -> Option<Self> {
        let (role, rest) = after(text, "FOR ROLE ")?;
        let (schema, rest) = match after(rest, " IN SCHEMA ") {
            Some((schema, rest)) => (Some(schema), rest),
            None => (None, rest),
        };
        let (objects, grantee) = rest.strip_prefix(" ON ")?.split_once(" TO ")?;
        Some(Self { role, schema, objects: objects.into(), grantee: Name::parse(grantee)? })
    }
}

impl Name for SettingName {
    fn parse(text: &str) -> Option<Self> {
        let (setting, role) = match text.split_once(" of role ") {
            Some((setting, role)) => (setting, Some(Name::parse(role)?)),
            None => (text, None),
        };
        Some(Self { setting: setting.into(), role })
    }
}

impl Name for PlainName {
    fn parse(text: &str) -> Option<Self> {
        Some(Self(text.into()))
    }
}

impl fmt::Debug for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        write!(f, "{}", self.name)
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.whole, self.name)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name, self.arguments)
    }
}

impl fmt::Display for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} USING {}", self.name, self.method)
    }
}

impl fmt::Display for CastName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} AS {})", self.source, self.target)
    }
}

impl fmt::Display for TransformName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "for {} language {}", self.of_type, self.language)
    }
}

impl fmt::Display for MappingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} SERVER {}", self.user, self.server)
    }
}

impl fmt::Display for PublishedTableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.publication, self.table)
    }
}

impl fmt::Display for PublishedSchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.publication, self.schema)
    }
}

impl fmt::Display for DefaultPrivilegesName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FOR ROLE {}", self.role)?;
        if let Some(schema) = &self.schema {
            write!(f, " IN SCHEMA {schema}")?;
        }
        write!(f, " ON {} TO {}", self.objects, self.grantee)
    }
}

impl fmt::Display for SettingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.setting)?;
        self.role.as_ref().map_or(Ok(()), |role| write!(f, " of role {role}"))
    }
}

impl fmt::Display for PlainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
