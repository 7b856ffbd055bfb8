//! The stored bookmarks come out as they went in.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod deep;
mod kept;
mod library;
mod streaming;

use std::sync::Arc;

use harness::{Fixture, Seen, Streamed, app, start_streaming};
use serde_json::{Value, json};
use support::Event;
use web::StreamingResponse;

async fn answer(app: &Arc<store::App>, event: Event) -> StreamingResponse {
    start_streaming(app, export::handle, event).await
}

async fn get(fixture: &Fixture, target: &str) -> Streamed {
    Streamed::read(answer(&fixture.app, Event::get(target)).await).await
}

async fn with_projects(count: u32) -> Fixture {
    let fixture = Fixture::new();
    fixture
        .execute(&format!("INSERT INTO projects (name) SELECT 'p' || n FROM generate_series(1, {count}) n"))
        .await;
    fixture
}

/// Imports a file, which must be taken.
async fn import(fixture: &Fixture, target: &str, file: &str) -> Seen {
    let seen = fixture.call(import::handle, Event::post(target).text(file)).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen
}

const FILE: &str = r#"<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><A HREF="https://first.example/" ADD_DATE="1600000001">Before any folder</A>
    <DT><H3 ADD_DATE="1500000000" LAST_MODIFIED="1500000100" PERSONAL_TOOLBAR_FOLDER="true">Read/Write &lt;&amp;"'&gt;</H3>
    <DD>What is in it
    <DL><p>
        <DT><A HREF="https://www.example.com/a?b=1&amp;copy=2" ADD_DATE="1600000100" LAST_MODIFIED="1600000200" LAST_VISIT="1600000300" TAGS="rust,web dev" LAST_CHARSET="UTF-8" X-MINE="a &quot;b&quot;">A &amp; b, "c"</A>
        <DD>First line
second &lt;line&gt;, with a comma
        <HR>
        <DT><H3>Empty</H3>
        <DL><p>
        </DL><p>
        <DT><H3>Inner</H3>
        <DL><p>
            <DT><A HREF="javascript:alert('1,2')" SHORTCUTURL="hi" PRIVATE="1">Bookmarklet</A>
            <DT><A HREF="https://first.example/" TAGS="again">Once more</A>
        </DL><p>
        <DT><A HREF="https://after.example/" ADD_DATE="1616337559123456">After a folder</A>
    </DL><p>
    <HR>
    <DT><A HREF="https://bücher.example/ü" ADD_DATE="soon"></A>
    <DT><A HREF="https://www.example.com/a?b=1&amp;copy=2" TAGS="lambda" ADD_DATE="1590000000">Moved</A>
</DL><p>
"#;

/// All that a project's file would hold, in its order: every column that an import decides, folders,
/// separators, and where duplicates stood. Ids and what is made of them are left out, and so is what only
/// undoing needs.
async fn content(fixture: &Fixture, project: u32) -> Value {
    let sql = format!(
        "SELECT jsonb_agg(item ORDER BY id) FROM (
           SELECT id, to_jsonb(b) - ARRAY['id', 'number', 'project_id', 'import_job_id', 'created_at', 'updated_at',
                                          'unmerged', 'folder_id', 'further_folder_ids']
             || jsonb_build_object('folder', folder_path(folder_id), 'further', (
                  SELECT jsonb_agg(folder_path(f) ORDER BY nth) FROM unnest(further_folder_ids) WITH ORDINALITY AS u (f, nth)))
             AS item
           FROM bookmarks b
           WHERE project_id = {project}
           UNION ALL
           SELECT e.id,
             CASE e.outcome WHEN 'merged' THEN jsonb_build_object('merged', e.url_key, 'title', e.title,
                 'description', e.description, 'tags', e.tags, 'add_date', e.add_date, 'attributes', e.attributes)
             ELSE to_jsonb(e) - ARRAY['id', 'import_job_id', 'line', 'folder_id', 'own_folder_id'] END
             || jsonb_build_object('folder', folder_path(e.folder_id), 'own', folder_path(e.own_folder_id))
           FROM import_entries e JOIN import_jobs j ON j.id = e.import_job_id
           WHERE j.project_id = {project} AND e.outcome IN ('merged', 'folder', 'separator')
         ) AS items"
    );
    serde_json::from_str(&fixture.ask(&sql).await).unwrap()
}

