//! Loading a wanted schema into an empty database.

mod retry;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use files::{Statement, psql_commands, split};
use lint::without_foreign_keys;
use pg::{Connector, Url};
use tokio_postgres::Client;

use super::{LoadFailure, Loaded, NotLoaded, WantedFile};
use crate::connect::connect_and_listen;
use crate::database::execute;
use crate::failure::{excerpt, line_in_file, position};
use crate::values;

/// The session as each file finds it.
const FRESH: &str = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL";

/// Statements that change rows, which no catalog shows.
const ROWS: [&str; 6] = ["INSERT", "UPDATE", "DELETE", "COPY", "TRUNCATE", "MERGE"];

/// The SQLSTATE of the notice that a name is cut at 63 bytes.
const NAME_TOO_LONG: &str = "42622";

/// Loads files into the database of a URL, which is empty, until nothing more can be loaded.
///
/// # Errors
/// [`NotLoaded`], with every statement that cannot be run; or the server is lost.
pub async fn load(url: &Url, files: &[WantedFile]) -> Result<Loaded> {
    let cut = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&cut);
    let ear = move |notice: &tokio_postgres::error::DbError| {
        if notice.code().code() == NAME_TOO_LONG {
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(notice.message().to_owned());
        }
    };
    let (session, _notices) = connect_and_listen(&Connector::new(url)?, Some(Arc::new(ear))).await?;
    let mut loader = Loader {
        session: &session,
        cut,
        contexts: Vec::new(),
        current: None,
        waiting: Vec::new(),
        failures: Vec::new(),
        rows: 0,
        notes: Vec::new(),
    };
    for file in files {
        loader.load_file(file).await?;
    }
    loader.retry("").await?;
    // SQL functions that call each other: each body is checked against what is there.
    loader.retry("SET check_function_bodies = off").await?;
    loader.load_without_foreign_keys().await?;
    loader.finish()
}

struct Loader<'a> {
    session: &'a Client,
    /// Messages about names that were cut.
    cut: Arc<Mutex<Vec<String>>>,
    /// The settings under which statements stand: each with those before it in its file.
    contexts: Vec<String>,
    /// The context that the session has.
    current: Option<usize>,
    waiting: Vec<Waiting<'a>>,
    /// What nothing can help.
    failures: Vec<LoadFailure>,
    /// Statements that change rows and were left out.
    rows: usize,
    notes: Vec<String>,
}

/// A statement that has failed so far.
struct Waiting<'a> {
    file: &'a str,
    statement: Statement<'a>,
    context: usize,
    error: pg::Error,
}

impl<'a> Loader<'a> {
    async fn load_file(&mut self, file: &'a WantedFile) -> Result<()> {
        let statements = match split(&file.sql) {
            Ok(statements) => statements,
            Err(error) => {
                let (name, message) = (file.file.clone(), error.to_string());
                self.failures.push(LoadFailure { file: name, line: 1, message, statement: String::new() });
                return Ok(());
            }
        };
        for command in psql_commands(&file.sql)?.iter().filter(|command| !is_harmless(command.name)) {
            let message = format!("{} is psql's and is not run: {}", command.name, command.instead());
            let line = command.line;
            self.failures.push(LoadFailure {
                file: file.file.clone(),
                line,
                message,
                statement: String::new(),
            });
        }
        self.enter(FRESH.to_owned()).await?;
        for statement in statements {
            self.load_statement(&file.file, statement).await?;
        }
        Ok(())
    }

