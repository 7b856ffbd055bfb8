//! Branches for people.

use comfy_table::{Cell, CellAlignment};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::table::PlainTable;
use neon::Branch;
use text::{DecimalBytes, quoted};

/// The new branch, and how to use it.
pub(super) fn created(branch: &Branch) -> String {
    let name = quoted(&branch.name);
    let expiry = branch.expires_at.map(|at| format!("Neon deletes it at {} UTC.\n", minutes(at)));
    format!(
        "{name} is ready ({}).\n{}    export DIRECT_DATABASE_URL=\"$(branchline branch url {name})\"",
        branch.id,
        expiry.unwrap_or_default()
    )
}

pub(super) fn table(branches: &[Branch]) -> String {
    let mut table = PlainTable::new(&["branch", "from", "state", "size", "made (UTC)", "until"]);
    for branch in branches {
        let parent = branches.iter().find(|other| Some(&other.id) == branch.parent_id.as_ref());
        let name = match (branch.default, branch.protected) {
            (true, _) => format!("{} (default)", branch.name),
            (false, true) => format!("{} (protected)", branch.name),
            (false, false) => branch.name.clone(),
        };
        table.row([
            Cell::new(name),
            Cell::new(parent.map_or("", |parent| &parent.name)),
            Cell::new(&branch.current_state),
            Cell::new(branch.logical_size.map(|size| DecimalBytes(size).to_string()).unwrap_or_default())
                .set_alignment(CellAlignment::Right),
            Cell::new(minutes(branch.created_at)),
            Cell::new(branch.expires_at.map(minutes).unwrap_or_default()),
        ]);
    }
    table.to_string()
}

/// `2026-11-23 10:00`.
fn minutes(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    // Writing to a string cannot fail for a date that has been read.
    at.format(format_description!("[year]-[month]-[day] [hour]:[minute]")).unwrap_or_default()
}
