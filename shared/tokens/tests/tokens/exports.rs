//! The style sheets of the files, and what must not get into one.

use super::{FILES, read};

#[test]
fn the_files_become_custom_properties() {
    for (name, text) in FILES {
        insta::assert_snapshot!(format!("{name}.css"), read(text).to_css());
    }
}

#[test]
fn the_files_become_themes() {
    for (name, text) in FILES {
        insta::assert_snapshot!(format!("{name}.tailwind"), read(text).to_tailwind());
    }
}

#[test]
fn the_files_are_read_as_what_is_written() {
    for (name, text) in FILES {
        let tokens = read(text);
        assert!(tokens.warnings().is_empty(), "{name}: {:#?}", tokens.warnings());
        let written = tokens.to_dtcg();
        assert_eq!(read(&written).to_dtcg(), written, "{name}");
        let (before, after): (serde_json::Value, serde_json::Value) =
            (serde_json::from_str(text).unwrap(), serde_json::from_str(&written).unwrap());
        assert_eq!(before, after, "{name}");
    }
}

#[test]
fn a_color_that_is_not_in_srgb_has_its_hex_form_first() {
    let tokens = read(
        r#"{"color":{"$type":"color","b":{"$value":{"colorSpace":"oklch","components":[0.7,0.15,250]}},
            "c":{"$value":"{color.b}"}}}"#,
    );
    let wanted = ":root {\n  --color-b: #4ba3f7;\n  --color-c: var(--color-b);\n}\n\n\
        @supports (color: oklch(0 0 0)) {\n  :root {\n    --color-b: oklch(70% 0.15 250);\n  }\n}\n";
    assert_eq!(tokens.to_css(), wanted);
    assert_eq!(tokens.to_tailwind(), wanted.replacen(":root", "@theme", 1));
}

#[test]
fn every_space_is_written_by_its_function() {
    for (value, everywhere, exact) in [
        (r#"{"colorSpace":"srgb","components":[0.2,0.4,0.9]}"#, "#3366e6", ""),
        (r#"{"colorSpace":"srgb","components":[0.2,0.4,0.9],"alpha":0.5}"#, "rgb(20% 40% 90% / 0.5)", ""),
        (r#"{"colorSpace":"srgb","components":["none",0.4,0.9]}"#, "#0066e6", "rgb(none 40% 90%)"),
        (r#"{"colorSpace":"hsl","components":[210,50,40]}"#, "hsl(210 50% 40%)", ""),
        (r#"{"colorSpace":"hwb","components":[210,20,"none"],"alpha":1}"#, "#3399ff", "hwb(210 20% none)"),
        (r#"{"colorSpace":"lab","components":[60,20,-30]}"#, "#a085c6", "lab(60% 20 -30)"),
        (r##"{"colorSpace":"lch","components":[60,20,30],"hex":"#AA8888"}"##, "#aa8888", "lch(60% 20 30)"),
        (r#"{"colorSpace":"oklab","components":[1,0,0]}"#, "#ffffff", "oklab(100% 0 0)"),
        (
            r#"{"colorSpace":"display-p3","components":[1,0,0],"alpha":0.5}"#,
            "#ff000080",
            "color(display-p3 1 0 0 / 0.5)",
        ),
        (r#"{"colorSpace":"xyz-d65","components":[0,0,0]}"#, "#000000", "color(xyz-d65 0 0 0)"),
    ] {
        let css = read(&format!(r#"{{"c":{{"$type":"color","$value":{value}}}}}"#)).to_css();
        let lines: Vec<_> = css.lines().filter_map(|line| line.trim().strip_prefix("--c: ")).collect();
        let wanted: Vec<_> = [everywhere, exact]
            .iter()
            .filter(|text| !text.is_empty())
            .map(|text| format!("{text};"))
            .collect();
        assert_eq!(lines, wanted, "{value}");
    }
}

/// Texts that would leave a declaration, a comment, a string or the element around a style sheet.
const HOSTILE: [&str; 6] = [
    "x; } body { display: none } :root { --y: 1",
    "*/ } * { color: red } /*",
    "\\\"; } @import \\\"https://evil.example/\\\"; a { b: \\\"",
    "</style><script>alert(1)</script>",
    "line\\nbreak\\u2028 \\\\",
    "url(https://evil.example) !important",
];

#[test]
fn no_text_of_a_document_leaves_its_place_in_a_style_sheet() {
    for hostile in HOSTILE {
        let name = hostile.replace(['{', '}', '.'], "").replace("\\n", "");
        let family = hostile.replace(['{', '}'], "");
        let tokens = read(&format!(
            r#"{{"{name}":{{"$type":"fontFamily","$value":"{family}","$description":"{hostile}"}}}}"#
        ));
        for sheet in [tokens.to_css(), tokens.to_tailwind()] {
            let lines: Vec<_> = sheet.lines().collect();
            let [_, comment, declaration, "}"] = lines.as_slice() else { panic!("{sheet}") };
            assert!(comment.starts_with("  /* ") && comment.ends_with(" */"), "{sheet}");
            assert_eq!(comment.matches("*/").count(), 1, "{sheet}");
            let (name, value) = declaration.trim().split_once(": ").unwrap();
            assert!(name.chars().all(|one| one.is_alphanumeric() || "-_".contains(one)), "{sheet}");
            let string = value.strip_prefix('"').and_then(|value| value.strip_suffix("\";")).unwrap();
            let mut rest = string.chars();
            while let Some(character) = rest.next() {
                match character {
                    '\\' => assert!(rest.next().is_some(), "{sheet}"),
                    other => assert!(other != '"' && other != '<' && !other.is_control(), "{sheet}"),
                }
            }
            assert!(!sheet.contains("</"), "{sheet}");
        }
    }
}

#[test]
fn names_of_a_theme_that_would_be_equal_are_made_longer() {
    let tokens = read(
        r#"{"$type":"dimension","spacing":{"md":{"$value":{"value":8,"unit":"px"}}},"md":{"$value":{"value":9,"unit":"px"}},
            "space":{"md":{"$value":"{md}"}}}"#,
    );
    assert_eq!(
        tokens.to_tailwind(),
        "@theme {\n  --spacing-md: 8px;\n  --spacing-md-2: 9px;\n  --spacing-space-md: var(--spacing-md-2);\n}\n"
    );
}

#[test]
fn the_list_has_resolved_values() {
    let tokens = read(
        r#"{"a":{"$type":"number","$value":1,"$deprecated":true},"b":{"$value":"{a}","$description":"B"}}"#,
    );
    let list: serde_json::Value = serde_json::from_str(&tokens.to_json_list()).unwrap();
    assert_eq!(
        list["tokens"][1],
        serde_json::json!({"path": "b", "type": "number", "value": 1, "css_name": "--b", "css": "1", "hex": null,
            "alias": "a", "description": "B", "deprecated": false, "extensions": null})
    );
    assert_eq!(list["tokens"][0]["deprecated"], true);
    let tokens = read(
        r#"{"sea":{"$type":"color","$value":{"colorSpace":"oklch","components":[0.7,0.15,250],"alpha":0.5}},
            "line":{"$type":"border","$value":{"color":"{sea}","width":{"value":1,"unit":"px"},"style":"solid"}}}"#,
    );
    let list: serde_json::Value = serde_json::from_str(&tokens.to_json_list()).unwrap();
    assert_eq!(list["tokens"][0]["hex"], "#4ba3f780");
    assert_eq!(list["tokens"][1]["css"], "1px solid oklch(70% 0.15 250 / 0.5)");
}
