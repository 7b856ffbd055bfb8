//! What goes for a while, since what it needs does.

use std::collections::BTreeSet;

use model::{ObjectId, PartName, Property};

use super::{Fate, Operations};
use crate::alter::is_replaceable;
use crate::drop;
use crate::side::Side;

impl<'a> Operations<'a> {
    /// What needs an object that goes for a while, goes for that while too.
    pub(super) fn replace_dependents(&mut self) {
        let mut waiting: Vec<&'a ObjectId> = Vec::new();
        for (node, fate) in &self.fates {
            if matches!(fate, Fate::Replaced | Fate::Dropped) {
                waiting.push(node);
            }
        }
        let mut blocking: BTreeSet<&'a ObjectId> = BTreeSet::new();
        for altered in self.altered.values() {
            for column in &altered.retyped {
                let is_comparable = self.is_comparable_meanwhile(column);
                let is_in_the_way = |d: &&ObjectId| {
                    !is_rebuilt_by_postgres(d) || !is_comparable && self.from.is_foreign_key(d)
                };
                blocking.extend(self.from.dependents_of_column(column).filter(is_in_the_way));
            }
            blocking.extend(self.on_keys_with(altered.retyped.iter().chain(altered.computed())));
            self.moving.extend(altered.retyped.iter().chain(&altered.remade).cloned());
            let remade = altered.remade.iter().flat_map(|column| self.from.dependents_of_column(column));
            blocking.extend(remade.filter(|d| !is_of_column(d)));
        }
        blocking.extend(self.held_by_children());
        blocking.extend(self.keys_that_let_go());
        for dependent in blocking {
            self.replace(dependent, &mut waiting);
        }
        while let Some(node) = waiting.pop() {
            let dependents: Vec<&'a ObjectId> = self.from.dependents(node).collect();
            for dependent in dependents {
                let is_needed_again = self.fates.get(node) == Some(&Fate::Replaced);
                let needs_it_still = self.to.needs(dependent).any(|needed| needed == node);
                // What would not be touched holds on to what goes.
                let is_untouched = match self.fates.get(dependent) {
                    None => is_replaceable(dependent.kind()),
                    // What can be altered of these is nothing that they need.
                    Some(Fate::Altered) => {
                        let is_part = matches!(dependent, ObjectId::Constraint(_) | ObjectId::Index(_));
                        is_part && !self.is_out_of_parent(dependent)
                    }
                    _ => false,
                };
                // An index goes with the one that it is attached to.
                let goes_along = self.from.attached_to(dependent) == Some(node) && !self.is_moved(dependent);
                let is_held_again = is_needed_again && (needs_it_still || !self.to.is_node(dependent));
                let holds =
                    matches!(dependent, ObjectId::Table(_) | ObjectId::ForeignTable(_)) && !is_needed_again;
                // It goes later than what it is computed by comes again.
                let goes_later = is_needed_again && self.is_there_meanwhile(dependent);
                if is_untouched || goes_along || is_held_again || holds || goes_later {
                    self.let_go(dependent, node, &mut waiting);
                }
            }
        }
    }

