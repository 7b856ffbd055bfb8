//! What the functions do when the database is away, wrong or not to be trusted.

use std::time::{Duration, Instant};

use support::{Data, Event, Options, Postgres, Shutdown};

use crate::function::{app, call};

fn server() -> Postgres {
    Postgres::start(&Options { data: Data::Temporary, durable: false }).unwrap()
}

#[tokio::test]
async fn every_function_answers_503_within_five_seconds_where_nothing_listens() {
    // Port 1 of loopback is reserved and closed.
    let app = app("postgresql://u:canary@localhost:1/d?sslmode=require", &[]);
    let begun = Instant::now();
    let body = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL></DL>";
    for seen in [
        call(&app, db_test::handle, Event::get("/")).await,
        call(&app, list_projects::handle, Event::get("/")).await,
        call(&app, import::handle, Event::post("/").text(body)).await,
    ] {
        seen.problem(503);
        assert!(seen.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
        assert!(!seen.body.to_string().contains("localhost"), "{}", seen.body);
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_costs_less_than_five_seconds() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let app = app(&format!("postgresql://u:p@127.0.0.1:{port}/d?sslmode=require"), &[]);
    let begun = Instant::now();
    call(&app, db_test::handle, Event::get("/")).await.problem(503);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_server_signed_by_another_authority_is_refused() {
    let (one, other) = (server(), server());
    let url = |server: &Postgres, ca: &Postgres| {
        let url = server.url("postgres");
        let (before, _) = url.split_once("sslrootcert=").unwrap();
        format!("{before}sslrootcert={}", ca.ca_file().display())
    };
    assert!(pg::connect(&pg::Url::parse(&url(&one, &one)).unwrap()).await.is_ok());
    let refused = pg::connect(&pg::Url::parse(&url(&one, &other)).unwrap()).await.err().unwrap();
    assert!(matches!(refused, pg::Error::Tls { failure: pg::TlsFailure::UnknownIssuer, .. }), "{refused}");
    call(&app(&url(&one, &other), &[]), db_test::handle, Event::get("/")).await.problem(500);
}

#[tokio::test]
async fn a_server_of_another_name_is_refused() {
    let server = server();
    let url = server.url("postgres").replace("@localhost:", "@db.example:") + "&hostaddr=127.0.0.1";
    let refused = pg::connect(&pg::Url::parse(&url).unwrap()).await.err().unwrap();
    assert!(matches!(refused, pg::Error::Tls { failure: pg::TlsFailure::WrongHost, .. }), "{refused}");
}

#[tokio::test]
async fn channel_binding_and_direct_tls_work_against_a_real_server() {
    let server = server();
    for parameters in
        ["channel_binding=require", "sslnegotiation=direct", "sslnegotiation=direct&channel_binding=require"]
    {
        let url = format!("{}&{parameters}", server.url("postgres"));
        let (client, connection) = pg::connect(&pg::Url::parse(&url).unwrap()).await.unwrap();
        let task = tokio::spawn(connection);
        let row =
            client.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).await.unwrap();
        assert!(row.get::<_, bool>(0), "{parameters}");
        drop(client);
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_server_that_restarted_costs_no_request_an_error() {
    let mut server = server();
    server.create_database("app").unwrap();
    support::migrate(&server, "app").unwrap();
    let app = app(&server.url("app"), &[]);
    assert_eq!(call(&app, db_test::handle, Event::get("/")).await.status, 200);
    server.halt(Shutdown::Fast).unwrap();
    call(&app, db_test::handle, Event::get("/")).await.problem(503);
    server.resume().unwrap();
    assert_eq!(call(&app, db_test::handle, Event::get("/")).await.status, 200);
}
