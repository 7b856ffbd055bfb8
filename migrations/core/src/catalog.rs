//! A database's catalog as facts, and what two of them differ in.

use std::collections::BTreeMap;
use std::fmt;

/// What a database consists of. One entry an object; its parts, as columns and constraints, are objects of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog(BTreeMap<Object, BTreeMap<String, String>>);

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
        self.0.entry(object).or_default().insert(property, value);
    }

    /// The objects with their properties, by kind and name.
    pub fn iter(&self) -> impl Iterator<Item = (&Object, &BTreeMap<String, String>)> {
        self.0.iter()
    }

    /// Whether an object is there.
    #[must_use]
    pub fn contains(&self, object: &Object) -> bool {
        self.0.contains_key(object)
    }

    /// A property's value, where the object is there and has one.
    #[must_use]
    pub fn value(&self, object: &Object, property: &str) -> Option<&str> {
        self.0.get(object)?.get(property).map(String::as_str)
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What differs from here to another, by kind and name.
    #[must_use]
    pub fn diff(&self, after: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (object, properties) in &self.0 {
            match after.0.get(object) {
                None => differences.push(Difference::Gone(object.clone())),
                Some(others) => differences.extend(changes(object, properties, others)),
            }
        }
        let new = after.0.keys().filter(|object| !self.0.contains_key(object));
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
