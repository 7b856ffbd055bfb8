//! `branchline branch restore`.

use anyhow::Result;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::goes_on;
use super::name::{name, name_with_time};
use crate::output::Output;
use engine::interrupt::Signals;
use neon::{Client, Restore};
use text::{quoted, wrap};

/// Bring a branch to a moment of its past, or of another branch's
#[derive(clap::Args)]
#[command(
    after_help = "What the branch was is kept as another branch, whose name is printed: bring it back with \
                  branch restore NAME --from THAT. Neon keeps a branch's past for as long as the project's \
                  history window says (6 hours to 30 days)."
)]
pub(super) struct Args {
    /// The branch
    #[arg(value_parser = name)]
    name: String,
    /// The moment, as in 2026-11-23T10:00:00Z [default: now, with --from]
    #[arg(long, value_name = "TIME", value_parser = moment, required_unless_present = "from")]
    to: Option<OffsetDateTime>,
    /// Another branch whose state to take
    #[arg(long, value_name = "BRANCH", value_parser = name)]
    from: Option<String>,
    /// The name for what the branch was [default: its name and the time]
    #[arg(long, value_name = "NAME", value_parser = name)]
    preserve_as: Option<String>,
}

pub(super) async fn run(args: &Args, neon: &Client, output: &Output) -> Result<()> {
    let branch = neon.branch(&args.name).await?;
    let source = match &args.from {
        Some(from) => neon.branch(from).await?.id,
        None => branch.id.clone(),
    };
    let kept = match &args.preserve_as {
        Some(name) => name.clone(),
        None => name_with_time(&branch.name, "_before_", OffsetDateTime::now_utc()),
    };
    let to = Restore { source: &source, at: args.to, preserve_as: Some(&kept) };
    let work = neon.restore_branch(&branch, &to);
    let branch = Signals::listen()?.or_undone(|| neon.stop(), &goes_on(&branch), work).await?;
    let text = format!("{} is restored. What it was is kept as {}.", quoted(&branch.name), quoted(&kept));
    output.result(&json!({ "branch": branch, "preserved_as": kept }), &wrap(&text));
    Ok(())
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        "write date, time and zone, as in 2026-11-23T10:00:00Z or 2026-11-23T12:00:00+02:00".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_needs_its_zone() {
        assert_eq!(moment("2026-11-23T12:00:00+02:00"), Ok(datetime!(2026-11-23 10:00:00 UTC)));
        for wrong in ["2026-11-23", "2026-11-23T12:00:00", "yesterday", ""] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
