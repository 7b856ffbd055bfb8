//! A Postgres of a run's own: on a Unix socket alone, for this user alone, gone when its process is gone.
//!
//! Logging in is by the system's word on who is at the other end of the socket (`peer`), so that there is no
//! password. A shell owns the server and ends with the run, by whatever signal the run ends; see
//! temporary.sh.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use pg::Url;

use super::binaries::Binaries;
use super::cache::Cache;
use super::home::Home;
use crate::local::Shell;

const SCRIPT: &str = include_str!("temporary.sh");

/// The script's search path for programs.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The superuser that initdb makes.
pub(super) const SUPERUSER: &str = "postgres";

/// Every line is a choice; the rest is Postgres's default. Nobody misses the data after a crash. There are
/// few rows, for which the server's compiler costs more than it saves.
const SETTINGS: &str = "\
listen_addresses = ''
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
jit = off
wal_level = logical
max_connections = 50
max_locks_per_transaction = 512
shared_buffers = 64MB
log_min_messages = fatal
";

/// A running temporary server. Dropping it stops and removes it; so does the end of this process, even by
/// SIGKILL.
pub(super) struct TemporaryServer {
    // Dropped first, it ends the server and removes its home.
    shell: Shell,
    home: Home,
}

impl TemporaryServer {
    /// Starts a server to which `role` may log in besides the superuser, with these further settings.
    ///
    /// # Errors
    /// It did not start; the error ends with what the server logged.
    pub(super) fn start(
        binaries: &Binaries,
        cache: &Cache,
        role: &str,
        settings: &[(String, String)],
    ) -> Result<Self> {
        let home = Home::create()?;
        let bin = usable(binaries, &home)?;
        let mut server = Self::spawn(home, &bin)?;
        server.configure(role, settings)?;
        let data = server.home.path.join("data");
        // initdb takes most of a second, and what it makes is the same each time.
        if cache.restore(binaries, &data, server.home.owner) {
            if server.shell.ask("start")? == "ready" {
                return Ok(server);
            }
            cache.forget(binaries);
        }
        ensure!(server.shell.ask("init")? == "done", "initdb failed: {}", server.home.end_of_log());
        cache.keep(binaries, &data);
        if server.shell.ask("start")? != "ready" {
            bail!("it did not start: {}", server.home.end_of_log());
        }
        Ok(server)
    }

    fn spawn(home: Home, bin: &Path) -> Result<Self> {
        let arguments = [bin.as_os_str(), home.path.as_os_str()];
        let log = home.log.try_clone()?;
        let shell = Shell::spawn(home.owner, SCRIPT, "branchline-scratch", &arguments, SEARCH_PATH, log)?;
        Ok(Self { shell, home })
    }

    fn configure(&self, role: &str, settings: &[(String, String)]) -> Result<()> {
        let home = &self.home;
        let path = |name: &str| quoted(&home.path.join(name).display().to_string());
        let mut text = SETTINGS.to_owned();
        text.push_str(&format!("unix_socket_directories = {}\n", quoted(&home.path.display().to_string())));
        text.push_str(&format!("hba_file = {}\nident_file = {}\n", path("hba"), path("ident")));
        for (name, value) in settings {
            text.push_str(&format!("{name} = {}\n", quoted(value)));
        }
        home.write("postgresql.conf", &text)?;
        home.write("hba", "local all all peer map=branchline\n")?;
        let user = user_name()?;
        let entry = |role: &str| format!("branchline \"{user}\" \"{}\"\n", role.replace('"', "\"\""));
        home.write("ident", &format!("{}{}", entry(SUPERUSER), entry(role)))
    }

    /// The URL of a role's database on it.
    ///
    /// # Errors
    /// A name that no URL can hold.
    pub(super) fn url(&self, role: &str, database: &str) -> Result<Url> {
        let (folder, role) = (encoded(&self.home.path.display().to_string()), encoded(role));
        let url = format!("postgresql://{role}@/{}?host={folder}&port=5432", encoded(database));
        Ok(Url::parse(&url)?.with_default_application_name("branchline"))
    }
}

/// The folder of the programs, or of a copy of them where the server's user cannot reach it, say below /root.
fn usable(binaries: &Binaries, home: &Home) -> Result<PathBuf> {
    if home.owner.can_run(&binaries.folder.join("postgres")) {
        return Ok(binaries.folder.clone());
    }
    let from = binaries.folder.parent().context("the folder of Postgres has no parent")?;
    let to = home.path.join("postgres");
    fs::create_dir(&to)?;
    let parts = ["bin", "lib", "share"].map(|part| from.join(part));
    let is_copied = Command::new("cp").arg("-R").args(parts).arg(&to).status()?.success();
    ensure!(is_copied, "copying {} failed", from.display());
    home.owner.take_all(&to)?;
    Ok(to.join("bin"))
}

/// Returns the user of this process by the system, whose name the server will see.
fn user_name() -> Result<String> {
    let output = Command::new("id").arg("-un").stderr(Stdio::null()).output().context("running id")?;
    ensure!(output.status.success(), "the user of this process has no name");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// A value in postgresql.conf.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''").replace('\n', "\\n"))
}

/// A part of a URL.
fn encoded(text: &str) -> String {
    let encode = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.as_bytes().iter().map(encode).collect()
}
