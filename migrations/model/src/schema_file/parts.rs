//! Writes the parts of a table or a view: indexes, triggers, rules, policies, and the states of them.

use super::order::Order;
use super::{ObjectId, ObjectKind, PartName, Property, QualifiedName, Writer};

/// The kinds of parts that follow their whole, in this order.
const AROUND: [ObjectKind; 6] = [
    ObjectKind::Constraint,
    ObjectKind::Index,
    ObjectKind::Statistics,
    ObjectKind::Rule,
    ObjectKind::Trigger,
    ObjectKind::Policy,
];

impl<'a> Writer<'a> {
    /// Writes the parts of a table, a view or a type that can be written now.
    pub(super) fn around(&self, name: &QualifiedName, order: &mut Order<'a>) -> String {
        let mut statements = Vec::new();
        for (sequence, column) in self.owned.get(name).into_iter().flatten() {
            statements.push(format!("ALTER SEQUENCE {} OWNED BY {column}", sequence.name()));
        }
        for kind in AROUND {
            let parts = self.parts(kind, name);
            let first: Vec<&ObjectId> = parts.filter(|part| !self.is_waiting_for_partitions(part)).collect();
            // The parts that the table's own statement holds were taken there, and are done but for their
            // settings.
            if kind == ObjectKind::Constraint {
                let inline = first.iter().filter(|part| !order.is_left(part));
                statements.extend(inline.flat_map(|part| self.settings_of_index(part)));
            }
            for part in order.take_all(first.into_iter()) {
                statements.extend(self.unchecked_before_joining(part));
                statements.extend(self.deferred(part));
            }
            if kind == ObjectKind::Index {
                statements.extend(self.attachment(name));
            }
            if kind == ObjectKind::Trigger {
                statements.extend(self.row_security(name));
            }
        }
        let table = ObjectId::Table(name.clone());
        if let Some(how @ ("full" | "nothing")) = self.value(&table, Property::ReplicaIdentity) {
            statements.push(format!("ALTER TABLE ONLY {name} REPLICA IDENTITY {}", how.to_uppercase()));
        }
        if self.is_view(name) {
            for column in self.parts(ObjectKind::Column, name) {
                if let (Some(part), Some(value)) = (column.part(), self.value(column, Property::Default)) {
                    statements
                        .push(format!("ALTER VIEW {name} ALTER COLUMN {} SET DEFAULT {value}", part.name));
                }
            }
        }
        statements.into_iter().map(|statement| statement + ";\n").collect()
    }

    fn is_view(&self, name: &QualifiedName) -> bool {
        self.catalog.contains(&ObjectId::View(name.clone()))
    }

    /// An index of a partitioned table to which not every partition's is attached: made without them, in the
    /// end.
    fn is_waiting_for_partitions(&self, part: &ObjectId) -> bool {
        let is_partitioned = |table| self.value(&ObjectId::Table(table), Property::PartitionedBy).is_some();
        matches!(part, ObjectId::Index(_))
            && self.value(part, Property::Usable) == Some("no")
            && self.catalog.whole(part).is_some_and(is_partitioned)
    }

    pub(super) fn attachment(&self, name: &QualifiedName) -> Option<String> {
        let objects = [ObjectId::Table(name.clone()), ObjectId::ForeignTable(name.clone())];
        let table = objects.into_iter().find(|object| self.catalog.contains(object))?;
        let bound = self.value(&table, Property::Partition)?;
        let parent = self.value(&table, Property::PartitionOf)?;
        Some(format!("ALTER TABLE ONLY {parent} ATTACH PARTITION {name} {bound}"))
    }

    pub(super) fn row_security(&self, name: &QualifiedName) -> Vec<String> {
        let table = ObjectId::Table(name.clone());
        let properties = [(Property::RowSecurity, "ENABLE"), (Property::RowSecurityForced, "FORCE")];
        let set =
            properties.into_iter().filter_map(|(property, how)| self.value(&table, property).map(|_| how));
        set.map(|how| format!("ALTER TABLE {name} {how} ROW LEVEL SECURITY")).collect()
    }

