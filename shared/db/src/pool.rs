//! The pool of deadpool-postgres, for processes that are frozen and logins that are under way.
//!
//! New connections are opened inside the requesting future, so they count against that request's deadline; a
//! task-local, [`Checkout`], carries the request in and the connection's [`Link`] out. Login state and the
//! time when a connection went idle are kept in a side table, [`IdleList`], because deadpool's client type
//! has no room for them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use deadpool_postgres::{
    BuildError, ClientWrapper, Connect, Hook, HookError, ManagerConfig, Object, PoolError, QueueMode,
    RecyclingMethod, Runtime, StatementCache, Timeouts,
};
use futures_util::future::join_all;
use tokio::task_local;
use tokio::time::Instant;

use crate::Error;
use crate::database::{CheckoutRequest, Clock, since};
use crate::dialer::Link;

/// Neon suspends a compute that was idle for 300 s, and drops its sessions: half a minute less.
const MAX_IDLE: Duration = Duration::from_secs(270);

/// A connection that was idle for longer has to prove itself: Lambda may have frozen the process for any time
/// at all. Requests that follow each other more closely need no proof.
const UNPROVEN_AFTER: Duration = Duration::from_millis(2);

/// Connections to lend.
pub(super) struct Pool {
    pool: deadpool_postgres::Pool,
    idle: Arc<IdleList>,
}

/// A connection on loan.
pub(super) struct Pooled {
    pub(super) client: Object,
    pub(super) link: Link,
    pub(super) origin: Origin,
    /// Until when its request waits for a server that does not answer.
    pub(super) reach_deadline: Instant,
    idle: Arc<IdleList>,
}

/// The origin of a connection on loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was made for this request.
    New,
    /// The connection was idle and may be dead without our having noticed.
    Idle,
    /// Another request has just given it back.
    JustUsed,
}

impl Pool {
    /// A pool of so many connections, made when they are asked for.
    pub(super) fn new(
        max_connections: usize,
        connect: impl Connect + 'static,
        clock: Clock,
    ) -> Result<Self, BuildError> {
        let idle = Arc::new(IdleList { connections: Mutex::default(), clock });
        let recycled = Arc::clone(&idle);
        // The manager has the address.
        let nowhere = tokio_postgres::Config::new();
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = deadpool_postgres::Pool::builder(deadpool_postgres::Manager::from_connect(
            nowhere, connect, config,
        ))
        .max_size(max_connections)
        // No more sessions are kept awake than are needed at once.
        .queue_mode(QueueMode::Lifo)
        .runtime(Runtime::Tokio1)
        .pre_recycle(Hook::sync_fn(move |client, _| recycled.recycle(client)))
        .build()?;
        Ok(Self { pool, idle })
    }

    /// Returns the number of connections, of idle ones, and the maximum.
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        let status = self.pool.status();
        (status.size, status.available, status.max_size)
    }

    /// Lends a connection.
    pub(super) async fn lend(&self, request: CheckoutRequest) -> Result<Pooled, Error> {
        // The task of an idle connection was not polled while the process was frozen. After these three
        // yields it has seen whether the server hung up, and `is_closed` tells the truth, for no round trip.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        let reach_deadline = request.reach_deadline;
        let wait = reach_deadline.saturating_duration_since(Instant::now());
        let timeouts = Timeouts { wait: Some(wait), create: None, recycle: None };
        let checkout = Checkout { request, found: Mutex::default() };
        let lent = CHECKOUT.scope(checkout, async {
            (self.pool.timeout_get(&timeouts).await, CHECKOUT.with(|checkout| checkout.found().take()))
        });
        let (client, found) = lent.await;
        let client = client.map_err(refusal)?;
        match found {
            Some(Found { link, origin }) => {
                Ok(Pooled { client, link, origin, reach_deadline, idle: Arc::clone(&self.idle) })
            }
            None => unreachable!("a client with nothing behind it"),
        }
    }

    /// Closes every idle connection and waits until the server knows; those on loan close when they come
    /// back.
    pub(super) async fn close(&self) {
        let idle = self.pool.retain(|_, _| false).removed;
        self.pool.close();
        let close = |client: ClientWrapper| Some(self.idle.take(&client)?.link.close(client, false));
        join_all(idle.into_iter().filter_map(close)).await;
    }
}

impl Pooled {
    /// Back into the pool.
    pub(super) fn give_back(self) {
        let Self { client, link, idle, .. } = self;
        let client = Arc::downgrade(&client.statement_cache);
        idle.connections().push(IdleConnection { client, since: (idle.clock)(), link });
    }

    /// Out of the pool, which then has room for another.
    pub(super) fn take_out(self) -> (ClientWrapper, Link) {
        (Object::take(self.client), self.link)
    }
}

fn refusal(error: PoolError) -> Error {
    match error {
        PoolError::Backend(error) => Error::from(error),
        PoolError::Timeout(_) => Error::Saturated,
        PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            Error::Closed(error.to_string())
        }
    }
}

/// Facts about the idle clients of the pool.
struct IdleList {
    connections: Mutex<Vec<IdleConnection>>,
    clock: Clock,
}

struct IdleConnection {
    /// Tells the client from the others: its cache of statements, which is its own and stays empty.
    client: Weak<StatementCache>,
    link: Link,
    /// When it was given back, by the wall clock: others may stand still while the process is frozen.
    since: SystemTime,
}

impl IdleList {
    fn connections(&self) -> MutexGuard<'_, Vec<IdleConnection>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, client: &ClientWrapper) -> Option<IdleConnection> {
        let mut idle = self.connections();
        // Those that the pool has dropped by itself.
        idle.retain(|idle| idle.client.strong_count() > 0);
        let cache = Arc::as_ptr(&client.statement_cache);
        let at = idle.iter().position(|idle| idle.client.as_ptr() == cache)?;
        Some(idle.swap_remove(at))
    }

    /// Returns whether an idle client may be lent again.
    fn recycle(&self, client: &ClientWrapper) -> Result<(), HookError> {
        let Some(IdleConnection { link, since: begun, .. }) = self.take(client) else {
            return Err(HookError::message("nothing is behind it"));
        };
        let idle = since(begun, (self.clock)());
        CHECKOUT.with(|checkout| {
            let CheckoutRequest { budget, must_be_new, .. } = &checkout.request;
            let is_stale = client.is_closed() || idle > MAX_IDLE;
            if is_stale {
                budget.metrics().stale_discard();
            }
            if is_stale || *must_be_new {
                tracing::debug!(idle_s = idle.as_secs(), "an idle connection is closed instead of used");
                tokio::spawn(link.closed());
                return Err(HookError::message("it is too old, or lost"));
            }
            checkout.find(link, if idle > UNPROVEN_AFTER { Origin::Idle } else { Origin::JustUsed });
            Ok(())
        })
    }
}

task_local! {
    static CHECKOUT: Checkout;
}

/// A request's checkout: what it asks for, and what belongs to the client that it gets.
pub(super) struct Checkout {
    request: CheckoutRequest,
    found: Mutex<Option<Found>>,
}

struct Found {
    link: Link,
    origin: Origin,
}

impl Checkout {
    /// Returns the request for which a connection is made.
    pub(super) fn request() -> CheckoutRequest {
        CHECKOUT.with(|checkout| checkout.request.clone())
    }

    /// Notes what belongs to a client that was made.
    pub(super) fn made(link: Link) {
        CHECKOUT.with(|checkout| checkout.find(link, Origin::New));
    }

    fn find(&self, link: Link, origin: Origin) {
        *self.found() = Some(Found { link, origin });
    }

    fn found(&self) -> MutexGuard<'_, Option<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
