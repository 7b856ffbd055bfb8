//! Nothing that a file says vanishes: what is merged, refused or odd can be had again.

use serde_json::{Value, json};
use support::Event;

use crate::export::answered;
use crate::function::{Fixture, Functions, Seen};

const HEAD: &str = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n";

async fn post(fixture: &Fixture, entries: &str) -> Seen {
    let seen = fixture.import(Event::post("/").text(format!("{HEAD}{entries}</DL><p>\n"))).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen
}

async fn export(fixture: &Fixture, target: &str) -> Value {
    let seen = answered(&fixture.app, Event::get(target)).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body
}

async fn rejections(fixture: &Fixture, seen: &Seen, rest: &str) -> Value {
    let id = seen.body["import_job"]["id"].as_str().unwrap();
    let seen = fixture.import(Event::get(&format!("/{id}/rejections{rest}"))).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body
}

#[tokio::test]
async fn both_titles_descriptions_and_attributes_of_one_address_are_kept_at_their_places() {
    let fixture = Fixture::new();
    post(
        &fixture,
        "<DT><H3>Docker</H3><DL><p>
         <DT><A HREF=\"https://one.example/\" ADD_DATE=\"10\">The docs</A>
         <DD>first note
         </DL><p>
         <DT><H3>Access</H3><DL><p>
         <DT><A HREF=\"https://one.example/\" ADD_DATE=\"20\" SHORTCUTURL=\"od\" TAGS=\"b\">My vault</A>
         <DD>second note
         </DL><p>",
    )
    .await;
    let html = export(&fixture, "/").await;
    let html = html.as_str().unwrap();
    let (docker, access) = html.split_once(">Access</H3>").unwrap();
    assert!(docker.contains(">The docs</A>") && docker.contains("<DD>first note"), "{html}");
    assert!(access.contains("SHORTCUTURL=\"od\" TAGS=\"b\">My vault</A>"), "{html}");
    assert!(access.contains("<DD>second note"), "{html}");
    assert!(access.contains("ADD_DATE=\"20\""), "the duplicate's own date: {html}");

    let all = export(&fixture, "/?format=json").await;
    let duplicate = &all["duplicates"][0];
    assert_eq!(all["duplicates"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&duplicate["title"], &duplicate["description"], &duplicate["attributes"], &duplicate["folder_path"]),
        (&json!("My vault"), &json!("second note"), &json!({"shortcuturl": "od"}), &json!(["Access"]))
    );
    assert_eq!(duplicate["bookmark_id"], all["bookmarks"][0]["id"]);
    let text = fixture.ask("SELECT further_text FROM bookmarks").await;
    assert_eq!(text, "My vault\nsecond note\nod");
}

#[tokio::test]
async fn two_descriptions_in_one_folder_are_both_exported() {
    let fixture = Fixture::new();
    post(
        &fixture,
        "<DT><A HREF=\"https://a.example/\" ADD_DATE=\"1234567890\">Bookmark</A>\n<DD>First note
         <DT><A HREF=\"https://a.example/\" ADD_DATE=\"1234567891\">Bookmark</A>\n<DD>Second note\n",
    )
    .await;
    let html = export(&fixture, "/").await;
    for note in ["First note", "Second note"] {
        assert_eq!(html.as_str().unwrap().matches(note).count(), 1, "{html}");
    }
}

#[tokio::test]
async fn a_duplicate_that_says_nothing_else_is_exported_once() {
    let fixture = Fixture::new();
    let entry = "<DT><A HREF=\"https://a.example/\" TAGS=\"x\">A</A>\n<DD>note\n";
    post(&fixture, entry).await;
    post(&fixture, &format!("{entry}<DT><A HREF=\"https://b.example/\">B</A>\n")).await;
    let html = export(&fixture, "/").await;
    assert_eq!(html.as_str().unwrap().matches("https://a.example/").count(), 1, "{html}");
}

#[tokio::test]
async fn an_empty_first_title_takes_the_seconds_and_its_undo_takes_it_back() {
    let fixture = Fixture::new();
    post(&fixture, "<DT><A HREF=\"https://a.example/\"></A>\n").await;
    let second = post(&fixture, "<DT><A HREF=\"https://a.example/\">Named later</A>\n").await;
    assert_eq!(fixture.ask("SELECT title FROM bookmarks").await, "Named later");
    let id = second.body["import_job"]["id"].as_str().unwrap();
    fixture.import(Event::delete(&format!("/{id}"))).await;
    assert_eq!(fixture.ask("SELECT title = '' AND unmerged IS NULL FROM bookmarks").await, "true");
}

#[tokio::test]
async fn one_address_in_a_thousand_folders_writes_each_tag_twice_at_most() {
    let fixture = Fixture::new();
    let entries: String = (0..1_000)
        .map(|n| {
            format!(
                "<DT><H3>f{n}</H3><DL><p><DT><A HREF=\"https://a.example/\" TAGS=\"tag{n}\">A</A></DL><p>\n"
            )
        })
        .collect();
    post(&fixture, &entries).await;
    assert_eq!(fixture.ask("SELECT cardinality(tags) FROM bookmarks").await, "1000");
    for target in ["/", "/?format=json"] {
        let text = export(&fixture, target).await.to_string();
        assert_eq!(text.matches("tag500").count(), 2, "{target}");
    }
}

