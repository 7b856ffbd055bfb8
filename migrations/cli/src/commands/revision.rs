//! `branchline revision`, Alembic's word for `new`.

use std::path::PathBuf;

use anyhow::Result;

use super::autogenerate::{PlanArgs, write};
use super::{Context, new};
use crate::output::Exit;

/// Write a new migration, as Alembic's revision does
#[derive(clap::Args)]
#[command(
    after_help = "With --autogenerate, up and down are planned from the wanted schema and proved on scratch \
                  databases before a file is written, as new --from does. Without, an empty pair is written, \
                  as new does. Exit status: 0 written or nothing to do, 1 not proved, 3 renames are \
                  ambiguous."
)]
pub(crate) struct Args {
    /// A short description of the change
    #[arg(short, long, value_name = "MESSAGE")]
    message: String,
    /// Write up and down from the wanted schema
    #[arg(long)]
    autogenerate: bool,
    /// The wanted schema, a file or folder of SQL; - for standard input [default: schema.sql beside the
    /// folder of migrations]
    #[arg(long, value_name = "FILE|FOLDER", requires = "autogenerate")]
    from: Option<PathBuf>,
    #[command(flatten)]
    plan: PlanArgs,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    match args.autogenerate {
        true => write::run(&args.message, args.from.as_ref(), &args.plan, context).await,
        false => new::write_empty(&args.message, context),
    }
}
