//! A document among the tokens of another.

use branchline_tokens::{Document, Tokens};
use serde_json::{Value, json};

use super::read;

const BLUE: &str = r#"{"colorSpace":"srgb","components":[0.2,0.4,0.9]}"#;

const BASE: &str = r#"{"brand":{"$type":"color","blue":{"$value":BLUE},"ink":{"$value":"{brand.blue}"}},
    "gap":{"$type":"dimension","$value":{"value":8,"unit":"px"}},"space":{"small":{"$value":"{gap}"}}}"#;

#[allow(clippy::unwrap_used, reason = "a test")]
fn merged(base: &str, added: &str) -> Value {
    let tokens = Tokens::merge(read(base).document(), added.replace("BLUE", BLUE).as_bytes());
    let tokens = tokens.unwrap_or_else(|errors| panic!("{added}: {errors:#?}"));
    // It is what its text says.
    assert_eq!(Tokens::from_document(tokens.document()).unwrap().rows(), tokens.rows());
    serde_json::from_str(&tokens.to_dtcg()).unwrap()
}

/// The places of the faults.
fn refused(base: &str, added: &str) -> Vec<String> {
    let tokens = Tokens::merge(read(base).document(), added.replace("BLUE", BLUE).as_bytes());
    let errors = tokens.err().unwrap_or_default();
    let mut pointers: Vec<_> = errors.into_iter().map(|error| error.pointer).collect();
    pointers.sort();
    pointers
}

#[test]
fn a_token_joins_the_others_or_takes_the_place_of_the_one_of_its_path() {
    let red = r#"{"colorSpace":"srgb","components":[1,0,0]}"#;
    let whole = merged(
        BASE,
        &format!(
            r#"{{"$description":"left out","brand":{{"$type":"color","blue":{{"$value":{red}}}}},
                "space":{{"$description":"All","small":{{"$value":"{{gap}}"}},"large":{{"$value":"{{space.small}}"}}}},
                "new":{{"$type":"number","$deprecated":true,"n":{{"$value":1}}}}}}"#
        ),
    );
    assert_eq!(
        whole["brand"]["blue"],
        json!({"$type": "color", "$value": {"colorSpace": "srgb", "components": [1, 0, 0]}})
    );
    assert_eq!(whole["brand"]["ink"], json!({"$value": "{brand.blue}"}));
    assert_eq!(whole["space"]["$description"], "All");
    assert_eq!(whole["space"]["large"], json!({"$type": "dimension", "$value": "{space.small}"}));
    assert_eq!(whole["new"], json!({"$deprecated": true, "n": {"$type": "number", "$value": 1}}));
    assert_eq!(whole["$description"], json!(null));
}

#[test]
fn no_group_changes_what_an_added_token_is() {
    // A group of another type, and one whose type the added document does not repeat.
    let whole = merged(
        BASE,
        r#"{"brand":{"$type":"number","n":{"$value":1},"copy":{"$value":"{gap}"}},"space":{"n":{"$type":"number","$value":2}}}"#,
    );
    assert_eq!(whole["brand"]["$type"], "color");
    assert_eq!(whole["brand"]["n"], json!({"$type": "number", "$value": 1}));
    assert_eq!(whole["brand"]["copy"], json!({"$type": "dimension", "$value": "{gap}"}));
    let whole = merged(BASE, r#"{"brand":{"sea":{"$value":BLUE}}}"#);
    assert_eq!(whole["brand"]["sea"]["$type"], "color");
}

#[test]
fn what_contradicts_the_tokens_that_are_there_is_named_with_its_places() {
    for (added, places) in [
        // Within a token, and in the place of a group.
        (r#"{"gap":{"wide":{"$type":"color","$value":BLUE}}}"#, &["/gap/wide", "/space/small/$value"][..]),
        (r#"{"gap":{}}"#, &["/gap", "/space/small/$value"]),
        (r#"{"brand":{"$type":"color","$value":BLUE}}"#, &["/brand"]),
        (r#"{"brand":{"$type":"color","$value":"{space.small}"}}"#, &["/brand", "/brand/$value"]),
        // A circle through tokens that are there, and one within what came.
        (r#"{"brand":{"blue":{"$value":"{brand.ink}"}}}"#, &["/brand/blue/$value", "/brand/ink/$value"]),
        (r#"{"gap":{"$value":"{space.small}"}}"#, &["/gap/$value", "/space/small/$value"]),
        // A reference to nothing.
        (r#"{"a":{"$value":"{brand.red}"},"b":{"$value":"{c}"}}"#, &["/a/$value", "/b/$value"]),
        // One name in CSS.
        (r#"{"brand-ink":{"$type":"color","$value":BLUE}}"#, &["/brand-ink", "/brand/ink"]),
        // All at once, and each once.
        (
            r##"{"gap":{"$type":"dimension","$value":"8px"},"x.y":{"$type":"number","$value":1},"brand":{"$value":"{no}"}}"##,
            &["/brand", "/brand/$value", "/gap/$value", "/x.y"],
        ),
        ("[]", &[""]),
    ] {
        assert_eq!(refused(BASE, added), places, "{added}");
    }
}

#[test]
fn groups_extend_one_group_and_what_both_have_is_bounded() {
    let base = r#"{"a":{"$type":"number","one":{"$value":1}},"b":{"$extends":"{a}"},"c":{}}"#;
    assert_eq!(refused(base, r#"{"b":{"$extends":"{c}"}}"#), ["/b/$extends"]);
    assert_eq!(merged(base, r#"{"c":{"$extends":"{a}"}}"#)["c"], json!({"$extends": "{a}"}));
    assert_eq!(merged(base, r#"{"c":{"$type":"number","$value":1}}"#)["c"]["$value"], 1);
    let numbers = |name: &str, count: usize| {
        let tokens =
            (0..count).map(|number| format!(r#""{name}{number}":{{"$type":"number","$value":{number}}}"#));
        format!("{{{}}}", tokens.collect::<Vec<_>>().join(","))
    };
    assert_eq!(refused(&numbers("a", 6_000), &numbers("b", 4_001)), [""]);
    let merged =
        Tokens::merge(read(&numbers("a", 6_000)).document(), numbers("a", 9_000).as_bytes()).unwrap();
    assert_eq!(merged.tokens().len(), 9_000);
}

#[test]
fn nothing_is_added_to_nothing() {
    assert_eq!(Tokens::merge(&Document::default(), b"{}").unwrap().rows(), Default::default());
    assert!(Tokens::merge(&Document::default(), b"{").is_err());
}
