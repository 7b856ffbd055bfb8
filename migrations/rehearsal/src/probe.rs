//! Sessions that read and write the touched tables while migrations run: who would have been held up, and for
//! how long, by those who were.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures_util::future::join_all;
use pg::Connector;
use tokio_postgres::Client;

use super::report::{Probed, Wait, Who};
use engine::connect::connect;
use engine::database::{execute, one_row, rows};
use engine::values;

/// Between two attempts of a session, and between two looks at who waits.
const INTERVAL: Duration = Duration::from_millis(5);
/// A shorter wait than this is lost among what a busy machine does to everybody.
const SHORTEST: Duration = Duration::from_millis(10);

/// The probing sessions of a rehearsal, connected and at rest.
pub struct Probes {
    sessions: Vec<Session>,
    spotter: Client,
    origin: Instant,
}

struct Session {
    client: Client,
    pid: i32,
    who: Who,
    table: String,
}

/// When a server process was seen waiting for a lock last.
type Waiting = Rc<RefCell<HashMap<i32, Instant>>>;

impl Probes {
    /// Connects two sessions for each table. Times are counted from `origin`.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn open(connector: &Connector, tables: &[String], origin: Instant) -> Result<Self> {
        let mut sessions = Vec::new();
        for table in tables {
            for who in [Who::Reader, Who::Writer] {
                sessions
                    .push(Session::open(connector, who, table).await.context("opening a probing session")?);
            }
        }
        let spotter = connect(connector).await.context("opening a probing session")?;
        Ok(Self { sessions, spotter, origin })
    }

    /// Lets the sessions work while `work` does, and gives what it gives and what they lived through.
    pub async fn around<T>(self, work: impl Future<Output = T>) -> (T, Vec<Probed>) {
        let waiting = Waiting::default();
        let is_over = Cell::new(false);
        let probed =
            join_all(self.sessions.iter().map(|session| session.probe(&is_over, &waiting, self.origin)));
        let work = async {
            let outcome = work.await;
            is_over.set(true);
            outcome
        };
        let spot = spot(&self.spotter, &is_over, &waiting);
        let (outcome, probed, ()) = tokio::join!(work, probed, spot);
        (outcome, probed)
    }
}

impl Session {
    async fn open(connector: &Connector, who: Who, table: &str) -> Result<Self> {
        let client = connect(connector).await?;
        let pid = one_row(&client, "SELECT pg_backend_pid()").await?;
        let pid =
            pid.as_ref().and_then(|row| row.get(0)?.parse().ok()).context("the server gave no answer")?;
        Ok(Self { client, pid, who, table: table.to_owned() })
    }

    /// The statements of one attempt. The writer takes the locks of an UPDATE, on the table and on a row, and
    /// changes nothing: it waits where an UPDATE would, fires no trigger and leaves no dead row behind.
    fn statement(&self) -> String {
        let table = &self.table;
        match self.who {
            Who::Reader => format!("SELECT 1 FROM {table} LIMIT 1"),
            Who::Writer => format!(
                "BEGIN; LOCK TABLE ONLY {table} IN ROW EXCLUSIVE MODE; \
                 SELECT 1 FROM ONLY {table} LIMIT 1 FOR NO KEY UPDATE; ROLLBACK"
            ),
        }
    }

    async fn probe(&self, is_over: &Cell<bool>, waiting: &Waiting, origin: Instant) -> Probed {
        let (table, who, statement) = (self.table.clone(), self.who, self.statement());
        let mut probed = Probed { table, who, attempts: 0, waits: Vec::new(), broken: None };
        while !is_over.get() {
            let asked = Instant::now();
            let outcome = execute(&self.client, &statement).await;
            let waited = asked.elapsed();
            probed.attempts += 1;
            let was_seen = waiting.borrow().get(&self.pid).is_some_and(|seen| *seen >= asked);
            if was_seen && waited >= SHORTEST {
                probed.waits.push(Wait { started: asked - origin, waited });
            }
            if let Err(error) = outcome {
                probed.broken = Some(values::without(&error, None));
                break;
            }
            tokio::time::sleep(INTERVAL).await;
        }
        probed
    }
}

/// Notes who waits for a lock, so that a session that was slow for another reason is not taken for one.
async fn spot(spotter: &Client, is_over: &Cell<bool>, waiting: &Waiting) {
    while !is_over.get() {
        // Without an answer nobody is seen waiting; the migration, on the same server, tells why.
        let found =
            rows(spotter, "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted").await.unwrap_or_default();
        let now = Instant::now();
        let pids = found.iter().filter_map(|row| row.get(0)?.parse().ok());
        waiting.borrow_mut().extend(pids.map(|pid| (pid, now)));
        tokio::time::sleep(INTERVAL).await;
    }
}
