//! Queries that people type, and the results that they expect.

use std::time::Instant;

use harness::Fixture;
use serde_json::json;

use super::{all_titles, file, import, query, search, titles};
use support::Event;

/// Titles, in the order of their file.
const TITLES: [(&str, &str, &str); 12] = [
    ("https://example.net/sensor", "", "Wiring an MPU6050 to a board"),
    ("https://example.net/second", "", "AnotherPage"),
    ("https://cookinghacks.example/x", "", "Boiling eggs"),
    ("https://example.net/cpp", "", "C++ handbook"),
    ("https://example.net/cs", "", "C# primer"),
    ("https://example.net/c", "", "C programs"),
    ("https://example.net/fs", "", "F# for fun"),
    ("https://example.net/net", "", ".NET at a glance"),
    ("https://example.net/tuning", "TAGS=\"db,art\"", "Query performance tuning"),
    ("https://example.net/db", "TAGS=\"db\"", "Keeping databases"),
    ("https://example.net/rocket", "", "Lift-off 🚀 today"),
    ("https://de.encyclopedia.example/wiki/X", "", "An article"),
];

async fn stored() -> Fixture {
    let fixture = Fixture::new();
    import(&fixture, "/", &file(&TITLES)).await;
    fixture
}

#[tokio::test]
async fn the_middle_of_a_word_is_found_after_whole_words_and_beginnings() {
    let fixture = stored().await;
    for (q, title) in [
        ("6050", "Wiring an MPU6050 to a board"),
        ("nother", "AnotherPage"),
        ("hacks", "Boiling eggs"),
        ("hack egg", "Boiling eggs"),
        ("ghack", "Boiling eggs"),
    ] {
        let page = search(&fixture, &[("q", q)]).await;
        assert_eq!(super::titles_of(&page), [title], "{q}");
        assert_eq!(page["corrected"], json!({}), "{q}");
    }
    let more = file(&[
        ("https://example.net/a", "", "Unpacking"),
        ("https://example.net/b", "", "Pack"),
        ("https://example.net/c2", "", "Packing"),
    ]);
    import(&fixture, "/", &more).await;
    let expected = ["Pack", "Packing", "Unpacking"];
    assert_eq!(titles(&fixture, &[("q", "pack")]).await, expected);
    assert_eq!(all_titles(&fixture, &[("q", "pack"), ("limit", "1")]).await, expected);
    // Two letters are in the middle of too many words.
    assert_eq!(titles(&fixture, &[("q", "ck x")]).await, [""; 0]);
}

#[tokio::test]
async fn the_middle_of_a_word_is_found_before_it_is_indexed() {
    let fixture = stored().await;
    let client = fixture.database.client().await;
    let lock = crate::HOLD_INDEXING;
    client.batch_execute(lock).await.unwrap();
    assert_eq!(fixture.ask("SELECT count(*) FROM search_documents").await, "0");
    assert_eq!(titles(&fixture, &[("q", "handb")]).await, ["C++ handbook"]);
    assert_eq!(titles(&fixture, &[("q", "🚀")]).await, ["Lift-off 🚀 today"]);
    assert_eq!(titles(&fixture, &[("q", "db -art"), ("sort", "title")]).await, ["Keeping databases"]);
}

#[tokio::test]
async fn signs_that_make_a_name_count() {
    let fixture = stored().await;
    for (q, first) in [
        ("C++", "C++ handbook"),
        ("c++ handbook", "C++ handbook"),
        ("C#", "C# primer"),
        ("F#", "F# for fun"),
        (".NET", ".NET at a glance"),
        (".net", ".NET at a glance"),
        ("🚀", "Lift-off 🚀 today"),
        ("today 🚀", "Lift-off 🚀 today"),
    ] {
        assert_eq!(titles(&fixture, &[("q", q)]).await[0], first, "{q}");
    }
    // Without the sign, what has it is found all the same.
    assert!(titles(&fixture, &[("q", "C")]).await.contains(&"C programs".to_owned()));
    assert_eq!(titles(&fixture, &[("q", "🎸")]).await, [""; 0]);
    assert_eq!(titles(&fixture, &[("q", "lift off")]).await, ["Lift-off 🚀 today"]);
}

