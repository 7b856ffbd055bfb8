//! Requests over an open connection, one after another, beside the least that a function on a database can
//! be.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;
use support::{Event, Lambda};

use crate::args::Extent;
use crate::rig::Rig;
use crate::stats::{Summary, percentile};
use crate::table::{Table, count, number, progress};

/// A function's median against that of the bare loop.
const TARGET: f64 = 1.3;

const PROJECTS: usize = 20;

/// Name and speed of a response.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    what: String,
    requests: usize,
    p50_ms: f64,
    p99_ms: f64,
    per_second: f64,
    /// Its median against the bare loop's, in turns.
    ratio: Option<Summary>,
}

/// Latencies in ms: all of them, and the median of each turn.
#[derive(Default)]
struct Turns {
    all: Vec<f64>,
    medians: Vec<f64>,
}

impl Turns {
    fn add(&mut self, turn: &[f64]) {
        self.medians.push(Summary::new(turn).median);
        self.all.extend(turn);
    }

    fn row(&self, what: String, against: Option<&Self>) -> Row {
        Row {
            what,
            requests: self.all.len(),
            p50_ms: percentile(&self.all, 50),
            p99_ms: percentile(&self.all, 99),
            per_second: self.all.len() as f64 / self.all.iter().sum::<f64>() * 1e3,
            ratio: against.map(|against| Summary::from_ratios(&self.medians, &against.medians)),
        }
    }
}

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Vec<Row>> {
    let (turns, requests) = match extent {
        Extent::Quick => (3, 300),
        Extent::Default => (10, 1_000),
        Extent::Full => (30, 2_000),
    };
    progress("warm requests of db-test and list-projects");
    rig.execute(&format!(
        "INSERT INTO projects (name) SELECT 'Project ' || n FROM generate_series(1, {PROJECTS}) AS n; \
         ANALYZE projects"
    ))
    .await?;
    let mut rows = rows(rig, "db-test", "SELECT count(*) FROM projects", turns, requests).await?;
    // As the function asks, with its parameters written out. It lists the claimed organization's projects;
    // the function claims it in its transaction, the others by a setting.
    let page = "SELECT p.id, p.name, left(p.description, 4096), p.created_at, p.updated_at, \
                p.bookmarks, p.extraction_jobs, coalesce(length(p.description) > 4096, false) \
                FROM listed_projects p WHERE p.id > -2147483648 ORDER BY p.id LIMIT 101";
    rig.claim(true).await?;
    rows.extend(self::rows(rig, "list-projects", page, turns, requests).await?);
    rig.claim(false).await?;
    rig.execute("DELETE FROM projects").await?;
    Ok(rows)
}

async fn rows(rig: &Rig, function: &str, statement: &str, turns: usize, requests: usize) -> Result<Vec<Row>> {
    let ours = rig.environment(function)?;
    let unbound = rig.unbound_environment(function, &[])?;
    let bare = rig.unbound_environment("bare-loop", &[("STATEMENT", statement)])?;
    let mut contenders: [Turns; 5] = Default::default();
    for turn in 0..=turns {
        // In four turns each of the five comes behind each of the others: behind pgbench, which leaves caches
        // cold, all are slower.
        let step = 1 + turn % (contenders.len() - 1);
        for nth in 0..contenders.len() {
            let contender = nth * step % contenders.len();
            let latencies = match contender {
                0 => requests_of(&ours, requests).await?,
                1 => requests_of(&unbound, requests).await?,
                2 => requests_of(&bare, requests).await?,
                3 => rig.queries(statement, requests).await?,
                _ => rig.pgbench(statement, requests)?,
            };
            // The first turn warms caches.
            if let Some(turns) = contenders.get_mut(contender).filter(|_| turn > 0) {
                turns.add(&latencies);
            }
        }
    }
    let [ours, unbound, bare, driver, pgbench] = contenders;
    Ok(vec![
        ours.row(function.to_owned(), Some(&bare)),
        unbound.row("  without row security".to_owned(), Some(&bare)),
        bare.row("  bare loop".to_owned(), None),
        driver.row("  the query alone, tokio-postgres".to_owned(), None),
        pgbench.row("  the query alone, pgbench".to_owned(), None),
    ])
}

async fn requests_of(lambda: &Lambda, requests: usize) -> Result<Vec<f64>> {
    let event = Event::get("/");
    let mut latencies = Vec::with_capacity(requests);
    for _ in 0..requests {
        let begun = Instant::now();
        let answer = lambda.invoke(&event).await?;
        latencies.push(begun.elapsed().as_secs_f64() * 1e3);
        ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
    }
    Ok(latencies)
}

pub(crate) fn print(rows: &[Row]) {
    let heading = "WARM REQUESTS, one after another, through the stand-in of the runtime API";
    let mut table = Table::new(heading, &["", "p50, ms", "p99, ms", "per second", "to bare loop", "target"]);
    for row in rows {
        let ratio = row.ratio.map_or(String::new(), |ratio| number(ratio.median, 2));
        let target = row.ratio.map_or(String::new(), |_| format!("at most {TARGET}"));
        table.row([
            row.what.clone(),
            number(row.p50_ms, 3),
            number(row.p99_ms, 3),
            count(row.per_second),
            ratio,
            target,
        ]);
    }
    table.note("The bare loop reads an event, asks the query with tokio-postgres, answers.");
    table.note("The query alone goes over TLS too, and over no runtime API.");
    table.print();
}
