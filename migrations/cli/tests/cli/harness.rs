//! A folder of migrations, a database, and the binary run on both.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::TestDatabase;
use tempfile::TempDir;

/// A statement that waits until the gate of [`Project::make_gate`] is opened.
pub const GATE: &str =
    "DO $$ BEGIN WHILE NOT (SELECT is_called FROM gate) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$;\n";

/// The first line that a running program writes to standard error.
pub fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    line
}

/// A project of somebody's: a folder with `migrations/sql`, and a database.
pub struct Project {
    folder: TempDir,
    pub database: TestDatabase,
}

impl Project {
    /// With these migration files and an empty database.
    pub fn with(files: &[(&str, &str)]) -> Self {
        Self::on(support::empty_database(), files)
    }

    /// The same on the server of tests that make or change roles.
    pub fn among_roles(files: &[(&str, &str)]) -> Self {
        Self::on(support::empty_database_among_roles(), files)
    }

    fn on(database: TestDatabase, files: &[(&str, &str)]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap(), database };
        fs::create_dir_all(project.sql_dir()).unwrap();
        for (file, sql) in files {
            project.write(file, sql);
        }
        project
    }

    /// With this workspace's own migrations.
    pub fn with_ours() -> Self {
        Self::with(&[]).and_ours()
    }

    /// The same files on top of the project's own.
    pub fn and_ours(self) -> Self {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sql");
        for entry in fs::read_dir(ours).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, self.sql_dir().join(path.file_name().unwrap())).unwrap();
        }
        self
    }

    /// Three small tables, each with its down.
    pub fn with_three() -> Self {
        Self::with(&[
            ("V1__a.sql", "CREATE TABLE a (id int);\n"),
            ("V1__a.down.sql", "DROP TABLE a;\n"),
            ("V2__b.sql", "CREATE TABLE b (id int);\n"),
            ("V2__b.down.sql", "DROP TABLE b;\n"),
            ("V3__c.sql", "CREATE TABLE c (id int);\n"),
            ("V3__c.down.sql", "DROP TABLE c;\n"),
        ])
    }

    pub fn sql_dir(&self) -> PathBuf {
        self.folder.path().join("migrations/sql")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, file: &str, sql: &str) {
        fs::write(self.sql_dir().join(file), sql).unwrap();
    }

    pub fn remove(&self, file: &str) {
        fs::remove_file(self.sql_dir().join(file)).unwrap();
    }

    /// The binary in the project's folder, with the database in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_branchline"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("DATABASE_URL")
            .env("DIRECT_DATABASE_URL", self.database.url())
            // Scratch databases are made on the project's own server; see `with_binaries`.
            .env("BRANCHLINE_PG_BIN", self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// The same where Postgres is installed, so that temporary servers are started.
    pub fn with_binaries(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command
            .env("BRANCHLINE_PG_BIN", self.database.server().bin_dir())
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::wait(self.start(arguments))
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Runs the command and asserts that it is done.
    pub fn done(&self, arguments: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{run}");
        run
    }

    /// The output of a command that is done, as JSON, without the number of its form.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let arguments: Vec<&str> = arguments.iter().chain(&["--format", "json"]).copied().collect();
        let mut document: serde_json::Value = serde_json::from_str(&self.done(&arguments).stdout).unwrap();
        assert_eq!(document.as_object_mut().unwrap().remove("format"), Some(1.into()));
        document
    }

    /// Returns psql's output for a statement: a line per row, columns separated by `|`.
    pub fn sql(&self, sql: &str) -> String {
        let run = self.psql(&["--tuples-only", "--no-align", "--command", sql]);
        assert_eq!(run.code, Some(0), "{run}");
        run.stdout.trim_end().to_owned()
    }

    /// The project's database in psql.
    pub fn psql(&self, arguments: &[&str]) -> Run {
        let mut psql = self.database.server().psql(self.database.name());
        Run::wait(psql.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Every object of the database, as pg_dump writes it, history tables aside.
    pub fn catalog(&self) -> String {
        let server = self.database.server();
        let mut dump = Command::new(server.bin_dir().join("pg_dump"));
        for (name, value) in server.psql(self.database.name()).get_envs() {
            dump.env(name, value.unwrap_or_else(|| OsStr::new("")));
        }
        let histories = ["refinery_schema_history", "branchline_log", "alembic_version"];
        dump.arg("--schema-only").args(histories.map(|table| format!("--exclude-table={table}")));
        let run = Run::wait(dump.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        assert_eq!(run.code, Some(0), "{run}");
        // \restrict and \unrestrict carry a random word.
        let lines = run.stdout.lines().filter(|line| !line.contains("restrict "));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The numbers in the history.
    pub fn applied(&self) -> String {
        self.sql("SELECT string_agg(version::text, ' ' ORDER BY version) FROM refinery_schema_history")
    }

    /// Makes the gate at which [`GATE`] waits.
    pub fn make_gate(&self) {
        self.sql("CREATE SEQUENCE gate");
    }

    /// Waits until a session is at the gate.
    pub fn wait_for_gate(&self) {
        self.wait_until(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%FROM gate%' \
             AND pid <> pg_backend_pid() AND datname = current_database())",
        );
    }

    pub fn open_gate(&self) {
        self.sql("SELECT nextval('gate')");
    }

    /// Waits until a query gives `t`.
    pub fn wait_until(&self, sql: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.sql(sql) != "t" {
            assert!(Instant::now() < deadline, "still not so: {sql}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A program's exit status and output.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// The server of scratch databases, from the first line of standard error.
    pub place: String,
}

impl Run {
    pub fn wait(child: Child) -> Self {
        let output = child.wait_with_output().unwrap();
        let mut stderr = String::from_utf8(output.stderr).unwrap();
        let mut place = String::new();
        if stderr.starts_with("Scratch server:") {
            let rest = stderr.split_off(stderr.find('\n').unwrap() + 1);
            place = std::mem::replace(&mut stderr, rest).trim_end().to_owned();
        }
        let stdout = String::from_utf8(output.stdout).unwrap();
        Self { code: output.status.code(), stdout, stderr, place }
    }

    /// Asserts that the command failed and gives its words, with the lines joined.
    #[track_caller]
    pub fn refusal(&self) -> String {
        assert_eq!(self.code, Some(1), "{self}");
        self.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// For snapshots: exit status, standard output and error, with times of day and of running made equal.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit status: {code}")?,
            None => writeln!(f, "killed")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(f, "----- {name}")?;
                text.lines().try_for_each(|line| writeln!(f, "{}", without_times(line)))?;
            }
        }
        Ok(())
    }
}

fn without_times(line: &str) -> String {
    let numbers_as_zero = |c: char| if c.is_ascii_digit() { '0' } else { c };
    if line.starts_with(['+', '-', '!']) && line.ends_with('s') {
        // 12 ms, 1.2 s, 1 min 2 s.
        let is_of_time = |word: &&str| {
            matches!(*word, "ms" | "s" | "min") || word.starts_with(|c: char| c.is_ascii_digit())
        };
        let words: Vec<&str> = line.split_whitespace().collect();
        let count = words.iter().rev().copied().take_while(is_of_time).count();
        let name = words[..words.len() - count].join(" ");
        return format!("{name} (time)");
    }
    if let Some(name) = line.strip_suffix("ms").filter(|line| line.trim_start().starts_with("took ")) {
        return format!("{}(time)", &name[..name.find("took").unwrap_or_default() + 13]);
    }
    match line.find(" 20").filter(|at| line[*at..].contains(':')) {
        Some(at) => format!("{}{}", &line[..at], line[at..].replace(char::is_numeric, "0")),
        None if line.contains("\"duration_ms\"") => line.chars().map(numbers_as_zero).collect(),
        None => line.to_owned(),
    }
}
