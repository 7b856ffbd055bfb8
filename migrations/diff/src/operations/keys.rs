//! Keys: of a table's primary keys one goes before another comes; what refers to a key goes while Postgres
//! builds that anew.

use model::ObjectId;

use super::replacements::is_rebuilt_by_postgres;
use super::{Action, Key, Operations};

impl<'a> Operations<'a> {
    /// A table has one primary key: the old one goes before the new one comes, by itself or with its parent.
    pub(super) fn orders_of_primary_keys(&self) -> Vec<(Key<'a>, Key<'a>)> {
        let mut orders = Vec::new();
        for later @ (action, node) in self.steps.keys().copied() {
            let table = match action {
                Action::Create if self.to.is_primary_key(node) => self.to.whole(node),
                Action::Attach => Some(node),
                _ => None,
            };
            let Some(table) = table else { continue };
            let tables = self.to.partitions(table).into_iter().chain([table]).filter_map(ObjectId::as_whole);
            let keys = tables.flat_map(|table| self.from.statements.constraints(table));
            for former in keys.filter(|key| self.from.is_primary_key(key) && *key != node) {
                orders.push((later, (Action::Drop, former)));
                // The statement that makes another constraint of its name drops it.
                let is_swapped = || self.steps.get(&(Action::Drop, former)).is_some_and(Vec::is_empty);
                if !self.to.is_primary_key(former) && is_swapped() {
                    orders.push((later, (Action::Create, former)));
                }
            }
        }
        orders.retain(|(later, earlier)| self.steps.contains_key(later) && self.steps.contains_key(earlier));
        orders
    }

    /// What needs a key with one of these columns and not the column itself. Postgres builds the key anew as
    /// the column changes, and drops nothing else for that.
    pub(super) fn on_keys_with<'c>(&self, columns: impl Iterator<Item = &'c ObjectId>) -> Vec<&'a ObjectId> {
        let mut found = Vec::new();
        for column in columns {
            let on_column: Vec<&'a ObjectId> = self.from.dependents_of_column(column).collect();
            let is_key = |object: &&&'a ObjectId| {
                matches!(object, ObjectId::Constraint(_) | ObjectId::Index(_))
                    && !self.from.is_foreign_key(object)
            };
            let dependents = on_column.iter().filter(is_key).flat_map(|key| self.from.dependents(key));
            found.extend(dependents.filter(|object| {
                let is_in_the_way = !is_rebuilt_by_postgres(object) || self.from.is_foreign_key(object);
                is_in_the_way && !on_column.contains(object)
            }));
        }
        found
    }
}
