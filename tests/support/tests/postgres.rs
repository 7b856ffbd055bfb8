//! The local Postgres as its users meet it.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{Data, Options, Postgres, Shutdown};
use tokio_postgres::Client;

fn start() -> Postgres {
    Postgres::start(&Options::default()).unwrap()
}

/// For a test that leaves the server as it is.
fn shared() -> &'static Postgres {
    support::empty_database().server()
}

fn keep(folder: &Path) -> Options {
    Options { data: Data::Kept(folder.to_owned()), durable: true }
}

async fn connect(url: &str) -> Result<Client, pg::Error> {
    let (client, connection) = pg::connect(&pg::Url::parse(url).unwrap()).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn number(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_session_is_encrypted_and_logs_in_with_scram() {
    let client = connect(&shared().url("postgres")).await.unwrap();
    let tls = "select count(*) from pg_stat_ssl where pid = pg_backend_pid() and ssl and version = 'TLSv1.3'";
    assert_eq!(number(&client, tls).await, 1);
    let scram =
        "select count(*) from pg_authid where rolname = current_user and rolpassword like 'SCRAM-SHA-256$%'";
    assert_eq!(number(&client, scram).await, 1);
}

#[test]
fn a_connection_without_tls_is_refused() {
    let server = shared();
    for host in ["127.0.0.1", "localhost"] {
        let mut psql = server.psql("postgres");
        psql.env("PGHOST", host).env("PGSSLMODE", "disable").env_remove("PGSSLROOTCERT");
        let output = psql.args(["--command", "select 1"]).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && message.contains("no encryption"), "{message}");
    }
}

#[test]
fn nothing_listens_on_a_unix_socket() {
    let pid_file = fs::read_to_string(home(shared()).join("data/postmaster.pid")).unwrap();
    // The fifth line is the first socket's folder (Postgres source, src/include/utils/pidfile.h).
    assert_eq!(pid_file.lines().nth(4), Some(""));
}

#[tokio::test]
async fn a_client_that_trusts_another_authority_refuses_the_server() {
    let (server, other) = (shared(), start());
    let trusting = |authority: &Path| {
        let url = server.url("postgres");
        let parameters = url.split_once("sslrootcert=").unwrap().0;
        format!("{parameters}sslrootcert={}", authority.display())
    };
    connect(&trusting(server.ca_file())).await.unwrap();
    let error = connect(&trusting(other.ca_file())).await.err().unwrap();
    assert!(matches!(error, pg::Error::Tls { .. }), "{error:?}");
}

#[tokio::test]
async fn servers_run_side_by_side() {
    let started: Vec<_> = (0..3).map(|_| std::thread::spawn(start)).collect();
    let servers: Vec<_> = started.into_iter().map(|thread| thread.join().unwrap()).collect();
    for server in &servers {
        let client = connect(&server.url("postgres")).await.unwrap();
        let port = "select current_setting('port')::int8";
        assert_eq!(number(&client, port).await, i64::from(server.port()));
    }
}

#[test]
fn a_stopped_server_leaves_no_folder_and_no_process() {
    let server = start();
    let home = home(&server);
    let pid = postmaster(&home);
    server.stop();
    assert!(!home.exists());
    assert!(!is_alive(pid));
}

#[test]
fn a_process_killed_with_sigkill_leaves_no_folder_and_no_process() {
    // Cargo builds a package's examples along with its tests, into the folder beside theirs.
    let examples = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    let mut helper =
        Command::new(examples.join("until_killed")).arg("postgres").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(helper.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let home = Path::new(line.trim()).parent().unwrap();
    let pid = postmaster(home);
    assert!(is_alive(pid));

    // Child::kill sends SIGKILL.
    helper.kill().unwrap();
    helper.wait().unwrap();

    let patience = Instant::now() + Duration::from_secs(10);
    while (home.exists() || is_alive(pid)) && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!home.exists(), "{} is left", home.display());
    assert!(!is_alive(pid));
}

#[tokio::test]
async fn kept_data_survives_a_restart_with_its_password_and_port() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let server = Postgres::start(&keep(folder.path())).unwrap();
    server.create_database("kept").unwrap();
    server.create_database("kept").unwrap();
    let url = server.url("kept");
    let client = connect(&url).await.unwrap();
    client.batch_execute("create table t as select 42::int8 as n").await.unwrap();
    server.stop();

    let server = Postgres::start(&keep(folder.path())).unwrap();
    assert_eq!(server.url("kept"), url);
    assert_eq!(number(&connect(&url).await.unwrap(), "select n from t").await, 42);
}

#[tokio::test]
async fn a_server_whose_port_was_taken_meanwhile_moves_to_another() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let server = Postgres::start(&keep(folder.path())).unwrap();
    let port = server.port();
    server.stop();

    let _taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let server = Postgres::start(&keep(folder.path())).unwrap();
    assert_ne!(server.port(), port);
    connect(&server.url("postgres")).await.unwrap();
}

#[test]
fn a_second_server_on_the_same_data_says_that_there_is_one() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let _first = Postgres::start(&keep(folder.path())).unwrap();
    let error = Postgres::start(&keep(folder.path())).unwrap_err().to_string();
    assert!(error.starts_with("another process runs the server of ") && !error.contains('\n'), "{error}");
}

#[test]
fn root_keeps_data_wanted_in_a_folder_of_its_own_elsewhere_with_a_link_to_it() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    // Closed to others, as /root is.
    let closed = tempfile::tempdir_in("/var/tmp").unwrap();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let wanted = closed.path().join("postgres");
    let server = Postgres::start(&keep(&wanted)).unwrap();
    let elsewhere = wanted.read_link().unwrap();
    assert_eq!(home(&server), elsewhere);
    let url = server.url("postgres");
    server.stop();
    let server = Postgres::start(&keep(&wanted)).unwrap();
    assert_eq!(server.url("postgres"), url);
    server.stop();
    fs::remove_dir_all(elsewhere).unwrap();
}

#[tokio::test]
async fn an_immediate_shutdown_cuts_sessions_off_and_committed_rows_are_there_afterwards() {
    let mut server = start();
    let url = server.url("postgres");
    let client = connect(&url).await.unwrap();
    client.batch_execute("create table t as select 7::int8 as n").await.unwrap();

    server.halt(Shutdown::Immediate).unwrap();
    assert!(client.batch_execute("select 1").await.is_err());
    assert!(connect(&url).await.is_err());

    server.resume().unwrap();
    assert_eq!(number(&connect(&url).await.unwrap(), "select n from t").await, 7);
    assert!(server.log().unwrap().contains("automatic recovery in progress"));
}

#[test]
fn the_password_is_not_in_the_debug_form() {
    let server = shared();
    let url = server.url("postgres");
    let password = url.split(['@', ':']).nth(2).unwrap();
    assert_eq!(password.len(), 32);
    assert!(!format!("{server:?}").contains(password));
}

fn home(server: &Postgres) -> PathBuf {
    server.ca_file().parent().unwrap().to_owned()
}

fn postmaster(home: &Path) -> i32 {
    let pid_file = fs::read_to_string(home.join("data/postmaster.pid")).unwrap();
    pid_file.lines().next().unwrap().parse().unwrap()
}

/// A zombie counts as alive.
fn is_alive(pid: i32) -> bool {
    rustix::process::test_kill_process(rustix::process::Pid::from_raw(pid).unwrap()).is_ok()
}
