//! The operations on objects, each after what it needs, and the files that they are put into.

mod aside;
mod event_triggers;
mod files;
mod graph;
mod hidden;

use std::collections::{BTreeMap, BTreeSet};

use model::{Catalog, Difference, Ident, ObjectId, ObjectKind, Property, QualifiedName};

use crate::alter::{alter, is_replaceable};
use crate::names::suffixed;
use crate::serial;
use crate::side::Side;
use crate::step::{Altered, Step};
use crate::{Options, Plan, Unplanned, drop, make};

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
    /// Columns that have another type, or are dropped and added.
    moving: BTreeSet<ObjectId>,
    /// Types and functions that have another name until columns have what takes their place.
    aside: BTreeSet<&'a ObjectId>,
    unplanned: Vec<Unplanned>,
    steps: BTreeMap<Key<'a>, Vec<Step>>,
    after: BTreeMap<Key<'a>, BTreeSet<Key<'a>>>,
    /// An order that is better kept, and need not be.
    softly_after: BTreeMap<Key<'a>, BTreeSet<Key<'a>>>,
}

impl<'a> Operations<'a> {
    pub(crate) fn plan(from: &'a Catalog, to: &'a Catalog, options: Options) -> Result<Plan, Vec<Unplanned>> {
        let differences = from.diff(to);
        let mut replaced = BTreeSet::new();
        // What comes into a circle by being altered is dropped and made again.
        loop {
            let mut operations = Self::new((from, to), options);
            operations.look(&differences, &replaced);
            operations.replace_dependents();
            operations.take_inline();
            operations.write(&differences);
            if !operations.unplanned.is_empty() {
                return Err(operations.unplanned);
            }
            operations.connect();
            let altered = operations.altered_in_circle();
            if altered.is_some_and(|object| replaced.insert(object.clone())) {
                continue;
            }
            operations.connect_texts();
            return Ok(Plan { files: operations.files() });
        }
    }

