//! Finds PgBouncer on this machine, or brings Debian's packages into the project's folder without installing
//! them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::run;
use crate::environment;
use crate::postgres::Home;

const BRING: &str = include_str!("bring.sh");

/// A PgBouncer that can be run.
pub(super) struct Installation {
    kind: Kind,
    pub(super) version: String,
}

enum Kind {
    /// The machine's own, by its program.
    Installed(PathBuf),
    /// Ours: a folder with the program and the libraries that the machine lacks.
    Brought(PathBuf),
}

impl Installation {
    /// The machine's own, else ours, else Debian's, which takes some seconds and a network.
    pub(super) fn find_or_bring() -> Result<Self> {
        if let Some(found) = installed().find_map(|program| {
            let version = version(&program, None)?;
            Some(Self { kind: Kind::Installed(program), version })
        }) {
            return Ok(found);
        }
        let tools = environment::project_root().join(".tools");
        fs::create_dir_all(&tools).with_context(|| tools.display().to_string())?;
        // Test processes run side by side.
        let lock = File::create(tools.join("pgbouncer.lock"))?;
        lock.lock()?;
        let folder = tools.join("pgbouncer");
        if version_of_brought(&folder).is_none() {
            run(Command::new("/bin/sh").args(["-c", BRING, "branchline-pgbouncer"]).arg(&folder), "")?;
        }
        let version = version_of_brought(&folder).context("what was brought does not run")?;
        Ok(Self { kind: Kind::Brought(folder), version })
    }

    /// The program, where the home's owner can run it: ours is copied, since the project's folder may be
    /// closed to them.
    pub(super) fn usable_in(&self, home: &Home) -> Result<PathBuf> {
        let folder = match &self.kind {
            Kind::Installed(program) => return Ok(program.clone()),
            Kind::Brought(folder) => folder,
        };
        let copied = home.path.join("program");
        let succeeded = Command::new("cp").arg("-R").arg(folder).arg(&copied).status()?.success();
        ensure!(succeeded, "copying {} to {} failed", folder.display(), copied.display());
        home.owner.take_all(&copied)?;
        Ok(copied.join("pgbouncer"))
    }
}

/// Returns the paths where an installed one may be: the search path, and Debian's folder, which is not on an
/// ordinary user's.
fn installed() -> impl Iterator<Item = PathBuf> {
    let search_path = environment::search_path();
    let on_path: Vec<PathBuf> = std::env::split_paths(&search_path).collect();
    on_path.into_iter().chain(["/usr/sbin".into()]).map(|folder| folder.join("pgbouncer"))
}

fn version_of_brought(folder: &Path) -> Option<String> {
    version(&folder.join("pgbouncer"), Some(folder))
}

/// The version of a program that runs: `PgBouncer 1.18.0` is its first line.
fn version(program: &Path, libraries: Option<&Path>) -> Option<String> {
    let mut command = Command::new(program);
    if let Some(libraries) = libraries {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    let output = command.arg("--version").output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.lines().next()?.strip_prefix("PgBouncer ")?.trim().to_owned())
}
