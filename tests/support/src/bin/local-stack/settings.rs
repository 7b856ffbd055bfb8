//! The developer's settings for the functions, and files that let other programs use the local database.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use support::Postgres;

/// Below the project's root: `export DATABASE_URL=…` for a shell.
pub(crate) const SHELL_FILE: &str = ".local/env";
/// Below the project's root: libpq's connection service file, so that no command line shows the password.
pub(crate) const SERVICE_FILE: &str = ".local/pg_service.conf";

/// The variables for the functions: those of `.env` that the environment does not set, but for the URLs. The
/// local stack has a database of its own, and a demonstration in another would be a mistake.
pub(crate) fn variables(root: &Path, database_url: &str) -> Result<Vec<(String, String)>> {
    let mut variables = Vec::new();
    let lines = match dotenvy::from_path_iter(root.join(".env")) {
        Ok(lines) => Some(lines),
        Err(error) if error.not_found() => None,
        Err(error) => return Err(error).context(".env cannot be read"),
    };
    for line in lines.into_iter().flatten() {
        // dotenvy's own error shows the line, which may hold a password.
        let (name, value) = line.map_err(|_| anyhow::anyhow!(".env has a line that is not NAME=value"))?;
        if !name.ends_with("DATABASE_URL") && variable(&name).is_none() {
            variables.push((name, value));
        }
    }
    variables.push(("DATABASE_URL".to_owned(), database_url.to_owned()));
    Ok(variables)
}

/// The token that the functions ask for, if any.
pub(crate) fn access_token(variables: &[(String, String)]) -> Option<String> {
    let own = variables.iter().find(|(name, _)| name == "ACCESS_TOKEN");
    own.map(|(_, value)| value.clone()).or_else(|| variable("ACCESS_TOKEN"))
}

/// Writes [`SHELL_FILE`] and [`SERVICE_FILE`], which only their owner can read.
pub(crate) fn write_files(root: &Path, postgres: &Postgres, database: &str) -> Result<()> {
    let text = postgres.url(database);
    let url = url::Url::parse(&text)?;
    let service = format!(
        "[branchline]\nhost=localhost\nport={}\nuser={}\npassword={}\ndbname={database}\n\
         sslmode=verify-full\nsslrootcert={}\n",
        postgres.port(),
        url.username(),
        url.password().unwrap_or_default(),
        postgres.ca_file().display(),
    );
    write_private(&root.join(SERVICE_FILE), &service)?;
    write_private(&root.join(SHELL_FILE), &format!("export DATABASE_URL='{text}'\n"))
}

fn write_private(path: &Path, contents: &str) -> Result<()> {
    // The mode counts only for a new file.
    let _ = std::fs::remove_file(path);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(contents.as_bytes())).with_context(|| path.display().to_string())
}

#[expect(clippy::disallowed_methods, reason = "the local stack's one reader of the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
