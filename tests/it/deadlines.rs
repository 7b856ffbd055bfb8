//! The end of a request's time: what it left running on the server is cancelled, and its answer comes in
//! time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use budget::Budget;
use db::Access;
use harness::{BUSY, Fixture, Seen, app, lock_tables, until_busy};
use support::lambda::Lambda;
use support::{Event, NeonProxy, TestDatabase, binary};

use crate::pgbouncer::pooler;

const FILE: &str =
    "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><A HREF=\"https://example.com/\">x</A></DL><p>";

/// Answers a request whose statement waits for a lock, until its time is up. Gives the backend's process, and
/// how long it was at work after the answer.
async fn blocked(fixture: &Fixture, request: impl AsyncFnOnce(Duration) -> Seen) -> (i32, Duration) {
    let blocker = lock_tables(&fixture.database, "projects, bookmarks").await;
    let deadline = Duration::from_secs(2);
    let answered = async {
        let begun = Instant::now();
        request(deadline).await.problem(504);
        assert!(begun.elapsed() < deadline, "{:?}", begun.elapsed());
        Instant::now()
    };
    let backend = async {
        until_busy(&fixture.database, 1).await;
        fixture.ask(&BUSY.replace("count(*)", "pid")).await.parse().unwrap()
    };
    let (answered, backend) = tokio::join!(answered, backend);
    // While the lock is still held: only a cancelled statement is gone.
    until_busy(&fixture.database, 0).await;
    let after = answered.elapsed();
    blocker.batch_execute("ROLLBACK").await.unwrap();
    (backend, after)
}

/// Waits until a backend has ended, as that of a closed connection does.
async fn until_gone(database: &TestDatabase, backend: i32) {
    let watcher = database.client().await;
    let is_there = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1";
    for _ in 0..2_000 {
        if watcher.query_one(is_there, &[&backend]).await.unwrap().get::<_, i64>(0) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("backend {backend} is still there");
}

#[tokio::test]
async fn a_read_is_cancelled_on_the_server_when_its_time_is_up() {
    let fixture = Fixture::new();
    let list = blocked(&fixture, async |time| {
        fixture.call(list_projects::handle, Event::get("/").timeout(time)).await
    })
    .await;
    let search =
        blocked(&fixture, async |time| fixture.call(search::handle, Event::get("/?q=x").timeout(time)).await)
            .await;
    for (backend, _) in [list, search] {
        until_gone(&fixture.database, backend).await;
    }
    assert!(list.1.min(search.1) < Duration::from_millis(200), "{list:?} {search:?}");
    assert_eq!(fixture.call(list_projects::handle, Event::get("/")).await.status, 200);
}

#[tokio::test]
async fn the_server_ends_the_read_of_a_process_that_was_killed() {
    const FUNCTIONS: [(&str, &str); 6] = [
        ("db-test", "/"),
        ("db-test", "/?details=true"),
        ("list-projects", "/"),
        ("search", "/?q=x"),
        ("export", "/"),
        ("import", "/"),
    ];
    let database = support::database();
    let url = database.url();
    for (name, target) in FUNCTIONS {
        let function = Lambda::start(&binary(name), &[("DATABASE_URL", url.as_str())]).unwrap();
        function.init_duration().await.unwrap();
        let blocker = lock_tables(&database, "projects, bookmarks, import_jobs").await;
        let budget = Duration::from_secs(2);
        let begun = Instant::now();
        let event = Event::get(target).timeout(budget);
        let killed = async {
            until_busy(&database, 1).await;
            function.kill();
        };
        let (outcome, ()) = tokio::join!(function.invoke(&event), killed);
        assert!(outcome.is_err(), "{name}{target}");
        // While the lock is still held: nobody is there to cancel it, and a lost client is not looked for.
        until_busy(&database, 0).await;
        assert!(begun.elapsed() < budget + Duration::from_secs(2), "{name}{target}: {:?}", begun.elapsed());
        blocker.batch_execute("ROLLBACK").await.unwrap();
    }
}

#[tokio::test]
async fn a_write_is_cancelled_and_rolled_back_when_its_time_is_up() {
    let fixture = Fixture::new();
    let (backend, _) = blocked(&fixture, async |time| {
        fixture.call(import::handle, Event::post("/").text(FILE).timeout(time)).await
    })
    .await;
    until_gone(&fixture.database, backend).await;
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "0");
    let imported = fixture.call(import::handle, Event::post("/").text(FILE)).await;
    assert_eq!(imported.status, 201, "{}", imported.body);

    let job = format!("/{}", imported.body["import_job"]["id"].as_str().unwrap());
    blocked(&fixture, async |time| fixture.call(import::handle, Event::delete(&job).timeout(time)).await)
        .await;
    assert_eq!(fixture.call(import::handle, Event::delete(&job)).await.status, 200);
}

