//! The requests of a small organization cost no more for a large one beside it: counted in blocks that the
//! server reads, since times are another machine's.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use harness::{Fixture, app, call, call_streaming};
use store::App;
use support::{Event, rounds};
use tokio_postgres::Client;

/// The organization of the many bookmarks.
const LARGE: &str = "00000000-0000-7000-8000-00000000001a";

/// Requests of each kind whose blocks are counted.
const REQUESTS: u32 = 10;

/// How much more a request may read beside ten times as many bookmarks of others, or more.
const GROWTH: f64 = 1.2;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Search(&'static str),
    ListProjects,
    ListJobs,
    Claim,
    Export,
    Import,
}

const KINDS: [Kind; 10] = [
    Kind::Search("/?q=example"),
    Kind::Search("/?q=xample"),
    Kind::Search("/?q=exemple"),
    Kind::Search("/?q=example&tag=none&sort=title"),
    Kind::Search("/"),
    Kind::ListProjects,
    Kind::ListJobs,
    Kind::Claim,
    Kind::Export,
    Kind::Import,
];

#[tokio::test]
async fn a_small_organization_reads_as_many_blocks_however_large_another_is() {
    let fixture = Fixture::new();
    fill(&fixture, 1..=2_000).await;
    let beside_few = blocks(&fixture, 0).await;
    fill(&fixture, 2_001..=rounds(20_000, 1_000_000)).await;
    let beside_many = blocks(&fixture, 1).await;
    let rows = || KINDS.iter().zip(beside_few.iter().zip(&beside_many));
    let line = |(kind, (few, many))| format!("{kind:?}: {few} blocks beside few, {many} beside many");
    for (kind, (few, many)) in rows() {
        // An index of many rows has a level or two more.
        assert!(
            *many <= few * GROWTH + 20.0,
            "{kind:?}\n{}",
            rows().map(line).collect::<Vec<_>>().join("\n")
        );
    }
}

/// Finished jobs are in neither of the indexes that a claim reads.
#[tokio::test]
async fn a_claim_reads_as_many_blocks_however_many_jobs_are_finished() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO projects (name) VALUES ('p');
             INSERT INTO extraction_jobs (project_id, source_url, extraction_type)
             SELECT 1, 'https://example.com/' || n, 'all' FROM generate_series(1, 200) AS n",
        )
        .await;
    fixture.execute("VACUUM ANALYZE").await;
    let beside_none = blocks_of_each(&fixture, Kind::Claim, &mut 0).await;
    let finished = rounds(20_000, 1_000_000);
    fixture
        .execute(&format!(
            "INSERT INTO extraction_jobs (project_id, source_url, extraction_type, status)
             SELECT 1, 'https://example.com/' || n, 'all',
                    CASE WHEN n % 2 = 0 THEN 'completed' ELSE 'failed' END
             FROM generate_series(1, {finished}) AS n"
        ))
        .await;
    fixture.execute("VACUUM ANALYZE").await;
    let beside_many = blocks_of_each(&fixture, Kind::Claim, &mut 0).await;
    // The primary key, which leads to the claimed row, has a level or two more.
    assert!(beside_many <= beside_none * GROWTH + 20.0, "{beside_none} blocks, then {beside_many}");
    assert_eq!(fixture.ask("SELECT count(*) FROM extraction_jobs WHERE status = 'processing'").await, "74");
}

/// The blocks that a request of each kind reads, of an organization of ten bookmarks.
async fn blocks(fixture: &Fixture, phase: u32) -> Vec<f64> {
    fixture
        .execute(
            "DELETE FROM bookmarks WHERE organization_id = default_organization();
             DELETE FROM import_entries WHERE organization_id = default_organization();
             DELETE FROM import_jobs WHERE organization_id = default_organization()",
        )
        .await;
    let mut file = 100 * phase;
    send(&fixture.app, Kind::Import, &mut file).await;
    fixture.execute("SELECT search_catch_up('1 min')").await;
    fixture.execute("VACUUM ANALYZE").await;
    let mut counted = Vec::new();
    for kind in KINDS {
        counted.push(blocks_of_each(fixture, kind, &mut file).await);
    }
    counted
}

/// The least of three counts: the server counts what autovacuum reads, too.
async fn least_blocks_of(fixture: &Fixture, kind: Kind, requests: u32, file: &mut u32) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..3 {
        least = least.min(blocks_of(fixture, kind, requests, file).await);
    }
    least
}

