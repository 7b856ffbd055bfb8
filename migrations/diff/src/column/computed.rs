//! Columns that are computed of others.

use model::{ObjectId, Property};

use crate::side::Side;

/// Returns whether a column is computed of others.
pub(crate) fn is_computed(side: &Side<'_>, column: &ObjectId) -> bool {
    [Property::Generated, Property::Virtual].iter().any(|how| side.value(column, how).is_some())
}
