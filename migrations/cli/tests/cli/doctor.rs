//! The failures of a connection, and their messages.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::thread;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509, X509NameBuilder};
use support::neon::message;
use support::proxy::Admission;
use support::{NeonProxy, PgBouncer, Proxy, pgbouncer};

use crate::harness::{Project, Run};

fn doctor(project: &Project, url: &str) -> Run {
    let run = project.run(&["doctor", "--database-url", url]);
    for line in run.stdout.lines() {
        assert!(line.chars().count() <= 80 && !line.contains('\u{1b}'), "{line}");
    }
    assert!(!run.to_string().contains("canary"), "{run}");
    run
}

/// The step that a connection fails at, with all that is said of it, on one line.
#[track_caller]
fn failure(run: &Run, step: &str) -> String {
    assert_eq!(run.code, Some(1), "{run}");
    let at = run.stdout.find("failed ").unwrap_or_else(|| panic!("{run}"));
    let text = run.stdout[at..].split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.starts_with(&format!("failed {step} ")), "{run}");
    assert!(text.ends_with(&format!("The connection fails at this step: {step}.")), "{run}");
    text
}

/// Returns the message of a step that needs attention, on one line.
#[track_caller]
fn look(run: &Run, step: &str) -> String {
    assert_eq!(run.code, Some(3), "{run}");
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let at = text.find(&format!("look {step} ")).unwrap_or_else(|| panic!("{run}"));
    text[at..].to_owned()
}

/// A server that says this to whoever asks something, once.
fn saying(answer: &'static [u8]) -> u16 {
    once(move |mut stream| {
        let mut request = [0; 8];
        stream.read_exact(&mut request).unwrap();
        stream.write_all(answer).unwrap();
        // The client hangs up first, so that what was said is not lost in a reset.
        let _ = stream.read(&mut request);
    })
}

/// Serves one connection on a thread, and gives its port.
fn once(serve: impl FnOnce(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || serve(listener.accept().unwrap().0));
    port
}

/// Stands before a server and lets so many connections through; the others it hangs up on. Gives its port.
fn passing(count: usize, server_port: u16) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().flatten().take(count) {
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server_port)).unwrap();
            let ways = [(client.try_clone(), server.try_clone()), (Ok(server), Ok(client))];
            for (from, to) in ways {
                let (mut from, mut to) = (from.unwrap(), to.unwrap());
                thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Write);
                });
            }
        }
        listener.incoming().for_each(drop);
    });
    port
}

/// A server whose certificate was good from ten to three days ago, and what signed it, which is itself.
fn expired() -> (u16, Vec<u8>) {
    const DAY: i64 = 86_400;
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed();
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, "an old server").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(now - 10 * DAY).unwrap()).unwrap();
    // Half a day past the third, so that no second's delay makes it another day.
    builder.set_not_after(&Asn1Time::from_unix(now - 3 * DAY + DAY / 2).unwrap()).unwrap();
    let names =
        SubjectAlternativeName::new().dns("localhost").build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(names).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    let certificate = builder.build();
    let authority = certificate.to_pem().unwrap();

    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    acceptor.set_private_key(&key).unwrap();
    acceptor.set_certificate(&certificate).unwrap();
    let acceptor = acceptor.build();
    let port = once(move |mut stream| {
        stream.read_exact(&mut [0; 8]).unwrap();
        stream.write_all(b"S").unwrap();
        assert!(acceptor.accept(stream).is_err());
    });
    (port, authority)
}

#[test]
fn every_step_of_a_good_connection_is_reported() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    let run = project.done(&["doctor"]);
    let steps = ["URL", "name", "TCP", "TLS", "certificate", "authentication"];
    let steps = steps.into_iter().chain(["channel binding", "pooler", "server", "round trip", "schema"]);
    let good: Vec<&str> = run.stdout.lines().filter_map(|line| line.strip_prefix("ok     ")).collect();
    for (line, step) in good.iter().zip(steps.clone()) {
        assert!(line.starts_with(&format!("{step} ")), "{run}");
    }
    assert_eq!(good.len(), steps.count(), "{run}");
    for part in ["DIRECT_DATABASE_URL: localhost port ", "127.0.0.1", "TLSv1.3, ", "days left", "17."] {
        assert!(run.stdout.contains(part), "{part}: {run}");
    }
    assert!(run.stdout.contains("SCRAM is bound to TLS") && run.stdout.contains("at V3__c, nothing pending"));
    assert!(run.stdout.ends_with("The connection works.\n"), "{run}");
}

