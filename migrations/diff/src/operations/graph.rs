//! The order of operations, and the files that their steps are put into.

use std::collections::{BTreeMap, BTreeSet};

use model::{ObjectId, Property};

use super::{Action, Fate, Key, Operations, event_triggers};
use crate::side::Side;
use crate::step::Altered;

impl<'a> Operations<'a> {
    /// Orders the operations: each after what it needs.
    pub(super) fn connect(&mut self) {
        let keys: Vec<Key<'a>> = self.steps.keys().copied().collect();
        let detaches: Vec<Key<'a>> =
            keys.iter().filter(|(action, _)| *action == Action::Detach).copied().collect();
        let has = |action: Action, node: &'a ObjectId| self.steps.contains_key(&(action, node));
        let mut after: BTreeMap<Key<'a>, BTreeSet<Key<'a>>> = BTreeMap::new();
        let mut add = |later: Key<'a>, earlier: Key<'a>| {
            if later != earlier {
                after.entry(later).or_default().insert(earlier);
            }
        };
        let is_there = |node: &'a ObjectId| -> Option<Key<'a>> {
            [Action::Create, Action::Alter]
                .into_iter()
                .find(|action| has(*action, node))
                .map(|action| (action, node))
        };
        let mut softly = Vec::new();
        for key @ (action, node) in keys.iter().copied() {
            match action {
                Action::Create | Action::Alter => {
                    if has(Action::Drop, node) {
                        add(key, (Action::Drop, node));
                    }
                    let node = self.to.node(node).unwrap_or(node);
                    let mut needs: BTreeSet<&'a ObjectId> = self.to.needs(node).collect();
                    let absorbed = self
                        .to
                        .dependents(node)
                        .filter(|part| self.absorbed.contains(*part) && self.to.whole(part) == Some(node));
                    for part in absorbed {
                        needs.extend(self.to.needs(part));
                    }
                    // It becomes a partition of its parent later.
                    let parent = self.to.parent(node).filter(|_| has(Action::Attach, node));
                    for needed in
                        needs.into_iter().filter(|needed| *needed != node && Some(*needed) != parent)
                    {
                        let inner = self.absorbed.contains(needed).then(|| self.to.whole(needed)).flatten();
                        let needed = inner.unwrap_or(needed);
                        if let Some(earlier) = is_there(needed).filter(|(_, object)| *object != node) {
                            add(key, earlier);
                        }
                    }
                    if has(Action::Detach, node) {
                        add(key, (Action::Detach, node));
                    }
                    // A partition has its parent's trigger once it is attached.
                    if let (ObjectId::Trigger(_), Some(_)) = (node, self.to.value(node, &Property::Inherited))
                        && let Some(table) = self.to.whole(node).filter(|table| has(Action::Attach, table))
                    {
                        add(key, (Action::Attach, table));
                    }
                    if let Some(earlier) = self.to.statements.followed(node).and_then(is_there) {
                        add(key, earlier);
                    }
                    // Of indexes alike, a table that is attached gives the first to its parent's first.
                    for earlier in self.attached_before(node).filter(|index| has(Action::Create, index)) {
                        softly.push((key, (Action::Create, earlier)));
                    }
                    if let Some(gone) = self.from.attached_to(node).filter(|gone| has(Action::Drop, gone)) {
                        add(key, (Action::Drop, gone));
                    }
                    if action == Action::Create && matches!(node, ObjectId::Constraint(_)) {
                        for part in self.of_heirs(node).filter(|part| has(Action::Drop, part)) {
                            add(key, (Action::Drop, part));
                        }
                    }
                    // Before it would go with its former owner.
                    let owner = self.from.catalog.sequence_owner(node).filter(|_| action == Action::Alter);
                    if let Some(owner) = owner
                        && let Some(table) = self.from.relation(&owner.column.whole)
                    {
                        if has(Action::Drop, table) {
                            add((Action::Drop, table), key);
                        }
                        if has(Action::Alter, table) && self.was_remade(&ObjectId::Column(owner.column)) {
                            add((Action::Alter, table), key);
                        }
                    }
                    if action == Action::Alter && !is_altered_in_use(node) {
                        for dependent in self.of_family(node) {
                            let goes_later =
                                self.with_column.contains(dependent) || self.with_whole.contains(dependent);
                            if has(Action::Drop, dependent) && !goes_later {
                                let drop = (key, (Action::Drop, dependent));
                                // What goes may have to wait for what needs the altered object.
                                match self.may_stay_in_use(node) {
                                    true => softly.push(drop),
                                    false => add(drop.0, drop.1),
                                }
                            }
                        }
                    }
                }
                Action::Drop | Action::Shrink => {
                    let detached = self.from.whole(node).filter(|table| has(Action::Detach, table));
                    if let Some(table) = detached.filter(|table| !self.holds.is_held_by(table, node)) {
                        add(key, (Action::Detach, table));
                    }
                    if action == Action::Shrink && has(Action::Alter, node) {
                        softly.push((key, (Action::Alter, node)));
                    }
                    let node_before = self.from.node(node).unwrap_or(node);
                    if let ObjectId::Constraint(part) = node {
                        for parent in
                            self.of_parents(part).into_iter().filter(|parent| has(Action::Drop, parent))
                        {
                            add(key, (Action::Drop, parent));
                        }
                    }
                    if self.with_column.contains(node)
                        && let Some(whole) = self.from.whole(node).and_then(|whole| self.to.node(whole))
                        && has(Action::Shrink, whole)
                    {
                        add(key, (Action::Shrink, whole));
                    }
                    if self.with_whole.contains(node)
                        && let Some(whole) = self.from.whole(node)
                    {
                        add(key, (Action::Drop, whole));
                    }
                    let in_the_way = self.in_the_way(action, node_before);
                    // Constraints that children inherit from this one are dropped with it.
                    let stays = |part: &&'a ObjectId| !self.is_brought_by(part, node_before);
                    for dependent in in_the_way.into_iter().filter(stays) {
                        if let Some(table) = self.leaves_with_its_table(dependent, node_before) {
                            add(key, (Action::Detach, table));
                            continue;
                        }
                        if has(Action::Clear, dependent) && !self.aside.contains(node_before) {
                            add(key, (Action::Clear, dependent));
                        }
                        let is_there_still =
                            self.is_there_meanwhile(node_before) || self.aside.contains(node_before);
                        if let Some(clear) = self.clear_of(dependent).filter(|_| !is_there_still) {
                            add(key, clear);
                        }
                        let dependent_after = self.to.node(dependent).unwrap_or(dependent);
                        // A default or a key that its table's own statements change.
                        let inner =
                            self.absorbed.contains(dependent).then(|| self.to.whole(dependent)).flatten();
                        for object in [Some(dependent), Some(dependent_after), inner].into_iter().flatten() {
                            for earlier in [Action::Drop, Action::Alter, Action::Shrink] {
                                let is_later = action == Action::Drop
                                    && earlier != Action::Drop
                                    && self.keeps(object, node);
                                let is_other = object != node && object != node_before;
                                // Under its other name it stays until they are gone.
                                let may_stay = self.aside.contains(node_before)
                                    && matches!(object, ObjectId::Domain(_) | ObjectId::CompositeType(_));
                                if has(earlier, object) && is_other && !is_later && !may_stay {
                                    let is_own_part = action == Action::Shrink && earlier == Action::Shrink;
                                    if !is_own_part {
                                        add(key, (earlier, object));
                                    }
                                }
                            }
                        }
                    }
                }
                Action::Detach => {}
                Action::Attach => {
                    // A column that its new parent has not must be gone.
                    if has(Action::Shrink, node) {
                        add(key, (Action::Shrink, node));
                    }
                    if let Some(earlier) = is_there(node) {
                        add(key, earlier);
                    }
                    if let Some(earlier) = self.to.attached_to(node).and_then(is_there) {
                        add(key, earlier);
                    }
                    for detach in &detaches {
                        add(key, *detach);
                    }
                    let owner = self.to.catalog.sequence_owner(node);
                    let owner = owner.and_then(|owner| self.to.relation(&owner.column.whole));
                    if let Some(earlier) = owner.and_then(is_there) {
                        add(key, earlier);
                    }
                    let whole = self.to.whole(node);
                    for object in self.to.dependents(node).chain(whole) {
                        if let Some(earlier) = is_there(object) {
                            let is_part = self.to.whole(object) == Some(node)
                                && !matches!(object, ObjectId::Trigger(_));
                            let holds_it = self.holds.is_held_by(node, object);
                            if is_part && !holds_it || Some(object) == whole {
                                add(key, earlier);
                            }
                        }
                    }
                    if let Some(parent) = self.to.parent(node) {
                        if let Some(earlier) = is_there(parent) {
                            add(key, earlier);
                        }
                        // A column that the partition lacks must be dropped from the parent first.
                        if has(Action::Shrink, parent) {
                            add(key, (Action::Shrink, parent));
                        }
                    }
                }
                Action::Fill | Action::Clear | Action::Set => {}
            }
        }
        let orders = [
            self.orders_of_aside(),
            self.orders_of_rebuilt(),
            self.orders_of_held(),
            self.orders_of_primary_keys(),
            self.orders_of_foreign_keys(),
        ];
        for (later, earlier) in orders.into_iter().flatten() {
            add(later, earlier);
        }
        // What is a member of an extension comes and goes with it.
        let of_system = keys.iter().filter(|(_, node)| matches!(node, ObjectId::SystemPrivileges(_)));
        for set @ (_, node) in of_system {
            for extension @ (action, _) in
                keys.iter().filter(|(_, node)| matches!(node, ObjectId::Extension(_)))
            {
                match action {
                    Action::Drop if self.from.catalog.contains(node) => add(*extension, *set),
                    Action::Create | Action::Alter => add(*set, *extension),
                    _ => {}
                }
            }
        }
        // A name is free once the object that has it is gone.
        let mut names: BTreeMap<String, Vec<&'a ObjectId>> = BTreeMap::new();
        for (action, node) in &keys {
            if *action == Action::Drop {
                for name in names_of(&self.from, node) {
                    names.entry(name).or_default().push(node);
                }
            }
        }
        for (action, node) in &keys {
            if *action == Action::Create {
                let inline = self.inline.get(node).into_iter().flatten();
                let parts = std::iter::once(node).chain(inline);
                for name in parts.flat_map(|part| names_of(&self.to, part)) {
                    for gone in names.get(&name).into_iter().flatten() {
                        add((Action::Create, node), (Action::Drop, gone));
                    }
                }
            }
        }
        for (later, earlier) in event_triggers::orders(&keys) {
            add(later, earlier);
        }
        self.after = after;
        for (later, earlier) in softly {
            self.softly_after.entry(later).or_default().insert(earlier);
        }
    }

