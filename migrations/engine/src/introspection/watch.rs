//! Reading a database's catalog again and again, as migrations run, each time no more than has changed.
//!
//! The server counts the changes to each of its tables (`pg_stat_get_tuples_inserted` and its kin), so that
//! nothing is read where none of them has changed. Where those have changed that hold relations, rows that
//! are new (`xmin`) and the number of rows tell which relations: a row that is gone is missing in the number.
//! These are read again, with those that name them (`pg_depend`) where a name has changed. Where functions,
//! types or schemas have come, gone or changed, all objects that are no relations are read again, with the
//! relations that name a function or a type that has changed. Anything else, a label that is renamed, a role,
//! has everything read again.

mod counters;
mod versions;

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use model::{Catalog, Property};
use tokio_postgres::Client;

use super::reading::{Reading, Relations};
use super::{Frame, OTHERS, Prepared, READING, RELATIONS, begin_and_run, framed, query};
use crate::database::{execute, literal, rows};
use counters::Counters;
use versions::{OTHER, RowCounts, UNKNOWN, new, versions};

const COUNTERS: Prepared =
    Prepared { declaration: "branchline_counters", text: |_| include_str!("counters.sql").to_owned() };
const VERSIONS: Prepared = Prepared {
    declaration: "branchline_versions (xid, bool)",
    text: |_| include_str!("versions.sql").to_owned(),
};
const NEW: Prepared =
    Prepared { declaration: "branchline_new (xid, bool)", text: |_| include_str!("new.sql").to_owned() };
const NAMES: Prepared = Prepared { declaration: "branchline_names", text: query::names };
const CHANGED: Prepared =
    Prepared { declaration: "branchline_changed (oid[], xid, text[], xid)", text: query::changed };

/// Few rows of large tables are wanted, which the planner does not expect.
const BY_INDEX: &str =
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// Where more relations have changed, everything is read.
const MOST: usize = 100;

/// The changes between two readings of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// Nothing.
    Nothing,
    /// Relations, by the numbers of those that others belong to, and what names them; and perhaps objects
    /// that are no relations.
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
    /// All objects that are no relations were read beside them.
    pub others: usize,
    /// Everything was read.
    pub wholes: usize,
}

impl ReadCounts {
    /// The sum of two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            looks: self.looks + other.looks,
            parts: self.parts + other.parts,
            others: self.others + other.others,
            wholes: self.wholes + other.wholes,
        }
    }
}

/// A catalog that is read again where it has changed. It stands for one database, and may be asked in any
/// session of it.
#[derive(Default)]
pub struct CatalogWatch {
    known: Option<Known>,
    counts: ReadCounts,
}

/// What a watch knew at some time.
pub(crate) struct Mark(Option<Known>);

/// The result of the last reading.
#[derive(Clone)]
struct Known {
    counters: Option<Counters>,
    versions: RowCounts,
    relations: Relations,
    /// All objects that are no relations.
    others: Arc<Catalog>,
    catalog: Arc<Catalog>,
}

/// The objects to read again.
struct Stale {
    relations: BTreeSet<u32>,
    are_others: bool,
    /// The transaction from which on rows may be new.
    since: String,
    /// The transaction from which on functions or types may have changed that relations name.
    named_since: Option<String>,
}

