//! What is set aside for a while: a type or a function that columns hold on to keeps another name until they
//! have the one that takes its place.

use std::collections::BTreeSet;

use model::{ObjectId, Property, QualifiedName};

use super::replacements::{is_of_column, is_rebuilt_by_postgres};
use super::{Action, Fate, Key, Operations};
use crate::names::meanwhile;
use crate::retype;
use crate::step::Step;

impl<'a> Operations<'a> {
    /// Makes an object let go of another that is dropped.
    pub(super) fn let_go(
        &mut self,
        dependent: &'a ObjectId,
        node: &'a ObjectId,
        waiting: &mut Vec<&'a ObjectId>,
    ) {
        if self.lets_rebuilt_go(dependent, node) {
            return;
        }
        let is_gone = self.is_gone(dependent);
        let is_function = matches!(node, ObjectId::Function(_));
        match dependent {
            _ if is_gone => {
                let is_replaced = self.fates.get(node) == Some(&Fate::Replaced);
                if is_replaced && !is_function && can_be_set_aside(node) && self.is_held_by_a_table(dependent)
                {
                    self.hold(node);
                }
                // It is computed by it, or has it, until another has its rows.
                match node {
                    ObjectId::Function(_) if is_replaced && self.is_there_meanwhile(dependent) => {
                        self.aside.insert(node);
                    }
                    ObjectId::Range(_) if is_replaced && self.rebuilt.contains(dependent) => {
                        let reason = "its partitioning differs, and so does";
                        let advice = "change one of the two in a migration of its own";
                        self.refuse(
                            dependent,
                            format!("{reason} {node}, which it has a column of: {advice}"),
                        );
                    }
                    _ => {}
                }
            }
            // Its table's own statement sets it, so that it needs both what goes and what comes.
            ObjectId::Default(_) if is_function && self.absorbed.contains(dependent) => {
                self.aside.insert(node);
            }
            ObjectId::Domain(_) if is_function && self.to.is_node(dependent) => self.loosen(dependent, node),
            // Its rows are elsewhere.
            ObjectId::ForeignTable(_) if matches!(node, ObjectId::Server(_)) => {
                self.replace(dependent, waiting)
            }
            ObjectId::Table(_) | ObjectId::ForeignTable(_) if self.to.is_node(dependent) => {
                for blocking in self.set_aside(dependent, node) {
                    self.replace(blocking, waiting);
                }
            }
            _ => self.replace(dependent, waiting),
        }
    }