    /// The statement that makes a check which is NOT VALID, and which a table must have to join its parent.
    pub(super) fn unchecked_before_joining(&self, part: &ObjectId) -> Option<String> {
        let (ObjectId::Constraint(name), Some("no")) = (part, self.value(part, Property::Validated)) else {
            return None;
        };
        let definition = self.value(part, Property::Definition).filter(|text| text.starts_with("CHECK"))?;
        let table = ObjectId::Table(name.whole.clone());
        let joins = self.value(&table, Property::Partition).is_some() || self.is_joined_later(&name.whole);
        let is_inherited = self.value(part, Property::Inherited).is_some();
        (joins && is_inherited)
            .then(|| format!("ALTER TABLE {} ADD CONSTRAINT {} {definition}", name.whole, name.name))
    }

    /// The statements that make a part on its own.
    pub(super) fn deferred(&self, part: &ObjectId) -> Vec<String> {
        let definition =
            || self.value(part, Property::Definition).map(|text| text.trim_end_matches(';').to_owned());
        let is_inherited = self.value(part, Property::Inherited).is_some();
        let mut statements: Vec<String> = match part {
            // A view's own stand with it.
            ObjectId::Default(name) if self.is_view(&name.whole) => return Vec::new(),
            ObjectId::Default(name) => {
                let Some(value) = self.value(&ObjectId::Column(name.clone()), Property::Default) else {
                    return Vec::new();
                };
                vec![format!(
                    "ALTER TABLE ONLY {} ALTER COLUMN {} SET DEFAULT {value}",
                    name.whole, name.name
                )]
            }
            // A parent's brings it.
            ObjectId::Constraint(_) | ObjectId::Trigger(_) if is_inherited => Vec::new(),
            ObjectId::Constraint(name) => {
                let Some(definition) = self.definition_of_constraint(part) else { return Vec::new() };
                vec![format!("ALTER TABLE {} ADD CONSTRAINT {} {definition}", name.whole, name.name)]
            }
            ObjectId::Policy(_) => self.policy(part).into_iter().collect(),
            _ => definition().into_iter().collect(),
        };
        match part {
            ObjectId::Trigger(_) | ObjectId::Rule(_) => statements.extend(self.state(part)),
            ObjectId::Index(_) | ObjectId::Constraint(_) => statements.extend(self.settings_of_index(part)),
            ObjectId::Statistics(name) => {
                let target = self.value(part, Property::Target);
                statements
                    .extend(target.map(|target| format!("ALTER STATISTICS {name} SET STATISTICS {target}")));
            }
            _ => {}
        }
        statements.extend(self.extension_dependencies(part));
        if !matches!(part, ObjectId::Constraint(_)) {
            statements.extend(self.comment(part).map(|comment| comment.trim_end_matches(";\n").to_owned()));
        }
        statements
    }

    pub(super) fn policy(&self, policy: &ObjectId) -> Option<String> {
        let name = policy.part()?;
        let (command, how) = self.value(policy, Property::Command)?.split_once(' ')?;
        let how = if how == "restrictive" { " AS RESTRICTIVE" } else { "" };
        let command = if command == "ALL" { String::new() } else { format!(" FOR {command}") };
        let roles = self.value(policy, Property::Roles)?;
        let part = |word, property| {
            self.value(policy, property)
                .map(|expression| format!(" {word} ({expression})"))
                .unwrap_or_default()
        };
        let (using, check) = (part("USING", Property::Using), part("WITH CHECK", Property::Check));
        let (own, table) = (&name.name, &name.whole);
        Some(format!("CREATE POLICY {own} ON {table}{how}{command} TO {roles}{using}{check}"))
    }

    /// The state of a trigger or a rule where it is not the one that it is made with. Partitions take over a
    /// state with the statement that sets it, or as they are attached.
    pub(super) fn state(&self, part: &ObjectId) -> Option<String> {
        let name = part.part()?;
        let state = self.value(part, Property::State);
        let inherited = self.followed(part).and_then(|parent| self.value(parent, Property::State));
        (state != inherited).then(|| format!("ALTER TABLE {} {}", name.whole, set_state(part, state)))
    }

