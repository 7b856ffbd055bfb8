//! No blind spot: whatever ALTER changes shows in the catalog, and a down that does not take it back is
//! refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use model::{Catalog, Difference, ObjectKind};
use pg::{Connector, Url};
use tokio_postgres::Client;

use crate::harness::Project;

/// A row a change; its head says how they are written.
const ROWS: &str = include_str!("alterations.sql");

/// The text above the list in docs/catalog.md.
const HEAD: &str = include_str!("alterations.md");

/// A change that ALTER can make.
pub(crate) struct Alteration {
    pub(crate) kind: &'static str,
    property: &'static str,
    /// The text that marks it in a difference: the row's name, which its objects bear, or else the object.
    mark: String,
    pub(crate) create: String,
    pub(crate) alter: String,
    pub(crate) undo: String,
}

/// The statements that the rows share, and the rows.
pub(crate) fn alterations() -> (&'static str, Vec<Alteration>) {
    let mut shared = "";
    let mut rows = Vec::new();
    for block in ROWS.split("\n\n").skip(1) {
        let lines: Vec<&str> = block.lines().collect();
        let head = lines[0].strip_prefix("-- ").unwrap();
        let Some((kind, property)) = head.split_once(": ") else {
            shared = lines[1];
            continue;
        };
        let [_, create, alter, undo] = lines[..] else { panic!("{head}: {} lines", lines.len()) };
        let name = format!("x{:03}", rows.len());
        let (property, mark) = match property.split_once(" (") {
            Some((property, object)) => (property, object.trim_end_matches(')').to_owned()),
            None => (property, name.clone()),
        };
        let [create, alter, undo] = [create, alter, undo].map(|sql| sql.replace('#', &name));
        rows.push(Alteration { kind, property, mark, create, alter, undo });
    }
    (shared, rows)
}

pub(crate) async fn connect(url: &str) -> Client {
    engine::connect::connect(&Connector::new(&Url::parse(url).unwrap()).unwrap()).await.unwrap()
}

/// Runs statements of every row; the rows on which the server refuses them are taken out and returned with
/// the reason.
async fn run(session: &Client, rows: &mut Vec<Alteration>, sql: impl Fn(&Alteration) -> &str) -> Vec<String> {
    let mut refused = Vec::new();
    for row in std::mem::take(rows) {
        match session.batch_execute(sql(&row)).await {
            Ok(()) => rows.push(row),
            Err(error) => {
                let reason = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
                refused.push(format!("{}: {}: {reason}", row.kind, row.property));
            }
        }
    }
    refused
}

pub(crate) fn texts(before: &Catalog, after: &Catalog) -> Vec<String> {
    before.diff(after).iter().map(Difference::to_string).collect()
}

/// Makes every object, alters it and takes that back; returns the rows that the server cannot do.
async fn prove(session: &Client) -> Vec<String> {
    let (shared, mut rows) = alterations();
    session.batch_execute("SET client_min_messages = error").await.unwrap();
    session.batch_execute(shared).await.unwrap();
    let mut refused = run(session, &mut rows, |row| &row.create).await;
    let before = engine::introspection::read(session).await.unwrap();
    refused.extend(run(session, &mut rows, |row| &row.alter).await);
    let altered = engine::introspection::read(session).await.unwrap();
    let differences = texts(&before, &altered);
    let is_seen = |row: &&Alteration| differences.iter().any(|difference| difference.contains(&row.mark));
    let unseen: Vec<String> = rows
        .iter()
        .filter(|row| !is_seen(row))
        .map(|row| format!("{}: {}: {}", row.kind, row.property, row.alter))
        .collect();
    assert!(unseen.is_empty(), "not in the catalog: {unseen:#?}");
    refused.extend(run(session, &mut rows, |row| &row.undo).await);
    let undone = engine::introspection::read(session).await.unwrap();
    assert_eq!(texts(&before, &undone), Vec::<String>::new());
    assert_eq!(undone.unmodeled().count(), 0);
    // A database with subscriptions cannot be dropped.
    let subscriptions = "SELECT quote_ident(subname) FROM pg_subscription JOIN pg_database d ON d.oid = \
                         subdbid WHERE datname = current_database()";
    for row in session.query(subscriptions, &[]).await.unwrap() {
        let name: String = row.get(0);
        let drop = format!("ALTER SUBSCRIPTION {name} SET (slot_name = NONE); DROP SUBSCRIPTION {name}");
        session.batch_execute(&drop).await.unwrap();
    }
    refused
}

#[tokio::test]
async fn whatever_alter_changes_shows_in_the_catalog() {
    assert!(alterations().1.len() >= 120);
    let project = Project::with(&[]);
    assert_eq!(prove(&connect(&project.database.url()).await).await, Vec::<String>::new());
}

