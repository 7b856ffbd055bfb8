//! Writing rows into tables, each in its turn, and again where a table depends on another.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Client;

use super::ROWS;
use super::row::{Column, Draw, FORMS, Form, Table};
use crate::database::{execute, one_row};
use crate::verify::table_state::TableState;

/// Tables, each after those that it refers to, as far as they do not refer to each other in a circle.
pub(super) fn in_order(states: &[TableState]) -> Vec<&TableState> {
    let mut left: Vec<&TableState> = states.iter().collect();
    let mut placed: BTreeSet<u32> = BTreeSet::new();
    let known: BTreeSet<u32> = states.iter().map(|state| state.oid).collect();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let is_free = |state: &&TableState| {
            state.refers_to.iter().all(|oid| placed.contains(oid) || !known.contains(oid))
        };
        let (mut free, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(is_free);
        left = rest;
        if free.is_empty() {
            // If all refer to each other, one of them has to come first.
            free.push(left.remove(0));
        }
        placed.extend(free.iter().map(|state| state.oid));
        ordered.extend(free);
    }
    ordered
}

/// Does something with every table, again with those that were refused for as long as others are not: a table
/// may depend on another. Returns those that are left, with the server's reason.
pub(super) async fn each_in_its_turn<'t, T: 't>(
    tables: impl Iterator<Item = &'t T>,
    name: impl Fn(&T) -> String,
    work: impl AsyncFn(&T) -> Result<(), pg::Error>,
) -> BTreeMap<String, String> {
    let mut left: Vec<&T> = tables.collect();
    loop {
        let (before, mut refused) = (left.len(), BTreeMap::new());
        let mut still_left = Vec::new();
        for table in left {
            if let Err(error) = work(table).await {
                refused.insert(name(table), crate::values::as_asked(&error, None));
                still_left.push(table);
            }
        }
        left = still_left;
        if left.is_empty() || left.len() == before {
            return refused;
        }
    }
}

/// Writes what rows a table takes; the last refusal where it is empty afterwards. A table of which the
/// migrations wrote all columns needs none.
pub(super) async fn fill_one(session: &Client, table: &Table, attempt: usize) -> Result<(), pg::Error> {
    if !table.is_empty && has_all_values(session, table).await? {
        return Ok(());
    }
    let insertion = |number, form| table.insertion(Draw { number, attempt, place: 0 }, form, &[]);
    let all: Vec<String> = (1..=ROWS).map(|number| insertion(number, Form::Whole)).collect();
    if execute(session, &all.join(";\n")).await.is_ok() {
        return Ok(());
    }
    let (mut outcome, mut is_empty) = (Ok(()), true);
    for number in 1..=ROWS {
        for form in FORMS {
            outcome = execute(session, &insertion(number, form)).await;
            if outcome.is_ok() {
                is_empty = false;
                break;
            }
        }
    }
    if !is_empty || has_rows(session, table).await? { Ok(()) } else { outcome }
}

/// Writes rows into tables that refer to each other, whose constraints are deferred: all of them or none.
pub(super) async fn fill_circle(
    session: &Client,
    tables: &[&Table],
    attempt: usize,
) -> Result<(), pg::Error> {
    let insertion =
        |table: &&Table, number| table.insertion(Draw { number, attempt, place: 0 }, Form::Whole, tables);
    let all: Vec<String> =
        (1..=ROWS).flat_map(|number| tables.iter().map(move |table| insertion(table, number))).collect();
    // One message is one transaction.
    execute(session, &format!("SET CONSTRAINTS ALL DEFERRED;\n{}", all.join(";\n"))).await
}

async fn has_all_values(session: &Client, table: &Table) -> Result<bool, pg::Error> {
    let has = |column: &Column| {
        format!("EXISTS (SELECT FROM {} WHERE {} IS NOT NULL)", table.quoted, column.quoted)
    };
    let written = table.columns.iter().filter(|column| !column.is_generated);
    let all: Vec<String> =
        std::iter::once(format!("EXISTS (SELECT FROM {})", table.quoted)).chain(written.map(has)).collect();
    let row = one_row(session, &format!("SELECT {}", all.join(" AND "))).await?;
    Ok(row.is_some_and(|row| row.get(0) == Some("t")))
}

async fn has_rows(session: &Client, table: &Table) -> Result<bool, pg::Error> {
    let any = one_row(session, &format!("SELECT EXISTS (SELECT FROM {})", table.quoted)).await?;
    Ok(any.is_some_and(|row| row.get(0) == Some("t")))
}
