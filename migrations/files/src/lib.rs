//! Migration files, their statements, and the plan from a database's history to a target. Nothing here reads
//! a file or talks to a database; Cargo.toml keeps it so.
//!
//! Files are named as refinery names them, `V<number>__<name>.sql`, with an undo `V<number>__<name>.down.sql`
//! beside them, and checksums are refinery's, so that either tool accepts a database that the other has
//! migrated.

mod checksums;
mod directive;
mod file_name;
mod layout;
mod line_index;
mod message;
mod migrations;
mod overview;
mod plan;
mod proof;
mod refusal;
mod renumber;
mod statement;
mod step;
mod table_name;
mod target;
mod version;
#[doc(hidden)]
pub mod work;

pub use checksums::{CHECKSUMS, ChecksumsError};
pub use directive::{Allow, DirectiveError, Directives, Loss};
pub use file_name::{FileName, Kind, NameError};
pub use layout::Layout;
pub use message::Message;
pub use migrations::{FileError, Gap, Migration, Migrations, Problem, Script};
pub use overview::{Entry, State, overview};
pub use plan::{
    Applied, PlanError, Stamp, Status, check_fit, check_statements, downgrade, stamp, upgrade, verify,
};
pub use proof::{Extent, ProofStep, proof_steps};
pub use refusal::Refusal;
pub use renumber::{Rename, RenumberError, renumber};
pub use statement::{
    CopyData, IndexBuild, PsqlCommand, Scanner, SplitError, Statement, Token, psql_commands, split,
};
pub use step::{Step, StepKind};
pub use table_name::{TableName, identifier, pieces as name_pieces};
pub use target::{DowngradeTarget, StampTarget, TargetError, UpgradeTarget};
pub use version::VersionType;
