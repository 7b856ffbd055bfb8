//! Chooses the server on which scratch databases are made.
//!
//! In this order: the one that `--scratch-url` names; a temporary one, where this machine has Postgres of the
//! right version with the extensions that the migrations make; the database's own, where no migration acts on
//! the whole server.

use std::cell::RefCell;

use anyhow::{Context as _, Result, anyhow, bail};
use files::{Migration, Migrations};
use lint::{ClusterEffect, Prerequisites, cluster_effects, cluster_effects_of_text};
use pg::{Connector, Url};
use serde::Serialize;

use super::Server;
use super::binaries::{self, Binaries};
use super::cache::Cache;
use super::origin::Origin;
use super::temporary::{SUPERUSER, TemporaryServer};
use crate::connect::connect;
use crate::database::{execute, rows};
use crate::wanted::WantedFile;

/// The variable that names the folder of `initdb` and `postgres`, instead of all places that are searched.
const BINARIES: &str = "BRANCHLINE_PG_BIN";

/// Looks up a variable of the environment.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The kind of place that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The server of `--scratch-url`.
    ScratchUrl,
    /// A temporary one.
    Temporary,
    /// The database's own.
    Database,
}

/// A server of this run, started for each scratch database, so that roles of one are not there for the next.
pub(super) struct Temporary {
    binaries: Binaries,
    cache: Cache,
    origin: Origin,
    /// The statements that make the roles.
    roles: Vec<String>,
    /// The one that was started to look at it.
    first: RefCell<Option<TemporaryServer>>,
}

/// The choice, with what is said about it.
pub struct Choice {
    /// The server on which scratch databases are made.
    pub server: Server,
    /// Words for whoever watches.
    pub notes: Vec<String>,
}

/// Chooses the server, on which the history table of the migrations' tool is made as well where one of them
/// refers to it. `named` is that of `--scratch-url`; `database` is the database's own, where one is
/// named.
///
/// # Errors
/// There is none that can be used; or only the database's own is left, and a migration acts on the whole
/// server.
pub async fn choose(
    named: Option<Url>,
    database: Option<Url>,
    migrations: &Migrations,
    lookup: Lookup<'_>,
) -> Result<Choice> {
    choose_for(named, database, (migrations, &[]), lookup).await
}

/// The same where files of a wanted schema are loaded as well.
///
/// # Errors
/// As for [`choose`].
pub async fn choose_for(
    named: Option<Url>,
    database: Option<Url>,
    (migrations, wanted): (&Migrations, &[WantedFile]),
    lookup: Lookup<'_>,
) -> Result<Choice> {
    let sources = Sources { migrations, wanted };
    let Choice { server, notes } = choose_place(named, database, sources, lookup).await?;
    Ok(Choice { server: Server { history_table: migrations.history_table(), ..server }, notes })
}

/// The files that will be run.
#[derive(Clone, Copy)]
struct Sources<'a> {
    migrations: &'a Migrations,
    wanted: &'a [WantedFile],
}

impl Sources<'_> {
    fn prerequisites(self) -> Prerequisites {
        let mut needs = Prerequisites::new(self.migrations);
        self.wanted.iter().for_each(|file| needs.add_text(&file.sql));
        needs
    }

    /// Refuses statements that act on the whole server.
    fn refuse_effects(self, why: &str) -> Result<()> {
        refuse_effects(self.migrations.iter(), why)?;
        let effects: Vec<ClusterEffect> =
            self.wanted.iter().flat_map(|file| cluster_effects_of_text(&file.file, &file.sql)).collect();
        if effects.is_empty() { Ok(()) } else { Err(refusal(&effects, why)) }
    }
}

async fn choose_place(
    named: Option<Url>,
    database: Option<Url>,
    sources: Sources<'_>,
    lookup: Lookup<'_>,
) -> Result<Choice> {
    let mut notes = Vec::new();
    if let Some(url) = named {
        let is_own = database.as_ref().is_some_and(|database| is_same_server(database, &url));
        if !is_own {
            notes.push("Scratch server: that of --scratch-url.".to_owned());
            return Ok(Choice { server: Server::at(url, Kind::ScratchUrl), notes });
        }
        sources.refuse_effects("--scratch-url names the database's own server")?;
        notes.push("Scratch server: the database's own, by --scratch-url.".to_owned());
        return Ok(Choice { server: Server::at(url, Kind::Database), notes });
    }
    let why = match Temporary::start(database.as_ref(), sources, lookup, &mut notes).await? {
        Ok(temporary) => {
            notes.insert(0, format!("Scratch server: a temporary one, Postgres {}.", temporary.version()));
            return Ok(Choice { server: Server::temporary(temporary), notes });
        }
        Err(why) => why,
    };
    let Some(url) = database else {
        bail!(
            "there is no server for scratch databases: no database is named, and a temporary server cannot \
             be used ({why}); install Postgres here, name its programs' folder in {BINARIES}, or give \
             --scratch-url"
        )
    };
    sources.refuse_effects(&format!("a temporary server cannot be used: {why}"))?;
    notes.push(format!("Scratch server: the database's own ({why})."));
    Ok(Choice { server: Server::at(url, Kind::Database), notes })
}

