//! The two sides of a comparison: where a schema comes from, and the scratch database that has it.

use std::path::Path;

use anyhow::{Context, Result, bail};
use files::Migrations;
use model::{Catalog, schema_file, without_what_rightly_differs};
use pg::{Connector, Url};
use tokio_postgres::Client;

use crate::connect::connect;
use crate::database::one_row;
use crate::introspection;
use crate::report::Direction;
use crate::scratch::{Beside, Scratch};
use crate::settings::Settings;
use crate::wanted::{WantedFile, load};

/// The origin of a schema.
pub enum Source {
    /// What migrations make, with a word for their folder.
    Migrations(Box<Migrations>, String),
    /// What files of SQL say, with a word for them.
    Wanted(Vec<WantedFile>, String),
    /// The schema that a database has.
    Database(Box<Url>),
}

/// A schema, and a scratch database that has it.
pub struct Side {
    /// The objects.
    pub catalog: Catalog,
    /// The scratch database. Nobody is in it, so that it can be copied.
    pub(super) template: Beside,
}

impl Source {
    /// Reads files or a folder of a wanted schema.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn wanted(path: &Path) -> Result<Self> {
        Ok(Self::Wanted(WantedFile::read(path)?, path.display().to_string()))
    }

    /// Words for it.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Migrations(_, name) => format!("the migrations in {name}"),
            Self::Wanted(_, name) => name.clone(),
            Self::Database(url) => format!("the database {}", url.dbname()),
        }
    }

    /// The files of a wanted schema; none for another source.
    #[must_use]
    pub fn files(&self) -> &[WantedFile] {
        match self {
            Self::Wanted(files, _) => files,
            Self::Migrations(..) | Self::Database(_) => &[],
        }
    }

    /// Migrations make the roles that files name, so they run before these are loaded.
    const fn order(&self) -> u8 {
        match self {
            Self::Migrations(..) => 0,
            Self::Database(_) => 1,
            Self::Wanted(..) => 2,
        }
    }
}

/// Makes both sides in scratch databases.
///
/// # Errors
/// Migrations do not run, files do not load, a database cannot be read, or is of another major version.
pub async fn make(
    scratch: &Scratch,
    settings: &Settings,
    (from, to): (&Source, &Source),
    notes: &mut Vec<String>,
) -> Result<(Side, Side)> {
    let (first, second) = if from.order() <= to.order() { (from, to) } else { (to, from) };
    let is_swapped = !std::ptr::eq(first, from);
    let mut one = Raw::read(scratch, settings, first, notes).await?;
    let mut other = Raw::read(scratch, settings, second, notes).await?;
    match (&first, &second) {
        (Source::Database(_), Source::Database(_)) => {}
        (Source::Database(_), _) => one.align(&other.catalog),
        (_, Source::Database(_)) => other.align(&one.catalog),
        _ => {}
    }
    let (one, other) = (one.into_side(scratch, notes).await?, other.into_side(scratch, notes).await?);
    Ok(if is_swapped { (other, one) } else { (one, other) })
}

/// A side whose scratch database may not be there yet.
struct Raw {
    catalog: Catalog,
    template: Option<Beside>,
}

impl Raw {
    async fn read(
        scratch: &Scratch,
        settings: &Settings,
        source: &Source,
        notes: &mut Vec<String>,
    ) -> Result<Self> {
        let template = match source {
            Source::Migrations(migrations, _) => {
                let database = scratch.beside(None).await?;
                let prepared = database.prepare(settings.clone()).await?;
                for migration in migrations.iter() {
                    prepared.runner(&|_| {}).run(migration, Direction::Up).await?;
                }
                database
            }
            Source::Wanted(files, _) => {
                let database = scratch.beside(None).await?;
                notes.extend(load(&database.url, files).await?.notes);
                database
            }
            Source::Database(url) => {
                let session = connect(&Connector::new(url)?).await?;
                check_version(&session, &scratch.session().await?).await?;
                let catalog = introspection::read_with_dependencies(&session).await?;
                return Ok(Self { catalog, template: None });
            }
        };
        let catalog = introspection::read_with_dependencies(&template.session().await?).await?;
        Ok(Self { catalog, template: Some(template) })
    }

    fn align(&mut self, other: &Catalog) {
        self.catalog = without_what_rightly_differs(other, &self.catalog);
    }

    async fn into_side(self, scratch: &Scratch, notes: &mut Vec<String>) -> Result<Side> {
        let Self { catalog, template } = self;
        if let Some(template) = template {
            return Ok(Side { catalog, template });
        }
        // The database's schema is rebuilt, since nothing is tried in the database itself.
        let template = scratch.beside(None).await?;
        let file = WantedFile { file: "the database's schema".to_owned(), sql: schema_file(&catalog) };
        load(&template.url, &[file]).await.context("the database's schema cannot be rebuilt on scratch")?;
        let rebuilt = introspection::read_with_dependencies(&template.session().await?).await?;
        let lost = super::differences(&catalog, &rebuilt);
        if let Some(first) = lost.first() {
            let count = text::counted(lost.len(), "difference");
            notes.push(format!(
                "the scratch database that stands for the database is not quite like it ({count}, the first: \
                 {first})"
            ));
        }
        Ok(Side { catalog, template })
    }
}

/// Catalogs of two major versions print the same object otherwise.
async fn check_version(database: &Client, scratch: &Client) -> Result<()> {
    let (of_database, of_scratch) = (major(database).await?, major(scratch).await?);
    if of_database != of_scratch {
        bail!(
            "the database is Postgres {of_database}, and the other side is on Postgres {of_scratch}: \
             catalogs of two major versions print alike objects otherwise. Install Postgres {of_database} \
             here, or name a server of that version with --scratch-url"
        );
    }
    Ok(())
}

async fn major(session: &Client) -> Result<String> {
    let sql = "SELECT current_setting('server_version_num')::int / 10000";
    let row = one_row(session, sql).await?.context("the server gave no answer")?;
    Ok(row.get(0).unwrap_or_default().to_owned())
}
