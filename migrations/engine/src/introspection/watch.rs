//! Reading a database's catalog again and again, as migrations run, each time no more than has changed.
//!
//! The server counts the changes to each of its tables (`pg_stat_get_tuples_inserted` and its kin), so that
//! nothing is read where none of them has changed. Where only those have changed that hold relations, rows
//! that are new (`xmin`) and the number of rows tell which relations: a row that is gone is missing in the
//! number. These are read again, with those that name them (`pg_depend`). Anything else that has changed, a
//! function, a type, a role, has everything read again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use model::{Catalog, ObjectId};
use tokio_postgres::Client;

use super::reading::{Reading, Relations};
use super::{BEGIN, EVERYTHING, Prepared, begin_with, in_transaction, query};
use crate::database::{execute, one_row, rows};

const COUNTERS: Prepared =
    Prepared { declaration: "branchline_counters", text: |_| include_str!("counters.sql").to_owned() };
const VERSIONS: Prepared = Prepared {
    declaration: "branchline_versions (xid, bool)",
    text: |_| include_str!("versions.sql").to_owned(),
};
const NEW: Prepared =
    Prepared { declaration: "branchline_new (xid, bool)", text: |_| include_str!("new.sql").to_owned() };
const CHANGED: Prepared = Prepared { declaration: "branchline_changed (oid[])", text: query::changed };

/// Few rows of large tables are wanted, which the planner does not expect.
const BY_INDEX: &str =
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// Where more relations have changed, everything is read.
const MOST: usize = 100;

/// What has changed between two readings of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// Nothing.
    Nothing,
    /// Relations, by the numbers of those that others belong to, and what names them.
    Relations(BTreeSet<u32>),
    /// Perhaps everything.
    Everything,
}

impl Changes {
    /// These changes and then others.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        match (self, others) {
            (Self::Everything, _) | (_, Self::Everything) => Self::Everything,
            (Self::Nothing, changes) | (changes, Self::Nothing) => changes,
            (Self::Relations(mut one), Self::Relations(other)) => {
                one.extend(other);
                Self::Relations(one)
            }
        }
    }
}

/// How often a catalog was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadCounts {
    /// It was asked whether something had changed.
    pub looks: usize,
    /// The relations that had changed were read.
    pub parts: usize,
    /// Everything was read.
    pub wholes: usize,
}

/// A catalog that is read again where it has changed. It stands for one database, and may be asked in any
/// session of it.
#[derive(Default)]
pub struct CatalogWatch {
    known: Option<Known>,
    counts: ReadCounts,
}

/// What was read last.
struct Known {
    counters: Option<Counters>,
    versions: RowCounts,
    relations: Relations,
    catalog: Arc<Catalog>,
}

/// How many rows of the system's tables are about each relation; none where they were not counted.
type RowCounts = BTreeMap<u32, Option<u64>>;

/// What the server had counted.
#[derive(Clone, PartialEq, Eq)]
struct Counters {
    of_relations: String,
    of_others: String,
    updates: String,
    /// Rows that were deleted.
    gone: String,
    /// The first transaction that may have ended since.
    since: String,
}

