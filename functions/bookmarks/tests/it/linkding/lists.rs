//! Lists: queries, filters, orders, pages.

use harness::Fixture;
use serde_json::{Value, json};

use super::{ask, each, get, post};

async fn filled() -> Fixture {
    let fixture = Fixture::new();
    for (title, description, tags, unread, day) in [
        ("Alpha a", "say \"hi\"", json!(["Book", "c#"]), true, 1),
        ("Beta b", "x and y 100%", json!(["later"]), false, 2),
        ("Gamma a b", "don_t", json!([]), true, 3),
        ("", "ÄPFEL", json!(["a,b", "Foo_"]), false, 4),
    ] {
        post(
            &fixture,
            &json!({
                "url": format!("https://site{day}.example/p?a=1"), "title": title, "description": description,
                "tag_names": tags, "unread": unread, "shared": day == 2,
                "date_added": format!("2025-01-0{day}T00:00:00Z"),
                "date_modified": format!("2025-02-0{}T00:00:00Z", 5 - day),
            }),
        )
        .await;
    }
    fixture
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The days of the bookmarks that a query string finds, in its order.
async fn days(fixture: &Fixture, query: &str) -> String {
    let list = get(fixture, &format!("/api/bookmarks/?{query}")).await;
    let days: String = each(&list, "url").iter().map(|url| &url["https://site".len()..][..1]).collect();
    assert_eq!(list["count"], days.len(), "{query}");
    days
}

#[tokio::test]
async fn the_query_language_finds_what_linkding_finds() {
    let fixture = filled().await;
    for (q, found) in [
        ("", "4321"),
        ("alpha", "1"),
        ("ALPHA or beta", "21"),
        ("a b", "32"),
        ("gamma a b", "3"),
        ("not alpha", "432"),
        ("not(alpha or beta)", "43"),
        ("\"say \\\"hi\\\"\"", "1"),
        ("\"x and y\"", "2"),
        ("100%", "2"),
        ("10%", ""),
        ("don_t", "3"),
        ("don%t", ""),
        ("äpfel", "4"),
        ("ÄPF", "4"),
        ("apfel", ""),
        ("site3", "3"),
        ("#book", "1"),
        ("#boo", ""),
        ("#c#", "1"),
        ("#a", "4"),
        ("#foo_", "4"),
        ("#book !untagged", ""),
        ("!untagged", "3"),
        ("not !untagged", "421"),
        ("!UNREAD or #later", "321"),
        ("alpha!unread", "1"),
        ("alpha #later", ""),
        ("#book or #later", "21"),
        ("#book #c#", "1"),
        ("!foo", "4321"),
        ("!foo or #later", "2"),
        ("#", "4321"),
        ("not", ""),
        ("a )", ""),
        ("'; SELECT", ""),
        ("\u{0}", ""),
    ] {
        assert_eq!(days(&fixture, &format!("q={}", encoded(q))).await, found, "{q}");
    }
    let long = ask(&fixture, "GET", &format!("/api/bookmarks/?q={}", "(".repeat(60))).await;
    assert_eq!((long.status, long.body["detail"].is_string()), (400, true));
}

#[tokio::test]
async fn what_is_indexed_is_found_like_what_is_not_yet() {
    let fixture = filled().await;
    fixture
        .execute(
            "BEGIN; SET LOCAL app.organization = '00000000-0000-7000-8000-000000000001'; SELECT search_catch_up(interval '9 s'); COMMIT",
        )
        .await;
    assert_eq!(fixture.ask("SELECT count(*) FROM search_pending").await, "0");
    for (q, found) in [("#BOOK", "1"), ("!untagged", "3"), ("#later beta", "2"), ("#c#", "1"), ("#Foo_", "4")]
    {
        assert_eq!(days(&fixture, &format!("q={}", encoded(q))).await, found, "{q}");
    }
}

#[tokio::test]
async fn filters_and_orders_are_linkdings() {
    let fixture = filled().await;
    for (query, found) in [
        ("sort=added_asc", "1234"),
        ("sort=added_desc", "4321"),
        ("sort=modified_desc", "1234"),
        ("sort=modified_asc", "4321"),
        ("sort=title_asc", "1234"),
        ("sort=title_desc", "4321"),
        ("sort=unknown", "4321"),
        ("unread=yes", "31"),
        ("unread=no", "42"),
        ("unread=true", "4321"),
        ("shared=yes", "2"),
        ("shared=no&unread=no", "4"),
        ("added_since=2025-01-02T00:00:00Z", "43"),
        ("added_since=2025-01-02", "43"),
        ("added_since=2025-01-02T00:00:00%2B00:00", "43"),
        ("added_since=2025-01-02T00:00:00+00:00", "4321"),
        ("added_since=never", "4321"),
        ("modified_since=2025-02-03T00:00:00Z&sort=added_asc", "1"),
        ("bundle=7&unknown=1", "4321"),
        ("q&unread&sort", "4321"),
    ] {
        assert_eq!(days(&fixture, query).await, found, "{query}");
    }
}

#[tokio::test]
async fn archived_bookmarks_have_a_list_of_their_own() {
    let fixture = filled().await;
    fixture.execute("UPDATE bookmarks SET is_archived = true WHERE title LIKE 'Beta%'").await;
    assert_eq!(days(&fixture, "").await, "431");
    let archived = get(&fixture, "/api/bookmarks/archived/").await;
    assert_eq!((&archived["count"], each(&archived, "title")), (&json!(1), vec!["Beta b"]));
    let found = get(&fixture, "/api/bookmarks/archived?q=beta%20%23later").await;
    assert_eq!(found["count"], 1);
}

#[tokio::test]
async fn pages_lead_from_one_to_the_next() {
    let fixture = filled().await;
    let mut target = "/lambda-url/bookmarks/api/bookmarks/?limit=3&q=site".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = get(&fixture, &target).await;
        assert_eq!(page["count"], 4);
        seen.extend(each(&page, "url").iter().map(|url| (*url).to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        let (start, rest) = next.split_once("/lambda-url").unwrap();
        assert!(
            start.starts_with("http") && rest == "/bookmarks/api/bookmarks/?limit=3&offset=3&q=site",
            "{next}"
        );
        target = format!("/lambda-url{rest}");
    }
    seen.dedup();
    assert_eq!(seen.len(), 4);
    let beyond = get(&fixture, "/api/bookmarks/?offset=50").await;
    assert_eq!(
        (&beyond["count"], &beyond["next"], &beyond["results"]),
        (&json!(4), &Value::Null, &json!([]))
    );
    assert!(beyond["previous"].is_string());
}

#[tokio::test]
async fn a_page_that_is_too_large_ends_early_and_goes_on() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, url_key, notes, organization_id)
             SELECT gen_random_uuid(), 'https://a.example/' || i, i, gen_random_uuid(), repeat('ab', 500000),
                    '00000000-0000-7000-8000-000000000001'
             FROM generate_series(1, 12) AS i",
        )
        .await;
    let (mut offset, mut pages, mut ids) = (0, 0, std::collections::BTreeSet::new());
    loop {
        let page = get(&fixture, &format!("/api/bookmarks/?limit=100000&offset={offset}")).await;
        assert_eq!(page["count"], 12);
        let results = page["results"].as_array().unwrap();
        assert!((1..7).contains(&results.len()), "{}", results.len());
        ids.extend(results.iter().map(|row| row["id"].as_i64().unwrap()));
        pages += 1;
        offset += results.len();
        let Some(next) = page["next"].as_str() else { break };
        assert!(next.contains(&format!("offset={offset}")), "{next}");
    }
    assert_eq!((ids.len(), pages), (12, 3));
}
