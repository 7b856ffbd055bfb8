//! Reads what is needed before rows can be written: the columns of tables, and values that fit conditions.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use tokio_postgres::Client;

use super::row::{Column, Draw, Table};
use super::{ROWS, Samples};
use crate::database::{literal, one_row};
use crate::introspection::{Frame, Prepared, begin_with, framed};
use crate::verify::table_state::{TableState, array};

/// Some tables with their columns, as one JSON document.
const TABLES: Prepared =
    Prepared { declaration: "branchline_tables (oid[])", text: |_| include_str!("tables.sql").to_owned() };

impl Samples {
    /// The tables in the order of their states.
    pub(super) async fn describe(&mut self, session: &Client, states: &[&TableState]) -> Result<Vec<Table>> {
        if states.is_empty() {
            return Ok(Vec::new());
        }
        let oids = array(states.iter().map(|state| &state.oid));
        let document = framed(session, Frame::Transaction, async || {
            begin_with(session, "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan", &[TABLES]).await?;
            let sql = format!("EXECUTE branchline_tables({oids}); COMMIT");
            one_row(session, &sql).await.context("reading the tables")
        });
        let document = document.await?;
        let document = document.as_ref().and_then(|row| row.get(0)).unwrap_or("[]");
        let mut tables: Vec<Table> = serde_json::from_str(document).context("reading the tables")?;
        let places: BTreeMap<String, (usize, bool)> = states
            .iter()
            .enumerate()
            .map(|(i, state)| (state.oid.to_string(), (i, state.is_empty)))
            .collect();
        let place = |table: &Table| places.get(&table.oid).copied().unwrap_or_default();
        tables.iter_mut().for_each(|table| table.is_empty = place(table).1);
        tables.sort_by_key(place);
        for column in tables.iter_mut().flat_map(|table| &mut table.columns) {
            if column.refers_to.is_none() && column.conditions().next().is_some() {
                column.fitting = Some(self.fitting(session, column).await?);
            }
        }
        Ok(tables)
    }

    /// The first values that fit a column's conditions. The server tries them.
    async fn fitting(&mut self, session: &Client, column: &Column) -> Result<Vec<String>> {
        let conditions: Vec<&str> = column.conditions().collect();
        let key = (format!("{} {}", column.quoted, column.r#type), conditions.join(" "), self.attempt);
        if let Some(known) = self.fitting.get(&key) {
            return Ok(known.clone());
        }
        let draw = Draw { number: 1, attempt: self.attempt, place: 0 };
        let candidates: Vec<String> =
            column.candidates(ROWS, draw).iter().map(|text| literal(text)).collect();
        let value = |text: &str| column.cast(text);
        let all: Vec<String> =
            column.conditions.iter().map(|condition| format!("({condition}) IS NOT FALSE")).collect();
        let test = format!(
            "SELECT {} FROM (SELECT {} AS {}) AS sample",
            if all.is_empty() {
                format!("sample IS NOT NULL OR {} IS NULL", column.quoted)
            } else {
                all.join(" AND ")
            },
            value("$1"),
            column.quoted
        );
        // Whatever a candidate brings the conditions to do, it is that candidate's fault.
        let sql = format!(
            "DO LANGUAGE plpgsql {}; SELECT current_setting('branchline.fitting')",
            literal(&format!(
                "DECLARE candidate text; fits boolean; fitting text[] := '{{}}'; \
                 BEGIN \
                   FOREACH candidate IN ARRAY ARRAY[{}]::text[] LOOP \
                     EXIT WHEN cardinality(fitting) = {ROWS}; \
                     BEGIN \
                       EXECUTE {} INTO fits USING candidate; \
                       IF fits THEN fitting := fitting || candidate; END IF; \
                     EXCEPTION WHEN others THEN NULL; \
                     END; \
                   END LOOP; \
                   PERFORM set_config('branchline.fitting', array_to_json(fitting)::text, false); \
                 END",
                candidates.join(", "),
                literal(&test)
            ))
        );
        // If the server has no plpgsql, rows are as good as their insertion shows.
        let row = one_row(session, &sql).await.ok().flatten();
        let fitting: Vec<String> =
            row.and_then(|row| serde_json::from_str(row.get(0)?).ok()).unwrap_or_default();
        self.fitting.insert(key, fitting.clone());
        Ok(fitting)
    }
}
