//! Branches: made, found, listed, restored, deleted.

use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::client::Client;
use super::error::Error;
use super::http::Call;
use super::model::Branch;
use super::operations::Operations;
use text::quoted;

/// Number of look-ups of something whose creation was not answered: it may appear a moment after the request.
pub(super) const LOOKS: u32 = 3;
pub(super) const LOOK_PAUSE: Duration = Duration::from_millis(500);

/// The API's largest page.
const PAGE: u32 = 100;

/// A branch that is to be.
#[derive(Clone, Debug, Default)]
pub struct NewBranch<'a> {
    /// Its name.
    pub name: &'a str,
    /// The branch to copy; the project's default one where there is none.
    pub parent: Option<&'a Branch>,
    /// When Neon deletes it by itself, to the second.
    pub expires_at: Option<OffsetDateTime>,
    /// Without the rows.
    pub schema_only: bool,
}

/// Selects whether a deleted branch can be recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// Neon keeps it for some days, in which it can be recovered.
    Recoverable,
    /// It is gone at once, where the API has that (`hard_delete`, in preview): nobody needs what a rehearsal
    /// leaves, and it holds production's rows.
    Gone,
}

/// The state to which a branch is restored.
#[derive(Clone, Debug)]
pub struct Restore<'a> {
    /// Whose history, which may be the branch's own.
    pub source: &'a str,
    /// The moment; its newest state where there is none.
    pub at: Option<OffsetDateTime>,
    /// The name under which what the branch was is kept.
    pub preserve_as: Option<&'a str>,
}

#[derive(Deserialize)]
pub(super) struct Changed {
    pub(super) branch: Branch,
    #[serde(flatten)]
    pub(super) operations: Operations,
}

#[derive(Deserialize)]
struct One {
    branch: Branch,
}

#[derive(Deserialize)]
struct Page {
    branches: Vec<Branch>,
    #[serde(default)]
    pagination: Pagination,
}

#[derive(Default, Deserialize)]
struct Pagination {
    #[serde(default)]
    next: Option<String>,
}

impl Client {
    /// Every branch, the newest first.
    pub async fn branches(&self) -> Result<Vec<Branch>, Error> {
        self.pages("listing the branches", None).await
    }

    /// The branch of a name, or of an id.
    pub async fn find_branch(&self, name: &str) -> Result<Option<Branch>, Error> {
        // The search is for a part of a name or an id.
        let alike = self.pages(&format!("looking for the branch {}", quoted(name)), Some(name)).await?;
        let (named, others): (Vec<_>, Vec<_>) = alike.into_iter().partition(|branch| branch.name == name);
        Ok(named.into_iter().next().or_else(|| others.into_iter().find(|branch| branch.id == name)))
    }

    /// The branch of a name, which must be there.
    pub async fn branch(&self, name: &str) -> Result<Branch, Error> {
        let no_such = || Error::NoSuch { what: "branch", name: name.to_owned() };
        self.find_branch(name).await?.ok_or_else(no_such)
    }

    /// The branch that the project is made of.
    pub async fn default_branch(&self) -> Result<Branch, Error> {
        let is_default = |branch: &Branch| branch.default;
        let none = || Error::Impossible("the project has no default branch".to_owned());
        self.branches().await?.into_iter().find(is_default).ok_or_else(none)
    }

    async fn pages(&self, doing: &str, search: Option<&str>) -> Result<Vec<Branch>, Error> {
        let mut branches = Vec::new();
        let mut cursor = None;
        loop {
            let mut call = Call::new(Method::GET, &["branches"], doing)
                .with("limit", PAGE.to_string())
                .with("sort_by", "created_at")
                .with("sort_order", "desc");
            if let Some(search) = search {
                call = call.with("search", search);
            }
            if let Some(cursor) = cursor.take() {
                call = call.with("cursor", cursor);
            }
            let page: Page = self.http.send(&call).await?;
            let is_empty = page.branches.is_empty();
            branches.extend(page.branches);
            cursor = page.pagination.next.filter(|next| !next.is_empty() && !is_empty);
            if cursor.is_none() {
                return Ok(branches);
            }
        }
    }

