//! The pure half of the schema toolkit: migration files, their statements, and the plan from a database's history to
//! a target. Nothing here reads a file or talks to a database; Cargo.toml keeps it so.
//!
//! Files are named as refinery names them, `V<number>__<name>.sql`, with an undo `V<number>__<name>.down.sql` beside
//! them, and checksums are refinery's, so that either tool accepts a database that the other has migrated.

mod adoption;
mod catalog;
mod checksums;
mod cluster;
mod column_order;
mod directive;
mod drift;
mod expression;
mod file_name;
mod layout;
mod line_index;
mod lint;
mod message;
mod migrations;
mod overview;
mod plan;
mod proof;
mod refusal;
mod renumber;
mod rows;
mod schema_file;
mod statement;
mod step;
mod target;
mod version;
mod work;

pub use adoption::{
    Adoption, AdoptionError, AdoptionStep, Change, Evidence, Ground, Matches, Matching, Presence, Record,
    RecordEntry, Timeline, adoption, others,
};
pub use catalog::{Catalog, Difference, Object};
pub use checksums::{CHECKSUMS, ChecksumsError};
pub use cluster::{CLUSTER_EFFECT, ClusterEffect, Prerequisites, cluster_effects};
pub use column_order::{OrderReliance, ReorderedTables, routines_relying_on_order};
pub use directive::{Allow, DirectiveError, Directives, Loss};
pub use drift::{Drift, drift};
pub use expression::canonical_expression;
pub use file_name::{FileName, Kind, NameError};
pub use layout::Layout;
pub use lint::{
    LintFinding, LintRule, Severity, allows, lint, lint_migration, lint_migrations, lint_rule, lint_rules,
    unused_allows,
};
pub use message::Message;
pub use migrations::{FileError, Gap, Migration, Migrations, Problem, Script};
pub use overview::{Entry, State, overview};
pub use plan::{Applied, PlanError, Stamp, Status, check_fit, downgrade, stamp, upgrade, verify};
pub use proof::{Extent, Trial, trials};
pub use refusal::Refusal;
pub use renumber::{Rename, RenumberError, renumber};
pub use rows::{ColumnValues, EXCERPT, RowLoss, Rows, Sample, TableRows, row_losses};
pub use schema_file::{SCHEMA_FILE_ACCESS, schema_file};
pub use statement::{CopyData, IndexBuild, PsqlCommand, SplitError, Statement, split};
pub use step::{Step, StepKind};
pub use target::{DowngradeTarget, StampTarget, TargetError, UpgradeTarget};
pub use version::VersionType;
