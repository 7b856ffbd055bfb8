//! However a file is made, an import and what comes after it cost in proportion to what was sent.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use harness::{Fixture, Seen};
use serde_json::Value;
use support::lambda::Lambda;
use support::{Event, binary};

const HEAD: &str = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n";

/// A pattern over and over, compressed.
fn repeated(head: &str, pattern: &str, bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(head.as_bytes()).unwrap();
    let chunk = pattern.repeat(64 * 1024 / pattern.len());
    for _ in 0..bytes / chunk.len() {
        encoder.write_all(chunk.as_bytes()).unwrap();
    }
    encoder.finish().unwrap()
}

async fn post(fixture: &Fixture, body: impl Into<Vec<u8>>) -> Seen {
    fixture.call(import::handle, Event::post("/").binary(body.into())).await
}

/// Rows of all tables that an import fills.
async fn rows(fixture: &Fixture) -> u64 {
    let count = "(SELECT count(*) FROM bookmarks) + (SELECT count(*) FROM import_entries) + (SELECT count(*) \
                 FROM folders)";
    fixture.ask(count).await.parse().unwrap()
}

/// The bytes in which the rows of an import stand, without what the tables had before.
async fn bytes(fixture: &Fixture) -> u64 {
    let sql = "(SELECT coalesce(sum(pg_column_size(b.*)), 0) FROM bookmarks b)
             + (SELECT coalesce(sum(pg_column_size(e.*)), 0) FROM import_entries e)
             + (SELECT coalesce(sum(pg_column_size(f.*)), 0) FROM folders f)";
    fixture.ask(sql).await.parse().unwrap()
}

/// The most memory that a process has had at once, in bytes (proc_pid_status(5)).
fn peak_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// A chain of folders, each with a bookmark.
fn chain(depth: usize) -> String {
    let mut file = HEAD.to_owned();
    for level in 0..depth {
        file +=
            &format!("<DT><H3>f{level}</H3><DL><p><DT><A HREF=\"https://d.example/{level}\">d{level}</A>\n");
    }
    file + &"</DL><p>\n".repeat(depth + 1)
}

#[tokio::test]
async fn what_is_stored_grows_with_the_depth_and_not_with_its_square() {
    let mut sizes = Vec::new();
    for depth in [1_000, 4_000] {
        let fixture = Fixture::new();
        let file = chain(depth);
        assert_eq!(post(&fixture, file.clone()).await.status, 201);
        // A bookmark has 1,024 bytes of its path, and is found in its folder.
        let stored = bytes(&fixture).await;
        assert!(stored < 40 * file.len() as u64, "{stored} bytes for {}", file.len());
        sizes.push(stored as f64 / depth as f64);
    }
    assert!(sizes[1] < 1.5 * sizes[0], "bytes for each level: {sizes:?}");
}

#[tokio::test]
async fn folders_without_name_or_content_are_kept_a_thousand_times_and_counted_then() {
    let fixture = Fixture::new();
    let file = repeated(HEAD, "<H3>", 8 << 20);
    assert!(file.len() < 16_000, "{}", file.len());
    let seen = post(&fixture, file).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    assert!(rows(&fixture).await < 2_100, "{}", rows(&fixture).await);
    let id = seen.body["import_job"]["id"].as_str().unwrap();
    let rejections = fixture.call(import::handle, Event::get(&format!("/{id}/rejections"))).await.body;
    let reasons = rejections["rejections"].to_string();
    assert!(reasons.contains("more folders without name and attributes are left out"), "{reasons}");
}

#[tokio::test]
async fn separators_past_ten_thousand_are_left_out_and_counted() {
    let fixture = Fixture::new();
    let file = HEAD.to_owned() + &"<HR>\n".repeat(10_500) + "<HR NAME=\"named\">\n</DL><p>";
    let seen = post(&fixture, file).await;
    assert_eq!((seen.status, &seen.body["import_job"]["warning_count"]), (201, &1.into()), "{}", seen.body);
    assert_eq!(fixture.ask("SELECT count(*) FROM import_entries WHERE outcome = 'separator'").await, "10001");
    assert_eq!(
        fixture.ask("SELECT line || ' ' || reason FROM import_entries WHERE outcome = 'file'").await,
        "10003 500 more separators are left out"
    );
}

#[tokio::test]
async fn what_an_unkept_folder_holds_is_kept() {
    let fixture = Fixture::new();
    let file = HEAD.to_owned()
        + &"<DT><H3></H3><DL><p></DL><p>\n".repeat(1_000)
        + "<DT><H3></H3><DL><p><DT><H3>inner</H3><DL><p><DT><A \
           HREF=\"https://in.example/\">in</A></DL><p></DL><p>\n</DL><p>";
    assert_eq!(post(&fixture, file).await.status, 201);
    assert_eq!(fixture.ask("SELECT folder_path(folder_id) FROM bookmarks").await, "{inner}");
}

