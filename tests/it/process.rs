//! The real binaries, driven through a stand-in of the Lambda runtime API.

use std::time::Duration;

use serde_json::Value;
use support::lambda::Lambda;
use support::{Event, binary};

use crate::pool::connections;

const FILE: &str =
    "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><A HREF=\"https://example.com/\">x</A></DL><p>";

#[tokio::test]
async fn the_binaries_answer_requests_and_share_what_they_store() {
    let database = support::database();
    let url = database.url();
    let env = [("DATABASE_URL", url.as_str())];
    let import = Lambda::start(&binary("import"), &env).unwrap();
    let answer = import.invoke(&Event::post("/?filename=x.html").text(FILE)).await.unwrap();
    assert_eq!(answer.status.as_u16(), 201);
    assert_eq!(answer.json::<Value>()["import_job"]["imported_count"], 1);

    let db_test = Lambda::start(&binary("db-test"), &env).unwrap();
    let answer = db_test.invoke(&Event::get("/")).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.json::<Value>()["database"]), (200, &"connected".into()));

    let list = Lambda::start(&binary("list-projects"), &env).unwrap();
    let answer = list.invoke(&Event::get("/")).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.json::<Value>()["next_cursor"]), (200, &Value::Null));
}

#[tokio::test]
async fn the_binary_serves_the_page() {
    let env = [("DATABASE_URL", "postgresql://me:pass@127.0.0.1:1/app")];
    let function = Lambda::start(&binary("import"), &env).unwrap();
    let event = Event::get("/").without_header("accept").header("accept", "text/html");
    for _ in 0..3 {
        let answer = function.invoke(&event).await.unwrap();
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (200, Some("text/html; charset=utf-8"))
        );
        assert!(answer.text().len() > 20_000, "{}", answer.text());
    }
}

#[tokio::test]
async fn a_wrong_url_is_said_in_the_log_by_its_part_and_answered_500() {
    let env = [("DATABASE_URL", "postgresql://me:canary@db.example:port/app")];
    let function = Lambda::start(&binary("db-test"), &env).unwrap();
    let answer = function.invoke(&Event::get("/")).await.unwrap();
    assert_eq!(answer.status.as_u16(), 500);
    let log = function.logged("DATABASE_URL: port: is not a number from 1 to 65535").await;
    assert!(!log.contains("canary") && !answer.json::<Value>().to_string().contains("canary"), "{log}");
}

#[tokio::test]
async fn logs_are_json_on_lambda_and_name_the_request() {
    let database = support::database();
    let url = database.url();
    let env = [("DATABASE_URL", url.as_str()), ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")];
    let function = Lambda::start(&binary("db-test"), &env).unwrap();
    function.invoke(&Event::get("/nothing")).await.unwrap();
    let log = function.logged("refused").await;
    let line = log.lines().find(|line| line.contains("refused")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&line["status"], &line["path"], &line["level"]),
        (&404.into(), &"/nothing".into(), &"INFO".into())
    );
    assert!(line["request_id"].as_str().is_some_and(|id| id.len() >= 32), "{line}");
}

#[tokio::test]
async fn an_import_killed_midway_leaves_no_bookmarks_and_a_job_that_is_told_as_failed() {
    let database = support::database();
    let url = database.url();
    let env = [("DATABASE_URL", url.as_str())];
    let function = Lambda::start(&binary("import"), &env).unwrap();
    function.init_duration().await.unwrap();

    // Holding the table stops the import between its job's commit and its own.
    let blocker = database.client().await;
    blocker.batch_execute("BEGIN; LOCK TABLE bookmarks IN EXCLUSIVE MODE").await.unwrap();
    let event = Event::post("/").text(FILE);
    let request = function.invoke(&event);
    let kill = async {
        let watcher = database.client().await;
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                       AND wait_event_type = 'Lock' AND application_name = 'branchline'";
        while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        function.kill();
    };
    let (outcome, ()) = tokio::join!(request, kill);
    assert!(outcome.is_err());
    blocker.batch_execute("ROLLBACK").await.unwrap();
    for _ in 0..2_000 {
        if connections(&database).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let reader = database.client().await;
    let row = reader
        .query_one("SELECT status, (SELECT count(*) FROM bookmarks) FROM import_jobs", &[])
        .await
        .unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, i64>(1)), ("importing", 0));
    // Its lock goes with its connection, which the server notices when it has something to say; the seconds
    // of grace are taken off here.
    reader
        .batch_execute("UPDATE import_jobs SET started_at = started_at - interval '1 minute'")
        .await
        .unwrap();
    let function = Lambda::start(&binary("import"), &env).unwrap();
    let jobs = function.invoke(&Event::get("/")).await.unwrap().json::<Value>();
    assert_eq!(jobs["import_jobs"][0]["status"], "failed", "{jobs}");
    let again = function.invoke(&event).await.unwrap();
    assert_eq!(
        (again.status.as_u16(), &again.json::<Value>()["import_job"]["imported_count"]),
        (201, &1.into())
    );
}
