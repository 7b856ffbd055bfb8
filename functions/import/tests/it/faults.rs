//! Imports that are slow, many at once, or killed.

use std::time::Duration;

use harness::{Fixture, count_connections};
use serde_json::Value;
use support::{Event, Lambda, binary, rounds};

fn file(entries: usize, padding: usize) -> String {
    let mut file = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>\n".to_owned();
    let padding = "x".repeat(padding);
    for n in 0..entries {
        // Every tenth address comes twice, and every hundredth is none.
        let address = if n % 100 == 99 {
            "relative".to_owned()
        } else {
            format!("https://example.com/{}", n - n % 10 / 9)
        };
        file += &format!(
            "<DT><A HREF=\"{address}\" TAGS=\"t{}\" ADD_DATE=\"{n}\">Title {n} {padding}</A>\n",
            n % 7
        );
    }
    file + "</DL><p>"
}

#[tokio::test]
async fn a_long_import_tells_its_progress_though_its_bookmarks_commit_at_once() {
    let fixture = Fixture::new();
    // Rows that take their time, in a file larger than what the sockets between us hold.
    fixture
        .execute(
            "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_sleep(0.0001); RETURN NEW; END $$;
             CREATE TRIGGER slowly BEFORE INSERT ON bookmarks FOR EACH ROW EXECUTE FUNCTION slowly()",
        )
        .await;
    let key = "0198c5a0-1111-7000-8000-000000000001";
    let import = fixture
        .call(import::handle, Event::post("/").header("idempotency-key", key).text(file(5_000, 5_000)));
    let poll = async {
        let mut seen = Vec::new();
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let stored = fixture.ask("SELECT count(*) FROM bookmarks").await;
            let job = fixture.call(import::handle, Event::get(&format!("/{key}"))).await.body;
            match job["status"].as_str() {
                Some("importing") => {
                    seen.push(job["progress"].as_i64().unwrap());
                    assert_eq!(stored, "0");
                }
                _ => return seen,
            }
        }
    };
    let (imported, seen) = tokio::join!(import, poll);
    assert_eq!((imported.status, &imported.body["import_job"]["progress"]), (201, &100.into()));
    assert!(seen.is_sorted(), "{seen:?}");
    let midway = seen.iter().filter(|percent| (1..100).contains(*percent)).count();
    assert!(midway >= 3, "progress was seen at {seen:?}");
}

#[tokio::test]
async fn a_key_that_belongs_to_another_file_is_refused_with_what_to_do() {
    let fixture = Fixture::new();
    let send = async |text: String| {
        let key = "0198c5a0-1111-7000-8000-000000000002";
        fixture.call(import::handle, Event::post("/").header("idempotency-key", key).text(text)).await
    };
    assert_eq!(send(file(3, 0)).await.status, 201);
    assert_eq!(send(file(3, 0)).await.status, 200, "the same file again");
    for _ in 0..2 {
        let refused = send(file(4, 0)).await;
        refused.problem(409);
        let detail = refused.body["detail"].as_str().unwrap();
        assert!(detail.starts_with("The Idempotency-Key belongs to the import of another file"), "{detail}");
    }
    assert_eq!(fixture.ask("SELECT count(*) FROM import_jobs").await, "1");
    assert_eq!(
        fixture.call(import::handle, Event::post("/").text(file(4, 0))).await.status,
        201,
        "without the key"
    );
}

#[tokio::test]
async fn what_is_merged_is_recorded_whether_it_is_kept_in_memory_or_read_again() {
    let fixture = Fixture::new();
    fixture.execute("INSERT INTO projects (name) VALUES ('small'), ('large')").await;
    // Three hundred duplicates, of which the long ones are more than an import keeps.
    for (project, padding) in [(1, 10), (2, 20_000)] {
        let mut file = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><H3>F</H3><DL><p>\n".to_owned();
        for n in 0..600 {
            let title = format!("{n} {}", "x".repeat(padding));
            file += &format!("<DT><A HREF=\"https://example.com/{}\">{title}</A>\n<HR>\n", n % 300);
        }
        let seen = fixture
            .call(import::handle, Event::post(&format!("/?project_id={project}")).text(file + "</DL></DL>"))
            .await;
        assert_eq!((seen.status, &seen.body["import_job"]["merged_count"]), (201, &300.into()));
    }
    let recorded = |project: u32| {
        format!(
            "SELECT string_agg(concat_ws(' ', outcome, position, line, url, split_part(title, ' ', 1), \
             folder_path), ',' ORDER BY e.id)
             FROM import_entries e JOIN import_jobs j ON j.id = import_job_id WHERE project_id = {project}"
        )
    };
    let (kept, read_again) = (fixture.ask(&recorded(1)).await, fixture.ask(&recorded(2)).await);
    assert_eq!(kept.split(',').count(), 1 + 600 + 300, "a folder, the separators, the duplicates");
    assert_eq!(kept, read_again);
}

