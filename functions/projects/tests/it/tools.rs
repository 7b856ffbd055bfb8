//! Exports, in the hands of the tools that take them. These tests say why they are skipped where
//! `scripts/tools.sh token-tools` has not brought these, which needs npm.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Fixture, has_node};
use http::Method;
use serde_json::Value;
use support::{Event, project_root};

/// A document that every one of the tools takes.
const COMMON: &str = include_str!("tools/common.tokens.json");
/// A valid document that Terrazzo does not take or Style Dictionary prints wrongly.
const TRAPS: &str = include_str!("tools/traps.tokens.json");

/// A project's tokens in every format, and what tools make of them.
struct Built {
    css: String,
    list: Value,
    tools: Value,
}

/// The folder of something that `scripts/tools.sh` installs.
fn installed(tool: &str) -> Option<PathBuf> {
    let folder = project_root().join(".tools").join(tool);
    if !folder.is_dir() {
        support::skipped(format!("{tool} is not installed (scripts/tools.sh {tool})"));
        return None;
    }
    Some(folder)
}

async fn build(document: &str, classes: &str) -> Option<Built> {
    let modules = installed("token-tools")?.join("node_modules");
    if !has_node() {
        return None;
    }
    let fixture = Fixture::new();
    fixture.execute("INSERT INTO projects (name) VALUES ('p')").await;
    let put = Event::new(Method::PUT, "/1/tokens").header("content-type", "application/json").text(document);
    let stored = fixture.call(projects::handle, put).await;
    assert_eq!(stored.status, 200, "{}", stored.body);
    let get = async |format: &str| {
        let target = format!("/1/tokens?format={format}");
        let seen = fixture.call(projects::handle, Event::get(&target)).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        seen.body
    };
    let text = |body: Value| body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    let folder = tempfile::tempdir().unwrap();
    // Node looks for packages beside the script.
    std::os::unix::fs::symlink(modules, folder.path().join("node_modules")).unwrap();
    let css = text(get("css").await);
    for (name, content) in [
        ("build.mjs", include_str!("tools/build.mjs").to_owned()),
        ("tokens.json", text(get("dtcg").await)),
        ("theme.css", text(get("tailwind").await)),
        ("classes", classes.to_owned()),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let tools = run(folder.path());
    Some(Built { css, list: get("json").await["tokens"].clone(), tools })
}

fn run(folder: &Path) -> Value {
    let mut command = Command::new("node");
    command.arg(folder.join("build.mjs")).arg(folder).current_dir(folder);
    if let Some(schemas) = installed("dtcg-schemas") {
        command.arg(schemas);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The style sheet that a tool has written.
fn sheet<'a>(tools: &'a Value, tool: &str) -> &'a str {
    tools[tool]["css"].as_str().unwrap_or_else(|| panic!("{tool}: {}", tools[tool]))
}

/// The declarations of custom properties; of two for one property the last.
fn declarations(sheet: &str) -> BTreeMap<&str, &str> {
    let lines = sheet.lines().map(|line| line.split(" /**").next().unwrap_or_default().trim());
    lines
        .filter(|line| line.starts_with("--"))
        .filter_map(|line| line.strip_suffix(';')?.split_once(": "))
        .collect()
}

/// `rgb(10% 30% 50%)` as six digits, wherever it stands.
fn in_digits(value: &str) -> String {
    let mut parts = value.split("rgb(");
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (color, rest) = part.split_once(')').unwrap();
        let channels: Vec<f64> =
            color.split_whitespace().filter_map(|channel| channel.strip_suffix('%')?.parse().ok()).collect();
        match channels[..] {
            [red, green, blue] if !color.contains('/') => {
                let digits = [red, green, blue]
                    .map(|percent| format!("{:02x}", (percent / 100.0 * 255.0).round() as u8));
                written.push_str(&format!("#{}{rest}", digits.concat()));
            }
            _ => written.push_str(&format!("rgb({color}){rest}")),
        }
    }
    written
}