#[tokio::test]
async fn terms_are_left_out_and_phrases_stand_together() {
    let fixture = stored().await;
    for (q, found) in [
        ("db -art", &["Keeping databases"][..]),
        ("db -#art", &["Keeping databases"]),
        ("#db -tuning", &["Keeping databases"]),
        ("#db", &["Keeping databases", "Query performance tuning"]),
        ("#art #db", &["Query performance tuning"]),
        ("\"performance tuning\"", &["Query performance tuning"]),
        ("\"tuning performance\"", &[]),
        ("tuning performance", &["Query performance tuning"]),
        ("#db -\"performance tuning\"", &["Keeping databases"]),
        ("#db -\"tuning performance\"", &["Keeping databases", "Query performance tuning"]),
        ("\"query performance\" -art", &[]),
        ("\"perform", &[]),
    ] {
        assert_eq!(titles(&fixture, &[("q", q)]).await, found, "{q}");
    }
    let all = titles(&fixture, &[]).await;
    assert_eq!(all.len(), 12);
    // Only what is left out.
    let without: Vec<_> = all.iter().filter(|title| !title.contains("Query")).cloned().collect();
    assert_eq!(titles(&fixture, &[("q", "-performance")]).await, without);
    assert_eq!(all_titles(&fixture, &[("q", "-performance"), ("limit", "3")]).await, without);
    assert_eq!(titles(&fixture, &[("q", "-\"query performance\"")]).await, without);
    let untagged: Vec<_> =
        all.iter().filter(|title| !title.contains("Query") && !title.contains("Keeping")).cloned().collect();
    for parameters in [&[("q", "!untagged")][..], &[("untagged", "true")], &[("q", "-#db")]] {
        assert_eq!(titles(&fixture, parameters).await, untagged, "{parameters:?}");
    }
    assert_eq!(titles(&fixture, &[("q", "handbook !untagged")]).await, ["C++ handbook"]);
    assert_eq!(titles(&fixture, &[("q", "db !untagged")]).await, [""; 0]);
    fixture.call(search::handle, Event::get(&query(&[("untagged", "maybe")]))).await.problem(400);
}

#[tokio::test]
async fn a_domain_stands_for_its_subdomains() {
    let fixture = stored().await;
    let more = file(&[("https://notencyclopedia.example/", "", "Another")]);
    import(&fixture, "/", &more).await;
    for (domain, found) in [
        ("encyclopedia.example", &["An article"][..]),
        ("de.encyclopedia.example", &["An article"]),
        ("www.encyclopedia.example", &["An article"]),
        ("notencyclopedia.example", &["Another"]),
        ("e.encyclopedia.example", &[]),
    ] {
        assert_eq!(titles(&fixture, &[("domain", domain)]).await, found, "{domain}");
    }
}

#[tokio::test]
async fn the_end_of_a_long_text_is_found() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, description, further_text, attributes, tags, url_key)
             SELECT gen_random_uuid(), 'https://example.com/', 'Long', string_agg('word' || n % 5000, ' ') \
                 || ' descend',
                    'said elsewhere ' || repeat('filler ', 2300) || ' further',
                    jsonb_build_object('SHORTCUTURL', 'keyword', 'NULL', NULL, 'NUMBER', 1, 'LIST', \
                        '[1]'::jsonb),
                    array_agg('tag' || n) FILTER (WHERE n <= 1500), gen_random_uuid()
             FROM generate_series(1, 7200) AS n",
        )
        .await;
    let length: u32 = fixture.ask("SELECT length(description) FROM bookmarks").await.parse().unwrap();
    assert!((60_000..65_536).contains(&length), "{length}");
    for q in ["descend", "elsewhere", "further", "keyword", "tag1500", "\"word4 word5\"", "escen"] {
        assert_eq!(titles(&fixture, &[("q", q)]).await, ["Long"], "{q}");
    }
}

