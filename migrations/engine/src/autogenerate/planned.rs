//! A plan as it is written: files of changes, each with its undo.

use serde::Serialize;

use super::AppliedRename;

/// One change of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its statement, or several.
    pub sql: String,
    /// The object that it is about.
    pub about: String,
    /// What it does, in words.
    pub summary: String,
    /// The data that it loses: `table.*` or `table.column`.
    pub loses: Vec<String>,
}

/// Statements that belong into one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedFile {
    /// True if it runs in one transaction.
    pub in_transaction: bool,
    /// What it does, in order.
    pub changes: Vec<Change>,
    /// Why what it loses is no loss, where nobody has to give it up.
    #[serde(skip)]
    pub why_lost: Option<&'static str>,
}

/// A file with its undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GeneratedFile {
    /// The file.
    pub up: PlannedFile,
    /// The undo; none where it was not asked for.
    pub down: Option<PlannedFile>,
}

/// The outcome of planning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// The files in their order; none where nothing differs.
    pub files: Vec<GeneratedFile>,
    /// Renames that were told or found.
    pub renames: Vec<AppliedRename>,
    /// Differences that stay and that do not matter: the order of columns.
    pub notes: Vec<String>,
}

impl Generated {
    /// Returns whether it does something to roles, which are the whole server's.
    #[must_use]
    pub fn changes_roles(&self) -> bool {
        let files = self.files.iter().flat_map(|file| std::iter::once(&file.up).chain(&file.down));
        files.flat_map(|file| &file.changes).any(Change::is_of_role)
    }
}

impl Change {
    /// Returns whether it is about a role.
    pub(super) fn is_of_role(&self) -> bool {
        self.about.starts_with("role ")
    }

    pub(super) fn is_role_rename(&self) -> bool {
        self.sql.starts_with("ALTER ROLE ") && self.sql.contains(" RENAME TO ")
    }
}

impl PlannedFile {
    /// Changes in one transaction, or in none.
    #[must_use]
    pub const fn of(in_transaction: bool, changes: Vec<Change>) -> Self {
        Self { in_transaction, changes, why_lost: None }
    }

    /// Its statements, each with its semicolon.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for change in &self.changes {
            let sql = change.sql.trim_end();
            text.push_str(sql);
            text.push_str(if sql.ends_with(';') { "\n" } else { ";\n" });
        }
        text
    }

    /// The data that it loses: `table.*` or `table.column`.
    pub fn losses(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().flat_map(|change| &change.loses).map(String::as_str)
    }
}

/// Files as one script, which psql runs as it stands.
pub fn script<'f>(files: impl IntoIterator<Item = &'f PlannedFile>) -> String {
    let mut script = String::new();
    for file in files {
        if !script.is_empty() {
            script.push('\n');
        }
        if file.in_transaction {
            script.push_str("BEGIN;\n");
        }
        script.push_str(&file.text());
        if file.in_transaction {
            script.push_str("COMMIT;\n");
        }
    }
    script
}
