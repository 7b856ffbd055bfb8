//! The output of requests about themselves: log lines, metrics, echoed statements.

use std::time::Duration;

use harness::{Fixture, app, call};
use serde_json::{Value, json};
use support::lambda::Lambda;
use support::neon::message;
use support::{Event, NeonProxy, TestDatabase, binary, project_root};
use web::telemetry::metrics;

/// So many lines of JSON that a condition holds for, as soon as they have come through the function's pipe.
async fn lines(text: impl Fn() -> String, count: usize, is_wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    for _ in 0..500 {
        let text = text();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let lines: Vec<Value> = lines.filter(&is_wanted).collect();
        if lines.len() == count {
            return lines;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{count} lines are waited for in vain: {}", text());
}

/// The line that CloudWatch makes metrics of.
async fn metrics_line(function: &Lambda) -> Value {
    lines(|| function.stdout(), 1, |line| line["_aws"].is_object()).await.remove(0)
}

/// Ends every connection of ours to a database, as a server does that shuts down.
async fn end_connections(database: &TestDatabase) {
    let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'branchline'";
    assert_eq!(database.client().await.query_one(end, &[]).await.unwrap().get::<_, i64>(0), 1);
}

#[tokio::test]
async fn each_requests_line_tells_what_it_cost_and_metrics_tell_of_discards() {
    let database = support::database();
    let url = database.url();
    let function = Lambda::start(&binary("list-projects"), &[("DATABASE_URL", url.as_str())]).unwrap();
    for _ in 0..2 {
        assert_eq!(function.invoke(&Event::get("/")).await.unwrap().status.as_u16(), 200);
    }
    assert_eq!(function.stdout(), "", "there is nothing to count");
    end_connections(&database).await;
    assert_eq!(function.invoke(&Event::get("/")).await.unwrap().status.as_u16(), 200);

    let costs = |cold: bool, connects: u32, stale_discards: u32| {
        json!({
            "cold": cold, "connects": connects, "connect_retries": 0, "stale_discards": stale_discards,
            "retries": 0, "round_trips": 1,
        })
    };
    let expected = [costs(true, 1, 0), costs(false, 0, 0), costs(false, 1, 1)];
    let lines = lines(|| function.stderr(), 3, |line| line["message"] == "answered").await;
    for (line, expected) in lines.iter().zip(&expected) {
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&line[field], value, "{field} in {line}");
        }
        assert!(line["database_ms"].as_f64().unwrap() > 0.0, "{line}");
    }

    let line = metrics_line(&function).await;
    assert_eq!((&line[metrics::DIMENSION], &line[metrics::STALE_DISCARD]), (&json!("function"), &json!(1)));
    let definition = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(definition["Namespace"], metrics::NAMESPACE);
    assert_eq!(definition["Dimensions"], json!([[metrics::DIMENSION]]));
    assert_eq!(definition["Metrics"], json!([{ "Name": metrics::STALE_DISCARD, "Unit": "Count" }]));
}

#[tokio::test]
async fn attempts_at_a_connection_are_counted() {
    let database = support::database();
    let neon = NeonProxy::start(database.server()).unwrap();
    neon.fail_next(2, message::COULD_NOT_CONNECT);
    let url = neon.url(database.name());
    let function = Lambda::start(&binary("db-test"), &[("DATABASE_URL", url.as_str())]).unwrap();
    let answer = function.invoke(&Event::get("/?details=true")).await.unwrap();
    assert_eq!(answer.json::<Value>()["request"]["connect_retries"], 2);
    assert_eq!(metrics_line(&function).await[metrics::CONNECT_RETRY], 2);
}

/// The template's lines, each with what an alarm on the metrics of ours has to say.
#[test]
fn the_alarms_are_on_the_metrics_that_functions_write() {
    let template = std::fs::read_to_string(project_root().join("template.yaml")).unwrap();
    let lines: Vec<&str> = template.lines().map(str::trim).collect();
    let namespace = format!("Namespace: {}", metrics::NAMESPACE);
    let alarms: Vec<&[&str]> = lines.windows(3).filter(|lines| lines[0] == namespace).collect();
    let names: Vec<&str> = alarms.iter().map(|alarm| alarm[1].trim_start_matches("MetricName: ")).collect();
    assert_eq!(names, [metrics::CONNECT_RETRY, metrics::STALE_DISCARD]);
    for alarm in alarms {
        // The functions' variable AWS_LAMBDA_FUNCTION_NAME is what a reference to the resource gives.
        let dimension = format!(
            "Dimensions: [{{ Name: {}, Value: {{ Ref: !Sub \"${{Function}}\" }} }}]",
            metrics::DIMENSION
        );
        assert_eq!(alarm[2], dimension);
    }
}

#[tokio::test]
async fn statements_are_echoed_without_parameters_and_not_at_all_on_lambda() {
    let database = support::database();
    let url = database.url();
    let echoed = async |initialization: &str| {
        let env = [
            ("DATABASE_URL", url.as_str()),
            ("DATABASE_ECHO", "true"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", initialization),
        ];
        let function = Lambda::start(&binary("search"), &env).unwrap();
        let answer = function.invoke(&Event::get("/?q=a-parameter")).await.unwrap();
        assert_eq!(answer.status.as_u16(), 200);
        // All that it wrote comes with its end.
        function.shut_down().await;
        function.stderr()
    };
    let log = echoed("").await;
    assert!(log.contains("SELECT search_catch_up(") && !log.contains("a-parameter"), "{log}");
    let log = echoed("on-demand").await;
    assert!(!log.contains("search_catch_up"), "{log}");
    assert!(log.contains("DATABASE_ECHO: is for development and ignored on Lambda"), "{log}");
}

#[tokio::test]
async fn head_is_answered_as_get_without_a_body() {
    let fixture = Fixture::new();
    let (get, head) = (http::Method::GET, http::Method::HEAD);
    let missing = "/00000000-0000-7000-8000-000000000000";
    for target in ["/", "/?details=true", "/nothing", "/?limit=x", missing] {
        macro_rules! compare {
            ($handle:path) => {{
                let [get, head] = [&get, &head].map(|method| Event::new(method.clone(), target));
                let (get, head) =
                    (call(&fixture.app, $handle, get).await, call(&fixture.app, $handle, head).await);
                assert_eq!((head.status, &head.headers), (get.status, &get.headers), "{target}");
                assert!(get.body != "" && head.body == "", "{target}: {}", head.body);
            }};
        }
        compare!(db_test::handle);
        compare!(list_projects::handle);
        compare!(search::handle);
        compare!(import::handle);
    }
    let away = app("postgresql://u:p@localhost:1/d?sslmode=require", &[]);
    let seen = call(&away, db_test::handle, Event::new(head, "/")).await;
    assert_eq!((seen.status, seen.body), (503, "".into()));
}
