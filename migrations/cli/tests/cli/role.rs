//! The logins of functions: made, listed, rotated, and bound by row security.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use crate::harness::{Project, Run};

/// A project on a migrated database. Roles belong to the server, which the tests of roles share.
fn migrated() -> Project {
    let project = Project::among_roles(&[]).and_ours();
    project.done(&["upgrade"]);
    project
}

/// Returns the answer of the server to a statement by the role of a URL.
fn ask(url: &str, sql: &str) -> Result<String, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) =
            pg::connect(&pg::Url::parse(url).unwrap()).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        let row = client.query_one(&format!("SELECT ({sql})::text"), &[]).await;
        row.map(|row| row.get(0)).map_err(|error| error.as_db_error().unwrap().code().code().to_owned())
    })
}

fn drop_roles(project: &Project, roles: &[&str]) {
    for role in roles {
        project.sql(&format!("DROP ROLE IF EXISTS {role}"));
    }
}

#[test]
fn a_login_that_is_made_is_bound_by_row_security_and_its_url_is_printed_once() {
    let project = migrated();
    let made = project.json(&["role", "create", "made_once"]);
    assert_eq!(made["role"], "made_once");
    let url = made["url"].as_str().unwrap();
    assert_eq!(ask(url, "current_user"), Ok("made_once".to_owned()));
    assert_eq!(ask(url, "row_security_active('bookmarks')"), Ok("true".to_owned()));
    assert_eq!(ask(url, "SELECT count(*) FROM projects"), Ok("0".to_owned()));
    assert_eq!(ask(url, "SELECT count(*) FROM search_documents"), Err("42501".to_owned()));

    let listed = project.json(&["role", "list"]);
    let login = listed["roles"].as_array().unwrap().iter().find(|role| role["role"] == "made_once").unwrap();
    assert_eq!((&login["can_login"], &login["bypasses_row_security"]), (&true.into(), &false.into()));
    let password = pg::Url::parse(url).unwrap().reveal();
    let password = password.split([':', '@']).nth(2).unwrap();
    assert_eq!(password.len(), 48);
    assert!(!project.done(&["role", "list"]).to_string().contains(password));
    // The server did not get it either.
    let stored = project.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'made_once'");
    assert!(stored.starts_with("SCRAM-SHA-256$"), "{stored}");

    let again = project.run(&["role", "create", "made_once"]).refusal();
    assert!(again.contains("there is a role made_once already"), "{again}");
    drop_roles(&project, &["made_once"]);
}

#[test]
fn a_password_that_is_given_is_taken_and_the_url_is_for_its_owners_eyes() {
    let project = migrated();
    let file = project.folder().join("url");
    let mut command = project.command(&[
        "role",
        "create",
        "given_one",
        "--password-stdin",
        "--output",
        file.to_str().unwrap(),
    ]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all("a canary: p@ss/wörd%\n".as_bytes()).unwrap();
    let run = Run::wait(child);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!run.to_string().contains("canary"), "{run}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let url = fs::read_to_string(&file).unwrap();
    assert_eq!(ask(url.trim_end(), "current_user"), Ok("given_one".to_owned()));
    drop_roles(&project, &["given_one"]);

    for (password, name) in [("short", "given_two"), ("two lines\nof them, long", "given_three")] {
        let mut child = project
            .command(&["role", "create", name, "--password-stdin"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        let run = Run::wait(child);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(!run.to_string().contains(password), "{run}");
    }
}

#[test]
fn a_rotation_makes_a_second_login_and_ends_the_first_when_nobody_uses_it() {
    let project = migrated();
    let first = project.json(&["role", "create", "turned"])["url"].as_str().unwrap().to_owned();
    let rotated = project.json(&["role", "rotate", "turned"]);
    assert_eq!(rotated["role"], "turned_2");
    let second = rotated["url"].as_str().unwrap();
    assert_eq!((ask(&first, "1"), ask(second, "1")), (Ok("1".to_owned()), Ok("1".to_owned())));
    let both = project.run(&["role", "rotate", "turned"]).refusal();
    assert!(both.contains("turned_2 is in use beside turned"), "{both}");

    assert_eq!(project.json(&["role", "rotate", "turned", "--retire"])["retired"], true);
    assert!(ask(&first, "1").is_err());
    let third = project.json(&["role", "rotate", "turned_2"]);
    assert_eq!(third["role"], "turned");
    assert_eq!(ask(third["url"].as_str().unwrap(), "1"), Ok("1".to_owned()));
    assert!(ask(&first, "1").is_err(), "with a new password");
    drop_roles(&project, &["turned", "turned_2"]);
}

#[test]
fn what_cannot_be_a_login_is_refused() {
    let project = migrated();
    for name in ["Upper", "with space", "1st", "pg_x", "a\"; DROP ROLE x", ""] {
        assert_eq!(project.run(&["role", "create", name]).code, Some(2), "{name}");
    }
    let nobody = project.run(&["role", "rotate", "nobody_there"]).refusal();
    assert!(nobody.contains("there is no member nobody_there"), "{nobody}");
}

#[test]
fn a_migration_whose_role_a_policy_binds_fails_instead_of_changing_no_row() {
    for directive in ["", "-- branchline: no-transaction\n"] {
        let project = Project::with(&[("V1__fill.sql", &format!("{directive}UPDATE guarded SET id = 2;\n"))]);
        project.sql(
            "CREATE TABLE guarded (id int); INSERT INTO guarded VALUES (1);
             ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
             GRANT SELECT, UPDATE ON guarded TO branchline_function;
             GRANT CREATE ON SCHEMA public TO branchline_function",
        );
        let refused = project.run(&["upgrade", "--database-url", &project.database.function_url()]).refusal();
        assert!(refused.contains("row-level security policy"), "{refused}");
        assert_eq!(project.sql("SELECT id FROM guarded"), "1");
    }
}

#[test]
fn doctor_says_whom_row_security_binds_and_what_opens_it() {
    let project = migrated();
    let step = |url: &str| {
        let run = project.run(&["doctor", "--format", "json", "--database-url", url]);
        let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let steps = document["steps"].as_array().unwrap().clone();
        steps.into_iter().find(|step| step["step"] == "row security").unwrap()
    };
    let owner = project.database.url();
    assert_eq!(step(&owner)["details"]["active"], false);
    assert_eq!(step(&project.database.function_url())["details"]["active"], true);
    for (sql, problem) in [
        ("CREATE TABLE open (organization_id uuid)", "table open has organization_id and no row security"),
        ("ALTER TABLE open ENABLE ROW LEVEL SECURITY", "table open has row security and no policy"),
        (
            "DROP TABLE open; CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            "function f() runs as its owner without a fixed search_path",
        ),
        (
            "DROP FUNCTION f(); CREATE ROLE loose LOGIN BYPASSRLS IN ROLE branchline_app",
            "role loose is a member of branchline_app that row security does not bind",
        ),
    ] {
        project.sql(sql);
        let step = step(&owner);
        assert_eq!(step["verdict"], "look", "{sql}: {step}");
        assert!(step["finding"].as_str().unwrap().starts_with(problem), "{sql}: {step}");
    }
    drop_roles(&project, &["loose"]);
}
