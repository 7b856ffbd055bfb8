//! The rows of the system's tables that are about each relation: their number, and which of them are new.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use tokio_postgres::Client;

use crate::database::one_row;

/// How many rows of the system's tables are about each relation; none where they were not counted.
pub(super) type RowCounts = BTreeMap<u32, Option<u64>>;

/// The facts that the rows of the system's tables hold about each relation.
#[derive(Default)]
pub(super) struct Versions {
    /// How many there are.
    pub(super) counts: RowCounts,
    /// Those of which one is new.
    new: BTreeSet<u32>,
}

/// Stands for rows that may be about any relation.
pub(super) const UNKNOWN: u32 = 0;

/// Stands for rows that are about no relation, and that no relation is printed by.
pub(super) const OTHER: u32 = 1;

impl Versions {
    /// The relations that have changed, or may have.
    pub(super) fn changed_since(&self, before: &RowCounts) -> BTreeSet<u32> {
        let is_other = |(number, count): &(&u32, &Option<u64>)| before.get(*number) != Some(*count);
        let mut changed = self.new.clone();
        changed.extend(self.counts.iter().filter(is_other).map(|(number, _)| number));
        changed.extend(before.keys().filter(|number| !self.counts.contains_key(*number)));
        changed
    }
}

/// The relations of which a row is new.
pub(super) async fn new(session: &Client, since: &str, are_updated: bool) -> Result<BTreeSet<u32>> {
    let row = one_row(session, &format!("EXECUTE branchline_new('{since}', {are_updated})")).await?;
    let text = row.as_ref().and_then(|row| row.get(0)).unwrap_or_default();
    text.split(',').filter(|number| !number.is_empty()).map(|number| Ok(number.parse()?)).collect()
}

pub(super) async fn versions(session: &Client, since: &str, are_updated: bool) -> Result<Versions> {
    let sql = format!("EXECUTE branchline_versions('{since}', {are_updated})");
    let row = one_row(session, &sql).await?;
    let text = row.as_ref().and_then(|row| row.get(0)).unwrap_or_default();
    let mut versions = Versions::default();
    for relation in text.split(',').filter(|relation| !relation.is_empty()) {
        let mut words = relation.split(' ');
        let number = words.next().unwrap_or_default().parse()?;
        versions.counts.insert(number, Some(words.next().unwrap_or_default().parse()?));
        if words.next() == Some("1") {
            versions.new.insert(number);
        }
    }
    Ok(versions)
}
