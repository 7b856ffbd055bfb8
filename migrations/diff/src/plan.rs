//! The way from one catalog to another. Refused by name are all changes but those of columns, constraints and
//! indexes of tables without relatives, of comments on them, and the end of such a table.

use std::collections::{BTreeMap, BTreeSet};

use model::{Catalog, Difference, ObjectId, Property, QualifiedName};

use crate::{Change, Options, Plan, PlannedFile, Unplanned};

/// The steps of a plan; each is a file of its own, but for the first two, which share one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Drop,
    Alter,
    Validate,
    Concurrently,
}

/// Plans the way from one catalog to another. Both must have been read with their dependencies, from servers
/// of one major version.
///
/// # Errors
/// The differences for which there is no plan; then nothing is planned.
pub fn plan(from: &Catalog, to: &Catalog, options: &Options) -> Result<Plan, Vec<Unplanned>> {
    let mut planner = Planner::new(from, to, options);
    for rename in &options.renames {
        planner.refuse(&rename.from, "a renaming is not planned");
    }
    let mut changed: BTreeMap<ObjectId, Vec<Property>> = BTreeMap::new();
    for difference in from.diff(to) {
        match difference {
            Difference::Gone(object) => planner.gone(&object),
            Difference::New(object) => planner.new_object(&object),
            Difference::Changed { object, property, .. } => {
                changed.entry(object).or_default().push(property);
            }
        }
    }
    for (object, properties) in changed {
        properties.iter().for_each(|property| planner.changed(&object, property));
    }
    planner.finish()
}

struct Planner<'a> {
    from: &'a Catalog,
    to: &'a Catalog,
    online: bool,
    /// The objects that need an object.
    dependents: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
    /// Tables from which others inherit, partitioned ones too.
    parents: BTreeSet<String>,
    /// Each with its rank within its step.
    changes: Vec<(Step, u32, Change)>,
    unplanned: Vec<Unplanned>,
}

impl<'a> Planner<'a> {
    fn new(from: &'a Catalog, to: &'a Catalog, options: &Options) -> Self {
        let mut dependents: BTreeMap<&ObjectId, Vec<&ObjectId>> = BTreeMap::new();
        for (object, needed) in from.all_dependencies() {
            dependents.entry(needed).or_default().push(object);
        }
        let mut parents = BTreeSet::new();
        for (_, of) in from.iter().chain(to.iter()) {
            for property in [Property::Inherits, Property::PartitionOf] {
                if let Some(names) = of.get(&property) {
                    parents.extend(names.split(", ").map(ToOwned::to_owned));
                }
            }
        }
        let online = options.online;
        Self { from, to, online, dependents, parents, changes: Vec::new(), unplanned: Vec::new() }
    }

    fn refuse(&mut self, object: &ObjectId, reason: &str) {
        self.unplanned.push(Unplanned { object: object.clone(), reason: reason.to_owned() });
    }

    fn add(&mut self, step: Step, rank: u32, about: &ObjectId, verb: &str, sql: String) {
        let loses = match about {
            ObjectId::Column(part) if verb == "drops" => vec![part.to_string()],
            ObjectId::Table(name) if verb == "drops" => vec![format!("{name}.*")],
            _ => Vec::new(),
        };
        let scans = ["CREATE ", " ADD CONSTRAINT ", " SET NOT NULL"];
        let reads_table = step == Step::Validate || scans.iter().any(|word| sql.contains(word));
        let summary = format!("{verb} {about}");
        self.changes.push((step, rank, Change { sql, about: about.clone(), summary, loses, reads_table }));
    }

    /// Returns whether a table is there both times and has neither parents nor children.
    fn is_plain(&self, name: &QualifiedName) -> bool {
        let table = ObjectId::Table(name.clone());
        [self.from, self.to].iter().all(|catalog| is_single(catalog, &table))
            && !self.parents.contains(&name.to_string())
    }