#[test]
fn machines_get_every_figure() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    let diagnosis = project.json(&["doctor"]);
    assert_eq!(diagnosis["verdict"], "ok");
    let details = |step: &str| {
        let steps = diagnosis["steps"].as_array().unwrap();
        steps.iter().find(|found| found["step"] == step).unwrap()["details"].clone()
    };
    assert_eq!(details("URL")["origin"], "DIRECT_DATABASE_URL");
    assert_eq!(details("TLS")["version"], "TLSv1.3");
    assert_eq!(details("certificate")["subject"], "Branchline local server");
    assert_eq!(details("certificate")["issuer"], "Branchline local authority");
    assert!(details("certificate")["days_left"].as_i64().unwrap() > 3_600);
    assert!(details("certificate")["expires"].as_str().unwrap().ends_with('Z'));
    assert_eq!(details("pooler")["pooled"], false);
    assert!(details("round trip")["ms"].as_f64().unwrap() > 0.0);
    assert_eq!((&details("schema")["version"], &details("schema")["pending"]), (&3.into(), &0.into()));
}

#[test]
fn pending_migrations_are_to_be_looked_at() {
    let project = Project::with_three();
    project.done(&["upgrade", "1"]);
    let said = look(&project.run(&["doctor"]), "schema");
    assert!(said.starts_with("look schema at V1__a, 2 pending branchline upgrade applies them."), "{said}");
}

#[test]
fn files_that_disagree_with_the_history_are_to_be_looked_at() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.write("V2__b.sql", "CREATE TABLE b (id bigint);\n");
    assert!(look(&project.run(&["doctor"]), "schema").contains("branchline check says in what"));
    let said = look(&project.run(&["doctor", "--dir", "nowhere"]), "schema");
    assert!(said.contains("at V3__c; there are no files to compare with"), "{said}");
}

#[test]
fn a_url_that_is_wrong_is_reported_by_its_part() {
    let project = Project::with(&[]);
    let said = failure(&doctor(&project, "postgresql://u:canary@db.example:port/d"), "URL");
    assert!(said.contains("--database-url is not a database URL: port: is not a number"), "{said}");
}

#[test]
fn a_name_without_an_address() {
    let project = Project::with(&[]);
    // No name ends in .invalid (RFC 6761).
    let said = failure(&doctor(&project, "postgresql://u:canary@nowhere.invalid/d"), "name");
    assert!(said.contains("Is the host's name spelt right"), "{said}");
}

#[test]
fn a_closed_port() {
    let project = Project::with(&[]);
    let said = failure(&doctor(&project, "postgresql://u:canary@127.0.0.1:1/d"), "TCP");
    assert!(
        said.contains("127.0.0.1 port 1: ") && said.contains("Nothing listens there. Is 1 the right port")
    );
}

#[test]
fn a_black_hole() {
    let project = Project::with(&[]);
    let proxy = Proxy::start(project.database.server().port()).unwrap();
    proxy.admit(Admission::Swallow);
    let url = proxy.url(&project.database.url()) + "&connect_timeout=1";
    let said = failure(&doctor(&project, &url), "TLS");
    assert!(said.contains("nothing came back within 1 s Something accepts connections and says nothing"));
}

#[test]
fn a_server_without_tls() {
    let project = Project::with(&[]);
    let url =
        format!("postgresql://u:canary@localhost:{}/d?sslmode=require&hostaddr=127.0.0.1", saying(b"N"));
    let said = failure(&doctor(&project, &url), "TLS");
    assert!(said.contains("the server does not offer TLS") && said.contains("ssl = on"), "{said}");
}

