//! Writing migrations from a wanted schema, and proving them before they exist.
//!
//! Two scratch databases have the two schemas. The pure planner (`branchline-diff`) says how one becomes the
//! other. Its statements run in a copy of the first, whose catalog must then be that of the second. Each file
//! has its down, which is planned from the catalog after it to the one before it.

mod expanding;
mod planning;
mod renames;
mod side;

use std::fmt;

use anyhow::{Context, Result};
use files::split;
use model::{Catalog, ReorderedTables};
use serde::Serialize;
use tokio_postgres::Client;

use crate::database::execute;
use crate::introspection;
use crate::scratch::{Beside, Scratch};
use crate::settings::Settings;
use crate::values;
use crate::wanted::RenameHint;
use expanding::Expanding;

pub use planning::Refused;
pub use renames::{Ambiguous, AppliedRename};
pub use side::{Side, Source, make};

/// Plans that follow each other until nothing differs any more. One is the rule.
const ROUNDS: usize = 4;

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

/// One change of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its statement, or several.
    pub sql: String,
    /// The object that it is about.
    pub about: String,
    /// What it does, in words.
    pub summary: String,
    /// The data that it loses: `table.*` or `table.column`.
    pub loses: Vec<String>,
}

/// Statements that belong into one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedFile {
    /// True if it runs in one transaction.
    pub in_transaction: bool,
    /// What it does, in order.
    pub changes: Vec<Change>,
    /// Why what it loses is no loss, where nobody has to give it up.
    #[serde(skip)]
    pub why_lost: Option<&'static str>,
}

/// A file with its undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GeneratedFile {
    /// The file.
    pub up: PlannedFile,
    /// The undo; none where it was not asked for.
    pub down: Option<PlannedFile>,
}

/// The outcome of planning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// The files in their order; none where nothing differs.
    pub files: Vec<GeneratedFile>,
    /// Renames that were told or found.
    pub renames: Vec<AppliedRename>,
    /// Differences that stay and that do not matter: the order of columns.
    pub notes: Vec<String>,
}

/// The plan does not lead to the wanted schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotProved {
    /// What differs at the end, or why a statement did not run.
    pub left: Vec<String>,
    /// The statements.
    pub sql: String,
}

impl std::error::Error for NotProved {}

impl fmt::Display for NotProved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "what was planned does not lead to the wanted schema, so nothing is written. It leaves:",
        )?;
        self.left.iter().try_for_each(|line| write!(f, "\n{}", line.replace('\n', "\n    ")))?;
        f.write_str("\nIt was planned:")?;
        self.sql.lines().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

/// Data would be lost that nobody has given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAllowed {
    /// `table` or `table.column`, as `--allow-loss` takes it.
    pub losses: Vec<String>,
}

impl std::error::Error for NotAllowed {}

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("data would be lost, and nothing is written before that is allowed:")?;
        self.losses.iter().try_for_each(|loss| write!(f, "\n    --allow-loss {loss}"))?;
        f.write_str(
            "\n--allow-loss all allows every one. A renamed object is told in the wanted file, on the line \
             before it: -- branchline: renamed_from <old name>",
        )
    }
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
    let trial = scratch.beside(Some(&from.template)).await?;
    let generated =
        Trial { session: trial.session().await?, to, options, with_downs }.run(scratch, from).await;
    scratch.remove_beside(trial).await?;
    generated
}

/// A copy of the first side in which statements are tried.
struct Trial<'a> {
    session: Client,
    to: &'a Side,
    options: &'a PlanOptions,
    with_downs: bool,
}

