//! The operations on objects, each after what it needs, and the files that they are put into.

mod aside;
mod creates;
mod drops;
mod event_triggers;
mod files;
mod graph;
mod hidden;
mod inline;
mod keys;
mod merge;
mod rebuilds;
mod referenced;
mod replacements;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;

use model::{Catalog, Difference, ObjectId, Property};

use crate::alter::{alter, is_replaceable};
use crate::circles::Circles;
use crate::side::Side;
use crate::step::{Altered, Step};
use crate::{Options, Plan, Unplanned};
use referenced::Holds;
use settings::is_set;

/// What is done with an object. Of what could be done next, the first of these comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    /// Takes a partition out of its parent.
    Detach,
    Drop,
    Alter,
    Create,
    /// What needs its parts: to become a partition, to be owned.
    Attach,
    /// Fills a table that was made anew.
    Fill,
    /// Drops columns.
    Shrink,
    /// Drops what was set aside.
    Clear,
    /// Privileges of objects to come, settings of the database.
    Set,
}

type Key<'a> = (Action, &'a ObjectId);

/// The outcome for an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Dropped,
    Created,
    Altered,
    Replaced,
}

pub(crate) struct Operations<'a> {
    from: Side<'a>,
    to: Side<'a>,
    options: Options,
    fates: BTreeMap<&'a ObjectId, Fate>,
    altered: BTreeMap<&'a ObjectId, Altered>,
    /// Parts that a new table has in its own statement, by table.
    inline: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
    absorbed: BTreeSet<ObjectId>,
    /// Parts that go with a column of a table that stays.
    with_column: BTreeSet<&'a ObjectId>,
    /// Parts that go with their table or view.
    with_whole: BTreeSet<&'a ObjectId>,
    /// Parts that go before their table, or their column, and come after it, since they would be in a circle
    /// otherwise.
    apart: BTreeSet<ObjectId>,
    /// Indexes of partitioned tables that come with those of the partitions.
    with_partitions: BTreeSet<&'a ObjectId>,
    /// Columns that have another type, or are dropped and added.
    moving: BTreeSet<ObjectId>,
    holds: Holds<'a>,
    /// The circles of foreign keys among tables that are dropped.
    dropped_circles: Circles<'a>,
    /// Types and functions that have another name until columns have what takes their place.
    aside: BTreeSet<&'a ObjectId>,
    /// Tables that are partitioned otherwise, and take over their rows.
    rebuilt: BTreeSet<&'a ObjectId>,
    unplanned: Vec<Unplanned>,
    steps: BTreeMap<Key<'a>, Vec<Step>>,
    after: BTreeMap<Key<'a>, BTreeSet<Key<'a>>>,
    /// An order that is better kept, and need not be.
    softly_after: BTreeMap<Key<'a>, BTreeSet<Key<'a>>>,
}

impl<'a> Operations<'a> {
    pub(crate) fn plan(from: &'a Catalog, to: &'a Catalog, options: Options) -> Result<Plan, Vec<Unplanned>> {
        let differences = from.diff(to);
        let (mut replaced, mut apart) = (BTreeSet::new(), BTreeSet::new());
        // What comes into a circle by going with its table goes before; by being altered, is dropped and made
        // again; by coming with its table, comes after.
        loop {
            let mut operations = Self::new((from, to), options);
            operations.apart.clone_from(&apart);
            operations.look(&differences, &replaced);
            operations.replace_dependents();
            operations.free_names();
            operations.take_inline();
            operations.take_indexes_of_partitions();
            operations.dropped_circles = operations.find_dropped_circles();
            operations.write(&differences);
            if !operations.unplanned.is_empty() {
                return Err(operations.unplanned);
            }
            operations.connect();
            let left = operations.left_in_circles();
            let part = operations.part_in_circle(&left);
            if part.is_some_and(|part| apart.insert(part.clone())) {
                continue;
            }
            let altered = operations.altered_in_circle(&left);
            if altered.is_some_and(|object| replaced.insert(object.clone())) {
                continue;
            }
            let inline = operations.inline_in_circle(&left);
            if inline.is_some_and(|part| apart.insert(part.clone())) {
                continue;
            }
            operations.connect_texts();
            return Ok(Plan { files: operations.files() });
        }
    }

    fn new((from, to): (&'a Catalog, &'a Catalog), options: Options) -> Self {
        let (from, to) = Side::pair(from, to);
        Operations {
            holds: Holds::new(&from),
            from,
            to,
            options,
            fates: BTreeMap::new(),
            altered: BTreeMap::new(),
            inline: BTreeMap::new(),
            absorbed: BTreeSet::new(),
            with_column: BTreeSet::new(),
            with_whole: BTreeSet::new(),
            apart: BTreeSet::new(),
            with_partitions: BTreeSet::new(),
            moving: BTreeSet::new(),
            dropped_circles: Circles::default(),
            aside: BTreeSet::new(),
            rebuilt: BTreeSet::new(),
            unplanned: Vec::new(),
            steps: BTreeMap::new(),
            after: BTreeMap::new(),
            softly_after: BTreeMap::new(),
        }
    }

