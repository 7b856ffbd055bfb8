//! `branchline schema`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::ArgAction;
use files::UpgradeTarget;
use model::{schema_file, schema_file_without_privileges};
use serde_json::json;

use super::Context;
use crate::options::{Place, Unmodeled};
use crate::output::Exit;
use engine::introspection;
use engine::migrate::{Target, migrate};
use engine::scratch;

/// Write the schema that the migrations make as one file
#[derive(clap::Args)]
#[command(
    after_help = "The migrations run in a scratch database, which is dropped afterwards. The file is for \
                  readers and for diffs, and psql loads it into an empty database, which has the same \
                  catalog then. An owner is written where it is not that of most objects; roles that it \
                  names must exist."
)]
pub(crate) struct Args {
    /// The file; without one it is printed
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write owners and privileges, too; the roles that they name must exist where the file is loaded
    #[arg(
        long,
        value_name = "BOOL",
        default_value_t = true,
        action = ArgAction::Set,
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    with_privileges: bool,
    #[command(flatten)]
    unmodeled: Unmodeled,
    #[command(flatten)]
    place: Place,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let migrations = context.migrations()?.allowing_gaps();
    let settings = context.settings();
    let server = context.scratch_server(&args.place, &migrations).await?;
    let catalog = scratch::within(&server, async |scratch| {
        let settings = scratch.settings(settings.clone());
        migrate(&scratch.url, &migrations, Target::Up(UpgradeTarget::Head), &settings, &|_| {}).await?;
        introspection::read_with_dependencies(&scratch.session().await?).await
    });
    let catalog = catalog.await?;
    args.unmodeled.check(catalog.unmodeled())?;
    let unmodeled: Vec<&str> = catalog.unmodeled().collect();
    let write = if args.with_privileges { schema_file } else { schema_file_without_privileges };
    let sql = write(&catalog);
    match &args.output {
        Some(path) => {
            fs::write(path, &sql).with_context(|| format!("{} cannot be written", path.display()))?;
            let path = path.display().to_string();
            context.output.result(
                &json!({ "written": path, "unmodeled": unmodeled, "scratch_server": server.kind }),
                &path,
            );
        }
        None => {
            let value = json!({ "sql": sql, "unmodeled": unmodeled, "scratch_server": server.kind });
            context.output.sql(&value, &sql);
        }
    }
    Ok(Exit::Done)
}
