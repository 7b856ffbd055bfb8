//! Reading a database's catalog.

use std::borrow::Cow;
use std::collections::HashMap;

use anyhow::{Context, Result};
use model::{Catalog, ObjectId, Property, canonical_expression};
use tokio_postgres::{Client, SimpleColumn, SimpleQueryRow};

use crate::database::{execute, one_row, rows};

/// The objects that are neither the system's nor an extension's. The tables in which migrations are recorded
/// are left out.
const COMMON: &str = include_str!("introspection/common.sql");

/// One query a kind, or a property of many kinds, and one row a property: kind, name, property, value.
const FACTS: [&str; 46] = [
    include_str!("introspection/facts/relation.sql"),
    include_str!("introspection/facts/index.sql"),
    include_str!("introspection/facts/sequence.sql"),
    include_str!("introspection/facts/column.sql"),
    include_str!("introspection/facts/constraint.sql"),
    include_str!("introspection/facts/trigger.sql"),
    include_str!("introspection/facts/constraint_trigger.sql"),
    include_str!("introspection/facts/rule.sql"),
    include_str!("introspection/facts/policy.sql"),
    include_str!("introspection/facts/statistics.sql"),
    include_str!("introspection/facts/schema.sql"),
    include_str!("introspection/facts/routine.sql"),
    include_str!("introspection/facts/type.sql"),
    include_str!("introspection/facts/extension.sql"),
    include_str!("introspection/facts/operator.sql"),
    include_str!("introspection/facts/operator_family.sql"),
    include_str!("introspection/facts/operator_class.sql"),
    include_str!("introspection/facts/cast.sql"),
    include_str!("introspection/facts/transform.sql"),
    include_str!("introspection/facts/collation.sql"),
    include_str!("introspection/facts/conversion.sql"),
    include_str!("introspection/facts/text_search_configuration.sql"),
    include_str!("introspection/facts/text_search_dictionary.sql"),
    include_str!("introspection/facts/text_search_parser.sql"),
    include_str!("introspection/facts/text_search_template.sql"),
    include_str!("introspection/facts/language.sql"),
    include_str!("introspection/facts/access_method.sql"),
    include_str!("introspection/facts/event_trigger.sql"),
    include_str!("introspection/facts/foreign_data_wrapper.sql"),
    include_str!("introspection/facts/server.sql"),
    include_str!("introspection/facts/user_mapping.sql"),
    include_str!("introspection/facts/foreign_table.sql"),
    include_str!("introspection/facts/option.sql"),
    include_str!("introspection/facts/publication.sql"),
    include_str!("introspection/facts/published_table.sql"),
    include_str!("introspection/facts/published_schema.sql"),
    include_str!("introspection/facts/database_setting.sql"),
    include_str!("introspection/facts/database.sql"),
    include_str!("introspection/facts/subscription.sql"),
    include_str!("introspection/facts/privileges.sql"),
    include_str!("introspection/facts/database_privileges.sql"),
    include_str!("introspection/facts/default_privileges.sql"),
    include_str!("introspection/facts/comment.sql"),
    include_str!("introspection/facts/security_label.sql"),
    include_str!("introspection/facts/extension_dependency.sql"),
    include_str!("introspection/facts/unmodeled.sql"),
];

/// At the end of a line of SQL that only servers from a major version on can read, which the number after it
/// says.
const SINCE: &str = "-- since ";

/// What the first column of an edge is called.
const DEPENDENT: &str = "dependent";

/// The kind of a row that names an object of which nothing else is read.
const UNMODELED: &str = "unmodeled";

/// One row an edge: who needs, and what, each by kind and name.
const DEPENDENCIES: &str = include_str!("introspection/dependencies.sql");

/// What the query of facts is called in a session. Planning takes longer than reading a small catalog.
const STATEMENT: &str = "branchline_catalog";

/// Everything on one snapshot. With an empty path every name in a definition has its schema; a moment, a
/// date, a number in a default is printed as the session has it. The server's compiler costs more than it
/// saves here.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
    SET LOCAL search_path = pg_catalog; SET LOCAL jit = off; \
    SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; \
    SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL quote_all_identifiers = off";

/// What is not in a catalog, for whoever relies on a comparison.
pub const NOT_COMPARED: [&str; 4] = [
    "large objects",
    "roles, tablespaces and settings of the server",
    "what subscriptions connect to",
    "planner statistics",
];

/// Reads a database's catalog, in two round trips; a session's first has one more.
///
/// # Errors
/// The server's refusal.
pub async fn read(session: &Client) -> Result<Catalog> {
    whole(session, "").await
}

/// Reads a database's catalog with what depends on what, which writing it as a script takes. As many round
/// trips.
///
/// # Errors
/// The server's refusal.
pub async fn read_with_dependencies(session: &Client) -> Result<Catalog> {
    whole(session, &format!("{COMMON}{DEPENDENCIES};")).await
}

