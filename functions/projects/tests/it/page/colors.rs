//! The style sheet of a project's tokens in a browser, which is to show the colors that we have computed.

use harness::{Fixture, with_browser};
use serde_json::{Value, json};
use support::Event;

use super::browser::put;

/// Two colors in each space, within sRGB and, where the space reaches that far, beyond it.
const COLORS: [(&str, [f64; 3]); 24] = [
    ("srgb", [0.2, 0.4, 0.9]),
    ("srgb-linear", [0.1, 0.5, 0.02]),
    ("hsl", [210.0, 50.0, 40.0]),
    ("hsl", [359.5, 100.0, 50.0]),
    ("hwb", [30.0, 20.0, 40.0]),
    ("hwb", [30.0, 80.0, 80.0]),
    ("lab", [60.0, 20.0, -30.0]),
    ("lab", [70.0, -80.0, 60.0]),
    ("lch", [60.0, 30.0, 130.0]),
    ("lch", [50.0, 110.0, 40.0]),
    ("oklab", [0.6, 0.1, -0.1]),
    ("oklch", [0.7, 0.15, 250.0]),
    ("oklch", [0.7, 0.3, 145.0]),
    ("display-p3", [0.3, 0.5, 0.7]),
    ("display-p3", [1.0, 0.1, 0.0]),
    ("a98-rgb", [0.3, 0.5, 0.7]),
    ("a98-rgb", [0.0, 1.0, 0.2]),
    ("prophoto-rgb", [0.4, 0.5, 0.6]),
    ("prophoto-rgb", [0.2, 0.9, 0.1]),
    // The space has another curve since 2025 (CSS Color 4), which browsers do not have yet. At its ends the two
    // are equal.
    ("rec2020", [1.0, 0.0, 0.0]),
    ("rec2020", [1.0, 1.0, 0.0]),
    ("xyz-d65", [0.3, 0.35, 0.4]),
    ("xyz-d50", [0.3, 0.35, 0.3]),
    ("xyz-d50", [0.1, 0.4, 0.05]),
];

/// For each custom property in NAMES: the color that the browser computes, and its pixel in sRGB.
const PIXELS: &str = "(() => {
  const style = document.createElement('style');
  style.textContent = SHEET;
  document.head.append(style);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { colorSpace: 'srgb', willReadFrequently: true });
  return NAMES.map((name) => {
    document.body.style.color = `var(${name})`;
    const computed = getComputedStyle(document.body).color;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = computed;
    context.fillRect(0, 0, 1, 1);
    return [computed, ...context.getImageData(0, 0, 1, 1).data];
  });
})()";

#[tokio::test]
async fn a_browser_computes_the_colors_of_the_style_sheet_as_we_do() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fixture.execute("INSERT INTO projects (name) VALUES ('p')").await;
        let mut document = serde_json::Map::new();
        for (number, (space, components)) in COLORS.iter().enumerate() {
            let value = json!({ "colorSpace": space, "components": components });
            document.insert(format!("c{number}"), json!({ "$type": "color", "$value": value }));
            document.insert(format!("alias{number}"), json!({ "$value": format!("{{c{number}}}") }));
        }
        let clear = json!({ "colorSpace": "oklch", "components": [0.6, "none", "none"], "alpha": 0.4 });
        document.insert("clear".to_owned(), json!({ "$type": "color", "$value": clear }));
        put(&fixture, 1, &Value::Object(document).to_string()).await;
        let get = async |format: &str| {
            let target = format!("/1/tokens?format={format}");
            fixture.call(projects::handle, Event::get(&target)).await.body
        };
        let list = get("json").await;
        let tokens = list["tokens"].as_array().unwrap();
        assert_eq!(tokens.len(), 2 * COLORS.len() + 1);
        let names: Vec<_> = tokens.iter().map(|token| &token["css_name"]).collect();
        browser.open("about:blank").await;
        let script = PIXELS
            .replace("SHEET", &get("css").await.to_string())
            .replace("NAMES", &json!(names).to_string());
        let pixels = browser.value(&script).await;
        for (token, pixel) in tokens.iter().zip(pixels.as_array().unwrap()) {
            let hex = token["hex"].as_str().unwrap();
            let ours = |at: usize| u8::from_str_radix(hex.get(at..at + 2).unwrap_or("ff"), 16).unwrap();
            let alpha = i64::from(ours(7));
            // A browser keeps the channels of a pixel times its alpha, in a byte.
            let tolerance = if alpha == 255 { 1 } else { 2 };
            for (channel, at) in [1, 3, 5, 7].into_iter().enumerate() {
                let theirs = pixel[channel + 1].as_i64().unwrap();
                assert!((theirs - i64::from(ours(at))).abs() <= tolerance, "{token}: {pixel}");
            }
        }
    })
    .await;
}
