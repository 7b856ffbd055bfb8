//! The pool of deadpool-postgres, for processes that are frozen and logins that are under way.
//!
//! Its clients know nothing of either, so what stands behind each of them is kept beside the pool. It makes and judges
//! connections within the future of the request that asks, which tells it through a task-local what is wanted, and is told
//! what was found.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use deadpool_postgres::{
    BuildError, ClientWrapper, Connect, Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError,
    QueueMode, RecyclingMethod, Runtime, StatementCache, Timeouts,
};
use futures_util::future::join_all;
use tokio::task_local;
use tokio::time::Instant;

use super::dialer::Link;
use super::{Clock, Wish, since};
use crate::Error;

/// Seconds after which a saturated pool is worth trying again.
const SATURATED_RETRY_AFTER: u32 = 1;

/// Neon suspends a compute that was idle for 300 s, and drops its sessions: half a minute less.
const MAX_IDLE: Duration = Duration::from_secs(270);

/// A connection that was idle for longer has to prove itself: Lambda may have frozen the process for any time at all.
/// Requests that follow each other more closely need no proof.
const UNPROVEN_AFTER: Duration = Duration::from_millis(2);

/// Connections to lend.
pub(super) struct Sessions {
    pool: Pool,
    parked: Arc<Parked>,
}

/// A connection on loan.
pub(super) struct Lent {
    pub(super) client: Object,
    pub(super) link: Link,
    pub(super) past: Past,
    /// Until when its request waits for a server that does not answer.
    pub(super) reached: Instant,
    parked: Arc<Parked>,
}

/// Where a connection on loan comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Past {
    /// It was made for this request.
    Made,
    /// It was idle for so long that it may be dead without our having noticed.
    Idle,
    /// Another request has just given it back.
    JustUsed,
}

impl Sessions {
    /// A pool of so many connections, made when they are asked for.
    pub(super) fn new(
        max_connections: usize,
        connect: impl Connect + 'static,
        clock: Clock,
    ) -> Result<Self, BuildError> {
        let parked = Arc::new(Parked { idle: Mutex::default(), clock });
        let judge = Arc::clone(&parked);
        // The address is known to who connects.
        let nowhere = tokio_postgres::Config::new();
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_connect(nowhere, connect, config))
            .max_size(max_connections)
            // No more sessions are kept awake than are needed at once.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .pre_recycle(Hook::sync_fn(move |client, _| judge.judge(client)))
            .build()?;
        Ok(Self { pool, parked })
    }

    /// How many connections there are, how many of them are idle, and how many there may be.
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        let status = self.pool.status();
        (status.size, status.available, status.max_size)
    }

    /// Lends a connection.
    pub(super) async fn lend(&self, wish: Wish) -> Result<Lent, Error> {
        // The task of an idle connection was not polled while the process was frozen. After these three yields it has
        // seen whether the server hung up, and `is_closed` tells the truth, for no round trip.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        let reached = wish.reached;
        let wait = reached.saturating_duration_since(Instant::now());
        let timeouts = Timeouts { wait: Some(wait), create: None, recycle: None };
        let visit = Visit { wish, found: Mutex::default() };
        let lent = VISIT.scope(visit, async {
            (self.pool.timeout_get(&timeouts).await, VISIT.with(|visit| visit.found().take()))
        });
        let (client, found) = lent.await;
        let client = client.map_err(refusal)?;
        match found {
            Some(Found { link, past }) => {
                Ok(Lent { client, link, past, reached, parked: Arc::clone(&self.parked) })
            }
            None => unreachable!("a client with nothing behind it"),
        }
    }

    /// Closes every idle connection and waits until the server knows; those on loan close when they come back.
    pub(super) async fn close(&self) {
        let idle = self.pool.retain(|_, _| false).removed;
        self.pool.close();
        let part = |client: ClientWrapper| Some(self.parked.take(&client)?.link.part(client, false));
        join_all(idle.into_iter().filter_map(part)).await;
    }
}

impl Lent {
    /// Back into the pool.
    pub(super) fn give_back(self) {
        let Self { client, link, parked, .. } = self;
        let idle = Idle { client: Arc::downgrade(&client.statement_cache), since: (parked.clock)(), link };
        parked.idle().push(idle);
    }

    /// Out of the pool, which then has room for another.
    pub(super) fn take_out(self) -> (ClientWrapper, Link) {
        (Object::take(self.client), self.link)
    }
}

fn refusal(error: PoolError) -> Error {
    match error {
        PoolError::Backend(error) => Error::from(pg::Error::from(error)),
        PoolError::Timeout(_) => Error::saturated(SATURATED_RETRY_AFTER),
        PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            Error::unavailable(SATURATED_RETRY_AFTER, error.to_string())
        }
    }
}

/// What stands behind the idle clients.
struct Parked {
    idle: Mutex<Vec<Idle>>,
    clock: Clock,
}

struct Idle {
    /// Tells the client from the others: its cache of statements, which is its own and stays empty.
    client: Weak<StatementCache>,
    link: Link,
    /// When it was given back, by the wall clock: others may stand still while the process is frozen.
    since: SystemTime,
}

impl Parked {
    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, client: &ClientWrapper) -> Option<Idle> {
        let mut idle = self.idle();
        // Those that the pool has dropped by itself.
        idle.retain(|idle| idle.client.strong_count() > 0);
        let cache = Arc::as_ptr(&client.statement_cache);
        let at = idle.iter().position(|idle| idle.client.as_ptr() == cache)?;
        Some(idle.swap_remove(at))
    }

    /// Whether an idle client may be lent again.
    fn judge(&self, client: &ClientWrapper) -> Result<(), HookError> {
        let Some(Idle { link, since: parked, .. }) = self.take(client) else {
            return Err(HookError::message("nothing is behind it"));
        };
        let idle = since(parked, (self.clock)());
        VISIT.with(|visit| {
            let Wish { budget, anew, .. } = &visit.wish;
            let is_stale = client.is_closed() || idle > MAX_IDLE;
            if is_stale {
                budget.meter().stale_discard();
            }
            if is_stale || *anew {
                tracing::debug!(idle_s = idle.as_secs(), "an idle connection is closed instead of used");
                tokio::spawn(link.see_out());
                return Err(HookError::message("it is too old, or lost"));
            }
            visit.find(link, if idle > UNPROVEN_AFTER { Past::Idle } else { Past::JustUsed });
            Ok(())
        })
    }
}

task_local! {
    static VISIT: Visit;
}

/// A request in the pool: what it wants, and what is behind the client that it gets.
pub(super) struct Visit {
    wish: Wish,
    found: Mutex<Option<Found>>,
}

struct Found {
    link: Link,
    past: Past,
}

impl Visit {
    /// What a connection is made for.
    pub(super) fn wish() -> Wish {
        VISIT.with(|visit| visit.wish.clone())
    }

    /// Says what is behind a client that was made.
    pub(super) fn made(link: Link) {
        VISIT.with(|visit| visit.find(link, Past::Made));
    }

    fn find(&self, link: Link, past: Past) {
        *self.found() = Some(Found { link, past });
    }

    fn found(&self) -> MutexGuard<'_, Option<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
