//! Snapshots: the backup before a migration.

use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::branches::{Changed, LOOK_PAUSE, LOOKS, rfc3339};
use super::client::Client;
use super::error::Error;
use super::http::Call;
use super::model::{Branch, Operation, Snapshot};
use super::operations::Operations;
use text::quoted;

/// Tolerance by which an operation may be dated before its snapshot.
const EARLIER: Duration = Duration::from_secs(5);

/// A snapshot that is to be.
#[derive(Clone, Debug)]
pub struct NewSnapshot<'a> {
    /// The branch to take it of.
    pub branch: &'a Branch,
    /// Its name.
    pub name: &'a str,
    /// When Neon deletes it by itself; none for never.
    pub expires_at: Option<OffsetDateTime>,
}

/// The branch to make from a snapshot.
#[derive(Clone, Debug)]
pub struct SnapshotRestore<'a> {
    /// The name of the new branch.
    pub name: &'a str,
    /// The branch whose place the new one takes, endpoints and all.
    pub replacing: Option<&'a Branch>,
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

impl Client {
    /// Every snapshot of the project.
    pub async fn snapshots(&self) -> Result<Vec<Snapshot>, Error> {
        let call = Call::new(Method::GET, &["snapshots"], "listing the snapshots");
        Ok(self.http.send::<List>(&call).await?.snapshots)
    }

    /// The snapshot of a name or an id, which must be there; of several with the name, the newest.
    pub async fn snapshot(&self, name: &str) -> Result<Snapshot, Error> {
        let mut all = self.snapshots().await?;
        all.retain(|snapshot| snapshot.name == name || snapshot.id == name);
        all.sort_by(|one, other| one.created_at.cmp(&other.created_at));
        all.pop().ok_or_else(|| Error::NoSuch { what: "snapshot", name: name.to_owned() })
    }

    /// Takes a snapshot of a branch as it is now, and waits until it is finished. Where that fails, none is
    /// left, or the error names it.
    pub async fn create_snapshot(&self, new: &NewSnapshot<'_>) -> Result<Snapshot, Error> {
        let path = ["branches", new.branch.id.as_str(), "snapshot"];
        let doing = format!("taking a snapshot of the branch {}", quoted(&new.branch.name));
        let mut call = Call::new(Method::POST, &path, doing).with("name", new.name);
        if let Some(expires_at) = new.expires_at {
            call = call.with("expires_at", rfc3339(expires_at));
        }
        let before = self.snapshots().await?;
        let mut answer = self.http.send::<Created>(&call).await;
        let mut found = None;
        if let Err(error) = &answer
            && error.may_be_done()
        {
            found = self.made_snapshot(new, &before, error).await?;
            if found.is_none() && error.is_lost() {
                answer = self.http.send(&call).await;
                if let Err(error) = &answer
                    && error.may_be_done()
                {
                    found = self.made_snapshot(new, &before, error).await?;
                }
            }
        }
        let (snapshot, followed) = match found {
            Some(snapshot) => {
                let followed = self.follow_snapshot(&snapshot, new.branch, &call.doing).await;
                (snapshot, followed)
            }
            None => {
                let Created { snapshot, operations } = answer?;
                (snapshot, self.follow(operations).await)
            }
        };
        match followed {
            Ok(()) => Ok(snapshot),
            Err(error) => Err(self.remove_made_snapshot(&snapshot, error).await),
        }
    }

    /// The snapshot that a request made whose answer was lost for this reason.
    async fn made_snapshot(
        &self,
        new: &NewSnapshot<'_>,
        before: &[Snapshot],
        lost: &Error,
    ) -> Result<Option<Snapshot>, Error> {
        for look in 1..=LOOKS {
            let now = self.snapshots().await.map_err(|error| {
                let name = quoted(new.name);
                error.leaving(format!(
                    "before that, {lost}: the snapshot {name} may be there, and branchline snapshot delete \
                     {name} deletes it"
                ))
            })?;
            let is_new = |one: &Snapshot| one.name == new.name && before.iter().all(|old| old.id != one.id);
            if let Some(snapshot) = now.into_iter().find(is_new) {
                return Ok(Some(snapshot));
            }
            if look < LOOKS {
                tokio::time::sleep(LOOK_PAUSE).await;
            }
        }
        Ok(None)
    }

