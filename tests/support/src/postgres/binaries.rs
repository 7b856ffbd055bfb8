//! Finds a Postgres 17 on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::environment;

const MAJOR: &str = "17";

/// The folder with `initdb`, `postgres` and `psql` of Postgres 17: the one in `BRANCHLINE_PG_BIN`, else one
/// that is installed, else the project's own in `.tools`.
pub(super) fn find() -> Result<PathBuf> {
    if let Some(chosen) = environment::chosen_postgres() {
        ensure!(is_right(&chosen), "BRANCHLINE_PG_BIN={} holds no Postgres {MAJOR}", chosen.display());
        return Ok(chosen);
    }
    let own = environment::project_root().join(".tools/postgres/bin");
    let Some(found) = installed().chain([own]).find(|folder| is_right(folder)) else {
        bail!("no Postgres {MAJOR} on this machine: run `make tools`");
    };
    Ok(found)
}

/// Returns the paths where an installed Postgres may be: pg_config's answer, the search path, and Debian's
/// folder, which is in neither if another version is the default.
fn installed() -> impl Iterator<Item = PathBuf> {
    let configured = output(Command::new("pg_config").arg("--bindir")).map(PathBuf::from);
    let search_path = environment::search_path();
    let on_path: Vec<PathBuf> = std::env::split_paths(&search_path).collect();
    configured.into_iter().chain(on_path).chain([Path::new("/usr/lib/postgresql").join(MAJOR).join("bin")])
}

fn is_right(folder: &Path) -> bool {
    // pg_config and Debian's libpq packages come without the server.
    ["initdb", "postgres", "psql"].iter().all(|program| folder.join(program).is_file())
        && output(Command::new(folder.join("postgres")).arg("--version"))
            .is_some_and(|line| major(&line) == Some(MAJOR))
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// The major version in `postgres (PostgreSQL) 17.11 (Debian 17.11-1)`. A beta has no dot: `17beta1`.
fn major(version_line: &str) -> Option<&str> {
    let version = version_line.split_once("(PostgreSQL) ")?.1;
    version.split(|c: char| !c.is_ascii_digit()).next().filter(|digits| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read_from_each_form_of_the_version_line() {
        assert_eq!(major("postgres (PostgreSQL) 17.11"), Some("17"));
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some("15"));
        assert_eq!(major("postgres (PostgreSQL) 17beta1"), Some("17"));
        assert_eq!(major("postgres: command not found"), None);
    }
}
