//! A Postgres 17 of our own: over TLS only, with its own certificate authority, gone when its process is
//! gone.

mod binaries;
mod home;
mod settings;
mod watcher;

use std::ffi::OsString;
use std::fmt;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::command::run;

use engine::local::{Owner, Shell, memory_folder, sweep};
pub(crate) use home::Home;

pub(crate) const USER: &str = "branchline";
/// Characters to percent-encode in a query, so that a path stays readable.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_');
/// A free port may be taken before the server binds it; twenty times in a row it is something else.
const PORTS_TO_TRY: usize = 20;

/// The place of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// In a folder for temporary files, in memory if it need not be durable and there is room; removed when
    /// the server stops or its process dies.
    Temporary,
    /// In this folder, from one run to the next, with password, port and certificates.
    Kept(PathBuf),
}

/// The settings of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Place of the data.
    pub data: Data,
    /// True if a commit survives the machine's crash. Tests do without, for speed.
    pub durable: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { data: Data::Temporary, durable: false }
    }
}

/// The ways to stop a server that will be started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Sessions are ended in order (SQLSTATE 57P01), then the data is written.
    Fast,
    /// Sessions are cut off (57P02) and the next start recovers, as after a crash.
    Immediate,
}

/// The fate of the home when the watcher ends.
#[derive(Clone, Copy)]
enum Lifetime {
    Temporary,
    Kept,
}

/// A running server. Dropping it stops it; so does the end of this process, even by SIGKILL.
pub struct Postgres {
    // Dropped first: the home's lock outlasts the server.
    watcher: Shell,
    home: Home,
    bin_dir: PathBuf,
    ca_file: PathBuf,
    password: String,
    port: u16,
}

impl Postgres {
    /// Starts a server and waits until it accepts connections: one to two seconds for new data, as initdb
    /// takes most of that.
    ///
    /// # Errors
    /// There is no Postgres 17 here, another process runs a server on the kept data, or the server did not
    /// start; the error then ends with what it logged.
    pub fn start(options: &Options) -> Result<Self> {
        let installed = binaries::find()?;
        let (home, lifetime) = match &options.data {
            Data::Temporary => (Home::temporary(!options.durable)?, Lifetime::Temporary),
            Data::Kept(folder) => (Home::kept(folder)?, Lifetime::Kept),
        };
        let copied = home.path.join("postgres");
        let runs_in_place = home.owner.can_run(&installed.join("postgres"));
        let bin_dir = if runs_in_place { installed.clone() } else { copied.join("bin") };
        // From here on the watcher tidies up.
        let watcher = watcher::spawn(home.owner, &bin_dir, &home.path, lifetime, home.log.try_clone()?)?;
        if !runs_in_place {
            copy_installation(&installed, &copied, home.owner)?;
        }
        let password = match home.read("password") {
            Some(password) => password,
            None => new_password(&home)?,
        };
        let ca_file = home.path.join(settings::CA_FILE);
        let mut server = Self { watcher, home, bin_dir, ca_file, password, port: 0 };
        settings::write(&server.home, options.durable)?;
        if !server.home.path.join("data").exists() {
            let reply = server.watcher.ask("init")?;
            ensure!(reply == "done", "initdb failed:\n{}", server.log()?);
        }
        server.listen()?;
        Ok(server)
    }

