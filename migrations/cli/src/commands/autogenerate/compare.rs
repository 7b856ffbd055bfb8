//! A comparison in scratch databases, with whatever has to be asked.

use std::io::{IsTerminal as _, Write as _, stderr, stdin};

use anyhow::{Result, bail};
use engine::autogenerate::{Ambiguous, AppliedRename, Generated, PlanOptions, Side, Source, generate, make};
use engine::scratch::{self, Scratch, Server};
use engine::wanted::{WantedFile, rename_hints};
use files::Migrations;

use super::super::Context;
use super::PlanArgs;
use text::wrap;

/// Two sides to compare.
pub(in super::super) struct Sides {
    pub(in super::super) from: Source,
    pub(in super::super) to: Source,
}

/// What a plan needs beyond the two sides.
pub(in super::super) struct Comparison<'a> {
    pub(in super::super) sides: &'a Sides,
    pub(in super::super) args: &'a PlanArgs,
    pub(in super::super) context: &'a Context<'a>,
}

impl Comparison<'_> {
    /// The server for both sides: like the database of a side, where one is.
    pub(in super::super) async fn server(&self) -> Result<Server> {
        let Sides { from, to } = self.sides;
        let database = [from, to].into_iter().find_map(|side| match side {
            Source::Database(url) => Some((**url).clone()),
            _ => None,
        });
        let empty = Migrations::read(Vec::new(), None, "")?;
        let mut wanted: Vec<WantedFile> = from.files().iter().chain(to.files()).cloned().collect();
        let migrations = match (from, to) {
            (Source::Migrations(one, _), Source::Migrations(other, _)) => {
                wanted.extend(other.iter().map(|migration| WantedFile {
                    file: migration.up.file.clone(),
                    sql: migration.up.sql.clone(),
                }));
                one
            }
            (Source::Migrations(one, _), _) | (_, Source::Migrations(one, _)) => one,
            _ => &Box::new(empty),
        };
        self.context.scratch_server_for(&self.args.place, migrations, &wanted, database).await
    }

    /// Makes both sides in a scratch database's neighbours.
    pub(in super::super) async fn make(&self, scratch: &Scratch) -> Result<(Side, Side)> {
        let settings = engine::autogenerate::settings(scratch, self.context.settings());
        let mut notes = Vec::new();
        let sides = make(scratch, &settings, (&self.sides.from, &self.sides.to), &mut notes).await?;
        for note in notes {
            self.context.output.note(&wrap(&format!("note: {note}")));
        }
        Ok(sides)
    }

    /// Plans and tries, and asks at a terminal where a rename is ambiguous.
    pub(in super::super) async fn generate(
        &self,
        scratch: &Scratch,
        sides: (&Side, &Side),
        with_downs: bool,
    ) -> Result<Generated> {
        let mut options = self.args.options();
        options.hints = rename_hints(self.sides.to.files())?;
        loop {
            let error = match generate(scratch, sides, &options, with_downs).await {
                Ok(generated) => return Ok(generated),
                Err(error) => error,
            };
            let is_terminal = stdin().is_terminal() && stderr().is_terminal();
            match error.downcast_ref::<Ambiguous>() {
                Some(ambiguous) if is_terminal => ask(ambiguous, &mut options)?,
                _ => return Err(error),
            }
        }
    }

    /// Does something with both sides in scratch databases.
    pub(in super::super) async fn within<T>(
        &self,
        server: &Server,
        work: impl AsyncFnOnce(&Scratch, Side, Side) -> Result<T>,
    ) -> Result<T> {
        scratch::within(server, async |scratch| {
            let (from, to) = self.make(scratch).await?;
            work(scratch, from, to).await
        })
        .await
    }
}

/// Asks of each group which of its candidates is a rename.
fn ask(ambiguous: &Ambiguous, options: &mut PlanOptions) -> Result<()> {
    let mut terminal = stderr();
    for candidates in &ambiguous.groups {
        writeln!(terminal, "Which of these was renamed?")?;
        for (number, candidate) in (1..).zip(candidates) {
            writeln!(terminal, "  {number}  {candidate}")?;
        }
        write!(terminal, "  0  none: they are dropped and made\nNumber: ")?;
        terminal.flush()?;
        let mut answer = String::new();
        stdin().read_line(&mut answer)?;
        match answer.trim().parse::<usize>() {
            Ok(0) => options.rejected.extend(candidates.iter().cloned()),
            Ok(number) if number <= candidates.len() => {
                let chosen: Option<&AppliedRename> = candidates.get(number - 1);
                options.chosen.extend(chosen.cloned());
            }
            _ => bail!("no number of the list was given"),
        }
    }
    Ok(())
}
