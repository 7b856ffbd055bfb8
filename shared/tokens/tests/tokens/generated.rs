//! Documents that nobody thought of.

use branchline_tokens::{Rows, Tokens};
use proptest::prelude::*;
use serde_json::{Value, json};

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-1000..1000_i32).prop_map(f64::from),
        -1e6..1e6,
        Just(0.0),
        Just(-1e-9),
        Just(123_456_789.125)
    ]
}

fn unit() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1.0), 0.0..1.0]
}

fn color() -> impl Strategy<Value = Value> {
    let component = || prop_oneof![8 => unit().prop_map(Value::from), 1 => Just(json!("none"))];
    let space = prop_oneof![
        Just("srgb"),
        Just("oklch"),
        Just("display-p3"),
        Just("lab"),
        Just("xyz-d50"),
        Just("hwb")
    ];
    (
        space,
        [component(), component(), component()],
        prop::option::of(unit()),
        prop::option::of("#[0-9a-fA-F]{6}"),
    )
        .prop_map(|(space, components, alpha, hex)| {
            let mut color = json!({"colorSpace": space, "components": components});
            if let Some(alpha) = alpha {
                color["alpha"] = alpha.into();
            }
            if let Some(hex) = hex {
                color["hex"] = hex.into();
            }
            color
        })
}

fn dimension() -> impl Strategy<Value = Value> {
    (number(), prop_oneof![Just("px"), Just("rem")])
        .prop_map(|(value, unit)| json!({"value": value, "unit": unit}))
}

fn family() -> impl Strategy<Value = Value> {
    let name = || "[^{}\u{0}]{0,6}[a-z\"\\\\;]";
    prop_oneof![name().prop_map(Value::from), prop::collection::vec(name(), 1..4).prop_map(Value::from)]
}

fn weight() -> impl Strategy<Value = Value> {
    prop_oneof![(1..=1000_i32).prop_map(Value::from), Just(json!("bold")), Just(json!("semi-bold"))]
}

/// A token of any type that has no references.
fn literal() -> impl Strategy<Value = (&'static str, Value)> {
    let typography = (family(), dimension(), weight(), dimension(), number()).prop_map(|(family, size, weight, space, line)| {
        json!({"fontFamily": family, "fontSize": size, "fontWeight": weight, "letterSpacing": space, "lineHeight": line})
    });
    let border = (color(), dimension())
        .prop_map(|(color, width)| json!({"color": color, "width": width, "style": "dotted"}));
    let gradient = prop::collection::vec((color(), unit()), 1..4).prop_map(|stops| {
        stops.into_iter().map(|(color, position)| json!({"color": color, "position": position})).collect()
    });
    prop_oneof![
        color().prop_map(|value| ("color", value)),
        dimension().prop_map(|value| ("dimension", value)),
        family().prop_map(|value| ("fontFamily", value)),
        weight().prop_map(|value| ("fontWeight", value)),
        number().prop_map(|value| ("number", value.into())),
        typography.prop_map(|value| ("typography", value)),
        border.prop_map(|value| ("border", value)),
        gradient.prop_map(|value| ("gradient", value)),
    ]
}

/// The members that a token or a group may have.
fn notes() -> impl Strategy<Value = Value> {
    let deprecated = prop_oneof![any::<bool>().prop_map(Value::from), "[^\u{0}]{0,9}".prop_map(Value::from)];
    let extensions = (number(), unit(), "[^\u{0}]{0,5}").prop_map(|(number, confidence, text)| {
        json!({"org.example": {"z": number, "a": [text, null]}, "org.branchline": {"confidence": confidence, "role": text}})
    });
    (prop::option::of("[^\u{0}]{0,20}"), prop::option::of(deprecated), prop::option::of(extensions)).prop_map(
        |(description, deprecated, extensions)| {
            let mut notes = json!({});
            let description = description.map(Value::from);
            let members =
                [("$description", description), ("$deprecated", deprecated), ("$extensions", extensions)];
            for (name, member) in members {
                if let Some(member) = member {
                    notes[name] = member;
                }
            }
            notes
        },
    )
}

/// Groups of tokens; every second token is followed by references to it of each notation.
fn document() -> impl Strategy<Value = Value> {
    let token = (literal(), notes(), 0..6_usize);
    let group = (notes(), prop::collection::vec(token, 0..5), any::<bool>(), any::<bool>());
    prop::collection::vec(group, 0..4).prop_map(|groups| {
        let mut document = json!({"$description": "generated"});
        for (index, (notes, tokens, extended, with_root)) in groups.into_iter().enumerate() {
            let name = format!("g{index}");
            let mut group = notes;
            for (place, ((token_type, value), notes, reference)) in tokens.into_iter().enumerate() {
                let path = format!("t {place}");
                let mut token = notes;
                token["$type"] = token_type.into();
                token["$value"] = value;
                group[&path] = token;
                let alias = match reference {
                    0 => json!({"$value": format!("{{{name}.{path}}}")}),
                    1 => json!({"$value": {"$ref": format!("#/{name}/t%20{place}")}}),
                    2 => json!({"$ref": format!("#/{name}/{path}/$value")}),
                    3 => json!({"$type": token_type, "$value": format!("{{{name}.{path}}}")}),
                    _ => continue,
                };
                group[if with_root && place == 0 { "$root".to_owned() } else { format!("alias{place}") }] =
                    alias;
            }
            document[format!("{name}x")] = match extended {
                true => json!({"$extends": format!("{{{name}}}"), "own": {"$type": "number", "$value": 1}}),
                false => json!({}),
            };
            document[name] = group;
        }
        document
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_the_same(document in document()) {
        let text = document.to_string();
        let tokens = Tokens::parse(text.as_bytes()).map_err(|errors| TestCaseError::fail(format!("{errors:#?}")))?;
        let written = tokens.to_dtcg();
        prop_assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), &document);
        prop_assert_eq!(&Tokens::parse(written.as_bytes()).unwrap().to_dtcg(), &written);
    }

    #[test]
    fn rows_make_the_document_they_are_of(document in document()) {
        let tokens = Tokens::parse(document.to_string().as_bytes()).unwrap();
        let rows = serde_json::to_string(&tokens.rows()).unwrap();
        let rows: Rows = serde_json::from_str(&rows).unwrap();
        let again = rows.document().unwrap();
        prop_assert_eq!(&again, tokens.document());
        prop_assert_eq!(Tokens::from_document(&again).unwrap().to_css(), tokens.to_css());
    }

    #[test]
    fn what_two_documents_make_is_what_its_text_says(base in document(), added in document()) {
        let base = Tokens::parse(base.to_string().as_bytes()).unwrap();
        if let Ok(whole) = Tokens::merge(base.document(), added.to_string().as_bytes()) {
            prop_assert_eq!(Tokens::from_document(whole.document()).unwrap().rows(), whole.rows());
            let again = Tokens::merge(whole.document(), added.to_string().as_bytes()).unwrap();
            prop_assert_eq!(again.rows(), whole.rows());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}", at in any::<prop::sample::Index>(), document in document()) {
        let _ = Tokens::parse(text.as_bytes());
        let mut mutated = document.to_string();
        let mut place = at.index(mutated.len());
        while !mutated.is_char_boundary(place) {
            place -= 1;
        }
        mutated.insert_str(place, &text.chars().take(3).collect::<String>());
        if let Ok(tokens) = Tokens::parse(mutated.as_bytes()) {
            let _ = (tokens.to_css(), tokens.to_tailwind(), tokens.rows());
        }
    }
}
