//! Compares a database's catalog with the timeline of the migrations.

use std::collections::BTreeSet;

use super::timeline::{History, Timeline};
use model::{Catalog, ObjectId, Property};

/// Returns whether a property does not tell whether a migration is there: who owns what, what others may do
/// with it, what is said about it, and where a column stands, which depends on the columns that are not ours.
const fn is_left_aside(property: &Property) -> bool {
    matches!(
        property,
        Property::Owner
            | Property::Privileges
            | Property::PrivilegesOf(_)
            | Property::Comment
            | Property::SecurityLabelOf(_)
            | Property::Place
            | Property::Statistics
            | Property::Storage
            | Property::Compression
            | Property::Version
    )
}

/// The presence of a migration's effect in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// All of it.
    Applied,
    /// Nothing of it.
    Absent,
    /// Some of it; each line says what differs.
    Partial(Vec<String>),
    /// Its effect on the catalog, if it has any, is undone by later ones, or looks like another one's.
    Unknown,
}

/// The evidence of the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Presence of each migration's effect, by itself.
    pub presences: Vec<Presence>,
    /// The numbers of migrations after which the catalog is as the database's, objects of others aside;
    /// ascending.
    pub positions: Vec<usize>,
    /// Of those between which catalogs were not read, the number after which the most is as in the database.
    pub nearest: usize,
    /// True if the catalogs around the positions were read, so that no position is missing beside them.
    pub is_settled: bool,
    /// For each migration, whether it changes the catalog at all.
    pub traces: Vec<bool>,
    /// For each migration, what owners, privileges and comments say: weak, as people change them by hand.
    pub hints: Vec<Option<bool>>,
    /// For each migration, what is missing of it or differs from it.
    pub differences: Vec<Vec<String>>,
}

impl Evidence {
    /// Compares a database's catalog with the timeline.
    #[must_use]
    pub fn compare(timeline: &Timeline, database: &Catalog) -> Self {
        let count = timeline.len();
        let mut findings: Vec<Findings> = (0..count).map(|_| Findings::default()).collect();
        let mut agreeing = Coverage::new(count + 1);
        let mut properties = 0;
        for history in timeline.changing() {
            let there = database.value(history.object, history.property);
            if is_left_aside(history.property) {
                // A place tells nothing at all.
                if *history.property != Property::Place {
                    hint(&mut findings, history, there);
                }
                continue;
            }
            properties += 1;
            let (mut first, mut last) = (None, 0);
            for places in history.places(there) {
                first.get_or_insert(places.start);
                last = places.end - 1;
                agreeing.add(places);
            }
            for (i, _) in history.touching() {
                findings[i - 1].traces = true;
            }
            let Some(first) = first else {
                // The first migration that sets a value is the one that is held against it.
                if let Some((i, value)) = history.touching().next() {
                    findings[i - 1].foreign.push(foreign(history, value, there));
                }
                continue;
            };
            for (i, value) in history.touching() {
                if first >= i {
                    findings[i - 1].there += 1;
                } else if last < i {
                    findings[i - 1].missing.push(missing(history, value, there));
                }
            }
        }
        let read: Vec<(usize, isize)> =
            agreeing.counts().enumerate().filter(|(place, _)| timeline.is_read(*place)).collect();
        let positions: Vec<usize> =
            read.iter().filter(|(_, count)| *count == properties).map(|(place, _)| *place).collect();
        let traces =
            findings.iter().enumerate().map(|(i, finding)| finding.traces || timeline.changed_unread(i + 1));
        Self {
            is_settled: is_settled(&positions, timeline),
            // The last of several, as more has run than not where somebody adopts.
            nearest: read.iter().max_by_key(|(_, count)| *count).map_or(0, |(place, _)| *place),
            positions,
            traces: traces.collect(),
            hints: findings.iter().map(Findings::hint).collect(),
            differences: findings.iter().map(Findings::differences).collect(),
            presences: findings.iter().map(Findings::presence).collect(),
        }
    }
}

