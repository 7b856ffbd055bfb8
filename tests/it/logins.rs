//! Logins that begin before they are asked for: what rides on them, what they refuse, and what they fall back
//! to.

use std::time::Duration;

use futures_util::future::join;
use pg::{Class, Connector, Session, Url};
use support::neon::Tampering;
use support::{NeonProxy, Postgres, Proxy, TestDatabase, empty_database};
use tokio_postgres::error::SqlState;

use crate::pgbouncer::pooler;

/// Number of attempts with a wrong password to get a statement run.
const TRIES: usize = 20;

fn connector(url: &str) -> Connector {
    Connector::new(&Url::parse(url).unwrap()).unwrap()
}

/// A session whose login is still under way.
async fn ahead(connector: &Connector) -> Session {
    let stream = connector.dial().await.unwrap();
    let (session, connection) = connector.log_in_ahead(stream).await.unwrap();
    tokio::spawn(connection);
    session
}

async fn refused_ahead(connector: &Connector) -> pg::Error {
    let stream = connector.dial().await.unwrap();
    connector.log_in_ahead(stream).await.err().unwrap()
}

/// A database with a table to leave traces in.
async fn traced() -> TestDatabase {
    let database = empty_database();
    database.client().await.batch_execute("CREATE TABLE traces (n int)").await.unwrap();
    database
}

async fn traces(database: &TestDatabase) -> i64 {
    database.client().await.query_one("SELECT count(*) FROM traces", &[]).await.unwrap().get(0)
}

const TRACE: &str = "INSERT INTO traces VALUES (1) RETURNING n";

#[tokio::test]
async fn a_statement_rides_on_the_login_of_every_server_and_runs_once() {
    let database = traced().await;
    let neon = NeonProxy::start(database.server()).unwrap();
    let pooler = pooler(2);
    let mut urls = vec![database.url(), neon.url(database.name()), neon.pooled_url(database.name())];
    urls.extend(pooler.as_ref().map(|pooler| pooler.url(database.name())));
    for (count, url) in (1..).zip(&urls) {
        let session = ahead(&connector(url)).await;
        assert!(!session.login.is_ready());
        assert_eq!(session.client.query_typed(TRACE, &[]).await.unwrap().len(), 1);
        assert!(session.login.is_ready());
        session.login.ready().await.unwrap();
        assert_eq!(traces(&database).await, count, "{url}");
    }
}

#[tokio::test]
async fn statements_sent_together_ride_together_and_answer_in_order() {
    let database = traced().await;
    let session = ahead(&connector(&database.url())).await;
    let (one, other) =
        join(session.client.query_typed("SELECT 1", &[]), session.client.query_typed("SELECT 2", &[])).await;
    assert_eq!((one.unwrap()[0].get::<_, i32>(0), other.unwrap()[0].get::<_, i32>(0)), (1, 2));
}

