//! The path of a claim in a token.

use serde_json::{Map, Value};

/// The longest path in bytes.
const MAX_LENGTH: usize = 200;

/// The path of a claim: its name, or names joined by dots that lead through objects, as in `o.id`.
///
/// A member that has the whole path as its name comes first, because issuers of claims in namespaces name
/// them by URLs, which have dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimPath(String);

impl ClaimPath {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_url = text.contains("://");
        let is_path = is_url || text.split('.').all(|name| !name.is_empty());
        let is_printable = !text.chars().any(|c| c.is_control() || c.is_whitespace());
        (is_path && is_printable && text.len() <= MAX_LENGTH && !text.is_empty())
            .then(|| Self(text.to_owned()))
    }

    /// The claim in a token; null counts as absent.
    pub(crate) fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        let found = claims.get(&self.0).or_else(|| {
            let (first, rest) = self.0.split_once('.')?;
            rest.split('.').try_fold(claims.get(first)?, |value, name| value.get(name))
        });
        found.filter(|value| !value.is_null())
    }

    /// The path of a claim that stands beside this one and has its name but for the end, as `org_name` beside
    /// `org_id`.
    pub(crate) fn sibling(&self, end: &str, other: &str) -> Option<Self> {
        self.0.strip_suffix(end).map(|stem| Self(format!("{stem}{other}")))
    }

    #[cfg(test)]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn find(path: &str, claims: Value) -> Option<Value> {
        let Value::Object(claims) = claims else { panic!("no object") };
        ClaimPath::parse(path).unwrap().find(&claims).cloned()
    }

    #[test]
    fn a_path_leads_through_objects() {
        assert_eq!(find("o.id", json!({ "o": { "id": 7 } })), Some(json!(7)));
        assert_eq!(find("a.b.c", json!({ "a": { "b": { "c": "x" } } })), Some(json!("x")));
        assert_eq!(find("o.id", json!({ "o": "id" })), None);
        assert_eq!(find("o.id", json!({ "o": ["id"] })), None);
        assert_eq!(find("o.id", json!({ "o": { "id": null } })), None);
        assert_eq!(find("o.0", json!({ "o": ["x"] })), None);
    }

    #[test]
    fn a_name_with_dots_is_found_whole() {
        let name = "https://branchline.example/org.id";
        assert_eq!(find(name, json!({ name: "x" })), Some(json!("x")));
        assert_eq!(find("o.id", json!({ "o.id": 1, "o": { "id": 2 } })), Some(json!(1)));
        assert_eq!(find("cognito:groups", json!({ "cognito:groups": [] })), Some(json!([])));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", ".", "o.", ".id", "o..id", "a b", "a\n", &"x".repeat(201)] {
            assert_eq!(ClaimPath::parse(text), None, "{text}");
        }
    }
}