/// Returns whether a table, by its id, is there and is not what a migration makes, the first having the
/// number 1.
#[must_use]
pub fn is_of_another(timeline: &Timeline, migration: usize, table: &ObjectId, database: &Catalog) -> bool {
    database.contains(table)
        && timeline.changing().any(|history| {
            let is_of_table = history.object == table
                || history.object.part().is_some_and(|part| Some(&part.whole) == table.as_whole());
            let is_made = history.touching().any(|(number, _)| number == migration);
            let there = database.value(history.object, history.property);
            let is_before = || history.places(there).last().is_none_or(|places| places.end <= migration);
            is_of_table && is_made && !is_left_aside(history.property) && is_before()
        })
}

/// Returns whether the neighbours of every position were read.
fn is_settled(positions: &[usize], timeline: &Timeline) -> bool {
    let is_read = |place: usize| place > timeline.len() || timeline.is_read(place);
    !positions.is_empty()
        && positions.iter().all(|&place| is_read(place + 1) && place.checked_sub(1).is_none_or(is_read))
}

/// The objects of a database that no migration ever makes: they are left as they are.
#[must_use]
pub fn others<'a>(timeline: &Timeline, database: &'a Catalog) -> Vec<&'a ObjectId> {
    database.iter().map(|(object, _)| object).filter(|object| !timeline.knows(object)).collect()
}

fn hint(findings: &mut [Findings], history: History<'_>, there: Option<&str>) {
    let (mut first, mut last) = (None, 0);
    for places in history.places(there) {
        first.get_or_insert(places.start);
        last = places.end - 1;
    }
    let Some(first) = first else { return };
    for (i, _) in history.touching() {
        if first >= i {
            findings[i - 1].for_it += 1;
        } else if last < i {
            findings[i - 1].against += 1;
        }
    }
}

/// Number of ranges that cover each place.
struct Coverage(Vec<isize>);

impl Coverage {
    fn new(places: usize) -> Self {
        Self(vec![0; places + 1])
    }

    fn add(&mut self, range: std::ops::Range<usize>) {
        self.0[range.start] += 1;
        self.0[range.end] -= 1;
    }

    fn counts(&self) -> impl Iterator<Item = isize> {
        let steps = &self.0[..self.0.len() - 1];
        steps.iter().scan(0, |sum, step| {
            *sum += step;
            Some(*sum)
        })
    }
}

/// The findings about one migration.
#[derive(Default)]
struct Findings {
    traces: bool,
    there: usize,
    missing: Vec<String>,
    foreign: Vec<String>,
    for_it: usize,
    against: usize,
}

impl Findings {
    fn presence(&self) -> Presence {
        match (self.there, self.missing.is_empty(), self.foreign.is_empty()) {
            (0, true, true) => Presence::Unknown,
            (_, true, true) => Presence::Applied,
            (0, false, true) => Presence::Absent,
            _ => Presence::Partial(self.differences()),
        }
    }

    fn differences(&self) -> Vec<String> {
        let lines: BTreeSet<&String> = self.missing.iter().chain(&self.foreign).collect();
        lines.into_iter().cloned().collect()
    }

    fn hint(&self) -> Option<bool> {
        match (self.for_it, self.against) {
            (1.., 0) => Some(true),
            (0, 1..) => Some(false),
            _ => None,
        }
    }
}

fn missing(history: History<'_>, wanted: Option<&str>, there: Option<&str>) -> String {
    let object = history.object;
    match (wanted, there) {
        (Some(_), None) if is_mark(history.property) => format!("{object} is missing"),
        (None, Some(_)) if is_mark(history.property) => format!("{object} is there still"),
        _ => foreign(history, wanted, there),
    }
}

/// A property that every object of its kind has, so that it stands for the object.
const fn is_mark(property: &Property) -> bool {
    matches!(property, Property::Definition | Property::Type | Property::Persistence)
}

fn foreign(history: History<'_>, wanted: Option<&str>, there: Option<&str>) -> String {
    let shown = |value: Option<&str>| match value {
        Some(value) => value.split_whitespace().collect::<Vec<_>>().join(" "),
        None => "nothing".to_owned(),
    };
    let History { object, property, .. } = history;
    format!("{object}: {property} is {}, and the migration makes it {}", shown(there), shown(wanted))
}
