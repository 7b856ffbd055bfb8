use harness::{Fixture, Seen};
use serde_json::{Value, json};
use support::Event;

/// Two folders, tags, dates, a description, a duplicate that differs, and one entry of each kind that is not
/// stored.
const FILE: &str = r#"<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><H3 ADD_DATE="1600000000">Read/Write</H3>
    <DL><p>
        <DT><A HREF="https://www.Example.com/a" ADD_DATE="1600000100" LAST_MODIFIED="1600000200" TAGS="rust,web dev">A &amp; b</A>
        <DD>First line
second line
        <DT><H3>Inner</H3>
        <DL><p>
            <DT><A HREF="javascript:alert(1)" SHORTCUTURL="hi">Bookmarklet</A>
        </DL><p>
    </DL><p>
    <DT><A HREF="place:sort=8">Most visited</A>
    <DT><A HREF="/relative">Relative</A>
    <DT><A HREF="https://example.org/" ADD_DATE="soon">Odd date</A>
    <HR>
    <DT><A HREF="HTTPS://www.example.com:443/a" ADD_DATE="1500000000" TAGS="web dev,lambda">Again</A>
</DL><p>
"#;

async fn post(fixture: &Fixture, target: &str, body: &str) -> Seen {
    fixture.call(import::handle, Event::post(target).header("content-type", "text/html").text(body)).await
}

fn counts(job: &Value) -> Vec<i64> {
    ["total_bookmarks", "imported_count", "merged_count", "skipped_count", "failed_count", "warning_count"]
        .iter()
        .map(|name| job[*name].as_i64().unwrap())
        .collect()
}

/// Every column that an import decides, for all bookmarks.
const CONTENT: &str =
    "SELECT jsonb_agg(to_jsonb(b) - ARRAY['id', 'number', 'import_job_id', 'created_at', 'updated_at',
                                          'folder_id', 'further_folder_ids', 'folder_path', 'further_folders']
        || jsonb_build_object('folder', folder_path(folder_id), 'further', (
             SELECT jsonb_agg(folder_path(f) ORDER BY nth) FROM unnest(further_folder_ids) WITH ORDINALITY AS u (f, nth)))
        ORDER BY id) FROM bookmarks b";