    async fn load_statement(&mut self, file: &'a str, statement: Statement<'a>) -> Result<()> {
        let words = statement.words(3);
        let first = words.first().map_or("", String::as_str);
        if ROWS.contains(&first) {
            self.rows += 1;
            return Ok(());
        }
        if statement.controls_transaction() {
            return Ok(());
        }
        if connects(&words, statement.text) {
            self.failures.push(LoadFailure {
                file: file.to_owned(),
                line: statement.line,
                message:
                    "this would connect to the publisher, which no comparison does: say WITH (connect = \
                          false), and leave enabling and refreshing to whoever runs the database"
                        .to_owned(),
                statement: first_words(statement.text),
            });
            return Ok(());
        }
        let is_setting = matches!(first, "SET" | "RESET")
            || (first == "SELECT" && statement.text.to_ascii_lowercase().contains("set_config"));
        let Some(error) = self.run(file, statement).await? else {
            if is_setting {
                let context = self.contexts.last().map_or(FRESH, String::as_str);
                self.contexts.push(format!("{context}; {}", statement.text));
                self.current = Some(self.contexts.len() - 1);
            }
            return Ok(());
        };
        let line = statement.line;
        // A dump of a later version sets what this one does not know.
        if is_setting && error.as_db_error().is_some_and(|db| db.code().code() == "42704") {
            self.notes.push(format!("{file}, line {line}: {} is left out: {error}", excerpt(statement.text)));
            return Ok(());
        }
        let is_role = first == "CREATE"
            && words.get(1).is_some_and(|second| matches!(second.as_str(), "ROLE" | "USER" | "GROUP"))
            && words.get(2).is_none_or(|third| third != "MAPPING");
        if is_role && error.as_db_error().is_some_and(|db| db.code().code() == "42710") {
            self.notes.push(format!(
                "{file}, line {line}: {}: the role is there already, and is compared as it is there",
                first_words(statement.text)
            ));
            return Ok(());
        }
        let context = self.contexts.len().saturating_sub(1);
        self.waiting.push(Waiting { file, statement, context, error });
        Ok(())
    }

    /// Tables that refer to each other in a circle are made without their foreign keys, which come last.
    async fn load_without_foreign_keys(&mut self) -> Result<()> {
        let mut keys = Vec::new();
        let mut left = Vec::new();
        for waiting in std::mem::take(&mut self.waiting) {
            let is_missing = waiting.error.as_db_error().is_some_and(|db| db.code().code() == "42P01");
            let parts = is_missing.then(|| without_foreign_keys(waiting.statement.text)).flatten();
            match parts {
                Some(parts) => keys.push((waiting, parts)),
                None => left.push(waiting),
            }
        }
        self.waiting = left;
        if keys.is_empty() {
            return Ok(());
        }
        let mut made = Vec::new();
        for (waiting, parts) in keys {
            self.return_to(waiting.context, "").await?;
            match execute(self.session, &parts.table).await {
                Ok(()) => made.push((waiting, parts.keys)),
                Err(error) => self.waiting.push(Waiting { error, ..waiting }),
            }
        }
        self.retry("").await?;
        for (waiting, keys) in made {
            self.return_to(waiting.context, "").await?;
            for key in keys {
                if let Err(error) = execute(self.session, &key).await {
                    let Waiting { file, statement, context, .. } = waiting;
                    self.waiting.push(Waiting { file, statement, context, error });
                    break;
                }
            }
        }
        self.retry("SET check_function_bodies = off").await
    }

    /// Runs a statement; returns the server's refusal.
    async fn run(&mut self, file: &str, statement: Statement<'_>) -> Result<Option<pg::Error>> {
        let outcome = execute(self.session, statement.text).await;
        let cut = std::mem::take(&mut *self.cut.lock().unwrap_or_else(PoisonError::into_inner));
        match outcome {
            Ok(()) => {
                self.failures.extend(cut.into_iter().map(|message| LoadFailure {
                    file: file.to_owned(),
                    line: statement.line,
                    message: format!("{message}: a name has at most 63 bytes; write a shorter one"),
                    statement: excerpt(statement.text),
                }));
                Ok(None)
            }
            Err(error) if error.as_db_error().is_some() => Ok(Some(error)),
            Err(error) => Err(error.into()),
        }
    }

    async fn enter(&mut self, context: String) -> Result<()> {
        execute(self.session, &context).await?;
        self.contexts.push(context);
        self.current = Some(self.contexts.len() - 1);
        Ok(())
    }

