//! What holds for every page of a function.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use openssl::sha::sha256;
use support::Event;

use crate::Seen;

/// The `Accept` header of Chrome and Firefox when a person opens an address.
pub const BROWSER: &str =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

/// Puts a header in place of `Event`'s own, which is curl's.
#[must_use]
pub fn accepting(event: Event, accept: &str) -> Event {
    event.without_header("accept").header("accept", accept)
}

/// Returns the text between two others, each there once.
#[must_use]
pub fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
    let parts: Vec<&str> = html.split(start).collect();
    let [_, rest] = parts[..] else { panic!("{start} is there {} times", parts.len() - 1) };
    let parts: Vec<&str> = rest.split(end).collect();
    let [content, _] = parts[..] else { panic!("{end} is there {} times", parts.len() - 1) };
    content
}

/// Asserts that an answer is a page whose policy allows its script and its style and nothing else, that it
/// asks for nothing from elsewhere, and that each element that its script asks for is there once. Returns its
/// text.
pub fn assert_page(seen: &Seen) -> &str {
    assert_eq!(seen.status, 200, "{}", seen.body);
    let html = seen.body.as_str().unwrap();
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("vary", "Accept"),
    ] {
        assert_eq!(seen.headers[name], value);
    }
    assert_policy(seen.headers["content-security-policy"].to_str().unwrap(), html);
    // The name of a vocabulary, which nobody fetches, and a test of what may become a link.
    let own = html.replace("http://www.w3.org/2000/svg", "").replace("/^https?:/i", "");
    for text in ["http:", "https:", "url(", "@import", " src=", "import(", "innerHTML", "{{"] {
        assert!(!own.contains(text), "{text}");
    }
    let links: Vec<&str> = html.split("<link ").skip(1).collect();
    assert!(matches!(links[..], [icon] if icon.starts_with("rel=\"icon\" href=\"data:")), "{links:?}");
    assert_elements(html);
    html
}

fn assert_policy(policy: &str, html: &str) {
    let hash = |content: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(sha256(content.as_bytes())));
    let script = hash(between(html, "<script type=\"module\">", "</script>"));
    let style = hash(between(html, "<style>", "</style>"));
    let directives: Vec<&str> = policy.split("; ").collect();
    for directive in [
        "default-src 'none'",
        &format!("script-src {script}"),
        &format!("style-src {style}"),
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(directives.contains(&directive), "{directive} is not in {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
}

fn assert_elements(html: &str) {
    let names = |start: &str, end: char| -> Vec<String> {
        html.split(start).skip(1).filter_map(|rest| rest.split(end).next()).map(str::to_owned).collect()
    };
    let ids = names(" id=\"", '"');
    let mut asked = names("byId('", '\'');
    asked.extend(names("confirmed('", '\''));
    asked.extend(names("copyOf('", '\''));
    asked.extend(names(" for=\"", '"'));
    asked.extend(names("aria-labelledby=\"", '"'));
    asked.extend(names("aria-describedby=\"", '"'));
    assert!(asked.len() > 20, "{asked:?}");
    for id in &asked {
        assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id}");
    }
}

/// Asserts that the scripts in a folder set no markup, show by themselves only what one of `own` names, and
/// isolate each of the texts from outside where it is used. Returns how many such places there are.
#[must_use]
pub fn assert_isolated(folder: &Path, own: &[&str], from_outside: &[&str]) -> usize {
    let mut shown = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "js") {
            continue;
        }
        let script = std::fs::read_to_string(&path).unwrap();
        for markup in
            ["innerHTML", "outerHTML", "insertAdjacent", "createTextNode", "innerText", "alert(", "confirm("]
        {
            assert!(!script.contains(markup), "{markup} in {}", path.display());
        }
        for line in script.lines().map(str::trim).filter(|line| !line.starts_with(['/', '*'])) {
            let is_set = line.contains(".textContent = ") || line.contains("setAttribute(");
            let is_own = own.iter().any(|own| line.contains(own)) || line.contains("'aria-disabled'");
            assert!(!is_set || is_own, "{}: {line}", path.display());
            let isolates = ["outside(", "marked(", "sentence`", "fieldOf("];
            let is_definition = line.starts_with("const ") || line.starts_with("function ");
            // A refusal of the token is handed on to the dialog, which isolates it.
            let is_handed_on = line.contains("askForToken(") || line.contains("tokenGiven(why)");
            for text in from_outside {
                if line.contains(text) && !is_definition && !is_handed_on {
                    shown += 1;
                    let is_isolated = isolates.iter().any(|isolate| line.contains(isolate));
                    assert!(is_isolated, "{}: {line}", path.display());
                }
            }
        }
    }
    shown
}

/// Returns whether there is Node in a version whose test runner is stable; if not, says why.
#[must_use]
pub fn has_node() -> bool {
    const OLDEST: u32 = 20;
    let version = match Command::new("node").arg("--version").output() {
        Ok(output) => String::from_utf8(output.stdout).unwrap(),
        Err(error) => {
            support::skipped(format!("Node cannot be run: {error}"));
            return false;
        }
    };
    let number =
        version.trim_start_matches('v').split('.').next().and_then(|number| number.parse::<u32>().ok());
    let is_new = number.is_some_and(|number| number >= OLDEST);
    if !is_new {
        support::skipped(format!("Node is {}, older than {OLDEST}", version.trim()));
    }
    is_new
}

/// Runs the tests of scripts in a folder (`*.test.mjs`) by Node, where there is one.
pub fn run_scripts(folder: &Path) {
    if !has_node() {
        return;
    }
    let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    assert!(!files.is_empty());
    let output = Command::new("node").arg("--test").args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
