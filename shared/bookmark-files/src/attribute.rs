//! Names of attributes that several formats share, or that our own JSON has. docs/import-formats.md lists
//! what each format makes of its fields.

/// 1 for what is unread.
pub const UNREAD: &str = "toread";

/// 1 for what was put away.
pub const ARCHIVED: &str = "archived";

/// A person's own text beside the description.
pub const NOTES: &str = "notes";

/// The number of a bookmark of ours.
pub const NUMBER: &str = "branchline-number";

/// 1 for a bookmark of ours that is shared.
pub const SHARED: &str = "branchline-shared";

/// The tags that were suggested for a bookmark of ours: a JSON array of strings.
pub const SUGGESTED_TAGS: &str = "branchline-suggested-tags";

/// The columns of a bookmark of ours that a person set: a JSON array of their names.
pub const EDITED: &str = "branchline-edited";
