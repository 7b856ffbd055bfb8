//! What is dropped: by a statement of its own, or with what it is a part of.

use std::collections::BTreeSet;

use model::{ObjectId, Property};

use super::{Action, Fate, Operations};
use crate::circles::Circles;
use crate::drop;
use crate::side::Side;
use crate::step::Step;

impl<'a> Operations<'a> {
    pub(super) fn write_drop(&mut self, node: &'a ObjectId, fate: Fate) {
        let from = &self.from;
        let whole = from.whole(node);
        let is_gone = |object: &ObjectId| self.is_gone(object);
        let goes_with_whole = whole.is_some_and(|whole| whole != node && is_gone(whole))
            && !self.is_in_the_way_of_rebuilt(node);
        let column = match node {
            ObjectId::Default(part) => Some(ObjectId::Column(part.clone())),
            ObjectId::Sequence(_) => {
                from.catalog.sequence_owner(node).map(|owner| ObjectId::Column(owner.column))
            }
            _ => None,
        };
        let is_dropped = |column: &ObjectId| {
            let whole = column.part().and_then(|part| self.from.relation(&part.whole));
            whole.is_some_and(|whole| !is_gone(whole)) && !self.to.catalog.contains(column)
        };
        let is_own_key = |key: &ObjectId| {
            matches!(key, ObjectId::Constraint(_) | ObjectId::Index(_))
                && from.whole(key) == whole
                && is_gone(key)
        };
        let holds_partition = self.holds_own_partition(node);
        let is_in_the_way = holds_partition
            || self.apart.contains(node)
            || self.goes_before_columns(node)
            || from.is_foreign_key(node) && from.needs(node).any(is_own_key);
        let goes_with_column = fate == Fate::Dropped
            && drop::goes_with_column(node)
            && !is_in_the_way
            && self.own_columns(node).chain(&column).any(is_dropped);
        // A key that goes with its table, and another table needs.
        let is_needed = from.dependents(node).any(|dependent| {
            from.whole(dependent) != whole
                && !is_gone(dependent)
                && !matches!(dependent, ObjectId::Default(_))
        });
        // A partition that is taken out of its parent keeps the constraints that this has brought.
        let is_brought = from.value(node, &Property::Inherited).is_some()
            && match node {
                ObjectId::Constraint(part) => {
                    // A key that holds the partition goes before that leaves.
                    let holds_it = |key: &&ObjectId| {
                        self.is_gone(key) && whole.is_some_and(|whole| self.holds.is_held_by(whole, key))
                    };
                    self.of_parents(part).iter().any(holds_it)
                        || !self.is_moved(node) && !self.is_in_the_way_of_rebuilt(node)
                }
                ObjectId::Trigger(_) => true,
                _ => false,
            };
        // A policy that reads another table which goes.
        let holds_another = matches!(node, ObjectId::Policy(_))
            && from.needs(node).any(|needed| Some(needed) != whole && is_gone(needed));
        let goes_along = from.attached_to(node).is_some_and(|parent| is_gone(parent) && !self.is_moved(node));
        let goes_before_whole = holds_another
            || holds_partition
            || self.is_in_circle(node)
            || self.leads_back(node)
            || self.apart.contains(node)
            || whole.is_some_and(|whole| self.outlives_what_it_needs(node, whole))
            || self.goes_early(node, whole);
        if (goes_with_whole && !goes_before_whole)
            || goes_along
            || (goes_with_column && !is_needed)
            || is_brought
            || self.absorbed.contains(node)
            || self.goes_with_rebuilt(node)
            || column.is_some_and(|column| self.was_remade(&column))
        {
            if goes_with_whole {
                self.with_whole.insert(node);
            } else if goes_with_column {
                self.with_column.insert(node);
            }
            self.steps.insert((Action::Drop, node), Vec::new());
            return;
        }
        self.write_letting_go(node);
        match drop::statement(&self.from, node) {
            Some(sql) => {
                let loses = if fate == Fate::Dropped { drop::loses(node) } else { Vec::new() };
                let mut step = Step::new(node, format!("drops {node}"), sql).losing(loses);
                let is_beside = fate == Fate::Dropped && self.can_stay(node);
                if self.options.online && is_beside && self.is_concurrent_index(&self.from, node) {
                    step.change.sql = step.change.sql.replacen("DROP INDEX ", "DROP INDEX CONCURRENTLY ", 1);
                    step = step.concurrent();
                }
                self.steps.insert((Action::Drop, node), vec![step]);
            }
            None => self.refuse(node, "objects of this kind are not planned"),
        }
    }

    /// Returns whether a column is dropped and added again.
    pub(super) fn was_remade(&self, column: &ObjectId) -> bool {
        let table = column.part().and_then(|part| self.from.relation(&part.whole));
        table.and_then(|table| self.altered.get(table)).is_some_and(|altered| altered.remade.contains(column))
    }

    /// The columns of its own table that a part of it names.
    fn own_columns(&self, node: &'a ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        let own = self.from.catalog.whole(node);
        let needed = self.from.catalog.dependencies(node);
        needed.filter(
            move |needed| matches!(needed, ObjectId::Column(part) if own.as_ref() == Some(&part.whole)),
        )
    }

