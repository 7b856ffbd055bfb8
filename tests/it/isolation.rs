//! Organizations see, change and infer nothing of each other: the database's own rules, read from its
//! catalog, and the functions' on one connection.

use std::collections::BTreeSet;
use std::time::Duration;

use budget::Budget;
use db::{ClaimedSettings, Claims, Connection};
use futures_util::future::join_all;
use store::App;
use support::{TestDatabase, rounds};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use harness::app;

const A: &str = "00000000-0000-7000-8000-00000000000a";
const B: &str = "00000000-0000-7000-8000-00000000000b";

/// Without row security, each with its reason: what only the tools read, on which nothing is granted.
const WITHOUT_ROW_SECURITY: [(&str, &str); 3] = [
    ("refinery_schema_history", "the history of migrations"),
    ("branchline_log", "who ran them"),
    ("branchline_progress", "how far one outside a transaction has come"),
];

/// Rows of two organizations that differ in nothing but theirs.
const ROWS: &str = "
    INSERT INTO projects (id, name, organization_id)
    VALUES (101, 'p', 'A'), (102, 'p', 'B');
    INSERT INTO extraction_jobs (id, project_id, source_url, extraction_type, organization_id)
    VALUES (101, 101, 'u', 'all', 'A'), (102, 102, 'u', 'all', 'B');
    INSERT INTO color_tokens
        (project_id, path, position, own_type, color_space, components, extraction_job_id, organization_id)
    VALUES (101, 'c', 0, true, 'srgb', '{0, 0, 0}', 101, 'A'), (102, 'c', 0, true, 'srgb', '{0, 0, 0}', 102, 'B');
    INSERT INTO spacing_tokens (project_id, path, position, own_type, value, unit, organization_id)
    VALUES (101, 's', 1, true, 4, 'px', 'A'), (102, 's', 1, true, 4, 'px', 'B');
    INSERT INTO typography_tokens
        (project_id, path, position, own_type, font_family, font_size, font_size_unit, font_weight,
         letter_spacing, letter_spacing_unit, line_height, organization_id)
    VALUES (101, 't', 2, true, '{Inter}', 16, 'px', 400, 0, 'px', 1.5, 'A'),
           (102, 't', 2, true, '{Inter}', 16, 'px', 400, 0, 'px', 1.5, 'B');
    INSERT INTO other_tokens (project_id, path, position, own_type, is_group, organization_id)
    VALUES (101, '', 3, false, true, 'A'), (102, '', 3, false, true, 'B');
    INSERT INTO import_jobs (id, filename, content_sha256, idempotency_key, organization_id)
    VALUES ('00000000-0000-7000-8000-0000000001aa', 'f', sha256('x'), '00000000-0000-7000-8000-000000000111', 'A'),
           ('00000000-0000-7000-8000-0000000001bb', 'f', sha256('x'), '00000000-0000-7000-8000-000000000111', 'B');
    INSERT INTO import_entries (import_job_id, id, outcome, line, organization_id)
    VALUES ('00000000-0000-7000-8000-0000000001aa', '00000000-0000-7000-8000-0000000002aa', 'failed', 1, 'A'),
           ('00000000-0000-7000-8000-0000000001bb', '00000000-0000-7000-8000-0000000002bb', 'failed', 1, 'B');
    INSERT INTO bookmarks (id, url, title, url_key, organization_id)
    VALUES ('00000000-0000-7000-8000-0000000003aa', 'https://x/', 'x', '00000000-0000-7000-8000-000000000333', 'A'),
           ('00000000-0000-7000-8000-0000000003bb', 'https://x/', 'x', '00000000-0000-7000-8000-000000000333', 'B');
    INSERT INTO trashed_bookmarks (id, number, bookmark, organization_id)
    SELECT id, nextval('bookmarks_number_seq'), to_jsonb(b), organization_id FROM bookmarks AS b;
    INSERT INTO tags (name, organization_id) VALUES ('x', 'A'), ('x', 'B');
    INSERT INTO folders (id, name, place, organization_id)
    VALUES ('00000000-0000-7000-8000-0000000004aa', 'f', '00000000-0000-7000-8000-0000000004aa', 'A'),
           ('00000000-0000-7000-8000-0000000004bb', 'f', '00000000-0000-7000-8000-0000000004bb', 'B');
    INSERT INTO search_documents (bookmark_id, words, organization_id)
    SELECT id, search_document(b), organization_id FROM bookmarks AS b;
    INSERT INTO search_vocabulary (word, documents, organization_id) VALUES ('word', 1, 'A'), ('word', 1, 'B');
    INSERT INTO users (id, issuer, subject) VALUES ('A', 'i', 'a'), ('B', 'i', 'b');
    INSERT INTO memberships (organization_id, user_id, role) VALUES ('A', 'A', 'owner'), ('B', 'B', 'owner');
    INSERT INTO api_tokens (organization_id, id, user_id, name, prefix, token_sha256, scopes)
    VALUES ('A', 'A', 'A', 't', 'bl_', sha256('a'), '{read}'), ('B', 'B', 'B', 't', 'bl_', sha256('b'), '{read}');
