//! The two notations of a reference: `{group.token}` for a whole value, and JSON pointers for any place.

use crate::json::Json;
use crate::pointer;

/// A value that refers to another, as it is written.
pub(crate) enum Reference<'a> {
    /// `"{a.b}"`
    Curly(&'a str),
    /// `{"$ref": "#/a/b"}`
    Pointer(&'a str),
}

/// The place that a reference names.
#[derive(Debug, PartialEq)]
pub(crate) struct Target {
    /// Names of groups, then of the token.
    pub(crate) path: Vec<String>,
    /// The way on into the token's value; empty for the whole of it.
    pub(crate) part: Vec<String>,
}

impl<'a> Reference<'a> {
    /// The reference, where a value is one. A text with braces at both ends is, and an object with `$ref`.
    pub(crate) fn parse(json: &'a Json) -> Option<Self> {
        match json {
            Json::String(text) if text.starts_with('{') && text.ends_with('}') => Some(Self::Curly(text)),
            Json::Object(object) => object.get("$ref").and_then(Json::as_str).map(Self::Pointer),
            _ => None,
        }
    }

    /// The place, or why there can be none.
    pub(crate) fn target(&self) -> Result<Target, &'static str> {
        match self {
            Self::Curly(text) => curly(text).map(|path| Target { path, part: Vec::new() }),
            Self::Pointer(text) => pointer(text),
        }
    }
}

/// Reads `$extends`, which takes either notation, as a path of names.
pub(crate) fn group_path(text: &str) -> Result<Vec<String>, &'static str> {
    if text.starts_with('{') {
        return curly(text);
    }
    let path = pointer(text)?.path;
    // A value, even as a whole, is no group.
    match pointer::segments(text) {
        Some(segments) if segments.len() == path.len() => Ok(path),
        _ => Err("A group has no \"$value\"."),
    }
}

fn curly(text: &str) -> Result<Vec<String>, &'static str> {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    let names: Vec<&str> = inner.split('.').collect();
    if inner.contains(['{', '}']) {
        return Err("A reference in braces is one path with nothing around it, such as \"{color.blue}\".");
    }
    if names.iter().any(|name| name.is_empty() || name.trim() != *name) {
        return Err("A reference in braces is names joined by dots, without blanks around them.");
    }
    if names.iter().any(|name| name.starts_with('$') && *name != "$root") {
        return Err(
            "A reference in braces names the token alone; a part of its value takes {\"$ref\": \"#/…\"}.",
        );
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

fn pointer(text: &str) -> Result<Target, &'static str> {
    let mut path = pointer::segments(text)
        .ok_or("A \"$ref\" is a JSON pointer into this document, such as \"#/color/blue/$value\".")?;
    let part = match path.iter().position(|segment| segment == "$value") {
        Some(place) => {
            let part = path.split_off(place + 1);
            path.pop();
            part
        }
        None => Vec::new(),
    };
    if path.is_empty() || path.iter().any(|name| name.starts_with('$') && name != "$root") {
        return Err("A \"$ref\" leads to a token or into its \"$value\".");
    }
    Ok(Target { path, part })
}

#[cfg(test)]
mod tests {
    use super::{Reference, Target, group_path};
    use crate::json::Json;

    fn names(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn both_notations_lead_to_one_token() {
        for text in ["{a.b}", "#/a/b", "#/a/b/$value"] {
            let reference =
                if text.starts_with('{') { Reference::Curly(text) } else { Reference::Pointer(text) };
            assert_eq!(reference.target(), Ok(Target { path: names("a b"), part: Vec::new() }), "{text}");
        }
        let part = Reference::Pointer("#/a/b/$value/components/0").target();
        assert_eq!(part, Ok(Target { path: names("a b"), part: names("components 0") }));
        assert_eq!(group_path("{a.b}"), Ok(names("a b")));
        assert_eq!(group_path("#/a/b"), Ok(names("a b")));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["{}", "{a.}", "{a. b}", "{ a}", "{a}{b}", "{a.$value}", "{$type}"] {
            assert!(Reference::Curly(text).target().is_err(), "{text}");
        }
        for text in ["#", "#/", "a/b", "#/$value", "#/a/$type", "x.json#/a"] {
            assert!(Reference::Pointer(text).target().is_err(), "{text}");
        }
        assert!(Reference::parse(&Json::from("1.5")).is_none());
        assert!(group_path("#/a/$value").is_err());
    }
}
