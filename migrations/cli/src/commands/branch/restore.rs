//! `branchline branch restore`.

use anyhow::Result;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use crate::neon::{Client, Restore};
use crate::output::Output;

/// Bring a branch to a moment of its past, or of another branch's
#[derive(clap::Args)]
#[command(
    after_help = "What the branch was is kept as another branch, whose name is printed: bring it back with branch \
                  restore NAME --from THAT. Neon keeps a branch's past for as long as the project's history window \
                  says (6 hours to 30 days)."
)]
pub(super) struct Args {
    /// The branch
    name: String,
    /// The moment, as in 2026-11-23T10:00:00Z [default: now, with --from]
    #[arg(long, value_name = "TIME", value_parser = moment, required_unless_present = "from")]
    to: Option<OffsetDateTime>,
    /// Another branch whose state to take
    #[arg(long, value_name = "BRANCH")]
    from: Option<String>,
    /// The name for what the branch was [default: its name and the time]
    #[arg(long, value_name = "NAME")]
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
        None => name_with_time(&branch.name, OffsetDateTime::now_utc())?,
    };
    let to = Restore { source: &source, at: args.to, preserve_as: Some(&kept) };
    let branch = neon.restore_branch(&branch, &to).await?;
    let text = format!("{} is restored. What it was is kept as {kept}.", branch.name);
    output.result(&json!({ "branch": branch, "preserved_as": kept }), &text);
    Ok(())
}

/// `main_before_20261123T100000Z`.
fn name_with_time(name: &str, now: OffsetDateTime) -> Result<String> {
    let time = now.format(format_description!("[year][month][day]T[hour][minute][second]Z"))?;
    Ok(format!("{name}_before_{time}"))
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
    fn what_a_branch_was_is_named_after_it_and_the_moment() {
        let name = name_with_time("main", datetime!(2026-11-23 10:00:05 UTC)).unwrap();
        assert_eq!(name, "main_before_20261123T100005Z");
    }

    #[test]
    fn a_moment_needs_its_zone() {
        assert_eq!(moment("2026-11-23T12:00:00+02:00"), Ok(datetime!(2026-11-23 10:00:00 UTC)));
        for wrong in ["2026-11-23", "2026-11-23T12:00:00", "yesterday", ""] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
