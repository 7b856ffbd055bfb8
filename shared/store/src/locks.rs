//! The keys of advisory locks, as expressions of SQL. Two statements that lock the same thing must write the
//! same key. It begins with the organization, so that none waits for another.

/// The key of an import's content in its project; `project_id` and `sha256` are expressions. Who holds it is
/// importing that content: a second sender waits, and a job whose lock is free is dead.
#[must_use]
pub fn import_key(project_id: &str, sha256: &str) -> String {
    key(&format!("' import ' || coalesce({project_id}, 0) || ' ' || encode({sha256}, 'hex')"))
}

/// The key of a project's bookmarks; `project_id` is an expression. Who holds it adds or removes many of
/// them, and counts duplicates meanwhile. It is taken after [`import_key`], so that an import and its undo
/// never wait for each other.
#[must_use]
pub fn bookmarks_key(project_id: &str) -> String {
    key(&format!("' bookmarks of ' || coalesce({project_id}::text, 'no project')"))
}

fn key(text: &str) -> String {
    format!("hashtextextended(current_organization() || {text}, 0)")
}
