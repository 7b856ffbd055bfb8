//! A second session that looks at the migrating one's locks while a statement runs.

use std::time::{Duration, Instant};

use tokio_postgres::{Client, SimpleQueryRow};

use super::profile::LockMode;
use engine::database::rows;

/// Between two looks: a lock that is held for a shorter time holds nobody up for long.
const INTERVAL: Duration = Duration::from_millis(4);

/// A relation's oid and how it is locked.
pub(super) type Held = (u32, LockMode);

/// What was seen of one statement.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Locks with the first and the last look at which they were there.
    pub(super) locks: Vec<(Held, Duration, Duration)>,
    /// How long the session waited for a lock.
    pub(super) waited: Duration,
}

/// The relation locks of a session, and whether it waits for one of any kind.
pub(super) async fn locks(session: &Client, pid: i32) -> Result<(Vec<Held>, bool), pg::Error> {
    // pg_locks itself and the catalogs are locked by asking; they are told apart by their oids later.
    let sql = format!(
        "SELECT l.relation, l.mode, l.granted, l.locktype FROM pg_locks l WHERE l.pid = {pid} AND (NOT l.granted OR \
         l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
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

/// Looks until it is dropped; ends only where looking fails.
pub(super) async fn watch(session: &Client, pid: i32, origin: Instant, seen: &mut Seen) -> pg::Error {
    let mut last = origin.elapsed();
    loop {
        let (held, waits) = match locks(session, pid).await {
            Ok(found) => found,
            Err(error) => return error,
        };
        let now = origin.elapsed();
        if waits {
            seen.waited += now.saturating_sub(last);
        }
        for lock in held {
            match seen.locks.iter_mut().find(|(known, ..)| *known == lock) {
                Some((_, _, until)) => *until = now,
                None => seen.locks.push((lock, now, now)),
            }
        }
        last = now;
        tokio::time::sleep(INTERVAL).await;
    }
}
