//! The renames that hints in the wanted files tell.

use anyhow::{Result, bail};
use model::{Catalog, ObjectId, PartName, QualifiedName};

use super::AppliedRename;
use crate::wanted::{RenameHint, RenamedObject};

/// The renames that hints tell, wholes first.
pub(super) fn told(from: &Catalog, to: &Catalog, hints: &[RenameHint]) -> Result<Vec<AppliedRename>> {
    let mut wholes = Vec::new();
    let mut parts = Vec::new();
    for hint in hints {
        let place = format!("{}, line {}", hint.file, hint.line);
        let (new, old) = match &hint.object {
            RenamedObject::Whole { name, .. } => {
                let Some(new) = whole_named(to, name) else { continue };
                let old = with_name(&new, &hint.old);
                let Some(old) = old else { bail!("{place}: {} is no name", hint.old) };
                (new, old)
            }
            RenamedObject::Column { table, name } => {
                let Some(whole) = whole_named(to, table) else { continue };
                let Some(whole) = whole.qualified().cloned() else { continue };
                let part = |name: &str| {
                    let name = QualifiedName::parse(&folded(name))?.name;
                    Some(ObjectId::Column(PartName::new(&whole, &name)))
                };
                let (Some(new), Some(old)) = (part(name), part(&hint.old)) else {
                    bail!("{place}: {} is no name of a column", hint.old)
                };
                (new, old)
            }
        };
        let rename = AppliedRename { from: old, to: new };
        let all = wholes.iter().chain(&parts);
        for (other, other_place) in all {
            let other: &AppliedRename = other;
            if (other.from == rename.from) != (other.to == rename.to) {
                bail!("{place}: \"{rename}\" contradicts \"{other}\" of {other_place}");
            }
        }
        // A hint stays in its file when the rename is done.
        let is_part = rename.to.part().is_some();
        let is_open = is_part || (from.contains(&rename.from) && !from.contains(&rename.to));
        if is_open {
            if is_part { &mut parts } else { &mut wholes }.push((rename, place));
        }
    }
    Ok(wholes.into_iter().chain(parts).map(|(rename, _)| rename).collect())
}

/// An object with a name of its own that a file calls so. A name without a schema is looked for in public,
/// then in all schemas.
fn whole_named(catalog: &Catalog, name: &str) -> Option<ObjectId> {
    let wanted = QualifiedName::parse(&folded(name))?;
    let is_named = |object: &&ObjectId| {
        !matches!(object, ObjectId::RowType(_))
            && object.part().is_none()
            && object.qualified().is_some_and(|there| {
                there.name == wanted.name && (wanted.schema.is_none() || there.schema == wanted.schema)
            })
    };
    let found: Vec<&ObjectId> = catalog.iter().map(|(object, _)| object).filter(is_named).collect();
    let is_public = |object: &&&ObjectId| object.schema().is_some_and(|schema| schema.as_str() == "public");
    found.iter().find(is_public).or_else(|| found.first()).map(|object| (*object).clone())
}

/// The same kind of object under another name, in its schema where the name has none.
fn with_name(object: &ObjectId, name: &str) -> Option<ObjectId> {
    let mut named = QualifiedName::parse(&folded(name))?;
    if named.schema.is_none() {
        named.schema = object.schema().cloned();
    }
    let schema = named.schema.as_ref()?;
    ObjectId::parse(object.kind().as_str(), &format!("{}.{}", schema.as_str(), named.name.as_str()))
}

/// A name as the server reads it: in lower case where it is not quoted.
fn folded(name: &str) -> String {
    let mut is_quoted = false;
    let fold = |c: char| {
        is_quoted ^= c == '"';
        if is_quoted { c } else { c.to_ascii_lowercase() }
    };
    name.chars().map(fold).collect()
}
