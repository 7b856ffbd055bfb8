//! Edits, imports and their undoing live together: whatever happens in whichever order, no bookmark, no tag and
//! no note is lost that somebody still has a claim to. A model says what must be there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use harness::Fixture;
use serde_json::{Value, json};
use support::{Event, rounds};

use crate::{list, path, send};

const URLS: usize = 3;
const STEPS: usize = 40;

/// The next of a sequence of pseudo-random numbers (Knuth's MMIX constants), below a bound.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// What a bookmark must have.
#[derive(Clone, Debug, Default)]
struct Kept {
    /// The import that brought it.
    import: Option<usize>,
    /// The tags that it had before any merge.
    base: BTreeSet<String>,
    /// The imports that were merged into it, with the tag of each.
    merged: Vec<(usize, String)>,
    /// The tags that a person has set.
    edited: Option<BTreeSet<String>>,
    notes: BTreeSet<String>,
    is_edited: bool,
}

impl Kept {
    fn tags(&self) -> BTreeSet<String> {
        let all = || self.base.iter().chain(self.merged.iter().map(|(_, tag)| tag)).cloned().collect();
        self.edited.clone().unwrap_or_else(all)
    }
}

#[derive(Default)]
struct Model {
    live: BTreeMap<usize, Kept>,
    /// By the id of the bookmark.
    trash: BTreeMap<String, (usize, Kept)>,
    /// The imports that were not undone, with the ids of their jobs.
    imports: BTreeMap<usize, String>,
}

impl Model {
    fn import(&mut self, number: usize, job: String, urls: &[usize]) {
        self.imports.insert(number, job);
        let tag = format!("import{number}");
        for url in urls {
            match self.live.get_mut(url) {
                Some(kept) => kept.merged.push((number, tag.clone())),
                None => {
                    let base = [tag.clone()].into();
                    self.live.insert(*url, Kept { import: Some(number), base, ..Kept::default() });
                }
            }
        }
    }

    /// Undoes an import, and returns how many bookmarks stay because they were edited.
    fn undo(&mut self, number: usize) -> i64 {
        self.imports.remove(&number);
        let mut stay = 0;
        for kept in self.live.values_mut().chain(self.trash.values_mut().map(|(_, kept)| kept)) {
            kept.merged.retain(|(import, _)| *import != number);
        }
        // What is in the trash is nobody's from now on.
        for (_, kept) in self.trash.values_mut().filter(|(_, kept)| kept.import == Some(number)) {
            kept.import = None;
        }
        let own: Vec<usize> =
            self.live.iter().filter(|(_, kept)| kept.import == Some(number)).map(|(url, _)| *url).collect();
        for url in own {
            let kept = self.live.get_mut(&url).unwrap();
            if kept.is_edited {
                kept.import = None;
                stay += 1;
            } else if kept.merged.is_empty() {
                self.live.remove(&url);
            } else {
                let (import, tag) = kept.merged.remove(0);
                (kept.import, kept.base) = (Some(import), [tag].into());
            }
        }
        stay
    }

    fn restore(&mut self, id: &str) {
        let (url, old) = self.trash.remove(id).unwrap();
        match self.live.get_mut(&url) {
            None => {
                self.live.insert(url, old);
            }
            Some(kept) => {
                kept.edited = Some(kept.tags().union(&old.tags()).cloned().collect());
                kept.notes.extend(old.notes);
                kept.merged.extend(old.merged);
                kept.is_edited = true;
            }
        }
    }

    /// Compares it with what is stored.
    async fn check(&self, fixture: &Fixture, history: &str) -> Vec<Value> {
        let live = list(fixture, "/").await;
        let urls: BTreeSet<usize> = live.iter().map(url_of).collect();
        assert_eq!(urls, self.live.keys().copied().collect(), "{history}");
        let trash = list(fixture, "/trash").await;
        assert_eq!(trash.len(), self.trash.len(), "{history}");
        for one in &live {
            assert_has(one, &self.live[&url_of(one)], history);
        }
        for one in &trash {
            assert_has(one, &self.trash[one["id"].as_str().unwrap()].1, history);
        }
        live
    }
}

fn url_of(bookmark: &Value) -> usize {
    bookmark["url"].as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()
}