";

/// The bookmarks in a folder of each organization, as a table.
const IN_BOTH_FOLDERS: &str = "in_further_folders(ARRAY['00000000-0000-7000-8000-0000000004aa',
    '00000000-0000-7000-8000-0000000004bb']::uuid[]) AS f (id)";

/// A database in which two organizations have the same rows, and the role that functions log in as may do
/// with each table whatever a grant can allow, so that nothing but the policies stands between them.
async fn two_organizations() -> (TestDatabase, Client) {
    let database = support::database();
    let owner = database.client().await;
    let rows = ROWS.replace("'A'", &format!("'{A}'")).replace("'B'", &format!("'{B}'"));
    let organizations = format!(
        "INSERT INTO organizations (id, slug, name) VALUES ('{A}', 'a', 'A'), ('{B}', 'b', 'B'); {rows}
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO branchline_app"
    );
    owner.batch_execute(&organizations).await.unwrap();
    let client = connect(&database).await;
    (database, client)
}

async fn connect(database: &TestDatabase) -> Client {
    let (client, connection) = pg::connect(&pg::Url::parse(&database.function_url()).unwrap()).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn texts(client: &Client, sql: &str) -> Vec<String> {
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// The tables whose rows belong to organizations, and the column that says which.
async fn tenant_tables(database: &TestDatabase) -> Vec<(String, &'static str)> {
    let sql = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                 AND a.attname = 'organization_id' ORDER BY 1";
    let mut tables: Vec<_> = texts(&database.client().await, sql)
        .await
        .into_iter()
        .map(|table| (table, "organization_id"))
        .collect();
    // A user's id is an organization's in these rows.
    tables.extend(["organizations", "users"].map(|table| (table.to_owned(), "id")));
    tables
}

/// Runs a statement for an organization, in a transaction that is rolled back, and returns the number of
/// rows.
async fn outcome(client: &Client, claim: &str, sql: &str) -> Result<u64, SqlState> {
    client.batch_execute(&format!("BEGIN; SET LOCAL app.organization = '{claim}'")).await.unwrap();
    let done = client.execute(sql, &[]).await;
    client.batch_execute("ROLLBACK").await.unwrap();
    done.map_err(|error| error.code().cloned().unwrap())
}

#[tokio::test]
async fn no_verb_reaches_another_organizations_rows_in_any_table() {
    let (database, client) = two_organizations().await;
    let tables = tenant_tables(&database).await;
    assert!(tables.len() >= 16, "{tables:?}");
    for (table, column) in &tables {
        for (claim, visible) in [(A, 1), (B, 1), ("00000000-0000-7000-8000-00000000000c", 0), ("", 0)] {
            let what = format!("{table} for {claim:?}");
            let all = format!("SELECT FROM {table}");
            assert_eq!(outcome(&client, claim, &all).await, Ok(visible), "{what}");
            for (other, own) in [(A, claim == A), (B, claim == B)] {
                if own {
                    continue;
                }
                let of_other = format!("WHERE {column} = '{other}'");
                for verb in [
                    format!("SELECT FROM {table} {of_other}"),
                    format!("SELECT FROM {table} {of_other} FOR UPDATE"),
                    format!("DELETE FROM {table} {of_other}"),
                    format!("UPDATE {table} SET {column} = {column} {of_other}"),
                ] {
                    assert_eq!(outcome(&client, claim, &verb).await, Ok(0), "{what}: {verb}");
                }
                // Neither as a new row nor by moving an own one, with a condition and without.
                for verb in [
                    format!("INSERT INTO {table} ({column}) VALUES ('{other}')"),
                    format!("UPDATE {table} SET {column} = '{other}'"),
                    format!("UPDATE {table} SET {column} = '{other}' WHERE {column} IS NOT NULL"),
                ] {
                    let refused = outcome(&client, claim, &verb).await;
                    let is_nothing = refused == Ok(0) && verb.starts_with("UPDATE");
                    let is_refused = refused == Err(SqlState::INSUFFICIENT_PRIVILEGE)
                        || refused == Err(SqlState::NOT_NULL_VIOLATION);
                    assert!(is_nothing || is_refused, "{what}: {verb}: {refused:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_names_no_organization_is_the_claimed_ones_and_is_refused_without_a_claim() {
    let (_database, client) = two_organizations().await;
    let insert = "INSERT INTO projects (name) VALUES ('new')";
    assert_eq!(outcome(&client, A, insert).await, Ok(1));
    for claim in ["", "00000000-0000-7000-8000-00000000000c"] {
        assert!(outcome(&client, claim, insert).await.is_err(), "{claim:?}");
    }
    // A claim that is no uuid fails each statement that looks at it.
    assert_eq!(
        outcome(&client, "nobody", "SELECT FROM projects").await,
        Err(SqlState::INVALID_TEXT_REPRESENTATION)
    );
}

#[tokio::test]
async fn no_row_hangs_from_another_organizations_row_and_no_key_tells_of_one() {
    let (_database, client) = two_organizations().await;
    let refused = Err(SqlState::FOREIGN_KEY_VIOLATION);
    for child in [
        "INSERT INTO extraction_jobs (project_id, source_url, extraction_type) VALUES (102, 'u', 'all')",
        "UPDATE color_tokens SET project_id = 102",
        "UPDATE color_tokens SET extraction_job_id = 102",
        "UPDATE spacing_tokens SET project_id = 102",
        "UPDATE typography_tokens SET project_id = 102",
        "UPDATE other_tokens SET project_id = 102",
        "UPDATE import_jobs SET project_id = 102",
        "UPDATE bookmarks SET project_id = 102",
        "UPDATE bookmarks SET import_job_id = '00000000-0000-7000-8000-0000000001bb'",
        "UPDATE trashed_bookmarks SET project_id = 102",
        "UPDATE folders SET parent_id = '00000000-0000-7000-8000-0000000004bb'",
        "UPDATE folders SET import_job_id = '00000000-0000-7000-8000-0000000001bb'",
        "UPDATE import_entries SET import_job_id = '00000000-0000-7000-8000-0000000001bb'",
    ] {
        assert_eq!(outcome(&client, A, child).await, refused, "{child}");
    }
    // `two_organizations` has shown that both have the same content, address and key.
}

#[tokio::test]
async fn what_reads_as_its_owner_reads_the_claimed_organization_alone() {
    let (database, client) = two_organizations().await;
    let in_several = "UPDATE bookmarks b SET further_folder_ids = ARRAY[f.id] FROM folders f
                      WHERE f.organization_id = b.organization_id";
    assert_eq!(database.client().await.execute(in_several, &[]).await.unwrap(), 2);
    for (claim, bookmark) in
        [(A, "00000000-0000-7000-8000-0000000003aa"), (B, "00000000-0000-7000-8000-0000000003bb")]
    {
        client.batch_execute(&format!("BEGIN; SET LOCAL app.organization = '{claim}'")).await.unwrap();
        for view in ["searchable_documents", "keyed_documents"] {
            let sql = format!("SELECT bookmark_id::text FROM {view} WHERE words @@ 'x'");
            assert_eq!(texts(&client, &sql).await, [bookmark], "{view}");
        }
        let of_keys = "SELECT bookmark_id::text FROM keyed_documents WHERE keys @@ search_key_query('x')";
        assert_eq!(texts(&client, of_keys).await, [bookmark]);
        assert_eq!(texts(&client, "SELECT id::text FROM listed_bookmarks").await, [bookmark]);
        let projects = texts(&client, "SELECT DISTINCT organization_id::text FROM listed_projects").await;
        assert_eq!(projects, [claim]);
        assert_eq!(texts(&client, &format!("SELECT id::text FROM {IN_BOTH_FOLDERS}")).await, [bookmark]);
        let words = texts(&client, "SELECT instead[1] FROM search_inside('{ord}')").await;
        assert!(words[0].contains("'word'"), "{words:?}");
        client.batch_execute("ROLLBACK").await.unwrap();
    }
    for sql in [
        "SELECT FROM searchable_documents",
        "SELECT FROM keyed_documents",
        "SELECT FROM keyed_documents WHERE keys @@ search_key_query('x')",
        "SELECT FROM listed_bookmarks",
        "SELECT FROM listed_projects",
        &format!("SELECT FROM {IN_BOTH_FOLDERS}"),
        "SELECT FROM search_near('{wrod}', NULL) WHERE cardinality(near) > 0",
        "SELECT FROM search_inside('{ord}') WHERE instead[1] LIKE '%word%'",
        "SELECT FROM search_catch_up('1 s') AS more WHERE more",
    ] {
        assert_eq!(outcome(&client, "", sql).await, Ok(0), "{sql}");
    }
    // Pending rows of another organization stay pending.
    let pending = "SELECT count(*)::text FROM search_pending WHERE organization_id = '";
    client
        .batch_execute(&format!(
            "BEGIN; SET LOCAL app.organization = '{A}'; SELECT search_catch_up('9 s'); COMMIT"
        ))
        .await
        .unwrap();
    let owner = database.client().await;
    assert_eq!(texts(&owner, &format!("{pending}{A}'")).await, ["0"]);
    assert_ne!(texts(&owner, &format!("{pending}{B}'")).await, ["0"]);
}

#[tokio::test]
async fn every_table_has_row_security_and_policies_or_its_reason_here() {
    let database = support::database();
    let owner = database.client().await;
    let open = "SELECT relname::text FROM pg_class c
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                  AND NOT (relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)) ORDER BY 1";
    let open: BTreeSet<String> = texts(&owner, open).await.into_iter().collect();
    for table in &open {
        assert!(WITHOUT_ROW_SECURITY.iter().any(|(exempt, _)| exempt == table), "{table} is open");
    }
    let forced = "SELECT relname::text FROM pg_class WHERE relforcerowsecurity";
    assert!(texts(&owner, forced).await.is_empty(), "a backfill of the owner's would touch no row");
    // Each policy reads the claim once a statement, and writes are checked.
    let unusual = "SELECT format('%s of %s', polname, polrelid::regclass) FROM pg_policy
                   WHERE coalesce(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
                             !~ '\\( ?SELECT (\\w+\\.)?current_organization\\(\\)'
                      OR (polcmd IN ('a', 'w', '*') AND polwithcheck IS NULL) OR NOT polpermissive";
    assert!(texts(&owner, unusual).await.is_empty(), "{:?}", texts(&owner, unusual).await);
}

#[tokio::test]
async fn the_role_of_functions_may_do_what_they_need_and_nothing_else() {
    let database = support::database();
    let client = connect(&database).await;
    let beyond = "SELECT format('%s of %s', privilege, c.relname)
                  FROM pg_class c, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege
                  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
                    AND has_table_privilege(c.oid, privilege)
                  UNION ALL
                  SELECT 'owns ' || relname FROM pg_class WHERE pg_has_role(relowner, 'USAGE')
                  UNION ALL
                  SELECT 'is bound by no policy of ' || relname FROM pg_class
                  WHERE relrowsecurity AND NOT row_security_active(oid)
                  UNION ALL
                  SELECT 'may create in public' WHERE has_schema_privilege('public', 'CREATE')
                  UNION ALL
                  SELECT 'reads ' || relname FROM pg_class
                  WHERE relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')
                    AND relkind IN ('r', 'v') AND NOT relrowsecurity
                    AND relname NOT IN ('searchable_documents', 'keyed_documents', 'listed_bookmarks',
                                        'listed_projects')";
    assert!(texts(&client, beyond).await.is_empty(), "{:?}", texts(&client, beyond).await);
    let definer = "SELECT format('%s: %s', proname, proconfig) FROM pg_proc
                   WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1";
    let definer = texts(&database.client().await, definer).await;
    let names: Vec<&str> = definer.iter().filter_map(|text| text.split(':').next()).collect();
    let expected = [
        "bookmarks_of_url",
        "claim_api_token",
        "in_further_folders",
        "keep_numbers",
        "note_api_token_use",
        "schema_version",
        "search_catch_up",
        "search_inside",
        "search_near",
        "sign_in",
    ];
    assert_eq!(names, expected);
    for function in &definer {
        // Nothing that a caller made is found ahead of what is meant.
        let is_fixed = ["search_path=public, pg_temp", "search_path=\\\"\\\""];
        assert!(is_fixed.iter().any(|path| function.contains(path)), "{function}");
    }
    for refused in [
        "TRUNCATE bookmarks",
        "ALTER TABLE bookmarks DISABLE ROW LEVEL SECURITY",
        "SET ROLE branchline",
        "SELECT FROM search_documents",
        "DELETE FROM refinery_schema_history",
    ] {
        let error = client.batch_execute(refused).await.unwrap_err();
        assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{refused}");
    }
    let copy = client.batch_execute("COPY bookmarks FROM STDIN").await.unwrap_err();
    assert_eq!(copy.code(), Some(&SqlState::FEATURE_NOT_SUPPORTED));
}

/// The claim of an organization, by its id.
fn claiming(organization: &str) -> Claims {
    let organization_id = Some(organization.parse().unwrap());
    ClaimedSettings { organization_id, ..ClaimedSettings::default() }.claims()
}

/// The names of the projects that an organization sees, through the pool.
async fn names(
    app: &App,
    organization: &str,
    budget: &Budget,
    pause: bool,
) -> Result<Vec<String>, db::Error> {
    let claims = claiming(organization);
    let read = |connection: Connection| async move {
        let sql = "SELECT name FROM projects WHERE pg_sleep($1) IS NOT NULL";
        let seconds = if pause { 0.2 } else { 0.0 };
        let rows = connection.query(sql, &[(&seconds, Type::FLOAT8)]).await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    };
    app.database().read(claims, budget, read).await
}

#[tokio::test]
async fn a_later_page_of_a_list_begins_in_an_index_although_row_security_binds() {
    let (_database, client) = two_organizations().await;
    client
        .batch_execute(&format!(
            "SET app.organization = '{A}'; SET enable_seqscan = off; SET enable_sort = off"
        ))
        .await
        .unwrap();
    for (column, after, index) in [
        ("added", "'2026-01-01'::timestamptz", "ix_bookmarks_added"),
        ("modified", "'2026-01-01'::timestamptz", "ix_bookmarks_modified"),
        ("title_key", "'x' COLLATE \"C\"", "ix_bookmarks_title"),
    ] {
        let page = format!(
            "EXPLAIN SELECT id FROM listed_bookmarks
             WHERE organization_id = current_organization() AND ({column}, id) > ({after}, '{A}')
             ORDER BY {column}, id LIMIT 100"
        );
        let plan = texts(&client, &page).await;
        assert!(plan.iter().any(|line| line.contains(index)), "{plan:#?}");
        let begins_there = plan.iter().any(|line| line.contains("Index Cond") && line.contains("ROW("));
        assert!(begins_there, "{plan:#?}");
    }
}

#[tokio::test]
async fn the_index_of_words_holds_each_organizations_own() {
    let (_database, client) = two_organizations().await;
    client.batch_execute(&format!("SET app.organization = '{A}'; SET enable_seqscan = off")).await.unwrap();
    // Both organizations have a document with words that begin so.
    for query in ["x", "x:*", "'=a'"] {
        let plan = texts(
            &client,
            &format!(
                "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)
                 SELECT FROM keyed_documents WHERE keys @@ search_key_query($${query}$$)"
            ),
        )
        .await;
        let scan = plan.iter().find(|line| line.contains("search_documents_keys"));
        assert!(scan.is_some_and(|line| line.contains("rows=1 ")), "{query}: {plan:#?}");
    }
}

#[tokio::test]
async fn two_organizations_in_turn_on_one_connection_see_their_own_alone() {
    let database = support::database();
    let owner = database.client().await;
    let rows = format!(
        "INSERT INTO organizations (id, slug, name) VALUES ('{A}', 'a', 'A'), ('{B}', 'b', 'B');
         INSERT INTO projects (name, organization_id) VALUES ('{A}', '{A}'), ('{B}', '{B}')"
    );
    owner.batch_execute(&rows).await.unwrap();
    let app = app(&database.url(), &[("DATABASE_POOL_SIZE", "1"), ("DATABASE_MAX_OVERFLOW", "0")]);
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE usename = 'branchline_function' AND datname = current_database()";
    for round in 0..rounds(600, 10_000) {
        let (mine, other) = if round % 2 == 0 { (A, B) } else { (B, A) };
        let budget = Budget::lasting(Duration::from_secs(20));
        match round % 97 {
            // Given up in the middle of the other's statement.
            13 => {
                let given_up = names(&app, other, &budget, true);
                assert!(tokio::time::timeout(Duration::from_millis(20), given_up).await.is_err());
            }
            // The deadline comes first.
            29 => {
                let short = Budget::lasting(Duration::from_millis(30));
                assert!(names(&app, other, &short, true).await.is_err());
            }
            // A statement fails in the other's transaction.
            43 => {
                let claims = claiming(other);
                let fail =
                    |connection: Connection| async move { connection.query("SELECT 1 / 0", &[]).await };
                assert!(app.database().read(claims, &budget, fail).await.is_err());
            }
            // The session is ended under it.
            61 => drop(tokio::join!(names(&app, other, &budget, true), owner.batch_execute(kill))),
            // Both wait for the one connection.
            71 => {
                let both = join_all([A, B].map(|each| names(&app, each, &budget, false))).await;
                assert_eq!(both.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [[A], [B]]);
            }
            _ => {}
        }
        assert_eq!(names(&app, mine, &budget, false).await.unwrap(), [mine], "round {round}");
        if round % 31 == 0 {
            let none =
                |connection: Connection| async move { connection.query("SELECT FROM projects", &[]).await };
            let unclaimed = app.database().read(Claims::none(), &budget, none).await.unwrap();
            assert!(unclaimed.is_empty(), "a claim was left behind in round {round}");
        }
    }
}

#[tokio::test]
async fn what_follows_a_begin_that_failed_sees_and_writes_nothing() {
    let (_database, client) = two_organizations().await;
    // The rest of the message is passed over, and what was sent behind it runs by itself.
    let begin = format!("SELECT 1 / 0; BEGIN; SET LOCAL app.organization = '{A}'");
    let (begun, seen, written) = tokio::join!(
        client.batch_execute(&begin),
        client.query_typed("SELECT FROM projects", &[]),
        client.query_typed("INSERT INTO projects (name) VALUES ('x')", &[]),
    );
    assert!(begun.is_err());
    assert!(seen.unwrap().is_empty());
    assert!(written.is_err());
}
