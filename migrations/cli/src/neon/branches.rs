//! Branches: made, found, listed, restored, deleted.

use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::client::Client;
use super::error::Error;
use super::http::Call;
use super::model::{Branch, Database};
use super::operations::Operations;

/// What the API gives in one page at most.
const PAGE: u32 = 100;

/// A branch that is to be.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewBranch<'a> {
    pub(crate) name: &'a str,
    /// The branch to copy; the project's default one where there is none.
    pub(crate) parent: Option<&'a Branch>,
    /// When Neon deletes it by itself, to the second.
    pub(crate) expires_at: Option<OffsetDateTime>,
    /// Without the rows.
    pub(crate) schema_only: bool,
}

/// Where a branch is to be brought.
#[derive(Clone, Debug)]
pub(crate) struct Restore<'a> {
    /// Whose history, which may be the branch's own.
    pub(crate) source: &'a str,
    /// The moment; its newest state where there is none.
    pub(crate) at: Option<OffsetDateTime>,
    /// The name under which what the branch was is kept.
    pub(crate) preserve_as: Option<&'a str>,
}

#[derive(Deserialize)]
struct Changed {
    branch: Branch,
    #[serde(flatten)]
    operations: Operations,
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

#[derive(Deserialize)]
struct Databases {
    databases: Vec<Database>,
}

#[derive(Deserialize)]
struct ConnectionUri {
    uri: String,
}

#[derive(Deserialize)]
struct Comparison {
    #[serde(default)]
    diff: String,
}

impl Client {
    /// Every branch, the newest first.
    pub(crate) async fn branches(&self) -> Result<Vec<Branch>, Error> {
        self.pages("listing the branches", None).await
    }

    /// The branch of a name, or of an id.
    pub(crate) async fn find_branch(&self, name: &str) -> Result<Option<Branch>, Error> {
        // The search is for a part of a name or an id.
        let alike = self.pages(&format!("looking for the branch {name}"), Some(name)).await?;
        let (named, others): (Vec<_>, Vec<_>) = alike.into_iter().partition(|branch| branch.name == name);
        Ok(named.into_iter().next().or_else(|| others.into_iter().find(|branch| branch.id == name)))
    }

    /// The branch of a name, which must be there.
    pub(crate) async fn branch(&self, name: &str) -> Result<Branch, Error> {
        let no_such = || Error::NoSuch { what: "branch", name: name.to_owned() };
        self.find_branch(name).await?.ok_or_else(no_such)
    }

