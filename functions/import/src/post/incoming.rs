//! The target of COPY for the rows of an import: a temporary table, from which one statement inserts them.
//! Postgres refuses COPY into a table whose row security binds the role. Beside copying into the table, the
//! server spends about a fifth more processor time on an import of 10,000 bookmarks, the job and its folders
//! included (`make bench BENCH_ARGS="--only import"`).

/// Rows that are on their way into a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming {
    /// The table.
    pub(crate) table: &'static str,
    /// Their columns. The organization is not among them: it is the column's default, as it is claimed.
    pub(crate) columns: &'static str,
    /// A last column that the rows bring and [`Incoming::insert`] leaves out, for its default.
    pub(crate) further: Option<&'static str>,
}

impl Incoming {
    /// Makes the temporary table, which goes with the transaction.
    pub(crate) fn create(self) -> String {
        let (table, columns) = (self.table, self.all_columns());
        format!(
            "CREATE TEMPORARY TABLE incoming_{table} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO \
             DATA"
        )
    }

    /// Takes the rows. It may be prepared before the table is there.
    pub(crate) fn copy(self) -> String {
        let (table, columns) = (self.table, self.all_columns());
        format!("COPY pg_temp.incoming_{table} ({columns}) FROM STDIN BINARY")
    }

    fn all_columns(self) -> String {
        match self.further {
            Some(further) => format!("{}, {further}", self.columns),
            None => self.columns.to_owned(),
        }
    }

    /// Inserts them into the table.
    pub(crate) fn insert(self) -> String {
        let Self { table, columns, .. } = self;
        format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM pg_temp.incoming_{table}")
    }
}