    /// Makes a branch with an endpoint, and waits until it can be connected to. Where that fails, none is
    /// left, or the error names it.
    pub async fn create_branch(&self, new: &NewBranch<'_>) -> Result<Branch, Error> {
        let name = new.name;
        if self.find_branch(name).await?.is_some() {
            return Err(Error::NameTaken { name: name.to_owned() });
        }
        let doing = format!("creating the branch {}", quoted(name));
        let call = Call::new(Method::POST, &["branches"], doing).json(creation(new));
        let Changed { branch, operations } = self.make_branch(&call, name).await?;
        match self.follow_branch(&branch, operations).await {
            Ok(()) => Ok(branch),
            Err(error) => Err(self.remove_made(&branch, error).await),
        }
    }

    /// Sends a request that makes a branch of a name that nobody had a moment ago. One that was not answered
    /// is looked up, and sent again where it made none.
    pub(super) async fn make_branch(&self, call: &Call<'_>, name: &str) -> Result<Changed, Error> {
        let error = match self.http.send(call).await {
            Err(error) if error.may_be_done() => error,
            answer => return answer,
        };
        if let Some(made) = self.made_branch(name, &error).await? {
            return Ok(made);
        }
        if !error.is_lost() {
            return Err(error);
        }
        match self.http.send(call).await {
            Err(error) if error.may_be_done() => self.made_branch(name, &error).await?.ok_or(error),
            answer => answer,
        }
    }

    /// The branch that a request made whose answer was lost for this reason.
    async fn made_branch(&self, name: &str, lost: &Error) -> Result<Option<Changed>, Error> {
        let may_be_left = |error: Error| {
            let name = quoted(name);
            let left = format!(
                "before that, {lost}: the branch {name} may be there, and branchline branch delete {name} \
                 deletes it"
            );
            error.leaving(left)
        };
        for look in 1..=LOOKS {
            if let Some(branch) = self.find_branch(name).await.map_err(may_be_left)? {
                let operations = self.newest_operations().await.map_err(may_be_left)?;
                let own =
                    |operation: &super::model::Operation| operation.branch_id.as_ref() == Some(&branch.id);
                let operations = Operations { operations: operations.into_iter().filter(own).collect() };
                return Ok(Some(Changed { branch, operations }));
            }
            if look < LOOKS {
                tokio::time::sleep(LOOK_PAUSE).await;
            }
        }
        Ok(None)
    }

    /// Waits until the operations are done and the branch can be used.
    pub(super) async fn follow_branch(&self, branch: &Branch, operations: Operations) -> Result<(), Error> {
        let begun = Instant::now();
        self.follow(operations).await?;
        let path = ["branches", branch.id.as_str()];
        let call = Call::new(Method::GET, &path, format!("following the branch {}", quoted(&branch.name)));
        // A branch that was looked up may have operations that are not listed yet.
        let mut now = branch.clone();
        while now.current_state == "init" {
            if begun.elapsed() >= self.wait {
                return Err(Error::Slow { action: "create_branch".to_owned(), waited: self.wait });
            }
            if self.http.stop.is_sent_within(LOOK_PAUSE).await {
                return Err(Error::Interrupted);
            }
            now = self.http.send::<One>(&call).await?.branch;
        }
        Ok(())
    }

    /// Deletes a branch that was made in vain, and gives the error with what is left of it.
    pub(super) async fn remove_made(&self, branch: &Branch, error: Error) -> Error {
        match self.delete_branch(branch, Deleted::Gone).await {
            Ok(()) => error,
            Err(second) => error.leaving(format!(
                "and the branch {0} could not be deleted either ({second}): delete it with branchline branch \
                 delete {0}",
                quoted(&branch.name)
            )),
        }
    }

