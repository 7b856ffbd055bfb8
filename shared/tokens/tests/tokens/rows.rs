use branchline_tokens::{Rows, Tokens};

use super::{FILES, read};

/// Through JSON, as a database returns rows.
#[allow(clippy::unwrap_used, reason = "a test")]
fn again(rows: &Rows) -> Tokens {
    let text = serde_json::to_string(rows).unwrap();
    let rows: Rows = serde_json::from_str(&text).unwrap();
    Tokens::from_document(&rows.document().unwrap()).unwrap()
}

#[test]
fn documents_come_back_from_their_rows_to_the_letter() {
    for (name, text) in FILES {
        let tokens = read(text);
        assert_eq!(again(&tokens.rows()).to_dtcg(), tokens.to_dtcg(), "{name}");
    }
}

#[test]
fn rows_have_what_references_stand_for_and_how_they_are_written() {
    let tokens = read(
        r##"{"$schema":"https://schema.example/2025.10","color":{"$type":"color","$description":"All colors",
              "sea":{"$value":{"colorSpace":"oklch","components":[0.7,"none",250],"hex":"#4BA3F7"},
                "$extensions":{"org.branchline":{"confidence":0.75,"role":"primary"}}},
              "ink":{"$type":"color","$value":"{color.sea}","$deprecated":"use sea"},"pen":{"$ref":"#/color/ink"}},
            "gap":{"$type":"dimension","$value":{"value":-8.5,"unit":"px"}},"same":{"$ref":"#/color"},"none":{}}"##,
    );
    let rows = tokens.rows();
    let [sea, ink, pen] = rows.color_tokens.as_slice() else { panic!("{rows:#?}") };
    assert_eq!((sea.token.own_type, ink.token.own_type), (false, true));
    assert_eq!((sea.token.confidence, sea.token.role.as_deref()), (Some(0.75), Some("primary")));
    assert_eq!(ink.components, [Some(0.7), None, Some(250.0)]);
    assert_eq!((ink.token.alias.as_deref(), &ink.token.written), (Some("color.sea"), &None));
    assert_eq!((ink.token.deprecated, ink.token.deprecated_reason.as_deref()), (Some(true), Some("use sea")));
    assert_eq!(pen.token.alias.as_deref(), Some("color.ink"));
    assert_eq!(pen.token.written.as_ref().unwrap().to_string(), r##"{"$ref":"#/color/ink"}"##);
    assert_eq!((rows.spacing_tokens[0].value, rows.spacing_tokens[0].unit.as_str()), (-8.5, "px"));
    let groups: Vec<_> =
        rows.other_tokens.iter().map(|row| (row.token.path.as_str(), row.is_group)).collect();
    assert_eq!(groups, [("", true), ("color", true), ("same", true), ("none", true)]);
    assert_eq!(again(&rows).to_dtcg(), tokens.to_dtcg());
}

#[test]
fn rows_in_any_order_make_one_document_and_contradictions_are_refused() {
    let mut rows = read(FILES[0].1).rows();
    rows.color_tokens.reverse();
    rows.other_tokens.reverse();
    assert_eq!(again(&rows).to_dtcg(), read(FILES[0].1).to_dtcg());
    rows.color_tokens[0].token.path = format!("{}.below", rows.color_tokens[1].token.path);
    assert!(rows.document().is_err());
    let mut rows = read(FILES[0].1).rows();
    rows.color_tokens[0].token.path = rows.color_tokens[1].token.path.clone();
    assert!(rows.document().unwrap_err().to_string().ends_with("has a path that another row has, too"));
}
