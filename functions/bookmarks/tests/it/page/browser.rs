//! The library in a browser. These tests say why they are skipped where there is no Chromium with its driver.

use harness::{Fixture, with_browser};
use serde_json::json;
use support::Event;

use super::library::{FILE, bridge, fill, open, rows, wait_for_first, wait_for_toast, write};

const ESCAPE: &str = "\u{e00c}";
const ENTER: &str = "\u{e007}";

#[tokio::test]
async fn a_bookmark_is_found_edited_deleted_and_had_back_with_the_keyboard_alone() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fill(&fixture).await;
        let bridge = bridge(&fixture, &[]).await;
        open(browser, &bridge, "").await;
        browser.press("/").await;
        browser.press("plan tree").await;
        wait_for_first(browser, "Explain visualizer").await;
        browser.wait_for("document.querySelectorAll('.bookmark').length === 1").await;
        assert!(browser.value("location.hash").await.as_str().unwrap().contains("q=plan+tree"));

        // Leaving the search, the only row has the focus; its form opens.
        browser.press(ESCAPE).await;
        browser.wait_for("document.activeElement.matches('.bookmark')").await;
        browser.press("e").await;
        browser.wait_for("document.getElementById('editor').open").await;
        assert_eq!(browser.value("document.activeElement.id").await, "edit-title");
        browser.press(" for Postgres").await;
        browser.fill("#edit-tag", "plans,").await;
        browser.fill("#edit-notes", "Paste the JSON form.").await;
        browser.fill("#edit-subfolder", "Databases").await;
        browser.click("#edit-unread").await;
        browser.click("#editor-save").await;
        wait_for_toast(browser, "Saved").await;
        wait_for_first(browser, "Explain visualizer for Postgres").await;
        let stored =
            "SELECT concat_ws('|', title, notes, tags, unread, array_to_string(folder_path(folder_id), '/'))
            FROM bookmarks WHERE title LIKE 'Explain%'";
        assert_eq!(
            fixture.ask(stored).await,
            "Explain visualizer for Postgres|Paste the JSON form.|{postgres,tools,plans}|t|Tools/Databases"
        );
        browser.wait_for("document.activeElement.matches('.bookmark')").await;
        browser.press("u").await;
        wait_for_toast(browser, "former version").await;
        assert_eq!(fixture.ask(stored).await, "Explain visualizer|{postgres,tools}|f|Tools");

        let count = "SELECT count(*) FROM bookmarks WHERE title = 'Explain visualizer'";
        browser.wait_for("document.activeElement.matches('.bookmark')").await;
        browser.press("#").await;
        wait_for_toast(browser, "is in the trash").await;
        browser.wait_for("!document.getElementById('empty').hidden").await;
        assert_eq!(fixture.ask(count).await, "0");
        browser.press("u").await;
        wait_for_toast(browser, "1 bookmark is back").await;
        wait_for_first(browser, "Explain visualizer").await;
        assert_eq!(fixture.ask(count).await, "1");
        assert_eq!(fixture.ask("SELECT count(*) FROM trashed_bookmarks").await, "0");

        // The help lists the keys, which can be switched off.
        browser.press("?").await;
        browser.wait_for("document.getElementById('help').open").await;
        browser.click("#has-keys").await;
        browser.press(ESCAPE).await;
        browser.press("a").await;
        assert_eq!(browser.value("document.getElementById('editor').open").await, false);
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn keys_move_select_and_open_the_form_of_a_new_bookmark() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        write(&fixture, 30).await;
        let bridge = bridge(&fixture, &[]).await;
        open(browser, &bridge, "").await;
        let active = "document.querySelector('.bookmark.active').ariaPosInSet";
        browser.press("jjk").await;
        assert_eq!(browser.value(active).await, "1");
        browser.press("j\u{e010}").await;
        browser.wait_for(&format!("{active} === '30'")).await;
        assert_eq!(browser.value("document.activeElement.matches('.active')").await, true);
        browser.press("\u{e011}xjx").await;
        assert_eq!(browser.text("selected-count").await, "2 selected");
        browser.press(ESCAPE).await;
        assert_eq!(browser.value("document.getElementById('bulk').hidden").await, true);

        browser.press("a").await;
        browser.wait_for("document.getElementById('editor').open").await;
        browser.press("example.org without a scheme").await;
        browser.press(ENTER).await;
        browser.wait_for("document.getElementById('editor-alert').innerText !== ''").await;
        assert_eq!(browser.value("document.getElementById('editor').open").await, true, "nothing is lost");
        browser.run("document.getElementById('edit-url').select()").await;
        browser.press("https://example.org/new").await;
        browser.press(ENTER).await;
        wait_for_toast(browser, "Added").await;
        assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "31");
        browser.press("u").await;
        wait_for_toast(browser, "in the trash").await;
        assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "30");

        // What was typed and not saved can be had back.
        browser.press("a").await;
        browser.press("https://typed.example/").await;
        browser.press(ESCAPE).await;
        wait_for_toast(browser, "Closed without saving").await;
        browser.press("u").await;
        browser.wait_for("document.getElementById('edit-url').value === 'https://typed.example/'").await;
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn many_bookmarks_are_changed_at_once_and_changed_back() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        write(&fixture, 2_500).await;
        let bridge = bridge(&fixture, &[]).await;
        open(browser, &bridge, "").await;
        browser.press("x").await;
        browser.click("#select-all").await;
        browser.wait_for("document.getElementById('selected-count').innerText === '2,500 selected'").await;
        let tagged = "SELECT count(*) FROM bookmarks WHERE 'tag3' = ANY (tags)";
        browser.click("[data-bulk=add_tags]").await;
        browser.fill("#bulk-tags", "tag3, new").await;
        browser.press(ENTER).await;
        wait_for_toast(browser, "2,500 bookmarks tagged").await;
        assert_eq!(fixture.ask(tagged).await, "2500");
        browser.click("#toast-undo").await;
        wait_for_toast(browser, "as they were").await;
        assert_eq!(fixture.ask(tagged).await, "250");
        assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks WHERE 'new' = ANY (tags)").await, "0");

        browser.click("[data-bulk=archive]").await;
        wait_for_toast(browser, "put into the archive").await;
        assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks WHERE is_archived").await, "2500");
        browser.click("#toast-undo").await;
        wait_for_toast(browser, "as they were").await;
        assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks WHERE is_archived").await, "0");
        browser.wait_for("document.querySelectorAll('.bookmark').length > 5").await;

        // By clicks, a range with the shift key.
        browser.run("document.querySelector('.bookmark input').click()").await;
        browser
            .run(
                "document.querySelectorAll('.bookmark')[4].querySelector('input')
                    .dispatchEvent(new MouseEvent('click', { shiftKey: true, bubbles: true, cancelable: true }))",
            )
            .await;
        assert_eq!(browser.text("selected-count").await, "5 selected");
        browser.click("[data-bulk=delete]").await;
        wait_for_toast(browser, "5 bookmarks are in the trash").await;
        assert_eq!(fixture.ask("SELECT count(*) FROM trashed_bookmarks").await, "5");
        browser.click("#toast-undo").await;
        wait_for_toast(browser, "5 bookmarks are back").await;
        assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "2500");
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn a_folder_gets_another_name_and_place_and_has_them_back() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fill(&fixture).await;
        let bridge = bridge(&fixture, &[]).await;
        let id = fixture.ask("SELECT id FROM folders WHERE name = 'Tools'").await;
        open(browser, &bridge, &format!("#folder={id}")).await;
        browser.wait_for("!document.getElementById('change-folder').hidden").await;
        browser.click("#change-folder").await;
        browser.wait_for("document.getElementById('folder-dialog').open").await;
        browser.fill("#folder-name", " of mine").await;
        let other = "SELECT id FROM folders WHERE parent_id IS NULL AND name <> 'Tools' LIMIT 1";
        let other = fixture.ask(other).await;
        browser.run(&format!("document.getElementById('folder-parent').value = '{other}'")).await;
        browser.click("#folder-dialog .primary").await;
        wait_for_toast(browser, "is changed").await;
        browser.wait_for("document.getElementById('title').innerText.endsWith('Tools of mine')").await;
        let stored = format!("SELECT concat(name, '|', parent_id) FROM folders WHERE id = '{id}'");
        assert_eq!(fixture.ask(&stored).await, format!("Tools of mine|{other}"));
        browser.click("#toast-undo").await;
        wait_for_toast(browser, "The folder is as it was").await;
        assert_eq!(fixture.ask(&stored).await, "Tools|");
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn a_save_after_somebody_elses_shows_what_has_changed_and_loses_nothing() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        write(&fixture, 1).await;
        let bridge = bridge(&fixture, &[]).await;
        open(browser, &bridge, "").await;
        browser.press("je").await;
        browser.wait_for("document.getElementById('editor').open").await;
        browser.press(" of mine").await;
        let id = fixture.ask("SELECT id FROM bookmarks").await;
        let other = r#"{"title": "theirs", "notes": "their notes"}"#;
        let event =
            Event::new(http::Method::PATCH, &format!("/{id}")).header("content-type", "application/json");
        assert_eq!(fixture.call(bookmarks::handle, event.text(other)).await.status, 200);

        browser.press(ENTER).await;
        browser.wait_for("!document.getElementById('conflict').hidden").await;
        let conflict = browser.text("conflict-list").await;
        for text in ["Title: changed by both", "bookmark 1 of mine", "theirs", "Notes", "their notes"] {
            assert!(conflict.contains(text), "{conflict}");
        }
        assert_eq!(browser.value("document.activeElement.id").await, "conflict-title");
        assert_eq!(browser.value("document.getElementById('edit-title').value").await, "bookmark 1 of mine");
        browser.click("#keep-mine").await;
        wait_for_toast(browser, "Saved").await;
        let stored = "SELECT title || '|' || notes FROM bookmarks";
        assert_eq!(fixture.ask(stored).await, "bookmark 1 of mine|their notes");
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_deleted_is_restored_from_the_trash_or_gone_once_it_is_emptied() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        write(&fixture, 3).await;
        let bridge = bridge(&fixture, &[]).await;
        open(browser, &bridge, "").await;
        browser.press("j#").await;
        wait_for_toast(browser, "is in the trash").await;
        browser.press("#").await;
        browser.wait_for("document.querySelectorAll('.bookmark').length === 1").await;
        browser.click("[data-view=trash]").await;
        browser.wait_for("document.querySelectorAll('.bookmark .restore:not([hidden])').length === 2").await;
        browser.click(".bookmark .restore").await;
        wait_for_toast(browser, "is restored").await;
        assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "2");
        browser.click("#empty-trash").await;
        browser.wait_for("document.getElementById('sure-dialog').open").await;
        browser.click("#sure-yes").await;
        wait_for_toast(browser, "The trash is empty").await;
        assert_eq!(fixture.ask("SELECT count(*) FROM trashed_bookmarks").await, "0");
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn addresses_that_run_or_read_files_are_shown_and_never_linked_and_names_turn_nothing_around() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fixture
            .execute(
                "INSERT INTO bookmarks (id, url_key, url, title, tags, description) VALUES
                    (gen_random_uuid(), gen_random_uuid(), 'javascript:alert(1)', '\u{202e}turned', ARRAY['\u{202e}tag'], '<b>bold</b>'),
                    (gen_random_uuid(), gen_random_uuid(), 'data:text/html,<script>1</script>', 'data', '{}', NULL),
                    (gen_random_uuid(), gen_random_uuid(), 'file:///etc/passwd', 'file', '{}', NULL),
                    (gen_random_uuid(), gen_random_uuid(), 'https://web.example/', 'web \u{2067}שלום', ARRAY['שתיים'], '\u{202e}described')",
            )
            .await;
        let bridge = bridge(&fixture, &[]).await;
        open(browser, &bridge, "").await;
        browser.wait_for("document.querySelectorAll('.bookmark').length === 4").await;
        let links = browser
            .value("[...document.querySelectorAll('.bookmark a[href]')].map((link) => [link.href, link.rel])")
            .await;
        assert_eq!(links, json!([["https://web.example/", "noopener noreferrer"]]));
        let shown = browser.text("list").await;
        assert!(shown.contains("javascript:alert(1)") && shown.contains("<b>bold</b>"), "{shown}");
        for selector in [".bookmark .line", "#tags .entry"] {
            assert!(browser.stands_in_order(selector).await, "{selector}");
        }
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn a_file_is_imported_and_the_import_undone_beside_the_list() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        let bridge = bridge(&fixture, &[]).await;
        open(browser, &bridge, "").await;
        assert!(browser.text("empty-text").await.starts_with("There are no bookmarks yet"));
        browser.click("#empty-actions a").await;
        browser.wait_for("!document.getElementById('no-imports').hidden").await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.html");
        std::fs::write(&path, FILE).unwrap();
        browser.fill("#file", path.to_str().unwrap()).await;
        browser.click("#import-form button").await;
        wait_for_toast(browser, "26 imported").await;
        browser.wait_for("document.querySelectorAll('#earlier li').length === 1").await;
        browser.wait_for("document.querySelectorAll('#folders li').length > 2").await;
        browser.click("[data-view=all]").await;
        browser.wait_for("document.querySelectorAll('.bookmark').length > 5").await;
        browser.click("#folders a").await;
        browser.wait_for("document.getElementById('title').innerText === 'Toolbar'").await;

        browser.click("[data-view=imports]").await;
        browser.wait_for("document.querySelectorAll('#earlier li').length === 1").await;
        browser.click("#earlier button").await;
        browser.wait_for("document.getElementById('sure-dialog').open").await;
        browser.click("#sure-yes").await;
        browser.wait_for("!document.getElementById('no-imports').hidden").await;
        assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "0");
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_is_asked_for_or_handed_over_and_kept_for_the_tab_only() {
    const TOKEN: &str = "correct-horse-battery";
    with_browser(async |browser| {
        let fixture = Fixture::new();
        write(&fixture, 3).await;
        let bridge = bridge(&fixture, &[("ACCESS_TOKEN", TOKEN)]).await;
        browser.open(&bridge.url()).await;
        browser.wait_for("document.getElementById('token-dialog').open").await;
        browser.fill("#token", &format!("{TOKEN}{ENTER}")).await;
        browser.wait_for("document.querySelectorAll('.bookmark').length === 3").await;
        assert_eq!(browser.value("Object.values(sessionStorage)").await, json!([TOKEN]));
        assert_eq!(browser.value("document.cookie + Object.values(localStorage)").await, "");
        browser.click("#forget-token").await;
        assert_eq!(browser.value("sessionStorage.length").await, 0);
        open(browser, &bridge, &format!("#token={TOKEN}")).await;
        assert_eq!(rows(browser).await, 3);
        assert_eq!(browser.value("location.hash").await, "");
        browser.assert_no_complaints().await;
    })
    .await;
}