    /// An object that needs another, is no part of `whole`, and is there.
    fn dependent(&self, object: &ObjectId, whole: &QualifiedName) -> Option<&'a ObjectId> {
        let needing = self.dependents.get(object)?.iter().copied();
        needing.into_iter().find(|other| {
            self.from.whole(other).as_ref() != Some(whole)
                && !matches!(other, ObjectId::RowType(name) | ObjectId::Table(name) if name == whole)
        })
    }

    fn gone(&mut self, object: &ObjectId) {
        let whole = self.from.whole(object);
        let with_table = whole.clone().or_else(|| match object {
            ObjectId::RowType(name) => Some(name.clone()),
            _ => None,
        });
        if let Some(whole) = &with_table
            && self.from.contains(&ObjectId::Table(whole.clone()))
            && !self.to.contains(&ObjectId::Table(whole.clone()))
        {
            if let Some(other) = self.dependent(object, whole) {
                self.refuse(object, &format!("{other} needs it"));
            }
            return;
        }
        match (object, whole) {
            (ObjectId::Table(name), _)
                if is_single(self.from, object) && !self.parents.contains(&name.to_string()) =>
            {
                match self.dependent(object, name) {
                    Some(other) => self.refuse(object, &format!("{other} needs it")),
                    None => self.add(Step::Drop, 3, object, "drops", format!("DROP TABLE {name}")),
                }
            }
            (ObjectId::Column(part), Some(whole)) if self.is_plain(&whole) => {
                let default = ObjectId::Default(part.clone());
                let needing = self.dependents.get(object).into_iter().flatten();
                match needing.copied().find(|other| **other != default) {
                    Some(other) => self.refuse(object, &format!("{other} needs it")),
                    None => {
                        let sql = format!("ALTER TABLE {whole} DROP COLUMN {}", part.name);
                        self.add(Step::Drop, 2, object, "drops", sql);
                    }
                }
            }
            (ObjectId::Constraint(part), Some(whole)) if self.is_plain(&whole) => {
                let own = part.name.unquoted();
                let needing = self.dependents.get(object).into_iter().flatten();
                let is_own = |other: &ObjectId| self.from.value(other, &Property::Constraint) == Some(&own);
                match needing.copied().find(|other| !is_own(other)) {
                    Some(other) => self.refuse(object, &format!("{other} needs it")),
                    None => {
                        let sql = format!("ALTER TABLE {whole} DROP CONSTRAINT {}", part.name);
                        self.add(Step::Drop, 0, object, "drops", sql);
                    }
                }
            }
            (ObjectId::Index(name), Some(whole)) if self.is_plain(&whole) => {
                if self.from.value(object, &Property::Constraint).is_some() {
                    self.goes_with_constraint(object, &whole, self.from, self.to);
                } else if let Some(other) = self.dependents.get(object).and_then(|all| all.first().copied()) {
                    self.refuse(object, &format!("{other} needs it"));
                } else if self.online {
                    let sql = format!("DROP INDEX CONCURRENTLY {name}");
                    self.add(Step::Concurrently, 1, object, "drops", sql);
                } else {
                    self.add(Step::Drop, 1, object, "drops", format!("DROP INDEX {name}"));
                }
            }
            _ => self.refuse(object, "dropping it is not planned"),
        }
    }

    /// An index comes and goes with its constraint, which must come or go as well.
    fn goes_with_constraint(
        &mut self,
        index: &ObjectId,
        whole: &QualifiedName,
        there: &Catalog,
        not_there: &Catalog,
    ) {
        let own = there.value(index, &Property::Constraint);
        let mut constraints = there.iter().filter_map(|(object, _)| match object {
            ObjectId::Constraint(part) if part.whole == *whole => Some((object, part)),
            _ => None,
        });
        let constraint = constraints.find(|(_, part)| own == Some(&part.name.unquoted()));
        if constraint.is_none_or(|(object, _)| not_there.contains(object)) {
            self.refuse(index, "it changes without its constraint, which is not planned");
        }
    }

    fn new_object(&mut self, object: &ObjectId) {
        let whole = self.to.whole(object).filter(|whole| self.is_plain(whole));
        let value = |property| self.to.value(object, &property);
        let has_only = |known: &[Property]| {
            self.to.properties(object).is_some_and(|of| of.keys().all(|property| known.contains(property)))
        };
        match (object, whole) {
            (ObjectId::Column(part), Some(whole))
                if has_only(&[
                    Property::Type,
                    Property::Place,
                    Property::Default,
                    Property::NotNull,
                    Property::Collation,
                    Property::Comment,
                ]) && matches!(value(Property::NotNull), None | Some("yes"))
                    && self.is_last(object, &whole) =>
            {
                let collation = value(Property::Collation).map(|c| format!(" COLLATE {c}"));
                let default = value(Property::Default).map(|d| format!(" DEFAULT {d}"));
                let not_null = value(Property::NotNull).map(|_| " NOT NULL".to_owned());
                let rest: String = [collation, default, not_null].into_iter().flatten().collect();
                let kind = value(Property::Type).unwrap_or_default();
                let sql = format!("ALTER TABLE {whole} ADD COLUMN {} {kind}{rest}", part.name);
                let place = self.place(self.to, object);
                self.add(Step::Alter, place, object, "adds", sql);
                self.comment(object);
            }
            // A default stands with its column.
            (ObjectId::Default(part), Some(_)) if self.to.contains(&ObjectId::Column(part.clone())) => {}
            (ObjectId::Constraint(part), Some(whole))
                if has_only(&[Property::Definition, Property::Validated, Property::Comment]) =>
            {
                let definition = value(Property::Definition).unwrap_or_default();
                let is_foreign = definition.starts_with("FOREIGN KEY");
                if self.to.dependencies(object).any(|needed| self.is_built_later(needed)) {
                    self.refuse(object, "a key to an index that is new as well is not planned");
                    return;
                }
                let add = format!("ALTER TABLE {whole} ADD CONSTRAINT {} {definition}", part.name);
                let rank = if is_foreign { 5_001 } else { 5_000 };
                let can_wait = is_foreign || definition.starts_with("CHECK");
                if self.online && can_wait && value(Property::Validated) == Some("yes") {
                    self.add(Step::Alter, rank, object, "adds", format!("{add} NOT VALID"));
                    let sql = format!("ALTER TABLE {whole} VALIDATE CONSTRAINT {}", part.name);
                    self.add(Step::Validate, 0, object, "validates", sql);
                } else {
                    self.add(Step::Alter, rank, object, "adds", add);
                }
                self.comment(object);
            }
            (ObjectId::Index(_), Some(whole))
                if has_only(&[
                    Property::Definition,
                    Property::Table,
                    Property::Usable,
                    Property::Constraint,
                    Property::Options,
                ]) && value(Property::Usable) == Some("yes") =>
            {
                if value(Property::Constraint).is_some() {
                    self.goes_with_constraint(object, &whole, self.to, self.from);
                    return;
                }
                let definition = value(Property::Definition).unwrap_or_default().to_owned();
                if self.online {
                    let sql = definition.replacen(" INDEX ", " INDEX CONCURRENTLY ", 1);
                    self.add(Step::Concurrently, 0, object, "builds", sql);
                } else {
                    self.add(Step::Alter, 6_000, object, "builds", definition);
                }
            }
            _ => self.refuse(object, "creating it is not planned"),
        }
    }

    /// Returns whether it is a new index that belongs to no constraint.
    fn is_built_later(&self, object: &ObjectId) -> bool {
        matches!(object, ObjectId::Index(_))
            && !self.from.contains(object)
            && self.to.value(object, &Property::Constraint).is_none()
    }

    fn place(&self, catalog: &Catalog, column: &ObjectId) -> u32 {
        catalog.value(column, &Property::Place).and_then(|place| place.parse().ok()).unwrap_or_default()
    }

    fn columns(&self, catalog: &'a Catalog, whole: &QualifiedName) -> Vec<&'a ObjectId> {
        let columns = catalog
            .iter()
            .map(|(object, _)| object)
            .filter(|object| matches!(object, ObjectId::Column(part) if part.whole == *whole));
        let mut columns: Vec<&ObjectId> = columns.collect();
        columns.sort_by_key(|column| self.place(catalog, column));
        columns
    }

    /// Returns whether no column that is there already comes after a new one.
    fn is_last(&self, column: &ObjectId, whole: &QualifiedName) -> bool {
        let columns = self.columns(self.to, whole);
        columns.into_iter().skip_while(|other| *other != column).all(|other| !self.from.contains(other))
    }

    fn changed(&mut self, object: &ObjectId, property: &Property) {
        let Some(part) = object.part() else {
            match (object, property) {
                (ObjectId::Table(_), Property::Comment) => self.comment(object),
                _ => self.refuse(object, &format!("a change of its {property} is not planned")),
            }
            return;
        };
        if !self.is_plain(&part.whole) {
            self.refuse(object, &format!("a change of its {property} is not planned"));
            return;
        }
        let (table, own) = (&part.whole, &part.name);
        let after = self.to.value(object, property);
        let before = self.from.value(object, property);
        let alter = format!("ALTER TABLE {table} ALTER COLUMN {own}");
        match (object, property) {
            (ObjectId::Column(_) | ObjectId::Constraint(_), Property::Comment) => self.comment(object),
            (ObjectId::Column(_), Property::Place) => {
                let kept = |catalog: &'a Catalog, other: &Catalog| -> Vec<&'a ObjectId> {
                    self.columns(catalog, table).into_iter().filter(|column| other.contains(column)).collect()
                };
                if kept(self.from, self.to) != kept(self.to, self.from) {
                    self.refuse(object, "another order of columns is not planned");
                }
            }
            (ObjectId::Column(_), Property::Default) => {
                let how = after.map_or("DROP DEFAULT".to_owned(), |value| format!("SET DEFAULT {value}"));
                self.add(Step::Alter, 3_000, object, "sets the default of", format!("{alter} {how}"));
            }
            (ObjectId::Column(_), Property::Statistics) => {
                let sql = format!("{alter} SET STATISTICS {}", after.unwrap_or("-1"));
                self.add(Step::Alter, 3_001, object, "sets the statistics of", sql);
            }
            (ObjectId::Column(_), Property::NotNull) => match (before, after) {
                (Some("yes"), None) => {
                    let sql = format!("{alter} DROP NOT NULL");
                    self.add(Step::Alter, 4_000, object, "lets be null", sql);
                }
                (None, Some("yes")) => {
                    let sql = format!("{alter} SET NOT NULL");
                    self.add(Step::Alter, 4_000, object, "requires", sql);
                }
                _ => self.refuse(object, "a change of its not null is not planned"),
            },
            _ => self.refuse(object, &format!("a change of its {property} is not planned")),
        }
    }

    fn comment(&mut self, object: &ObjectId) {
        let text = self.to.value(object, &Property::Comment);
        if text == self.from.value(object, &Property::Comment) {
            return;
        }
        let on = match object {
            ObjectId::Constraint(part) => format!("CONSTRAINT {} ON {}", part.name, part.whole),
            _ => format!("{} {}", object.kind().as_str().to_uppercase(), object.name()),
        };
        let text = text.map_or("NULL".to_owned(), literal);
        let sql = format!("COMMENT ON {on} IS {text}");
        self.add(Step::Alter, 9_000, object, "comments on", sql);
    }

    fn finish(mut self) -> Result<Plan, Vec<Unplanned>> {
        if !self.unplanned.is_empty() {
            return Err(self.unplanned);
        }
        self.changes.sort_by(|a, b| (a.0, a.1, &a.2.about).cmp(&(b.0, b.1, &b.2.about)));
        let mut files: Vec<(Step, PlannedFile)> = Vec::new();
        for (step, _, change) in self.changes {
            let step = if step == Step::Drop { Step::Alter } else { step };
            match files.last_mut() {
                Some((last, file)) if *last == step => file.changes.push(change),
                _ => {
                    let name_hint = match step {
                        Step::Drop | Step::Alter => "schema",
                        Step::Validate => "validate",
                        Step::Concurrently => "indexes",
                    };
                    let file = PlannedFile {
                        in_transaction: step != Step::Concurrently,
                        name_hint: name_hint.to_owned(),
                        changes: vec![change],
                    };
                    files.push((step, file));
                }
            }
        }
        Ok(Plan { files: files.into_iter().map(|(_, file)| file).collect() })
    }
}

/// A table that is there, and is neither partitioned, nor a partition, nor a child, nor of a type.
fn is_single(catalog: &Catalog, table: &ObjectId) -> bool {
    let relatives = [Property::Inherits, Property::PartitionOf, Property::PartitionedBy, Property::OfType];
    catalog.contains(table) && relatives.iter().all(|property| catalog.value(table, property).is_none())
}

/// A text as SQL has it, whatever standard_conforming_strings says.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

#[cfg(test)]
mod tests;
