//! Which migrations a database has already, though its history does not say so: catalog against catalog.
//!
//! The migrations run on an empty database, and the catalog is read after each. That gives every property of every
//! object as a sequence of values. Where the database has a value that stands in the sequence, the migrations up to that
//! place have touched it there, and those after it have not. A value that stands nowhere in the sequence is somebody
//! else's.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Object};
use crate::migrations::{Migration, Migrations};
use crate::plan::{PlanError, check_statements};

#[cfg(test)]
mod tests;

/// What does not tell whether a migration is there: who owns what, what others may do with it, what is said about it,
/// and where a column stands, which depends on the columns that are not ours.
const LEFT_ASIDE: [&str; 8] =
    ["owner", "privileges", "comment", "place", "statistics", "storage", "compression", "version"];

fn is_left_aside(property: &str) -> bool {
    // "privileges of somebody" is a property for each.
    let first = property.split(" of ").next().unwrap_or(property);
    LEFT_ASIDE.contains(&first)
}

/// Whether a migration's effect is in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// All of it.
    Whole,
    /// Nothing of it.
    Nothing,
    /// Some of it; each line says what differs.
    Part(Vec<String>),
    /// Its effect on the catalog, if it has any, is undone by later ones, or cannot be told apart.
    Unknown,
}

/// What adopting does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption<'a> {
    /// Up to the last migration that is there, in order.
    pub steps: Vec<AdoptionStep<'a>>,
    /// What an upgrade does afterwards.
    pub pending: Vec<&'a Migration>,
}

/// A step of adopting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdoptionStep<'a> {
    /// It is there, so only the history is told.
    Stamp(&'a Migration),
    /// It is not there and one after it is, so it runs.
    Apply(&'a Migration),
}

/// Why a database cannot be adopted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdoptionError {
    /// A part of a migration is there.
    #[error(
        "{label} is there in part, so that it can neither be stamped nor run; nothing was changed. What differs from it:\n\
         {}\nBring the database to where the migration leaves it, or to where it begins, and adopt again",
        lines(.differences)
    )]
    Part {
        /// The migration.
        label: String,
        /// What differs, a line each.
        differences: Vec<String>,
    },
    /// It would have to run before one that is there, in their transaction.
    #[error(
        "{label} is not there and {later}, which comes after it, is. What is missing runs in one transaction with what is \
         stamped, and {label} says no-transaction; run its statements by hand and adopt again"
    )]
    NoTransaction {
        /// The migration.
        label: String,
        /// The one that is there.
        later: String,
    },
    /// Nothing tells whether it has run, and what comes before it has not.
    #[error(
        "nothing in the catalog tells whether {label} has run, as it changes rows only, say; {before}, which comes before it, \
         is not there and would run now, and {later}, which comes after it, is there. Nothing was changed. Run what is \
         missing by hand, in order, and adopt again"
    )]
    Unclear {
        /// The migration.
        label: String,
        /// One that would run before it.
        before: String,
        /// One after it that is there.
        later: String,
    },
    /// A file cannot be run as it is written.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

