//! Columns that are computed of others.

use model::{ObjectId, Property};

use super::{Changed, add, drop};
use crate::cast::casts_by_itself;
use crate::side::Side;
use crate::step::Altered;

/// Returns whether a column is computed of others.
pub(crate) fn is_computed(side: &Side<'_>, column: &ObjectId) -> bool {
    [Property::Generated, Property::Virtual].iter().any(|how| side.value(column, how).is_some())
}

/// Returns whether a column must be dropped and added: it is computed, and there is no other way. What it is
/// computed of is still there.
pub(crate) fn is_remade(
    (from, to): (&Side<'_>, &Side<'_>),
    column: &ObjectId,
    changed: &Changed<'_>,
) -> bool {
    let has = |property: &Property| changed.contains_key(property);
    let (before, after) = (from.value(column, &Property::Generated), to.value(column, &Property::Generated));
    let is_retyped = has(&Property::Type);
    let casts = || match (from.value(column, &Property::Type), to.value(column, &Property::Type)) {
        (Some(before), Some(after)) => casts_by_itself(before, after),
        _ => true,
    };
    has(&Property::Virtual)
        || has(&Property::Generated) && before.is_none()
        || has(&Property::Generated) && after.is_some() && is_retyped
        || before.is_some() && after.is_some() && is_retyped && !casts()
}

/// Drops a computed column and adds it again.
pub(crate) fn remake(
    (from, to): (&Side<'_>, &Side<'_>),
    table: &ObjectId,
    column: &ObjectId,
    altered: &mut Altered,
) {
    drop(from, table, column, altered);
    let drop = altered.shrinks.pop();
    altered.dropped.pop();
    altered.remade.push(column.clone());
    // Before what it is computed of has another type.
    altered.steps.splice(0..0, drop);
    add((from, to), table, column, altered);
}
