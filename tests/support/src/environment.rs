//! Paths on this machine. Nothing else in the crate reads an environment variable.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The project's root: this crate is `tests/support` of it.
#[must_use]
pub fn project_root() -> &'static Path {
    let mut root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for _ in 0..2 {
        root = root.parent().unwrap_or(root);
    }
    root
}

/// The folder named by `BRANCHLINE_PG_BIN`, where the caller chose the Postgres to run.
pub(crate) fn chosen_postgres() -> Option<PathBuf> {
    variable("BRANCHLINE_PG_BIN").map(PathBuf::from)
}

/// Returns the number of rounds of a test: `short` in `make test`, `long` in `make soak`, which sets
/// `SOAK=1`.
#[must_use]
pub fn rounds(short: usize, long: usize) -> usize {
    if variable("SOAK").is_some() { long } else { short }
}

/// The number of the first pair of random schemas that is tried, where `FIRST_PAIR` says one.
#[must_use]
pub fn first_pair() -> Option<u64> {
    variable("FIRST_PAIR")?.into_string().ok()?.parse().ok()
}

/// The file that `NEON_OPENAPI` names: the OpenAPI document of Neon's API as JSON, which the project does not
/// hold.
#[must_use]
pub fn neon_openapi() -> Option<PathBuf> {
    variable("NEON_OPENAPI").map(PathBuf::from)
}

/// The databases `postgres` of servers of other major versions, as `BRANCHLINE_OTHER_SERVERS` lists their
/// URLs, parted by spaces; see scripts/other-servers.sh.
#[must_use]
pub fn other_servers() -> Vec<String> {
    let listed = variable("BRANCHLINE_OTHER_SERVERS").unwrap_or_default();
    listed.to_string_lossy().split_whitespace().map(str::to_owned).collect()
}

/// Says that a test, or a part of it, is left out, and why. It says so on the terminal: what a test prints by
/// macros is shown only where it fails.
pub fn skipped(reason: impl Display) {
    // Failing to print is no failure: nobody reads.
    let _ = writeln!(io::stderr(), "skipped: {reason}");
}

/// The folders that commands are looked up in.
pub(crate) fn search_path() -> OsString {
    variable("PATH").unwrap_or_else(|| OsString::from("/usr/local/bin:/usr/bin:/bin"))
}

/// The Cargo that runs the test, or the one on the search path.
pub(crate) fn cargo() -> OsString {
    variable("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

#[expect(clippy::disallowed_methods, reason = "this is the test support's one reader of the environment")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
