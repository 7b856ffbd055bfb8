//! The snapshot before a deploy.

use std::time::Duration;

use anyhow::{Context as _, Result};
use time::OffsetDateTime;

use super::super::Context;
use super::super::branch::name_with_time;
use engine::interrupt::Signals;
use neon::{Branch, Client, NewSnapshot, Snapshot};
use text::quoted;

/// The prefix of deploys' snapshots; the time follows.
const PREFIX: &str = "before_deploy";

/// Takes a snapshot of production and waits until it is finished; gives its name. Neon keeps few of them (one
/// on the free plan, ten on others): it deletes them after `expires`, and where there are as many as the plan
/// allows, the oldest that an earlier deploy took of this branch makes room.
///
/// # Errors
/// The API's. No snapshot is left of this attempt then, or the error names it.
pub(super) async fn take(
    client: &Client,
    branch: &Branch,
    expires: Duration,
    context: &Context<'_>,
) -> Result<String> {
    let mut signals = Signals::listen()?;
    let name = name_with_time(PREFIX, "_", OffsetDateTime::now_utc());
    let left = format!("branchline snapshot delete {} deletes it, should it be there", quoted(&name));
    loop {
        let expires_at = (!expires.is_zero()).then(|| OffsetDateTime::now_utc() + expires);
        let new = NewSnapshot { branch, name: &name, expires_at };
        let error = match signals.or_undone(|| client.stop(), &left, client.create_snapshot(&new)).await {
            Ok(snapshot) => {
                let text = format!("The snapshot {} was taken.", quoted(&snapshot.name));
                context.output.note(&text);
                return Ok(snapshot.name);
            }
            Err(error) => error,
        };
        let is_limit = error.downcast_ref::<neon::Error>().is_some_and(neon::Error::is_limit);
        let oldest = if is_limit { oldest(client, branch).await? } else { None };
        let Some(oldest) = oldest else { return Err(error) };
        client.delete_snapshot(&oldest).await.context("making room for a snapshot")?;
        context.output.note(&format_args!(
            "The snapshot {} of an earlier deploy was deleted, since the plan allows no more of them.",
            quoted(&oldest.name)
        ));
    }
}

/// The oldest snapshot that a deploy took of a branch.
async fn oldest(client: &Client, branch: &Branch) -> Result<Option<Snapshot>> {
    let is_ours = |one: &Snapshot| {
        one.name.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with('_'))
            && one.source_branch_id.as_ref() == Some(&branch.id)
    };
    let ours = client.snapshots().await?.into_iter().filter(is_ours);
    Ok(ours.min_by(|one, other| one.created_at.cmp(&other.created_at)))
}
