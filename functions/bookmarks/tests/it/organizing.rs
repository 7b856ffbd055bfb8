//! Folders and tags.

use harness::Fixture;
use serde_json::{Value, json};

use crate::{create, found, list, send};

async fn filled() -> Fixture {
    let fixture = Fixture::new();
    for (name, folder, tags) in [
        ("a", json!(["F"]), json!(["x"])),
        ("b", json!(["F", "G"]), json!(["x", "y"])),
        ("c", json!(["F", "G", "H"]), json!([])),
        ("d", json!([]), json!(["Y"])),
    ] {
        let body = json!({"url": format!("https://a.example/{name}"), "folder_path": folder, "tags": tags});
        create(&fixture, &body).await;
    }
    fixture
}

fn patch(id: &Value) -> String {
    format!("/folders/{}", id.as_str().unwrap())
}

#[tokio::test]
async fn folders_are_a_tree_with_counts_and_are_renamed_and_moved() {
    let fixture = filled().await;
    let tree = send(&fixture, "GET", "/folders", "").await.body;
    assert_eq!((&tree["unfiled"], &tree["more"]), (&json!(1), &json!(false)));
    let f = &tree["folders"][0];
    assert_eq!((&f["name"], &f["count"], &f["total"]), (&json!("F"), &json!(1), &json!(3)));
    let (g, h) = (&f["children"][0], &f["children"][0]["children"][0]);
    assert_eq!((&g["name"], &g["total"], &h["name"]), (&json!("G"), &json!(2), &json!("H")));
    assert_eq!(found(&fixture, &format!("/?folder={}", g["id"].as_str().unwrap())).await, ["c", "b"]);

    let renamed = send(&fixture, "PATCH", &patch(&g["id"]), r#"{"name": "New"}"#).await;
    assert_eq!((renamed.status, &renamed.body["path"]), (200, &json!(["F", "New"])), "{}", renamed.body);
    assert_eq!(found(&fixture, "/?folder=F/New").await, ["c", "b"]);
    for into in [&g["id"], &h["id"]] {
        let body = json!({ "parent_id": into }).to_string();
        send(&fixture, "PATCH", &patch(&g["id"]), &body).await.problem(422);
    }
    let moved = send(&fixture, "PATCH", &patch(&g["id"]), r#"{"move_to": ["Z", "Q"]}"#).await;
    assert_eq!(moved.body["path"], json!(["Z", "Q", "New"]), "{}", moved.body);
    assert_eq!(found(&fixture, "/?folder=F").await, ["a"]);
    let moved = send(&fixture, "PATCH", &patch(&g["id"]), r#"{"parent_id": null}"#).await;
    assert_eq!((&moved.body["path"], &moved.body["count"]), (&json!(["New"]), &json!(1)));
    send(&fixture, "PATCH", "/folders/01900000-0000-7000-8000-000000000000", r#"{"name": "x"}"#)
        .await
        .problem(404);
    send(&fixture, "PATCH", &patch(&g["id"]), "{}").await.problem(400);
    send(&fixture, "PATCH", &patch(&g["id"]), r#"{"name": ""}"#).await.problem(422);
}

#[tokio::test]
async fn tags_are_counted_and_renaming_one_to_another_merges_them() {
    let fixture = filled().await;
    let tags = send(&fixture, "GET", "/tags", "").await.body;
    let expected = [("x", 2), ("Y", 1), ("y", 1)].map(|(name, count)| json!({"name": name, "count": count}));
    assert_eq!(tags, json!({"tags": expected, "more": false}));
    let rename = async |from: &str, to: &str| {
        let seen = send(&fixture, "POST", "/tags/rename", &json!({"from": from, "to": to}).to_string()).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        seen.body["changed"].as_i64().unwrap()
    };
    assert_eq!(rename("Y", "y").await, 1);
    assert_eq!(rename("y", "x").await, 2);
    assert_eq!(rename("y", "x").await, 0);
    assert_eq!(rename("x", "x").await, 0);
    let tags = send(&fixture, "GET", "/tags", "").await.body;
    assert_eq!(tags["tags"], json!([{"name": "x", "count": 3}]));
    assert_eq!(list(&fixture, "/?q=%23x").await.len(), 3);
    for body in [r#"{"from": "x"}"#, r#"{"from": "x", "to": 1}"#, "[]"] {
        send(&fixture, "POST", "/tags/rename", body).await.problem(400);
    }
    send(&fixture, "POST", "/tags/rename", r#"{"from": "x", "to": " "}"#).await.problem(422);
}

#[tokio::test]
async fn a_list_shows_the_folders_that_each_bookmark_shows_alone() {
    let fixture = Fixture::new();
    // One at the root, two that share a folder, one deeper than the eight that are read one by one, and one
    // whose path has more than 1,024 bytes.
    let deep = |levels: usize, name: &str| (1..=levels).map(|n| format!("{name}{n}")).collect::<Vec<_>>();
    let long = "x".repeat(200);
    for (name, folder) in [
        ("root", deep(0, "")),
        ("one", deep(2, "a/")),
        ("two", deep(2, "a/")),
        ("deep", deep(12, "d")),
        ("cut", deep(6, &long)),
    ] {
        create(&fixture, &json!({"url": format!("https://a.example/{name}"), "folder_path": folder})).await;
    }
    fixture
        .execute(
            "UPDATE bookmarks SET further_folder_ids = ARRAY(SELECT id FROM folders ORDER BY name)
             WHERE url LIKE '%/two'",
        )
        .await;
    let listed = list(&fixture, "/").await;
    assert_eq!(listed.len(), 5);
    for bookmark in &listed {
        let alone = send(&fixture, "GET", &crate::path(bookmark), "").await.body;
        for field in ["folder_id", "folder_path", "further_folders"] {
            assert_eq!(bookmark[field], alone[field], "{field} of {}", bookmark["url"]);
        }
    }
    let [cut, deep, two, _, root] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!(root["folder_path"], json!([]));
    assert_eq!(two["folder_path"], json!(["a/1", "a/2"]));
    // All 20 folders that were made.
    assert_eq!(two["further_folders"].as_array().unwrap().len(), 20);
    assert_eq!(deep["folder_path"].as_array().unwrap().len(), 12);
    // 201 bytes and one for a separator, five times.
    assert_eq!(cut["folder_path"].as_array().unwrap().len(), 6);
    assert_eq!(cut["folder_path"][0], "…");
}
