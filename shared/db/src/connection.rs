//! A connection on loan to one request.

use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use budget::Budget;
use bytes::Buf;
use tokio::join;
use tokio::runtime::Handle;
use tokio::select;
use tokio::time::{Instant, sleep_until};
use tokio_postgres::types::{BorrowToSql, ToSql, Type};
use tokio_postgres::{Client, CopyInSink, Statement};

use crate::pipeline::InFlight;
use crate::pool::{Origin, Pooled};
use crate::row::RowStream;
use crate::{Claims, Error, Row};

/// A parameter with its type, which spares the round trip that asks the server for it.
pub type Param<'a> = (&'a (dyn ToSql + Sync), Type);

/// Longest silence of a server that should answer at once. A lost packet is sent again long before.
const SILENCE: Duration = Duration::from_secs(1);

/// The kinds of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It only reads.
    ReadOnly,
    /// It may write.
    ReadWrite,
}

/// A connection on loan. When it is dropped it goes back to the pool, unless its request was given up, a
/// statement's answer was not waited for, or it was left inside a transaction: then the server is asked to
/// cancel what runs, and the connection is closed.
pub struct Connection {
    pooled: Option<Pooled>,
    claims: Claims,
    is_ahead_sent: AtomicBool,
    budget: Budget,
    in_flight: InFlight,
    is_unproven: AtomicBool,
    /// For how long the server was silent that was given up for it.
    silence: OnceLock<Duration>,
    in_transaction: AtomicBool,
    echo: bool,
}

impl Connection {
    pub(super) fn new(pooled: Pooled, claims: Claims, budget: Budget, echo: bool) -> Self {
        Self {
            is_unproven: AtomicBool::new(pooled.origin != Origin::JustUsed),
            silence: OnceLock::new(),
            pooled: Some(pooled),
            claims,
            is_ahead_sent: AtomicBool::new(false),
            in_flight: InFlight::new(budget.clone()),
            budget,
            in_transaction: AtomicBool::new(false),
            echo,
        }
    }

    fn pooled(&self) -> &Pooled {
        match &self.pooled {
            Some(pooled) => pooled,
            // Only `drop` takes it.
            None => unreachable!("a connection was used after it was dropped"),
        }
    }

    fn client(&self) -> &Client {
        &self.pooled().client
    }