    /// The branch that the project is made of.
    pub(crate) async fn default_branch(&self) -> Result<Branch, Error> {
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

    /// Makes a branch with an endpoint, and waits until it can be connected to. Where that fails, none is left.
    pub(crate) async fn create_branch(&self, new: &NewBranch<'_>) -> Result<Branch, Error> {
        let name = new.name;
        if self.find_branch(name).await?.is_some() {
            return Err(Error::NameTaken { name: name.to_owned() });
        }
        let doing = format!("creating the branch {name}");
        let call = Call::new(Method::POST, &["branches"], doing).json(creation(new));
        let changed = match self.http.send::<Changed>(&call).await {
            Ok(changed) => changed,
            // Nobody had the name a moment ago.
            Err(lost) if lost.is_unknown() => match self.find_branch(name).await? {
                Some(branch) => {
                    let operations = self.operations_of(&branch).await?;
                    Changed { branch, operations }
                }
                None => self.http.send(&call).await?,
            },
            Err(error) => return Err(error),
        };
        match self.follow(changed.operations).await {
            Ok(()) => Ok(changed.branch),
            Err(error) => match self.delete_branch(&changed.branch).await {
                Ok(()) => Err(error),
                Err(second) => Err(Error::Impossible(format!(
                    "{error}; and the branch {name} could not be deleted either ({second}): delete it with branchline \
                     branch delete {name}"
                ))),
            },
        }
    }

    /// What Neon is doing with a branch, where the answer that said so was lost.
    async fn operations_of(&self, branch: &Branch) -> Result<Operations, Error> {
        #[derive(Deserialize)]
        struct All {
            operations: Vec<Value>,
        }
        let call = Call::new(Method::GET, &["operations"], "listing the operations").with("limit", "100");
        let all: All = self.http.send(&call).await?;
        let ours =
            all.operations.into_iter().filter(|operation| operation["branch_id"] == branch.id.as_str());
        let operations = ours.filter_map(|operation| serde_json::from_value(operation).ok()).collect();
        Ok(Operations { operations })
    }

    /// Deletes a branch. One that is gone already is no error.
    pub(crate) async fn delete_branch(&self, branch: &Branch) -> Result<(), Error> {
        let path = ["branches", branch.id.as_str()];
        let call = Call::new(Method::DELETE, &path, format!("deleting the branch {}", branch.name));
        let operations = match self.http.send::<Operations>(&call).await {
            // What was deleted by an attempt whose answer was lost.
            Err(Error::Refused { status, .. }) if status == http::StatusCode::NOT_FOUND => return Ok(()),
            answer => answer?,
        };
        self.follow(operations).await
    }

    /// Brings a branch to a state of its own past or of another branch's.
    pub(crate) async fn restore_branch(&self, branch: &Branch, to: &Restore<'_>) -> Result<Branch, Error> {
        let mut body = json!({ "source_branch_id": to.source });
        if let Some(at) = to.at {
            body["source_timestamp"] = json!(rfc3339(at));
        }
        if let Some(name) = to.preserve_as {
            body["preserve_under_name"] = json!(name);
        }
        let path = ["branches", branch.id.as_str(), "restore"];
        let doing = format!("restoring the branch {}", branch.name);
        let changed: Changed = self.http.send(&Call::new(Method::POST, &path, doing).json(body)).await?;
        self.follow(changed.operations).await?;
        Ok(changed.branch)
    }

    /// A connection URI, password included, for a branch's database and role; where they are not named, its only ones.
    pub(crate) async fn connection_uri(
        &self,
        branch: &Branch,
        database: Option<&str>,
        role: Option<&str>,
        pooled: bool,
    ) -> Result<String, Error> {
        let doing = format!("asking for the URL of the branch {}", branch.name);
        let (database, role) = match (database, role) {
            (Some(database), Some(role)) => (database.to_owned(), role.to_owned()),
            _ => {
                let found = self.only_database(branch, database).await?;
                (found.name, role.map_or(found.owner_name, str::to_owned))
            }
        };
        let call = Call::new(Method::GET, &["connection_uri"], doing)
            .with("branch_id", &branch.id)
            .with("database_name", database)
            .with("role_name", role)
            .with("pooled", pooled.to_string());
        Ok(self.http.send::<ConnectionUri>(&call).await?.uri)
    }

    async fn only_database(&self, branch: &Branch, name: Option<&str>) -> Result<Database, Error> {
        let path = ["branches", branch.id.as_str(), "databases"];
        let call = Call::new(Method::GET, &path, format!("listing the databases of {}", branch.name));
        let mut databases = self.http.send::<Databases>(&call).await?.databases;
        if let Some(name) = name {
            databases.retain(|database| database.name == name);
        }
        match databases.len() {
            1 => Ok(databases.remove(0)),
            0 => {
                let what = name.map_or("a database".to_owned(), |name| format!("the database {name}"));
                Err(Error::Impossible(format!("the branch {} has not {what}", branch.name)))
            }
            _ => {
                let names: Vec<_> = databases.into_iter().map(|database| database.name).collect();
                Err(Error::Impossible(format!(
                    "the branch {} has several databases ({}): name one with --database",
                    branch.name,
                    names.join(", ")
                )))
            }
        }
    }

    /// How a branch's schema differs from another's, as a unified diff; empty where it does not.
    pub(crate) async fn compare_schema(
        &self,
        branch: &Branch,
        base: &Branch,
        database: Option<&str>,
    ) -> Result<String, Error> {
        let database = match database {
            Some(name) => name.to_owned(),
            None => self.only_database(branch, None).await?.name,
        };
        let path = ["branches", branch.id.as_str(), "compare_schema"];
        let doing = format!("comparing the schemas of {} and {}", branch.name, base.name);
        let call =
            Call::new(Method::GET, &path, doing).with("base_branch_id", &base.id).with("db_name", database);
        Ok(self.http.send::<Comparison>(&call).await?.diff)
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
