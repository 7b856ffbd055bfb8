//! Cost grows with a document, whatever its references are.

use std::fmt::Write;
use std::time::{Duration, Instant};

use branchline_tokens::limits::{MAX_DEPTH, MAX_DIAGNOSTICS, MAX_DOCUMENT_BYTES, MAX_TOKENS};
use branchline_tokens::{Diagnostic, Tokens};

use super::{read, refused};

/// Far more than any of these takes, and far less than one that grows by squares.
const PATIENCE: Duration = Duration::from_secs(60);

fn in_time<T>(work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = work();
    let taken = begun.elapsed();
    assert!(taken < PATIENCE, "{taken:?}");
    result
}

fn nested(groups: usize) -> String {
    let token = r#"{"t":{"$type":"number","$value":1}}"#;
    format!("{}{token}{}", r#"{"g":"#.repeat(groups), "}".repeat(groups))
}

#[test]
fn paths_have_a_depth_a_length_and_a_number() {
    read(&nested(MAX_DEPTH - 1));
    let errors = refused(&nested(MAX_DEPTH));
    assert!(matches!(errors.as_slice(), [one] if one.pointer == format!("{}/t", "/g".repeat(MAX_DEPTH))));
    let long = |bytes| format!(r#"{{"{}":{{"t":{{"$type":"number","$value":1}}}}}}"#, "x".repeat(bytes));
    read(&long(253));
    assert_eq!(refused(&long(254))[0].detail, "The path has 256 bytes; at most 255 are taken.");
    let many = |count: usize| {
        let tokens = (0..count).map(|number| format!(r#""t{number}":{{"$value":{number}}}"#));
        format!(r#"{{"$type":"number",{}}}"#, tokens.collect::<Vec<_>>().join(","))
    };
    in_time(|| assert_eq!(read(&many(MAX_TOKENS)).tokens().len(), MAX_TOKENS));
    let errors = refused(&many(MAX_TOKENS + 1));
    assert_eq!(
        errors,
        [Diagnostic {
            pointer: String::new(),
            detail: "There are 10001 tokens; at most 10000 are taken.".to_owned()
        }]
    );
}

#[test]
fn a_document_has_a_size() {
    let padded = |bytes: usize| format!("{{}}{}", " ".repeat(bytes - 2));
    read(&padded(MAX_DOCUMENT_BYTES));
    let errors = refused(&padded(MAX_DOCUMENT_BYTES + 1));
    assert_eq!(errors[0].detail, "The document has 1048577 bytes; at most 1048576 are taken.");
}

#[test]
fn nesting_without_end_takes_no_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        for document in [
            deep(100_000),
            format!(r#"{{"t":{{"$type":"color","$value":{}}}}}"#, deep(100_000)),
            format!(r#"{{"$extensions":{{"x":{}}}}}"#, deep(100_000)),
        ] {
            in_time(|| assert!(!refused(&document).is_empty()));
        }
    }
}

#[test]
fn ten_thousand_aliases_in_a_chain_are_followed_and_a_circle_of_them_is_found() {
    let chain = |last: &str| {
        let aliases =
            (1..MAX_TOKENS).map(|number| format!(r#""t{number}":{{"$value":"{{t{}}}"}}"#, number - 1));
        format!(r#"{{"t0":{last},{}}}"#, aliases.collect::<Vec<_>>().join(","))
    };
    in_time(|| {
        let tokens = read(&chain(r#"{"$type":"color","$value":BLUE}"#));
        let last = tokens.tokens().last().unwrap();
        assert_eq!(last.value(), tokens.tokens()[0].value());
        assert_eq!(tokens.to_css().lines().count(), MAX_TOKENS + 2);
    });
    in_time(|| {
        let errors = refused(&chain(r#"{"$value":"{t9999}"}"#));
        assert_eq!(errors.len(), MAX_DIAGNOSTICS + 1);
        assert_eq!(errors[0].detail, "There are 9000 faults more.");
    });
}

#[test]
fn a_chain_of_pointers_into_values_is_followed_once_a_token() {
    let mut document = r#"{"$type":"color","t0":{"$value":BLUE}"#.to_owned();
    for number in 1..6_000 {
        let previous = number - 1;
        write!(
            document,
            r##","t{number}":{{"$value":{{"colorSpace":"srgb","components":[{{"$ref":"#/t{previous}/$value/components/0"}},0,0]}}}}"##
        )
        .unwrap();
    }
    document.push('}');
    let tokens = in_time(|| read(&document));
    assert!(tokens.tokens().last().unwrap().value().to_json().to_string().contains("0.2"));
}

#[test]
fn groups_that_double_by_extending_are_refused_before_they_are_made() {
    for leaf in [r#"{"t":{"$type":"number","$value":1}}"#, "{}"] {
        let mut document = format!(r#"{{"g0":{leaf}"#);
        for number in 1..30 {
            let half = format!(r#"{{"$extends":"{{g{}}}"}}"#, number - 1);
            write!(document, r#","g{number}":{{"a":{half},"b":{half}}}"#).unwrap();
        }
        document.push('}');
        let errors = in_time(|| refused(&document));
        assert!(
            errors.iter().any(|error| error.detail.starts_with("This makes more than 10000")),
            "{errors:#?}"
        );
        assert!(errors.iter().all(|error| error.pointer.ends_with("/$extends")), "{errors:#?}");
    }
}

#[test]
fn a_chain_of_extending_groups_takes_no_stack() {
    let mut document = r#"{"g0":{"$type":"number","t":{"$value":1}}"#.to_owned();
    for number in 1..5_000 {
        write!(document, r#","g{number}":{{"$extends":"{{g{}}}"}}"#, number - 1).unwrap();
    }
    document.push('}');
    assert_eq!(in_time(|| read(&document)).tokens().len(), 5_000);
}

#[test]
fn long_values_do_not_multiply_by_references() {
    let names = format!(r#""{}""#, "x".repeat(1_001));
    let errors = refused(&format!(r#"{{"f":{{"$type":"fontFamily","$value":[{names}]}}}}"#));
    assert_eq!(errors[0].detail, "The names have 1001 bytes; at most 1000 are taken.");
    let items = vec!["{\"value\":1,\"unit\":\"px\"}"; 65].join(",");
    let document =
        format!(r#"{{"s":{{"$type":"strokeStyle","$value":{{"dashArray":[{items}],"lineCap":"butt"}}}}}}"#);
    assert_eq!(refused(&document)[0].detail, "A dash array has 65 items; at most 64 are taken.");
}

#[test]
fn a_group_that_extends_nothing_reads_as_it_is() {
    let tokens = Tokens::parse(br#"{"g":{}}"#).unwrap();
    assert_eq!(tokens.to_dtcg(), "{\n  \"g\": {}\n}\n");
}