#[tokio::test]
async fn a_file_is_stored_with_folders_tags_dates_and_descriptions() {
    let fixture = Fixture::new();
    let seen = post(&fixture, "/?filename=my.html", FILE).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    let job = &seen.body["import_job"];
    assert_eq!(counts(job), [6, 3, 1, 1, 1, 1]);
    assert_eq!(seen.headers["location"], format!("./{}", job["id"].as_str().unwrap()));
    assert_eq!(seen.body["message"], "Successfully imported 3 bookmarks from my.html");
    assert_eq!(seen.body["bookmarks_count"], 3);
    assert_eq!(
        (&job["status"], &job["progress"], &job["filename"]),
        (&json!("completed"), &json!(100), &json!("my.html"))
    );
    assert_eq!(job["file_size_bytes"], FILE.len());

    let stored: Value = serde_json::from_str(&fixture.ask(CONTENT).await).unwrap();
    assert_eq!(stored.as_array().unwrap().len(), 3);
    let first = &stored[0];
    assert_eq!(first["url"], "https://www.Example.com/a");
    assert_eq!(first["title"], "A & b");
    assert_eq!(first["domain"], "example.com");
    assert_eq!(first["folder"], json!(["Read/Write"]));
    assert_eq!(first["original_folder"], "Read/Write");
    assert_eq!(first["description"], "First line\nsecond line");
    assert_eq!(first["last_modified"], "2020-09-13T12:30:00+00:00");
    // Merged: the tags united, the earliest date, the duplicate's folder kept, what was there before kept.
    assert_eq!(first["tags"], json!(["rust", "web dev", "lambda"]));
    assert_eq!(first["add_date"], "2017-07-14T02:40:00+00:00");
    assert_eq!(first["further"], json!([[]]));
    assert_eq!(first["unmerged"]["tags"], json!(["rust", "web dev"]));

    let second = &stored[1];
    assert_eq!(second["url"], "javascript:alert(1)");
    assert_eq!(second["folder"], json!(["Read/Write", "Inner"]));
    assert_eq!(second["original_folder"], "Read/Write/Inner");
    assert_eq!(
        (&second["domain"], &second["tags"], &second["add_date"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(second["attributes"], json!({"shortcuturl": "hi"}));
    assert_eq!((&stored[2]["folder"], &stored[2]["original_folder"]), (&json!([]), &Value::Null));
}

#[tokio::test]
async fn the_sample_shows_the_first_bookmarks_as_they_are_stored() {
    let fixture = Fixture::new();
    let seen = post(&fixture, "/", FILE).await;
    let sample = seen.body["bookmarks_sample"].as_array().unwrap();
    assert_eq!(sample.len(), 3);
    assert_eq!(sample[0]["tags"], json!(["rust", "web dev", "lambda"]));
    assert_eq!(sample[0]["add_date"], "2017-07-14T02:40:00Z");
    assert_eq!(sample[1]["tags"], json!([]));
    assert_eq!(seen.body["import_job"]["filename"], "bookmarks.html");
}

#[tokio::test]
async fn every_entry_that_is_not_stored_as_it_stood_has_a_reason() {
    let fixture = Fixture::new();
    let seen = post(&fixture, "/", FILE).await;
    let id = seen.body["import_job"]["id"].as_str().unwrap();
    let all = fixture.call(import::handle, Event::get(&format!("/{id}/rejections"))).await.body;
    let rows: Vec<_> = all["rejections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| {
            (r["position"].as_i64().unwrap(), r["line"].as_i64().unwrap(), r["outcome"].as_str().unwrap())
        })
        .collect();
    assert_eq!(rows, [(3, 16, "skipped"), (4, 17, "failed"), (5, 18, "warning")]);
    assert!(all["rejections"][0]["reason"].as_str().unwrap().contains("Firefox"));
    assert!(all["rejections"][1]["reason"].as_str().unwrap().contains("relative"));
    assert!(all["rejections"][2]["reason"].as_str().unwrap().to_lowercase().contains("add_date"));
    assert_eq!(
        (&all["rejections"][1]["url"], &all["rejections"][1]["title"]),
        (&json!("/relative"), &json!("Relative"))
    );
    assert_eq!(all["next_cursor"], Value::Null);

    let page = fixture.call(import::handle, Event::get(&format!("/{id}/rejections?limit=2"))).await.body;
    assert_eq!(page["rejections"].as_array().unwrap().len(), 2);
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = fixture
        .call(import::handle, Event::get(&format!("/{id}/rejections?limit=2&cursor={cursor}")))
        .await
        .body;
    assert_eq!((page["rejections"].as_array().unwrap().len(), &page["next_cursor"]), (1, &Value::Null));
}

#[tokio::test]
async fn the_same_file_again_gives_the_first_job_and_writes_nothing() {
    let fixture = Fixture::new();
    let first = post(&fixture, "/?filename=a.html", FILE).await;
    let before = fixture.ask(CONTENT).await;
    let again = post(&fixture, "/?filename=b.html", FILE).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.body["import_job"], first.body["import_job"]);
    assert_eq!(again.body["bookmarks_sample"], first.body["bookmarks_sample"]);
    assert_eq!(again.headers["location"], first.headers["location"]);
    let keys = |seen: &Seen| seen.body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&again), keys(&first));
    assert_eq!(fixture.ask(CONTENT).await, before);
    assert_eq!(fixture.ask("SELECT count(*) FROM import_jobs").await, "1");
}

#[tokio::test]
async fn a_large_file_again_is_answered_by_its_first_rows_alone() {
    let fixture = Fixture::new();
    fixture.log_plans().await;
    let file: String =
        (0..20_000).map(|n| format!("<DT><A HREF=\"https://example.com/{n}\">Page {n}</A>\n")).collect();
    let file = format!("<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>\n{file}</DL><p>");
    assert_eq!(post(&fixture, "/", &file).await.status, 201);
    assert_eq!(post(&fixture, "/", &file).await.status, 200);
    // Nothing has been analyzed since the rows came.
    let plans = fixture.plans();
    let sample = plans.iter().rfind(|plan| plan.contains("import_job_id IS NOT DISTINCT FROM")).unwrap();
    assert!(sample.contains("Index Scan using bookmarks_pkey") && !sample.contains("Sort"), "{sample}");
}

#[tokio::test]
async fn the_same_file_from_eight_callers_at_once_is_one_job() {
    let fixture = Fixture::new();
    let posts = (0..8).map(|_| post(&fixture, "/", FILE));
    let seen = futures_util::future::join_all(posts).await;
    let mut statuses: Vec<u16> = seen.iter().map(|seen| seen.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
    assert!(seen.iter().all(|one| one.body["import_job"]["id"] == seen[0].body["import_job"]["id"]));
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "3");
}

#[tokio::test]
async fn the_same_file_in_another_project_is_another_import() {
    let fixture = Fixture::new();
    fixture.execute("INSERT INTO projects (name) VALUES ('one'), ('two')").await;
    for target in ["/", "/?project_id=1", "/?project_id=2"] {
        let seen = post(&fixture, target, FILE).await;
        assert_eq!((seen.status, counts(&seen.body["import_job"])[1]), (201, 3), "{target}");
    }
    assert_eq!(post(&fixture, "/?project_id=2", FILE).await.status, 200);
    assert_eq!(
        fixture.ask("SELECT array_agg(n) FROM (SELECT count(*) n FROM bookmarks GROUP BY project_id)").await,
        "{3,3,3}"
    );
}

