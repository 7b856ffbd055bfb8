//! A database per test, cloned from a migrated template on one server per process, or on a second one for
//! tests that make roles.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use anyhow::{Context, Result, anyhow};
use tokio_postgres::Client;

use crate::environment;
use crate::function_role::{create_function_role, function_url};
use crate::postgres::{Options, Postgres};

const TEMPLATE: &str = "migrated";

/// A migrated database of the test's own, dropped with the value.
///
/// # Panics
/// Where the server cannot be started or the migrations fail.
#[must_use]
pub fn database() -> TestDatabase {
    TestDatabase::new(Some(TEMPLATE)).unwrap_or_else(|error| panic!("{error:#}"))
}

/// The same without a schema.
///
/// # Panics
/// Where the server cannot be started.
#[must_use]
pub fn empty_database() -> TestDatabase {
    TestDatabase::new(None).unwrap_or_else(|error| panic!("{error:#}"))
}

/// An empty database on a server of those tests that make or change roles. They belong to the whole server,
/// and a migration outside a transaction, which is tried on the server of the other tests, cannot tell what
/// it changed itself from what others did meanwhile.
///
/// # Panics
/// Where the server cannot be started.
#[must_use]
pub fn empty_database_among_roles() -> TestDatabase {
    let server = Server::of_roles().and_then(|server| TestDatabase::on(server, None));
    server.unwrap_or_else(|error| panic!("{error:#}"))
}

/// Brings a database to the head of the project's migrations, as the deploy step does, and makes the role
/// that functions log in as.
///
/// # Errors
/// The migration that failed, and why.
pub fn migrate(server: &Postgres, database: &str) -> Result<()> {
    let url = server.url(database);
    let folder = environment::project_root().join("migrations/sql");
    run_apart(|| async {
        engine::upgrade_to_head(&url, &folder).await?;
        create_function_role(server).await
    })
}

/// Runs work on a thread of its own, since a caller may be inside a runtime already.
fn run_apart<F: Future<Output = Result<()>>>(work: impl FnOnce() -> F + Send) -> Result<()> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(work())
        });
        thread.join().map_err(|_| anyhow!("the work panicked"))?
    })
}

/// A database on a server of this process.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    server: &'static Server,
}

impl TestDatabase {
    fn new(template: Option<&str>) -> Result<Self> {
        Self::on(Server::shared()?, template)
    }

    fn on(server: &'static Server, template: Option<&str>) -> Result<Self> {
        static SERIAL: AtomicU32 = AtomicU32::new(1);
        if template.is_some() {
            server.migrated()?;
        }
        let name = format!("test_{}", SERIAL.fetch_add(1, Ordering::Relaxed));
        // A checkpoint and a copy of files are cheaper than a copy by the write-ahead log where nothing is
        // flushed to a disk: 29 ms of a processor for an empty database and its removal, and not 49.
        let template = template.unwrap_or("template0");
        server.execute(format!("create database {name} template {template} strategy file_copy"))?;
        Ok(Self { name, server })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its connection URL for the superuser, who owns everything, password included. What functions get is
    /// [`TestDatabase::function_url`].
    #[must_use]
    pub fn url(&self) -> String {
        self.server.postgres.url(&self.name)
    }

    /// Its connection URL for the role that functions log in as.
    #[must_use]
    pub fn function_url(&self) -> String {
        function_url(&self.url())
    }

    /// The server it is on, which the other tests of this process share.
    #[must_use]
    pub fn server(&self) -> &'static Postgres {
        &self.server.postgres
    }

    /// A client of the superuser over verified TLS, which works for the organization `default`. Its
    /// connection is driven by the caller's runtime.
    ///
    /// # Panics
    /// Where the connection fails.
    pub async fn client(&self) -> Client {
        let client = connect(&self.url()).await.unwrap_or_else(|error| panic!("{error:#}"));
        let claim = "SET app.organization = '00000000-0000-7000-8000-000000000001'";
        client.batch_execute(claim).await.unwrap_or_else(|error| panic!("{error:#}"));
        client
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // Nobody waits for it, and a server that is gone has no databases.
        let _ = self.server.submit(format!("drop database {} with (force)", self.name));
    }
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = pg::connect(&pg::Url::parse(url)?).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A server of this process. Its watcher stops it when the process ends.
#[derive(Debug)]
struct Server {
    postgres: Postgres,
    statements: tokio::sync::mpsc::UnboundedSender<Statement>,
    template: OnceLock<Result<(), String>>,
}

/// A statement for the maintenance session, and where its outcome goes.
struct Statement {
    sql: String,
    outcome: mpsc::Sender<Result<()>>,
}

impl Server {
    fn shared() -> Result<&'static Self> {
        static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
        Self::once(&SERVER)
    }

    fn of_roles() -> Result<&'static Self> {
        static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
        Self::once(&SERVER)
    }

    fn once(server: &'static OnceLock<Result<Self, String>>) -> Result<&'static Self> {
        let server = server.get_or_init(|| Self::start().map_err(|error| format!("{error:#}")));
        server.as_ref().map_err(|error| anyhow!("{error}"))
    }

    fn start() -> Result<Self> {
        let postgres = Postgres::start(&Options::default())?;
        run_apart(|| create_function_role(&postgres))?;
        let (statements, submitted) = tokio::sync::mpsc::unbounded_channel();
        let url = postgres.url("postgres");
        // A thread of its own, so that tests need not be async and a blocked test runtime holds up nobody.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new()
            .name("test databases".to_owned())
            .spawn(move || runtime.block_on(maintain(&url, submitted)))?;
        Ok(Self { postgres, statements, template: OnceLock::new() })
    }

    fn migrated(&self) -> Result<()> {
        let migrate = || {
            self.execute(format!("create database {TEMPLATE} template template0"))?;
            migrate(&self.postgres, TEMPLATE)
        };
        let outcome = self.template.get_or_init(|| migrate().map_err(|error| format!("{error:#}")));
        outcome.as_ref().map_err(|error| anyhow!("{error}")).copied()
    }

    fn execute(&self, sql: String) -> Result<()> {
        self.submit(sql)?.recv().context("the maintenance session is gone")?
    }

    fn submit(&self, sql: String) -> Result<mpsc::Receiver<Result<()>>> {
        let (outcome, receiver) = mpsc::channel();
        self.statements.send(Statement { sql, outcome }).context("the maintenance session is gone")?;
        Ok(receiver)
    }
}

/// Runs statements one after another, as two clones of one template at a time gain nothing.
async fn maintain(url: &str, mut submitted: tokio::sync::mpsc::UnboundedReceiver<Statement>) {
    let mut session = None;
    while let Some(Statement { sql, outcome }) = submitted.recv().await {
        // A Drop does not wait for its outcome.
        let _ = outcome.send(execute(url, &mut session, &sql).await);
    }
}

async fn execute(url: &str, session: &mut Option<Client>, sql: &str) -> Result<()> {
    let client = match session.take().filter(|client| !client.is_closed()) {
        Some(client) => client,
        None => connect(url).await?,
    };
    let outcome = client.batch_execute(sql).await;
    *session = Some(client);
    outcome.with_context(|| sql.to_owned())
}
