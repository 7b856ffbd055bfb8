//! The pool: its size, its age, and connections that lead nowhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::join_all;
use harness::{Fixture, Seen, app, call, count_connections, lock_tables, until_busy};
use serde_json::Value;
use store::{App, Config};
use support::lambda::Lambda;
use support::proxy::{Admission, Cut, Delays};
use support::{Data, Event, Options, Postgres, Proxy, binary};

const FILE: &str =
    "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><A HREF=\"https://example.com/\">x</A></DL><p>";

/// Returns the cost of a request for details, by its own report.
fn spent(seen: &Seen) -> &Value {
    assert_eq!(seen.status, 200, "{}", seen.body);
    &seen.body["request"]
}

/// A fixture behind a proxy, with a clock that the test moves.
struct Timed {
    fixture: Fixture,
    proxy: Proxy,
    seconds: Arc<AtomicU64>,
}

impl Timed {
    fn new() -> Self {
        let database = support::database();
        let proxy = Proxy::start(database.server().port()).unwrap();
        let url = proxy.url(&database.url());
        let config = Config::from_lookup(|name| (name == "DATABASE_URL").then(|| url.clone())).unwrap();
        let seconds = Arc::new(AtomicU64::new(0));
        let (elapsed, start) = (Arc::clone(&seconds), SystemTime::now());
        let clock = move || start + Duration::from_secs(elapsed.load(Ordering::Relaxed));
        let app = App::with_clock(config, Arc::new(clock)).unwrap();
        Self { fixture: Fixture { database, app }, proxy, seconds }
    }