fn assert_has(bookmark: &Value, kept: &Kept, history: &str) {
    let tags: BTreeSet<String> =
        bookmark["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap().to_owned()).collect();
    let wanted = kept.tags();
    assert!(wanted.is_subset(&tags), "{wanted:?} of {bookmark}\n{history}");
    let notes = bookmark["notes"].as_str().unwrap_or_default();
    for note in &kept.notes {
        assert!(notes.contains(note.as_str()), "{note} of {bookmark}\n{history}");
    }
}

async fn import(fixture: &Fixture, number: usize, urls: &[usize]) -> String {
    let mut file = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>\n".to_owned();
    writeln!(file, "<DT><H3>Folder {number}</H3><DL><p>").unwrap();
    for url in urls {
        writeln!(file, "<DT><A HREF=\"https://a.example/{url}\" TAGS=\"import{number}\">Title</A>").unwrap();
    }
    file += "</DL><p></DL><p>";
    let seen = fixture.call(import::handle, Event::post("/").text(file)).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen.body["import_job"]["id"].as_str().unwrap().to_owned()
}

/// One sequence of steps.
async fn live_together(seed: u64) {
    let fixture = Fixture::new();
    let (mut random, mut model, mut history) = (Random(seed), Model::default(), format!("seed {seed}: "));
    let mut live: Vec<Value> = Vec::new();
    for step in 0..STEPS {
        let one = (!live.is_empty()).then(|| live[random.below(live.len())].clone());
        match (random.below(6), one) {
            (0 | 1, _) => {
                let mut urls: Vec<usize> = (0..URLS).filter(|_| random.below(2) == 0).collect();
                urls.push(URLS);
                write!(history, "import{step} {urls:?}, ").unwrap();
                let job = import(&fixture, step, &urls).await;
                model.import(step, job, &urls);
            }
            (2, _) if !model.imports.is_empty() => {
                let nth = random.below(model.imports.len());
                let (number, job) = model.imports.iter().nth(nth).map(|(n, job)| (*n, job.clone())).unwrap();
                write!(history, "undo {number}, ").unwrap();
                let stay = model.undo(number);
                let seen = fixture.call(import::handle, Event::delete(&format!("/{job}"))).await;
                assert_eq!((seen.status, &seen.body["kept_edited"]), (200, &json!(stay)), "{history}");
            }
            (3, Some(one)) => {
                let (url, tag, note) = (url_of(&one), format!("edit{step}"), format!("note{step}"));
                write!(history, "edit {url}, ").unwrap();
                let body = json!({"tags": [tag], "notes": note}).to_string();
                assert_eq!(send(&fixture, "PATCH", &path(&one), &body).await.status, 200, "{history}");
                let kept = model.live.get_mut(&url).unwrap();
                (kept.edited, kept.notes, kept.is_edited) = (Some([tag].into()), [note].into(), true);
            }
            (4, Some(one)) => {
                let (url, id) = (url_of(&one), one["id"].as_str().unwrap().to_owned());
                write!(history, "delete {url}, ").unwrap();
                assert_eq!(send(&fixture, "DELETE", &path(&one), "").await.status, 204, "{history}");
                let kept = model.live.remove(&url).unwrap();
                model.trash.insert(id, (url, kept));
            }
            (5, _) if !model.trash.is_empty() => {
                let id = model.trash.keys().nth(random.below(model.trash.len())).unwrap().clone();
                write!(history, "restore {}, ", model.trash[&id].0).unwrap();
                let seen = send(&fixture, "POST", &format!("/trash/{id}/restore"), "").await;
                let is_merged = model.live.contains_key(&model.trash[&id].0);
                assert_eq!((seen.status, &seen.body["merged"]), (200, &json!(is_merged)), "{history}");
                model.restore(&id);
            }
            _ => continue,
        }
        live = model.check(&fixture, &history).await;
    }
}

#[tokio::test]
async fn edits_imports_undoings_and_the_trash_lose_nothing_in_any_order() {
    for seed in 1..=u64::try_from(rounds(6, 100)).unwrap() {
        live_together(seed).await;
    }
}

#[tokio::test]
async fn an_import_overwrites_nothing_that_a_person_set_and_its_undoing_keeps_it() {
    let fixture = Fixture::new();
    let first = import(&fixture, 1, &[0, 1]).await;
    let one = list(&fixture, "/?sort=title").await.into_iter().find(|one| url_of(one) == 0).unwrap();
    let body = json!({"title": "Mine", "description": "mine", "tags": ["mine"], "folder_path": ["Mine"]});
    let edited = send(&fixture, "PATCH", &path(&one), &body.to_string()).await.body;
    let second = import(&fixture, 2, &[0, 1]).await;
    let same = |seen: &Value| {
        for field in ["id", "number", "title", "description", "tags", "folder_path", "further_folders"] {
            assert_eq!(seen[field], edited[field], "{field}");
        }
    };
    same(&send(&fixture, "GET", &path(&one), "").await.body);
    let undone = fixture.call(import::handle, Event::delete(&format!("/{first}"))).await.body;
    assert_eq!((&undone["kept_edited"], &undone["bookmarks_removed"]), (&json!(1), &json!(0)), "{undone}");
    let undone = fixture.call(import::handle, Event::delete(&format!("/{second}"))).await.body;
    assert_eq!((&undone["kept_edited"], &undone["bookmarks_removed"]), (&json!(0), &json!(1)), "{undone}");
    let left = list(&fixture, "/").await;
    assert_eq!(left.len(), 1);
    same(&left[0]);
}