    /// The trigger of a table that the trigger of its partition follows.
    pub(super) fn followed(&self, part: &ObjectId) -> Option<&'a ObjectId> {
        self.value(part, Property::Inherited)?;
        let name = part.part()?;
        let parent = self.value(&ObjectId::Table(name.whole.clone()), Property::PartitionOf)?;
        let of_parent = PartName::new(&QualifiedName::parse(parent)?, &name.name);
        self.catalog.key(&ObjectId::Trigger(of_parent))
    }

    /// The index that a constraint has made.
    pub(super) fn index_of(&self, constraint: &PartName) -> Option<&'a ObjectId> {
        let own = constraint.name.unquoted();
        self.parts(ObjectKind::Index, &constraint.whole)
            .find(|index| self.value(index, Property::Constraint) == Some(&own))
    }

    /// The definition of a constraint with the storage parameters of its index, which Postgres leaves out of
    /// the definitions of keys.
    pub(super) fn definition_of_constraint(&self, constraint: &ObjectId) -> Option<String> {
        let mut definition = self.value(constraint, Property::Definition)?.to_owned();
        let is_key = definition.starts_with("UNIQUE") || definition.starts_with("PRIMARY KEY");
        let index = constraint.part().and_then(|part| self.index_of(part));
        let options = index.and_then(|index| self.value(index, Property::Options));
        // After the columns and those that are included, before DEFERRABLE.
        if let (Some(options), Some(at), true) = (options, definition.rfind(')'), is_key) {
            definition.insert_str(at + 1, &format!(" WITH ({options})"));
        }
        Some(definition)
    }

    /// The constraint that has made an index.
    pub(super) fn constraint_of(&self, index: &ObjectId) -> Option<&'a ObjectId> {
        let own = self.value(index, Property::Constraint)?;
        let table = self.catalog.whole(index)?;
        self.parts(ObjectKind::Constraint, &table)
            .find(|constraint| constraint.part().is_some_and(|part| part.name.unquoted() == own))
    }

    /// Returns the settings of an index, or of a constraint's.
    pub(super) fn settings_of_index(&self, part: &ObjectId) -> Vec<String> {
        let index = match part {
            ObjectId::Constraint(name) => self.index_of(name),
            _ => Some(part),
        };
        let Some(index @ ObjectId::Index(name)) = index else { return Vec::new() };
        let Some(table) = self.value(index, Property::Table) else { return Vec::new() };
        let targets =
            self.value(index, Property::Statistics).into_iter().flat_map(|targets| targets.split(", "));
        let mut statements: Vec<String> = targets
            .filter_map(|target| target.split_once(' '))
            .map(|(place, target)| format!("ALTER INDEX {name} ALTER COLUMN {place} SET STATISTICS {target}"))
            .collect();
        let own = &name.name;
        if self.value(index, Property::Clustered).is_some() {
            statements.push(format!("ALTER TABLE {table} CLUSTER ON {own}"));
        }
        if self.value(index, Property::ReplicaIdentity).is_some() {
            statements.push(format!("ALTER TABLE ONLY {table} REPLICA IDENTITY USING INDEX {own}"));
        }
        if part != index {
            statements.extend(self.comment(index).map(|comment| comment.trim_end_matches(";\n").to_owned()));
        }
        statements
    }
}

/// What follows `ALTER TABLE t` to set the state of a trigger or a rule.
pub(super) fn set_state(part: &ObjectId, state: Option<&str>) -> String {
    let how = match state {
        Some("disabled") => "DISABLE",
        Some("replica") => "ENABLE REPLICA",
        Some("always") => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    let name = part.part().map(|part| part.name.to_string()).unwrap_or_default();
    format!("{how} {} {name}", part.kind().as_str().to_uppercase())
}