impl CatalogWatch {
    /// The catalog as it is, and what has changed since it was read last. Sessions that have changed
    /// something must have had their counts added up ([`flush_counts`]). In three round trips where nothing
    /// has changed, five where relations have.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn read(&mut self, session: &Client) -> Result<(Arc<Catalog>, Changes)> {
        in_transaction(session, async || {
            begin_with(session, BEGIN, &Self::STATEMENTS).await?;
            let read = self.read_within(session).await?;
            execute(session, "COMMIT").await?;
            Ok(read)
        })
        .await
    }

    /// The statements of [`CatalogWatch::read_within`].
    pub(crate) const STATEMENTS: [Prepared; 5] = [COUNTERS, NEW, VERSIONS, CHANGED, EVERYTHING];

    /// The same in a transaction that was begun with [`BEGIN`] and with these statements.
    pub(crate) async fn read_within(&mut self, session: &Client) -> Result<(Arc<Catalog>, Changes)> {
        self.counts.looks += 1;
        let changes = self.read_changes(session).await?;
        let known = self.known.as_ref().context("nothing was read")?;
        Ok((Arc::clone(&known.catalog), changes))
    }

    /// How often it was read so far.
    pub fn counts(&self) -> ReadCounts {
        self.counts
    }

    async fn read_changes(&mut self, session: &Client) -> Result<Changes> {
        let counters = counters(session).await?;
        // It is put back once the reading has come to its end.
        let known = self.known.take();
        if let (Some(known), Some(now)) = (known, &counters)
            && let Some(before) = &known.counters
            && before.of_others == now.of_others
        {
            if before.of_relations == now.of_relations {
                self.known = Some(known);
                return Ok(Changes::Nothing);
            }
            let (versions, changed) = known.versions_now(session, before, now).await?;
            if !changed.contains(&NO_RELATION)
                && let Some((read, changed)) = self.read_relations(session, &known, changed).await?
            {
                self.known = Some(Known { counters, versions, ..read });
                return Ok(Changes::Relations(changed));
            }
        }
        self.counts.wholes += 1;
        let versions = match &counters {
            Some(now) => versions(session, &now.since, false).await?.counts,
            None => BTreeMap::new(),
        };
        let rows = rows(session, "EXECUTE branchline_catalog").await?;
        let Reading { catalog, relations, .. } = Reading::default().add_all(&rows)?;
        let catalog = Arc::new(catalog);
        self.known = Some(Known { counters, versions, relations, catalog });
        Ok(Changes::Everything)
    }

    /// Reads relations again, with those that name them; none where another object names one.
    async fn read_relations(
        &mut self,
        session: &Client,
        known: &Known,
        mut changed: BTreeSet<u32>,
    ) -> Result<Option<(Known, BTreeSet<u32>)>> {
        if changed.len() > MOST {
            return Ok(None);
        }
        self.counts.parts += 1;
        let numbers: Vec<String> = changed.iter().map(u32::to_string).collect();
        let sql = format!("{BY_INDEX}; EXECUTE branchline_changed('{{{}}}')", numbers.join(","));
        let rows = rows(session, &sql).await?;
        let Reading { catalog: read, relations: found, is_beyond, .. } = Reading::default().add_all(&rows)?;
        if is_beyond {
            return Ok(None);
        }
        changed.extend(found.keys());
        let mut relations = known.relations.clone();
        let former: BTreeSet<ObjectId> =
            changed.iter().filter_map(|number| relations.remove(number)).flatten().collect();
        relations.extend(found);
        let catalog = known.catalog.with_relations_replaced(&former, &read);
        let known =
            Known { counters: None, versions: BTreeMap::new(), relations, catalog: Arc::new(catalog) };
        Ok(Some((known, changed)))
    }
}

impl Known {
    /// How many rows are about each relation now, and the relations that have changed.
    async fn versions_now(
        &self,
        session: &Client,
        before: &Counters,
        now: &Counters,
    ) -> Result<(RowCounts, BTreeSet<u32>)> {
        let are_updated = now.updates != before.updates;
        if now.gone != before.gone {
            let versions = versions(session, &before.since, are_updated).await?;
            let changed = versions.changed_since(&self.versions);
            return Ok((versions.counts, changed));
        }
        // No row is gone, so that the others' number is the same. That of these is asked for once rows are
        // gone, where they count as changed again.
        let changed = new(session, &before.since, are_updated).await?;
        let mut versions = self.versions.clone();
        versions.extend(changed.iter().map(|number| (*number, None)));
        Ok((versions, changed))
    }
}

/// What the rows of the system's tables say of each relation.
#[derive(Default)]
struct Versions {
    /// How many there are.
    counts: RowCounts,
    /// Those of which one is new.
    new: BTreeSet<u32>,
}

/// What stands for objects that are no relations.
const NO_RELATION: u32 = 0;

impl Versions {
    /// The relations that have changed, or may have.
    fn changed_since(&self, before: &RowCounts) -> BTreeSet<u32> {
        let is_other = |(number, count): &(&u32, &Option<u64>)| before.get(*number) != Some(*count);
        let mut changed = self.new.clone();
        changed.extend(self.counts.iter().filter(is_other).map(|(number, _)| number));
        changed.extend(before.keys().filter(|number| !self.counts.contains_key(*number)));
        changed
    }
}

/// Has the server add up what it has counted in a session, of which others read what has changed. It does so
/// by itself once a second.
pub async fn flush_counts(session: &Client) {
    // Before version 15 there is no such function, and nobody relies on the counts.
    let _ = execute(session, "SELECT pg_stat_force_next_flush()").await;
}

/// None where the server does not count, or no session can have it add up what it has counted.
async fn counters(session: &Client) -> Result<Option<Counters>> {
    let row = one_row(session, "EXECUTE branchline_counters").await?.context("the server gave no answer")?;
    let text = |i: usize| row.get(i).unwrap_or_default().to_owned();
    let counters = Counters {
        of_relations: text(1),
        of_others: text(2),
        updates: text(3),
        gone: text(4),
        since: text(5),
    };
    Ok((row.get(0) == Some("t")).then_some(counters))
}

/// The relations of which a row is new.
async fn new(session: &Client, since: &str, are_updated: bool) -> Result<BTreeSet<u32>> {
    let row = one_row(session, &format!("EXECUTE branchline_new('{since}', {are_updated})")).await?;
    let text = row.as_ref().and_then(|row| row.get(0)).unwrap_or_default();
    text.split(',').filter(|number| !number.is_empty()).map(|number| Ok(number.parse()?)).collect()
}

async fn versions(session: &Client, since: &str, are_updated: bool) -> Result<Versions> {
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