/// The bookmarks of a project by their address, each with the folders it is in, of which none is the first.
async fn places(fixture: &Fixture, project: u32) -> Value {
    let sql = format!(
        "SELECT jsonb_object_agg(url, (to_jsonb(b) - ARRAY['id', 'number', 'project_id', 'import_job_id',
             'created_at', 'updated_at', 'unmerged', 'folder_id', 'original_folder', 'further_folder_ids', 'title', 'further_text'])
           || jsonb_build_object('places', (SELECT jsonb_agg(place ORDER BY place) FROM (
                SELECT to_jsonb(folder_path(folder_id)) UNION ALL
                SELECT to_jsonb(folder_path(further)) FROM unnest(further_folder_ids) AS further) AS p (place))))
         FROM bookmarks b WHERE project_id = {project}"
    );
    serde_json::from_str(&fixture.ask(&sql).await).unwrap()
}

/// Exports a project as a file and imports it into another.
async fn round_trip(fixture: &Fixture, from: u32, into: u32) -> String {
    let file = get(fixture, &format!("/?project_id={from}")).await.text();
    import(fixture, &format!("/?project_id={into}"), &file).await;
    file
}

#[tokio::test]
async fn a_file_comes_back_with_all_that_was_in_it_in_its_order() {
    let fixture = with_projects(3).await;
    import(&fixture, "/?project_id=1", FILE).await;
    let file = round_trip(&fixture, 1, 2).await;
    let (first, second) = (content(&fixture, 1).await, content(&fixture, 2).await);
    assert_eq!(first.as_array().unwrap().len(), 5 + 2 + 3 + 2, "bookmarks, duplicates, folders, separators");
    assert_eq!(first, second, "{file}");
    // An export stays the same ever after.
    assert_eq!(round_trip(&fixture, 2, 3).await, file);
}

#[tokio::test]
async fn json_comes_back_with_all_that_was_in_it_in_its_order() {
    let fixture = with_projects(3).await;
    // Folders of one name stay two, with what each has.
    let namesakes = "<DT><H3>Twin</H3><DL><p><DT><A HREF=\"https://one.example/\">1</A></DL><p>\n\
                     <DT><H3>Twin</H3><DL><p><DT><A HREF=\"https://two.example/\">2</A></DL><p>\n</DL><p>\n";
    let (start, _) = FILE.rsplit_once("</DL><p>").unwrap();
    import(&fixture, "/?project_id=1", &format!("{start}{namesakes}")).await;
    for (from, into) in [(1, 2), (2, 3)] {
        let file = get(&fixture, &format!("/?format=json&project_id={from}")).await.text();
        import(&fixture, &format!("/?project_id={into}"), &file).await;
        let (first, second) = (content(&fixture, from).await, content(&fixture, into).await);
        assert_eq!(
            first.as_array().unwrap().len(),
            7 + 2 + 5 + 2,
            "bookmarks, duplicates, folders, separators"
        );
        assert_eq!(first, second, "{file}");
    }
}

#[tokio::test]
async fn every_file_of_the_corpus_comes_back_with_all_that_was_in_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/corpus");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let fixture = with_projects(200).await;
    let mut round_trips = 0;
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "html")) {
        let (before, after) = (2 * round_trips + 1, 2 * round_trips + 2);
        let event = Event::post(&format!("/?project_id={before}")).binary(std::fs::read(&path).unwrap());
        let seen = fixture.call(import::handle, event).await;
        // A page that is no bookmarks file is there too.
        if seen.status == 422 {
            continue;
        }
        assert_eq!(seen.status, 201, "{}: {}", path.display(), seen.body);
        let file = round_trip(&fixture, before, after).await;
        let (before, after) = (content(&fixture, before).await, content(&fixture, after).await);
        assert_eq!(before, after, "{}: {file}", path.display());
        round_trips += 1;
    }
    assert!(round_trips > 20, "{round_trips}");
}

