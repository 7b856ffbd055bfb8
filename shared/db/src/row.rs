//! Rows whose errors are this crate's.

use std::fmt;

use futures_util::{Stream, TryStreamExt};
use tokio_postgres::row::RowIndex;
use tokio_postgres::types::FromSql;

use crate::Error;

/// A row of a result.
#[derive(Clone, Debug)]
pub struct Row(tokio_postgres::Row);

impl Row {
    /// A column's value, by the column's place or name.
    ///
    /// # Errors
    /// There is no such column, or its value is not of this type.
    pub fn try_get<'a, I, T>(&'a self, column: I) -> Result<T, Error>
    where
        I: RowIndex + fmt::Display,
        T: FromSql<'a>,
    {
        Ok(self.0.try_get(column)?)
    }
}

impl From<tokio_postgres::Row> for Row {
    fn from(row: tokio_postgres::Row) -> Self {
        Self(row)
    }
}

/// Rows that come as they are taken.
pub struct RowStream(tokio_postgres::RowStream);

impl RowStream {
    pub(crate) fn new(rows: tokio_postgres::RowStream) -> Self {
        Self(rows)
    }

    /// The rows as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Row, Error>> {
        self.0.map_ok(Row).map_err(Error::from)
    }
}
