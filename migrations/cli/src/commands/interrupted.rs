//! A migration that was broken off, as commands show it.

use std::fmt;

use files::Migrations;
use serde::Serialize;

use engine::report::Direction;
use engine::run::progress::Progress;

/// A migration outside a transaction that was killed or failed midway, or that another runner is at.
#[derive(Serialize)]
pub(super) struct Interrupted {
    migration: String,
    direction: Direction,
    /// Number of its statements that are done.
    done: usize,
    /// Number of statements in its file; null if the file is gone.
    statements: Option<usize>,
    /// The command that goes on with it.
    command: String,
}

impl Interrupted {
    pub(super) fn new(progress: &Progress, migrations: &Migrations) -> Self {
        let migration = migrations.get(progress.version);
        let script = migration.and_then(|migration| match progress.direction {
            Direction::Up => Some(&migration.up),
            Direction::Down => migration.down.as_ref(),
        });
        Self {
            migration: migration.map_or_else(|| progress.version.to_string(), |m| m.label().to_owned()),
            direction: progress.direction,
            done: progress.done,
            statements: script.map(|script| script.statements().count()),
            command: progress.command(),
        }
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { migration, done, command, .. } = self;
        let doing = self.direction.participle();
        write!(f, "broken off: {migration}, while it was being {doing}: {done} ")?;
        if let Some(statements) = self.statements {
            write!(f, "of {statements} ")?;
        }
        write!(f, "statements are done; {command} goes on with it, unless another run is at it now")
    }
}