    /// What a parent has and does not let its children be without: an index of a partitioned table, a
    /// constraint that is a child's own as well and is to be the parent's alone.
    fn held_by_children(&self) -> Vec<&'a ObjectId> {
        let stays = |table: &ObjectId| matches!(self.fates.get(table), None | Some(Fate::Altered));
        let mut held = Vec::new();
        for (node, fate) in &self.fates {
            match node {
                ObjectId::Index(_) if self.is_gone(node) && !self.is_moved(node) => {
                    let is_held = self.from.whole(node).is_some_and(stays);
                    held.extend(self.from.attached_to(node).filter(|_| is_held));
                }
                ObjectId::Constraint(part) if *fate == Fate::Replaced => {
                    let is_brought = |side: &Side<'_>| side.value(node, &Property::Inherited).is_some();
                    if !is_brought(&self.from) && is_brought(&self.to) {
                        held.extend(self.of_parents(part));
                    }
                    // One that was checked is no longer: as its parents bring it.
                    let is_unchecked = |side: &Side<'_>| side.value(node, &Property::Validated) == Some("no");
                    if is_brought(&self.from) && !is_unchecked(&self.from) && is_unchecked(&self.to) {
                        held.extend(self.of_ancestors(part));
                    }
                }
                _ => {}
            }
        }
        held
    }

    /// The constraints of this one's name on the tables that its own inherits from.
    pub(super) fn of_parents(&self, part: &PartName) -> Vec<&'a ObjectId> {
        let parents = self.from.relation(&part.whole).into_iter().flat_map(|table| self.from.parents(table));
        let parents = parents.filter_map(ObjectId::as_whole);
        let constraint = |parent| ObjectId::Constraint(PartName::new(parent, &part.name));
        parents.filter_map(|parent| self.from.node(&constraint(parent))).collect()
    }

    /// The constraints of this one's name on the tables that its own inherits from, and on those of these.
    fn of_ancestors(&self, part: &PartName) -> Vec<&'a ObjectId> {
        let (mut found, mut waiting) = (Vec::new(), self.of_parents(part));
        while let Some(constraint) = waiting.pop() {
            if !found.contains(&constraint) {
                found.push(constraint);
                waiting.extend(constraint.part().into_iter().flat_map(|part| self.of_parents(part)));
            }
        }
        found
    }

    /// Returns whether a foreign key can compare a column of the new type with one of the old.
    fn is_comparable_meanwhile(&self, column: &ObjectId) -> bool {
        let is_number = |kind: &str| matches!(kind, "smallint" | "integer" | "bigint");
        let is_text = |kind: &str| kind == "text" || kind.starts_with("character varying");
        let types =
            [&self.from, &self.to].map(|side| side.value(column, &Property::Type).unwrap_or_default());
        types[0] == types[1]
            || types.iter().all(|kind| is_number(kind))
            || types.iter().all(|kind| is_text(kind))
    }

    /// Returns whether a part that its table's parent has brought leaves that with its table.
    fn is_out_of_parent(&self, part: &ObjectId) -> bool {
        let brought = [Property::Inherited, Property::AttachedTo];
        self.is_moved(part) && brought.iter().any(|property| self.from.value(part, property).is_some())
    }

    /// The partition with which a part leaves an object of its parent's, or the parent.
    pub(super) fn leaves_with_its_table(
        &self,
        part: &ObjectId,
        object: &'a ObjectId,
    ) -> Option<&'a ObjectId> {
        let table = self.from.whole(part).filter(|_| self.is_out_of_parent(part))?;
        let parent = self.from.parent(table)?;
        (object == parent || self.from.whole(object) == Some(parent)).then_some(table)
    }

    /// Returns whether the table of an index is taken out of its parent, with the index.
    pub(super) fn is_moved(&self, index: &ObjectId) -> bool {
        let table = self.from.whole(index);
        table.and_then(|table| self.altered.get(table)).is_some_and(|altered| altered.detach.is_some())
    }

    pub(super) fn replace(&mut self, dependent: &'a ObjectId, waiting: &mut Vec<&'a ObjectId>) {
        if self.is_gone(dependent) {
            return;
        }
        // Its column is retyped by the table's own statements.
        if self.absorbed.contains(dependent) {
            return;
        }
        if !self.to.is_node(dependent) {
            return;
        }
        if !is_replaceable(dependent.kind()) {
            self.refuse(dependent, "it needs what has to be dropped and made again");
            return;
        }
        self.fates.insert(dependent, Fate::Replaced);
        waiting.push(dependent);
    }
}

/// Indexes, keys and defaults follow the type of a column by themselves.
pub(super) fn is_rebuilt_by_postgres(object: &ObjectId) -> bool {
    drop::goes_with_column(object) || matches!(object, ObjectId::Table(_) | ObjectId::ForeignTable(_))
}

/// Parts of the column itself.
pub(super) fn is_of_column(object: &ObjectId) -> bool {
    matches!(
        object,
        ObjectId::Default(_) | ObjectId::Sequence(_) | ObjectId::Table(_) | ObjectId::ForeignTable(_)
    )
}
