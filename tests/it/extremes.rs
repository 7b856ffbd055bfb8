//! Whatever is stored can be listed and exported.

use harness::{Fixture, call_streaming};
use support::Event;

/// Values at the ends of what their columns hold.
const EXTREMES: &str = "
    INSERT INTO import_jobs (id, filename, total_bookmarks, status, progress, total_cost_usd, error_details, \
        created_at,
                             started_at, completed_at, duration_ms, error_message) VALUES
        ('00000000-0000-0000-0000-000000000000', NULL, 0, 'pending', NULL, NULL, '1e400', '-infinity', \
            'infinity',
         '294276-12-31 23:59:59.999999', NULL, NULL),
        ('ffffffff-ffff-7fff-bfff-ffffffffffff', repeat('é', 255), 2147483647, 'failed', 2147483647, 'NaN', \
            '\"x\"',
         '4713-01-01 BC', NULL, NULL, 2147483647, repeat('é', 100000)),
        ('0198c5a0-0000-7000-8000-000000000000', '', 0, 'failed', 0, '-Infinity', 'null', NULL, NULL, NULL, \
            0, '');
    INSERT INTO bookmarks (id, url, title, original_folder, add_date, domain, tags, created_at, updated_at, \
        url_key,
                           description, last_modified, last_visited, attributes, further_folder_ids, \
                               unmerged, folder_id,
                           import_job_id)
    SELECT id, repeat('u', 700000), repeat('\"', 1000000), repeat('é', 100000), date, repeat('d', 255), \
        tags, date, date,
           gen_random_uuid(), repeat(E'\\u0001', 10000), date, date, attributes, ids, 'null', folder, job
    FROM (VALUES
        ('00000000-0000-0000-0000-000000000000'::uuid, '-infinity'::timestamptz, '{}'::varchar[], '[]'::jsonb,
         '{}'::uuid[], '00000000-0000-0000-0000-000000000000'::uuid, \
             '0198c5a0-0000-7000-8000-000000000000'::uuid),
        ('ffffffff-ffff-ffff-ffff-ffffffffffff', 'infinity', '{{a,b},{c,NULL}}', '\"text\"', '{NULL,NULL}', \
            NULL, NULL),
        ('0198c5a0-0000-7000-8000-000000000001', '294276-12-31 23:59:59.999999', array_fill('t'::varchar, \
            ARRAY[5000]),
         '{\"a\": 1e400, \"b\": [null], \"c\": {\"d\": 1}}', '{{00000000-0000-0000-0000-000000000000}}', \
             NULL, NULL),
        ('0198c5a0-0000-7000-8000-000000000002', '4713-01-01 BC', '{NULL}', 'null', NULL, NULL, NULL),
        ('0198c5a0-0000-7000-8000-000000000003', NULL, NULL, '1e400', NULL, NULL, NULL)
    ) AS v (id, date, tags, attributes, ids, folder, job);
    INSERT INTO import_entries (import_job_id, id, outcome, position, line, reason, url, title, folder_id, \
        add_date, tags,
                                description, attributes)
    SELECT '0198c5a0-0000-7000-8000-000000000000', id, 'failed', 2147483647, -2147483648, repeat('r', \
        100000), url, title,
           folder_id, add_date, tags, description, attributes
    FROM bookmarks";

#[tokio::test]
async fn no_stored_value_makes_a_listing_or_an_export_fail() {
    let fixture = Fixture::new();
    fixture.execute(EXTREMES).await;
    for target in [
        "/",
        "/?limit=1",
        "/00000000-0000-0000-0000-000000000000",
        "/ffffffff-ffff-7fff-bfff-ffffffffffff",
        "/0198c5a0-0000-7000-8000-000000000000/rejections",
        "/0198c5a0-0000-7000-8000-000000000000/rejections?limit=1",
        "/0198c5a0-0000-7000-8000-000000000000/rejections?format=html",
        "/0198c5a0-0000-7000-8000-000000000000/rejections/0198c5a0-0000-7000-8000-000000000001",
    ] {
        let seen = fixture.call(import::handle, Event::get(target)).await;
        assert_eq!(seen.status, 200, "{target}: {}", seen.body);
    }
    for target in ["/", "/?format=json", "/?format=csv"] {
        let text = call_streaming(&fixture.app, export::handle, Event::get(target)).await.body.to_string();
        assert_eq!(text.matches(&"u".repeat(700_000)).count(), 5, "{target}");
    }
}
