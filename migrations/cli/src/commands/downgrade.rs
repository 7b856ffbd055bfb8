//! `branchline downgrade -n|N|base`.

use anyhow::Result;
use files::DowngradeTarget;

use super::Context;
use super::offline::Range;
use super::steps::{self, Mode};
use crate::output::Exit;
use engine::migrate::Target;

/// Take applied migrations back
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Target: -n for the last n, the number of the last migration to keep, or base. With --sql also a range,
    /// as 7:5
    #[arg(value_name = "TARGET", allow_negative_numbers = true)]
    target: Range<DowngradeTarget>,
    #[command(flatten)]
    mode: Mode,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let Range { from, target } = args.target;
    steps::run(Target::Down(target), from, &args.mode, context).await
}
