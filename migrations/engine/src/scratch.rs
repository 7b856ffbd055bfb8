//! A database to try things in.

mod binaries;
mod cache;
mod home;
pub mod lease;
mod origin;
mod place;
mod temporary;

use std::cell::RefCell;
use std::time::Duration;

use anyhow::{Context, Result};
use files::VersionType;
use pg::{Connector, Url};
use tokio_postgres::Client;

use place::Temporary;
use temporary::TemporaryServer;

pub use place::{Choice, Kind, Lookup, choose, choose_for, refuse_effects};

use crate::connect::{connect, ensure_session, session_url};
use crate::database::{Database, HistoryTable, execute, one_row};
use crate::interrupt::Signals;
use crate::notices::Notices;
use crate::report::Event;
use crate::run::Runner;
use crate::settings::Settings;

/// The prefix of the names of scratch databases.
const PREFIX: &str = "branchline_scratch_";

/// How often, and how long, it is waited for the sessions in a database to end.
const LEAVING_LOOKS: u32 = 100;
const LEAVING_PAUSE: Duration = Duration::from_millis(5);

/// The server that scratch databases are made on.
pub struct Server {
    /// Which of the places it is.
    pub kind: Kind,
    at: At,
    /// The statements that make another tool's history table, where migrations refer to it.
    history_table: Option<&'static str>,
}

/// Where it is.
enum At {
    Url(Url),
    /// It starts for each scratch database.
    Temporary(Temporary),
}

impl Server {
    /// The server of a URL, whose role may create databases there.
    ///
    /// # Errors
    /// The URL is wrong, or a pooler's.
    pub fn named(url: &str) -> Result<Self> {
        Ok(Self::at(session_url(&Url::parse(url)?)?, Kind::ScratchUrl))
    }

    fn at(url: Url, kind: Kind) -> Self {
        Self { kind, at: At::Url(url), history_table: None }
    }

    fn temporary(temporary: Temporary) -> Self {
        Self { kind: Kind::Temporary, at: At::Temporary(temporary), history_table: None }
    }

    /// Returns whether others use it.
    fn is_shared(&self) -> bool {
        self.kind == Kind::Database
    }

    /// Returns whether it was started for this run.
    pub fn is_temporary(&self) -> bool {
        self.kind == Kind::Temporary
    }

    /// An empty database on another server like it, which has none of the roles and settings that migrations
    /// have made on it. None where it is not a temporary one.
    ///
    /// # Errors
    /// The server does not start, or the database cannot be made.
    pub async fn another(&self) -> Result<Option<Apart>> {
        let At::Temporary(temporary) = &self.at else { return Ok(None) };
        let (running, url, options) = temporary.running().await?;
        let scratch = Scratch::like(&url, options).await?;
        make_history_table(&scratch.url, self.history_table).await?;
        Ok(Some(Apart { scratch, _running: running }))
    }
}

/// An empty database on a temporary server of its own, with which it goes.
pub struct Apart {
    // Dropped first, as its session ends with the server.
    scratch: Scratch,
    _running: TemporaryServer,
}

impl Apart {
    /// Makes it ready for migrations.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn prepare(&self, settings: Settings) -> Result<PreparedScratch> {
        self.scratch.prepare(settings).await
    }
}

/// Does something in an empty database, which is dropped afterwards, also where it fails or the process
/// gets a signal to end.
///
/// # Errors
/// The work's; or the database cannot be made or dropped.
pub async fn within<T>(server: &Server, work: impl AsyncFnOnce(&Scratch) -> Result<T>) -> Result<T> {
    let mut signals = Signals::listen()?;
    // The temporary server lives as long as this, whatever comes of the work.
    let (running, scratch) = match &server.at {
        At::Url(url) => (None, Scratch::create(url, "").await?),
        At::Temporary(temporary) => {
            let (running, url, options) = temporary.running().await?;
            (Some(running), Scratch::like(&url, options).await?)
        }
    };
    let history_table = server.history_table;
    let scratch =
        Scratch { is_shared: server.is_shared(), is_temporary: running.is_some(), history_table, ..scratch };
    let work = async {
        make_history_table(&scratch.url, history_table).await?;
        work(&scratch).await
    };
    let outcome = signals.or(work).await;
    // Its databases go with it: dropping them first would write them to disk.
    let removed = if running.is_some() { Ok(()) } else { scratch.remove().await };
    let outcome = outcome?;
    removed.map(|()| outcome)
}

/// An empty database.
pub struct Scratch {
    /// Its server's session that made it.
    server: Client,
    name: String,
    /// Itself.
    pub url: Url,
    /// The databases that were made beside it and are still there.
    beside: RefCell<Vec<String>>,
    /// Further options of CREATE DATABASE.
    options: String,
    /// True if others use its server.
    is_shared: bool,
    /// True if its server goes with it.
    is_temporary: bool,
    /// The server's.
    history_table: Option<&'static str>,
}

/// A database that was made beside a scratch database. It is dropped with that one at the latest.
pub struct Beside {
    name: String,
    /// Itself.
    pub url: Url,
    /// True if others use its server.
    is_shared: bool,
}

impl Scratch {
    /// Makes an empty database with this encoding and locale or, where this machine does not have the locale,
    /// the server's own.
    ///
    /// # Errors
    /// As for [`Scratch::create`].
    async fn like(url: &Url, options: &str) -> Result<Self> {
        match Self::create(url, options).await {
            Err(_) if !options.is_empty() => Self::create(url, "").await,
            outcome => outcome,
        }
    }