    /// Returns whether an object can be altered before what needs it goes, where it must be.
    fn may_stay_in_use(&self, object: &ObjectId) -> bool {
        matches!(
            object,
            ObjectId::Domain(_)
                | ObjectId::CompositeType(_)
                | ObjectId::Function(_)
                | ObjectId::Procedure(_)
                | ObjectId::Aggregate(_)
        ) || self.altered.get(object).is_some_and(Altered::is_in_nobodys_way)
    }

    /// Returns whether a constraint is one that its table inherits with another, of its parent's.
    fn is_brought_by(&self, part: &ObjectId, parent: &ObjectId) -> bool {
        match part {
            ObjectId::Constraint(name) if self.from.value(part, &Property::Inherited).is_some() => {
                self.of_parents(name).contains(&parent)
            }
            _ => false,
        }
    }

    /// What needs an object, or a table that inherits from it: its statements reach them as well.
    fn of_family(&self, node: &'a ObjectId) -> BTreeSet<&'a ObjectId> {
        let (mut found, mut waiting) = (BTreeSet::new(), vec![self.from.node(node).unwrap_or(node)]);
        while let Some(node) = waiting.pop() {
            for dependent in self.from.dependents(node) {
                let is_heir = matches!(node, ObjectId::Table(_)) && matches!(dependent, ObjectId::Table(_));
                if found.insert(dependent) && is_heir {
                    waiting.push(dependent);
                }
            }
        }
        found
    }

    /// The indexes of an index's table that belong to older ones of the parent than it does itself: to such
    /// as stay, or are made before.
    fn attached_before(&self, index: &ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        let to = &self.to;
        let parent = to.attached_to(index);
        let age = |parent: &'a ObjectId| {
            (matches!(self.fates.get(parent), Some(Fate::Created | Fate::Replaced)), parent)
        };
        let table = parent.and_then(|_| to.whole(index)).and_then(ObjectId::as_whole);
        let others = table.into_iter().flat_map(|table| to.statements.indexes(table));
        others.filter(move |other| {
            let ages = to.attached_to(other).map(age).zip(parent.map(age));
            ages.is_some_and(|(other, own)| own.0 && other < own)
        })
    }

