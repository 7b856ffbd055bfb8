//! The result of adopting, for people and machines.

use std::collections::BTreeMap;

use engine::adoption::{Adoption, AdoptionStep, Ground, Record};
use model::{ObjectId, PartName};
use serde::Serialize;

use engine::adopt::Found;
use engine::predecessor::describe;
use engine::scratch::Kind;
use text::wrap;

/// Up to so many migrations each has a line of its own; of more, those that follow one another and have one
/// ground share a line.
const MOST_LINES: usize = 20;

#[derive(Default, Serialize)]
pub(super) struct Adopted {
    /// Place in which the migrations were tried; null if they were not.
    pub(super) scratch_server: Option<Kind>,
    /// The tools that made the database, as their history tables tell.
    predecessors: Vec<String>,
    stamped: Vec<String>,
    applied: Vec<String>,
    /// Migrations that the next `branchline upgrade` applies.
    pending: Vec<String>,
    /// Tables and columns that the migrations do not know.
    left_alone: Vec<String>,
    /// Why each of the stamped counts as applied.
    grounds: Vec<Stamped>,
    /// Records of the other tools' history tables.
    records: Vec<Recorded>,
    /// Differences of the catalog from what was stamped because of --stamp-through.
    differences: Vec<String>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Stamped {
    migration: String,
    ground: &'static str,
    #[serde(skip)]
    why: Ground,
}

#[derive(Serialize)]
struct Recorded {
    tool: String,
    table: String,
    applied: usize,
    not_applied: usize,
}

impl Adopted {
    pub(super) fn new(plan: &Adoption<'_>, found: &Found) -> Self {
        let mut adopted = Self {
            predecessors: found.records.iter().map(describe).collect(),
            records: found.records.iter().map(recorded).collect(),
            left_alone: left_alone(&found.others),
            differences: plan.differences.clone(),
            notes: plan.notes.clone(),
            ..Self::default()
        };
        for step in &plan.steps {
            match step {
                AdoptionStep::Stamp(migration, why) => {
                    let migration = migration.label().to_owned();
                    adopted.stamped.push(migration.clone());
                    adopted.grounds.push(Stamped { migration, ground: why.as_str(), why: *why });
                }
                AdoptionStep::Apply(migration) => adopted.applied.push(migration.label().to_owned()),
            }
        }
        adopted.pending = plan.pending.iter().map(|migration| migration.label().to_owned()).collect();
        adopted
    }

    /// `was` or `would be` stamped.
    pub(super) fn text(&self, tense: &str) -> String {
        let mut lines: Vec<String> =
            self.predecessors.iter().map(|tool| format!("The database was made by {tool}.")).collect();
        lines.extend(self.notes.iter().cloned());
        if self.stamped.is_empty() {
            lines.push("None of the migrations is there: branchline upgrade applies them.".to_owned());
            return wrap(&lines.join("\n"));
        }
        lines.extend(self.applied.iter().map(|label| format!("+ {label} {tense} applied")));
        lines.extend(self.stamped_lines(tense));
        lines.extend(self.summary());
        if !self.differences.is_empty() {
            lines.push("The catalog differs from what is stamped:".to_owned());
            lines.extend(self.differences.iter().map(|line| format!("  {line}")));
        }
        if !self.left_alone.is_empty() {
            lines.push(format!("Left as it is: {}.", self.left_alone.join(", ")));
        }
        lines.push(match self.pending.as_slice() {
            [] => "Nothing is pending.".to_owned(),
            [one] => format!("Pending is {one}: branchline upgrade applies it."),
            [first, .., last] => format!(
                "Pending are {} migrations, {first} to {last}: branchline upgrade applies them.",
                self.pending.len()
            ),
        });
        wrap(&lines.join("\n"))
    }

    fn stamped_lines(&self, tense: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let is_long = self.grounds.len() > MOST_LINES;
        for run in self.grounds.chunk_by(|one, next| is_long && one.why == next.why) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let label = match run.len() {
                1 => first.migration.clone(),
                count => format!("{count} migrations, {} to {},", first.migration, last.migration),
            };
            lines.push(format!("= {label} {}", predicate(first.why, run.len(), tense)));
        }
        lines
    }

    /// Returns the number of stamped migrations by ground, if there is more than one ground.
    fn summary(&self) -> Option<String> {
        let mut counts = BTreeMap::new();
        for stamped in &self.grounds {
            *counts.entry(stamped.ground).or_insert(0) += 1;
        }
        let parts: Vec<String> = counts.iter().map(|(ground, count)| format!("{ground} {count}")).collect();
        (parts.len() > 1).then(|| format!("Stamped by ground: {}.", parts.join(", ")))
    }
}

/// Returns the predicate of a sentence about so many migrations.
fn predicate(why: Ground, count: usize, tense: &str) -> String {
    let (is, was) = match (count, tense) {
        (1, tense) => ("is", tense),
        (_, "was") => ("are", "were"),
        (_, tense) => ("are", tense),
    };
    match why {
        Ground::Catalog => format!("{is} there and {was} stamped"),
        Ground::Both => format!("{is} there and {was} stamped, as recorded"),
        Ground::Record => format!("{is} recorded and {was} stamped"),
        Ground::Order => format!("{was} stamped, as a later one is there"),
        Ground::Said => format!("{was} stamped, as --stamp-through says"),
    }
}

fn recorded(record: &Record) -> Recorded {
    let not_applied = record.entries.iter().filter(|entry| entry.failed.is_some()).count();
    Recorded {
        tool: record.tool.clone(),
        table: record.table.clone(),
        applied: record.entries.len() - not_applied,
        not_applied,
    }
}

/// Tables, and columns of tables that are ours; what belongs to a table goes without saying.
fn left_alone(others: &[ObjectId]) -> Vec<String> {
    let tables: Vec<&ObjectId> =
        others.iter().filter(|object| matches!(object, ObjectId::Table(_))).collect();
    let is_in_one = |column: &PartName| tables.iter().any(|table| table.as_whole() == Some(&column.whole));
    let columns = others.iter().filter(|object| matches!(object, ObjectId::Column(name) if !is_in_one(name)));
    tables.iter().copied().chain(columns).map(ToString::to_string).collect()
}
