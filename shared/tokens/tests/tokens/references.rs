//! The values that references and `$extends` stand for.

use branchline_tokens::{TokenType, Tokens};

use super::read;

fn value(tokens: &Tokens, path: &str) -> String {
    let token = tokens.tokens().iter().find(|token| token.path == path);
    token.unwrap_or_else(|| panic!("no token {path}")).value().to_json().to_string()
}

fn paths(tokens: &Tokens) -> Vec<&str> {
    tokens.tokens().iter().map(|token| token.path.as_str()).collect()
}

#[test]
fn every_notation_of_an_alias_leads_to_the_value() {
    let tokens = read(
        r##"{"color":{"$type":"color","a b/~":{"$value":BLUE},"curly":{"$value":"{color.a b/~}"},
            "pointer":{"$value":{"$ref":"#/color/a%20b~1~0"}},"value":{"$value":{"$ref":"#/color/a b~1~0/$value"}},
            "token":{"$ref":"#/color/curly"},"$root":{"$value":"{color.token}"}},"root":{"$value":"{color.$root}"}}"##,
    );
    for path in ["curly", "pointer", "value", "token", "$root"] {
        assert_eq!(value(&tokens, &format!("color.{path}")), value(&tokens, "color.a b/~"), "{path}");
    }
    assert_eq!(value(&tokens, "root"), value(&tokens, "color.a b/~"));
    assert!(tokens.tokens().iter().skip(1).all(|token| token.alias().is_some()));
}

#[test]
fn a_pointer_reads_any_part_of_a_value() {
    let tokens = read(
        r##"{"ink":{"$type":"color","$value":{"colorSpace":"oklch","components":[0.7,"none",250],"alpha":0.5}},
            "sea":{"$type":"color","$value":{"colorSpace":{"$ref":"#/ink/$value/colorSpace"},
              "components":[{"$ref":"#/ink/$value/components/0"},{"$ref":"#/ink/$value/components/1"},
                {"$ref":"#/hue"}],"alpha":{"$ref":"#/ink/$value/alpha"}}},
            "hue":{"$type":"number","$value":{"$ref":"#/ink/$value/components/2"}},
            "all":{"$type":"color","$value":{"colorSpace":"oklch","components":{"$ref":"#/sea/$value/components"}}}}"##,
    );
    assert_eq!(value(&tokens, "sea"), value(&tokens, "ink"));
    assert_eq!(value(&tokens, "all"), r#"{"colorSpace":"oklch","components":[0.7,"none",250]}"#);
    assert_eq!(value(&tokens, "hue"), "250");
    assert!(tokens.tokens().iter().all(|token| token.alias().is_none()));
}

#[test]
fn a_type_comes_from_the_token_its_target_or_its_group() {
    let tokens = read(
        r#"{"g":{"$type":"dimension","gap":{"$value":{"value":1,"unit":"px"}},"ink":{"$value":"{ink}"},
            "n":{"$type":"number","$value":1}},"ink":{"$type":"color","$value":BLUE},"far":{"$value":"{g.ink}"}}"#,
    );
    let types: Vec<_> = tokens.tokens().iter().map(|token| token.token_type()).collect();
    let (color, dimension) = (TokenType::Color, TokenType::Dimension);
    assert_eq!(types, [dimension, color, TokenType::Number, color, color]);
}

#[test]
fn a_group_receives_what_it_has_not_from_the_group_it_extends() {
    let tokens = read(
        r##"{"typed":{"$type":"color","base":{"x":{"$value":BLUE},"deep":{"y":{"$value":"{typed.base.x}"},
              "z":{"$value":BLUE}}}},
            "g":{"$extends":"{typed.base}","x":{"$type":"number","$value":7},"deep":{"own":{"$value":BLUE}}},
            "h":{"$ref":"#/g"}}"##,
    );
    let own = ["typed.base.x", "typed.base.deep.y", "typed.base.deep.z"];
    let g = ["g.x", "g.deep.own", "g.deep.y", "g.deep.z"];
    let h = ["h.x", "h.deep.own", "h.deep.y", "h.deep.z"];
    assert_eq!(paths(&tokens), [&own[..], &g, &h].concat());
    assert_eq!(value(&tokens, "h.x"), "7");
    assert_eq!(value(&tokens, "g.deep.y"), value(&tokens, "typed.base.x"));
    let copies: Vec<_> =
        tokens.tokens().iter().filter(|token| token.is_copy).map(|token| &token.path).collect();
    assert_eq!(copies.len(), 6);
    assert!(tokens.to_css().contains("--h-deep-y: var(--typed-base-x);"));
}

#[test]
fn a_group_may_extend_one_within_it_and_one_that_another_received() {
    let tokens = read(
        r#"{"a":{"$type":"number","$extends":"{a.b}","b":{"x":{"$value":1}}},
            "c":{"$extends":"{a}"},"d":{"$extends":"{c.b}"},"e":{"$value":"{d.x}"}}"#,
    );
    assert_eq!(paths(&tokens), ["a.b.x", "a.x", "c.b.x", "c.x", "d.x", "e"]);
    assert_eq!(value(&tokens, "e"), "1");
}
