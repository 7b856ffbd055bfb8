//! The migrations on a scratch database, and the catalog after as many of them as it takes.
//!
//! Reading a large catalog takes longer than most migrations. Of a long history it is read here and there
//! first, and after each migration at the end, where most databases are; then around the place that is
//! nearest to the database; and only where that does not tell, after each.

use std::collections::{BTreeSet, HashSet};

use crate::adoption::{Evidence, Timeline, others};
use anyhow::{Context as _, Result};
use files::{Migrations, proof_steps};
use model::{Catalog, ObjectId, QualifiedName};
use tokio_postgres::Client;

use crate::database::one_row;
use crate::introspection::{CatalogWatch, flush_counts};
use crate::report::Direction;
use crate::scratch::{self, Scratch, Server};
use crate::settings::Settings;

/// Histories up to this length are read after each migration.
const SHORT: usize = 48;

/// Of longer ones, every so many migrations, and this many at the end and on either side of a place.
const STRIDE: usize = 16;

/// A number that is another one after every change of the catalog, and cheap: each row's last transaction.
const FINGERPRINT: &str = include_str!("fingerprint.sql");

/// The detail in which the catalog is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Here and there, and at the end.
    Sparse,
    /// As well on either side of a place.
    Around(usize),
    /// After each migration.
    Each,
}

impl Reading {
    /// Returns the detail of the first reading of a history.
    pub(super) fn first(migrations: &Migrations) -> Self {
        if migrations.iter().len() <= SHORT { Self::Each } else { Self::Sparse }
    }

    /// Returns the detail of the next reading, if this one was not enough.
    pub(super) fn next(self, evidence: &Evidence) -> Self {
        match self {
            Self::Sparse if !evidence.is_settled => Self::Around(evidence.nearest),
            _ => Self::Each,
        }
    }

    fn wants(self, step: usize, count: usize) -> bool {
        let is_sparse = step.is_multiple_of(STRIDE) || step + STRIDE >= count;
        match self {
            Self::Each => true,
            Self::Sparse => is_sparse,
            Self::Around(place) => is_sparse || step.abs_diff(place) <= STRIDE,
        }
    }
}

/// Reads how the catalog of an empty database changes with the migrations.
///
/// # Errors
/// A migration fails, or the scratch database.
pub(super) async fn read(
    migrations: &Migrations,
    reading: Reading,
    server: &Server,
    settings: &Settings,
) -> Result<Timeline> {
    // The files are sound, whichever of them will run.
    proof_steps(migrations, |_| true)?;
    scratch::within(server, async |scratch| run(migrations, reading, scratch, settings).await).await
}

async fn run(
    migrations: &Migrations,
    reading: Reading,
    scratch: &Scratch,
    settings: &Settings,
) -> Result<Timeline> {
    let observe = |_| {};
    let prepared = scratch.prepare(settings.clone()).await?;
    // A session of its own keeps what it has prepared; that of the migrations is cleared after each.
    let (reader, runner) = (scratch.session().await?, prepared.runner(&observe));
    let mut watch = CatalogWatch::default();
    let mut timeline = Timeline::new(&watch.read(&reader).await?.0);
    let (mut before, mut read) = (fingerprint(&reader).await?, String::new());
    read.clone_from(&before);
    for (step, migration) in (1..).zip(migrations.iter()) {
        let tried = runner.run(migration, Direction::Up).await;
        tried.context("trying the migrations on a scratch database")?;
        let now = fingerprint(&reader).await?;
        if !reading.wants(step, migrations.iter().len()) {
            timeline.skip(now != before);
        } else if now == read {
            timeline.push_changes([]);
        } else {
            flush_counts(&prepared.session).await;
            timeline.push(&watch.read(&reader).await?.0);
            read.clone_from(&now);
        }
        before = now;
    }
    Ok(timeline)
}

async fn fingerprint(session: &Client) -> Result<String> {
    let row = one_row(session, FINGERPRINT).await.context("reading the catalog")?;
    Ok(row.and_then(|row| row.get(0).map(str::to_owned)).unwrap_or_default())
}

/// Returns whether an object that no catalog had which was read may have been made and dropped in between:
/// the files name it.
pub(super) fn may_miss(timeline: &Timeline, database: &Catalog, migrations: &Migrations) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let texts = migrations.iter().map(|migration| migration.up.sql.as_str());
    let words: HashSet<String> =
        texts.flat_map(|sql| sql.split(|c| !is_word(c))).map(str::to_lowercase).collect();
    let others = others(timeline, database);
    let tables: BTreeSet<&QualifiedName> = others
        .iter()
        .filter_map(|object| match object {
            ObjectId::Table(name) => Some(name),
            _ => None,
        })
        .collect();
    others.iter().any(|object| is_named(object, &tables, &words, is_word))
}

fn is_named(
    object: &ObjectId,
    tables: &BTreeSet<&QualifiedName>,
    words: &HashSet<String>,
    is_word: impl Fn(char) -> bool,
) -> bool {
    // A part of another tool's table is left out with the table.
    if object.part().is_some_and(|part| tables.contains(&part.whole)) {
        return false;
    }
    let own = object.part().map(|part| &part.name).or_else(|| object.qualified().map(|name| &name.name));
    let part = own.map_or_else(|| object.name(), |name| name.unquoted()).to_lowercase();
    // A quoted name may be of several words.
    part.split(|c| !is_word(c)).any(|word| !word.is_empty() && words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(reading: Reading, count: usize) -> usize {
        (1..=count).filter(|step| reading.wants(*step, count)).count()
    }

    #[test]
    fn of_a_long_history_few_catalogs_are_read() {
        assert_eq!(reads(Reading::Each, 288), 288);
        assert_eq!(reads(Reading::Sparse, 288), 33);
        assert!(reads(Reading::Around(100), 288) <= 33 + 2 * STRIDE);
        assert!(reads(Reading::Sparse, 10_000) < 10_000 / STRIDE + 2 * STRIDE);
    }

    #[test]
    fn the_ends_of_a_gap_are_read() {
        for step in [1, 15, 17, 200, 271] {
            assert!(!Reading::Sparse.wants(step, 288), "{step}");
        }
        for step in [16, 32, 272, 287, 288] {
            assert!(Reading::Sparse.wants(step, 288), "{step}");
        }
    }
}
