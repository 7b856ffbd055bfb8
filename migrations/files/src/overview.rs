//! Files and history side by side, also where they do not agree.

use std::collections::BTreeMap;

use crate::migrations::{Migration, Migrations};
use crate::plan::Applied;

/// A migration that is in the directory, in the history, or in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its number.
    pub version: i64,
    /// Its name, the file's where there is one.
    pub name: &'a str,
    /// Agreement between its file and the history.
    pub state: State,
    /// When it was applied, RFC 3339.
    pub applied_on: Option<&'a str>,
    /// Its files.
    pub migration: Option<&'a Migration>,
}

/// Agreement between the files and the history of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Applied as the file has it.
    Applied,
    /// Not applied, and after everything that is.
    Pending,
    /// Applied, and the file is another now.
    Changed,
    /// Applied, and there is no file.
    Missing,
    /// Not applied, and something after it is.
    Behind,
}

impl State {
    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Behind => "behind",
        }
    }
}

/// All migrations by number.
#[must_use]
pub fn overview<'a>(migrations: &'a Migrations, history: &'a [Applied]) -> Vec<Entry<'a>> {
    let rows: BTreeMap<i64, &Applied> = history.iter().map(|row| (row.version, row)).collect();
    let head = rows.keys().next_back().copied();
    let files = migrations.iter().map(|migration| {
        let row = rows.get(&migration.version);
        let state = match row {
            Some(row) if row.is(migration) => State::Applied,
            Some(_) => State::Changed,
            None if head > Some(migration.version) => State::Behind,
            None => State::Pending,
        };
        Entry {
            version: migration.version,
            name: &migration.name,
            state,
            applied_on: row.map(|row| row.applied_on.as_str()),
            migration: Some(migration),
        }
    });
    let missing = rows.values().filter(|row| migrations.get(row.version).is_none()).map(|row| Entry {
        version: row.version,
        name: &row.name,
        state: State::Missing,
        applied_on: Some(&row.applied_on),
        migration: None,
    });
    let mut entries: Vec<Entry<'_>> = files.chain(missing).collect();
    entries.sort_by_key(|entry| entry.version);
    entries
}

impl Entry<'_> {
    /// The name with its number, as the file is called: `V0001__name`.
    #[must_use]
    pub fn label(&self) -> String {
        match self.migration {
            Some(migration) => migration.label().to_owned(),
            None => format!("V{}__{}", self.version, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VersionType;

    #[test]
    fn every_way_to_disagree_has_its_state() {
        let files = ["V1__a.sql", "V2__b.sql", "V3__c.sql", "V5__e.sql", "V6__f.sql"];
        // Dates as numbers, so that a number may be missing.
        let files = files.map(|file| (file.replacen('V', "V2026010", 1), Vec::new()));
        let migrations = Migrations::from_files(files).unwrap();
        let row = |version: i64, checksum: &str| Applied {
            version: 20_260_100 + version,
            name: "x".into(),
            applied_on: "2026-01-02T03:04:05Z".into(),
            checksum: checksum.into(),
            versions: VersionType::Int4,
        };
        let mut history = vec![row(1, ""), row(3, "1"), row(4, "1"), row(5, "")];
        for row in &mut history {
            let file = migrations.get(row.version);
            if let (Some(file), true) = (file, row.checksum.is_empty()) {
                (row.name, row.checksum) = (file.name.clone(), file.checksum());
            }
        }
        let states: Vec<State> = overview(&migrations, &history).iter().map(|entry| entry.state).collect();
        let expected =
            [State::Applied, State::Behind, State::Changed, State::Missing, State::Applied, State::Pending];
        assert_eq!(states, expected);
    }
}
