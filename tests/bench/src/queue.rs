//! The queue of extraction jobs: alone, and beside many that are finished.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::{Value, json};
use support::{Event, Lambda};
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use crate::args::Extent;
use crate::rig::{ORGANIZATION, Rig};
use crate::stats::percentile;
use crate::table::{Table, count, number, progress};

/// Past this, a claim takes too long in the database, in ms.
const TARGET_MS: f64 = 2.0;

/// What is claimed in the database by itself, which the server times.
const IN_DATABASE: &str = "claim, in the database";

/// A step of a job.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    step: &'static str,
    alone_p50_ms: f64,
    beside_p50_ms: f64,
    beside_p99_ms: f64,
}

/// The measurements.
#[derive(Debug, Serialize)]
pub(crate) struct Jobs {
    finished: u32,
    rows: Vec<Row>,
}

/// How long each step took each time, in ms.
type Latencies = Vec<(&'static str, Vec<f64>)>;

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Jobs> {
    let (finished, rounds) = match extent {
        Extent::Quick => (100_000, 30),
        Extent::Default => (300_000, 100),
        Extent::Full => (1_000_000, 300),
    };
    progress(&format!("jobs, alone and beside {finished} that are finished"));
    let project = "INSERT INTO projects (name) VALUES ('Jobs') RETURNING id";
    let project: i32 = rig.ask(project).await?;
    let queue = Queue { function: rig.environment("jobs")?, client: rig.function_client().await?, project };
    let alone = queue.steps(rig, rounds).await?;
    rig.execute(&format!(
        "INSERT INTO extraction_jobs (organization_id, project_id, source_url, extraction_type, status,
             attempts, lease_token, result_data, completed_at)
         SELECT '{ORGANIZATION}', {project}, 'https://example.com/' || n, 'color',
                CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'completed' END, 1, gen_random_uuid(),
                '{{\"palette\": {{}}}}', now()
         FROM generate_series(1, {finished}) AS n"
    ))
    .await?;
    let beside = queue.steps(rig, rounds).await?;
    rig.execute("TRUNCATE extraction_jobs CASCADE").await?;
    rig.execute(&format!("DELETE FROM projects WHERE id = {project}")).await?;
    let rows = alone.into_iter().zip(beside).map(|((step, alone), (_, beside))| Row {
        step,
        alone_p50_ms: percentile(&alone, 50),
        beside_p50_ms: percentile(&beside, 50),
        beside_p99_ms: percentile(&beside, 99),
    });
    Ok(Jobs { finished, rows: rows.collect() })
}

/// The function, and a session of its role.
struct Queue {
    function: Lambda,
    client: Client,
    project: i32,
}

impl Queue {
    /// Takes jobs from their submission to their end, one at a time.
    async fn steps(&self, rig: &Rig, rounds: usize) -> Result<Latencies> {
        rig.execute("VACUUM ANALYZE extraction_jobs").await?;
        rig.checkpoint()?;
        let blue =
            json!({ "$type": "color", "$value": { "colorSpace": "srgb", "components": [0.2, 0.4, 0.9] } });
        let wanted = json!({
            "project_id": self.project, "source_url": "https://example.com/a.png", "extraction_type": "color",
        });
        let steps = [IN_DATABASE, "submit", "claim", "heartbeat", "complete"];
        let mut latencies: Latencies = steps.map(|step| (step, Vec::with_capacity(rounds))).into();
        // The first round warms caches.
        for round in 0..=rounds {
            let (submit, _) = self.post("/", &wanted, 201).await?;
            let in_database = self.claim_in_database().await?;
            let (claim, claimed) = self.post("/claim", &json!({}), 200).await?;
            let job = &claimed["jobs"][0];
            let report = json!({ "lease_token": job["lease_token"] });
            let (heartbeat, _) = self.post(&format!("/{}/heartbeat", job["id"]), &report, 200).await?;
            let report = json!({ "lease_token": job["lease_token"], "tokens": { "blue": blue } });
            let (complete, _) = self.post(&format!("/{}/complete", job["id"]), &report, 200).await?;
            if round > 0 {
                let taken = [in_database, submit, claim, heartbeat, complete];
                latencies.iter_mut().zip(taken).for_each(|((_, latencies), ms)| latencies.push(ms));
            }
        }
        Ok(latencies)
    }

    /// Claims a job and rolls that back. Returns the server's own time for planning and running, in ms.
    async fn claim_in_database(&self) -> Result<f64> {
        let claim = jobs::claim_statement();
        let explained = format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {claim} SELECT id FROM claimed");
        let (types, tokens) = (["color"], [Uuid::now_v7()]);
        let (max, seconds, worker) = (1_i64, 60.0_f64, "bench");
        let params: [(&(dyn ToSql + Sync), Type); 5] = [
            (&types.as_slice(), Type::TEXT_ARRAY),
            (&max, Type::INT8),
            (&seconds, Type::FLOAT8),
            (&worker, Type::TEXT),
            (&tokens.as_slice(), Type::UUID_ARRAY),
        ];
        let begin = format!("BEGIN; SET LOCAL app.organization = '{ORGANIZATION}'");
        self.client.batch_execute(&begin).await?;
        let rows = self.client.query_typed(&explained, &params).await?;
        self.client.batch_execute("ROLLBACK").await?;
        let plan: Value = rows.first().context("no plan")?.try_get(0)?;
        let ms = |name: &str| plan[0][name].as_f64().with_context(|| format!("{name} in {plan}"));
        Ok(ms("Planning Time")? + ms("Execution Time")?)
    }

    /// Sends a request to the function. Returns how long that took, in ms, and the answer.
    async fn post(&self, target: &str, body: &Value, status: u16) -> Result<(f64, Value)> {
        let event = Event::post(target).text(body.to_string());
        let begun = Instant::now();
        let answer = self.function.invoke(&event).await?;
        let ms = begun.elapsed().as_secs_f64() * 1e3;
        ensure!(answer.status == status, "{target}: {}: {}", answer.status, answer.text());
        Ok((ms, answer.json()))
    }
}

pub(crate) fn print(jobs: &Jobs) {
    let finished = count(f64::from(jobs.finished));
    let heading = format!("JOBS, alone and beside {finished} that are finished, in ms");
    let mut table = Table::new(heading, &["", "alone p50", "beside p50", "p99", "ratio"]);
    for Row { step, alone_p50_ms, beside_p50_ms, beside_p99_ms } in &jobs.rows {
        let is_past = *step == IN_DATABASE && *beside_p50_ms > TARGET_MS;
        let mark = if is_past { " (past 2 ms)" } else { "" };
        table.row([
            (*step).to_owned(),
            number(*alone_p50_ms, 2),
            format!("{}{mark}", number(*beside_p50_ms, 2)),
            number(*beside_p99_ms, 2),
            number(beside_p50_ms / alone_p50_ms, 2),
        ]);
    }
    table.note("In the database: planning and running, by EXPLAIN; the others are whole requests.");
    table.print();
}
