//! Parts that a new table, or a new index of a partitioned one, has in its own statement.

use std::collections::{BTreeMap, BTreeSet};

use model::{Ident, ObjectId, Property};

use super::graph::names_of;
use super::{Action, Fate, Key, Operations};
use crate::circles::{Circles, Edges};
use crate::names::items;
use crate::serial;
use crate::side::Side;

/// A part of a table, and what it needs.
type Part<'a> = (&'a ObjectId, Vec<&'a ObjectId>);

impl<'a> Operations<'a> {
    /// Puts defaults and constraints into the statements of new tables, as far as no circle comes of it.
    pub(super) fn take_inline(&mut self) {
        let mut needs: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>> = BTreeMap::new();
        let is_new = |(node, fate): &(&&'a ObjectId, &Fate)| {
            let is_made = **fate == Fate::Created || self.rebuilt.contains(**node);
            is_made && matches!(node, ObjectId::Table(_) | ObjectId::ForeignTable(_))
        };
        let tables = self.fates.iter().filter(is_new).map(|(node, _)| *node);
        let parts: Vec<(&'a ObjectId, Vec<Part<'a>>)> =
            tables.map(|table| (table, self.parts_within(table))).collect();
        let mut edges: Edges<'a> = self
            .to
            .statements
            .needs()
            .iter()
            .map(|(node, of)| (*node, of.iter().copied().collect()))
            .collect();
        for (table, parts) in &parts {
            edges.entry(table).or_default().extend(parts.iter().flat_map(|(_, others)| others));
            // A serial's sequence is made with its table.
            let serials = parts.iter().filter_map(|(part, _)| self.serial(part));
            serials.for_each(|sequence| edges.entry(sequence).or_default().push(table));
        }
        let circles = Circles::new(&edges);
        for (table, parts) in parts {
            for (part, others) in parts {
                let leads_back = |needed: &&'a ObjectId| self.reaches(needed, table, &needs, &circles);
                if others.iter().any(leads_back) {
                    continue;
                }
                if let Some(sequence) = self.serial(part) {
                    self.absorbed.insert(sequence.clone());
                    needs.entry(sequence).or_default().insert(table);
                }
                needs.entry(table).or_default().extend(others);
                self.inline.entry(table).or_default().push(part);
                self.absorbed.insert(part.clone());
            }
        }
    }