    fn refuse(&mut self, object: &ObjectId, reason: impl Into<String>) {
        let unplanned = Unplanned { object: object.clone(), reason: reason.into() };
        if !self.unplanned.contains(&unplanned) {
            self.unplanned.push(unplanned);
        }
    }

    /// Returns whether an object goes, for a while or for good.
    fn is_gone(&self, object: &ObjectId) -> bool {
        matches!(self.fates.get(object), Some(Fate::Dropped | Fate::Replaced))
    }

    /// Finds out what becomes of each object; of these, that they are made again.
    fn look(&mut self, differences: &[Difference], replaced: &BTreeSet<ObjectId>) {
        for &node in self.from.statements.needs().keys() {
            if !self.to.is_node(node) {
                self.fates.insert(node, Fate::Dropped);
            }
        }
        for &node in self.to.statements.needs().keys() {
            if !self.from.is_node(node) {
                self.fates.insert(node, Fate::Created);
            }
        }
        let mut of_nodes: BTreeMap<&'a ObjectId, Vec<&Difference>> = BTreeMap::new();
        for difference in differences {
            let (Difference::Gone(object) | Difference::New(object) | Difference::Changed { object, .. }) =
                difference;
            let maker = match difference {
                Difference::Gone(_) => self.from.statements.maker(object),
                _ => self.to.statements.maker(object),
            };
            match self.to.node(maker).filter(|node| self.from.is_node(node)) {
                Some(node) => of_nodes.entry(node).or_default().push(difference),
                None if self.to.is_node(maker) || self.from.is_node(maker) => {}
                None if is_set(object.kind()) => {}
                None => self.refuse(object, "objects of this kind are not planned"),
            }
        }
        for (node, differences) in of_nodes {
            if Self::is_rebuilt(node, &differences) {
                self.rebuild(node);
                continue;
            }
            // The default of a column is no object of the catalog; its own node says nothing of it.
            let altered = alter((&self.from, &self.to), node, &differences, self.options.online);
            if let Some(reason) = &altered.unplanned {
                self.refuse(node, reason.clone());
            }
            self.absorbed.extend(altered.absorbed.iter().cloned());
            let is_replaced = altered.is_replaced || replaced.contains(node);
            let fate = if is_replaced { Fate::Replaced } else { Fate::Altered };
            if altered.is_replaced && !is_replaceable(node.kind()) {
                self.refuse(
                    node,
                    "it differs in what cannot be altered, and dropping it would lose what it holds",
                );
            }
            self.fates.insert(node, fate);
            self.altered.insert(node, altered);
        }
    }

    /// The steps that set the states of a partition's triggers: it has those of its parent's as it is
    /// attached.
    fn states_again(&self, partition: &'a ObjectId) -> Vec<Step> {
        let mut tables: Vec<_> = self.to.partitions(partition).into_iter().chain([partition]).collect();
        // Each before its own partitions, which take its states over.
        tables
            .sort_by_key(|table| successors(self.to.parent(table), |parent| self.to.parent(parent)).count());
        let triggers = tables.into_iter().flat_map(|table| self.to.dependents(table)).filter(|part| {
            let state = |trigger: &ObjectId| self.to.value(trigger, &Property::State);
            let parent = self.to.statements.followed(part);
            // What differs in itself has its own step.
            !self.fates.contains_key(part) && parent.is_some_and(|parent| state(parent) != state(part))
        });
        let set = |part: &'a ObjectId| self.to.statements.set_state(part, false);
        triggers.map(|part| Step::new(part, format!("sets the state of {part} again"), set(part))).collect()
    }

    /// Writes the steps of each operation.
    fn write(&mut self, differences: &[Difference]) {
        let fates: Vec<(&'a ObjectId, Fate)> = self.fates.iter().map(|(node, fate)| (*node, *fate)).collect();
        for (node, fate) in fates {
            match fate {
                Fate::Dropped | Fate::Replaced if self.aside.contains(node) => self.write_aside(node),
                Fate::Replaced if self.rebuilt.contains(node) => self.write_rebuilt(node),
                Fate::Dropped | Fate::Replaced => self.write_drop(node, fate),
                Fate::Created | Fate::Altered => {}
            }
            if matches!(fate, Fate::Created | Fate::Replaced) {
                self.write_create(node, fate);
            }
            if fate == Fate::Altered && !self.absorbed.contains(node) {
                let altered = self.altered.get(node).cloned().unwrap_or_default();
                let mut steps = [altered.first, altered.steps, altered.last].concat();
                // What is made again has all that it is to have.
                let is_own =
                    |about: &ObjectId| !matches!(about, ObjectId::Statistics(_)) || !self.is_gone(about);
                steps.retain(|step| is_own(&step.change.about));
                self.steps.insert((Action::Alter, node), steps);
                if let Some(step) = altered.detach {
                    self.steps.insert((Action::Detach, node), vec![step]);
                }
                if let Some(step) = altered.attach {
                    let states = self.states_again(node);
                    self.steps.insert((Action::Attach, node), [step].into_iter().chain(states).collect());
                }
                if !altered.shrinks.is_empty() {
                    self.steps.insert((Action::Shrink, node), altered.shrinks);
                }
            }
        }
        for difference in differences {
            self.write_set(difference);
        }
    }
}
