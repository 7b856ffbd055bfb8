//! Reading the folder of migration files, as refinery reads it: with the folders below.

use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result};
use schema_core::{CHECKSUMS, Migrations};

/// Loads and checks a folder.
///
/// # Errors
/// The folder or a file in it cannot be read, or the files cannot be used together.
pub(crate) fn load(dir: &Path) -> Result<Migrations> {
    Migrations::from_files(files(dir)?)
        .with_context(|| format!("the migrations in {} cannot be used", dir.display()))
}

/// The names of a folder's files, whether they can be used together or not.
///
/// # Errors
/// The folder or a file in it cannot be read.
pub(crate) fn names(dir: &Path) -> Result<Vec<String>> {
    Ok(files(dir)?.into_iter().map(|(name, _)| name).collect())
}

/// The text of `CHECKSUMS`; none where there is no such file.
///
/// # Errors
/// It cannot be read.
pub(crate) fn checksums(dir: &Path) -> Result<Option<String>> {
    let path = dir.join(CHECKSUMS);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Writes `CHECKSUMS`.
///
/// # Errors
/// The folder cannot be used, or the file cannot be written.
pub(crate) fn write_checksums(dir: &Path) -> Result<()> {
    let path = dir.join(CHECKSUMS);
    let text = load(dir)?.checksums();
    fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
}

/// Writes `CHECKSUMS` in a folder that has it.
///
/// # Errors
/// As for [`write_checksums`].
pub(crate) fn update_checksums(dir: &Path) -> Result<()> {
    if checksums(dir)?.is_some() { write_checksums(dir) } else { Ok(()) }
}

fn files(dir: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    read(dir, "", &mut files).with_context(|| {
        format!("the migrations in {} cannot be read (--dir names the folder)", dir.display())
    })?;
    Ok(files)
}

fn read(dir: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        // A name that is not UTF-8 cannot be a migration's.
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            read(&path, &format!("{name}/"), files)?;
        } else if matches!(path.extension().and_then(|e| e.to_str()), Some("sql" | "rs")) {
            let content = fs::read(&path).with_context(|| path.display().to_string())?;
            files.push((name, content));
        }
    }
    Ok(())
}
