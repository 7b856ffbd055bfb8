//! The stand-in for Neon's proxy as its clients meet it.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pg::Class;
use support::neon::{ENDPOINT, Farewell, message};
use support::{NeonProxy, Postgres, empty_database};
use tokio_postgres::Client;

fn server() -> &'static Postgres {
    empty_database().server()
}

fn start() -> NeonProxy {
    NeonProxy::start(server()).unwrap()
}

async fn connect(url: &str) -> Result<Client, pg::Error> {
    let (client, connection) = pg::connect(&pg::Url::parse(url).unwrap()).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// The text of an error of the proxy's own.
async fn refusal(url: &str) -> String {
    let error = connect(url).await.err().unwrap();
    let error = error.as_db_error().unwrap();
    assert_eq!((error.severity(), error.code().code()), ("ERROR", "XX000"));
    error.message().to_owned()
}

async fn text(client: &Client, query: &str) -> String {
    client.query_one(query, &[]).await.unwrap().get(0)
}

/// psql with what a URL cannot say to it, on a database of the server.
fn psql(neon: &NeonProxy, url: &str) -> Command {
    let mut psql = server().psql("postgres");
    let host = url.split_once('@').unwrap().1.split_once(':').unwrap().0;
    psql.env("PGHOST", host).env("PGHOSTADDR", "127.0.0.1").env("PGPORT", neon.port().to_string());
    psql.env("PGSSLROOTCERT", neon.ca_file()).env("PGCHANNELBINDING", "require");
    psql
}

#[tokio::test]
async fn sessions_pass_with_every_way_of_tls_and_scram() {
    let neon = start();
    let parameters = ["", "&sslnegotiation=direct", "&channel_binding=require", "&channel_binding=disable"];
    for (count, parameters) in (1..).zip(parameters) {
        for url in [neon.url("postgres"), neon.pooled_url("postgres")] {
            let parsed = pg::Url::parse(&url).unwrap();
            assert!(parsed.is_neon() && parsed.is_pooler() == url.contains("-pooler"));
            let client = connect(&(url + parameters)).await.unwrap();
            assert_eq!(text(&client, "select current_user::text").await, "branchline");
        }
        assert_eq!(neon.logins(), 2 * count);
    }
}

#[test]
fn libpq_gets_through_and_its_requests_to_cancel_too() {
    let neon = start();
    for negotiation in ["postgres", "direct"] {
        let mut psql = psql(&neon, &neon.url("postgres"));
        psql.env("PGSSLNEGOTIATION", negotiation).args(["--command", "select pg_sleep(61)"]);
        let psql = psql.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let patience = Instant::now() + Duration::from_secs(20);
        let asleep = "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and query = 'select \
                      pg_sleep(61)'";
        let is_asleep = || {
            let said = server().psql("postgres").args(["-Atc", asleep]).output().unwrap();
            said.stdout == b"1\n"
        };
        while !is_asleep() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(neon.sessions(), 1);
        let pid = rustix::process::Pid::from_child(&psql);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        let said = String::from_utf8(psql.wait_with_output().unwrap().stderr).unwrap();
        assert!(said.contains("canceling statement due to user request"), "{said}");
        while neon.sessions() > 0 && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[tokio::test]
async fn the_endpoint_may_be_named_by_an_option_where_there_is_no_sni() {
    let neon = start();
    // An address is no SNI.
    let (before, after) =
        neon.url("postgres").split_once('@').map(|(b, a)| (b.to_owned(), a.to_owned())).unwrap();
    let bare = format!("{before}@127.0.0.1:{}", after.split_once(':').unwrap().1);
    connect(&format!("{bare}&options=endpoint%3D{ENDPOINT}")).await.unwrap();
    assert_eq!(refusal(&bare).await, message::ENDPOINT_NOT_SPECIFIED);
    let other = neon.url("postgres") + "&options=endpoint%3Dep-other-1";
    assert!(
        refusal(&other).await.starts_with("Inconsistent project name inferred from SNI ('ep-test-123456')")
    );
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_endpoint_are_reported_alike_and_wake_nothing() {
    let neon = start();
    let wrong = neon.url("postgres").replacen("branchline:", "branchline:x", 1);
    let said = "password authentication failed for user 'branchline'";
    for parameters in ["", "&channel_binding=require"] {
        assert_eq!(refusal(&format!("{wrong}{parameters}")).await, said);
        assert_eq!(
            refusal(&format!("{}{parameters}", neon.url_of_endpoint("ep-other-1", "postgres"))).await,
            said
        );
    }
    assert_eq!((neon.wakes(), neon.logins()), (0, 0));
}

#[test]
fn a_connection_without_tls_is_refused() {
    let neon = start();
    let mut tcp = TcpStream::connect(("127.0.0.1", neon.port())).unwrap();
    // Its length, protocol 3.0, one parameter, the end.
    tcp.write_all(b"\0\0\0\x11\0\x03\0\0user\0me\0\0").unwrap();
    let mut answer = Vec::new();
    tcp.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.contains("SERROR\0CXX000\0Mconnection is insecure (try using `sslmode=require`)\0"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_wake_delays_those_who_wait_for_it_once() {
    let neon = start();
    let wake = Duration::from_millis(700);
    neon.set_wake_time(wake);
    let url = neon.url("postgres");
    let begun = Instant::now();
    let (one, other) = tokio::join!(connect(&url), connect(&url));
    assert!(begun.elapsed() >= wake);
    let _sessions = (one.unwrap(), other.unwrap());
    assert_eq!((neon.wakes(), neon.sessions()), (1, 2));
    let begun = Instant::now();
    connect(&url).await.unwrap();
    assert!(begun.elapsed() < wake, "{:?}", begun.elapsed());
    assert_eq!(neon.wakes(), 1);
}

#[tokio::test]
async fn failures_come_as_often_as_they_were_ordered() {
    let neon = start();
    let url = neon.url("postgres");
    for (text, class) in [
        (message::COULD_NOT_CONNECT, Class::Unavailable),
        (message::CONTROL_PLANE, Class::Unavailable),
        (message::NO_PERMIT, Class::Unavailable),
        (message::IDLE, Class::Unavailable),
        (message::QUOTA, Class::Limit),
        (message::TOO_MANY_CONNECTIONS, Class::Limit),
        (message::NO_ENDPOINT, Class::Permanent),
        (message::DISABLED, Class::Permanent),
        (message::ADDRESS_NOT_ALLOWED, Class::Permanent),
    ] {
        neon.fail_next(2, text);
        assert_eq!(refusal(&url).await, text);
        assert_eq!(connect(&url).await.err().unwrap().class(), class, "{text}");
        connect(&url).await.unwrap();
    }
}

#[tokio::test]
async fn settings_among_the_options_pass_to_the_compute_and_not_to_the_pooler() {
    let neon = start();
    let options = "&options=-c%20work_mem%3D5MB";
    let client = connect(&(neon.url("postgres") + options)).await.unwrap();
    assert_eq!(text(&client, "select current_setting('work_mem')").await, "5MB");
    assert_eq!(
        refusal(&(neon.pooled_url("postgres") + options)).await,
        "unsupported startup parameter in options: work_mem. Please use unpooled connection or remove this \
         parameter from the startup package. More details: \
         https://neon.tech/docs/connect/connection-errors#unsupported-startup-parameter"
    );
}

#[tokio::test]
async fn the_computes_own_refusals_come_without_their_sqlstate() {
    let neon = start();
    assert_eq!(refusal(&neon.url("nothing")).await, "database \"nothing\" does not exist");
    neon.set_connection_limit(Some(1));
    let first = connect(&neon.url("postgres")).await.unwrap();
    assert_eq!(refusal(&neon.url("postgres")).await, "sorry, too many clients already");
    drop(first);
    neon.set_connection_limit(None);
    connect(&neon.url("postgres")).await.unwrap();
}

#[tokio::test]
async fn a_suspension_ends_every_session_and_the_next_client_wakes_the_compute() {
    let neon = start();
    let url = neon.url("postgres");
    for (wakes, farewell) in (2..).zip([Farewell::Shutdown, Farewell::Silent]) {
        let sessions = [connect(&url).await.unwrap(), connect(&url).await.unwrap()];
        let running =
            [sessions[0].query("select pg_sleep(60)", &[]), sessions[1].query("select pg_sleep(60)", &[])];
        let suspend = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert_eq!(neon.suspend(farewell), 2);
        };
        let [one, other] = running;
        let (one, other, ()) = tokio::join!(one, other, suspend);
        for error in [one.unwrap_err(), other.unwrap_err()] {
            let code = (farewell == Farewell::Shutdown).then_some("57P01");
            assert_eq!(error.code().map(|state| state.code()), code, "{error}");
        }
        connect(&url).await.unwrap();
        assert_eq!(neon.wakes(), wakes);
    }
}

#[tokio::test]
async fn a_compute_that_is_away_is_reported() {
    let mut server = Postgres::start(&support::Options::default()).unwrap();
    let neon = NeonProxy::start(&server).unwrap();
    server.halt(support::Shutdown::Fast).unwrap();
    assert_eq!(refusal(&neon.url("postgres")).await, message::COULD_NOT_CONNECT);
    server.resume().unwrap();
    connect(&neon.url("postgres")).await.unwrap();
}
