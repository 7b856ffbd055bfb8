//! Partitions of tables that foreign keys refer to. Postgres drops none as long as there is such a key, and
//! takes none out to whose rows another row refers.

use std::collections::{BTreeMap, BTreeSet};

use model::{ObjectId, Property};

use super::{Action, Fate, Key, Operations};
use crate::drop;
use crate::side::Side;

/// The foreign keys that hold partitions.
#[derive(Default)]
pub(super) struct Holds<'a> {
    /// By the partition.
    keys: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
    /// Keys on the partitioned table itself or on its partitions, each with the partitions that it holds.
    own: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
}

impl<'a> Holds<'a> {
    pub(super) fn new(from: &Side<'a>) -> Self {
        let mut holds = Self::default();
        let mut families: BTreeMap<&ObjectId, BTreeSet<&'a ObjectId>> = BTreeMap::new();
        for key in from.statements.needs().keys().copied() {
            // What is inherited goes with its parent's.
            if !from.is_foreign_key(key) || from.value(key, &Property::Inherited).is_some() {
                continue;
            }
            let unique = |needed: &&ObjectId| matches!(needed, ObjectId::Constraint(_) | ObjectId::Index(_));
            let Some(target) = from.needs(key).find(unique).and_then(|unique| from.whole(unique)) else {
                continue;
            };
            let partitions = families.entry(target).or_insert_with(|| from.partitions(target));
            for partition in partitions.iter() {
                holds.keys.entry(partition).or_default().insert(key);
            }
            if from.whole(key).is_some_and(|whole| whole == target || partitions.contains(whole)) {
                holds.own.insert(key, partitions.clone());
            }
        }
        holds
    }

    /// Returns whether a foreign key holds a partition.
    pub(super) fn is_held_by(&self, partition: &ObjectId, key: &ObjectId) -> bool {
        self.keys.get(partition).is_some_and(|keys| keys.contains(key))
    }
}

impl<'a> Operations<'a> {
    /// The foreign keys that have to go for a while: to rows that are out of their table meanwhile; to those
    /// of a partition that is dropped, where they may be these rows' own.
    pub(super) fn keys_that_let_go(&self) -> BTreeSet<&'a ObjectId> {
        let mut found = BTreeSet::new();
        for (partition, keys) in &self.holds.keys {
            let altered = self.altered.get(partition);
            let comes_back =
                altered.is_some_and(|altered| altered.detach.is_some() && altered.attach.is_some());
            let is_dropped = self.fates.get(partition) == Some(&Fate::Dropped);
            let lets_go = |key: &&&ObjectId| {
                comes_back
                    || self.rebuilt.contains(partition)
                    || is_dropped && self.holds.own.contains_key(*key)
            };
            found.extend(keys.iter().filter(lets_go).copied());
        }
        found
    }

    /// Returns whether a foreign key that goes with its table has to go before: it holds a partition of it,
    /// which goes or is taken out.
    pub(super) fn holds_own_partition(&self, key: &ObjectId) -> bool {
        let leaves = |partition: &&ObjectId| {
            let altered = self.altered.get(*partition);
            self.is_gone(partition) || altered.is_some_and(|altered| altered.detach.is_some())
        };
        self.holds.own.get(key).into_iter().flatten().any(leaves)
    }

    /// Takes a partition that is dropped out of its table, where a foreign key that stays holds it.
    pub(super) fn write_letting_go(&mut self, partition: &'a ObjectId) {
        let stays = |key: &&'a ObjectId| !self.is_gone(key);
        let is_held = self.holds.keys.get(partition).is_some_and(|keys| keys.iter().any(stays));
        if let Some(parent) = self.from.parent(partition).filter(|parent| is_held && !self.is_gone(parent)) {
            self.steps.insert((Action::Detach, partition), vec![drop::detach(partition, parent)]);
        }
    }

    /// A partition goes once what holds it is gone or its own parents are out; what comes back does so once
    /// the partition has.
    pub(super) fn orders_of_held(&self) -> Vec<(Key<'a>, Key<'a>)> {
        let mut orders = Vec::new();
        for (partition, keys) in &self.holds.keys {
            let (partition, mut table) = (*partition, Some(*partition));
            let moves = [Action::Detach, Action::Drop, Action::Attach, Action::Fill];
            if !moves.iter().any(|action| self.steps.contains_key(&(*action, partition))) {
                continue;
            }
            let drop = (Action::Drop, partition);
            for key in keys.iter().copied() {
                for later in [drop, (Action::Detach, partition)] {
                    orders.push((later, (Action::Drop, key)));
                }
                for earlier in [Action::Attach, Action::Fill, Action::Drop] {
                    orders.push(((Action::Create, key), (earlier, partition)));
                }
            }
            while let Some(whole) = table {
                orders.push((drop, (Action::Detach, whole)));
                table = self.from.parent(whole);
            }
        }
        orders.retain(|(later, earlier)| self.steps.contains_key(later) && self.steps.contains_key(earlier));
        orders
    }
}