impl Trial<'_> {
    async fn run(self, scratch: &Scratch, from: &Side) -> Result<Generated> {
        let mut generated = Generated::default();
        let mut now = from.catalog.clone();
        let mut left = differences(&now, &self.to.catalog);
        if left.is_empty() {
            generated.notes = order_notes(&now, &self.to.catalog);
            return Ok(generated);
        }
        generated.renames = renames::find(scratch, from, self.to, self.options).await?;
        let mut renaming = renames::changes(&generated.renames);
        if !renaming.is_empty() {
            let file = PlannedFile::of(true, renaming.clone());
            if let Err(error) = run_file(&self.session, &file).await? {
                return Err(NotProved { left: vec![error], sql: script([&file]) }.into());
            }
            now = introspection::read_with_dependencies(&self.session).await?;
        }
        let expanding = match self.options.expand {
            true => Expanding::between(&now, &self.to.catalog),
            false => Expanding::default(),
        };
        let notes: Vec<String> = expanding.left.clone();
        for up in &expanding.ahead {
            self.add(&mut generated, &mut now, up.clone(), &mut renaming).await?;
        }
        if !expanding.is_empty() {
            self.swap(scratch, from, &expanding, &mut generated, &mut now).await?;
            left = differences(&now, &self.to.catalog);
        }
        for _ in 0..ROUNDS {
            if left.is_empty() {
                break;
            }
            let mut planned = planning::plan(&now, &self.to.catalog, !self.options.offline)?;
            check_losses(&planned, &self.options.allowed_losses)?;
            // Renames go ahead of the rest, in its file where they can.
            let is_own = planned.first().is_none_or(|first| !first.in_transaction) && !renaming.is_empty();
            if is_own {
                planned.insert(0, PlannedFile::of(true, Vec::new()));
            }
            if planned.is_empty() {
                break;
            }
            for up in planned {
                self.add(&mut generated, &mut now, up, &mut renaming).await?;
            }
            let before = std::mem::replace(&mut left, differences(&now, &self.to.catalog));
            if left.len() >= before.len() {
                break;
            }
        }
        if left.is_empty() {
            generated.notes = notes;
            generated.notes.extend(order_notes(&now, &self.to.catalog));
            return Ok(generated);
        }
        let sql = script(generated.files.iter().map(|file| &file.up));
        Err(NotProved { left, sql }.into())
    }

    /// Runs a file, and plans its undo. Renames that are still to be written go ahead of its changes.
    async fn add(
        &self,
        generated: &mut Generated,
        now: &mut Catalog,
        mut up: PlannedFile,
        renaming: &mut Vec<Change>,
    ) -> Result<()> {
        self.try_file(generated, &up).await?;
        let after = introspection::read_with_dependencies(&self.session).await?;
        let mut down = match self.with_downs {
            true => Some(planning::plan_down(&after, now)?),
            false => None,
        };
        if !renaming.is_empty() {
            up.changes.splice(0..0, std::mem::take(renaming));
            let back = renames::changes_back(&generated.renames);
            down.iter_mut().for_each(|down| down.changes.extend(back.clone()));
        }
        generated.files.push(GeneratedFile { up, down });
        *now = after;
        Ok(())
    }

    async fn try_file(&self, generated: &Generated, up: &PlannedFile) -> Result<()> {
        match run_file(&self.session, up).await? {
            Ok(()) => Ok(()),
            Err(error) => {
                let files = generated.files.iter().map(|file| &file.up).chain([up]);
                Err(NotProved { left: vec![error], sql: script(files) }.into())
            }
        }
    }

    /// Makes the swap of an expansion, and what else there is to do.
    async fn swap(
        &self,
        scratch: &Scratch,
        from: &Side,
        expanding: &Expanding,
        generated: &mut Generated,
        now: &mut Catalog,
    ) -> Result<()> {
        let mut up = expanding.swap();
        check_losses(std::slice::from_ref(&up), &self.options.allowed_losses)?;
        self.try_file(generated, &up).await?;
        let swapped = introspection::read_with_dependencies(&self.session).await?;
        let mut planned = expanding.around(planning::plan(&swapped, &self.to.catalog, true)?).into_iter();
        let with_swap = planned.next();
        let rest: Vec<PlannedFile> = planned.collect();
        let own: Vec<PlannedFile> = rest.iter().filter(|file| file.why_lost.is_none()).cloned().collect();
        check_losses(&own, &self.options.allowed_losses)?;
        if let Some(with_swap) = with_swap {
            check_losses(std::slice::from_ref(&with_swap), &self.options.allowed_losses)?;
            self.try_file(generated, &with_swap).await?;
            up.changes.extend(with_swap.changes);
        }
        let files: Vec<&PlannedFile> = generated.files.iter().map(|file| &file.up).chain([&up]).collect();
        let down = match self.with_downs {
            true => Some(expanding.down(scratch, from, &files, now).await?),
            false => None,
        };
        let down = down.transpose().map_err(|error| NotProved { left: vec![error], sql: script(files) })?;
        generated.files.push(GeneratedFile { up, down });
        *now = introspection::read_with_dependencies(&self.session).await?;
        for up in rest {
            self.add(generated, now, up, &mut Vec::new()).await?;
        }
        Ok(())
    }
}

/// The differences of a catalog from the wanted one, the order of columns aside, and whether a materialized
/// view has rows.
#[must_use]
pub fn differences(there: &Catalog, wanted: &Catalog) -> Vec<String> {
    let (_, differences) = ReorderedTables::take(there, there.diff(wanted));
    differences.iter().filter(|difference| !is_of_rows(difference)).map(ToString::to_string).collect()
}

fn is_of_rows(difference: &model::Difference) -> bool {
    matches!(difference, model::Difference::Changed { property: model::Property::Populated, .. })
}

