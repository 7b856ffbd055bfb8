//! The trash keeps a bookmark whole.

use harness::Fixture;
use serde_json::{Value, json};
use support::Event;

use crate::{create, found, list, path, send};

async fn restore(fixture: &Fixture, bookmark: &Value) -> Value {
    let seen = send(fixture, "POST", &format!("/trash{}/restore", path(bookmark)), "").await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body
}

/// Without the member that tells of the restoring.
fn plain(mut restored: Value) -> Value {
    assert_eq!(restored.as_object_mut().unwrap().remove("merged"), Some(json!(false)));
    restored
}

#[tokio::test]
async fn a_bookmark_comes_back_with_all_that_it_had() {
    let fixture = Fixture::new();
    let body = json!({
        "url": "https://a.example/a", "title": "A", "notes": "n", "tags": ["x", "ü"], "folder_path": ["F", "G"],
        "unread": true, "add_date": "2020-01-01T00:00:00Z", "is_archived": true,
    });
    let made = create(&fixture, &body).await;
    create(&fixture, &json!({"url": "https://a.example/b"})).await;
    assert_eq!(send(&fixture, "DELETE", &path(&made), "").await.status, 204);
    assert_eq!(found(&fixture, "/").await, ["b"]);
    assert_eq!(found(&fixture, "/?q=x").await, [""; 0]);
    let trash = list(&fixture, "/trash").await;
    assert_eq!((trash.len(), &trash[0]["id"], &trash[0]["tags"]), (1, &made["id"], &made["tags"]));
    assert!(trash[0]["deleted_at"].is_string());

    fixture.execute("DELETE FROM folders").await;
    assert_eq!(plain(restore(&fixture, &made).await), {
        let mut expected = made.clone();
        // The folder is made again: by its name it has the same id.
        expected["folder_path"] = json!(["F", "G"]);
        expected
    });
    assert_eq!(found(&fixture, "/?q=x").await, ["a"]);
    assert!(list(&fixture, "/trash").await.is_empty());
    send(&fixture, "POST", &format!("/trash{}/restore", path(&made)), "").await.problem(404);
}

#[tokio::test]
async fn an_address_that_is_there_again_is_merged_and_nothing_is_lost() {
    let fixture = Fixture::new();
    let old = create(
        &fixture,
        &json!({"url": "https://a.example/", "title": "Old", "description": "said", "notes": "n", "tags": ["x"],
                "folder_path": ["Old folder"], "add_date": "2020-01-01T00:00:00Z"}),
    )
    .await;
    send(&fixture, "DELETE", &path(&old), "").await;
    let new = create(&fixture, &json!({"url": "https://a.example/", "title": "New", "tags": ["y"]})).await;
    let restored = restore(&fixture, &old).await;
    assert_eq!((&restored["merged"], &restored["id"]), (&json!(true), &new["id"]));
    assert_eq!((&restored["title"], &restored["description"]), (&json!("New"), &json!("said")));
    assert_eq!(restored["tags"], json!(["y", "x"]));
    assert_eq!(restored["notes"], json!("n\n\nOld"));
    assert_eq!(restored["further_folders"], json!([["Old folder"]]));
    assert_eq!(restored["add_date"], old["add_date"]);
    assert!(list(&fixture, "/trash").await.is_empty());
}

#[tokio::test]
async fn the_trash_has_pages_and_is_emptied() {
    let fixture = Fixture::new();
    for name in ["a", "b", "c"] {
        let made = create(&fixture, &json!({"url": format!("https://a.example/{name}")})).await;
        send(&fixture, "DELETE", &path(&made), "").await;
    }
    let first = send(&fixture, "GET", "/trash?limit=2", "").await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    assert_eq!(found(&fixture, "/trash?limit=2").await, ["c", "b"]);
    assert_eq!(found(&fixture, &format!("/trash?limit=2&cursor={cursor}")).await, ["a"]);
    let one = format!("/trash/{}", first.body["bookmarks"][0]["id"].as_str().unwrap());
    assert_eq!(send(&fixture, "DELETE", &one, "").await.status, 204);
    send(&fixture, "DELETE", &one, "").await.problem(404);
    assert_eq!(send(&fixture, "DELETE", "/trash", "").await.body, json!({"deleted": 2}));
    assert!(list(&fixture, "/trash").await.is_empty());
}

#[tokio::test]
async fn duplicates_of_imports_go_with_a_bookmark_and_come_back_with_it() {
    let fixture = Fixture::new();
    let import = async |file: &str| {
        let seen = fixture.call(import::handle, Event::post("/").text(file.to_owned())).await;
        assert_eq!(seen.status, 201, "{}", seen.body);
        seen.body["import_job"]["id"].as_str().unwrap().to_owned()
    };
    let file = |tag: &str| {
        format!(
            "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>\n<DT><A HREF=\"https://a.example/\" TAGS=\"{tag}\">A</A>\n</DL><p>"
        )
    };
    import(&file("one")).await;
    import(&file("two")).await;
    let old = list(&fixture, "/").await.remove(0);
    assert_eq!(old["tags"], json!(["one", "two"]));
    send(&fixture, "DELETE", &path(&old), "").await;
    import(&file("three")).await;
    let fourth = import(&file("four")).await;
    let new = list(&fixture, "/").await.remove(0);
    assert_eq!(new["tags"], json!(["three", "four"]), "what is in the trash adds nothing");
    let restored = restore(&fixture, &old).await;
    assert_eq!(
        (&restored["merged"], &restored["tags"]),
        (&json!(true), &json!(["three", "four", "one", "two"]))
    );
    assert_eq!(send(&fixture, "DELETE", &path(&restored), "").await.status, 204);
    let undone = fixture.call(import::handle, Event::delete(&format!("/{fourth}"))).await;
    assert_eq!(undone.status, 200, "{}", undone.body);
    let again = restore(&fixture, &restored).await;
    assert_eq!(again["tags"], restored["tags"]);
}

#[tokio::test]
async fn each_of_many_bookmarks_keeps_the_path_of_its_own_folder() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO folders (id, name, place)
             SELECT ('01900000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, 'Folder ' || n,
                    gen_random_uuid()
             FROM generate_series(0, 499) AS n;
             INSERT INTO bookmarks (id, url, title, url_key, folder_id)
             SELECT gen_random_uuid(), '', 'Page ' || n, gen_random_uuid(),
                    CASE WHEN n % 10 > 0
                         THEN ('01900000-0000-7000-9000-' || lpad((n % 500)::text, 12, '0'))::uuid END
             FROM generate_series(1, 5000) AS n",
        )
        .await;
    let all = json!({"filter": {}, "do": {"delete": true}}).to_string();
    let seen = send(&fixture, "POST", "/bulk", &all).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let kept = "SELECT count(*) FILTER (WHERE folders = jsonb_build_object(
                    coalesce(bookmark ->> 'folder_id', ''),
                    jsonb_build_array('Folder ' || right(bookmark ->> 'folder_id', 12)::int)))
                    || ' ' || count(*) FILTER (WHERE folders = '{}' AND bookmark -> 'folder_id' = 'null')
                FROM trashed_bookmarks";
    assert_eq!(fixture.ask(kept).await, "4500 500");
}
