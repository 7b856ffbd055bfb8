//! The deployment equals `functions/`: template, events and folders agree.

use std::collections::BTreeSet;
use std::fs;

use lambda_http::http::Method;
use support::project_root;

fn functions() -> BTreeSet<String> {
    let folders = project_root().join("functions").read_dir().unwrap().map(|entry| entry.unwrap());
    let functions = folders.filter(|folder| folder.path().join("Cargo.toml").exists());
    functions.map(|folder| folder.file_name().into_string().unwrap()).collect()
}

fn template() -> String {
    fs::read_to_string(project_root().join("template.yaml")).unwrap()
}

/// The logical id of a folder's resource: `DbTest` for `db-test`.
fn logical_id(function: &str) -> String {
    let mut id = String::new();
    for word in function.split('-') {
        id.push_str(&word[..1].to_uppercase());
        id.push_str(&word[1..]);
    }
    id
}

/// The lines of each resource that is a function, by its logical id. Resources are indented by two spaces.
fn resources(template: &str) -> Vec<(String, Vec<&str>)> {
    let mut resources: Vec<(String, Vec<&str>)> = Vec::new();
    for line in template.lines().skip_while(|line| *line != "Resources:") {
        let key = line.strip_prefix("  ").filter(|rest| !rest.starts_with([' ', '#', '-']));
        if let Some(id) = key.and_then(|rest| rest.strip_suffix(':')) {
            resources.push((id.to_owned(), Vec::new()));
        } else if let Some((_, lines)) = resources.last_mut() {
            lines.push(line.trim());
        }
    }
    resources.retain(|(_, lines)| lines.contains(&"Type: AWS::Serverless::Function"));
    resources
}

#[test]
fn each_folder_of_functions_is_one_resource_with_a_url_of_its_own() {
    let template = template();
    let resources = resources(&template);
    let expected: BTreeSet<String> = functions().iter().map(|function| logical_id(function)).collect();
    assert_eq!(resources.iter().map(|(id, _)| id.clone()).collect::<BTreeSet<_>>(), expected);
    assert_eq!(resources.len(), expected.len());
    for function in functions() {
        let (_, lines) = resources.iter().find(|(id, _)| *id == logical_id(&function)).unwrap();
        // The path where `make package` puts it.
        let code = format!("CodeUri: target/lambda/{function}/bootstrap.zip");
        for line in [code.as_str(), "FunctionUrlConfig:", "AuthType: !Ref AuthType", "Cors:"] {
            assert!(lines.contains(&line), "{function} has no line {line}");
        }
    }
}

#[test]
fn each_loop_of_the_template_is_over_all_functions() {
    let template = template();
    let expected: BTreeSet<String> = functions().iter().map(|function| logical_id(function)).collect();
    let mut loops = 0;
    for (identifier, values) in template.lines().zip(template.lines().skip(1)) {
        if identifier.trim() == "- Function" {
            let values = values.trim().strip_prefix("- [").and_then(|list| list.strip_suffix(']')).unwrap();
            assert_eq!(values.split(", ").map(str::to_owned).collect::<BTreeSet<_>>(), expected);
            loops += 1;
        }
    }
    assert_eq!(loops, 2, "one for permissions and alarms, one for outputs");
}

#[test]
fn each_function_has_an_event_to_try_it_with() {
    for function in functions() {
        let path = project_root().join("functions").join(&function).join("tests/event.json");
        let event = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let request = lambda_http::request::from_str(&event).unwrap();
        let is_posted_to = ["bookmarks", "import", "projects"].contains(&function.as_str());
        let expected = if is_posted_to { Method::POST } else { Method::GET };
        assert_eq!((request.method(), request.uri().path()), (&expected, "/"), "{function}");
    }
}

#[test]
fn pipelines_hand_secrets_to_single_steps_and_keep_no_token_on_disk() {
    let folder = project_root().join(".github/workflows");
    let files = folder.read_dir().unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let mut checkouts = 0;
    for file in files {
        for line in file.lines().filter(|line| line.contains("${{ secrets.")) {
            // A job's environment is indented by six spaces, a step's by ten.
            assert!(line.starts_with("          "), "{line}");
        }
        for checkout in file.split("uses: actions/checkout@").skip(1) {
            checkouts += 1;
            let step = checkout.split("\n      - ").next().unwrap();
            assert!(step.contains("persist-credentials: false"), "{step}");
        }
    }
    assert!(checkouts >= 4, "{checkouts}");
}

#[test]
fn pipelines_use_actions_by_commit() {
    let folder = project_root().join(".github/workflows");
    let mut uses = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        for line in fs::read_to_string(&path).unwrap().lines().filter(|line| line.contains("uses: ")) {
            uses += 1;
            let (commit, version) = line.split_once('@').unwrap().1.split_once(" # v").unwrap();
            let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_commit && version.split('.').count() == 3, "{}: {line}", path.display());
        }
    }
    assert!(uses > 10, "{uses}");
}

#[test]
fn tools_are_pinned_with_all_that_they_bring_along() {
    let folder = project_root().join("scripts/tools");
    let mut locks = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        locks += 1;
        let text = fs::read_to_string(&path).unwrap().replace("\\\n", "");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.contains("==") && line.contains(" --hash=sha256:"), "{}: {line}", path.display());
        }
        assert!(!text.contains("://") && !text.contains("--index"), "{} names a registry", path.display());
    }
    assert!(locks >= 11, "{locks}");
    for tool in ["axe", "neonctl", "token-tools"] {
        let lock = fs::read_to_string(folder.join(tool).join("package-lock.json")).unwrap();
        let lock: serde_json::Value = serde_json::from_str(&lock).unwrap();
        for (name, package) in lock["packages"].as_object().unwrap() {
            assert!(name.is_empty() || package["integrity"].is_string(), "{name}");
            assert!(package.get("resolved").is_none(), "{name} names a registry");
        }
    }
}

#[test]
fn concurrency_can_be_reserved_and_is_not_unless_asked() {
    let template = template();
    let (_, parameter) = template.split_once("  ReservedConcurrentExecutions:\n").unwrap();
    assert!(parameter.split("\n  AlarmTopic").next().unwrap().contains("Default: -1"));
    assert!(template.contains("- !Ref ReservedConcurrentExecutions\n      - !Ref AWS::NoValue"));
}