    /// A connection URL of a database, for the server's superuser, with the random password in it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let authority = percent_encode(self.ca_file.as_os_str().as_encoded_bytes(), QUERY);
        format!(
            "postgresql://{USER}:{}@localhost:{}/{database}?sslmode=require&sslrootcert={authority}",
            self.password, self.port
        )
    }

    /// The certificate authority that clients trust, in PEM.
    #[must_use]
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// The superuser and its password.
    pub(crate) fn credentials(&self) -> (&'static str, &str) {
        (USER, &self.password)
    }

    /// The TCP port on 127.0.0.1. It stays the same when the server is stopped and resumed.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of `psql`, `pg_dump` and the other programs.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// `psql` connected to a database, stopping at the first error, with no password among its arguments.
    #[must_use]
    pub fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(self.bin_dir.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]);
        let port = self.port.to_string();
        let variables: [(&str, OsString); 7] = [
            ("PGHOST", "localhost".into()),
            ("PGPORT", port.into()),
            ("PGUSER", USER.into()),
            ("PGPASSWORD", self.password.as_str().into()),
            ("PGDATABASE", database.into()),
            ("PGSSLMODE", "verify-full".into()),
            ("PGSSLROOTCERT", self.ca_file.as_os_str().to_owned()),
        ];
        command.envs(variables);
        command
    }

    /// Makes a database unless there is one of that name.
    ///
    /// # Errors
    /// The error of psql.
    pub fn create_database(&self, name: &str) -> Result<()> {
        // psql substitutes and quotes its variables in what it reads, not in --command.
        let script = "select format('create database %I', :'name') \
                      where not exists (select from pg_database where datname = :'name') \\gexec\n";
        let mut psql = self.psql("postgres");
        psql.arg(format!("--set=name={name}"));
        run(&mut psql, script)
    }

    /// Stops the server and leaves its data, so that [`Postgres::resume`] can start it again.
    ///
    /// # Errors
    /// The process that watches the server is gone.
    pub fn halt(&mut self, how: Shutdown) -> Result<()> {
        let signal = match how {
            Shutdown::Fast => "INT",
            Shutdown::Immediate => "QUIT",
        };
        self.watcher.ask(&format!("stop {signal}"))?;
        Ok(())
    }

    /// Makes a halted server a standby without a primary: it stays in recovery, and takes no writes, once it
    /// is resumed.
    ///
    /// # Errors
    /// Its folder cannot be written to.
    pub fn become_standby(&self) -> Result<()> {
        self.home.write("data/standby.signal", b"")
    }

    /// Starts a halted server again, on the same port.
    ///
    /// # Errors
    /// The server did not start, for one because another process took the port meanwhile.
    pub fn resume(&mut self) -> Result<()> {
        let reply = self.watcher.ask(&format!("start {}", self.port))?;
        ensure!(reply == "ready", "Postgres did not start again:\n{}", self.log()?);
        Ok(())
    }

    /// Stops the server and waits until it is gone; temporary data is removed.
    pub fn stop(self) {
        drop(self);
    }

    /// Everything the server has logged.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn log(&self) -> Result<String> {
        let path = self.home.path.join("log");
        std::fs::read_to_string(&path).with_context(|| path.display().to_string())
    }

    /// Starts on the port of the last run or, where that is taken, on a free one.
    fn listen(&mut self) -> Result<()> {
        let mut last = self.home.read("port").and_then(|port| port.parse().ok());
        for _ in 0..PORTS_TO_TRY {
            self.port = match last.take() {
                Some(port) => port,
                None => free_port()?,
            };
            let logged = self.log()?.len();
            if self.watcher.ask(&format!("start {}", self.port))? == "ready" {
                return self.home.write("port", self.port.to_string().as_bytes());
            }
            let log = self.log()?.split_off(logged);
            ensure!(log.contains("could not create any TCP/IP sockets"), "Postgres did not start:\n{log}");
        }
        bail!("{PORTS_TO_TRY} free ports in a row were taken before Postgres could bind them")
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres")
            .field("home", &self.home.path)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn new_password(home: &Home) -> Result<String> {
    let mut bytes = [0; 16];
    openssl::rand::rand_bytes(&mut bytes)?;
    let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    home.write("password", password.as_bytes())?;
    Ok(password)
}

/// Copies an installation that the server's user cannot reach, say below /root, to where it can.
fn copy_installation(bin_dir: &Path, to: &Path, owner: Owner) -> Result<()> {
    let from = bin_dir.parent().context("the folder of Postgres has no parent")?;
    // A copy of an earlier run may be of an older release.
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    std::fs::create_dir(to)?;
    let parts = ["bin", "lib", "share"].map(|part| from.join(part));
    let copied = Command::new("cp").arg("-R").args(parts).arg(to).status()?.success();
    ensure!(copied, "copying {} to {} failed", from.display(), to.display());
    owner.take_all(to)
}
