//! A side of a comparison as it is named on the command line.

use std::fs;
use std::io::{Read as _, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use engine::autogenerate::Source;
use engine::connect::session_url;
use engine::directory::Directory;
use engine::wanted::WantedFile;
use files::{FileName, Migrations};
use pg::Url;

use super::super::Context;

/// The name of the wanted schema beside the folder of migrations.
const SCHEMA_FILE: &str = "schema.sql";

/// The schema that the project's migrations make.
pub(in super::super) fn migrations(context: &Context<'_>) -> Result<Source> {
    Ok(migrations_of(context.migrations()?.allowing_gaps(), context))
}

/// The same for migrations that were read.
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
            "there is no {}, the wanted schema: branchline schema --output {0} writes it from the \
             migrations, or another file or folder can be named",
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

/// A side: a URL, a folder of migrations, a file or folder of a wanted schema, `-` for standard input.
pub(in super::super) fn named(text: &str, context: &Context<'_>) -> Result<Source> {
    if text.contains("://") {
        // A UrlError names the part that is wrong and never its value.
        let url = Url::parse(text.trim()).context("the side is not a database URL")?;
        return Ok(Source::Database(Box::new(session_url(&url)?)));
    }
    let path = Path::new(text);
    if path == context.global.dir {
        return migrations(context);
    }
    if path.is_dir() && has_migrations(path)? {
        let directory = Directory { path, layout: context.global.layout };
        let migrations = directory.load()?.allowing_gaps();
        return Ok(Source::Migrations(Box::new(migrations), text.to_owned()));
    }
    wanted(path)
}

/// Returns whether a folder has a file that is named as a migration.
fn has_migrations(folder: &Path) -> Result<bool> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let name = entry?.file_name();
        if name.to_str().is_some_and(|name| matches!(FileName::parse(name), Ok(Some(_)))) {
            return Ok(true);
        }
    }
    Ok(false)
}