    /// The sequence that a default makes as one of a serial.
    fn serial(&self, part: &ObjectId) -> Option<&'a ObjectId> {
        match part {
            ObjectId::Default(column) => serial::sequence(&self.from, &self.to, column),
            _ => None,
        }
    }

    /// Leaves the indexes of partitions to the statement of their parent's, in a database that nobody uses,
    /// where Postgres makes just these. Beside writers each is built by itself.
    pub(super) fn take_indexes_of_partitions(&mut self) {
        if self.options.online {
            return;
        }
        let is_new = |index: &&&'a ObjectId| {
            matches!(index, ObjectId::Index(_)) && self.fates.get(**index) == Some(&Fate::Created)
        };
        let indexes: Vec<&'a ObjectId> = self.fates.keys().filter(is_new).copied().collect();
        for index in indexes {
            let is_first = self.to.value(index, &Property::AttachedTo).is_none();
            if let Some(attached) = self.usual_indexes(index).filter(|_| is_first) {
                self.absorbed.extend(attached.into_iter().cloned());
                self.with_partitions.insert(index);
            }
        }
    }

    /// The indexes that Postgres makes with one of a partitioned table: one for each partition. None where
    /// one of them is to be another, or the table has no partition.
    fn usual_indexes(&self, index: &'a ObjectId) -> Option<Vec<&'a ObjectId>> {
        let table = self.to.whole(index).filter(|table| self.to.is_partitioned(table))?;
        let columns = index_columns(self.to.value(index, &Property::Definition)?);
        let names: BTreeSet<String> = self
            .to
            .statements
            .columns(table.as_whole()?)
            .into_iter()
            .map(|(_, name)| name.unquoted())
            .collect();
        if !columns.iter().all(|column| names.contains(column)) {
            return None;
        }
        let mut all = Vec::new();
        for partition in
            self.to.dependents(table).filter(|one| self.is_partition_before_and_after(one, table))
        {
            let name = partition.as_whole()?;
            let usual = format!("{}_{}_idx", name.name.unquoted(), columns.join("_"));
            let child = self.to.dependents(index).find(|child| {
                self.to.attached_to(child) == Some(index) && self.to.whole(child) == Some(partition)
            })?;
            let mut properties = self.to.catalog.properties(child).into_iter().flatten();
            let is_plain = properties.all(|(property, value)| match property {
                Property::AttachedTo | Property::Definition | Property::Table => true,
                Property::Usable => &**value == "yes",
                _ => false,
            });
            let is_usual = child.qualified()?.name.unquoted() == usual && usual.len() < 64;
            if !is_plain || !is_usual || self.fates.get(child) != Some(&Fate::Created) {
                return None;
            }
            all.push(child);
            if self.to.is_partitioned(partition) {
                all.extend(self.usual_indexes(child)?);
            }
        }
        let count =
            self.to.dependents(index).filter(|child| self.to.attached_to(child) == Some(index)).count();
        let own = all.iter().filter(|child| self.to.attached_to(child) == Some(index)).count();
        (count == own && !all.is_empty()).then_some(all)
    }

    fn is_partition_before_and_after(&self, partition: &ObjectId, table: &ObjectId) -> bool {
        let of = |side: &Side<'_>| {
            let bound = side.value(partition, &Property::Partition).map(str::to_owned);
            bound.filter(|_| side.value(partition, &Property::PartitionOf) == Some(table.name().as_str()))
        };
        of(&self.from).is_some() && of(&self.from) == of(&self.to)
    }

    /// A part that comes with its table, and brings that into a circle by what it needs or by its name.
    pub(super) fn inline_in_circle(&self, left: &BTreeSet<Key<'a>>) -> Option<&'a ObjectId> {
        let gone = left.iter().filter(|(action, _)| *action == Action::Drop);
        let names: BTreeSet<String> = gone.flat_map(|(_, node)| names_of(&self.from, node)).collect();
        let waits = |part: &&'a ObjectId| {
            let is_to_come = |needed: &'a ObjectId| {
                [Action::Create, Action::Alter].iter().any(|action| left.contains(&(*action, needed)))
            };
            let is_own = |needed: &ObjectId| Some(needed) == self.to.whole(part);
            let is_brought = self.to.value(part, &Property::Inherited).is_some();
            let mut needed = self.to.needs(part).filter(|needed| !is_own(needed));
            let is_named = || names_of(&self.to, part).iter().any(|name| names.contains(name));
            let follows = || self.former_keys(part).iter().any(|key| left.contains(key));
            !is_brought && (needed.any(is_to_come) || is_named() || follows())
        };
        let tables = left.iter().filter(|(action, _)| *action == Action::Create);
        tables
            .filter_map(|key| Some((key, self.inline.get(key.1)?.iter().copied().find(waits)?)))
            .find(|(key, _)| self.comes_after_itself(key, left))
            .map(|(_, part)| part)
    }

    /// The parts of a table that its own statement can hold, each with what it needs beyond the table.
    fn parts_within(&self, table: &'a ObjectId) -> Vec<Part<'a>> {
        let is_whole = |part: &ObjectId| self.to.whole(part) == Some(table);
        // A rebuilt partition must have the checks of its parent before it is attached.
        let is_asked_for = |part: &ObjectId| {
            let definition = self.to.value(part, &Property::Definition).unwrap_or_default();
            self.to.value(part, &Property::Inherited).is_some() && definition.starts_with("CHECK")
        };
        let is_inline = |part: &ObjectId| self.to.statements.can_be_inline(table, part);
        // A foreign key to the table itself needs a key or an index of it.
        let comes_later = |key: &ObjectId| match key {
            ObjectId::Constraint(_) => is_whole(key) && !is_inline(key),
            ObjectId::Index(_) => is_whole(key),
            _ => false,
        };
        let parts = self.to.dependents(table).filter(|part| is_whole(part)).filter(|part| match part {
            _ if self.apart.contains(*part) => false,
            _ if self.rebuilt.contains(table) && !is_asked_for(part) => false,
            ObjectId::Default(_) => true,
            ObjectId::Constraint(_) => is_inline(part) && !self.to.needs(part).any(comes_later),
            _ => false,
        });
        let is_beyond = |needed: &&ObjectId| *needed != table && !is_whole(needed);
        parts.map(|part| (part, self.to.needs(part).filter(is_beyond).collect())).collect()
    }

    /// Returns whether an object needs a table in the end, by what it needs and by what is within tables.
    /// `circles`: those that come of it if all parts are within their tables. Whatever leads back is in one.
    fn reaches(
        &self,
        object: &'a ObjectId,
        table: &ObjectId,
        further: &BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
        circles: &Circles<'a>,
    ) -> bool {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![object];
        while let Some(object) = waiting.pop() {
            if object == table {
                return true;
            }
            if circles.hold_both(object, table) && seen.insert(object) {
                waiting.extend(self.to.needs(object));
                waiting.extend(further.get(object).into_iter().flatten().copied());
            }
        }
        false
    }
}

/// The first words of an index's columns, those that it includes as well; names where they are plain columns.
fn index_columns(definition: &str) -> Vec<String> {
    let lists = definition.split_once(" USING ").map_or("", |(_, rest)| rest);
    let lists = lists.split_once(" WHERE ").map_or(lists, |(lists, _)| lists);
    let lists = lists.split_once(" WITH ").map_or(lists, |(lists, _)| lists);
    let lists = items(lists, " INCLUDE ").into_iter().filter_map(|list| {
        let (_, list) = list.split_once('(')?;
        Some(items(list.trim_end().strip_suffix(')')?, ", "))
    });
    let first = |column: &str| items(column, " ").first().map(|word| Ident::new(word).unquoted());
    lists.flatten().filter_map(first).collect()
}
