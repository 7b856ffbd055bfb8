//! How columns are stored, and the options of relations, columns and foreign objects.

use model::{ObjectId, Property, literal};

use super::{Changed, kind_alone};
use crate::side::Side;
use crate::step::{Altered, Step};

/// How a column of a table or of a materialized view is stored, and how its statistics are taken.
pub(crate) fn settings(
    to: &Side<'_>,
    whole: &ObjectId,
    column: &ObjectId,
    changed: &Changed<'_>,
    is_retyped: bool,
    altered: &mut Altered,
) {
    let Some(part) = column.part() else { return };
    let has = |property: &Property| changed.contains_key(property);
    let after = |property: &Property| to.value(column, property);
    let kind = kind_alone(to, whole);
    let alter = |what: &str| format!("ALTER {kind} {} ALTER COLUMN {} {what};\n", part.whole, part.name);
    let mut step = |summary: String, sql: String| altered.steps.push(Step::new(column, summary, sql));
    let simple: [(&Property, &str, &str); 3] = [
        (&Property::Storage, "SET STORAGE", "DEFAULT"),
        (&Property::Compression, "SET COMPRESSION", "DEFAULT"),
        (&Property::Statistics, "SET STATISTICS", "-1"),
    ];
    for (property, how, usual) in simple {
        // Another type begins with its own.
        let is_reset = is_retyped && *property != Property::Statistics && after(property).is_some();
        if has(property) || is_reset {
            let value = after(property).unwrap_or(usual);
            step(format!("changes the {property} of {column}"), alter(&format!("{how} {value}")));
        }
    }
    if let Some((before, after)) = changed.get(&Property::Options) {
        for what in options(*before, *after) {
            step(format!("changes options of {column}"), alter(&what));
        }
    }
}

/// Statistics over a column begin with the usual target when its type changes.
pub(super) fn keep_targets((from, to): (&Side<'_>, &Side<'_>), column: &ObjectId, altered: &mut Altered) {
    let over = from.dependents_of_column(column).filter(|object| matches!(object, ObjectId::Statistics(_)));
    for statistics in over {
        let target = to.value(statistics, &Property::Target);
        if let Some(target) =
            target.filter(|target| from.value(statistics, &Property::Target) == Some(target))
        {
            let sql = format!("ALTER STATISTICS {} SET STATISTICS {target};\n", statistics.name());
            // Once, for however many of its columns.
            altered.steps.retain(|step| step.change.sql != sql);
            altered.steps.push(Step::new(statistics, format!("keeps the target of {statistics}"), sql));
        }
    }
}

/// What a column that is otherwise the same would lose when it takes another type of the same name.
pub(crate) fn keep(
    sides: (&Side<'_>, &Side<'_>),
    whole: &ObjectId,
    column: &ObjectId,
    altered: &mut Altered,
) {
    settings(sides.1, whole, column, &Changed::new(), true, altered);
    keep_targets(sides, column, altered);
}

/// `SET (…)` and `RESET (…)` that lead from storage parameters to others.
pub(crate) fn options(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    let split = |text: Option<&str>| -> Vec<(String, String)> {
        let items = text.unwrap_or_default().split(", ").filter(|item| !item.is_empty());
        items
            .map(|item| {
                let name = item.split('=').next().unwrap_or(item);
                (name.to_owned(), item.to_owned())
            })
            .collect()
    };
    let (before, after) = (split(before), split(after));
    let set: Vec<&str> =
        after.iter().filter(|item| !before.contains(item)).map(|(_, item)| item.as_str()).collect();
    let reset: Vec<&str> = before
        .iter()
        .filter(|(name, _)| !after.iter().any(|(other, _)| other == name))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut statements = Vec::new();
    if !set.is_empty() {
        statements.push(format!("SET ({})", set.join(", ")));
    }
    if !reset.is_empty() {
        statements.push(format!("RESET ({})", reset.join(", ")));
    }
    statements
}

/// `OPTIONS (…)` of a foreign object whose options differ; none where none does.
pub(crate) fn foreign_options(changed: &Changed<'_>) -> Option<String> {
    let mut items = Vec::new();
    for (property, (before, after)) in changed {
        let name = match property {
            Property::Option(name) => name,
            // A secret is not written; that there is none can be.
            Property::SecretOption(name) if after.is_none() => name,
            _ => continue,
        };
        let name = format!("\"{}\"", name.replace('"', "\"\""));
        items.push(match (before, after) {
            (None, Some(value)) => format!("ADD {name} {}", literal(value)),
            (Some(_), Some(value)) => format!("SET {name} {}", literal(value)),
            _ => format!("DROP {name}"),
        });
    }
    (!items.is_empty()).then(|| format!("OPTIONS ({})", items.join(", ")))
}
