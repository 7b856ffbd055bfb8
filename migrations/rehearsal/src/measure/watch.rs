//! A second session that looks at the migrating one's locks while a statement runs.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio_postgres::{Client, SimpleQueryRow};

use super::profile::LockMode;
use engine::database::rows;

/// Between two looks: a lock that is held for a shorter time holds nobody up for long.
const INTERVAL: Duration = Duration::from_millis(4);

/// A relation's oid and how it is locked.
pub(super) type Held = (u32, LockMode);

/// Observations of one statement.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Locks with the first and the last look at which they were there.
    pub(super) locks: Vec<(Held, Duration, Duration)>,
    /// Time for which the session waited for a lock.
    pub(super) waited: Duration,
    /// Why looking ended early.
    error: Option<pg::Error>,
}

/// The relation locks of a session, and whether it waits for one of any kind.
pub(super) async fn locks(session: &Client, pid: i32) -> Result<(Vec<Held>, bool), pg::Error> {
    // The query itself locks pg_locks and the catalogs; these locks are sorted out by their oids later.
    let sql = format!(
        "SELECT l.relation, l.mode, l.granted, l.locktype FROM pg_locks l WHERE l.pid = {pid} AND (NOT \
         l.granted OR l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = \
         current_database()))"
    );
    let (mut held, mut waits) = (Vec::new(), false);
    for row in rows(session, &sql).await? {
        waits |= row.get(2) == Some("f");
        held.extend(held_lock(&row));
    }
    Ok((held, waits))
}

fn held_lock(row: &SimpleQueryRow) -> Option<Held> {
    if row.get(2) != Some("t") || row.get(3) != Some("relation") {
        return None;
    }
    Some((row.get(0)?.parse().ok()?, LockMode::from_pg_locks(row.get(1)?)?))
}

/// Looks at a session's locks beside whatever runs.
pub(super) struct Watcher {
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Watcher {
    /// Begins to look at the session of a server process.
    pub(super) fn start(session: &Arc<Client>, pid: i32, origin: Instant) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let task = tokio::spawn(watch(Arc::clone(session), pid, origin, Arc::clone(&seen)));
        Self { seen, task }
    }

    /// Ends it, and returns what was seen.
    ///
    /// # Errors
    /// Looking failed.
    pub(super) fn stop(self) -> Result<Seen, pg::Error> {
        let seen = mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        match seen.error {
            Some(error) => Err(error),
            None => Ok(seen),
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Looks until it is aborted; ends only where looking fails.
async fn watch(session: Arc<Client>, pid: i32, origin: Instant, seen: Arc<Mutex<Seen>>) {
    let mut last = origin.elapsed();
    loop {
        let found = locks(&session, pid).await;
        let now = origin.elapsed();
        {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            match found {
                Ok((held, waits)) => seen.note(held, waits.then(|| now.saturating_sub(last)), now),
                Err(error) => {
                    seen.error = Some(error);
                    return;
                }
            }
        }
        last = now;
        tokio::time::sleep(INTERVAL).await;
    }
}

impl Seen {
    fn note(&mut self, held: Vec<Held>, waited: Option<Duration>, now: Duration) {
        self.waited += waited.unwrap_or_default();
        for lock in held {
            match self.locks.iter_mut().find(|(known, ..)| *known == lock) {
                Some((_, _, until)) => *until = now,
                None => self.locks.push((lock, now, now)),
            }
        }
    }
}
