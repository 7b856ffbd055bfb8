//! PgBouncer in transaction mode in front of a Postgres, with TLS on both sides.

mod installation;

use std::fmt;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::certificates;
use crate::environment;
use crate::function_role::FUNCTION_ROLE;
use crate::postgres::{Home, Postgres, free_port};
use installation::Installation;

const RUN: &str = include_str!("pgbouncer/run.sh");

/// A free port may be taken before it is bound; five times in a row it is something else.
const PORTS_TO_TRY: usize = 5;
/// It takes some milliseconds.
const START: Duration = Duration::from_secs(20);

/// Why there is no PgBouncer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The machine has none, and Debian's cannot be had. A test says so and ends.
    #[error("there is no PgBouncer on this machine: {0}")]
    Absent(String),
    /// It is there and does not run.
    #[error("PgBouncer did not start: {0:#}")]
    Failed(#[from] anyhow::Error),
}

/// A running PgBouncer. Dropping it stops it; so does the end of this process, even by SIGKILL.
///
/// It asks clients for TLS and for SCRAM without channel binding, which it does not have, and reaches the
/// server over verified TLS. Protocol-level named statements are not kept apart for clients: that is the
/// state of 1.18, Debian 12's, and later versions are set to behave likewise.
pub struct PgBouncer {
    shell: Child,
    home: Home,
    version: String,
    user: &'static str,
    password: String,
    port: u16,
}

impl PgBouncer {
    /// Starts on a free port of 127.0.0.1, with at most `pool_size` connections to each of the server's
    /// databases.
    ///
    /// Uses the machine's own PgBouncer, or brings Debian's into the project's `.tools`, once.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn start(server: &Postgres, pool_size: u32) -> Result<Self, Error> {
        Self::start_with(server, pool_size, "")
    }

    /// The same with further lines of the section `[pgbouncer]`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn start_with(server: &Postgres, pool_size: u32, further: &str) -> Result<Self, Error> {
        let installation = Installation::find_or_bring().map_err(|e| Error::Absent(format!("{e:#}")))?;
        for _ in 0..PORTS_TO_TRY {
            if let Some(started) = Self::start_on(free_port()?, server, pool_size, further, &installation)? {
                return Ok(started);
            }
        }
        Err(Error::Failed(anyhow::anyhow!(
            "{PORTS_TO_TRY} free ports in a row were taken before it could bind them"
        )))
    }

    /// None where the port was taken meanwhile.
    fn start_on(
        port: u16,
        server: &Postgres,
        pool_size: u32,
        further: &str,
        installation: &Installation,
    ) -> Result<Option<Self>> {
        let home = Home::temporary(false)?;
        let program = installation.usable_in(&home)?;
        let (user, password) = server.credentials();
        let certificates = certificates::generate(&["localhost"])?;
        home.write("ca.pem", &certificates.authority)?;
        home.write("client.crt", &certificates.certificate)?;
        home.write("client.key", &certificates.key)?;
        home.write("server-ca.pem", &std::fs::read(server.ca_file())?)?;
        let users = [user, FUNCTION_ROLE].map(|user| format!("\"{user}\" \"{password}\"\n"));
        home.write("users", users.concat().as_bytes())?;
        let settings = settings(&home, port, server.port(), pool_size, &installation.version);
        home.write("pgbouncer.ini", format!("{settings}{further}\n").as_bytes())?;

        let mut command = Command::new("/bin/sh");
        command.args(["-c", RUN, "branchline-pgbouncer"]).arg(&program).arg(&home.path);
        command.env_clear().env("PATH", environment::search_path());
        if let Some(libraries) = program.parent().filter(|folder| folder.starts_with(&home.path)) {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(home.log.try_clone()?);
        let shell = home.owner.run_as(command.process_group(0)).spawn().context("starting /bin/sh")?;
        let version = installation.version.clone();
        let mut started = Self { shell, home, version, user, password: password.to_owned(), port };
        Ok(if started.is_listening()? { Some(started) } else { None })
    }

    /// Waits until it listens; false where it cannot.
    fn is_listening(&mut self) -> Result<bool> {
        let patience = Instant::now() + START;
        loop {
            let log = self.log()?;
            if log.contains("process up") {
                return Ok(true);
            }
            if self.shell.try_wait()?.is_some() {
                ensure!(log.contains("in use"), "{log}");
                return Ok(false);
            }
            if Instant::now() > patience {
                bail!("it does not listen after {START:?}:\n{log}");
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// A connection URL of a database of the server, with the password in it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgresql://{}:{}@localhost:{}/{database}?sslmode=require&sslrootcert={}",
            self.user,
            self.password,
            self.port,
            self.home.path.join("ca.pem").display()
        )
    }

    /// The TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its version, such as `1.18.0`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns whether TLS may begin without a request for it, as since 1.25.
    #[must_use]
    pub fn takes_direct_tls(&self) -> bool {
        is_at_least(&self.version, (1, 25))
    }

    /// Everything that it has logged.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn log(&self) -> io::Result<String> {
        std::fs::read_to_string(self.home.path.join("log"))
    }
}

impl Drop for PgBouncer {
    /// Ends the shell, which first ends PgBouncer and removes the home, and waits for it.
    fn drop(&mut self) {
        if let Some(mut stdin) = self.shell.stdin.take() {
            // Fails where it has ended; the end of the pipe says the same.
            let _ = stdin.write_all(b"\n");
        }
        // Fails only for a process that is not our child.
        let _ = self.shell.wait();
    }
}

impl fmt::Debug for PgBouncer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgBouncer").field("port", &self.port).finish_non_exhaustive()
    }
}

/// Every line is a choice; the rest is PgBouncer's default.
fn settings(home: &Home, port: u16, server_port: u16, pool_size: u32, version: &str) -> String {
    // Before 1.21 the parameter does not exist, which is an error.
    let named_statements = if is_at_least(version, (1, 21)) { "max_prepared_statements = 0\n" } else { "" };
    let home = home.path.display();
    format!(
        "\
[databases]
* = host=127.0.0.1 port={server_port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {home}/users
pool_mode = transaction
default_pool_size = {pool_size}
client_tls_sslmode = require
client_tls_cert_file = {home}/client.crt
client_tls_key_file = {home}/client.key
server_tls_sslmode = verify-full
server_tls_ca_file = {home}/server-ca.pem
{named_statements}"
    )
}

fn is_at_least(version: &str, (major, minor): (u32, u32)) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next(), numbers.next()) >= (Some(major), Some(minor))
}

#[cfg(test)]
mod tests {
    use super::is_at_least;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for version in ["1.21.0", "1.24.1", "2.0"] {
            assert!(is_at_least(version, (1, 21)), "{version}");
        }
        for version in ["1.18.0", "1.20.1", "1.9"] {
            assert!(!is_at_least(version, (1, 21)), "{version}");
        }
    }
}
