//! The files that steps are put into, each operation after what it needs.

use std::collections::{BTreeMap, BTreeSet};

use model::ObjectId;

use super::hidden::is_routine;
use super::merge::merged;
use super::{Action, Key, Operations};
use crate::PlannedFile;

impl<'a> Operations<'a> {
    /// Puts the operations into an order, and their steps into files.
    pub(super) fn files(mut self) -> Vec<PlannedFile> {
        let mut waiting: BTreeSet<Key<'a>> = self.steps.keys().copied().collect();
        let mut files: Vec<PlannedFile> = Vec::new();
        // The file from which on what an operation does is there.
        let mut levels: BTreeMap<Key<'a>, usize> = BTreeMap::new();
        // How many operations each has to wait for, and those that wait for each.
        let mut missing: BTreeMap<Key<'a>, usize> = BTreeMap::new();
        let mut next: BTreeMap<Key<'a>, Vec<Key<'a>>> = BTreeMap::new();
        for key in &waiting {
            for needed in self.earlier(key).filter(|needed| waiting.contains(needed)) {
                next.entry(needed).or_default().push(*key);
                *missing.entry(*key).or_default() += 1;
            }
        }
        let mut ready: BTreeSet<Key<'a>> =
            waiting.iter().filter(|key| !missing.contains_key(*key)).copied().collect();
        loop {
            let whole = ready.pop_first().map(|key| (key, false));
            let cut = || self.first_of_circle(&waiting).map(|key| (key, true));
            let Some((key, is_cut)) = whole.or_else(cut) else { break };
            waiting.remove(&key);
            for later in next.remove(&key).unwrap_or_default() {
                let count = missing.entry(later).or_default();
                *count = count.saturating_sub(1);
                if *count == 0 && waiting.contains(&later) {
                    ready.insert(later);
                }
            }
            let mut level =
                self.earlier(&key).filter_map(|needed| levels.get(&needed)).max().copied().unwrap_or(0);
            let mut steps = self.steps.remove(&key).unwrap_or_default();
            if is_cut && is_routine(key.1) && matches!(key.0, Action::Create | Action::Alter) {
                steps.iter_mut().for_each(|step| step.change.sql = unchecked(&step.change.sql));
            }
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
        let merged = |file: PlannedFile| PlannedFile { changes: merged(file.changes), ..file };
        files.into_iter().map(merged).collect()
    }

    /// The operations that are part of a circle, or come after one.
    pub(super) fn left_in_circles(&self) -> BTreeSet<Key<'a>> {
        let mut missing: BTreeMap<Key<'a>, usize> = BTreeMap::new();
        let mut next: BTreeMap<Key<'a>, Vec<Key<'a>>> = BTreeMap::new();
        let mut left: BTreeSet<Key<'a>> = self.steps.keys().copied().collect();
        for (key, needs) in &self.after {
            for needed in needs.iter().filter(|needed| left.contains(*needed)) {
                next.entry(*needed).or_default().push(*key);
                *missing.entry(*key).or_default() += 1;
            }
        }
        let mut ready: Vec<Key<'a>> =
            left.iter().filter(|key| !missing.contains_key(*key)).copied().collect();
        while let Some(key) = ready.pop() {
            left.remove(&key);
            for later in next.remove(&key).unwrap_or_default() {
                let count = missing.entry(later).or_default();
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push(later);
                }
            }
        }
        left
    }

    /// A part that goes with its table, or with its column, and is in a circle by that.
    pub(super) fn part_in_circle(&self, left: &BTreeSet<Key<'a>>) -> Option<&'a ObjectId> {
        let can_go_before = |(action, object): &&Key<'a>| {
            let is_part = matches!(
                object,
                ObjectId::Constraint(_)
                    | ObjectId::Default(_)
                    | ObjectId::Index(_)
                    | ObjectId::Policy(_)
                    | ObjectId::Rule(_)
                    | ObjectId::Statistics(_)
                    | ObjectId::Trigger(_)
            );
            let goes_along = self.with_whole.contains(object) || self.with_column.contains(object);
            *action == Action::Drop && is_part && goes_along && !self.apart.contains(*object)
        };
        let mut parts = left.iter().filter(can_go_before);
        parts.find(|key| self.comes_after_itself(key, left)).map(|(_, object)| *object)
    }

    /// An object whose alteration is part of a circle, and which could be dropped and made again instead.
    pub(super) fn altered_in_circle(&self, left: &BTreeSet<Key<'a>>) -> Option<&'a ObjectId> {
        let can_be_made_again = |(action, object): &&Key<'a>| {
            *action == Action::Alter
                && matches!(
                    object,
                    ObjectId::View(_)
                        | ObjectId::Policy(_)
                        | ObjectId::Trigger(_)
                        | ObjectId::Rule(_)
                        | ObjectId::Function(_)
                        | ObjectId::Procedure(_)
                        | ObjectId::PublishedTable(_)
                )
        };
        let mut alterations = left.iter().filter(can_be_made_again);
        alterations.find(|key| self.comes_after_itself(key, left)).map(|(_, object)| *object)
    }

    /// What an operation comes after, where that must be and where it is better; once or twice.
    fn earlier(&self, key: &Key<'a>) -> impl Iterator<Item = Key<'a>> {
        let orders = [&self.after, &self.softly_after].into_iter();
        orders.filter_map(|order| order.get(key)).flatten().copied()
    }

    /// The operation at which a circle is cut: where texts name each other, one that has all it must have.
    fn first_of_circle(&self, waiting: &BTreeSet<Key<'a>>) -> Option<Key<'a>> {
        let has_all = |key: &&Key<'a>| self.after.get(*key).is_none_or(|needs| needs.is_disjoint(waiting));
        let ready = || waiting.iter().filter(has_all);
        let in_circle = ready().find(|key| self.comes_after_itself(key, waiting));
        in_circle.or_else(|| ready().next()).or_else(|| waiting.first()).copied()
    }

    /// Returns whether an operation comes after one that comes after it, as far as they are to be done yet.
    pub(super) fn comes_after_itself(&self, key: &Key<'a>, left: &BTreeSet<Key<'a>>) -> bool {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![*key];
        while let Some(one) = waiting.pop() {
            for earlier in self.earlier(&one).filter(|earlier| left.contains(earlier)) {
                if earlier == *key {
                    return true;
                }
                if seen.insert(earlier) {
                    waiting.push(earlier);
                }
            }
        }
        false
    }
}

/// The statements that make a routine whose text names what is not there yet.
fn unchecked(sql: &str) -> String {
    format!("SET check_function_bodies = off;\n{sql}RESET check_function_bodies;\n")
}
