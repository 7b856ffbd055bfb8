//! Each rule of the format with a document that breaks it, and the place that is named.

use super::{read, refused};

/// A document, and the pointers of all its faults.
const INVALID: &[(&str, &[&str])] = &[
    // Documents, groups and names.
    ("[]", &[""]),
    (r#"{"$value":BLUE,"$type":"color"}"#, &[""]),
    (r#"{"ink":"blue"}"#, &["/ink"]),
    (r#"{"ink":null,"g":{"tags":[]}}"#, &["/g/tags", "/ink"]),
    (r#"{"ink.dark":{"$type":"color","$value":BLUE}}"#, &["/ink.dark"]),
    (r#"{"{ink}":{"$type":"color","$value":BLUE}}"#, &["/{ink}"]),
    (r#"{"$ink":{"$type":"color","$value":BLUE}}"#, &["/$ink"]),
    (r#"{" ":{"$type":"color","$value":BLUE}}"#, &["/ "]),
    (r#"{"a\u0007b":{"$type":"color","$value":BLUE}}"#, &["/a\u{7}b"]),
    (r#"{"ink":{"$type":"color","$value":BLUE,"dark":{}}}"#, &["/ink/dark"]),
    (r#"{"ink":{"$type":"color","$value":BLUE,"$root":{"$value":BLUE}}}"#, &["/ink/$root"]),
    (r#"{"ink":{"$root":{"dark":{"$type":"color","$value":BLUE}}}}"#, &["/ink/$root"]),
    (r#"{"ink":{"$type":"color","$value":BLUE,"$note":"x"}}"#, &["/ink/$note"]),
    (r#"{"ink":{"$schema":"https://schema.example"}}"#, &["/ink/$schema"]),
    (r#"{"$description":1,"$deprecated":"","$extensions":[]}"#, &["/$description", "/$extensions"]),
    (r#"{"$deprecated":0}"#, &["/$deprecated"]),
    (r#"{"ink":{"$type":"color","$value":BLUE},"ink":{"$type":"color","$value":BLUE}}"#, &["/ink"]),
    (r#"{"ink":{"$type":"color","$value":BLUE,"$description":"a\u0000"}}"#, &["/ink/$description"]),
    (
        r#"{"ink":{"$type":"color","$value":BLUE,"$extensions":{"org.branchline":{"confidence":2,"role":3}}}}"#,
        &["/ink/$extensions/org.branchline/confidence", "/ink/$extensions/org.branchline/role"],
    ),
    // Types.
    (r#"{"ink":{"$value":BLUE}}"#, &["/ink"]),
    (r#"{"ink":{"$type":"Color","$value":BLUE}}"#, &["/ink/$type"]),
    (r#"{"ink":{"$type":"string","$value":"x"}}"#, &["/ink/$type"]),
    (r#"{"g":{"$type":7,"ink":{"$value":BLUE}}}"#, &["/g/$type"]),
    (r#"{"weight":{"$type":"fontWeight","heavy":{"$value":1001}}}"#, &["/weight/heavy/$value"]),
    // Colors.
    (r##"{"ink":{"$type":"color","$value":"#3366e6"}}"##, &["/ink/$value"]),
    (
        r#"{"ink":{"$type":"color","$value":{"colorSpace":"rgb","components":[0,0,0]}}}"#,
        &["/ink/$value/colorSpace"],
    ),
    (
        r#"{"ink":{"$type":"color","$value":{"colorSpace":"srgb","components":[0,0]}}}"#,
        &["/ink/$value/components"],
    ),
    (
        r#"{"ink":{"$type":"color","$value":{"colorSpace":"srgb","components":[1.2,0,-1]}}}"#,
        &["/ink/$value/components/0", "/ink/$value/components/2"],
    ),
    (
        r#"{"ink":{"$type":"color","$value":{"colorSpace":"hsl","components":[360,101,50]}}}"#,
        &["/ink/$value/components/0", "/ink/$value/components/1"],
    ),
    (
        r#"{"ink":{"$type":"color","$value":{"colorSpace":"oklch","components":[0.5,null,20]}}}"#,
        &["/ink/$value/components/1"],
    ),
    (
        r#"{"ink":{"$type":"color","$value":{"colorSpace":"lch","components":[50,-1,"None"]}}}"#,
        &["/ink/$value/components/1", "/ink/$value/components/2"],
    ),
    (
        r##"{"ink":{"$type":"color","$value":{"colorSpace":"srgb","components":[0,0,0],"alpha":1.5,"hex":"#000"}}}"##,
        &["/ink/$value/alpha", "/ink/$value/hex"],
    ),
    (
        r#"{"ink":{"$type":"color","$value":{"colorSpace":"srgb","components":[0,0,0],"name":"x"}}}"#,
        &["/ink/$value/name"],
    ),
    // Dimensions and durations.
    (r#"{"gap":{"$type":"dimension","$value":"8px"}}"#, &["/gap/$value"]),
    (r#"{"gap":{"$type":"dimension","$value":{"value":1,"unit":"em"}}}"#, &["/gap/$value/unit"]),
    (r#"{"gap":{"$type":"dimension","$value":{"value":0}}}"#, &["/gap/$value"]),
    (r#"{"gap":{"$type":"dimension","$value":{"value":"8","unit":"px"}}}"#, &["/gap/$value/value"]),
    (r#"{"gap":{"$type":"dimension","$value":8}}"#, &["/gap/$value"]),
    (r#"{"fast":{"$type":"duration","$value":{"value":-1,"unit":"ms"}}}"#, &["/fast/$value/value"]),
    // Fonts, curves and numbers.
    (r#"{"body":{"$type":"fontFamily","$value":[]}}"#, &["/body/$value"]),
    (r#"{"body":{"$type":"fontFamily","$value":["Inter",""]}}"#, &["/body/$value/1"]),
    (r#"{"body":{"$type":"fontFamily","$value":"Inter {b}"}}"#, &["/body/$value"]),
    (r#"{"heavy":{"$type":"fontWeight","$value":"Bold"}}"#, &["/heavy/$value"]),
    (r#"{"heavy":{"$type":"fontWeight","$value":"700"}}"#, &["/heavy/$value"]),
    (r#"{"heavy":{"$type":"fontWeight","$value":0.5}}"#, &["/heavy/$value"]),
    (r#"{"swing":{"$type":"cubicBezier","$value":[1.5,0,1,9]}}"#, &["/swing/$value/0"]),
    (r#"{"swing":{"$type":"cubicBezier","$value":[0,0,1]}}"#, &["/swing/$value"]),
    (r#"{"one":{"$type":"number","$value":"1"}}"#, &["/one/$value"]),
    // Composites.
    (r#"{"line":{"$type":"strokeStyle","$value":"none"}}"#, &["/line/$value"]),
    (
        r#"{"line":{"$type":"strokeStyle","$value":{"dashArray":[],"lineCap":"flat"}}}"#,
        &["/line/$value/dashArray", "/line/$value/lineCap"],
    ),
    (
        r#"{"edge":{"$type":"border","$value":{"color":"red","width":{"value":1,"unit":"px"},"side":"top"}}}"#,
        &["/edge/$value", "/edge/$value/color", "/edge/$value/side"],
    ),
    (
        r#"{"move":{"$type":"transition","$value":{"duration":{"value":1,"unit":"s"},"delay":{"value":-1,"unit":"s"},"timingFunction":"ease"}}}"#,
        &["/move/$value/timingFunction"],
    ),
    (r#"{"lift":{"$type":"shadow","$value":[]}}"#, &["/lift/$value"]),
    (
        r#"{"lift":{"$type":"shadow","$value":{"color":BLUE,"offsetX":{"value":0,"unit":"px"},"offsetY":{"value":0,"unit":"px"},"blur":{"value":-1,"unit":"px"},"spread":{"value":0,"unit":"px"},"inset":1}}}"#,
        &["/lift/$value/blur", "/lift/$value/inset"],
    ),
    (r#"{"sky":{"$type":"gradient","$value":[{"color":BLUE}]}}"#, &["/sky/$value/0"]),
    (
        r#"{"h1":{"$type":"typography","$value":{"fontFamily":"Inter","fontSize":{"value":2,"unit":"rem"},"fontWeight":700,"lineHeight":1.2}}}"#,
        &["/h1/$value"],
    ),
    (
        r#"{"h1":{"$type":"typography","$value":{"fontFamily":"Inter","fontSize":"2rem","fontWeight":700,"lineHeight":"24px","letterSpacing":{"value":0,"unit":"px"},"fontStyle":"italic"}}}"#,
        &["/h1/$value/fontSize", "/h1/$value/fontStyle", "/h1/$value/lineHeight"],
    ),
    // References.
    (r#"{"ink":{"$type":"color","$value":"{sea}"}}"#, &["/ink/$value"]),
    (r#"{"ink":{"$value":"{sea}"}}"#, &["/ink/$value"]),
    (r#"{"ink":{"$type":"color","$value":"{ sea }"}}"#, &["/ink/$value"]),
    (r#"{"ink":{"$value":"{sea}"},"sea":{"$value":"{ink}"}}"#, &["/ink/$value", "/sea/$value"]),
    (r#"{"ink":{"$type":"color","$value":"{ink}"}}"#, &["/ink/$value"]),
    (
        r##"{"ink":{"$type":"color","$value":{"colorSpace":"srgb","components":[{"$ref":"#/ink/$value/components/1"},0,0]}}}"##,
        &["/ink/$value/components/0/$ref"],
    ),
    (
        r#"{"gap":{"$type":"dimension","$value":"{ink}"},"ink":{"$type":"color","$value":BLUE}}"#,
        &["/gap/$value"],
    ),
    (r#"{"g":{"$root":{"$type":"color","$value":BLUE}},"ink":{"$value":"{g}"}}"#, &["/ink/$value"]),
    (r##"{"ink":{"$ref":"other.json#/sea"}}"##, &["/ink/$ref"]),
    (r##"{"ink":{"$type":"color","$value":{"$ref":"#/sea"}}}"##, &["/ink/$value/$ref"]),
    (
        r##"{"ink":{"$ref":"#/sea","$value":BLUE,"$type":"color"},"sea":{"$type":"color","$value":BLUE}}"##,
        &["/ink/$ref"],
    ),
    (
        r##"{"one":{"$type":"number","$value":{"$ref":"#/ink/$value/components/3"}},"ink":{"$type":"color","$value":BLUE}}"##,
        &["/one/$value/$ref"],
    ),
    (
        r#"{"a":{"$type":"shadow","$value":["{b}"]},"b":{"$type":"shadow","$value":[{"color":BLUE,"offsetX":{"value":0,"unit":"px"},"offsetY":{"value":0,"unit":"px"},"blur":{"value":0,"unit":"px"},"spread":{"value":0,"unit":"px"}}]}}"#,
        &["/a/$value/0"],
    ),
    (
        r#"{"one":{"$type":"number","$value":0.5},"ink":{"$type":"color","$value":{"colorSpace":"srgb","components":["{one}",0,0]}}}"#,
        &["/ink/$value/components/0"],
    ),
    // `$extends`.
    (r#"{"ink":{"$type":"color","$value":BLUE},"g":{"$extends":"{ink}"}}"#, &["/g/$extends"]),
    (r#"{"g":{"$extends":"{nothing}"}}"#, &["/g/$extends"]),
    (r#"{"a":{"$extends":"{b}"},"b":{"$extends":"{a}"}}"#, &["/a/$extends", "/b/$extends"]),
    (r#"{"a":{"$extends":"{a}"}}"#, &["/a/$extends"]),
    (r##"{"a":{"b":{"$extends":"#/a"}}}"##, &["/a/b/$extends"]),
    (r##"{"a":{"$ref":"#/b"},"b":{"$extends":"#/a","c":{}}}"##, &["/a/$ref", "/b/$extends"]),
    (
        r#"{"base":{"$type":"color","x":{"$value":BLUE}},"g":{"$type":"dimension","$extends":"{base}"}}"#,
        &["/g/$type"],
    ),
    (r#"{"base":{"x":{"$value":"{g.x}"}},"g":{"$extends":"{base}"}}"#, &["/base/x/$value"]),
    // Names in CSS.
    (
        r#"{"ink-dark":{"$type":"color","$value":BLUE},"ink":{"dark":{"$type":"color","$value":BLUE}}}"#,
        &["/ink-dark", "/ink/dark"],
    ),
    (
        r#"{"ink":{"$root":{"$type":"color","$value":BLUE}},"ink ":{"$type":"color","$value":BLUE}}"#,
        &["/ink ", "/ink/$root"],
    ),
    (
        r#"{"h1":{"$type":"typography","$value":{"fontFamily":"Inter","fontSize":{"value":2,"unit":"rem"},"fontWeight":700,"lineHeight":1.2,"letterSpacing":{"value":0,"unit":"px"}}},"h1-font-size":{"$type":"number","$value":1}}"#,
        &["/h1", "/h1-font-size"],
    ),
    (r#"{"☀":{"$type":"color","$value":BLUE}}"#, &["/☀"]),
    // Several faults are found at once.
    (
        r##"{"a.b":{"$type":"color","$value":"#fff"},"c":{"$type":"dimension","$value":"{d}"},"e":{"$value":1}}"##,
        &["/a.b", "/a.b/$value", "/c/$value", "/e"],
    ),
];

#[test]
fn every_fault_of_a_document_is_found_at_its_place() {
    for (document, pointers) in INVALID {
        let errors = refused(document);
        let found: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(found, *pointers, "{document}: {errors:#?}");
        for error in &errors {
            let sentence = &error.detail;
            assert!(sentence.ends_with('.') && sentence.len() < 400, "{document}: {sentence}");
        }
    }
}

#[test]
fn what_is_no_json_is_refused_with_its_line() {
    for text in ["", "{", "{\"a\":\n\n}", "{} {}", "{\"a\":1e999}", "\u{feff}{}"] {
        let errors = refused(text);
        assert!(
            matches!(errors.as_slice(), [one] if one.pointer.is_empty() && one.detail.contains("line")),
            "{text}"
        );
    }
}

#[test]
fn what_the_format_allows_is_taken() {
    for document in [
        "{}",
        r#"{"$schema":"https://www.designtokens.org/schemas/2025.10/format.json","empty":{}}"#,
        r#"{"$root":{"$type":"color","$value":BLUE,"$deprecated":"use ink"},"ink":{"$type":"color","$value":BLUE}}"#
            .replace("\"$root\"", "\"sea\"").as_str(),
        r#"{"a/b~c %":{"$type":"color","$value":BLUE},"constructor":{"$type":"number","$value":-1e-7}}"#,
        r#"{"c":{"$type":"color","$value":{"colorSpace":"oklch","components":["none",0.45,"none"],"alpha":0}}}"#,
        r#"{"d":{"$type":"dimension","$value":{"value":-0.5,"unit":"rem"}}}"#,
        r#"{"w":{"$type":"fontWeight","$value":350.5},"v":{"$type":"fontWeight","$value":"semi-bold"}}"#,
        r#"{"g":{"$type":"dimension","ink":{"$value":"{c}"}},"c":{"$type":"color","$value":BLUE}}"#,
    ] {
        read(document);
    }
}

#[test]
fn what_may_be_a_mistake_is_a_warning() {
    for (document, pointer) in [
        (
            r##"{"c":{"$type":"color","$value":{"colorSpace":"srgb","components":[0,0,0],"hex":"#ffffff"}}}"##,
            "/c/$value/hex",
        ),
        (r#"{"g":{"$type":"gradient","$value":[{"color":BLUE,"position":42}]}}"#, "/g/$value/0/position"),
        (r#"{"ink":{"$type":"color","$value":BLUE},"Ink":{"$type":"color","$value":BLUE}}"#, "/Ink"),
    ] {
        let tokens = read(document);
        let warnings: Vec<_> = tokens.warnings().iter().map(|warning| warning.pointer.as_str()).collect();
        assert_eq!(warnings, [pointer], "{document}");
    }
}
