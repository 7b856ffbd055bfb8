//! What people do with bookmarks goes out and comes back: numbers, notes, states, edits.

use harness::Fixture;
use serde_json::{Value, json};

use crate::{FILE, get, import, with_projects};

/// Has a person work on two bookmarks of a project.
async fn work(fixture: &Fixture, project: u32) {
    let sql = format!(
        "UPDATE bookmarks SET is_archived = true, shared = true, notes = E'Two\n<lines>', suggested_tags = '{{a,\"b c\"}}',
                edited = '{{title,notes}}'
         WHERE project_id = {project} AND url = 'https://first.example/';
         UPDATE bookmarks SET unread = true WHERE project_id = {project} AND url = 'https://after.example/'"
    );
    fixture.execute(&sql).await;
}

/// The bookmarks of a project by their address, with these columns.
async fn columns(fixture: &Fixture, project: u32, columns: &str) -> Value {
    let sql = format!(
        "SELECT json_object_agg(url, json_build_array({columns}) ORDER BY url) FROM bookmarks
         WHERE project_id = {project}"
    );
    serde_json::from_str(&fixture.ask(&sql).await).unwrap()
}

const COLUMNS: &str = "is_archived, unread, shared, notes, suggested_tags, edited, attributes";

#[tokio::test]
async fn json_keeps_every_column_and_each_number_that_is_free() {
    let fixture = with_projects(3).await;
    import(&fixture, "/?project_id=1", FILE).await;
    work(&fixture, 1).await;
    let before = columns(&fixture, 1, &format!("number, {COLUMNS}")).await;
    assert_eq!(before["https://after.example/"][2], json!(true));
    let file = get(&fixture, "/?format=json&project_id=1").await.text();

    // Others have the numbers.
    import(&fixture, "/?project_id=2", &file).await;
    assert_eq!(columns(&fixture, 2, COLUMNS).await, columns(&fixture, 1, COLUMNS).await);
    let numbers = fixture.ask("SELECT count(DISTINCT number) = count(*) FROM bookmarks").await;
    assert_eq!(numbers, "true");

    // The first two are free again; one of them is twice in the file.
    fixture.execute("DELETE FROM bookmarks WHERE project_id = 1 AND number <= 2").await;
    let twice = file.replace("\"number\":3,", "\"number\":2,");
    import(&fixture, "/?project_id=3", &twice).await;
    let after = columns(&fixture, 3, "number").await;
    for (url, values) in before.as_object().unwrap() {
        let (number, now) = (values[0].as_i64().unwrap(), after[url][0].as_i64().unwrap());
        assert_eq!(number <= 2, now == number, "{url} had {number}, has {now}");
    }
    let next = "SELECT nextval('bookmarks_number_seq') > max(number) FROM bookmarks";
    assert_eq!(fixture.ask(next).await, "true");
}

#[tokio::test]
async fn numbers_of_a_deployment_that_is_gone_come_back_in_a_new_one() {
    let old = with_projects(1).await;
    old.execute("SELECT setval('bookmarks_number_seq', 70000)").await;
    import(&old, "/?project_id=1", FILE).await;
    let file = get(&old, "/?format=json&project_id=1").await.text();
    let new = with_projects(1).await;
    import(&new, "/?project_id=1", &file).await;
    assert_eq!(columns(&new, 1, "number").await, columns(&old, 1, "number").await);
    // What is made next has another number.
    import(&new, "/", "<DL><DT><A HREF=\"https://next.example/\">Next</A></DL>").await;
    assert_eq!(new.ask("SELECT count(DISTINCT number) = count(*) FROM bookmarks").await, "true");
}

#[tokio::test]
async fn a_bookmarks_file_keeps_notes_and_states_and_a_table_has_all_columns() {
    let fixture = with_projects(2).await;
    import(&fixture, "/?project_id=1", FILE).await;
    work(&fixture, 1).await;
    let file = get(&fixture, "/?project_id=1").await.text();
    assert!(file.contains("TOREAD=\"1\"") && file.contains("ARCHIVED=\"1\""), "{file}");
    import(&fixture, "/?project_id=2", &file).await;
    let kept = "is_archived, unread, notes, attributes";
    assert_eq!(columns(&fixture, 2, kept).await, columns(&fixture, 1, kept).await);

    let table = get(&fixture, "/?format=csv&project_id=1").await.text();
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let header = rows.headers().unwrap().clone();
    let of = |row: &csv::StringRecord, name: &str| {
        row[header.iter().position(|column| column == name).unwrap()].to_owned()
    };
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    let first = rows.iter().find(|row| of(row, "url") == "https://first.example/").unwrap();
    assert_eq!((of(first, "number"), of(first, "notes")), ("1".to_owned(), "Two\n<lines>".to_owned()));
    assert_eq!((of(first, "is_archived"), of(first, "unread")), ("true".to_owned(), "false".to_owned()));
    assert_eq!(of(first, "shared"), "true");
    assert_eq!(of(first, "suggested_tags"), r#"["a","b c"]"#);
    assert_eq!(of(first, "edited"), r#"["title","notes"]"#);
}
