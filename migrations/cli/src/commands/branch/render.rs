//! Branches for people.

use comfy_table::{Cell, CellAlignment};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::table::PlainTable;
use neon::Branch;
use text::quoted;

/// What was made, and what to do with it.
pub(super) fn created(branch: &Branch) -> String {
    let name = quoted(&branch.name);
    let expiry = branch.expires_at.map(|at| format!(" Neon deletes it at {} UTC.", minutes(at)));
    format!(
        "{name} is ready ({}).{}\n    export DIRECT_DATABASE_URL=\"$(branchline branch url {name})\"",
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
            Cell::new(branch.logical_size.map(size).unwrap_or_default()).set_alignment(CellAlignment::Right),
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

/// Bytes as people read them, as Neon's console counts them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_to_what_people_read() {
        assert_eq!(
            [size(0), size(1), size(7_600_000), size(2_340_000_000)],
            ["0 kB", "1 kB", "7 MB", "2.3 GB"]
        );
    }
}
