//! A connection on loan to one request.

use std::ops::Deref;

use deadpool::managed::Object;
use pg::Session;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::dialer::Dialer;
use crate::Budget;

/// A parameter with its type, which spares the round trip that asks the server for it.
pub type Param<'a> = (&'a (dyn ToSql + Sync), Type);

/// A connection on loan. When it is dropped it goes back to the pool, unless its request was given up or it was left
/// inside a transaction: then it is closed, and the server rolls back.
pub struct Connection {
    object: Option<Object<Dialer>>,
    budget: Budget,
    in_transaction: bool,
    echo: bool,
}

impl Connection {
    pub(super) fn new(object: Object<Dialer>, budget: Budget, echo: bool) -> Self {
        Self { object: Some(object), budget, in_transaction: false, echo }
    }

    fn session(&self) -> &Session {
        match &self.object {
            Some(object) => object,
            // Only `drop` takes the object.
            None => unreachable!("a connection was used after it was dropped"),
        }
    }

    /// An error of a statement, or of the login that it rode on.
    async fn explain(&self, error: tokio_postgres::Error) -> tokio_postgres::Error {
        let session = self.session();
        if session.is_ready() { error } else { session.explain(error).await.into_driver().await }
    }

    /// Runs a statement, unnamed, in one round trip, and gives its rows.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.log(sql);
        match self.session().query_typed(sql, params).await {
            Err(error) => Err(self.explain(error).await),
            found => found,
        }
    }

    /// Runs a statement that gives at most one row.
    ///
    /// # Errors
    /// The server's refusal, a lost connection, or a second row.
    pub async fn query_opt(
        &self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Option<Row>, tokio_postgres::Error> {
        self.log(sql);
        match self.session().query_typed_opt(sql, params).await {
            Err(error) => Err(self.explain(error).await),
            found => found,
        }
    }

    /// Runs a statement that gives one row.
    ///
    /// # Errors
    /// The server's refusal, a lost connection, or another number of rows.
    pub async fn query_one(&self, sql: &str, params: &[Param<'_>]) -> Result<Row, tokio_postgres::Error> {
        self.log(sql);
        match self.session().query_typed_one(sql, params).await {
            Err(error) => Err(self.explain(error).await),
            found => found,
        }
    }

    /// Runs a command without parameters, such as `COMMIT`.
    ///
    /// # Errors
    /// The server's refusal, or a lost connection.
    pub async fn command(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.log(sql);
        self.session().batch_execute(sql).await
    }

    /// Says that a transaction begins: until [`Connection::transaction_ended`], dropping closes the connection.
    pub fn transaction_begins(&mut self) {
        self.in_transaction = true;
    }

    /// Says that the transaction has ended, by commit or rollback.
    pub fn transaction_ended(&mut self) {
        self.in_transaction = false;
    }

    fn log(&self, sql: &str) {
        if self.echo {
            tracing::info!(target: "sql", statement = %sql.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}

/// For what has no method above: COPY, and futures that are joined to share a round trip.
impl Deref for Connection {
    type Target = Client;

    fn deref(&self) -> &Client {
        self.session()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let given_up = self.budget.is_expired() || std::thread::panicking();
        if let (true, Some(object)) = (given_up || self.in_transaction, self.object.take()) {
            Object::take(object).hang_up();
        }
    }
}
