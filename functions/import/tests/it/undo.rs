//! Undoing an import equals never having made it.

use harness::{Fixture, Seen};
use serde_json::Value;
use support::Event;

/// Small files over few addresses, so that they meet: entries are letters (the address) with a tag, a day and
/// a folder.
fn file(entries: &[(char, &str, u32, &str)]) -> String {
    let mut file = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>\n".to_owned();
    for (address, tag, day, folder) in entries {
        let date = 1_700_000_000 + day * 86_400;
        let state = match day {
            2 | 4 => " TOREAD=\"1\"",
            5 => " ARCHIVED=\"1\" NOTES=\"mine\" X-MINE=\"kept\"",
            7 => " TOREAD=\"0\"",
            _ => "",
        };
        file += &format!(
            "<DT><H3>{folder}</H3><DL><p><DT><A HREF=\"https://{address}.example/\" TAGS=\"{tag}\" \
             ADD_DATE=\"{date}\" LAST_MODIFIED=\"{date}\"{state}>{address} {tag}</A>\n"
        );
        if day % 3 == 0 {
            file += &format!("<DD>described on day {day}\n");
        }
        file += "</DL><p>\n";
    }
    file + "</DL><p>"
}

async fn post(fixture: &Fixture, project: u32, file: &str) -> String {
    let seen = fixture.call(import::handle, Event::post(&format!("/?project_id={project}")).text(file)).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen.body["import_job"]["id"].as_str().unwrap().to_owned()
}

async fn undo(fixture: &Fixture, id: &str) -> Seen {
    fixture.call(import::handle, Event::delete(&format!("/{id}"))).await
}

/// All that a project's imports have left, but for ids and the moments of their making; jobs by their
/// content.
async fn state(fixture: &Fixture, project: u32) -> Value {
    let content = "encode((SELECT content_sha256 FROM import_jobs j WHERE j.id = import_job_id), 'hex')";
    // Folders by their numbers in the order of a file, since their ids depend on the project.
    let number =
        |folder: &str| format!("(SELECT opens FROM folder_tree({project}) AS t WHERE t.id = {folder})");
    let (folder, own, further) = (number("folder_id"), number("own_folder_id"), number("f"));
    let sql = format!(
        "SELECT jsonb_build_object(
           'folders', (SELECT jsonb_agg(to_jsonb(f) - ARRAY['id', 'parent_id', 'project_id', 'import_job_id', 'place']
                                        || jsonb_build_object('job', {content}, 'opens', t.opens, 'depth', t.depth)
                                        ORDER BY t.opens)
                       FROM folder_tree({project}) AS t JOIN folders f USING (id)),
           'bookmarks', (SELECT jsonb_agg(to_jsonb(b) - ARRAY['id', 'number', 'import_job_id', 'project_id', 'created_at',
                                                              'updated_at', 'folder_id', 'further_folder_ids']
                                          || jsonb_build_object('job', {content}, 'folder', {folder},
                                                 'further', ARRAY(SELECT {further} FROM unnest(further_folder_ids) AS f),
                                                 'unmerged', b.unmerged - 'updated_at') ORDER BY b.id)
                         FROM bookmarks b WHERE project_id = {project}),
           'entries', (SELECT jsonb_agg(to_jsonb(e) - ARRAY['id', 'import_job_id', 'folder_id', 'own_folder_id']
                                        || jsonb_build_object('job', {content}, 'folder', {folder}, 'own', {own})
                                        ORDER BY j.completed_at, e.id)
                       FROM import_entries e JOIN import_jobs j ON j.id = e.import_job_id WHERE j.project_id = {project}),
           'jobs', (SELECT jsonb_agg(to_jsonb(j) - ARRAY['id', 'project_id', 'created_at', 'started_at', 'completed_at',
                                                         'duration_ms', 'total_cost_usd'] ORDER BY completed_at)
                    FROM import_jobs j WHERE project_id = {project}))"
    );
    serde_json::from_str(&fixture.ask(&sql).await).unwrap()
}

#[tokio::test]
async fn an_undone_import_is_gone_and_can_be_made_again() {
    let fixture = Fixture::new();
    fixture.execute("INSERT INTO projects (name) VALUES ('p')").await;
    let content = file(&[('a', "x", 0, "F"), ('b', "y", 1, "F")]);
    let id = post(&fixture, 1, &content).await;
    let seen = undo(&fixture, &id).await;
    assert_eq!((seen.status, &seen.body["bookmarks_removed"]), (200, &2.into()), "{}", seen.body);
    assert_eq!(seen.body["import_job"]["id"], id);
    for table in ["bookmarks", "import_entries", "import_jobs", "folders"] {
        assert_eq!(fixture.ask(&format!("SELECT count(*) FROM {table}")).await, "0", "{table}");
    }
    undo(&fixture, &id).await.problem(404);
    post(&fixture, 1, &content).await;
}

