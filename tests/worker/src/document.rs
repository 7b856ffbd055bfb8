//! Swatches as a document of design tokens (DTCG 2025.10).

use serde_json::{Map, Value, json};

use crate::palette::Swatch;

/// The tokens `palette.color-1` and on.
pub(crate) fn document(swatches: &[Swatch]) -> Value {
    let mut group = Map::new();
    group.insert("$type".to_owned(), json!("color"));
    for (place, Swatch { rgb: [red, green, blue], share }) in swatches.iter().enumerate() {
        // Four decimals tell all 256 steps apart.
        let component = |byte: &u8| (f64::from(*byte) / 255.0 * 10_000.0).round() / 10_000.0;
        let token = json!({
            "$value": {
                "colorSpace": "srgb",
                "components": [component(red), component(green), component(blue)],
                "hex": format!("#{red:02x}{green:02x}{blue:02x}"),
            },
            "$description": format!("{:.0} % of the image", share * 100.0),
        });
        group.insert(format!("color-{}", place + 1), token);
    }
    json!({ "palette": group })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_names_each_color() {
        let document = document(&[Swatch { rgb: [51, 102, 230], share: 0.254 }]);
        let expected = json!({ "palette": { "$type": "color", "color-1": {
            "$value": { "colorSpace": "srgb", "components": [0.2, 0.4, 0.902], "hex": "#3366e6" },
            "$description": "25 % of the image",
        } } });
        assert_eq!(document, expected);
    }
}
