//! A database's catalog as facts, and what two of them differ in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a database consists of. One entry an object; its parts, as columns and constraints, are objects of their own.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    objects: BTreeMap<Object, BTreeMap<String, String>>,
    /// What each object needs, where that was read. It follows from the objects, so that it is not compared.
    dependencies: BTreeMap<Object, BTreeSet<Object>>,
}

/// What the properties are called whose values are digests of secrets: that they differ is shown, and no value.
const SECRET: &str = "secret ";

/// An object's identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// What it is, in Postgres's words: `table`, `column`, `index`, `function`.
    pub kind: String,
    /// Its full name, quoted where SQL needs it; a part's begins with the whole's: `public.bookmarks.url`.
    pub name: String,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// There before and not after.
    Gone(Object),
    /// There after and not before.
    New(Object),
    /// There both times, and a property is another.
    Changed {
        /// The object.
        object: Object,
        /// The property, as `definition`, `default`, `privileges`.
        property: String,
        /// Its value before; none where it had none.
        before: Option<String>,
        /// Its value after.
        after: Option<String>,
    },
}

impl Catalog {
    /// Adds a property of an object.
    pub fn add(&mut self, object: Object, property: String, value: String) {
        self.objects.entry(object).or_default().insert(property, value);
    }

    /// Adds that an object needs another.
    pub fn add_dependency(&mut self, object: Object, needed: Object) {
        self.dependencies.entry(object).or_default().insert(needed);
    }

    /// What an object needs, if it was read.
    pub fn dependencies(&self, object: &Object) -> impl Iterator<Item = &Object> {
        self.dependencies.get(object).into_iter().flatten()
    }

    /// Every object with every other that it needs, if they were read.
    pub fn all_dependencies(&self) -> impl Iterator<Item = (&Object, &Object)> {
        self.dependencies.iter().flat_map(|(object, needed)| needed.iter().map(move |other| (object, other)))
    }

    /// An object's properties, where it is there.
    #[must_use]
    pub fn properties(&self, object: &Object) -> Option<&BTreeMap<String, String>> {
        self.objects.get(object)
    }

    /// The objects with their properties, by kind and name.
    pub fn iter(&self) -> impl Iterator<Item = (&Object, &BTreeMap<String, String>)> {
        self.objects.iter()
    }

    /// Whether an object is there.
    #[must_use]
    pub fn contains(&self, object: &Object) -> bool {
        self.objects.contains_key(object)
    }

    /// A property's value, where the object is there and has one.
    #[must_use]
    pub fn value(&self, object: &Object, property: &str) -> Option<&str> {
        self.objects.get(object)?.get(property).map(String::as_str)
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// What differs from here to another, by kind and name.
    #[must_use]
    pub fn diff(&self, after: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (object, properties) in &self.objects {
            match after.objects.get(object) {
                None => differences.push(Difference::Gone(object.clone())),
                Some(others) => differences.extend(changes(object, properties, others)),
            }
        }
        let new = after.objects.keys().filter(|object| !self.objects.contains_key(object));
        differences.extend(new.cloned().map(Difference::New));
        differences
    }
}

fn changes<'a>(
    object: &'a Object,
    before: &'a BTreeMap<String, String>,
    after: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = Difference> + 'a {
    let only_after = after.keys().filter(|property| !before.contains_key(*property));
    before.keys().chain(only_after).filter(|property| before.get(*property) != after.get(*property)).map(
        |property| Difference::Changed {
            object: object.clone(),
            property: property.clone(),
            before: before.get(property).cloned(),
            after: after.get(property).cloned(),
        },
    )
}

/// The same objects with the same properties.
impl PartialEq for Catalog {
    fn eq(&self, other: &Self) -> bool {
        self.objects == other.objects
    }
}

impl Eq for Catalog {}