    /// The version of TLS between this process and what it is connected to, such as `TLSv1.3`. None without
    /// TLS.
    #[must_use]
    pub fn tls_version(&self) -> Option<&'static str> {
        self.pooled().link.login.tls_version()
    }

    /// Runs a statement, unnamed, in one round trip, and returns its rows. Outside of a transaction it gets
    /// one of its own, so that the server ends it when the budget ends, whatever has become of this process.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
        let rows = self.limited(sql, Box::pin(self.client().query_typed(sql, params))).await?;
        Ok(rows.into_iter().map(Row::from).collect())
    }

    /// Runs a statement like [`Connection::query`], under settings that `SET LOCAL` commands make. They hold
    /// for the rest of the transaction.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn query_with_settings(
        &self,
        settings: &str,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, Error> {
        let client = self.client();
        let work = Box::pin(async {
            let (set, rows) = join!(biased; client.batch_execute(settings), client.query_typed(sql, params));
            set?;
            rows
        });
        let rows = self.limited(sql, work).await?;
        Ok(rows.into_iter().map(Row::from).collect())
    }

    /// Runs a statement that returns at most one row, like [`Connection::query`].
    ///
    /// # Errors
    /// The server's refusal, a lost connection, or a second row.
    pub async fn query_opt(&self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>, Error> {
        let row = self.limited(sql, Box::pin(self.client().query_typed_opt(sql, params))).await?;
        Ok(row.map(Row::from))
    }

    /// Runs a statement that returns one row, like [`Connection::query`].
    ///
    /// # Errors
    /// The server's refusal, a lost connection, or another number of rows.
    pub async fn query_one(&self, sql: &str, params: &[Param<'_>]) -> Result<Row, Error> {
        self.limited(sql, Box::pin(self.client().query_typed_one(sql, params))).await.map(Row::from)
    }

    /// Runs a statement in a transaction of its own, even where another one is about to begin, or has just
    /// ended, in the same flight.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn query_committed(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
        let work = Box::pin(self.client().query_typed(sql, params));
        let rows = self.statement(sql, Box::pin(self.in_own_transaction(work))).await?;
        Ok(rows.into_iter().map(Row::from).collect())
    }

    /// Runs a statement whose rows come as they are taken. The server limits its time only within a
    /// transaction.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn query_raw<P, I>(&self, sql: &str, params: I) -> Result<RowStream, Error>
    where
        P: BorrowToSql,
        I: IntoIterator<Item = (P, Type)>,
    {
        self.statement(sql, self.client().query_typed_raw(sql, params)).await.map(RowStream::new)
    }

    /// Prepares a COPY, which the driver knows only as a named statement. It has to be dropped before its
    /// transaction ends.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn prepare(&self, sql: &str) -> Result<Statement, Error> {
        self.statement(sql, self.client().prepare(sql)).await
    }

    /// Begins a COPY into the database, and returns the sink of its rows.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn copy_in<T>(&self, copy: &Statement) -> Result<CopyInSink<T>, Error>
    where
        T: Buf + Send + 'static,
    {
        self.statement("COPY", self.client().copy_in(copy)).await
    }

    /// Runs a command without parameters, such as `COMMIT`.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn command(&self, sql: &str) -> Result<(), Error> {
        self.statement(sql, self.client().batch_execute(sql)).await
    }

    /// Begins a transaction that the server itself ends, locks and all, where this process stands still or is
    /// gone: a statement, or the wait for the next one, that takes longer than what is left of the budget. In
    /// a COPY, where neither limit is heeded, keepalives find out within half a minute.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn begin(&self, access: Access) -> Result<(), Error> {
        let access = match access {
            Access::ReadOnly => "READ ONLY",
            Access::ReadWrite => "READ WRITE",
        };
        self.in_transaction.store(true, Ordering::Relaxed);
        let left_ms = self.left_ms();
        let begin = format!(
            "BEGIN {access}; SET LOCAL statement_timeout = {left_ms}; SET LOCAL \
             idle_in_transaction_session_timeout = {left_ms}; SET LOCAL tcp_keepalives_idle = 10; SET LOCAL \
             tcp_keepalives_interval = 5; SET LOCAL tcp_keepalives_count = 4; {}",
            self.claims.commands()
        );
        let (ahead, begun) = join!(biased; self.ahead(), self.command(&begin));
        ahead?;
        begun
    }

    /// Commits. In a transaction that has failed, `COMMIT` rolls back and reports no error, and the driver
    /// drops the tag that tells; the statement ahead of it fails there.
    ///
    /// # Errors
    /// The transaction has failed, or cannot be committed; a lost connection.
    pub async fn commit(&self) -> Result<(), Error> {
        self.command("SELECT; COMMIT").await
    }

    /// Says that a transaction begins, as [`Connection::begin`] does by itself: what is sent ahead of that in
    /// the same flight gets no transaction of its own. Until [`Connection::transaction_ended`], dropping
    /// closes the connection.
    pub fn transaction_begins(&mut self) {
        *self.in_transaction.get_mut() = true;
    }

    /// Says that the transaction has ended, by commit or rollback.
    pub fn transaction_ended(&mut self) {
        *self.in_transaction.get_mut() = false;
    }

    /// Returns the rest of the budget, as a setting of the server, for which nought would mean no limit.
    fn left_ms(&self) -> u128 {
        self.budget.left().as_millis().clamp(1, i32::MAX as u128)
    }

    /// Sends a statement in a transaction of its own that has the budget as its limit, unless there is a
    /// transaction already. Its beginning and its end travel with it. Session state would outlive it on a
    /// pooler's connection.
    async fn limited<T>(
        &self,
        sql: &str,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Error> {
        let flight = async {
            if self.in_transaction.load(Ordering::Relaxed) {
                return work.await;
            }
            self.in_own_transaction(work).await
        };
        // Callers join many of these, and their sizes add up.
        self.statement(sql, Box::pin(flight)).await
    }

    async fn in_own_transaction<T>(
        &self,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, tokio_postgres::Error> {
        let client = self.client();
        let begin =
            format!("BEGIN; SET LOCAL statement_timeout = {}; {}", self.left_ms(), self.claims.commands());
        let ahead = async {
            match self.take_ahead() {
                Some(statement) => client.batch_execute(statement).await,
                None => Ok(()),
            }
        };
        let (ahead, begun, outcome, ended) =
            join!(biased; ahead, client.batch_execute(&begin), work, client.batch_execute("COMMIT"));
        ahead?;
        begun?;
        let answer = outcome?;
        // If it fails, nothing of the statement was written.
        ended?;
        Ok(answer)
    }

    /// Sends what the claims have sent ahead, once.
    async fn ahead(&self) -> Result<(), Error> {
        match self.take_ahead() {
            Some(statement) => self.command(statement).await,
            None => Ok(()),
        }
    }

    fn take_ahead(&self) -> Option<&str> {
        self.claims.ahead().filter(|_| !self.is_ahead_sent.swap(true, Ordering::Relaxed))
    }

    /// Sends a statement and waits for its answer.
    async fn statement<T>(
        &self,
        sql: &str,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Error> {
        if self.echo {
            let statement = sql.split_whitespace().collect::<Vec<_>>().join(" ");
            tracing::info!(target: "sql", statement);
        }
        let flight = self.in_flight.begin();
        let outcome = match self.is_unproven.swap(false, Ordering::Relaxed) {
            true => join!(biased; Box::pin(self.prove()), work).1,
            false => work.await,
        };
        flight.answered();
        if outcome.as_ref().err().is_none_or(|error| error.as_db_error().is_some()) {
            self.budget.metrics().answer();
        }
        match outcome {
            Ok(answer) => Ok(answer),
            Err(error) => Err(Error::Postgres(match self.silence.get() {
                Some(silence) => self.pooled().link.login.fell_silent(*silence),
                None => self.pooled().link.login.explain(error).await,
            })),
        }
    }

    /// Pings the server ahead of the first statement, in the same packet. However long the statement takes,
    /// the server answers a ping at once. If it does not reply within one second, the connection is
    /// considered dead: the server is gone, or a pooler accepted the client and has no server for it.
    async fn prove(&self) {
        let Pooled { link, origin, reach_deadline, .. } = self.pooled();
        let asked = Instant::now();
        let mut answered = pin!(self.client().check_connection());
        let given_up = async {
            if *origin == Origin::New {
                // A login may wake a compute, which takes as long as the budget allows. Its failure is the
                // answer's.
                let _ = link.login.ready().await;
                sleep_until((*reach_deadline).max(Instant::now() + SILENCE)).await;
            } else {
                sleep_until(asked + SILENCE).await;
            }
        };
        select! {
            biased;
            _ = &mut answered => return,
            () = given_up => {}
        }
        tracing::debug!("a connection is dead");
        if *origin == Origin::Idle {
            self.budget.metrics().stale_discard();
        }
        let _ = self.silence.set(asked.elapsed());
        link.abort();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(pooled) = self.pooled.take() else { return };
        let may_run = self.in_transaction.load(Ordering::Relaxed) || self.in_flight.is_abandoned();
        let was_given_up = self.budget.is_expired() || std::thread::panicking();
        // A login that failed leaves a session that is not ready.
        if pooled.link.login.is_ready() && !(may_run || was_given_up || pooled.client.is_closed()) {
            return pooled.give_back();
        }
        let (client, link) = pooled.take_out();
        if client.is_closed() {
            return;
        }
        match Handle::try_current() {
            Ok(runtime) => self.budget.register_cleanup(runtime.spawn(link.close(client, may_run))),
            Err(_) => link.abort(),
        }
    }
}
