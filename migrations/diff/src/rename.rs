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
    let gone: Vec<&ObjectId> = from.iter().map(|(object, _)| object).filter(|o| !to.contains(o)).collect();
    let new: Vec<&ObjectId> = to.iter().map(|(object, _)| object).filter(|o| !from.contains(o)).collect();
    let (before, after) = (shapes(from), shapes(to));
    let mut candidates = Vec::new();
    for old in gone {
        for other in new.iter().filter(|other| other.kind() == old.kind()) {
            let is_alike = match (old, *other) {
                (ObjectId::Column(a), ObjectId::Column(b)) => {
                    a.whole == b.whole
                        && [Property::Type, Property::Identity]
                            .iter()
                            .all(|property| from.value(old, property) == to.value(other, property))
                }
                (ObjectId::Table(a), ObjectId::Table(b)) => {
                    before.get(a).is_some_and(|shape| after.get(b) == Some(shape))
                }
                (ObjectId::Enum(_), ObjectId::Enum(_)) => {
                    from.value(old, &Property::Labels) == to.value(other, &Property::Labels)
                }
                _ => false,
            };
            if is_alike {
                candidates.push(Rename { from: old.clone(), to: (*other).clone() });
            }
        }
    }
    candidates
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
