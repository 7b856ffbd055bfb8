//! A completed job's document becomes tokens of the project.

use harness::Fixture;
use serde_json::{Value, json};

use crate::{claim, claim_one, report, submit, with_project};

fn color(red: f64) -> Value {
    json!({ "$type": "color", "$value": { "colorSpace": "srgb", "components": [red, 0.4, 0.9], "hex": "#3366e6" } })
}

/// Completes a new job with a document.
async fn complete(fixture: &Fixture, tokens: &Value) -> Value {
    submit(fixture).await;
    let job = claim_one(fixture).await;
    let seen = report(fixture, &job, "complete", json!({ "tokens": tokens })).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body
}

/// The paths of each table of tokens that has any, with the jobs that brought them.
async fn stored(fixture: &Fixture) -> Value {
    let of = |table: &str| {
        format!(
            "SELECT '{table}' AS name, path || ' ' || coalesce(extraction_job_id::text, '-') AS what FROM {table}"
        )
    };
    let all =
        ["color_tokens", "spacing_tokens", "typography_tokens", "other_tokens"].map(of).join(" UNION ALL ");
    let stored = fixture
        .ask(&format!(
            "SELECT coalesce(json_object_agg(name, paths), '{{}}')
             FROM (SELECT name, json_agg(what ORDER BY what) AS paths FROM ({all}) AS rows GROUP BY name) AS tables"
        ))
        .await;
    serde_json::from_str(&stored).unwrap()
}

#[tokio::test]
async fn tokens_and_status_are_written_together() {
    let fixture = with_project().await;
    let document = json!({
        "brand": { "$type": "color", "blue": { "$value": color(0.2)["$value"] },
            "accent": { "$value": "{brand.blue}" } },
        "space": { "small": { "$type": "dimension", "$value": { "value": 4, "unit": "px" } } },
        "body": { "$type": "typography", "$value": {
            "fontFamily": ["Inter", "sans-serif"], "fontSize": { "value": 16, "unit": "px" }, "fontWeight": "bold",
            "letterSpacing": { "value": 0, "unit": "px" }, "lineHeight": 1.5 } },
        "fast": { "$type": "duration", "$value": { "value": 200, "unit": "ms" } }
    });
    let job = complete(&fixture, &document).await;
    assert_eq!((&job["status"], &job["id"]), (&json!("completed"), &json!(1)));
    let result: Value = serde_json::from_str(job["result_data"].as_str().unwrap()).unwrap();
    assert_eq!(result, document);
    let stored = stored(&fixture).await;
    assert_eq!(stored["color_tokens"], json!(["brand.accent 1", "brand.blue 1"]));
    assert_eq!(stored["spacing_tokens"], json!(["space.small 1"]));
    assert_eq!(stored["typography_tokens"], json!(["body 1"]));
    let other = stored["other_tokens"].as_array().unwrap();
    assert!(other.contains(&json!("fast 1")), "{stored}");
    assert_eq!(
        fixture.ask("SELECT components::text FROM color_tokens WHERE path = 'brand.accent'").await,
        "{0.2,0.4,0.9}"
    );
    assert_eq!(
        fixture.ask("SELECT count(*) FROM color_tokens WHERE own_type").await,
        "2",
        "whatever group is above"
    );
}

#[tokio::test]
async fn a_document_that_is_not_valid_is_refused_and_the_job_stays_its_workers() {
    let fixture = with_project().await;
    submit(&fixture).await;
    let job = claim_one(&fixture).await;
    let faulty = json!({ "a": { "$type": "color", "$value": "#fff" }, "b": { "$value": "{c}" } });
    let refused = report(&fixture, &job, "complete", json!({ "tokens": faulty })).await;
    refused.problem(422);
    let pointers: Vec<&Value> =
        refused.body["errors"].as_array().unwrap().iter().map(|fault| &fault["pointer"]).collect();
    assert_eq!(pointers, ["/a/$value", "/b/$value"], "{}", refused.body);
    assert_eq!(stored(&fixture).await, json!({}));
    assert_eq!(
        report(&fixture, &job, "complete", json!({ "tokens": { "a": color(0.2) } })).await.status,
        200
    );
    assert_eq!(stored(&fixture).await, json!({ "color_tokens": ["a 1"] }));
}