    fn pass(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Reads, and returns the response and the number of connections so far.
    async fn read(&self) -> (Seen, u64) {
        let seen = self.fixture.call(db_test::handle, Event::get("/?details=true")).await;
        (seen, self.proxy.traffic().connections)
    }
}

#[tokio::test]
async fn a_connection_is_discarded_when_it_was_idle_for_almost_as_long_as_neon_takes_to_suspend() {
    let timed = Timed::new();
    timed.read().await;
    timed.pass(269);
    let (seen, connections) = timed.read().await;
    assert_eq!(
        (connections, &spent(&seen)["stale_discards"], &spent(&seen)["connects"]),
        (1, &0.into(), &0.into())
    );
    timed.pass(271);
    let (seen, connections) = timed.read().await;
    assert_eq!(
        (connections, &spent(&seen)["stale_discards"], &spent(&seen)["connects"]),
        (2, &1.into(), &1.into())
    );
    timed.pass(1);
    timed.proxy.lose();
    let (seen, connections) = timed.read().await;
    assert_eq!(
        (connections, &spent(&seen)["stale_discards"], &spent(&seen)["retries"]),
        (3, &1.into(), &1.into()),
        "one that leads nowhere"
    );
}

#[tokio::test]
async fn a_handshake_made_ahead_is_used_within_five_seconds_and_then_replaced() {
    for (seconds, expected) in [(5, 1), (6, 2)] {
        let timed = Timed::new();
        timed.fixture.app.database().preconnect();
        while timed.proxy.traffic().to_client == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        timed.pass(seconds);
        let (seen, connections) = timed.read().await;
        assert_eq!((connections, &spent(&seen)["round_trips"]), (expected, &1.into()), "after {seconds} s");
    }
}

#[tokio::test]
async fn a_connection_that_leads_nowhere_costs_no_request_an_error_and_one_reconnect() {
    let timed = Timed::new();
    let Timed { fixture, proxy, .. } = &timed;
    timed.read().await;
    let mut connections = 1;
    let mut after_a_loss = async |event: Event, status| {
        tokio::time::sleep(Duration::from_millis(20)).await;
        timed.pass(1);
        assert_eq!(proxy.lose(), 1);
        let seen = fixture.call(import::handle, event).await;
        assert_eq!(seen.status, status, "{}", seen.body);
        connections += 1;
        assert_eq!(proxy.traffic().connections, connections);
        proxy.cut(Cut::Close);
        // Its end is seen before the next request.
        assert_eq!(fixture.call(import::handle, Event::get("/")).await.status, 200);
        connections += 1;
        seen
    };
    let imported = after_a_loss(Event::post("/").text(FILE), 201).await;
    after_a_loss(Event::get("/"), 200).await;
    let job = imported.body["import_job"]["id"].as_str().unwrap();
    after_a_loss(Event::delete(&format!("/{job}")), 200).await;
}

#[tokio::test]
async fn a_connection_that_was_idle_proves_itself_however_long_its_statement_takes() {
    let timed = Timed::new();
    timed.read().await;
    timed.pass(1);
    let blocker = lock_tables(&timed.fixture.database, "projects").await;
    let release = async {
        // More than the second in which a server has to show a sign of life.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        blocker.batch_execute("ROLLBACK").await.unwrap();
    };
    let ((seen, connections), ()) = tokio::join!(timed.read(), release);
    assert_eq!((connections, &spent(&seen)["retries"]), (1, &0.into()));
}

#[tokio::test]
async fn a_server_that_is_gone_costs_a_warm_function_less_than_five_seconds() {
    let timed = Timed::new();
    timed.read().await;
    timed.pass(1);
    timed.proxy.lose();
    timed.proxy.admit(Admission::Swallow);
    let begun = Instant::now();
    timed.fixture.call(list_projects::handle, Event::get("/")).await.problem(503);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// Has the server fail statements on a table for another transaction's sake, so many times.
async fn conflicts(fixture: &Fixture, statement: &str, times: u32) {
    // A sequence's number is not taken back with its transaction.
    let sql = format!(
        "CREATE SEQUENCE tried;
         CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF nextval('tried') <= {times} THEN RAISE 'deadlock detected' USING ERRCODE = '40P01'; END IF;
           RETURN NULL;
         END $$;
         CREATE TRIGGER conflict BEFORE {statement} EXECUTE FUNCTION conflict()"
    );
    fixture.execute(&sql).await;
}

#[tokio::test]
async fn a_request_that_a_deadlock_rolls_back_is_retried_once() {
    for (times, status, job) in [(1, 201, "completed"), (2, 503, "failed")] {
        let timed = Timed::new();
        conflicts(&timed.fixture, "INSERT ON bookmarks", times).await;
        let seen = timed.fixture.call(import::handle, Event::post("/").text(FILE)).await;
        assert_eq!(seen.status, status, "{}", seen.body);
        assert_eq!(timed.fixture.ask("SELECT string_agg(status, ' ') FROM import_jobs").await, job);
        let stored = u32::from(status == 201).to_string();
        assert_eq!(timed.fixture.ask("SELECT count(*) FROM bookmarks").await, stored);
    }
    let timed = Timed::new();
    let job = timed.fixture.call(import::handle, Event::post("/").text(FILE)).await.body["import_job"]["id"]
        .clone();
    conflicts(&timed.fixture, "DELETE ON import_jobs", 1).await;
    let seen =
        timed.fixture.call(import::handle, Event::delete(&format!("/{}", job.as_str().unwrap()))).await;
    assert_eq!((seen.status, &seen.body["bookmarks_removed"]), (200, &1.into()), "{}", seen.body);
}

#[tokio::test]
async fn a_read_is_retried_when_its_connection_is_lost_under_it() {
    let timed = Timed::new();
    timed.read().await;
    let blocker = lock_tables(&timed.fixture.database, "projects").await;
    let lose = async {
        until_busy(&timed.fixture.database, 1).await;
        timed.proxy.cut(Cut::Reset);
        blocker.batch_execute("ROLLBACK").await.unwrap();
    };
    let ((seen, connections), ()) = tokio::join!(timed.read(), lose);
    assert_eq!((connections, &spent(&seen)["retries"]), (2, &1.into()));
}

/// Sends a request, and cuts its connection when `is_done` holds on the server, whose answer is still on its
/// way then.
async fn cut_before_the_answer(timed: &Timed, event: Event, is_done: &str) -> Seen {
    let Timed { fixture, proxy, .. } = timed;
    let slow = Duration::from_secs(2);
    proxy.set_delays(Delays { to_server: Duration::ZERO, to_client: slow });
    let cut = async {
        while fixture.ask(is_done).await != "true" {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(proxy.cut(Cut::Reset) > 0);
        proxy.set_delays(Delays::default());
    };
    tokio::join!(fixture.call(import::handle, event), cut).0
}

#[tokio::test]
async fn an_import_whose_commit_was_not_answered_is_found_and_answered_as_done() {
    let timed = Timed::new();
    timed.read().await;
    let is_done = "SELECT EXISTS (SELECT FROM import_jobs WHERE status = 'completed')";
    let seen = cut_before_the_answer(&timed, Event::post("/").text(FILE), is_done).await;
    assert_eq!((seen.status, &seen.body["bookmarks_count"]), (201, &1.into()), "{}", seen.body);
    assert_eq!(seen.body["bookmarks_sample"][0]["url"], "https://example.com/");
    assert_eq!(timed.fixture.ask("SELECT count(*) FROM import_jobs").await, "1");
    assert_eq!(timed.fixture.ask("SELECT count(*) FROM bookmarks").await, "1");
}

#[tokio::test]
async fn an_import_whose_connection_is_lost_midway_is_stored_once() {
    let timed = Timed::new();
    let Timed { fixture, proxy, .. } = &timed;
    timed.read().await;
    let blocker = lock_tables(&fixture.database, "bookmarks").await;
    let lose = async {
        until_busy(&fixture.database, 1).await;
        assert_eq!(proxy.cut(Cut::Reset), 1);
        // The second attempt waits for the first one's transaction, which the server has yet to end.
        until_busy(&fixture.database, 2).await;
        blocker.batch_execute("ROLLBACK").await.unwrap();
    };
    let (seen, ()) = tokio::join!(fixture.call(import::handle, Event::post("/").text(FILE)), lose);
    assert_eq!((seen.status, &seen.body["bookmarks_count"]), (201, &1.into()), "{}", seen.body);
    assert_eq!(fixture.ask("SELECT count(*) FROM import_jobs").await, "1");
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "1");
}

#[tokio::test]
async fn an_undo_whose_commit_was_not_answered_says_that_the_job_is_gone() {
    let timed = Timed::new();
    let job = timed.fixture.call(import::handle, Event::post("/").text(FILE)).await.body["import_job"]["id"]
        .clone();
    let is_done = "SELECT NOT EXISTS (SELECT FROM import_jobs)";
    let event = Event::delete(&format!("/{}", job.as_str().unwrap()));
    let seen = cut_before_the_answer(&timed, event, is_done).await;
    assert!(seen.problem(404).contains("any more"), "{}", seen.body);
    assert_eq!(timed.fixture.ask("SELECT count(*) FROM bookmarks").await, "0");
}

#[tokio::test]
async fn a_request_without_a_free_connection_is_answered_503_within_five_seconds() {
    let database = support::database();
    let app = app(&database.url(), &[("DATABASE_POOL_SIZE", "1"), ("DATABASE_MAX_OVERFLOW", "0")]);
    let blocker = lock_tables(&database, "projects").await;
    let first = call(&app, list_projects::handle, Event::get("/"));
    let second = async {
        until_busy(&database, 1).await;
        let begun = Instant::now();
        let seen = call(&app, list_projects::handle, Event::get("/")).await;
        let elapsed = begun.elapsed();
        blocker.batch_execute("ROLLBACK").await.unwrap();
        (seen, elapsed)
    };
    let (first, (second, elapsed)) = tokio::join!(first, second);
    assert_eq!(first.status, 200);
    second.problem(503);
    assert_eq!(second.headers["retry-after"], "1");
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
}

#[tokio::test]
async fn as_many_requests_as_one_environment_takes_are_served_at_once_each_by_its_connection() {
    let database = support::database();
    let url = database.url();
    let env = [
        ("DATABASE_URL", url.as_str()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances"),
        ("AWS_LAMBDA_MAX_CONCURRENCY", "4"),
    ];
    let function = Lambda::start(&binary("list-projects"), &env).unwrap();
    function.init_duration().await.unwrap();
    let event = Event::get("/");
    for _ in 0..2 {
        let blocker = lock_tables(&database, "projects").await;
        let requests = join_all((0..4).map(|_| function.invoke(&event)));
        let release = async {
            until_busy(&database, 4).await;
            blocker.batch_execute("ROLLBACK").await.unwrap();
        };
        for answer in tokio::join!(requests, release).0 {
            assert_eq!(answer.unwrap().status.as_u16(), 200);
        }
        assert_eq!(count_connections(&database).await, 4);
    }
}

#[tokio::test]
async fn a_process_that_is_ended_takes_leave_of_the_server_and_one_that_is_killed_cannot() {
    let server = Postgres::start(&Options { data: Data::Temporary, durable: false }).unwrap();
    server.create_database("app").unwrap();
    support::migrate(&server, "app").unwrap();
    // At this level the server logs sessions that ended without a word.
    let verbose = "ALTER SYSTEM SET log_min_messages = debug1";
    let status = server.psql("app").args(["-c", verbose, "-c", "SELECT pg_reload_conf()"]).status().unwrap();
    assert!(status.success());
    let url = server.url("app");
    let env = [("DATABASE_URL", url.as_str()), ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")];
    let torn = "unexpected EOF on client connection";
    let ended = async |kill: bool| {
        let before = server.log().unwrap().len();
        let function = Lambda::start(&binary("list-projects"), &env).unwrap();
        assert_eq!(function.invoke(&Event::get("/")).await.unwrap().status.as_u16(), 200);
        if kill {
            function.kill();
        } else {
            assert_eq!(function.extensions().len(), 1);
            assert!(function.shut_down().await.success(), "{}", function.stderr());
        }
        let (client, connection) = pg::connect(&pg::Url::parse(&url).unwrap()).await.unwrap();
        tokio::spawn(connection);
        let ours = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'branchline'";
        while client.query_one(ours, &[]).await.unwrap().get::<_, i64>(0) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.log().unwrap()[before..].to_owned()
    };
    let log = ended(false).await;
    assert!(!log.contains(torn), "{log}");
    let log = ended(true).await;
    assert!(log.contains(torn), "the test sees what it looks for: {log}");
}
