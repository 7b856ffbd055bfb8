//! The endpoint of a branch, its databases and their URLs; and the comparison of schemas.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::error::Error;
use super::http::Call;
use super::model::{Branch, Database};
use super::operations::Operations;
use text::quoted;

#[derive(Deserialize)]
struct Endpoints {
    endpoints: Vec<Value>,
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
    /// Makes an endpoint for a branch that has none, and waits until it has started. A branch that was made
    /// of a snapshot may come without.
    pub async fn ensure_endpoint(&self, branch: &Branch) -> Result<(), Error> {
        if self.has_endpoint(branch).await? {
            return Ok(());
        }
        let doing = format!("making an endpoint for the branch {}", quoted(&branch.name));
        let body = json!({ "endpoint": { "branch_id": branch.id, "type": "read_write" } });
        let call = Call::new(Method::POST, &["endpoints"], doing).json(body);
        match self.http.send::<Operations>(&call).await {
            Err(error) if error.may_be_done() => {
                // A branch has one such endpoint at most.
                if self.has_endpoint(branch).await? { Ok(()) } else { Err(error) }
            }
            operations => self.follow(operations?).await,
        }
    }

    async fn has_endpoint(&self, branch: &Branch) -> Result<bool, Error> {
        let path = ["branches", branch.id.as_str(), "endpoints"];
        let doing = format!("listing the endpoints of the branch {}", quoted(&branch.name));
        let endpoints = self.http.send::<Endpoints>(&Call::new(Method::GET, &path, doing)).await?.endpoints;
        Ok(endpoints.iter().any(|endpoint| endpoint["type"] == "read_write"))
    }

    /// A connection URI, password included, for a branch's database and role; where they are not named, its
    /// only ones.
    pub async fn connection_uri(
        &self,
        branch: &Branch,
        database: Option<&str>,
        role: Option<&str>,
        pooled: bool,
    ) -> Result<String, Error> {
        let doing = format!("asking for the URL of the branch {}", quoted(&branch.name));
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
        match self.http.send::<ConnectionUri>(&call).await {
            Err(Error::Refused { status: StatusCode::NOT_FOUND, .. })
                if !self.has_endpoint(branch).await? =>
            {
                Err(Error::Impossible(format!(
                    "the branch {0} has no endpoint, so that nothing can connect to it; branchline branch \
                     create NAME --parent {0} makes a branch of it that has one",
                    quoted(&branch.name)
                )))
            }
            answer => Ok(answer?.uri),
        }
    }

    async fn only_database(&self, branch: &Branch, name: Option<&str>) -> Result<Database, Error> {
        let path = ["branches", branch.id.as_str(), "databases"];
        let doing = format!("listing the databases of the branch {}", quoted(&branch.name));
        let mut databases =
            self.http.send::<Databases>(&Call::new(Method::GET, &path, doing)).await?.databases;
        let names: Vec<String> =
            databases.iter().map(|database| quoted(&database.name).into_owned()).collect();
        if let Some(name) = name {
            databases.retain(|database| database.name == name);
        }
        let branch = &branch.name;
        match (databases.len(), name) {
            (1, _) => Ok(databases.remove(0)),
            (0, Some(name)) => Err(Error::Impossible(format!(
                "the branch {} has no database {}, but {}",
                quoted(branch),
                quoted(name),
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            ))),
            (0, None) => Err(Error::Impossible(format!("the branch {} has no database", quoted(branch)))),
            _ => Err(Error::SeveralDatabases {
                branch: branch.clone(),
                names,
                hint: "name one with --database",
            }),
        }
    }

    /// Returns the difference of a branch's schema from another's, as a unified diff; empty if there is none.
    pub async fn compare_schema(
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
        let doing = format!("comparing the schemas of {} and {}", quoted(&branch.name), quoted(&base.name));
        let call =
            Call::new(Method::GET, &path, doing).with("base_branch_id", &base.id).with("db_name", database);
        Ok(self.http.send::<Comparison>(&call).await?.diff)
    }
}
