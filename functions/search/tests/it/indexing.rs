//! The index of `search`: whatever state it is in, what is found is what is stored.

use harness::{Fixture, app, call};
use support::{Event, Proxy, round_trips};
use tokio_postgres::Client;

use super::{all_titles, file, import, imported, query, search, titles};

#[tokio::test]
async fn an_undone_import_is_no_longer_found_and_what_it_merged_is_as_before() {
    let fixture = Fixture::new();
    let first = file(&[("https://example.com/", "TAGS=\"kept\"", "First")]);
    let second = file(&[
        ("https://example.com/", "TAGS=\"merged\"", "Repeated"),
        ("https://example.org/", "", "Second"),
    ]);
    import(&fixture, "/", &first).await;
    assert_eq!(titles(&fixture, &[("q", "kept")]).await, ["First"]);
    let job = import(&fixture, "/", &second).await.body["import_job"]["id"].as_str().unwrap().to_owned();
    assert_eq!(titles(&fixture, &[("tag", "merged"), ("q", "kept merged")]).await, ["First"]);
    assert_eq!(titles(&fixture, &[("q", "example")]).await, ["Second", "First"]);

    assert_eq!(fixture.call(import::handle, Event::delete(&format!("/{job}"))).await.status, 200);
    assert_eq!(titles(&fixture, &[("tag", "merged")]).await, [""; 0]);
    assert_eq!(titles(&fixture, &[("q", "merged")]).await, [""; 0]);
    assert_eq!(titles(&fixture, &[("q", "example")]).await, ["First"]);
    assert_eq!(titles(&fixture, &[]).await, ["First"]);
    assert_eq!(fixture.ask("SELECT count(*) FROM search_documents").await, "1");
}

/// So many bookmarks, one word in a hundred of them, as one import of an old database leaves them.
const MANY: &str = "INSERT INTO bookmarks (id, url, title, domain, url_key, folder_path)
     SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'https://example.com/' || n,
            'Page ' || n || CASE WHEN n % 100 = 0 THEN ' rare' ELSE ' common' END, 'example.com',
            gen_random_uuid(), '{}'
     FROM generate_series(1, 20000) AS n";

/// As if another search were at it: nothing gets indexed until the client rolls back.
async fn without_indexing(fixture: &Fixture) -> Client {
    let client = fixture.database.client().await;
    let lock = crate::HOLD_INDEXING;
    client.batch_execute(lock).await.unwrap();
    client
}

#[tokio::test]
async fn what_is_not_indexed_yet_is_found_all_the_same() {
    let fixture = Fixture::new();
    fixture.execute(MANY).await;
    let client = without_indexing(&fixture).await;
    let unindexed = all_titles(&fixture, &[("q", "rare"), ("limit", "90")]).await;
    assert_eq!(fixture.ask("SELECT count(*) FROM search_documents").await, "0");
    assert_eq!(unindexed.len(), 200);
    assert_eq!(unindexed[0], "Page 20000 rare");
    let filtered = titles(&fixture, &[("domain", "example.com"), ("limit", "1000")]).await;
    client.batch_execute("ROLLBACK").await.unwrap();

    // Searches index it, and answer the same while they do.
    for _ in 0..50 {
        assert_eq!(all_titles(&fixture, &[("q", "rare"), ("limit", "90")]).await, unindexed);
        if fixture.ask("SELECT count(*) FROM search_pending").await == "0" {
            break;
        }
    }
    assert_eq!(fixture.ask("SELECT count(*) FROM search_documents").await, "20000");
    assert_eq!(all_titles(&fixture, &[("q", "rare"), ("limit", "90")]).await, unindexed);
    assert_eq!(titles(&fixture, &[("domain", "example.com"), ("limit", "1000")]).await, filtered);
    assert_eq!(titles(&fixture, &[("q", "raer")]).await.len(), 100);
}

#[tokio::test]
async fn many_updated_bookmarks_are_found_before_they_are_indexed_again() {
    let fixture = Fixture::new();
    fixture.execute(MANY).await;
    fixture.execute("SELECT search_catch_up('10 min')").await;
    let client = without_indexing(&fixture).await;
    fixture.execute("UPDATE bookmarks SET title = title || ' seldom' WHERE title LIKE '%rare'").await;
    fixture.execute("UPDATE bookmarks SET title = replace(title, 'common', 'usual')").await;
    assert_eq!(fixture.ask("SELECT count(*) FROM search_pending").await, "20000");
    // Comparing each hit with each of them would take minutes.
    assert_eq!(titles(&fixture, &[("q", "common")]).await, [""; 0]);
    assert_eq!(titles(&fixture, &[("q", "usual"), ("limit", "1000")]).await.len(), 1000);
    assert_eq!(all_titles(&fixture, &[("q", "rare seldom")]).await.len(), 200);
    client.batch_execute("ROLLBACK").await.unwrap();
    fixture.execute("SELECT search_catch_up('10 min')").await;
    assert_eq!(titles(&fixture, &[("q", "common")]).await, [""; 0]);
    assert_eq!(all_titles(&fixture, &[("q", "rare seldom")]).await.len(), 200);
}

