//! The differences between two sides that a plan is about, and those that it leaves.

use model::{Catalog, ReorderedTables};

use super::{Side, roles};

/// The differences of a catalog from the wanted one, the order of columns aside, and whether a materialized
/// view has rows, and secrets, which are not written.
#[must_use]
pub fn differences(there: &Catalog, wanted: &Catalog) -> Vec<String> {
    let (_, differences) = ReorderedTables::take(there, there.diff(wanted));
    differences
        .iter()
        .filter(|difference| !is_of_rows(difference) && secret(difference).is_none())
        .map(ToString::to_string)
        .collect()
}

fn is_of_rows(difference: &model::Difference) -> bool {
    matches!(difference, model::Difference::Changed { property: model::Property::Populated, .. })
}

/// The statements that make the roles of one side those of another, which the second would have beyond the
/// objects of its database.
#[must_use]
pub fn role_differences(there: &Side, wanted: &Side) -> Vec<String> {
    roles::differences(&there.roles, &wanted.roles)
}

/// A secret that the second of two catalogs has otherwise: its object and its name.
fn secret(difference: &model::Difference) -> Option<(&model::ObjectId, &str)> {
    match difference {
        model::Difference::Changed {
            object,
            property: model::Property::SecretOption(name),
            after: Some(_),
            ..
        } => Some((object, name)),
        _ => None,
    }
}

pub(super) fn secret_notes(there: &Catalog, wanted: &Catalog) -> Vec<String> {
    let differences = there.diff(wanted);
    let secrets = differences.iter().filter_map(secret);
    secrets
        .map(|(object, name)| {
            format!("option {name} of {object} may be a secret and is not written; set it by hand")
        })
        .collect()
}

pub(super) fn order_notes(there: &Catalog, wanted: &Catalog) -> Vec<String> {
    let (reordered, _) = ReorderedTables::take(wanted, wanted.diff(there));
    let note = |column| {
        format!(
            "{column} stands further back than the wanted schema puts it: Postgres adds columns at the end"
        )
    };
    reordered.columns().map(note).collect()
}
