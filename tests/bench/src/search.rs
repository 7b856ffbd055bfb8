//! Measures the cost of the search to an import, beside the same indexes on `bookmarks` itself, and the speed
//! of its answers.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;
use support::{Event, Lambda};

use crate::args::Extent;
use crate::files::{File, Shape};
use crate::import::Rows;
use crate::rig::{ORGANIZATION, Rig};
use crate::stats::{Summary, percentile};
use crate::table::{Table, count, number, progress};

/// Figures for ARCHITECTURE.md's section on the search.
#[derive(Debug, Serialize)]
pub(crate) struct Search {
    bookmarks: u32,
    /// The import's handler, with the triggers that note what is pending.
    import_ms: Summary,
    /// Indexing all that it stored, in steps of a second as its process does once it has answered.
    indexing_ms: Summary,
    /// psql's `\copy` of the same rows into a table with the keys and indexes of `bookmarks`.
    copy_ms: Summary,
    /// The same with a GIN index of the words, and trigrams of title and address, on that table.
    copy_indexed_ms: Summary,
    /// Ratio of an indexed copy's time to a plain one's, in turns.
    ratio: Summary,
    queries: Vec<Query>,
}

/// A kind of search, over the open connection of a warm function.
#[derive(Debug, Serialize)]
struct Query {
    what: &'static str,
    p50_ms: f64,
    p99_ms: f64,
    /// The median where row security does not bind the function's role.
    unbound_p50_ms: f64,
}

/// The searches, with what they are in the files that are made here.
const QUERIES: [(&str, &[(&str, &str)]); 7] = [
    ("a word", &[("q", "tutorial")]),
    ("two words", &[("q", "tutorial database")]),
    ("a beginning", &[("q", "datab")]),
    ("the middle of a word", &[("q", "utoria")]),
    ("a misspelt word", &[("q", "tutoriel")]),
    ("a domain", &[("domain", "blog1.example")]),
    ("the newest", &[]),
];

/// The indexes that the search would have without tables of its own.
const INDEXES: &str = "
    CREATE INDEX ON indexed USING gin (to_tsvector('simple', title || ' ' || coalesce(url, '') || ' ' ||
        coalesce(description, '')));
    CREATE INDEX ON indexed USING gin (title gin_trgm_ops);
    CREATE INDEX ON indexed USING gin (url gin_trgm_ops)";

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Search> {
    let (bookmarks, rounds, requests) = match extent {
        Extent::Quick => (10_000, 2, 20),
        Extent::Default => (100_000, 3, 50),
        Extent::Full => (100_000, 7, 200),
    };
    progress(&format!("searches of {bookmarks} bookmarks, and what indexing them costs"));
    let bytes = File::new(Shape::Browser, 0..bookmarks).bytes();
    rig.execute(
        "CREATE TABLE plain (LIKE bookmarks INCLUDING ALL); CREATE TABLE indexed (LIKE plain INCLUDING ALL)",
    )
    .await?;
    rig.execute(INDEXES).await?;
    let (mut import, mut indexing, mut copy, mut copy_indexed) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        rig.reset().await?;
        import.push(rig.function.import(&bytes, None).await?.handler_ms);
        indexing.push(index(rig).await?);
        let rows = Rows::from_last_import(rig, "searched").await?;
        for (table, times) in [("plain", &mut copy), ("indexed", &mut copy_indexed)] {
            rig.execute(&format!("TRUNCATE {table}; CHECKPOINT")).await?;
            times.push(rows.copy_into(rig, table).await?.ms);
        }
    }
    rig.execute("DROP TABLE plain, indexed; ANALYZE").await?;
    let (function, unbound) = (rig.environment("search")?, rig.unbound_environment("search", &[])?);
    let mut queries = Vec::new();
    for (what, parameters) in QUERIES {
        queries.push(query([&function, &unbound], what, parameters, requests).await?);
    }
    rig.reset().await?;
    Ok(Search {
        bookmarks,
        import_ms: Summary::new(&import),
        indexing_ms: Summary::new(&indexing),
        copy_ms: Summary::new(&copy),
        copy_indexed_ms: Summary::new(&copy_indexed),
        ratio: Summary::from_ratios(&copy_indexed, &copy),
        queries,
    })
}

/// Indexes all that is pending in the steps in which the import's process does it, and returns how long that
/// took, in ms. The process itself gives up after a minute, which a busy machine may exceed.
async fn index(rig: &Rig) -> Result<f64> {
    let begun = Instant::now();
    rig.execute(&format!("SET app.organization = '{ORGANIZATION}'")).await?;
    while rig.ask::<bool>("SELECT search_catch_up('1 s')").await? {}
    rig.execute("RESET app.organization").await?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

async fn query(
    functions: [&Lambda; 2],
    what: &'static str,
    parameters: &[(&str, &str)],
    requests: usize,
) -> Result<Query> {
    let query: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "%20"))).collect();
    let event = Event::get(&format!("/?{}", query.join("&")));
    let mut latencies = [Vec::with_capacity(requests), Vec::with_capacity(requests)];
    for _ in 0..=requests {
        for (function, latencies) in functions.iter().zip(&mut latencies) {
            let begun = Instant::now();
            let answer = function.invoke(&event).await?;
            latencies.push(begun.elapsed().as_secs_f64() * 1e3);
            ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
        }
    }
    // The first warms caches.
    let [bound, unbound] = latencies.map(|mut latencies| latencies.split_off(1));
    let (p50_ms, p99_ms) = (percentile(&bound, 50), percentile(&bound, 99));
    Ok(Query { what, p50_ms, p99_ms, unbound_p50_ms: percentile(&unbound, 50) })
}

pub(crate) fn print(search: &Search) {
    let mut table = Table::new("SEARCH: WHAT ITS INDEX COSTS AN IMPORT, in ms", &["", "ms", "rows/s"]);
    let rows = f64::from(search.bookmarks);
    for (what, ms) in [
        ("import, until its answer", search.import_ms),
        ("  then, until all is indexed", search.indexing_ms),
        ("copy into a table without these indexes", search.copy_ms),
        ("copy into a table that has them itself", search.copy_indexed_ms),
    ] {
        table.row([what.to_owned(), number(ms.median, 0), count(rows / ms.median * 1e3)]);
    }
    table.note(format!("Indexes on the table itself make a copy {:.1} times as long.", search.ratio.median));
    table.print();

    let heading = format!("SEARCHES of {} bookmarks, 100 results a page", count(rows));
    let mut table = Table::new(heading, &["", "p50, ms", "p99, ms", "unbound p50"]);
    for Query { what, p50_ms, p99_ms, unbound_p50_ms } in &search.queries {
        table.row([(*what).to_owned(), number(*p50_ms, 1), number(*p99_ms, 1), number(*unbound_p50_ms, 1)]);
    }
    table.note("unbound: where row security does not bind the function's role.");
    table.print();
}
