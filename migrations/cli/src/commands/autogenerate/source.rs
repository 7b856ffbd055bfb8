//! A side of a comparison as it is named on the command line.

use std::io::{Read as _, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use engine::autogenerate::Source;
use engine::wanted::WantedFile;
use files::Migrations;

use super::super::Context;

/// The name of the wanted schema beside the folder of migrations.
const SCHEMA_FILE: &str = "schema.sql";

/// The schema that the project's migrations make.
pub(in super::super) fn migrations_of(migrations: Migrations, context: &Context<'_>) -> Source {
    Source::Migrations(Box::new(migrations), context.global.dir.display().to_string())
}

/// Returns the path of the project's wanted schema: `schema.sql` beside the folder of migrations.
pub(in super::super) fn schema_file(context: &Context<'_>) -> PathBuf {
    let dir = &context.global.dir;
    match dir.parent() {
        Some(parent) if parent != Path::new("") => parent.join(SCHEMA_FILE),
        _ => PathBuf::from(SCHEMA_FILE),
    }
}

/// The project's wanted schema.
pub(in super::super) fn wanted_default(context: &Context<'_>) -> Result<Source> {
    let path = schema_file(context);
    if !path.exists() {
        bail!(
            "there is no {}, the wanted schema: branchline schema --output {0} writes it from the migrations, \
             or another file or folder can be named",
            path.display()
        );
    }
    Source::wanted(&path)
}

/// A file or a folder of a wanted schema, or `-` for standard input.
pub(in super::super) fn wanted(path: &Path) -> Result<Source> {
    if path != Path::new("-") {
        return Source::wanted(path);
    }
    let mut sql = String::new();
    stdin().read_to_string(&mut sql).context("standard input cannot be read as UTF-8")?;
    let file = "standard input".to_owned();
    Ok(Source::Wanted(vec![WantedFile { file: file.clone(), sql }], file))
}