#[tokio::test]
async fn sibling_folders_of_one_name_stay_two_with_what_each_has() {
    let fixture = Fixture::new();
    let entries = "<DT><H3 ADD_DATE=\"1500000000\">Inbox</H3>
        <DL><p><DT><A HREF=\"https://one.example/\">T</A></DL><p>
        <DT><A HREF=\"https://mid.example/\">T</A>
        <DT><H3 ADD_DATE=\"1600000000\">Inbox</H3>
        <DD>second inbox
        <DL><p><DT><A HREF=\"https://two.example/\">T</A></DL><p>";
    post(&fixture, entries).await;
    let html = export(&fixture, "/").await;
    let html = html.as_str().unwrap();
    let (first, rest) = html.split_once("https://mid.example/").unwrap();
    assert!(
        first.contains("<H3 ADD_DATE=\"1500000000\">Inbox</H3>") && first.contains("https://one.example/")
    );
    assert!(!first.contains("second inbox"), "{html}");
    assert!(rest.contains("<H3 ADD_DATE=\"1600000000\">Inbox</H3>\n    <DD>second inbox"), "{html}");
    assert!(rest.contains("https://two.example/"), "{html}");

    // A later import of the changed file finds both again.
    post(
        &fixture,
        &entries.replace(
            "https://two.example/\">T</A>",
            "https://two.example/\">T</A><DT><A HREF=\"https://three.example/\">T</A>",
        ),
    )
    .await;
    let again = export(&fixture, "/").await;
    assert_eq!(again.as_str().unwrap().matches(">Inbox</H3>").count(), 2, "{again}");
    assert!(
        again.as_str().unwrap().split_once("second inbox").unwrap().1.contains("three.example"),
        "{again}"
    );
}

#[tokio::test]
async fn a_failed_entry_can_be_had_again_whole() {
    let fixture = Fixture::new();
    let seen = post(
        &fixture,
        "<DT><H3>Notes</H3><DL><p>
         <DT><A HREF=\"?6SIQOA\" ADD_DATE=\"1414176161\" PRIVATE=\"1\" TAGS=\"todo,video\">Note: Old Vids</A>
         <DD>Structure du dossier
second line
         </DL><p><DT><A HREF=\"https://two.example/\">T</A>",
    )
    .await;
    let page = rejections(&fixture, &seen, "").await;
    let entry = &page["rejections"][0];
    assert_eq!(
        (&entry["url"], &entry["title"], &entry["tags"], &entry["folder_path"], &entry["add_date"]),
        (
            &json!("?6SIQOA"),
            &json!("Note: Old Vids"),
            &json!(["todo", "video"]),
            &json!(["Notes"]),
            &json!("2014-10-24T18:42:41Z")
        )
    );
    assert_eq!(
        (&entry["description"], &entry["attributes"], &entry["shortened"]),
        (&json!("Structure du dossier\nsecond line"), &json!({"private": "1"}), &json!([]))
    );
    let one = rejections(&fixture, &seen, &format!("/{}", entry["id"].as_str().unwrap())).await;
    assert_eq!(&one, entry);

    let file = rejections(&fixture, &seen, "?format=html").await;
    let file = file.as_str().unwrap();
    assert!(file.starts_with("<!DOCTYPE NETSCAPE-Bookmark-file-1>"), "{file}");
    let line = "<DT><A HREF=\"?6SIQOA\" ADD_DATE=\"1414176161\" PRIVATE=\"1\" TAGS=\"todo,video\">Note: Old \
                Vids</A>";
    assert!(file.contains(line) && file.contains("<DD>Structure du dossier\nsecond line"), "{file}");
    assert!(!file.contains("two.example"), "{file}");

    let id = seen.body["import_job"]["id"].as_str().unwrap();
    fixture.import(Event::get(&format!("/{id}/rejections?format=csv"))).await.problem(400);
    fixture.import(Event::get(&format!("/{id}/rejections/{id}"))).await.problem(404);
}

