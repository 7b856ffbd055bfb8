//! The order of operations, and the files that their steps are put into.

use std::collections::{BTreeMap, BTreeSet};

use model::{ObjectId, Property};

use super::{Action, Key, Operations, event_triggers};
use crate::PlannedFile;

impl<'a> Operations<'a> {
    /// Orders the operations: each after what it needs.
    pub(super) fn connect(&mut self) {
        let keys: Vec<Key<'a>> = self.steps.keys().copied().collect();
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
                    for needed in needs.into_iter().filter(|needed| *needed != node) {
                        let inner = self.absorbed.contains(needed).then(|| self.to.whole(needed)).flatten();
                        let needed = inner.unwrap_or(needed);
                        if let Some(earlier) = is_there(needed).filter(|(_, object)| *object != node) {
                            add(key, earlier);
                        }
                    }
                    if has(Action::Detach, node) {
                        add(key, (Action::Detach, node));
                    }
                    if let Some(gone) = self.from.attached_to(node).filter(|gone| has(Action::Drop, gone)) {
                        add(key, (Action::Drop, gone));
                    }
                    if action == Action::Create && matches!(node, ObjectId::Constraint(_)) {
                        for part in self.of_heirs(node).filter(|part| has(Action::Drop, part)) {
                            add(key, (Action::Drop, part));
                        }
                    }
                    if action == Action::Alter {
                        for dependent in self.of_family(node) {
                            let goes_later =
                                self.with_column.contains(dependent) || self.with_whole.contains(dependent);
                            if has(Action::Drop, dependent) && !goes_later {
                                add(key, (Action::Drop, dependent));
                            }
                        }
                    }
                }
                Action::Drop | Action::Shrink => {
                    if let Some(table) = self.from.whole(node).filter(|table| has(Action::Detach, table)) {
                        add(key, (Action::Detach, table));
                    }
                    if action == Action::Shrink && has(Action::Alter, node) {
                        add(key, (Action::Alter, node));
                    }
                    let node_before = self.from.node(node).unwrap_or(node);
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
                    for dependent in self.in_the_way(action, node_before) {
                        let dependent_after = self.to.node(dependent).unwrap_or(dependent);
                        // A default or a key that its table's own statements change.
                        let inner =
                            self.absorbed.contains(dependent).then(|| self.to.whole(dependent)).flatten();
                        for object in [Some(dependent), Some(dependent_after), inner].into_iter().flatten() {
                            for earlier in [Action::Drop, Action::Alter, Action::Shrink] {
                                if has(earlier, object) && object != node && object != node_before {
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
                    if let Some(earlier) = is_there(node) {
                        add(key, earlier);
                    }
                    if let Some(earlier) = self.to.attached_to(node).and_then(is_there) {
                        add(key, earlier);
                    }
                    for (detach, other) in keys.iter().filter(|(action, _)| *action == Action::Detach) {
                        add(key, (*detach, *other));
                    }
                    let whole = self.to.whole(node);
                    for object in self.to.dependents(node).chain(whole) {
                        if let Some(earlier) = is_there(object) {
                            let is_part = self.to.whole(object) == Some(node)
                                && !matches!(object, ObjectId::Trigger(_));
                            if is_part || Some(object) == whole {
                                add(key, earlier);
                            }
                        }
                    }
                    if let Some(parent) = self.to.value(node, &Property::PartitionOf) {
                        let parent = model::QualifiedName::parse(parent).and_then(|p| self.to.relation(&p));
                        if let Some(earlier) = parent.and_then(is_there) {
                            add(key, earlier);
                        }
                    }
                }
                Action::Set => {}
            }
        }
        // A name is free once the object that has it is gone.
        let mut names: BTreeMap<String, Vec<&'a ObjectId>> = BTreeMap::new();
        for (action, node) in &keys {
            if *action == Action::Drop {
                names.entry(name_of(node)).or_default().push(node);
            }
        }
        for (action, node) in &keys {
            if *action == Action::Create {
                let gone = names.get(&name_of(node)).into_iter().flatten();
                for gone in gone.filter(|gone| takes_the_same(node, gone)) {
                    add((Action::Create, node), (Action::Drop, gone));
                }
            }
        }
        for (later, earlier) in event_triggers::orders(&keys) {
            add(later, earlier);
        }
        self.after = after;
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

    /// What must not need an object any more when it is dropped, or a column of it.
    fn in_the_way(&self, action: Action, node: &'a ObjectId) -> BTreeSet<&'a ObjectId> {
        let goes_along = |part: &&'a ObjectId| {
            self.from.whole(part) == Some(node)
                && (self.with_column.contains(*part) || self.with_whole.contains(*part))
        };
        if action == Action::Shrink {
            let columns =
                self.steps.get(&(action, node)).into_iter().flatten().map(|step| &step.change.about);
            let dependents = columns.flat_map(|column| self.from.dependents_of_column(column));
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
        found
    }

    /// Puts the operations into an order, and their steps into files.
    pub(super) fn files(mut self) -> Vec<PlannedFile> {
        let mut waiting: BTreeSet<Key<'a>> = self.steps.keys().copied().collect();
        let mut files: Vec<PlannedFile> = Vec::new();
        // The file from which on what an operation does is there.
        let mut levels: BTreeMap<Key<'a>, usize> = BTreeMap::new();
        // How many operations each has to wait for, and those that wait for each.
        let mut missing: BTreeMap<Key<'a>, usize> = BTreeMap::new();
        let mut next: BTreeMap<Key<'a>, Vec<Key<'a>>> = BTreeMap::new();
        for (key, needs) in &self.after {
            for needed in needs.iter().filter(|needed| waiting.contains(*needed)) {
                next.entry(*needed).or_default().push(*key);
                *missing.entry(*key).or_default() += 1;
            }
        }
        let mut ready: BTreeSet<Key<'a>> =
            waiting.iter().filter(|key| !missing.contains_key(*key)).copied().collect();
        // A circle is cut at its first.
        while let Some(key) = ready.pop_first().or_else(|| waiting.first().copied()) {
            waiting.remove(&key);
            for later in next.remove(&key).unwrap_or_default() {
                let count = missing.entry(later).or_default();
                *count = count.saturating_sub(1);
                if *count == 0 && waiting.contains(&later) {
                    ready.insert(later);
                }
            }
            let needs = self.after.get(&key).into_iter().flatten();
            let mut level = needs.filter_map(|needed| levels.get(needed)).max().copied().unwrap_or(0);
            let steps = self.steps.remove(&key).unwrap_or_default();
            let mut available = level;
            for (nth, step) in steps.into_iter().enumerate() {
                if nth > 0 && step.is_later {
                    level += 1;
                }
                let fits = |file: &PlannedFile| file.in_transaction != step.is_concurrent;
                let at = files.iter().skip(level).position(fits).map(|at| at + level);
                let at = at.unwrap_or_else(|| {
                    files.push(PlannedFile { in_transaction: !step.is_concurrent, changes: Vec::new() });
                    files.len() - 1
                });
                level = at;
                available = if step.must_commit { at + 1 } else { at };
                if let Some(file) = files.get_mut(at) {
                    file.changes.push(step.change);
                }
            }
            levels.insert(key, available);
        }
        files
    }
}

/// Names are the same if one has to go before the other comes: of relations and types in a schema, of parts
/// of one kind.
fn name_of(object: &ObjectId) -> String {
    match object {
        ObjectId::Function(of) | ObjectId::Procedure(of) | ObjectId::Aggregate(of) => {
            format!("routine {}", of.name)
        }
        ObjectId::Constraint(_) => object.to_string(),
        _ if object.part().is_some() => object.to_string(),
        _ => match object.qualified() {
            Some(name) => format!("relation {name}"),
            None => object.to_string(),
        },
    }
}

/// Returns whether two routines of one name would be one for Postgres: arguments are told by their types,
/// whatever they are called. What is no routine is.
fn takes_the_same(one: &ObjectId, other: &ObjectId) -> bool {
    let arguments = |object: &ObjectId| match object {
        ObjectId::Function(of) | ObjectId::Procedure(of) | ObjectId::Aggregate(of) => {
            Some(of.arguments.split(", ").map(str::to_owned).collect::<Vec<_>>())
        }
        _ => None,
    };
    let (Some(one), Some(other)) = (arguments(one), arguments(other)) else { return true };
    // The first word may be a name, or begin a type.
    let forms =
        |argument: &str| [argument.to_owned(), argument.splitn(2, ' ').last().unwrap_or("").to_owned()];
    let is_one = |(a, b): (&String, &String)| forms(a).iter().any(|form| forms(b).contains(form));
    one.len() == other.len() && one.iter().zip(&other).all(is_one)
}
