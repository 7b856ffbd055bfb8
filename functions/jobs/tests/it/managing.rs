//! Lists, one job, retrying and deleting.

use harness::Fixture;
use serde_json::{Value, json};
use support::Event;

use crate::{claim_one, get, post, report, submit, with_project};

fn ids(body: &Value) -> Vec<i64> {
    body["jobs"].as_array().unwrap().iter().map(|job| job["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_list_is_of_a_project_or_a_status_newest_first_in_pages() {
    let fixture = with_project().await;
    fixture
        .execute(
            "INSERT INTO projects (name) VALUES ('q');
             INSERT INTO extraction_jobs (project_id, source_url, extraction_type, status)
             SELECT 1 + n % 2, 'u', 'all', CASE WHEN n % 3 = 0 THEN 'failed' ELSE 'completed' END
             FROM generate_series(1, 12) AS n",
        )
        .await;
    let all: Vec<i64> = (1..=12).rev().collect();
    assert_eq!(ids(&get(&fixture, "/").await.body), all);
    assert_eq!(ids(&get(&fixture, "/?project_id=1").await.body), [12, 10, 8, 6, 4, 2]);
    assert_eq!(ids(&get(&fixture, "/?status=failed").await.body), [12, 9, 6, 3]);
    assert_eq!(ids(&get(&fixture, "/?project_id=1&status=failed").await.body), [12, 6]);
    assert!(ids(&get(&fixture, "/?project_id=7").await.body).is_empty());
    let (mut target, mut found) = ("/?limit=5".to_owned(), Vec::new());
    loop {
        let page = get(&fixture, &target).await;
        found.extend(ids(&page.body));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        target = format!("/?limit=5&cursor={cursor}");
    }
    assert_eq!(found, all);
    for query in ["status=done", "project_id=x", "limit=0", "cursor=x", "state=failed"] {
        get(&fixture, &format!("/?{query}")).await.problem(400);
    }
}

/// Rows that the old store's code wrote, and some that it could have.
async fn of_the_old_store() -> Fixture {
    let fixture = with_project().await;
    fixture
        .execute(
            "INSERT INTO extraction_jobs
                 (project_id, source_url, extraction_type, status, result_data, error_message, completed_at)
             VALUES (1, 'https://youtu.be/x', 'all', 'completed', '{\"colors\": [\"#3366e6\"]}', NULL, now()),
                    (1, 'not an address', 'color', 'failed', NULL, 'Traceback: x', now()),
                    (1, 'u', 'spacing', 'processing', NULL, NULL, NULL),
                    (1, 'u', 'typography', 'pending', NULL, NULL, NULL),
                    (1, 'u', 'all', 'completed', 'no JSON ' || repeat('x', 10000), repeat('e', 5000),
                     '-infinity')",
        )
        .await;
    fixture
}

#[tokio::test]
async fn rows_of_the_old_store_are_listed_and_their_results_are_as_they_were() {
    let fixture = of_the_old_store().await;
    let list = get(&fixture, "/").await;
    assert_eq!((list.status, ids(&list.body)), (200, vec![5, 4, 3, 2, 1]), "{}", list.body);
    let first = get(&fixture, "/1").await;
    assert_eq!(first.body["result_data"], "{\"colors\": [\"#3366e6\"]}");
    assert_eq!(first.body, list.body["jobs"][4]);
    assert_eq!(get(&fixture, "/2").await.body["error_message"], "Traceback: x");
    // A list shortens a long result; its own address has the whole.
    assert_eq!(list.body["jobs"][0]["shortened"], json!(["result_data", "error_message"]));
    let long = get(&fixture, "/5").await.body;
    assert_eq!(long["result_data"].as_str().unwrap().len(), 10_008);
    assert_eq!((&long["completed_at"], &long["shortened"]), (&json!(null), &json!(["error_message"])));
}

#[tokio::test]
async fn what_the_old_store_left_undone_is_claimed() {
    let fixture = of_the_old_store().await;
    let seen = post(&fixture, "/claim", &json!({ "max": 9 })).await;
    assert_eq!(ids(&seen.body), [3, 4]);
    assert_eq!(post(&fixture, "/2/retry", &json!({})).await.status, 200);
    assert_eq!(claim_one(&fixture).await["id"], 2);
}

#[tokio::test]
async fn a_failed_job_is_retried_with_all_its_attempts_and_no_other_is() {
    let fixture = with_project().await;
    let id = submit(&fixture).await;
    let retry = format!("/{id}/retry");
    post(&fixture, &retry, &json!({})).await.problem(409);
    let claimed = claim_one(&fixture).await;
    post(&fixture, &retry, &json!({})).await.problem(409);
    let failed = report(&fixture, &claimed, "fail", json!({ "error": "x", "retryable": false })).await;
    assert_eq!(failed.body["status"], "failed", "{}", failed.body);
    assert!(failed.body["completed_at"].is_string());

    let retried = post(&fixture, &retry, &json!({})).await;
    assert_eq!(retried.status, 200, "{}", retried.body);
    assert_eq!((&retried.body["status"], &retried.body["attempts"]), (&json!("pending"), &json!(0)));
    assert_eq!(retried.body["completed_at"], json!(null));
    // The former lease is over for good.
    report(&fixture, &claimed, "fail", json!({ "error": "x" })).await.problem(409);
    let again = claim_one(&fixture).await;
    assert_eq!(report(&fixture, &again, "complete", json!({})).await.status, 200);
    post(&fixture, &retry, &json!({})).await.problem(409);
    post(&fixture, "/7/retry", &json!({})).await.problem(404);
}

#[tokio::test]
async fn a_job_is_deleted_in_every_state_and_its_worker_finds_none() {
    let fixture = with_project().await;
    submit(&fixture).await;
    let claimed = claim_one(&fixture).await;
    let path = format!("/{}", claimed["id"]);
    assert_eq!(fixture.call(jobs::handle, Event::delete(&path)).await.status, 204);
    fixture.call(jobs::handle, Event::delete(&path)).await.problem(404);
    get(&fixture, &path).await.problem(404);
    for what in ["heartbeat", "complete"] {
        report(&fixture, &claimed, what, json!({})).await.problem(404);
    }
    report(&fixture, &claimed, "fail", json!({ "error": "x" })).await.problem(404);
    for path in ["/x", "/0", "/99999999999", "/1/retries"] {
        get(&fixture, path).await.problem(404);
    }
}
