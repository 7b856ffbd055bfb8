//! Comparing a wanted schema with what is there: two scratch databases have the two schemas.

mod side;

use model::{Catalog, ReorderedTables};

use crate::scratch::Scratch;
use crate::settings::Settings;

pub use side::{Side, Source, make};

/// The differences of a catalog from the wanted one, the order of columns aside, and whether a materialized
/// view has rows.
#[must_use]
pub fn differences(there: &Catalog, wanted: &Catalog) -> Vec<String> {
    let (_, differences) = ReorderedTables::take(there, there.diff(wanted));
    differences.iter().filter(|difference| !is_of_rows(difference)).map(ToString::to_string).collect()
}

fn is_of_rows(difference: &model::Difference) -> bool {
    matches!(difference, model::Difference::Changed { property: model::Property::Populated, .. })
}

/// The settings of the scratch databases of a comparison.
#[must_use]
pub fn settings(scratch: &Scratch, settings: Settings) -> Settings {
    scratch.settings(settings)
}
