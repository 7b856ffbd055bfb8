//! Counts the round trips of each request, from outside through a proxy that delays. The counts do not depend
//! on the machine's speed.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use harness::{Seen, app, call};
use pg::Connector;
use serde_json::{Value, json};
use store::App;
use support::lambda::Lambda;
use support::{Event, NeonProxy, Proxy, TestDatabase, binary, round_trips};

use crate::pgbouncer::pooler;

/// Long against what the machine itself takes, so that what is sent in one go also arrives in one go.
const CLEAR: Duration = Duration::from_millis(200);

/// An application that reaches its database through a proxy.
struct Distant {
    database: TestDatabase,
    proxy: Proxy,
    app: Arc<App>,
}

impl Distant {
    /// With one connection, made and used.
    async fn warm() -> Self {
        let database = support::database();
        let proxy = Proxy::start(database.server().port()).unwrap();
        let app = app(&proxy.url(&database.url()), &[]);
        let distant = Self { database, proxy, app };
        distant.db_test().await;
        distant
    }

    /// With empty projects from 1 to `count`.
    async fn with_projects(count: u32) -> Self {
        let distant = Self::warm().await;
        let projects =
            format!("INSERT INTO projects (name) SELECT 'p' || n FROM generate_series(1, {count}) AS n");
        distant.database.client().await.batch_execute(&projects).await.unwrap();
        distant
    }

    async fn db_test(&self) {
        assert_eq!(call(&self.app, db_test::handle, Event::get("/")).await.status, 200);
    }

    async fn import(&self, project: u32, file: &str) -> Seen {
        let event = Event::post(&format!("/?project_id={project}")).text(file);
        call(&self.app, import::handle, event).await
    }

    /// Imports a file that the project does not have yet.
    async fn import_afresh(&self, project: u32, file: &str) -> Seen {
        let seen = self.import(project, file).await;
        assert_eq!(seen.status, 201, "{}", seen.body);
        seen
    }

    /// Returns how many times the only connection waited for an answer during an operation.
    async fn flights(&self, operation: impl Future<Output = ()>) -> u64 {
        self.proxy.set_round_trip(CLEAR);
        let before = self.proxy.traffic_of_each()[0].flights;
        operation.await;
        self.proxy.traffic_of_each()[0].flights - before
    }
}

/// A file of bookmarks whose addresses are numbered from `first`, a hundred to a folder.
fn file(first: u32, count: u32) -> String {
    let mut file = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>\n".to_owned();
    for number in first..first + count {
        if number % 100 == 0 {
            writeln!(file, "<DT><H3>Folder {number}</H3><DL><p></DL><p>").unwrap();
        }
        writeln!(file, "<DT><A HREF=\"https://example.com/{number}\" TAGS=\"t\">Number {number}</A>")
            .unwrap();
    }
    file + "</DL><p>"
}

/// The same with entries that are not simply stored: a duplicate, a skipped one, a failed one, a separator.
fn mixed_file(first: u32, count: u32) -> String {
    let more = format!(
        "<DT><A HREF=\"https://example.com/{first}\" TAGS=\"again\">Again</A>\n\
         <HR><DT><A HREF=\"place:x\">Skipped</A>\n<DT><A HREF=\"/relative\">Failed</A></DL><p>"
    );
    file(first, count).replace("</DL><p>", "") + &more
}

#[tokio::test]
async fn a_warm_db_test_is_one_round_trip() {
    let distant = Distant::warm().await;
    assert_eq!(round_trips(&distant.proxy, async || distant.db_test().await).await.round(), 1.0);
    assert_eq!(distant.flights(distant.db_test()).await, 1);
}

#[tokio::test]
async fn a_warm_list_of_projects_is_one_round_trip() {
    let distant = Distant::with_projects(150).await;
    for target in ["/", "/?limit=7", "/?fields=name"] {
        let list = async || {
            assert_eq!(call(&distant.app, list_projects::handle, Event::get(target)).await.status, 200);
        };
        assert_eq!(round_trips(&distant.proxy, list).await.round(), 1.0, "{target}");
        assert_eq!(distant.flights(list()).await, 1, "{target}");
    }
}