#[tokio::test]
async fn fifty_imports_at_once_are_each_stored_whole() {
    let fixture = Fixture::new();
    let files: Vec<String> = (0..50)
        .map(|n| {
            format!(
                "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><A HREF=\"https://shared.example/\" \
                 TAGS=\"t{n}\">s</A><DT><A HREF=\"https://own{n}.example/\">o</A></DL>"
            )
        })
        .collect();
    let posts = files.iter().map(|file| fixture.call(import::handle, Event::post("/").text(file.as_str())));
    for seen in futures_util::future::join_all(posts).await {
        assert_eq!(seen.status, 201, "{}", seen.body);
    }
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "51");
    assert_eq!(
        fixture.ask("SELECT sum(imported_count) || ' ' || sum(merged_count) FROM import_jobs").await,
        "51 49"
    );
    assert_eq!(
        fixture.ask("SELECT cardinality(tags) FROM bookmarks WHERE url = 'https://shared.example/'").await,
        "50"
    );
}

/// Returns a checksum of what a project's imports have stored: everything but ids and time stamps.
async fn checksum(fixture: &Fixture, project: usize) -> String {
    fixture
        .ask(&format!(
            "SELECT md5(
               (SELECT string_agg((to_jsonb(b) - ARRAY['id', 'number', 'import_job_id', 'project_id', \
                   'created_at', 'updated_at', 'unmerged'])::text, '' ORDER BY id)
                FROM bookmarks b WHERE project_id = {project}) ||
               (SELECT string_agg((to_jsonb(e) - ARRAY['id', 'import_job_id'])::text, '' ORDER BY e.id)
                FROM import_entries e JOIN import_jobs j ON j.id = import_job_id WHERE project_id = \
                    {project}) ||
               (SELECT string_agg(concat_ws(' ', status, total_bookmarks, imported_count, merged_count, \
                   failed_count), '')
                FROM import_jobs WHERE project_id = {project}))"
        ))
        .await
}

#[tokio::test]
async fn killed_at_a_hundred_moments_and_sent_again_it_ends_as_one_clean_import() {
    let kills = rounds(100, 1_000);
    let fixture = Fixture::new();
    fixture
        .execute(&format!("INSERT INTO projects (name) SELECT 'p' FROM generate_series(0, {kills})"))
        .await;
    let url = fixture.database.url();
    let env = [("DATABASE_URL", url.as_str())];
    let binary = binary("import");
    let file = file(400, 20);
    let event = |project: usize| Event::post(&format!("/?project_id={project}")).text(file.as_str());

    let mut function = Lambda::start(&binary, &env).unwrap();
    function.init_duration().await.unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(function.invoke(&event(1)).await.unwrap().status.as_u16(), 201);
    let clean_run = begun.elapsed();
    let expected = checksum(&fixture, 1).await;

    let mut repeats = 0;
    for project in 2..=kills + 1 {
        // The moments are spread evenly over a clean run and a little past it.
        let moment = clean_run.mul_f64(1.2 * (project - 1) as f64 / kills as f64);
        let request = event(project);
        let _ = tokio::join!(function.invoke(&request), async {
            tokio::time::sleep(moment).await;
            function.kill();
        });
        function = Lambda::start(&binary, &env).unwrap();
        let again = function.invoke(&request).await.unwrap();
        let status = again.status.as_u16();
        assert!(matches!(status, 200 | 201), "{status}: {}", again.text());
        repeats += usize::from(status == 200);
        assert_eq!(again.json::<Value>()["import_job"]["status"], "completed");
        assert_eq!(checksum(&fixture, project).await, expected, "killed after {moment:?} of {clean_run:?}");
    }
    assert!(repeats < kills, "no import was killed before its commit");
}

#[tokio::test]
async fn an_import_killed_midway_leaves_no_bookmarks_and_a_job_that_is_reported_as_failed() {
    let database = support::database();
    let url = database.url();
    let env = [("DATABASE_URL", url.as_str())];
    let function = Lambda::start(&binary("import"), &env).unwrap();
    function.init_duration().await.unwrap();

    // Holding the table stops the import between its job's commit and its own.
    let blocker = database.client().await;
    blocker.batch_execute("BEGIN; LOCK TABLE bookmarks IN EXCLUSIVE MODE").await.unwrap();
    let event = Event::post("/").text(file(1, 0));
    let request = function.invoke(&event);
    let kill = async {
        let watcher = database.client().await;
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                       AND wait_event_type = 'Lock' AND application_name = 'branchline'";
        while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        function.kill();
    };
    let (outcome, ()) = tokio::join!(request, kill);
    assert!(outcome.is_err());
    blocker.batch_execute("ROLLBACK").await.unwrap();
    for _ in 0..2_000 {
        if count_connections(&database).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let reader = database.client().await;
    let row = reader
        .query_one("SELECT status, (SELECT count(*) FROM bookmarks) FROM import_jobs", &[])
        .await
        .unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, i64>(1)), ("importing", 0));
    // Its lock goes with its connection, which the server notices when it has something to say; the seconds
    // of grace are taken off here.
    reader
        .batch_execute("UPDATE import_jobs SET started_at = started_at - interval '1 minute'")
        .await
        .unwrap();
    let function = Lambda::start(&binary("import"), &env).unwrap();
    let jobs = function.invoke(&Event::get("/")).await.unwrap().json::<Value>();
    assert_eq!(jobs["import_jobs"][0]["status"], "failed", "{jobs}");
    let again = function.invoke(&event).await.unwrap();
    assert_eq!(
        (again.status.as_u16(), &again.json::<Value>()["import_job"]["imported_count"]),
        (201, &1.into())
    );
}
