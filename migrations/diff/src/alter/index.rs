//! The settings of indexes.

use model::{ObjectId, Property};

use crate::column::Changed;
use crate::side::Side;

/// The settings of an index, its definition aside.
pub(super) fn index(to: &Side<'_>, index: &ObjectId, changed: &Changed<'_>) -> Vec<String> {
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
            Property::Clustered => sql.push(match after(property) {
                Some(_) => format!("ALTER TABLE {table} CLUSTER ON {own};\n"),
                None => format!("ALTER TABLE {table} SET WITHOUT CLUSTER;\n"),
            }),
            Property::ReplicaIdentity if after(property).is_some() => {
                sql.push(format!("ALTER TABLE {table} REPLICA IDENTITY USING INDEX {own};\n"));
            }
            Property::AttachedTo => {
                if let Some(parent) = after(property) {
                    sql.push(format!("ALTER INDEX {parent} ATTACH PARTITION {name};\n"));
                }
            }
            Property::Usable if after(property) != Some("no") => sql.push(format!("REINDEX INDEX {name};\n")),
            Property::Tablespace => {
                let space = after(property).unwrap_or("pg_default");
                sql.push(format!("ALTER INDEX {name} SET TABLESPACE {space};\n"));
            }
            _ => {}
        }
    }
    sql
}