impl Object {
    /// An object of a kind.
    #[must_use]
    pub fn new(kind: &str, name: &str) -> Self {
        Self { kind: kind.to_owned(), name: name.to_owned() }
    }

    /// A part's whole and its own name: `public.t` and `"a.b"` of `public.t."a.b"`.
    #[must_use]
    pub fn split_part(&self) -> Option<(&str, &str)> {
        let is_quoted = self.name.ends_with('"');
        let dot = if is_quoted {
            // A quote within a quoted name is doubled.
            let inner = &self.name[..self.name.len() - 1];
            let mut end = inner.len();
            loop {
                let quote = inner[..end].rfind('"')?;
                if quote > 0 && inner.as_bytes()[quote - 1] == b'"' {
                    end = quote - 1;
                } else {
                    break quote.checked_sub(1)?;
                }
            }
        } else {
            self.name.rfind('.')?
        };
        (self.name.as_bytes()[dot] == b'.').then(|| (&self.name[..dot], &self.name[dot + 1..]))
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// For people: `-` what is gone, `+` what is new, and a change with both of its values.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(object) => write!(f, "- {object}"),
            Self::New(object) => write!(f, "+ {object}"),
            Self::Changed { object, property, before, after } => {
                write!(f, "~ {object}: {property}")?;
                if property.starts_with(SECRET) {
                    return f.write_str(" (not shown)");
                }
                for (mark, value) in [('-', before), ('+', after)] {
                    for line in value.iter().flat_map(|value| value.lines()) {
                        write!(f, "\n    {mark} {line}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(facts: &[(&str, &str, &str, &str)]) -> Catalog {
        let mut catalog = Catalog::default();
        for (kind, name, property, value) in facts {
            let object = Object { kind: (*kind).to_owned(), name: (*name).to_owned() };
            catalog.add(object, (*property).to_owned(), (*value).to_owned());
        }
        catalog
    }

    fn shown(before: &Catalog, after: &Catalog) -> Vec<String> {
        before.diff(after).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn equal_catalogs_do_not_differ() {
        let one = catalog(&[("table", "a", "owner", "o"), ("column", "a.b", "type", "int")]);
        assert_eq!(one.diff(&one.clone()), []);
        assert_eq!(one.len(), 2);
    }

    #[test]
    fn a_part_is_told_from_its_whole_whatever_the_names_hold() {
        let split =
            |name: &str| Object::new("column", name).split_part().map(|(a, b)| (a.to_owned(), b.to_owned()));
        let of = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(split("public.t.a"), of("public.t", "a"));
        assert_eq!(split(r#"public."a.b"."c.d""#), of(r#"public."a.b""#, r#""c.d""#));
        assert_eq!(
            split(r#"public.t."say ""x"".""#),
            of("public.t", r#""say ""x""."""#.strip_suffix('"').unwrap())
        );
        assert_eq!(split("t"), None);
    }

    #[test]
    fn a_secret_is_compared_and_not_shown() {
        let before = catalog(&[("user mapping", "m", "secret option password", "1")]);
        let after = catalog(&[("user mapping", "m", "secret option password", "2")]);
        assert_eq!(shown(&before, &after), ["~ user mapping m: secret option password (not shown)"]);
    }

    #[test]
    fn what_is_gone_new_or_changed_is_told_with_both_values() {
        let before = catalog(&[
            ("column", "a.b", "type", "int"),
            ("column", "a.b", "default", "1"),
            ("index", "i", "definition", "x"),
        ]);
        let after = catalog(&[
            ("column", "a.b", "type", "bigint"),
            ("column", "a.b", "comment", "two\nlines"),
            ("index", "j", "definition", "x"),
        ]);
        assert_eq!(
            shown(&before, &after),
            [
                "~ column a.b: default\n    - 1",
                "~ column a.b: type\n    - int\n    + bigint",
                "~ column a.b: comment\n    + two\n    + lines",
                "- index i",
                "+ index j",
            ]
        );
    }
}
