//! Finds the programs of a Postgres server on this machine.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest major version whose catalogs are read here.
const OLDEST: u32 = 14;

/// The folders of packages that hold one folder for each major version.
const PER_VERSION: [&str; 3] = ["/usr/lib/postgresql", "/usr/lib64/postgresql", "/opt/postgresql"];

/// An installation: the folder of `initdb` and `postgres`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
    /// Version as in `postgres --version`, such as `17.11`.
    pub(super) version: String,
    pub(super) major: u32,
}

/// The installation to use: of that major version, or else the highest. `chosen` is the only folder that is
/// looked at where it is given; else `.tools/postgres/bin` of the current folder and its parents goes before
/// the search path, and that before where packages put it.
pub(super) fn find(chosen: Option<&str>, search_path: &str, major: Option<u32>) -> Option<Binaries> {
    let folders: Vec<PathBuf> = match chosen {
        Some(folder) => vec![PathBuf::from(folder)],
        None => own().into_iter().chain(std::env::split_paths(search_path)).chain(packaged()).collect(),
    };
    let mut seen = BTreeSet::new();
    let mut best: Option<Binaries> = None;
    for folder in folders {
        // An empty entry of the search path is the current folder, which is nobody's installation.
        let Ok(folder) = folder.canonicalize() else { continue };
        if !seen.insert(folder.clone()) {
            continue;
        }
        let Some(found) = examine(folder) else { continue };
        if Some(found.major) == major {
            return Some(found);
        }
        let is_better = best.as_ref().is_none_or(|best| best.major < found.major);
        if major.is_none() && found.major >= OLDEST && is_better {
            best = Some(found);
        }
    }
    best
}

/// `.tools/postgres/bin` of the current folder and its parents, as far as nobody else could have put it
/// there: a parent may be a folder such as /tmp.
fn own() -> Vec<PathBuf> {
    let current = std::env::current_dir().unwrap_or_default();
    let owner = |folder: &Path| folder.metadata().ok().map(|metadata| metadata.uid());
    let trusted = [Some(rustix::process::geteuid().as_raw()), Some(0), owner(&current)];
    let tools = current.ancestors().map(|folder| folder.join(".tools"));
    let tools = tools.filter(|tools| owner(tools).is_some_and(|owner| trusted.contains(&Some(owner))));
    tools.map(|tools| tools.join("postgres/bin")).collect()
}

/// Returns the folders where packages put servers, which is not on the search path if several may be
/// installed.
fn packaged() -> Vec<PathBuf> {
    let versions = PER_VERSION.iter().flat_map(|folder| Path::new(folder).read_dir().into_iter().flatten());
    let versions = versions.flatten().map(|entry| entry.path().join("bin"));
    let others = ["/usr/local/pgsql/bin", "/usr/pgsql/bin"].map(PathBuf::from);
    // Red Hat's packages: /usr/pgsql-17/bin.
    let red_hat = (OLDEST..OLDEST + 16).map(|major| PathBuf::from(format!("/usr/pgsql-{major}/bin")));
    versions.chain(others).chain(red_hat).collect()
}

/// The installation in a folder. Links on the search path lead to where the server finds its own files.
fn examine(folder: PathBuf) -> Option<Binaries> {
    // Clients' packages come without the server.
    let server = folder.join("postgres").canonicalize().ok()?;
    let folder = server.parent()?.to_owned();
    if !folder.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(&server).arg("--version").output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    let (version, major) = version(&line)?;
    Some(Binaries { folder, version, major })
}

/// The version in `postgres (PostgreSQL) 17.11 (Debian 17.11-1)`. A beta has no dot: `17beta1`.
fn version(line: &str) -> Option<(String, u32)> {
    let version = line.split_once("(PostgreSQL) ")?.1.split_whitespace().next()?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((version.to_owned(), digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_each_form_of_its_line() {
        let read = |line| version(line).map(|(version, major)| format!("{version} {major}"));
        assert_eq!(read("postgres (PostgreSQL) 17.11\n").as_deref(), Some("17.11 17"));
        assert_eq!(read("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)").as_deref(), Some("15.18 15"));
        assert_eq!(read("postgres (PostgreSQL) 17beta1").as_deref(), Some("17beta1 17"));
        assert_eq!(read("postgres: command not found"), None);
    }

    #[test]
    fn a_chosen_folder_is_the_only_one() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(find(empty.path().to_str(), "/usr/bin:/usr/local/bin", None), None);
    }
}