    /// Follows what Neon does since a snapshot was begun, where the answer that said so was lost: a snapshot
    /// itself does not say whether it is finished.
    async fn follow_snapshot(&self, snapshot: &Snapshot, branch: &Branch, doing: &str) -> Result<(), Error> {
        let since = OffsetDateTime::parse(&snapshot.created_at, &Rfc3339).ok().map(|at| at - EARLIER);
        for look in 1..=LOOKS {
            let others: Vec<String> = self.branches().await?.into_iter().map(|branch| branch.id).collect();
            let is_own = |operation: &Operation| {
                let of_another =
                    operation.branch_id.as_ref().is_some_and(|id| *id != branch.id && others.contains(id));
                !of_another && since.is_none_or(|since| operation.created_at >= since)
            };
            let operations: Vec<_> = self.newest_operations().await?.into_iter().filter(is_own).collect();
            if !operations.is_empty() {
                return self.follow(Operations { operations }).await;
            }
            if look < LOOKS {
                tokio::time::sleep(LOOK_PAUSE).await;
            }
        }
        Err(Error::Unconfirmed { doing: doing.to_owned() })
    }

    /// Deletes a snapshot that was taken in vain, and gives the error with what is left of it.
    async fn remove_made_snapshot(&self, snapshot: &Snapshot, error: Error) -> Error {
        match self.delete_snapshot(snapshot).await {
            Ok(()) => error,
            Err(second) => error.leaving(format!(
                "and the snapshot {0} could not be deleted either ({second}): delete it with branchline \
                 snapshot delete {0}",
                quoted(&snapshot.name)
            )),
        }
    }

    /// Makes a branch of a snapshot, and waits until it can be used. Where that fails, none is left, or the
    /// error names it.
    pub async fn restore_snapshot(
        &self,
        snapshot: &Snapshot,
        to: &SnapshotRestore<'_>,
    ) -> Result<Branch, Error> {
        if self.find_branch(to.name).await?.is_some() {
            return Err(Error::NameTaken { name: to.name.to_owned() });
        }
        let mut body = json!({ "name": to.name });
        if let Some(branch) = to.replacing {
            body["target_branch_id"] = json!(branch.id);
            body["finalize_restore"] = json!(true);
        }
        let path = ["snapshots", snapshot.id.as_str(), "restore"];
        let doing = format!("restoring the snapshot {}", quoted(&snapshot.name));
        let call = Call::new(Method::POST, &path, doing).json(body);
        let Changed { branch, operations } = self.make_branch(&call, to.name).await?;
        match (self.follow_branch(&branch, operations).await, to.replacing) {
            (Ok(()), _) => Ok(branch),
            // Its place may be taken already.
            (Err(error), Some(replaced)) => Err(error.leaving(format!(
                "Neon may go on with putting {} in the place of {}; branchline branch list shows what is \
                 there",
                quoted(&branch.name),
                quoted(&replaced.name)
            ))),
            (Err(error), None) => Err(self.remove_made(&branch, error).await),
        }
    }

    /// Deletes a snapshot. One that is gone already is no error.
    pub async fn delete_snapshot(&self, snapshot: &Snapshot) -> Result<(), Error> {
        let path = ["snapshots", snapshot.id.as_str()];
        let call =
            Call::new(Method::DELETE, &path, format!("deleting the snapshot {}", quoted(&snapshot.name)));
        let operations = match self.http.send::<Operations>(&call).await {
            Err(Error::Refused { status, .. }) if status == http::StatusCode::NOT_FOUND => return Ok(()),
            answer => answer?,
        };
        self.follow(operations).await
    }
}
