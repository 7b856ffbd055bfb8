//! Alembic itself, and its routine beside ours: the same catalog at each step.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::harness::{Project, Run};

/// An Alembic project for a database.
pub struct Alembic {
    folder: TempDir,
    url: String,
}

impl Alembic {
    /// With the revisions of a folder beside this file. `None`, and why, where Alembic is not installed.
    pub fn new(project: &Project, revisions: &str) -> Option<Self> {
        let alembic = Self::empty(project)?;
        let folder = alembic.folder.path();
        fs::copy(ours_of("env.py"), folder.join("env.py")).unwrap();
        copy(&ours_of(revisions), &folder.join("versions"));
        Some(alembic)
    }

    /// With models, from which revisions are made.
    pub fn with_models(project: &Project) -> Option<Self> {
        let alembic = Self::empty(project)?;
        copy(&ours_of("models"), alembic.folder.path());
        Some(alembic)
    }

    fn empty(project: &Project) -> Option<Self> {
        if !program().exists() {
            support::skipped("Alembic is not installed (scripts/tools.sh alembic)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("versions")).unwrap();
        let ini = "[alembic]\nscript_location = %(here)s\nprepend_sys_path = %(here)s\npath_separator = os\n";
        fs::write(folder.path().join("alembic.ini"), ini).unwrap();
        let url = project.database.url().replacen("postgresql://", "postgresql+psycopg2://", 1);
        Some(Self { folder, url })
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// The same with variables of the environment.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("ALEMBIC_URL", &self.url)
            .envs(variables.iter().copied())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let run = Run::wait(command.spawn().unwrap());
        assert_eq!(run.code, Some(0), "alembic {arguments:?}: {run}");
        run
    }
}

/// A file or folder beside this file.
fn ours_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/alembic").join(name)
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

fn program() -> PathBuf {
    support::project_root().join(".tools/bin/alembic")
}

/// The same three migrations for us as in `alembic/three`.
fn ours() -> Project {
    Project::with(&[
        ("V1__people.sql", "CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL);\n"),
        ("V1__people.down.sql", "DROP TABLE people;\n"),
        (
            "V2__email.sql",
            "ALTER TABLE people ADD email text;\nALTER TABLE people ADD CONSTRAINT people_email_key UNIQUE \
             (email);\n",
        ),
        ("V2__email.down.sql", "ALTER TABLE people DROP email;\n"),
        (
            "V3__notes.sql",
            "CREATE TABLE notes (person_id bigint NOT NULL REFERENCES people (id), text text DEFAULT '' NOT \
             NULL);\nCREATE INDEX notes_person_id ON notes (person_id);\n",
        ),
        ("V3__notes.down.sql", "DROP TABLE notes;\n"),
    ])
}

#[test]
fn alembics_routine_leads_to_the_same_catalog_at_each_step() {
    let (ours, theirs) = (ours(), Project::with(&[]));
    let Some(alembic) = Alembic::new(&theirs, "three") else { return };
    let empty = ours.catalog();
    let mut seen = Vec::new();
    for (theirs_says, ours_says) in [
        (["upgrade", "head"], ["upgrade", "head"]),
        (["downgrade", "-1"], ["downgrade", "-1"]),
        (["upgrade", "+1"], ["upgrade", "+1"]),
        (["downgrade", "0001"], ["downgrade", "1"]),
        (["upgrade", "0002"], ["upgrade", "2"]),
        (["downgrade", "base"], ["downgrade", "base"]),
        (["upgrade", "head"], ["upgrade", "head"]),
    ] {
        alembic.run(&theirs_says);
        ours.done(&ours_says);
        assert_eq!(ours.catalog(), theirs.catalog(), "after {ours_says:?}");
        seen.push(ours.catalog());
    }
    assert_ne!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
    assert_eq!(seen[5], empty, "base is an empty database");
}

#[test]
fn stamp_current_and_history_say_what_alembics_say() {
    let (ours, theirs) = (ours(), Project::with(&[]));
    let Some(alembic) = Alembic::new(&theirs, "three") else { return };
    let number = |text: &str| text.trim_start_matches('0').parse::<i64>().unwrap();
    for (revision, target) in [("head", "head"), ("0001", "1"), ("0002", "2")] {
        alembic.run(&["stamp", revision]);
        ours.done(&["stamp", target]);
        let theirs_now = alembic.run(&["current"]).stdout;
        let (revision, is_head) = theirs_now.trim().split_once(' ').unwrap_or((theirs_now.trim(), ""));
        let ours_now = ours.json(&["current"]);
        assert_eq!(ours_now["version"], number(revision), "{theirs_now}");
        assert_eq!(ours_now["is_head"], is_head == "(head)", "{theirs_now}");
    }
    assert_eq!(ours.catalog(), theirs.catalog(), "a stamp changes no schema");
    alembic.run(&["stamp", "base"]);
    ours.done(&["stamp", "base"]);
    assert_eq!(alembic.run(&["current"]).stdout.trim(), "");
    assert!(ours.json(&["current"])["version"].is_null());
    // Alembic lists the newest first, as `0002 -> 0003 (head), …`.
    let listed = alembic.run(&["history"]).stdout;
    let mut theirs_listed: Vec<i64> =
        listed.lines().map(|line| number(line.split(" -> ").nth(1).unwrap().get(..4).unwrap())).collect();
    theirs_listed.reverse();
    let rows = ours.json(&["history"]);
    let ours_listed: Vec<i64> =
        rows["migrations"].as_array().unwrap().iter().map(|row| row["version"].as_i64().unwrap()).collect();
    assert_eq!(ours_listed, theirs_listed);
}

#[test]
fn the_offline_script_of_either_tool_makes_the_same_catalog() {
    let (ours, theirs) = (ours(), Project::with(&[]));
    let Some(alembic) = Alembic::new(&theirs, "three") else { return };
    for (project, script) in [
        (&theirs, alembic.run(&["upgrade", "head", "--sql"]).stdout),
        (&ours, ours.done(&["upgrade", "--sql"]).stdout),
    ] {
        let file = project.folder().join("upgrade.sql");
        fs::write(&file, script).unwrap();
        let run = project.psql(&["--file", file.to_str().unwrap()]);
        assert_eq!(run.code, Some(0), "{run}");
    }
    assert_eq!(ours.catalog(), theirs.catalog());
    // Each tool takes what its script has done for its own.
    assert_eq!(alembic.run(&["current"]).stdout.trim(), "0003 (head)");
    assert_eq!(ours.json(&["current"])["is_head"], true);
}
