//! Properties of all files.

#![expect(clippy::expect_used, reason = "helpers of tests are tests too")]

mod anything;
mod common;

use common::{file, outline};
use proptest::prelude::*;
use serde_json::{Value, json};

const FILES: [&str; 15] = [
    "branchline.json",
    "chromium-same.json",
    "chromium.html",
    "chromium.json",
    "firefox.json",
    "instapaper.csv",
    "karakeep.json",
    "linkding.json",
    "linkwarden.json",
    "omnivore.json",
    "pinboard.json",
    "pocket.csv",
    "raindrop.csv",
    "safari-xml.plist",
    "safari.plist",
];

/// A change to a file: what stands at a place is replaced.
fn damage() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<u8>)> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..4),
        prop::sample::select(vec![
            "{", "}", "[", "]", "\"", ",", "null", "\\ud83d", "<dict>", "</array>", "\n", "1e9", "[[]]"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    (any::<prop::sample::Index>(), 0..40_usize, piece)
}

proptest! {
    #[test]
    fn a_damaged_file_is_read_or_refused(
        name in prop::sample::select(FILES.to_vec()),
        damages in proptest::collection::vec(damage(), 1..5),
    ) {
        let mut bytes = file(name);
        for (place, length, piece) in damages {
            let start = place.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, piece);
        }
        let _ = anything::read(&bytes);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = anything::read(&bytes);
    }
}

/// A format's entries, in a file of it, and the names of its fields besides those that say nothing about an
/// entry. `folders`: the entries that are folders have these as well.
struct Sample {
    names: &'static [&'static str],
    fixed: Value,
    file: fn(Vec<Value>) -> Value,
}

fn samples() -> Vec<Sample> {
    vec![
        Sample {
            names: &["name", "url", "date_added", "date_modified", "date_last_used", "meta_info", "mine"],
            fixed: json!({"type": "url"}),
            file: |entries| json!({"roots": {"other": {"children": entries, "type": "folder"}}}),
        },
        Sample {
            names: &["name", "date_added", "date_modified", "meta_info", "url", "mine"],
            fixed: json!({"type": "folder", "children": []}),
            file: |entries| json!({"roots": {"bookmark_bar": {"children": entries, "type": "folder"}}}),
        },
        Sample {
            names: &[
                "title",
                "uri",
                "dateAdded",
                "lastModified",
                "tags",
                "keyword",
                "postData",
                "charset",
                "iconUri",
                "annos",
                "mine",
            ],
            fixed: json!({"typeCode": 1}),
            file: |entries| json!({"root": "placesRoot", "children": entries}),
        },
        Sample {
            names: &["title", "dateAdded", "lastModified", "tags", "annos", "mine"],
            fixed: json!({"typeCode": 2, "children": [{"typeCode": 3}]}),
            file: |entries| json!({"root": "placesRoot", "children": entries}),
        },
        Sample {
            names: &["description", "extended", "time", "shared", "toread", "tags", "mine"],
            fixed: json!({"href": "https://a.example/"}),
            file: Value::Array,
        },
        Sample {
            names: &[
                "url",
                "title",
                "description",
                "notes",
                "website_title",
                "is_archived",
                "unread",
                "shared",
                "date_added",
                "date_modified",
                "favicon_url",
                "mine",
            ],
            fixed: json!({"tag_names": ["x"]}),
            file: |entries| json!({"count": 1, "results": entries}),
        },
        Sample {
            names: &[
                "name",
                "description",
                "url",
                "createdAt",
                "importDate",
                "updatedAt",
                "tags",
                "type",
                "mine",
            ],
            fixed: json!({}),
            file: |entries| json!({"collections": [{"id": 1, "name": "c", "links": entries}]}),
        },
        Sample {
            names: &["name", "description", "createdAt", "color", "parentId", "mine"],
            fixed: json!({"links": [{"url": "https://a.example/"}]}),
            file: |entries| json!({"collections": entries}),
        },
        Sample {
            names: &["createdAt", "title", "tags", "lists", "note", "archived", "content", "mine"],
            fixed: json!({}),
            file: |entries| json!({"bookmarks": entries, "lists": [{"id": "l", "name": "l"}]}),
        },
        Sample {
            names: &[
                "title",
                "description",
                "author",
                "url",
                "state",
                "readingProgress",
                "thumbnail",
                "labels",
                "updatedAt",
                "publishedAt",
                "mine",
            ],
            fixed: json!({"savedAt": 0, "slug": "s"}),
            file: Value::Array,
        },
        Sample {
            names: &[
                "url",
                "title",
                "add_date",
                "last_modified",
                "last_visited",
                "tags",
                "description",
                "attributes",
                "summary",
                "content_type",
                "unread",
                "mine",
            ],
            fixed: json!({"position": 1, "folder_path": []}),
            file: |entries| json!({"exported_at": "", "bookmarks": entries}),
        },
    ]
}

/// A value that holds words of its own.
fn value(shape: u8, word: &mut impl FnMut() -> String) -> Value {
    match shape % 8 {
        0 | 1 => word().into(),
        2 => json!([word(), word()]),
        3 => json!([{"name": word()}, [word()]]),
        4 => json!({"a": word(), "Description": word(), "text": word(), "url": word()}),
        5 => format!("{} {}, {}", word(), word(), word()).into(),
        6 => format!("2024-01-01 {}", word()).into(),
        _ => {
            json!([{"name": "bookmarkProperties/description", "value": word()}, {"name": "odd", "value": [word()]}])
        }
    }
}

proptest! {
    #[test]
    fn each_text_is_in_an_entry_a_folder_or_a_warning(
        sample in 0..samples().len(),
        entries in proptest::collection::vec(proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), 1..4),
    ) {
        let sample = &samples()[sample];
        let mut words = Vec::new();
        let mut word = || {
            words.push(format!("q{}z", words.len()));
            words[words.len() - 1].clone()
        };
        let entries = entries.iter().map(|fields| {
            let mut entry = sample.fixed.clone();
            for (name, shape) in fields {
                let name = name.get(sample.names);
                if entry.get(name).is_none() {
                    // Elsewhere than among annotations, a list's objects are names with ids.
                    let shape = if *name == "annos" { *shape } else { *shape % 7 };
                    entry[name] = value(shape, &mut word);
                }
            }
            entry
        });
        let mut file = (sample.file)(entries.collect());
        if let Some(object) = file.as_object_mut() {
            object.insert("stray".to_owned(), word().into());
        }
        if sample.names.contains(&"uri") || sample.names.contains(&"annos") {
            // Firefox's file is an entry itself, which is no one's.
            file.as_object_mut().expect("an object").remove("stray");
            words.pop();
        }
        let text = file.to_string();
        let found = outline(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let missing: Vec<&String> = words.iter().filter(|word| !found.contains(&word[..])).collect();
        prop_assert!(missing.is_empty() || found.contains('…'), "{:?} vanished from {}, which became {}", missing, text, found);
    }
}