#[tokio::test]
async fn on_other_versions_as_well() {
    let servers = support::other_servers();
    if servers.is_empty() && support::rounds(0, 1) > 0 {
        support::skipped("no servers of other versions (scripts/other-servers.sh)");
    }
    for url in servers {
        let server = connect(&url).await;
        let row =
            server.query_one("SELECT current_setting('server_version_num')::int / 10000", &[]).await.unwrap();
        let major: i32 = row.get(0);
        server.batch_execute("DROP DATABASE IF EXISTS alterations").await.unwrap();
        server.batch_execute("CREATE DATABASE alterations TEMPLATE template0").await.unwrap();
        let session = connect(&url.replace("/postgres?", "/alterations?")).await;
        let refused = prove(&session).await;
        drop(session);
        // Older versions refuse the rows that came with a later one; all other rows must be seen.
        let most = if major < 17 { 11 } else { 0 };
        assert!(refused.len() <= most, "{major}: {refused:#?}");
    }
}

/// Takes the sample rows out, which some of the changes would not fit.
const EMPTY: &str = "DO $$ DECLARE one regclass; BEGIN
    FOR one IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND relname LIKE 'x%' LOOP
        EXECUTE format('TRUNCATE %s CASCADE', one);
    END LOOP; END $$;\n";

/// Proves a second migration, of which either the up or the down makes every change and the other none; none
/// may go unseen.
fn refuse_whatever_is_altered(name: fn(bool) -> &'static str) {
    let (shared, rows) = alterations();
    // Subscriptions are the server's, and a scratch database keeps none to itself.
    let rows: Vec<Alteration> = rows.into_iter().filter(|row| row.kind != "subscription").collect();
    let joined =
        |sql: fn(&Alteration) -> &str| rows.iter().map(|row| format!("{};\n", sql(row))).collect::<String>();
    let base = format!("-- branchline: irreversible: for the test\n{shared};\n{}", joined(|row| &row.create));
    let project = Project::with(&[
        ("V1__a.sql", &base),
        (name(true), &format!("{EMPTY}{}", joined(|row| &row.alter))),
        (name(false), "SELECT 1;\n"),
    ]);
    let run = project.run(&["verify", "--format", "json"]);
    assert_eq!(run.code, Some(1), "{run}");
    let proof: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let differences = proof["refusals"][0]["differences"].as_array().unwrap();
    let unseen: Vec<&str> = rows
        .iter()
        .filter(|row| !differences.iter().any(|d| d.as_str().unwrap().contains(&row.mark)))
        .map(|row| row.alter.as_str())
        .collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
}

#[test]
fn a_down_that_takes_back_nothing_is_refused_whatever_the_up_altered() {
    refuse_whatever_is_altered(|alters| if alters { "V2__b.sql" } else { "V2__b.down.sql" });
}

#[test]
fn a_down_that_alters_what_its_up_left_is_refused_whatever_that_is() {
    refuse_whatever_is_altered(|alters| if alters { "V2__b.down.sql" } else { "V2__b.sql" });
}

