//! The paths of folders, as columns of JSON: the names from the root, 1,024 bytes of the innermost, after a
//! `…` where there are more.
//!
//! A list looks up the paths of all that it shows at once: its statement has a table [`SHOWN`] with the
//! columns of `bookmarks`, then [`paths`].

use db::Row;
use serde_json::value::RawValue;

/// The name of the table of what is shown.
pub const SHOWN: &str = "shown";

/// The most further folders of a bookmark that are shown.
pub const MOST_FURTHER: usize = 20;

/// The table of the paths of all folders of what is shown, in one row.
#[must_use]
pub fn paths() -> String {
    format!(
        "paths AS MATERIALIZED (
             SELECT jsonb_object_agg(id, to_jsonb(path)) AS by_id
             FROM folder_paths(ARRAY(
                 SELECT folder_id FROM {SHOWN}
                 UNION SELECT unnest(further_folder_ids[1:{MOST_FURTHER}]) FROM {SHOWN})))"
    )
}

/// The path of a folder of what is shown, by its id.
#[must_use]
pub fn of_shown(id: &str) -> String {
    format!("coalesce((SELECT by_id FROM paths) -> {id}::text, '[]')")
}

/// The path of any folder, by its id.
#[must_use]
pub fn of_one(id: &str) -> String {
    format!("to_jsonb(folder_path({id}))")
}

/// Reads a column of paths, which is the text of JSON.
///
/// # Errors
/// The column is of another type.
pub fn read(row: &Row, column: usize) -> Result<Box<RawValue>, db::Error> {
    Ok(RawValue::from_string(row.try_get(column)?).unwrap_or_default())
}