#[tokio::test]
async fn words_are_looked_up_one_by_one_even_where_the_planner_takes_the_vocabulary_for_empty() {
    let fixture = Fixture::new();
    // Once analyzed while empty, and under this order of joins, each slice read all words that were there.
    fixture.execute("VACUUM ANALYZE search_vocabulary").await;
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, url_key)
             SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'https://example.com/',
                    'w' || translate(n::text, '0123456789', 'abcdefghij'), gen_random_uuid()
             FROM generate_series(1, 9000) AS n",
        )
        .await;
    let client = fixture.database.client().await;
    client
        .batch_execute(
            "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan;
             SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
             SELECT search_catch_up('10 min')",
        )
        .await
        .unwrap();
    let of_vocabulary = "SELECT idx_tup_fetch, n_tup_ins FROM pg_stat_xact_user_tables
                         WHERE relname = 'search_vocabulary'";
    let row = client.query_one(of_vocabulary, &[]).await.unwrap();
    let (fetched, inserted): (i64, i64) = (row.get(0), row.get(1));
    assert!(inserted > 8_990, "{inserted} words");
    // Those of the address are in each slice.
    assert!(fetched < 20, "{fetched} words were read again");
}

/// The plan of a search's query.
async fn plan(fixture: &Fixture, parameters: &[(&str, &str)]) -> String {
    search(fixture, parameters).await;
    fixture.plans().pop().unwrap()
}

#[tokio::test]
async fn twenty_thousand_bookmarks_are_searched_by_the_index() {
    let fixture = Fixture::new();
    fixture.log_plans().await;
    fixture.execute(MANY).await;
    fixture
        .execute(
            "INSERT INTO folders (id, name, place) VALUES (gen_random_uuid(), 'A', gen_random_uuid());
             UPDATE bookmarks SET tags = '{odd}', folder_id = (SELECT id FROM folders) WHERE title LIKE '%1 \
                 %'",
        )
        .await;
    // Before the statistics are there, and after.
    for prepare in ["SELECT search_catch_up('10 min')", "ANALYZE"] {
        fixture.execute(prepare).await;
        for parameters in [
            &[("q", "rare")][..],
            &[("q", "page 123")],
            &[("q", "rare"), ("domain", "example.com")],
            &[("tag", "odd"), ("limit", "10")],
            &[("domain", "elsewhere.example")],
            &[("q", "rare"), ("limit", "10"), ("folder", "A")],
            &[],
        ] {
            let plan = plan(&fixture, parameters).await;
            assert!(plan.contains("shown AS MATERIALIZED"), "{parameters:?}: {plan}");
            for table in ["bookmarks", "search_documents"] {
                assert!(!plan.contains(&format!("Seq Scan on {table}")), "{parameters:?}: {plan}");
            }
        }
    }
}

#[tokio::test]
async fn a_change_is_found_whatever_the_indexing_saw_of_it() {
    let found = async |fixture: &Fixture, q: &str| titles(fixture, &[("q", q)]).await;

    // The indexing reads the old title and commits after the change.
    let fixture = imported().await;
    let indexing = fixture.database.client().await;
    indexing.batch_execute("BEGIN; SELECT search_catch_up('1 min')").await.unwrap();
    fixture.execute("UPDATE bookmarks SET title = 'Pantries' WHERE title = 'Rustic kitchens'").await;
    assert_eq!(found(&fixture, "pantries").await, ["Pantries"]);
    indexing.batch_execute("COMMIT").await.unwrap();
    assert_eq!(found(&fixture, "pantries").await, ["Pantries"]);
    assert_eq!(found(&fixture, "kitchens").await, ["Pantries"], "by its URL");

    // The change begins first and commits last.
    let change = fixture.database.client().await;
    change
        .batch_execute("BEGIN; UPDATE bookmarks SET title = 'Larders' WHERE title = 'Pantries'")
        .await
        .unwrap();
    assert_eq!(found(&fixture, "pantries").await, ["Pantries"]);
    change.batch_execute("COMMIT").await.unwrap();
    assert_eq!(found(&fixture, "pantries").await, [""; 0]);
    assert_eq!(found(&fixture, "larders").await, ["Larders"]);

    // The indexing reads what is deleted before it commits: the document stays, and is of no bookmark.
    fixture.execute("UPDATE bookmarks SET description = 'same'").await;
    indexing.batch_execute("BEGIN; SELECT search_catch_up('1 min')").await.unwrap();
    fixture.execute("DELETE FROM bookmarks WHERE title = 'Larders'").await;
    indexing.batch_execute("COMMIT").await.unwrap();
    assert_eq!(found(&fixture, "larders").await, [""; 0]);
    assert_eq!(all_titles(&fixture, &[("q", "same"), ("limit", "2")]).await.len(), 7);
    assert_eq!(fixture.ask("SELECT count(*) FROM search_documents").await, "7");
}

