//! Tables: their columns, and the constraints that can stand with them.

use std::collections::BTreeSet;

use super::order::Order;
use super::{Ident, ObjectId, ObjectKind, PartName, Property, QualifiedName, Writer, sequence};

impl<'a> Writer<'a> {
    /// The statement that makes a table with what can stand in it, and those that make it a partition and set
    /// what CREATE TABLE cannot.
    pub(super) fn table(&self, table: &'a ObjectId, name: &QualifiedName, order: &mut Order<'a>) -> String {
        let columns = || self.columns(name).filter_map(|(column, _)| column.part());
        let defaults: Vec<ObjectId> = columns().map(|column| ObjectId::Default(column.clone())).collect();
        order.take_all(defaults.iter());
        let constraints = self.parts(ObjectKind::Constraint, name);
        let inline = constraints.filter(|constraint| self.can_be_inline(table, constraint));
        let inline = order.take_all(inline);
        self.table_with(table, name, &inline, &|default| order.is_left(default))
    }

    /// The same with these constraints in it, and without the defaults that come later.
    pub(super) fn table_with(
        &self,
        table: &ObjectId,
        name: &QualifiedName,
        inline: &[&ObjectId],
        is_later: &dyn Fn(&ObjectId) -> bool,
    ) -> String {
        let of = |property| self.value(table, property);
        let mut lines: Vec<String> =
            self.columns(name).filter_map(|column| self.column_line(table, column, is_later)).collect();
        let of_inline = inline.iter().filter_map(|constraint| {
            let own = &constraint.part()?.name;
            Some(format!("    CONSTRAINT {own} {}", self.definition_of_constraint(constraint)?))
        });
        lines.extend(of_inline);

        let is_foreign = matches!(table, ObjectId::ForeignTable(_));
        let mut text = "CREATE ".to_owned();
        if of(Property::Persistence) == Some("unlogged") {
            text += "UNLOGGED ";
        }
        text += &format!("{} {name} ", table.kind().as_str().to_uppercase());
        if let Some(kind) = of(Property::OfType) {
            text += &format!("OF {kind} ");
        }
        if of(Property::OfType).is_none() || !lines.is_empty() {
            text += &format!("(\n{}\n)", lines.join(",\n"));
        }
        if let Some(parents) = of(Property::Inherits).filter(|_| !self.is_joined_later(name)) {
            text += &format!(" INHERITS ({parents})");
        }
        if let Some(by) = of(Property::PartitionedBy) {
            text += &format!(" PARTITION BY {by}");
        }
        if let Some(method) = of(Property::AccessMethod) {
            text += &format!(" USING {method}");
        }
        let options: Vec<&str> =
            [of(Property::Options), of(Property::ToastOptions)].into_iter().flatten().collect();
        if is_foreign {
            text += &format!(
                " SERVER {}{}",
                of(Property::Server).unwrap_or_default(),
                self.foreign_options(table)
            );
        } else if !options.is_empty() {
            text += &format!(" WITH ({})", options.join(", "));
        }
        text = text.trim_end().to_owned() + ";\n";
        for statement in self.settings_of_columns(table, name) {
            text += &format!("{statement};\n");
        }
        text
    }

    /// Returns whether a table joins its parents after it was made: its columns are its own, in an order of
    /// their own.
    pub(super) fn is_joined_later(&self, table: &QualifiedName) -> bool {
        self.columns(table).all(|(column, _)| self.value(column, Property::Inherited).is_none())
    }

    /// The columns in their order, with their names.
    pub(super) fn columns(&self, whole: &QualifiedName) -> impl Iterator<Item = (&'a ObjectId, &'a Ident)> {
        let columns = self.parts(ObjectKind::Column, whole);
        let mut columns: Vec<(&ObjectId, &Ident)> =
            columns.filter_map(|column| Some((column, &column.part()?.name))).collect();
        columns.sort_by_key(|(column, _)| {
            self.value(column, Property::Place).and_then(|place| place.parse::<u32>().ok())
        });
        columns.into_iter()
    }

    /// A partition is made whole and then attached, which leaves its indexes and constraints the names that
    /// they have.
    pub(super) fn can_be_inline(&self, table: &ObjectId, constraint: &ObjectId) -> bool {
        let is_inherited = self.value(constraint, Property::Inherited).is_some();
        let is_partition = self.value(table, Property::Partition).is_some();
        self.value(constraint, Property::Validated) != Some("no")
            && !self.is_like_another(constraint)
            && (!is_inherited
                || is_partition
                || table.as_whole().is_some_and(|name| self.is_joined_later(name)))
    }

    /// Returns whether the index of an earlier constraint of the table would be this one's as well: CREATE
    /// TABLE makes one of the two, whatever their names.
    fn is_like_another(&self, constraint: &ObjectId) -> bool {
        let index = |constraint: &ObjectId| {
            let definition = self.value(constraint, Property::Definition)?;
            let kinds = ["PRIMARY KEY ", "UNIQUE ", "EXCLUDE "];
            let kind = kinds.iter().position(|kind| definition.starts_with(kind))?;
            Some((kind, definition.trim_start_matches("PRIMARY KEY ").trim_start_matches("UNIQUE ")))
        };
        let (Some(part), Some((kind, own))) = (constraint.part(), index(constraint)) else { return false };
        self.parts(ObjectKind::Constraint, &part.whole).any(|other| {
            index(other).is_some_and(|(first, other_index)| {
                other_index == own && (first, other.name()) < (kind, constraint.name())
            })
        })
    }