#[tokio::test]
async fn the_cancelling_finds_its_backend_behind_neons_proxy_and_behind_pgbouncer() {
    let list = async |fixture: &Fixture| {
        blocked(fixture, async |time| {
            fixture.call(list_projects::handle, Event::get("/").timeout(time)).await
        })
        .await;
        assert_eq!(fixture.call(list_projects::handle, Event::get("/")).await.status, 200);
    };
    let database = support::database();
    let neon = NeonProxy::start(database.server()).unwrap();
    let app = app(&neon.url(database.name()), &[]);
    list(&Fixture { database, app }).await;

    let Some(pooler) = pooler(1) else { return };
    let database = support::database();
    let app = harness::app(&pooler.url(database.name()), &[]);
    list(&Fixture { database, app }).await;
}

#[tokio::test]
async fn the_binary_answers_504_before_lambda_ends_it_and_serves_on() {
    let database = support::database();
    let url = database.url();
    let function = Lambda::start(&binary("list-projects"), &[("DATABASE_URL", url.as_str())]).unwrap();
    assert_eq!(function.invoke(&Event::get("/")).await.unwrap().status.as_u16(), 200);
    let blocker = lock_tables(&database, "projects").await;
    let answer = function.invoke(&Event::get("/").timeout(Duration::from_secs(1))).await.unwrap();
    assert_eq!(answer.status.as_u16(), 504);
    until_busy(&database, 0).await;
    blocker.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(function.invoke(&Event::get("/")).await.unwrap().status.as_u16(), 200);
}

#[tokio::test]
async fn the_server_ends_the_transaction_of_a_process_that_stands_still() {
    let database = support::database();
    let url = database.url();
    let function = Lambda::start(&binary("import"), &[("DATABASE_URL", url.as_str())]).unwrap();
    function.init_duration().await.unwrap();
    let blocker = lock_tables(&database, "bookmarks").await;
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(5);
    let event = Event::post("/").text(FILE).deadline_ms(deadline.as_millis().try_into().unwrap());
    let aborted = async {
        until_busy(&database, 1).await;
        function.freeze();
        // By the transaction's own statement_timeout: nobody else is there to end it.
        let aborted = BUSY.replace("<> 'idle'", "= 'idle in transaction (aborted)'");
        let watcher = database.client().await;
        while watcher.query_one(&aborted, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        answer = function.invoke(&event) => panic!("a process that stands still answered: {answer:?}"),
        aborted = tokio::time::timeout(Duration::from_secs(20), aborted) => aborted.unwrap(),
    }
    blocker.batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test]
async fn the_server_ends_a_transaction_whose_next_statement_does_not_come() {
    let fixture = Fixture::new();
    let (database, budget) = (&fixture.database, Budget::lasting(Duration::from_secs(1)));
    let stand_still = |connection: db::Connection| async move {
        connection.begin(Access::ReadWrite).await?;
        let settings =
            "SELECT current_setting('tcp_keepalives_idle'), current_setting('tcp_keepalives_interval'),
                               current_setting('tcp_keepalives_count'), pg_backend_pid()";
        let row = connection.query_one(settings, &[]).await?;
        let keepalives: [String; 3] = [row.try_get(0)?, row.try_get(1)?, row.try_get(2)?];
        assert_eq!(keepalives, ["10", "5", "4"], "in a COPY nothing else finds out");
        until_gone(database, row.try_get(3)?).await;
        Ok::<_, web::Error>(())
    };
    fixture.app.database().write_idempotent(db::Claims::none(), &budget, stand_still).await.unwrap();
}
