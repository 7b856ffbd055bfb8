//! Statements that follow each other and are one for Postgres.

use model::ObjectId;

use crate::Change;

/// Merges what can be said at once.
pub(super) fn merged(changes: Vec<Change>) -> Vec<Change> {
    let mut merged: Vec<Change> = Vec::new();
    for change in changes {
        let sql =
            merged.last().and_then(|last| constraint(last, &change).or_else(|| publication(last, &change)));
        match (sql, merged.last_mut()) {
            (Some(sql), Some(last)) => {
                last.sql = sql;
                last.loses.extend(change.loses);
                if last.about == change.about {
                    last.summary = format!("changes {}", change.about);
                }
            }
            _ => merged.push(change),
        }
    }
    merged
}

/// A constraint in place of one of its name: no row gets past both.
fn constraint(before: &Change, after: &Change) -> Option<String> {
    let ObjectId::Constraint(part) = &after.about else { return None };
    let alter = format!("ALTER TABLE {} ", part.whole);
    let drop = format!("DROP CONSTRAINT {}", part.name);
    let add = after.sql.strip_prefix(&alter)?;
    let is_drop = before.about == after.about && before.sql == format!("{alter}{drop};\n");
    let is_add = add.starts_with(&format!("ADD CONSTRAINT {} ", part.name));
    (is_drop && is_add).then(|| format!("{alter}{drop}, {add}"))
}

/// A new publication with what it publishes.
fn publication(before: &Change, after: &Change) -> Option<String> {
    let ObjectId::Publication(name) = &before.about else { return None };
    let member = match &after.about {
        ObjectId::PublishedTable(of) if of.publication == *name => &after.sql,
        ObjectId::PublishedSchema(of) if of.publication == *name => &after.sql,
        _ => return None,
    };
    let member = member.strip_prefix(&format!("ALTER PUBLICATION {name} ADD "))?.strip_suffix(";\n")?;
    let at = before.sql.rfind(" WITH (publish = ").filter(|_| before.sql.starts_with("CREATE "))?;
    let (head, options) = before.sql.split_at(at);
    let word = if head == format!("CREATE PUBLICATION {name}") { " FOR " } else { ", " };
    Some(format!("{head}{word}{member}{options}"))
}