impl CatalogWatch {
    /// The catalog as it is, and what has changed since it was read last. Other sessions that have changed
    /// something must have had their counts added up ([`flush_counts`]). In two round trips where nothing
    /// has changed, four where relations have.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn read(&mut self, session: &Client) -> Result<(Arc<Catalog>, Changes)> {
        framed(session, Frame::Transaction, async || {
            let read = self.begin_and_read(session, Frame::Transaction, []).await?;
            execute(session, Frame::Transaction.end()).await?;
            Ok(read)
        })
        .await
        .context(READING)
    }

    /// The same in a frame that begins here and does not end, with further statements prepared.
    pub(crate) async fn begin_and_read(
        &mut self,
        session: &Client,
        frame: Frame,
        further: impl IntoIterator<Item = Prepared>,
    ) -> Result<(Arc<Catalog>, Changes)> {
        let counters = begin_and_count(session, frame, further).await?;
        self.counts.looks += 1;
        let changes = self.read_changes(session, counters).await?;
        let known = self.known.as_ref().context("nothing was read")?;
        Ok((Arc::clone(&known.catalog), changes))
    }

    /// The relations that have changed since it was read last, which it still does not know, in a frame that
    /// begins here and does not end.
    ///
    /// # Errors
    /// The server's refusal.
    pub(crate) async fn begin_and_find(
        &mut self,
        session: &Client,
        frame: Frame,
        further: impl IntoIterator<Item = Prepared>,
    ) -> Result<Changes> {
        let counters = begin_and_count(session, frame, further).await?;
        self.counts.looks += 1;
        let Some((known, now)) = self.known.as_ref().zip(counters.as_ref()) else {
            return Ok(Changes::Everything);
        };
        match &known.counters {
            Some(before) if before.is_same(now) => Ok(Changes::Nothing),
            Some(before) if before.of_others == now.of_others => {
                let (_, stale) = known.stale(session, before, now).await?;
                Ok(stale.map_or(Changes::Everything, |stale| Changes::Relations(stale.relations)))
            }
            _ => Ok(Changes::Everything),
        }
    }

    /// What it knows, to go back to.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.known.clone())
    }

    /// Goes back to what it knew, as whatever has been changed since was rolled back. The server counts what
    /// was rolled back as well. In a frame that begins here and does not end.
    ///
    /// # Errors
    /// The server's refusal.
    pub(crate) async fn begin_and_go_back(
        &mut self,
        session: &Client,
        mark: Mark,
        further: impl IntoIterator<Item = Prepared>,
    ) -> Result<()> {
        self.known = None;
        let counters = begin_and_count(session, Frame::Transaction, further).await?;
        self.known = mark.0.map(|known| Known { counters, ..known });
        Ok(())
    }

    /// How often it was read so far.
    pub fn counts(&self) -> ReadCounts {
        self.counts
    }

    async fn read_changes(&mut self, session: &Client, counters: Option<Counters>) -> Result<Changes> {
        // It is put back once the reading has come to its end.
        let known = self.known.take();
        if let (Some(known), Some(now)) = (known, &counters)
            && let Some(before) = &known.counters
        {
            if before.is_same(now) {
                self.known = Some(known);
                return Ok(Changes::Nothing);
            }
            if before.of_others == now.of_others {
                let (versions, stale) = known.stale(session, before, now).await?;
                if let Some(stale) = stale
                    && let Some((read, changed)) = self.read_stale(session, &known, stale).await?
                {
                    self.known = Some(Known { counters, versions, ..read });
                    return Ok(Changes::Relations(changed));
                }
            }
        }
        self.counts.wholes += 1;
        let versions = match &counters {
            Some(now) => versions(session, &now.since, false).await?.counts,
            None => RowCounts::new(),
        };
        let others = Arc::new(read_others(session).await?);
        let rows = rows(session, "EXECUTE branchline_relations; EXECUTE branchline_names").await?;
        let Reading { mut catalog, relations, .. } = Reading::default().add_all(&rows)?;
        catalog.extend(&others);
        self.known = Some(Known { counters, versions, relations, others, catalog: Arc::new(catalog) });
        Ok(Changes::Everything)
    }

    /// Reads again what has changed; none where that is too much.
    async fn read_stale(
        &mut self,
        session: &Client,
        known: &Known,
        stale: Stale,
    ) -> Result<Option<(Known, BTreeSet<u32>)>> {
        let Stale { relations: mut changed, are_others, since, named_since } = stale;
        if changed.len() > MOST {
            return Ok(None);
        }
        let mut reading = Reading::default();
        if !changed.is_empty() || named_since.is_some() {
            self.counts.parts += 1;
            let sql = known.reading_again(&changed, named_since.as_deref(), &since);
            reading = reading.add_all(&rows(session, &sql).await?)?;
        }
        let Reading { catalog: mut read, relations: found, kept, is_beyond, .. } = reading;
        let had_comment = |index| known.catalog.value(index, &Property::Comment).is_some();
        if kept.iter().any(had_comment) {
            return Ok(None);
        }
        changed.extend(found.keys());
        let mut relations = known.relations.clone();
        let former = changed.iter().filter_map(|number| relations.remove(number)).flat_map(|r| r.objects);
        let former = former.filter(|object| !kept.contains(object)).collect();
        relations.extend(found);
        let (mut others, mut gone) = (Arc::clone(&known.others), Arc::default());
        if are_others || is_beyond {
            self.counts.others += 1;
            gone = std::mem::replace(&mut others, Arc::new(read_others(session).await?));
            read.extend(&others);
        }
        let catalog = Arc::new(known.catalog.with_replaced(&former, &gone, &read));
        let known = Known { counters: None, versions: RowCounts::new(), relations, others, catalog };
        Ok(Some((known, changed)))
    }
}

