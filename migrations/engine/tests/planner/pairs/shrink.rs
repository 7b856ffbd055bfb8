//! Smaller pairs that fail as a pair does.

use super::schema::{Id, Kind, Schema, Value};

/// Pairs with a little less in them.
pub fn smaller((before, after): (&Schema, &Schema)) -> Vec<(Schema, Schema)> {
    let mut pairs = Vec::new();
    let mut ids: Vec<Id> = before.objects.iter().chain(&after.objects).map(|object| object.id).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids.iter().rev() {
        pairs.push((without(before, *id), without(after, *id)));
        let (old, new) = (before.object(*id), after.object(*id));
        match (old, new) {
            (Some(old), Some(new)) if old != new => {
                let mut same = after.clone();
                same.objects.iter_mut().filter(|o| o.id == *id).for_each(|o| *o = old.clone());
                pairs.push((before.clone(), same));
            }
            (Some(old), None) => {
                let mut same = after.clone();
                same.objects.push(old.clone());
                pairs.push((before.clone(), same));
            }
            _ => {}
        }
    }
    let columns = before.objects.iter().chain(&after.objects).flat_map(|object| object.columns());
    for column in columns {
        pairs.push((without_column(before, column), without_column(after, column)));
        pairs.push((plain(before, column), plain(after, column)));
        let mut same = after.clone();
        if let Some(old) = before.table_column(column) {
            let tables = same.objects.iter_mut().filter_map(|object| match &mut object.kind {
                Kind::Table(table) => Some(table),
                _ => None,
            });
            tables
                .flat_map(|table| &mut table.columns)
                .filter(|c| c.id == column)
                .for_each(|c| *c = old.clone());
            pairs.push((before.clone(), same));
        }
    }
    for id in ids {
        pairs.push((bare(before, id), bare(after, id)));
    }
    for (before, after) in &mut pairs {
        before.prune();
        after.prune();
    }
    pairs.retain(|(a, b)| (a, b) != (before, after) && a != b);
    pairs
}

fn without(schema: &Schema, id: Id) -> Schema {
    let mut schema = schema.clone();
    schema.objects.retain(|object| object.id != id);
    schema
}

fn without_column(schema: &Schema, id: Id) -> Schema {
    let mut schema = schema.clone();
    for object in &mut schema.objects {
        match &mut object.kind {
            Kind::Table(table) => table.columns.retain(|column| column.id != id),
            Kind::View(view) => view.columns.retain(|column| column.id != id),
            Kind::Composite { attributes } => attributes.retain(|attribute| attribute.id != id),
            _ => {}
        }
    }
    schema
}

/// A column without what is not its name or type.
fn plain(schema: &Schema, id: Id) -> Schema {
    let mut schema = schema.clone();
    for object in &mut schema.objects {
        let Kind::Table(table) = &mut object.kind else { continue };
        for column in table.columns.iter_mut().filter(|column| column.id == id) {
            column.value = Value::None;
            column.is_not_null = false;
            (column.comment, column.is_granted, column.has_collation) = (None, false, false);
            (column.statistics, column.distinct) = (None, None);
            (column.is_stored_apart, column.is_compressed) = (false, false);
        }
    }
    schema
}

/// An object without comment, privileges, and a schema of its own.
fn bare(schema: &Schema, id: Id) -> Schema {
    let mut schema = schema.clone();
    for object in schema.objects.iter_mut().filter(|object| object.id == id) {
        (object.comment, object.is_granted, object.schema) = (None, false, None);
        if let Kind::Table(table) = &mut object.kind {
            (table.fill_factor, table.is_unlogged) = (None, false);
            (table.has_security, table.is_forced, table.has_full_identity) = (false, false, false);
        }
    }
    schema
}
