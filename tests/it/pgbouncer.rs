//! The functions through PgBouncer in transaction mode.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use harness::{app, call};
use support::lambda::Lambda;
use support::{Data, Event, Options, PgBouncer, Postgres, Shutdown, binary, pgbouncer};

use crate::journey::{every_function, through};

/// Before the server of this process. None where the machine has no PgBouncer and cannot get one.
pub(crate) fn pooler(pool_size: u32) -> Option<PgBouncer> {
    match PgBouncer::start(support::empty_database().server(), pool_size) {
        Ok(pooler) => Some(pooler),
        Err(pgbouncer::Error::Absent(reason)) => {
            support::skipped(reason);
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn file(first: usize, count: usize) -> String {
    let mut file = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><H3>F</H3><DL><p>\n".to_owned();
    for number in first..first + count {
        writeln!(file, "<DT><A HREF=\"https://example.com/{number}\" TAGS=\"t\">Number {number}</A>")
            .unwrap();
    }
    file + "</DL><p></DL><p>"
}

#[tokio::test]
async fn every_function_passes_through_the_pooler_and_leaves_nothing_on_its_connections() {
    let Some(pooler) = pooler(1) else { return };
    let database = support::database();
    let url = pooler.url(database.name());
    let fixture = through(database, &url);
    every_function(&fixture).await;

    // The next client gets the same connection.
    let (client, connection) = pg::connect(&pg::Url::parse(&url).unwrap()).await.unwrap();
    tokio::spawn(connection);
    // PgBouncer itself sets the application's name.
    let left = "SELECT (SELECT count(*) FROM pg_prepared_statements WHERE name <> ''),
                       (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'),
                       (SELECT string_agg(name, ' ') FROM pg_settings WHERE source = 'session' AND name <> \
                           'application_name')";
    let rows = client.query_typed(left, &[]).await.unwrap();
    assert_eq!((rows[0].get::<_, i64>(0), rows[0].get::<_, i64>(1)), (0, 0));
    assert_eq!(rows[0].get::<_, Option<&str>>(2), None);
}

#[tokio::test]
async fn processes_that_share_the_poolers_connections_do_not_meet() {
    const IMPORTS: usize = 8;
    let Some(pooler) = pooler(2) else { return };
    let database = support::database();
    let url = pooler.url(database.name());
    let client = database.client().await;
    client
        .batch_execute("INSERT INTO projects (name) SELECT 'p' || n FROM generate_series(1, 4) AS n")
        .await
        .unwrap();
    let env = [("DATABASE_URL", url.as_str())];
    let import = async |project: usize| {
        let function = Lambda::start(&binary("import"), &env).unwrap();
        for round in 0..IMPORTS {
            let event = Event::post(&format!("/?project_id={project}")).text(file(round * 30, 60));
            let mut answer = function.invoke(&event).await.unwrap();
            // On a busy machine the pooler has no connection for longer than a request waits.
            for _ in 0..20 {
                if answer.status.as_u16() != 503 {
                    break;
                }
                assert!(answer.headers.contains_key("retry-after"));
                answer = function.invoke(&event).await.unwrap();
            }
            assert_eq!(answer.status.as_u16(), 201, "{}\n{}", answer.text(), function.stderr());
        }
    };
    tokio::join!(import(1), import(2), import(3), import(4));
    let row = client.query_one("SELECT count(*), count(DISTINCT url) FROM bookmarks", &[]).await.unwrap();
    let each = (IMPORTS - 1) * 30 + 60;
    assert_eq!(row.get::<_, i64>(0), i64::try_from(4 * each).unwrap());
    assert_eq!(row.get::<_, i64>(1), i64::try_from(each).unwrap());
}

#[tokio::test]
async fn a_pooler_whose_server_is_gone_is_answered_503_within_five_seconds() {
    const BOUND: Duration = Duration::from_secs(5);
    let mut server = Postgres::start(&Options { data: Data::Temporary, durable: false }).unwrap();
    server.create_database("pooled").unwrap();
    support::migrate(&server, "pooled").unwrap();
    let pooler = match PgBouncer::start(&server, 1) {
        Ok(pooler) => pooler,
        Err(pgbouncer::Error::Absent(reason)) => return support::skipped(reason),
        Err(error) => panic!("{error}"),
    };
    let (warm, cold) = (app(&pooler.url("pooled"), &[]), app(&pooler.url("pooled"), &[]));
    assert_eq!(call(&warm, db_test::handle, Event::get("/")).await.status, 200);

    server.halt(Shutdown::Fast).unwrap();
    for (app, way) in [(&warm, "warm"), (&cold, "cold"), (&warm, "warm again")] {
        let begun = Instant::now();
        let seen = call(app, list_projects::handle, Event::get("/").timeout(Duration::from_secs(30))).await;
        seen.problem(503);
        assert!(seen.headers.contains_key("retry-after"));
        assert!(begun.elapsed() < BOUND, "{way}: {:?}", begun.elapsed());
    }
    server.resume().unwrap();
    // The pooler itself waits before it tries the server again.
    let patience = Instant::now() + Duration::from_secs(40);
    while call(&warm, db_test::handle, Event::get("/")).await.status != 200 {
        assert!(Instant::now() < patience, "{}", pooler.log().unwrap());
    }
}

#[tokio::test]
async fn a_large_import_and_its_progress_pass_through_one_connection() {
    let Some(pooler) = pooler(1) else { return };
    let database = support::database();
    let url = pooler.url(database.name());
    let fixture = through(database, &url);
    let seen = fixture.call(import::handle, Event::post("/").text(file(0, 30_000))).await;
    assert_eq!((seen.status, &seen.body["import_job"]["imported_count"]), (201, &30_000.into()));
    assert_eq!(fixture.call(db_test::handle, Event::get("/")).await.status, 200);
}
