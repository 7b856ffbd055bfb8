//! Branches: made, listed, deleted.

use std::time::SystemTime;

use anyhow::Result;
use serde_json::{Value, json};

use super::super::Shared;
use super::super::answer::{Answer, empty, ok, refusal};
use super::super::databases::{self, Copied};
use super::super::server::Asked;
use super::super::state::{Branch, id};

/// A page is short, so that a test needs few branches to make a client follow the cursor.
const LONGEST_PAGE: usize = 3;

pub(super) fn list(shared: &Shared, asked: &Asked) -> Answer {
    let state = shared.state();
    let search = asked.param("search").unwrap_or_default();
    let limit = asked.param("limit").and_then(|limit| limit.parse().ok()).unwrap_or(LONGEST_PAGE);
    let from: usize = asked.param("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    // The newest first, as they are asked for.
    let found: Vec<&Branch> = state
        .branches
        .iter()
        .rev()
        .filter(|branch| branch.name.contains(search) || branch.id.contains(search))
        .collect();
    let to = (from + limit.min(LONGEST_PAGE)).min(found.len());
    let page: Vec<Value> = found[from.min(to)..to].iter().map(|branch| state.show_branch(branch)).collect();
    let mut answer = json!({ "branches": page, "annotations": {} });
    if to < found.len() {
        answer["pagination"] =
            json!({ "next": to.to_string(), "sort_by": "created_at", "sort_order": "DESC" });
    }
    ok(200, &answer)
}

pub(super) async fn create(shared: &Shared, body: &Value) -> Result<Answer> {
    let asked = &body["branch"];
    let parent = {
        let state = shared.state();
        let name = asked["name"].as_str();
        if name.is_some_and(|name| name.is_empty() || name.chars().count() > 256) {
            return Ok(refusal(400, "", "branch name must have 1 to 256 characters"));
        }
        if state.branches.iter().any(|branch| Some(branch.name.as_str()) == name) {
            return Ok(refusal(409, "", "branch with the provided name already exists"));
        }
        if state.branches.len() >= state.branch_limit {
            return Ok(refusal(422, "BRANCHES_LIMIT_EXCEEDED", "branches limit exceeded"));
        }
        let parent = match asked["parent_id"].as_str() {
            Some(id) => state.branch(id),
            None => state.branches.iter().find(|branch| branch.is_default),
        };
        parent.cloned()
    };
    let Some(parent) = parent else { return Ok(refusal(404, "", "parent branch not found")) };
    let database = match databases::copy(shared.postgres, &parent.database).await? {
        Copied::As(database) => database,
        Copied::InUse => return Ok(refusal(423, "", "project already has running conflicting operations")),
    };
    let has_endpoint = body["endpoints"].as_array().is_some_and(|endpoints| !endpoints.is_empty());
    let own_id = id("br");
    let is_schema_only = asked["init_source"] == "schema-only";
    let branch = Branch {
        name: asked["name"].as_str().map_or_else(|| own_id.clone(), str::to_owned),
        id: own_id,
        // A copy of a schema is a root of its own.
        parent: (!is_schema_only).then_some(parent.id),
        is_default: false,
        database,
        endpoint: has_endpoint.then(|| id("ep")),
        created: SystemTime::now(),
        expires: asked["expires_at"].as_str().map(str::to_owned),
        init_source: if is_schema_only { "schema-only" } else { "parent-data" },
    };
    let mut state = shared.state();
    let mut operations = vec![state.begin(&branch.id, "create_branch")];
    if has_endpoint {
        operations.push(state.begin(&branch.id, "start_compute"));
    }
    let endpoints: Vec<Value> = state.show_endpoint(&branch).into_iter().collect();
    let answer = json!({
        "branch": state.show_branch(&branch),
        "endpoints": endpoints,
        "operations": operations,
        "roles": [],
        "databases": [],
    });
    state.branches.push(branch);
    Ok(ok(201, &answer))
}

pub(super) async fn delete(shared: &Shared, id: &str, asked: &Asked) -> Result<Answer> {
    let is_hard = asked.param("hard_delete") == Some("true");
    let branch = {
        let mut state = shared.state();
        if is_hard && !state.has_hard_delete {
            return Ok(refusal(403, "", "branch recovery is not available for this account"));
        }
        let Some(index) = state.branches.iter().position(|branch| branch.id == id) else {
            return Ok(empty(204));
        };
        if state.branches[index].is_default {
            return Ok(refusal(422, "", "cannot delete the default branch"));
        }
        if state.branches.iter().any(|branch| branch.parent.as_deref() == Some(id)) {
            return Ok(refusal(422, "", "cannot delete branch that has children"));
        }
        if !is_hard {
            let name = state.branches[index].name.clone();
            state.recoverable.push(name);
        }
        state.branches.remove(index)
    };
    databases::remove(shared.postgres, &branch.database).await?;
    let mut state = shared.state();
    let operations = [state.begin(&branch.id, "suspend_compute"), state.begin(&branch.id, "delete_timeline")];
    Ok(ok(200, &json!({ "branch": state.show_branch(&branch), "operations": operations })))
}

pub(super) fn make_endpoint(shared: &Shared, body: &Value) -> Answer {
    let mut state = shared.state();
    let asked = body["endpoint"]["branch_id"].as_str().unwrap_or_default();
    let Some(index) = state.branches.iter().position(|branch| branch.id == asked) else {
        return refusal(404, "", "branch not found");
    };
    if state.branches[index].endpoint.is_some() {
        return refusal(409, "", "the branch already has a read-write endpoint");
    }
    state.branches[index].endpoint = Some(id("ep"));
    let branch = state.branches[index].clone();
    let operation = state.begin(&branch.id, "start_compute");
    ok(201, &json!({ "endpoint": state.show_endpoint(&branch), "operations": [operation] }))
}
