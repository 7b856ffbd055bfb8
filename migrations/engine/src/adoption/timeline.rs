//! The changes of the catalog of an empty database while the migrations run on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Catalog, ObjectId, Property};

/// The sequence of catalogs after none, one, two, … of the migrations.
///
/// Only changes are kept, so that its size is that of the last catalog and of what the migrations changed,
/// and not that of a catalog for each of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    steps: usize,
    /// Migrations after which the catalog was not read, each with whether it changed it.
    unread: BTreeMap<usize, bool>,
    properties: BTreeMap<ObjectId, BTreeMap<Property, Values>>,
}

/// A property's values, each with the number of migrations after which it holds. Before the first there is no
/// value.
type Values = Vec<(usize, Option<Arc<str>>)>;

/// One property that has another value than before; no value where the property, or its object, is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The object.
    pub object: ObjectId,
    /// The property.
    pub property: Property,
    /// Its value from now on.
    pub value: Option<Arc<str>>,
}

impl Timeline {
    /// Begins with the catalog before the first migration.
    #[must_use]
    pub fn new(start: &Catalog) -> Self {
        let mut timeline = Self::default();
        timeline.set(start.iter().flat_map(|(object, properties)| {
            properties.iter().map(|(property, value)| Change {
                object: object.clone(),
                property: property.clone(),
                value: Some(value.clone()),
            })
        }));
        timeline
    }

    /// Adds a migration by what it changed.
    pub fn push_changes(&mut self, changes: impl IntoIterator<Item = Change>) {
        self.steps += 1;
        self.set(changes);
    }

    /// Adds a migration by the catalog after it.
    pub fn push(&mut self, catalog: &Catalog) {
        let mut changes = Vec::new();
        for (object, properties) in &self.properties {
            for (property, values) in properties {
                let value = catalog.value(object, property);
                if value != last(values) {
                    let (object, property) = (object.clone(), property.clone());
                    changes.push(Change { object, property, value: value.map(Arc::from) });
                }
            }
        }
        for (object, properties) in catalog.iter() {
            for (property, value) in properties {
                if self.properties.get(object).is_none_or(|known| !known.contains_key(property)) {
                    let (object, property) = (object.clone(), property.clone());
                    changes.push(Change { object, property, value: Some(value.clone()) });
                }
            }
        }
        self.push_changes(changes);
    }

    /// Adds a migration after which the catalog is not read. What it changes counts for the next one that is.
    pub fn skip(&mut self, changes_catalog: bool) {
        self.steps += 1;
        self.unread.insert(self.steps, changes_catalog);
    }

    /// Returns whether the catalog was read after so many migrations.
    pub(super) fn is_read(&self, step: usize) -> bool {
        !self.unread.contains_key(&step)
    }

    /// Returns whether a migration after which the catalog was not read changed it.
    pub(super) fn changed_unread(&self, step: usize) -> bool {
        self.unread.get(&step).is_some_and(|changed| *changed)
    }

    /// Returns the number of migrations that it covers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps
    }

    /// Returns whether it covers no migration.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps == 0
    }

    /// Returns the number of values that it holds.
    #[must_use]
    pub fn values(&self) -> usize {
        self.properties.values().flat_map(BTreeMap::values).map(Vec::len).sum()
    }

    /// Returns whether the object exists at any place of the sequence.
    #[must_use]
    pub fn knows(&self, object: &ObjectId) -> bool {
        self.properties.contains_key(object)
    }

    /// The properties that some migration changes.
    pub(super) fn changing(&self) -> impl Iterator<Item = History<'_>> {
        self.properties
            .iter()
            .flat_map(move |(object, properties)| {
                properties.iter().map(move |(property, values)| History {
                    object,
                    property,
                    values,
                    end: self.steps + 1,
                })
            })
            .filter(|history| history.touching().next().is_some())
    }

    fn set(&mut self, changes: impl IntoIterator<Item = Change>) {
        for Change { object, property, value } in changes {
            let values = self.properties.entry(object).or_default().entry(property).or_default();
            if last(values) != value.as_deref() {
                values.push((self.steps, value));
            }
        }
    }
}

fn last(values: &Values) -> Option<&str> {
    values.last().and_then(|(_, value)| value.as_deref())
}

/// One property's values over the whole sequence.
#[derive(Clone, Copy)]
pub(super) struct History<'a> {
    pub(super) object: &'a ObjectId,
    pub(super) property: &'a Property,
    values: &'a Values,
    end: usize,
}

impl<'a> History<'a> {
    /// The numbers of the migrations that change it, the first being 1, each with the value that it leaves.
    pub(super) fn touching(self) -> impl Iterator<Item = (usize, Option<&'a str>)> {
        self.values.iter().filter(|(step, _)| *step > 0).map(|(step, value)| (*step, value.as_deref()))
    }

    /// The places of the sequence at which it has a value, as ranges in ascending order.
    pub(super) fn places(self, wanted: Option<&'a str>) -> impl Iterator<Item = std::ops::Range<usize>> {
        let first = self.values.first().map_or(self.end, |(step, _)| *step);
        let before = (wanted.is_none() && first > 0).then_some(0..first);
        let ends = self.values.iter().skip(1).map(|(step, _)| *step).chain([self.end]);
        let ranges = self.values.iter().zip(ends).filter(move |((_, value), _)| value.as_deref() == wanted);
        before.into_iter().chain(ranges.map(|((start, _), end)| *start..end))
    }
}
