//! Queries and bookmarks that are made to let searches be slow or fail.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Fixture, Seen};
use serde_json::{Value, json};
use support::Event;

use super::{all_titles, file, import, query, search, titles};

fn cursor(json: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{{\"after\":{json}}}"))
}

async fn with_cursor(fixture: &Fixture, parameters: &[(&str, &str)], json: &str) -> Seen {
    let cursor = cursor(json);
    let parameters = [parameters, &[("cursor", cursor.as_str())]].concat();
    fixture.call(search::handle, Event::get(&query(&parameters))).await
}

const ID: &str = "01900000-0000-7000-8000-000000000000";

#[tokio::test]
async fn a_cursor_whose_words_replace_each_other_is_refused_at_once() {
    let fixture = Fixture::new();
    import(&fixture, "/", &file(&[("https://example.com/", "", "alpha beta")])).await;
    let begun = Instant::now();
    // Each word stands for two of the next: 2^40 words, were they replaced one after the other.
    let mut words = String::new();
    for n in 0..40 {
        write!(words, r#""a{n:02}":["a{:02}","a{:02}"],"#, n + 1, n + 1).unwrap();
    }
    let words = words.trim_end_matches(',');
    let q = [("q", "a00")];
    for json in [
        format!(r#"{{"id":"{ID}","score":1,"corrected":{{{words}}}}}"#),
        format!(r#"{{"id":"{ID}","key":{{"relevance":1}},"corrected":{{{words}}}}}"#),
        format!(
            r#"{{"id":"{ID}","key":{{"relevance":1}},"corrected":{{"a00":["a01","a01"],"a01":["a00","a00"]}}}}"#
        ),
        // A word that is none of the search's.
        format!(r#"{{"id":"{ID}","key":{{"relevance":1}},"corrected":{{"beta":["alpha"]}}}}"#),
        format!(r#"{{"id":"{ID}","key":{{"relevance":1}},"corrected":{{"a00":["al' | 'pha"]}}}}"#),
    ] {
        with_cursor(&fixture, &q, &json).await.problem(400);
    }
    let long = "A".repeat(30_000);
    fixture.call(search::handle, Event::get(&query(&[("q", "a00"), ("cursor", &long)]))).await.problem(400);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let honest = format!(r#"{{"id":"{ID}","key":{{"relevance":1}},"corrected":{{"a00":["alpha"]}}}}"#);
    assert_eq!(with_cursor(&fixture, &q, &honest).await.status, 200);
}

#[tokio::test]
async fn the_extremes_of_a_cursors_values_are_places_like_others() {
    let fixture = Fixture::new();
    import(&fixture, "/", &file(&[("https://example.com/", "", "alpha")])).await;
    for id in ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", ID, "", "x"] {
        for (sort, key) in [
            (("q", "alpha"), json!({"relevance": f32::NAN.to_bits()})),
            (("q", "alpha"), json!({"relevance": f32::INFINITY.to_bits()})),
            (("q", "alpha"), json!({"relevance": (-0.0_f32).to_bits()})),
            (("q", "alpha"), json!({"relevance": f32::MIN.to_bits()})),
            (("q", "alpha"), json!({"relevance": -1})),
            (("q", "alpha"), json!({"relevance": 1e30})),
            (("q", "-beta"), json!("stored")),
            (("sort", "newest"), json!({"newest": i64::MIN})),
            (("sort", "oldest"), json!({"oldest": i64::MAX})),
            (("sort", "title"), json!({"title": ""})),
            (("sort", "title"), json!({"title": "\u{0}"})),
            (("sort", "title"), json!({"title": "\u{10ffff}\u{1}'\\"})),
            (("sort", "title"), json!({"title": null})),
            (("sort", "title"), json!([])),
        ] {
            let seen = with_cursor(&fixture, &[sort], &json!({"id": id, "key": key}).to_string()).await;
            assert!(matches!(seen.status, 200 | 400), "{id} {key}: {} {}", seen.status, seen.body);
        }
    }
}

#[tokio::test]
async fn a_bookmark_with_thousands_of_tags_is_found_by_each() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, tags, url_key)
             SELECT gen_random_uuid(), 'https://example.com/' || kind, kind, tags, gen_random_uuid()
             FROM (
                 SELECT 'long' AS kind, array_agg(n || repeat('x', 495)) || '{plain}' AS tags FROM \
                     generate_series(10000, 15000) AS n
                 UNION ALL SELECT 'many', array_agg('tag ' || n) || '{plain}' FROM generate_series(1, 60000) \
                     AS n
                 UNION ALL SELECT 'wide', array_agg(repeat('書', 500) || n) || '{plain}' FROM \
                     generate_series(1, 3000) AS n
                 UNION ALL SELECT 'few', '{plain, other}'
             ) AS each",
        )
        .await;
    let sorted = async |parameters: &[(&str, &str)]| {
        let mut found = titles(&fixture, parameters).await;
        found.sort();
        found
    };
    for _ in 0..2 {
        assert_eq!(sorted(&[("tag", "tag 59999")]).await, ["many"]);
        assert_eq!(sorted(&[("tag", "tag 5"), ("tag", "tag 59999")]).await, ["many"]);
        assert_eq!(sorted(&[("tag", "tag 59999"), ("tag", "other")]).await, [""; 0]);
        assert_eq!(sorted(&[("tag", "plain")]).await, ["few", "long", "many", "wide"]);
        assert_eq!(sorted(&[("tag", "plain"), ("q", "-#other")]).await, ["long", "many", "wide"]);
        assert_eq!(sorted(&[("q", "-#plain")]).await, [""; 0]);
        assert_eq!(sorted(&[("q", "many #plain")]).await, ["many"]);
        assert_eq!(sorted(&[("domain", "example.com")]).await, [""; 0]);
        assert_eq!(fixture.ask("SELECT count(*) FROM search_pending").await, "0");
    }
}

#[tokio::test]
async fn sixty_duplicates_with_a_thousand_tags_each_are_one_bookmark_that_is_found() {
    let fixture = Fixture::new();
    for first in (0..60_000).step_by(1_000) {
        let tags: Vec<String> = (first..first + 1_000).map(|n| format!("tag{n}")).collect();
        let attributes = format!("TAGS=\"{}\" ADD_DATE=\"{}\"", tags.join(","), 1_600_000_000 + first);
        import(&fixture, "/", &file(&[("https://example.com/", &attributes, "One")])).await;
    }
    assert_eq!(fixture.ask("SELECT cardinality(tags) FROM bookmarks").await, "60000");
    for parameters in [
        &[("tag", "tag59999")][..],
        &[("tag", "tag0")],
        &[("q", "one")],
        &[("domain", "example.com")],
        &[("q", "tag42")],
    ] {
        assert_eq!(titles(&fixture, parameters).await, ["One"], "{parameters:?}");
    }
}

#[tokio::test]
async fn a_bookmark_that_cannot_be_indexed_stops_no_other_and_the_log_says_why() {
    let fixture = Fixture::new();
    // Nothing that is stored is known to do it, so that a function fails in its place.
    fixture
        .execute(
            "CREATE OR REPLACE FUNCTION search_address(url text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
             BEGIN
                 IF length(url) > 1000 THEN RAISE EXCEPTION 'an address of % characters', length(url); END IF;
                 RETURN url;
             END $$",
        )
        .await;
    let long = format!("https://example.com/{}", "x".repeat(1_200));
    import(
        &fixture,
        "/",
        &file(&[
            ("https://example.com/a", "", "Before"),
            (&long, "TAGS=\"kept\"", "Awkward"),
            ("https://example.com/b", "", "After"),
        ]),
    )
    .await;
    let client = fixture.database.client().await;
    client.batch_execute(crate::HOLD_INDEXING).await.unwrap();
    for is_indexed in [false, true] {
        for (q, found) in [("before", "Before"), ("after", "After"), ("awkward", "Awkward")] {
            assert_eq!(titles(&fixture, &[("q", q)]).await, [found], "{q} {is_indexed}");
        }
        assert_eq!(titles(&fixture, &[("tag", "kept")]).await, ["Awkward"], "{is_indexed}");
        client.batch_execute("COMMIT").await.unwrap();
    }
    assert_eq!(fixture.ask("SELECT count(*) FROM search_documents").await, "3");
    let log = fixture.database.server().log().unwrap();
    assert!(log.contains("is searched in part: an address of"), "{log}");
}

#[tokio::test]
async fn misspelt_words_among_a_great_many_alike_are_given_up() {
    let fixture = Fixture::new();
    import(&fixture, "/", &file(&[("https://example.com/", "", "kubernetes")])).await;
    search(&fixture, &[]).await;
    fixture
        .execute(
            "INSERT INTO search_vocabulary (word, documents)
             SELECT 'kubernetes' || chr(97 + n % 26) || chr(97 + n / 26 % 26) || chr(97 + n / 676 % 26)
                                 || chr(97 + n / 17576 % 26), 1
             FROM generate_series(0, 299999) AS n",
        )
        .await;
    let ten: Vec<String> = (0..10).map(|n| format!("kubernetez{}", "q".repeat(n + 1))).collect();
    let begun = Instant::now();
    let page = search(&fixture, &[("q", &ten.join(" "))]).await;
    assert_eq!(page, json!({"bookmarks": [], "next_cursor": null, "corrected": {}}));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let begun = Instant::now();
    search(&fixture, &[("q", "ubernetes ernetes netes etesa")]).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_vocabulary_holds_the_words_of_what_is_stored_alone() {
    let fixture = Fixture::new();
    import(&fixture, "/", &file(&[("https://example.com/", "", "common kept")])).await;
    search(&fixture, &[]).await;
    let before =
        fixture.ask("SELECT string_agg(word || documents, ' ' ORDER BY word) FROM search_vocabulary").await;
    assert_eq!(before, "com1 common1 example1 kept1");
    let links: Vec<(String, String)> =
        (0..3_000).map(|n| (format!("https://example.com/{n}"), format!("common word{n}abc"))).collect();
    let links: Vec<_> = links.iter().map(|(url, title)| (url.as_str(), "", title.as_str())).collect();
    let job =
        import(&fixture, "/", &file(&links)).await.body["import_job"]["id"].as_str().unwrap().to_owned();
    fixture.execute("SELECT search_catch_up('1 min')").await;
    assert_eq!(fixture.ask("SELECT count(*) FROM search_vocabulary").await, "3004");
    assert_eq!(fixture.ask("SELECT documents FROM search_vocabulary WHERE word = 'common'").await, "3001");
    fixture.execute("UPDATE bookmarks SET title = 'common other' WHERE title = 'common word7abc'").await;
    fixture.execute("SELECT search_catch_up('1 min')").await;
    assert_eq!(
        fixture.ask("SELECT count(*) FROM search_vocabulary WHERE word IN ('word7abc', 'other')").await,
        "1"
    );
    assert_eq!(fixture.call(import::handle, Event::delete(&format!("/{job}"))).await.status, 200);
    fixture.execute("SELECT search_catch_up('1 min')").await;
    let after =
        fixture.ask("SELECT string_agg(word || documents, ' ' ORDER BY word) FROM search_vocabulary").await;
    assert_eq!(after, before);
}

#[tokio::test]
async fn no_stored_value_makes_a_search_fail() {
    let fixture = Fixture::new();
    // One bookmark for each extreme of each column.
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, url_key, add_date, created_at, last_modified, \
             last_visited)
             SELECT gen_random_uuid(), 'https://example.com/', 'probe ' || moment, gen_random_uuid(), m, m, \
                 m, m
             FROM unnest(ARRAY['-infinity', 'infinity', '4713-01-01 00:00:00+00 BC', '294276-12-31 \
                 23:59:59.999999+00',
                               '0001-01-01', '9999-12-31 23:59:59.999999+00', '10000-01-01']) AS moment,
                  LATERAL (SELECT moment::timestamptz) AS t (m);
             INSERT INTO bookmarks (id, url, title, url_key, tags)
             SELECT gen_random_uuid(), 'https://example.com/', 'probe tags', gen_random_uuid(), \
                 tags::varchar[]
             FROM (VALUES (NULL), ('{}'), ('{NULL}'), ('{NULL,a,NULL}'), ('{\"\"}'), ('{{a,b},{c,d}}'), \
                 ('[5:6]={a,b}'))
                  AS v (tags);
             INSERT INTO bookmarks (id, url, title, url_key, attributes, further_folders, unmerged)
             SELECT gen_random_uuid(), 'https://example.com/', 'probe json', gen_random_uuid(), j::jsonb, \
                 j::jsonb, j::jsonb
             FROM (VALUES ('1'), ('null'), ('\"text\"'), ('true'), ('[]'), ('{}'), \
                 ('{\"a\":[1,{\"b\":null}]}'), ('[[1]]'),
                          ('1e1000')) AS v (j);
             INSERT INTO bookmarks (id, url, title, url_key, domain, description, further_text, \
                 original_folder,
                                    folder_id, further_folder_ids, project_id)
             SELECT id, url, 'probe ' || title, gen_random_uuid(), domain, description, description, \
                 description, id,
                    ARRAY[id, NULL], NULL
             FROM (VALUES ('00000000-0000-0000-0000-000000000000'::uuid, '', '', '', ''),
                          ('ffffffff-ffff-ffff-ffff-ffffffffffff', repeat('u', 700000), repeat('t', 1000000),
                           repeat('d', 255), repeat('x ', 500000)),
                          ('ffffffff-ffff-ffff-ffff-fffffffffffe', repeat(E'\\u0001', 1000), repeat('\"\\', \
                              100000),
                           repeat('書', 255), repeat(E'\\U0001f680', 100000)),
                          ('ffffffff-ffff-ffff-ffff-fffffffffffd', 'data:,' || repeat('%', 1000), \
                              repeat('++#.', 10000),
                           '...', repeat('. ', 10000) || repeat('#', 10000) || repeat('+', 10000)))
                  AS v (id, url, title, domain, description)",
        )
        .await;
    let stored: usize = fixture.ask("SELECT count(*) FROM bookmarks").await.parse().unwrap();
    let client = fixture.database.client().await;
    client.batch_execute(crate::HOLD_INDEXING).await.unwrap();
    for is_indexed in [false, true] {
        for sort in ["relevance", "newest", "oldest", "title"] {
            for parameters in
                [&[][..], &[("q", "probe")], &[("q", "-nothing")], &[("q", "prob")], &[("q", "robe")]]
            {
                for limit in ["1000", "3"] {
                    let parameters = [parameters, &[("sort", sort), ("limit", limit)]].concat();
                    let found = all_titles(&fixture, &parameters).await;
                    assert_eq!(found.len(), stored, "{parameters:?} {is_indexed}");
                }
            }
        }
        for parameters in
            [[("tag", "a")], [("domain", "...")], [("folder", "x")], [("q", "!untagged")], [("q", "-#a")]]
        {
            search(&fixture, &parameters).await;
        }
        client.batch_execute("COMMIT").await.unwrap();
        fixture.execute("SELECT search_catch_up('1 min')").await;
    }
    for id in fixture.ask("SELECT string_agg(id::text, ' ') FROM bookmarks").await.split(' ') {
        let seen = fixture.call(search::handle, Event::get(&format!("/{id}"))).await;
        assert_eq!((seen.status, &seen.body["id"]), (200, &Value::from(id)), "{}", seen.body);
    }
}

#[tokio::test]
async fn pages_are_cut_before_they_are_larger_than_lambda_sends() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, url_key, description, tags)
             SELECT ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'data:text/plain,' || \
                 repeat('u', 3000),
                    'Large ' || n, gen_random_uuid(), repeat('\"', 4096), array_fill(repeat('\\', 80), \
                        ARRAY[100])
             FROM generate_series(1, 400) AS n",
        )
        .await;
    let (mut found, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut parameters = vec![("q", "large"), ("limit", "1000")];
        parameters.extend(after.as_deref().map(|after| ("cursor", after)));
        let page = search(&fixture, &parameters).await;
        // As it travels: in a JSON string.
        assert!(Value::from(page.to_string()).to_string().len() < 6 * 1024 * 1024);
        for bookmark in page["bookmarks"].as_array().unwrap() {
            assert!(
                bookmark["shortened"].as_array().unwrap().contains(&json!("url")),
                "{}",
                bookmark["shortened"]
            );
            found.push(bookmark["title"].as_str().unwrap().to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => break,
        }
    }
    let newest_first: Vec<String> = (1..=400).rev().map(|n| format!("Large {n}")).collect();
    assert_eq!(found, newest_first);
}