    /// Makes the settings again under which a statement stands.
    async fn return_to(&mut self, context: usize, further: &str) -> Result<()> {
        if self.current == Some(context) && further.is_empty() {
            return Ok(());
        }
        let settings = self.contexts.get(context).map_or(FRESH, String::as_str);
        execute(self.session, &format!("{settings}; {further}")).await?;
        self.current = further.is_empty().then_some(context);
        Ok(())
    }

    fn finish(self) -> Result<Loaded> {
        let Self { waiting, mut failures, rows, mut notes, .. } = self;
        failures.extend(waiting.iter().map(failure));
        if !failures.is_empty() {
            return Err(NotLoaded { failures }.into());
        }
        if rows > 0 {
            notes.push(format!(
                "{} of the wanted schema change rows and were left out: schemas are compared, rows are not.",
                text::counted(rows, "statement")
            ));
        }
        Ok(Loaded { notes })
    }
}

/// Returns whether a statement makes the server connect to the publisher of a subscription.
fn connects(words: &[String], statement: &str) -> bool {
    let [first, second, ..] = words else { return false };
    if second != "SUBSCRIPTION" {
        return false;
    }
    let said = statement.to_ascii_lowercase().replace(|c: char| c.is_whitespace() || c == '\'', "");
    match first.as_str() {
        "CREATE" => !["connect=false", "connect=off", "connect=0"].iter().any(|off| said.contains(off)),
        "ALTER" => {
            said.trim_end_matches(';').ends_with("enable")
                || said.contains("refreshpublication")
                || (said.contains("publication") && !said.contains("refresh=false"))
        }
        _ => false,
    }
}

