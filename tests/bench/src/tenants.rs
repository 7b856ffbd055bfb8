//! A small organization alone, and beside a large one.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;
use support::{Event, Lambda};

use crate::args::Extent;
use crate::files::{File, Shape};
use crate::rig::{ORGANIZATION, Rig};
use crate::stats::percentile;
use crate::table::{Table, count, number, progress};

/// Past this, a neighbour costs too much.
const TARGET: f64 = 1.2;

/// Bookmarks of the small organization.
const SMALL: u32 = 10;

/// Its imports of as many, beside the first.
const IMPORTS: u32 = 40;

/// The organization of the many bookmarks.
const LARGE: &str = "00000000-0000-7000-8000-00000000001a";

/// Bookmarks that one statement inserts.
const BATCH: u32 = 100_000;

/// A kind of request of the small organization.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    request: &'static str,
    alone_p50_ms: f64,
    beside_p50_ms: f64,
}

/// The measurements.
#[derive(Debug, Serialize)]
pub(crate) struct Tenants {
    /// The bookmarks of the large organization.
    large: u32,
    rows: Vec<Row>,
}

/// The functions that the small organization calls.
struct Caller {
    search: Lambda,
    list_projects: Lambda,
}

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Tenants> {
    let (large, rounds) = match extent {
        Extent::Quick => (20_000, 50),
        Extent::Default => (200_000, 200),
        Extent::Full => (10_000_000, 200),
    };
    progress(&format!("{SMALL} bookmarks beside {large}"));
    rig.reset().await?;
    let caller =
        Caller { search: rig.environment("search")?, list_projects: rig.environment("list-projects")? };
    let alone = caller.requests(rig, rounds).await?;
    fill(rig, large).await?;
    let beside = caller.requests(rig, rounds).await?;
    rig.reset().await?;
    let rows = alone.into_iter().zip(beside);
    let rows = rows.map(|((request, alone_p50_ms), (_, beside_p50_ms))| Row {
        request,
        alone_p50_ms,
        beside_p50_ms,
    });
    Ok(Tenants { large, rows: rows.collect() })
}

/// Gives the large organization its bookmarks, whose words are those of the small one's, and indexes them.
async fn fill(rig: &Rig, rows: u32) -> Result<()> {
    rig.execute(&format!(
        "INSERT INTO organizations (id, slug, name) VALUES ('{LARGE}', 'large', 'Large')
         ON CONFLICT DO NOTHING;
         INSERT INTO projects (organization_id, name)
         SELECT '{LARGE}', 'Project ' || n FROM generate_series(1, 1000) AS n"
    ))
    .await?;
    for first in (1..=rows).step_by(BATCH as usize) {
        let last = rows.min(first + BATCH - 1);
        rig.execute(&format!(
            "INSERT INTO bookmarks (organization_id, id, url, title, domain, tags, url_key)
             SELECT '{LARGE}', ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
                    'https://example.com/' || n, 'Page ' || n || ' about ' || t.title, t.domain, t.tags,
                    md5(n::text)::uuid
             FROM generate_series({first}, {last}) AS n
             JOIN (
                 SELECT *, row_number() OVER () AS nth FROM bookmarks
                 WHERE organization_id = '{ORGANIZATION}' LIMIT {SMALL}
             ) AS t ON t.nth = 1 + n % {SMALL}"
        ))
        .await?;
        index(rig, LARGE).await?;
    }
    rig.execute("VACUUM ANALYZE").await?;
    rig.checkpoint()
}

/// Indexes what an organization has stored. The lock that keeps the import's process from it is this
/// session's own, and of the other organization.
async fn index(rig: &Rig, organization: &str) -> Result<()> {
    rig.execute(&format!(
        "BEGIN; SET LOCAL app.organization = '{organization}'; SELECT search_catch_up('1 hour'); COMMIT"
    ))
    .await?;
    let pending = format!("SELECT count(*) FROM search_pending WHERE organization_id = '{organization}'");
    ensure!(rig.ask::<i64>(&pending).await? == 0, "{organization} is not indexed");
    Ok(())
}

impl Caller {
    /// The medians of each kind of request, which are sent in turns, of an organization that begins with
    /// nothing. Its imports come last, since each leaves more than there was.
    async fn requests(&self, rig: &Rig, rounds: usize) -> Result<Vec<(&'static str, f64)>> {
        for table in ["bookmarks", "import_entries", "folders", "import_jobs"] {
            rig.execute(&format!("DELETE FROM {table} WHERE organization_id = '{ORGANIZATION}'")).await?;
        }
        import(rig, 0).await?;
        index(rig, ORGANIZATION).await?;
        rig.execute("VACUUM ANALYZE").await?;
        rig.checkpoint()?;
        let asked = [
            (&self.search, "search for a word", "/?q=example"),
            (&self.search, "search for a word and a tag", "/?q=example&tag=none"),
            (&self.search, "search for a misspelt word", "/?q=exemple"),
            (&self.search, "list of bookmarks", "/"),
            (&self.list_projects, "list of projects", "/"),
        ];
        let mut latencies = vec![Vec::with_capacity(rounds); asked.len() + 1];
        // The first round warms caches.
        for _ in 0..=rounds {
            for ((function, _, target), latencies) in asked.iter().zip(&mut latencies) {
                latencies.push(get(function, target).await?);
            }
        }
        for number in 1..=IMPORTS {
            latencies[asked.len()].push(import(rig, number).await?);
        }
        let names = asked.iter().map(|(_, name, _)| *name).chain(["import of 10 bookmarks"]);
        Ok(names.zip(latencies).map(|(name, latencies)| (name, percentile(&latencies[1..], 50))).collect())
    }
}

/// Imports ten bookmarks that are new, and returns how long that took, in ms.
async fn import(rig: &Rig, number: u32) -> Result<f64> {
    let file = File::new(Shape::Browser, number * SMALL..(number + 1) * SMALL).bytes();
    Ok(rig.function.import(&file, None).await?.outer_ms)
}

async fn get(function: &Lambda, target: &str) -> Result<f64> {
    let begun = Instant::now();
    let answer = function.invoke(&Event::get(target)).await?;
    ensure!(answer.status == 200, "{target}: {}: {}", answer.status, answer.text());
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

pub(crate) fn print(tenants: &Tenants) {
    let heading = format!(
        "AN ORGANIZATION OF {SMALL} BOOKMARKS BESIDE ONE OF {}, p50 in ms",
        count(f64::from(tenants.large))
    );
    let mut table = Table::new(heading, &["", "alone", "beside", "ratio"]);
    for Row { request, alone_p50_ms, beside_p50_ms } in &tenants.rows {
        let ratio = beside_p50_ms / alone_p50_ms;
        let mark = if ratio > TARGET { " (past 1.2)" } else { "" };
        table.row([
            (*request).to_owned(),
            number(*alone_p50_ms, 2),
            number(*beside_p50_ms, 2),
            format!("{}{mark}", number(ratio, 2)),
        ]);
    }
    table.print();
}
