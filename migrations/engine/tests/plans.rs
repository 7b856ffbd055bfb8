//! Plans lead where they should: each is run on a real server, and the catalogs are compared.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

use diff::{Options, plan};
use model::{Catalog, Difference, Property};
use support::TestDatabase;
use tokio_postgres::Client;

/// Pairs of schemas; its head says how they are written.
const TRANSITIONS: &str = include_str!("transitions.sql");

struct Schema {
    _database: TestDatabase,
    session: Client,
}

impl Schema {
    async fn with(sql: &str) -> Self {
        let database = support::empty_database();
        let session = database.client().await;
        session.batch_execute("SET client_min_messages = error").await.unwrap();
        session.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        Self { _database: database, session }
    }

    async fn catalog(&self) -> Catalog {
        branchline_engine::introspection::read_with_dependencies(&self.session).await.unwrap()
    }

    async fn run(&self, sql: &str) -> Option<String> {
        let error = self.session.batch_execute(sql).await.err()?;
        Some(error.as_db_error().unwrap().message().to_owned())
    }
}

/// What is left to do, places of columns aside.
fn differences(found: &Catalog, wanted: &Catalog) -> Vec<String> {
    let is_other = |difference: &&Difference| {
        !matches!(difference, Difference::Changed { property: Property::Place, .. })
    };
    found.diff(wanted).iter().filter(is_other).map(ToString::to_string).collect()
}

/// Plans and runs; returns what went wrong.
async fn lead(name: &str, schema: &Schema, wanted: &Catalog, options: &Options) -> Vec<String> {
    let plan = match plan(&schema.catalog().await, wanted, options) {
        Ok(plan) => plan,
        Err(unplanned) => return unplanned.iter().map(|one| format!("{name}: not planned: {one}")).collect(),
    };
    let mut wrong = Vec::new();
    let mut all = String::new();
    for file in &plan.files {
        all += if file.in_transaction { "BEGIN;\n" } else { "" };
        let mut transaction = String::new();
        for change in &file.changes {
            all += &change.sql;
            if file.in_transaction {
                transaction += &change.sql;
                continue;
            }
            // One by one: several would be a transaction.
            for statement in change.sql.split_inclusive(";\n") {
                let error = schema.run(statement).await;
                wrong.extend(error.map(|error| format!("{name}: {statement}: {error}")));
            }
        }
        all += if file.in_transaction { "COMMIT;\n" } else { "" };
        let error = schema.run(&transaction).await;
        wrong.extend(error.map(|error| format!("{name}: {error}")));
    }
    let left = differences(&schema.catalog().await, wanted);
    wrong.extend(left.iter().map(|left| format!("{name}: left: {left}")));
    if !wrong.is_empty() {
        wrong.push(format!("{name}: the plan:\n{all}"));
    }
    wrong
}

#[tokio::test]
async fn transitions_converge_in_both_directions() {
    let mut wrong = Vec::new();
    for section in TRANSITIONS.split("\n-- ==== ").skip(1) {
        let (name, rest) = section.split_once('\n').unwrap();
        let (before, after) = rest.split_once("-- to\n").unwrap();
        for (direction, from, to) in [("there", before, after), ("back", after, before)] {
            let wanted = Schema::with(to).await.catalog().await;
            for online in [true, false] {
                let schema = Schema::with(from).await;
                let name = format!("{name}, {direction}{}", if online { ", online" } else { "" });
                wrong.extend(lead(&name, &schema, &wanted, &Options { online }).await);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