#[tokio::test]
async fn the_schema_file_holds_whatever_alter_can_change() {
    let (shared, rows) = alterations();
    // Returns whether a file cannot hold it: subscriptions, types with functions of their own in C, secrets,
    // and changes to an extension.
    let is_left_out = |row: &Alteration| {
        matches!(row.kind, "subscription" | "base type")
            || matches!(row.property, "secret" | "member added" | "member dropped")
    };
    let rows: Vec<Alteration> = rows.into_iter().filter(|row| !is_left_out(row)).collect();
    let joined =
        |sql: fn(&Alteration) -> &str| rows.iter().map(|row| format!("{};\n", sql(row))).collect::<String>();
    let made = Project::with(&[
        ("V1__a.sql", &format!("{shared};\n{}", joined(|row| &row.create))),
        ("V2__b.sql", &joined(|row| &row.alter)),
    ]);
    let file = made.folder().join("schema.sql");
    made.done(&["schema", "--output", file.to_str().unwrap()]);
    made.done(&["upgrade"]);
    let loaded = Project::with(&[]);
    let run = loaded.psql(&["--quiet", "-v", "ON_ERROR_STOP=1", "--file", file.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run}");
    let mut catalogs = Vec::new();
    for project in [&made, &loaded] {
        let session = connect(&project.database.url()).await;
        catalogs.push(engine::introspection::read(&session).await.unwrap());
    }
    assert_eq!(texts(&catalogs[0], &catalogs[1]), Vec::<String>::new());
}

#[tokio::test]
async fn a_catalog_is_read_in_two_round_trips() {
    let project = Project::with(&[]);
    let proxy = support::Proxy::start(project.database.server().port()).unwrap();
    let session = connect(&proxy.url(&project.database.url())).await;
    // With a delay, what is sent in one go also arrives in one go.
    proxy.set_round_trip(Duration::from_millis(50));
    // The first reading prepares what the others run.
    engine::introspection::read_with_dependencies(&session).await.unwrap();
    let before = proxy.traffic().flights;
    engine::introspection::read(&session).await.unwrap();
    let between = proxy.traffic().flights;
    engine::introspection::read_with_dependencies(&session).await.unwrap();
    assert_eq!((between - before, proxy.traffic().flights - between), (2, 2));
}

#[test]
fn plpgsql_may_go_and_come_back_and_not_stay_away() {
    let verify = |down: &str| {
        let project = Project::with(&[("V1__a.sql", "DROP EXTENSION plpgsql;\n"), ("V1__a.down.sql", down)]);
        project.run(&["verify"])
    };
    let run = verify("SELECT 1;\n");
    assert!(run.code == Some(1) && run.stdout.contains("+ extension plpgsql"), "{run}");
    let run = verify("CREATE EXTENSION plpgsql;\n");
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn the_page_of_what_the_catalog_sees_is_current() {
    let (_, rows) = alterations();
    let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in &rows {
        by_kind.entry(row.kind).or_default().push(row.property);
    }
    let known: Vec<&str> = ObjectKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let mut page = format!("{HEAD}\n{} changes of {} kinds:\n\n", rows.len(), by_kind.len());
    for (kind, properties) in by_kind {
        assert!(known.contains(&kind) || kind == "publication", "{kind}");
        page += &listed(kind, &properties);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/catalog.md");
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("catalog.md");
    fs::write(&made, &page).unwrap();
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(there, page, "copy {} to docs/catalog.md", made.display());
}

/// A kind with its properties, in lines of at most 110 columns.
fn listed(kind: &str, properties: &[&str]) -> String {
    let (mut text, mut line) = (String::new(), format!("- **{kind}**:"));
    for (i, property) in properties.iter().enumerate() {
        let mark = if i + 1 == properties.len() { "" } else { "," };
        if line.chars().count() + property.chars().count() + 2 > 110 {
            text += &format!("{line}\n");
            line = " ".to_owned();
        }
        line += &format!(" {property}{mark}");
    }
    text + &line + "\n"
}

/// A function that no schema of a user holds: nothing but its name is read.
const HIDDEN: &str = "CREATE FUNCTION pg_catalog.hidden_from_view() RETURNS int LANGUAGE sql RETURN 1;\n";

/// A project whose only migration makes such a function.
fn hidden() -> Project {
    Project::with(&[
        ("V1__a.sql", HIDDEN),
        ("V1__a.down.sql", "DROP FUNCTION pg_catalog.hidden_from_view();\n"),
    ])
}

const NAMED: &str = "Not modeled, and so not compared: function pg_catalog.hidden_from_view().";

#[test]
fn verify_check_and_schema_name_what_they_cannot_see() {
    let project = hidden();
    for (command, code) in [(&["verify"][..], 1), (&["schema"], 1)] {
        let denied = project.run(&[command, &["--deny-unmodeled"]].concat());
        assert_eq!(denied.code, Some(code), "{denied}");
        let words = [denied.stdout.as_str(), &denied.stderr].concat();
        assert!(
            words.split_whitespace().collect::<Vec<_>>().join(" ").contains(NAMED.trim_end_matches('.')),
            "{denied}"
        );
    }
    let verify = project.done(&["verify"]);
    assert!(verify.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(NAMED), "{verify}");
    assert_eq!(project.json(&["verify"])["unmodeled"][0], "function pg_catalog.hidden_from_view()");
    let schema = project.done(&["schema"]);
    assert!(schema.stdout.contains("-- Not written: function pg_catalog.hidden_from_view()"), "{schema}");
    assert_eq!(project.json(&["schema"])["unmodeled"][0], "function pg_catalog.hidden_from_view()");

    project.done(&["upgrade"]);
    let check = project.done(&["check"]);
    assert!(check.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(NAMED), "{check}");
    assert_eq!(project.json(&["check"])["drift"]["unmodeled"][0], "function pg_catalog.hidden_from_view()");
    assert_eq!(project.run(&["check", "--deny-unmodeled"]).code, Some(3));
}

#[test]
fn rehearse_and_deploy_name_what_they_cannot_see() {
    let project = hidden();
    let report = |name: &str, arguments: &[&str]| {
        let file = project.folder().join(name).display().to_string();
        let run = project.run(&[&["rehearse", "--local", "--report-json", &file], arguments].concat());
        let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(report["unmodeled"][0], "function pg_catalog.hidden_from_view()");
        (run, file)
    };
    let (denied, _) = report("denied.json", &["--deny-unmodeled"]);
    assert_eq!(denied.code, Some(1), "{denied}");
    let (passed, file) = report("passed.json", &[]);
    assert_eq!(passed.code, Some(0), "{passed}");
    assert!(passed.stdout.contains("hidden_from_view"), "{passed}");
    let deployed = project.json(&["deploy", &file]);
    assert_eq!(deployed["unmodeled"][0], "function pg_catalog.hidden_from_view()");
    let again = project.run(&["deploy", &file, "--deny-unmodeled"]);
    assert!(again.refusal().contains("nothing was applied"), "{again}");
}