#[tokio::test]
async fn a_lease_that_is_over_writes_no_tokens_and_one_that_has_completed_writes_them_once() {
    let fixture = with_project().await;
    submit(&fixture).await;
    let stopped = claim_one(&fixture).await;
    crate::let_time_pass(&fixture).await;
    report(&fixture, &stopped, "complete", json!({ "tokens": { "late": color(0.1) } })).await.problem(409);
    assert_eq!(stored(&fixture).await, json!({}));
    let job = claim_one(&fixture).await;
    for name in ["first", "second"] {
        let tokens = json!({ name: color(0.2) });
        assert_eq!(report(&fixture, &job, "complete", json!({ "tokens": tokens })).await.status, 200);
    }
    assert_eq!(stored(&fixture).await, json!({ "color_tokens": ["first 1"] }));
}

#[tokio::test]
async fn a_jobs_tokens_join_those_of_the_project_and_take_the_place_of_the_ones_of_their_paths() {
    let fixture = with_project().await;
    complete(
        &fixture,
        &json!({ "size": color(0.1), "a": color(0.1), "b": { "c": color(0.1), "link": { "$value": "{b.c}" } } }),
    )
    .await;
    let size = json!({ "$type": "dimension", "$value": { "value": 4, "unit": "px" } });
    // Another type at a path; an alias of a token that is there; a token of which another one is an alias.
    complete(&fixture, &json!({ "size": size, "new": { "$value": "{a}" }, "b": { "c": color(0.2) } })).await;
    assert_eq!(
        stored(&fixture).await,
        json!({ "color_tokens": ["a 1", "b.c 2", "b.link 2", "new 2"], "spacing_tokens": ["size 2"] })
    );
    let red = "SELECT components[1] FROM color_tokens WHERE path = 'b.link'";
    assert_eq!(fixture.ask(red).await, "0.2", "an alias has what it stands for");
    let ordered = "SELECT count(*) = count(DISTINCT position) FROM color_tokens";
    assert_eq!(fixture.ask(ordered).await, "true");
    // Tokens stay when their job is deleted.
    let deleted = fixture.call(jobs::handle, support::Event::delete("/2")).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(stored(&fixture).await["spacing_tokens"], json!(["size -"]));
}

#[tokio::test]
async fn a_document_that_contradicts_the_projects_tokens_is_refused_with_the_place_of_each_fault() {
    let fixture = with_project().await;
    let alias = |target: &str| json!({ "$value": format!("{{{target}}}") });
    complete(&fixture, &json!({ "a": color(0.1), "b": { "c": color(0.1), "d": alias("a") } })).await;
    let before = stored(&fixture).await;
    submit(&fixture).await;
    let job = claim_one(&fixture).await;
    for (document, places) in [
        (json!({ "b": color(0.2) }), &["/b"][..]),
        (json!({ "a": { "x": color(0.2) } }), &["/a/x", "/b/d/$value"]),
        (json!({ "a": alias("b.d") }), &["/a/$value", "/b/d/$value"]),
        (json!({ "e": alias("b.e") }), &["/e/$value"]),
        (json!({ "b-c": color(0.2) }), &["/b-c", "/b/c"]),
        (
            json!({ "b-c": color(0.2), "a": { "x": { "$type": "color", "$value": "#fff" } }, "e": alias("f") }),
            &["/a/x", "/a/x/$value", "/b-c", "/b/c", "/b/d/$value", "/e/$value"],
        ),
    ] {
        let refused = report(&fixture, &job, "complete", json!({ "tokens": document })).await;
        refused.problem(422);
        let faults = refused.body["errors"].as_array().unwrap();
        let mut pointers: Vec<_> = faults.iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, places, "{}", refused.body);
    }
    assert_eq!(stored(&fixture).await, before);
    let version = "SELECT updated_at FROM projects";
    let seen = fixture.ask(version).await;
    // The job is still its worker's.
    let tokens = json!({ "e": alias("b.d") });
    assert_eq!(report(&fixture, &job, "complete", json!({ "tokens": tokens })).await.status, 200);
    assert_ne!(fixture.ask(version).await, seen);
}

