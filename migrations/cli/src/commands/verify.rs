//! `branchline verify`.

mod summary;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use anyhow::Result;
use engine::verify::{default_jobs, prove};
use files::{Migration, Migrations, proof_steps, verify};

use super::Context;
use crate::options::{Place, Unmodeled};
use crate::output::{Exit, Usage};
use text::wrap;

/// Prove every up and every down on a scratch database
#[derive(clap::Args)]
#[command(
    after_help = "Each migration runs up, down and up again on tables with sample rows. The catalog after \
                  the down must be what it was before, after the second up what it was after the first. What \
                  a down does not give back, or takes with it of what the migration before knew, it must say \
                  (-- branchline: loses table.column: why). Rows of your own are taken from \
                  V<number>__<name>.rows.sql. A migration that is refused does not end the proof: what \
                  follows is tried on what the ups alone make. The database itself is not touched: scratch \
                  databases are made and dropped afterwards. Exit status: 0 proved, 1 not."
)]
pub(crate) struct Args {
    /// Prove from this number on; the migrations before it run up only
    #[arg(long, value_name = "NUMBER", conflicts_with = "pending")]
    from: Option<i64>,
    /// Prove what is not applied in the database; the others run up only
    #[arg(long)]
    pending: bool,
    /// Parts of the history to prove at once, of a hundred migrations at most and each on a temporary server
    /// of its own [default: the number of cores]
    #[arg(long, value_name = "COUNT")]
    jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    unmodeled: Unmodeled,
    #[command(flatten)]
    place: Place,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let migrations = context.migrations()?;
    let wanted = wanted(args, &migrations, context).await?;
    let output = context.output;
    let is_wanted = |migration: &Migration| wanted.contains(&migration.version);
    // The files are sound, before a server is looked for.
    proof_steps(&migrations, is_wanted)?;
    let server = context.scratch_server(&args.place, &migrations).await?;
    let jobs = args.jobs.unwrap_or_else(default_jobs);
    let observe = |event| output.proof_event(event);
    let proof = prove(&migrations, is_wanted, &server, context.settings(), jobs, &observe).await;
    output.still();
    let proof = proof?;
    let scope = if args.pending { "--pending" } else { "--from" };
    output.result(&proof, &wrap(&summary::text(&proof, scope)));
    let is_denied = args.unmodeled.deny_unmodeled && !proof.unmodeled.is_empty();
    Ok(if proof.is_complete() && !is_denied { Exit::Done } else { Exit::Failed })
}

/// The numbers of the migrations that are to be proved.
async fn wanted(args: &Args, migrations: &Migrations, context: &Context<'_>) -> Result<BTreeSet<i64>> {
    if args.pending {
        let (_, history) = context.read_history().await?;
        let status = verify(migrations, &history)?;
        return Ok(status.pending.iter().map(|migration| migration.version).collect());
    }
    let from = args.from.unwrap_or(i64::MIN);
    if args.from.is_some() && migrations.get(from).is_none() {
        return Err(Usage("--from: no migration has this number").into());
    }
    Ok(migrations.iter().map(|migration| migration.version).filter(|version| *version >= from).collect())
}