fn order_notes(there: &Catalog, wanted: &Catalog) -> Vec<String> {
    let (reordered, _) = ReorderedTables::take(wanted, wanted.diff(there));
    let note = |column| {
        format!(
            "{column} stands further back than the wanted schema puts it: Postgres adds columns at the end"
        )
    };
    reordered.columns().map(note).collect()
}

/// Refuses what loses data that nobody has given up.
fn check_losses(planned: &[PlannedFile], allowed: &[String]) -> Result<()> {
    let all = planned.iter().flat_map(|file| &file.changes).flat_map(|change| &change.loses);
    let mut losses: Vec<String> =
        all.filter(|loss| !is_allowed(loss, allowed)).map(|loss| as_option(loss)).collect();
    losses.sort();
    losses.dedup();
    if losses.is_empty() { Ok(()) } else { Err(NotAllowed { losses }.into()) }
}

/// A loss as `--allow-loss` takes it.
fn as_option(loss: &str) -> String {
    loss.strip_suffix(".*").unwrap_or(loss).to_owned()
}

fn is_allowed(loss: &str, allowed: &[String]) -> bool {
    let loss = as_option(loss);
    let names = |one: &str, other: &str| {
        let bare = |name: &str| name.strip_prefix("public.").unwrap_or(name).to_owned();
        bare(one) == bare(other)
    };
    allowed.iter().any(|allowed| {
        let allowed = allowed.strip_suffix(".*").unwrap_or(allowed);
        // A table that is given up takes its columns with it.
        allowed == "all"
            || names(allowed, &loss)
            || loss.rsplit_once('.').is_some_and(|(table, _)| names(allowed, table))
    })
}

/// Runs a file; returns why it does not run.
async fn run_file(session: &Client, file: &PlannedFile) -> Result<Result<(), String>> {
    if file.in_transaction {
        execute(session, "BEGIN").await?;
    }
    for change in &file.changes {
        let statements = split(&change.sql).context("a planned statement cannot be cut")?;
        for statement in statements {
            let Err(error) = execute(session, statement.text).await else { continue };
            if error.as_db_error().is_none() {
                return Err(error.into());
            }
            if file.in_transaction {
                execute(session, "ROLLBACK").await?;
            }
            let message = values::as_asked(&error, Some(statement.text));
            return Ok(Err(format!("{}: {message}\n{}", change.about, statement.text)));
        }
    }
    if file.in_transaction {
        let committed = execute(session, "COMMIT").await;
        if let Err(error) = committed {
            return Ok(Err(values::as_asked(&error, None)));
        }
    }
    execute(session, "RESET ALL").await?;
    Ok(Ok(()))
}

/// Files as one script, which psql runs as it stands.
pub fn script<'f>(files: impl IntoIterator<Item = &'f PlannedFile>) -> String {
    let mut script = String::new();
    for file in files {
        if !script.is_empty() {
            script.push('\n');
        }
        if file.in_transaction {
            script.push_str("BEGIN;\n");
        }
        script.push_str(&file.text());
        if file.in_transaction {
            script.push_str("COMMIT;\n");
        }
    }
    script
}

impl PlannedFile {
    /// Changes in one transaction, or in none.
    #[must_use]
    pub const fn of(in_transaction: bool, changes: Vec<Change>) -> Self {
        Self { in_transaction, changes, why_lost: None }
    }

    /// Its statements, each with its semicolon.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for change in &self.changes {
            let sql = change.sql.trim_end();
            text.push_str(sql);
            text.push_str(if sql.ends_with(';') { "\n" } else { ";\n" });
        }
        text
    }

    /// The data that it loses: `table.*` or `table.column`.
    pub fn losses(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().flat_map(|change| &change.loses).map(String::as_str)
    }
}

/// A copy of a side's scratch database, to try something in.
///
/// # Errors
/// The server's refusal.
pub async fn copy(scratch: &Scratch, side: &Side) -> Result<Beside> {
    scratch.beside(Some(&side.template)).await
}

/// The settings of the scratch databases of a comparison.
#[must_use]
pub fn settings(scratch: &Scratch, settings: Settings) -> Settings {
    scratch.settings(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_allowed_by_its_column_its_table_or_as_all() {
        let allowed = |loss: &str, allowed: &str| is_allowed(loss, &[allowed.to_owned()]);
        assert!(allowed("public.t.a", "t.a") && allowed("t.a", "public.t.a") && allowed("app.t.a", "app.t"));
        assert!(allowed("public.t.*", "t") && allowed("app.t.*", "all") && allowed("t.a", "t"));
        assert!(!allowed("public.t.*", "t.a") && !allowed("app.t.a", "t.a") && !allowed("t.a", "t.b"));
    }
}
