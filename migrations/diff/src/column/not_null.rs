//! Columns that may be null, or may not.

use model::{Ident, ObjectId, PartName, Property, QualifiedName};

use crate::names::suffixed;
use crate::side::Side;
use crate::step::{Altered, Step};

/// The tables that have a table for a parent, before and after, and those that have them.
fn descendants<'t>((from, to): (&Side<'_>, &Side<'t>), table: &QualifiedName) -> Vec<&'t QualifiedName> {
    let is_kept = |table: &ObjectId| {
        let is_kept = |property: &Property| from.value(table, property) == to.value(table, property);
        is_kept(&Property::PartitionOf) && is_kept(&Property::Inherits)
    };
    let children = |table: &QualifiedName| -> Vec<&'t QualifiedName> {
        let names = to.children(table).filter(|child| is_kept(child)).filter_map(|child| match child {
            ObjectId::Table(name) => Some(name),
            _ => None,
        });
        names.collect()
    };
    let mut waiting = children(table);
    let mut found = Vec::new();
    while let Some(child) = waiting.pop() {
        waiting.extend(children(child));
        found.push(child);
    }
    found.sort();
    found
}

pub(super) fn not_null(
    (from, to): (&Side<'_>, &Side<'_>),
    part: &PartName,
    column: &ObjectId,
    kind: &str,
    is_online: bool,
    altered: &mut Altered,
) {
    let (name, own) = (&part.whole, &part.name);
    let alter = |what: &str| format!("ALTER {kind} {name} ALTER COLUMN {own} {what};\n");
    if to.value(column, &Property::NotNull).is_none() {
        let mut sql = alter("DROP NOT NULL");
        // The children's goes with it, where they are to keep it as well.
        for child in descendants((from, to), name) {
            let column = ObjectId::Column(PartName::new(child, own));
            if to.value(&column, &Property::NotNull).is_some() {
                sql += &format!("ALTER TABLE {child} ALTER COLUMN {own} SET NOT NULL;\n");
            }
        }
        altered.steps.push(Step::new(column, format!("lets {column} be null"), sql));
        return;
    }
    let set = alter("SET NOT NULL");
    let summary = format!("lets {column} be null no more");
    if !is_online || kind != "TABLE" {
        altered.steps.push(Step::new(column, summary, set));
        return;
    }
    // A validated check spares SET NOT NULL its scan under a lock that nobody gets past.
    let is_taken = |check: &Ident| {
        let check = ObjectId::Constraint(PartName::new(name, check));
        from.catalog.contains(&check) || to.catalog.contains(&check)
    };
    // Long names may be alike where they are cut; a column's place is its own.
    let place = to.value(column, &Property::Place).filter(|_| own.unquoted().len() > 40);
    let suffix = format!("_not_null{}", place.map(|place| format!("_{place}")).unwrap_or_default());
    let mut checks = (1..).map(|number| match number {
        1 => suffixed(own, &suffix),
        _ => suffixed(own, &format!("{suffix}{number}")),
    });
    let check = checks.find(|check| !is_taken(check)).unwrap_or_else(|| own.clone());
    let add = format!("ALTER TABLE {name} ADD CONSTRAINT {check} CHECK ({own} IS NOT NULL) NOT VALID;\n");
    let validate = format!("ALTER TABLE {name} VALIDATE CONSTRAINT {check};\n");
    let finish = format!("{set}ALTER TABLE {name} DROP CONSTRAINT {check};\n");
    altered.steps.extend([
        Step::new(column, format!("{summary}, in new rows"), add),
        Step::new(column, format!("checks that {column} is nowhere null"), validate).later(),
        Step::new(column, summary, finish),
    ]);
}