#[tokio::test]
async fn a_login_waits_for_who_needs_it_and_wakes_no_compute_before() {
    let database = traced().await;
    let neon = NeonProxy::start(database.server()).unwrap();
    let connector = connector(&neon.url(database.name()));
    // It leaves without having asked for anything.
    drop(ahead(&connector).await);
    let session = ahead(&connector).await;
    assert_eq!((session.login.is_ready(), neon.logins(), neon.wakes()), (false, 0, 0));
    session.login.ready().await.unwrap();
    assert_eq!((session.login.is_ready(), neon.logins(), neon.wakes()), (true, 1, 1));
    assert_eq!(session.client.query_typed(TRACE, &[]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_wrong_password_never_runs_the_statement_that_rides() {
    let database = traced().await;
    let neon = NeonProxy::start(database.server()).unwrap();
    let wrong = |url: String| url.replacen("branchline:", "branchline:x", 1);
    for url in [wrong(database.url()), wrong(neon.url(database.name()))] {
        let connector = connector(&url);
        let password = url.split_once("branchline:x").unwrap().1.split_once('@').unwrap().0;
        for _ in 0..TRIES {
            let session = ahead(&connector).await;
            let error = session.client.query_typed(TRACE, &[]).await.unwrap_err();
            let error = session.login.explain(error).await;
            assert!(matches!(error, pg::Error::LogIn(_)), "{error:?}");
            assert_eq!(error.class(), Class::Permanent, "{error}");
            assert!(
                !format!("{error} {error:?} {session:?}").contains(password),
                "the error shows the password"
            );
            let refusal = error.as_db_error().unwrap();
            assert!(refusal.message().contains("password authentication failed for user"), "{refusal}");
            if !url.contains("neon") {
                assert_eq!(refusal.code(), &SqlState::INVALID_PASSWORD);
            }
            assert_eq!(session.login.ready().await.unwrap_err().class(), Class::Permanent);
        }
    }
    assert_eq!((traces(&database).await, neon.wakes()), (0, 0));
}

#[tokio::test]
async fn a_server_that_does_not_prove_itself_hands_out_no_row() {
    let database = traced().await;
    let neon = NeonProxy::start(database.server()).unwrap();
    let connector = connector(&neon.url(database.name()));
    for tampering in [Tampering::ForgeSignature, Tampering::OmitSignature] {
        neon.tamper(Some(tampering));
        let session = ahead(&connector).await;
        let error = session.client.query_typed("SELECT 1", &[]).await.unwrap_err();
        let error = session.login.explain(error).await;
        assert!(matches!(error, pg::Error::Protocol { .. }), "{error:?}");
        assert_eq!(error.class(), Class::Permanent);
        assert!(
            error.to_string().contains("proving that it knows the password")
                || error.to_string().contains("prove that it knows the password"),
            "{error}"
        );

        let error = connector.connect().await.err().unwrap();
        assert!(matches!(error, pg::Error::Protocol { .. }), "{error:?}");
    }
    neon.tamper(None);
    drop(connector.connect().await.unwrap());
}

#[tokio::test]
async fn channel_binding_cannot_be_taken_away_where_it_is_required_nor_unseen_where_it_is_preferred() {
    let database = traced().await;
    let neon = NeonProxy::start(database.server()).unwrap();
    neon.tamper(Some(Tampering::HideBinding));
    let url = neon.url(database.name());

    let required = connector(&format!("{url}&channel_binding=require"));
    for _ in 0..2 {
        let error = refused_ahead(&required).await;
        assert!(matches!(error, pg::Error::ChannelBinding { .. }), "{error:?}");
        assert!(matches!(required.connect().await.err().unwrap(), pg::Error::ChannelBinding { .. }));
        assert_eq!(error.class(), Class::Permanent);
    }
    // The server learns that the client believes that there was no offer, and knows better.
    let preferred = connector(&url);
    let error = preferred.connect().await.err().unwrap();
    assert_eq!(error.as_db_error().unwrap().message(), "SCRAM-PLUS not used");
    assert_eq!(error.class(), Class::Permanent);
    assert_eq!((neon.logins(), traces(&database).await), (0, 0));

    // The facts that were learnt from the liar are forgotten.
    neon.tamper(None);
    drop(preferred.connect().await.unwrap());
    drop(required.connect().await.unwrap());
}

#[tokio::test]
async fn every_policy_of_channel_binding_is_kept_with_a_real_server() {
    let database = traced().await;
    let pooler = pooler(2);
    for policy in ["disable", "prefer", "require"] {
        let url = format!("{}&channel_binding={policy}", database.url());
        for _ in 0..2 {
            assert_eq!(
                ahead(&connector(&url)).await.client.query_typed("SELECT 1", &[]).await.unwrap().len(),
                1
            );
        }
        // PgBouncer of Debian 12 binds nothing.
        let Some(pooler) = &pooler else { continue };
        let connector = connector(&format!("{}&channel_binding={policy}", pooler.url(database.name())));
        let outcome = connector.connect().await.map(|_| ());
        match policy {
            "require" => assert!(matches!(outcome, Err(pg::Error::ChannelBinding { .. })), "{outcome:?}"),
            _ => outcome.unwrap(),
        }
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_on_haste_is_waited_for() {
    let database = traced().await;
    let neon = NeonProxy::start(database.server()).unwrap();
    neon.tamper(Some(Tampering::PunishHaste));
    for policy in ["prefer", "require"] {
        let url = format!("{}&channel_binding={policy}", neon.url(database.name()));
        let session = ahead(&connector(&url)).await;
        assert!(session.login.is_ready());
        assert_eq!(session.client.query_typed("SELECT 1", &[]).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_wants_something_other_than_scram_gets_it() {
    let server = Postgres::start(&support::Options::default()).unwrap();
    let admin = admin(&server).await;
    let roles = "SET password_encryption = 'md5';
        CREATE ROLE by_md5 LOGIN PASSWORD 'right';
        SET password_encryption = 'scram-sha-256';
        CREATE ROLE by_password LOGIN PASSWORD 'right';
        CREATE ROLE by_trust LOGIN;
        CREATE ROLE by_nothing LOGIN PASSWORD 'right';
        CREATE ROLE full LOGIN PASSWORD 'right' CONNECTION LIMIT 0;";
    admin.batch_execute(roles).await.unwrap();
    let access = "COPY (VALUES ('hostssl all by_md5 127.0.0.1/32 md5'), ('hostssl all by_password 127.0.0.1/32 password'),
        ('hostssl all by_trust 127.0.0.1/32 trust'), ('hostssl all by_nothing 127.0.0.1/32 reject'),
        ('hostssl all all 127.0.0.1/32 scram-sha-256')) TO '";
    let before: String = admin.query_one("SELECT pg_conf_load_time()::text", &[]).await.unwrap().get(0);
    let file: String = admin.query_one("SHOW hba_file", &[]).await.unwrap().get(0);
    admin.batch_execute(&format!("{access}{file}'; SELECT pg_reload_conf()")).await.unwrap();
    // New sessions have what the postmaster has read, which takes it a moment.
    let loaded = format!("SELECT pg_conf_load_time() > '{before}'");
    while !self::admin(&server).await.query_one(&loaded, &[]).await.unwrap().get::<_, bool>(0) {}

    let proxy = Proxy::start(server.port()).unwrap();
    let url = proxy.url(&server.url("postgres"));
    let (_, place) = url.split_once('@').unwrap();
    for role in ["by_md5", "by_password", "by_trust"] {
        let connector = connector(&format!("postgresql://{role}:right@{place}"));
        let before = proxy.traffic().connections;
        for connections in [2, 3] {
            let session = ahead(&connector).await;
            let rows = session.client.query_typed("SELECT current_user::text", &[]).await.unwrap();
            assert_eq!(rows[0].get::<_, &str>(0), role);
            assert!(session.login.is_ready());
            let made = proxy.traffic().connections - before;
            assert_eq!(made, connections, "{role}: what was learnt is kept");
        }
        let bound = format!("postgresql://{role}:right@{place}&channel_binding=require");
        let error = pg::connect(&Url::parse(&bound).unwrap()).await.err().unwrap();
        assert!(matches!(error, pg::Error::ChannelBinding { .. }), "{role}: {error:?}");
    }
    let refused = connector(&format!("postgresql://by_nothing:right@{place}"));
    let before = proxy.traffic().connections;
    let error = refused_ahead(&refused).await;
    assert_eq!(error.as_db_error().unwrap().code(), &SqlState::INVALID_AUTHORIZATION_SPECIFICATION);
    assert_eq!((error.class(), proxy.traffic().connections - before), (Class::Permanent, 1));
    let session = ahead(&connector(&format!("postgresql://full:right@{place}"))).await;
    let error = session.login.explain(session.client.query_typed("SELECT 1", &[]).await.unwrap_err()).await;
    assert_eq!(error.as_db_error().unwrap().code(), &SqlState::TOO_MANY_CONNECTIONS);
    assert_eq!(error.class(), Class::Limit);
}

async fn admin(server: &Postgres) -> tokio_postgres::Client {
    let (client, connection) = pg::connect(&Url::parse(&server.url("postgres")).unwrap()).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn a_statement_is_cancelled_on_every_server_by_the_session_it_rode_on() {
    let database = traced().await;
    let neon = NeonProxy::start(database.server()).unwrap();
    let pooler = pooler(2);
    let mut urls = vec![database.url(), neon.url(database.name())];
    urls.extend(pooler.as_ref().map(|pooler| pooler.url(database.name())));
    for url in &urls {
        let session = ahead(&connector(url)).await;
        // Before there is anything to cancel.
        session.login.cancel().await.unwrap();
        let sleep = session.client.query_typed("SELECT pg_sleep(60)::text", &[]);
        let cancel = async {
            until_asleep(&database).await;
            session.login.cancel().await.unwrap();
        };
        let (slept, ()) = join(sleep, cancel).await;
        assert_eq!(slept.unwrap_err().code(), Some(&SqlState::QUERY_CANCELED), "{url}");
        assert_eq!(
            session.client.query_typed("SELECT 1", &[]).await.unwrap().len(),
            1,
            "the session goes on"
        );
    }
}

/// Waits until a statement of the database sleeps.
async fn until_asleep(database: &TestDatabase) {
    let watcher = database.client().await;
    let asleep =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    while watcher.query_one(asleep, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn the_driver_knows_the_servers_parameters_and_its_key() {
    let database = traced().await;
    let connector = connector(&database.url());
    let stream = connector.dial().await.unwrap();
    let (session, mut connection) = connector.log_in_ahead(stream).await.unwrap();
    tokio::select! {
        rows = session.client.query_typed("SELECT 1", &[]) => assert_eq!(rows.unwrap().len(), 1),
        ended = std::future::poll_fn(|cx| connection.poll_message(cx)) => panic!("{ended:?}"),
    }
    assert!(connection.parameter("server_version").unwrap().starts_with("17"));

    let (client, mut connection) = connector.connect().await.unwrap();
    assert!(connection.parameter("server_version").unwrap().starts_with("17"));
    let token = client.cancel_token();
    let sleep = async {
        let slept = client.query_typed("SELECT pg_sleep(60)::text", &[]).await;
        drop(client);
        slept
    };
    let driver = async { std::future::poll_fn(|cx| connection.poll_message(cx)).await };
    let cancel = async {
        until_asleep(&database).await;
        connector.cancel(&token).await.unwrap();
    };
    let ((slept, ()), _) = join(join(sleep, cancel), driver).await;
    assert_eq!(slept.unwrap_err().code(), Some(&SqlState::QUERY_CANCELED));
}
