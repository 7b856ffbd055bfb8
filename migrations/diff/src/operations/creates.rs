//! What is made, and made anew.

use model::{Ident, ObjectId, PartName, Property, QualifiedName};

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
        let is_new =
            |object: &ObjectId| matches!(self.fates.get(object), Some(Fate::Created | Fate::Replaced));
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
        if let Some(step) = self.check_of_later_partition(node) {
            steps = vec![step];
        }
        steps.extend(self.checks_of_heirs(node));
        if self.aside.contains(node) {
            self.name_not_null(node, &mut steps);
        }
        if self.with_partitions.contains(node) {
            steps
                .iter_mut()
                .for_each(|step| step.change.sql = step.change.sql.replacen(" ON ONLY ", " ON ", 1));
        }
        // The old index serves until the new one is there, of the same table.
        if is_online && fate == Fate::Replaced && self.can_stay(node) && self.from.whole(node) == whole {
            let rebuilt = match node {
                ObjectId::Constraint(part) => self.rebuilt_key(node, part, &steps),
                _ => node.qualified().map(|name| rebuilt(node, name, &self.free_name(name), steps.clone())),
            };
            if let Some(rebuilt) = rebuilt {
                steps = rebuilt;
                self.steps.insert((Action::Drop, node), Vec::new());
            }
        }
        self.steps.insert((Action::Create, node), steps);
        match node {
            ObjectId::Index(_) => {
                // Where the table becomes a partition later on, its indexes are attached with it.
                let comes_later = whole.is_some_and(|table| {
                    self.from.value(table, &Property::PartitionOf).is_none()
                        || self.rebuilt.contains(table)
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

    /// Names the NOT NULL of a domain that comes in place of one of its name: that one, under another name,
    /// has the constraint's usual name still, which Postgres then avoids.
    fn name_not_null(&self, node: &ObjectId, steps: &mut [Step]) {
        let (ObjectId::Domain(name), Some(create)) = (node, steps.first_mut()) else { return };
        let not_null = suffixed(&name.name, "_not_null");
        let is_taken = self.to.catalog.contains(&ObjectId::Constraint(PartName::new(name, &not_null)));
        if self.to.value(node, &Property::NotNull).is_none() || is_taken {
            return;
        }
        let default = self.to.value(node, &Property::Default).map(|value| format!(" DEFAULT {value}"));
        let default = default.unwrap_or_default();
        let named = format!("{default} CONSTRAINT {not_null} NOT NULL");
        create.change.sql = create.change.sql.replacen(&format!("{default} NOT NULL"), &named, 1);
    }

    /// The step that makes a check which a table must have to become a partition, or to be one again.
    fn check_of_later_partition(&self, node: &ObjectId) -> Option<Step> {
        let (ObjectId::Constraint(part), to) = (node, &self.to) else { return None };
        to.value(node, &Property::Inherited)?;
        let definition = to.value(node, &Property::Definition).filter(|text| text.starts_with("CHECK"))?;
        let table = to.whole(node)?;
        let sql = match self.fates.get(table) {
            // What is checked stands in the table's own statement.
            Some(Fate::Created | Fate::Replaced) => to.statements.unchecked_before_joining(node)?,
            _ => {
                self.altered.get(table)?.attach.as_ref()?;
                format!("ALTER TABLE {} ADD CONSTRAINT {} {definition};\n", part.whole, part.name)
            }
        };
        Some(Step::new(node, format!("makes {node}"), sql))
    }

    /// The steps that validate a check where it holds for the rows of heirs, while their parent's is NOT
    /// VALID and brings it to them as such.
    fn checks_of_heirs(&self, node: &ObjectId) -> Vec<Step> {
        let (ObjectId::Constraint(part), to) = (node, &self.to) else { return Vec::new() };
        let is_valid = |check: &ObjectId| to.value(check, &Property::Validated) != Some("no");
        let is_brought = |check: &ObjectId| to.value(check, &Property::Inherited).is_some();
        if is_valid(node) || is_brought(node) {
            return Vec::new();
        }
        let is_kept = |table: &ObjectId| matches!(self.fates.get(table), None | Some(Fate::Altered));
        let stays = |table: &&ObjectId| {
            is_kept(table) && self.altered.get(*table).is_none_or(|altered| altered.attach.is_none())
        };
        let heirs = to.heirs(&part.whole).into_iter().filter(stays).filter_map(ObjectId::as_whole);
        heirs
            .map(|table| ObjectId::Constraint(PartName::new(table, &part.name)))
            .filter(|check| to.catalog.contains(check) && is_valid(check) && is_brought(check))
            .filter_map(|check| {
                let part = check.part()?;
                let sql = format!("ALTER TABLE {} VALIDATE CONSTRAINT {};\n", part.whole, part.name);
                let step = Step::new(&check, format!("checks {check} on the rows that are there"), sql);
                Some(if self.options.online { step.later() } else { step })
            })
            .collect()
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

    /// The steps that build the index of a key under another name, and let it be the key's in place of the
    /// old one; none where the key has no such index, or must go before its table is altered.
    fn rebuilt_key(&self, node: &ObjectId, part: &PartName, steps: &[Step]) -> Option<Vec<Step>> {
        let [build, add, rest @ ..] = steps else { return None };
        let before = self.from.statements.index_of(part)?.qualified()?;
        let table = self.from.whole(node)?;
        if !build.is_concurrent || before.name != part.name || self.altered.contains_key(table) {
            return None;
        }
        let (own, other) = (&part.name, self.free_name(before));
        let (mut build, mut add) = (build.clone(), add.clone());
        let named = |name: &Ident| format!(" CONCURRENTLY {name} ");
        build.change.sql = build.change.sql.replacen(&named(own), &named(&other), 1);
        let adds = format!(" ADD CONSTRAINT {own} ");
        let swaps = format!(" DROP CONSTRAINT {own},{adds}");
        let using = |name: &Ident| format!(" USING INDEX {name}");
        let swap = add.change.sql.replacen(&adds, &swaps, 1).replacen(&using(own), &using(&other), 1);
        add.change.sql = swap;
        Some([build, add].into_iter().chain(rest.iter().cloned()).collect())
    }

    /// A name for an index that no relation has, before or after.
    fn free_name(&self, name: &QualifiedName) -> Ident {
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
fn rebuilt(node: &ObjectId, name: &QualifiedName, other: &Ident, steps: Vec<Step>) -> Vec<Step> {
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