    /// Sets types aside whose names other objects get, or their own successors, while columns still have
    /// them.
    pub(super) fn free_names(&mut self) {
        let is_taken = |node: &&'a ObjectId| {
            let name = node.qualified().filter(|_| is_type(node));
            name.is_some_and(|name| self.to.is_named(name)) && self.is_held_by_a_table(node)
        };
        let gone = self.fates.keys().copied().filter(|node| self.is_gone(node));
        for node in gone.filter(is_taken).collect::<Vec<_>>() {
            self.hold(node);
        }
    }

    /// Lets a table keep what goes until its columns have what comes. Returns the parts that cannot be there
    /// while a column changes its type.
    pub(super) fn set_aside(&mut self, table: &'a ObjectId, node: &'a ObjectId) -> Vec<&'a ObjectId> {
        let altered = self.altered.get(table);
        let is_settled = |column: &ObjectId| {
            let is_computed_otherwise = |property: &Property| {
                let after = self.to.value(column, property);
                after.is_some() && after != self.from.value(column, property) && !self.to.is_node(node)
            };
            altered.is_some_and(|one| one.retyped.contains(column) || one.remade.contains(column))
                || is_computed_otherwise(&Property::Generated)
        };
        let mut held = self.holding(table, node);
        held.retain(|column| self.to.catalog.contains(column) && !is_settled(column));
        let is_held_whole = self.is_made_of(table, node) && self.to.is_node(node);
        if is_held_whole || !held.is_empty() && !can_be_set_aside(node) {
            self.refuse(table, format!("it needs {node}, which has to be dropped and made again"));
            return Vec::new();
        }
        if held.is_empty() {
            return Vec::new();
        }
        // A range has functions of its name, which no other name frees.
        let is_range = matches!(node, ObjectId::Range(_));
        if is_range {
            let texts = held.iter().filter_map(|column| retype::into_text(&self.from, table, column));
            self.steps.entry((Action::Drop, table)).or_default().extend(texts);
        } else {
            self.hold(node);
        }
        self.fates.entry(table).or_insert(Fate::Altered);
        let altered = self.altered.entry(table).or_default();
        let known = altered.retyped.len();
        for column in held {
            retype::follow((&self.from, &self.to), table, column, node, altered);
        }
        self.absorbed.extend(altered.absorbed.iter().cloned());
        retype::recompute((&self.from, &self.to), table, altered);
        let moved: Vec<ObjectId> = altered.retyped.iter().skip(known).cloned().collect();
        let remade = altered.remade.clone();
        self.moving.extend(moved.iter().chain(&remade).cloned());
        let computed: Vec<ObjectId> = altered.computed().cloned().collect();
        let mut blocking = if is_range { self.on_columns(&moved) } else { self.blocking(&moved) };
        blocking.extend(self.on_keys_with(moved.iter().chain(&computed)));
        blocking.extend(self.on_columns(&remade));
        blocking
    }

    /// The columns of a table that hold on to an object.
    fn holding(&self, table: &ObjectId, node: &ObjectId) -> Vec<&'a ObjectId> {
        let columns = table.as_whole().map(|name| self.from.statements.columns(name)).unwrap_or_default();
        columns.into_iter().map(|(column, _)| column).filter(|column| self.is_made_of(column, node)).collect()
    }

    /// Returns whether an object itself, its parts aside, needs another.
    fn is_made_of(&self, object: &ObjectId, node: &ObjectId) -> bool {
        self.from.catalog.dependencies(object).any(|needed| self.from.statements.maker(needed) == node)
    }

    /// Returns whether a column of a table that stays holds on to a type that goes, or to one that is made of
    /// it.
    fn is_held_by_a_table(&self, held: &ObjectId) -> bool {
        let (mut seen, mut waiting) = (BTreeSet::new(), vec![held]);
        while let Some(held) = waiting.pop() {
            for dependent in self.from.dependents(held) {
                match dependent {
                    ObjectId::Table(_)
                        if self.to.is_node(dependent) && !self.holding(dependent, held).is_empty() =>
                    {
                        return true;
                    }
                    ObjectId::Domain(_) | ObjectId::CompositeType(_) if seen.insert(dependent) => {
                        waiting.push(dependent);
                    }
                    _ => {}
                }
            }
        }
        false
    }

    /// What is set aside keeps what it is made of.
    fn hold(&mut self, node: &'a ObjectId) {
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            if self.aside.insert(node) {
                let needed = self.from.needs(node).filter(|needed| self.is_gone(needed));
                waiting.extend(needed.filter(|needed| can_be_set_aside(needed)));
            }
        }
    }

    /// A domain keeps its values while one of its constraints, or its default, lets go of a function.
    pub(super) fn loosen(&mut self, domain: &'a ObjectId, node: &'a ObjectId) {
        let (from, to) = (&self.from, &self.to);
        let name = domain.name();
        let (mut drops, mut adds) = (Vec::new(), Vec::new());
        let parts = domain.as_whole().into_iter().flat_map(|name| from.statements.constraints(name));
        for part in parts.filter(|part| self.is_made_of(part, node)) {
            let Some(own) = part.part().map(|part| &part.name) else { continue };
            let sql = format!("ALTER DOMAIN {name} DROP CONSTRAINT {own};\n");
            drops.push(Step::new(part, format!("drops {part}"), sql));
            if let Some(definition) = to.value(part, &Property::Definition) {
                let sql = format!("ALTER DOMAIN {name} ADD CONSTRAINT {own} {definition};\n");
                adds.push(Step::new(part, format!("makes {part}"), sql));
            }
        }
        if self.is_made_of(domain, node) {
            let summary = format!("changes the default of {domain}");
            let sql = format!("ALTER DOMAIN {name} DROP DEFAULT;\n");
            drops.push(Step::new(domain, &*summary, sql));
            if let Some(value) = to.value(domain, &Property::Default) {
                let sql = format!("ALTER DOMAIN {name} SET DEFAULT {value};\n");
                adds.push(Step::new(domain, summary, sql));
            }
        }
        self.fates.entry(domain).or_insert(Fate::Altered);
        let altered = self.altered.entry(domain).or_default();
        let is_done = |step: &Step| drops.iter().any(|drop| drop.change.about == step.change.about);
        altered.steps.retain(|step| matches!(step.change.about, ObjectId::Domain(_)) || !is_done(step));
        altered.last.extend(adds);
        self.steps.entry((Action::Drop, domain)).or_default().extend(drops);
    }

    /// The steps that give an object its other name, and drop it in the end.
    pub(super) fn write_aside(&mut self, node: &'a ObjectId) {
        let other = self.aside_name(node);
        let (Some(reference), Some(own)) =
            (self.from.statements.reference(node), other.qualified().map(|name| &name.name))
        else {
            return;
        };
        let rename = format!("ALTER {reference} RENAME TO {own};\n");
        let rename = Step::new(node, format!("sets {node} aside"), rename);
        let drop = self.from.statements.reference(&other).unwrap_or_default();
        let drop = Step::new(node, format!("drops {node} as it was"), format!("DROP {drop};\n"));
        self.steps.insert((Action::Drop, node), vec![rename]);
        self.steps.insert((Action::Clear, node), vec![drop]);
    }

    /// An object that is set aside, under its other name and with the other names of its arguments.
    fn aside_name(&self, node: &ObjectId) -> ObjectId {
        let mut other = node.clone();
        match &mut other {
            ObjectId::Enum(name)
            | ObjectId::Domain(name)
            | ObjectId::CompositeType(name)
            | ObjectId::Collation(name) => *name = self.name_meanwhile(name),
            ObjectId::Function(of) => {
                let arguments = of.arguments.split(", ").map(|argument| {
                    let types = self.aside.iter().filter_map(|aside| aside.qualified());
                    let kind =
                        types.into_iter().find(|kind| kind.to_string() == argument.trim_end_matches("[]"));
                    match kind {
                        Some(kind) => {
                            argument.replacen(&kind.to_string(), &self.name_meanwhile(kind).to_string(), 1)
                        }
                        None => argument.to_owned(),
                    }
                });
                of.arguments = arguments.collect::<Vec<_>>().join(", ").into();
                of.name = self.name_meanwhile(&of.name);
            }
            _ => {}
        }
        other
    }

    /// A name that nothing has on either side.
    pub(super) fn name_meanwhile(&self, name: &QualifiedName) -> QualifiedName {
        meanwhile((&self.from, &self.to), name)
    }

    /// What is set aside is dropped after all that had it.
    pub(super) fn orders_of_aside(&self) -> Vec<(Key<'a>, Key<'a>)> {
        let mut orders = Vec::new();
        for node in &self.aside {
            let key = (Action::Clear, *node);
            orders.push((key, (Action::Drop, *node)));
            for dependent in self.from.dependents(node) {
                let same = self.to.node(dependent);
                let whole = self.to.whole(dependent);
                orders.extend(self.clear_of(dependent).map(|clear| (key, clear)));
                for object in [Some(dependent), same, whole].into_iter().flatten() {
                    for action in [Action::Drop, Action::Alter, Action::Shrink, Action::Clear] {
                        orders.push((key, (action, object)));
                    }
                }
            }
        }
        orders.retain(|(later, earlier)| self.steps.contains_key(later) && self.steps.contains_key(earlier));
        orders
    }

    /// What must not name columns while they take another type of the same name.
    fn blocking(&self, columns: &[ObjectId]) -> Vec<&'a ObjectId> {
        let dependents = columns.iter().flat_map(|column| self.from.dependents_of_column(column));
        dependents
            .filter(|object| !is_rebuilt_by_postgres(object) || self.from.is_foreign_key(object))
            .collect()
    }

    /// What is on columns that are dropped and added again, or that are texts for a while.
    fn on_columns(&self, columns: &[ObjectId]) -> Vec<&'a ObjectId> {
        let dependents = columns.iter().flat_map(|column| self.from.dependents_of_column(column));
        dependents.filter(|object| !is_of_column(object)).collect()
    }
}

/// Types that a rename moves out of the way. The functions of a range would keep its name.
fn is_type(node: &ObjectId) -> bool {
    matches!(node, ObjectId::Enum(_) | ObjectId::Domain(_) | ObjectId::CompositeType(_))
}

fn can_be_set_aside(node: &ObjectId) -> bool {
    matches!(
        node,
        ObjectId::Enum(_)
            | ObjectId::Domain(_)
            | ObjectId::CompositeType(_)
            | ObjectId::Range(_)
            | ObjectId::Collation(_)
            | ObjectId::Function(_)
    )
}
