//! Selects the migrations that a proof tries both ways, and those that run up only.

use crate::migrations::{Migration, Migrations};
use crate::plan::{PlanError, check_statements};

/// A migration's part in a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofStep<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// The kind of proof.
    pub extent: Extent,
}

/// The kinds of proof of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Up, down and up again.
    RoundTrip,
    /// Up alone: it has no down.
    NoWayBack,
    /// Up alone: nobody asked for its proof.
    UpOnly,
}

/// The migrations in order, each with what is tried of it. Migrations that are not wanted run up only, since
/// those that follow build on them; their downs are not looked at.
///
/// Each is tried where the one before has led, and not once all ups are through: where every down leads back
/// to the catalog and the rows that were there before its up, all downs together lead back to the beginning.
///
/// # Errors
/// A file that is to run cannot be run as it is written.
pub fn proof_steps(
    migrations: &Migrations,
    is_wanted: impl Fn(&Migration) -> bool,
) -> Result<Vec<ProofStep<'_>>, PlanError> {
    let mut proof_steps = Vec::new();
    for migration in migrations.iter() {
        check_statements(&migration.up)?;
        let extent = match (is_wanted(migration), &migration.down) {
            (false, _) => Extent::UpOnly,
            (true, None) => Extent::NoWayBack,
            (true, Some(down)) => {
                check_statements(down)?;
                Extent::RoundTrip
            }
        };
        proof_steps.push(ProofStep { migration, extent });
    }
    Ok(proof_steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extents(files: &[&str], from: i64) -> Vec<Extent> {
        let files = files.iter().map(|file| ((*file).to_owned(), Vec::new()));
        let migrations = Migrations::from_files(files).unwrap();
        let proof_steps = proof_steps(&migrations, |migration| migration.version >= from).unwrap();
        proof_steps.iter().map(|step| step.extent).collect()
    }

    #[test]
    fn a_migration_is_tried_both_ways_where_it_has_a_down_and_is_wanted() {
        use Extent::{NoWayBack, RoundTrip, UpOnly};
        let files = ["V1__a.sql", "V1__a.down.sql", "V2__b.sql", "V3__c.sql", "V3__c.down.sql"];
        assert_eq!(extents(&files, 1), [RoundTrip, NoWayBack, RoundTrip]);
        assert_eq!(extents(&files, 3), [UpOnly, UpOnly, RoundTrip]);
        assert!(extents(&[], 1).is_empty());
    }

    #[test]
    fn a_down_that_cannot_be_run_is_no_hindrance_where_it_is_not_run() {
        let sql = b"BEGIN;\nSELECT 1;\nCOMMIT;\n".to_vec();
        let files = [
            ("V1__a.sql".to_owned(), Vec::new()),
            ("V1__a.down.sql".to_owned(), sql),
            ("V2__b.sql".to_owned(), Vec::new()),
        ];
        let migrations = Migrations::from_files(files).unwrap();
        assert!(proof_steps(&migrations, |_| true).is_err());
        assert!(proof_steps(&migrations, |migration| migration.name == "b").is_ok());
    }
}
