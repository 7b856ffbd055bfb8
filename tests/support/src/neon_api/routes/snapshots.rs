//! Snapshots: taken, listed, deleted.

use std::time::SystemTime;

use anyhow::Result;
use serde_json::{Value, json};

use super::super::Shared;
use super::super::answer::{Answer, ok, refusal};
use super::super::databases::{self, Copied};
use super::super::server::Asked;
use super::super::state::{Snapshot, id};

pub(super) async fn create(shared: &Shared, branch: &str, asked: &Asked) -> Result<Answer> {
    let Some(branch) = shared.state().branch(branch).cloned() else {
        return Ok(refusal(404, "", "branch not found"));
    };
    {
        let state = shared.state();
        if state.snapshots.len() >= state.snapshot_limit {
            return Ok(refusal(422, "SNAPSHOTS_LIMIT_EXCEEDED", "snapshots limit exceeded"));
        }
    }
    let database = match databases::copy(shared.postgres, &branch.database).await? {
        Copied::As(database) => database,
        Copied::InUse => return Ok(refusal(423, "", "project already has running conflicting operations")),
    };
    let own_id = id("snap");
    let snapshot = Snapshot {
        name: asked.param("name").map_or_else(|| own_id.clone(), str::to_owned),
        id: own_id,
        branch: branch.id.clone(),
        database,
        created: SystemTime::now(),
        expires: asked.param("expires_at").map(str::to_owned),
    };
    let mut state = shared.state();
    let operation = state.begin(&branch.id, "timeline_archive");
    let answer = json!({ "snapshot": state.show_snapshot(&snapshot), "operations": [operation] });
    state.snapshots.push(snapshot);
    Ok(ok(200, &answer))
}

pub(super) fn list(shared: &Shared) -> Answer {
    let state = shared.state();
    let shown: Vec<Value> = state.snapshots.iter().map(|snapshot| state.show_snapshot(snapshot)).collect();
    ok(200, &json!({ "snapshots": shown }))
}

pub(super) async fn delete(shared: &Shared, id: &str) -> Result<Answer> {
    let snapshot = {
        let mut state = shared.state();
        let Some(index) = state.snapshots.iter().position(|snapshot| snapshot.id == id) else {
            return Ok(refusal(404, "", "snapshot not found"));
        };
        state.snapshots.remove(index)
    };
    databases::remove(shared.postgres, &snapshot.database).await?;
    let operation = shared.state().begin(&snapshot.branch, "delete_timeline");
    Ok(ok(202, &json!({ "operations": [operation] })))
}
