//! PgBouncer as its clients meet it.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{PgBouncer, empty_database, pgbouncer};
use tokio_postgres::Client;

/// None where the machine has no PgBouncer and cannot get one.
fn start(pool_size: u32) -> Option<PgBouncer> {
    match PgBouncer::start(empty_database().server(), pool_size) {
        Ok(started) => Some(started),
        Err(pgbouncer::Error::Absent(reason)) => {
            support::skipped(reason);
            None
        }
        Err(error) => panic!("{error}"),
    }
}

async fn connect(url: &str) -> Result<Client, pg::Error> {
    let (client, connection) = pg::connect(&pg::Url::parse(url).unwrap()).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn number(client: &Client, query: &str) -> i64 {
    client.query_typed(query, &[]).await.unwrap()[0].get(0)
}

#[tokio::test]
async fn clients_share_connections_that_are_encrypted_on_both_sides() {
    let Some(pooler) = start(1) else { return };
    let database = empty_database();
    let url = pooler.url(database.name());
    let (one, other) = (connect(&url).await.unwrap(), connect(&url).await.unwrap());
    let pid = "select pg_backend_pid()::int8";
    assert_eq!(number(&one, pid).await, number(&other, pid).await);
    assert_eq!(
        number(&one, "select count(*) from pg_stat_ssl where pid = pg_backend_pid() and ssl").await,
        1
    );

    let plain = url.replace("sslmode=require", "sslmode=disable");
    assert!(connect(&plain).await.err().unwrap().to_string().contains("SSL required"));
    let wrong = url.replacen("branchline:", "branchline:x", 1);
    assert!(connect(&wrong).await.is_err());
}

#[tokio::test]
async fn what_a_session_sets_reaches_the_next_client() {
    let Some(pooler) = start(1) else { return };
    let url = pooler.url("postgres");
    connect(&url).await.unwrap().batch_execute("set work_mem = '5MB'").await.unwrap();
    let other = connect(&url).await.unwrap();
    let rows = other.query_typed("select current_setting('work_mem')", &[]).await.unwrap();
    assert_eq!(rows[0].get::<_, &str>(0), "5MB");
}

#[tokio::test]
async fn named_statements_of_two_clients_meet() {
    let Some(pooler) = start(1) else { return };
    let url = pooler.url("postgres");
    let (one, other) = (connect(&url).await.unwrap(), connect(&url).await.unwrap());
    one.batch_execute("prepare mine as select 1").await.unwrap();
    let error = other.batch_execute("prepare mine as select 1").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42P05");
}

#[test]
fn a_pooler_that_is_gone_leaves_no_folder_and_nobody_listening() {
    let Some(pooler) = start(1) else { return };
    let (port, home) = (pooler.port(), home(&pooler.url("postgres")));
    assert!(home.exists());
    drop(pooler);
    assert!(!home.exists() && !is_listening(port));
}

#[test]
fn a_process_killed_with_sigkill_leaves_no_folder_and_nobody_listening() {
    if start(1).is_none() {
        return;
    }
    // Cargo builds a package's examples along with its tests, into the folder beside theirs.
    let examples = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    let mut helper =
        Command::new(examples.join("until_killed")).arg("pgbouncer").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(helper.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (port, url) = line.trim().split_once(' ').unwrap();
    let (port, home) = (port.parse().unwrap(), home(url));
    assert!(home.exists() && is_listening(port));

    // Child::kill sends SIGKILL.
    helper.kill().unwrap();
    helper.wait().unwrap();

    let patience = Instant::now() + Duration::from_secs(10);
    while (home.exists() || is_listening(port)) && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!home.exists() && !is_listening(port));
}

/// The certificate authority is in it.
fn home(url: &str) -> PathBuf {
    Path::new(url.rsplit_once('=').unwrap().1).parent().unwrap().to_owned()
}

fn is_listening(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