#[test]
fn a_server_that_is_no_postgres() {
    let project = Project::with(&[]);
    let port = saying(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let url = format!("postgresql://u:canary@localhost:{port}/d?sslmode=require&hostaddr=127.0.0.1");
    let said = failure(&doctor(&project, &url), "TLS");
    assert!(said.contains("byte 0x48") && said.contains("Something else than Postgres listens there"));
}

#[test]
fn a_certificate_of_another_host() {
    let project = Project::with(&[]);
    let url = project.database.url().replace("@localhost:", "@db.example:") + "&hostaddr=127.0.0.1";
    let said = failure(&doctor(&project, &url), "certificate");
    assert!(said.contains("made out to localhost, 127.0.0.1, ::1, not to db.example"), "{said}");
}

#[test]
fn a_certificate_of_another_authority() {
    let project = Project::with(&[]);
    let neon = NeonProxy::start(project.database.server()).unwrap();
    let url = project.database.url();
    let (before, _) = url.split_once("sslrootcert=").unwrap();
    let url = format!("{before}sslrootcert={}", neon.ca_file().display());
    let said = failure(&doctor(&project, &url), "certificate");
    assert!(said.contains("signed by Branchline local authority, which is not trusted here"), "{said}");
}

#[test]
fn authorities_that_cannot_be_read() {
    let project = Project::with(&[]);
    let url = project.database.url();
    let (before, _) = url.split_once("sslrootcert=").unwrap();
    let said = failure(&doctor(&project, &format!("{before}sslrootcert=/no/such.pem")), "TLS");
    assert!(said.contains("sslrootcert, /no/such.pem, cannot be used: No such file"), "{said}");
    assert!(said.contains("leave sslrootcert out there"), "{said}");
}

#[test]
fn a_second_session_that_fails_says_nothing_of_channel_binding() {
    let project = Project::with(&[]);
    // One connection is taken apart, one logs in; who would bind a third finds nobody.
    let port = passing(2, project.database.server().port());
    let (server, through) = (project.database.server().port(), format!(":{port}/"));
    let url = project.database.url().replacen(&format!(":{server}/"), &through, 1);
    let said = look(&doctor(&project, &url), "channel binding");
    assert!(said.starts_with("look channel binding not known: "), "{said}");
}

#[test]
fn an_expired_certificate() {
    let project = Project::with(&[]);
    let (port, authority) = expired();
    let file = project.folder().join("ca.pem");
    std::fs::write(&file, authority).unwrap();
    let file = file.display();
    let url = format!(
        "postgresql://u:canary@localhost:{port}/d?sslmode=require&hostaddr=127.0.0.1&sslrootcert={file}"
    );
    let said = failure(&doctor(&project, &url), "certificate");
    assert!(said.contains("it expired 3 days ago It must be renewed"), "{said}");
}

#[test]
fn a_wrong_password() {
    let project = Project::with(&[]);
    let url = project.database.url().replacen("branchline:", "branchline:canary", 1);
    let said = failure(&doctor(&project, &url), "authentication");
    assert!(said.contains("password authentication failed") && said.contains("Write @ as %40"), "{said}");
}

#[test]
fn a_missing_database() {
    let project = Project::with(&[]);
    let url = project.database.url().replace(project.database.name(), "no_such_database");
    let said = failure(&doctor(&project, &url), "authentication");
    assert!(
        said.contains("\"no_such_database\" does not exist") && said.contains("CREATE DATABASE"),
        "{said}"
    );
}

#[test]
fn neons_refusals_are_told_apart_by_their_words() {
    let project = Project::with(&[]);
    let neon = NeonProxy::start(project.database.server()).unwrap();
    let url = neon.url(project.database.name());
    for (text, advice) in [
        (message::DISABLED, "a disabled one is enabled there"),
        (message::IS_DISABLED, "a disabled one is enabled there"),
        (message::NO_ENDPOINT, "may have been deleted"),
        (message::ENDPOINT_NOT_FOUND, "may have been deleted"),
        (message::BRANCH_NOT_FOUND, "may have been deleted"),
        (message::INCONSISTENT, "leave the option out"),
        (message::ADDRESS_NOT_ALLOWED, "Add this machine's address"),
        (message::BLOCKED_NETWORK, "no connections from the public internet"),
        (message::NO_VPC_ENDPOINT, "connect through one of them"),
        (message::VPC_NOT_ALLOWED, "connect through one of them"),
        (message::ROLE_PROTECTED, "use a role of the project"),
        (message::QUOTA, "compute time, storage or transfer is used up"),
        (message::BRANCH_COMPUTE_TIME, "compute time, storage or transfer is used up"),
        (message::ACTIVE_ENDPOINTS, "suspend one in Neon's console"),
        (message::RATE_LIMIT, "Too many logins in a short time"),
        (message::TOO_MANY_ATTEMPTS, "Too many logins in a short time"),
    ] {
        neon.fail_next(1, text);
        let said = failure(&doctor(&project, &url), "authentication");
        assert!(said.contains(advice), "{said}");
    }
}

#[test]
fn neons_pooler_is_to_be_looked_at() {
    let project = Project::with(&[]);
    let neon = NeonProxy::start(project.database.server()).unwrap();
    let run = doctor(&project, &neon.pooled_url(project.database.name()));
    let said = look(&run, "pooler");
    assert!(said.contains("the same host without \"-pooler\""), "{said}");
    assert!(run.stdout.contains("SCRAM is bound to TLS"), "{run}");
    // Without it there is nothing to look at.
    let run = project.run(&["doctor", "--database-url", &neon.url(project.database.name())]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn any_pooler_in_transaction_mode_is_found_by_its_sessions() {
    let project = Project::with(&[]);
    let pooler = match PgBouncer::start(project.database.server(), 2) {
        Ok(pooler) => pooler,
        Err(pgbouncer::Error::Absent(reason)) => return support::skipped(reason),
        Err(error) => panic!("{error}"),
    };
    let url = pooler.url(project.database.name());
    let run = doctor(&project, &url);
    let said = look(&run, "pooler");
    assert!(said.contains("two sessions share a server process"), "{said}");
    assert!(run.stdout.contains("the server does not offer it"), "{run}");
    let said = failure(&doctor(&project, &format!("{url}&channel_binding=require")), "authentication");
    assert!(said.contains("PgBouncer has no channel binding"), "{said}");
    let wrong = url.replacen("branchline:", "branchline:canary", 1);
    let said = failure(&doctor(&project, &wrong), "authentication");
    assert!(said.contains("SASL authentication failed") && said.contains("auth_file"), "{said}");
}

#[test]
fn a_server_that_takes_no_writes_is_to_be_looked_at() {
    let project = Project::with(&[]);
    let name = project.database.name();
    project.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    assert!(look(&project.run(&["doctor"]), "server").contains("migrations need it off"));
}
