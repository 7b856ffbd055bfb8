//! A catalog while its rows come in.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use anyhow::{Context, Result};
use model::{Catalog, ObjectId, Property, canonical_expression};
use tokio_postgres::{SimpleColumn, SimpleQueryRow};

use super::query::{DEPENDENT, READER};

/// The kind of a row that names an object of which nothing else is read.
const UNMODELED: &str = "unmodeled";

/// The kind of a row that says with which table a relation changes.
const RELATION_OF: &str = "relation of";

/// The kind of a row that says by which names a relation and its columns are known to others.
const NAMES_OF: &str = "names of";

/// The kind of a row that says that an object which is no relation has to be read again as well.
const BEYOND: &str = "beyond";

/// The kind of a row that names an index which was not read again.
const KEPT: &str = "kept";

/// The relations that change together, by the number of the one that the others belong to.
pub(super) type Relations = BTreeMap<u32, Relation>;

/// A relation with those that change together with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Relation {
    pub(super) objects: BTreeSet<ObjectId>,
    /// The names that others know them and their columns by, as an array in SQL.
    pub(super) names: Arc<str>,
}

#[derive(Default)]
pub(super) struct Reading {
    pub(super) catalog: Catalog,
    pub(super) relations: Relations,
    /// Indexes that were not read again, as they have not changed.
    pub(super) kept: BTreeSet<ObjectId>,
    /// True if relations were read again, and other objects must be.
    pub(super) is_beyond: bool,
    /// The object of the row before, with its kind and name: the rows of one come one after another, for the
    /// most part.
    last: Option<(String, String, ObjectId)>,
    /// The properties that were met, by what they are called.
    properties: HashMap<String, Property>,
}

impl Reading {
    /// Adds all rows of an answer.
    pub(super) fn add_all(mut self, rows: &[SimpleQueryRow]) -> Result<Self> {
        for row in rows {
            match row.columns().first().map(SimpleColumn::name) {
                Some(READER) => self.catalog.set_reader(row.get(0).unwrap_or_default()),
                Some(DEPENDENT) => self.catalog.add_dependency(object(row, 0)?, object(row, 2)?),
                _ => self.add(row)?,
            }
        }
        Ok(self)
    }

    /// Adds a fact: kind, name, property, value.
    fn add(&mut self, row: &SimpleQueryRow) -> Result<()> {
        let text = |i: usize| row.get(i).unwrap_or_default();
        match text(0) {
            UNMODELED => self.catalog.add_unmodeled(text(1)),
            BEYOND => self.is_beyond = true,
            KEPT => drop(self.kept.insert(parse(text(3), text(1))?)),
            RELATION_OF => {
                let relation = parse(text(3), text(1))?;
                self.relations.entry(text(2).parse()?).or_default().objects.insert(relation);
            }
            NAMES_OF => self.relations.entry(text(2).parse()?).or_default().names = text(3).into(),
            _ => self.add_property(row, text(2), text(3))?,
        }
        Ok(())
    }

    fn add_property(&mut self, row: &SimpleQueryRow, property: &str, value: &str) -> Result<()> {
        let (object, property) = (self.object(row)?, self.property(property)?);
        // What somebody wrote; the server prints a body after BEGIN ATOMIC or RETURN itself.
        let is_routine = matches!(object, ObjectId::Function(_) | ObjectId::Procedure(_));
        let is_written = is_routine && value.contains("\nAS ") || property == Property::Comment;
        let value = if is_written { Cow::Borrowed(value) } else { canonical_expression(value) };
        self.catalog.add(object, property, &value);
        Ok(())
    }

    fn object(&mut self, row: &SimpleQueryRow) -> Result<ObjectId> {
        let (kind, name) = (row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
        if let Some((last_kind, last_name, last)) = &self.last
            && last_kind == kind
            && last_name == name
        {
            return Ok(last.clone());
        }
        let object = object(row, 0)?;
        self.last = Some((kind.to_owned(), name.to_owned(), object.clone()));
        Ok(object)
    }

    fn property(&mut self, text: &str) -> Result<Property> {
        if let Some(known) = self.properties.get(text) {
            return Ok(known.clone());
        }
        let property =
            Property::parse(text).with_context(|| format!("{text:?} is no property that is known"))?;
        self.properties.insert(text.to_owned(), property.clone());
        Ok(property)
    }
}

/// The object whose kind and name stand in two columns.
fn object(row: &SimpleQueryRow, first: usize) -> Result<ObjectId> {
    parse(row.get(first).unwrap_or_default(), row.get(first + 1).unwrap_or_default())
}

fn parse(kind: &str, name: &str) -> Result<ObjectId> {
    ObjectId::parse(kind, name).with_context(|| format!("{kind} {name:?} is no object that is known"))
}