#[tokio::test]
async fn what_a_list_shortens_is_whole_at_its_own_address() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, url_key, description, tags)
             VALUES ('00000000-0000-0000-0000-000000000001', 'data:,' || repeat('u', 700000), repeat('t', \
                 5000),
                     gen_random_uuid(), repeat('d', 9000), array_fill('tag'::varchar, ARRAY[200])),
                    ('00000000-0000-0000-0000-000000000002', 'data:,' || repeat('u', 6000000), 'Larger than \
                        an answer',
                     gen_random_uuid(), NULL, NULL),
                    ('00000000-0000-0000-0000-000000000003', 'data:,' || repeat('\"', 2000000), 'Larger when \
                        escaped',
                     gen_random_uuid(), NULL, NULL)",
        )
        .await;
    let one = async |n: u32| {
        let seen = fixture
            .call(search::handle, Event::get(&format!("/00000000-0000-0000-0000-00000000000{n}")))
            .await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        assert!(Value::from(seen.body.to_string()).to_string().len() < 6 * 1024 * 1024);
        seen.body
    };
    let whole = one(1).await;
    assert_eq!(whole["url"].as_str().unwrap().len(), 700_006);
    assert_eq!(whole["title"].as_str().unwrap().len(), 5_000);
    assert_eq!(whole["description"].as_str().unwrap().len(), 9_000);
    assert_eq!(whole["tags"].as_array().unwrap().len(), 200);
    assert_eq!((&whole["shortened"], &whole["project_id"]), (&json!([]), &json!(null)));
    for n in [2, 3] {
        assert_eq!(one(n).await["shortened"], json!(["url"]), "{n}");
    }
    fixture.call(search::handle, Event::get("/00000000-0000-0000-0000-000000000009")).await.problem(404);
    fixture.call(search::handle, Event::get("/00000000-0000-0000-0000-000000000001?q=a")).await.problem(400);
    fixture.call(search::handle, Event::get("/x")).await.problem(404);
}