    /// Returns whether an index or a key is in the way of what becomes of its columns: of another type, of
    /// NULLs.
    fn goes_before_columns(&self, node: &'a ObjectId) -> bool {
        let (from, to) = (&self.from, &self.to);
        let is_primary = || from.is_primary_key(node);
        let may_be_null = |column: &ObjectId| {
            let is_null = |side: &Side<'_>| side.value(column, &Property::NotNull).is_none();
            !is_null(from) && to.catalog.contains(column) && is_null(to) && is_primary()
        };
        // A table has one primary key.
        let makes_way = || {
            let table = from.whole(node).and_then(ObjectId::as_whole);
            let mut others = table.into_iter().flat_map(|table| to.statements.constraints(table));
            is_primary() && others.any(|other| other != node && to.is_primary_key(other))
        };
        matches!(node, ObjectId::Index(_) | ObjectId::Constraint(_))
            && (makes_way()
                || self.own_columns(node).any(|column| self.moving.contains(column) || may_be_null(column)))
    }

    /// Returns whether a part of a table that is dropped goes before, for what comes or goes meanwhile: a key
    /// that gives its name to another, a key to that one, a default that counts by a sequence of another
    /// table that goes.
    fn goes_early(&self, node: &'a ObjectId, whole: Option<&'a ObjectId>) -> bool {
        let is_of_other =
            |object: &&ObjectId| self.from.whole(object).is_some_and(|other| Some(other) != whole);
        match node {
            ObjectId::Constraint(_) => {
                self.gives_name_early(node)
                    || self.from.is_foreign_key(node)
                        && self.from.needs(node).any(|key| self.gives_name_early(key))
            }
            ObjectId::Default(_) => {
                let mut sequences =
                    self.from.needs(node).filter(|needed| matches!(needed, ObjectId::Sequence(_)));
                sequences.any(|sequence| self.is_gone(sequence) && is_of_other(&sequence))
            }
            _ => false,
        }
    }

    /// Returns whether a key gives its name to another table's before its own table goes, whose sequences are
    /// of use until then.
    fn gives_name_early(&self, key: &'a ObjectId) -> bool {
        let (ObjectId::Constraint(part), Some(table)) = (key, self.from.whole(key)) else { return false };
        let name = self.from.statements.index_of(part).and_then(ObjectId::qualified);
        if !name.is_some_and(|name| self.to.is_named(name)) {
            return false;
        }
        let columns = self.from.statements.columns(&part.whole).into_iter();
        let sequences = columns.filter_map(|(column, _)| self.from.owned_sequence(column.part()?));
        let mut users = sequences.flat_map(|sequence| self.from.dependents(sequence));
        users.any(|user| self.from.whole(user) != Some(table) && user != table)
    }

    /// Returns whether a part of a table that is dropped needs what needs the table: a function of its rows.
    fn leads_back(&self, part: &'a ObjectId) -> bool {
        let is_kind = matches!(part, ObjectId::Constraint(_) | ObjectId::Default(_));
        let Some(whole) = self.from.whole(part).filter(|_| is_kind) else { return false };
        let is_gone = |object: &ObjectId| self.fates.get(object).is_some_and(|fate| *fate != Fate::Altered);
        let of_whole = |object: &&ObjectId| *object == whole || self.from.whole(object) == Some(whole);
        let mut waiting: Vec<&ObjectId> = self.from.needs(part).filter(|needed| !of_whole(needed)).collect();
        let mut seen = BTreeSet::new();
        while let Some(object) = waiting.pop() {
            if object == whole {
                return true;
            }
            if is_gone(object) && seen.insert(object) {
                waiting.extend(self.from.needs(object));
            }
        }
        false
    }

    /// Returns whether a foreign key of a table that is dropped leads to another such table that leads back.
    fn is_in_circle(&self, node: &'a ObjectId) -> bool {
        let Some(whole) = self.from.whole(node).filter(|_| matches!(node, ObjectId::Constraint(_))) else {
            return false;
        };
        self.targets(node, whole).any(|table| self.dropped_circles.hold_both(table, whole))
    }

    /// The circles of foreign keys among the tables that are dropped.
    pub(super) fn find_dropped_circles(&self) -> Circles<'a> {
        let is_dropped = |table: &&'a ObjectId| {
            matches!(table, ObjectId::Table(_)) && self.fates.get(*table) == Some(&Fate::Dropped)
        };
        let targets = |table: &'a ObjectId| -> Vec<&'a ObjectId> {
            let constraints = self.from.dependents(table).filter(|part| {
                matches!(part, ObjectId::Constraint(_)) && self.from.whole(part) == Some(table)
            });
            constraints.flat_map(|key| self.targets(key, table)).filter(is_dropped).collect()
        };
        let dropped = self.fates.keys().copied().filter(is_dropped);
        Circles::new(&dropped.map(|table| (table, targets(table))).collect())
    }

    /// The other tables that a constraint of a table leads to.
    fn targets(&self, constraint: &'a ObjectId, own: &'a ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        let needed = self.from.needs(constraint).filter_map(|needed| match needed {
            ObjectId::Table(_) => Some(needed),
            _ => self.from.whole(needed),
        });
        needed.filter(move |table| *table != own)
    }
}
