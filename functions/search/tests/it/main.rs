//! Stored bookmarks are found.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod after_import;
mod hostile;
mod indexing;
mod language;
mod pages;

use std::fmt::Write as _;

use harness::{Fixture, Seen};
use serde_json::{Value, json};
use support::Event;
use url::form_urlencoded;

/// Keeps others from indexing what belongs to the organization `default`, until the transaction ends.
const HOLD_INDEXING: &str = "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended(current_organization() || ' \
                             search_catch_up', 0))";

/// A bookmarks file of links, each with what stands before its title.
fn file(links: &[(&str, &str, &str)]) -> String {
    let mut html = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>Bookmarks</TITLE>\n<DL><p>\n".to_owned();
    for (url, attributes, title) in links {
        writeln!(html, "<DT><A HREF=\"{url}\" {attributes}>{title}").unwrap();
    }
    html + "</DL><p>\n"
}

const FILE: &str = r#"<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<DL><p>
    <DT><H3>Work</H3>
    <DL><p>
        <DT><A HREF="https://kubernetes.example/docs/home/" TAGS="Ops,containers">Kubernetes documentation</A>
        <DD>How to run what is in a box
        <DT><H3>Read/Write</H3>
        <DL><p>
            <DT><A HREF="https://www.example.com/rustic-kitchens" TAGS="home">Rustic kitchens</A>
            <DT><A HREF="https://www.example.com/book" TAGS="rust lang,books">The Book</A>
            <DD>All about Rust, from A to Z
        </DL><p>
    </DL><p>
    <DT><H3>Workshop</H3>
    <DL><p>
        <DT><A HREF="https://blog.example.org/async_rust-2024.html">Futures explained</A>
        <DT><A HREF="https://example.net/1">Rust by example</A>
    </DL><p>
    <DT><A HREF="https://example.net/2">日本語の書籤を作る</A>
    <DT><A HREF="https://example.net/3">Crème brûlée à la Zürcher Straße</A>
    <DT><A HREF="https://example.net/4" TAGS="it's \ a &quot;tag&quot;">Node.js &amp; C++</A>
</DL><p>
"#;

async fn import(fixture: &Fixture, target: &str, body: &str) -> Seen {
    let seen = fixture
        .call(import::handle, Event::post(target).header("content-type", "text/html").text(body))
        .await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen
}

async fn imported() -> Fixture {
    let fixture = Fixture::new();
    import(&fixture, "/", FILE).await;
    fixture
}

