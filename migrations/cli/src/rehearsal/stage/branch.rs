//! A branch of a Neon project: production's data, copied on write.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use pg::Url;
use time::OffsetDateTime;

use super::lease::{Lease, PREFIX};
use crate::connect::session_url;
use crate::neon::{Branch, Client, Deleted, NewBranch};

/// What the names of branches begin with that are to stay until they expire.
const KEPT_PREFIX: &str = "kept-rehearsal-";

/// Looks for a branch whose creation was interrupted: it may appear a moment after it was asked for.
const LOOKS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// What a branch is made from, and how it is reached.
pub(crate) struct BranchOrigin<'a> {
    pub(crate) client: &'a Client,
    /// Production.
    pub(crate) parent: &'a Branch,
    /// The database and the role; where they are not named, the branch's only ones.
    pub(crate) database: Option<&'a str>,
    pub(crate) role: Option<&'a str>,
    /// After which Neon deletes the branch by itself, whatever became of the rehearsal.
    pub(crate) lifetime: Duration,
}

/// A branch that is to be deleted.
pub(super) struct NeonBranch<'a> {
    client: &'a Client,
    name: String,
    /// None where the branch is to stay.
    lease: Option<Lease>,
}

impl<'a> NeonBranch<'a> {
    /// Deletes what killed runs of this machine left behind, and takes a name for a new branch.
    ///
    /// # Errors
    /// The API's, or the folder for temporary files cannot be written.
    pub(super) async fn prepare(origin: &BranchOrigin<'a>, keep: bool) -> Result<Self> {
        let folder = folder();
        for (name, lease) in Lease::abandoned(&folder, &origin.parent.id) {
            let swept = delete(origin.client, &name).await;
            swept.with_context(|| {
                format!("deleting the branch {name}, which an earlier rehearsal left behind")
            })?;
            lease.release();
        }
        // Two runs on one machine differ in the process, two machines in the time.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let prefix = if keep { KEPT_PREFIX } else { PREFIX };
        let name = format!("{prefix}{}-{}-{}", now.as_secs(), now.subsec_nanos(), std::process::id());
        let lease = if keep { None } else { Some(Lease::take(&folder, &name, &origin.parent.id)?) };
        Ok(Self { client: origin.client, name, lease })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What is said where the branch may stay behind.
    pub(super) fn left(&self) -> String {
        format!(
            "the branch {0} may be left: branchline branch delete {0} deletes it at once, or else the next rehearsal on this \
             machine does, or Neon when it expires",
            self.name
        )
    }

    /// Makes the branch and waits until it can be used.
    ///
    /// # Errors
    /// The API's.
    pub(super) async fn create(&self, origin: &BranchOrigin<'_>) -> Result<Url> {
        let new = NewBranch {
            name: &self.name,
            parent: Some(origin.parent),
            expires_at: Some(OffsetDateTime::now_utc() + origin.lifetime),
            ..NewBranch::default()
        };
        let branch = self.client.create_branch(&new).await?;
        let uri = self.client.connection_uri(&branch, origin.database, origin.role, false).await?;
        session_url(&Url::parse(&uri).context("Neon's connection URI")?)
    }

    /// Deletes the branch, which may not be there or be on its way where its creation failed or was interrupted.
    ///
    /// # Errors
    /// The API's.
    pub(super) async fn remove(self, is_whole: bool) -> Result<()> {
        let looks = if is_whole { 1 } else { LOOKS };
        for look in 1..=looks {
            let found = delete(self.client, &self.name).await.with_context(|| self.left())?;
            if found || look == looks {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        if let Some(lease) = self.lease {
            lease.release();
        }
        Ok(())
    }
}

/// Deletes a branch by its exact name; tells whether it was there.
async fn delete(client: &Client, name: &str) -> Result<bool> {
    match client.find_branch(name).await? {
        Some(branch) => Ok(client.delete_branch(&branch, Deleted::Gone).await.map(|()| true)?),
        None => Ok(false),
    }
}

fn folder() -> PathBuf {
    std::env::temp_dir()
}
