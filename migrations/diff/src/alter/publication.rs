//! The definitions of publications.

/// What ALTER says after a publication's name where its options alone change; none where it must be made
/// anew, as when it is for all tables no more.
pub(super) fn publication(before: &str, after: &str) -> Option<String> {
    const WITH: &str = " WITH (";
    let ((before, old), (after, new)) = (before.rsplit_once(WITH)?, after.rsplit_once(WITH)?);
    if before != after {
        return None;
    }
    let new = new.strip_suffix(')')?;
    let is_gone = |name: &str| old.contains(name) && !new.contains(name);
    let mut options = vec![new.to_owned()];
    // What is not said stays as it is.
    for (name, usual) in [("publish_via_partition_root", "false"), ("publish_generated_columns", "none")] {
        if is_gone(name) {
            options.push(format!("{name} = {usual}"));
        }
    }
    Some(format!("SET ({})", options.join(", ")))
}
