//! The API's objects, as far as they are of use here. Fields that are not named are left alone.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A branch.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Branch {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) parent_id: Option<String>,
    /// `init`, `ready`, `resetting`, `archived`.
    pub(crate) current_state: String,
    /// The state that it will have; none where that is the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pending_state: Option<String>,
    /// `parent-data`, or `schema-only`, which makes a branch without a parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) init_source: Option<String>,
    /// In bytes; unknown at first.
    #[serde(default)]
    pub(crate) logical_size: Option<u64>,
    /// The one that the project is made of.
    #[serde(default)]
    pub(crate) default: bool,
    #[serde(default)]
    pub(crate) protected: bool,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    /// When Neon deletes it by itself.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub(crate) expires_at: Option<OffsetDateTime>,
}

/// A snapshot of a branch.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Snapshot {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) source_branch_id: Option<String>,
    /// RFC 3339.
    pub(crate) created_at: String,
    #[serde(default)]
    pub(crate) expires_at: Option<String>,
}

/// Work that Neon does after it has answered.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Operation {
    pub(super) id: String,
    #[serde(default)]
    pub(super) branch_id: Option<String>,
    pub(super) action: String,
    pub(super) status: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) created_at: OffsetDateTime,
    #[serde(default)]
    pub(super) error: Option<String>,
}

/// A database of a branch.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Database {
    pub(super) name: String,
    pub(super) owner_name: String,
}
