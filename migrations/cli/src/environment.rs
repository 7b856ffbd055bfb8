//! The command line's one reader of the environment and of `.env`.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use engine::connect::session_url;

/// The variables that name a database, the environment's before those of `.env`.
pub(crate) struct Environment {
    file: HashMap<String, String>,
    variable: fn(&str) -> Option<String>,
}

impl Environment {
    /// Reads `.env` in the current folder, where there is one.
    ///
    /// # Errors
    /// The file cannot be read; its content is not shown.
    pub(crate) fn read() -> Result<Self> {
        Ok(Self { file: read_file(Path::new(".env"))?, variable })
    }

    /// A variable, where it is set to anything.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).or_else(|| self.file.get(name).cloned()).filter(|value| !value.is_empty())
    }

    /// Returns whether a variable names a database.
    pub(crate) fn names_database(&self) -> bool {
        ["DIRECT_DATABASE_URL", "DATABASE_URL"].iter().any(|name| self.get(name).is_some())
    }

    /// The database to work on: the flag's, `DIRECT_DATABASE_URL`'s, or `DATABASE_URL`'s without Neon's
    /// pooler.
    ///
    /// # Errors
    /// None is named, the URL is wrong, or the one that should be direct is a pooler's.
    pub(crate) fn database_url(&self, flag: Option<&str>) -> Result<pg::Url> {
        let (origin, url) = self.named_database(flag)?;
        session_url(&url).context(origin)
    }

    /// The same with what names it, a pooler's too.
    ///
    /// # Errors
    /// None is named, or the URL is wrong.
    pub(crate) fn named_database(&self, flag: Option<&str>) -> Result<(&'static str, pg::Url)> {
        if let Some(url) = flag {
            return Ok(("--database-url", parse("--database-url", url)?));
        }
        if let Some(url) = self.get("DIRECT_DATABASE_URL") {
            return Ok(("DIRECT_DATABASE_URL", parse("DIRECT_DATABASE_URL", &url)?));
        }
        let url = self.get("DATABASE_URL").ok_or_else(|| {
            anyhow!(
                "no database is named: set DIRECT_DATABASE_URL or DATABASE_URL, in the environment or in \
                 .env in this folder, or give --database-url"
            )
        })?;
        Ok(("DATABASE_URL", parse("DATABASE_URL", &url)?.direct()))
    }
}

fn parse(origin: &'static str, url: &str) -> Result<pg::Url> {
    // A UrlError names the part that is wrong and never its value.
    pg::Url::parse(url.trim()).with_context(|| format!("{origin} is not a database URL"))
}

#[expect(clippy::disallowed_methods, reason = "this is the command line's environment module")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn read_file(path: &Path) -> Result<HashMap<String, String>> {
    let lines = match dotenvy::from_path_iter(path) {
        Err(error) if error.not_found() => return Ok(HashMap::new()),
        lines => lines.with_context(|| format!("{} cannot be read", path.display()))?,
    };
    let mut file = HashMap::new();
    for line in lines {
        // dotenvy's own error shows the line, which may hold a password.
        let (name, value) = line.map_err(|_| {
            anyhow!(
                "{} has a line that is not NAME=value; a value with spaces or # needs quotes",
                path.display()
            )
        })?;
        file.insert(name, value);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        let file = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Environment { file, variable: |_| None }
    }

    const POOLED: &str = "postgresql://u:secret@ep-a-b-1-pooler.us-east-2.aws.neon.tech/d";
    const DIRECT: &str = "postgresql://u:secret@ep-a-b-1.us-east-2.aws.neon.tech/d";

    #[test]
    fn the_pooled_url_is_taken_without_its_pooler() {
        let url = environment(&[("DATABASE_URL", POOLED)]).database_url(None).unwrap();
        assert_eq!(url, pg::Url::parse(DIRECT).unwrap().with_default_application_name("branchline"));
    }

    #[test]
    fn the_direct_url_goes_before_and_the_flag_before_both() {
        let both =
            environment(&[("DATABASE_URL", "postgresql://u@localhost/a"), ("DIRECT_DATABASE_URL", DIRECT)]);
        assert_eq!(both.database_url(None).unwrap().dbname(), "d");
        assert_eq!(both.database_url(Some("postgresql://u@localhost/flag")).unwrap().dbname(), "flag");
    }

    #[test]
    fn an_empty_variable_is_none() {
        let empty = environment(&[("DATABASE_URL", DIRECT), ("DIRECT_DATABASE_URL", "")]);
        assert_eq!(empty.database_url(None).unwrap().dbname(), "d");
    }

    #[test]
    fn a_pooler_where_a_direct_url_belongs_is_refused_without_the_password() {
        for error in [
            environment(&[("DIRECT_DATABASE_URL", POOLED)]).database_url(None).unwrap_err(),
            environment(&[]).database_url(Some(POOLED)).unwrap_err(),
        ] {
            let text = format!("{error:#}");
            assert!(text.contains("pooler"), "{text}");
            assert!(!text.contains("secret"), "{text}");
        }
    }

    #[test]
    fn an_unreadable_line_of_the_file_is_not_shown() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".env");
        std::fs::write(&path, "DATABASE_URL=postgresql://u:secret@h/d x\n").unwrap();
        let text = format!("{:#}", read_file(&path).unwrap_err());
        assert!(text.contains("not NAME=value") && !text.contains("secret"), "{text}");
    }
}
