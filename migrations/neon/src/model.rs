//! The API's objects, as far as they are of use here. Fields that are not named are left alone.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A branch.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Branch {
    /// Its id, as `br-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The branch that it was made from; none of a root.
    #[serde(default)]
    pub parent_id: Option<String>,
    /// `init`, `ready`, `resetting`, `archived`.
    pub current_state: String,
    /// The state that it will have; none where that is the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_state: Option<String>,
    /// `parent-data`, or `schema-only`, which makes a branch without a parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_source: Option<String>,
    /// In bytes; unknown at first.
    #[serde(default)]
    pub logical_size: Option<u64>,
    /// The one that the project is made of.
    #[serde(default)]
    pub default: bool,
    /// True if it may not be deleted or reset.
    #[serde(default)]
    pub protected: bool,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When Neon deletes it by itself.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
}

/// A snapshot of a branch.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Snapshot {
    /// Its id, as `snap-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The branch that it was taken of.
    #[serde(default)]
    pub source_branch_id: Option<String>,
    /// RFC 3339.
    pub created_at: String,
    /// When Neon deletes it by itself, RFC 3339; none for never.
    #[serde(default)]
    pub expires_at: Option<String>,
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
