//! Branches brought to another state, and branches made of snapshots.
//!
//! The stand-in keeps no past of its own: a moment is the state of the snapshots that were taken up to it.

use std::time::SystemTime;

use anyhow::Result;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::Shared;
use super::super::answer::{Answer, ok, refusal};
use super::super::databases::{self, Copied};
use super::super::state::{Branch, State, id};

pub(super) async fn branch(shared: &Shared, branch: &str, body: &Value) -> Result<Answer> {
    let (target, source, preserved) = {
        let state = shared.state();
        let Some(target) = state.branch(branch).cloned() else {
            return Ok(refusal(404, "", "branch not found"));
        };
        let from = body["source_branch_id"].as_str().unwrap_or_default();
        let preserved = body["preserve_under_name"].as_str().map(str::to_owned);
        let has_children = state.branches.iter().any(|one| one.parent.as_ref() == Some(&target.id));
        if has_children && preserved.is_none() {
            return Ok(refusal(422, "", "preserve_under_name is required to restore a branch with children"));
        }
        if let Some(name) = &preserved
            && state.branches.iter().any(|one| one.name == *name)
        {
            return Ok(refusal(409, "", "branch with the provided name already exists"));
        }
        if from == target.id && preserved.is_none() {
            return Ok(refusal(
                400,
                "",
                "preserve_under_name is required to restore a branch to its own past",
            ));
        }
        let source = match body["source_timestamp"].as_str() {
            None => state.branch(from).map(|branch| branch.database.clone()),
            Some(moment) => at(&state, from, moment),
        };
        let Some(source) = source else {
            return Ok(refusal(400, "", "the moment is outside the branch's history"));
        };
        (target, source, preserved)
    };
    let database = match databases::copy(shared.postgres, &source).await? {
        Copied::As(database) => database,
        Copied::InUse => return Ok(refusal(423, "", "project already has running conflicting operations")),
    };
    if preserved.is_none() {
        databases::remove(shared.postgres, &target.database).await?;
    }
    let mut state = shared.state();
    if let Some(name) = preserved {
        // Its children hang from what it was.
        let kept = id("br");
        let children = state.branches.iter_mut().filter(|one| one.parent.as_ref() == Some(&target.id));
        children.for_each(|child| child.parent = Some(kept.clone()));
        state.branches.push(Branch {
            id: kept,
            name,
            is_default: false,
            parent: target.parent.clone().or_else(|| Some(target.id.clone())),
            endpoint: None,
            created: SystemTime::now(),
            ..target.clone()
        });
    }
    let restored = Branch { database, ..target };
    if let Some(place) = state.branches.iter_mut().find(|branch| branch.id == restored.id) {
        place.database.clone_from(&restored.database);
    }
    let operation = state.begin(&restored.id, "timeline_mark_invisible");
    Ok(ok(200, &json!({ "branch": state.show_branch(&restored), "operations": [operation] })))
}

/// The newest snapshot of a branch up to a moment.
fn at(state: &State, branch: &str, moment: &str) -> Option<String> {
    let moment = SystemTime::from(OffsetDateTime::parse(moment, &Rfc3339).ok()?);
    let taken = state.snapshots.iter().filter(|one| one.branch == branch && one.created <= moment);
    taken.max_by_key(|one| one.created).map(|one| one.database.clone())
}

pub(super) async fn snapshot(shared: &Shared, snapshot: &str, body: &Value) -> Result<Answer> {
    let (snapshot, replaced) = {
        let state = shared.state();
        let Some(snapshot) = state.snapshots.iter().find(|one| one.id == snapshot).cloned() else {
            return Ok(refusal(404, "", "snapshot not found"));
        };
        (snapshot, body["target_branch_id"].as_str().and_then(|id| state.branch(id)).cloned())
    };
    let Copied::As(database) = databases::copy(shared.postgres, &snapshot.database).await? else {
        return Ok(refusal(423, "", "project already has running conflicting operations"));
    };
    let own_id = id("br");
    let mut state = shared.state();
    let branch = Branch {
        name: body["name"].as_str().map_or_else(|| own_id.clone(), str::to_owned),
        id: own_id,
        parent: Some(snapshot.branch.clone()),
        is_default: false,
        database,
        endpoint: replaced.as_ref().and_then(|branch| branch.endpoint.clone()),
        created: SystemTime::now(),
        expires: None,
        init_source: "parent-data",
    };
    if let Some(replaced) = replaced {
        state.branches.iter_mut().filter(|one| one.id == replaced.id).for_each(|one| one.endpoint = None);
    }
    let operation = state.begin(&branch.id, "create_branch");
    let answer = json!({ "branch": state.show_branch(&branch), "operations": [operation] });
    state.branches.push(branch);
    Ok(ok(200, &answer))
}
