//! The way from one catalog to another.

use model::Catalog;

use crate::operations::Operations;
use crate::{Options, Plan, Unplanned};

/// Plans the way from one catalog to another. Both must have been read with their dependencies, from servers
/// of one major version. Places of columns are left as they fall: Postgres adds columns at the end.
///
/// # Errors
/// The differences for which there is no plan; then nothing is planned.
pub fn plan(from: &Catalog, to: &Catalog, options: &Options) -> Result<Plan, Vec<Unplanned>> {
    Operations::plan(from, to, *options)
}
