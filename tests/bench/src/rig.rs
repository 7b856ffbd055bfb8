//! A Postgres that commits durably, the function's release binary on it, and psql beside them.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use support::lambda::Response;
use support::{Data, Event, Lambda, Options, Postgres};
use tempfile::TempDir;
use tokio_postgres::Client;

use crate::machine::{processor_ms, scheduled_ns};

const DATABASE: &str = "bench";

/// The organization `default`, to which everything here belongs.
pub(crate) const ORGANIZATION: &str = "00000000-0000-7000-8000-000000000001";

/// The advisory lock of `search_catch_up()` (migration V0032).
const INDEXING: &str = "hashtextextended('00000000-0000-7000-8000-000000000001 search_catch_up', 0)";

/// No request is to fail for its time.
const TIMEOUT: Duration = Duration::from_secs(1_800);

/// The base of every measurement with a database. Dropping it stops the server and removes its data.
pub(crate) struct Rig {
    pub(crate) function: Function,
    client: Client,
    server: Postgres,
    pub(crate) folder: TempDir,
}

/// The server of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Server {
    pub(crate) version: String,
    pub(crate) fsync: String,
    pub(crate) synchronous_commit: String,
    pub(crate) shared_buffers: String,
}

impl Rig {
    pub(crate) async fn start() -> Result<Self> {
        let server = Postgres::start(&Options { data: Data::Temporary, durable: true })?;
        server.create_database(DATABASE)?;
        support::migrate(&server, DATABASE)?;
        let (client, connection) = pg::connect(&pg::Url::parse(&server.url(DATABASE))?).await?;
        tokio::spawn(connection);
        let function = Function::start(&server)?;
        let rig = Self { function, client, server, folder: TempDir::new()? };
        rig.hold_indexing().await?;
        Ok(rig)
    }

    /// Keeps the import's process from indexing once it has answered, which would take its time out of what
    /// is measured next: `search_catch_up()` returns where another session has its lock.
    async fn hold_indexing(&self) -> Result<()> {
        self.execute(&format!("SELECT pg_advisory_lock({INDEXING})")).await
    }

    /// Another environment of the function, which has answered nothing yet.
    pub(crate) fn another_function(&self) -> Result<Function> {
        Function::start(&self.server)
    }

    /// A new environment of any function.
    pub(crate) fn environment(&self, function: &str) -> Result<Lambda> {
        self.environment_with(function, &[])
    }

    /// The same as a role that row security does not bind.
    pub(crate) fn unbound_environment(&self, function: &str, variables: &[(&str, &str)]) -> Result<Lambda> {
        let url = self.server.url(DATABASE);
        let variables: Vec<_> = [("DATABASE_URL", url.as_str())].iter().chain(variables).copied().collect();
        Lambda::start_as_is(&support::binary(function), &variables)
    }

    /// The import as a role that row security does not bind.
    pub(crate) fn unbound_import(&self) -> Result<Function> {
        Ok(Function(self.unbound_environment("import", &[])?.without_payload_limits()))
    }

    /// The same with variables beside the database's URL.
    pub(crate) fn environment_with(&self, function: &str, variables: &[(&str, &str)]) -> Result<Lambda> {
        let url = self.server.url(DATABASE);
        let variables: Vec<_> = [("DATABASE_URL", url.as_str())].iter().chain(variables).copied().collect();
        Lambda::start(&support::binary(function), &variables)
    }

