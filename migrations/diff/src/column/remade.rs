//! Columns that are dropped and added again.

use model::{ObjectId, PartName, Property};

use super::{added, drop_step, is_computed, kind_alone};
use crate::cast;
use crate::side::Side;
use crate::step::{Altered, Step};

/// Returns whether a column must be dropped and added: it is computed, and there is no other way, or no cast
/// leads from its type to the new one. What it is computed of is still there.
pub(crate) fn is_remade((from, to): (&Side<'_>, &Side<'_>), table: &ObjectId, column: &ObjectId) -> bool {
    let has = |property: &Property| from.value(column, property) != to.value(column, property);
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
        None => own_settings(sides.1, table, column),
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

/// Gives a column that its parent's ADD COLUMN brings what it has of its own.
pub(super) fn own_settings(to: &Side<'_>, table: &ObjectId, column: &ObjectId) -> Option<Step> {
    let part = column.part()?;
    let of_parent = |whole: &ObjectId| Some(ObjectId::Column(PartName::new(whole.as_whole()?, &part.name)));
    let of_parents: Vec<ObjectId> = to.parents(table).filter_map(of_parent).collect();
    let is_own = |property: &Property| {
        let value = to.value(column, property);
        !of_parents.iter().any(|parent| to.value(parent, property) == value)
    };
    let mut own = to.statements.settings_of_column(column);
    let is_filled = is_computed(to, column) || to.value(column, &Property::Identity).is_some();
    if !is_filled && is_own(&Property::Default) {
        let default = to.value(column, &Property::Default);
        own.push(default.map_or("DROP DEFAULT".to_owned(), |value| format!("SET DEFAULT {value}")));
    }
    if to.value(column, &Property::NotNull).is_some() && is_own(&Property::NotNull) {
        own.push("SET NOT NULL".to_owned());
    }
    let kind = kind_alone(to, table);
    let alter = |what: String| format!("ALTER {kind} {} ALTER COLUMN {} {what};\n", part.whole, part.name);
    let mut sql: String = own.into_iter().map(alter).collect();
    let comment = to.value(column, &Property::Comment);
    sql += &comment.and_then(|text| to.statements.set_comment(column, Some(text))).unwrap_or_default();
    sql += &to.statements.grants_of_column(column, &to.defaults);
    (!sql.is_empty()).then(|| Step::new(column, format!("sets what is {column}'s own"), sql))
}
