//! Compares docs/json.md's description of each command's JSON with what the commands print.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::{Project, Run};
use crate::neon::Neon;

/// A row of a table: the types that a field may have, and whether it may be absent.
struct Field {
    types: Vec<String>,
    is_optional: bool,
}

/// The fields of a section by their paths. `[]` is any element, `*` any key.
type Fields = BTreeMap<String, Field>;

/// The page's sections by their headings.
fn page() -> BTreeMap<String, Fields> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/json.md");
    let text = fs::read_to_string(path).unwrap();
    let sections = text.split("\n## ").skip(1).map(|section| {
        let fields = section.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(field).collect();
        (section.lines().next().unwrap().to_owned(), fields)
    });
    sections.collect()
}

/// A field's path and types; none where the table has other columns.
fn field(row: &str) -> Option<(String, Field)> {
    let (path, rest) = row.split_once("` | ")?;
    let (types, _) = rest.split_once(" | ")?;
    let (types, is_optional) = match types.strip_suffix(", optional") {
        Some(types) => (types, true),
        None => (types, false),
    };
    let types = types.split(" or ").map(str::to_owned).collect();
    Some((path.to_owned(), Field { types, is_optional }))
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "any" => true,
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("docs/json.md: there is no type {other}"),
    }
}

/// Holds a value, which stands at a path, against the page.
fn compare(value: &Value, path: &str, fields: &Fields, what: &str) {
    if !path.is_empty() {
        let field = fields.get(path).unwrap_or_else(|| panic!("{what}: docs/json.md does not have {path}"));
        let is_said = field.types.iter().any(|name| has_type(value, name));
        assert!(is_said, "{what}: {path} is {value}, not {}", field.types.join(" or "));
        if field.types == ["any"] {
            return;
        }
    }
    match value {
        Value::Object(object) => {
            let inside =
                |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            for (name, value) in object {
                let named = inside(name);
                let path = if fields.contains_key(&named) { named } else { inside("*") };
                let path = if fields.contains_key(&path) { path } else { inside(name) };
                compare(value, &path, fields, what);
            }
            for (wanted, field) in fields {
                let name = match wanted.rsplit_once('.') {
                    Some((parent, name)) if parent == path => name,
                    None if path.is_empty() => wanted,
                    _ => continue,
                };
                let is_there = name == "*" || name.ends_with("[]") || object.contains_key(name);
                assert!(is_there || field.is_optional, "{what}: {wanted} is not there, and not optional");
            }
        }
        Value::Array(elements) => {
            for element in elements {
                compare(element, &format!("{path}[]"), fields, what);
            }
        }
        _ => {}
    }
}

/// Runs a command and holds its document against a section.
#[track_caller]
fn check(
    page: &BTreeMap<String, Fields>,
    section: &str,
    run: impl FnOnce(&[&str]) -> Run,
    arguments: &[&str],
) -> Run {
    let arguments: Vec<&str> = ["--format", "json"].iter().chain(arguments).copied().collect();
    let run = run(&arguments);
    let what = format!("branchline {}", arguments.join(" "));
    let mut document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{what}: {run}"));
    let format = document.as_object_mut().unwrap().remove("format");
    assert_eq!(format, Some(1.into()), "{what}");
    let fields = page.get(section).unwrap_or_else(|| panic!("docs/json.md has no section {section}"));
    compare(&document, "", fields, &what);
    run
}

