//! One transition, both ways: on empty tables and on filled ones beside writers, and offline.

use std::collections::BTreeSet;

use anyhow::Result;
use diff::{Options, PlannedFile, plan};
use model::{Catalog, Difference, Property};

use crate::corpus::{Expected, Schema, Transition, Way};
use crate::database::Database;
use crate::{losses, rows};

/// Tries a transition; returns what went wrong.
pub async fn both_ways(transition: &Transition) -> Result<Vec<String>> {
    let from = Database::with(transition, &transition.from).await?;
    let to = Database::with(transition, &transition.to).await?;
    let (before, after) = (from.catalog().await?, to.catalog().await?);
    let mut wrong = one_way(transition, Way::There, from, (&before, &after)).await?;
    wrong.extend(one_way(transition, Way::Back, to, (&after, &before)).await?);
    Ok(wrong)
}

async fn one_way(
    transition: &Transition,
    way: Way,
    empty: Database,
    catalogs: (&Catalog, &Catalog),
) -> Result<Vec<String>> {
    let expected: Vec<&Expected> = transition.expected(way).collect();
    let schema = if way == Way::There { &transition.from } else { &transition.to };
    let mut wrong = Vec::new();
    for is_online in [true, false] {
        let mut trial = Trial { catalogs, expected: &expected, plan: Vec::new(), wrong: Vec::new() };
        if trial.plan(is_online) {
            if is_online {
                trial.run_on(&empty).await?;
                trial.run_on_rows(&Database::with(transition, schema).await?, schema).await?;
            } else {
                trial.run_on(&Database::with(transition, schema).await?).await?;
            }
        }
        if !trial.wrong.is_empty() {
            let how = if is_online { "" } else { ", offline" };
            let found = trial.wrong.join("\n");
            wrong.push(format!("{}, {way:?}{how}:\n{found}\n{}", transition.name, script(&trial.plan)));
        }
    }
    Ok(wrong)
}

struct Trial<'t> {
    catalogs: (&'t Catalog, &'t Catalog),
    expected: &'t [&'t Expected],
    plan: Vec<PlannedFile>,
    wrong: Vec<String>,
}

impl Trial<'_> {
    /// Returns whether there is a plan to run.
    fn plan(&mut self, is_online: bool) -> bool {
        let options = Options { online: is_online };
        let refused = self.expected.iter().find_map(|one| match one {
            Expected::Refused(text) => Some(text),
            _ => None,
        });
        match (plan(self.catalogs.0, self.catalogs.1, &options), refused) {
            (Ok(plan), None) => self.plan = plan.files,
            (Ok(plan), Some(text)) => {
                self.plan = plan.files;
                self.wrong.push(format!("it is not refused: {text}"));
                return false;
            }
            (Err(unplanned), text) => {
                let reasons: Vec<String> = unplanned.iter().map(ToString::to_string).collect();
                if text.is_none_or(|text| !reasons.iter().any(|reason| reason.contains(text.as_str()))) {
                    self.wrong.extend(reasons.iter().map(|reason| format!("not planned: {reason}")));
                }
                return false;
            }
        }
        let losses = losses::wrong(self.catalogs, &said(&self.plan), self.expected);
        self.wrong.extend(losses);
        true
    }

    async fn run_on(&mut self, database: &Database) -> Result<()> {
        match database.run(&self.plan).await? {
            Some(refusal) => self.wrong.push(refusal),
            None => self.compare(&database.catalog().await?),
        }
        Ok(())
    }

    async fn run_on_rows(&mut self, database: &Database, schema: &Schema) -> Result<()> {
        database.fill(schema).await?;
        let mut lost = said(&self.plan);
        lost.extend(self.expected.iter().filter_map(|one| match one {
            Expected::Changes(column) => Some(column.as_str()),
            _ => None,
        }));
        let kept = rows::kept(self.catalogs, &lost);
        let before = rows::digests(&database.session, &kept).await?;
        let refusal = database.run(&self.plan).await?;
        let fails = self.expected.iter().find_map(|one| match one {
            Expected::FailsOnRows(text) => Some(text),
            _ => None,
        });
        match (refusal, fails) {
            (Some(refusal), Some(text)) if refusal.contains(text.as_str()) => {}
            (Some(refusal), _) => self.wrong.push(format!("on rows: {refusal}")),
            (None, Some(text)) => self.wrong.push(format!("on rows, it does not fail: {text}")),
            (None, None) => {
                let after = rows::digests(&database.session, &kept).await?;
                for (table, rows) in before.iter().filter(|(table, rows)| after.get(*table) != Some(*rows)) {
                    let now = after.get(table).map_or("none", String::as_str);
                    self.wrong.push(format!("{table}: the rows were {rows} and are {now}"));
                }
            }
        }
        Ok(())
    }

    fn compare(&mut self, found: &Catalog) {
        let wanted = self.catalogs.1;
        // Places of columns stay as they fall.
        let is_other = |difference: &&Difference| {
            !matches!(difference, Difference::Changed { property: Property::Place, .. })
        };
        let left = found.diff(wanted);
        self.wrong.extend(left.iter().filter(is_other).map(|left| format!("left: {left}")));
        match plan(found, wanted, &Options::default()) {
            Ok(plan) if plan.files.iter().all(|file| file.changes.is_empty()) => {}
            Ok(plan) => self.wrong.push(format!("planned again:\n{}", script(&plan.files))),
            Err(_) => self.wrong.push("what is left cannot be planned".to_owned()),
        }
    }
}

/// What a plan says that it loses.
fn said(plan: &[PlannedFile]) -> BTreeSet<&str> {
    let changes = plan.iter().flat_map(|file| &file.changes);
    changes.flat_map(|change| &change.loses).map(String::as_str).collect()
}

fn script(plan: &[PlannedFile]) -> String {
    let file = |file: &PlannedFile| -> String {
        let sql: String = file.changes.iter().map(|change| change.sql.as_str()).collect();
        if file.in_transaction { format!("BEGIN;\n{sql}COMMIT;\n") } else { sql }
    };
    plan.iter().map(file).collect()
}
