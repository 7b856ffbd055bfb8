//! Tables that become partitioned, are partitioned otherwise, or are so no more. Postgres alters none of
//! that: the table keeps another name until a new one has its rows.

use std::iter::successors;

use model::{Difference, ObjectId, Property};

use super::{Action, Fate, Key, Operations};
use crate::cast;
use crate::column;
use crate::drop;
use crate::retype;
use crate::side::Side;
use crate::step::{Altered, Step};

impl<'a> Operations<'a> {
    /// Returns whether a table that is there before and after is partitioned otherwise.
    pub(super) fn is_rebuilt(node: &ObjectId, differences: &[&Difference]) -> bool {
        let is_key = |difference: &&Difference| {
            matches!(difference, Difference::Changed { object, property: Property::PartitionedBy, .. }
                if object == node)
        };
        matches!(node, ObjectId::Table(_)) && differences.iter().any(is_key)
    }

    /// Lets a table be made anew, with its rows.
    pub(super) fn rebuild(&mut self, node: &'a ObjectId) {
        let has_heirs = self.from.dependents(node).any(|table| {
            self.from
                .value(table, &Property::Inherits)
                .is_some_and(|parents| parents.split(", ").any(|parent| parent == node.name()))
        });
        if has_heirs {
            self.refuse(
                node,
                "its partitioning differs, and other tables inherit from it: let them go first",
            );
        }
        self.rebuilt.insert(node);
        self.fates.insert(node, Fate::Replaced);
        self.altered.insert(node, Altered::default());
    }

    /// Makes what needs a rebuilt table let go of it, where that is no dropping; returns whether it is none.
    pub(super) fn lets_rebuilt_go(&mut self, dependent: &'a ObjectId, node: &'a ObjectId) -> bool {
        if !self.rebuilt.contains(node) {
            return false;
        }
        match dependent {
            // It counts on, owned by the new table's column.
            ObjectId::Sequence(_) => true,
            ObjectId::Table(_) | ObjectId::ForeignTable(_) if self.is_partition_of(dependent, node) => {
                self.move_partition(dependent, node);
                true
            }
            _ => false,
        }
    }

    fn is_partition_of(&self, table: &ObjectId, parent: &ObjectId) -> bool {
        self.from.value(table, &Property::PartitionOf).is_some_and(|name| name == parent.name())
    }

    /// A partition that stays keeps its rows: it leaves the table before that is set aside.
    fn move_partition(&mut self, partition: &'a ObjectId, parent: &'a ObjectId) {
        let Some(partition) = self.to.node(partition).filter(|one| self.from.is_node(one)) else { return };
        self.fates.entry(partition).or_insert(Fate::Altered);
        let altered = self.altered.entry(partition).or_default();
        altered.detach = Some(drop::detach(partition, parent));
        let attachment = partition.as_whole().and_then(|whole| self.to.statements.attachment(whole));
        altered.attach =
            attachment.map(|sql| Step::new(partition, format!("makes {partition} a partition"), sql));
    }

    /// Returns whether a table is dropped as a partition of one that is rebuilt: its rows go over with it.
    pub(super) fn goes_with_rebuilt(&self, table: &ObjectId) -> bool {
        let goes_along = |parent: &ObjectId| {
            self.rebuilt.contains(parent)
                || self.fates.get(parent) == Some(&Fate::Dropped) && self.goes_with_rebuilt(parent)
        };
        matches!(table, ObjectId::Table(_)) && self.from.parent(table).is_some_and(goes_along)
    }

    /// Returns whether a part of a table that is there until another has its rows needs what goes before.
    pub(super) fn outlives_what_it_needs(&self, part: &'a ObjectId, table: &'a ObjectId) -> bool {
        let goes_before = |needed: &ObjectId| {
            let is_own = needed == table || self.from.whole(needed) == Some(table);
            self.is_gone(needed) && !is_own && !self.aside.contains(needed)
        };
        self.is_there_meanwhile(table) && self.from.needs(part).any(goes_before)
    }

