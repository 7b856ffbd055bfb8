//! The functions' behaviour while the database is away, wrong or not to be trusted.

use std::time::{Duration, Instant};

use harness::{app, call, call_streaming};
use pg::{Class, Connector, TlsFailure};
use support::lambda::Lambda;
use support::neon::{DOMAIN, ENDPOINT, Validity};
use support::{Data, Event, NeonProxy, Options, Postgres, Proxy, Shutdown, binary};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

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
        call(&app, search::handle, Event::get("/?q=x")).await,
        call_streaming(&app, export::handle, Event::get("/")).await,
    ] {
        seen.problem(503);
        assert!(seen.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
        assert!(!seen.body.to_string().contains("localhost"), "{}", seen.body);
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_costs_less_than_five_seconds() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    for is_prepared in [false, true] {
        let app = app(&format!("postgresql://u:p@127.0.0.1:{port}/d?sslmode=require"), &[]);
        if is_prepared {
            app.database().preconnect();
        }
        let begun = Instant::now();
        call(&app, db_test::handle, Event::get("/")).await.problem(503);
        assert!(begun.elapsed() < Duration::from_secs(5), "{is_prepared}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_server_that_cannot_take_another_connection_is_an_outage_and_no_misconfiguration() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // The answer to the request for TLS of a server that has no process to spare.
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let _ = client.read_exact(&mut [0; 8]).await;
            let _ = client.write_all(b"Ecould not fork new process for connection\0").await;
        }
    });
    let url = format!("postgresql://u:p@127.0.0.1:{port}/d?sslmode=require&sslnegotiation=postgres");
    call(&app(&url, &[]), db_test::handle, Event::get("/")).await.problem(503);
}

/// A URL with another file of certificate authorities.
fn trusting(url: &str, authority: &str) -> String {
    let (before, _) = url.split_once("sslrootcert=").unwrap();
    format!("{before}sslrootcert={authority}")
}

async fn refusal(url: &str) -> pg::Error {
    let error = pg::connect(&pg::Url::parse(url).unwrap()).await.err().unwrap();
    assert_eq!(error.class(), Class::Permanent, "{error}");
    let password = url.split_once("://").unwrap().1.split_once('@').unwrap().0.split_once(':').unwrap().1;
    assert!(!format!("{error} {error:?}").contains(password), "the error shows the password");
    error
}

#[tokio::test]
async fn a_certificate_is_refused_for_what_is_wrong_with_it_and_only_once() {
    let server = support::empty_database().server();
    let foreign = NeonProxy::start(server).unwrap();
    let expected = [
        (Validity::Current, "", TlsFailure::UnknownIssuer, "signed by an authority that is not trusted here"),
        (Validity::Current, "db.example", TlsFailure::WrongHost, "made out to another host"),
        (Validity::Expired, "", TlsFailure::Expired, "has expired"),
        (Validity::Future, "", TlsFailure::NotYetValid, "is not valid yet"),
    ];
    for (validity, host, failure, words) in expected {
        let neon = NeonProxy::start_with(server, validity).unwrap();
        let proxy = Proxy::start(neon.port()).unwrap();
        let mut url = proxy.url(&neon.url("postgres"));
        if failure == TlsFailure::UnknownIssuer {
            url = trusting(&url, foreign.ca_file().to_str().unwrap());
        }
        if !host.is_empty() {
            url = url.replace(&format!("{ENDPOINT}.{DOMAIN}"), host);
        }
        for parameters in ["", "&sslnegotiation=postgres", "&sslnegotiation=direct"] {
            let before = proxy.traffic().connections;
            let refused = refusal(&format!("{url}{parameters}")).await;
            let pg::Error::Tls { failure: found, .. } = &refused else { panic!("{refused:?}") };
            assert_eq!(*found, failure, "{refused}");
            assert!(refused.to_string().contains(words), "{refused}");
            // Another way to begin TLS would only meet the same certificate.
            assert_eq!(proxy.traffic().connections, before + 1, "{refused}");
        }
        call(&app(&url, &[]), db_test::handle, Event::get("/")).await.problem(500);
    }
}