impl Temporary {
    /// Starts a server like the database's; or says why there is none. Nothing of it is an error but a
    /// database that cannot be asked what it is.
    async fn start(
        database: Option<&Url>,
        sources: Sources<'_>,
        lookup: Lookup<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Result<Self, String>> {
        let chosen = lookup(BINARIES);
        let search_path = lookup("PATH").unwrap_or_default();
        let find = |major| binaries::find(chosen.as_deref(), &search_path, major);
        // Without any, the server is not asked for nothing.
        if find(None).is_none() {
            return Ok(Err("Postgres is not installed here".to_owned()));
        }
        let origin = match database {
            Some(url) => Origin::read(url).await.context("asking the database what it is")?,
            None => Origin::none(),
        };
        let Some(binaries) = find(origin.major) else {
            let major = origin.major.unwrap_or_default();
            return Ok(Err(format!("Postgres {major} is not installed here")));
        };
        let needs = sources.prerequisites();
        let unknown = origin.unknown_roles(&needs.roles, &needs.made_roles);
        let roles = origin.role_statements(&needs.roles, &needs.made_roles);
        let cache = Cache::for_user(lookup("XDG_CACHE_HOME").as_deref(), lookup("HOME").as_deref());
        let temporary = Self { binaries, cache, origin, roles, first: RefCell::new(None) };
        let server = match temporary.launch() {
            Ok(server) => server,
            Err(error) => return Ok(Err(format!("it does not start: {error:#}"))),
        };
        let missing = missing_extensions(&server, &needs).await?;
        if !missing.is_empty() {
            return Ok(Err(format!("it has no extension {}", missing.join(", "))));
        }
        temporary.first.replace(Some(server));
        if !unknown.is_empty() {
            notes.push(format!(
                "Roles that the migrations name and do not make were made there: {}.",
                unknown.join(", ")
            ));
        }
        Ok(Ok(temporary))
    }

    fn launch(&self) -> Result<TemporaryServer> {
        TemporaryServer::start(&self.binaries, &self.cache, &self.origin.role, &self.origin.settings)
    }

    fn version(&self) -> &str {
        &self.binaries.version
    }

    /// A running server with its roles, its URL for the role that migrates, and how a database is made on it.
    pub(super) async fn running(&self) -> Result<(TemporaryServer, Url, &str)> {
        let server = match self.first.take() {
            Some(server) => server,
            None => self.launch().context("starting a temporary server")?,
        };
        let session = connect(&Connector::new(&server.url(SUPERUSER, SUPERUSER)?)?).await?;
        for statement in &self.roles {
            execute(&session, statement).await.context("making the roles on the temporary server")?;
        }
        let url = server.url(&self.origin.role, SUPERUSER)?;
        Ok((server, url, &self.origin.database_options))
    }
}

/// The extensions that the migrations make and the server does not have.
async fn missing_extensions(server: &TemporaryServer, needs: &Prerequisites) -> Result<Vec<String>> {
    if needs.extensions.is_empty() {
        return Ok(Vec::new());
    }
    let session = connect(&Connector::new(&server.url(SUPERUSER, SUPERUSER)?)?).await?;
    let there = rows(&session, "SELECT name FROM pg_available_extensions").await?;
    let is_there = |name: &String| there.iter().any(|row| row.get(0) == Some(name.as_str()));
    Ok(needs.extensions.iter().filter(|name| !is_there(name)).cloned().collect())
}

/// Refuses migrations that act on the whole server, which their scratch database would share with the real
/// one.
///
/// # Errors
/// There are some, by file and line.
pub fn refuse_effects<'m>(migrations: impl IntoIterator<Item = &'m Migration>, why: &str) -> Result<()> {
    let scripts = migrations
        .into_iter()
        .flat_map(|migration| std::iter::once(&migration.up).chain(&migration.down).chain(&migration.rows));
    let effects: Vec<ClusterEffect> = scripts.flat_map(cluster_effects).collect();
    if effects.is_empty() { Ok(()) } else { Err(refusal(&effects, why)) }
}

/// The statements, and what to do.
fn refusal(effects: &[ClusterEffect], why: &str) -> anyhow::Error {
    const SHOWN: usize = 10;
    let mut message = format!(
        "statements of the migrations act on the whole server, and would do so on the database's own ({why}):"
    );
    for ClusterEffect { file, line, what } in effects.iter().take(SHOWN) {
        message.push_str(&format!("\n    {file}, line {line}: {what}"));
    }
    if effects.len() > SHOWN {
        message.push_str(&format!("\n    … and {} more", effects.len() - SHOWN));
    }
    message.push_str(&format!("\n{WHAT_TO_DO}"));
    anyhow!(message)
}

/// Advice on keeping a migration's effect from the real server.
pub(super) const WHAT_TO_DO: &str = "Nothing was run. Install Postgres of the server's major version here, \
    so that a temporary server serves; or give --scratch-url of a server where that does no harm, such as a \
    Neon branch; or say in the file's leading comments: -- branchline: allow cluster-effect: <reason>";

/// Returns whether two URLs lead to one server, as far as their words tell.
fn is_same_server(one: &Url, other: &Url) -> bool {
    one.direct().host() == other.direct().host() && one.port() == other.port()
}