#[tokio::test]
async fn a_row_is_restored_to_what_it_was_before_the_import_merged_into_it() {
    let fixture = Fixture::new();
    fixture.execute("INSERT INTO projects (name) VALUES ('p')").await;
    post(&fixture, 1, &file(&[('a', "x", 5, "F")])).await;
    let rows = "SELECT jsonb_agg(to_jsonb(b)) FROM bookmarks b";
    let before = fixture.ask(rows).await;
    let second = post(&fixture, 1, &file(&[('a', "y", 0, "G")])).await;
    assert_ne!(fixture.ask(rows).await, before);
    undo(&fixture, &second).await;
    assert_eq!(fixture.ask(rows).await, before, "every column, the moment of its update included");
}

#[tokio::test]
async fn imports_without_a_project_are_undone_too() {
    let fixture = Fixture::new();
    let first = fixture.call(import::handle, Event::post("/").text(file(&[('a', "x", 0, "F")]))).await.body;
    fixture
        .call(import::handle, Event::post("/").text(file(&[('a', "y", 1, "G"), ('b', "z", 2, "G")])))
        .await;
    let seen = undo(&fixture, first["import_job"]["id"].as_str().unwrap()).await;
    assert_eq!((seen.status, &seen.body["bookmarks_removed"]), (200, &0.into()));
    assert_eq!(
        fixture.ask("SELECT array_agg(title ORDER BY title) FROM bookmarks").await,
        "{\"a y\",\"b z\"}"
    );
    assert_eq!(fixture.ask("SELECT imported_count || ' ' || merged_count FROM import_jobs").await, "2 0");
}

#[tokio::test]
async fn an_import_beneath_ten_thousand_later_duplicates_is_undone_within_a_requests_time() {
    let fixture = Fixture::new();
    fixture.execute("INSERT INTO projects (name) VALUES ('p')").await;
    let file = |tag: &str| {
        let mut file = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>\n".to_owned();
        for n in 0..10_000 {
            file += &format!("<DT><A HREF=\"https://example.com/{n}\" TAGS=\"{tag}\">Title {n}</A>\n");
        }
        file + "</DL><p>"
    };
    let first = post(&fixture, 1, &file("first")).await;
    post(&fixture, 1, &file("second")).await;
    // The event's deadline is 30 s away; a plan that loops over both imports takes longer than that.
    let seen = undo(&fixture, &first).await;
    assert_eq!((seen.status, &seen.body["bookmarks_removed"]), (200, &0.into()), "{}", seen.body);
    assert_eq!(fixture.ask("SELECT imported_count || ' ' || merged_count FROM import_jobs").await, "10000 0");
    assert_eq!(fixture.ask("SELECT array_agg(DISTINCT tags) FROM bookmarks").await, "{{second}}");
}

#[tokio::test]
async fn any_import_undone_leaves_what_a_replay_without_it_leaves() {
    const TAGS: [&str; 3] = ["x", "y", "x,z"];
    const FOLDERS: [&str; 3] = ["F", "G", "H"];
    let fixture = Fixture::new();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    for case in 0..24_u32 {
        let (undone_in, replayed_in) = (2 * case + 1, 2 * case + 2);
        fixture.execute("INSERT INTO projects (name) VALUES ('undone'), ('replayed')").await;
        let files: Vec<String> = (0..4)
            .map(|serial| {
                let mut entries: Vec<_> = (0..=next(4))
                    .map(|_| {
                        let address = char::from(b'a' + u8::try_from(next(4)).unwrap());
                        let pick = |n: u64| usize::try_from(n).unwrap();
                        let day = u32::try_from(next(9)).unwrap();
                        (address, TAGS[pick(next(3))], day, FOLDERS[pick(next(3))])
                    })
                    .collect();
                // One entry of its own keeps each file's content apart from the others'.
                entries.push((char::from(b'p' + serial), "own", 1, "F"));
                file(&entries)
            })
            .collect();
        let mut ids = Vec::new();
        for file in &files {
            ids.push(post(&fixture, undone_in, file).await);
        }
        let mut out: Vec<usize> = vec![usize::try_from(next(4)).unwrap()];
        if case % 2 == 1 {
            out.push((out[0] + 1 + usize::try_from(next(3)).unwrap()) % 4);
        }
        for index in &out {
            assert_eq!(undo(&fixture, &ids[*index]).await.status, 200);
        }
        for (index, file) in files.iter().enumerate() {
            if !out.contains(&index) {
                post(&fixture, replayed_in, file).await;
            }
        }
        let (undone, replayed) = (state(&fixture, undone_in).await, state(&fixture, replayed_in).await);
        assert_eq!(undone, replayed, "case {case}: {files:#?} without {out:?}");
    }
}