    /// Makes an empty database on the server of a URL, with further options of CREATE DATABASE.
    ///
    /// # Errors
    /// The server cannot be reached, or the role may not create databases.
    async fn create(url: &Url, options: &str) -> Result<Self> {
        let connector = Connector::new(url)?;
        let server = connect(&connector).await?;
        // The lock on its name is the session's.
        ensure_session(&server, &connector).await?;
        lease::sweep(&server, PREFIX).await?;
        let name = lease::new_name(PREFIX);
        make(&server, &name, &format!("template0 {options}")).await?;
        let url = url.with_dbname(&name);
        Ok(Self {
            server,
            name,
            url,
            beside: RefCell::default(),
            options: options.to_owned(),
            is_shared: false,
            is_temporary: false,
            history_table: None,
        })
    }

    /// Makes an empty database beside it, or a copy of another, in which nobody may be.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn beside(&self, template: Option<&Beside>) -> Result<Beside> {
        if let Some(template) = template {
            self.wait_until_left(&template.name).await?;
        }
        let name = lease::new_name(PREFIX);
        // Before it is made, as the run may be interrupted meanwhile.
        self.beside.borrow_mut().push(name.clone());
        let is_empty = template.is_none();
        let template = match template {
            Some(template) => template.name.clone(),
            None => format!("template0 {}", self.options),
        };
        make(&self.server, &name, &template).await?;
        let beside = Beside { url: self.url.with_dbname(&name), name, is_shared: self.is_shared };
        if is_empty {
            make_history_table(&beside.url, self.history_table).await?;
        }
        Ok(beside)
    }

    /// Drops a database that was made beside it, once its sessions have left; any that stays is ended.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn remove_beside(&self, beside: Beside) -> Result<()> {
        self.wait_until_left(&beside.name).await?;
        drop_database(&self.server, &beside.name).await?;
        self.beside.borrow_mut().retain(|name| *name != beside.name);
        Ok(())
    }

    /// The server ends a session some moments after its client has left, and asks only ten times a second
    /// whether it has.
    async fn wait_until_left(&self, name: &str) -> Result<()> {
        let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'");
        for _ in 0..LEAVING_LOOKS {
            if one_row(&self.server, &sql).await?.is_none_or(|row| row.get(0) == Some("0")) {
                break;
            }
            tokio::time::sleep(LEAVING_PAUSE).await;
        }
        Ok(())
    }

    /// A session in it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn session(&self) -> Result<Client> {
        Ok(connect(&Connector::new(&self.url)?).await?)
    }

    /// Returns whether others use its server.
    pub(crate) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Returns whether its server goes with it, and with that all databases beside it.
    pub(crate) fn is_temporary(&self) -> bool {
        self.is_temporary
    }

    /// The settings to run migrations with in it.
    pub fn settings(&self, settings: Settings) -> Settings {
        Settings { protects_cluster: self.is_shared, ..settings }
    }

    /// Makes it ready for migrations.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn prepare(&self, settings: Settings) -> Result<PreparedScratch> {
        PreparedScratch::open(self.session().await?, self.settings(settings)).await
    }

    /// Drops it, whoever is in it.
    ///
    /// # Errors
    /// The server's refusal.
    async fn remove(self) -> Result<()> {
        let Self { server, name, beside, .. } = self;
        for name in beside.into_inner().into_iter().chain([name]) {
            drop_database(&server, &name).await?;
        }
        Ok(())
    }
}

impl Beside {
    /// A session in it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn session(&self) -> Result<Client> {
        Ok(connect(&Connector::new(&self.url)?).await?)
    }

    /// Makes it ready for migrations.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn prepare(&self, settings: Settings) -> Result<PreparedScratch> {
        let settings = Settings { protects_cluster: self.is_shared, ..settings };
        PreparedScratch::open(self.session().await?, settings).await
    }
}

/// Makes a database that other runs do not sweep.
async fn make(server: &Client, name: &str, template: &str) -> Result<()> {
    lease::hold(server, name).await?;
    // Without what somebody has put into template1.
    execute(server, &format!("CREATE DATABASE {name} TEMPLATE {template}"))
        .await
        .context("the scratch database cannot be made (--scratch-url names a server where it can)")
}

/// Makes the history table of another tool in an empty database, as that tool does before it runs the first
/// file.
async fn make_history_table(url: &Url, statements: Option<&str>) -> Result<()> {
    let Some(statements) = statements else { return Ok(()) };
    let session = connect(&Connector::new(url)?).await?;
    execute(&session, statements).await.context("the history table of the migrations' tool cannot be made")
}

async fn drop_database(server: &Client, name: &str) -> Result<()> {
    execute(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        .await
        .with_context(|| format!("the scratch database {name} cannot be dropped"))
}

/// A scratch database with a history table, to try migrations on.
pub struct PreparedScratch {
    /// The session that migrations run on.
    pub session: Client,
    database: Database,
    table: HistoryTable,
    settings: Settings,
}

impl PreparedScratch {
    async fn open(session: Client, settings: Settings) -> Result<Self> {
        let mut database = Database::inspect(&session).await?;
        let table = database.ensure_table(&session, VersionType::Int8).await?;
        Ok(PreparedScratch { session, database, table, settings })
    }

    /// Runs migrations on it.
    pub fn runner<'s>(&'s self, observe: &'s dyn Fn(Event)) -> Runner<'s> {
        Runner {
            session: &self.session,
            notices: Notices::default(),
            table: &self.table,
            log: None,
            settings: &self.settings,
            notices_lost_clients: self.database.notices_lost_clients,
            keeps_prepared: true,
            observe,
        }
    }
}
