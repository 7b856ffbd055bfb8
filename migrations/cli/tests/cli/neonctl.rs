//! The stand-in and our client against Neon's own command line, where `scripts/tools.sh neonctl` has
//! installed it.

use std::process::Command;

use serde_json::Value;

use crate::neon::Neon;

/// Returns neonctl's JSON; `None` if it is not installed.
fn neonctl(neon: &Neon, arguments: &[&str]) -> Option<Value> {
    let program = support::project_root().join(".tools/bin/neonctl");
    if !program.exists() {
        support::skipped("neonctl is not installed (scripts/tools.sh neonctl)");
        return None;
    }
    let output = Command::new(program)
        .args(arguments)
        .args(["--output", "json", "--no-analytics", "--no-color"])
        .args(["--project-id", &neon.api.project(), "--api-host", &neon.api.host()])
        .env("NEON_API_KEY", neon.api.key())
        // It keeps what it learns in its user's folders.
        .env("HOME", neon.project.folder())
        .env("XDG_CONFIG_HOME", neon.project.folder())
        .env("CI", "true")
        .current_dir(neon.project.folder())
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "neonctl {arguments:?}: {stdout}{stderr}\n{:#?}", neon.api.requests());
    Some(serde_json::from_str(&stdout).unwrap_or(Value::String(stdout.trim().to_owned())))
}

fn names(branches: &Value) -> Vec<&str> {
    let mut names: Vec<_> =
        branches.as_array().unwrap().iter().map(|branch| branch["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn neons_own_command_line_and_ours_see_the_same_branches_and_snapshots() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "ours", "--expires", "2h"]);
    let Some(seen) = neonctl(&neon, &["branches", "list"]) else { return };
    assert_eq!(names(&seen), ["main", "ours"]);
    let ours = neon.json(&["branch", "list"])["branches"].clone();
    for (theirs, ours) in seen.as_array().unwrap().iter().flat_map(|one| {
        ours.as_array()
            .unwrap()
            .iter()
            .filter(move |other| other["id"] == one["id"])
            .map(move |other| (one, other))
    }) {
        for field in ["id", "name", "parent_id", "current_state", "default", "logical_size"] {
            assert_eq!(theirs[field], ours[field], "{field}");
        }
    }

    let theirs = neonctl(&neon, &["branches", "create", "--name", "theirs", "--parent", "ours"]).unwrap();
    assert_eq!(theirs["branch"]["name"], "theirs");
    assert_eq!(names(&neon.json(&["branch", "list"])["branches"]), ["main", "ours", "theirs"]);
    assert_eq!(neon.sql("theirs", "SELECT what FROM kept"), "first");

    neon.done(&["branch", "delete", "theirs"]);
    assert_eq!(names(&neonctl(&neon, &["branches", "list"]).unwrap()), ["main", "ours"]);
    neonctl(&neon, &["branches", "delete", "ours"]).unwrap();
    assert_eq!(names(&neon.json(&["branch", "list"])["branches"]), ["main"]);
}
