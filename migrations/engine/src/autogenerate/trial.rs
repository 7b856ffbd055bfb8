//! Plans, tried in a copy of the first side until it is like the second.

use std::fmt;

use anyhow::{Context, Result};
use files::split;
use model::Catalog;
use tokio_postgres::Client;

use super::compare::{differences, order_notes, secret_notes};
use super::expanding::Expanding;
use super::planned::script;
use super::{Change, Generated, GeneratedFile, PlanOptions, PlannedFile, Side};
use super::{losses, planning, renames, roles, subscriptions};
use crate::database::execute;
use crate::scratch::Scratch;
use crate::values;

/// Plans that follow each other until nothing differs any more. One is the rule.
const ROUNDS: usize = 4;

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

/// A copy of the first side in which statements are tried.
pub(super) struct Trial<'a> {
    pub(super) session: Client,
    pub(super) to: &'a Side,
    pub(super) options: &'a PlanOptions,
    pub(super) with_downs: bool,
    pub(super) roles: &'a roles::Way,
}

impl Trial<'_> {
    pub(super) async fn run(self, scratch: &Scratch, from: &Side) -> Result<Generated> {
        let mut generated = Generated::default();
        let mut now = match self.roles.is_renaming() {
            true => subscriptions::read(&self.session).await?,
            false => from.catalog.clone(),
        };
        let mut left = differences(&now, &self.to.catalog);
        if left.is_empty() && self.roles.is_empty() {
            return Ok(self.finished(generated, &now));
        }
        let found = renames::find(scratch, (from, &now), &self.to.catalog, self.options).await?;
        let undecided = found.note();
        generated.renames = found.renames;
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
        generated.notes.extend(undecided);
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

/// Runs a file; returns why it does not run.
pub(super) async fn run_file(session: &Client, file: &PlannedFile) -> Result<Result<(), String>> {
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