fn query(parameters: &[(&str, &str)]) -> String {
    format!("/?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish())
}

async fn search(fixture: &Fixture, parameters: &[(&str, &str)]) -> Value {
    let seen = fixture.call(search::handle, Event::get(&query(parameters))).await;
    assert_eq!(seen.status, 200, "{parameters:?}: {}", seen.body);
    seen.body
}

/// The titles of a search's first page.
async fn titles(fixture: &Fixture, parameters: &[(&str, &str)]) -> Vec<String> {
    titles_of(&search(fixture, parameters).await)
}

fn titles_of(page: &Value) -> Vec<String> {
    let bookmarks = page["bookmarks"].as_array().unwrap();
    bookmarks.iter().map(|bookmark| bookmark["title"].as_str().unwrap().to_owned()).collect()
}

/// The titles of all pages of a search.
async fn all_titles(fixture: &Fixture, parameters: &[(&str, &str)]) -> Vec<String> {
    let mut titles = Vec::new();
    let mut cursor = None::<String>;
    loop {
        let mut parameters = parameters.to_vec();
        parameters.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = search(fixture, &parameters).await;
        titles.extend(titles_of(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return titles,
        }
    }
}

const KUBERNETES: &str = "Kubernetes documentation";

#[tokio::test]
async fn every_word_is_found_wherever_it_stands() {
    let fixture = imported().await;
    for (q, found) in [
        ("documentation", KUBERNETES),
        ("kubernetes DOCS", KUBERNETES),
        ("containers", KUBERNETES),
        ("box run", KUBERNETES),
        ("https://kubernetes.example/docs/home/", KUBERNETES),
        ("2024 html", "Futures explained"),
        ("async_rust", "Futures explained"),
        ("blog.example.org", "Futures explained"),
    ] {
        assert_eq!(titles(&fixture, &[("q", q)]).await, [found], "{q}");
    }
    assert_eq!(titles(&fixture, &[("q", "kubernetes kitchens")]).await, [""; 0]);
    assert_eq!(titles(&fixture, &[("q", "docs.home")]).await, [KUBERNETES], "they stand together");
    assert_eq!(titles(&fixture, &[("q", "home.docs")]).await, [""; 0], "in this order they do not");
}

#[tokio::test]
async fn the_last_word_may_be_a_beginning() {
    let fixture = imported().await;
    assert_eq!(titles(&fixture, &[("q", "kuber")]).await, [KUBERNETES]);
    assert_eq!(titles(&fixture, &[("q", "documentation kube")]).await, [KUBERNETES]);
    assert_eq!(titles(&fixture, &[("q", "do kubernetes")]).await, [""; 0], "only the last one");
    assert_eq!(titles(&fixture, &[("q", "do ")]).await, [""; 0], "a space ends the word");
    assert_eq!(titles(&fixture, &[("q", "do")]).await, [KUBERNETES]);
    assert_eq!(titles(&fixture, &[("q", "k")]).await, [""; 0], "one letter begins too many words");
}

#[tokio::test]
async fn a_title_counts_more_than_tags_and_those_more_than_address_and_description() {
    let fixture = imported().await;
    assert_eq!(
        titles(&fixture, &[("q", "rust")]).await,
        // Whole words in title, tag and description, URL; then the beginning of a word in the title.
        ["Rust by example", "Rustic kitchens", "The Book", "Futures explained"]
    );
}

#[tokio::test]
async fn misspelt_words_still_find() {
    let fixture = imported().await;
    for (q, word, meant) in [
        ("kuberntes", "kuberntes", "kubernetes"),
        ("kubrenetes", "kubrenetes", "kubernetes"),
        ("Kubernets dokumentation", "kubernets", "kubernetes"),
        ("documentatoin box", "documentatoin", "documentation"),
        ("continers", "continers", "containers"),
    ] {
        let page = search(&fixture, &[("q", q)]).await;
        assert_eq!(titles_of(&page), [KUBERNETES], "{q}");
        assert_eq!(page["corrected"][word], json!([meant]), "{q}");
    }
    assert_eq!(titles(&fixture, &[("q", "rsut")]).await[0], "Rust by example", "swapped letters");
    let page = search(&fixture, &[("q", "xylophone")]).await;
    assert_eq!(page, json!({"bookmarks": [], "next_cursor": null, "corrected": {}}));
    assert_eq!(search(&fixture, &[("q", "kubernetes")]).await["corrected"], json!({}));
}

#[tokio::test]
async fn a_word_is_corrected_to_one_that_is_there_under_the_filters() {
    let fixture = imported().await;
    import(
        &fixture,
        "/",
        &file(&[("https://tokio.example/", "", "Tokio"), ("https://tokyo.example/", "", "Tokyo")]),
    )
    .await;
    assert_eq!(titles(&fixture, &[("q", "tokio")]).await, ["Tokio"]);
    assert_eq!(titles(&fixture, &[("q", "tokio"), ("domain", "tokyo.example")]).await, ["Tokyo"]);
    // A word that only an undone import had is no correction.
    fixture.execute("DELETE FROM bookmarks WHERE title = 'Tokio'").await;
    assert_eq!(titles(&fixture, &[("q", "tokoi")]).await, [""; 0]);
    assert_eq!(titles(&fixture, &[("q", "toky")]).await, ["Tokyo"]);
}

#[tokio::test]
async fn tags_domain_folder_and_project_narrow_together() {
    let fixture = imported().await;
    fixture.execute("INSERT INTO projects (name) VALUES ('tokens')").await;
    let other = file(&[("https://example.net/1", "TAGS=\"home\"", "Rust elsewhere")]);
    import(&fixture, "/?project_id=1", &other).await;
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
    let cases: [Case<'_>; 17] = [
        // Without words the newest come first.
        (&[("tag", "home")], &["Rust elsewhere", "Rustic kitchens"]),
        (&[("tag", "HOME"), ("q", "rust")], &["Rust elsewhere", "Rustic kitchens"]),
        (&[("tag", "rust lang")], &["The Book"]),
        (&[("tag", "rust")], &[]),
        (&[("tag", "ops"), ("tag", "containers")], &[KUBERNETES]),
        (&[("tag", "ops"), ("tag", "books")], &[]),
        (&[("tag", "it's \\ a \"tag\"")], &["Node.js & C++"]),
        (&[("domain", "example.com")], &["The Book", "Rustic kitchens"]),
        (&[("domain", "WWW.Example.COM"), ("q", "book")], &["The Book"]),
        // Its subdomains count, and what only ends like it does not.
        (&[("domain", "example")], &[KUBERNETES]),
        (&[("domain", "ample.com")], &[]),
        (&[("folder", "Work")], &["The Book", "Rustic kitchens", KUBERNETES]),
        (&[("folder", "Work/Read/Write/")], &["The Book", "Rustic kitchens"]),
        (&[("folder", "Read/Write")], &[]),
        (
            &[("folder", "Work"), ("domain", "example.com"), ("tag", "home"), ("q", "kit")],
            &["Rustic kitchens"],
        ),
        (&[("project_id", "1")], &["Rust elsewhere"]),
        (&[("project_id", "1"), ("q", "example.net"), ("tag", "books")], &[]),
    ];
    for (parameters, found) in cases {
        assert_eq!(titles(&fixture, parameters).await, found, "{parameters:?}");
    }
    let everything = titles(&fixture, &[]).await;
    assert_eq!((everything.len(), everything[0].as_str()), (9, "Rust elsewhere"));
    assert_eq!(titles(&fixture, &[("q", "")]).await, everything);
}

#[tokio::test]
async fn scripts_without_spaces_are_found_by_any_part_of_them() {
    let fixture = imported().await;
    for q in ["書籤", "日本語", "籤を作", "書", "日本語の書籤を作る", "日本語 作る"] {
        assert_eq!(titles(&fixture, &[("q", q)]).await, ["日本語の書籤を作る"], "{q}");
    }
    assert_eq!(titles(&fixture, &[("q", "籤書")]).await, [""; 0]);
    let more = file(&[
        ("https://example.net/5", "", "지식의 책갈피를 모으다"),
        ("https://example.net/6", "", "ที่คั่นหนังสือออนไลน์"),
        ("https://example.net/7", "", "Закладки про ещё одно"),
        ("https://example.net/8", "", "ＦＵＬＬ width ﬁgures"),
    ]);
    import(&fixture, "/", &more).await;
    for (q, found) in [
        ("책갈피", "지식의 책갈피를 모으다"),
        ("หนังสือ", "ที่คั่นหนังสือออนไลน์"),
        ("ЗАКЛАД", "Закладки про ещё одно"),
        ("еще", "Закладки про ещё одно"),
        ("full figures", "ＦＵＬＬ width ﬁgures"),
    ] {
        assert_eq!(titles(&fixture, &[("q", q)]).await, [found], "{q}");
    }
}

#[tokio::test]
async fn accents_and_case_make_no_difference() {
    let fixture = imported().await;
    for q in ["creme brulee", "CRÈME", "Zurcher strasse", "zürcher straße", "cre\u{300}me"] {
        assert_eq!(titles(&fixture, &[("q", q)]).await, ["Crème brûlée à la Zürcher Straße"], "{q}");
    }
}

#[tokio::test]
async fn nothing_typed_is_an_operator_or_an_error() {
    let fixture = imported().await;
    for q in [
        "&|!:*()\\'\"",
        "'",
        "''",
        "\\",
        ":*",
        "<->",
        "!rust",
        "rust:*",
        "rust & !book",
        "(((",
        "a\\' | 'b",
        "%",
        "_",
        "%%rust%%",
        "--",
        "; DROP TABLE bookmarks",
        "$1",
        "\u{1}",
        "\u{1}=p1",
        "=dexample.com",
        "\u{feff}",
        "\u{fffd}",
        "🎉",
        "\t\n",
        "NULL",
        "{}",
        "[]",
        "\u{202e}abc",
        "ﷺﷺﷺ",
    ] {
        search(&fixture, &[("q", q)]).await;
        search(&fixture, &[("tag", q), ("folder", q), ("domain", q)]).await;
    }
    assert_eq!(titles(&fixture, &[("q", "!!!")]).await, [""; 0], "no word is no match");
    assert_eq!(titles(&fixture, &[("q", "C++ node.js")]).await, ["Node.js & C++"]);
    assert_eq!(
        titles(&fixture, &[("q", "=dexample.com")]).await,
        titles(&fixture, &[("q", "dexample.com")]).await
    );
}

#[tokio::test]
async fn wrong_parameters_are_refused() {
    let fixture = Fixture::new();
    let long = "x".repeat(10_000);
    for (name, value) in [
        ("q", long.as_str()),
        ("tag", &long),
        ("domain", &long),
        ("folder", &long),
        ("q", "a\0b"),
        ("tag", "\0"),
        ("limit", "0"),
        ("limit", "1001"),
        ("limit", "-1"),
        ("limit", "x"),
        ("project_id", "x"),
        ("project_id", "9999999999"),
        ("cursor", "zzz"),
        ("query", "rust"),
    ] {
        fixture.call(search::handle, Event::get(&query(&[(name, value)]))).await.problem(400);
    }
    fixture.call(search::handle, Event::get("/?q=a&q=b")).await.problem(400);
    let tags = |count| query(&vec![("tag", "a"); count]);
    fixture.call(search::handle, Event::get(&tags(101))).await.problem(400);
    assert_eq!(fixture.call(search::handle, Event::get(&tags(100))).await.status, 200);
    fixture.call(search::handle, Event::get("/1")).await.problem(404);
    fixture.call(search::handle, Event::delete("/")).await.problem(405);
    assert_eq!(
        fixture.call(search::handle, Event::get(&query(&[("q", &"x".repeat(1_000))]))).await.status,
        200
    );
}

#[tokio::test]
async fn a_cursor_of_another_kind_of_search_is_refused() {
    let fixture = imported().await;
    for (first, then) in [(("tag", "home"), ("q", "rust")), (("q", "example"), ("domain", "example.com"))] {
        fixture.execute("UPDATE bookmarks SET tags = '{home}'").await;
        let page = search(&fixture, &[first, ("limit", "1")]).await;
        let cursor = page["next_cursor"].as_str().unwrap();
        fixture.call(search::handle, Event::get(&query(&[then, ("cursor", cursor)]))).await.problem(400);
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat_at_equal_ranks() {
    let fixture = Fixture::new();
    let links: Vec<(String, String)> =
        (0..25).map(|n| (format!("https://{n}.example/"), format!("Gardens number {n}"))).collect();
    let links: Vec<_> =
        links.iter().map(|(url, title)| (url.as_str(), "TAGS=\"green\"", title.as_str())).collect();
    import(&fixture, "/", &file(&links)).await;
    let newest_first: Vec<String> = (0..25).rev().map(|n| format!("Gardens number {n}")).collect();
    for limit in ["1", "4", "25", "1000"] {
        for parameters in [("q", "gardens"), ("q", "gradens"), ("tag", "green"), ("q", "")] {
            assert_eq!(
                all_titles(&fixture, &[parameters, ("limit", limit)]).await,
                newest_first,
                "{parameters:?}"
            );
        }
    }
    let page = search(&fixture, &[("q", "gardens"), ("limit", "25")]).await;
    assert_eq!(page["next_cursor"], json!(null), "a page that ends with the last bookmark has no next");
}

#[tokio::test]
async fn a_bookmark_has_the_shape_of_an_imports_sample() {
    let fixture = Fixture::new();
    let sample = import(&fixture, "/", FILE).await.body["bookmarks_sample"][0].clone();
    let mut found = search(&fixture, &[("q", "kubernetes")]).await["bookmarks"][0].clone();
    assert!(found["score"].as_f64().unwrap() > 0.0);
    let further = found.as_object_mut().unwrap();
    assert_eq!(further.remove("project_id"), Some(json!(null)));
    further.remove("score");
    assert_eq!(found, sample);
}