fn assert_follows_schemas(built: &Built) {
    // Not there where the schemas are not, which has been said.
    if let Some(errors) = built.tools["schemaErrors"].as_array() {
        assert!(errors.is_empty(), "{errors:#?}");
    } else {
        assert!(built.tools["schemaErrors"].is_null(), "{}", built.tools["schemaErrors"]);
    }
}

#[tokio::test]
async fn terrazzo_and_style_dictionary_make_of_the_document_the_css_that_we_make() {
    let classes = "bg-harbor p-deck -m-tight rounded-buoy font-log text-title shadow-dock ease-swell";
    let Some(built) = build(COMMON, classes).await else { return };
    assert_follows_schemas(&built);

    let ours = declarations(&built.css);
    assert_eq!(built.tools["terrazzo"]["messages"], serde_json::json!([]));
    let mut theirs = declarations(sheet(&built.tools, "terrazzo"));
    // The shorthand of a typography has no letter spacing, so ours has none.
    assert!(theirs.remove("--title").is_some());
    assert_eq!(theirs.keys().collect::<Vec<_>>(), ours.keys().collect::<Vec<_>>());
    for (name, value) in theirs {
        assert_eq!(in_digits(value), ours[name], "{name}");
    }

    let theirs = declarations(sheet(&built.tools, "styleDictionary"));
    let mut compared = 0;
    for token in built.list.as_array().unwrap() {
        let path = token["path"].as_str().unwrap();
        // It keeps the word that stands for the group.
        let name = format!("--{}", path.replace('.', "-").replace('$', ""));
        let value = theirs.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not in {theirs:?}"));
        let wanted = match token["type"].as_str().unwrap() {
            "color" if token["value"]["alpha"].is_null() => &token["hex"],
            "dimension" | "number" | "fontWeight" | "cubicBezier" | "strokeStyle" => &token["css"],
            _ => continue,
        };
        assert_eq!(value, wanted, "{name}");
        compared += 1;
    }
    assert!(compared > 12, "{compared}");
}

#[tokio::test]
async fn tailwind_makes_classes_of_the_theme() {
    let classes = "bg-harbor p-deck rounded-buoy font-log text-title shadow-dock ease-swell";
    let Some(built) = build(COMMON, classes).await else { return };
    let css = sheet(&built.tools, "tailwind");
    for declaration in [
        "--color-harbor: #1a4d80;",
        "--spacing-deck: 1.5rem;",
        "background-color: var(--color-harbor);",
        "padding: var(--spacing-deck);",
        "border-radius: var(--radius-buoy);",
        "font-family: var(--font-log);",
        "font-size: var(--text-title);",
        "letter-spacing: var(--tw-tracking, var(--text-title--letter-spacing));",
        "font-weight: var(--tw-font-weight, var(--text-title--font-weight));",
        "line-height: var(--tw-leading, var(--text-title--line-height));",
        "transition-timing-function: var(--ease-swell);",
    ] {
        assert!(css.contains(declaration), "{declaration}: {css}");
    }
}

#[tokio::test]
async fn what_other_tools_fail_at_follows_the_schemas_and_leaves_no_theme() {
    let classes = "bg-p3 bg-accent text-heading-one font-evil p-1_5";
    let Some(built) = build(TRAPS, classes).await else { return };
    assert_follows_schemas(&built);
    let css = sheet(&built.tools, "tailwind");
    for declaration in [
        "--color-p3: color(display-p3 1 0 0.2 / 0.25);",
        "background-color: var(--color-p3);",
        "letter-spacing: var(--tw-tracking, var(--text-heading-one--letter-spacing));",
    ] {
        assert!(css.contains(declaration), "{declaration}: {css}");
    }
    assert!(!css.contains("--evil") && !css.contains("body {"), "{css}");
}