#[tokio::test]
async fn a_url_that_is_already_stored_is_merged_and_counted() {
    let fixture = Fixture::new();
    post(&fixture, "/", FILE).await;
    let other = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>
        <DT><H3>New</H3><DL><p>
        <DT><A HREF=\"https://www.example.com/a\" TAGS=\"new\" ADD_DATE=\"1700000000\">Other title</A>
        <DD>Other description
        <DT><A HREF=\"https://new.example/\">New</A>
        </DL><p></DL><p>";
    let seen = post(&fixture, "/", other).await;
    assert_eq!((seen.status, counts(&seen.body["import_job"])), (201, vec![2, 1, 1, 0, 0, 0]));
    let merged: Value = serde_json::from_str(
        &fixture
            .ask(&format!("SELECT item FROM jsonb_array_elements(({CONTENT})) AS item WHERE item ->> 'domain' = 'example.com'"))
            .await,
    )
    .unwrap();
    assert_eq!(
        (&merged["title"], &merged["description"]),
        (&json!("A & b"), &json!("First line\nsecond line"))
    );
    assert_eq!(merged["tags"], json!(["rust", "web dev", "lambda", "new"]));
    assert_eq!(merged["add_date"], "2017-07-14T02:40:00+00:00");
    assert_eq!(merged["further"], json!([[], ["New"]]));
    // Undoing needs the values before any merge, not before this one.
    assert_eq!(merged["unmerged"]["tags"], json!(["rust", "web dev"]));
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "4");
}