/// Begins a frame, with the statements of a watch and further ones prepared; returns what the server has
/// counted.
async fn begin_and_count(
    session: &Client,
    frame: Frame,
    further: impl IntoIterator<Item = Prepared>,
) -> Result<Option<Counters>> {
    let own = [COUNTERS, NEW, VERSIONS, CHANGED, RELATIONS, NAMES, OTHERS];
    let statements: Vec<Prepared> = own.into_iter().chain(further).collect();
    let row = begin_and_run(session, frame, &statements).await?;
    Ok(Counters::read(&row.context("the server gave no answer")?))
}

/// All objects that are no relations.
async fn read_others(session: &Client) -> Result<Catalog> {
    Ok(Reading::default().add_all(&rows(session, "EXECUTE branchline_others").await?)?.catalog)
}

impl Known {
    /// How many rows are about each relation now, and what has to be read again; none where that is
    /// everything.
    async fn stale(
        &self,
        session: &Client,
        before: &Counters,
        now: &Counters,
    ) -> Result<(RowCounts, Option<Stale>)> {
        let (versions, mut relations) = match before.of_relations == now.of_relations {
            true => (self.versions.clone(), BTreeSet::new()),
            false => self.versions_now(session, before, now).await?,
        };
        let are_plain = before.of_plain != now.of_plain;
        let are_others = relations.remove(&OTHER) || are_plain;
        // A type that has another name is printed so in whatever it is used for.
        let are_named = are_plain || (are_others && before.type_updates != now.type_updates);
        let named_since = are_named.then(|| before.since.clone());
        let is_all = relations.contains(&UNKNOWN);
        let since = before.since.clone();
        Ok((versions, (!is_all).then_some(Stale { relations, are_others, since, named_since })))
    }

    /// The query that reads relations again, and those that name them or a function that has changed.
    fn reading_again(&self, changed: &BTreeSet<u32>, named_since: Option<&str>, since: &str) -> String {
        let numbers: Vec<String> = changed.iter().map(u32::to_string).collect();
        let names = changed.iter().filter_map(|number| self.relations.get(number));
        let names: String = names.map(|known| format!(" || {}::text[]", literal(&known.names))).collect();
        let named_since = named_since.map_or("NULL".to_owned(), |since| format!("'{since}'"));
        let numbers = numbers.join(",");
        format!(
            "{BY_INDEX}; EXECUTE branchline_changed('{{{numbers}}}', {named_since}, '{{}}'::text[]{names}, \
             '{since}')"
        )
    }

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

/// Has the server add up what it has counted in a session, of which others read what has changed. It does so
/// by itself once a second.
pub async fn flush_counts(session: &Client) {
    // Before version 15 there is no such function, and nobody relies on the counts.
    let _ = execute(session, "SELECT pg_stat_force_next_flush()").await;
}
