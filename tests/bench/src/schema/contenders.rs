//! The tools that bring a database to a schema.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use support::project_root;
use tempfile::TempDir;

use super::file;
use crate::rig::Scratch;

/// The release binary on a database and a folder.
pub(super) struct Branchline {
    url: String,
    dir: PathBuf,
}

impl Branchline {
    pub(super) fn new(database: &Scratch<'_>, dir: &Path) -> Self {
        Self { url: database.url(), dir: dir.to_owned() }
    }

    pub(super) fn upgrade(&self) -> Result<()> {
        self.run(&["upgrade"]).map(drop)
    }

    /// Reads the catalog and compares it, and changes nothing.
    pub(super) fn adopt(&self) -> Result<()> {
        self.run(&["adopt", "--dry-run"]).map(drop)
    }

    /// Returns the script that an upgrade of an empty database would run.
    pub(super) fn script(&self) -> Result<String> {
        self.run(&["upgrade", "--sql"])
    }

    /// Writes the migrations to a wanted schema, proved.
    pub(super) fn new_from(&self, wanted: &Path) -> Result<()> {
        let wanted = wanted.display().to_string();
        let allowed = ["--allow-loss", "all"];
        self.run(&[&["new", "next", "--from", &wanted], &allowed[..]].concat()).map(drop)
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(support::binary("branchline"));
        command.args(arguments).arg("--dir").arg(&self.dir).env("DIRECT_DATABASE_URL", &self.url);
        // Seldom set, and where they are, native-tls has OpenSSL read the system's authorities twice.
        command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
        let output = command.output()?;
        // 3: there is something to do.
        let is_done = matches!(output.status.code(), Some(0 | 3));
        ensure!(is_done, "branchline: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// psql on a database.
pub(super) struct Psql<'d> {
    database: &'d Scratch<'d>,
}

impl<'d> Psql<'d> {
    pub(super) fn new(database: &'d Scratch<'d>) -> Self {
        Self { database }
    }

    pub(super) fn command(&self, sql: &str) -> Result<()> {
        // \gexec belongs to a script.
        self.file(&format!("{sql}\n{}", if sql.ends_with("gexec") { "" } else { ";" }))
    }

    pub(super) fn file(&self, script: &str) -> Result<()> {
        let folder = TempDir::new()?;
        let path = file(&folder, "script.sql", script)?;
        let mut psql = self.database.psql();
        psql.args(["--output", "/dev/null", "--file"]);
        let output = psql.arg(&path).output()?;
        ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

/// Alembic on a database, its revisions made of the migrations of a folder.
pub(super) struct Alembic {
    folder: TempDir,
    url: String,
}

const ENVIRONMENT: &str = "\
import os
from alembic import context
from sqlalchemy import create_engine, pool
with create_engine(os.environ['ALEMBIC_URL'], poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
";

impl Alembic {
    pub(super) fn is_installed() -> bool {
        program().exists()
    }

    /// None where it is not installed, or where a file must run outside a transaction, which needs a revision
    /// of another kind.
    pub(super) fn find(database: &Scratch<'_>, dir: &Path) -> Result<Option<Self>> {
        if !Self::is_installed() {
            return Ok(None);
        }
        let folder = TempDir::new()?;
        std::fs::create_dir(folder.path().join("versions"))?;
        file(&folder, "env.py", ENVIRONMENT)?;
        file(&folder, "alembic.ini", "[alembic]\nscript_location = %(here)s\npath_separator = os\n")?;
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        // Not .down.sql, nor any other kind of file beside an up.
        let is_up = |path: &Path| {
            path.file_name()
                .and_then(|name| name.to_str()?.strip_suffix(".sql"))
                .is_some_and(|stem| !stem.contains('.'))
        };
        files.retain(|path| is_up(path));
        files.sort_by_key(|path| number(path));
        let mut before = "None".to_owned();
        for path in &files {
            let sql = std::fs::read_to_string(path)?;
            if sql.contains("branchline: no-transaction") {
                return Ok(None);
            }
            let (name, revision) = (format!("versions/r{}.py", number(path)), format!("'r{}'", number(path)));
            let text = format!(
                "from alembic import op\nrevision = {revision}\ndown_revision = {before}\n\
                 def upgrade():\n    op.get_bind().exec_driver_sql({sql:?})\n"
            );
            file(&folder, &name, &text)?;
            before = revision;
        }
        let url = database.url().replacen("postgresql://", "postgresql+psycopg2://", 1);
        Ok(Some(Self { folder, url }))
    }

    pub(super) fn upgrade(&self) -> Result<()> {
        let mut command = Command::new(program());
        command.args(["upgrade", "head"]).current_dir(self.folder.path()).env("ALEMBIC_URL", &self.url);
        let output = command.output().context("alembic")?;
        ensure!(output.status.success(), "alembic: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

/// Alembic with SQLAlchemy's models, which the tests have too.
pub(super) struct Models {
    folder: TempDir,
    url: String,
}

impl Models {
    /// None where Alembic is not installed.
    pub(super) fn find(database: &Scratch<'_>) -> Result<Option<Self>> {
        if !Alembic::is_installed() {
            return Ok(None);
        }
        let folder = TempDir::new()?;
        std::fs::create_dir(folder.path().join("versions"))?;
        let models = project_root().join("migrations/cli/tests/cli/alembic/models");
        for entry in std::fs::read_dir(models)? {
            let path = entry?.path();
            let name = path.file_name().context("no name")?;
            std::fs::copy(&path, folder.path().join(name))?;
        }
        let ini = "[alembic]\nscript_location = %(here)s\nprepend_sys_path = %(here)s\npath_separator = os\n";
        file(&folder, "alembic.ini", ini)?;
        let url = database.url().replacen("postgresql://", "postgresql+psycopg2://", 1);
        Ok(Some(Self { folder, url }))
    }

    /// Makes a revision named after the stage to which it leads.
    pub(super) fn revise(&self, stack: &str, stage: &str) -> Result<()> {
        let arguments = ["revision", "--autogenerate", "-m", stage, "--rev-id", stage];
        self.run(&arguments, stack, stage, false).map(drop)
    }

    pub(super) fn upgrade(&self, stack: &str, stage: &str) -> Result<()> {
        self.run(&["upgrade", "head"], stack, stage, false).map(drop)
    }

    /// The models as SQL.
    pub(super) fn ddl(&self, stack: &str, stage: &str) -> Result<String> {
        self.run(&["current"], stack, stage, true)
    }

    /// Removes a revision.
    pub(super) fn forget(&self, stage: &str) -> Result<()> {
        let path = self.folder.path().join(format!("versions/{stage}_{stage}.py"));
        std::fs::remove_file(&path).with_context(|| path.display().to_string())
    }

    fn run(&self, arguments: &[&str], stack: &str, stage: &str, is_ddl: bool) -> Result<String> {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.folder.path()).env("ALEMBIC_URL", &self.url);
        command.env("MODELS", format!("{stack}:{stage}"));
        if is_ddl {
            command.env("MODELS_DDL", "1");
        }
        let output = command.output().context("alembic")?;
        ensure!(output.status.success(), "alembic: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }
}

fn program() -> PathBuf {
    project_root().join(".tools/bin/alembic")
}

/// The number in a migration's file name.
fn number(path: &Path) -> u32 {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.trim_start_matches('V').split("__").next().and_then(|digits| digits.parse().ok()).unwrap_or_default()
}
