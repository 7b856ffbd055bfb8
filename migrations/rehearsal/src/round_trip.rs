//! Taking the migrations back and applying them again.

use std::collections::BTreeSet;

use anyhow::Result;
use files::{DowngradeTarget, Migration, UpgradeTarget};
use model::Catalog;
use tokio_postgres::Client;

use super::Rehearsal;
use super::next_ids;
use super::report::{About, Deny, Finding, Level, RoundTrip};
use super::sandbox::Location;
use super::tables::{self, Columns, Digest};
use engine::column_order::{self, Comparison};
use engine::failure::Failure;
use engine::introspection;
use engine::migrate::{Target, migrate};
use engine::report::Direction;

/// Differences that a message shows.
const SHOWN: usize = 8;

/// The result of the downs and of the ups after them.
#[derive(Default)]
pub(super) struct Way {
    pub(super) result: RoundTrip,
    pub(super) findings: Vec<Finding>,
    /// The rows where all migrations were taken back; none where the way did not lead there.
    pub(super) rows: Option<Digest>,
    /// The columns of which a row has the number that comes next, there.
    pub(super) taken: Option<BTreeSet<String>>,
}

impl Rehearsal<'_> {
    /// Takes back what can be, comparing the catalog after each step with what it was there before, and
    /// applies it again. `catalogs` are those before the first migration and after each.
    ///
    /// # Errors
    /// The sandbox cannot be used any more. A migration that fails, or leads elsewhere, is a finding.
    pub(super) async fn check_round_trip(
        &self,
        sandbox: &Location,
        session: &Client,
        pending: &[&Migration],
        catalogs: &[Catalog],
        touched: &Columns,
    ) -> Result<Way> {
        let mut way = Way::default();
        let without = pending.iter().filter(|migration| migration.down.is_none());
        for migration in without {
            way.findings.push(self.missing_down_finding(migration));
            way.result.without.push(migration.label().to_owned());
        }
        let reversible = pending.iter().rev().take_while(|migration| migration.down.is_some()).count();
        for step in 1..=reversible {
            let number = pending.len() - step;
            let file = pending[number].down.as_ref().map(|down| down.file.clone());
            let target = Target::Down(DowngradeTarget::Steps(1));
            let down = migrate(&sandbox.url, self.migrations, target, &self.settings, &|_| {}).await;
            if let Err(error) = down {
                way.findings.push(failed(file, error)?);
                return Ok(way);
            }
            let step = (pending[number], Direction::Down);
            let there = introspection::read(session).await?;
            let compared =
                column_order::compare(session, self.migrations, step, &catalogs[number], &there).await?;
            way.findings.extend(notes(file.as_ref(), &compared));
            if !compared.differences.is_empty() {
                let message = describe_differences(
                    "does not restore what was there before its up:",
                    &compared.differences,
                );
                way.findings.push(finding(Level::Failure, file, message));
                return Ok(way);
            }
        }
        if reversible == pending.len() {
            way.rows = Some(tables::digest(session, touched).await?);
            way.taken = Some(next_ids::taken(session).await?);
        }
        for number in pending.len() - reversible..pending.len() {
            let file = Some(pending[number].up.file.clone());
            let target = Target::Up(UpgradeTarget::Steps(1));
            let up = migrate(&sandbox.url, self.migrations, target, &self.settings, &|_| {}).await;
            if let Err(error) = up {
                way.findings.push(failed(file, error)?);
                return Ok(way);
            }
            let step = (pending[number], Direction::Up);
            let there = introspection::read(session).await?;
            let compared =
                column_order::compare(session, self.migrations, step, &catalogs[number + 1], &there).await?;
            way.findings.extend(notes(file.as_ref(), &compared));
            if !compared.differences.is_empty() {
                let message = describe_differences(
                    "does not make the same again after its down:",
                    &compared.differences,
                );
                way.findings.push(finding(Level::Failure, file, message));
                return Ok(way);
            }
            way.result.proved.push(pending[number].label().to_owned());
        }
        Ok(way)
    }

    fn missing_down_finding(&self, migration: &Migration) -> Finding {
        let is_denied = self.limits.deny.contains(&Deny::Irreversible);
        let (level, message) = match &migration.up.directives.irreversible {
            Some(reason) => (Level::Note, format!("is irreversible: {reason}")),
            None => (Level::Warning, "has no down, and does not say that it is irreversible".to_owned()),
        };
        finding(if is_denied { Level::Failure } else { level }, Some(migration.up.file.clone()), message)
    }
}

/// A migration's own failure as a finding; any other error stays one.
fn failed(file: Option<String>, error: anyhow::Error) -> Result<Finding> {
    let failure = error.downcast::<Failure>()?;
    let message = format!("failed on the way back: {}", failure.message);
    Ok(Finding { line: failure.line, ..finding(Level::Failure, file, message) })
}

fn finding(level: Level, file: Option<String>, message: String) -> Finding {
    Finding::new(level, About::Down, file, None, message)
}

/// Differences that do not matter.
fn notes(file: Option<&String>, compared: &Comparison) -> impl Iterator<Item = Finding> {
    compared.notes.iter().map(move |note| finding(Level::Note, file.cloned(), note.clone()))
}

fn describe_differences(what: &str, differences: &[String]) -> String {
    let mut message = what.to_owned();
    for line in differences.iter().take(SHOWN).flat_map(|difference| difference.lines()) {
        message.push_str("\n    ");
        message.push_str(line);
    }
    if differences.len() > SHOWN {
        message.push_str(&format!("\n    … and {} more", differences.len() - SHOWN));
    }
    message
}
