//! Objects that may have been renamed.

use std::collections::BTreeMap;

use model::{Catalog, ObjectId, ObjectKind, Property, QualifiedName};

use crate::Rename;

/// A table's columns, in order, each with its type.
type Shape<'a> = Vec<(&'a str, String)>;

/// Pairs of an object that is gone and a new one of like shape: tables and views with the same columns,
/// columns of the same type in one table, labels of an enum aside. The caller tries each.
#[must_use]
pub fn rename_candidates(from: &Catalog, to: &Catalog) -> Vec<Rename> {
    let (before, after) = (shapes(from), shapes(to));
    let mut new: BTreeMap<Likeness<'_>, Vec<&ObjectId>> = BTreeMap::new();
    for object in to.iter().map(|(object, _)| object).filter(|object| !from.contains(object)) {
        if let Some(likeness) = likeness(to, &after, object) {
            new.entry(likeness).or_default().push(object);
        }
    }
    let mut candidates = Vec::new();
    for object in from.iter().map(|(object, _)| object).filter(|object| !to.contains(object)) {
        let alike = likeness(from, &before, object).and_then(|likeness| new.get(&likeness));
        let rename = |other: &&ObjectId| Rename { from: object.clone(), to: (*other).clone() };
        candidates.extend(alike.into_iter().flatten().map(rename));
    }
    candidates
}

/// What two objects have in common of which one may be the other under another name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Likeness<'a> {
    Table(&'a Shape<'a>),
    /// A table, a type, when it is numbered.
    Column(&'a QualifiedName, Option<&'a str>, Option<&'a str>),
    Enum(Option<&'a str>),
}

fn likeness<'a>(
    catalog: &'a Catalog,
    shapes: &'a BTreeMap<&QualifiedName, Shape<'a>>,
    object: &'a ObjectId,
) -> Option<Likeness<'a>> {
    let of = |property: &Property| catalog.value(object, property);
    match object {
        ObjectId::Table(name) => shapes.get(name).map(Likeness::Table),
        ObjectId::Column(part) => {
            Some(Likeness::Column(&part.whole, of(&Property::Type), of(&Property::Identity)))
        }
        ObjectId::Enum(_) => Some(Likeness::Enum(of(&Property::Labels))),
        _ => None,
    }
}

fn shapes(catalog: &Catalog) -> BTreeMap<&QualifiedName, Shape<'_>> {
    let mut shapes: BTreeMap<&QualifiedName, Shape<'_>> = BTreeMap::new();
    for (object, _) in catalog.iter().filter(|(object, _)| object.kind() == ObjectKind::Column) {
        if let Some(part) = object.part() {
            let kind = catalog.value(object, &Property::Type).unwrap_or_default();
            shapes.entry(&part.whole).or_default().push((kind, part.name.to_string()));
        }
    }
    shapes
}
