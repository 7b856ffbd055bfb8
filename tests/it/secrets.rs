//! The password of the database URL goes through everything that can fail, and shows itself nowhere.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use harness::{app, call};
use support::lambda::Lambda;
use support::proxy::Admission;
use support::{Event, Proxy, TestDatabase, binary};
use web::Error;

/// With characters that a URL has to encode.
const CANARY: &str = "c4nary@/? %pässwort";
const ENCODED: &str = "c4nary%40%2F%3F%20%25p%C3%A4sswort";

/// Parts of it, which a message may have cut out.
const TRACES: [&str; 4] = [CANARY, ENCODED, "c4nary", "sswort"];

fn assert_silent(what: &str, text: &str) {
    for trace in TRACES {
        assert!(!text.contains(trace), "{what} shows {trace}: {text}");
    }
}

/// A role that has the canary for its password and may do nothing, until it is dropped with the server.
async fn role(database: &TestDatabase) -> String {
    let name = format!("canary_{}", database.name());
    let create = format!("CREATE ROLE {name} LOGIN PASSWORD '{CANARY}'");
    database.client().await.batch_execute(&create).await.unwrap();
    name
}

/// The URL of a server with another user and the canary.
fn with_canary(url: &str, user: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (_, server) = rest.split_once('@').unwrap();
    format!("{scheme}://{user}:{ENCODED}@{server}")
}

/// A URL for each way to fail.
async fn urls(database: &TestDatabase, closed: &Proxy) -> Vec<(&'static str, String)> {
    let url = database.url();
    let role = role(database).await;
    let base = with_canary(&url, &role);
    let (without_ca, _) = base.split_once("sslrootcert=").unwrap();
    vec![
        ("a query that is refused", base.clone()),
        ("a user that is refused", with_canary(&url, "nobody_of_this_name")),
        ("a database that is not there", base.replacen(database.name(), "no_such_database", 1)),
        ("a port that is no number", base.replacen("localhost:", "localhost:x", 1)),
        ("a parameter that is unknown", format!("{base}&password_again={ENCODED}")),
        ("a password that is wrongly encoded", base.replacen(ENCODED, &format!("{ENCODED}%zz"), 1)),
        ("a scheme that is unknown", base.replacen("postgresql", "mysql", 1)),
        ("a password with what belongs behind it", base.replacen(ENCODED, CANARY, 1)),
        ("a name that does not resolve", base.replacen("@localhost", "@database.invalid", 1)),
        ("a server that is not there", closed.url(&base)),
        ("an authority that is not trusted", without_ca.trim_end_matches(['?', '&']).to_owned()),
        (
            "a certificate of another host",
            base.replacen("@localhost", "@db.example", 1) + "&hostaddr=127.0.0.1",
        ),
        ("no TLS to a remote host", base.replacen("@localhost", "@db.example", 1) + "&sslmode=disable"),
    ]
}

#[tokio::test]
async fn no_function_shows_the_password_however_it_fails() {
    let database = support::database();
    let closed = Proxy::start(database.server().port()).unwrap();
    closed.admit(Admission::Refuse);
    let urls = urls(&database, &closed).await;
    let ways = urls
        .iter()
        .flat_map(|(what, url)| ["", "on-demand"].map(|initialization| (*what, url, initialization)));
    join_all(ways.map(async |(what, url, initialization)| {
        let env = [
            ("DATABASE_URL", url.as_str()),
            ("DATABASE_ECHO", "true"),
            ("LOG_LEVEL", "trace"),
            // Lambda's logs are of another form.
            ("AWS_LAMBDA_INITIALIZATION_TYPE", initialization),
            ("RUST_BACKTRACE", "full"),
        ];
        let function = Lambda::start(&binary("db-test"), &env).unwrap();
        let event = Event::get("/?details=true").timeout(Duration::from_secs(25));
        let answer = function.invoke(&event).await.unwrap();
        assert!(answer.status.is_server_error(), "{what}: {}", answer.text());
        function.shut_down().await;
        function.logged("failed").await;
        for text in [answer.text(), function.stdout(), function.stderr()] {
            assert_silent(what, &text);
        }
    }))
    .await;
}

#[tokio::test]
async fn no_command_shows_the_password_however_it_fails() {
    let database = support::database();
    let closed = Proxy::start(database.server().port()).unwrap();
    closed.admit(Admission::Refuse);
    let branchline = binary("branchline");
    for (what, url) in urls(&database, &closed).await {
        let run = |arguments: &[&str], variable: Option<&str>| {
            let mut command = Command::new(&branchline);
            command.args(arguments).arg("upgrade").env_clear();
            command.envs(variable.map(|name| (name, &url))).env("RUST_BACKTRACE", "full");
            command.current_dir(support::project_root()).output().unwrap()
        };
        for output in
            [run(&["--database-url", &url], None), run(&["--format", "json"], Some("DIRECT_DATABASE_URL"))]
        {
            assert_silent(what, &String::from_utf8_lossy(&output.stdout));
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success(), "{what}: {errors}");
            assert_silent(what, &errors);
        }
    }
}

#[tokio::test]
async fn a_panic_and_the_debugging_form_of_everything_public_are_silent() {
    let database = support::database();
    let url = with_canary(&database.url(), &role(&database).await);
    let app = app(&url, &[("DATABASE_ECHO", "true")]);
    let parsed = pg::Url::parse(&url).unwrap();
    let connector = pg::Connector::new(&parsed).unwrap();
    let stream = connector.dial().await.unwrap();
    let (session, connection) = connector.log_in_ahead(stream).await.unwrap();
    tokio::spawn(connection);
    let forms = [
        format!("{app:#?} {:#?} {:#?}", app.config(), app.database()),
        format!("{parsed:#?} {parsed} {:#?} {connector:#?} {session:#?}", app.database().url()),
    ];
    for form in forms {
        assert_silent("a debugging form", &form);
    }
    let panics = async |app: Arc<store::App>, _| -> Result<web::Response, Error> { panic!("with {app:?}") };
    let seen = call(&app, panics, Event::get("/")).await;
    seen.problem(500);
    assert_silent("the answer to a panic", &seen.body.to_string());
}
