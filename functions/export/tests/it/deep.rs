//! However deep and wide its folders are, a file comes back as it was.

use harness::Fixture;
use support::Event;

use super::{get, import};

const HEAD: &str = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n";

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
async fn ten_thousand_levels_come_back_as_they_were_and_are_undone() {
    let fixture = Fixture::new();
    let seen = import(&fixture, "/", &chain(10_000)).await;
    assert_eq!(seen.body["import_job"]["imported_count"], 10_000);
    let first = get(&fixture, "/").await.text();
    assert_eq!(first.matches("<DT><H3").count(), 10_000);
    // The innermost bookmark stands below 10,000 folders.
    let (before, _) = first.split_once("https://d.example/9999\"").unwrap();
    assert_eq!(before.matches("<DL><p>").count() - before.matches("</DL>").count(), 10_001);
    let json = get(&fixture, "/?format=json").await.json();
    let deepest = &json["bookmarks"][9_999];
    let path: Vec<&str> =
        deepest["folder_path"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!((path[0], path[path.len() - 1]), ("…", "f9999"));
    assert!(path.join("/").len() <= 1_030, "{}", path.len());
    assert_eq!(json["folders"].as_array().unwrap().len(), 10_000);
    assert_eq!(json["folders"][9_999]["parent_id"], json["folders"][9_998]["id"]);

    let id = seen.body["import_job"]["id"].as_str().unwrap();
    assert_eq!(fixture.call(import::handle, Event::delete(&format!("/{id}"))).await.status, 200);
    for table in ["bookmarks", "import_entries", "folders"] {
        assert_eq!(fixture.ask(&format!("SELECT count(*) FROM {table}")).await, "0", "{table}");
    }
}

#[tokio::test]
async fn ten_thousand_siblings_at_depth_sixty_come_back_as_they_were() {
    let fixture = Fixture::new();
    let mut file = HEAD.to_owned();
    for level in 0..60 {
        file += &format!("<DT><H3>level {level}</H3><DL><p>\n");
    }
    for sibling in 0..10_000 {
        file += &format!(
            "<DT><H3>s</H3><DL><p><DT><A HREF=\"https://s.example/{sibling}\">s</A></DL><p>\n\
             <DT><A HREF=\"https://between.example/{sibling}\">b</A>\n"
        );
    }
    file += &"</DL><p>\n".repeat(61);
    import(&fixture, "/", &file).await;
    let first = get(&fixture, "/").await.text();
    assert_eq!(first.matches("<DT><H3").count(), 10_060);
    let addresses: Vec<&str> = first.lines().filter_map(|line| line.split('"').nth(1)).collect();
    let expected: Vec<String> = (0..10_000)
        .flat_map(|n| [format!("https://s.example/{n}"), format!("https://between.example/{n}")])
        .collect();
    let found: Vec<&&str> = addresses.iter().filter(|address| address.starts_with("https")).collect();
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().zip(&expected).all(|(found, expected)| **found == expected));
}
