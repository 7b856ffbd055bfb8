//! Rows of design tokens as SQL: how `tokens::Rows` becomes rows of its tables.

use crate::scope::OWN;

/// The tables of tokens, each with the columns that it alone has.
const TABLES: [(&str, &[(&str, &str)]); 4] = [
    (
        "color_tokens",
        &[
            ("color_space", "text"),
            ("components", "double precision[]"),
            ("alpha", "double precision"),
            ("hex", "text"),
        ],
    ),
    ("spacing_tokens", &[("value", "double precision"), ("unit", "text")]),
    (
        "typography_tokens",
        &[
            ("font_family", "text[]"),
            ("font_size", "double precision"),
            ("font_size_unit", "text"),
            ("font_weight", "double precision"),
            ("letter_spacing", "double precision"),
            ("letter_spacing_unit", "text"),
            ("line_height", "double precision"),
        ],
    ),
    (
        "other_tokens",
        &[("is_group", "boolean"), ("token_type", "text"), ("value", "json"), ("extends", "text")],
    ),
];

/// The columns that the tables have in common, `position` aside.
const COMMON: [(&str, &str); 10] = [
    ("path", "text"),
    ("own_type", "boolean"),
    ("alias", "text"),
    ("written", "json"),
    ("description", "text"),
    ("deprecated", "boolean"),
    ("deprecated_reason", "text"),
    ("extensions", "json"),
    ("confidence", "double precision"),
    ("role", "text"),
];

/// The condition that a project has no tokens and no groups; `project_id` is an expression.
#[must_use]
pub fn are_none(project_id: &str) -> String {
    let there = TABLES.map(|(table, _)| {
        format!("EXISTS (SELECT FROM {table} AS t WHERE t.{OWN} AND t.project_id = {project_id})")
    });
    format!("NOT ({})", there.join(" OR "))
}

/// An expression for all rows of a project as the JSON of `tokens::Rows`; `project_id` is an expression.
#[must_use]
pub fn selection(project_id: &str) -> String {
    let tables = TABLES.map(|(table, own)| {
        let names: Vec<&str> = COMMON.iter().chain(own).map(|(name, _)| *name).collect();
        format!(
            "'{table}', coalesce((SELECT json_agg(r) FROM (SELECT position, {} FROM {table} AS t
                 WHERE t.{OWN} AND t.project_id = {project_id} ORDER BY position) AS r), '[]')",
            names.join(", "),
        )
    });
    format!("json_build_object({})", tables.join(", "))
}

/// The statements that make these rows those of a project, in the order in which they are to be run, each
/// with the place of its table. Rows that are there already stay, with the job that has written them.
///
/// All parameters are expressions of SQL: `rows` is the JSON of `tokens::Rows`; `project_id` and `job_id`
/// belong to each row; `from` is a further item of FROM, which may have no row, so that nothing is done.
#[must_use]
pub fn replacements(rows: &str, project_id: &str, job_id: &str, from: &str) -> Vec<(usize, String)> {
    let removals = removals(rows, project_id, from).into_iter().enumerate();
    let moves = moves(rows, project_id, from).into_iter().enumerate();
    let inserts = inserts(rows, project_id, job_id, from).into_iter().enumerate();
    removals.chain(moves).chain(inserts).collect()
}

/// A statement for each table that deletes the rows of a project that are not among these, or that differ in
/// more than their position.
fn removals(rows: &str, project_id: &str, from: &str) -> [String; 4] {
    TABLES.map(|(table, own)| {
        let columns: Vec<_> = COMMON.iter().chain(own).collect();
        // Two values of the type json cannot be compared, their texts can.
        let values = |row: &str| -> String {
            let value = |(name, sql_type): &&(&str, &str)| match *sql_type {
                "json" => format!("{row}.{name}::text"),
                _ => format!("{row}.{name}"),
            };
            columns.iter().map(value).collect::<Vec<_>>().join(", ")
        };
        format!(
            "DELETE FROM {table} AS t USING {from}
             WHERE t.{OWN} AND t.project_id = {project_id} AND NOT EXISTS (
                 SELECT FROM json_to_recordset({rows} -> '{table}') AS r ({})
                 WHERE r.path = t.path AND ({}) IS NOT DISTINCT FROM ({}))",
            typed(&columns),
            values("r"),
            values("t"),
        )
    })
}

/// A statement for each table that puts the rows of a project at the positions of these.
fn moves(rows: &str, project_id: &str, from: &str) -> [String; 4] {
    TABLES.map(|(table, _)| {
        format!(
            "UPDATE {table} AS t SET position = r.position
             FROM json_to_recordset({rows} -> '{table}') AS r (path text, position integer), {from}
             WHERE t.{OWN} AND t.project_id = {project_id} AND t.path = r.path AND t.position <> r.position"
        )
    })
}

/// A statement for each table that inserts the rows whose path is not there.
fn inserts(rows: &str, project_id: &str, job_id: &str, from: &str) -> [String; 4] {
    TABLES.map(|(table, own)| {
        let columns: Vec<_> = COMMON.iter().chain(own).collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<String> = names.iter().map(|name| format!("r.{name}")).collect();
        format!(
            "INSERT INTO {table} (organization_id, project_id, extraction_job_id, position, {})
             SELECT current_organization(), {project_id}, {job_id}, r.position, {}
             FROM json_to_recordset({rows} -> '{table}') AS r (position integer, {}), {from}
             ON CONFLICT (organization_id, project_id, path) DO NOTHING",
            names.join(", "),
            values.join(", "),
            typed(&columns),
        )
    })
}

/// Columns with their types, as `json_to_recordset` wants them named.
fn typed(columns: &[&(&str, &str)]) -> String {
    columns.iter().map(|(name, sql_type)| format!("{name} {sql_type}")).collect::<Vec<_>>().join(", ")
}
