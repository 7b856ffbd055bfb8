//! One transition, both ways: on empty tables and on filled ones beside writers, and offline.

use std::collections::BTreeSet;

use anyhow::Result;
use diff::{Options, PlannedFile, plan};
use model::{Catalog, Difference, ObjectId, Property};

use crate::corpus::{Expected, Schema, Transition, Way};
use crate::database::Database;
use crate::{losses, rows};

/// Tries a transition; returns what went wrong.
pub async fn both_ways(transition: &Transition) -> Result<Vec<String>> {
    let from = Database::with(transition, &transition.from).await?;
    let to = Database::with(transition, &transition.to).await?;
    let (before, after) = (from.catalog().await?, to.catalog().await?);
    let mut there = Trial::new(transition, Way::There, (&before, &after));
    let mut back = Trial::new(transition, Way::Back, (&after, &before));
    let found = (there.online(&from).await?, back.online(&to).await?);
    let mut wrong = Vec::new();
    // Each has become the other by now, and becomes what it was.
    let mut again = (None, None);
    if let Some(found) = &found.0 {
        let mut back = Trial::new(transition, Way::Back, (found, &before));
        again.0 = back.offline(&from).await?;
        wrong.extend(back.wrong());
    }
    if let Some(found) = &found.1 {
        let mut there = Trial::new(transition, Way::There, (found, &after));
        again.1 = there.offline(&to).await?;
        wrong.extend(there.wrong());
    }
    // Where columns have other places, rows would be of other columns.
    there.on_rows(again.0.filter(|again| again.diff(&before).is_empty()).map(|_| from)).await?;
    back.on_rows(again.1.filter(|again| again.diff(&after).is_empty()).map(|_| to)).await?;
    wrong.extend(there.wrong());
    wrong.extend(back.wrong());
    Ok(wrong)
}

struct Trial<'t> {
    transition: &'t Transition,
    way: Way,
    catalogs: (&'t Catalog, &'t Catalog),
    expected: Vec<&'t Expected>,
    plan: Vec<PlannedFile>,
    is_planned: bool,
    wrong: Vec<String>,
}

impl<'t> Trial<'t> {
    fn new(transition: &'t Transition, way: Way, catalogs: (&'t Catalog, &'t Catalog)) -> Self {
        let expected = transition.expected(way).collect();
        Self { transition, way, catalogs, expected, plan: Vec::new(), is_planned: false, wrong: Vec::new() }
    }

    /// Runs a plan beside writers, on empty tables. Returns the catalog that it leads to.
    async fn online(&mut self, empty: &Database) -> Result<Option<Catalog>> {
        self.is_planned = self.plan(true);
        if self.is_planned { self.run_on(empty).await } else { Ok(None) }
    }

    /// Runs a plan for a database that nobody uses.
    async fn offline(&mut self, empty: &Database) -> Result<Option<Catalog>> {
        let found = if self.plan(false) { self.run_on(empty).await? } else { None };
        if !self.wrong.is_empty() {
            self.wrong.insert(0, "offline".to_owned());
        }
        Ok(found)
    }

    /// Runs the same plan as [`Self::online`] on filled tables, in a database with the first schema.
    async fn on_rows(&mut self, empty: Option<Database>) -> Result<()> {
        let has_tables = self.catalogs.0.iter().any(|(object, _)| matches!(object, ObjectId::Table(_)));
        if !self.is_planned || !has_tables {
            return Ok(());
        }
        let schema = if self.way == Way::There { &self.transition.from } else { &self.transition.to };
        let database = match empty {
            Some(database) => database,
            None => Database::with(self.transition, schema).await?,
        };
        self.run_on_rows(&database, schema).await
    }

    fn wrong(self) -> Option<String> {
        let found = self.wrong.join("\n");
        let name = &self.transition.name;
        (!found.is_empty()).then(|| format!("{name}, {:?}:\n{found}\n{}", self.way, script(&self.plan)))
    }

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
        let losses = losses::wrong(self.catalogs, &said(&self.plan), &self.expected);
        self.wrong.extend(losses);
        true
    }

    async fn run_on(&mut self, database: &Database) -> Result<Option<Catalog>> {
        if let Some(refusal) = database.run(&self.plan).await? {
            self.wrong.push(refusal);
            return Ok(None);
        }
        let found = database.catalog().await?;
        self.compare(&found);
        Ok(Some(found))
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
        // Places of columns stay as they fall, and secrets are not written.
        let is_other = |difference: &&Difference| {
            !matches!(
                difference,
                Difference::Changed { property: Property::Place, .. }
                    | Difference::Changed { property: Property::SecretOption(_), after: Some(_), .. }
            )
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
