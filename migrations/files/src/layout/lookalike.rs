//! Files that are no migrations and look like one: named, never passed over.

use super::Layout;

/// The kind of a file that does not end in `.sql`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookalike {
    /// Somebody means it to run, and no tool would on every machine.
    Refused(&'static str),
    /// Probably left over.
    Left(&'static str),
}

/// Looks at a file's name without its folder; none where nobody could take it for a migration.
pub(crate) fn lookalike(layout: Layout, base: &str) -> Option<Lookalike> {
    let lower = base.to_lowercase();
    if lower.ends_with(".sql") {
        return Some(Lookalike::Refused("the ending is not .sql in small letters; rename it"));
    }
    let code = match (layout, lower.rsplit_once('.')) {
        (Layout::Goose, Some((stem, "go"))) if !stem.ends_with("_test") => Some(stem),
        (Layout::Flyway, Some((stem, "java" | "kt" | "class"))) => Some(stem),
        _ => None,
    };
    if code.is_some_and(begins_as_migration) {
        return Some(Lookalike::Refused(
            "a migration written in code can only be run by the program that embeds it; write it as SQL",
        ));
    }
    let is_configuration = layout == Layout::Flyway && lower.ends_with(".sql.conf");
    if lower.contains(".sql") && !is_configuration {
        return Some(Lookalike::Left("its ending is not .sql"));
    }
    (!lower.contains('.') && begins_as_migration(&lower)).then_some(Lookalike::Left("it has no ending .sql"))
}

/// `v12__…`, `12_…`: in small letters.
pub(super) fn begins_as_migration(stem: &str) -> bool {
    let number = stem.strip_prefix(['v', 'u']).unwrap_or(stem);
    let rest = number.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    rest.len() < number.len() && rest.starts_with('_')
}