/// The blocks that one request of a kind reads over a connection that has served others.
async fn blocks_of_each(fixture: &Fixture, kind: Kind, file: &mut u32) -> f64 {
    // The first session after a vacuum reads more of the catalog.
    blocks_of(fixture, kind, 1, file).await;
    let one = least_blocks_of(fixture, kind, 1, file).await;
    let many = least_blocks_of(fixture, kind, 1 + REQUESTS, file).await;
    (many - one) / f64::from(REQUESTS)
}

/// The blocks that so many requests of a kind read over one connection.
async fn blocks_of(fixture: &Fixture, kind: Kind, requests: u32, file: &mut u32) -> f64 {
    let watcher = watcher(fixture).await;
    let before = blocks_read(&watcher, fixture).await;
    let app = app(&fixture.database.url(), &[]);
    for _ in 0..requests {
        send(&app, kind, file).await;
    }
    drop(app);
    blocks_read(&watcher, fixture).await - before
}

/// The blocks that all sessions on the database have read. They are ended, since the server counts what a
/// session has read when it ends, and at times before.
async fn blocks_read(watcher: &Client, fixture: &Fixture) -> f64 {
    let name = fixture.database.name();
    let end = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = '{name}' AND backend_type = 'client backend'"
    );
    for _ in 0..2_000 {
        if watcher.query_one(&end, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            let blocks = format!(
                "SELECT (blks_hit + blks_read)::float8 FROM pg_stat_database WHERE datname = '{name}'"
            );
            return watcher.query_one(&blocks, &[]).await.unwrap().get(0);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("a session does not end within 10 s");
}

/// A session on another database of the server.
async fn watcher(fixture: &Fixture) -> Client {
    let url = pg::Url::parse(&fixture.database.server().url("postgres")).unwrap();
    let (client, connection) = pg::connect(&url).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn send(app: &Arc<App>, kind: Kind, file: &mut u32) {
    let (status, seen) = match kind {
        Kind::Search(target) => (200, call(app, search::handle, Event::get(target)).await),
        Kind::ListProjects => (200, call(app, list_projects::handle, Event::get("/")).await),
        Kind::ListJobs => (200, call(app, jobs::handle, Event::get("/")).await),
        Kind::Claim => (200, call(app, jobs::handle, Event::post("/claim").text("{}")).await),
        Kind::Export => (200, call_streaming(app, export::handle, Event::get("/")).await),
        Kind::Import => {
            *file += 1;
            let links: String = (0..10)
                .map(|n| {
                    format!("<DT><A HREF=\"https://example.com/{file}/{n}\">Page {file} {n} of example</A>\n")
                })
                .collect();
            let html = format!("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n{links}</DL><p>\n");
            (201, call(app, import::handle, Event::post("/").text(&html)).await)
        }
    };
    assert_eq!(seen.status, status, "{kind:?}: {}", seen.body);
}

/// Gives another organization bookmarks of these numbers, whose words are the small one's.
async fn fill(fixture: &Fixture, numbers: RangeInclusive<usize>) {
    let (first, last) = numbers.into_inner();
    fixture
        .execute(&format!(
            "BEGIN;
             INSERT INTO organizations (id, slug, name) VALUES ('{LARGE}', 'large', 'Large') ON CONFLICT DO NOTHING;
             SET LOCAL app.organization = '{LARGE}';
             INSERT INTO projects (name) SELECT 'Project ' || n FROM generate_series({first}, {last}, 100) AS n;
             INSERT INTO extraction_jobs (project_id, source_url, extraction_type)
             SELECT p.id, 'https://example.com/' || n, 'all'
             FROM projects AS p, generate_series(1, 50) AS n WHERE p.organization_id = '{LARGE}';
             INSERT INTO import_jobs (id, filename)
             SELECT md5('job ' || n)::uuid, 'file' FROM generate_series({first}, {last}, 100) AS n;
             INSERT INTO bookmarks (id, url, title, domain, tags, url_key, import_job_id)
             SELECT md5('id ' || n)::uuid, 'https://example.com/' || n, 'Page ' || n || ' of example',
                    'example.com', '{{none,tag}}', md5('key ' || n)::uuid, md5('job ' || n - (n - {first}) % 100)::uuid
             FROM generate_series({first}, {last}) AS n;
             SELECT search_catch_up('1 hour');
             COMMIT"
        ))
        .await;
}
