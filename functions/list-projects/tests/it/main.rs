//! The list of projects.

use harness::Fixture;
use serde_json::json;
use support::Event;

async fn with_projects(count: u32) -> Fixture {
    let fixture = Fixture::new();
    fixture
        .execute(&format!(
            "INSERT INTO projects (name) SELECT 'p' || n FROM generate_series(1, {count}) AS n"
        ))
        .await;
    fixture
}

#[tokio::test]
async fn an_empty_store_lists_nothing() {
    let seen = Fixture::new().call(list_projects::handle, Event::get("/")).await;
    assert_eq!((seen.status, seen.body), (200, json!({"projects": [], "next_cursor": null})));
}

#[tokio::test]
async fn a_project_comes_with_its_counts() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO projects (name, description, created_at, updated_at)
             VALUES ('tokens', 'of design', '2026-01-02 03:04:05+00', '2026-01-02 05:04:05.5+02');
             INSERT INTO extraction_jobs (project_id, source_url, extraction_type)
             SELECT 1, 'https://example.com', 'color' FROM generate_series(1, 2);
             INSERT INTO bookmarks (id, url, title, project_id, url_key)
             SELECT gen_random_uuid(), 'https://example.com', '', 1, gen_random_uuid() FROM \
                 generate_series(1, 3);
             INSERT INTO bookmarks (id, url, title, url_key)
             VALUES (gen_random_uuid(), 'https://example.com', '', gen_random_uuid())",
        )
        .await;
    let seen = fixture.call(list_projects::handle, Event::get("/")).await;
    assert_eq!(
        seen.body,
        json!({
            "projects": [{
                "id": 1,
                "name": "tokens",
                "description": "of design",
                "created_at": "2026-01-02T03:04:05Z",
                "updated_at": "2026-01-02T03:04:05.5Z",
                "bookmarks": 3,
                "extraction_jobs": 2,
            }],
            "next_cursor": null,
        })
    );
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let fixture = with_projects(7).await;
    let mut names = Vec::new();
    let mut target = "/?limit=3".to_owned();
    for expected in [3, 3, 1] {
        let seen = fixture.call(list_projects::handle, Event::get(&target)).await;
        let page = seen.body["projects"].as_array().unwrap();
        assert_eq!(page.len(), expected);
        names.extend(page.iter().map(|project| project["name"].as_str().unwrap().to_owned()));
        // A project that comes while the pages are read moves none of them.
        fixture.execute("UPDATE projects SET updated_at = now()").await;
        match seen.body["next_cursor"].as_str() {
            Some(cursor) => target = format!("/?limit=3&cursor={cursor}"),
            None => assert_eq!(expected, 1),
        }
    }
    assert_eq!(names, ["p1", "p2", "p3", "p4", "p5", "p6", "p7"]);
}

#[tokio::test]
async fn a_page_that_ends_with_the_last_project_has_no_next() {
    let seen = with_projects(3).await.call(list_projects::handle, Event::get("/?limit=3")).await;
    assert_eq!(seen.body["next_cursor"], json!(null));
}

#[tokio::test]
async fn the_old_shape_has_every_name() {
    let fixture = with_projects(101).await;
    let seen = fixture.call(list_projects::handle, Event::get("/?fields=name")).await;
    assert_eq!(seen.body["projects"].as_array().unwrap().len(), 101);
    assert_eq!(seen.body["projects"][100], "p101");
    assert_eq!(seen.body.as_object().unwrap().len(), 1, "the old shape has one key");
    let seen = fixture.call(list_projects::handle, Event::get("/?fields=name&limit=2")).await;
    assert_eq!(seen.body, json!({"projects": ["p1", "p2"]}));
}

#[tokio::test]
async fn no_stored_value_makes_the_listing_fail() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO projects (name, description, created_at, updated_at) VALUES
                ('kept', NULL, '9999-12-31 23:59:59.999999Z', '0001-01-01Z'),
                ('infinite', '', 'infinity', '-infinity'),
                ('far', E'\\x01\\u2028\\U0001F600', '294276-12-31 23:59:59.999999Z', '4713-01-01 BC')",
        )
        .await;
    let seen = fixture.call(list_projects::handle, Event::get("/")).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let times = |at: usize| {
        let project = &seen.body["projects"][at];
        (project["created_at"].clone(), project["updated_at"].clone())
    };
    assert_eq!(times(0), (json!("9999-12-31T23:59:59.999999Z"), json!("0001-01-01T00:00:00Z")));
    assert_eq!([times(1), times(2)], [(json!(null), json!(null)), (json!(null), json!(null))]);
}

#[tokio::test]
async fn wrong_parameters_are_refused() {
    let fixture = Fixture::new();
    for query in ["limit=0", "limit=1001", "limit=x", "limit=-1", "cursor=zzz", "fields=id", "limti=3"] {
        fixture.call(list_projects::handle, Event::get(&format!("/?{query}"))).await.problem(400);
    }
    fixture.call(list_projects::handle, Event::get("/1")).await.problem(404);
    fixture.call(list_projects::handle, Event::delete("/")).await.problem(405);
}

#[tokio::test]
async fn a_page_of_projects_is_no_larger_than_lambda_takes() {
    let fixture = Fixture::new();
    fixture
        .execute(
            "INSERT INTO projects (id, name, description)
             SELECT n, repeat('\"', 255), repeat('\"', 20000) FROM generate_series(-9, 990) AS n",
        )
        .await;
    let mut found = 0;
    let mut query = "/?limit=1000".to_owned();
    loop {
        let page = fixture.call(list_projects::handle, Event::get(&query)).await;
        assert!(serde_json::to_string(&page.body.to_string()).unwrap().len() < 6_000_000);
        found += page.body["projects"].as_array().unwrap().len();
        assert_eq!(page.body["projects"][0]["shortened"], json!(["description"]));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        query = format!("/?limit=1000&cursor={cursor}");
    }
    assert_eq!(found, 1_000);
}
