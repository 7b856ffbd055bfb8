//! Reading the folder of migration files, as refinery reads it: with the folders below.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use schema_core::Migrations;

/// Loads and checks a folder.
///
/// # Errors
/// The folder or a file in it cannot be read, or the files cannot be used together.
pub(crate) fn load(dir: &Path) -> Result<Migrations> {
    let mut files = Vec::new();
    read(dir, "", &mut files).with_context(|| {
        format!("the migrations in {} cannot be read (--dir names the folder)", dir.display())
    })?;
    Migrations::from_files(files)
        .with_context(|| format!("the migrations in {} cannot be used", dir.display()))
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
