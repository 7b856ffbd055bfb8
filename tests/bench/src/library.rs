//! The library of one organization beside those of many others, and linkding's queries on the same rows.

mod fill;
mod linkding;
mod requests;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use http::Method;
use serde::Serialize;
use serde_json::Value;
use support::{Event, Lambda};
use tokio_postgres::Client;

use crate::args::Extent;
use crate::rig::Rig;
use crate::stats::percentile;
use crate::table::{Table, count, number, progress};
use fill::Sizes;
use requests::{Asked, requests};

/// Bookmarks of a page on the way to the middle of a list.
const STEP: u32 = 1_000;

/// A kind of request.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    request: &'static str,
    round_trips: u64,
    /// The whole request.
    p50_ms: f64,
    /// Of it, what the server says that it took: parsing, planning and running all its statements.
    database_p50_ms: f64,
    database_p99_ms: f64,
    target_ms: Option<f64>,
    /// The same of linkding's statements; null where linkding has no such request.
    linkding_p50_ms: Option<f64>,
}

/// The measurements.
#[derive(Debug, Serialize)]
pub(crate) struct Library {
    own: u32,
    others: u32,
    rows: Vec<Row>,
}

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Library> {
    let (sizes, rounds) = match extent {
        Extent::Quick => (Sizes { own: 10_000, others: 10 }, 10),
        Extent::Default => (Sizes { own: 100_000, others: 5 }, 20),
        Extent::Full => (Sizes { own: 100_000, others: 50 }, 40),
    };
    let others = sizes.own * sizes.others;
    progress(&format!("a library of {} bookmarks beside {others} of others", sizes.own));
    rig.reset().await?;
    fill::fill(rig, sizes).await?;
    let scratch = rig.scratch()?;
    let linkding = fill::fill_linkding(rig, &scratch, sizes).await?;
    // The durations of a function's statements, without their texts, go to the server's log.
    rig.execute("ALTER ROLE branchline_function SET log_duration = on").await?;
    linkding.batch_execute("SET log_duration = on").await?;
    let library = Caller { rig, function: rig.environment("bookmarks")?, linkding };
    let mut rows = Vec::new();
    for asked in requests(rig, sizes.own).await? {
        rows.push(library.measure(&asked, sizes.own, rounds).await?);
    }
    rig.execute("ALTER ROLE branchline_function RESET log_duration").await?;
    fill::empty(rig).await?;
    Ok(Library { own: sizes.own, others, rows })
}

/// Who asks the function and linkding's database.
struct Caller<'r> {
    rig: &'r Rig,
    function: Lambda,
    linkding: Client,
}

impl Caller<'_> {
    async fn measure(&self, asked: &Asked, own: u32, rounds: usize) -> Result<Row> {
        let mut target = asked.target.clone();
        if asked.is_half_way {
            target += &format!("&cursor={}", self.cursor(&target, own / 2 / STEP).await?);
        }
        let (mut whole, mut database, mut linkding) = (vec![], vec![], vec![]);
        let answered = self.log_lines().len();
        // The first round warms caches.
        for round in 0..=rounds {
            let mut event = Event::new(asked.method.clone(), &target);
            if let Some(body) = asked.body.json(round) {
                event = event.text(body.to_string());
            }
            let logged = self.rig.log()?.len();
            let begun = Instant::now();
            let answer = self.function.invoke(&event).await?;
            whole.push(begun.elapsed().as_secs_f64() * 1e3);
            database.push(self.logged_ms(logged)?);
            ensure!(answer.status == 200, "{target}: {}: {}", answer.status, answer.text());
            self.function.idle().await;
            if let Some(request) = &asked.linkding {
                let logged = self.rig.log()?.len();
                linkding::run(&self.linkding, request, round).await?;
                linkding.push(self.logged_ms(logged)?);
            }
        }
        if asked.method != Method::GET {
            self.rig.index().await?;
        }
        let median = |times: &[f64], percent| percentile(times.get(1..).unwrap_or_default(), percent);
        Ok(Row {
            request: asked.name,
            round_trips: self.round_trips(answered + rounds).await?,
            p50_ms: median(&whole, 50),
            database_p50_ms: median(&database, 50),
            database_p99_ms: median(&database, 99),
            target_ms: asked.target_ms,
            linkding_p50_ms: (!linkding.is_empty()).then(|| median(&linkding, 50)),
        })
    }

    /// The cursor of the page that so many steps lead to.
    async fn cursor(&self, target: &str, steps: u32) -> Result<String> {
        let mut cursor = String::new();
        for _ in 0..steps {
            let page = format!("{target}&limit={STEP}{cursor}");
            let answer: Value = self.function.invoke(&Event::get(&page)).await?.json();
            let next = answer["next_cursor"].as_str().with_context(|| format!("{page} is the last page"))?;
            cursor = format!("&cursor={next}");
        }
        Ok(cursor.trim_start_matches("&cursor=").to_owned())
    }

    /// The sum of the durations that the server has logged behind so many bytes.
    fn logged_ms(&self, logged: usize) -> Result<f64> {
        let log = self.rig.log()?;
        let new = log.get(logged..).unwrap_or_default();
        let duration =
            |line: &str| -> Option<f64> { line.split_once("duration: ")?.1.split(' ').next()?.parse().ok() };
        Ok(new.lines().filter_map(duration).sum())
    }

    /// The round trips of the last of so many answers; the log reaches us after an answer.
    async fn round_trips(&self, last: usize) -> Result<u64> {
        for _ in 0..100 {
            if let Some(line) = self.log_lines().get(last) {
                return line["round_trips"].as_u64().context("a line without its round trips");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("the function logged no answer:\n{}", self.function.stderr())
    }

    /// The lines that tell of an answer.
    fn log_lines(&self) -> Vec<Value> {
        let log = self.function.stderr();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["duration_ms"].is_number()).collect()
    }
}

pub(crate) fn print(library: &Library) {
    let heading = format!(
        "A LIBRARY OF {} BOOKMARKS BESIDE {} OF OTHERS, p50 in ms",
        count(f64::from(library.own)),
        count(f64::from(library.others))
    );
    let mut table = Table::new(heading, &["", "trips", "whole", "database", "linkding", "ratio"]);
    for row in &library.rows {
        let is_past = row.target_ms.is_some_and(|target| row.database_p50_ms > target);
        let mark = if is_past { " (past)" } else { "" };
        let linkding = row.linkding_p50_ms;
        table.row([
            row.request.to_owned(),
            row.round_trips.to_string(),
            number(row.p50_ms, 1),
            format!("{}{mark}", number(row.database_p50_ms, 1)),
            linkding.map_or_else(String::new, |ms| number(ms, 1)),
            linkding.map_or_else(String::new, |ms| number(ms / row.database_p50_ms, 1)),
        ]);
    }
    table.note("database: all statements of a request, as the server logs them; past: 10 ms, 200 of 1,000.");
    table.note("linkding: its own statements on the same rows, timed likewise. ratio: linkding / database.");
    table.print();
}
