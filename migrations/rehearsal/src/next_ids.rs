//! Checks that the next number of a column's sequence is free: a column that becomes an identity, or gets a
//! new sequence, counts from 1 again unless somebody sets it.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use tokio_postgres::Client;

use super::report::{About, Finding, Level};
use engine::database::rows;

/// The columns whose sequence gives a number next that a row has already. Each is one look into an index; a
/// column that no index begins with is left out, since it would take reading the table.
const TAKEN: &str = "
    WITH owned AS (
        SELECT format('%s.%I', d.refobjid::regclass, a.attname) AS name,
               format('SELECT 1 AS taken FROM %s AS s, %s AS t WHERE t.%I = s.last_value + CASE WHEN \
                   s.is_called THEN %s ELSE 0 END LIMIT 1',
                      q.seqrelid::regclass, d.refobjid::regclass, a.attname, q.seqincrement) AS query
        FROM pg_sequence q
        JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = q.seqrelid
            AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
        WHERE EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND \
            i.indpred IS NULL)
          AND has_table_privilege(c.oid, 'SELECT') AND has_sequence_privilege(q.seqrelid, 'SELECT')
    )
    SELECT name FROM owned WHERE query_to_xml(query, false, false, '')::text LIKE '%taken%'";

/// The columns of which a row has the number that comes next.
///
/// # Errors
/// The server's refusal.
pub(super) async fn taken(session: &Client) -> Result<BTreeSet<String>> {
    let found = rows(session, TAKEN).await.context("looking for numbers that come next")?;
    Ok(found.iter().map(|row| row.get(0).unwrap_or_default().to_owned()).collect())
}

/// Sequences whose next number is taken now and was not before.
pub(super) fn findings(before: &BTreeSet<String>, after: &BTreeSet<String>, way: &str) -> Vec<Finding> {
    let finding = |column: &String| Finding {
        level: Level::Failure,
        about: About::Data,
        file: None,
        line: None,
        shown: None,
        message: format!(
            "after the {way} the number that comes next in {column} is taken, so that the next insert fails; \
             set the sequence with setval() or ALTER TABLE … ALTER COLUMN … RESTART"
        ),
    };
    after.difference(before).map(finding).collect()
}
