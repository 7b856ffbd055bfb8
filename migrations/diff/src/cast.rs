//! What becomes of a column's values when its type changes.

mod known;

use model::{ObjectId, Property, QualifiedName};

use crate::side::Side;

pub(crate) use known::leads;

/// A type as its parts: `character varying(50)[]` is `character varying`, 50, one dimension or more.
struct Kind {
    base: String,
    limits: Vec<i64>,
    is_array: bool,
}

impl Kind {
    fn parse(text: &str) -> Self {
        let (text, is_array) = match text.strip_suffix("[]") {
            Some(element) => (element, true),
            None => (text, false),
        };
        let Some((before, rest)) = text.split_once('(').filter(|_| !text.starts_with('"')) else {
            return Self { base: text.to_owned(), limits: Vec::new(), is_array };
        };
        let (limits, after) = rest.split_once(')').unwrap_or((rest, ""));
        let limits = limits.split(',').filter_map(|limit| limit.trim().parse().ok()).collect();
        Self { base: format!("{}{after}", before.trim_end()), limits, is_array }
    }

    fn limit(&self) -> Option<i64> {
        self.limits.first().copied()
    }

    fn is(&self, base: &str) -> bool {
        self.base == base
    }

    /// The digits before and after the point of a number without a fraction of its own, or of `numeric`.
    fn digits(&self) -> Option<(i64, i64)> {
        match (self.base.as_str(), self.limits.as_slice()) {
            ("smallint", _) => Some((5, 0)),
            ("integer", _) => Some((10, 0)),
            ("bigint", _) => Some((19, 0)),
            ("numeric", [precision, rest @ ..]) => {
                let scale = rest.first().copied().unwrap_or(0);
                Some((precision - scale, scale))
            }
            _ => None,
        }
    }
}

/// Returns whether each value of a type has its own in another, so that a change from one to the other loses
/// none. It may fail on some; and where a setting of the session decides, as the time zone, nothing is
/// certain.
pub(crate) fn keeps_values(sides: (&Side<'_>, &Side<'_>), before: &str, after: &str) -> bool {
    let is_enum = (is_enum(sides.0, before), is_enum(sides.1, after));
    keeps(&resolved(sides.0, before), &resolved(sides.1, after), is_enum)
}

/// The type that a domain is of in the end.
fn resolved(side: &Side<'_>, kind: &str) -> String {
    let mut kind = kind.to_owned();
    loop {
        let domain = QualifiedName::parse(&kind).map(ObjectId::Domain);
        match domain.and_then(|domain| side.value(&domain, &Property::Base)) {
            Some(base) => base.clone_into(&mut kind),
            None => return kind,
        }
    }
}

/// Returns whether a type is an enum, or an array of one.
fn is_enum(side: &Side<'_>, kind: &str) -> bool {
    let element = QualifiedName::parse(kind.trim_end_matches("[]"));
    element.is_some_and(|name| side.is_node(&ObjectId::Enum(name)))
}

/// The cast that a change of type needs where Postgres has none of its own for it: between two enums, values
/// go by their labels; between domains over a composite type, which may be made anew, by their texts.
pub(crate) fn using(sides: (&Side<'_>, &Side<'_>), own: &str, before: &str, after: &str) -> String {
    let was = resolved(sides.0, before);
    let element = |side: &Side<'_>, kind: &str| {
        let kind = resolved(side, kind);
        resolved(side, kind.trim_end_matches("[]"))
    };
    let elements = (element(sides.0, before), element(sides.1, after));
    let is_composite = |kind: &str| {
        QualifiedName::parse(kind).is_some_and(|name| sides.0.is_node(&ObjectId::CompositeType(name)))
    };
    let goes_by_text = is_enum(sides.0, &elements.0) && is_enum(sides.1, &elements.1)
        || elements.0 == elements.1 && is_composite(&elements.0);
    match (goes_by_text, was.ends_with("[]")) {
        (true, true) => format!("{own}::text[]::{after}"),
        (true, false) => format!("{own}::text::{after}"),
        (false, _) => format!("{own}::{after}"),
    }
}

/// Returns whether Postgres takes values of a type for another by itself.
pub(crate) fn casts_by_itself(before: &str, after: &str) -> bool {
    let family = |kind: &str| -> u8 {
        let base = kind.split(['(', ' ']).next().unwrap_or_default();
        match base {
            _ if kind.ends_with("[]") => 0,
            "smallint" | "integer" | "bigint" | "numeric" | "real" | "double" => 1,
            "text" | "character" => 2,
            "timestamp" | "date" => 3,
            "time" => 4,
            "json" | "jsonb" => 5,
            "bit" => 6,
            "inet" | "cidr" => 7,
            _ => 0,
        }
    };
    let base = |kind: &str| kind.split('(').next().unwrap_or_default().to_owned();
    family(after) == 2 && !before.ends_with("[]")
        || base(before) == base(after)
        || (family(before) != 0 && family(before) == family(after))
}

