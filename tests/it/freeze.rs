//! Freeze and thaw: the real binaries, stopped between two requests while something happens to their
//! connections. No error reaches a request that may be repeated, and no cycle costs more than one new
//! connection.

use std::time::Duration;

use futures_util::future::join_all;
use support::lambda::{Lambda, Response};
use support::proxy::Cut;
use support::{Data, Event, Options, Postgres, Proxy, Shutdown, TestDatabase, binary, rounds};
use tokio::time::timeout;

const FUNCTIONS: [&str; 7] = ["db-test", "list-projects", "import", "search", "export", "account", "jobs"];

/// For what happens within milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// One environment of a function, with a way to the database of its own.
struct Environment {
    name: &'static str,
    number: usize,
    function: Lambda,
    proxy: Proxy,
    answered: usize,
}

impl Environment {
    fn start(name: &'static str, number: usize, port: u16, url: &str) -> Self {
        let proxy = Proxy::start(port).unwrap();
        // Its name distinguishes a session from those of other environments.
        let url = format!("{}&application_name={}", proxy.url(url), application_name(&proxy));
        let function = Lambda::start(&binary(name), &[("DATABASE_URL", url.as_str())]).unwrap();
        Self { name, number, function, proxy, answered: 0 }
    }

    /// So many environments of every function.
    fn for_every_function(of_each: usize, port: u16, url: &str) -> Vec<Self> {
        let numbered = |name| (0..of_each).map(move |number| Self::start(name, number, port, url));
        FUNCTIONS.into_iter().flat_map(numbered).collect()
    }

    /// A request that may be repeated: a read, or an import, which finds by its content what it did before.
    fn event(&self) -> Event {
        let event = match self.name {
            "import" => Event::post("/").text(format!(
                "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><A HREF=\"https://example.com/{}/{}\">x</A></DL><p>",
                self.number, self.answered
            )),
            "search" => Event::get("/?q=example"),
            _ => Event::get("/"),
        };
        event.timeout(Duration::from_secs(30))
    }

    async fn answer(&mut self) {
        let answer: Response = self.function.invoke(&self.event()).await.unwrap();
        let expected = if self.name == "import" { 201 } else { 200 };
        assert_eq!(
            answer.status.as_u16(),
            expected,
            "{} after {} answers: {}\n{}",
            self.name,
            self.answered,
            answer.text(),
            self.function.stderr()
        );
        self.answered += 1;
    }

