//! What is made, and made anew.

use model::{Ident, ObjectId, Property, QualifiedName};

use super::{Action, Fate, Operations};
use crate::make;
use crate::names::suffixed;
use crate::side::Side;
use crate::step::Step;

impl<'a> Operations<'a> {
    pub(super) fn is_concurrent_index(&self, side: &Side<'_>, index: &ObjectId) -> bool {
        let Some(table) = side.whole(index) else { return false };
        matches!(index, ObjectId::Index(_))
            && matches!(table, ObjectId::Table(_) | ObjectId::MaterializedView(_))
            && !side.is_partitioned(table)
            && side.value(index, &Property::AttachedTo).is_none()
            && !matches!(self.fates.get(table), Some(Fate::Created | Fate::Dropped | Fate::Replaced))
    }

    pub(super) fn write_create(&mut self, node: &'a ObjectId, fate: Fate) {
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
    pub(super) fn can_stay(&self, index: &ObjectId) -> bool {
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
