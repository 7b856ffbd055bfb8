use branchline_tokens::EditError;

use super::read;

const DOCUMENT: &str =
    r#"{"ink":{"$type":"color","$value":BLUE,"$description":"dark"},"g":{"pen":{"$value":"{ink}"}}}"#;

#[test]
fn a_patch_changes_members_and_leaves_the_rest() {
    let tokens = read(DOCUMENT).patch("ink", br#"{"$description":null,"$value":{"alpha":0.5}}"#).unwrap();
    let css = tokens.to_css();
    assert!(css.contains("--ink: rgb(20% 40% 90% / 0.5);"), "{css}");
    assert!(!css.contains("dark"));
    assert!(css.contains("--g-pen: var(--ink);"));
}

#[test]
fn a_change_that_makes_faults_is_refused_with_their_places() {
    let tokens = read(DOCUMENT);
    let pointers = |result: Result<_, EditError>| match result {
        Err(EditError::Invalid(errors)) => errors.into_iter().map(|error| error.pointer).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(pointers(tokens.patch("ink", br##"{"$value":"#fff"}"##)), ["/ink/$value"]);
    assert_eq!(pointers(tokens.patch("ink", b"[]")), [""]);
    assert_eq!(pointers(tokens.patch("ink", b"{")), [""]);
    assert_eq!(pointers(tokens.remove("ink")), ["/g/pen/$value"]);
    for path in ["", "nothing", "ink.below", "g.pen.$value", "$type", "ink.$value"] {
        assert!(matches!(tokens.remove(path), Err(EditError::NotFound)), "{path}");
    }
    assert_eq!(tokens.remove("g").unwrap().tokens().len(), 1);
    assert_eq!(tokens.remove("g.pen").unwrap().tokens().len(), 1);
}
