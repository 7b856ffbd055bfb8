//! A database's catalog, typed: its objects with their properties, what each needs, and what two catalogs
//! differ in.

mod name;
mod object_id;
mod property;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use name::{
    CastName, DefaultPrivilegesName, Ident, MappingName, MethodName, PartName, PlainName,
    PublishedSchemaName, PublishedTableName, QualifiedName, SettingName, Signature, TransformName,
};
pub use object_id::{ObjectId, ObjectKind};
pub use property::Property;

/// An object's properties, by the order of their words.
pub type Properties = BTreeMap<Property, Arc<str>>;

/// The objects of a database. One entry an object; its parts, as columns and constraints, are objects of
/// their own.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Shared by copies of the catalog.
    objects: BTreeMap<ObjectId, Arc<Properties>>,
    /// The dependencies of each object, where they were read. They follow from the objects, so they are not
    /// compared.
    dependencies: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
    /// Objects that are there and of which nothing is known.
    unmodeled: BTreeSet<String>,
    /// The role that read it, where dependencies were read.
    reader: Option<Arc<str>>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// There before and not after.
    Gone(ObjectId),
    /// There after and not before.
    New(ObjectId),
    /// There both times, and a property is another.
    Changed {
        /// The object.
        object: ObjectId,
        /// The property.
        property: Property,
        /// Its value before; none where it had none.
        before: Option<Arc<str>>,
        /// Its value after.
        after: Option<Arc<str>>,
    },
}

/// The column that owns a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequenceOwner {
    /// The column.
    pub column: PartName,
    /// True if the sequence is an identity column's, which makes and drops it.
    pub is_identity: bool,
}

impl Catalog {
    /// Adds a property of an object.
    pub fn add(&mut self, object: ObjectId, property: Property, value: &str) {
        Arc::make_mut(self.objects.entry(object).or_default()).insert(property, value.into());
    }

    /// The same catalog in which some relations, with all that is a part of them, are as another has them.
    /// The objects that need what is left out.
    #[must_use]
    pub fn with_relations_replaced(&self, former: &BTreeSet<ObjectId>, read: &Self) -> Self {
        self.with_replaced(former, &Self::default(), read)
    }

    /// The same catalog in which some relations, with all that is a part of them, and all objects of another
    /// catalog are as a third has them. What needs what is left out.
    #[must_use]
    pub fn with_replaced(&self, former: &BTreeSet<ObjectId>, others: &Self, read: &Self) -> Self {
        let wholes: BTreeSet<&QualifiedName> = former.iter().filter_map(ObjectId::as_whole).collect();
        let is_kept = |object: &ObjectId| match object {
            ObjectId::RowType(name) => !wholes.contains(name),
            _ => {
                !former.contains(object)
                    && object.part().is_none_or(|part| !wholes.contains(&part.whole))
                    && !others.contains(object)
            }
        };
        let kept = self.objects.iter().filter(|(object, _)| is_kept(object));
        let objects =
            kept.chain(&read.objects).map(|(object, properties)| (object.clone(), Arc::clone(properties)));
        let unmodeled = self.unmodeled.difference(&others.unmodeled).chain(&read.unmodeled).cloned();
        Self {
            objects: objects.collect(),
            dependencies: BTreeMap::new(),
            unmodeled: unmodeled.collect(),
            reader: None,
        }
    }

    /// Adds all objects of another catalog.
    pub fn extend(&mut self, other: &Self) {
        let objects = other.objects.iter();
        self.objects.extend(objects.map(|(object, properties)| (object.clone(), Arc::clone(properties))));
        self.unmodeled.extend(other.unmodeled.iter().cloned());
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, object: &ObjectId) {
        self.objects.remove(object);
        self.dependencies.remove(object);
    }

    /// Takes an object over from another catalog.
    pub(crate) fn copy(&mut self, object: &ObjectId, other: &Self) {
        if let Some(properties) = other.objects.get(object) {
            self.objects.insert(object.clone(), Arc::clone(properties));
        }
    }

