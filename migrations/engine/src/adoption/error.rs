//! Why a database cannot be adopted as it is.

use files::PlanError;

/// Why a database cannot be adopted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdoptionError {
    /// A part of a migration is there.
    #[error(
        "{label} is there in part, so that it can neither be stamped nor run; nothing was changed. What \
         differs from it:\n{}\nBring the database to where the migration leaves it, or to where it begins, \
         and adopt again{advice}",
        lines(.differences)
    )]
    Part {
        /// The migration.
        label: String,
        /// Differences, a line each.
        differences: Vec<String>,
        /// Advice from the other tool's record, if it has any.
        advice: String,
    },
    /// It would have to run before one that is there, in their transaction.
    #[error(
        "{label} is not there and {later}, which comes after it, is. What is missing runs in one transaction \
         with what is stamped, and {label} says no-transaction; run its statements by hand and adopt again"
    )]
    NoTransaction {
        /// The migration.
        label: String,
        /// The one that is there.
        later: String,
    },
    /// Nothing tells whether it has run, and what comes before it has not.
    #[error(
        "nothing in the catalog tells whether {label} has run, as it changes rows only, say; {before}, which \
         comes before it, is not there and would run now, and {later}, which comes after it, is there. \
         Nothing was changed. Run what is missing by hand, in order, and adopt again"
    )]
    Unclear {
        /// The migration.
        label: String,
        /// One that would run before it.
        before: String,
        /// One after it that is there.
        later: String,
    },
    /// Catalog and record leave open how far the migrations have run.
    #[error(
        "how far the migrations have run is not certain, and nothing was changed:\n{}{}\n\
         Find out which is the last that has run, and say so: branchline adopt {}",
        .reasons.join("\n"),
        if .differences.is_empty() { String::new() } else { format!("\nWhat \
            differs:\n{}", lines(.differences)) },
        options(.choices)
    )]
    Uncertain {
        /// Uncertain points, a sentence each.
        reasons: Vec<String>,
        /// Differences of the catalog from what is said to be applied, a line each.
        differences: Vec<String>,
        /// The numbers that come into question, lowest first; `base` for none.
        choices: Vec<String>,
    },
    /// A target before what is there.
    #[error(
        "{label} is there, and --stamp-through {through} would leave it to branchline upgrade, which would \
         run it again; nothing was changed. Say --stamp-through {version} or a later one"
    )]
    Ahead {
        /// The migration.
        label: String,
        /// Its number.
        version: String,
        /// The target.
        through: String,
    },
    /// A file cannot be run as it is written.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

fn lines(differences: &[String]) -> String {
    differences.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Up to four numbers by name.
fn options(choices: &[String]) -> String {
    let option = |choice: &String| format!("--stamp-through {choice}");
    match choices {
        [first, .., last] if choices.len() > 4 => {
            format!("--stamp-through with one of {first} to {last}")
        }
        choices => choices.iter().map(option).collect::<Vec<_>>().join(", or "),
    }
}
