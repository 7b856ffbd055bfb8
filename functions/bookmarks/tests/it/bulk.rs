//! One change to many bookmarks.

use harness::Fixture;
use serde_json::{Value, json};

use crate::{create, found, list, send};

async fn bulk(fixture: &Fixture, body: Value) -> i64 {
    let seen = send(fixture, "POST", "/bulk", &body.to_string()).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body["changed"].as_i64().unwrap()
}

async fn filled() -> (Fixture, Vec<Value>) {
    let fixture = Fixture::new();
    let mut made = Vec::new();
    for name in ["a", "b", "c"] {
        let body =
            json!({"url": format!("https://{name}.example/{name}"), "title": name, "tags": ["all", name]});
        made.push(create(&fixture, &body).await["id"].clone());
    }
    (fixture, made)
}

#[tokio::test]
async fn bookmarks_are_changed_by_their_ids() {
    let (fixture, ids) = filled().await;
    let two = &ids[..2];
    assert_eq!(
        bulk(&fixture, json!({"ids": two, "do": {"add_tags": ["new"], "remove_tags": ["a"]}})).await,
        2
    );
    assert_eq!(bulk(&fixture, json!({"ids": two, "do": {"add_tags": ["new"]}})).await, 0, "nothing is new");
    assert_eq!(found(&fixture, "/?tag=new&sort=title").await, ["a", "b"]);
    assert_eq!(list(&fixture, "/?domain=a.example").await[0]["tags"], json!(["all", "new"]));
    assert_eq!(bulk(&fixture, json!({"ids": two, "do": {"move_to": ["F", "G"], "unread": true}})).await, 2);
    assert_eq!(found(&fixture, "/?folder=F/G&unread=true&sort=title").await, ["a", "b"]);
    assert_eq!(bulk(&fixture, json!({"ids": two, "do": {"archive": true}})).await, 2);
    assert_eq!(found(&fixture, "/?archived=false").await, ["c"]);
    assert_eq!(bulk(&fixture, json!({"ids": two, "do": {"archive": false, "move_to": []}})).await, 2);
    assert_eq!(found(&fixture, "/?folder=F").await, [""; 0]);
    assert_eq!(bulk(&fixture, json!({"ids": two, "do": {"delete": true}})).await, 2);
    assert_eq!(found(&fixture, "/").await, ["c"]);
    assert_eq!(list(&fixture, "/trash").await.len(), 2);
    assert_eq!(bulk(&fixture, json!({"ids": [], "do": {"delete": true}})).await, 0);
}

#[tokio::test]
async fn bookmarks_are_changed_by_what_a_filter_lets_through() {
    let (fixture, _) = filled().await;
    assert_eq!(bulk(&fixture, json!({"filter": {"q": "#a"}, "do": {"move_to": "F"}})).await, 1);
    assert_eq!(bulk(&fixture, json!({"filter": {"folder": "F"}, "do": {"add_tags": ["in F"]}})).await, 1);
    assert_eq!(found(&fixture, "/?tag=in%20F").await, ["a"]);
    assert_eq!(bulk(&fixture, json!({"filter": {"tag": ["all"]}, "do": {"archive": true}})).await, 3);
    assert_eq!(bulk(&fixture, json!({"filter": {"domain": "b.example"}, "do": {"archive": false}})).await, 1);
    assert_eq!(bulk(&fixture, json!({"filter": {"archived": true}, "do": {"delete": true}})).await, 2);
    assert_eq!(found(&fixture, "/").await, ["b"]);
    assert_eq!(bulk(&fixture, json!({"filter": {}, "do": {"unread": true}})).await, 1);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused() {
    let (fixture, ids) = filled().await;
    let many = vec![ids[0].clone(); 1_001];
    for body in [
        json!({"ids": many, "do": {"delete": true}}),
        json!({"ids": ids, "do": {}}),
        json!({"ids": ids, "filter": {}, "do": {"delete": true}}),
        json!({"do": {"delete": true}}),
        json!({"ids": ["x"], "do": {"delete": true}}),
        json!({"filter": {"nothing": 1}, "do": {"delete": true}}),
        json!({"ids": ids, "do": {"rename": "x"}}),
        json!({"ids": ids}),
    ] {
        send(&fixture, "POST", "/bulk", &body.to_string()).await.problem(400);
    }
    assert_eq!(list(&fixture, "/").await.len(), 3);
}