#[tokio::test]
async fn many_searches_at_once_agree_while_they_index() {
    let fixture = Fixture::new();
    fixture.execute(MANY).await;
    let searches = (0..8).map(|_| async {
        for _ in 0..10 {
            assert_eq!(titles(&fixture, &[("q", "rare"), ("limit", "1000")]).await.len(), 200);
        }
    });
    futures_util::future::join_all(searches).await;
    fixture.execute("SELECT search_catch_up('1 min')").await;
    assert_eq!(fixture.ask("SELECT count(*) FROM search_documents").await, "20000");
}

#[tokio::test]
async fn a_change_is_found_at_once_whoever_makes_it() {
    let fixture = imported().await;
    assert_eq!(titles(&fixture, &[("q", "kitchens")]).await, ["Rustic kitchens"]);
    fixture.execute("UPDATE bookmarks SET title = 'Pantries' WHERE title = 'Rustic kitchens'").await;
    assert_eq!(titles(&fixture, &[("q", "pantries")]).await, ["Pantries"]);
    fixture.execute("UPDATE bookmarks SET url = 'https://example.com/none' WHERE title = 'Pantries'").await;
    assert_eq!(titles(&fixture, &[("q", "kitchens")]).await, [""; 0]);
    // Indexing again makes no document.
    fixture.execute("UPDATE bookmarks SET processed = true").await;
    assert_eq!(fixture.ask("SELECT count(*) FROM search_pending").await, "0");
    fixture.execute("DELETE FROM bookmarks WHERE title = 'Pantries'").await;
    assert_eq!(titles(&fixture, &[("q", "pantries")]).await, [""; 0]);
    fixture.execute("TRUNCATE bookmarks").await;
    assert_eq!(titles(&fixture, &[("q", "rust")]).await, [""; 0]);
    assert_eq!(fixture.ask("SELECT count(*) FROM search_documents").await, "0");
}

#[tokio::test]
async fn extreme_bookmarks_are_indexed() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, domain, tags, description, folder_path, url_key, \
             further_folders)
             SELECT gen_random_uuid(), 'data:' || filler, filler, left(filler, 255), ARRAY[filler, NULL, \
                 ''], filler,
                    array_fill(filler, ARRAY[3]), gen_random_uuid(), to_jsonb(ARRAY[ARRAY[filler]])
             FROM (VALUES (repeat('x', 1000000)), (repeat('書', 300000)), (repeat(E'\\u0301', 300000)),
                          (repeat('ﷺ', 100000)), (repeat(E'\\u0001=p1 ', 1000)), (repeat(U&'\\+01F389', \
                              5000)),
                          (repeat('%41%', 100000)), ('')) AS v (filler)",
        )
        .await;
    assert_eq!(titles(&fixture, &[("q", "書書書")]).await.len(), 1);
    assert_eq!(titles(&fixture, &[("project_id", "1")]).await, [""; 0], "a text cannot pass for a label");
    assert_eq!(fixture.ask("SELECT count(*) FROM search_documents").await, "8");
}

#[tokio::test]
async fn a_search_is_one_round_trip_and_a_misspelt_one_two() {
    let fixture = imported().await;
    let proxy = Proxy::start(fixture.database.server().port()).unwrap();
    let app = app(&proxy.url(&fixture.database.url()), &[]);
    for (q, trips) in [("kubernetes", 1.0), ("", 1.0), ("kuberntes", 2.0), ("xylophone", 1.0)] {
        let search = async || {
            let seen = call(&app, search::handle, Event::get(&query(&[("q", q)]))).await;
            assert_eq!(seen.status, 200, "{}", seen.body);
        };
        search().await;
        assert_eq!(round_trips(&proxy, search).await.round(), trips, "{q}");
    }
}
