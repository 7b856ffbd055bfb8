//! The real binaries, driven through a stand-in of the Lambda runtime API.

use serde_json::Value;
use support::lambda::Lambda;
use support::{Event, binary};

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