#[tokio::test]
async fn a_file_of_what_failed_is_cut_and_leads_to_the_next() {
    let fixture = Fixture::new();
    let long = "x".repeat(900_000);
    let entries: String = (0..8).map(|n| format!("<DT><A HREF=\"/{n}\">title {n} {long}</A>\n")).collect();
    let seen = post(&fixture, &entries).await;
    let id = seen.body["import_job"]["id"].as_str().unwrap().to_owned();
    let mut found = Vec::new();
    let mut query = "?format=html".to_owned();
    loop {
        let page = fixture.import(Event::get(&format!("/{id}/rejections{query}"))).await;
        let text = page.body.as_str().unwrap();
        assert!(text.len() < 4_500_000, "{}", text.len());
        found
            .extend(text.match_indices(">title ").map(|(at, _)| text[at + 7..at + 8].parse::<u8>().unwrap()));
        let Some(link) = page.headers.get("link") else { break };
        query = link.to_str().unwrap().split(['<', '>']).nth(1).unwrap().to_owned();
    }
    assert_eq!(found, [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn a_folders_warning_is_counted_and_listed() {
    let fixture = Fixture::new();
    let seen = post(
        &fixture,
        "<DT><H3 ADD_DATE=\"invaliddate\">X</H3>\n<DL><p>\n<DT><A HREF=\"https://a.example/\" \
         ADD_DATE=\"invaliddate\">A</A>\n</DL><p>",
    )
    .await;
    assert_eq!(seen.body["import_job"]["warning_count"], 2);
    let page = rejections(&fixture, &seen, "").await;
    let rows: Vec<_> = page["rejections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["position"].clone(), row["line"].as_i64().unwrap(), row["title"].as_str().unwrap()))
        .collect();
    assert_eq!(rows, [(Value::Null, 3, "X"), (json!(1), 5, "A")]);
}

#[tokio::test]
async fn a_live_bookmark_is_stored_by_the_address_of_its_feed_with_a_warning() {
    let fixture = Fixture::new();
    let seen =
        post(&fixture, "<DT><A FEEDURL=\"https://feed.example/rss\" ADD_DATE=\"1\">Feed only</A>").await;
    assert_eq!(fixture.ask("SELECT url FROM bookmarks").await, "https://feed.example/rss");
    let page = rejections(&fixture, &seen, "").await;
    assert!(page["rejections"][0]["reason"].as_str().unwrap().contains("FEEDURL"), "{page}");
}

#[tokio::test]
async fn what_cannot_be_read_leaves_a_failed_job_with_the_reason() {
    let fixture = Fixture::new();
    let mut damaged = vec![0x1f, 0x8b, 8, 0];
    damaged.extend([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (body, reason) in [
        (Vec::new(), "empty"),
        (damaged, "damaged"),
        (b"PK\x03\x04\x14\0\0\0<!DOCTYPE NETSCAPE-Bookmark-file-1>".to_vec(), "Unpack the zip first"),
        (b"PK\x05\x06".to_vec(), "Unpack the zip first"),
    ] {
        let seen = fixture.import(Event::post("/?filename=f").binary(body.clone())).await;
        let detail = seen.problem(422).to_owned();
        assert!(detail.contains(reason), "{detail}");
        let job = &fixture.import(Event::get("/?limit=1")).await.body["import_jobs"][0];
        assert_eq!(
            (&job["status"], &job["error_message"], &job["file_size_bytes"], &job["content_sha256"]),
            (&json!("failed"), &json!(detail), &json!(body.len()), &Value::Null)
        );
    }
}

#[tokio::test]
async fn no_answer_is_larger_than_lambda_takes_and_long_fields_are_whole_at_their_own_address() {
    let fixture = Fixture::new();
    let entries: String = (0..10)
        .map(|n| format!("<DT><A HREF=\"data:text/plain,{n}{}\">t</A>\n", "x".repeat(700_000)))
        .chain((0..10).map(|n| format!("<DT><A HREF=\"/{n}\">{}</A>\n", "\"".repeat(900_000))))
        .collect();
    let seen = post(&fixture, &entries).await;
    let again = fixture.import(Event::post("/").text(format!("{HEAD}{entries}</DL><p>\n"))).await;
    assert_eq!(again.status, 200);
    for answer in [&seen, &again] {
        assert!(serde_json::to_string(&answer.body.to_string()).unwrap().len() < 6_000_000);
        let sample = answer.body["bookmarks_sample"].as_array().unwrap();
        assert_eq!((sample.len(), &sample[0]["shortened"]), (10, &json!(["url"])));
        assert_eq!(sample[0]["url"].as_str().unwrap().len(), 2_048);
    }
    let page = rejections(&fixture, &seen, "").await;
    assert_eq!(page["rejections"].as_array().unwrap().len(), 10);
    assert!(serde_json::to_string(&page.to_string()).unwrap().len() < 6_000_000);
    let entry = &page["rejections"][3];
    assert_eq!(entry["shortened"], json!(["title"]));
    let whole = rejections(&fixture, &seen, &format!("/{}", entry["id"].as_str().unwrap())).await;
    assert_eq!(
        (whole["title"].as_str().unwrap().len(), &whole["shortened"]),
        (900_000, &json!([])),
        "four bytes for each quotation mark still fit"
    );
}

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
        let seen = fixture.import(Event::get(target)).await;
        assert_eq!(seen.status, 200, "{target}: {}", seen.body);
    }
    for target in ["/", "/?format=json", "/?format=csv"] {
        let text = export(&fixture, target).await.to_string();
        assert_eq!(text.matches(&"u".repeat(700_000)).count(), 5, "{target}");
    }
}
