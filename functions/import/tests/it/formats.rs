//! Files of other formats than HTML: what holds of those holds of these.

use harness::{Fixture, Seen};
use serde_json::{Value, json};
use support::Event;

/// A file that the readers' own tests have as well.
fn file(name: &str) -> Vec<u8> {
    let path = support::project_root().join("shared/bookmark-files/tests/files").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

async fn post(fixture: &Fixture, file: &[u8]) -> Seen {
    fixture.call(import::handle, Event::post("/").binary(file.to_vec())).await
}

async fn count(fixture: &Fixture, table: &str) -> String {
    fixture.ask(&format!("SELECT count(*) FROM {table}")).await
}

fn counts(job: &Value) -> [i64; 6] {
    ["total_bookmarks", "imported_count", "merged_count", "skipped_count", "failed_count", "warning_count"]
        .map(|name| job[name].as_i64().unwrap())
}

/// Each file with its counts, in the order of the job's fields, and the number of its folders.
const FILES: [(&str, [i64; 6], u32); 13] = [
    ("chromium.json", [3, 3, 0, 0, 0, 1], 3),
    ("firefox.json", [4, 3, 0, 1, 0, 1], 3),
    ("safari.plist", [4, 4, 0, 0, 0, 0], 4),
    ("safari-xml.plist", [4, 4, 0, 0, 0, 0], 4),
    ("pinboard.json", [2, 2, 0, 0, 0, 0], 0),
    ("linkding.json", [2, 2, 0, 0, 0, 0], 0),
    ("linkwarden.json", [3, 2, 0, 0, 1, 4], 6),
    ("karakeep.json", [4, 1, 1, 0, 2, 0], 3),
    ("omnivore.json", [2, 2, 0, 0, 0, 0], 0),
    ("branchline.json", [3, 2, 1, 0, 0, 0], 3),
    ("pocket.csv", [3, 3, 0, 0, 0, 1], 0),
    ("raindrop.csv", [4, 4, 0, 0, 0, 0], 2),
    ("instapaper.csv", [5, 4, 0, 0, 1, 0], 1),
];

#[tokio::test]
async fn each_format_is_imported_once_with_exact_counts_and_undone_without_a_trace() {
    let fixture = Fixture::new();
    for (name, expected, folders) in FILES {
        let seen = post(&fixture, &file(name)).await;
        assert_eq!(seen.status, 201, "{name}: {}", seen.body);
        let job = &seen.body["import_job"];
        assert_eq!(counts(job), expected, "{name}");
        let [total, imported, merged, skipped, failed, _] = expected;
        assert_eq!(total, imported + merged + skipped + failed, "{name}");
        let id = job["id"].as_str().unwrap();
        assert_eq!(count(&fixture, "bookmarks").await, imported.to_string(), "{name}");
        assert_eq!(count(&fixture, "folders").await, folders.to_string(), "{name}");
        let rejections = fixture.call(import::handle, Event::get(&format!("/{id}/rejections"))).await.body;
        let rejections = rejections["rejections"].as_array().unwrap();
        assert!(
            rejections.iter().all(|rejection| !rejection["reason"].as_str().unwrap().is_empty()),
            "{name}"
        );
        let of =
            |outcome| rejections.iter().filter(|rejection| rejection["outcome"] == outcome).count() as i64;
        assert_eq!((of("skipped"), of("failed")), (skipped, failed), "{name}: {rejections:?}");

        let again = post(&fixture, &file(name)).await;
        assert_eq!((again.status, &again.body["import_job"]["id"]), (200, &json!(id)), "{name}");
        let undone = fixture.call(import::handle, Event::delete(&format!("/{id}"))).await;
        assert_eq!((undone.status, &undone.body["bookmarks_removed"]), (200, &json!(imported)), "{name}");
        for table in ["bookmarks", "import_entries", "import_jobs", "folders"] {
            assert_eq!(count(&fixture, table).await, "0", "{name}: {table}");
        }
    }
}

#[tokio::test]
async fn rows_of_one_folder_are_in_one_folder_wherever_they_stand() {
    let fixture = Fixture::new();
    assert_eq!(post(&fixture, &file("raindrop.csv")).await.status, 201);
    let places = "SELECT jsonb_object_agg(title, jsonb_build_array(folder_path(folder_id), original_folder)) FROM bookmarks";
    let places: Value = serde_json::from_str(&fixture.ask(places).await).unwrap();
    let hot = json!([["Kitchen", "Hot"], "Kitchen/Hot"]);
    assert_eq!(places, json!({"Tea": hot, "Pot": hot, "Cup": [[], null], "Sink": [["Kitchen"], "Kitchen"]}));
}

#[tokio::test]
async fn a_bookmark_in_two_lists_is_one_with_both_folders() {
    let fixture = Fixture::new();
    assert_eq!(post(&fixture, &file("karakeep.json")).await.status, 201);
    let stored = "SELECT jsonb_build_object('folder', folder_path(folder_id), 'tags', tags, 'attributes', attributes,
                         'is_archived', is_archived, 'further', (SELECT jsonb_agg(folder_path(f)) FROM unnest(further_folder_ids) AS f)) FROM bookmarks";
    let stored: Value = serde_json::from_str(&fixture.ask(stored).await).unwrap();
    let expected = json!({
        "folder": ["Kitchen", "Hot"], "tags": ["green", "hot"], "attributes": null, "is_archived": true,
        "further": [["Kitchen"]],
    });
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn two_files_of_a_browser_meet_in_the_same_folders() {
    let fixture = Fixture::new();
    assert_eq!(post(&fixture, &file("chromium.html")).await.status, 201);
    let seen = post(&fixture, &file("chromium-same.json")).await;
    assert_eq!((seen.status, counts(&seen.body["import_job"])), (201, [3, 0, 3, 0, 0, 0]), "{}", seen.body);
    assert_eq!(fixture.ask("SELECT count(*) FROM folders").await, "2");
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks WHERE further_folder_ids IS NOT NULL").await, "0");
}

#[tokio::test]
async fn what_is_of_no_known_format_is_refused_with_what_was_found_and_expected() {
    let fixture = Fixture::new();
    for (body, found) in [
        (r#"{"windows": [{}], "session": {}}"#, "Found: JSON, an object with the names windows, session."),
        ("[1, 2]", "Found: JSON, a list without objects."),
        ("name,age\nAnn,7\n", "Found: a table with the columns name, age."),
    ] {
        let detail = post(&fixture, body.as_bytes()).await.problem(422).to_owned();
        assert!(
            detail.contains(found) && detail.contains("Expected: ") && detail.contains("Pocket"),
            "{detail}"
        );
        let job = &fixture.call(import::handle, Event::get("/?limit=1")).await.body["import_jobs"][0];
        assert_eq!((&job["status"], &job["error_message"]), (&json!("failed"), &json!(detail)));
    }
    // Damage behind what was recognised leaves nothing either.
    let damaged = "[{\"href\": \"https://a.example/\"},\n{\"href\": ";
    let detail = post(&fixture, damaged.as_bytes()).await.problem(422).to_owned();
    assert!(detail.contains("line 2: expected a value, and the file ends early"), "{detail}");
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "0");
    assert_eq!(fixture.ask("SELECT count(*) FROM import_jobs WHERE status <> 'failed'").await, "0");
}
