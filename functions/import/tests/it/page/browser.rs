//! The page in a browser. These tests say why they are skipped where there is no Chromium with its driver.

use std::sync::Arc;

use harness::{Bridge, Fixture, app, with_browser};
use sha2::{Digest, Sha256};
use store::App;

/// In Latin-1, with an icon in each place where one can stand, and with what only looks like one.
const FILE: &[u8] = b"<!DOCTYPE NETSCAPE-Bookmark-file-1>\r
<!-- <A HREF=\"https://example.com/\" ICON=\"data:image/png;base64,AAAA\"> -->
<META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=ISO-8859-1\">
<DL><p>
<DT><A HREF=\"https://example.com/caf\xe9\" ICON=\"data:image/png;base64,AAAA\" TAGS=\"d\xe9j\xe0\">Caf\xe9 <b>au</b> lait</A>
<DT><a icon='data:,x' ICON_URI=\"https://example.com/i.png\" href=\"https://example.com/2\">two</a>
<DT><A HREF=https://example.com/3 ICON = \"data:,x\"NAME=n>ICON=\"data:,x\"</A>
<DT><A ICON=\"https://example.com/icon.png\" HREF=\"https://example.com/4\">four</A>
<DT><A HREF=\"https://example.com/?q= ICON=&quot;data:\" ICON=data:,x>five</A>
<DT><A HREF=\"/relative\" ICON=\"data:,x\n\">six</A>
</DL><p>
<A HREF=\"https://example.com/7\" ICON=\"data:,never closed>";

/// The file as it is to arrive.
const SENT: &[u8] = b"<!DOCTYPE NETSCAPE-Bookmark-file-1>\r
<!-- <A HREF=\"https://example.com/\" ICON=\"data:image/png;base64,AAAA\"> -->
<META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=ISO-8859-1\">
<DL><p>
<DT><A HREF=\"https://example.com/caf\xe9\"  TAGS=\"d\xe9j\xe0\">Caf\xe9 <b>au</b> lait</A>
<DT><a  ICON_URI=\"https://example.com/i.png\" href=\"https://example.com/2\">two</a>
<DT><A HREF=https://example.com/3 NAME=n>ICON=\"data:,x\"</A>
<DT><A ICON=\"https://example.com/icon.png\" HREF=\"https://example.com/4\">four</A>
<DT><A HREF=\"https://example.com/?q= ICON=&quot;data:\" ICON=data:,x>five</A>
<DT><A HREF=\"/relative\" ICON=\"data:,x\n\">six</A>
</DL><p>
<A HREF=\"https://example.com/7\" ICON=\"data:,never closed>";

async fn bridge(app: Arc<App>) -> Bridge {
    Bridge::start(app, import::handle, import::is_public, "import").await
}

fn write(content: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my bookmarks & more.html");
    std::fs::write(&path, content).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[tokio::test]
async fn a_file_is_imported_looked_at_and_undone() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        let bridge = bridge(app(&fixture.database.url(), &[])).await;
        let (_folder, path) = write(FILE);
        browser.open(&bridge.url()).await;
        browser.wait_for("!document.getElementById('none').hidden").await;
        browser.fill("#file", &path).await;
        browser.click("#import").await;
        browser.wait_for("!document.getElementById('rejections').hidden").await;

        // The last one's tag is cut off after its address, which is stored with a warning.
        assert_eq!(browser.text("result-title").await, "6 bookmarks imported from my bookmarks & more.html");
        assert_eq!(browser.value("document.activeElement.id").await, "result-title");
        // A notice without text is not there.
        assert_eq!(browser.value("document.getElementById('status').offsetHeight").await, 0);
        let sha256 = fixture.ask("SELECT encode(content_sha256, 'hex') FROM import_jobs").await;
        let expected: String = Sha256::digest(SENT).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sha256, expected, "the file was changed in another way than by leaving its icons out");
        assert!(browser.text("sample-list").await.contains("Café au lait"));
        let rejections = browser.text("rejections-list").await;
        assert!(rejections.contains("Failed:") && rejections.contains("/relative"), "{rejections}");

        // The address is a link to the import, and each import of the list is one.
        let id = fixture.ask("SELECT id FROM import_jobs").await;
        assert_eq!(browser.value("location.hash").await, format!("#{id}"));
        browser.open(&format!("{}#{id}", bridge.url().replace("import", "import/"))).await;
        browser.wait_for("!document.getElementById('result').hidden").await;
        browser.wait_for("document.querySelectorAll('#earlier li').length === 1").await;

        browser.click("#undo").await;
        browser.wait_for("document.getElementById('undo-dialog').open").await;
        assert_eq!(browser.value("document.activeElement.innerText").await, "Keep it");
        browser.click("#undo-yes").await;
        browser.wait_for("document.getElementById('status').innerText.startsWith('Removed')").await;
        browser.wait_for("!document.getElementById('none').hidden").await;
        assert_eq!(browser.value("document.getElementById('result').hidden").await, true);
        assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "0");
        browser.assert_no_complaints().await;
    })
    .await;
}