    /// The constraints of this one's name on the tables that inherit from its own.
    fn of_heirs(&self, constraint: &ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        let name = constraint.part().map(|part| part.name.clone());
        let table = self.to.whole(constraint);
        let heirs = table.into_iter().flat_map(|table| self.of_family(table));
        heirs.filter(move |part| {
            matches!(part, ObjectId::Constraint(_))
                && self.from.whole(part) != table
                && part.part().map(|part| part.name.clone()) == name
        })
    }

    /// Returns whether an object is altered once what it needs was dropped and made again, or set aside.
    fn keeps(&self, object: &'a ObjectId, needed: &'a ObjectId) -> bool {
        let is_there = |action| self.steps.contains_key(&(action, needed));
        let needs = || self.to.needs(object).any(|one| one == needed);
        self.aside.contains(needed) || (is_there(Action::Create) || is_there(Action::Alter)) && needs()
    }

    /// What must not need an object any more when it is dropped, or a column of it.
    fn in_the_way(&self, action: Action, node: &'a ObjectId) -> BTreeSet<&'a ObjectId> {
        let goes_along = |part: &&'a ObjectId| {
            self.from.whole(part) == Some(node)
                && (self.with_column.contains(*part) || self.with_whole.contains(*part))
        };
        // A sequence goes with the column that owns it.
        let of_sequence = |column: &ObjectId| {
            let sequence = column.part().and_then(|part| self.from.owned_sequence(part));
            sequence
                .filter(|sequence| self.is_gone(sequence))
                .into_iter()
                .flat_map(|sequence| self.from.dependents(sequence))
        };
        if action == Action::Shrink {
            let columns =
                self.steps.get(&(action, node)).into_iter().flatten().map(|step| &step.change.about);
            let dependents =
                columns.flat_map(|column| self.from.dependents_of_column(column).chain(of_sequence(column)));
            return dependents.filter(|part| !goes_along(part)).collect();
        }
        let mut found = BTreeSet::new();
        for dependent in self.from.dependents(node) {
            match goes_along(&dependent) {
                true => found.extend(self.from.dependents(dependent).filter(|part| !goes_along(part))),
                false => {
                    found.insert(dependent);
                }
            }
        }
        let columns = node.as_whole().map(|whole| self.from.statements.columns(whole)).unwrap_or_default();
        let of_sequences = columns.into_iter().flat_map(|(column, _)| of_sequence(column));
        found.extend(of_sequences.filter(|part| self.from.whole(part) != Some(node)));
        found
    }
}

