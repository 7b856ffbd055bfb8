//! Snapshots: the backup before a migration.

use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::branches::rfc3339;
use super::client::Client;
use super::error::Error;
use super::http::Call;
use super::model::{Branch, Snapshot};
use super::operations::Operations;

/// A snapshot that is to be.
#[derive(Clone, Debug)]
pub(crate) struct NewSnapshot<'a> {
    pub(crate) branch: &'a Branch,
    pub(crate) name: &'a str,
    pub(crate) expires_at: Option<OffsetDateTime>,
}

/// What a snapshot is to become.
#[derive(Clone, Debug, Default)]
pub(crate) struct SnapshotRestore<'a> {
    /// The name of the new branch; Neon gives one where there is none.
    pub(crate) name: Option<&'a str>,
    /// The branch whose place the new one takes, endpoints and all.
    pub(crate) replacing: Option<&'a Branch>,
}

#[derive(Deserialize)]
struct Created {
    snapshot: Snapshot,
    #[serde(flatten)]
    operations: Operations,
}

#[derive(Deserialize)]
struct List {
    snapshots: Vec<Snapshot>,
}

#[derive(Deserialize)]
struct Restored {
    branch: Branch,
    #[serde(flatten)]
    operations: Operations,
}

impl Client {
    /// Every snapshot of the project.
    pub(crate) async fn snapshots(&self) -> Result<Vec<Snapshot>, Error> {
        let call = Call::new(Method::GET, &["snapshots"], "listing the snapshots");
        Ok(self.http.send::<List>(&call).await?.snapshots)
    }

    /// The snapshot of a name or an id, which must be there; of several with the name, the newest.
    pub(crate) async fn snapshot(&self, name: &str) -> Result<Snapshot, Error> {
        let mut all = self.snapshots().await?;
        all.retain(|snapshot| snapshot.name == name || snapshot.id == name);
        all.sort_by(|one, other| one.created_at.cmp(&other.created_at));
        all.pop().ok_or_else(|| Error::NoSuch { what: "snapshot", name: name.to_owned() })
    }

    /// Takes a snapshot of a branch as it is now.
    pub(crate) async fn create_snapshot(&self, new: &NewSnapshot<'_>) -> Result<Snapshot, Error> {
        let path = ["branches", new.branch.id.as_str(), "snapshot"];
        let doing = format!("taking a snapshot of the branch {}", new.branch.name);
        let mut call = Call::new(Method::POST, &path, doing).with("name", new.name);
        if let Some(expires_at) = new.expires_at {
            call = call.with("expires_at", rfc3339(expires_at));
        }
        let before = self.snapshots().await?;
        let created = match self.http.send::<Created>(&call).await {
            Err(lost) if lost.is_unknown() => {
                let is_new =
                    |one: &Snapshot| one.name == new.name && before.iter().all(|old| old.id != one.id);
                match self.snapshots().await?.into_iter().find(is_new) {
                    Some(snapshot) => return Ok(snapshot),
                    None => self.http.send(&call).await?,
                }
            }
            answer => answer?,
        };
        self.follow(created.operations).await?;
        Ok(created.snapshot)
    }

    /// Makes a branch of a snapshot.
    pub(crate) async fn restore_snapshot(
        &self,
        snapshot: &Snapshot,
        to: &SnapshotRestore<'_>,
    ) -> Result<Branch, Error> {
        let mut body = Map::new();
        if let Some(name) = to.name {
            body.insert("name".to_owned(), json!(name));
        }
        if let Some(branch) = to.replacing {
            body.insert("target_branch_id".to_owned(), json!(branch.id));
            body.insert("finalize_restore".to_owned(), json!(true));
        }
        let path = ["snapshots", snapshot.id.as_str(), "restore"];
        let doing = format!("restoring the snapshot {}", snapshot.name);
        let call = Call::new(Method::POST, &path, doing).json(Value::Object(body));
        let restored: Restored = self.http.send(&call).await?;
        self.follow(restored.operations).await?;
        Ok(restored.branch)
    }

    /// Deletes a snapshot.
    pub(crate) async fn delete_snapshot(&self, snapshot: &Snapshot) -> Result<(), Error> {
        let path = ["snapshots", snapshot.id.as_str()];
        let call = Call::new(Method::DELETE, &path, format!("deleting the snapshot {}", snapshot.name));
        let operations = match self.http.send::<Operations>(&call).await {
            Err(Error::Refused { status, .. }) if status == http::StatusCode::NOT_FOUND => return Ok(()),
            answer => answer?,
        };
        self.follow(operations).await
    }
}
