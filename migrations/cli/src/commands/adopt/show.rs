//! What was adopted, for people and machines.

use schema_core::{Adoption, AdoptionStep, Object};
use serde::Serialize;

use crate::output::wrap;

#[derive(Default, Serialize)]
pub(super) struct Adopted {
    /// The tools that made the database, as their history tables tell.
    predecessors: Vec<String>,
    stamped: Vec<String>,
    applied: Vec<String>,
    /// What branchline upgrade does next.
    pending: Vec<String>,
    /// Tables and columns that the migrations do not know.
    left_alone: Vec<String>,
}

impl Adopted {
    pub(super) fn of(plan: &Adoption<'_>, others: &[&Object], predecessors: Vec<String>) -> Self {
        let mut adopted = Self { predecessors, ..Self::default() };
        for step in &plan.steps {
            match step {
                AdoptionStep::Stamp(migration) => adopted.stamped.push(migration.label().to_owned()),
                AdoptionStep::Apply(migration) => adopted.applied.push(migration.label().to_owned()),
            }
        }
        adopted.pending = plan.pending.iter().map(|migration| migration.label().to_owned()).collect();
        adopted.left_alone = left_alone(others);
        adopted
    }

    /// `was` or `would be` stamped.
    pub(super) fn text(&self, tense: &str) -> String {
        let mut lines: Vec<String> =
            self.predecessors.iter().map(|tool| format!("The database was made by {tool}.")).collect();
        if self.stamped.is_empty() {
            lines.push("None of the migrations is there: branchline upgrade applies them.".to_owned());
            return lines.join("\n");
        }
        lines.extend(self.applied.iter().map(|label| format!("+ {label} {tense} applied")));
        lines.extend(self.stamped.iter().map(|label| format!("= {label} is there and {tense} stamped")));
        if !self.left_alone.is_empty() {
            lines.push(wrap(&format!("Left as it is: {}.", self.left_alone.join(", "))));
        }
        lines.push(match self.pending.as_slice() {
            [] => "Nothing is pending.".to_owned(),
            [one] => format!("Pending is {one}: branchline upgrade applies it."),
            [first, .., last] => {
                format!(
                    "Pending are {} migrations, {first} to {last}:\nbranchline upgrade applies them.",
                    self.pending.len()
                )
            }
        });
        lines.join("\n")
    }
}

/// Tables, and columns of tables that are ours; what belongs to a table goes without saying.
fn left_alone(others: &[&Object]) -> Vec<String> {
    let tables: Vec<&Object> = others.iter().filter(|object| object.kind == "table").copied().collect();
    let is_in_one = |object: &Object| {
        tables
            .iter()
            .any(|table| object.name.strip_prefix(&table.name).is_some_and(|rest| rest.starts_with('.')))
    };
    let columns = others.iter().filter(|object| object.kind == "column" && !is_in_one(object)).copied();
    let columns: Vec<&Object> = columns.collect();
    tables.into_iter().chain(columns).map(ToString::to_string).collect()
}