    /// Stops the function, and waits until it stands still.
    async fn freeze(&self) {
        timeout(PATIENCE, self.function.idle()).await.unwrap();
        self.function.freeze();
        let stat = format!("/proc/{}/stat", self.function.pid());
        // The state follows the program's name, which is in parentheses.
        let stands_still = async {
            while !std::fs::read_to_string(&stat).unwrap().contains(") T ") {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(PATIENCE, stands_still).await.unwrap();
    }

    fn connects(&self) -> usize {
        self.proxy.traffic_of_each().len()
    }

    /// Freezes between requests, so many times, and has something happen meanwhile. Gives how many
    /// connections the worst cycle cost.
    async fn cycle(&mut self, cycles: usize, happens: impl AsyncFn(&Proxy)) -> usize {
        let mut worst = 0;
        self.answer().await;
        for _ in 0..cycles {
            let before = self.connects();
            self.freeze().await;
            happens(&self.proxy).await;
            self.function.thaw();
            self.answer().await;
            worst = worst.max(self.connects() - before);
        }
        worst
    }
}

fn application_name(proxy: &Proxy) -> String {
    format!("freeze-{}", proxy.port())
}

/// Runs cycles of every function, spread over several environments of each; gives how many connections the
/// worst cycle cost.
async fn cycles_of_every_function(
    database: &TestDatabase,
    of_each: usize,
    happens: impl AsyncFn(&Proxy),
) -> usize {
    let cycles = rounds(20, 1_000) / of_each;
    let port = database.server().port();
    let mut environments = Environment::for_every_function(of_each, port, &database.url());
    let runs = environments.iter_mut().map(|environment| environment.cycle(cycles, &happens));
    let worst = join_all(runs).await.into_iter().max().unwrap();
    every_import_is_stored_once(database, of_each * (cycles + 1)).await;
    worst
}

async fn every_import_is_stored_once(database: &TestDatabase, imports: usize) {
    let client = database.client().await;
    let row = client.query_one("SELECT count(*), count(DISTINCT url) FROM bookmarks", &[]).await.unwrap();
    let stored = (row.get::<_, i64>(0), row.get::<_, i64>(1));
    let imports = i64::try_from(imports).unwrap();
    assert_eq!(stored, (imports, imports));
}

#[tokio::test]
async fn a_freeze_alone_costs_no_connection() {
    let database = support::database();
    assert_eq!(cycles_of_every_function(&database, 1, async |_| ()).await, 0);
}

#[tokio::test]
async fn connections_closed_during_a_freeze_cost_one_new_one_and_no_error() {
    let database = support::database();
    let worst = cycles_of_every_function(&database, 1, async |proxy| {
        assert_eq!(proxy.cut(Cut::Close), 1);
    });
    assert_eq!(worst.await, 1);
}

#[tokio::test]
async fn connections_reset_during_a_freeze_cost_one_new_one_and_no_error() {
    let database = support::database();
    let worst = cycles_of_every_function(&database, 1, async |proxy| {
        assert_eq!(proxy.cut(Cut::Reset), 1);
    });
    assert_eq!(worst.await, 1);
}

/// Neither side notices, as if a machine on the way has forgotten the connection and drops its packets.
#[tokio::test]
async fn connections_that_lead_nowhere_after_a_freeze_cost_one_new_one_and_no_error() {
    let database = support::database();
    let client = database.client().await;
    // In each cycle the old connection has a second to answer, hence the many environments.
    let worst = cycles_of_every_function(&database, 5, async |proxy| {
        assert!(proxy.lose() > 0);
        // The server has no room for the sessions of all cycles; the function does not hear of this end
        // either.
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ";
        client.batch_execute(&format!("{end}'{}'", application_name(proxy))).await.unwrap();
        // No freeze is shorter.
        tokio::time::sleep(Duration::from_millis(5)).await;
    });
    assert_eq!(worst.await, 1);
}

#[tokio::test]
async fn sessions_killed_during_a_freeze_cost_one_new_one_and_no_error() {
    let database = support::database();
    let client = database.client().await;
    let idle = "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'freeze-%'
                AND state = 'idle'";
    let kill = format!("SELECT count(pg_terminate_backend(pid)) {idle}");
    let left = format!("SELECT count(*) {idle}");
    let count = async |sql: &str| client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0);
    let mut environments = Environment::for_every_function(1, database.server().port(), &database.url());
    for environment in &mut environments {
        let worst = environment.cycle(rounds(20, 1_000), async |_| {
            assert!(count(&kill).await >= 1);
            timeout(PATIENCE, async { while count(&left).await > 0 {} }).await.unwrap();
        });
        assert_eq!(worst.await, 1, "{}", environment.name);
    }
}

#[tokio::test]
async fn a_server_restarted_during_a_freeze_costs_one_new_connection_and_no_error() {
    let mut server = Postgres::start(&Options { data: Data::Temporary, durable: false }).unwrap();
    server.create_database("app").unwrap();
    support::migrate(&server, "app").unwrap();
    let mut environments = Environment::for_every_function(1, server.port(), &server.url("app"));
    join_all(environments.iter_mut().map(Environment::answer)).await;
    let ways = [Shutdown::Fast, Shutdown::Immediate].into_iter().cycle();
    for way in ways.take(rounds(20, 1_000)) {
        let before: Vec<usize> = environments.iter().map(Environment::connects).collect();
        join_all(environments.iter().map(Environment::freeze)).await;
        server.halt(way).unwrap();
        server.resume().unwrap();
        environments.iter().for_each(|environment| environment.function.thaw());
        join_all(environments.iter_mut().map(Environment::answer)).await;
        for (environment, before) in environments.iter().zip(before) {
            assert_eq!(environment.connects() - before, 1, "{} after {way:?}", environment.name);
        }
    }
}
