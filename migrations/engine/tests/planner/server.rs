//! Two databases, in which schemas are made and changed.

use std::process::{Command, Stdio};

use diff::{Options, Plan, plan};
use model::{Catalog, Difference, Property};
use support::TestDatabase;
use tokio_postgres::Client;

/// Takes away everything that a pair may have made.
const CLEAR: &str = "DO $$ DECLARE name text; BEGIN
FOR name IN SELECT quote_ident(pubname) FROM pg_publication
LOOP EXECUTE 'DROP PUBLICATION ' || name; END LOOP;
FOR name IN SELECT quote_ident(nspname) FROM pg_namespace
  WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
LOOP EXECUTE 'DROP SCHEMA ' || name || ' CASCADE'; END LOOP;
FOR name IN SELECT kind FROM unnest(ARRAY['TABLES', 'SEQUENCES', 'FUNCTIONS']) kind
  WHERE EXISTS (SELECT FROM pg_default_acl)
LOOP EXECUTE format('ALTER DEFAULT PRIVILEGES REVOKE ALL ON %s FROM pg_monitor', name); END LOOP;
CREATE SCHEMA public;
END $$";

/// A plan that was run.
pub struct Led {
    /// Its statements.
    pub statements: Vec<String>,
}

pub struct Database {
    database: TestDatabase,
    session: Client,
}

impl Database {
    pub async fn new() -> Self {
        let database = support::empty_database();
        let session = database.client().await;
        session.batch_execute("SET client_min_messages = error").await.unwrap();
        Self { database, session }
    }

    /// Empties the database and makes a schema; the reason where that schema is none.
    pub async fn make(&self, sql: &str) -> Result<Catalog, String> {
        self.session.batch_execute(CLEAR).await.unwrap();
        self.run(sql).await?;
        Ok(self.catalog().await)
    }

    /// Frees the server's tables of dead rows, through which every reading of a catalog goes.
    pub async fn vacuum(&self) {
        self.session.batch_execute("VACUUM").await.unwrap();
    }

    async fn catalog(&self) -> Catalog {
        branchline_engine::introspection::read_with_dependencies(&self.session).await.unwrap()
    }

    async fn run(&self, sql: &str) -> Result<(), String> {
        let Err(error) = self.session.batch_execute(sql).await else { return Ok(()) };
        let message = error.as_db_error().map_or_else(|| error.to_string(), |e| e.message().to_owned());
        self.session.batch_execute("ROLLBACK").await.map_err(|error| error.to_string())?;
        Err(message)
    }

    /// Leads the database from its catalog to another one; the error tells what went wrong, with the plan.
    pub async fn lead(&self, from: &Catalog, to: &Catalog, online: bool) -> Result<Led, String> {
        let options = Options { online };
        let planned = match plan(from, to, &options) {
            Ok(planned) => planned,
            Err(unplanned) => {
                let reasons: Vec<String> = unplanned.iter().map(ToString::to_string).collect();
                return Err(format!("not planned: {}", reasons.join("\nnot planned: ")));
            }
        };
        let with_plan = |message: String| format!("{message}\nThe plan:\n{}", script(&planned));
        self.apply(&planned).await.map_err(with_plan)?;
        let after = self.catalog().await;
        let left = differences(&after, to);
        if !left.is_empty() {
            return Err(with_plan(format!("left: {}", left.join("\nleft: "))));
        }
        match plan(&after, to, &options) {
            Ok(again) if again.files.is_empty() => Ok(Led { statements: statements(&planned)? }),
            Ok(again) => Err(with_plan(format!("planned again: {}", script(&again)))),
            Err(_) => Err(with_plan("not planned again".to_owned())),
        }
    }

