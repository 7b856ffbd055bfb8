//! `branchline upgrade [head|N|+n]`.

use anyhow::Result;
use files::UpgradeTarget;

use super::Context;
use super::offline::Range;
use super::steps::{self, Mode};
use crate::output::Exit;
use engine::migrate::Target;

/// Apply pending migrations
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Target: head, a migration's number, or +n for the next n. With --sql also a range, as base:head
    #[arg(default_value = "head", value_name = "TARGET")]
    target: Range<UpgradeTarget>,
    #[command(flatten)]
    mode: Mode,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let Range { from, target } = args.target;
    steps::run(Target::Up(target), from, &args.mode, context).await
}