#[tokio::test]
async fn jobs_are_listed_newest_first_and_read_by_id() {
    let fixture = Fixture::new();
    for title in ["one", "two", "three"] {
        let file = format!(
            "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><A HREF=\"https://{title}.example/\">x</A></DL>"
        );
        assert_eq!(post(&fixture, &format!("/?filename={title}"), &file).await.status, 201);
    }
    let page = fixture.call(import::handle, Event::get("/?limit=2")).await.body;
    let names: Vec<_> = page["import_jobs"].as_array().unwrap().iter().map(|job| &job["filename"]).collect();
    assert_eq!(names, ["three", "two"]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let last = fixture.call(import::handle, Event::get(&format!("/?limit=2&cursor={cursor}"))).await.body;
    assert_eq!((&last["import_jobs"][0]["filename"], &last["next_cursor"]), (&json!("one"), &Value::Null));

    let job = &last["import_jobs"][0];
    let seen = fixture.call(import::handle, Event::get(&format!("/{}", job["id"].as_str().unwrap()))).await;
    assert_eq!((seen.status, &seen.body), (200, job));
    let keys: Vec<&str> = job.as_object().unwrap().keys().map(String::as_str).collect();
    let mut contract = [
        "id",
        "filename",
        "file_size_bytes",
        "content_sha256",
        "project_id",
        "status",
        "progress",
        "total_bookmarks",
        "imported_count",
        "merged_count",
        "skipped_count",
        "failed_count",
        "warning_count",
        "duration_ms",
        "total_cost_usd",
        "error_message",
        "error_details",
        "created_at",
        "started_at",
        "completed_at",
    ];
    contract.sort_unstable();
    assert_eq!(keys, contract);
    assert!(job["total_cost_usd"].as_str().unwrap().parse::<f64>().unwrap() > 0.0);
    assert_eq!(job["content_sha256"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn what_is_not_a_bookmarks_file_is_refused_and_leaves_a_failed_job() {
    let fixture = Fixture::new();
    for body in [
        "hello",
        "<html><body><a href='https://example.com'>x</a></body></html>",
        "{\"bookmarks\": []}",
        "%PDF-1.7",
    ] {
        let seen = post(&fixture, "/?filename=x", body).await;
        let detail = seen.problem(422).to_owned();
        assert!(detail.contains("not a bookmarks file"), "{detail}");
        let job = &fixture.call(import::handle, Event::get("/?limit=1")).await.body["import_jobs"][0];
        assert_eq!(
            (&job["status"], job["error_message"].as_str().unwrap()),
            (&json!("failed"), detail.as_str())
        );
    }
    // A failed job does not hold the key: the file may be sent again, and is refused again.
    post(&fixture, "/", "hello").await.problem(422);
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "0");
}

#[tokio::test]
async fn bad_requests_are_refused_before_anything_is_stored() {
    let fixture = Fixture::new();
    assert!(post(&fixture, "/?project_id=7", FILE).await.problem(404).contains("project 7"));
    post(&fixture, "/?project_id=x", FILE).await.problem(400);
    post(&fixture, "/?project=1", FILE).await.problem(400);
    fixture
        .call(import::handle, Event::post("/").header("content-encoding", "br").text(FILE))
        .await
        .problem(415);
    let seen = fixture.call(import::handle, Event::delete("/")).await;
    seen.problem(405);
    assert_eq!(seen.headers["allow"], "GET, HEAD, POST");
    fixture.call(import::handle, Event::get("/nonsense")).await.problem(404);
    fixture.call(import::handle, Event::get("/0198c5a0-0000-7000-8000-000000000000")).await.problem(404);
    fixture
        .call(import::handle, Event::get("/0198c5a0-0000-7000-8000-000000000000/rejections"))
        .await
        .problem(404);
    fixture
        .call(import::handle, Event::get("/0198c5a0-0000-7000-8000-000000000000/other"))
        .await
        .problem(404);
    assert_eq!(fixture.ask("SELECT count(*) FROM import_jobs").await, "0");
}

#[tokio::test]
async fn a_file_past_the_limit_is_refused() {
    let fixture = Fixture::with(support::database(), &[("IMPORT_MAX_BYTES", "100")]);
    post(&fixture, "/", FILE).await.problem(413);
    assert_eq!(fixture.ask("SELECT count(*) FROM import_jobs").await, "0");
}

#[tokio::test]
async fn a_form_is_taken_as_a_browser_sends_it() {
    let fixture = Fixture::new();
    let body = format!(
        "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"mine.html\"\r\n\
         Content-Type: text/html\r\n\r\n{FILE}\r\n--X--\r\n"
    );
    let event = Event::post("/").header("content-type", "multipart/form-data; boundary=X").binary(body);
    let seen = fixture.call(import::handle, event).await;
    assert_eq!((seen.status, &seen.body["import_job"]["filename"]), (201, &json!("mine.html")));
    assert_eq!(
        post(&fixture, "/", FILE).await.status,
        200,
        "the same content in another body is the same file"
    );
}

#[tokio::test]
async fn a_job_left_by_a_dead_process_is_reported_as_failed_and_taken_over() {
    let fixture = Fixture::new();
    let id = post(&fixture, "/", FILE).await.body["import_job"]["id"].as_str().unwrap().to_owned();
    fixture
        .execute(
            "DELETE FROM bookmarks; DELETE FROM import_entries;
             UPDATE import_jobs SET status = 'importing', completed_at = NULL, started_at = now() - interval '1 minute'",
        )
        .await;
    let job = fixture.call(import::handle, Event::get(&format!("/{id}"))).await.body;
    assert_eq!(job["status"], "failed");
    assert!(job["error_message"].as_str().unwrap().contains("Send the file again"));
    let key = "0198c5a0-1111-7000-8000-000000000003";
    let again =
        fixture.call(import::handle, Event::post("/").header("idempotency-key", key).text(FILE)).await;
    assert_eq!((again.status, again.body["import_job"]["id"].as_str().unwrap()), (201, id.as_str()));
    assert_eq!(counts(&again.body["import_job"]), [6, 3, 1, 1, 1, 1]);
    let found = fixture.call(import::handle, Event::get(&format!("/{key}"))).await;
    assert_eq!(
        (found.status, found.body["id"].as_str().unwrap()),
        (200, id.as_str()),
        "by the key it was sent again with"
    );
}

#[tokio::test]
async fn the_database_holds_the_counts_together() {
    let fixture = Fixture::new();
    post(&fixture, "/", FILE).await;
    let refused =
        fixture.database.client().await.execute("UPDATE import_jobs SET merged_count = 0", &[]).await;
    assert_eq!(refused.unwrap_err().as_db_error().unwrap().constraint(), Some("counts_add_up"));
}

#[tokio::test]
async fn ten_thousand_bookmarks_are_stored_in_one_import() {
    let fixture = Fixture::new();
    let mut file = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n".to_owned();
    for n in 0..10_000 {
        let path = n % 9_768;
        file += &format!(
            "<DT><A HREF=\"https://host{}.example/{path}\" ADD_DATE=\"{n}\" TAGS=\"t{}\">Title {n}</A>\n",
            path % 50,
            n % 7
        );
    }
    file += "</DL><p>\n";
    let seen = post(&fixture, "/", &file).await;
    assert_eq!((seen.status, counts(&seen.body["import_job"])), (201, vec![10_000, 9_768, 232, 0, 0, 0]));
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "9768");
    assert_eq!(fixture.ask("SELECT count(DISTINCT domain) FROM bookmarks").await, "50");
    // Rows keep the file's order.
    assert_eq!(
        fixture.ask("SELECT bool_and(title = 'Title ' || n) FROM (SELECT title, row_number() OVER (ORDER BY id) - 1 AS n FROM bookmarks)").await,
        "true"
    );
}
