//! Keys: of a table's primary keys one goes before another comes; what refers to a key goes while Postgres
//! builds that anew.

use model::{ObjectId, Property};

use super::replacements::is_rebuilt_by_postgres;
use super::{Action, Key, Operations};
use crate::side::Side;

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

    /// A foreign key comes once the keys that go are gone: Postgres lets it refer to the first that fits.
    pub(super) fn orders_of_foreign_keys(&self) -> Vec<(Key<'a>, Key<'a>)> {
        let mut orders = Vec::new();
        for later @ (_, node) in self.steps.keys().filter(|(action, _)| *action == Action::Create) {
            let inline = self.inline.get(node).into_iter().flatten();
            let parts = std::iter::once(node).chain(inline);
            orders.extend(parts.flat_map(|part| self.former_keys(part)).map(|earlier| (*later, earlier)));
        }
        orders
    }

    /// The operations with which keys go, of the table that a foreign key is to refer to.
    pub(super) fn former_keys(&self, foreign: &ObjectId) -> Vec<Key<'a>> {
        let is_unique = |side: &Side<'_>, object: &ObjectId| {
            let definition = side.value(object, &Property::Definition).unwrap_or_default();
            ["PRIMARY KEY", "UNIQUE", "CREATE UNIQUE INDEX"].iter().any(|word| definition.starts_with(word))
        };
        let mut needed = self.to.needs(foreign).filter(|_| self.to.is_foreign_key(foreign));
        let key = needed.find(|needed| is_unique(&self.to, needed));
        let table = key.and_then(|key| self.from.node(self.to.whole(key)?));
        let of_table = table.into_iter().flat_map(|table| self.from.dependents(table));
        let former = of_table.filter(|key| self.from.whole(key) == table && is_unique(&self.from, key));
        let goes = former.filter(|key| self.is_gone(key)).flat_map(|key| {
            // One that makes way for another of its name goes with the statements of that.
            let swapped = self.steps.get(&(Action::Drop, key)).is_some_and(Vec::is_empty);
            [Some((Action::Drop, key)), swapped.then_some((Action::Create, key))]
        });
        goes.flatten().filter(|key| self.steps.contains_key(key)).collect()
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
