//! The settings of indexes.

use model::{ObjectId, Property, QualifiedName};

use super::own::Own;
use crate::column::{self, Changed};
use crate::side::Side;

impl Own<'_, '_> {
    pub(super) fn index(&mut self) {
        match is_other_index((self.from, self.to), self.node, self.changed) {
            true => self.is_replaced = true,
            false => self.sql.extend(index((self.from, self.to), self.node, self.changed)),
        }
        self.known.extend([
            Property::Definition,
            Property::Options,
            Property::Statistics,
            Property::Clustered,
            Property::ReplicaIdentity,
            Property::AttachedTo,
            Property::Usable,
            Property::Tablespace,
        ]);
    }
}

/// Returns whether an index is another than before, its storage parameters aside where they can be set: one
/// of a partitioned table keeps those that it was made with.
pub(super) fn is_other_index(
    (from, to): (&Side<'_>, &Side<'_>),
    index: &ObjectId,
    changed: &Changed<'_>,
) -> bool {
    if changed.contains_key(&Property::Options) && is_partitioned(to, index) {
        return true;
    }
    // Postgres attaches no index to another once it is attached, unless its table is detached.
    let stays = || parent_of_table(from, index) == parent_of_table(to, index);
    if matches!(changed.get(&Property::AttachedTo), Some((Some(_), Some(_)))) && stays() {
        return true;
    }
    let Some((before, after)) = changed.get(&Property::Definition) else { return false };
    let bare = |definition: &Option<&str>| -> String {
        let definition = definition.unwrap_or_default();
        match definition.split_once(" WITH (").filter(|_| changed.contains_key(&Property::Options)) {
            Some((head, rest)) => head.to_owned() + rest.split_once(')').map_or("", |(_, rest)| rest),
            None => definition.to_owned(),
        }
    };
    bare(before) != bare(after)
}

/// The storage parameters in the definition of an index.
fn parameters(definition: &str) -> Option<&str> {
    definition.split_once(" WITH (")?.1.split_once(')').map(|(parameters, _)| parameters)
}

/// The settings of an index, its definition aside.
pub(super) fn index(
    (from, to): (&Side<'_>, &Side<'_>),
    index: &ObjectId,
    changed: &Changed<'_>,
) -> Vec<String> {
    let name = index.name();
    let table = to.value(index, &Property::Table).unwrap_or_default();
    let after = |property: &Property| to.value(index, property);
    let own = index.qualified().map(|name| name.name.to_string()).unwrap_or_default();
    let mut sql = Vec::new();
    for (property, (before, now)) in changed {
        match property {
            Property::Statistics => {
                let targets = |text: &Option<&str>| -> Vec<(String, String)> {
                    let items = text.unwrap_or_default().split(", ");
                    items.filter_map(|t| t.split_once(' ')).map(|(a, b)| (a.into(), b.into())).collect()
                };
                let (before, now) = (targets(before), targets(now));
                for (place, _) in before.iter().filter(|(place, _)| !now.iter().any(|(p, _)| p == place)) {
                    sql.push(format!("ALTER INDEX {name} ALTER COLUMN {place} SET STATISTICS -1;\n"));
                }
                for (place, target) in now.iter().filter(|item| !before.contains(item)) {
                    sql.push(format!("ALTER INDEX {name} ALTER COLUMN {place} SET STATISTICS {target};\n"));
                }
            }
            Property::Clustered => match after(property) {
                Some(_) => sql.push(format!("ALTER TABLE {table} CLUSTER ON {own};\n")),
                None if has_clustered(to, table) => {}
                None => sql.push(format!("ALTER TABLE {table} SET WITHOUT CLUSTER;\n")),
            },
            Property::ReplicaIdentity if after(property).is_some() => {
                sql.push(format!("ALTER TABLE {table} REPLICA IDENTITY USING INDEX {own};\n"));
            }
            Property::AttachedTo => {
                // With its table it is attached by itself.
                let is_there = parent_of_table(from, index) == parent_of_table(to, index);
                if let Some(parent) = after(property).filter(|_| is_there) {
                    sql.push(format!("ALTER INDEX {parent} ATTACH PARTITION {name};\n"));
                }
            }
            // One of a partitioned table is usable when every partition's is attached to it.
            Property::Usable if after(property) != Some("no") && !is_partitioned(to, index) => {
                sql.push(format!("REINDEX INDEX {name};\n"));
            }
            Property::Options => {
                let mut what = column::options(*before, *now);
                // A definition has them in the order in which they were set.
                if let Some(all) = after(&Property::Definition).and_then(parameters) {
                    what.retain(|what| what.starts_with("RESET"));
                    what.push(format!("SET ({all})"));
                }
                sql.extend(what.iter().map(|what| format!("ALTER INDEX {name} {what};\n")));
            }
            Property::Tablespace => {
                let space = after(property).unwrap_or("pg_default");
                sql.push(format!("ALTER INDEX {name} SET TABLESPACE {space};\n"));
            }
            _ => {}
        }
    }
    sql
}

/// Returns whether a table has an index that it is clustered by.
fn has_clustered(to: &Side<'_>, table: &str) -> bool {
    let Some(table) = QualifiedName::parse(table) else { return false };
    to.statements.indexes(&table).any(|index| to.value(index, &Property::Clustered).is_some())
}

fn is_partitioned(to: &Side<'_>, index: &ObjectId) -> bool {
    to.whole(index).is_some_and(|table| to.is_partitioned(table))
}

/// The table of which an index's table is a partition, and its part of that.
fn parent_of_table<'s>(side: &Side<'s>, index: &ObjectId) -> [Option<&'s str>; 2] {
    let table = side.whole(index);
    [Property::PartitionOf, Property::Partition]
        .map(|property| table.and_then(|table| side.value(table, &property)))
}
