//! Nothing that a file says vanishes: what is merged, refused or odd can be had again.

use harness::{Fixture, Seen};
use serde_json::{Value, json};
use support::Event;

const HEAD: &str = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n";

async fn post(fixture: &Fixture, entries: &str) -> Seen {
    let seen =
        fixture.call(import::handle, Event::post("/").text(format!("{HEAD}{entries}</DL><p>\n"))).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen
}

async fn rejections(fixture: &Fixture, seen: &Seen, rest: &str) -> Value {
    let id = seen.body["import_job"]["id"].as_str().unwrap();
    let seen = fixture.call(import::handle, Event::get(&format!("/{id}/rejections{rest}"))).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body
}

#[tokio::test]
async fn an_empty_first_title_takes_the_seconds_and_its_undo_takes_it_back() {
    let fixture = Fixture::new();
    post(&fixture, "<DT><A HREF=\"https://a.example/\"></A>\n").await;
    let second = post(&fixture, "<DT><A HREF=\"https://a.example/\">Named later</A>\n").await;
    assert_eq!(fixture.ask("SELECT title FROM bookmarks").await, "Named later");
    let id = second.body["import_job"]["id"].as_str().unwrap();
    fixture.call(import::handle, Event::delete(&format!("/{id}"))).await;
    assert_eq!(fixture.ask("SELECT title = '' AND unmerged IS NULL FROM bookmarks").await, "true");
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
    fixture.call(import::handle, Event::get(&format!("/{id}/rejections?format=csv"))).await.problem(400);
    fixture.call(import::handle, Event::get(&format!("/{id}/rejections/{id}"))).await.problem(404);
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
        let page = fixture.call(import::handle, Event::get(&format!("/{id}/rejections{query}"))).await;
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
        let seen = fixture.call(import::handle, Event::post("/?filename=f").binary(body.clone())).await;
        let detail = seen.problem(422).to_owned();
        assert!(detail.contains(reason), "{detail}");
        let job = &fixture.call(import::handle, Event::get("/?limit=1")).await.body["import_jobs"][0];
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
    let again =
        fixture.call(import::handle, Event::post("/").text(format!("{HEAD}{entries}</DL><p>\n"))).await;
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