    /// Deletes a branch. One that is gone already is no error.
    pub async fn delete_branch(&self, branch: &Branch, deleted: Deleted) -> Result<(), Error> {
        let path = ["branches", branch.id.as_str()];
        let call =
            || Call::new(Method::DELETE, &path, format!("deleting the branch {}", quoted(&branch.name)));
        let mut answer = match deleted {
            Deleted::Gone => self.http.send::<Operations>(&call().with("hard_delete", "true")).await,
            Deleted::Recoverable => self.http.send(&call()).await,
        };
        // Not everybody has the preview. A refusal for another reason is refused again.
        if let Err(Error::Refused { status, .. }) = &answer
            && deleted == Deleted::Gone
            && matches!(
                *status,
                StatusCode::BAD_REQUEST
                    | StatusCode::FORBIDDEN
                    | StatusCode::METHOD_NOT_ALLOWED
                    | StatusCode::UNPROCESSABLE_ENTITY
                    | StatusCode::NOT_IMPLEMENTED
            )
        {
            answer = self.http.send(&call()).await;
        }
        let operations = match answer {
            // Deleted by an attempt whose answer was lost.
            Err(Error::Refused { status, .. }) if status == StatusCode::NOT_FOUND => return Ok(()),
            answer => answer?,
        };
        self.follow(operations).await
    }

    /// Brings a branch to a state of its own past or of another branch's.
    pub async fn restore_branch(&self, branch: &Branch, to: &Restore<'_>) -> Result<Branch, Error> {
        let mut body = json!({ "source_branch_id": to.source });
        if let Some(at) = to.at {
            body["source_timestamp"] = json!(rfc3339(at));
        }
        if let Some(name) = to.preserve_as {
            if self.find_branch(name).await?.is_some() {
                return Err(Error::NameTaken { name: name.to_owned() });
            }
            body["preserve_under_name"] = json!(name);
        }
        let path = ["branches", branch.id.as_str(), "restore"];
        let doing = format!("restoring the branch {}", quoted(&branch.name));
        let call = Call::new(Method::POST, &path, doing).json(body);
        let changed = match self.http.send::<Changed>(&call).await {
            Err(error) if error.may_be_done() => self.restored_branch(branch, to, error, &call).await?,
            answer => answer?,
        };
        let followed = self.follow(changed.operations).await;
        followed.map_err(|error| {
            let kept = to
                .preserve_as
                .map_or_else(String::new, |name| format!(", and keeps what it was as {}", quoted(name)));
            error.leaving(format!(
                "Neon may go on with restoring the branch {}{kept}; branchline branch list shows its state",
                quoted(&branch.name)
            ))
        })?;
        Ok(changed.branch)
    }

    /// The restored branch, where the answer was lost: the name of what it was shows that it was done.
    /// Without such a name it is done again, which leads to the same state.
    async fn restored_branch(
        &self,
        branch: &Branch,
        to: &Restore<'_>,
        error: Error,
        call: &Call<'_>,
    ) -> Result<Changed, Error> {
        match to.preserve_as {
            Some(name) => {
                if self.made_branch(name, &error).await?.is_none() {
                    return if error.is_lost() { self.http.send(call).await } else { Err(error) };
                }
                let operations = self.newest_operations().await?.into_iter();
                let own =
                    operations.filter(|operation| operation.branch_id.as_ref() == Some(&branch.id)).collect();
                Ok(Changed { branch: branch.clone(), operations: Operations { operations: own } })
            }
            None => self.http.send(call).await,
        }
    }
}

fn creation(new: &NewBranch<'_>) -> Value {
    let mut branch = Map::new();
    branch.insert("name".to_owned(), json!(new.name));
    if let Some(parent) = new.parent {
        branch.insert("parent_id".to_owned(), json!(parent.id));
    }
    if let Some(expires_at) = new.expires_at {
        branch.insert("expires_at".to_owned(), json!(rfc3339(expires_at)));
    }
    if new.schema_only {
        branch.insert("init_source".to_owned(), json!("schema-only"));
    }
    json!({ "branch": branch, "endpoints": [{ "type": "read_write" }] })
}

/// RFC 3339 to the second, which is all that the API takes for an expiry.
pub(super) fn rfc3339(at: OffsetDateTime) -> String {
    let to_the_second = at.replace_nanosecond(0).unwrap_or(at);
    // Fails for years past 9999 only.
    to_the_second.format(&Rfc3339).unwrap_or_default()
}