#[tokio::test]
async fn ten_thousand_tokens_are_the_most_that_a_project_has() {
    let fixture = with_project().await;
    let numbers = |name: &str, count: usize| {
        let tokens = (0..count).map(|number| (format!("{name}{number}"), json!({ "$value": number })));
        let mut tokens: serde_json::Map<String, Value> = tokens.collect();
        tokens.insert("$type".to_owned(), json!("number"));
        Value::Object(tokens)
    };
    complete(&fixture, &numbers("a", 9_990)).await;
    submit(&fixture).await;
    let job = claim_one(&fixture).await;
    let refused = report(&fixture, &job, "complete", json!({ "tokens": numbers("b", 11) })).await;
    refused.problem(422);
    assert_eq!(
        refused.body["errors"],
        json!([{ "pointer": "", "detail": "There are 10001 tokens; at most 10000 are taken." }])
    );
    let taken = report(&fixture, &job, "complete", json!({ "tokens": numbers("b", 10) })).await;
    assert_eq!(taken.status, 200, "{}", taken.body);
    assert_eq!(fixture.ask("SELECT count(*) FROM other_tokens WHERE NOT is_group").await, "10000");
}

#[tokio::test]
async fn completions_of_one_project_at_once_are_all_stored() {
    let fixture = with_project().await;
    for _ in 0..4 {
        submit(&fixture).await;
    }
    let jobs = claim(&fixture).await;
    let complete = jobs.iter().enumerate().map(|(number, job)| {
        let tokens = json!({ format!("t{number}"): color(0.1) });
        report(&fixture, job, "complete", json!({ "tokens": tokens }))
    });
    for seen in futures_util::future::join_all(complete).await {
        assert_eq!(seen.status, 200, "{}", seen.body);
    }
    assert_eq!(
        fixture.ask("SELECT string_agg(path, ' ' ORDER BY path) FROM color_tokens").await,
        "t0 t1 t2 t3"
    );
}

#[tokio::test]
async fn ten_thousand_tokens_are_written_and_replaced_within_a_request() {
    let fixture = with_project().await;
    for red in [0.25, 0.75] {
        let groups = (0..100).map(|group| {
            let tokens = (0..100).map(|number| {
                let value = json!({ "colorSpace": "srgb", "components": [red, 0, 0] });
                (format!("c{number}"), json!({ "$value": value }))
            });
            let mut tokens: serde_json::Map<String, Value> = tokens.collect();
            tokens.insert("$type".to_owned(), json!("color"));
            (format!("g{group}"), Value::Object(tokens))
        });
        complete(&fixture, &Value::Object(groups.collect())).await;
        let written = format!("SELECT count(*) FROM color_tokens WHERE components[1] = {red}");
        assert_eq!(fixture.ask(&written).await, "10000");
    }
}

#[tokio::test]
async fn the_entity_tag_of_a_project_and_of_its_tokens_changes_with_each_completion_that_stores_some() {
    let fixture = with_project().await;
    let tags = async || {
        let mut tags = Vec::new();
        for target in ["/1", "/1/tokens", "/1/tokens?format=css"] {
            let seen = fixture.call(projects::handle, support::Event::get(target)).await;
            assert_eq!(seen.status, 200, "{target}: {}", seen.body);
            tags.push(seen.headers["etag"].clone());
        }
        tags
    };
    let before = tags().await;
    submit(&fixture).await;
    let job = claim_one(&fixture).await;
    assert_eq!(tags().await, before, "a claim changes the job alone");
    let completion = json!({ "tokens": { "a": color(0.2) } });
    assert_eq!(report(&fixture, &job, "complete", completion.clone()).await.status, 200);
    let first = tags().await;
    assert!(first.iter().zip(&before).all(|(after, before)| after != before), "{first:?}");
    // A report that comes again stores nothing.
    assert_eq!(report(&fixture, &job, "complete", completion).await.status, 200);
    assert_eq!(tags().await, first);
    // The same tokens again have another job.
    complete(&fixture, &json!({ "a": color(0.2) })).await;
    assert_ne!(tags().await, first);
    let second = tags().await;
    complete(&fixture, &json!({})).await;
    assert_eq!(tags().await, second, "a job without tokens leaves them as they are");
    // Who has seen the version before the job changes nothing.
    let stale = support::Event::new("PATCH".parse().unwrap(), "/1").text(r#"{"name": "q"}"#);
    let stale = stale.header("if-match", first[0].to_str().unwrap());
    fixture.call(projects::handle, stale).await.problem(412);
}