    /// A session of the role that functions log in as.
    pub(crate) async fn function_client(&self) -> Result<Client> {
        let url = support::function_url(&self.server.url(DATABASE));
        let (client, connection) = pg::connect(&pg::Url::parse(&url)?).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Makes this session and all later ones claim the organization, or no longer.
    pub(crate) async fn claim(&self, claims: bool) -> Result<()> {
        let value = if claims { format!("'{ORGANIZATION}'") } else { "DEFAULT".to_owned() };
        self.execute(&format!(
            "ALTER DATABASE {DATABASE} SET app.organization = {value}; SET app.organization = {value}"
        ))
        .await
    }

    /// Asks one statement so many times, and gives how long each took, in ms.
    pub(crate) async fn queries(&self, statement: &str, times: usize) -> Result<Vec<f64>> {
        let mut latencies = Vec::with_capacity(times);
        for _ in 0..times {
            let begun = Instant::now();
            self.client.query_typed(statement, &[]).await?;
            latencies.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        Ok(latencies)
    }

    /// Has pgbench do the same over one connection, with unnamed statements as the functions have them.
    pub(crate) fn pgbench(&self, statement: &str, times: usize) -> Result<Vec<f64>> {
        let folder = TempDir::new()?;
        let script = folder.path().join("script.sql");
        std::fs::write(&script, format!("{statement};\n"))?;
        let mut pgbench = Command::new(self.server.bin_dir().join("pgbench"));
        for (name, value) in self.server.psql(DATABASE).get_envs() {
            pgbench.env(name, value.unwrap_or_default());
        }
        pgbench.args(["--no-vacuum", "--protocol=extended", "--client=1", "--log"]);
        pgbench.arg(format!("--transactions={times}")).arg("--file").arg(&script);
        let output = pgbench.current_dir(folder.path()).output().context("pgbench")?;
        ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
        let mut latencies = Vec::with_capacity(times);
        for entry in std::fs::read_dir(folder.path())? {
            let path = entry?.path();
            if path != script {
                // Client, transaction, time in microseconds, …
                let log = std::fs::read_to_string(path)?;
                let times = log.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<f64>().ok());
                latencies.extend(times.map(|microseconds| microseconds / 1e3));
            }
        }
        Ok(latencies)
    }

    pub(crate) async fn describe(&self) -> Result<Server> {
        let row = self
            .client
            .query_one(
                "SELECT current_setting('server_version'), current_setting('fsync'),
                        current_setting('synchronous_commit'), current_setting('shared_buffers')",
                &[],
            )
            .await?;
        let text = |column| row.try_get::<_, String>(column);
        Ok(Server {
            version: text(0)?,
            fsync: text(1)?,
            synchronous_commit: text(2)?,
            shared_buffers: text(3)?,
        })
    }

    /// A new, empty database.
    pub(crate) fn scratch(&self) -> Result<Scratch<'_>> {
        static SERIAL: AtomicU32 = AtomicU32::new(1);
        let name = format!("scratch_{}", SERIAL.fetch_add(1, Ordering::Relaxed));
        self.server.create_database(&name)?;
        Ok(Scratch { server: &self.server, name })
    }

    /// Takes what was left to write out of the time that is measured next.
    pub(crate) fn checkpoint(&self) -> Result<()> {
        let status = self.server.psql(DATABASE).args(["--quiet", "--command", "CHECKPOINT"]).status()?;
        ensure!(status.success(), "no checkpoint");
        Ok(())
    }

    /// Indexes what is pending of the organization. The lock that keeps the functions' processes from it is
    /// this session's own.
    pub(crate) async fn index(&self) -> Result<()> {
        self.execute(&format!(
            "BEGIN; SET LOCAL app.organization = '{ORGANIZATION}'; SELECT search_catch_up('1 hour'); COMMIT"
        ))
        .await
    }

    /// All that the server has logged.
    pub(crate) fn log(&self) -> Result<String> {
        self.server.log()
    }

    /// Somewhere on the disk that holds the data.
    pub(crate) fn disk(&self) -> &Path {
        self.server.ca_file()
    }