#[tokio::test]
async fn an_address_over_and_over_is_merged_and_stored_once() {
    let fixture = Fixture::new();
    post(&fixture, format!("{HEAD}<DT><A HREF=\"https://before.example/\">before</A></DL>")).await;
    let before = rows(&fixture).await;
    let file = repeated(HEAD, "<DT><A HREF=\"https://a.example/\">a</A>\n", 4 << 20);
    let seen = post(&fixture, file).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    let job = &seen.body["import_job"];
    let (total, merged) = (job["total_bookmarks"].as_i64().unwrap(), job["merged_count"].as_i64().unwrap());
    assert!(total > 90_000);
    assert_eq!((job["imported_count"].as_i64().unwrap(), merged), (1, total - 1));
    // The others say what the first has said. The list is not closed.
    assert_eq!(rows(&fixture).await - before, 2, "the bookmark, and the warning that the file ends early");
}

#[tokio::test]
async fn refused_entries_that_say_the_same_are_listed_once_and_counted() {
    let fixture = Fixture::new();
    let file = HEAD.to_owned() + &"<DT><A>no address</A>\n".repeat(5_000) + "</DL><p>";
    let seen = post(&fixture, file).await;
    assert_eq!((seen.status, &seen.body["import_job"]["failed_count"]), (201, &5_000.into()));
    let id = seen.body["import_job"]["id"].as_str().unwrap();
    let page = fixture.call(import::handle, Event::get(&format!("/{id}/rejections"))).await.body;
    let listed = page["rejections"].as_array().unwrap();
    assert_eq!(listed.len(), 2, "{page}");
    assert!(listed[1]["reason"].as_str().unwrap().starts_with("4999 more entries repeat"), "{page}");
    assert_eq!((&listed[1]["position"], &listed[1]["line"]), (&Value::Null, &4.into()));
}

#[tokio::test]
async fn a_file_that_gzip_makes_a_thousand_times_larger_is_refused_before_it_fills_the_database() {
    let fixture = Fixture::new();
    // Each level is another folder, so that none repeats another.
    let levels = "<DL><DT><H3>a</H3>".repeat(200) + &"</DL>".repeat(200);
    let file = repeated(HEAD, &levels, 16 << 20);
    assert!(file.len() < 100_000, "{}", file.len());
    let seen = post(&fixture, file).await;
    assert!(seen.problem(422).contains("far more entries"), "{}", seen.body);
    assert_eq!(rows(&fixture).await, 0);
    assert_eq!(fixture.ask("SELECT status FROM import_jobs").await, "failed");
}

#[tokio::test]
async fn memory_stays_within_its_bound_where_a_filled_scope_gets_one_address_over_and_over() {
    let fixture = Fixture::new();
    post(&fixture, format!("{HEAD}<DT><A HREF=\"https://before.example/\">before</A></DL>")).await;
    let url = fixture.database.url();
    let function = Lambda::start(&binary("import"), &[("DATABASE_URL", url.as_str())]).unwrap();
    let empty = function.invoke(&Event::new(http::Method::PUT, "/").text("x")).await.unwrap();
    assert_eq!(empty.status, 405);
    let before = peak_memory(function.pid());
    let file = repeated(HEAD, "<DT><A HREF=a:>\n", 32 << 20);
    let sent =
        function.invoke(&Event::post("/").timeout(Duration::from_secs(120)).binary(file)).await.unwrap();
    assert_eq!(sent.status, 201);
    let grown = peak_memory(function.pid()) - before;
    assert!(grown < 64 << 20, "{grown} bytes");
}

#[tokio::test]
async fn fifty_megabytes_of_json_are_imported_within_the_bound_of_memory() {
    let fixture = Fixture::new();
    let url = fixture.database.url();
    let function = Lambda::start(&binary("import"), &[("DATABASE_URL", url.as_str())]).unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut bytes = 0;
    for number in 0..10_000 {
        let start = if number == 0 { r#"{"roots":{"other":{"children":["# } else { ",\n" };
        let (title, path) = ("a title ".repeat(60), "path/".repeat(1_000));
        let entry = format!(
            "{start}{{\"date_added\":\"13350000000000000\",\"name\":\"{title}{number}\",\"type\":\"url\",\
             \"url\":\"https://{number}.example/{path}\"}}"
        );
        bytes += entry.len();
        encoder.write_all(entry.as_bytes()).unwrap();
    }
    encoder.write_all(b"]}}}").unwrap();
    let file = encoder.finish().unwrap();
    assert!(bytes > 50 << 20 && file.len() < 3 << 20, "{bytes} bytes in {}", file.len());
    let empty = Event::new(http::Method::PUT, "/").binary(file.clone());
    assert_eq!(function.invoke(&empty).await.unwrap().status, 405);
    let before = peak_memory(function.pid());
    let sent =
        function.invoke(&Event::post("/").timeout(Duration::from_secs(120)).binary(file)).await.unwrap();
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(
        (sent.status.as_u16(), &body["import_job"]["imported_count"]),
        (201, &10_000.into()),
        "{body}"
    );
    let grown = peak_memory(function.pid()) - before;
    assert!(grown < 64 << 20, "{grown} bytes");
}

#[tokio::test]
async fn a_deadline_ends_an_import_however_little_its_file_waits_for_the_database() {
    let fixture = Fixture::new();
    let file = repeated(HEAD, "<H3>", 64 << 20);
    let begun = std::time::Instant::now();
    let event = Event::post("/").timeout(Duration::from_secs(2)).binary(file);
    let seen = fixture.call(import::handle, event).await;
    seen.problem(504);
    // An unoptimised build reads these 64 MB for half a minute.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
