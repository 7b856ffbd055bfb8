//! The check of the database.

use harness::{Fixture, app, call};
use serde_json::json;
use support::{Event, NeonProxy, PgBouncer, pgbouncer};

#[tokio::test]
async fn it_reports_the_fields_of_the_old_stack() {
    let fixture = Fixture::new();
    fixture.execute("INSERT INTO projects (name) VALUES ('a'), ('b')").await;
    let seen = fixture.call(db_test::handle, Event::get("/")).await;
    assert_eq!(seen.status, 200);
    assert_eq!(
        seen.body,
        json!({
            "database": "connected",
            "provider": "PostgreSQL",
            "projects_count": 2,
            "message": "Database connection successful! 🎉",
        })
    );
}

#[tokio::test]
async fn details_tell_server_tls_schema_and_pool() {
    let fixture = Fixture::new();
    let seen = fixture.call(db_test::handle, Event::get("/?details=true")).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert!(seen.body["server_version"].as_str().unwrap().starts_with("17."));
    assert_eq!(seen.body["tls_version"], "TLSv1.3");
    assert_eq!(seen.body["pool"], json!({"size": 1, "idle": 0, "max": 15}));
    assert!(seen.body["schema_version"].as_i64().unwrap() >= 17, "{}", seen.body);
    assert!(seen.body["latency_ms"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn the_version_of_tls_is_the_functions_own_whatever_a_pooler_has_behind_it() {
    let database = support::database();
    let version = async |url: &str| {
        let seen = call(&app(url, &[]), db_test::handle, Event::get("/?details=true")).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        seen.body["tls_version"].clone()
    };
    assert_eq!(version(&database.url()).await, "TLSv1.3");
    assert_eq!(version(&(database.url() + "&sslnegotiation=postgres")).await, "TLSv1.3");
    let neon = NeonProxy::start(database.server()).unwrap();
    assert_eq!(version(&neon.pooled_url(database.name())).await, "TLSv1.3");

    // TLS 1.3 is what this pooler has behind it.
    let settings = "client_tls_protocols = tlsv1.2";
    match PgBouncer::start_with(database.server(), 1, settings) {
        Ok(pooler) => assert_eq!(version(&pooler.url(database.name())).await, "TLSv1.2"),
        Err(pgbouncer::Error::Absent(reason)) => support::skipped(reason),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn other_paths_methods_and_parameters_are_refused() {
    let fixture = Fixture::new();
    fixture.call(db_test::handle, Event::get("/nothing")).await.problem(404);
    let seen = fixture.call(db_test::handle, Event::post("/")).await;
    seen.problem(405);
    assert_eq!(seen.headers["allow"], "GET, HEAD");
    fixture.call(db_test::handle, Event::get("/?details=perhaps")).await.problem(400);
    assert!(
        fixture.call(db_test::handle, Event::get("/?detials=true")).await.problem(400).contains("detials")
    );
}

#[tokio::test]
async fn a_database_without_a_schema_is_a_misconfiguration() {
    let fixture = Fixture::with(support::empty_database(), &[]);
    let seen = fixture.call(db_test::handle, Event::get("/")).await;
    assert!(seen.problem(500).contains("misconfigured"));
}

#[tokio::test]
async fn a_role_that_is_refused_is_a_misconfiguration_and_not_shown() {
    let fixture = Fixture::new();
    let url = fixture.database.url().replacen(":", ":canary-", 2).replacen(":canary-//", "://", 1);
    assert!(url.contains("canary"), "the password was not replaced");
    let seen = call(&app(&url, &[]), db_test::handle, Event::get("/")).await;
    seen.problem(500);
    assert!(!seen.body.to_string().contains("canary"));
}