#[test]
fn every_document_is_as_the_page_says() {
    let page = page();
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY, word text NOT NULL);\n"),
        ("V1__a.down.sql", "DROP TABLE a;\n"),
        (
            "V2__b.sql",
            "ALTER TABLE a ADD COLUMN note text;\nDO $$ BEGIN RAISE NOTICE 'said'; END $$;\n\
             CREATE INDEX a_note ON a (note);\n",
        ),
        ("V2__b.down.sql", "ALTER TABLE a DROP COLUMN note;\n"),
        ("V3__c.sql", "ALTER TABLE a ALTER id TYPE bigint;\n"),
        ("V3__c.down.sql", "ALTER TABLE a ALTER id TYPE int;\n"),
    ]);
    let check = |section: &str, arguments: &[&str]| {
        check(&page, section, |arguments| project.run(arguments), arguments)
    };
    check("current", &["current"]);
    check("history", &["history"]);
    check("lint", &["lint", "--all"]);
    check("lint", &["lint", "--all", "--observe"]);
    check("lint --explain", &["lint", "--explain"]);
    check("lint --explain", &["lint", "--explain", "prefer-jsonb"]);
    check("verify", &["verify"]);
    check("check --write, schema --output", &["check", "--write"]);
    check("upgrade --dry-run, downgrade --dry-run", &["upgrade", "--dry-run"]);
    check("upgrade --sql, downgrade --sql, adopt --sql", &["upgrade", "--sql"]);
    check("upgrade, downgrade", &["upgrade", "1"]);
    check("check", &["check"]);
    check("rehearse", &["rehearse", "--local", "--report-json", "report.json", "--", "true"]);
    check("deploy", &["deploy", "report.json"]);
    check("history", &["history"]);
    check("current", &["current"]);
    check("upgrade, downgrade", &["downgrade", "2"]);
    check("stamp", &["stamp", "base"]);
    project.sql("DROP TABLE refinery_schema_history, branchline_log CASCADE");
    check("adopt", &["adopt", "--dry-run"]);
    check("adopt", &["adopt"]);
    check("stamp --int8", &["stamp", "--int8"]);
    check("schema", &["schema"]);
    check("check --write, schema --output", &["schema", "--output", "schema.sql"]);
    let schema = fs::read_to_string(project.folder().join("schema.sql")).unwrap();
    let wanted = schema.replace("    word text", "    term text");
    fs::write(project.folder().join("wanted.sql"), wanted).unwrap();
    check("diff", &["diff", "migrations/sql", "wanted.sql"]);
    check("diff", &["diff", "migrations/sql", "schema.sql"]);
    check("new --from, revision --autogenerate", &["new", "terms", "--from", "wanted.sql"]);
    let again = ["revision", "--autogenerate", "-m", "again", "--from", "wanted.sql"];
    check("new --from, revision --autogenerate", &again);
    project.remove("V4__terms.sql");
    project.remove("V4__terms.down.sql");
    project.done(&["check", "--write"]);
    check("check --schema", &["check", "--schema", "schema.sql"]);
    check("doctor", &["doctor"]);
    check("new", &["new", "add", "tags"]);
    project.write("V4__mine.sql", "SELECT 1;\n");
    check("renumber", &["renumber", "V4__mine"]);
    project.write("V9__broken.sql", "SELECT 1 / 0;\n");
    let failed = check("An error", &["upgrade"]);
    assert_eq!(failed.code, Some(1), "{failed}");
}

#[test]
fn every_document_about_roles_is_as_the_page_says() {
    let page = page();
    let project = Project::among_roles(&[]).and_ours();
    project.done(&["upgrade"]);
    let check = |section: &str, arguments: &[&str]| {
        check(&page, section, |arguments| project.run(arguments), arguments)
    };
    check("role create, role rotate", &["role", "create", "documented"]);
    check("role create, role rotate", &["role", "rotate", "documented", "--output", "url"]);
    check("role rotate --retire", &["role", "rotate", "documented", "--retire"]);
    check("role list", &["role", "list"]);
    project.sql("DROP ROLE documented, documented_2");
}

#[test]
fn every_document_about_neon_is_as_the_page_says() {
    let page = page();
    let neon = Neon::start();
    let check =
        |section: &str, arguments: &[&str]| check(&page, section, |arguments| neon.run(arguments), arguments);
    check("branch create", &["branch", "create", "try", "--expires", "2h"]);
    check("branch create", &["branch", "create", "empty", "--schema-only"]);
    check("branch list", &["branch", "list"]);
    check("branch url", &["branch", "url", "try"]);
    check("branch diff", &["branch", "diff", "try"]);
    check("branch reset, branch restore", &["branch", "reset", "try"]);
    check("branch reset, branch restore", &["branch", "reset", "try", "--preserve-as", "kept"]);
    check("branch reset, branch restore", &["branch", "restore", "try", "--from", "main"]);
    check("branch delete", &["branch", "delete", "try"]);
    check("branch delete", &["branch", "delete", "nowhere"]);
    check("snapshot create", &["snapshot", "create", "before", "--expires", "24h"]);
    check("snapshot create", &["snapshot", "create", "lasting"]);
    check("snapshot list", &["snapshot", "list"]);
    check("snapshot restore", &["snapshot", "restore", "before", "--as", "restored"]);
    check("snapshot delete", &["snapshot", "delete", "before"]);
    let failed = check("An error", &["branch", "url", "nowhere"]);
    assert_eq!(failed.code, Some(1), "{failed}");
}

/// A section that no test names would be true by accident only.
#[test]
fn every_section_of_the_page_is_compared() {
    let tests = include_str!("json.rs");
    for (section, _) in page().iter().filter(|(_, fields)| !fields.is_empty()) {
        assert!(tests.contains(&format!("\"{section}\"")), "no test compares the section {section}");
    }
}
