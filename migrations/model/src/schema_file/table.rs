//! Tables: their columns, and the constraints that can stand with them.

use std::collections::BTreeSet;

use super::order::Order;
use super::{Object, Writer, sequence};

impl<'a> Writer<'a> {
    /// The statement that makes a table with what can stand in it, and those that make it a partition and set what
    /// CREATE TABLE cannot.
    pub(super) fn table(&self, table: &'a Object, order: &mut Order<'a>) -> String {
        let name = &table.name;
        let of = |property| self.value(table, property);
        let defaults: Vec<Object> =
            self.columns(name).map(|(column, _)| Object::new("default", &column.name)).collect();
        order.take_all(defaults.iter());
        let constraints = self.parts("constraint", name).map(|(constraint, _)| constraint);
        let inline = constraints.filter(|constraint| self.can_be_inline(table, constraint));
        let inline = order.take_all(inline);

        let mut lines: Vec<String> =
            self.columns(name).filter_map(|column| self.column_line(table, column, order)).collect();
        let of_inline = inline.iter().filter_map(|constraint| {
            let (_, own) = constraint.split_part()?;
            Some(format!("    CONSTRAINT {own} {}", self.value(constraint, "definition")?))
        });
        lines.extend(of_inline);

        let is_foreign = table.kind == "foreign table";
        let mut text = "CREATE ".to_owned();
        if of("persistence") == Some("unlogged") {
            text += "UNLOGGED ";
        }
        text += &format!("{} {name} ", table.kind.to_uppercase());
        if let Some(kind) = of("of type") {
            text += &format!("OF {kind} ");
        }
        if of("of type").is_none() || !lines.is_empty() {
            text += &format!("(\n{}\n)", lines.join(",\n"));
        }
        if let Some(parents) = of("inherits").filter(|_| !self.is_joined_later(table)) {
            text += &format!(" INHERITS ({parents})");
        }
        if let Some(by) = of("partitioned by") {
            text += &format!(" PARTITION BY {by}");
        }
        if let Some(method) = of("access method") {
            text += &format!(" USING {method}");
        }
        let options: Vec<&str> = [of("options"), of("toast options")].into_iter().flatten().collect();
        if is_foreign {
            text += &format!(" SERVER {}{}", of("server").unwrap_or_default(), self.foreign_options(table));
        } else if !options.is_empty() {
            text += &format!(" WITH ({})", options.join(", "));
        }
        text = text.trim_end().to_owned() + ";\n";
        for statement in self.settings_of_columns(table) {
            text += &format!("{statement};\n");
        }
        text
    }

    /// Whether a table joins its parents after it was made: its columns are its own, in an order of their own.
    pub(super) fn is_joined_later(&self, table: &Object) -> bool {
        self.columns(&table.name).all(|(column, _)| self.value(column, "inherited").is_none())
    }

    /// The columns in their order, with their names.
    pub(super) fn columns(&self, whole: &str) -> impl Iterator<Item = (&'a Object, &'a str)> {
        let mut columns: Vec<(&Object, &str)> = self.parts("column", whole).collect();
        columns.sort_by_key(|(column, _)| {
            self.value(column, "place").and_then(|place| place.parse::<u32>().ok())
        });
        columns.into_iter()
    }

    /// A partition is made whole and then attached, which leaves its indexes and constraints the names that they have.
    fn can_be_inline(&self, table: &Object, constraint: &Object) -> bool {
        let is_inherited = self.value(constraint, "inherited").is_some();
        let is_partition = self.value(table, "partition").is_some();
        self.value(constraint, "validated") != Some("no")
            && (!is_inherited || is_partition || self.is_joined_later(table))
    }

    /// A line of CREATE TABLE; none for a column that a parent brings.
    fn column_line(
        &self,
        table: &Object,
        (column, name): (&'a Object, &str),
        order: &Order<'a>,
    ) -> Option<String> {
        let of = |property| self.value(column, property);
        let is_partition = self.value(table, "partition").is_some();
        if of("inherited").is_some() && !is_partition {
            return None;
        }
        let mut text = format!("    {name}");
        if self.value(table, "of type").is_none() {
            text += &format!(" {}", of("type").unwrap_or_default());
            if let Some(method) = of("compression") {
                text += &format!(" COMPRESSION {method}");
            }
            text += &self.foreign_options(column);
            if let Some(collation) = of("collation") {
                text += &format!(" COLLATE {collation}");
            }
        }
        if let Some(value) = of("default").filter(|_| !order.is_left(&Object::new("default", &column.name))) {
            text += &format!(" DEFAULT {value}");
        }
        for (property, how) in [("generated", "STORED"), ("virtual", "VIRTUAL")] {
            if let Some(value) = of(property) {
                text += &format!(" GENERATED ALWAYS AS ({value}) {how}");
            }
        }
        if let Some(when) = of("identity") {
            text += &format!(" GENERATED {} AS IDENTITY", when.to_uppercase());
            text += &self.identity_options(table, column, name);
        }
        if of("not null").is_some() {
            text += " NOT NULL";
        }
        let is_empty = self.value(table, "of type").is_some() && text.trim() == name;
        (!is_empty).then_some(text)
    }

    fn identity_options(&self, table: &Object, column: &Object, name: &str) -> String {
        let Some(sequence) = self.identities.get(column.name.as_str()) else { return String::new() };
        let own = |object: &Object| {
            object.split_part().map_or(String::new(), |(_, own)| own.trim_matches('"').to_owned())
        };
        let mut options = Vec::new();
        if own(sequence) != format!("{}_{}_seq", own(table), name.trim_matches('"')) {
            options.push(format!("SEQUENCE NAME {}", sequence.name));
        }
        options.extend(sequence::options(self.value(sequence, "definition").unwrap_or_default(), true));
        if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) }
    }

    /// What CREATE TABLE does not take: a column's storage and statistics, what differs from a parent's column, the parents
    /// that are joined later.
    fn settings_of_columns(&self, table: &Object) -> Vec<String> {
        let mut statements = Vec::new();
        let name = &table.name;
        for (column, own) in self.columns(name) {
            let of = |property| self.value(column, property);
            let mut alter =
                |what: String| statements.push(format!("ALTER TABLE ONLY {name} ALTER COLUMN {own} {what}"));
            if let Some(storage) = of("storage") {
                alter(format!("SET STORAGE {storage}"));
            }
            if let Some(target) = of("statistics") {
                alter(format!("SET STATISTICS {target}"));
            }
            if let Some(options) = of("options") {
                alter(format!("SET ({options})"));
            }
            if of("inherited").is_some() && self.value(table, "inherits").is_some() {
                let parents = self.value(table, "inherits").unwrap_or_default().split(", ");
                let of_parents: BTreeSet<&str> = parents
                    .filter_map(|parent| {
                        self.value(&Object::new("column", &format!("{parent}.{own}")), "default")
                    })
                    .collect();
                match of("default") {
                    Some(value) if !of_parents.contains(value) => alter(format!("SET DEFAULT {value}")),
                    None if !of_parents.is_empty() => alter("DROP DEFAULT".to_owned()),
                    _ => {}
                }
                if of("not null").is_some() {
                    alter("SET NOT NULL".to_owned());
                }
            }
        }
        if self.is_joined_later(table) {
            let parents = self.value(table, "inherits").into_iter().flat_map(|parents| parents.split(", "));
            statements.extend(parents.map(|parent| format!("ALTER TABLE {name} INHERIT {parent}")));
        }
        statements
    }
}