#[tokio::test]
async fn what_browsers_read_is_a_bookmarks_file_with_every_bookmark_in_each_of_its_folders() {
    let fixture = Fixture::new();
    import(&fixture, "/", FILE).await;
    let file = get(&fixture, "/").await.text();
    insta::assert_snapshot!(file, @r##"
    <!DOCTYPE NETSCAPE-Bookmark-file-1>
    <!-- This is an automatically generated file.
         It will be read and overwritten.
         DO NOT EDIT! -->
    <META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
    <TITLE>Bookmarks</TITLE>
    <H1>Bookmarks</H1>
    <DL><p>
        <DT><A HREF="https://first.example/" ADD_DATE="1600000001" TAGS="again">Before any folder</A>
        <DT><H3 ADD_DATE="1500000000" LAST_MODIFIED="1500000100" PERSONAL_TOOLBAR_FOLDER="true">Read/Write &lt;&amp;&quot;&#39;&gt;</H3>
        <DD>What is in it
        <DL><p>
            <DT><A HREF="https://www.example.com/a?b=1&copy=2" ADD_DATE="1590000000" LAST_VISIT="1600000300" LAST_MODIFIED="1600000200" LAST_CHARSET="UTF-8" X-MINE="a &quot;b&quot;" TAGS="rust,web dev,lambda">A &amp; b, &quot;c&quot;</A>
            <DD>First line
    second &lt;line&gt;, with a comma
            <HR>
            <DT><H3>Empty</H3>
            <DL><p>
            </DL><p>
            <DT><H3>Inner</H3>
            <DL><p>
                <DT><A HREF="javascript:alert('1,2')" PRIVATE="1" SHORTCUTURL="hi">Bookmarklet</A>
                <DT><A HREF="https://first.example/" TAGS="again">Once more</A>
            </DL><p>
            <DT><A HREF="https://after.example/" ADD_DATE="1616337559.123456">After a folder</A>
        </DL><p>
        <HR>
        <DT><A HREF="https://bücher.example/ü" ADD_DATE="soon"></A>
        <DT><A HREF="https://www.example.com/a?b=1&copy=2" ADD_DATE="1590000000" TAGS="lambda">Moved</A>
    </DL><p>
    "##);
}

#[tokio::test]
async fn a_folder_that_several_imports_brought_is_written_once() {
    let fixture = with_projects(2).await;
    let file = |entries: &str| format!("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n{entries}</DL><p>\n");
    let one = file(
        r#"<DT><H3 ADD_DATE="1500000000">Shared</H3>
           <DL><p>
             <DT><A HREF="https://a.example/" TAGS="x">a</A>
             <DT><H3>Sub</H3><DL><p><DT><A HREF="https://b.example/">b</A></DL><p>
           </DL><p>
           <DT><H3>Only in one</H3><DL><p></DL><p>"#,
    );
    let two = file(
        r#"<DT><H3>New</H3>
           <DL><p><DT><A HREF="https://c.example/">c</A></DL><p>
           <DT><H3 ADD_DATE="1400000000" LAST_MODIFIED="1600000000">Shared</H3>
           <DD>Described later
           <DL><p>
             <DT><H3>Sub</H3><DL><p><DT><A HREF="https://d.example/">d</A></DL><p>
             <DT><A HREF="https://e.example/">e</A>
             <DT><A HREF="https://c.example/" TAGS="y">c again</A>
           </DL><p>"#,
    );
    import(&fixture, "/?project_id=1", &one).await;
    import(&fixture, "/?project_id=1", &two).await;
    let file = round_trip(&fixture, 1, 2).await;
    for folder in [">Shared<", ">Sub<", ">New<", ">Only in one<"] {
        assert_eq!(file.matches(folder).count(), 1, "{folder} in {file}");
    }
    let seen: Vec<&str> = file.lines().map(str::trim).filter(|line| line.starts_with("<DT>")).collect();
    let names: Vec<&str> =
        seen.iter().map(|line| line.rsplit_once("</").unwrap().0.rsplit_once('>').unwrap().1).collect();
    assert_eq!(names, ["Shared", "a", "Sub", "b", "d", "e", "c again", "Only in one", "New", "c"]);
    assert!(file.contains(r#"<H3 ADD_DATE="1400000000" LAST_MODIFIED="1600000000">Shared</H3>"#), "{file}");

    // The places of a bookmark are the same, though another may be its first.
    let (first, second) = (places(&fixture, 1).await, places(&fixture, 2).await);
    assert_eq!(first["https://c.example/"]["places"], json!([["New"], ["Shared"]]));
    assert_eq!(first, second);
}

#[tokio::test]
async fn rows_of_the_old_importer_come_in_the_order_of_their_storing() {
    let fixture = with_projects(1).await;
    fixture
        .execute(
            "INSERT INTO bookmarks (id, url, title, original_folder, folder_path, url_key, created_at, project_id)
             SELECT gen_random_uuid(), 'https://old.example/' || n, 'Old ' || n,
                    CASE WHEN n % 2 = 0 THEN 'Top/Deep' END, CASE WHEN n % 2 = 0 THEN ARRAY['Top', 'Deep'] END,
                    gen_random_uuid(), '2020-01-01'::timestamptz + n * interval '1 second', 1
             FROM generate_series(1, 6) AS n",
        )
        .await;
    fixture.execute("CALL fill_folders()").await;
    import(&fixture, "/?project_id=1", FILE).await;
    let all = get(&fixture, "/?project_id=1&format=json").await.json();
    let titles: Vec<&str> =
        all["bookmarks"].as_array().unwrap().iter().map(|b| b["title"].as_str().unwrap()).collect();
    assert_eq!(titles[..7], ["Old 1", "Old 2", "Old 4", "Old 6", "Old 3", "Old 5", "Before any folder"]);
    let folders: Vec<&Value> =
        all["folders"].as_array().unwrap().iter().map(|folder| &folder["folder_path"]).collect();
    assert_eq!(folders[..2], [&json!(["Top"]), &json!(["Top", "Deep"])]);
    let file = get(&fixture, "/?project_id=1").await.text();
    assert_eq!(file.matches(">Deep</H3>").count(), 1, "{file}");
}

#[tokio::test]
async fn json_has_the_bookmarks_as_an_import_shows_them_and_the_folders_and_separators() {
    let fixture = with_projects(1).await;
    let seen = fixture.call(import::handle, Event::post("/?project_id=1").text(FILE)).await;
    let sent = get(&fixture, "/?project_id=1&format=json").await;
    assert_eq!(sent.status, 200);
    assert_eq!(sent.headers["content-type"], "application/json; charset=utf-8");
    let all = sent.json();
    assert_eq!(all["project_id"], 1);
    let bookmarks = all["bookmarks"].as_array().unwrap();
    let sample = seen.body["bookmarks_sample"].as_array().unwrap();
    assert_eq!(bookmarks.len(), 5);
    assert_eq!(sample.len(), 5);
    for (bookmark, shown) in bookmarks.iter().zip(sample) {
        for (name, value) in shown.as_object().unwrap() {
            if name == "shortened" {
                continue;
            }
            assert_eq!(&bookmark[name], value, "{name}");
        }
    }
    assert_eq!(bookmarks[1]["attributes"], json!({"last_charset": "UTF-8", "x-mine": "a \"b\""}));
    assert_eq!(bookmarks[1]["last_visited"], "2020-09-13T12:31:40Z");
    assert_eq!(bookmarks[1]["further_folders"], json!([[]]));
    assert_eq!(bookmarks[0]["further_folders"], json!([["Read/Write <&\"'>", "Inner"]]));
    assert_eq!(bookmarks[0]["tags"], json!(["again"]));
    assert_eq!(bookmarks[3]["add_date"], "2021-03-21T14:39:19.123456Z");

    let top = "Read/Write <&\"'>";
    let ids: Vec<&Value> = all["folders"].as_array().unwrap().iter().map(|folder| &folder["id"]).collect();
    assert_eq!(bookmarks[1]["folder_id"], *ids[0]);
    assert_eq!(
        all["folders"],
        json!([
            {"position": 2, "id": ids[0], "parent_id": null, "name": top, "folder_path": [top], "add_date": "2017-07-14T02:40:00Z",
             "last_modified": "2017-07-14T02:41:40Z", "description": "What is in it",
             "attributes": {"personal_toolbar_folder": "true"}},
            {"position": 5, "id": ids[1], "parent_id": ids[0], "name": "Empty", "folder_path": [top, "Empty"], "add_date": null, "last_modified": null,
             "description": null, "attributes": {}},
            {"position": 6, "id": ids[2], "parent_id": ids[0], "name": "Inner", "folder_path": [top, "Inner"], "add_date": null, "last_modified": null,
             "description": null, "attributes": {}},
        ])
    );
    assert_eq!(
        all["separators"],
        json!([
            {"position": 4, "folder_id": ids[0], "folder_path": [top], "attributes": {}},
            {"position": 10, "folder_id": null, "folder_path": [], "attributes": {}},
        ])
    );
    assert_eq!(
        all["duplicates"],
        json!([
            {"position": 8, "bookmark_id": bookmarks[0]["id"], "url": "https://first.example/", "title": "Once more",
             "folder_id": ids[2], "folder_path": [top, "Inner"], "add_date": null, "last_modified": null,
             "last_visited": null, "tags": ["again"], "description": null, "attributes": {}},
            {"position": 12, "bookmark_id": bookmarks[1]["id"], "url": "https://www.example.com/a?b=1&copy=2",
             "title": "Moved", "folder_id": null, "folder_path": [], "add_date": "2020-05-20T18:40:00Z",
             "last_modified": null, "last_visited": null, "tags": ["lambda"], "description": null, "attributes": {}},
        ])
    );
    let positions: Vec<_> = bookmarks.iter().map(|bookmark| bookmark["position"].as_i64().unwrap()).collect();
    assert_eq!(positions, [1, 3, 7, 9, 11]);
}

#[tokio::test]
async fn csv_has_a_row_for_each_bookmark_and_keeps_every_value() {
    let fixture = Fixture::new();
    import(&fixture, "/", FILE).await;
    let sent = get(&fixture, "/?format=csv").await;
    assert_eq!(sent.headers["content-type"], "text/csv; charset=utf-8; header=present");
    let text = sent.text();
    assert!(text.starts_with("id,url,title,") && text.ends_with("\r\n"), "{text}");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();

    let from_json = get(&fixture, "/?format=json").await.json();
    let bookmarks = from_json["bookmarks"].as_array().unwrap();
    assert_eq!((records.len(), bookmarks.len()), (5, 5));
    for (record, bookmark) in records.iter().zip(bookmarks) {
        for (name, field) in header.iter().zip(record) {
            match &bookmark[name] {
                Value::Null => assert_eq!(field, "", "{name}"),
                Value::String(text) => assert_eq!(field, text, "{name}"),
                list if field.is_empty() => assert!(*list == json!({}) || *list == json!([]), "{name}"),
                list => assert_eq!(serde_json::from_str::<Value>(field).unwrap(), *list, "{name}"),
            }
        }
    }
    assert_eq!(&records[1][5], "[\"Read/Write <&\\\"'>\"]");
    assert_eq!(&records[1][10], "First line\nsecond <line>, with a comma");
}

#[tokio::test]
async fn a_format_is_chosen_by_parameter_or_header_and_names_the_file() {
    let fixture = with_projects(1).await;
    let by_header = |accept: &str| {
        let event = Event::get("/").without_header("accept").header("accept", accept);
        let app = Arc::clone(&fixture.app);
        async move { Streamed::read(answer(&app, event).await).await }
    };
    for (accept, kind) in [
        ("*/*", "text/html"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
    ] {
        let sent = by_header(accept).await;
        let found = sent.headers["content-type"].to_str().unwrap();
        assert!(found.starts_with(&format!("{kind}; charset=utf-8")), "{accept}: {found}");
    }
    let sent = get(&fixture, "/?format=html&project_id=1").await;
    let disposition = sent.headers["content-disposition"].to_str().unwrap();
    let day = fixture.ask("(now() AT TIME ZONE 'UTC')::date").await;
    assert_eq!(disposition, format!("attachment; filename=\"bookmarks-project-1-{day}.html\""));
    by_header("image/png").await.problem(400);
}

#[tokio::test]
async fn wrong_requests_are_refused() {
    let fixture = with_projects(1).await;
    for target in ["/?format=xml", "/?project_id=x", "/?project_id=1&project=2", "/?format=csv&format=csv"] {
        get(&fixture, target).await.problem(400);
    }
    assert_eq!(get(&fixture, "/?project_id=2").await.problem(404), "There is no project 2.");
    get(&fixture, "/nothing").await.problem(404);
    for event in [Event::post("/"), Event::delete("/")] {
        let sent = Streamed::read(answer(&fixture.app, event).await).await;
        sent.problem(405);
        assert_eq!(sent.headers["allow"], "GET, HEAD");
    }
}

#[tokio::test]
async fn head_tells_the_headers_and_has_no_body() {
    let fixture = with_projects(1).await;
    import(&fixture, "/?project_id=1", FILE).await;
    let head = |target: &str| answer(&fixture.app, Event::new(http::Method::HEAD, target));
    let sent = Streamed::read(head("/?project_id=1&format=json").await).await;
    assert_eq!((sent.status, sent.chunks.len()), (200, 0));
    assert_eq!(sent.headers["content-type"], "application/json; charset=utf-8");
    assert!(sent.headers.contains_key("content-disposition"));
    assert_eq!(head("/?project_id=2").await.status(), 404);
}

#[tokio::test]
async fn a_database_that_is_away_is_a_503_before_the_first_byte() {
    let app = app("postgresql://u:canary@localhost:1/d?sslmode=require", &[]);
    let sent = Streamed::read(answer(&app, Event::get("/")).await).await;
    sent.problem(503);
    assert!(!sent.text().contains("canary"));
    assert!(sent.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_scope_without_bookmarks_is_an_empty_file() {
    let fixture = Fixture::new();
    let sent = get(&fixture, "/?format=json").await.json();
    assert_eq!(
        (&sent["bookmarks"], &sent["folders"], &sent["project_id"]),
        (&json!([]), &json!([]), &Value::Null)
    );
    assert_eq!(get(&fixture, "/?format=csv").await.text().lines().count(), 1);
}

#[tokio::test]
async fn a_bookmarks_file_runs_nothing_where_it_is_opened_as_a_page() {
    let fixture = Fixture::new();
    let file = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n\
        <DT><H3 ONCLICK=\"x()\" PERSONAL_TOOLBAR_FOLDER=\"true\">f</H3>\n<DL><p>\n\
        <DT><A HREF=\"https://a.example/\" AUTOFOCUS ONFOCUS=\"alert(1)\" STYLE=\"position:fixed\" SHORTCUTURL=\"a\">a</A>\n\
        <HR ONMOUSEOVER=\"x()\" NAME=\"n\">\n</DL><p>\n</DL><p>\n";
    import(&fixture, "/", file).await;
    let html = get(&fixture, "/").await.text();
    for active in ["ONCLICK", "AUTOFOCUS", "ONFOCUS", "STYLE", "ONMOUSEOVER"] {
        assert!(!html.contains(active), "{active} in {html}");
    }
    assert!(html.contains("SHORTCUTURL=\"a\"") && html.contains("<HR NAME=\"n\">"), "{html}");
    assert!(html.contains("PERSONAL_TOOLBAR_FOLDER=\"true\""), "{html}");
    // Nothing is lost: JSON has all of it.
    let all = get(&fixture, "/?format=json").await.json();
    assert_eq!(all["bookmarks"][0]["attributes"]["onfocus"], "alert(1)");
}

#[tokio::test]
async fn cells_that_a_spreadsheet_would_run_are_text_unless_raw_ones_are_asked_for() {
    let fixture = Fixture::new();
    let file = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n\
        <DT><A HREF=\"https://a.example/\">=HYPERLINK(\"https://evil.example\")</A>\n</DL><p>\n";
    import(&fixture, "/", file).await;
    let defused = get(&fixture, "/?format=csv").await.text();
    assert!(defused.contains(",\"'=HYPERLINK("), "{defused}");
    let raw = get(&fixture, "/?format=csv&raw=true").await.text();
    assert!(raw.contains(",\"=HYPERLINK("), "{raw}");
    for target in ["/?format=csv&raw=yes", "/?format=json&raw=true", "/?raw=true"] {
        get(&fixture, target).await.problem(400);
    }
}