#[tokio::test]
async fn a_server_without_tls_is_refused_and_hears_no_login() {
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url =
        format!("postgresql://u:canary@127.0.0.1:{}/d?sslmode=require", plain.local_addr().unwrap().port());
    let server = async {
        let mut heard = Vec::new();
        // Direct TLS is hung up on, and the request for it answered with no.
        drop(plain.accept().await.unwrap());
        let (mut client, _) = plain.accept().await.unwrap();
        let mut request = [0; 8];
        client.read_exact(&mut request).await.unwrap();
        client.write_all(b"N").await.unwrap();
        client.read_to_end(&mut heard).await.unwrap();
        assert!(heard.is_empty());
    };
    let (refused, ()) = tokio::join!(refusal(&url), server);
    assert!(matches!(refused, pg::Error::TlsNotOffered { .. }), "{refused}");
    assert!(refused.to_string().contains("does not offer TLS"), "{refused}");
}

#[tokio::test]
async fn authorities_come_from_the_system_or_from_ssl_cert_file_or_from_sslrootcert() {
    let database = support::database();
    let file = database.server().ca_file().to_str().unwrap().to_owned();
    let system = trusting(&database.url(), "system");
    let status = async |url: &str, variables: &[(&str, &str)]| {
        let env: Vec<_> = [("DATABASE_URL", url)].iter().chain(variables).copied().collect();
        let function = Lambda::start(&binary("db-test"), &env).unwrap();
        function.invoke(&Event::get("/")).await.unwrap().status.as_u16()
    };
    assert_eq!(status(&database.url(), &[]).await, 200);
    assert_eq!(status(&system, &[]).await, 500, "no system trusts the server's authority");
    assert_eq!(status(&system, &[("SSL_CERT_FILE", &file)]).await, 200);
    let neither = system.split_once("&sslrootcert").unwrap().0;
    assert_eq!(status(neither, &[("SSL_CERT_FILE", &file)]).await, 200);
    // sslrootcert replaces what SSL_CERT_FILE says, as in libpq.
    let other = NeonProxy::start(database.server()).unwrap();
    let foreign = trusting(&database.url(), other.ca_file().to_str().unwrap());
    assert_eq!(status(&foreign, &[("SSL_CERT_FILE", &file)]).await, 500);
}

/// The reaction to a handshake of a server that knows no direct TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shyness {
    /// It hangs up, as Postgres did before 17.
    HangUp,
    /// It speaks TLS and not this protocol in it.
    Alert,
    /// It complains in the clear.
    Complaint,
    /// It takes the handshake for the beginning of a long packet and waits for the rest.
    Silence,
}

/// Stands before a server, and lets clients pass that ask for TLS first. Gives its port.
async fn shy(server_port: u16, shyness: Shyness) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut first = [0];
                client.peek(&mut first).await?;
                if first != [0x16] {
                    let mut server = TcpStream::connect(("127.0.0.1", server_port)).await?;
                    return copy_bidirectional(&mut client, &mut server).await.map(|_| ());
                }
                match shyness {
                    Shyness::HangUp => Ok(()),
                    // Fatal, no_application_protocol (RFC 8446, section 6; RFC 7301).
                    Shyness::Alert => client.write_all(&[0x15, 3, 3, 0, 2, 2, 120]).await,
                    Shyness::Complaint => client.write_all(b"EFATAL:  unsupported frontend protocol\0").await,
                    Shyness::Silence => copy(&mut client, &mut tokio::io::sink()).await.map(|_| ()),
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_server_that_knows_no_direct_tls_is_asked_for_tls_and_remembered() {
    let database = support::empty_database();
    for shyness in [Shyness::HangUp, Shyness::Alert, Shyness::Complaint, Shyness::Silence] {
        let proxy = Proxy::start(shy(database.server().port(), shyness).await).unwrap();
        let url = proxy.url(&database.url()) + "&connect_timeout=2";
        let connector = Connector::new(&pg::Url::parse(&url).unwrap()).unwrap();
        for connections in [2, 3] {
            let (client, connection) = connector.connect().await.unwrap();
            tokio::spawn(connection);
            let in_tls = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
            assert!(client.query_typed_one(in_tls, &[]).await.unwrap().get::<_, bool>(0));
            assert_eq!(proxy.traffic().connections, connections, "{shyness:?}");
        }
        let direct = pg::Url::parse(&(url + "&sslnegotiation=direct")).unwrap();
        let refused = pg::connect(&direct).await.err().unwrap();
        assert_eq!(refused.class(), Class::Unavailable, "{shyness:?}: {refused}");
        assert_eq!(proxy.traffic().connections, 4, "direct means direct");
    }
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