fn keeps(before: &str, after: &str, is_enum: (bool, bool)) -> bool {
    let (old, new) = (Kind::parse(before), Kind::parse(after));
    if before == after {
        return true;
    }
    if old.is_array && new.is_array {
        let element = |kind: &str| kind.trim_end_matches("[]").to_owned();
        return keeps(&element(before), &element(after), is_enum);
    }
    // Every value has a text of its own.
    let is_text = |kind: &Kind| !kind.is_array && (kind.is("text") || kind.base.ends_with("citext"));
    if is_text(&new) || (!new.is_array && new.is("character varying") && new.limits.is_empty()) {
        return true;
    }
    if old.is_array != new.is_array {
        return false;
    }
    let is_longer = new.limit().is_none_or(|limit| old.limit().is_some_and(|before| before <= limit));
    let is_word = is_text(&old) || old.is("character varying") || old.is("character") || is_enum.0;
    match new.base.as_str() {
        // A label is one word, or there is no such label.
        _ if is_enum.1 => is_word,
        "character varying" => (old.is("character varying") || old.is("character")) && is_longer,
        "bit varying" => (old.is("bit varying") || old.is("bit")) && is_longer,
        "smallint" | "integer" | "bigint" | "numeric" if old.is("boolean") => new.is("integer"),
        "smallint" | "integer" | "bigint" | "numeric" => match (old.digits(), new.digits()) {
            // A whole number of nine digits is an integer, one of ten may be none.
            (Some((whole, 0)), Some((room, 0))) if old.is("numeric") && !new.is("numeric") => whole < room,
            (Some((whole, fraction)), Some((room, places))) => whole <= room && fraction <= places,
            (Some(_), None) => true,
            (None, _) => false,
        },
        "double precision" => matches!(old.base.as_str(), "real" | "integer" | "smallint"),
        "real" => old.is("smallint"),
        "timestamp without time zone" if old.is("date") => new.limits.is_empty(),
        "inet" => old.is("cidr"),
        "json" => old.is("jsonb"),
        "macaddr8" => old.is("macaddr"),
        // As precise as it was, or more.
        "timestamp without time zone"
        | "timestamp with time zone"
        | "time without time zone"
        | "time with time zone" => old.base == new.base && is_longer,
        "interval" => old.base.starts_with("interval") && is_longer,
        _ => false,
    }
}

/// Returns whether a change of type writes every row anew, and nobody can read them meanwhile.
pub(crate) fn rewrites(sides: (&Side<'_>, &Side<'_>), before: &str, after: &str) -> bool {
    // A domain with a check has each value looked at.
    let is_domain =
        |kind: &str| QualifiedName::parse(kind).is_some_and(|name| sides.1.is_node(&ObjectId::Domain(name)));
    let (was, is) = (resolved(sides.0, before), resolved(sides.1, after));
    let (old, new) = (Kind::parse(&was), Kind::parse(&is));
    if was == is {
        return is_domain(after);
    }
    let is_longer = new.limit().is_none_or(|limit| old.limit().is_some_and(|before| before <= limit));
    let is_text = |kind: &Kind| kind.is("text") || kind.is("character varying");
    let is_alike = old.is_array == new.is_array
        && match new.base.as_str() {
            "text" | "character varying" => is_text(&old) && is_longer,
            "numeric" => {
                let scales = (old.limits.get(1), new.limits.get(1));
                old.is("numeric") && is_longer && (new.limits.is_empty() || scales.0 == scales.1)
            }
            "bit varying" => old.is("bit varying") && is_longer,
            "interval" => old.is("interval") && is_longer,
            "timestamp without time zone" | "timestamp with time zone" => old.base == new.base && is_longer,
            "inet" => old.is("cidr"),
            _ => false,
        };
    !is_alike || is_domain(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_that_cannot_lose_is_told_from_one_that_can() {
        let all = [
            ("smallint", "integer", true),
            ("integer", "bigint", true),
            ("bigint", "integer", false),
            ("integer", "numeric", true),
            ("integer", "numeric(10,0)", true),
            ("integer", "numeric(10,2)", false),
            ("bigint", "numeric(19,0)", true),
            ("numeric(9,0)", "integer", true),
            ("numeric(10,0)", "integer", false),
            ("numeric", "bigint", false),
            ("numeric(10,2)", "numeric(12,2)", true),
            ("numeric(10,2)", "numeric(12,4)", true),
            ("numeric(10,2)", "numeric(10,4)", false),
            ("numeric(10,2)", "numeric", true),
            ("numeric", "numeric(10,2)", false),
            ("numeric(10,2)", "double precision", false),
            ("integer", "double precision", true),
            ("bigint", "double precision", false),
            ("integer", "real", false),
            ("real", "double precision", true),
            ("double precision", "real", false),
            ("character varying(20)", "character varying(50)", true),
            ("character varying(50)", "character varying(20)", false),
            ("character varying(50)", "text", true),
            ("text", "character varying(50)", false),
            ("text", "character varying", true),
            ("character(5)", "text", true),
            ("text", "character(5)", false),
            ("character varying(20)[]", "text[]", true),
            ("text[]", "character varying(20)[]", false),
            ("integer[]", "bigint[]", true),
            ("integer[]", "text", true),
            ("integer[]", "integer", false),
            ("uuid", "text", true),
            ("text", "uuid", false),
            ("text", "integer", false),
            ("boolean", "integer", true),
            ("integer", "boolean", false),
            ("json", "jsonb", false),
            ("jsonb", "json", true),
            ("date", "timestamp without time zone", true),
            ("timestamp without time zone", "date", false),
            ("timestamp without time zone", "timestamp with time zone", false),
            ("timestamp with time zone", "timestamp without time zone", false),
            ("timestamp(3) without time zone", "timestamp without time zone", true),
            ("timestamp without time zone", "timestamp(3) without time zone", false),
            ("timestamp with time zone", "text", true),
            ("interval(3)", "interval", true),
            ("interval day to second", "interval", true),
            ("interval", "interval day to second", false),
            ("bit(5)", "bit varying(8)", true),
            ("bit varying(8)", "bit varying(5)", false),
            ("cidr", "inet", true),
            ("inet", "cidr", false),
        ];
        for (before, after, expected) in all {
            assert_eq!(keeps(before, after, (false, false)), expected, "{before} to {after}");
        }
        assert!(keeps("text", "public.mood", (false, true)) && keeps("public.mood", "text", (true, false)));
        assert!(keeps("public.mood", "public.other", (true, true)));
        assert!(!keeps("integer", "public.mood", (false, true)));
    }
}