    async fn apply(&self, planned: &Plan) -> Result<(), String> {
        for file in &planned.files {
            if file.in_transaction {
                let sql: String = file.changes.iter().map(|change| change.sql.as_str()).collect();
                if self.run(&format!("BEGIN;\n{sql}COMMIT;\n")).await.is_ok() {
                    continue;
                }
                // Once more, to know which one it was.
                self.run("BEGIN").await?;
            }
            for change in &file.changes {
                for statement in split(&change.sql)? {
                    let refused = |error| format!("refused: {error}: {statement}");
                    self.run(&statement).await.map_err(refused)?;
                }
            }
            if file.in_transaction {
                self.run("COMMIT").await.map_err(|error| format!("refused: COMMIT: {error}"))?;
            }
        }
        Ok(())
    }

    /// The lines of the schema as `pg_dump` writes it, those of a table's columns, of a type's attributes and
    /// of all statements in an order of their own: a column or attribute that comes back stands at the end.
    pub fn dump(&self) -> Vec<String> {
        let psql = self.database.server().psql(self.database.name());
        let mut dump = Command::new(self.database.server().bin_dir().join("pg_dump"));
        dump.arg("--schema-only").stdin(Stdio::null());
        dump.envs(psql.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = dump.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let is_statement = |part: &&str| !part.lines().all(|line| line.is_empty() || line.starts_with("--"));
        let mut statements: Vec<String> = text
            .split("\n\n")
            .filter(is_statement)
            .map(|statement| {
                let mut lines: Vec<&str> = statement.lines().map(|line| line.trim_end_matches(',')).collect();
                let is_unordered = |line: &&str| {
                    let words = ["CREATE TABLE", "CREATE UNLOGGED", "GRANT", "REVOKE"];
                    let is_composite = line.starts_with("CREATE TYPE") && line.ends_with(" AS (");
                    is_composite || words.iter().any(|word| line.starts_with(word))
                };
                if lines.iter().any(is_unordered) {
                    lines.sort_unstable();
                }
                if let Some(ordered) = lines.iter().find_map(|line| with_columns_in_order(line)) {
                    return ordered;
                }
                lines.retain(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
                lines.join("\n")
            })
            .collect();
        statements.sort_unstable();
        statements
    }
}

/// Statistics and a published table with their columns in an order of their own.
fn with_columns_in_order(line: &str) -> Option<String> {
    let (begin, end) = match line {
        _ if line.starts_with("CREATE STATISTICS ") => (" ON ", " FROM "),
        _ if line.starts_with("ALTER PUBLICATION ") => (" (", ")"),
        _ => return None,
    };
    let (head, rest) = line.split_once(begin)?;
    let (list, rest) = rest.split_once(end)?;
    let mut list: Vec<&str> = list.split(", ").collect();
    list.sort_unstable();
    Some(format!("{head}{begin}{}{end}{rest}", list.join(", ")))
}

fn statements(plan: &Plan) -> Result<Vec<String>, String> {
    let changes = plan.files.iter().flat_map(|file| &file.changes);
    let statements: Vec<Vec<String>> = changes.map(|change| split(&change.sql)).collect::<Result<_, _>>()?;
    Ok(statements.concat())
}

fn split(sql: &str) -> Result<Vec<String>, String> {
    let statements = files::split(sql).map_err(|error| error.to_string())?;
    Ok(statements.iter().map(|statement| statement.text.to_owned()).collect())
}

fn script(plan: &Plan) -> String {
    let mut all = String::new();
    for file in &plan.files {
        all += if file.in_transaction { "BEGIN;\n" } else { "" };
        all.extend(file.changes.iter().map(|change| change.sql.as_str()));
        all += if file.in_transaction { "COMMIT;\n" } else { "" };
    }
    all
}

/// What is left to do, places of columns aside.
fn differences(found: &Catalog, wanted: &Catalog) -> Vec<String> {
    found.diff(wanted).iter().filter(|d| !is_of_place(d)).map(ToString::to_string).collect()
}

fn is_of_place(difference: &Difference) -> bool {
    matches!(difference, Difference::Changed { property: Property::Place, .. })
}