    /// Sets or takes out a property of an object that is there.
    pub(crate) fn set(&mut self, object: &ObjectId, property: &Property, value: Option<Arc<str>>) {
        let Some(properties) = self.objects.get_mut(object) else { return };
        let properties = Arc::make_mut(properties);
        match value {
            Some(value) => properties.insert(property.clone(), value),
            None => properties.remove(property),
        };
    }

    /// Adds that an object needs another.
    pub fn add_dependency(&mut self, object: ObjectId, needed: ObjectId) {
        self.dependencies.entry(object).or_default().insert(needed);
    }

    /// Says which role read the catalog, and owns what it makes.
    pub fn set_reader(&mut self, role: &str) {
        self.reader = Some(role.into());
    }

    /// The role that read the catalog, if that is known.
    #[must_use]
    pub fn reader(&self) -> Option<&str> {
        self.reader.as_deref()
    }

    /// Adds an object of which nothing is known, by what the server calls it.
    pub fn add_unmodeled(&mut self, object: &str) {
        self.unmodeled.insert(object.to_owned());
    }

    /// The objects that are there and of which nothing is known, so that no comparison sees a change of them:
    /// `function pg_catalog.f()`.
    pub fn unmodeled(&self) -> impl Iterator<Item = &str> {
        self.unmodeled.iter().map(String::as_str)
    }

    /// The dependencies of an object, if they were read.
    pub fn dependencies(&self, object: &ObjectId) -> impl Iterator<Item = &ObjectId> {
        self.dependencies.get(object).into_iter().flatten()
    }

    /// Every object with every other that it needs, if they were read.
    pub fn all_dependencies(&self) -> impl Iterator<Item = (&ObjectId, &ObjectId)> {
        self.dependencies.iter().flat_map(|(object, needed)| needed.iter().map(move |other| (object, other)))
    }

    /// An object's properties, where it is there.
    #[must_use]
    pub fn properties(&self, object: &ObjectId) -> Option<&Properties> {
        self.objects.get(object).map(AsRef::as_ref)
    }

    /// The objects with their properties, by kind and name.
    pub fn iter(&self) -> impl Iterator<Item = (&ObjectId, &Properties)> {
        self.objects.iter().map(|(object, properties)| (object, properties.as_ref()))
    }

    /// Returns whether an object is there.
    #[must_use]
    pub fn contains(&self, object: &ObjectId) -> bool {
        self.objects.contains_key(object)
    }

    /// The object itself as this catalog has it, where it is there.
    #[must_use]
    pub fn key(&self, object: &ObjectId) -> Option<&ObjectId> {
        self.objects.get_key_value(object).map(|(key, _)| key)
    }

    /// A property's value, where the object is there and has one.
    #[must_use]
    pub fn value(&self, object: &ObjectId, property: &Property) -> Option<&str> {
        self.objects.get(object)?.get(property).map(AsRef::as_ref)
    }

    /// The table, view or type that an object belongs to: a part's whole, an index's table, an owned
    /// sequence's table.
    #[must_use]
    pub fn whole(&self, object: &ObjectId) -> Option<QualifiedName> {
        match object {
            ObjectId::Index(_) | ObjectId::Statistics(_) => {
                QualifiedName::parse(self.value(object, &Property::Table)?)
            }
            ObjectId::Sequence(_) => Some(self.sequence_owner(object)?.column.whole),
            _ => object.part().map(|part| part.whole.clone()),
        }
    }

    /// The column that owns a sequence, where one does.
    #[must_use]
    pub fn sequence_owner(&self, sequence: &ObjectId) -> Option<SequenceOwner> {
        let (column, how) = self.value(sequence, &Property::OwnedBy)?.rsplit_once(" (")?;
        Some(SequenceOwner { column: PartName::parse(column)?, is_identity: how == "i)" })
    }

