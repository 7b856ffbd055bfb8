//! The casts that there are.

use model::{CastName, ObjectId, QualifiedName};

use super::{Kind, is_enum, resolved};
use crate::side::Side;

/// Postgres's own types whose casts are known, each with the types that values of it can be cast to. Beside
/// these, each can be cast to a text and from one.
const CASTS: &[(&str, &[&str])] = &[
    ("smallint", &["integer", "bigint", "numeric", "real", "double precision"]),
    ("integer", &["smallint", "bigint", "numeric", "real", "double precision", "boolean", "money", "bit"]),
    ("bigint", &["smallint", "integer", "numeric", "real", "double precision", "money", "bit"]),
    ("numeric", &["smallint", "integer", "bigint", "real", "double precision", "money"]),
    ("real", &["smallint", "integer", "bigint", "numeric", "double precision"]),
    ("double precision", &["smallint", "integer", "bigint", "numeric", "real"]),
    ("money", &["numeric"]),
    ("boolean", &["integer"]),
    ("bit", &["integer", "bigint", "bit varying"]),
    ("bit varying", &["bit"]),
    ("date", &["timestamp without time zone", "timestamp with time zone"]),
    ("timestamp without time zone", &["date", "time without time zone", "timestamp with time zone"]),
    (
        "timestamp with time zone",
        &["date", "time without time zone", "time with time zone", "timestamp without time zone"],
    ),
    ("time without time zone", &["time with time zone", "interval"]),
    ("time with time zone", &["time without time zone"]),
    ("interval", &["time without time zone"]),
    ("json", &["jsonb"]),
    ("jsonb", &["json", "boolean", "smallint", "integer", "bigint", "numeric", "real", "double precision"]),
    ("inet", &["cidr"]),
    ("cidr", &["inet"]),
    ("macaddr", &["macaddr8"]),
    ("macaddr8", &["macaddr"]),
    ("point", &["box"]),
    ("lseg", &["point"]),
    ("box", &["point", "lseg", "polygon", "circle"]),
    ("path", &["polygon"]),
    ("polygon", &["point", "path", "box", "circle"]),
    ("circle", &["point", "box", "polygon"]),
    ("line", &[]),
    ("uuid", &[]),
    ("bytea", &[]),
    ("xml", &[]),
    ("tsvector", &[]),
    ("tsquery", &[]),
];

/// What is known of an array's element, or of a type that is none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Text,
    Plain(&'static [&'static str]),
    Enum,
    /// A composite type, the rows of a table, a range.
    Own,
    /// An extension's, or one of Postgres that is seldom a column's.
    Unknown,
}

/// Returns whether a cast leads from a type to another, so that a column can change its type and keep its
/// values. Of types that are not known, Postgres is asked.
pub(crate) fn leads(sides: (&Side<'_>, &Side<'_>), before: &str, after: &str) -> bool {
    if has_own_cast(sides, before, after) {
        return true;
    }
    let (was, is) = (resolved(sides.0, before), resolved(sides.1, after));
    if (was.as_str(), is.as_str()) != (before, after) && has_own_cast(sides, &was, &is) || was == is {
        return true;
    }
    let (old, new) = (Kind::parse(&was), Kind::parse(&is));
    let (from, to) = (sort(sides.0, &old), sort(sides.1, &new));
    let is_text = |kind: &Kind, sort: Sort| !kind.is_array && sort == Sort::Text;
    match (old.is_array, new.is_array) {
        _ if is_text(&old, from) || is_text(&new, to) => true,
        (true, true) => leads(sides, was.trim_end_matches("[]"), is.trim_end_matches("[]")),
        (true, false) => to == Sort::Unknown,
        (false, true) => from == Sort::Unknown,
        (false, false) if old.base == new.base => true,
        (false, false) => match (from, to) {
            (Sort::Unknown, _) | (_, Sort::Unknown) | (Sort::Enum, Sort::Enum) => true,
            (Sort::Plain(targets), Sort::Plain(_)) => targets.contains(&new.base.as_str()),
            _ => false,
        },
    }
}

fn sort(side: &Side<'_>, kind: &Kind) -> Sort {
    if matches!(kind.base.as_str(), "text" | "character varying" | "character" | "name") {
        return Sort::Text;
    }
    if let Some((_, targets)) = CASTS.iter().find(|(base, _)| kind.is(base)) {
        return Sort::Plain(targets);
    }
    if is_enum(side, &kind.base) {
        return Sort::Enum;
    }
    let Some(name) = QualifiedName::parse(&kind.base) else { return Sort::Unknown };
    let is_own = side.is_node(&ObjectId::Range(name.clone())) || side.relation(&name).is_some();
    if is_own { Sort::Own } else { Sort::Unknown }
}

/// Returns whether one of the two schemas makes this cast.
fn has_own_cast(sides: (&Side<'_>, &Side<'_>), before: &str, after: &str) -> bool {
    let bare = |kind: &str| kind.strip_prefix("pg_catalog.").unwrap_or(kind).to_owned();
    let is_this = |cast: &&CastName| bare(&cast.source) == before && bare(&cast.target) == after;
    [sides.0, sides.1].iter().any(|side| side.casts.iter().any(is_this))
}