fn lines(differences: &[String]) -> String {
    differences.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Tells what a database has of each migration. `catalogs` are those of an empty database after none, one, two, … of
/// the migrations.
#[must_use]
pub fn presences(catalogs: &[Catalog], database: &Catalog) -> Vec<Presence> {
    let count = catalogs.len().saturating_sub(1);
    let mut findings: Vec<Findings> = (0..count).map(|_| Findings::default()).collect();
    for (object, property) in touched(catalogs) {
        let values: Vec<Option<&str>> =
            catalogs.iter().map(|catalog| catalog.value(object, property)).collect();
        let there = database.value(object, property);
        let places: Vec<usize> = (0..values.len()).filter(|&place| values[place] == there).collect();
        let touching: Vec<usize> = (1..values.len()).filter(|&i| values[i] != values[i - 1]).collect();
        if places.is_empty() {
            // The first migration that gives it a value is the one that is held against it.
            if let Some(&first) = touching.first() {
                let line = foreign(object, property, values[first], there);
                findings[first - 1].foreign.push(line);
            }
            continue;
        }
        for i in touching {
            let finding = &mut findings[i - 1];
            if places.iter().all(|&place| place >= i) {
                finding.there += 1;
            } else if places.iter().all(|&place| place < i) {
                finding.missing.push(missing(object, property, values[i], there));
            }
        }
    }
    findings.into_iter().map(Findings::presence).collect()
}

/// What was found of one migration.
#[derive(Default)]
struct Findings {
    there: usize,
    missing: Vec<String>,
    foreign: Vec<String>,
}

impl Findings {
    fn presence(self) -> Presence {
        let Self { there, missing, foreign } = self;
        match (there, missing.is_empty(), foreign.is_empty()) {
            (0, true, true) => Presence::Unknown,
            (_, true, true) => Presence::Whole,
            (0, false, true) => Presence::Nothing,
            _ => {
                let lines: BTreeSet<String> = missing.into_iter().chain(foreign).collect();
                Presence::Part(lines.into_iter().collect())
            }
        }
    }
}

/// Every property that some migration changes.
fn touched(catalogs: &[Catalog]) -> BTreeSet<(&Object, &str)> {
    let mut all: BTreeMap<(&Object, &str), BTreeSet<Option<&str>>> = BTreeMap::new();
    for catalog in catalogs {
        for (object, properties) in catalog.iter() {
            for property in properties.keys() {
                if !is_left_aside(property) {
                    all.entry((object, property)).or_default();
                }
            }
        }
    }
    for ((object, property), values) in &mut all {
        values.extend(catalogs.iter().map(|catalog| catalog.value(object, property)));
    }
    all.into_iter().filter(|(_, values)| values.len() > 1).map(|(key, _)| key).collect()
}

fn missing(object: &Object, property: &str, wanted: Option<&str>, there: Option<&str>) -> String {
    match (wanted, there) {
        (Some(_), None) if is_mark(property) => format!("{object} is missing"),
        (None, Some(_)) if is_mark(property) => format!("{object} is there still"),
        _ => foreign(object, property, wanted, there),
    }
}

/// A property that every object of its kind has, so that it stands for the object.
fn is_mark(property: &str) -> bool {
    matches!(property, "definition" | "type" | "there" | "persistence")
}

fn foreign(object: &Object, property: &str, wanted: Option<&str>, there: Option<&str>) -> String {
    let shown = |value: Option<&str>| match value {
        Some(value) => value.split_whitespace().collect::<Vec<_>>().join(" "),
        None => "nothing".to_owned(),
    };
    format!("{object}: {property} is {}, and the migration makes it {}", shown(there), shown(wanted))
}

/// Plans from what is there.
///
/// A migration of which nothing can be told, such as one that changes rows only, counts as there where one after it
/// is, and as pending otherwise; unless one before it has to run, on whose objects it may depend.
///
/// # Errors
/// A migration is there in part, cannot run before one that is there, or may have to.
pub fn adoption<'a>(
    migrations: &'a Migrations,
    presences: &[Presence],
) -> Result<Adoption<'a>, AdoptionError> {
    let all: Vec<(&Migration, &Presence)> = migrations.iter().zip(presences).collect();
    for (migration, presence) in &all {
        if let Presence::Part(differences) = presence {
            let label = migration.label().to_owned();
            return Err(AdoptionError::Part { label, differences: differences.clone() });
        }
    }
    let end = all.iter().rposition(|(_, presence)| **presence == Presence::Whole).map_or(0, |last| last + 1);
    let mut steps = Vec::new();
    let later = || all[end - 1].0.label().to_owned();
    let mut before = None;
    for (migration, presence) in &all[..end] {
        let label = || migration.label().to_owned();
        if let (Presence::Unknown, Some(before)) = (presence, &before) {
            return Err(AdoptionError::Unclear {
                label: label(),
                before: String::clone(before),
                later: later(),
            });
        }
        if **presence != Presence::Nothing {
            steps.push(AdoptionStep::Stamp(migration));
            continue;
        }
        if migration.up.directives.no_transaction {
            return Err(AdoptionError::NoTransaction { label: label(), later: later() });
        }
        check_statements(&migration.up)?;
        before.get_or_insert_with(label);
        steps.push(AdoptionStep::Apply(migration));
    }
    Ok(Adoption { steps, pending: all[end..].iter().map(|(migration, _)| *migration).collect() })
}

/// The objects of a database that no migration ever makes: they are left as they are.
#[must_use]
pub fn others<'a>(catalogs: &[Catalog], database: &'a Catalog) -> Vec<&'a Object> {
    let is_ours = |object: &Object| catalogs.iter().any(|catalog| catalog.contains(object));
    database.iter().map(|(object, _)| object).filter(|object| !is_ours(object)).collect()
}