    /// A line of CREATE TABLE; none for a column that a parent brings.
    pub(super) fn column_line(
        &self,
        table: &ObjectId,
        (column, name): (&'a ObjectId, &Ident),
        is_later: &dyn Fn(&ObjectId) -> bool,
    ) -> Option<String> {
        let of = |property| self.value(column, property);
        let part = column.part()?;
        let is_partition = self.value(table, Property::Partition).is_some();
        let is_typed = self.value(table, Property::OfType).is_some();
        if of(Property::Inherited).is_some() && !is_partition {
            return None;
        }
        let mut text = format!("    {name}");
        if !is_typed {
            text += &format!(" {}", of(Property::Type).unwrap_or_default());
            if let Some(method) = of(Property::Compression) {
                text += &format!(" COMPRESSION {method}");
            }
            text += &self.foreign_options(column);
            if let Some(collation) = of(Property::Collation) {
                text += &format!(" COLLATE {collation}");
            }
        }
        let is_inline = |_: &&str| !is_later(&ObjectId::Default(part.clone()));
        if let Some(value) = of(Property::Default).filter(is_inline) {
            text += &format!(" DEFAULT {value}");
        }
        for (property, how) in [(Property::Generated, "STORED"), (Property::Virtual, "VIRTUAL")] {
            if let Some(value) = of(property) {
                text += &format!(" GENERATED ALWAYS AS ({value}) {how}");
            }
        }
        // A partition gets its parent's identity when it is attached.
        let parent = self.value(table, Property::PartitionOf).and_then(QualifiedName::parse);
        let of_parent = parent.map(|whole| ObjectId::Column(PartName { whole, name: name.clone() }));
        let is_parents = of_parent.is_some_and(|column| self.value(&column, Property::Identity).is_some());
        if let Some(when) = of(Property::Identity).filter(|_| !is_parents) {
            text += &format!(" GENERATED {} AS IDENTITY", when.to_uppercase());
            text += &self.identity_options(part);
        }
        match of(Property::NotNull) {
            // It follows, since only ALTER TABLE takes it.
            Some(how) if how.contains("not valid") => {}
            Some(how) if how.contains("no inherit") => text += " NOT NULL NO INHERIT",
            Some(_) => text += " NOT NULL",
            None => {}
        }
        let is_empty = is_typed && text.trim() == name.as_str();
        (!is_empty).then_some(text)
    }

    pub(super) fn identity_options(&self, column: &PartName) -> String {
        let Some(&sequence) = self.identities.get(column) else { return String::new() };
        let Some(name) = sequence.qualified() else { return String::new() };
        let mut options = Vec::new();
        let usual = format!("{}_{}_seq", column.whole.name.unquoted(), column.name.unquoted());
        if name.name.unquoted() != usual {
            options.push(format!("SEQUENCE NAME {name}"));
        }
        let definition = self.value(sequence, Property::Definition).unwrap_or_default();
        options.extend(sequence::options(definition, true));
        if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) }
    }

    /// Returns the settings of columns that CREATE TABLE does not take: storage and statistics, differences
    /// from a parent's column, the parents that are joined later.
    pub(super) fn settings_of_columns(&self, table: &ObjectId, name: &QualifiedName) -> Vec<String> {
        let mut statements = Vec::new();
        let parents = self.value(table, Property::Inherits);
        for (column, own) in self.columns(name) {
            let of = |property| self.value(column, property);
            let mut alter =
                |what: String| statements.push(format!("ALTER TABLE ONLY {name} ALTER COLUMN {own} {what}"));
            self.settings_of_column(column).into_iter().for_each(&mut alter);
            if let Some(how) = of(Property::NotNull).filter(|how| how.contains("not valid")) {
                let inherit = if how.contains("no inherit") { " NO INHERIT" } else { "" };
                statements.push(format!("ALTER TABLE {name} ADD NOT NULL {own}{inherit} NOT VALID"));
                continue;
            }
            if let (Some(parents), true) = (parents, of(Property::Inherited).is_some()) {
                let of_parents: BTreeSet<&str> =
                    parents.split(", ").filter_map(|parent| self.default_of(parent, own)).collect();
                match of(Property::Default) {
                    Some(value) if !of_parents.contains(value) => alter(format!("SET DEFAULT {value}")),
                    None if !of_parents.is_empty() => alter("DROP DEFAULT".to_owned()),
                    _ => {}
                }
                if of(Property::NotNull).is_some() {
                    alter("SET NOT NULL".to_owned());
                }
            }
        }
        if self.is_joined_later(name) {
            let parents = parents.into_iter().flat_map(|parents| parents.split(", "));
            statements.extend(parents.map(|parent| format!("ALTER TABLE {name} INHERIT {parent}")));
        }
        statements
    }

    /// Returns the settings of a column's storage and statistics by ALTER COLUMN.
    pub(super) fn settings_of_column(&self, column: &ObjectId) -> Vec<String> {
        let of = |property| self.value(column, property);
        let storage = of(Property::Storage).map(|storage| format!("SET STORAGE {storage}"));
        let statistics = of(Property::Statistics).map(|target| format!("SET STATISTICS {target}"));
        let options = of(Property::Options).map(|options| format!("SET ({options})"));
        [storage, statistics, options].into_iter().flatten().collect()
    }

    fn default_of(&self, table: &str, column: &Ident) -> Option<&'a str> {
        let column = PartName::new(&QualifiedName::parse(table)?, column);
        self.value(&ObjectId::Column(column), Property::Default)
    }
}
