//! A branch of a Neon project: production's data, copied on write.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use pg::Url;
use time::OffsetDateTime;

use super::lease::{Lease, PREFIX};
use engine::connect::session_url;
use engine::interrupt::Signals;
use neon::{Branch, Client, Deleted, NewBranch};
use rehearsal::sandbox::{Location, Sandbox};

/// The prefix of branches that stay until they expire.
const KEPT_PREFIX: &str = "kept-rehearsal-";

/// Looks for a branch whose creation was interrupted: it may appear a moment after it was asked for.
const LOOKS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// The parent of a branch, and how it is reached.
#[derive(Clone, Copy)]
pub(super) struct BranchOrigin<'a> {
    pub(super) client: &'a Client,
    /// Production.
    pub(super) parent: &'a Branch,
    /// The database and the role; where they are not named, the branch's only ones.
    pub(super) database: Option<&'a str>,
    pub(super) role: Option<&'a str>,
    /// After which Neon deletes the branch by itself, whatever became of the rehearsal.
    pub(super) lifetime: Duration,
}

/// A branch that is to be made and deleted.
pub(super) struct NeonBranch<'a> {
    origin: BranchOrigin<'a>,
    keep: bool,
    taken: Option<Taken>,
}

/// A name that was taken for a branch.
struct Taken {
    name: String,
    /// None where the branch is to stay.
    lease: Option<Lease>,
}

impl<'a> NeonBranch<'a> {
    /// A branch that is to be made; `keep` where it is to stay.
    pub(super) fn new(origin: BranchOrigin<'a>, keep: bool) -> Self {
        Self { origin, keep, taken: None }
    }

    fn name(&self) -> &str {
        self.taken.as_ref().map_or("", |taken| &taken.name)
    }

    /// Deletes what killed runs of this machine left behind, and takes a name for a new branch.
    ///
    /// # Errors
    /// The API's, or the folder for temporary files cannot be written.
    async fn prepare(&self) -> Result<Taken> {
        let BranchOrigin { client, parent, .. } = self.origin;
        let folder = folder();
        for (name, lease) in Lease::abandoned(&folder, &parent.id) {
            let swept = delete(client, &name).await;
            swept.with_context(|| {
                format!("deleting the branch {name}, which an earlier rehearsal left behind")
            })?;
            lease.release();
        }
        // Two runs on one machine differ in the process, two machines in the time.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let prefix = if self.keep { KEPT_PREFIX } else { PREFIX };
        let name = format!("{prefix}{}-{}-{}", now.as_secs(), now.subsec_nanos(), std::process::id());
        let lease = if self.keep { None } else { Some(Lease::take(&folder, &name, &parent.id)?) };
        Ok(Taken { name, lease })
    }

    /// Makes the branch and waits until it can be used.
    ///
    /// # Errors
    /// The API's.
    async fn make(&self) -> Result<Url> {
        let BranchOrigin { client, parent, database, role, lifetime } = self.origin;
        let new = NewBranch {
            name: self.name(),
            parent: Some(parent),
            expires_at: Some(OffsetDateTime::now_utc() + lifetime),
            ..NewBranch::default()
        };
        let branch = client.create_branch(&new).await?;
        let uri = client.connection_uri(&branch, database, role, false).await?;
        session_url(&Url::parse(&uri).context("Neon's connection URI")?)
    }
}

impl Sandbox for NeonBranch<'_> {
    async fn create(&mut self, signals: &mut Signals) -> Result<Location> {
        self.taken = Some(signals.or(self.prepare()).await?);
        let client = self.origin.client;
        let url = signals.or_undone(|| client.stop(), &self.left(), self.make()).await?;
        Ok(Location { url, name: self.name().to_owned() })
    }

    fn left(&self) -> String {
        format!(
            "the branch {0} may be left: branchline branch delete {0} deletes it at once, or else the next \
             rehearsal on this machine does, or Neon when it expires",
            self.name()
        )
    }

    fn kept(&self) -> String {
        format!("on the branch {}, which was kept", self.name())
    }

    /// Deletes the branch, which may not be there or be on its way where its creation failed or was
    /// interrupted.
    async fn remove(self, is_whole: bool) -> Result<()> {
        let left = self.left();
        let Some(Taken { name, lease }) = self.taken else { return Ok(()) };
        let looks = if is_whole { 1 } else { LOOKS };
        for look in 1..=looks {
            let found = delete(self.origin.client, &name).await.with_context(|| left.clone())?;
            if found || look == looks {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        if let Some(lease) = lease {
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