    fn new((from, to): (&'a Catalog, &'a Catalog), options: Options) -> Self {
        let (from, to) = Side::pair(from, to);
        Operations {
            from,
            to,
            options,
            fates: BTreeMap::new(),
            altered: BTreeMap::new(),
            inline: BTreeMap::new(),
            absorbed: BTreeSet::new(),
            with_column: BTreeSet::new(),
            with_whole: BTreeSet::new(),
            moving: BTreeSet::new(),
            aside: BTreeSet::new(),
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

    /// What needs an object that goes for a while, goes for that while too.
    fn replace_dependents(&mut self) {
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
                let is_in_the_way =
                    |d: &&ObjectId| !is_rebuilt_by_postgres(d) || !is_comparable && self.is_foreign_key(d);
                blocking.extend(self.from.dependents_of_column(column).filter(is_in_the_way));
            }
            self.moving.extend(altered.retyped.iter().chain(&altered.remade).cloned());
            let remade = altered.remade.iter().flat_map(|column| self.from.dependents_of_column(column));
            blocking.extend(remade.filter(|d| !is_of_column(d)));
        }
        for dependent in blocking {
            self.replace(dependent, &mut waiting);
        }
        while let Some(node) = waiting.pop() {
            let dependents: Vec<&'a ObjectId> = self.from.dependents(node).collect();
            for dependent in dependents {
                let is_needed_again = self.fates.get(node) == Some(&Fate::Replaced);
                let needs_it_still = self.to.needs(dependent).any(|needed| needed == node);
                // What would not be touched holds on to what goes.
                let is_untouched = !self.fates.contains_key(dependent) && is_replaceable(dependent.kind());
                // An index goes with the one that it is attached to.
                let goes_along = self.from.attached_to(dependent) == Some(node) && !self.is_moved(dependent);
                let is_held_again = is_needed_again && (needs_it_still || !self.to.is_node(dependent));
                let holds =
                    matches!(dependent, ObjectId::Table(_) | ObjectId::ForeignTable(_)) && !is_needed_again;
                if is_untouched || goes_along || is_held_again || holds {
                    self.let_go(dependent, node, &mut waiting);
                }
            }
        }
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

    fn is_foreign_key(&self, object: &ObjectId) -> bool {
        let definition = self.from.value(object, &Property::Definition).unwrap_or_default();
        matches!(object, ObjectId::Constraint(_)) && definition.starts_with("FOREIGN KEY")
    }

    /// Returns whether the table of an index is taken out of its parent, with the index.
    fn is_moved(&self, index: &ObjectId) -> bool {
        let table = self.from.whole(index);
        table.and_then(|table| self.altered.get(table)).is_some_and(|altered| altered.detach.is_some())
    }

    fn replace(&mut self, dependent: &'a ObjectId, waiting: &mut Vec<&'a ObjectId>) {
        if matches!(self.fates.get(dependent), Some(Fate::Replaced | Fate::Dropped)) {
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

    /// Puts defaults and constraints into the statements of new tables, as far as no circle comes of it.
    fn take_inline(&mut self) {
        let mut needs: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>> = BTreeMap::new();
        let tables: Vec<&'a ObjectId> = self
            .fates
            .iter()
            .filter(|(node, fate)| {
                **fate == Fate::Created && matches!(node, ObjectId::Table(_) | ObjectId::ForeignTable(_))
            })
            .map(|(node, _)| *node)
            .collect();
        for table in tables {
            let parts: Vec<&'a ObjectId> = self
                .to
                .dependents(table)
                .filter(|part| self.to.whole(part) == Some(table))
                .filter(|part| match part {
                    ObjectId::Default(_) => true,
                    ObjectId::Constraint(_) => self.to.statements.can_be_inline(table, part),
                    _ => false,
                })
                .collect();
            for part in parts {
                let others: Vec<&'a ObjectId> = self
                    .to
                    .needs(part)
                    .filter(|needed| *needed != table && self.to.whole(needed) != Some(table))
                    .collect();
                if others.iter().any(|needed| self.reaches(needed, table, &needs)) {
                    continue;
                }
                let serial = match part {
                    ObjectId::Default(column) => serial::sequence(&self.from, &self.to, column),
                    _ => None,
                };
                self.absorbed.extend(serial.cloned());
                needs.entry(table).or_default().extend(others);
                self.inline.entry(table).or_default().push(part);
                self.absorbed.insert(part.clone());
            }
        }
    }

    /// Returns whether an object needs a table in the end, by what it needs and by what is within tables.
    fn reaches(
        &self,
        object: &'a ObjectId,
        table: &ObjectId,
        further: &BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
    ) -> bool {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![object];
        while let Some(object) = waiting.pop() {
            if object == table {
                return true;
            }
            if seen.insert(object) {
                waiting.extend(self.to.needs(object));
                waiting.extend(further.get(object).into_iter().flatten().copied());
            }
        }
        false
    }

    /// Writes the steps of each operation.
    fn write(&mut self, differences: &[Difference]) {
        let fates: Vec<(&'a ObjectId, Fate)> = self.fates.iter().map(|(node, fate)| (*node, *fate)).collect();
        for (node, fate) in fates {
            match fate {
                Fate::Dropped | Fate::Replaced if self.aside.contains(node) => self.write_aside(node),
                Fate::Dropped | Fate::Replaced => self.write_drop(node, fate),
                Fate::Created | Fate::Altered => {}
            }
            if matches!(fate, Fate::Created | Fate::Replaced) {
                self.write_create(node, fate);
            }
            if fate == Fate::Altered && !self.absorbed.contains(node) {
                let altered = self.altered.get(node).cloned().unwrap_or_default();
                let steps = [altered.first, altered.steps, altered.last].concat();
                self.steps.insert((Action::Alter, node), steps);
                if let Some(step) = altered.detach {
                    self.steps.insert((Action::Detach, node), vec![step]);
                }
                if let Some(step) = altered.attach {
                    self.steps.insert((Action::Attach, node), vec![step]);
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

    fn write_drop(&mut self, node: &'a ObjectId, fate: Fate) {
        let from = &self.from;
        let whole = from.whole(node);
        let is_gone =
            |object: &ObjectId| matches!(self.fates.get(object), Some(Fate::Dropped | Fate::Replaced));
        let goes_with_whole = whole.is_some_and(|whole| whole != node && is_gone(whole));
        let own = from.catalog.whole(node);
        let named: Vec<ObjectId> = from
            .catalog
            .dependencies(node)
            .filter(|needed| matches!(needed, ObjectId::Column(part) if own.as_ref() == Some(&part.whole)))
            .cloned()
            .collect();
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
        // It goes before its column where it is in the way of another one: of its new type, or of its NULLs.
        let is_key = from.value(node, &Property::Definition).is_some_and(|d| d.starts_with("PRIMARY KEY"));
        let may_be_null = |column: &ObjectId| {
            let is_null = |side: &Side<'_>| side.value(column, &Property::NotNull).is_none();
            is_key && !is_null(from) && self.to.catalog.contains(column) && is_null(&self.to)
        };
        let is_in_the_way = matches!(node, ObjectId::Index(_) | ObjectId::Constraint(_))
            && named.iter().any(|column| self.moving.contains(column) || may_be_null(column));
        let goes_with_column = fate == Fate::Dropped
            && drop::goes_with_column(node)
            && !is_in_the_way
            && named.iter().chain(&column).any(is_dropped);
        // A key that goes with its table, and another table needs.
        let is_needed = from.dependents(node).any(|dependent| {
            from.whole(dependent) != whole
                && !is_gone(dependent)
                && !matches!(dependent, ObjectId::Default(_))
        });
        let is_brought = from.value(node, &Property::Inherited).is_some()
            && matches!(node, ObjectId::Constraint(_) | ObjectId::Trigger(_));
        // A policy that reads another table which goes.
        let holds_another = matches!(node, ObjectId::Policy(_))
            && from.needs(node).any(|needed| Some(needed) != whole && is_gone(needed));
        let goes_along = from.attached_to(node).is_some_and(|parent| is_gone(parent) && !self.is_moved(node));
        if (goes_with_whole && !holds_another && !self.is_in_circle(node) && !self.leads_back(node))
            || goes_along
            || (goes_with_column && !is_needed)
            || is_brought
            || self.absorbed.contains(node)
        {
            if goes_with_whole {
                self.with_whole.insert(node);
            } else if goes_with_column {
                self.with_column.insert(node);
            }
            self.steps.insert((Action::Drop, node), Vec::new());
            return;
        }
        match drop::statement(from, node) {
            Some(sql) => {
                let loses = if fate == Fate::Dropped { drop::loses(node) } else { Vec::new() };
                let mut step = Step::new(node, format!("drops {node}"), sql).losing(loses);
                let is_beside = fate == Fate::Dropped && self.can_stay(node);
                if self.options.online && is_beside && self.is_concurrent_index(from, node) {
                    step.change.sql = step.change.sql.replacen("DROP INDEX ", "DROP INDEX CONCURRENTLY ", 1);
                    step = step.concurrent();
                }
                self.steps.insert((Action::Drop, node), vec![step]);
            }
            None => self.refuse(node, "objects of this kind are not planned"),
        }
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
        if !matches!(node, ObjectId::Constraint(_)) {
            return false;
        }
        let Some(whole) = self.from.whole(node) else { return false };
        let keys_of = |table: &'a ObjectId| {
            self.from.dependents(table).filter(move |part| {
                matches!(part, ObjectId::Constraint(_)) && self.from.whole(part) == Some(table)
            })
        };
        let targets = |constraint: &'a ObjectId, own: &'a ObjectId| {
            self.from
                .needs(constraint)
                .filter_map(|needed| match needed {
                    ObjectId::Table(_) => Some(needed),
                    _ => self.from.whole(needed),
                })
                .filter(move |table| *table != own)
                .collect::<Vec<_>>()
        };
        let is_dropped = |table: &&'a ObjectId| self.fates.get(*table) == Some(&Fate::Dropped);
        let mut waiting = targets(node, whole);
        let mut seen = BTreeSet::new();
        while let Some(table) = waiting.pop() {
            if table == whole {
                return true;
            }
            if is_dropped(&table) && seen.insert(table) {
                for key in keys_of(table) {
                    waiting.extend(targets(key, table));
                }
            }
        }
        false
    }

    fn is_concurrent_index(&self, side: &Side<'_>, index: &ObjectId) -> bool {
        let Some(table) = side.whole(index) else { return false };
        matches!(index, ObjectId::Index(_))
            && matches!(table, ObjectId::Table(_) | ObjectId::MaterializedView(_))
            && !side.is_partitioned(table)
            && side.value(index, &Property::AttachedTo).is_none()
            && !matches!(self.fates.get(table), Some(Fate::Created | Fate::Dropped | Fate::Replaced))
    }

    fn write_create(&mut self, node: &'a ObjectId, fate: Fate) {
        let to = &self.to;
        if self.absorbed.contains(node) {
            self.steps.insert((Action::Create, node), Vec::new());
            return;
        }
        let is_new = |object: &ObjectId| matches!(self.fates.get(object), Some(Fate::Created));
        let whole = to.whole(node);
        let is_online = self.options.online
            && match node {
                ObjectId::Index(_) => self.is_concurrent_index(to, node),
                ObjectId::Constraint(_) => whole.is_some_and(|whole| {
                    matches!(whole, ObjectId::Table(_)) && !is_new(whole) && !to.is_partitioned(whole)
                }),
                _ => false,
            };
        let inline: Vec<&ObjectId> = self.inline.get(node).into_iter().flatten().copied().collect();
        let mut steps = make::steps((&self.from, to), node, &inline, is_online);
        // The old index serves until the new one is there.
        if is_online && fate == Fate::Replaced && matches!(node, ObjectId::Index(_)) && self.can_stay(node) {
            steps = rebuild(node, &self.free_name(node), steps);
            self.steps.insert((Action::Drop, node), Vec::new());
        }
        self.steps.insert((Action::Create, node), steps);
        match node {
            ObjectId::Index(_) => {
                // Where the table becomes a partition later on, its indexes are attached with it.
                let comes_later = whole.is_some_and(|table| {
                    self.from.value(table, &Property::PartitionOf).is_none()
                        || self.altered.get(table).is_some_and(|altered| altered.attach.is_some())
                });
                if let Some(parent) = to.value(node, &Property::AttachedTo).filter(|_| !comes_later) {
                    let sql = format!("ALTER INDEX {parent} ATTACH PARTITION {};\n", node.name());
                    let step = Step::new(node, format!("attaches {node} to {parent}"), sql);
                    self.steps.insert((Action::Attach, node), vec![step]);
                }
            }
            ObjectId::Table(name) | ObjectId::ForeignTable(name) => {
                if let Some(sql) = to.statements.attachment(name) {
                    let step = Step::new(node, format!("makes {node} a partition"), sql);
                    self.steps.insert((Action::Attach, node), vec![step]);
                }
            }
            ObjectId::Sequence(_) => {
                if let Some(owner) = to.catalog.sequence_owner(node) {
                    let sql = format!("ALTER SEQUENCE {} OWNED BY {};\n", node.name(), owner.column);
                    let step = Step::new(node, format!("lets {} own {node}", owner.column), sql);
                    self.steps.insert((Action::Attach, node), vec![step]);
                }
            }
            _ => {}
        }
    }

    /// Returns whether an index can stay until another takes its place: what it is of does not go before.
    fn can_stay(&self, index: &ObjectId) -> bool {
        let goes = |needed: &ObjectId| matches!(self.fates.get(needed), Some(Fate::Dropped | Fate::Replaced));
        let is_moved = |needed: &ObjectId| {
            let is_gone = matches!(needed, ObjectId::Column(_)) && !self.to.catalog.contains(needed);
            is_gone || self.moving.contains(needed)
        };
        !self.from.needs(index).any(goes) && !self.from.catalog.dependencies(index).any(is_moved)
    }

    /// A name for an index that no relation has, before or after.
    fn free_name(&self, index: &ObjectId) -> Ident {
        let Some(name) = index.qualified() else { return Ident::new("new") };
        let suffixes = std::iter::once("_new".to_owned()).chain((2..).map(|number| format!("_new{number}")));
        let mut names = suffixes.map(|suffix| suffixed(&name.name, &suffix));
        let is_taken = |other: &Ident| {
            let other = QualifiedName { schema: name.schema.clone(), name: other.clone() };
            [&self.from, &self.to].iter().any(|side| {
                let is_there = |object| side.catalog.contains(&object);
                is_there(ObjectId::Index(other.clone()))
                    || is_there(ObjectId::Sequence(other.clone()))
                    || side.relation(&other).is_some()
            })
        };
        names.find(|other| !is_taken(other)).unwrap_or_else(|| name.name.clone())
    }

    /// Privileges of objects to come, of the system's objects and of row types; settings of the database;
    /// subscriptions, which need nothing in it.
    fn write_set(&mut self, difference: &Difference) {
        let (Difference::Gone(object) | Difference::New(object) | Difference::Changed { object, .. }) =
            difference;
        if !is_set(object.kind()) {
            return;
        }
        let to = &self.to;
        let is_gone = matches!(difference, Difference::Gone(_));
        let sql = match object {
            ObjectId::DefaultPrivileges(name) if is_gone => {
                let schema = name.schema.clone().map(ObjectId::Schema);
                // They go with their schema.
                if schema.is_some_and(|schema| !to.catalog.contains(&schema)) {
                    return;
                }
                Some(to.statements.unset_defaults(name))
            }
            ObjectId::DatabaseSetting(name) if is_gone => {
                let role = name.role.as_ref().map(|role| format!("ROLE {role} IN "));
                let on = role.unwrap_or_default();
                Some(format!(
                    "DO $$ BEGIN EXECUTE format('ALTER {on}DATABASE %I RESET {}', current_database()); \
                     END $$;\n",
                    name.setting
                ))
            }
            ObjectId::RowType(_) | ObjectId::SystemPrivileges(_) => {
                let side = if is_gone { &self.from } else { to };
                let properties = side.catalog.properties(object).into_iter().flatten();
                let grantees = properties.filter_map(|(property, _)| match property {
                    Property::PrivilegesOf(grantee) => Some(grantee),
                    _ => None,
                });
                grantees.map(|grantee| to.statements.set_privileges(object, grantee)).collect()
            }
            ObjectId::Subscription(_) => match difference {
                Difference::Gone(_) => Some(self.from.statements.drop_subscription(object)),
                Difference::New(_) => to.statements.create_subscription(object),
                Difference::Changed { .. } => to.statements.alter_subscription(self.from.catalog, object),
            },
            _ if is_gone => None,
            _ => to.statements.set_defaults(object, matches!(difference, Difference::New(_))),
        };
        let side = if is_gone { self.from.catalog } else { to.catalog };
        match (sql, side.key(object)) {
            (Some(sql), Some(key)) => {
                let step = Step::new(object, format!("sets {object}"), sql);
                self.steps.insert((Action::Set, key), vec![step]);
            }
            _ => self.refuse(object, "objects of this kind are not planned"),
        }
    }
}

/// Builds an index under another name, drops the old one and gives the new one its name.
fn rebuild(node: &ObjectId, other: &Ident, steps: Vec<Step>) -> Vec<Step> {
    let Some(name) = node.qualified() else { return steps };
    let own = &name.name;
    let schema = name.schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
    let mut steps = steps.into_iter();
    let mut all = Vec::new();
    if let Some(mut build) = steps.next() {
        let mut lines = build.change.sql.splitn(2, ";\n");
        let create = lines.next().unwrap_or_default();
        let rest = lines.next().unwrap_or_default().to_owned();
        build.change.sql = format!(
            "{};\nDROP INDEX CONCURRENTLY {name};\nALTER INDEX {schema}{other} RENAME TO {own};\n{rest}",
            create.replacen(&format!(" CONCURRENTLY {own} "), &format!(" CONCURRENTLY {other} "), 1)
        );
        build.change.summary = format!("builds {node} anew");
        all.push(build);
    }
    all.extend(steps);
    all
}

/// Indexes, keys and defaults follow the type of a column by themselves.
fn is_rebuilt_by_postgres(object: &ObjectId) -> bool {
    drop::goes_with_column(object) || matches!(object, ObjectId::Table(_) | ObjectId::ForeignTable(_))
}

/// Parts of the column itself.
fn is_of_column(object: &ObjectId) -> bool {
    matches!(
        object,
        ObjectId::Default(_) | ObjectId::Sequence(_) | ObjectId::Table(_) | ObjectId::ForeignTable(_)
    )
}

/// Kinds that are set and not made.
fn is_set(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::DefaultPrivileges
            | ObjectKind::Database
            | ObjectKind::DatabasePrivileges
            | ObjectKind::DatabaseSetting
            | ObjectKind::RowType
            | ObjectKind::Subscription
            | ObjectKind::SystemPrivileges
    )
}
