//! Columns that are numbered: by an identity, by a sequence of their own.

use model::{ObjectId, PartName, Property, literal};

use super::{Kept, follows_parent};
use crate::names::meanwhile;
use crate::side::Side;
use crate::step::{Altered, Step};

impl Kept<'_, '_> {
    /// Returns whether its identity comes, goes or changes by its own statements.
    fn is_numbered_otherwise(&self) -> bool {
        // A partition's column is numbered by its parent's, from when it is attached until it is detached.
        let is_partition = |side: &Side<'_>| side.value(self.table, &Property::PartitionOf).is_some();
        let is_followed =
            is_partition(self.to) && (self.after(&Property::Identity).is_some() || is_partition(self.from));
        self.has(&Property::Identity) && !is_followed
    }

    /// Returns whether its parent's identity numbers it.
    pub(super) fn is_numbered_by_parent(&self) -> bool {
        self.after(&Property::Identity).is_some()
            && follows_parent((self.from, self.to), self.table, self.column)
    }

    /// Drops its identity where it is to have none.
    pub(super) fn drop_identity(&self, altered: &mut Altered) {
        let (column, part) = (self.column, self.part);
        if !self.is_numbered_otherwise() || self.after(&Property::Identity).is_some() {
            return;
        }
        let sequence = self.from.statements.identity_sequence(part);
        let (mut sql, mut loses) = (self.statement("DROP IDENTITY"), Vec::new());
        let next = self.to.owned_sequence(part).filter(|next| !self.from.is_node(next));
        match next.and_then(|next| self.to.node(next)) {
            // A sequence takes the place of the identity's, often under its name, and counts on.
            Some(next) => {
                let (aside, before) =
                    sequence.map(|sequence| set_aside((self.from, self.to), sequence)).unwrap_or_default();
                sql = aside
                    + &self.to.statements.create(next, &[])
                    + &self.to.statements.access(next, &self.to.defaults)
                    + &count_on(&literal(&next.name()), &before)
                    + &sql;
                sql += &format!("ALTER SEQUENCE {} OWNED BY {part};\n", next.name());
                altered.absorbed.push(next.clone());
            }
            None => loses.extend(sequence.map(|sequence| format!("{}.*", sequence.name()))),
        }
        let summary = format!("drops the identity of {column}");
        altered.steps.push(Step::new(column, summary, sql).losing(loses));
    }

    /// Sets its own sequence aside where an identity's takes the name, and counts on. Returns its new name.
    pub(super) fn set_sequence_aside(&self, altered: &mut Altered) -> Option<String> {
        let sequence = self.from.owned_sequence(self.part).filter(|sequence| !self.to.is_node(sequence))?;
        let is_identity = self.is_numbered_otherwise() && self.after(&Property::Identity).is_some();
        if !is_identity || !self.has(&Property::Default) {
            return None;
        }
        let (sql, before) = set_aside((self.from, self.to), sequence);
        altered.absorbed.push(sequence.clone());
        altered.steps.push(Step::new(self.column, format!("sets {sequence} aside"), sql));
        Some(before)
    }

    /// Lets it have an identity, which goes on where a sequence was that is set aside.
    pub(super) fn number(&self, counted_before: Option<&str>, altered: &mut Altered) {
        let (column, part) = (self.column, self.part);
        let Some(when) = self.after(&Property::Identity).filter(|_| self.is_numbered_otherwise()) else {
            return;
        };
        let when = when.to_uppercase();
        let mut step = |summary: String, sql: String| altered.steps.push(Step::new(column, summary, sql));
        if self.before(&Property::Identity).is_some() {
            let sql = self.statement(&format!("SET GENERATED {when}"));
            step(format!("changes when {column} is numbered"), sql);
            return;
        }
        let options = self.to.statements.identity_options(part);
        let of_partition = |table: &ObjectId| {
            let column = table.as_whole().map(|whole| ObjectId::Column(PartName::new(whole, &part.name)));
            column.is_some_and(|column| self.from.value(&column, &Property::Default).is_some())
        };
        // It numbers the partitions as well, whose defaults go with the table's.
        let are_in_the_way = self.before(&Property::Default).is_none()
            && self.from.partitions(self.table).into_iter().any(of_partition);
        let drop = if are_in_the_way { self.statement("DROP DEFAULT") } else { String::new() };
        let sql = drop
            + &self.statement(&format!("ADD GENERATED {when} AS IDENTITY{options}"))
            + &self.to.statements.access_of_identity(part, &self.to.defaults);
        step(format!("numbers {column}"), sql);
        let next = match counted_before {
            Some(before) => count_on(&serial_sequence(part), before) + &format!("DROP SEQUENCE {before};\n"),
            None => continue_numbers(part, None),
        };
        step(format!("continues the numbers of {column}"), next);
    }
}

/// Renames a sequence, so that another can have its name; returns its new name as well.
pub(crate) fn set_aside(sides: (&Side<'_>, &Side<'_>), sequence: &ObjectId) -> (String, String) {
    let Some(name) = sequence.qualified() else { return Default::default() };
    let other = meanwhile(sides, name);
    (format!("ALTER SEQUENCE {name} RENAME TO {};\n", other.name), other.to_string())
}

/// Lets a sequence, which is named as a literal or computed, go on where another is.
pub(crate) fn count_on(sequence: &str, before: &str) -> String {
    format!("SELECT pg_catalog.setval({sequence}, last_value, is_called) FROM {before};\n")
}

/// The sequence of an identity column, as an expression.
pub(crate) fn serial_sequence(part: &PartName) -> String {
    let (table, own) = (literal(&part.whole.to_string()), literal(&part.name.unquoted()));
    format!("pg_catalog.pg_get_serial_sequence({table}, {own})")
}

/// Numbers that are given from now on come after those that are there.
pub(super) fn continue_numbers(part: &PartName, default: Option<&str>) -> String {
    let (table, own) = (&part.whole, &part.name);
    let named = default.and_then(|default| default.strip_prefix("nextval(")?.strip_suffix("::regclass)"));
    let sequence = match named.filter(|named| named.starts_with('\'')) {
        Some(literal) => literal.to_owned(),
        None => serial_sequence(part),
    };
    format!(
        "SELECT pg_catalog.setval({sequence}, pg_catalog.max({own})) FROM {table} \
         HAVING pg_catalog.max({own}) > 0;\n"
    )
}