#[tokio::test]
async fn whatever_is_done_with_bookmarks_is_one_round_trip() {
    let distant = Distant::with_projects(1).await;
    distant.import_afresh(1, &file(0, 1_000)).await;
    let send = async |method: &str, target: &str, body: &str| {
        let event = Event::new(method.parse().unwrap(), target);
        let event = if body.is_empty() { event } else { event.text(body.to_owned()) };
        call(&distant.app, bookmarks::handle, event).await
    };
    let listed = send("GET", "/?limit=1000", "").await;
    let ids: Vec<&Value> =
        listed.body["bookmarks"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(ids.len(), 1_000, "{}", listed.body);
    let one = format!("/{}", ids[0].as_str().unwrap());
    let restore = format!("/trash{one}/restore");
    let bulk = json!({"ids": ids, "do": {"add_tags": ["new"], "move_to": ["New"]}}).to_string();
    let requests = [
        ("GET", "/", ""),
        ("GET", "/?tag=t&sort=newest", ""),
        ("GET", "/?folder=Folder%20100", ""),
        ("GET", "/?q=number", ""),
        ("GET", "/folders", ""),
        ("GET", "/tags", ""),
        ("GET", one.as_str(), ""),
        ("PATCH", one.as_str(), r#"{"title": "New", "folder_path": ["A", "B"]}"#),
        ("PATCH", one.as_str(), r#"{"url": "https://other.example/"}"#),
        ("POST", "/", r#"{"url": "https://new.example/", "folder_path": ["A", "C"]}"#),
        ("POST", "/bulk", bulk.as_str()),
        ("POST", "/tags/rename", r#"{"from": "new", "to": "t"}"#),
        ("DELETE", one.as_str(), ""),
        ("GET", "/trash", ""),
        ("POST", restore.as_str(), ""),
        ("POST", "/bulk", r#"{"filter": {"folder": "New"}, "do": {"delete": true}}"#),
        ("DELETE", "/trash", ""),
    ];
    for (method, target, body) in requests {
        let done = async {
            let seen = send(method, target, body).await;
            assert!((200..300).contains(&seen.status), "{method} {target}: {}", seen.body);
        };
        assert_eq!(distant.flights(done).await, 1, "{method} {target}");
    }
}

#[tokio::test]
async fn whatever_linkdings_clients_do_is_one_round_trip() {
    let distant = Distant::with_projects(1).await;
    distant.import_afresh(1, &file(0, 1_000)).await;
    let send = async |method: &str, target: &str, body: &str| {
        let event = Event::new(method.parse().unwrap(), target);
        let event =
            if body.is_empty() { event } else { event.header("content-type", "application/json").text(body) };
        call(&distant.app, bookmarks::handle, event).await
    };
    let made = send("POST", "/api/bookmarks/", r#"{"url": "https://a.example/", "tag_names": ["a"]}"#).await;
    let one = format!("/api/bookmarks/{}/", made.body["id"]);
    let tags = send("GET", "/api/tags/", "").await;
    let tag = format!("/api/tags/{}/", tags.body["results"][0]["id"]);
    let (archive, unarchive) = (format!("{one}archive/"), format!("{one}unarchive/"));
    let requests = [
        ("GET", "/health", "", 200),
        ("GET", "/api/", "", 200),
        ("GET", "/api/user/profile/", "", 200),
        ("GET", "/api/bundles/", "", 200),
        ("GET", "/api/bookmarks/shared/", "", 200),
        ("GET", "/api/bookmarks/", "", 200),
        ("GET", "/api/bookmarks/?q=%23t+number+or+not+x&limit=5000&sort=title_asc&unread=no", "", 200),
        ("GET", "/api/bookmarks/archived/?q=%22number+1%22&added_since=2020-01-01", "", 200),
        ("GET", "/api/bookmarks/check/?url=https%3A%2F%2Fa.example", "", 200),
        ("GET", "/api/bookmarks/check/?url=https%3A%2F%2Fnobody.example", "", 200),
        ("POST", "/api/bookmarks/", r#"{"url": "https://b.example/", "tag_names": ["a", "b", "c"]}"#, 201),
        ("POST", "/api/bookmarks/", r#"{"url": "HTTPS://B.example", "tag_names": ["B", "d"]}"#, 201),
        ("GET", one.as_str(), "", 200),
        ("PATCH", one.as_str(), r#"{"title": "New", "tag_names": ["e"]}"#, 200),
        ("PUT", one.as_str(), r#"{"url": "https://c.example/"}"#, 200),
        ("PUT", one.as_str(), r#"{"url": "https://b.example/"}"#, 400),
        ("PATCH", one.as_str(), r#"{"url": "no address"}"#, 400),
        ("POST", archive.as_str(), "", 204),
        ("POST", unarchive.as_str(), "", 204),
        ("GET", "/api/tags/?limit=5000", "", 200),
        ("POST", "/api/tags/", r#"{"name": "f"}"#, 201),
        ("GET", tag.as_str(), "", 200),
        ("DELETE", tag.as_str(), "", 204),
        ("DELETE", one.as_str(), "", 204),
        ("DELETE", one.as_str(), "", 404),
    ];
    for (method, target, body, status) in requests {
        let done = async {
            let seen = send(method, target, body).await;
            assert_eq!(seen.status, status, "{method} {target}: {}", seen.body);
        };
        assert_eq!(distant.flights(done).await, 1, "{method} {target}");
    }
}

#[tokio::test]
async fn an_export_is_one_round_trip_whatever_its_size() {
    let distant = Distant::with_projects(1).await;
    distant.import_afresh(1, &file(0, 1_000)).await;
    let export = async || {
        let app = Ok(Arc::clone(&distant.app));
        let request = Event::get("/?project_id=1").request();
        let mut response = web::answer_streaming(&app, export::handle, web::nothing_is_public, request).await;
        assert_eq!(response.status(), 200);
        while response.body_mut().chunk().await.unwrap().is_some() {}
    };
    assert_eq!(round_trips(&distant.proxy, export).await.round(), 1.0);
    assert_eq!(distant.flights(export()).await, 1);
}

#[tokio::test]
async fn a_warm_import_into_an_empty_project_is_at_most_four_round_trips_whatever_its_size() {
    let distant = Distant::with_projects(6).await;
    for (project, file) in
        (1..).zip([1, 1_000, 20_000].into_iter().flat_map(|n| [file(0, n), mixed_file(0, n)]))
    {
        let flights = distant.flights(async { drop(distant.import_afresh(project, &file).await) }).await;
        assert!(flights <= 4, "{flights} for {} bytes", file.len());
    }
}

#[tokio::test]
async fn a_warm_import_into_a_project_that_holds_bookmarks_is_at_most_four_round_trips() {
    let distant = Distant::with_projects(3).await;
    for (project, count) in (1..).zip([2, 1_000, 20_000]) {
        distant.import_afresh(project, &file(0, count)).await;
        let import = async {
            // Every second address is known.
            let seen = distant.import_afresh(project, &mixed_file(count / 2, count)).await;
            assert!(seen.body["import_job"]["merged_count"].as_u64().unwrap() > u64::from(count / 2));
        };
        let flights = distant.flights(import).await;
        assert!(flights <= 4, "{flights} for {count} bookmarks");
    }
}

#[tokio::test]
async fn the_slope_of_an_import_tells_the_same() {
    let distant = Distant::with_projects(6).await;
    for project in 1..=6 {
        distant.import_afresh(project, &file(0, 100)).await;
    }
    let mut projects = 1..=6;
    let trips = round_trips(&distant.proxy, async || {
        distant.import_afresh(projects.next().unwrap(), &mixed_file(50, 100)).await;
    });
    let trips = trips.await;
    assert!(trips.round() <= 4.0, "{trips}");
}

#[tokio::test]
async fn a_repeated_import_is_at_most_two_round_trips() {
    let distant = Distant::with_projects(1).await;
    let file = file(0, 1_000);
    distant.import_afresh(1, &file).await;
    let repeat = async || assert_eq!(distant.import(1, &file).await.status, 200);
    let trips = round_trips(&distant.proxy, repeat).await;
    let flights = distant.flights(repeat()).await;
    assert!(trips.round() <= 2.0 && flights <= 2, "{trips} by slope, {flights} flights");
}

#[tokio::test]
async fn undoing_an_import_is_one_round_trip() {
    let distant = Distant::with_projects(7).await;
    let mut undos = Vec::new();
    for project in 1..=7 {
        let seen = distant.import_afresh(project, &mixed_file(0, 300)).await;
        undos.push(Event::delete(&format!("/{}", seen.body["import_job"]["id"].as_str().unwrap())));
    }
    let mut undo = async || {
        let seen = call(&distant.app, import::handle, undos.pop().unwrap()).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
    };
    assert_eq!(round_trips(&distant.proxy, &mut undo).await.round(), 1.0);
    assert_eq!(distant.flights(undo()).await, 1);
}

/// A request with a JSON body, which is answered with this status.
async fn send<F>(
    distant: &Distant,
    handle: impl FnOnce(Arc<App>, web::Request) -> F,
    (method, target): (&str, &str),
    body: &Value,
    status: u16,
) -> Value
where
    F: Future<Output = Result<web::Response, web::Error>> + Send,
{
    let event = Event::new(method.parse().unwrap(), target).text(body.to_string());
    let seen = call(&distant.app, handle, event).await;
    assert_eq!(seen.status, status, "{method} {target}: {}", seen.body);
    seen.body
}

#[tokio::test]
async fn each_step_of_a_job_is_one_round_trip_and_two_where_others_wrote_tokens() {
    let distant = Distant::with_projects(1).await;
    let job = json!({ "project_id": 1, "source_url": "https://x/", "extraction_type": "color" });
    let blue = json!({ "colorSpace": "srgb", "components": [0.2, 0.4, 0.9] });
    let tokens = json!({ "blue": { "$type": "color", "$value": blue } });
    let post = |target: &str, body: Value, status: u16| {
        let (distant, target) = (&distant, target.to_owned());
        async move { send(distant, jobs::handle, ("POST", &target), &body, status).await }
    };
    let get = || async { send(&distant, jobs::handle, ("GET", "/?status=pending"), &json!({}), 200).await };
    for id in 1..=3 {
        assert_eq!(distant.flights(async { drop(post("/", job.clone(), 201).await) }).await, 1, "submit");
        assert_eq!(distant.flights(async { drop(get().await) }).await, 1, "list");
        let claimed = std::sync::Mutex::new(Value::Null);
        let claim = async { *claimed.lock().unwrap() = post("/claim", json!({}), 200).await };
        assert_eq!(distant.flights(claim).await, 1, "claim");
        let lease = claimed.into_inner().unwrap()["jobs"][0]["lease_token"].clone();
        let heartbeat = post(&format!("/{id}/heartbeat"), json!({ "lease_token": lease }), 200);
        assert_eq!(distant.flights(async { drop(heartbeat.await) }).await, 1, "heartbeat");
        let completion = json!({ "lease_token": lease, "tokens": tokens });
        // The tokens of the second job join those that this process wrote. Before the third one, somebody else
        // writes some, which are read first.
        if id == 3 {
            let others = distant.database.client().await;
            let touch = "UPDATE projects SET updated_at = updated_at + interval '1 s'";
            others.batch_execute(touch).await.unwrap();
        }
        for flights in [if id == 3 { 2 } else { 1 }, 1] {
            let complete = post(&format!("/{id}/complete"), completion.clone(), 200);
            assert_eq!(distant.flights(async { drop(complete.await) }).await, flights, "complete");
        }
    }
}

#[tokio::test]
async fn each_step_of_a_project_is_one_round_trip() {
    let distant = Distant::with_projects(1).await;
    let name = json!({ "name": "p" });
    for (method, target, status) in [
        ("POST", "/", 201),
        ("GET", "/2", 200),
        ("PATCH", "/2", 200),
        ("DELETE", "/2", 204),
        ("DELETE", "/1?cascade=true", 204),
    ] {
        let step = async { drop(send(&distant, projects::handle, (method, target), &name, status).await) };
        assert_eq!(distant.flights(step).await, 1, "{method} {target}");
    }
}

/// From nothing to the first row, with a new connector each time.
async fn cold(proxy: &Proxy, url: &str, way: Way) -> f64 {
    let url = proxy.url(url);
    round_trips(proxy, async || first_row(&connector(&url), way).await).await
}

/// The steps between nothing and the first row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The statement waits until the server is ready, as a write must.
    Waiting,
    /// The statement rides on the login.
    Riding,
}

fn connector(url: &str) -> Connector {
    Connector::new(&pg::Url::parse(url).unwrap()).unwrap()
}

async fn first_row(connector: &Connector, way: Way) {
    let stream = connector.dial().await.unwrap();
    let (session, connection) = connector.log_in_ahead(stream).await.unwrap();
    tokio::spawn(connection);
    if way == Way::Waiting {
        session.login.ready().await.unwrap();
    }
    assert_eq!(session.client.query_typed("SELECT 1", &[]).await.unwrap().len(), 1);
}

/// The same with one connection, by its flights and TCP's handshake, which is not among them.
async fn counted(proxy: &Proxy, connector: &Connector, way: Way) -> u64 {
    proxy.set_round_trip(CLEAR);
    first_row(connector, way).await;
    proxy.traffic_of_each().last().unwrap().flights + 1
}

/// TCP, TLS, the first flight of the login, its second one, the statement.
#[tokio::test]
async fn on_neon_the_first_row_takes_five_round_trips_and_four_where_the_statement_rides() {
    let database = support::empty_database();
    let neon = NeonProxy::start(database.server()).unwrap();
    let proxy = Proxy::start(neon.port()).unwrap();
    let url = neon.url(database.name());
    assert_eq!(cold(&proxy, &url, Way::Waiting).await.round(), 5.0);
    assert_eq!(cold(&proxy, &url, Way::Riding).await.round(), 4.0);
    for parameters in ["&channel_binding=require", "&channel_binding=disable", "&sslnegotiation=direct"] {
        for url in [neon.url(database.name()), neon.pooled_url(database.name())] {
            let connector = connector(&proxy.url(&(url + parameters)));
            assert_eq!(counted(&proxy, &connector, Way::Riding).await, 4, "{parameters}");
        }
    }
}

/// One more for TLS than with Neon: Postgres 17 takes P-256 alone by default, and OpenSSL's default is to
/// guess X25519 first, which the server answers with a `HelloRetryRequest`. native-tls has no say in that; a
/// packaged function's OpenSSL is built without X25519, so that it guesses P-256.
#[tokio::test]
async fn on_stock_postgres_the_first_row_takes_six_round_trips_and_five_where_the_statement_rides() {
    let database = support::empty_database();
    let proxy = Proxy::start(database.server().port()).unwrap();
    assert_eq!(cold(&proxy, &database.url(), Way::Riding).await.round(), 5.0);
    let url = proxy.url(&database.url());
    assert_eq!(counted(&proxy, &connector(&url), Way::Waiting).await, 6);
    // The request for TLS is one more.
    let on_request = url + "&sslnegotiation=postgres";
    assert_eq!(counted(&proxy, &connector(&on_request), Way::Riding).await, 6);
}

/// The other clients can be set to do as a packaged OpenSSL does by itself.
#[tokio::test]
async fn on_stock_postgres_a_handshake_that_begins_with_p_256_saves_a_round_trip() {
    let database = support::database();
    let proxy = Proxy::start(database.server().port()).unwrap();
    proxy.set_round_trip(CLEAR);
    let home = tempfile::tempdir().unwrap();
    let settings = home.path().join("openssl.cnf");
    let groups = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nGroups = P-256\n";
    std::fs::write(&settings, groups).unwrap();
    let url = proxy.url(&database.url());
    let env = [("DATABASE_URL", url.as_str()), ("OPENSSL_CONF", settings.to_str().unwrap())];
    let function = Lambda::start(&binary("db-test"), &env).unwrap();
    assert_eq!(function.invoke(&Event::get("/")).await.unwrap().status.as_u16(), 200);
    // TCP, TLS, the two flights of the login, on the second of which the statement rides.
    assert_eq!(proxy.traffic_of_each()[0].flights + 1, 4);
}

/// The first connection learns that TLS has to be asked for and that nothing can be bound; the others know.
/// They pay for the request for TLS, which `PgBouncer` from 1.25 on does not need.
#[tokio::test]
async fn through_pgbouncer_the_first_row_takes_six_round_trips_and_five_where_the_statement_rides() {
    let database = support::empty_database();
    let Some(pooler) = pooler(2) else { return };
    let proxy = Proxy::start(pooler.port()).unwrap();
    let connector = connector(&proxy.url(&pooler.url(database.name())));
    first_row(&connector, Way::Waiting).await;
    let request = u64::from(!pooler.takes_direct_tls());
    assert_eq!(proxy.traffic().connections, 2 + request, "a login that was to be bound, one that is not");
    assert_eq!(counted(&proxy, &connector, Way::Waiting).await, 5 + request);
    assert_eq!(counted(&proxy, &connector, Way::Riding).await, 4 + request);
    assert_eq!(proxy.traffic().connections, 4 + request);
}

#[tokio::test]
async fn a_cold_read_takes_the_round_trips_of_its_connection_alone() {
    let database = support::database();
    let neon = NeonProxy::start(database.server()).unwrap();
    let proxy = Proxy::start(neon.port()).unwrap();
    let url = proxy.url(&neon.url(database.name()));
    let trips = round_trips(&proxy, async || {
        let app = app(&url, &[]);
        assert_eq!(call(&app, db_test::handle, Event::get("/")).await.status, 200);
    });
    assert_eq!(trips.await.round(), 4.0);
}

/// TCP, TLS, the startup packet, the two messages of SCRAM, the statement: each waits for the answer to the
/// one before.
#[tokio::test]
async fn without_pipelining_a_cold_read_takes_the_round_trips_of_the_drivers_own_login() {
    let database = support::database();
    let neon = NeonProxy::start(database.server()).unwrap();
    let proxy = Proxy::start(neon.port()).unwrap();
    let url = proxy.url(&neon.url(database.name()));
    let trips = round_trips(&proxy, async || {
        let app = app(&url, &[("DATABASE_LOGIN_PIPELINING", "off")]);
        assert_eq!(call(&app, db_test::handle, Event::get("/")).await.status, 200);
    });
    assert_eq!(trips.await.round(), 6.0);
    let unpipelined = connector(&url).without_pipelining();
    for way in [Way::Waiting, Way::Riding] {
        assert_eq!(counted(&proxy, &unpipelined, way).await, 6, "{way:?}");
    }
}
