//! The order in which every up and every down is tried.

use crate::migrations::{Migration, Migrations};
use crate::plan::{PlanError, check_statements};

/// One migration to run, one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// Whether it is taken back.
    pub is_down: bool,
    /// How many migrations are applied afterwards.
    pub applied: usize,
}

/// What proves a directory: every up, then every down, then every up again. A migration without a way back cannot be
/// passed twice, so what comes before it is proved before it runs.
///
/// # Errors
/// A file cannot be run as it is written.
pub fn trials(migrations: &Migrations) -> Result<Vec<Trial<'_>>, PlanError> {
    let all: Vec<&Migration> = migrations.iter().collect();
    for migration in &all {
        check_statements(&migration.up)?;
        migration.down.iter().try_for_each(check_statements)?;
    }
    let mut trials = Vec::new();
    let mut start = 0;
    while start < all.len() {
        let reversible = all[start..].iter().take_while(|migration| migration.down.is_some()).count();
        let end = start + reversible;
        let up = |i: usize| Trial { migration: all[i], is_down: false, applied: i + 1 };
        let down = |i: usize| Trial { migration: all[i], is_down: true, applied: i };
        trials.extend((start..end).map(up));
        trials.extend((start..end).rev().map(down));
        trials.extend((start..end).map(up));
        if end < all.len() {
            trials.push(up(end));
        }
        start = end + 1;
    }
    Ok(trials)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(files: &[&str]) -> Vec<String> {
        let files = files.iter().map(|file| ((*file).to_owned(), Vec::new()));
        let migrations = Migrations::from_files(files).unwrap();
        let trials = trials(&migrations).unwrap();
        let shown = |t: &Trial<'_>| {
            format!("{}{}={}", if t.is_down { "-" } else { "+" }, t.migration.version, t.applied)
        };
        trials.iter().map(shown).collect()
    }

    #[test]
    fn every_up_then_every_down_then_every_up() {
        let files = ["V1__a.sql", "V1__a.down.sql", "V2__b.sql", "V2__b.down.sql"];
        assert_eq!(order(&files), ["+1=1", "+2=2", "-2=1", "-1=0", "+1=1", "+2=2"]);
        assert!(order(&[]).is_empty());
    }

    #[test]
    fn what_comes_before_a_migration_without_a_way_back_is_proved_before_it_runs() {
        let files = ["V1__a.sql", "V1__a.down.sql", "V2__b.sql", "V3__c.sql", "V3__c.down.sql"];
        assert_eq!(order(&files), ["+1=1", "-1=0", "+1=1", "+2=2", "+3=3", "-3=2", "+3=3"]);
    }
}
