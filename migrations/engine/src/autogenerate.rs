//! Writing migrations from a wanted schema, and proving them before they exist.
//!
//! Two scratch databases have the two schemas. The pure planner (`branchline-diff`) says how one becomes the
//! other. Its statements run in a copy of the first, whose catalog must then be that of the second. Each file
//! has its down, which is planned from the catalog after it to the one before it.

mod expanding;
mod losses;
mod planning;
mod renames;
mod roles;
mod side;
mod subscriptions;

use std::fmt;

use anyhow::{Context, Result};
use files::split;
use model::{Catalog, ReorderedTables};
use serde::Serialize;
use tokio_postgres::Client;

use crate::database::execute;
use crate::scratch::{Beside, Scratch};
use crate::settings::Settings;
use crate::values;
use crate::wanted::RenameHint;
use expanding::Expanding;

pub use losses::NotAllowed;
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
    remove(scratch, trial).await?;
    // Whoever tries the plan next finds the roles as they were.
    let session = scratch.session().await?;
    roles.leave(&session).await?;
    if !roles.is_empty() {
        before.restore(&session).await?;
    }
    generated
}

/// A copy of the first side in which statements are tried.
struct Trial<'a> {
    session: Client,
    to: &'a Side,
    options: &'a PlanOptions,
    with_downs: bool,
    roles: &'a roles::Way,
}

