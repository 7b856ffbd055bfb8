//! Measures a new environment: time until it asks for an event, time until it has answered with a row,
//! memory, and the size of what Lambda fetches.

use std::time::Instant;

use anyhow::Result;
use serde::Serialize;
use support::{Event, Lambda, project_root};

use crate::args::Extent;
use crate::machine::peak_mib;
use crate::rig::Rig;
use crate::stats::Summary;
use crate::table::{Table, number, progress};

const TARGET_NEXT_MS: f64 = 5.0;
const TARGET_ANSWER_MS: f64 = 25.0;
const TARGET_PEAK_MIB: f64 = 12.0;
const TARGET_ZIP_MB: f64 = 2.0;

/// Requests after which memory is read.
const REQUESTS: usize = 200;

/// A function's starts.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    function: &'static str,
    rounds: usize,
    /// From exec to the first request for an event.
    next_ms: Summary,
    /// From exec to the answer to an event that waits from the beginning: a connection over verified TLS, and
    /// a row.
    answer_ms: Summary,
    /// The largest resident set, after some requests over an open connection.
    peak_mib: f64,
    /// None where `make package` has not been run.
    zip_bytes: Option<u64>,
}

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Vec<Row>> {
    let rounds = match extent {
        Extent::Quick => 10,
        Extent::Default => 50,
        Extent::Full => 200,
    };
    progress("starts of db-test and list-projects");
    Ok(vec![row(rig, "db-test", rounds).await?, row(rig, "list-projects", rounds).await?])
}

async fn row(rig: &Rig, function: &'static str, rounds: usize) -> Result<Row> {
    let (mut next, mut answer) = (Vec::new(), Vec::new());
    // The first start reads the binary from the disk.
    rig.environment(function)?.init_duration().await?;
    for _ in 0..rounds {
        next.push(rig.environment(function)?.init_duration().await?.as_secs_f64() * 1e3);
        let lambda = rig.environment(function)?;
        request(&lambda).await?;
        answer.push(Instant::now().duration_since(lambda.started()).as_secs_f64() * 1e3);
    }
    let lambda = rig.environment(function)?;
    for _ in 0..REQUESTS {
        request(&lambda).await?;
    }
    let zip = project_root().join("target/lambda").join(function).join("bootstrap.zip");
    Ok(Row {
        function,
        rounds,
        next_ms: Summary::new(&next),
        answer_ms: Summary::new(&answer),
        peak_mib: peak_mib(lambda.pid())?,
        zip_bytes: std::fs::metadata(zip).ok().map(|zip| zip.len()),
    })
}

async fn request(lambda: &Lambda) -> Result<()> {
    let answer = lambda.invoke(&Event::get("/")).await?;
    anyhow::ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
    Ok(())
}

pub(crate) fn print(rows: &[Row]) {
    let mut table = Table::new(
        "STARTS of a new environment",
        &["", "exec to /next, ms", "to a row, ms", "peak, MiB", "zip, MB"],
    );
    for row in rows {
        let zip = row.zip_bytes.map_or("not built".to_owned(), |bytes| number(bytes as f64 / 1e6, 2));
        table.row([
            row.function.to_owned(),
            number(row.next_ms.median, 1),
            number(row.answer_ms.median, 1),
            number(row.peak_mib, 1),
            zip,
        ]);
    }
    let targets = [TARGET_NEXT_MS, TARGET_ANSWER_MS, TARGET_PEAK_MIB, TARGET_ZIP_MB];
    let [next, answer, peak, zip] = targets.map(|target| format!("at most {target}"));
    table.row(["target".to_owned(), next, answer, peak, zip]);
    table.print();
}
