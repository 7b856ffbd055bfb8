//! Columns that `serial` makes, with their sequences.

use model::{ObjectId, PartName, Property};

use crate::side::Side;

/// The sequence of a new column, where `serial` makes just that sequence.
pub(crate) fn sequence<'a>(from: &Side<'_>, to: &Side<'a>, column: &PartName) -> Option<&'a ObjectId> {
    let object = ObjectId::Column(column.clone());
    to.value(&object, &Property::NotNull)?;
    let most = match to.value(&object, &Property::Type)? {
        "smallint" => i64::from(i16::MAX),
        "integer" => i64::from(i32::MAX),
        "bigint" => i64::MAX,
        _ => return None,
    };
    let usual = format!("{}_{}_seq", column.whole.name.unquoted(), column.name.unquoted());
    let sequence = to.owned_sequence(column)?;
    let name = sequence.qualified()?;
    // Postgres shortens a longer one, and takes another where there is one.
    let is_named_so = name.schema == column.whole.schema && name.name.unquoted() == usual && usual.len() < 64;
    let is_free = !from.is_named(name);
    let mut properties = to.catalog.properties(sequence).into_iter().flatten();
    let is_plain = properties.all(|(property, value)| match property {
        Property::Definition => {
            let kind = to.value(&object, &Property::Type).unwrap_or_default();
            **value == *format!("{kind} start 1 increment 1 min 1 max {most} cache 1")
        }
        Property::Owner => Some(&**value) == to.value(to.whole(sequence).unwrap_or(sequence), property),
        Property::OwnedBy => true,
        _ => false,
    });
    let default = to.value(&object, &Property::Default)?;
    // Default privileges that act now did not act on it.
    let is_plain = is_plain && to.statements.access(sequence, &to.defaults).is_empty();
    (is_named_so && is_free && is_plain && default.starts_with("nextval(")).then_some(sequence)
}

/// The text of a column with its default, and the one with `serial` that stands for it.
pub(crate) fn text(from: &Side<'_>, to: &Side<'_>, column: &PartName) -> Option<(String, String)> {
    sequence(from, to, column)?;
    let object = ObjectId::Column(column.clone());
    let (kind, value) = (to.value(&object, &Property::Type)?, to.value(&object, &Property::Default)?);
    let serial = match kind {
        "smallint" => "smallserial",
        "integer" => "serial",
        _ => "bigserial",
    };
    Some((format!("{} {kind} DEFAULT {value} NOT NULL", column.name), format!("{} {serial}", column.name)))
}