/// Reads in a transaction, which leaves the session's settings as they were.
async fn whole(session: &Client, dependencies: &str) -> Result<Catalog> {
    let read = within(session, dependencies).await.context("reading the catalog");
    if read.is_err() {
        // What led here is told; the session may be lost.
        let _ = execute(session, "ROLLBACK").await;
    }
    read
}

async fn within(session: &Client, dependencies: &str) -> Result<Catalog> {
    let asked = format!(
        "{BEGIN}; SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE name = '{STATEMENT}'), \
                current_setting('server_version_num')::int / 10000"
    );
    let asked = one_row(session, &asked).await?.context("the server gave no answer")?;
    if asked.get(0) != Some("t") {
        let major = asked.get(1).and_then(|major| major.parse().ok()).context("the server has no version")?;
        execute(session, &format!("PREPARE {STATEMENT} AS {}", facts_query(major))).await?;
    }
    let mut reading = Reading::default();
    for row in rows(session, &format!("EXECUTE {STATEMENT}; {dependencies} COMMIT")).await? {
        match row.columns().first().map(SimpleColumn::name) {
            Some(DEPENDENT) => reading.catalog.add_dependency(object(&row, 0)?, object(&row, 2)?),
            _ => reading.add(&row)?,
        }
    }
    Ok(reading.catalog)
}

/// A catalog while its rows come in.
#[derive(Default)]
struct Reading {
    catalog: Catalog,
    /// The object of the row before, with its kind and name: the rows of one come one after another, for the
    /// most part.
    last: Option<(String, String, ObjectId)>,
    /// The properties that were met, by what they are called.
    properties: HashMap<String, Property>,
}

impl Reading {
    /// Adds a fact: kind, name, property, value.
    fn add(&mut self, row: &SimpleQueryRow) -> Result<()> {
        if row.get(0) == Some(UNMODELED) {
            self.catalog.add_unmodeled(row.get(1).unwrap_or_default());
            return Ok(());
        }
        let (property, value) = (row.get(2).unwrap_or_default(), row.get(3).unwrap_or_default());
        let (object, property) = (self.object(row)?, self.property(property)?);
        // A body is what somebody wrote.
        let is_body =
            matches!(object, ObjectId::Function(_) | ObjectId::Procedure(_)) || property == Property::Comment;
        let value = if is_body { Cow::Borrowed(value) } else { canonical_expression(value) };
        self.catalog.add(object, property, &value);
        Ok(())
    }

    fn object(&mut self, row: &SimpleQueryRow) -> Result<ObjectId> {
        let (kind, name) = (row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
        if let Some((last_kind, last_name, last)) = &self.last
            && last_kind == kind
            && last_name == name
        {
            return Ok(last.clone());
        }
        let object = object(row, 0)?;
        self.last = Some((kind.to_owned(), name.to_owned(), object.clone()));
        Ok(object)
    }

    fn property(&mut self, text: &str) -> Result<Property> {
        if let Some(known) = self.properties.get(text) {
            return Ok(known.clone());
        }
        let property =
            Property::parse(text).with_context(|| format!("{text:?} is no property that is known"))?;
        self.properties.insert(text.to_owned(), property.clone());
        Ok(property)
    }
}

/// The query that reads every fact on servers of a major version.
fn facts_query(major: u32) -> String {
    let parts: Vec<String> = FACTS.iter().map(|part| readable_by(major, part)).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    format!(
        "{COMMON} SELECT kind, name, property, value FROM ({}) fact (kind, name, property, value) \
         WHERE value IS NOT NULL",
        parts.join("\nUNION ALL\n")
    )
}

/// The lines of SQL that servers of a major version can read.
fn readable_by(major: u32, sql: &str) -> String {
    let is_readable = |line: &&str| {
        let since = line.rsplit_once(SINCE).and_then(|(_, version)| version.parse().ok());
        since.is_none_or(|since: u32| since <= major)
    };
    sql.lines().filter(is_readable).collect::<Vec<_>>().join("\n")
}

/// The object whose kind and name stand in two columns.
fn object(row: &SimpleQueryRow, first: usize) -> Result<ObjectId> {
    let (kind, name) = (row.get(first).unwrap_or_default(), row.get(first + 1).unwrap_or_default());
    ObjectId::parse(kind, name).with_context(|| format!("{kind} {name:?} is no object that is known"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_left_out_where_the_server_cannot_read_it() {
        let sql = "a\n, b -- since 15\n, c -- since 17\n-- since long ago\nd";
        assert_eq!(readable_by(16, sql), "a\n, b -- since 15\n-- since long ago\nd");
        assert!(!facts_query(14).contains(SINCE), "nothing is left that 14 cannot read");
        assert!(!facts_query(14).contains("UNION ALL\nUNION ALL"));
    }
}