/// With a character in each name that turns around what follows it, and with names that are written from
/// right to left.
const TURNED: &str = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n\
    <DT><H3>\u{202e}folder</H3>\n<DL><p>\n<DT><H3>שלום</H3>\n<DL><p>\n\
    <DT><A HREF=\"https://turned.example/\" TAGS=\"\u{202e}one,שתיים\">\u{202e}title\u{2067}</A>\n\
    </DL><p>\n</DL><p>\n<DT><A HREF=\"/relative\">\u{202e}refused</A>\n</DL><p>\n";

#[tokio::test]
async fn a_name_that_turns_text_around_turns_nothing_beside_it() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fixture
            .execute("INSERT INTO projects (name) VALUES ('\u{202e}twice'), ('\u{202e}twice'), ('פרויקט')")
            .await;
        let bridge = bridge(app(&fixture.database.url(), &[])).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("\u{202e}lmth.שם.html");
        std::fs::write(&path, TURNED).unwrap();
        browser.open(&format!("{}/?project_id=2", bridge.url())).await;
        browser.wait_for("!document.getElementById('none').hidden").await;
        // Chosen by its number in the address, which distinguishes it from its namesake.
        assert_eq!(browser.value("document.getElementById('project').value").await, "2");
        let chosen = "document.getElementById('project').selectedOptions[0].text";
        assert_eq!(browser.value(chosen).await, "\u{2068}twice (2)\u{2069}");

        browser.fill("#file", path.to_str().unwrap()).await;
        browser.click("#import").await;
        browser.wait_for("!document.getElementById('rejections').hidden").await;
        browser.wait_for("document.querySelectorAll('#earlier li').length === 1").await;
        browser.click("#undo").await;
        browser.wait_for("document.getElementById('undo-dialog').open").await;
        for selector in [
            "#result-title",
            "#about",
            "#sample-list li",
            "#rejections-list td:last-child",
            "#earlier .title",
            "#earlier .hint",
            "#undo-text",
        ] {
            assert!(browser.stands_in_order(selector).await, "{selector}");
        }
        let isolated = "[...document.querySelectorAll('bdi')].every((element) =>
            getComputedStyle(element).unicodeBidi === 'isolate')";
        assert_eq!(browser.value(isolated).await, true);
        let label =
            browser.value("document.querySelector('#earlier button').getAttribute('aria-label')").await;
        assert!(label.as_str().unwrap().contains("\u{2068}lmth.שם.html\u{2069}, "), "{label}");
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn what_failed_is_saved_as_a_file_and_the_file_as_a_whole_can_have_a_warning() {
    const TOKEN: &str = "correct-horse-battery";
    with_browser(async |browser| {
        let fixture = Fixture::new();
        let bridge = bridge(app(&fixture.database.url(), &[("ACCESS_TOKEN", TOKEN)])).await;
        // It ends within the list.
        let (_folder, path) = write(b"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n<DT><A HREF=\"/relative\">t</A>\n");
        browser.open(&bridge.url()).await;
        browser.wait_for("document.getElementById('token-dialog').open").await;
        browser.fill("#token", &format!("{TOKEN}\u{e007}")).await;
        browser.wait_for("!document.getElementById('none').hidden").await;
        browser.fill("#file", &path).await;
        browser.click("#import").await;
        browser.wait_for("!document.getElementById('rejections').hidden").await;
        let rejections = browser.text("rejections-list").await;
        assert!(rejections.contains("ends") && rejections.contains("Failed:"), "{rejections}");
        assert!(!rejections.contains("null") && !rejections.contains("NaN"), "{rejections}");
        assert!(browser.text("about").await.contains(" bytes · "));

        // A person's browser would open its folder for downloads here.
        browser
            .value(
                "(() => { URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); \
                 return '#'; }; })()",
            )
            .await;
        browser.click("#refused").await;
        browser.wait_for("window.saved !== undefined").await;
        let saved = browser.value("window.saved").await;
        assert!(saved.as_str().unwrap().contains("HREF=\"/relative\""), "{saved}");
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_is_asked_for_until_it_is_right_and_is_kept_for_the_tab_only() {
    const TOKEN: &str = "correct-horse-battery";
    with_browser(async |browser| {
        let fixture = Fixture::new();
        let bridge = bridge(app(&fixture.database.url(), &[("ACCESS_TOKEN", TOKEN)])).await;
        browser.open(&bridge.url()).await;
        browser.wait_for("document.getElementById('token-dialog').open").await;
        assert_eq!(browser.value("document.activeElement.id").await, "token");
        browser.fill("#token", "a-wrong-token-of-good-length\u{e007}").await;
        browser
            .wait_for("document.getElementById('token-text').innerText.includes('not the right one')")
            .await;
        browser.wait_for("document.getElementById('token-dialog').open").await;
        browser.fill("#token", &format!("{TOKEN}\u{e007}")).await;
        browser.wait_for("!document.getElementById('none').hidden").await;
        assert_eq!(browser.value("document.getElementById('token-dialog').open").await, false);
        assert_eq!(browser.value("Object.values(sessionStorage)").await, serde_json::json!([TOKEN]));
        assert_eq!(browser.value("localStorage.length + document.cookie.length").await, 0);

        browser.click("#forget-token").await;
        assert_eq!(browser.value("sessionStorage.length").await, 0);
        browser.assert_no_complaints().await;
    })
    .await;
}
