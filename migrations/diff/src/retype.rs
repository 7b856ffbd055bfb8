//! Columns that take what comes in place of a type or a function of the same name, with what is computed of
//! them.

use model::{ObjectId, PartName, Property};

use crate::column;
use crate::side::Side;
use crate::step::{Altered, Step};

type Sides<'s, 'a> = (&'s Side<'a>, &'s Side<'a>);

/// Lets a column that stays as it is take the object that comes in place of one of the same name.
pub(crate) fn follow(
    (from, to): Sides<'_, '_>,
    table: &ObjectId,
    column: &ObjectId,
    node: &ObjectId,
    altered: &mut Altered,
) {
    let Some(part) = column.part() else { return };
    let kind = types((from, to), column).1;
    let is_of_type = kind.trim_end_matches("[]") == node.name() || matches!(node, ObjectId::Range(_));
    if let Some(expression) = to.value(column, &Property::Generated) {
        match is_of_type {
            true if column::follows_parent((from, to), table, column) => altered.remade.push(column.clone()),
            true => {
                column::remake((from, to), table, column, altered);
                // It goes before what it is computed of changes.
                altered.first.insert(0, altered.steps.remove(0));
            }
            false => altered.last.push(expression_step(table, part, expression)),
        }
        return;
    }
    altered.retyped.push(column.clone());
    column::keep((from, to), table, column, altered);
    if column::follows_parent((from, to), table, column) {
        return;
    }
    altered.absorbed.push(ObjectId::Default(part.clone()));
    let using = match is_of_type {
        true => value((from, to), node, part, kind),
        false => part.name.to_string(),
    };
    let loses = if is_smaller((from, to), node) { vec![part.to_string()] } else { Vec::new() };
    altered.first.push(statement((from, to), table, part, Some(&using)).losing(loses));
}

/// The values of a column of a type of which there is another by that name now.
pub(crate) fn value(sides: Sides<'_, '_>, node: &ObjectId, part: &PartName, kind: &str) -> String {
    match (node, kind.ends_with("[]")) {
        (ObjectId::CompositeType(_), false) => row(sides, node, part),
        (_, true) => format!("{}::pg_catalog.text[]::{kind}", part.name),
        _ => format!("{}::pg_catalog.text::{kind}", part.name),
    }
}

/// Returns whether a type has attributes that its successor lacks.
pub(crate) fn is_smaller((from, to): Sides<'_, '_>, node: &ObjectId) -> bool {
    attributes(from, node).iter().any(|attribute| !to.catalog.contains(attribute))
}

/// Keeps the values of a column as texts for a while.
pub(crate) fn into_text(from: &Side<'_>, table: &ObjectId, column: &ObjectId) -> Option<Step> {
    let part = column.part()?;
    let own = &part.name;
    let text = if from.value(column, &Property::Type)?.ends_with("[]") { "text[]" } else { "text" };
    let default =
        from.value(column, &Property::Default).map(|_| format!("ALTER COLUMN {own} DROP DEFAULT, "));
    let sql = format!(
        "ALTER {} {} {}ALTER COLUMN {own} TYPE pg_catalog.{text} USING {own}::pg_catalog.{text};\n",
        column::kind(table),
        part.whole,
        default.unwrap_or_default()
    );
    Some(Step::new(column, format!("keeps the values of {column} as texts"), sql))
}

/// The attributes of a composite type.
fn attributes<'a>(side: &Side<'a>, kind: &ObjectId) -> Vec<&'a ObjectId> {
    let columns = kind.as_whole().map(|name| side.statements.columns(name)).unwrap_or_default();
    columns.into_iter().map(|(column, _)| column).collect()
}

/// A row of the old type as one of the new, by the names of its attributes.
fn row((from, to): Sides<'_, '_>, composite: &ObjectId, part: &PartName) -> String {
    let (own, Some(name)) = (&part.name, composite.as_whole()) else { return part.name.to_string() };
    let values = to.statements.columns(name).into_iter().map(|(attribute, label)| {
        let kind = to.value(attribute, &Property::Type).unwrap_or_default();
        match from.catalog.contains(attribute) {
            true => format!("({own}).{label}::pg_catalog.text::{kind}"),
            false => format!("NULL::{kind}"),
        }
    });
    let values = values.collect::<Vec<_>>().join(", ");
    format!("CASE WHEN {own} IS DISTINCT FROM NULL THEN ROW({values})::{name} END")
}