impl Trial<'_> {
    async fn run(self, scratch: &Scratch, from: &Side) -> Result<Generated> {
        let mut generated = Generated::default();
        let mut now = match self.roles.is_renaming() {
            true => subscriptions::read(&self.session).await?,
            false => from.catalog.clone(),
        };
        let mut left = differences(&now, &self.to.catalog);
        if left.is_empty() && self.roles.is_empty() {
            return Ok(self.finished(generated, &now));
        }
        generated.renames =
            renames::find(scratch, (from.template()?, &now), &self.to.catalog, self.options).await?;
        // Finding the way has left renamed roles as they are called then.
        let of_roles = self.roles.first.iter();
        let mut heads: Vec<Change> = of_roles.filter(|change| !change.is_role_rename()).cloned().collect();
        heads.extend(renames::changes(&generated.renames));
        if !heads.is_empty() {
            let file = PlannedFile::of(true, heads);
            if let Err(error) = run_file(&self.session, &file).await? {
                return Err(NotProved { left: vec![error], sql: script([&file]) }.into());
            }
            now = subscriptions::read(&self.session).await?;
            left = differences(&now, &self.to.catalog);
        }
        let mut heads: Vec<Change> =
            self.roles.first.iter().cloned().chain(renames::changes(&generated.renames)).collect();
        let expanding = match self.options.expand {
            true => Expanding::between(&now, &self.to.catalog),
            false => Expanding::default(),
        };
        generated.notes.clone_from(&expanding.left);
        for up in &expanding.ahead {
            self.add(&mut generated, &mut now, up.clone(), &mut heads).await?;
        }
        if !expanding.is_empty() {
            self.swap(scratch, from, &expanding, &mut generated, &mut now).await?;
            left = differences(&now, &self.to.catalog);
        }
        for _ in 0..ROUNDS {
            if left.is_empty() && heads.is_empty() {
                break;
            }
            let mut planned = planning::plan(&now, &self.to.catalog, !self.options.offline)?;
            losses::check(&planned, &self.options.allowed_losses)?;
            // Renames go ahead of the rest, in its file where they can.
            let is_own = planned.first().is_none_or(|first| !first.in_transaction) && !heads.is_empty();
            if is_own {
                planned.insert(0, PlannedFile::of(true, Vec::new()));
            }
            if planned.is_empty() {
                break;
            }
            for up in planned {
                self.add(&mut generated, &mut now, up, &mut heads).await?;
            }
            let before = std::mem::replace(&mut left, differences(&now, &self.to.catalog));
            if left.len() >= before.len() {
                break;
            }
        }
        if left.is_empty() {
            left = self.finish_roles(&mut generated).await?;
        }
        if left.is_empty() {
            return Ok(self.finished(generated, &now));
        }
        let sql = script(generated.files.iter().map(|file| &file.up));
        Err(NotProved { left, sql }.into())
    }

    /// Runs a file, and plans its undo. Renames and roles that are still to be written go ahead of its
    /// changes.
    async fn add(
        &self,
        generated: &mut Generated,
        now: &mut Catalog,
        mut up: PlannedFile,
        heads: &mut Vec<Change>,
    ) -> Result<()> {
        self.try_file(generated, &up).await?;
        let after = subscriptions::read(&self.session).await?;
        let mut down = match self.with_downs {
            true => Some(planning::plan_down(&after, now)?),
            false => None,
        };
        if !heads.is_empty() {
            up.changes.splice(0..0, std::mem::take(heads));
            let back = renames::changes_back(&generated.renames).into_iter();
            let back: Vec<Change> = back.chain(self.roles.first_back.iter().cloned()).collect();
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
        losses::check(std::slice::from_ref(&up), &self.options.allowed_losses)?;
        self.try_file(generated, &up).await?;
        let swapped = subscriptions::read(&self.session).await?;
        let mut planned = expanding.around(planning::plan(&swapped, &self.to.catalog, true)?).into_iter();
        let with_swap = planned.next();
        let rest: Vec<PlannedFile> = planned.collect();
        let own: Vec<PlannedFile> = rest.iter().filter(|file| file.why_lost.is_none()).cloned().collect();
        losses::check(&own, &self.options.allowed_losses)?;
        if let Some(with_swap) = with_swap {
            losses::check(std::slice::from_ref(&with_swap), &self.options.allowed_losses)?;
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
        *now = subscriptions::read(&self.session).await?;
        for up in rest {
            self.add(generated, now, up, &mut Vec::new()).await?;
        }
        Ok(())
    }

    /// Adds what comes after all objects; returns what is left then.
    async fn finish_roles(&self, generated: &mut Generated) -> Result<Vec<String>> {
        if !self.roles.last.is_empty() {
            let tried = PlannedFile::of(true, self.roles.last_to_try());
            if let Err(error) = run_file(&self.session, &tried).await? {
                return Ok(vec![error]);
            }
            if generated.files.last().is_none_or(|file| !file.up.in_transaction) {
                let empty = || PlannedFile::of(true, Vec::new());
                let down = self.with_downs.then(empty);
                generated.files.push(GeneratedFile { up: empty(), down });
            }
            if let Some(file) = generated.files.last_mut() {
                file.up.changes.extend(self.roles.last.iter().cloned());
                let back = self.roles.last_back.iter().cloned();
                file.down.iter_mut().for_each(|down| drop(down.changes.splice(0..0, back.clone())));
            }
        }
        self.roles.left(&self.session).await
    }

    fn finished(&self, mut generated: Generated, now: &Catalog) -> Generated {
        let wanted = &self.to.catalog;
        generated.notes.extend(order_notes(now, wanted));
        generated.notes.extend(secret_notes(now, wanted));
        generated.notes.extend(self.roles.notes.iter().cloned());
        generated
    }
}

/// The differences of a catalog from the wanted one, the order of columns aside, and whether a materialized
/// view has rows, and secrets, which are not written.
#[must_use]
pub fn differences(there: &Catalog, wanted: &Catalog) -> Vec<String> {
    let (_, differences) = ReorderedTables::take(there, there.diff(wanted));
    differences
        .iter()
        .filter(|difference| !is_of_rows(difference) && secret(difference).is_none())
        .map(ToString::to_string)
        .collect()
}

fn is_of_rows(difference: &model::Difference) -> bool {
    matches!(difference, model::Difference::Changed { property: model::Property::Populated, .. })
}

/// The statements that make the roles of one side those of another, which the second would have beyond the
/// objects of its database.
#[must_use]
pub fn role_differences(there: &Side, wanted: &Side) -> Vec<String> {
    roles::differences(&there.roles, &wanted.roles)
}

/// A secret that the second of two catalogs has otherwise: its object and its name.
fn secret(difference: &model::Difference) -> Option<(&model::ObjectId, &str)> {
    match difference {
        model::Difference::Changed {
            object,
            property: model::Property::SecretOption(name),
            after: Some(_),
            ..
        } => Some((object, name)),
        _ => None,
    }
}

fn secret_notes(there: &Catalog, wanted: &Catalog) -> Vec<String> {
    let differences = there.diff(wanted);
    let secrets = differences.iter().filter_map(secret);
    secrets
        .map(|(object, name)| {
            format!("option {name} of {object} may be a secret and is not written; set it by hand")
        })
        .collect()
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

impl Change {
    fn is_role_rename(&self) -> bool {
        self.sql.starts_with("ALTER ROLE ") && self.sql.contains(" RENAME TO ")
    }
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
    let copy = scratch.beside(Some(side.template()?)).await?;
    subscriptions::copy(&copy.session().await?, &side.catalog).await?;
    Ok(copy)
}

/// The side's scratch database as a copy for the last time. No other database holds its roles then, so that
/// they can be dropped.
///
/// # Errors
/// The server's refusal.
pub async fn last_copy(scratch: &Scratch, side: Side) -> Result<Beside> {
    let copied = copy(scratch, &side).await?;
    if let Some(template) = side.template {
        scratch.remove_beside(template).await?;
    }
    Ok(copied)
}

/// Removes such a copy.
///
/// # Errors
/// The server's refusal.
pub async fn remove(scratch: &Scratch, copy: Beside) -> Result<()> {
    subscriptions::drop_all(&copy.session().await?).await?;
    scratch.remove_beside(copy).await
}

/// The settings of the scratch databases of a comparison.
#[must_use]
pub fn settings(scratch: &Scratch, settings: Settings) -> Settings {
    scratch.settings(settings)
}
