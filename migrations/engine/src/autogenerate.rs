//! Writing migrations from a wanted schema, and proving them before they exist.
//!
//! Two scratch databases have the two schemas. The pure planner (`branchline-diff`) says how one becomes the
//! other. Its statements run in a copy of the first, whose catalog must then be that of the second. Each file
//! has its down, which is planned from the catalog after it to the one before it.

mod compare;
mod copies;
mod expanding;
mod losses;
mod planned;
mod planning;
mod renames;
mod roles;
mod side;
mod subscriptions;
mod trial;

use anyhow::Result;

use crate::scratch::Scratch;
use crate::settings::Settings;
use crate::wanted::RenameHint;
use copies::remove;
use trial::Trial;

pub use compare::{differences, role_differences};
pub use copies::{copy, last_copy, leave};
pub use losses::NotAllowed;
pub use planned::{Change, Generated, GeneratedFile, PlannedFile, script};
pub use planning::Refused;
pub use renames::{Ambiguous, AppliedRename};
pub use side::{Side, Source, make};
pub use trial::NotProved;

/// Options of planning.
#[derive(Clone, Debug, Default)]
pub struct PlanOptions {
    /// The short form, which may block others: no concurrent builds, no later validation.
    pub offline: bool,
    /// Changes of type that would rewrite a table are made beside those who use it, in several files.
    pub expand: bool,
    /// Objects that may be dropped with their data: `table`, `table.column`, or `all`.
    pub allowed_losses: Vec<String>,
    /// Hints of the wanted files.
    pub hints: Vec<RenameHint>,
    /// Renames that somebody has chosen among candidates.
    pub chosen: Vec<AppliedRename>,
    /// Candidates that are none.
    pub rejected: Vec<AppliedRename>,
}

/// Plans the way from one side to the other, and tries it in a copy of the first. `with_downs`: each file
/// gets its undo as well.
///
/// # Errors
/// [`Refused`], [`Ambiguous`], [`NotAllowed`], [`NotProved`]; or the server is lost.
pub async fn generate(
    scratch: &Scratch,
    (from, to): (&Side, &Side),
    options: &PlanOptions,
    with_downs: bool,
) -> Result<Generated> {
    let trial = copy(scratch, from).await?;
    let session = trial.session().await?;
    let before = roles::read(&session).await?;
    let allowed = &options.allowed_losses;
    let roles = roles::Way::find(&session, (&from.roles, &to.catalog), &to.roles, allowed).await?;
    let generated = Trial { session, to, options, with_downs, roles: &roles }.run(scratch, from).await;
    if roles.is_empty() {
        leave(scratch, trial).await?;
        return generated;
    }
    remove(scratch, trial).await?;
    // Whoever tries the plan next finds the roles as they were.
    let session = scratch.session().await?;
    roles.leave(&session).await?;
    before.restore(&session).await?;
    generated
}

/// The settings of the scratch databases of a comparison.
#[must_use]
pub fn settings(scratch: &Scratch, settings: Settings) -> Settings {
    scratch.settings(settings)
}