fn types<'a>((from, to): Sides<'_, 'a>, column: &ObjectId) -> (&'a str, &'a str) {
    let of = |side: &Side<'a>| side.value(column, &Property::Type).unwrap_or_default();
    (of(from), of(to))
}

fn statement((from, to): Sides<'_, '_>, table: &ObjectId, part: &PartName, using: Option<&str>) -> Step {
    let column = &ObjectId::Column(part.clone());
    let (before, now) = types((from, to), column);
    let own = &part.name;
    let collation = to.value(column, &Property::Collation).map(|c| format!(" COLLATE {c}"));
    let using = using.map(|using| format!(" USING {using}")).unwrap_or_default();
    let mut actions = Vec::new();
    if from.value(column, &Property::Default).is_some() {
        actions.push(format!("ALTER COLUMN {own} DROP DEFAULT"));
    }
    actions.push(format!("ALTER COLUMN {own} TYPE {now}{}{using}", collation.unwrap_or_default()));
    if let Some(default) = to.value(column, &Property::Default) {
        actions.push(format!("ALTER COLUMN {own} SET DEFAULT {default}"));
    }
    let sql = format!("ALTER {} {} {};\n", column::kind(table), part.whole, actions.join(", "));
    let summary = match before == now {
        true => format!("keeps the values of {column} in what {now} is now"),
        false => format!("changes the type of {column} from {before} to {now}"),
    };
    Step::new(column, summary, sql)
}

fn expression_step(table: &ObjectId, part: &PartName, expression: &str) -> Step {
    let (kind, name, own) = (column::kind(table), &part.whole, &part.name);
    let sql = format!("ALTER {kind} {name} ALTER COLUMN {own} SET EXPRESSION AS ({expression});\n");
    let column = ObjectId::Column(part.clone());
    let summary = format!("computes {column} anew");
    Step::new(&column, summary, sql)
}

/// Columns that are computed of others let go of them while those change their types.
pub(crate) fn recompute((from, to): Sides<'_, '_>, table: &ObjectId, altered: &mut Altered) {
    let Some(name) = table.as_whole() else { return };
    for (column, _) in from.statements.columns(name) {
        let is_of_these = from.catalog.dependencies(column).any(|needed| altered.retyped.contains(needed));
        let is_settled = altered.recomputed.contains(column) || altered.remade.contains(column);
        if from.value(column, &Property::Generated).is_none() || !is_of_these || is_settled {
            continue;
        }
        suspend((from, to), table, column, altered);
    }
}

/// Lets a column be computed of nothing until the rest of its table is altered.
fn suspend((from, to): Sides<'_, '_>, table: &ObjectId, column: &ObjectId, altered: &mut Altered) {
    let Some(part) = column.part() else { return };
    let (kind, name, own) = (column::kind(table), &part.whole, &part.name);
    let is_other =
        |step: &Step| step.change.about != *column || !step.change.sql.contains(" SET EXPRESSION ");
    altered.steps.retain(is_other);
    altered.last.retain(is_other);
    altered.recomputed.push(column.clone());
    let mut step = expression_step(table, part, "NULL");
    if from.value(column, &Property::NotNull).is_some() {
        let nulls = format!("ALTER {kind} {name} ALTER COLUMN {own} DROP NOT NULL;\n");
        step.change.sql.insert_str(0, &nulls);
    }
    altered.first.insert(0, step);
    if let Some(expression) = to.value(column, &Property::Generated) {
        let mut step = expression_step(table, part, expression);
        if to.value(column, &Property::NotNull).is_some() {
            step.change.sql += &format!("ALTER {kind} {name} ALTER COLUMN {own} SET NOT NULL;\n");
        }
        altered.last.push(step);
    }
}
