//! Pages: together they are the one page that holds all.

use harness::Fixture;

use super::all_titles;

/// Bookmarks of which many are equal in what they are sorted by. Titles end with a number of their own.
const TIES: &str = "INSERT INTO bookmarks (id, url, domain, title, tags, description, add_date, created_at, \
                    url_key)
    SELECT gen_random_uuid(), 'https://example' || n % 2 || '.org/', 'example' || n % 2 || '.org', title || \
        repeat(' ', 100) || repeat('x', 100) || n,
           CASE n % 3 WHEN 0 THEN '{green}'::varchar[] WHEN 1 THEN '{green,blue}' END,
           CASE WHEN n % 5 = 0 THEN 'gardens' END,
           CASE n % 6 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity' WHEN 2 THEN NULL WHEN 3 THEN '2020-01-01'
                      ELSE '2021-01-01'::timestamptz + n % 2 * interval '1 us' END,
           CASE WHEN n % 4 > 0 THEN '2020-01-01'::timestamptz END, gen_random_uuid()
    FROM generate_series(1, 60) AS n,
         LATERAL (SELECT (ARRAY['Gardens', 'Some gardens', 'gärdens', 'Gardening', 'Rockgardens', ''])[1 + n \
             % 6]) AS t (title)";

#[tokio::test]
async fn pages_together_are_the_one_page_that_holds_all() {
    let fixture = Fixture::new();
    fixture.execute(TIES).await;
    let client = fixture.database.client().await;
    client.batch_execute(crate::HOLD_INDEXING).await.unwrap();
    let searches: [&[(&str, &str)]; 9] = [
        &[],
        &[("q", "gardens")],
        &[("q", "garden")],
        &[("q", "gradens")],
        &[("q", "garden -blue")],
        &[("q", "-blue")],
        &[("tag", "green"), ("q", "arden")],
        &[("untagged", "true")],
        &[("domain", "example1.org"), ("q", "\"some gardens\"")],
    ];
    let mut unindexed = Vec::new();
    for is_indexed in [false, true] {
        let mut all = Vec::new();
        for parameters in searches {
            for sort in ["relevance", "newest", "oldest", "title", "date"] {
                let of = |limit| [parameters, &[("sort", sort), ("limit", limit)]].concat();
                let whole = all_titles(&fixture, &of("1000")).await;
                for limit in ["1", "7", "30"] {
                    let pages = all_titles(&fixture, &of(limit)).await;
                    assert_eq!(pages, whole, "{parameters:?} {sort} {limit} {is_indexed}");
                }
                // A misspelt word is corrected to one that is indexed.
                if parameters != [("q", "gradens")] {
                    assert!(!whole.is_empty(), "{parameters:?}");
                    all.push(whole);
                }
            }
        }
        if is_indexed {
            assert_eq!(all, unindexed);
        }
        unindexed = all;
        client.batch_execute("COMMIT").await.unwrap();
        fixture.execute("SELECT search_catch_up('1 min')").await;
    }
}

#[tokio::test]
async fn a_result_is_in_the_order_that_is_asked_for() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, add_date, url_key)
             VALUES ('00000000-0000-0000-0000-000000000001', '', 'b page', '2021-01-01', gen_random_uuid()),
                    ('00000000-0000-0000-0000-000000000002', '', 'A page', '2023-01-01', gen_random_uuid()),
                    ('00000000-0000-0000-0000-000000000003', '', 'c page page', '2022-01-01', \
                        gen_random_uuid())",
        )
        .await;
    for (sort, order) in [
        ("newest", ["A page", "c page page", "b page"]),
        ("date", ["A page", "c page page", "b page"]),
        ("oldest", ["b page", "c page page", "A page"]),
        ("title", ["A page", "b page", "c page page"]),
    ] {
        for q in ["page", "", "pag", "-nothing"] {
            assert_eq!(super::titles(&fixture, &[("q", q), ("sort", sort)]).await, order, "{sort} {q}");
        }
    }
    assert_eq!(super::titles(&fixture, &[("sort", "relevance")]).await[0], "c page page");
    fixture.call(search::handle, support::Event::get("/?sort=size")).await.problem(400);
}

#[tokio::test]
async fn of_a_common_word_the_bookmarks_stored_last_are_ranked_and_the_others_follow() {
    let fixture = Fixture::new();
    // The first one has the word in its title, the others in their description.
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, description, url_key)
             SELECT ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '', \
                 CASE n WHEN 1 THEN 'Common 1' ELSE 'Page ' || n END, 'common', gen_random_uuid()
             FROM generate_series(1, 1001) AS n",
        )
        .await;
    let client = fixture.database.client().await;
    client.batch_execute(crate::HOLD_INDEXING).await.unwrap();
    let newest_first: Vec<String> = (2..=1001).rev().map(|n| format!("Page {n}")).collect();
    for is_indexed in [false, true] {
        if is_indexed {
            client.batch_execute("COMMIT").await.unwrap();
            fixture.execute("SELECT search_catch_up('1 min')").await;
        }
        let page = super::search(&fixture, &[("q", "common"), ("limit", "1000")]).await;
        assert_eq!(page["ranked_in_part"], true, "{is_indexed}");
        let titles = all_titles(&fixture, &[("q", "common"), ("limit", "700")]).await;
        assert_eq!(titles[..1000], newest_first, "{is_indexed}");
        assert_eq!(titles[1000..], ["Common 1"], "what is not ranked comes last");
    }
    fixture.execute("DELETE FROM bookmarks WHERE title = 'Page 1001'").await;
    let page = super::search(&fixture, &[("q", "common"), ("limit", "2")]).await;
    assert_eq!(super::titles_of(&page), ["Common 1", "Page 1000"], "all are ranked");
    assert!(page.get("ranked_in_part").is_none());
}
