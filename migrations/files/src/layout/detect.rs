//! Detects a folder's layout by its names and, where these are the same, by the files' content.

use std::collections::{BTreeMap, BTreeSet};

use super::{Layout, flyway, sections};
use crate::migrations::{FileError, Problem};

/// The layout that a path looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// `V1__a.sql`
    Versioned,
    /// `V1.2__a.sql`, `R__a.sql`
    Flyway,
    /// `1_a/up.sql`
    Diesel,
    /// `1_a/migration.sql`
    Prisma,
    /// `1_a.up.sql`
    PairUp,
    /// `1_a.down.sql`
    PairDown,
    /// `1_a.sql` with goose's marks
    Goose,
    /// `1_a.sql` with dbmate's marks
    Dbmate,
    /// `1_a.sql`
    Plain,
}

impl Form {
    /// Whose it is, for messages.
    fn tool(self) -> &'static str {
        match self {
            Self::Versioned => "refinery or Flyway",
            Self::Flyway => "Flyway",
            Self::Diesel => "Diesel",
            Self::Prisma => "Prisma",
            Self::PairUp | Self::PairDown => "golang-migrate or sqlx",
            Self::Goose => "goose",
            Self::Dbmate => "dbmate",
            Self::Plain => "sqlx or Supabase",
        }
    }
}

/// The layout of a folder's files, by the forms that are there. `dir` is the folder's path as it was given.
///
/// # Errors
/// There are several, or the migrations are in a folder below.
pub(super) fn detect(files: &[(String, Vec<u8>)], dir: &str) -> Result<Layout, FileError> {
    // A file of each form, the first one.
    let mut forms: BTreeMap<Form, &str> = BTreeMap::new();
    let mut below: BTreeMap<&str, &str> = BTreeMap::new();
    let mut undos: Vec<(&str, &str)> = Vec::new();
    let mut versions: BTreeSet<&str> = BTreeSet::new();
    for (path, content) in files {
        let base = path.rsplit('/').next().unwrap_or(path);
        match flyway::versioned(base.strip_suffix(".sql").unwrap_or_default()) {
            Some(('V', version, _)) => drop(versions.insert(version)),
            Some(('U', version, _)) => undos.push((version, path)),
            _ => {}
        }
        let Some((form, folder)) = form(path, content) else { continue };
        match folder {
            "" => drop(forms.entry(form).or_insert(path)),
            folder => drop(below.entry(folder).or_insert(path)),
        }
    }
    // Without a version of its number an undo is refinery's file without a place in the order.
    if let Some((_, path)) = undos.iter().find(|(version, _)| versions.contains(version)) {
        forms.entry(Form::Flyway).or_insert(path);
    }
    if let (true, Some((folder, path))) = (forms.is_empty(), below.iter().next()) {
        let folders: Vec<&str> = below.keys().copied().collect();
        let folders = if folders.len() == 1 { (*folder).to_owned() } else { folders.join(", ") };
        return Err(FileError { file: (*path).to_owned(), problem: Problem::Below { folders } });
    }
    let kinds: Vec<Form> = forms.keys().copied().collect();
    Ok(match kinds[..] {
        [] | [Form::Versioned] => Layout::Branchline,
        [Form::Flyway] | [Form::Versioned, Form::Flyway] => Layout::Flyway,
        [Form::Diesel] => Layout::Diesel,
        [Form::Prisma] => Layout::Prisma,
        [Form::Goose] | [Form::Goose, Form::Plain] => Layout::Goose,
        [Form::Dbmate] | [Form::Dbmate, Form::Plain] => Layout::Dbmate,
        [Form::PairUp] | [Form::PairUp, Form::PairDown] | [Form::PairDown] => pairs(files),
        [Form::Plain] if is_supabase(dir) => Layout::Supabase,
        [Form::Plain] | [Form::PairDown, Form::Plain] => Layout::Sqlx,
        _ => {
            let mut examples = forms.iter();
            let (own, file) = examples.next().map_or(("", ""), |(form, path)| (form.tool(), *path));
            let others = examples.map(|(form, path)| format!("{path} of {}", form.tool())).collect();
            return Err(FileError { file: file.to_owned(), problem: Problem::Mixed { own, others } });
        }
    })
}

/// A path's form, and the folder below in which it stands, where the form has no folder of its own.
fn form<'f>(path: &'f str, content: &[u8]) -> Option<(Form, &'f str)> {
    let (folder, base) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = base.strip_suffix(".sql")?;
    if let Some((prefix, version, name)) = flyway::versioned(stem) {
        let is_plain = version.bytes().all(|b| b.is_ascii_digit());
        return match prefix {
            'V' if is_plain && !name.is_empty() => Some((Form::Versioned, "")),
            'V' => Some((Form::Flyway, "")),
            _ => None,
        };
    }
    if stem.starts_with("R__") {
        return Some((Form::Flyway, ""));
    }
    let (above, last) = folder.rsplit_once('/').unwrap_or(("", folder));
    let is_unit = last.starts_with(|c: char| c.is_ascii_digit()) && last.contains('_');
    match base {
        "up.sql" if is_unit => return Some((Form::Diesel, above)),
        "migration.sql" if is_unit => return Some((Form::Prisma, above)),
        _ => {}
    }
    let rest = stem.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() == stem.len() || is_unit {
        return None;
    }
    let text = String::from_utf8_lossy(content);
    let form = match rest.rsplit_once('.') {
        _ if sections::is_dbmate(&text) => Form::Dbmate,
        _ if !rest.starts_with('_') => return None,
        _ if sections::is_goose(&text) => Form::Goose,
        Some((_, "rows")) => return None,
        Some((_, "up")) => Form::PairUp,
        Some((_, "down")) => Form::PairDown,
        _ => Form::Plain,
    };
    Some((form, folder))
}

/// sqlx and golang-migrate have the same pairs; sqlx alone has a comment in them that counts.
fn pairs(files: &[(String, Vec<u8>)]) -> Layout {
    let is_sqlx = files.iter().any(|(_, content)| content.starts_with(b"-- no-transaction"));
    if is_sqlx { Layout::Sqlx } else { Layout::GolangMigrate }
}

fn is_supabase(dir: &str) -> bool {
    dir.trim_end_matches('/').ends_with("supabase/migrations")
}
