//! Columns that are dropped and added again.

use model::{ObjectId, PartName, Property};

use super::{Changed, added, drop_step, is_computed, kind};
use crate::cast;
use crate::side::Side;
use crate::step::{Altered, Step};

/// Returns whether a column must be dropped and added: it is computed, and there is no other way, or no cast
/// leads from its type to the new one. What it is computed of is still there.
pub(crate) fn is_remade(
    (from, to): (&Side<'_>, &Side<'_>),
    table: &ObjectId,
    column: &ObjectId,
    changed: &Changed<'_>,
) -> bool {
    let has = |property: &Property| changed.contains_key(property);
    let (before, after) = (from.value(column, &Property::Generated), to.value(column, &Property::Generated));
    let is_retyped = has(&Property::Type);
    let types = from.value(column, &Property::Type).zip(to.value(column, &Property::Type));
    let casts = || types.is_none_or(|(before, after)| cast::casts_by_itself(before, after));
    let leads = || types.is_none_or(|(before, after)| cast::leads((from, to), before, after));
    has(&Property::Virtual)
        || has(&Property::Generated) && before.is_none()
        || has(&Property::Generated) && after.is_some() && is_retyped
        || before.is_some() && after.is_some() && is_retyped && !casts()
        // A foreign table has no values to be cast.
        || is_retyped && matches!(table, ObjectId::Table(_)) && !leads()
}

/// Drops a column and adds it again.
pub(crate) fn remake(
    sides: (&Side<'_>, &Side<'_>),
    table: &ObjectId,
    column: &ObjectId,
    altered: &mut Altered,
) {
    let Some(part) = column.part() else { return };
    let to = sides.1;
    let add = match drop_step(sides, table, column) {
        Some(mut drop) => {
            let sequence = kept_sequence(sides, part);
            if let Some(sequence) = &sequence {
                drop.change.sql.insert_str(0, &format!("ALTER SEQUENCE {sequence} OWNED BY NONE;\n"));
            }
            // Before what it is computed of has another type.
            altered.steps.insert(0, drop);
            let owned = sequence.map(|sequence| format!("ALTER SEQUENCE {sequence} OWNED BY {part};\n"));
            let mut add = added(sides, table, column, altered);
            if let (Some(step), Some(owned)) = (&mut add, owned) {
                step.change.sql += &owned;
            }
            add
        }
        // Its parent's statements do that; what is its own is set anew.
        None => own_settings(to, table, column, part),
    };
    altered.remade.push(column.clone());
    altered.absorbed.push(ObjectId::Default(part.clone()));
    altered.steps.extend(add);
}

/// The sequence that a column owns before and after, which must not go with it.
fn kept_sequence((from, to): (&Side<'_>, &Side<'_>), part: &PartName) -> Option<String> {
    let sequence = from.owned_sequence(part)?;
    (to.owned_sequence(part) == Some(sequence)).then(|| sequence.name())
}

/// What a column has beside what its parent brings.
fn own_settings(to: &Side<'_>, table: &ObjectId, column: &ObjectId, part: &PartName) -> Option<Step> {
    let alter =
        |what: &str| format!("ALTER {} {} ALTER COLUMN {} {what};\n", kind(table), part.whole, part.name);
    let default = match to.value(column, &Property::Default) {
        Some(value) => format!("SET DEFAULT {value}"),
        None => "DROP DEFAULT".to_owned(),
    };
    let is_own = !is_computed(to, column) && to.value(column, &Property::Identity).is_none();
    let default = is_own.then_some(default);
    let not_null = to.value(column, &Property::NotNull).map(|_| "SET NOT NULL".to_owned());
    let settings = default.into_iter().chain(not_null).chain(to.statements.settings_of_column(column));
    let mut sql: String = settings.map(|setting| alter(&setting)).collect();
    if let Some(comment) = to.value(column, &Property::Comment) {
        sql += &to.statements.set_comment(column, Some(comment)).unwrap_or_default();
    }
    sql += &to.statements.grants_of_column(column, &to.defaults);
    (!sql.is_empty()).then(|| Step::new(column, format!("sets what is {column}'s own"), sql))
}