    /// A digest, SHA-256 in hexadecimal, of everything that a copy of the database has as well.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        let mut add = |text: &str| {
            digest.update(text);
            // No text holds a zero byte, since Postgres's do not.
            digest.update([0]);
        };
        // These belong to the database by its number, and its copy has another.
        let is_copied = |object: &ObjectId| {
            !matches!(
                object,
                ObjectId::Database(_)
                    | ObjectId::DatabasePrivileges(_)
                    | ObjectId::DatabaseSetting(_)
                    | ObjectId::Subscription(_)
            )
        };
        for (object, properties) in self.objects.iter().filter(|(object, _)| is_copied(object)) {
            add(object.kind().as_str());
            add(&object.name());
            for (property, value) in properties.iter() {
                add(&property.to_string());
                add(value);
            }
        }
        self.unmodeled.iter().for_each(|object| add(object));
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The differences from here to another, by kind and name.
    #[must_use]
    pub fn diff(&self, after: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (object, properties) in &self.objects {
            match after.objects.get(object) {
                None => differences.push(Difference::Gone(object.clone())),
                Some(others) if Arc::ptr_eq(properties, others) => {}
                Some(others) => differences.extend(changes(object, properties, others)),
            }
        }
        let new = after.objects.keys().filter(|object| !self.objects.contains_key(object));
        differences.extend(new.cloned().map(Difference::New));
        differences
    }
}

fn changes<'a>(
    object: &'a ObjectId,
    before: &'a Properties,
    after: &'a Properties,
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

/// For people: `-` what is gone, `+` what is new, and a change with both of its values.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(object) => write!(f, "- {object}"),
            Self::New(object) => write!(f, "+ {object}"),
            Self::Changed { object, property, before, after } => {
                write!(f, "~ {object}: {property}")?;
                if property.is_secret() {
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
            let object = ObjectId::parse(kind, name).unwrap();
            catalog.add(object, Property::parse(property).unwrap(), value);
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
    fn relations_are_replaced_with_their_parts_and_nothing_else_is() {
        let before = catalog(&[
            ("table", "public.a", "owner", "o"),
            ("column", "public.a.x", "type", "int"),
            ("constraint", "public.a.c", "definition", "1"),
            ("index", "public.i", "definition", "1"),
            ("domain", "public.i", "base", "int"),
            ("constraint", "public.i.c", "definition", "2"),
            ("table", "public.b", "owner", "o"),
        ]);
        let read = catalog(&[("table", "public.a2", "owner", "o"), ("column", "public.a2.x", "type", "int")]);
        let former = [("table", "public.a"), ("index", "public.i")];
        let former = former.iter().map(|(kind, name)| ObjectId::parse(kind, name).unwrap()).collect();
        let after = before.with_relations_replaced(&former, &read);
        let names: Vec<String> = after.iter().map(|(object, _)| object.to_string()).collect();
        let expected = [
            "column public.a2.x",
            "constraint public.i.c",
            "domain public.i",
            "table public.a2",
            "table public.b",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn all_that_is_no_relation_is_replaced_as_well() {
        let mut before = catalog(&[
            ("table", "public.a", "owner", "o"),
            ("column", "public.a.x", "type", "int"),
            ("table", "public.b", "owner", "o"),
        ]);
        let mut others = catalog(&[
            ("domain", "public.d", "base", "int"),
            ("constraint", "public.d.c", "definition", "1"),
        ]);
        others.add_unmodeled("one");
        before.extend(&others);
        let mut read =
            catalog(&[("table", "public.d", "owner", "o"), ("constraint", "public.d.c", "definition", "2")]);
        read.add_unmodeled("two");
        let former = [ObjectId::parse("table", "public.a").unwrap()].into();
        let after = before.with_replaced(&former, &others, &read);
        let names: Vec<String> = after.iter().map(|(object, _)| object.to_string()).collect();
        assert_eq!(names, ["constraint public.d.c", "table public.b", "table public.d"]);
        assert!(after.unmodeled().eq(["two"]));
    }

    #[test]
    fn a_secret_is_compared_and_not_shown() {
        let before = catalog(&[("user mapping", "u SERVER m", "secret option password", "1")]);
        let after = catalog(&[("user mapping", "u SERVER m", "secret option password", "2")]);
        assert_eq!(shown(&before, &after), ["~ user mapping u SERVER m: secret option password (not shown)"]);
    }

    #[test]
    fn what_is_gone_new_or_changed_is_reported_with_both_values() {
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
