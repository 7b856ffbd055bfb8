//! A copy of a database on its own server.
//!
//! A session in the copy holds an advisory lock on its name for as long as it is used. A process that was
//! killed holds none, so that the next rehearsal of the same database finds its copy and drops it.

use anyhow::{Context, Result, anyhow};
use pg::{Connector, Url};
use postgres_protocol::escape::escape_identifier;
use tokio_postgres::Client;

use engine::connect::{connect, ensure_session};
use engine::database::{execute, one_row};
use engine::interrupt::Signals;
use engine::scratch::lease;

use crate::sandbox::{Location, Sandbox};

/// The prefix of all copies' names; the database's oid and an id of the run follow.
const PREFIX: &str = "branchline_rehearsal_";
/// The prefix of copies that are kept, which no rehearsal drops.
const KEPT_PREFIX: &str = "branchline_kept_";

/// A copy of a database on its own server.
pub struct DatabaseCopy {
    source: Url,
    keep: bool,
    made: Option<Made>,
}

struct Made {
    /// The session in the copy that holds the lock.
    holder: Client,
    name: String,
}

impl DatabaseCopy {
    /// A copy that is to be made of a database; `keep` where it is to stay.
    #[must_use]
    pub fn new(source: &Url, keep: bool) -> Self {
        Self { source: source.clone(), keep, made: None }
    }

    fn name(&self) -> &str {
        self.made.as_ref().map_or("", |made| &made.name)
    }
}

impl Sandbox for DatabaseCopy {
    /// Afterwards nobody is connected to the source, so that others can copy it as well. A copy that is being
    /// made is waited for, so that it can be dropped: it takes no signal to make it fail.
    async fn create(&mut self, _: &mut Signals) -> Result<Location> {
        let made = Made::new(&self.source, self.keep).await?;
        let location = Location { url: self.source.with_dbname(&made.name), name: made.name.clone() };
        self.made = Some(made);
        Ok(location)
    }

    fn left(&self) -> String {
        format!(
            "the copy {0} may be left: DROP DATABASE {0} WITH (FORCE), sent by psql, drops it at once, or \
             else the next rehearsal of this database does",
            self.name()
        )
    }

    fn kept(&self) -> String {
        format!("in {}, which was kept", self.name())
    }

    /// Drops it, whoever is in it.
    async fn remove(self, _: bool) -> Result<()> {
        let left = self.left();
        let Some(Made { holder, name }) = self.made else { return Ok(()) };
        let server = connect(&Connector::new(&self.source)?).await.with_context(|| left.clone())?;
        drop(holder);
        execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await.with_context(|| left)
    }
}

impl Made {
    /// Drops what killed runs left behind, and copies the database.
    ///
    /// # Errors
    /// The server cannot be reached, the role may not create databases, or somebody is connected to the
    /// source.
    async fn new(source: &Url, keep: bool) -> Result<Self> {
        let connector = Connector::new(source)?;
        let server = connect(&connector).await?;
        ensure_session(&server, &connector).await?;
        let oid = one_row(&server, "SELECT oid FROM pg_database WHERE datname = current_database()").await?;
        let oid = oid.as_ref().and_then(|row| row.get(0)).unwrap_or("0");
        lease::sweep_all(&server, &format!("{PREFIX}{oid}_"))
            .await
            .context("dropping what an earlier rehearsal left behind")?;
        let prefix = if keep { KEPT_PREFIX } else { PREFIX };
        let name = lease::new_name(&format!("{prefix}{oid}_"));
        lease::hold(&server, &name).await?;
        let copy = format!("CREATE DATABASE {name} TEMPLATE {}", escape_identifier(source.dbname()));
        if let Err(error) = execute(&server, &copy).await {
            return Err(explain(&server, error).await);
        }
        let holder = connect(&Connector::new(&source.with_dbname(&name))?).await?;
        // The session idles while the migrations run.
        let patience =
            "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'";
        execute(&holder, patience).await?;
        lease::hold(&holder, &name).await?;
        Ok(Self { holder, name })
    }
}

/// Says who stands in the way of a copy: Postgres copies a database only while nobody is connected to it.
async fn explain(server: &Client, error: pg::Error) -> anyhow::Error {
    let code = match &error {
        pg::Error::Session(error) => error.code().map(|code| code.code().to_owned()),
        _ => None,
    };
    match code.as_deref() {
        Some("55006") => {
            let sql = "SELECT string_agg(DISTINCT coalesce(nullif(application_name, ''), 'without a name'), \
                       ', '), count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> \
                       pg_backend_pid()";
            let row = one_row(server, sql).await.ok().flatten();
            let who = row.as_ref().and_then(|row| row.get(0)).unwrap_or("unknown").to_owned();
            anyhow!(
                "the database is in use, and Postgres copies one only while nobody is connected to it \
                 ({who}); stop what is connected, rehearse on a copy of your own by --database-url, or on a \
                 Neon branch, which needs nobody to leave"
            )
        }
        Some("42501") => anyhow!(error).context(
            "the role may not copy the database: it needs CREATEDB and must own the database, or be a \
             superuser",
        ),
        _ => anyhow!(error).context("the database cannot be copied"),
    }
}
