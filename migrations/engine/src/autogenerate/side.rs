//! The two sides of a comparison: where a schema comes from, and the scratch database that has it.

use std::path::Path;

use anyhow::{Context, Result, bail};
use files::Migrations;
use futures_util::future::join;
use lint::{Prerequisites, cluster_effects_of_text};
use model::{Catalog, schema_file, without_what_rightly_differs};
use pg::{Connector, Url};
use postgres_protocol::escape::escape_identifier;
use tokio_postgres::Client;

use super::copies::is_of_database;
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
    /// The scratch database, to go on from where it is. None where copies of it are not like it.
    #[must_use]
    pub fn into_made(self) -> Option<Beside> {
        let is_whole = !self.catalog.iter().any(|(object, _)| is_of_database(object));
        self.template.filter(|_| is_whole)
    }

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
    fn reaches_server(&self, needs: &Prerequisites) -> bool {
        let reaches = |text: &str| !cluster_effects_of_text("", text).is_empty();
        !needs.made_roles.is_empty() || self.texts().into_iter().any(reaches)
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
    let place = Place { scratch, settings };
    let reach = (!scratch.is_shared()).then(|| {
        let (needed, wanted) = (from.needs(), to.needs());
        let reach = (from.reaches_server(&needed), to.reaches_server(&wanted));
        (reach, needed, wanted)
    });
    let (mut one, mut other) = match &reach {
        // Elsewhere files may name a role that migrations make in a way that cannot be seen.
        Some(((false, false), ..)) if scratch.is_temporary() => {
            let (one, other) = join(place.read(from), place.read(to)).await;
            (one?, other?)
        }
        Some(((true, false), needed, wanted))
            if matches!((from, to), (Source::Migrations(..), Source::Wanted(..))) =>
        {
            place.read_roles_first((from, needed), (to, wanted)).await?
        }
        Some(((true, _) | (_, true), needed, wanted)) => {
            return make_apart(&place, (from, needed), (to, wanted), notes).await;
        }
        Some(((false, false), ..)) | None => {
            let is_first = from.order() <= to.order();
            let (first, second) = if is_first { (from, to) } else { (to, from) };
            let (first, second) = place.read_in_turn(first, second).await?;
            if is_first { (first, second) } else { (second, first) }
        }
    };
    match (from, to) {
        (Source::Database(_), Source::Database(_)) => {}
        (Source::Database(_), _) => one.align(&other.catalog),
        (_, Source::Database(_)) => other.align(&one.catalog),
        _ => {}
    }
    Ok((one.into_side(scratch, notes).await?, other.into_side(scratch, notes).await?))
}

/// Where sides are made.
struct Place<'a> {
    scratch: &'a Scratch,
    settings: &'a Settings,
}

impl Place<'_> {
    /// Makes a side and reads it.
    async fn read(&self, source: &Source) -> Result<Raw> {
        self.made(source).await?.read(self.scratch).await
    }

    /// Makes a side after another, which is read meanwhile.
    async fn read_in_turn(&self, first: &Source, second: &Source) -> Result<(Raw, Raw)> {
        let first = self.made(first).await?;
        let (first, second) = join(first.read(self.scratch), self.read(second)).await;
        Ok((first?, second?))
    }

    /// Makes migrations that make roles, and then files that make none and may name these.
    async fn read_roles_first(
        &self,
        (from, needed): (&Source, &Prerequisites),
        (to, wanted): (&Source, &Prerequisites),
    ) -> Result<(Raw, Raw)> {
        let session = self.scratch.session().await?;
        let place = RolePlace { session: &session, real: &Roles::default() };
        let base = roles::read(&session).await?;
        let before = place.prepare(from, needed, wanted).await?;
        let first = self.made(from).await?;
        let mut of_first = place.roles_of(from, &before).await?;
        // What the second side names and the first has dropped is there again, and stays.
        let there = place.prepare(to, wanted, needed).await?;
        of_first.there = there.clone();
        // Each side knows the roles that were there before, and its own.
        let there = there.only(|role| base.has(role) || wanted.roles.contains(role));
        let (first, second) = join(first.read(self.scratch), self.read(to)).await;
        let (first, second) = (first?, second?);
        Ok((Raw { roles: of_first, ..first }, Raw { roles: RolesOfSide::of_files(there), ..second }))
    }

    /// Makes a side.
    async fn made<'s>(&self, source: &'s Source) -> Result<Made<'s>> {
        Ok(match source {
            Source::Migrations(migrations, _) => {
                let database = self.scratch.beside(None).await?;
                let prepared = database.prepare(self.settings.clone()).await?;
                for migration in migrations.iter() {
                    prepared.runner(&|_| {}).run(migration, Direction::Up).await?;
                }
                Made::Scratch(Box::new(database), Vec::new())
            }
            Source::Wanted(files, _) => {
                let database = self.scratch.beside(None).await?;
                let notes = load(&database.url, files).await?.notes;
                Made::Scratch(Box::new(database), notes)
            }
            Source::Database(url) => Made::Database(url),
        })
    }
}