    /// Returns whether a table goes once another has its rows.
    pub(super) fn is_there_meanwhile(&self, table: &ObjectId) -> bool {
        self.rebuilt.contains(table) || self.goes_with_rebuilt(table)
    }

    /// The operation with which a table goes once another has its rows.
    pub(super) fn clear_of(&self, table: &'a ObjectId) -> Option<Key<'a>> {
        let mut tables = successors(Some(table), |table| self.from.parent(table));
        let first = tables.find(|table| self.rebuilt.contains(table))?;
        self.is_there_meanwhile(table).then_some((Action::Clear, first))
    }

    /// Returns whether a part of a rebuilt table has a name that its successor needs, or needs one that has.
    pub(super) fn is_in_the_way_of_rebuilt(&self, part: &ObjectId) -> bool {
        let has_own_name = |part: &ObjectId| match part {
            ObjectId::Index(_) | ObjectId::Statistics(_) => true,
            ObjectId::Constraint(part) => self.from.statements.index_of(part).is_some(),
            _ => false,
        };
        let is_own = |key: &&ObjectId| has_own_name(key) && self.from.whole(key) == self.from.whole(part);
        let needs_one = || self.from.is_foreign_key(part) && self.from.needs(part).any(|key| is_own(&key));
        self.from.whole(part).is_some_and(|whole| self.rebuilt.contains(whole))
            && (has_own_name(part) || needs_one())
    }

    /// Writes the steps that set the old table aside, fill the new one and drop the old one.
    pub(super) fn write_rebuilt(&mut self, node: &'a ObjectId) {
        let (Some(name), ObjectId::Table(_)) = (node.as_whole(), node) else { return };
        let other = self.name_meanwhile(name);
        let mut aside = format!("ALTER TABLE {name} RENAME TO {};\n", other.name);
        let mut go_on = String::new();
        let (from, to) = (&self.from, &self.to);
        for (column, _) in from.statements.columns(name) {
            let Some(part) = column.part() else { continue };
            if let Some(sequence) = from.statements.identity_sequence(part) {
                let (rename, before) = column::set_aside((&self.from, &self.to), sequence);
                aside += &rename;
                if to.statements.identity_sequence(part).is_some() {
                    go_on += &column::count_on(&column::serial_sequence(part), &before);
                }
            }
            if let Some(sequence) = from.owned_sequence(part).filter(|sequence| to.is_node(sequence)) {
                aside.insert_str(0, &format!("ALTER SEQUENCE {} OWNED BY NONE;\n", sequence.name()));
                if to.owned_sequence(part) == Some(sequence) {
                    go_on += &format!("ALTER SEQUENCE {} OWNED BY {part};\n", sequence.name());
                }
            }
        }
        let (columns, loses) = self.columns_of_rebuilt(node);
        let (mut before, mut after) = (String::new(), String::new());
        let force = |table: &str, how: &str| format!("ALTER TABLE {table} {how} ROW LEVEL SECURITY;\n");
        if from.value(node, &Property::RowSecurityForced).is_some() {
            before += &force(&other.to_string(), "NO FORCE");
        }
        if to.value(node, &Property::RowSecurityForced).is_some() {
            before += &force(&name.to_string(), "NO FORCE");
            after += &force(&name.to_string(), "FORCE");
        }
        let copy = match columns.is_empty() {
            true => String::new(),
            false => {
                let of = |at: fn(&(String, String)) -> &String| {
                    columns.iter().map(at).cloned().collect::<Vec<_>>().join(", ")
                };
                let (names, values) = (of(|(name, _)| name), of(|(_, value)| value));
                format!(
                    "{before}INSERT INTO {name} ({names}) OVERRIDING SYSTEM VALUE\n\
                     SELECT {values} FROM {other};\n{after}"
                )
            }
        };
        let fill = Step::new(node, format!("fills the new {node}"), copy + &go_on).losing(loses);
        let drop = Step::new(node, format!("drops {node} as it was"), format!("DROP TABLE {other};\n"));
        if let Some(parent) = from.parent(node) {
            self.steps.insert((Action::Detach, node), vec![drop::detach(node, parent)]);
        }
        let aside = Step::new(node, format!("sets {node} aside"), aside);
        self.steps.insert((Action::Drop, node), vec![aside]);
        self.steps.insert((Action::Fill, node), vec![fill]);
        self.steps.insert((Action::Clear, node), vec![drop]);
    }

    /// The columns that both tables have with the values for them, and what is lost.
    fn columns_of_rebuilt(&self, node: &ObjectId) -> (Vec<(String, String)>, Vec<String>) {
        let sides = (&self.from, &self.to);
        let (mut columns, mut loses) = (Vec::new(), Vec::new());
        let all = node.as_whole().map(|name| self.from.statements.columns(name)).unwrap_or_default();
        for (column, own) in all.into_iter().filter(|(column, _)| !column::is_computed(sides.0, column)) {
            let Some(part) = column.part() else { continue };
            let of = |side: &Side<'a>| side.value(column, &Property::Type).unwrap_or_default();
            let (before, now) = (of(&self.from), of(&self.to));
            let is_kept = self.to.catalog.contains(column)
                && !column::is_computed(sides.1, column)
                && cast::leads(sides, before, now);
            let aside = self.aside.iter().find(|kind| kind.name() == now.trim_end_matches("[]"));
            if is_kept {
                let value = match aside {
                    Some(kind) if before == now => retype::value(sides, kind, part, now),
                    _ if before == now || cast::casts_by_itself(before, now) => own.to_string(),
                    _ => cast::using(sides, own.as_str(), before, now),
                };
                columns.push((own.to_string(), value));
            }
            if !is_kept
                || !cast::keeps_values(sides, before, now)
                || aside.is_some_and(|kind| retype::is_smaller(sides, kind))
            {
                loses.push(part.to_string());
            }
        }
        if columns.is_empty() {
            loses = vec![format!("{}.*", node.name())];
        }
        (columns, loses)
    }

    /// The new table is filled once its partitions are there, and before what looks at its rows or acts on
    /// them.
    pub(super) fn orders_of_rebuilt(&self) -> Vec<(Key<'a>, Key<'a>)> {
        let mut orders = Vec::new();
        for node in &self.rebuilt {
            let fill = (Action::Fill, *node);
            orders.extend([(fill, (Action::Create, *node)), ((Action::Clear, *node), fill)]);
            let family = self.to.partitions(node);
            for table in &family {
                orders.extend([(fill, (Action::Attach, *table)), (fill, (Action::Create, *table))]);
            }
            for key @ (action, object) in self.steps.keys() {
                let whole = self.to.whole(object);
                let is_of_family = whole.is_some_and(|whole| whole == *node || family.contains(whole));
                let is_own = whole == Some(*node);
                let looks_at_it = match object {
                    ObjectId::Trigger(_) | ObjectId::Rule(_) | ObjectId::Policy(_) => is_of_family,
                    ObjectId::Index(_) | ObjectId::Statistics(_) => is_own && !self.to.is_partitioned(node),
                    ObjectId::Constraint(_) => {
                        let is_key = self.to.is_foreign_key(object);
                        is_own && (!self.to.is_partitioned(node) || is_key)
                            || is_key && self.to.needs(object).any(|n| self.is_of(n, node))
                    }
                    ObjectId::MaterializedView(_) => true,
                    ObjectId::PublishedTable(_) => self.to.needs(object).any(|needed| needed == *node),
                    _ => false,
                };
                if *action == Action::Create && looks_at_it {
                    orders.push((*key, fill));
                }
            }
        }
        orders.retain(|(later, earlier)| self.steps.contains_key(later) && self.steps.contains_key(earlier));
        orders
    }

    fn is_of(&self, object: &ObjectId, table: &ObjectId) -> bool {
        object == table || self.to.whole(object) == Some(table)
    }
}