    pub(crate) async fn execute(&self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).await.with_context(|| sql.to_owned())
    }

    pub(crate) async fn ask<T>(&self, sql: &str) -> Result<T>
    where
        T: for<'a> tokio_postgres::types::FromSql<'a>,
    {
        let row = self.client.query_one(sql, &[]).await.with_context(|| sql.to_owned())?;
        Ok(row.try_get(0)?)
    }

    /// Empties what imports write. The checkpoint takes what earlier runs left to write out of the next one's
    /// time.
    pub(crate) async fn reset(&self) -> Result<()> {
        self.execute("TRUNCATE bookmarks, import_entries, folders, import_jobs").await?;
        self.execute("CHECKPOINT").await
    }

    /// Runs psql's `\copy`, of which `copy` is what follows the command's name.
    pub(crate) fn copy(&self, copy: &str) -> Result<Copied> {
        let schedstat = "SELECT 'processor ' || pg_read_file('/proc/self/schedstat')";
        let mut psql = self.server.psql(DATABASE);
        // Avoids that each row's default has to look at whether row security binds the role.
        psql.env("PGOPTIONS", format!("-c app.organization={}", ORGANIZATION));
        psql.env("LC_ALL", "C").args(["--tuples-only", "--no-align"]);
        for command in [schedstat, "\\timing on", &format!("\\copy {copy}"), "\\timing off", schedstat] {
            psql.args(["--command", command]);
        }
        let output = psql.output()?;
        ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
        let printed = String::from_utf8(output.stdout)?;
        let values = |name: &'static str| printed.lines().filter_map(move |line| line.strip_prefix(name));
        let time = values("Time: ").next().and_then(|time| time.split(' ').next()).context("no time")?;
        let scheduled = values("processor ").map(scheduled_ns).collect::<Result<Vec<f64>>>()?;
        let [before, after] = scheduled[..] else { bail!("psql printed {printed}") };
        Ok(Copied { ms: time.parse()?, server_ms: (after - before) / 1e6 })
    }

    /// The processor time that the server has spent on the function's connection, in ms.
    pub(crate) async fn server_ms(&self) -> Result<f64> {
        let oldest = "SELECT pid FROM pg_stat_activity WHERE application_name = 'branchline'
                      ORDER BY backend_start LIMIT 1";
        processor_ms(self.ask::<i32>(oldest).await?.unsigned_abs())
    }
}

/// A database of the rig's server, which goes with the server.
pub(crate) struct Scratch<'s> {
    server: &'s Postgres,
    name: String,
}

impl Scratch<'_> {
    pub(crate) fn url(&self) -> String {
        self.server.url(&self.name)
    }

    pub(crate) fn psql(&self) -> Command {
        self.server.psql(&self.name)
    }
}

/// Measurements of psql's `\copy`.
pub(crate) struct Copied {
    /// As psql says it, its commit among it, and connecting not.
    pub(crate) ms: f64,
    /// Of the server's processor time.
    pub(crate) server_ms: f64,
}

/// One execution environment of `import`.
pub(crate) struct Function(Lambda);

/// An answer, and what it took.
pub(crate) struct Answer {
    /// From the handler's first line to its answer, as the function logs it: whole milliseconds, cut off, to
    /// which a half is added here.
    pub(crate) handler_ms: f64,
    /// From giving the event to the runtime API until the function's response is there and read: base64 and
    /// JSON of the body included.
    pub(crate) outer_ms: f64,
    pub(crate) response: Response,
}

impl Function {
    fn start(server: &Postgres) -> Result<Self> {
        let url = server.url(DATABASE);
        let function = Lambda::start(&support::binary("import"), &[("DATABASE_URL", &url)])?;
        Ok(Self(function.without_payload_limits()))
    }

    /// Sends a file, which the function must store as a new one.
    pub(crate) async fn import(&self, file: &Bytes, project_id: Option<i32>) -> Result<Answer> {
        let target = project_id.map_or("/".to_owned(), |id| format!("/?project_id={id}"));
        self.expect(201, Event::post(&target).binary(file.clone())).await
    }

    /// Sends an event, and takes it that it is answered with this status.
    pub(crate) async fn expect(&self, status: u16, event: Event) -> Result<Answer> {
        let answered = self.log_lines().len();
        let begun = Instant::now();
        let response = self.0.invoke(&event.timeout(TIMEOUT)).await?;
        let outer_ms = begun.elapsed().as_secs_f64() * 1e3;
        ensure!(response.status.as_u16() == status, "{}: {}", response.status, response.text());
        Ok(Answer { handler_ms: self.logged_ms(answered).await? + 0.5, outer_ms, response })
    }

    /// The function's process.
    pub(crate) fn pid(&self) -> u32 {
        self.0.pid()
    }

    /// The processor time that it has had, in ms.
    pub(crate) fn processor_ms(&self) -> Result<f64> {
        processor_ms(self.pid())
    }

    /// The duration in the first line that follows so many; the log reaches us after the answer.
    async fn logged_ms(&self, lines: usize) -> Result<f64> {
        for _ in 0..100 {
            if let Some(line) = self.log_lines().get(lines) {
                return line["duration_ms"].as_f64().context("a line without its duration");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("the function logged no answer:\n{}", self.0.stderr())
    }

    /// The lines that tell of an answer.
    fn log_lines(&self) -> Vec<Value> {
        let log = self.0.stderr();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["duration_ms"].is_number()).collect()
    }
}