/// `CREATE ROLE name`, without the options, of which one may be a password.
fn first_words(statement: &str) -> String {
    statement.trim_end_matches(';').split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

fn failure(waiting: &Waiting<'_>) -> LoadFailure {
    let Waiting { file, statement, error, .. } = waiting;
    let offset = match error {
        pg::Error::Session(driver) => position(driver, statement.text).unwrap_or_default(),
        _ => 0,
    };
    let mut message = values::as_asked(error, Some(statement.text));
    if statement.words(2).join(" ") == "CREATE EXTENSION" {
        message.push_str(
            ". The server for scratch databases lacks this extension: install its package for that Postgres \
             (postgresql-<version>-<extension> on Debian), or name a server that has it with --scratch-url",
        );
    }
    let (file, statement, line) =
        ((*file).to_owned(), excerpt(statement.text), line_in_file(*statement, offset, error));
    LoadFailure { file, line, message, statement }
}

/// Commands that change nothing that is loaded: dumps have them.
fn is_harmless(name: &str) -> bool {
    matches!(
        name,
        "\\restrict" | "\\unrestrict" | "\\connect" | "\\c" | "\\echo" | "\\set" | "\\unset" | "\\timing"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::one_row;

    fn files(all: &[(&str, &str)]) -> Vec<WantedFile> {
        let file =
            |(file, sql): &(&str, &str)| WantedFile { file: (*file).to_owned(), sql: (*sql).to_owned() };
        all.iter().map(file).collect()
    }

    #[tokio::test]
    async fn files_load_in_any_order_with_the_settings_of_each() {
        let database = support::empty_database();
        let url = Url::parse(&database.url()).unwrap();
        let wanted = files(&[
            (
                "a.sql",
                "SELECT pg_catalog.set_config('search_path', 'app', false);\n\\restrict abc\nBEGIN;\n\
                 CREATE VIEW v AS SELECT two(id) FROM later;\nINSERT INTO later VALUES (1);\n\
                 CREATE INDEX ON later (id);\nCOMMIT;\nSET transaction_timeout_of_tomorrow = 0;\n",
            ),
            (
                "b.sql",
                "CREATE FUNCTION even(n int) RETURNS bool LANGUAGE sql RETURN n = 0 OR true;\n\
                 CREATE FUNCTION ping(n int) RETURNS int LANGUAGE sql AS 'SELECT pong(n)';\n\
                 CREATE FUNCTION pong(n int) RETURNS int LANGUAGE sql AS 'SELECT ping(n)';\n\
                 CREATE TABLE hen (id int PRIMARY KEY, egg int NOT NULL REFERENCES egg ON DELETE CASCADE);\n\
                 CREATE TABLE egg (id int PRIMARY KEY, hen int, CONSTRAINT laid FOREIGN KEY (hen) \
                 REFERENCES hen);\n",
            ),
            (
                "c.sql",
                "SET search_path = app;\nCREATE TABLE later (id int);\nCREATE FUNCTION two(n int) RETURNS \
                 int LANGUAGE sql IMMUTABLE RETURN n + n;\nCREATE SCHEMA app;\n",
            ),
        ]);
        let loaded = load(&url, &wanted).await.unwrap();
        assert_eq!(loaded.notes.len(), 2, "{loaded:?}");
        assert!(loaded.notes.iter().any(|note| note.contains("transaction_timeout_of_tomorrow")));
        let there = "SELECT string_agg(i, ' ' ORDER BY i) FROM ( \
                     SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'v', 'i') AND \
                     relnamespace IN ('app'::regnamespace, 'public'::regnamespace) UNION \
                     SELECT conname::text FROM pg_constraint WHERE contype = 'f') AS t (i)";
        let row = one_row(&database.client().await, there).await.unwrap().unwrap();
        assert_eq!(row.get(0), Some("egg egg_pkey hen hen_egg_fkey hen_pkey laid later later_id_idx v"));
    }

    #[tokio::test]
    async fn a_chain_in_the_wrong_order_takes_a_few_statements_a_link() {
        const LINKS: usize = 60;
        let link = |n: usize| match n {
            0 => "CREATE VIEW v0 AS SELECT 1 AS n;\n".to_owned(),
            n => format!("CREATE VIEW v{n} AS SELECT n FROM v{};\n", n - 1),
        };
        // From the end to the beginning, and in another order that has no long way in it.
        for order in [|n: usize| LINKS - 1 - n, |n: usize| n * 7 % LINKS] {
            let database = support::empty_database();
            let proxy = support::Proxy::start(database.server().port()).unwrap();
            let url = Url::parse(&proxy.url(&database.url())).unwrap();
            let sql: String = (0..LINKS).map(|n| link(order(n))).collect();
            load(&url, &files(&[("a.sql", &sql)])).await.unwrap();
            let flights = proxy.traffic().flights;
            assert!(flights < 4 * LINKS as u64, "{flights} round trips for {LINKS} links");
        }
    }

    #[tokio::test]
    async fn what_stays_failing_is_named_with_file_line_and_message() {
        let database = support::empty_database();
        let url = Url::parse(&database.url()).unwrap();
        let long = "x".repeat(64);
        let table = format!("CREATE TABLE {long} (id int);\n");
        let wanted = files(&[
            ("a.sql", "CREATE TABLE a (id int);\n\nCREATE VIEW v AS\n    SELECT nothing FROM a;\n"),
            ("b.sql", &table),
            ("c.sql", "CREATE EXTENSION not_there;\n\\i other.sql\n"),
            ("d.sql", "SELECT 'open;\n"),
        ]);
        let error = load(&url, &wanted).await.unwrap_err();
        let failures = &error.downcast_ref::<NotLoaded>().unwrap().failures;
        let mut found: Vec<(&str, usize)> = failures.iter().map(|f| (f.file.as_str(), f.line)).collect();
        found.sort_unstable();
        assert_eq!(found, [("a.sql", 4), ("b.sql", 1), ("c.sql", 1), ("c.sql", 2), ("d.sql", 1)]);
        let text = error.to_string();
        for part in
            ["column \"nothing\" does not exist", "at most 63 bytes", "install its package", "\\i is psql's"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
