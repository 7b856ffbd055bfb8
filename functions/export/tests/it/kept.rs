//! Nothing that an import merged is missing in an export.

use harness::Fixture;
use serde_json::json;

use super::{get, import};

const HEAD: &str = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n";

async fn post(fixture: &Fixture, entries: &str) {
    import(fixture, "/", &format!("{HEAD}{entries}</DL><p>\n")).await;
}

#[tokio::test]
async fn both_titles_descriptions_and_attributes_of_one_address_are_kept_at_their_places() {
    let fixture = Fixture::new();
    post(
        &fixture,
        "<DT><H3>Docker</H3><DL><p>
         <DT><A HREF=\"https://one.example/\" ADD_DATE=\"10\">The docs</A>
         <DD>first note
         </DL><p>
         <DT><H3>Access</H3><DL><p>
         <DT><A HREF=\"https://one.example/\" ADD_DATE=\"20\" SHORTCUTURL=\"od\" TAGS=\"b\">My vault</A>
         <DD>second note
         </DL><p>",
    )
    .await;
    let html = get(&fixture, "/").await.text();
    let (docker, access) = html.split_once(">Access</H3>").unwrap();
    assert!(docker.contains(">The docs</A>") && docker.contains("<DD>first note"), "{html}");
    assert!(access.contains("SHORTCUTURL=\"od\" TAGS=\"b\">My vault</A>"), "{html}");
    assert!(access.contains("<DD>second note"), "{html}");
    assert!(access.contains("ADD_DATE=\"20\""), "the duplicate's own date: {html}");

    let all = get(&fixture, "/?format=json").await.json();
    let duplicate = &all["duplicates"][0];
    assert_eq!(all["duplicates"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&duplicate["title"], &duplicate["description"], &duplicate["attributes"], &duplicate["folder_path"]),
        (&json!("My vault"), &json!("second note"), &json!({"shortcuturl": "od"}), &json!(["Access"]))
    );
    assert_eq!(duplicate["bookmark_id"], all["bookmarks"][0]["id"]);
    let text = fixture.ask("SELECT further_text FROM bookmarks").await;
    assert_eq!(text, "My vault\nsecond note\nod");
}

#[tokio::test]
async fn two_descriptions_in_one_folder_are_both_exported() {
    let fixture = Fixture::new();
    post(
        &fixture,
        "<DT><A HREF=\"https://a.example/\" ADD_DATE=\"1234567890\">Bookmark</A>\n<DD>First note
         <DT><A HREF=\"https://a.example/\" ADD_DATE=\"1234567891\">Bookmark</A>\n<DD>Second note\n",
    )
    .await;
    let html = get(&fixture, "/").await.text();
    for note in ["First note", "Second note"] {
        assert_eq!(html.matches(note).count(), 1, "{html}");
    }
}

#[tokio::test]
async fn a_duplicate_that_says_nothing_else_is_exported_once() {
    let fixture = Fixture::new();
    let entry = "<DT><A HREF=\"https://a.example/\" TAGS=\"x\">A</A>\n<DD>note\n";
    post(&fixture, entry).await;
    post(&fixture, &format!("{entry}<DT><A HREF=\"https://b.example/\">B</A>\n")).await;
    let html = get(&fixture, "/").await.text();
    assert_eq!(html.matches("https://a.example/").count(), 1, "{html}");
}

#[tokio::test]
async fn one_address_in_a_thousand_folders_writes_each_tag_twice_at_most() {
    let fixture = Fixture::new();
    let entries: String = (0..1_000)
        .map(|n| {
            format!(
                "<DT><H3>f{n}</H3><DL><p><DT><A HREF=\"https://a.example/\" TAGS=\"tag{n}\">A</A></DL><p>\n"
            )
        })
        .collect();
    post(&fixture, &entries).await;
    assert_eq!(fixture.ask("SELECT cardinality(tags) FROM bookmarks").await, "1000");
    for target in ["/", "/?format=json"] {
        let text = get(&fixture, target).await.text();
        assert_eq!(text.matches("tag500").count(), 2, "{target}");
    }
}

#[tokio::test]
async fn sibling_folders_of_one_name_stay_two_with_what_each_has() {
    let fixture = Fixture::new();
    let entries = "<DT><H3 ADD_DATE=\"1500000000\">Inbox</H3>
        <DL><p><DT><A HREF=\"https://one.example/\">T</A></DL><p>
        <DT><A HREF=\"https://mid.example/\">T</A>
        <DT><H3 ADD_DATE=\"1600000000\">Inbox</H3>
        <DD>second inbox
        <DL><p><DT><A HREF=\"https://two.example/\">T</A></DL><p>";
    post(&fixture, entries).await;
    let html = get(&fixture, "/").await.text();
    let (first, rest) = html.split_once("https://mid.example/").unwrap();
    assert!(
        first.contains("<H3 ADD_DATE=\"1500000000\">Inbox</H3>") && first.contains("https://one.example/")
    );
    assert!(!first.contains("second inbox"), "{html}");
    assert!(rest.contains("<H3 ADD_DATE=\"1600000000\">Inbox</H3>\n    <DD>second inbox"), "{html}");
    assert!(rest.contains("https://two.example/"), "{html}");

    // A later import of the changed file finds both again.
    post(
        &fixture,
        &entries.replace(
            "https://two.example/\">T</A>",
            "https://two.example/\">T</A><DT><A HREF=\"https://three.example/\">T</A>",
        ),
    )
    .await;
    let again = get(&fixture, "/").await.text();
    assert_eq!(again.matches(">Inbox</H3>").count(), 2, "{again}");
    assert!(again.split_once("second inbox").unwrap().1.contains("three.example"), "{again}");
}
