//! The operations on objects, each after what it needs, and the files that they are put into.

mod graph;

use std::collections::{BTreeMap, BTreeSet};

use model::{Catalog, Difference, ObjectId, ObjectKind, Property};

use crate::alter::{alter, is_replaceable};
use crate::side::Side;
use crate::step::{Altered, Step};
use crate::{Options, Plan, Unplanned, drop, make};

/// What is done with an object. Of what could be done next, the first of these comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Drop,
    Alter,
    Create,
    /// What needs its parts: to become a partition, to be owned.
    Attach,
    /// Drops columns.
    Shrink,
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
    unplanned: Vec<Unplanned>,
    steps: BTreeMap<Key<'a>, Vec<Step>>,
    after: BTreeMap<Key<'a>, BTreeSet<Key<'a>>>,
}

impl<'a> Operations<'a> {
    pub(crate) fn plan(from: &Catalog, to: &Catalog, options: Options) -> Result<Plan, Vec<Unplanned>> {
        let differences = from.diff(to);
        let mut operations = Operations {
            from: Side::new(from),
            to: Side::new(to),
            options,
            fates: BTreeMap::new(),
            altered: BTreeMap::new(),
            inline: BTreeMap::new(),
            absorbed: BTreeSet::new(),
            with_column: BTreeSet::new(),
            with_whole: BTreeSet::new(),
            unplanned: Vec::new(),
            steps: BTreeMap::new(),
            after: BTreeMap::new(),
        };
        operations.look(&differences);
        operations.replace_dependents();
        operations.take_inline();
        operations.write(&differences);
        if !operations.unplanned.is_empty() {
            return Err(operations.unplanned);
        }
        operations.connect();
        Ok(Plan { files: operations.files() })
    }

    fn refuse(&mut self, object: &ObjectId, reason: impl Into<String>) {
        let unplanned = Unplanned { object: object.clone(), reason: reason.into() };
        if !self.unplanned.contains(&unplanned) {
            self.unplanned.push(unplanned);
        }
    }

    /// Finds out what becomes of each object.
    fn look(&mut self, differences: &[Difference]) {
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
            let fate = if altered.is_replaced { Fate::Replaced } else { Fate::Altered };
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
                blocking
                    .extend(self.from.dependents_of_column(column).filter(|d| !is_rebuilt_by_postgres(d)));
            }
        }
        for dependent in blocking {
            self.replace(dependent, &mut waiting);
        }
        while let Some(node) = waiting.pop() {
            let dependents: Vec<&'a ObjectId> = self.from.dependents(node).collect();
            for dependent in dependents {
                let is_needed_again = self.fates.get(node) == Some(&Fate::Replaced);
                let needs_it_still = self.to.needs(dependent).any(|needed| needed == node);
                if is_needed_again && (needs_it_still || !self.to.is_node(dependent)) {
                    self.replace(dependent, &mut waiting);
                }
            }
        }
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
            if matches!(fate, Fate::Dropped | Fate::Replaced) {
                self.write_drop(node, fate);
            }
            if matches!(fate, Fate::Created | Fate::Replaced) {
                self.write_create(node, fate);
            }
            if fate == Fate::Altered && !self.absorbed.contains(node) {
                let altered = self.altered.remove(node).unwrap_or_default();
                self.steps.insert((Action::Alter, node), altered.steps);
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
        let named: Vec<ObjectId> = from
            .catalog
            .dependencies(node)
            .filter(|needed| matches!(needed, ObjectId::Column(_)))
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
        let goes_with_column = fate == Fate::Dropped
            && drop::goes_with_column(node)
            && named.iter().chain(&column).any(is_dropped);
        // A key that goes with its table, and another table needs.
        let is_needed = from.dependents(node).any(|dependent| {
            from.whole(dependent) != whole
                && !is_gone(dependent)
                && !matches!(dependent, ObjectId::Default(_))
        });
        let is_brought = from.value(node, &Property::Inherited).is_some()
            && matches!(node, ObjectId::Constraint(_) | ObjectId::Trigger(_));
        if (goes_with_whole && !self.is_in_circle(node))
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
                if self.options.online && self.is_concurrent_index(from, node) {
                    step.change.sql = step.change.sql.replacen("DROP INDEX ", "DROP INDEX CONCURRENTLY ", 1);
                    step = step.concurrent();
                }
                self.steps.insert((Action::Drop, node), vec![step]);
            }
            None => self.refuse(node, "objects of this kind are not planned"),
        }
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
        let mut steps = make::steps(to, node, &inline, is_online);
        // The old index serves until the new one is there.
        if is_online && fate == Fate::Replaced && matches!(node, ObjectId::Index(_)) {
            steps = rebuild(node, steps);
            self.steps.insert((Action::Drop, node), Vec::new());
        }
        self.steps.insert((Action::Create, node), steps);
        match node {
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

    /// Privileges of objects to come, of the system's objects and of row types; settings of the database.
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
            _ if is_gone => None,
            _ => to.statements.set_defaults(object),
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
fn rebuild(node: &ObjectId, steps: Vec<Step>) -> Vec<Step> {
    let Some(name) = node.qualified() else { return steps };
    let own = &name.name;
    let other =
        format!("\"{}_new\"", own.unquoted().replace('"', "\"\"").chars().take(59).collect::<String>());
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

/// Kinds that are set and not made.
fn is_set(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::DefaultPrivileges
            | ObjectKind::Database
            | ObjectKind::DatabasePrivileges
            | ObjectKind::DatabaseSetting
            | ObjectKind::RowType
            | ObjectKind::SystemPrivileges
    )
}
