//! The project's parts.

use std::collections::{HashMap, VecDeque};
use std::time::SystemTime;

use serde_json::{Value, json};
use uuid::Uuid;

use super::faults::{Fate, Fault};

#[derive(Debug)]
pub(super) struct State {
    pub(super) project: String,
    pub(super) key: String,
    pub(super) branches: Vec<Branch>,
    pub(super) snapshots: Vec<Snapshot>,
    pub(super) operations: Vec<Operation>,
    pub(super) requests: Vec<String>,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) branch_limit: usize,
    pub(super) snapshot_limit: usize,
    /// True if the key's account has the preview of branch recovery, and with it `hard_delete`.
    pub(super) has_hard_delete: bool,
    /// Names of deleted branches that could be recovered.
    pub(super) recoverable: Vec<String>,
    /// Databases that every branch has beside its own.
    pub(super) further_databases: Vec<String>,
    pub(super) fate: Fate,
    /// Fates of operations of one kind, which take precedence over [`State::fate`].
    pub(super) fates: HashMap<String, Fate>,
    pub(super) faults: VecDeque<Option<Fault>>,
    /// Faults of the next request of a form, once.
    pub(super) faults_at: VecDeque<(String, Fault)>,
    /// Nothing is served once the faults are used up.
    pub(super) is_gone: bool,
}

/// A request that was served, and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// As `GET`.
    pub method: String,
    /// As `/projects/…`.
    pub path: String,
    /// The answer's.
    pub status: u16,
    /// The answer's; null where it has none.
    pub body: Value,
}

#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) parent: Option<String>,
    pub(super) is_default: bool,
    pub(super) database: String,
    pub(super) endpoint: Option<String>,
    pub(super) created: SystemTime,
    pub(super) expires: Option<String>,
    pub(super) init_source: &'static str,
}

#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) branch: String,
    pub(super) database: String,
    pub(super) created: SystemTime,
    pub(super) expires: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) id: Uuid,
    pub(super) branch: String,
    pub(super) action: &'static str,
    pub(super) fate: Fate,
    pub(super) created: SystemTime,
}

impl State {
    pub(super) fn new(database: &str) -> Self {
        let main = Branch {
            id: id("br"),
            name: "main".to_owned(),
            parent: None,
            is_default: true,
            database: database.to_owned(),
            endpoint: Some(id("ep")),
            created: SystemTime::now(),
            expires: None,
            init_source: "parent-data",
        };
        Self {
            project: id("project"),
            key: format!("napi_{}", Uuid::now_v7().simple()),
            branches: vec![main],
            snapshots: Vec::new(),
            operations: Vec::new(),
            requests: Vec::new(),
            exchanges: Vec::new(),
            branch_limit: 10,
            snapshot_limit: 10,
            has_hard_delete: true,
            recoverable: Vec::new(),
            further_databases: Vec::new(),
            fate: Fate::Finish(1),
            fates: HashMap::new(),
            faults: VecDeque::new(),
            faults_at: VecDeque::new(),
            is_gone: false,
        }
    }

    pub(super) fn branch(&self, id: &str) -> Option<&Branch> {
        self.branches.iter().find(|branch| branch.id == id)
    }

    /// Begins an operation on a branch and gives it as the API shows it.
    pub(super) fn begin(&mut self, branch: &str, action: &'static str) -> Value {
        let operation = Operation {
            id: Uuid::now_v7(),
            branch: branch.to_owned(),
            action,
            fate: self.fates.get(action).copied().unwrap_or(self.fate),
            created: SystemTime::now(),
        };
        let shown = self.show_operation(&operation);
        self.operations.push(operation);
        shown
    }

    pub(super) fn show_operation(&self, operation: &Operation) -> Value {
        let (status, failures) = match operation.fate {
            Fate::Finish(0) => ("finished", 0),
            Fate::Finish(_) | Fate::Endless => ("running", 0),
            Fate::Fail => ("error", 1),
        };
        let mut shown = json!({
            "id": operation.id,
            "project_id": self.project,
            "branch_id": operation.branch,
            "action": operation.action,
            "status": status,
            "failures_count": failures,
            "created_at": rfc3339(operation.created),
            "updated_at": rfc3339(operation.created),
            "total_duration_ms": 100,
        });
        if operation.fate == Fate::Fail {
            shown["error"] = json!("the storage is out of order");
        }
        shown
    }

    pub(super) fn show_branch(&self, branch: &Branch) -> Value {
        let mut shown = json!({
            "id": branch.id,
            "project_id": self.project,
            "name": branch.name,
            "current_state": "ready",
            "state_changed_at": rfc3339(branch.created),
            "logical_size": 30_000_000,
            "creation_source": "console",
            "default": branch.is_default,
            "primary": branch.is_default,
            "protected": false,
            "cpu_used_sec": 0,
            "active_time_seconds": 0,
            "compute_time_seconds": 0,
            "written_data_bytes": 0,
            "data_transfer_bytes": 0,
            "created_at": rfc3339(branch.created),
            "updated_at": rfc3339(branch.created),
            "init_source": branch.init_source,
        });
        if let Some(parent) = &branch.parent {
            shown["parent_id"] = json!(parent);
        }
        if let Some(expires) = &branch.expires {
            shown["expires_at"] = json!(expires);
        }
        shown
    }

    pub(super) fn show_snapshot(&self, snapshot: &Snapshot) -> Value {
        let mut shown = json!({
            "id": snapshot.id,
            "name": snapshot.name,
            "source_branch_id": snapshot.branch,
            "created_at": rfc3339(snapshot.created),
            "manual": true,
        });
        if let Some(expires) = &snapshot.expires {
            shown["expires_at"] = json!(expires);
        }
        shown
    }

    /// An endpoint, as the proxy before a real one would have it.
    pub(super) fn show_endpoint(&self, branch: &Branch) -> Option<Value> {
        let id = branch.endpoint.as_ref()?;
        Some(json!({
            "host": "localhost",
            "id": id,
            "project_id": self.project,
            "branch_id": branch.id,
            "region_id": "aws-us-east-2",
            "autoscaling_limit_min_cu": 0.25,
            "autoscaling_limit_max_cu": 2,
            "type": "read_write",
            "current_state": "active",
            "pooler_enabled": false,
            "pooler_mode": "transaction",
            "disabled": false,
            "passwordless_access": true,
            "creation_source": "console",
            "created_at": rfc3339(branch.created),
            "updated_at": rfc3339(branch.created),
            "settings": {},
            "proxy_host": "localhost",
            "suspend_timeout_seconds": 0,
            "provisioner": "k8s-neonvm",
        }))
    }
}

/// An id as Neon makes them: letters, digits and hyphens.
pub(super) fn id(prefix: &str) -> String {
    // The end of a uuid v7 is its random part.
    let random = Uuid::now_v7().simple().to_string().split_off(20);
    format!("{prefix}-quiet-water-{random}")
}

pub(super) fn rfc3339(at: SystemTime) -> String {
    let at = time::OffsetDateTime::from(at);
    // Fails for years past 9999 only.
    at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}
