use std::time::Duration;

use super::*;

const CANARY: &str = "s3cr3t-canary";

fn parse(url: &str) -> Url {
    Url::parse(url).unwrap()
}

fn refusal(url: &str) -> (String, String) {
    let error = Url::parse(url).unwrap_err();
    assert!(!error.to_string().contains("s3cr3t"), "the error shows the password: {error}");
    (error.part, error.problem)
}

#[test]
fn every_scheme_of_the_old_stacks_is_read() {
    for scheme in ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg2"] {
        let url = parse(&format!("{scheme}://me:{CANARY}@db.example:6543/app"));
        assert_eq!((url.user(), url.dbname(), url.port()), ("me", "app", 6543));
        assert_eq!(url.password.as_deref(), Some(CANARY));
        assert_eq!(url.host(), &Host::Name("db.example".to_owned()));
    }
    assert_eq!(refusal(&format!("mysql://me:{CANARY}@h/d")).0, "scheme");
}

#[test]
fn tls_is_required_for_every_host_but_loopback_and_sockets() {
    assert_eq!(parse("postgres://u@db.example/d").tls, TlsMode::Require);
    assert_eq!(parse("postgres://u@10.0.0.7/d").tls, TlsMode::Require);
    assert_eq!(parse("postgres://u@localhost/d").tls, TlsMode::Prefer);
    assert_eq!(parse("postgres://u@[::1]:5433/d?sslmode=disable").tls, TlsMode::Disable);
    assert_eq!(parse("postgres://u@%2Frun%2Fpostgresql/d").tls, TlsMode::Disable);
    // The name is loopback's, but the connection would leave the machine.
    assert_eq!(parse("postgres://u@localhost/d?hostaddr=10.0.0.7").tls, TlsMode::Require);
    for weak in ["sslmode=disable", "sslmode=allow", "sslmode=prefer", "ssl=false"] {
        assert_eq!(refusal(&format!("postgres://u:{CANARY}@db.example/d?{weak}")).0, "sslmode");
    }
}

#[test]
fn every_strict_spelling_means_the_same_verified_tls() {
    for spelling in ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full", "ssl=require", "ssl=true"]
    {
        assert_eq!(parse(&format!("postgres://u@localhost/d?{spelling}")).tls, TlsMode::Require);
    }
    assert_eq!(refusal("postgres://u@localhost/d?sslmode=require&ssl=disable").0, "ssl");
}

#[test]
fn parameters_work_as_in_libpq() {
    let url = parse(
        "postgresql://u:p@ep-x.eu-central-1.aws.neon.tech/d?sslmode=require&channel_binding=require\
         &sslnegotiation=direct&hostaddr=127.0.0.1&options=endpoint%3Dep-x&connect_timeout=10\
         &application_name=a%20b&sslrootcert=/tmp/ca.pem&tcp_user_timeout=2500",
    );
    assert_eq!(url.channel_binding, ChannelBinding::Require);
    assert_eq!(url.negotiation, Negotiation::Direct);
    assert_eq!(url.hostaddr, Some("127.0.0.1".parse().unwrap()));
    assert_eq!(url.host(), &Host::Name("ep-x.eu-central-1.aws.neon.tech".to_owned()));
    assert_eq!(url.options.as_deref(), Some("endpoint=ep-x"));
    assert_eq!(url.connect_timeout(), Some(Duration::from_secs(10)));
    assert_eq!(url.application_name.as_deref(), Some("a b"));
    assert_eq!(url.roots, Roots::File(PathBuf::from("/tmp/ca.pem")));
    assert_eq!(url.tcp_user_timeout, Some(Duration::from_millis(2500)));
    assert_eq!(parse("postgres://u@h/d?connect_timeout=0").connect_timeout(), None);
    assert_eq!(parse("postgres://u@h/d?sslrootcert=system").roots, Roots::System);
}

#[test]
fn parameters_may_stand_for_the_parts_before_them() {
    let url = parse("postgresql:///?host=db.example&port=6000&user=u&password=p&dbname=d");
    assert_eq!((url.user(), url.dbname(), url.port()), ("u", "d", 6000));
    assert_eq!(
        parse("postgres://u@h").dbname(),
        "u",
        "the database is named as the user where none is given"
    );
}

#[test]
fn a_wrong_part_is_named_without_its_value() {
    assert_eq!(refusal(&format!("postgres://u:{CANARY}@h:port/d")).0, "port");
    assert_eq!(refusal(&format!("postgres://u:{CANARY}@h:0/d")).0, "port");
    assert_eq!(refusal(&format!("postgres://u:{CANARY}@h:70000/d")).0, "port");
    assert_eq!(refusal(&format!("postgres://u:{CANARY}@/d")).0, "host");
    assert_eq!(refusal(&format!("postgres://u:{CANARY}@a,b/d")).0, "host");
    assert_eq!(refusal("postgres://h/d").0, "user");
    assert_eq!(refusal(&format!("postgres://u:{CANARY}%zz@h/d")).0, "password");
    assert_eq!(refusal(&format!("postgres://u:{CANARY}@h/d?sslmode=sometimes")).0, "sslmode");
    assert_eq!(refusal(&format!("postgres://u:{CANARY}@h/d?channel_binding=x")).0, "channel_binding");
    assert_eq!(refusal(&format!("postgres://u:{CANARY}@h/d?connect_timeout=soon")).0, "connect_timeout");
    assert_eq!(refusal(&format!("postgres://u:{CANARY}@h/d?hostaddr=h")).0, "hostaddr");
    let (part, problem) = refusal(&format!("postgres://u:{CANARY}@h/d?prepare_threshold=0"));
    assert_eq!(part, "prepare_threshold");
    assert!(problem.contains("channel_binding"), "the known ones are listed: {problem}");
}

#[test]
fn an_unescaped_password_is_refused_and_never_shown() {
    // Each of these leaves a piece of the password where a host, a port or a parameter is read.
    for password in
        ["s3cr3t@x", "a@s3cr3t?x=1", "x/s3cr3t", "x/y?s3cr3t=1", "1/?s3cr3t&s3cr3t", "1?s3cr3t=2/"]
    {
        let error = Url::parse(&format!("postgres://u:{password}@h/d")).map(|u| u.to_string());
        assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
    }
    // As in libpq, ? and # need no escape before the @.
    assert_eq!(parse("postgres://u:a?b#c@h/d").password.as_deref(), Some("a?b#c"));
    assert_eq!(parse("postgres://u:%40%2F%25@h/d").password.as_deref(), Some("@/%"));
}

#[test]
fn debug_and_display_hide_the_password() {
    let url = parse(&format!("postgres://me:{CANARY}@db.example/app?options=-c%20x%3Dy"));
    assert_eq!(url.to_string(), "postgresql://me:***@db.example:5432/app");
    assert_eq!(format!("{url:?}"), "Url(postgresql://me:***@db.example:5432/app)");
}

#[test]
fn a_neon_pooler_becomes_the_direct_host() {
    let pooled = parse("postgres://u:p@ep-cool-1234-pooler.us-east-2.aws.neon.tech/d");
    assert!(pooled.is_neon() && pooled.is_pooler());
    let direct = pooled.direct();
    assert_eq!(direct.host(), &Host::Name("ep-cool-1234.us-east-2.aws.neon.tech".to_owned()));
    assert!(!direct.is_pooler());
    assert_eq!(direct.direct(), direct);

    let other = parse("postgres://u:p@my-pooler.example.com/d");
    assert!(!other.is_neon() && !other.is_pooler());
    assert!(!parse("postgres://u@notneon.tech/d").is_neon());
}
