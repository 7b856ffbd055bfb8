//! The two sides of a comparison: where a schema comes from, and the scratch database that has it.

use std::path::Path;

use anyhow::{Context, Result, bail};
use files::Migrations;
use lint::{Prerequisites, cluster_effects_of_text};
use model::{Catalog, schema_file, without_what_rightly_differs};
use pg::{Connector, Url};
use postgres_protocol::escape::escape_identifier;
use tokio_postgres::Client;

use super::roles::{self, Roles, RolesOfSide};
use super::subscriptions;
use crate::connect::connect;
use crate::database::{execute, one_row};
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
    /// The scratch database. Nobody is in it, so that it can be copied. A second side that makes roles has
    /// none: it is gone before the first is made, so that these roles are there for neither.
    pub(super) template: Option<Beside>,
    /// The roles, where one of the sides makes any.
    pub(super) roles: RolesOfSide,
}

impl Side {
    pub(super) fn template(&self) -> Result<&Beside> {
        self.template.as_ref().context("the scratch database of the first side is gone")
    }
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

    /// The texts that are run.
    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Migrations(migrations, _) => migrations.iter().map(|one| one.up.sql.as_str()).collect(),
            Self::Wanted(files, _) => files.iter().map(|file| file.sql.as_str()).collect(),
            Self::Database(_) => Vec::new(),
        }
    }

    /// The roles that it names and makes.
    fn needs(&self) -> Prerequisites {
        let mut needs = Prerequisites::default();
        self.texts().into_iter().for_each(|text| needs.add_text(text));
        needs
    }

    /// Returns whether it makes something that belongs to the whole server, such as a role.
    fn reaches_server(&self) -> bool {
        let reaches = |text: &str| !cluster_effects_of_text("", text).is_empty();
        !self.needs().made_roles.is_empty() || self.texts().into_iter().any(reaches)
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
    if !scratch.is_shared() && (from.reaches_server() || to.reaches_server()) {
        return make_apart(scratch, settings, (from, to), notes).await;
    }
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

/// Makes both sides one after the other, each on a server that has no role of the other's.
async fn make_apart(
    scratch: &Scratch,
    settings: &Settings,
    (from, to): (&Source, &Source),
    notes: &mut Vec<String>,
) -> Result<(Side, Side)> {
    let session = scratch.session().await?;
    let base = roles::read(&session).await?;
    let (needed, wanted) = (from.needs(), to.needs());
    let real = match (from, to) {
        (Source::Database(url), _) | (_, Source::Database(url)) => {
            roles::read(&connect(&Connector::new(url)?).await?).await?
        }
        _ => Roles::default(),
    };
    let place = RolePlace { session: &session, real: &real };
    let before = place.prepare(to, &wanted, &needed).await?;
    let mut second = Raw::read(scratch, settings, to, notes).await?;
    second.roles = place.roles_of(to, &before).await?;
    if let Some(template) = second.template.take() {
        subscriptions::drop_all(&template.session().await?).await?;
        scratch.remove_beside(template).await?;
    }
    base.restore(&session).await?;
    let before = place.prepare(from, &needed, &wanted).await?;
    let mut first = Raw::read(scratch, settings, from, notes).await?;
    first.roles = place.roles_of(from, &before).await?;
    match (from, to) {
        (Source::Database(_), Source::Database(_)) => {}
        (Source::Database(_), _) => first.align(&second.catalog),
        (_, Source::Database(_)) => second.align(&first.catalog),
        _ => {}
    }
    let Raw { catalog, roles, .. } = second;
    let first = first.into_side(scratch, notes).await?;
    // Its copies have none, and get their own.
    subscriptions::drop_all(&first.template()?.session().await?).await?;
    Ok((first, Side { catalog, template: None, roles }))
}

/// The server on which sides with roles are made.
struct RolePlace<'a> {
    session: &'a Client,
    /// The roles of the database that is a side.
    real: &'a Roles,
}

impl RolePlace<'_> {
    /// Makes the roles that a side names and does not make, and returns what is there then.
    async fn prepare(&self, side: &Source, own: &Prerequisites, other: &Prerequisites) -> Result<Roles> {
        let there = roles::read(self.session).await?;
        let mut names: Vec<&String> = own.roles.difference(&own.made_roles).collect();
        if matches!(side, Source::Database(_)) {
            names.extend(other.made_roles.iter().filter(|role| self.real.has(role)));
        }
        for name in names.into_iter().filter(|name| !there.has(name)) {
            let plain = || format!("CREATE ROLE {}", escape_identifier(name));
            let sql = self.real.create(name).unwrap_or_else(plain);
            execute(self.session, &sql).await.with_context(|| format!("making role {name} on scratch"))?;
        }
        roles::read(self.session).await
    }

    async fn roles_of(&self, side: &Source, before: &Roles) -> Result<RolesOfSide> {
        Ok(match side {
            Source::Database(_) => RolesOfSide::of_server(self.real.clone()),
            _ => {
                let there = roles::read(self.session).await?;
                RolesOfSide::after(before, there, matches!(side, Source::Wanted(..)))
            }
        })
    }
}

/// A side whose scratch database may not be there yet.
struct Raw {
    catalog: Catalog,
    template: Option<Beside>,
    roles: RolesOfSide,
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
                let catalog = subscriptions::read(&session).await?;
                return Ok(Self { catalog, template: None, roles: RolesOfSide::default() });
            }
        };
        let catalog = subscriptions::read(&template.session().await?).await?;
        Ok(Self { catalog, template: Some(template), roles: RolesOfSide::default() })
    }

    fn align(&mut self, other: &Catalog) {
        self.catalog = without_what_rightly_differs(other, &self.catalog);
    }

    async fn into_side(self, scratch: &Scratch, notes: &mut Vec<String>) -> Result<Side> {
        let Self { catalog, template, roles } = self;
        if template.is_some() {
            return Ok(Side { catalog, template, roles });
        }
        // The database's schema is rebuilt, since nothing is tried in the database itself.
        let template = scratch.beside(None).await?;
        let file = WantedFile { file: "the database's schema".to_owned(), sql: schema_file(&catalog) };
        load(&template.url, &[file]).await.context("the database's schema cannot be rebuilt on scratch")?;
        let rebuilt = subscriptions::read(&template.session().await?).await?;
        let lost = super::differences(&catalog, &rebuilt);
        if let Some(first) = lost.first() {
            let count = text::counted(lost.len(), "difference");
            notes.push(format!(
                "the scratch database that stands for the database is not quite like it ({count}, the first: \
                 {first})"
            ));
        }
        Ok(Side { catalog, template: Some(template), roles })
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