/// A side that was made, and not yet read.
enum Made<'s> {
    /// In a scratch database, with what is to be said of it.
    Scratch(Box<Beside>, Vec<String>),
    /// A database that was there.
    Database(&'s Url),
}

impl Made<'_> {
    async fn read(self, scratch: &Scratch) -> Result<Raw> {
        let (session, template, notes) = match self {
            Self::Scratch(database, notes) => (database.session().await?, Some(*database), notes),
            Self::Database(url) => {
                let session = connect(&Connector::new(url)?).await?;
                check_version(&session, &scratch.session().await?).await?;
                (session, None, Vec::new())
            }
        };
        let catalog = subscriptions::read(&session).await?;
        Ok(Raw { catalog, template, roles: RolesOfSide::default(), notes })
    }
}

/// Makes both sides one after the other, each on a server that has no role of the other's.
async fn make_apart(
    at: &Place<'_>,
    (from, needed): (&Source, &Prerequisites),
    (to, wanted): (&Source, &Prerequisites),
    notes: &mut Vec<String>,
) -> Result<(Side, Side)> {
    let scratch = at.scratch;
    let session = scratch.session().await?;
    let base = roles::read(&session).await?;
    let real = match (from, to) {
        (Source::Database(url), _) | (_, Source::Database(url)) => {
            roles::read(&connect(&Connector::new(url)?).await?).await?
        }
        _ => Roles::default(),
    };
    let place = RolePlace { session: &session, real: &real };
    let before = place.prepare(to, wanted, needed).await?;
    let mut second = at.read(to).await?;
    second.roles = place.roles_of(to, &before).await?;
    if let Some(template) = second.template.take() {
        subscriptions::drop_all(&template.session().await?).await?;
        scratch.remove_beside(template).await?;
    }
    base.restore(&session).await?;
    let before = place.prepare(from, needed, wanted).await?;
    let mut first = at.read(from).await?;
    first.roles = place.roles_of(from, &before).await?;
    match (from, to) {
        (Source::Database(_), Source::Database(_)) => {}
        (Source::Database(_), _) => first.align(&second.catalog),
        (_, Source::Database(_)) => second.align(&first.catalog),
        _ => {}
    }
    notes.append(&mut second.notes);
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
        let missing: Vec<&String> = names.into_iter().filter(|name| !there.has(name)).collect();
        if missing.is_empty() {
            return Ok(there);
        }
        for name in missing {
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
    notes: Vec<String>,
}

impl Raw {
    fn align(&mut self, other: &Catalog) {
        self.catalog = without_what_rightly_differs(other, &self.catalog);
    }

    async fn into_side(self, scratch: &Scratch, notes: &mut Vec<String>) -> Result<Side> {
        let Self { catalog, template, roles, notes: mut own } = self;
        notes.append(&mut own);
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
