//! The table of requests and their responses.

mod branches;
mod restores;
mod snapshots;

use anyhow::Result;
use http::Method;
use serde_json::{Value, json};

use super::Shared;
use super::answer::{Answer, ok, refusal};
use super::faults::Fate;
use super::server::Asked;
use super::state::Branch;

/// Owner of every database here.
const ROLE: &str = "branchline";

pub(super) async fn answer(shared: &Shared, asked: &Asked) -> Result<Answer> {
    let segments: Vec<&str> = asked.path.split('/').collect();
    let ["projects", project, rest @ ..] = segments.as_slice() else {
        return Ok(refusal(404, "", "no such route"));
    };
    if *project != shared.state().project {
        return Ok(refusal(404, "", "project not found"));
    }
    match (&asked.method, rest) {
        (&Method::GET, []) => Ok(self::project(shared)),
        (&Method::GET, ["branches"]) => Ok(branches::list(shared, asked)),
        (&Method::POST, ["branches"]) => branches::create(shared, &asked.body).await,
        (&Method::GET, ["branches", id]) => Ok(with_branch(shared, id, |branch| {
            ok(200, &json!({ "branch": shared.state().show_branch(branch) }))
        })),
        (&Method::DELETE, ["branches", id]) => branches::delete(shared, id, asked).await,
        (&Method::POST, ["branches", id, "restore"]) => restores::branch(shared, id, &asked.body).await,
        (&Method::GET, ["branches", id, "databases"]) => {
            Ok(with_branch(shared, id, |branch| databases(shared, branch)))
        }
        (&Method::GET, ["branches", id, "roles"]) => Ok(with_branch(shared, id, roles)),
        (&Method::GET, ["branches", id, "endpoints"]) => Ok(with_branch(shared, id, |branch| {
            let endpoints: Vec<Value> = shared.state().show_endpoint(branch).into_iter().collect();
            ok(200, &json!({ "endpoints": endpoints }))
        })),
        (&Method::POST, ["endpoints"]) => Ok(branches::make_endpoint(shared, &asked.body)),
        (&Method::GET, ["branches", id, "compare_schema"]) => Ok(compare(shared, id, asked)),
        (&Method::POST, ["branches", id, "snapshot"]) => snapshots::create(shared, id, asked).await,
        (&Method::GET, ["snapshots"]) => Ok(snapshots::list(shared)),
        (&Method::DELETE, ["snapshots", id]) => snapshots::delete(shared, id).await,
        (&Method::POST, ["snapshots", id, "restore"]) => restores::snapshot(shared, id, &asked.body).await,
        (&Method::GET, ["operations"]) => Ok(operations(shared, asked)),
        (&Method::GET, ["operations", id]) => Ok(operation(shared, id)),
        (&Method::GET, ["connection_uri"]) => Ok(connection_uri(shared, asked)),
        _ => Ok(refusal(404, "", "no such route")),
    }
}

fn with_branch(shared: &Shared, id: &str, show: impl FnOnce(&Branch) -> Answer) -> Answer {
    let branch = shared.state().branch(id).cloned();
    branch.map_or_else(|| refusal(404, "", "branch not found"), |branch| show(&branch))
}

/// As much of a project as a client needs in order to know it.
fn project(shared: &Shared) -> Answer {
    let state = shared.state();
    ok(200, &json!({ "project": { "id": state.project, "name": "stand-in", "region_id": "aws-us-east-2" } }))
}

fn databases(shared: &Shared, branch: &Branch) -> Answer {
    let at = super::state::rfc3339(branch.created);
    let further = shared.state().further_databases.clone();
    let names = std::iter::once(branch.database.clone()).chain(further);
    let databases: Vec<Value> = names
        .zip(1..)
        .map(|(name, id)| {
            json!({
                "id": id, "branch_id": branch.id, "name": name, "owner_name": ROLE,
                "created_at": at, "updated_at": at,
            })
        })
        .collect();
    ok(200, &json!({ "databases": databases }))
}

fn roles(branch: &Branch) -> Answer {
    let at = super::state::rfc3339(branch.created);
    let role = json!({
        "branch_id": branch.id, "name": ROLE, "protected": false, "created_at": at, "updated_at": at
    });
    ok(200, &json!({ "roles": [role] }))
}

/// Whatever database is named, a branch has one.
fn connection_uri(shared: &Shared, asked: &Asked) -> Answer {
    if asked.param("role_name") != Some(ROLE) {
        return refusal(404, "", "role not found");
    }
    with_branch(shared, asked.param("branch_id").unwrap_or_default(), |branch| match branch.endpoint {
        Some(_) => ok(200, &json!({ "uri": shared.postgres.url(&branch.database) })),
        None => refusal(404, "", "the branch has no endpoint"),
    })
}

/// A difference of names, which is enough to see which two were compared.
fn compare(shared: &Shared, id: &str, asked: &Asked) -> Answer {
    let state = shared.state();
    let base = asked.param("base_branch_id").unwrap_or_default();
    match (state.branch(id), state.branch(base)) {
        (Some(branch), Some(base)) if branch.id == base.id => ok(200, &json!({ "diff": "" })),
        (Some(branch), Some(base)) => {
            ok(200, &json!({ "diff": format!("--- {}\n+++ {}\n", base.name, branch.name) }))
        }
        _ => refusal(404, "", "branch not found"),
    }
}

fn operations(shared: &Shared, asked: &Asked) -> Answer {
    let state = shared.state();
    let limit = asked.param("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
    let newest = state.operations.iter().rev().take(limit);
    let shown: Vec<Value> = newest.map(|one| state.show_operation(one)).collect();
    ok(200, &json!({ "operations": shown }))
}

/// Being asked about is what brings an operation on.
fn operation(shared: &Shared, id: &str) -> Answer {
    let mut state = shared.state();
    let Some(index) = state.operations.iter().position(|one| one.id.to_string() == id) else {
        return refusal(404, "", "operation not found");
    };
    if let Fate::Finish(left @ 1..) = &mut state.operations[index].fate {
        *left -= 1;
    }
    let operation = state.operations[index].clone();
    ok(200, &json!({ "operation": state.show_operation(&operation) }))
}
