//! The commands, one file each.

pub(crate) mod adopt;
mod autogenerate;
pub(crate) mod branch;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod current;
pub(crate) mod deploy;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod downgrade;
pub(crate) mod history;
mod interrupted;
pub(crate) mod lint;
pub(crate) mod new;
mod offline;
pub(crate) mod rehearse;
pub(crate) mod renumber;
pub(crate) mod revision;
pub(crate) mod role;
pub(crate) mod schema;
pub(crate) mod snapshot;
pub(crate) mod stamp;
mod steps;
pub(crate) mod upgrade;
pub(crate) mod verify;

use anyhow::{Context as _, Result};
use files::{Applied, Migrations};
use pg::{Connector, Url};
use tokio_postgres::Client;

use crate::environment::Environment;
use crate::options::{Global, Place};
use crate::output::Output;
use engine::Settings;
use engine::connect::session_url;
use engine::database::Database;
use engine::directory::Directory;
use engine::migrate::open_and_read_history;
use engine::run::progress::Progress;
use engine::scratch;
use engine::wanted::WantedFile;
use steps::Count;
use text::wrap;

/// The state of a database's migrations.
struct DatabaseState {
    session: Client,
    database: Database,
    history: Vec<Applied>,
    /// The migration outside a transaction that was broken off, or that another runner is at.
    interrupted: Option<Progress>,
}

/// Context that commands share.
pub(crate) struct Context<'a> {
    pub(crate) global: &'a Global,
    pub(crate) output: &'a Output,
}

impl Context<'_> {
    fn directory(&self) -> Directory<'_> {
        Directory { path: &self.global.dir, layout: self.global.layout }
    }

    /// The migrations, after telling how they were read where that is not as a matter of course.
    fn migrations(&self) -> Result<Migrations> {
        let migrations = self.directory().load()?;
        for note in notes(&migrations, self.global.layout.is_some()) {
            self.output.note(&wrap(&format!("note: {note}")));
        }
        Ok(migrations)
    }

    fn url(&self) -> Result<Url> {
        Environment::read()?.database_url(self.global.database_url.as_deref())
    }

    /// Returns whether a database is named, by a flag or a variable.
    fn names_database(&self) -> Result<bool> {
        Ok(self.global.database_url.is_some() || Environment::read()?.names_database())
    }

    /// The server to run migrations on in scratch databases, with a word about which it is. See
    /// [`scratch::choose`].
    async fn scratch_server(&self, place: &Place, migrations: &Migrations) -> Result<scratch::Server> {
        self.scratch_server_for(place, migrations, &[], None).await
    }

    /// The same where files of a wanted schema are loaded as well. `like`: the database that the server is to
    /// be like, instead of the one that is named.
    async fn scratch_server_for(
        &self,
        place: &Place,
        migrations: &Migrations,
        wanted: &[WantedFile],
        like: Option<Url>,
    ) -> Result<scratch::Server> {
        let named = match &place.scratch_url {
            Some(url) => {
                Some(session_url(&Url::parse(url).context("--scratch-url")?).context("--scratch-url")?)
            }
            None => None,
        };
        let database = match like {
            Some(url) => Some(url),
            None if self.names_database()? => Some(self.url()?),
            None => None,
        };
        let environment = Environment::read()?;
        let sources = (migrations, wanted);
        let choice = scratch::choose_for(named, database, sources, &|name| environment.get(name)).await?;
        for note in &choice.notes {
            self.output.note(&wrap(note));
        }
        Ok(choice.server)
    }

    fn settings(&self) -> Settings {
        Settings {
            lock_timeout: self.global.lock_timeout,
            statement_timeout: self.global.statement_timeout,
            protects_cluster: false,
        }
    }

    /// The way to the database, with what it needs being loaded from now on.
    async fn connector(&self) -> Result<Connector> {
        let connector = Connector::new(&self.url()?)?;
        connector.prepare().await;
        Ok(connector)
    }

    /// The database's history and what was broken off, read on a session of its own.
    async fn read_state(&self) -> Result<DatabaseState> {
        let (session, database, history) = open_and_read_history(&self.connector().await?).await?;
        let interrupted = match &database.table {
            Some(table) => Progress::read(&session, &table.name).await?,
            None => None,
        };
        Ok(DatabaseState { session, database, history, interrupted })
    }

    /// The database's history, read on a session of its own.
    async fn read_history(&self) -> Result<(Database, Vec<Applied>)> {
        let (_session, database, history) = open_and_read_history(&self.connector().await?).await?;
        Ok((database, history))
    }
}

/// Missing numbers that notes tell of; the others are counted.
const GAPS: usize = 1;

/// Describes how migrations were read, and which files were left out.
fn notes(migrations: &Migrations, is_given: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let layout = migrations.layout();
    if !is_given && !layout.is_own() {
        let count = Count(migrations.iter().count());
        notes.push(format!("the folder is read as {}'s: {count} (--layout names another)", layout.name()));
    }
    notes.extend(migrations.notes().iter().cloned());
    let gaps = migrations.gaps().map(|gap| {
        let (next, previous, missing) = (&gap.next.up.file, &gap.previous.up.file, gap.missing);
        format!(
            "{next} follows {previous}, and number {missing} is missing; upgrade refuses to run past that, \
             unless --layout refinery says that numbers may be missing"
        )
    });
    notes.extend(gaps.take(GAPS));
    match migrations.gaps().count().saturating_sub(GAPS) {
        0 => {}
        more => notes.push(format!("{more} more numbers are missing")),
    }
    notes
}