#[tokio::test]
async fn a_folder_is_found_by_its_path_and_renaming_it_indexes_nothing() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO folders (id, parent_id, name, place)
             SELECT lpad(n::text, 32, '0')::uuid, lpad(nullif(parent, 0)::text, 32, '0')::uuid, name, \
                 gen_random_uuid()
             FROM (VALUES (1, 0, 'Work'), (2, 1, 'Read/Write'), (3, 2, 'Deep'), (4, 0, 'Work'), (5, 0, \
                 'Work/Read'),
                          (6, 5, 'Write'), (7, 0, 'Workshop'), (8, 1, ''), (9, 0, 'Cycle')) AS f (n, parent, \
                              name);
             UPDATE folders SET parent_id = id WHERE name = 'Cycle';
             INSERT INTO bookmarks (id, url, title, folder_id, further_folder_ids, url_key)
             SELECT ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'https://example.com/' || \
                 n, 'In ' || n,
                    lpad(nullif(n, 0)::text, 32, '0')::uuid,
                    CASE WHEN n = 0 THEN ARRAY[lpad('7', 32, '0')::uuid, lpad('3', 32, '0')::uuid] END,
                    gen_random_uuid()
             FROM generate_series(0, 9) AS n",
        )
        .await;
    for (folder, found) in [
        ("Work", &["In 8", "In 4", "In 3", "In 2", "In 1", "In 0"][..]),
        ("wörk", &["In 8", "In 4", "In 3", "In 2", "In 1", "In 0"]),
        ("WORK/", &["In 8", "In 4", "In 3", "In 2", "In 1", "In 0"]),
        ("Work/Read/Write", &["In 6", "In 3", "In 2", "In 0"]),
        ("Work/Read/Write/Deep", &["In 3", "In 0"]),
        ("Work/Read", &["In 6", "In 5"]),
        ("Workshop", &["In 7", "In 0"]),
        ("Deep", &[]),
        ("Cycle", &[]),
    ] {
        assert_eq!(titles(&fixture, &[("folder", folder)]).await, found, "{folder}");
        assert_eq!(
            all_titles(&fixture, &[("folder", folder), ("q", "in"), ("limit", "1")]).await,
            found,
            "{folder}"
        );
    }
    fixture.execute("UPDATE folders SET name = 'Office' WHERE name = 'Work' AND id::text LIKE '%1'").await;
    assert_eq!(fixture.ask("SELECT count(*) FROM search_pending").await, "0");
    assert_eq!(titles(&fixture, &[("folder", "office/read/write"), ("q", "-2")]).await, ["In 3", "In 0"]);
}

#[tokio::test]
async fn a_folder_costs_in_proportion_to_what_it_holds() {
    let fixture = Fixture::new();
    // 10,000 levels, and 10,000 siblings at their end.
    fixture
        .execute(
            "INSERT INTO folders (id, parent_id, name, place)
             SELECT lpad(n::text, 32, '0')::uuid,
                    lpad(nullif(least(n, 10001) - 1, 0)::text, 32, '0')::uuid, 'f', gen_random_uuid()
             FROM generate_series(1, 20000) AS n;
             INSERT INTO bookmarks (id, url, title, folder_id, url_key)
             SELECT gen_random_uuid(), 'https://example.com/' || n, 'In ' || n, lpad(n::text, 32, '0')::uuid,
                    gen_random_uuid()
             FROM generate_series(1, 20000) AS n;
             SELECT search_catch_up('1 min')",
        )
        .await;
    let begun = Instant::now();
    assert_eq!(
        search(&fixture, &[("folder", "f"), ("limit", "1000")]).await["bookmarks"].as_array().unwrap().len(),
        1000
    );
    let deep = vec!["f"; 500].join("/");
    let page = search(&fixture, &[("folder", &deep), ("q", "in"), ("sort", "oldest")]).await;
    assert_eq!(page["bookmarks"].as_array().unwrap().len(), 100);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