/// Returns whether whatever needs an object may do so while that is altered.
fn is_altered_in_use(object: &ObjectId) -> bool {
    matches!(
        object,
        ObjectId::Enum(_)
            | ObjectId::Extension(_)
            | ObjectId::ForeignDataWrapper(_)
            | ObjectId::Language(_)
            | ObjectId::Schema(_)
            | ObjectId::Server(_)
    )
}

/// Names are the same if one has to go before the other comes: of relations and types in a schema, of parts
/// of one kind. A key has that of its index as well.
pub(super) fn names_of(side: &Side<'_>, object: &ObjectId) -> Vec<String> {
    let relation = |object: &ObjectId| object.qualified().map(|name| format!("relation {name}"));
    match object {
        ObjectId::Function(of) | ObjectId::Procedure(of) => vec![format!("routine {of}")],
        // Its arguments may have names, which tell it from no other.
        ObjectId::Aggregate(of) => vec![format!("routine {of}"), format!("aggregate {}", of.name)],
        ObjectId::Constraint(part) => {
            let index = side.statements.index_of(part).and_then(relation);
            [Some(object.to_string()), index].into_iter().flatten().collect()
        }
        _ if object.part().is_some() => vec![object.to_string()],
        _ => vec![relation(object).unwrap_or_else(|| object.to_string())],
    }
}
