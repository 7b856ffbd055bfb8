//! The way from one catalog to another.

use model::{Catalog, Difference};

use crate::{Options, Plan, Unplanned};

/// Plans the way from one catalog to another. Both must have been read with their dependencies, from servers
/// of one major version.
///
/// # Errors
/// The differences for which there is no plan; then nothing is planned.
pub fn plan(from: &Catalog, to: &Catalog, _options: &Options) -> Result<Plan, Vec<Unplanned>> {
    let unplanned = from.diff(to).into_iter().map(|difference| {
        let (Difference::Gone(object) | Difference::New(object) | Difference::Changed { object, .. }) =
            difference;
        Unplanned { object, reason: "a change of this kind is not planned".to_owned() }
    });
    let unplanned: Vec<Unplanned> = unplanned.collect();
    if unplanned.is_empty() { Ok(Plan::default()) } else { Err(unplanned) }
}
